import type { Deps } from '../deps.ts';
export async function runPractice(_deps: Deps): Promise<boolean> { return false; }
