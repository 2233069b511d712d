import { day, type Instant, toIso } from '#contract/instant.ts';
import type { SeenEvents } from '#contract/routes/rules.ts';
import type { Transaction } from '#store/database.ts';
import { namesSeen, seenSince } from '#store/events.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';

const latelyDays = 30;
const namesMax = 1_000;
const countedUpTo = 10_000;

/** The names of what people did lately, the most frequent first. */
export async function seenEvents(deps: Deps, workspace: Workspace): Promise<SeenEvents> {
  const now = workspaceNow(workspace, deps.now());
  const { names, complete } = await deps.db.transaction({ workspaces: [workspace.id] }, (tx) =>
    namesSeen(tx, workspace.id, now - latelyDays * day, now, { names: namesMax, upTo: countedUpTo }),
  );
  return {
    days: latelyDays,
    items: names
      .map(({ name, count, lastAt }) => ({ name, count, lastAt: toIso(lastAt) }))
      .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)),
    next: null,
    complete,
  };
}

/** Which of these names somebody did lately. */
export const seenLately = (tx: Transaction, workspace: Workspace, names: readonly string[], now: Instant): Promise<Set<string>> =>
  seenSince(tx, workspace.id, names, now - latelyDays * day, now);
