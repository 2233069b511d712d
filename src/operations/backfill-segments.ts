import { day, type Instant } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import type { LiveTopic } from '#contract/routes/operate.ts';
import { explainRule } from '#engine/rule/explain.ts';
import type { Occurrence } from '#engine/rule/match.ts';
import { type Memo, remember } from '#engine/rule/memory.ts';
import { isTimedRule, memosOf } from '#engine/rule/rule.ts';
import type { CompiledSegment, Rulebook } from '#engine/rulebook.ts';
import { stableId } from '#engine/stable-id.ts';
import type { Transaction } from '#store/database.ts';
import { appendMembershipLog, changeMemberships, type MembershipChange } from '#store/memberships.ts';
import { loadPeople } from '#store/people.ts';
import { selectCountTraces } from '#store/rule-sql/count-traces.ts';
import { selectChanges, selectPeople } from '#store/rule-sql/rule-sql.ts';
import { armChanges, changeStates, isYoung, pastsInLanes, settleForMany, shiftsOf, type StateChange } from '#store/shifts.ts';
import type { Workspace } from '#store/workspaces.ts';
import { decideAndWrite, type Written } from './decide-batch.ts';
import type { Deps } from './deps.ts';
import { toPerson } from './rows.ts';
import { ruleSqlContext } from './rule-sql-context.ts';

/** What has to be done when nothing but segments, or what is remembered, changed: segments in their order, those that are gone, and what is remembered newly. */
export interface SegmentsOnly {
  segments: CompiledSegment[];
  gone: string[];
  memos: readonly Memo[];
}

/**
 * Whether the way from one rulebook to another can be gone for everybody at once, in a few statements. Null when somebody has to be asked one by one: scores, grades, topics or fields
 * changed, or a score reads a segment that did, or the other way round.
 */
export function segmentsOnly(before: Rulebook, after: Rulebook, memos: readonly Memo[]): SegmentsOnly | null {
  const rest = (book: Rulebook): string =>
    JSON.stringify([
      book.context.zone,
      book.scores.map(({ key, version }) => `${key} ${version}`).sort(),
      book.grades.map(({ key, version }) => `${key} ${version}`).sort(),
      [...book.topics.values()].map(({ key, body }) => `${key} ${body.purpose}`).sort(),
      book.fields.noted.map(({ body }) => JSON.stringify(body)).sort(),
    ]);
  if (rest(before) !== rest(after)) return null;
  const known = new Map(before.segments.map(({ key, version }) => [key, version]));
  const changed = new Set<string>();
  // Segments stand after those that they read, so whoever reads a changed one is found on the way.
  for (const { key, version, reads } of after.segments)
    if (known.get(key) !== version || [...changed].some((other) => reads.has(`segment:${other}`))) changed.add(key);
  const segments = after.segments.filter(({ key }) => changed.has(key));
  const gone = before.segments.filter(({ key }) => !after.segments.some((each) => each.key === key)).map(({ key }) => key);
  const reads = segments.flatMap((segment) => [...segment.reads]);
  if (reads.some((read) => /^(score|grade):/.test(read))) return null;
  if ([...changed, ...gone].some((key) => after.scoresReading.has(`segment:${key}`) || after.gradesReading.has(`segment:${key}`)))
    return null;
  return { segments, gone, memos };
}

/** Whether the events that are kept still say all that people remember for these rules. What is remembered newly is made from them anyway. */
export async function eventsSayAll(deps: Deps, tx: Transaction, workspace: Workspace, book: Rulebook, { segments, memos }: SegmentsOnly) {
  const anew = new Set(memos.map(({ id }) => id));
  const remembered = segments.flatMap(({ rule }) => (rule ? memosOf(rule, book.context.zone) : [])).filter(({ id }) => !anew.has(id));
  const kept = workspace.settings.eventRetentionDays * day;
  return remembered.every(({ horizon }) => horizon < kept) || (await isYoung(tx, workspace.id, deps.now() - kept));
}

/** How many people's past is read into this process at once, where the database cannot make what they remember of it. */
export const needsPasts = ({ memos }: SegmentsOnly): boolean => memos.some((memo) => !memo.counts);

