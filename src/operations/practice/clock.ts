import type { Instant } from '#contract/instant.ts';
import type { Transaction } from '#store/database.ts';
import { lockClock } from '#store/practice.ts';
import { setClock, type Workspace } from '#store/workspaces.ts';
import type { Deps } from '../deps.ts';

/**
 * The states of a practice clock. Running: its reading goes on with real time. Standing, while somebody holds its turn lock: it is being turned, from
 * instant to instant. Standing, and nobody holds the lock: whoever turned it died; it is set running again from where it stopped.
 */

/** The lock by which a process shows that it turns a clock. Senders have the small numbers. */
export const turnLock = (workspace: Pick<Workspace, 'id'>): number => 1_000_000_000 + workspace.id;

/** The reading of a clock, which nobody else changes until the transaction ends. */
export async function readClock(tx: Transaction, clock: number, realNow: Instant): Promise<{ now: Instant; running: boolean }> {
  const { reading, setAt, running } = await lockClock(tx, clock);
  return { now: running ? reading + Math.max(0, realNow - setAt) : reading, running };
}

/** Sets a clock that somebody left standing running again; does nothing when it is being turned after all. */
export async function resumeClock(deps: Deps, workspace: Workspace): Promise<void> {
  const { clock } = workspace.clock!;
  const held = await deps.db.holdLock(turnLock(workspace), () => undefined);
  if (held === null) return;
  try {
    await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
      const { now, running } = await readClock(tx, clock, deps.now());
      if (!running) await setClock(tx, { clock, reading: now, setAt: deps.now(), running: true });
    });
    await deps.workspaces.refresh();
    deps.log.warn({ workspace: workspace.id }, 'a practice clock was left standing in the middle of a turn and runs again');
  } finally {
    await held.release();
  }
}
