import { isSame } from '#contract/diff.ts';
import type { Fact } from '#contract/fact.ts';
import type { Instant } from '#contract/instant.ts';
import type { LiveTopic } from '#contract/routes/operate.ts';
import { decide, type Decision, type Given } from '#engine/decide.ts';
import { newPerson, type PersonState } from '#engine/person.ts';
import { namesOf, nameKey } from '#engine/identity/names.ts';
import { stableId } from '#engine/stable-id.ts';
import type { Transaction } from '#store/database.ts';
import { laneOf } from '#store/identities.ts';
import { knownEvents } from '#store/events.ts';
import type { TakenFact } from '#store/inbox.ts';
import { loadPeople, type StoredPerson } from '#store/people.ts';
import { loadLiveRuns } from '#store/runs.ts';
import type { Wake } from '#store/wakes.ts';
import { loadWorkspaces, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { faultWait, sayFault } from './fault.ts';
import { Resolver } from './ingest/resolve.ts';
import { Batch, gather, wakeOf, type Work, type WorkOf, write } from './batch.ts';
import { type AskedAbout, memosOfBook, pastOf, withMemory } from './remember.ts';
import { toPerson, toRun } from './rows.ts';

export interface Written {
  /** How often somebody entered or left a segment, or a score crossed a threshold. */
  changes: number;
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
  backfill?: { revision: number },
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

  const work = new Map<string, Work>();
  /** By which revision somebody is decided: the workspace's, or while a backfill is open that of their lane. */
  const workOf = async (id: number, person: string): Promise<Work | null> => {
    const workspace = workspaces.get(id);
    if (!workspace) return null;
    const revision = backfill?.revision ?? workspace.laneRevisions?.[laneOf(person)] ?? workspace.revision;
    const known = work.get(`${id}@${revision}`);
    if (known) return known;
    const needed = [
      ...runList.filter((run) => run.workspace === id),
      ...taken.flatMap(({ workspace: of, fact }) => (of === id ? versionsOf(fact) : [])),
    ];
    const made = { workspace, rulebook: await deps.rulebooks.at(tx, id, revision, needed), now: workspaceNow(workspace, real) };
    work.set(`${id}@${revision}`, made);
    return made;
  };

  const batch = new Batch();
  const facts = new Map<string, { workspace: number; facts: Fact[] }>();
  for (const wake of wakes) facts.set(wake.person, { workspace: wake.workspace, facts: [] });
  const seen = new Set<string>();
  for (const { person, workspace, fact } of taken) {
    const before = stored.get(person);
    if (before?.mergedInto) {
      batch.strays.set(person, before.mergedInto);
      batch.forwards.push({ workspace, person: before.mergedInto, class: 'live', fact });
      continue;
    }
    if (before?.erasedAt) {
      const anew = await personAnew(deps, tx, workspace, fact, person);
      if (anew) batch.forwards.push({ workspace, person: anew, class: 'live', fact });
      continue;
    }
    const elsewhere = before && (await whoseNow(deps, tx, before, fact, workOf));
    if (elsewhere) {
      batch.forwards.push({ workspace, person: elsewhere, class: 'live', fact });
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
  const rebuilt = await withMemory(tx, await lookedAt(facts, woken, stored, workOf));
  let changes = 0;

  for (const [id, given] of facts) {
    const where = await workOf(given.workspace, id);
    const before = stored.get(id);
    if (!where || (!before && given.facts.length === 0) || before?.mergedInto || before?.erasedAt) continue;
    const first = given.facts[0];
    const person = before
      ? toPerson(rebuilt.get(id) ?? before)
      : newPerson(id, first!.source.entryPoint ?? 'api', Math.min(where.now, first!.acceptedAt));
    const asked: Given = {
      person,
      runs: (runs.get(id) ?? []).map(toRun),
      facts: given.facts,
      wokenAt: woken.get(id) ?? null,
      isNew: !before,
      isRegrouped: before !== undefined && regrouped.has((before.state as PersonState).memoryVersion),
    };
    let decision = decideSafely(deps, asked, where);
    if (decision.needsHistory) {
      decision = decideSafely(deps, { ...asked, history: await pastOf(tx, id, memosOfBook(where.rulebook)) }, where);
    }
    changes += decision.effects.filter((effect) => effect.kind === 'segment' || effect.kind === 'score').length;
    // Most people stand as they stood when one definition of fifty changes; they need not be written.
    if (
      backfill &&
      decision.effects.length === 0 &&
      before &&
      isSame(before.state, { ...decision.person.state, revision: (before.state as PersonState).revision })
    ) {
      if (decision.wakeAt !== Number.POSITIVE_INFINITY) batch.wakes.push(wakeOf(where.workspace, id, decision.wakeAt));
      continue;
    }
    gather(batch, deps, where, id, given.facts, runs.get(id) ?? [], decision, real);
  }
  const { messagesWait } = await write(tx, batch, workOf, real);
  return {
    changes,
    topics: batch.topics,
    ownClock: new Set([...work.values()].filter((each) => each.workspace.clock !== null).map((each) => each.workspace.id)),
    pokes: messagesWait || batch.messages.length + batch.merges.length + batch.forwards.length > 0,
    forwardedTo: batch.forwards.map((entry) => laneOf(entry.person)),
  };
}

/** Why a memory is made anew that say that the history is another one. */
const regrouped = new Set<PersonState['memoryVersion']>(['merged', 'unmerged']);

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
  const [resolved] = await new Resolver(() => deps.newId(deps.now())).resolve(tx, [names], () => fact.acceptedAt);
  return resolved!.person === erased ? null : resolved!.person;
}

/**
 * Who is meant by a fact whose name was this person's when it was accepted and has gone since: it went back to somebody when a merge was undone, or to nobody, because
 * many share it; then a new person. Null for everything else.
 */
async function whoseNow(deps: Deps, tx: Transaction, person: StoredPerson, fact: Fact, workOf: WorkOf): Promise<string | null> {
  const { gone } = person.state as PersonState;
  if (!gone || (fact.kind !== 'event' && fact.kind !== 'identify' && fact.kind !== 'alias')) return null;
  const work = await workOf(person.workspace, person.id);
  if (!work) return null;
  const [name] = namesOf(work.rulebook.identity, { ...fact.envelope, ...('traits' in fact ? { traits: fact.traits } : {}) });
  const whose = name && gone[nameKey(name)];
  if (whose === undefined || whose !== '') return whose ?? null;
  const names = { workspace: person.workspace, user: null, anonymous: null, email: null, phone: null, trusted: false, fact: fact.id };
  const [resolved] = await new Resolver(() => deps.newId(deps.now())).resolve(tx, [names], () => fact.acceptedAt);
  return resolved!.person;
}

/** Whoever is known already and is decided about now, with the rulebook that decides. */
async function lookedAt(
  facts: ReadonlyMap<string, { workspace: number; facts: readonly Fact[] }>,
  woken: ReadonlyMap<string, Instant>,
  stored: ReadonlyMap<string, StoredPerson>,
  workOf: WorkOf,
) {
  const looked: AskedAbout[] = [];
  for (const [id, given] of facts) {
    const person = stored.get(id);
    if (!person || person.mergedInto || person.erasedAt) continue;
    const where = await workOf(given.workspace, id);
    if (!where) continue;
    // What came late, and what a wake was late for, is asked as of then.
    const at = Math.min(where.now, woken.get(id) ?? where.now, ...given.facts.map((fact) => fact.at));
    looked.push({ person, workspace: where.workspace, book: where.rulebook, at });
  }
  return looked;
}

/** The versions of a journey between which a fact moves somebody: nobody may be under way by one of them any more, or yet. */
const versionsOf = (fact: Fact): { journey: string; version: number }[] =>
  fact.kind === 'migrate' ? [fact.from, fact.to].map((version) => ({ journey: fact.journey, version })) : [];
