import { createHash } from 'node:crypto';
import type { Fact, FactKind } from '#contract/fact.ts';
import { type Instant, minute } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import type { LiveTopic } from '#contract/routes/operate.ts';
import { decide, type Decision, type Given } from '#engine/decide.ts';
import type { Run } from '#engine/journey/run.ts';
import { emptyState, newPerson, type Person, type PersonState } from '#engine/person.ts';
import { remember } from '#engine/rule/memory.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import { stableId } from '#engine/stable-id.ts';
import { isOurFault, type Transaction } from '#store/database.ts';
import { forgetIdentities, laneOf } from '#store/identities.ts';
import { eventsForMemory, insertEvents, knownEvents, type StoredEvent } from '#store/events.ts';
import {
  appendConsents,
  appendDecisions,
  appendMoves,
  changeMemberships,
  insertNewTasks,
  type StoredConsent,
  type StoredDecision,
  type StoredMove,
  type StoredTask,
} from '#store/histories.ts';
import {
  appendToInbox,
  askForMerges,
  type InboxEntry,
  lockLanes,
  lockLanesInOrder,
  takeFacts,
  type TakenFact,
  type WantedMerge,
} from '#store/inbox.ts';
import { changeMessages, countOn, findMessage, insertMessages, type NewMessage, suppress, type Suppression } from '#store/messages.ts';
import { loadPeople, savePeople, type StoredPerson } from '#store/people.ts';
import { recordRefusals } from '#store/refusals.ts';
import { appendSteps, loadLiveRuns, saveRuns, type StoredRun, type StoredStep } from '#store/runs.ts';
import { armWakes, takeWakes, type Wake } from '#store/wakes.ts';
import { loadWorkspaces, type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { Resolver } from './ingest/resolve.ts';

export interface Processed {
  facts: number;
  wakes: number;
  /** Lanes that somebody else held. */
  busy: number;
  /** Lanes of which so much was taken that more may wait. */
  full: number[];
}

/** Facts taken of each lane at once: 32 lanes of 64 make a batch of about two thousand, where a fact costs least. */
const factsPerLane = 64;
const wakesAtOnce = 2_000;

/**
 * Takes the next facts and due wakes of some lanes, decides, and writes everything that follows, in one transaction. What it wrote has happened; after
 * a crash nothing of it has, and the facts are in the inbox again.
 */
export async function processLanes(
  deps: Deps,
  lanes: readonly number[],
  most: { facts: number; wakes: number } = { facts: factsPerLane, wakes: wakesAtOnce },
): Promise<Processed> {
  const ids = await deps.workspaces.ids();
  const clocks = await deps.workspaces.clocks();
  const outcome = await deps.db.transaction({ workspaces: ids }, async (tx) => {
    const locked = await lockLanes(tx, lanes);
    if (locked.length === 0) return { taken: [], wakes: [], written: null, busy: lanes.length };
    const [taken, wakes] = await Promise.all([takeFacts(tx, locked, most.facts), takeWakes(tx, locked, clocks, most.wakes)]);
    deps.failpoint('process.taken');
    const written = taken.length + wakes.length > 0 ? await decideAndWrite(deps, tx, ids, taken, wakes) : null;
    deps.failpoint('process.written');
    return { taken, wakes, written, busy: lanes.length - locked.length };
  });
  deps.failpoint('process.committed');
  if (outcome.written) announce(deps, outcome.written, outcome.taken, outcome.wakes);
  const taken = Map.groupBy(outcome.taken, (each) => each.lane);
  return {
    facts: outcome.taken.length,
    wakes: outcome.wakes.length,
    busy: outcome.busy,
    full: [...taken].filter(([, list]) => list.length >= factsPerLane).map(([lane]) => lane),
  };
}

/**
 * Processes a group whose batch the database refused, by a fault of ours, in ever smaller parts: lane by lane, then one fact at a time. What is refused even alone is set
 * aside whole, among the refusals, so that one poisoned fact holds up nobody.
 */
export async function processApart(deps: Deps, lanes: readonly number[]): Promise<Processed> {
  const sum: Processed = { facts: 0, wakes: 0, busy: 0, full: [] };
  const add = (done: Processed): void => {
    sum.facts += done.facts;
    sum.wakes += done.wakes;
    sum.busy += done.busy;
    sum.full.push(...done.full);
  };
  for (const lane of lanes) {
    try {
      add(await processLanes(deps, [lane]));
    } catch (error) {
      if (!isOurFault(error)) throw error;
      for (let taken = 0; taken < factsPerLane; taken++) {
        try {
          const done = await processLanes(deps, [lane], { facts: 1, wakes: 0 });
          add(done);
          if (done.facts === 0) break;
        } catch (error) {
          if (!isOurFault(error)) throw error;
          await setAside(deps, lane, error);
        }
      }
      await processLanes(deps, [lane], { facts: 0, wakes: wakesAtOnce }).then(add, (error) => {
        if (!isOurFault(error)) throw error;
        return putOffWakes(deps, lane, error);
      });
    }
  }
  return sum;
}

async function setAside(deps: Deps, lane: number, error: unknown): Promise<void> {
  const now = deps.now();
  const ids = await deps.workspaces.ids();
  const aside = await deps.db.transaction({ workspaces: ids }, async (tx) => {
    await lockLanesInOrder(tx, [lane]);
    const taken = await takeFacts(tx, [lane], 1);
    await recordRefusals(
      tx,
      taken.map(({ workspace, fact, person }) => ({
        workspace,
        code: 'fact-undecided',
        details: { person, fact: fact.id, fault: String(error).slice(0, 300) },
        raw: JSON.stringify(fact),
      })),
      now,
      1_000_000,
    );
    return taken;
  });
  deps.log.error(
    { lane, facts: aside.map((each) => each.fact.id), error: String(error) },
    'a fact could not be processed and was set aside',
  );
  for (const workspace of new Set(aside.map((each) => each.workspace))) deps.bus.changed(workspace, ['refusals']);
}

async function putOffWakes(deps: Deps, lane: number, error: unknown): Promise<void> {
  deps.log.error({ lane, error: String(error) }, 'the wakes of a lane could not be processed and are put off');
  const clocks = await deps.workspaces.clocks();
  const ids = await deps.workspaces.ids();
  await deps.db.transaction({ workspaces: ids }, async (tx) => {
    await lockLanesInOrder(tx, [lane]);
    await armWakes(
      tx,
      (await takeWakes(tx, [lane], clocks, wakesAtOnce)).map((wake) => ({
        ...wake,
        dueAt: Math.max(wake.dueAt, clocks.find((each) => each.clock === wake.clock)?.now ?? 0) + faultWait,
      })),
    );
  });
}

/** Lets the loops, the views and the measurements know what a committed batch did. */
export function announce(deps: Deps, written: Written, taken: readonly TakenFact[], wakes: readonly Wake[]): void {
  const real = deps.now();
  for (const { fact, workspace } of taken)
    if (!written.ownClock.has(workspace)) deps.lags.add('acceptToDecide', real - fact.acceptedAt, real);
  for (const wake of wakes) if (wake.clock === 0) deps.lags.add('dueToWoken', real - wake.dueAt, real);
  for (const [workspace, topics] of written.topics) deps.bus.changed(workspace, [...topics]);
  if (written.pokes) deps.bus.pokeWork(written.forwardedTo);
}

export interface Written {
  topics: Map<number, Set<LiveTopic>>;
  ownClock: Set<number>;
  /** Whether messages, merges or forwarded facts wait now, and in which lanes facts do. */
  pokes: boolean;
  forwardedTo: number[];
}

interface Work {
  workspace: Workspace;
  rulebook: Rulebook;
  now: Instant;
}

/** Everything a batch writes, gathered so that each table gets one statement. */
class Batch {
  readonly events: StoredEvent[] = [];
  readonly people: StoredPerson[] = [];
  readonly runs: StoredRun[] = [];
  readonly steps: StoredStep[] = [];
  readonly moves: StoredMove[] = [];
  readonly consents: StoredConsent[] = [];
  readonly memberships: { person: string; workspace: number; segment: string; entered: boolean; at: Instant }[] = [];
  readonly messages: NewMessage[] = [];
  readonly messageEvents: { person: string; message: string; what: 'opened' | 'clicked' }[] = [];
  readonly bounces: { workspace: number; message: string; answer: string | null }[] = [];
  readonly suppressions: Suppression[] = [];
  readonly tasks: Omit<StoredTask, 'doneAt'>[] = [];
  readonly decisions: StoredDecision[] = [];
  readonly wakes: Wake[] = [];
  readonly merges: Omit<WantedMerge, 'id'>[] = [];
  readonly forwards: InboxEntry[] = [];
  readonly erased: string[] = [];
  readonly topics = new Map<number, Set<LiveTopic>>();

  touch(workspace: number, ...topics: LiveTopic[]): void {
    const there = this.topics.get(workspace);
    if (there) for (const topic of topics) there.add(topic);
    else this.topics.set(workspace, new Set(topics));
  }
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
  const woken = new Set(wakes.map((wake) => wake.person));
  await rebuildMemories(tx, facts, stored, work);

  for (const [id, given] of facts) {
    const where = work.get(given.workspace);
    const before = stored.get(id);
    if (!where || (!before && given.facts.length === 0) || before?.mergedInto || before?.erasedAt) continue;
    const first = given.facts[0];
    const person = before ? toPerson(before) : newPerson(id, first!.source.entryPoint ?? 'api', Math.min(where.now, first!.acceptedAt));
    if (!before) person.state.memoryVersion = where.rulebook.memoryVersion;
    const decision = decideSafely(
      deps,
      { person, runs: (runs.get(id) ?? []).map(toRun), facts: given.facts, askAll: woken.has(id), isNew: !before },
      where,
    );
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

/** How long until a person is looked at again about whom a decision failed by a fault of ours. */
const faultWait = 15 * minute;

/**
 * Decides; a fault of ours about one person does not hold up everybody else. Their facts are kept as events, the fault stands on their timeline, and their memory is
 * rebuilt from the events when they are next looked at.
 */
function decideSafely(deps: Deps, given: Given, { rulebook, now, workspace }: Work): Decision {
  try {
    return decide(given, rulebook, now);
  } catch (error) {
    deps.log.error(
      { workspace: workspace.id, person: given.person.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
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
    const events = Map.groupBy(await eventsForMemory(tx, stale, [...rulebook.matchersByEvent.keys()]), (event) => event.person);
    for (const id of stale) {
      const person = stored.get(id)!;
      const state: PersonState = { ...(person.state as PersonState), memory: {}, memoryVersion: rulebook.memoryVersion };
      for (const event of events.get(id) ?? [])
        for (const matcher of rulebook.matchersByEvent.get(event.name) ?? [])
          if (matcher.matches((event.body.properties ?? {}) as JsonObject)) remember(state.memory, matcher, event.happenedAt);
      stored.set(id, { ...person, state });
    }
  }
}

/** Sorts what was decided for one person into the tables that it goes to. */
function gather(
  batch: Batch,
  deps: Deps,
  { workspace, rulebook, now }: Work,
  person: string,
  facts: readonly Fact[],
  before: readonly StoredRun[],
  decision: Decision,
  real: Instant,
): void {
  const { id: workspaceId } = workspace;
  const at = { person, workspace: workspaceId };
  for (const fact of facts) batch.events.push(toEvent(fact, person, workspaceId, real));
  batch.people.push(fromPerson(decision.person, workspaceId, rulebook));
  const known = new Map(before.map((run) => [run.id, run]));
  for (const run of decision.runs) {
    const old = known.get(run.id);
    if (
      !old ||
      old.status !== run.status ||
      old.step !== run.step ||
      old.state.seq !== run.seq ||
      old.state.wait?.until !== run.wait?.until
    )
      batch.runs.push(fromRun(run, person, workspaceId));
  }
  if (decision.wakeAt !== Number.POSITIVE_INFINITY)
    batch.wakes.push({ workspace: workspaceId, person, clock: workspace.clock?.clock ?? 0, dueAt: Math.max(decision.wakeAt, 0) });
  batch.touch(workspaceId, 'people', ...(facts.length > 0 ? (['events'] as const) : []));

  for (const effect of decision.effects) {
    switch (effect.kind) {
      case 'move':
        batch.moves.push({ ...effect, ...at, revision: rulebook.revision });
        break;
      case 'segment':
        batch.memberships.push({ ...at, segment: effect.segment, entered: effect.entered, at: effect.at });
        break;
      case 'consent':
        batch.consents.push({ ...effect, ...at });
        break;
      case 'suppress':
        batch.suppressions.push({
          workspace: workspaceId,
          channel: effect.channel,
          addressHash: hashAddress(effect.address),
          scope: effect.scope,
          because: effect.because,
          at: effect.at,
        });
        break;
      case 'step':
        batch.steps.push({ ...effect, ...at });
        batch.touch(workspaceId, 'runs');
        break;
      case 'task':
        batch.tasks.push({ ...effect, ...at, createdAt: effect.at });
        break;
      case 'decision':
        batch.decisions.push({ ...effect, ...at, revision: rulebook.revision });
        break;
      case 'message': {
        const template = rulebook.templates.get(effect.template);
        const topic = rulebook.topics.get(effect.topic);
        if (!template || !topic) {
          const missing = template ? `topic ${effect.topic}` : `template ${effect.template}`;
          batch.decisions.push({
            ...at,
            id: stableId('decision', effect.id),
            at: now,
            about: `journey:${effect.journey}`,
            decided: 'not sent',
            answer: `Not sent: the ${missing} is not published.`,
            because: [{ rule: `${missing} is published`, version: effect.version, held: false, evidence: [effect.evidence] }],
            revision: rulebook.revision,
            evidence: effect.evidence,
          });
          break;
        }
        batch.messages.push({
          ...at,
          id: effect.id,
          clock: workspace.clock?.clock ?? 0,
          journey: effect.journey,
          version: effect.version,
          run: effect.run,
          step: effect.step,
          channel: template.body.channel,
          template: effect.template,
          templateVersion: template.version,
          topic: effect.topic,
          purpose: topic.body.purpose,
          details: effect.actAt === null ? {} : { actAt: effect.actAt },
          revision: rulebook.revision,
          evidence: effect.evidence,
          createdAt: effect.createdAt,
          dueAt: effect.createdAt,
          expiresAt: effect.expiresAt,
          storedAt: real,
        });
        batch.touch(workspaceId, 'messages');
        break;
      }
      case 'event':
        batch.events.push({
          ...at,
          id: effect.id,
          call: 'track',
          name: effect.name,
          happenedAt: effect.at,
          acceptedAt: now,
          storedAt: real,
          body: { properties: effect.properties, messageId: `verdict:${effect.from}`, source: 'link' },
        });
        batch.touch(workspaceId, 'events');
        break;
      case 'message-event':
        if (effect.what === 'bounced') batch.bounces.push({ workspace: workspaceId, message: effect.message, answer: effect.answer });
        else batch.messageEvents.push({ person, message: effect.message, what: effect.what });
        batch.touch(workspaceId, 'messages');
        break;
      case 'merge':
        batch.merges.push({
          workspace: workspaceId,
          person,
          joins: effect.joins,
          evidence: effect.evidence,
          actor: effect.actor,
          trusted: facts.some((fact) => fact.id === effect.evidence && fact.source.trust === 'trusted'),
        });
        break;
      case 'erase':
        batch.erased.push(person);
        deps.log.info({ workspace: workspaceId }, 'a person was erased');
        break;
    }
  }
}

/** Writes the batch. The statements do not wait for each other's answers: they go out in one breath and are carried out in this order. */
async function write(tx: Transaction, batch: Batch, real: Instant): Promise<void> {
  await Promise.all([
    insertEvents(tx, batch.events),
    savePeople(tx, batch.people),
    saveRuns(tx, batch.runs),
    appendSteps(tx, batch.steps, real),
    appendMoves(tx, batch.moves),
    appendConsents(tx, batch.consents),
    changeMemberships(tx, batch.memberships),
    insertMessages(tx, batch.messages),
    countOn(tx, batch.messageEvents),
    suppress(tx, batch.suppressions),
    insertNewTasks(tx, batch.tasks),
    appendDecisions(tx, batch.decisions, real),
    armWakes(tx, batch.wakes),
    askForMerges(tx, batch.merges, real),
    appendToInbox(tx, batch.forwards),
    batch.erased.length > 0 ? forgetIdentities(tx, batch.erased) : null,
  ]);
  for (const bounce of batch.bounces) {
    const message = await findMessage(tx, bounce.workspace, bounce.message);
    if (message)
      await changeMessages(tx, [
        {
          ...message,
          status: 'bounced',
          reason: 'refused-address',
          details: { ...message.details, answer: bounce.answer },
          answer: bounce.answer,
        },
      ]);
  }
}

/** An address as the suppression list keeps it. It outlives the person, so that an erased and re-imported address is not mailed again. */
export const hashAddress = (address: string): string => createHash('sha256').update(address.trim().toLowerCase()).digest('hex');

const factNames: Record<Exclude<FactKind, 'event'>, string> = {
  identify: 'Identify',
  alias: 'Alias',
  consent: 'Consent Changed',
  override: 'Stage Overridden',
  edit: 'Person Edited',
  owner: 'Owner Changed',
  erase: 'Erased',
};

/** A fact as it is kept for good: what was sent, whole, and who says so. */
export function toEvent(fact: Fact, person: string, workspace: number, storedAt: Instant): StoredEvent {
  const { id, messageId, at, acceptedAt, source, kind, ...rest } = fact;
  const base = { id, person, workspace, happenedAt: at, acceptedAt, storedAt };
  if (fact.kind === 'event')
    return {
      ...base,
      call: fact.call,
      name: fact.name,
      body: {
        ...fact.envelope,
        properties: fact.properties,
        messageId,
        source: source.by,
        ...(fact.traits ? { traits: fact.traits } : {}),
      },
    };
  if (fact.kind === 'identify')
    return { ...base, call: kind, name: factNames.identify, body: { ...fact.envelope, traits: fact.traits, messageId, source: source.by } };
  return {
    ...base,
    call: fact.kind,
    name: factNames[fact.kind],
    body: { ...(rest as unknown as JsonObject), messageId, source: source.by },
  };
}

const toPerson = (stored: StoredPerson): Person => {
  const { workspace: _workspace, score: _score, state, ...rest } = stored;
  return { ...rest, state: { ...emptyState(), ...(state as PersonState) } };
};

/** The score that stands in lists: the one called engagement, or the first there is. */
const mainScore = (scores: Record<string, number>, rulebook: Rulebook): number | null => {
  const key = rulebook.scores.find((score) => score.key === 'engagement')?.key ?? rulebook.scores[0]?.key;
  return key === undefined ? null : (scores[key] ?? 0);
};

const fromPerson = (person: Person, workspace: number, rulebook: Rulebook): StoredPerson => {
  if (person.erasedAt !== null)
    return {
      id: person.id,
      workspace,
      email: null,
      phone: null,
      name: null,
      userId: null,
      traits: {},
      state: { ...emptyState(), erasing: true },
      stage: null,
      stageSince: null,
      score: null,
      owner: null,
      zone: null,
      entryPoint: person.entryPoint,
      firstSource: null,
      createdAt: person.createdAt,
      lastSeenAt: null,
      mergedInto: null,
      erasedAt: person.erasedAt,
    };
  return { ...person, workspace, score: mainScore(person.state.scores, rulebook) };
};

export const toRun = (stored: StoredRun): Run => ({
  id: stored.id,
  journey: stored.journey,
  version: stored.version,
  status: stored.status,
  step: stored.step,
  enteredAt: stored.enteredAt,
  entryEvidence: stored.entryEvidence,
  seq: stored.state.seq,
  wait: stored.state.wait,
  endedAt: stored.endedAt,
  endReason: stored.endReason,
  endEvidence: stored.endEvidence,
});
const fromRun = (run: Run, person: string, workspace: number): StoredRun => ({
  id: run.id,
  person,
  workspace,
  journey: run.journey,
  version: run.version,
  status: run.status,
  step: run.step,
  state: { seq: run.seq, wait: run.wait },
  enteredAt: run.enteredAt,
  entryEvidence: run.entryEvidence,
  endedAt: run.endedAt,
  endReason: run.endReason,
  endEvidence: run.endEvidence,
});
export { toPerson as personFromStore };
