import type { SendingDeps } from '../deliver.ts';
import type { Workspace } from '#store/workspaces.ts';
export async function turnClock(_deps: SendingDeps, _workspace: Workspace, _advance: number, _progress?: (p: number) => void): Promise<{ now: number; did: { facts: number; wakes: number; messages: number } }> { return { now: 0, did: { facts: 0, wakes: 0, messages: 0 } }; }
