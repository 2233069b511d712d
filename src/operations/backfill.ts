import type { Instant } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import { advanceBackfill, listBackfills, markCancelled, openBackfill, openBackfills, type StoredBackfill } from '#store/backfills.ts';
import type { Transaction } from '#store/database.ts';
import { lockLanes, lockLanesInOrder } from '#store/inbox.ts';
import { countInLane, hasPeople, peopleInLanes } from '#store/people.ts';
import { asksEventsAlone } from '#store/rule-sql/rule-sql.ts';
import { loadWorkspaces, saveOwedMemos, type Workspace, workspaceNow } from '#store/workspaces.ts';
import { eventsSayAll, type SegmentsOnly, segmentsOnly, shiftLanes } from './backfill-segments.ts';
import { decideAndWrite, type Written } from './decide-batch.ts';
import type { Deps } from './deps.ts';
import { announce } from './process.ts';
import { owedAfter } from './remember.ts';
import { loadRulebook } from './rulebooks.ts';

export const everyLane: readonly number[] = Array.from({ length: 256 }, (_, lane) => lane);

/** About how many people are looked at while their lanes are locked: what happens to them meanwhile waits, so it is kept to some tenths of a second. */
const peopleAtOnce = 2_500;
/**
 * By statements, a quarter of the lanes is asked at first, because nobody knows yet how much changes: all of them where events alone are asked, which takes as long
 * for a quarter. Then as many as promise about so many changes, fewer when they were locked [ms] longer than this for it.
 */
const lanesAtFirst = 64;
const changesAtOnce = 1_500;
const lockedFor = 300;

/** Whether one rulebook says something about people that another does not: segments, scores, grades, stalls or what they read changed. */
export function isAnother(before: Rulebook, after: Rulebook): boolean {
  const said = (book: Rulebook): string =>
    [
      book.context.zone,
      ...book.everySegment.map((each) => `segment ${each.key} ${each.version}`).sort(),
      ...book.scores.map((each) => `score ${each.key} ${each.version}`).sort(),
      ...book.grades.map((each) => `grade ${each.key} ${each.version}`).sort(),
      ...[...book.topics.values()].map((each) => `topic ${each.key} ${each.body.purpose}`).sort(),
      ...book.fields.noted.map((each) => `field ${JSON.stringify(each.body)}`).sort(),
      ...[...(book.lifecycle?.stalls.values() ?? [])].map((each) => `stall ${each.stage} ${JSON.stringify(each.body)}`).sort(),
    ].join('\n');
  return said(before) !== said(after);
}

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
  const [before, after] = [await loadRulebook(tx, workspace.id, from), await loadRulebook(tx, workspace.id, target)];
  const [current] = await loadWorkspaces(tx, [workspace.id]);
  const owed = owedAfter(current!.owedMemos, before, after);
  const opens = open !== undefined || isAnother(before, after);
  if (!opens && !Object.values(owed).includes(target)) return;
  if (!open && !(await hasPeople(tx, workspace.id))) {
    // Nobody may come in by the old revision between the look and the commit.
    await lockLanesInOrder(tx, everyLane);
    if (!(await hasPeople(tx, workspace.id))) return;
  }
  await saveOwedMemos(tx, workspace.id, owed);
  if (opens) await openBackfill(tx, { workspace: workspace.id, from, target, by }, now);
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
  const { ways, few } = await deps.db.transaction({ workspaces: ids }, async (tx) => {
    const [workspace] = await loadWorkspaces(tx, [backfill.workspace]);
    const after = await deps.rulebooks.at(tx, backfill.workspace, backfill.target);
    const ways: Way[] = [];
    for (const revision of new Set(backfill.revisions))
      ways.push(await wayTo(deps, tx, workspace!, await loadRulebook(tx, backfill.workspace, revision), after));
    if (!ways.includes('one by one')) return { ways, few: 1 };
    const inALane = await countInLane(tx, backfill.workspace, 0);
    return { ways, few: Math.max(1, Math.min(256, Math.floor(peopleAtOnce / Math.max(1, inALane)))) };
  });
  const isOfEvents = ways.every(
    (way) => typeof way === 'string' || way.segments.every(({ rule }) => rule === null || asksEventsAlone(rule)),
  );
  let left: readonly number[] = everyLane.filter((lane) => backfill.revisions[lane] !== backfill.target);
  const all = left.length;
  let [changed, bearable] = [0, changesAtOnce];
  let fixed: number | null = null;
  for (let atOnce = ways.includes('one by one') ? few : isOfEvents ? 256 : lanesAtFirst; left.length > 0; ) {
    const began = performance.now();
    const group = await backfillGroup(deps, backfill, ids, {
      lanes: left.slice(0, atOnce),
      few,
      atMost: Math.ceil(bearable),
    });
    if (group === null) break;
    left = left.filter((lane) => !group.lanes.includes(lane));
    if (group.oneByOne || group.lanes.length === 0) break;
    // Statements take a time of their own, whatever the lanes, and then a time for whatever they change.
    const took = performance.now() - began;
    fixed = Math.min(fixed ?? took, took);
    if (took > fixed + lockedFor) bearable *= Math.max(0.25, lockedFor / (took - fixed));
    changed += group.weight;
    atOnce = Math.min(256, Math.max(1, Math.floor((bearable * (all - left.length)) / Math.max(1, changed))));
  }
  return all - left.length;
}

