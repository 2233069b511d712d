import { day, type Instant } from '#contract/instant.ts';
import type { LiveTopic } from '#contract/routes/operate.ts';
import { holdsWhileIn } from '#engine/message/holds.ts';
import { explainRule } from '#engine/rule/explain.ts';
import { memosOf } from '#engine/rule/rule.ts';
import type { CompiledSegment, Rulebook } from '#engine/rulebook.ts';
import { stableId } from '#engine/stable-id.ts';
import type { Transaction } from '#store/database.ts';
import { appendMembershipLog, changeMemberships, type MembershipChange } from '#store/memberships.ts';
import { letGoAgain } from '#store/messages.ts';
import { loadPeople } from '#store/people.ts';
import { comingFor, selectAnswers } from '#store/rule-sql/rule-sql.ts';
import { changeStates, isYoung, settleForMany, shiftsOf, type StateChange } from '#store/shifts.ts';
import { armWakes } from '#store/wakes.ts';
import type { Workspace } from '#store/workspaces.ts';
import { decideAndWrite, type Written } from './decide-batch.ts';
import type { Deps } from './deps.ts';
import { owedFrom, withMemory } from './remember.ts';
import { toPerson } from './rows.ts';
import { ruleSqlContext } from './rule-sql-context.ts';

/** What has to be done when nothing but segments changed: segments in their order, and those that are gone. */
export interface SegmentsOnly {
  segments: CompiledSegment[];
  gone: string[];
}

/**
 * Whether the way from one rulebook to another can be gone for everybody at once, in a few statements. Null when somebody has to be asked one by one: scores, grades, topics, fields
 * or stalls changed, or a score or a stall reads a segment that did, or a segment a score.
 */
export function segmentsOnly(before: Rulebook, after: Rulebook): SegmentsOnly | null {
  const rest = (book: Rulebook): string =>
    JSON.stringify([
      book.context.zone,
      book.scores.map(({ key, version }) => `${key} ${version}`).sort(),
      book.grades.map(({ key, version }) => `${key} ${version}`).sort(),
      [...book.topics.values()].map(({ key, body }) => `${key} ${body.purpose}`).sort(),
      book.fields.noted.map(({ body }) => JSON.stringify(body)).sort(),
      [...(book.lifecycle?.stalls.values() ?? [])].map(({ stage, body }) => [stage, body]),
    ]);
  if (rest(before) !== rest(after)) return null;
  const known = new Map(before.everySegment.map(({ key, version }) => [key, version]));
  const changed = new Set<string>();
  // Segments stand after those that they read, so whoever reads a changed one is found on the way.
  for (const { key, version, reads } of after.everySegment)
    if (known.get(key) !== version || [...changed].some((other) => reads.has(`segment:${other}`))) changed.add(key);
  const segments = after.everySegment.filter(({ key }) => changed.has(key));
  const gone = before.everySegment.filter(({ key }) => !after.everySegment.some((each) => each.key === key)).map(({ key }) => key);
  const reads = segments.flatMap((segment) => [...segment.reads]);
  if (reads.some((read) => /^(score|grade):/.test(read))) return null;
  if ([...changed, ...gone].some((key) => after.scoresReading.has(`segment:${key}`) || after.gradesReading.has(`segment:${key}`)))
    return null;
  if ([...(after.lifecycle?.stalls.values() ?? [])].some((stall) => [...changed, ...gone].some((key) => stall.reads.has(`segment:${key}`))))
    return null;
  return { segments, gone };
}

/** Whether the events that are kept still say all that people remember for these rules. What somebody still owes will be made from them anyway. */
export async function eventsSayAll(deps: Deps, tx: Transaction, workspace: Workspace, book: Rulebook, { segments }: SegmentsOnly) {
  const owed = owedFrom(workspace, book);
  const remembered = segments.flatMap(({ rule }) => (rule ? memosOf(rule, book.context.zone) : [])).filter(({ id }) => !owed.has(id));
  const kept = workspace.settings.eventRetentionDays * day;
  return remembered.every(({ horizon }) => horizon < kept) || (await isYoung(tx, workspace.id, deps.now() - kept));
}

/** What arming somebody costs against what somebody costs who enters or leaves. */
const wakeWeight = 0.2;
/** More people than there are in any lanes. */
const everybody = 2 ** 31 - 1;

/**
 * Brings everybody in these lanes, which are locked, to a rulebook; or in the first of them, when the first of the segments concerns more than `atMost` people. Says
 * the same as if each of them were decided about. Answers which lanes were brought there.
 */
