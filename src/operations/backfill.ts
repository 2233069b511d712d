import type { Instant } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import type { Memo } from '#engine/rule/memory.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import { advanceBackfill, listBackfills, markCancelled, openBackfill, openBackfills, type StoredBackfill } from '#store/backfills.ts';
import type { Transaction } from '#store/database.ts';
import { lockLanes, lockLanesInOrder } from '#store/inbox.ts';
import { countPeople, hasPeople, peopleInLanes } from '#store/people.ts';
import { loadWorkspaces, type Workspace, workspaceNow } from '#store/workspaces.ts';
import { eventsSayAll, needsPasts, segmentsOnly, shiftLanes } from './backfill-segments.ts';
import { decideAndWrite, type Written } from './decide-batch.ts';
import type { Deps } from './deps.ts';
import { announce } from './process.ts';
import { loadRulebook } from './rulebooks.ts';

const everyLane: readonly number[] = Array.from({ length: 256 }, (_, lane) => lane);

/** About how many people are looked at while their lanes are locked: what happens to them meanwhile waits, so it is kept to some tenths of a second. */
const peopleAtOnce = 2_500;
/** The same where everybody is brought along by a few statements, and what they did is read or is not. At least so many, at most so many. */
const peopleByStatement = { reading: [5_000, 20_000], counting: [50_000, 250_000] } as const;
/** [ms] How long such lanes should be locked. The first of them are few, because nobody knows yet how much changes; then about as many as fit into this, or take as long as the statements do anyway. */
const lockedFor = 400;

/**
 * What one rulebook says about everybody that another does not: what has to be remembered anew, and whether segments, scores, grades or what they read
 * changed. Null when people stand as they stood.
 */
export function whatChanged(before: Rulebook, after: Rulebook): { memos: Memo[] } | null {
  const known = new Set(memosOfBook(before).map(nameOf));
  const memos = memosOfBook(after).filter((memo) => !known.has(nameOf(memo)));
  const said = (book: Rulebook): string =>
    [
      book.context.zone,
      ...book.segments.map((each) => `segment ${each.key} ${each.version}`).sort(),
      ...book.scores.map((each) => `score ${each.key} ${each.version}`).sort(),
      ...book.grades.map((each) => `grade ${each.key} ${each.version}`).sort(),
      ...[...book.topics.values()].map((each) => `topic ${each.key} ${each.body.purpose}`).sort(),
      ...book.fields.noted.map((each) => `field ${JSON.stringify(each.body)}`).sort(),
    ].join('\n');
  return memos.length > 0 || said(before) !== said(after) ? { memos } : null;
}

const memosOfBook = (book: Rulebook): Memo[] => [...new Set([...book.memosByEvent.values()].flat())];
const nameOf = (memo: Memo): string => `${memo.id}:${memo.keeps}`;

/**
 * Called in the transaction that publishes: opens a backfill when the new revision says something else about people, or moves the target of the one that
 * is open. With nobody there yet, there is nothing to bring up to date, and every lane goes over at once.
 */
export async function beginBackfill(
  tx: Transaction,
  workspace: Workspace,
  from: number,
  target: number,
  by: string,
  now: Instant,
): Promise<void> {
  const [open] = await openBackfills(tx, [workspace.id]);
  if (!open && whatChanged(await loadRulebook(tx, workspace.id, from), await loadRulebook(tx, workspace.id, target)) === null) return;
  if (!open && !(await hasPeople(tx, workspace.id))) {
    // Nobody may come in by the old revision between the look and the commit.
    await lockLanesInOrder(tx, everyLane);
    if (!(await hasPeople(tx, workspace.id))) return;
  }
  await openBackfill(tx, { workspace: workspace.id, from, target, by }, now);
}

/** Brings the next lanes of some workspace to its target. Answers whether there may be more to do right away. */
export async function backfillRound(deps: Deps): Promise<boolean> {
  const ids = await deps.workspaces.ids();
  const backfills = await deps.db.transaction({ workspaces: ids }, (tx) => openBackfills(tx, ids));
  let moved = 0;
  for (const backfill of backfills) moved += await backfillLanes(deps, backfill, ids);
  return moved > 0;
}

