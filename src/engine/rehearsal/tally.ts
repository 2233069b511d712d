import type { Instant } from '#contract/instant.ts';
import { day } from '#contract/instant.ts';
import { localDay } from '../local-calendar.ts';
import { endReasons } from '../journey/run.ts';
import type { Course, LivedMessage, LivedRun } from './live.ts';
import { inFew } from './mean.ts';

/** What came of many lives, in counts: plain values that can be kept and added to. */

/** What became of messages: sent, held at least once on the way, not sent; of those that wait still, how many. */
export interface MessageCount {
  sent: number;
  held: number;
  skipped: number;
  waiting: number;
}
export interface JourneyTally {
  entered: number;
  /** Runs that ended in that time, by how: goal, end, left. */
  goal: number;
  end: number;
  left: number;
  /** Live when the time is over. */
  inside: number;
  messages: MessageCount;
  /** Step → how often it was passed; `step>next` → how often that way was taken, next is empty at an end. */
  ways: Record<string, number>;
  /** Step → runs that stand there when the time is over. */
  here: Record<string, number>;
  /** Rule → how often it stood against entering. */
  refused: Record<string, number>;
}
export interface DayTally {
  entered: number;
  goals: number;
  /** Channel → what went out and what did not. */
  channels: Record<string, MessageCount>;
}
export interface Tally {
  people: number;
  /** People who came into being in that time. */
  born: number;
  /** Local day as YYYY-MM-DD in the workspace's zone. */
  days: Record<string, DayTally>;
  journeys: Record<string, JourneyTally>;
  /** `status reason journey` → messages: held by caps, not sent for want of consent. */
  reasons: Record<string, number>;
  /** `from>to` → moves; from is empty at the beginning. */
  moves: Record<string, number>;
  /** The same, for those of them that were recycles. */
  recycles?: Record<string, number>;
  segments: Record<string, { entered: number; left: number; members: number }>;
  /** `score threshold` → crossings. */
  crossings: Record<string, { up: number; down: number }>;
  /** `one other` → people who were written to by both journeys within a day, and how often. */
  together: Record<string, { people: number; times: number }>;
  /** The most messages of a channel to one person in any seven days. */
  mostInAWeek: Record<string, number>;
  /** What came of each future by itself, where more than one is drawn. */
  futures: Totals[];
}
/** What came of everything in all: runs that began, goals that were reached, messages that went out. */
export interface Totals {
  entered: number;
  goals: number;
  sent: number;
}

export const emptyTally = (): Tally => ({
  people: 0,
  born: 0,
  days: {},
  journeys: {},
  reasons: {},
  moves: {},
  segments: {},
  crossings: {},
  together: {},
  mostInAWeek: {},
  futures: [],
});

const noMessages = (): MessageCount => ({ sent: 0, held: 0, skipped: 0, waiting: 0 });
const noDay = (): DayTally => ({ entered: 0, goals: 0, channels: {} });
const noJourney = (): JourneyTally => ({
  entered: 0,
  goal: 0,
  end: 0,
  left: 0,
  inside: 0,
  messages: noMessages(),
  ways: {},
  here: {},
  refused: {},
});

const add = (counts: Record<string, number>, key: string, more = 1): void => {
  counts[key] = (counts[key] ?? 0) + more;
};
const at = <T>(record: Record<string, T>, key: string, make: () => T): T => {
  record[key] ??= make();
  return record[key];
};

/** A calendar of one zone that remembers the day it was last asked for, because most instants share theirs. */
export function dayNames(zone: string): (at: Instant) => string {
  const known = new Map<number, string>();
  return (instant) => {
    const today = localDay(instant, zone);
    const name = known.get(today) ?? new Date(today * day).toISOString().slice(0, 10);
    known.set(today, name);
    return name;
  };
}

export const howItEnded = ({ endReason }: Pick<LivedRun, 'endReason'>): 'goal' | 'end' | 'left' =>
  endReason?.startsWith(endReasons.goal) ? 'goal' : endReason?.startsWith(`${endReasons.end}:`) ? 'end' : 'left';

