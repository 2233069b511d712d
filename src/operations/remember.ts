import { day, type Instant } from '#contract/instant.ts';
import type { PersonState } from '#engine/person.ts';
import type { Occurrence } from '#engine/rule/match.ts';
import { keepsAll, type Memo, memoIdIn, memoName, namesSince, remember } from '#engine/rule/memory.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import type { Transaction } from '#store/database.ts';
import { openBackfills } from '#store/backfills.ts';
import { eventsForMemory, eventsForMemoryOfMany, type StoredEvent } from '#store/events.ts';
import { peopleWhoOwe, type StoredPerson } from '#store/people.ts';
import { armWakes } from '#store/wakes.ts';
import { loadWorkspaces, saveOwedMemos, type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { toOccurrence } from './rows.ts';

/**
 * What people remember is made from their events when they are next looked at: of a rule that is new, by whoever was last decided before it (they *owe* it), and whole after a
 * merge or a fault. So a rule for a million people is published without writing to each of them.
 */

export const memosOfBook = (book: Rulebook): readonly Memo[] => [...new Set([...book.memosByEvent.values()].flat())];

/**
 * Which memos are owed after a publication, and since which revision: those that were, and those that the rulebook before did not have everybody keep. What older versions of journeys ask
 * for is kept only by who is under way in them, so it is new to everybody else when it comes back.
 */
export function owedAfter(owed: Workspace['owedMemos'], before: Rulebook, after: Rulebook): Workspace['owedMemos'] {
  const known = new Map(before.memos.map((memo) => [memo.id, memo]));
  const anew = after.memos.filter((memo) => {
    const kept = known.get(memo.id);
    return !kept || !keepsAll(kept, memo);
  });
  // What only the one before asked stays until the next publication: until the backfill is done, some are still decided by it.
  return Object.fromEntries([
    ...Object.entries(owed).filter(([name]) => known.has(memoIdIn(name))),
    ...anew.map((memo) => [memoName(memo), after.revision] as const),
  ]);
}

/**
 * Id of a memo → since which revision it is owed, where a rulebook decides, by whoever was last decided before. How much of it is kept is no matter: versions in which some are under way
 * may ask for more than what is published.
 */
export function owedFrom({ owedMemos }: Workspace, book: Rulebook): ReadonlyMap<string, number> {
  const from = new Map<string, number>();
  for (const [name, revision] of Object.entries(owedMemos)) {
    const id = memoIdIn(name);
    if (revision <= book.revision && revision > (from.get(id) ?? 0)) from.set(id, revision);
  }
  return from;
}

/** What somebody owes who was last decided by a revision. */
function owedSince(workspace: Workspace, book: Rulebook, revision: number): readonly Memo[] {
  const from = owedFrom(workspace, book);
  return from.size === 0 ? [] : memosOfBook(book).filter(({ id }) => (from.get(id) ?? 0) > revision);
}

/** Somebody about whom rules of a rulebook are going to be asked, as of an instant or later. */
export interface AskedAbout {
  person: StoredPerson;
  workspace: Workspace;
  book: Rulebook;
  at: Instant;
}

/** From so many on, what people did is looked up by its name in place of by who did it, where a caller says that this happens once and not with every batch. */
const many = 20;

/** These people with everything that rules need to be asked about them; who owes nothing is left out. */
export async function withMemory(
  tx: Transaction,
  people: readonly AskedAbout[],
  { once = false }: { once?: boolean } = {},
): Promise<Map<string, StoredPerson>> {
  const groups = new Map<string, { workspace: Workspace; memos: readonly Memo[]; whole: boolean; people: StoredPerson[]; at: Instant }>();
  /** Most people of a batch were last decided by the same few revisions. */
  const lacking = new Map<string, { memos: readonly Memo[]; name: string }>();
  for (const { person, workspace, book, at } of people) {
    const state = person.state as PersonState;
    const whole = state.memoryVersion !== '';
    const place = `${workspace.id}@${book.revision} ${whole ? 'whole' : state.revision}`;
    let lacks = lacking.get(place);
    if (!lacks) {
      const memos = whole ? memosOfBook(book) : owedSince(workspace, book, state.revision);
      lacks = { memos, name: `${workspace.id}@${book.revision} ${whole} ${memos.map(memoName).join(' ')}` };
      lacking.set(place, lacks);
    }
    const { memos, name } = lacks;
    if (memos.length === 0 && !whole) continue;
    const group = groups.get(name) ?? { workspace, memos, whole, people: [], at };
    group.people.push(person);
    group.at = Math.min(group.at, at);
    groups.set(name, group);
  }
  const made = new Map<string, StoredPerson>();
  for (const { workspace, memos, whole, people, at } of groups.values()) {
    const ids = people.map(({ id }) => id);
    const names = namesSince(memos, at);
    const realTime = workspace.clock === null;
    const events =
      once && ids.length >= many
        ? await eventsForMemoryOfMany(tx, workspace.id, ids, names, at, realTime)
        : await eventsForMemory(tx, ids, names, realTime);
    const pasts = pastsByPerson(events);
    for (const person of people) {
      const state = person.state as PersonState;
      const memory = remember(memos, pasts.get(person.id) ?? []);
      made.set(person.id, {
        ...person,
        state: { ...state, memory: whole ? memory : { ...state.memory, ...memory }, memoryVersion: '' },
      });
    }
  }
  return made;
}

/** One person with everything that rules need to be asked about them. */
export const remembering = async (
  tx: Transaction,
  { id }: Workspace,
  book: Rulebook,
  person: StoredPerson,
  at: Instant,
): Promise<StoredPerson> => {
  // Read anew: the workspace at hand may be older than the rulebook.
  const [workspace] = await loadWorkspaces(tx, [id]);
  return (await withMemory(tx, [{ person, workspace: workspace!, book, at }])).get(person.id) ?? person;
};

/** What somebody did that these memos take, oldest first, as rules see it. */
export const pastOf = async (tx: Transaction, person: string, memos: readonly Memo[]): Promise<Occurrence[]> =>
  (await eventsForMemory(tx, [person], namesSince(memos, Number.NEGATIVE_INFINITY), false)).map(toOccurrence);

function pastsByPerson(events: readonly StoredEvent[]): Map<string, Occurrence[]> {
  const pasts = new Map<string, Occurrence[]>();
  for (const event of events) {
    const occurrence = toOccurrence(event);
    const past = pasts.get(event.person);
    if (past) past.push(occurrence);
    else pasts.set(event.person, [occurrence]);
  }
  return pasts;
}

/** How many people are woken at once so that they remember before events are dropped. */
const wokenAtOnce = 20_000;

/**
 * Has those woken who owe a memory that reaches back beyond what is kept of events, and forgets that it was owed when nobody does. Answers whether everybody remembers: until then no
 * event may be dropped.
 */
export async function settleOwedMemory(deps: Deps, keepDays: number): Promise<boolean> {
  let isSettled = true;
  for (const { id, owedMemos } of await deps.workspaces.all()) {
    if (Object.keys(owedMemos).length === 0) continue;
    isSettled = (await deps.db.transaction({ workspaces: [id] }, (tx) => settleWorkspace(deps, tx, id, keepDays * day))) && isSettled;
  }
  if (!isSettled) deps.bus.pokeWork();
  return isSettled;
}

async function settleWorkspace(deps: Deps, tx: Transaction, id: number, kept: number): Promise<boolean> {
  // Who is decided by an older revision meanwhile would owe it again.
  if ((await openBackfills(tx, [id])).length > 0) return false;
  const [workspace] = await loadWorkspaces(tx, [id]);
  const book = await deps.rulebooks.at(tx, id, workspace!.revision);
  // One month of events is dropped at a time, so what reaches back nearly as far is at its edge.
  const from = owedFrom(workspace!, book);
  const far = memosOfBook(book).filter((memo) => memo.horizon > kept - 32 * day && from.has(memo.id));
  if (far.length === 0) return true;
  const since = Math.max(...far.map((memo) => from.get(memo.id)!));
  const people = await peopleWhoOwe(tx, id, since, wokenAtOnce);
  if (people.length === 0) {
    const settled = new Set(far.map(({ id: memo }) => memo));
    await saveOwedMemos(tx, id, Object.fromEntries(Object.entries(workspace!.owedMemos).filter(([name]) => !settled.has(memoIdIn(name)))));
    return true;
  }
  const dueAt: Instant = workspaceNow(workspace!, deps.now());
  await armWakes(
    tx,
    people.map((person) => ({ workspace: id, person, clock: workspace!.clock?.clock ?? 0, dueAt })),
  );
  return false;
}