/** Goes through the lanes a group at a time; answers how many were done. One by one, one group is a round; by statements, the whole of it. */
async function backfillLanes(deps: Deps, backfill: StoredBackfill, ids: readonly number[]): Promise<number> {
  const total = Math.max(1, await deps.db.transaction({ workspaces: ids }, (tx) => countPeople(tx, backfill.workspace)));
  const lanesFor = (people: number): number => Math.max(1, Math.min(256, Math.floor((256 * people) / total)));
  const behind = everyLane.filter((lane) => backfill.revisions[lane] !== backfill.target);
  let done = 0;
  let fixed: number | null = null;
  for (let atOnce = Math.min(64, lanesFor(peopleAtOnce)); done < behind.length; ) {
    const began = performance.now();
    const group = await backfillGroup(deps, backfill, ids, behind.slice(done, done + atOnce));
    if (group === null) break;
    done += group.lanes;
    if (group.way === 'one by one' || group.lanes === 0) break;
    const took = performance.now() - began;
    // Statements take a time of their own, whatever the lanes; the first group tells it. At least as much goes to what lanes take.
    const [least, most] = peopleByStatement[group.way];
    fixed ??= took;
    const each = Math.max(0, took - fixed) / group.lanes;
    const fitting = done === group.lanes ? 0 : Math.floor(Math.max(lockedFor - fixed, fixed) / Math.max(each, 0.001));
    atOnce = Math.min(Math.max(fitting, lanesFor(least)), lanesFor(most));
  }
  return done;
}

async function backfillGroup(
  deps: Deps,
  backfill: StoredBackfill,
  ids: readonly number[],
  behind: readonly number[],
): Promise<{ lanes: number; way: 'one by one' | 'reading' | 'counting' } | null> {
  const outcome = await deps.db.transaction({ workspaces: ids }, async (tx) => {
    const lanes = await lockLanes(tx, behind);
    // What is behind is read again under the locks: another process may have been at these lanes, and the target may have moved.
    const [current] = await openBackfills(tx, [backfill.workspace]);
    if (!current || current.id !== backfill.id) return null;
    const [workspace] = await loadWorkspaces(tx, [backfill.workspace]);
    const now = workspaceNow(workspace!, deps.now());
    const after = await deps.rulebooks.at(tx, backfill.workspace, current.target);
    let [people, changes] = [0, 0];
    let way: 'one by one' | 'reading' | 'counting' = 'counting';
    const written: Written[] = [];
    for (const [revision, some] of Map.groupBy(
      lanes.filter((lane) => current.revisions[lane] !== current.target),
      (lane) => current.revisions[lane]!,
    )) {
      const before = await loadRulebook(tx, backfill.workspace, revision);
      const changed = whatChanged(before, after);
      if (changed === null) continue;
      const change = segmentsOnly(before, after, changed.memos);
      if (change && (await eventsSayAll(deps, tx, workspace!, after, change))) {
        const shifted = await shiftLanes(deps, tx, { ids, workspace: workspace!, book: after, now, lanes: some, change });
        if (needsPasts(change) && way === 'counting') way = 'reading';
        people += shifted.people;
        written.push(shifted.written);
      } else {
        const everybody = await peopleInLanes(tx, backfill.workspace, some);
        const clock = workspace!.clock?.clock ?? 0;
        const wakes = everybody.map((person) => ({ workspace: backfill.workspace, person, clock, dueAt: now }));
        way = 'one by one';
        people += everybody.length;
        written.push(await decideAndWrite(deps, tx, ids, [], wakes, { revision: current.target, memos: changed.memos }));
      }
      changes += written.at(-1)!.changes;
    }
    await advanceBackfill(tx, { id: current.id, lanes, target: current.target, people, changes }, deps.now());
    return { lanes: lanes.length, way, written };
  });
  if (outcome === null) return null;
  for (const written of outcome.written) announce(deps, written, [], []);
  await deps.workspaces.refresh();
  deps.bus.changed(backfill.workspace, ['backfill']);
  return outcome;
}

export interface BackfillProgress {
  id: number;
  revision: number;
  startedAt: Instant;
  startedBy: string;
  /** 0 to 1: the share of lanes that stand at the target. */
  done: number;
  people: number;
  changes: number;
  finishedAt: Instant | null;
  cancelledBy: string | null;
}

export async function backfillsOf(deps: Deps, workspace: Workspace): Promise<BackfillProgress[]> {
  const stored = await deps.db.transaction({ workspaces: [workspace.id] }, (tx) => listBackfills(tx, workspace.id, 20));
  return stored.map((each) => ({
    id: each.id,
    revision: each.target,
    startedAt: each.startedAt,
    startedBy: each.startedBy,
    done: each.revisions.filter((revision) => revision === each.target).length / each.revisions.length,
    people: each.people,
    changes: each.changes,
    finishedAt: each.finishedAt,
    cancelledBy: each.cancelledBy,
  }));
}

/** Says who cancelled the open backfill; refuses when none is open. What it was for is taken back by whoever calls. */
export async function cancelOpenBackfill(tx: Transaction, workspace: Workspace, id: number, by: string): Promise<StoredBackfill> {
  const [open] = await openBackfills(tx, [workspace.id]);
  if (!open || open.id !== id) throw new Problem('backfill-over', { id });
  await markCancelled(tx, id, by);
  return open;
}
