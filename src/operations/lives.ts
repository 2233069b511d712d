import type { Fact } from '#contract/fact.ts';
import { day, hour, type Instant } from '#contract/instant.ts';
import type { Sent } from '#engine/message/circumstances.ts';
import { takesOffer } from '#engine/offers.ts';
import { emptyState, newPerson, type Person } from '#engine/person.ts';
import { type Habit, isDeed, type Newcomer, type Standing } from '#engine/rehearsal/future.ts';
import type { Answered, Life, React } from '#engine/rehearsal/live.ts';
import type { Occurrence } from '#engine/rule/match.ts';
import { remember } from '#engine/rule/memory.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import type { Transaction } from '#store/database.ts';
import type { StoredEvent } from '#store/events.ts';
import type { StoredConsent } from '#store/histories.ts';
import { allLanes } from '#store/identities.ts';
import { addressesOf, consentsOfLanes, eventsOfLanes, messagesOfLanes, peopleOfLanes, type SentOut, suppressionsOf } from '#store/lives.ts';
import type { StoredMessage } from '#store/messages.ts';
import type { StoredPerson } from '#store/people.ts';
import type { StoredRun } from '#store/runs.ts';
import { memosOfBook } from './remember.ts';
import { askedWith, callsOfEvents, factAgain, hashAddress, toOccurrence, toPerson, toRun } from './rows.ts';

/** Everything that is kept of one person. */
export interface Kept {
  person: StoredPerson;
  facts: Fact[];
  /** What happened as rules see it, with what the engine wrote itself. */
  occurrences: () => Occurrence[];
  answers: Answered[];
  sentOut: SentOut[];
  suppressed: Life['suppressed'][number][];
  consents: StoredConsent[];
}

/** What arrived later than this is taken to have been brought in afterwards, and to have arrived as it happened. */
const lateness = hour;
/** Events kept of somebody that begin later than this after they came: what came before them is kept no more. */
const forgotten = day;

const arrives = ({ at, acceptedAt }: Fact): Instant => (acceptedAt - at > lateness ? at : acceptedAt);
/** Sorting keeps the order in which facts of one instant came. */
const inOrder = (a: Fact, b: Fact): number => a.acceptedAt - b.acceptedAt;

/** People who are read at once, about. */
const peopleAtOnce = 400;

/** All lanes, from one of them on, as many at once as hold so many people, of all that there are. */
export function* lanesInTurn(people: number, from = 0): Generator<number[]> {
  const width = Math.min(allLanes, Math.max(1, Math.round((peopleAtOnce / Math.max(1, people)) * allLanes)));
  for (let lane = from; lane < allLanes; lane += width)
    yield Array.from({ length: Math.min(width, allLanes - lane) }, (_, index) => lane + index);
}

/** Everything that is kept of the people of some lanes until an instant. */
export async function keptOfLanes(tx: Transaction, workspace: number, lanes: readonly number[], until: Instant): Promise<Kept[]> {
  const [people, events, consents, messages] = await Promise.all([
    peopleOfLanes(tx, workspace, lanes),
    eventsOfLanes(tx, workspace, lanes, until),
    consentsOfLanes(tx, workspace, lanes),
    messagesOfLanes(tx, workspace, lanes),
  ]);
  const hashes = new Map<string, string>();
  for (const { email } of people) if (email !== null) hashes.set(email, hashAddress(email));
  const [owned, suppressed] = await Promise.all([
    addressesOf(
      tx,
      workspace,
      people.map(({ id }) => id),
    ),
    suppressionsOf(tx, workspace, [...hashes.values()]),
  ]);
  const of = <T extends { person: string }>(list: readonly T[]): Map<string, T[]> => Map.groupBy(list, (each) => each.person);
  const [eventsOf, consentsOf, messagesOf] = [of(events), of(consents), of(messages)];
  return people.map((person) => {
    const said = consentsOf.get(person.id) ?? [];
    const sentOut = messagesOf.get(person.id) ?? [];
    const suppression = person.email === null ? undefined : suppressed.get(`email ${hashes.get(person.email)}`);
    return {
      person,
      sentOut,
      consents: said,
      suppressed: suppression ? [suppression] : [],
      ...factsOf(eventsOf.get(person.id) ?? [], said, sentOut, (kind, value) => owned.has(`${person.id} ${kind} ${value}`)),
    };
  });
}

