import type { SendingDeps } from '../deliver.ts';
import type { Workspace } from '#store/workspaces.ts';
export async function seedPractice(_deps: SendingDeps, _workspace: Workspace): Promise<void> {}