/** Brings everybody in these lanes, which are locked, to a rulebook. Says the same as if each of them were decided about. */
export async function shiftLanes(
  deps: Deps,
  tx: Transaction,
  given: { ids: readonly number[]; workspace: Workspace; book: Rulebook; now: Instant; lanes: readonly number[]; change: SegmentsOnly },
): Promise<{ people: number; written: Written }> {
  const { workspace, book, now, lanes, change } = given;
  await settleForMany(tx);
  const context = { ...(await ruleSqlContext(tx, workspace, book, now)), lanes };
  const states = new Map<string, StateChange>();
  const stateOf = (person: string): StateChange => {
    const state = states.get(person) ?? { person, entered: {}, left: [] };
    states.set(person, state);
    return state;
  };
  for (const [person, memory] of await tracesOf(tx, workspace.id, lanes, change.memos, now)) stateOf(person).memory = memory;

  const shifts: { person: string; segment: CompiledSegment | string; entered: boolean }[] = [];
  const stale = new Set<string>();
  const clock = workspace.clock?.clock ?? 0;
  const named = [
    ...change.segments.map((segment) => ({ segment, key: segment.key })),
    ...change.gone.map((key) => ({ segment: key, key })),
  ];
  for (const { segment, key } of named) {
    const rule = typeof segment === 'string' ? null : segment.rule;
    // A list that is kept by hand stays as it is.
    if (rule === null && typeof segment !== 'string') continue;
    const found = await shiftsOf(tx, {
      workspace: workspace.id,
      lanes,
      segment: key,
      holding: rule === null ? null : selectPeople(rule, context),
    });
    const changes = found.map(({ person, entered }) => ({ person, workspace: workspace.id, segment: key, entered, at: now }));
    await changeMemberships(tx, changes);
    for (const { person, entered, stale: isStale } of found) {
      if (isStale) {
        stale.add(person);
        continue;
      }
      shifts.push({ person, segment, entered });
      if (entered) stateOf(person).entered![key] = now;
      else stateOf(person).left!.push(key);
    }
    if (rule !== null && isTimedRule(rule)) await armChanges(tx, { workspace: workspace.id, clock, changes: selectChanges(rule, context) });
  }

  const counted = change.memos.flatMap((memo) => (memo.counts ? [{ id: memo.id, ...memo.counts }] : []));
  const people = await changeStates(tx, workspace.id, selectCountTraces(counted, context), [...states.values()]);
  await appendLog(deps, tx, given, shifts);
  const wakes = [...stale].map((person) => ({ workspace: workspace.id, person, clock, dueAt: now }));
  const written = await decideAndWrite(deps, tx, given.ids, [], wakes, { revision: book.revision, memos: change.memos });
  written.changes += shifts.length;
  if (shifts.length > 0) written.topics.set(workspace.id, new Set<LiveTopic>([...(written.topics.get(workspace.id) ?? []), 'people']));
  return { people: people + stale.size, written };
}

/** What people remember that the database cannot make by itself: folded from what they did, as far back as it matters. */
async function tracesOf(
  tx: Transaction,
  workspace: number,
  lanes: readonly number[],
  all: readonly Memo[],
  now: Instant,
): Promise<Map<string, JsonObject>> {
  const memos = all.filter((memo) => !memo.counts);
  const traces = new Map<string, JsonObject>();
  if (memos.length === 0) return traces;
  const names = [...new Set(memos.flatMap((memo) => memo.names))];
  const since = now - Math.max(...memos.map(({ horizon }) => horizon));
  const pasts = Map.groupBy(await pastsInLanes(tx, { workspace, lanes, names, since }), ({ person }) => person);
  for (const [person, past] of pasts) {
    const memory = remember(memos, past satisfies Occurrence[]);
    if (Object.keys(memory).length > 0) traces.set(person, memory as unknown as JsonObject);
  }
  return traces;
}

const logAtOnce = 5_000;

/** Keeps why somebody entered or left, in the words of the engine, which looks at nobody else. */
async function appendLog(
  deps: Deps,
  tx: Transaction,
  { workspace, book, now }: { workspace: Workspace; book: Rulebook; now: Instant },
  shifts: readonly { person: string; segment: CompiledSegment | string; entered: boolean }[],
): Promise<void> {
  for (let from = 0; from < shifts.length; from += logAtOnce) {
    const some = shifts.slice(from, from + logAtOnce);
    const people = new Map((await loadPeople(tx, [...new Set(some.map(({ person }) => person))])).map((each) => [each.id, toPerson(each)]));
    const changes = some.map(({ person, segment, entered }): MembershipChange => {
      const isGone = typeof segment === 'string';
      const key = isGone ? segment : segment.key;
      return {
        person,
        workspace: workspace.id,
        id: stableId('membership', person, key, now, String(entered)),
        segment: key,
        version: isGone ? null : segment.version,
        entered,
        at: now,
        evidence: stableId('time', person, now),
        because: isGone || segment.rule === null ? [] : explainRule(segment.rule, book.context, people.get(person)!, now),
      };
    });
    await appendMembershipLog(tx, changes, deps.now());
  }
}