function factsOf(
  events: readonly StoredEvent[],
  consents: readonly StoredConsent[],
  sentOut: readonly SentOut[],
  owns: (kind: 'email' | 'phone', value: string) => boolean,
): Pick<Kept, 'facts' | 'answers' | 'occurrences'> {
  const byEvidence = Map.groupBy(consents, ({ evidence }) => evidence);
  const messages = new Set(sentOut.map(({ id }) => id));
  const facts: Fact[] = [];
  const answers = new Map<string, Fact[]>();
  for (const event of events) {
    const fact = factAgain(
      event,
      (byEvidence.get(event.id) ?? []).map(({ change }) => change),
      owns,
    );
    // A schedule sends people in again by itself.
    if (fact === null || (fact.kind === 'enter' && fact.source.by === 'schedule')) continue;
    fact.acceptedAt = arrives(fact);
    const about = messageOf(fact);
    if (about !== null && messages.has(about)) answers.set(about, [...(answers.get(about) ?? []), fact]);
    else facts.push(fact);
  }
  facts.sort(inOrder);
  for (const list of answers.values()) list.sort(inOrder);
  return {
    facts,
    occurrences: () =>
      events
        .filter(({ call }) => callsOfEvents.includes(call))
        .map(toOccurrence)
        .sort((a, b) => a.at - b.at),
    answers: sentOut.map(({ id, journey, step, askedAt, sentAt }) => ({
      id,
      journey,
      step,
      askedAt,
      sentAt,
      facts: answers.get(id) ?? [],
    })),
  };
}

/** The message that a fact answers: opened, clicked, bounced, unsubscribed. */
export function messageOf(fact: Fact): string | null {
  if (fact.kind === 'consent') return fact.message;
  if (fact.kind !== 'event') return null;
  const { messageId } = fact.properties;
  return typeof messageId === 'string' ? messageId : null;
}

/** What somebody last did that was more than a look at a page, when they last did anything, and how they answered until then. */
export function doneBy({ facts, answers }: Pick<Kept, 'facts' | 'answers'>, now: Instant): Omit<Standing, 'stage' | 'runs'> {
  const lists = [facts, ...answers.map((answer) => answer.facts)];
  const latest = (holds: (fact: Fact) => boolean): Fact | null =>
    lists
      .flatMap((list) => list.findLast((fact) => fact.acceptedAt < now && holds(fact)) ?? [])
      .reduce<Fact | null>((last, fact) => (last === null || fact.acceptedAt > last.acceptedAt ? fact : last), null);
  const did = latest(isDeed);
  return {
    last: did?.kind === 'event' ? { name: did.name, at: did.acceptedAt } : null,
    lastAt: latest(() => true)?.acceptedAt ?? null,
    habit: habitAt(answers, now),
  };
}

/** Of the messages that had gone out by then, how many they had done something with by then. */
export function habitAt(answers: readonly Answered[], now: Instant): Habit {
  const got = answers.filter(({ sentAt }) => sentAt < now);
  return { got: got.length, answered: got.filter(({ facts }) => facts.some((fact) => fact.acceptedAt < now && isDeed(fact))).length };
}

const toSent = (book: Rulebook, { sentAt, channel, topic, offer, journey, version }: SentOut): Sent => ({
  at: sentAt,
  channel,
  topic,
  offer,
  taken: offer === null ? null : takesOffer(book, journey, version),
});