export async function shiftLanes(
  deps: Deps,
  tx: Transaction,
  given: {
    ids: readonly number[];
    workspace: Workspace;
    book: Rulebook;
    now: Instant;
    lanes: readonly number[];
    change: SegmentsOnly;
    atMost: number;
  },
): Promise<{ lanes: readonly number[]; people: number; weight: number; written: Written }> {
  const { workspace, book, now, change } = given;
  let { lanes, atMost } = given;
  await settleForMany(tx);
  const everywhere = await ruleSqlContext(tx, workspace, book, now);
  const states = new Map<string, StateChange>();
  const stateOf = (person: string): StateChange => {
    const state = states.get(person) ?? { person, entered: {}, left: [] };
    states.set(person, state);
    return state;
  };

  const shifts: { person: string; segment: CompiledSegment | string; entered: boolean }[] = [];
  const stale = new Set<string>();
  const armed = new Map<string, Instant>();
  const letGo: { person: string; at: Instant }[] = [];
  const clock = workspace.clock?.clock ?? 0;
  const named = [
    ...change.segments.map((segment) => ({ segment, key: segment.key })),
    ...change.gone.map((key) => ({ segment: key, key })),
  ];
  for (const { segment, key } of named) {
    const rule = typeof segment === 'string' ? null : segment.rule;
    const isHeard = hearsOf(book, key);
    // A list that is kept by hand stays as it is.
    if (rule === null && typeof segment !== 'string') continue;
    const found = await shiftsOf(tx, {
      workspace: workspace.id,
      lanes,
      segment: key,
      answers: rule === null ? null : selectAnswers(rule, { ...everywhere, lanes }),
      atMost,
    });
    ({ lanes } = found);
    const coming = rule === null ? [] : await comingFor(tx, rule, { ...everywhere, lanes });
    for (const { person, at } of coming) armed.set(person, Math.min(at, armed.get(person) ?? at));
    // What the first left behind, the others leave too; and these lanes are brought to all of them.
    atMost = everybody;
    const changes: { person: string; workspace: number; segment: string; entered: boolean; at: Instant }[] = [];
    for (const { person, entered, changesAt, stale: isStale } of found.shifts) {
      if (changesAt !== null) armed.set(person, Math.min(changesAt, armed.get(person) ?? changesAt));
      if (entered === null) continue;
      changes.push({ person, workspace: workspace.id, segment: key, entered, at: now });
      // Whoever a journey waits for is decided about like everybody to whom something happens.
      if (isStale || isHeard) {
        stale.add(person);
        continue;
      }
      shifts.push({ person, segment, entered });
      if (entered) stateOf(person).entered[key] = now;
      else stateOf(person).left.push(key);
    }
    await changeMemberships(tx, changes);
    if (holdsWhileIn(book, key)) for (const { person, entered } of changes) if (!entered) letGo.push({ person, at: now });
  }
  await armWakes(
    tx,
    [...armed].map(([person, dueAt]) => ({ workspace: workspace.id, person, clock, dueAt })),
  );

  const people = await changeStates(tx, workspace.id, [...states.values()]);
  await appendLog(deps, tx, given, shifts);
  const wakes = [...stale].map((person) => ({ workspace: workspace.id, person, clock, dueAt: now }));
  const written = await decideAndWrite(deps, tx, given.ids, [], wakes, { revision: book.revision });
  written.changes += shifts.length;
  if (await letGoAgain(tx, letGo)) written.pokes = true;
  if (shifts.length > 0) written.topics.set(workspace.id, new Set<LiveTopic>([...(written.topics.get(workspace.id) ?? []), 'people']));
  return { lanes, people: people + stale.size, weight: shifts.length + armed.size * wakeWeight, written };
}

/** Whether a journey begins with coming into a segment or leaving it, or somebody waits for it in one. */
const hearsOf = (book: Rulebook, key: string): boolean =>
  book.listeners.has(`segment:${key} entered`) ||
  book.listeners.has(`segment:${key} left`) ||
  [...book.versions.values()].some(({ steps }) => [...steps.values()].some(({ reads }) => reads?.has(`segment:${key}`)));

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
    const loaded = await loadPeople(tx, [...new Set(some.map(({ person }) => person))]);
    const made = await withMemory(
      tx,
      loaded.map((person) => ({ person, workspace, book, at: now })),
      { once: true },
    );
    const people = new Map(loaded.map((each) => [each.id, toPerson(made.get(each.id) ?? each)]));
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