/** Adds what came of one life, in one of the futures. */
export function addCourse(
  tally: Tally,
  course: Course,
  { from, until }: { from: Instant; until: Instant },
  dayOf: (at: Instant) => string,
  future: number,
): void {
  tally.people += 1;
  if (course.person.createdAt >= from && course.person.createdAt <= until) tally.born += 1;
  for (const run of course.runs) addRun(tally, run, from, dayOf);
  for (const message of course.messages) addMessage(tally, message, dayOf);
  for (const { journey, rule } of course.refusals) add(at(tally.journeys, journey, noJourney).refused, rule);
  for (const { from: before, to, recycled } of course.moves) {
    add(tally.moves, `${before ?? ''}>${to}`);
    tally.recycles ??= {};
    if (recycled) add(tally.recycles, `${before ?? ''}>${to}`);
  }
  for (const { segment, entered } of course.segments) {
    const counts = at(tally.segments, segment, () => ({ entered: 0, left: 0, members: 0 }));
    if (entered) counts.entered += 1;
    else counts.left += 1;
  }
  for (const key of Object.keys(course.person.state.segments))
    at(tally.segments, key, () => ({ entered: 0, left: 0, members: 0 })).members += 1;
  for (const { score, threshold, up } of course.crossings) {
    const counts = at(tally.crossings, `${score} ${threshold}`, () => ({ up: 0, down: 0 }));
    if (up) counts.up += 1;
    else counts.down += 1;
  }
  addTogether(tally, course.messages);
  tally.futures[future] ??= { entered: 0, goals: 0, sent: 0 };
  const totals = tally.futures[future];
  totals.entered += course.runs.filter(({ enteredAt }) => enteredAt >= from).length;
  totals.goals += course.runs.filter((run) => run.endedAt !== null && howItEnded(run) === 'goal').length;
  totals.sent += course.messages.filter(({ status }) => status === 'sent').length;
}

/** The mean of so many futures: a whole number, and below ten to a tenth; of what is the most, the most of them all. */
export function meanOf(tally: Tally, futures: number): Tally {
  const { mostInAWeek, futures: each, ...counts } = tally;
  return futures === 1 ? tally : { ...divided(counts, futures), mostInAWeek, futures: each };
}
const divided = <T extends object>(counts: T, by: number): T =>
  Object.fromEntries(
    Object.entries(counts).map(([key, value]) => [key, typeof value === 'number' ? inFew(value / by) : divided(value, by)]),
  ) as T;

function addRun(tally: Tally, run: LivedRun, from: Instant, dayOf: (at: Instant) => string): void {
  const journey = at(tally.journeys, run.journey, noJourney);
  if (run.enteredAt >= from) {
    journey.entered += 1;
    at(tally.days, dayOf(run.enteredAt), noDay).entered += 1;
  }
  for (const step of run.steps) if (step.at >= from) add(journey.ways, `${step.step}>${step.next ?? ''}`);
  if (run.endedAt === null) {
    journey.inside += 1;
    if (run.step !== null) add(journey.here, run.step);
    return;
  }
  const how = howItEnded(run);
  journey[how] += 1;
  if (how === 'goal') at(tally.days, dayOf(run.endedAt), noDay).goals += 1;
}

function addMessage(tally: Tally, message: LivedMessage, dayOf: (at: Instant) => string): void {
  const today = at(at(tally.days, dayOf(message.at), noDay).channels, message.channel, noMessages);
  for (const counts of [at(tally.journeys, message.journey, noJourney).messages, today]) {
    counts[message.status] += 1;
    if (message.held.length > 0) counts.held += 1;
  }
  for (const reason of message.held) add(tally.reasons, `held ${reason} ${message.journey}`);
  if (message.status === 'skipped' && message.reason) add(tally.reasons, `skipped ${message.reason} ${message.journey}`);
}

/** Journeys that wrote to the same person within a day, and how much somebody got in a week. */
function addTogether(tally: Tally, messages: readonly LivedMessage[]): void {
  const sent = messages.filter(({ status, marketing }) => status === 'sent' && marketing).sort((a, b) => a.at - b.at);
  const pairs = new Map<string, number>();
  for (const [index, one] of sent.entries()) {
    for (let after = index + 1; after < sent.length && sent[after]!.at < one.at + day; after++) {
      const other = sent[after]!;
      if (other.journey !== one.journey) {
        const pair = [one.journey, other.journey].sort().join(' ');
        pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
      }
    }
    let inAWeek = 0;
    for (let after = index; after < sent.length && sent[after]!.at < one.at + 7 * day; after++)
      if (sent[after]!.channel === one.channel) inAWeek += 1;
    tally.mostInAWeek[one.channel] = Math.max(tally.mostInAWeek[one.channel] ?? 0, inAWeek);
  }
  for (const [pair, times] of pairs) {
    const counts = at(tally.together, pair, () => ({ people: 0, times: 0 }));
    counts.people += 1;
    counts.times += times;
  }
}