/** A life of which nothing is known yet but whose it is. */
const begun: Omit<Life, 'person' | 'facts'> = {
  isNew: true,
  runs: [],
  wakeAt: null,
  waiting: [],
  sent: [],
  events: [],
  answers: [],
  beside: [],
  suppressed: [],
  react: null,
};

/** Their whole life, from the first thing that is known of them. */
export function wholeLife({ person, facts, answers, sentOut, suppressed, consents }: Kept): Life | null {
  const [first] = facts;
  if (!first) return null;
  const isWhole = first.acceptedAt <= person.createdAt + forgotten;
  return {
    person: isWhole ? newPerson(person.id, person.entryPoint, first.acceptedAt) : asFarAsKnown(person, consents, first.acceptedAt),
    ...begun,
    isNew: isWhole,
    wakeAt: isWhole ? null : first.acceptedAt,
    facts,
    answers,
    beside: sentOut
      .filter(({ journey, purpose }) => journey === null && purpose === 'marketing')
      .map(({ sentAt, channel, topic }) => ({ at: sentAt, channel, topic, offer: null }))
      .sort((a, b) => a.at - b.at),
    suppressed,
  };
}

/** Somebody of whose beginning nothing is kept any more: with what they are known to be today, and what they had consented to by then. */
function asFarAsKnown(stored: StoredPerson, consents: readonly StoredConsent[], at: Instant): Person {
  const { workspace: _workspace, score: _score, state: _state, ...known } = stored;
  const before = consents.filter((each) => each.at < at && each.tookEffect);
  return {
    ...known,
    state: {
      ...emptyState(),
      consents: Object.fromEntries(
        before.map(({ change, at: since }) => [`${change.purpose}/${change.channel}`, { state: change.state, at: since }]),
      ),
    },
  };
}

/** What somebody stands in the middle of. */
interface Underway {
  runs: readonly StoredRun[];
  waiting: readonly StoredMessage[];
}

/** Their life from an instant on, as they stand then: with what a rulebook has them remember, and with what they are going to do. */
export function lifeFrom(
  { person: stored, occurrences: past, sentOut, suppressed }: Kept,
  standing: Underway,
  book: Rulebook,
  now: Instant,
  facts: readonly Fact[],
  react: React,
): Life {
  const person = toPerson(stored);
  const occurrences = past();
  return {
    person: { ...person, state: { ...person.state, memory: remember(memosOfBook(book), occurrences), memoryVersion: '' } },
    isNew: false,
    runs: standing.runs.map(toRun),
    // Every rule is asked once: it may be a new one.
    wakeAt: now,
    waiting: standing.waiting.map((message) => ({ effect: askedFor(message), dueAt: Math.max(message.dueAt, now) })),
    sent: sentOut.filter(({ purpose }) => purpose === 'marketing').map((each) => toSent(book, each)),
    events: occurrences,
    facts,
    answers: [],
    beside: [],
    suppressed,
    react,
  };
}

/** The effect that asked for a message. */
function askedFor({
  id,
  journey,
  version,
  run,
  step,
  template,
  topic,
  createdAt,
  expiresAt,
  evidence,
  details,
}: StoredMessage): Life['waiting'][number]['effect'] {
  const { actAt, ifHeld, offer } = askedWith(details);
  return {
    kind: 'message',
    id,
    journey: journey ?? '',
    version: version ?? 0,
    run: run ?? '',
    step: step ?? '',
    template,
    topic,
    createdAt,
    expiresAt,
    evidence: evidence ?? '',
    actAt,
    ...(ifHeld === 'wait' ? {} : { ifHeld }),
    ...(offer === null ? {} : { offer }),
  };
}

/** Somebody who comes, with what they are going to do. */
export const newLife = ({ id, as, facts }: Newcomer, react: React): Life => ({
  ...begun,
  person: newPerson(id, as.entryPoint, facts[0]!.acceptedAt),
  facts,
  react,
});
