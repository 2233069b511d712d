import { callNames, type ConsentFact, type EventFact, type Fact, type IdentifyFact } from '#contract/fact.ts';
import { day, type Instant } from '#contract/instant.ts';
import type { EffectOf } from '../effect.ts';
import { type Chance, chanceOf, pick } from '../practice/random.ts';
import { stableId } from '../stable-id.ts';
import type { React } from './live.ts';

/**
 * A future that is drawn from the past. Nothing is assumed about why people do what they do: whoever is there now does what somebody did who stood as they stand, and as
 * many come as came (a hot-deck draw, as surveys fill gaps by). What somebody does with a message hangs on whether it goes out: it is what the same one did with theirs, so that
 * what belongs together stays together; and of a message that they never got, what was done with messages like it, so that more messages bring more answers. The same seed
 * draws the same.
 *
 * It looks at *windows* of the past, each as long as the future and whole weeks before it, so that weekdays fall on weekdays: what was done in one is done again so many weeks
 * later. It cannot know of what has never happened, of seasons longer than the windows, or of how people would answer what nobody was ever told.
 */

/** What somebody did: by themselves, or with a message. */
export interface Did {
  /** [ms] After the beginning of the window, or after the message went out. */
  after: number;
  fact: Told;
}
/** More than a look at a page; a picture that was fetched, or a link that a machine followed, may have been nobody. */
export const isDeed = (fact: Fact | Told): boolean =>
  fact.kind === 'event' && fact.name !== callNames.page && (!('actor' in fact.properties) || fact.properties.actor === 'human');

/** A fact without when it was, and without who somebody is. */
export type Told =
  | (EventFact & { by: string })
  | (IdentifyFact & { by: string })
  | { kind: 'consent'; changes: ConsentFact['changes'] }
  | { kind: 'enter'; journey: string; entry: string | null };

/** Somebody in a window: what they did by themselves, and what they did with the messages that they got in it, in their order, by `stepOf`. */
export interface Donor {
  did: Did[];
  answers: Record<string, Did[][]>;
}
/** Somebody who came in a window. */
export interface Arrival extends Donor {
  entryPoint: string;
}

/** What was learned of how people behave. */
export interface Learned {
  windows: number;
  donors: Donor[];
  /** How somebody stood when a window began, as `stands` says it → who of the donors stood so. */
  alike: Record<string, number[]>;
  /** How many came in all windows, and those of them who are kept. */
  arrived: number;
  arrivals: Arrival[];
  /** `stepOf` with `habitOf`, `stepOf`, the journey, the channel → what was done with messages of it, each as often as it was. */
  answers: Record<string, Did[][]>;
}

export const stepOf = (journey: string, step: string | null): string => `${journey} ${step}`;

/** Where somebody is at an instant. */
export interface Standing {
  stage: string | null;
  /** The journeys that they are in. */
  runs: readonly { journey: string; enteredAt: Instant }[];
  /** What they last did that was more than a look at a page, and when they last did anything. */
  last: { name: string; at: Instant } | null;
  lastAt: Instant | null;
  habit: Habit;
}

/** How many messages somebody got, and how many of them they did something with. */
export interface Habit {
  got: number;
  answered: number;
}

/** How likely somebody answers the next message, to a tenth, by those before (Laplace's rule of succession): whoever answered before answers again. */
export const habitOf = ({ got, answered }: Habit): string => (got === 0 ? '' : ((answered + 1) / (got + 2)).toFixed(1));

/** [days] Between these, people are taken to be alike. */
const bounds = [0.25, 1, 3, 7, 14, 30, 60, 180];

/** How somebody stands, the most exact first; what says least of what comes next is left out first. */
export function stands({ stage, runs, last, lastAt, habit }: Standing, now: Instant): string[] {
  const since = (at: Instant): number => bounds.filter((bound) => now - at >= bound * day).length;
  const inside = runs
    .map(({ journey, enteredAt }) => `${journey} ${since(enteredAt)}`)
    .sort()
    .join();
  const journeys = runs
    .map(({ journey }) => journey)
    .sort()
    .join();
  const name = last?.name ?? '';
  const did = last === null ? '' : `${name} ${since(last.at)}`;
  const rest = lastAt === null ? '' : since(lastAt);
  const eager = habitOf(habit);
  const ways = [
    [inside, did, rest, eager],
    [inside, did, eager],
    [inside, rest, eager],
    [journeys, did, eager],
    [journeys, rest, eager],
    [inside, did],
    [inside, rest],
    [journeys, did],
    [journeys, name],
    ['-', did],
    [journeys, rest],
    [journeys],
    ['-', rest],
    [],
  ];
  return ways.map((way) => JSON.stringify([stage, ...way]));
}

/** When the windows of the past begin: as long as the future, ending whole weeks before it and no later than now. */
export function windowsOf(now: Instant, long: number, since: Instant, most: number): Instant[] {
  const weeks = Math.ceil(long / (7 * day)) * 7 * day;
  const windows: Instant[] = [];
  for (let begins = now - weeks; begins >= since && windows.length < most; begins -= 7 * day) windows.push(begins);
  return windows;
}

