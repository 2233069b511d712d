import type { Fact } from '#contract/fact.ts';
import type { JsonObject } from '#contract/json.ts';
import type { LiveTopic } from '#contract/routes/operate.ts';
import { decide, type Decision, type Given } from '#engine/decide.ts';
import { newPerson, type PersonState } from '#engine/person.ts';
import type { Occurrence } from '#engine/rule/match.ts';
import { remember } from '#engine/rule/memory.ts';
import { stableId } from '#engine/stable-id.ts';
import type { Transaction } from '#store/database.ts';
import { laneOf } from '#store/identities.ts';
import { eventsForMemory, knownEvents } from '#store/events.ts';
import type { TakenFact } from '#store/inbox.ts';
import { loadPeople, type StoredPerson } from '#store/people.ts';
import { loadLiveRuns } from '#store/runs.ts';
import type { Wake } from '#store/wakes.ts';
import { loadWorkspaces, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { faultWait, sayFault } from './fault.ts';
import { Resolver } from './ingest/resolve.ts';
import { Batch, gather, type Work, write } from './batch.ts';
import { toPerson, toRun } from './rows.ts';

export interface Written {
  topics: Map<number, Set<LiveTopic>>;
  ownClock: Set<number>;
  /** Whether messages, merges or forwarded facts wait now, and in which lanes facts do. */
  pokes: boolean;
  forwardedTo: number[];
}

/** The part of a batch inside its transaction. The lanes of everybody concerned are locked. */
export async function decideAndWrite(
  deps: Deps,
  tx: Transaction,
  ids: readonly number[],
  taken: readonly TakenFact[],
  wakes: readonly Wake[],
): Promise<Written> {
  const real = deps.now();
  const people = [...new Set([...taken.map((each) => each.person), ...wakes.map((wake) => wake.person)])];
  const [workspaceList, peopleList, runList, known] = await Promise.all([
    loadWorkspaces(tx, ids),
    loadPeople(tx, people),
    loadLiveRuns(tx, people),
    knownEvents(
      tx,
      taken.map((each) => ({ person: each.person, id: each.fact.id })),
      real,
    ),
  ]);
  const workspaces = new Map(workspaceList.map((workspace) => [workspace.id, workspace]));
  const stored = new Map(peopleList.map((person) => [person.id, person]));
  const runs = Map.groupBy(runList, (run) => run.person);

  const work = new Map<number, Work>();
  for (const id of new Set([...taken.map((each) => each.workspace), ...wakes.map((wake) => wake.workspace)])) {
    const workspace = workspaces.get(id);
    if (workspace)
      work.set(id, {
        workspace,
        rulebook: await deps.rulebooks.at(
          tx,
          id,
          workspace.revision,
          runList.filter((run) => run.workspace === id),
        ),
        now: workspaceNow(workspace, real),
      });
  }

  const batch = new Batch();
  const facts = new Map<string, { workspace: number; facts: Fact[] }>();
  for (const wake of wakes) facts.set(wake.person, { workspace: wake.workspace, facts: [] });
  const seen = new Set<string>();
  for (const { person, workspace, fact } of taken) {
    const before = stored.get(person);
    if (before?.mergedInto) {
      batch.forwards.push({ workspace, person: before.mergedInto, class: 'live', fact });
      continue;
    }
    if (before?.erasedAt) {
      const anew = await personAnew(deps, tx, workspace, fact, person);
      if (anew) batch.forwards.push({ workspace, person: anew, class: 'live', fact });
      continue;
    }
    const key = person + fact.id;
    if (known.has(key) || seen.has(key)) continue;
    seen.add(key);
    const there = facts.get(person);
    if (there) there.facts.push(fact);
    else facts.set(person, { workspace, facts: [fact] });
  }
  const woken = new Map(wakes.map((wake) => [wake.person, wake.dueAt]));
  await rebuildMemories(tx, facts, stored, work);

  for (const [id, given] of facts) {
    const where = work.get(given.workspace);
    const before = stored.get(id);
    if (!where || (!before && given.facts.length === 0) || before?.mergedInto || before?.erasedAt) continue;
    const first = given.facts[0];
    const person = before ? toPerson(before) : newPerson(id, first!.source.entryPoint ?? 'api', Math.min(where.now, first!.acceptedAt));
    if (!before) person.state.memoryVersion = where.rulebook.memoryVersion;
    const asked: Given = { person, runs: (runs.get(id) ?? []).map(toRun), facts: given.facts, wokenAt: woken.get(id) ?? null, isNew: !before };
    let decision = decideSafely(deps, asked, where);
    if (decision.needsHistory) {
      const names = [...where.rulebook.memosByEvent.keys()];
      decision = decideSafely(deps, { ...asked, history: (await pastsOf(tx, [id], names)).get(id) ?? [] }, where);
    }
    gather(batch, deps, where, id, given.facts, runs.get(id) ?? [], decision, real);
  }
  await write(tx, batch, real);
  return {
    topics: batch.topics,
    ownClock: new Set([...work.values()].filter((each) => each.workspace.clock !== null).map((each) => each.workspace.id)),
    pokes: batch.messages.length + batch.merges.length + batch.forwards.length > 0,
    forwardedTo: batch.forwards.map((entry) => laneOf(entry.person)),
  };
}

/**
 * Decides; a fault of ours about one person does not hold up everybody else. Their facts are kept as events, the fault stands on their timeline, and their memory is
 * rebuilt from the events when they are next looked at.
 */
function decideSafely(deps: Deps, given: Given, { rulebook, now, workspace }: Work): Decision {
  try {
    return decide(given, rulebook, now);
  } catch (error) {
    deps.log.error(
      { workspace: workspace.id, person: given.person.id, error: sayFault(error) },
      'a decision about a person failed; their facts are kept',
    );
    const evidence = given.facts[0]?.id ?? null;
    return {
      person: { ...given.person, state: { ...given.person.state, memoryVersion: 'fault' } },
      runs: [...given.runs],
      effects: [
        {
          kind: 'decision',
          id: stableId('decision', 'fault', given.person.id, now),
          at: now,
          about: 'fault',
          decided: 'nothing',
          answer: 'Nothing was decided: something went wrong on our side. What happened is kept and will be looked at again.',
          because: [],
          evidence,
        },
      ],
      wakeAt: now + faultWait,
      needsHistory: false,
    };
  }
}

/** Who is meant by a fact for somebody who was erased since it was accepted: a new person, of whom nothing earlier is known. Null for what only concerned the old one. */
async function personAnew(deps: Deps, tx: Transaction, workspace: number, fact: Fact, erased: string): Promise<string | null> {
  if (fact.kind !== 'event' && fact.kind !== 'identify') return null;
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  const names = {
    workspace,
    user: text(fact.envelope.userId),
    anonymous: text(fact.envelope.anonymousId),
    email: fact.claims?.email ?? null,
    phone: null,
    trusted: false,
  };
  if (names.user === null && names.anonymous === null && names.email === null) return null;
  const [resolved] = await new Resolver(deps.newId).resolve(tx, [names], deps.now());
  return resolved!.person === erased ? null : resolved!.person;
}

/** Computes the memories of people whose set is another than the rulebook's, from the events that are kept. */
async function rebuildMemories(
  tx: Transaction,
  facts: Map<string, { workspace: number; facts: Fact[] }>,
  stored: Map<string, StoredPerson>,
  work: Map<number, Work>,
): Promise<void> {
  for (const [workspace, { rulebook }] of work) {
    const stale = [...facts]
      .filter(
        ([id, given]) =>
          given.workspace === workspace &&
          stored.has(id) &&
          (stored.get(id)!.state as PersonState).memoryVersion !== rulebook.memoryVersion,
      )
      .map(([id]) => id);
    if (stale.length === 0) continue;
    const pasts = await pastsOf(tx, stale, [...rulebook.memosByEvent.keys()]);
    const memos = new Set([...rulebook.memosByEvent.values()].flat());
    for (const id of stale) {
      const person = stored.get(id)!;
      const state: PersonState = {
        ...(person.state as PersonState),
        memory: remember(memos, pasts.get(id) ?? []),
        memoryVersion: rulebook.memoryVersion,
      };
      stored.set(id, { ...person, state });
    }
  }
}

/** What these people did under these names, oldest first, as rules see it. */
async function pastsOf(tx: Transaction, people: readonly string[], names: readonly string[]): Promise<Map<string, Occurrence[]>> {
  const pasts = new Map<string, Occurrence[]>();
  for (const event of await eventsForMemory(tx, people, names)) {
    const occurrence = { id: event.id, at: event.happenedAt, name: event.name, properties: (event.body.properties ?? {}) as JsonObject };
    const past = pasts.get(event.person);
    if (past) past.push(occurrence);
    else pasts.set(event.person, [occurrence]);
  }
  return pasts;
}