/** How lanes come from one rulebook to another: with nothing to do, by statements about these segments, or one person by one. */
type Way = 'nothing' | SegmentsOnly | 'one by one';

async function wayTo(deps: Deps, tx: Transaction, workspace: Workspace, before: Rulebook, after: Rulebook): Promise<Way> {
  if (!isAnother(before, after)) return 'nothing';
  const change = segmentsOnly(before, after);
  return change && (await eventsSayAll(deps, tx, workspace, after, change)) ? change : 'one by one';
}

async function backfillGroup(
  deps: Deps,
  backfill: StoredBackfill,
  ids: readonly number[],
  wanted: { lanes: readonly number[]; few: number; atMost: number },
): Promise<{ lanes: number[]; oneByOne: boolean; weight: number } | null> {
  const outcome = await deps.db.transaction({ workspaces: ids }, async (tx) => {
    const locked = await lockLanes(tx, wanted.lanes);
    // What is behind is read again under the locks: another process may have been at these lanes, and the target may have moved.
    const [current] = await openBackfills(tx, [backfill.workspace]);
    if (!current || current.id !== backfill.id) return null;
    const [workspace] = await loadWorkspaces(tx, [backfill.workspace]);
    const now = workspaceNow(workspace!, deps.now());
    const after = await deps.rulebooks.at(tx, backfill.workspace, current.target);
    let [people, changes, weight] = [0, 0, 0];
    let oneByOne = false;
    const lanes: number[] = [];
    const written: Written[] = [];
    for (const [revision, behind] of Map.groupBy(locked, (lane) => current.revisions[lane]!)) {
      const way =
        revision === current.target
          ? 'nothing'
          : await wayTo(deps, tx, workspace!, await loadRulebook(tx, backfill.workspace, revision), after);
      if (way === 'nothing') {
        lanes.push(...behind);
      } else if (way === 'one by one') {
        const some = behind.slice(0, wanted.few);
        const everybody = await peopleInLanes(tx, backfill.workspace, some);
        const clock = workspace!.clock?.clock ?? 0;
        const wakes = everybody.map((person) => ({ workspace: backfill.workspace, person, clock, dueAt: now }));
        oneByOne = true;
        people += everybody.length;
        lanes.push(...some);
        written.push(await decideAndWrite(deps, tx, ids, [], wakes, { revision: current.target }));
      } else {
        const shifted = await shiftLanes(deps, tx, {
          ids,
          workspace: workspace!,
          book: after,
          now,
          lanes: behind,
          change: way,
          atMost: wanted.atMost,
        });
        people += shifted.people;
        weight += shifted.weight;
        lanes.push(...shifted.lanes);
        written.push(shifted.written);
      }
    }
    for (const each of written) changes += each.changes;
    await advanceBackfill(tx, { id: current.id, lanes, target: current.target, people, changes }, now);
    return { lanes, oneByOne, weight, written };
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