/** A fact as it is told again to somebody at an instant. */
function retold({ after, fact }: Did, whose: string, seed: string, begins: Instant, index: number): Fact {
  const at = begins + after;
  const id = stableId('rehearsed', seed, whose, at, index);
  const base = { id, messageId: id, at, acceptedAt: at };
  const trusted = { trust: 'trusted' as const, by: 'rehearsal', entryPoint: null };
  switch (fact.kind) {
    case 'event': {
      const { by, ...rest } = fact;
      return { ...base, ...rest, source: sourceOf(by) };
    }
    case 'identify': {
      const { by, ...rest } = fact;
      return { ...base, ...rest, source: sourceOf(by) };
    }
    case 'consent':
      return { ...base, kind: 'consent', changes: fact.changes, message: null, source: trusted };
    case 'enter':
      return { ...base, kind: 'enter', journey: fact.journey, entry: fact.entry, actor: 'rehearsal', source: trusted };
  }
}
const sourceOf = (by: string): Fact['source'] => ({
  trust: by === 'write-key' || by.startsWith('form:') ? 'write' : 'trusted',
  by,
  entryPoint: null,
});

/** Of fewer donors, one stands for too much: those who stood less alike are taken, where they are more. */
const enough = 5;

/** Who somebody does as, of those who stood as they stand; null where nobody is known who ever stood anywhere. */
export function donorFor(learned: Learned, person: string, stood: readonly string[], seed: string): Donor | null {
  const [alike] = stood
    .map((way) => learned.alike[way] ?? [])
    .filter(({ length }) => length > 0)
    .sort((a, b) => Number(b.length >= enough) - Number(a.length >= enough));
  return alike ? learned.donors[pick(chanceOf('donor', seed, person), alike)]! : null;
}

/** What somebody who is there does from now on by themselves. Names and addresses stay their own. */
export const actsOf = (donor: Donor | null, person: string, seed: string, now: Instant): Fact[] =>
  (donor?.did ?? []).map((did, index) => retold(withoutNames(did), person, seed, now, index));

function withoutNames(did: Did): Did {
  if (did.fact.kind !== 'identify' && did.fact.kind !== 'event') return did;
  const { claims: _claims, ...fact } = did.fact;
  if (fact.kind === 'event') return { ...did, fact };
  const { email: _email, phone: _phone, name: _name, firstName: _first, lastName: _last, ...traits } = fact.traits;
  return { ...did, fact: { ...fact, traits } };
}

export interface Newcomer {
  id: string;
  as: Arrival;
  facts: Fact[];
}

/** Who comes: of all that came in the windows as many as came in one, and of each kind its share: they are drawn evenly from a row in which like stands by like. */
export function* newcomers(learned: Learned, seed: string, now: Instant): Generator<Newcomer> {
  const like = learned.arrivals.map((arrival) => ({ arrival, kind: kindOf(arrival) }));
  like.sort((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.arrival.did[0]!.after - b.arrival.did[0]!.after));
  const many = learned.arrived / learned.windows;
  for (let nth = chanceOf('arrivals', seed)(); nth < many; nth++) {
    const as = like[Math.floor((nth / many) * like.length)]!.arrival;
    const id = stableId('newcomer', seed, Math.floor(nth));
    yield { id, as, facts: as.did.map((each, index) => retold(each, id, seed, now, index)) };
  }
}

/** Where somebody came in, and what they did then, in words: whoever came alike did alike. */
const kindOf = ({ entryPoint, did }: Arrival): string =>
  [entryPoint, ...did.map(({ fact }) => (fact.kind === 'event' ? fact.name : fact.kind))].join();

/** What somebody who does as a donor does with the messages that go out to them, each after the one before. */
export function answersAs(learned: Learned, donor: Donor | null, seed: string, until: Habit = { got: 0, answered: 0 }): React {
  const got = new Map<string, number>();
  const habit = { ...until };
  return (message, channel, at) => {
    const step = stepOf(message.journey, message.step);
    const before = got.get(step) ?? 0;
    got.set(step, before + 1);
    const likeness = [`${step} ${habitOf(habit)}`, step, message.journey, channel];
    const answer = donor?.answers[step]?.[before] ?? anyAnswer(learned, likeness, chanceOf('answer', seed, message.id));
    habit.got += 1;
    if (answer.some(({ fact }) => isDeed(fact))) habit.answered += 1;
    return answer.map(({ after, fact }, index) => {
      const isAbout = fact.kind === 'event' && 'messageId' in fact.properties;
      const told = isAbout ? { ...fact, properties: { ...fact.properties, messageId: message.id } } : fact;
      return retold(withoutNames({ after, fact: told }), message.id, seed, at, index);
    });
  };
}

function anyAnswer({ answers }: Learned, likeness: readonly string[], chance: Chance): Did[] {
  const list = likeness.map((way) => answers[way] ?? []).find(({ length }) => length > 0);
  return list ? pick(chance, list) : [];
}
