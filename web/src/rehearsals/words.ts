import { kindNames } from 'contract:words';
import type { RehearsalSide, RehearsalState } from '#contract/rehearsal.ts';
import { inFew, spreadOf } from '#engine/rehearsal/mean.ts';
import type { Reply } from '../api.ts';
import { plural, sayNumber } from '../parts/number.ts';
import { format } from '../parts/say-time.ts';
import type { Tone } from '../parts/tone.tsx';

export type Rehearsal = Reply<'getRehearsal'>;
export type RehearsalRow = Reply<'listRehearsals'>['items'][number];
export type RehearsedJourney = RehearsalSide['journeys'][number];

export const stateWords = {
  running: 'Running',
  done: 'Done',
  cancelled: 'Stopped',
  failed: 'Failed',
} as const satisfies Record<RehearsalState, string>;
export const stateTones = {
  running: 'accent',
  done: 'good',
  cancelled: 'warn',
  failed: 'bad',
} as const satisfies Record<RehearsalState, Tone>;

const dayMs = 86_400_000;

/** What was rehearsed: "Welcome", "Welcome · Nurture", "Welcome · Nurture and 5 more", "What is in force". Names may hold commas. */
export function sayWhat(definitions: RehearsalRow['definitions']): string {
  const names = definitions.map(({ name }) => name);
  if (names.length === 0) return 'What is in force';
  return names.length <= 3 ? names.join(' · ') : `${names.slice(0, 2).join(' · ')} and ${names.length - 2} more`;
}

/** "1 journey, 2 templates": of which kinds they are; of none, that it is as it stands. */
export const sayKinds = (definitions: RehearsalRow['definitions']): string =>
  definitions.length === 0
    ? 'As it stands'
    : [...Map.groupBy(definitions, ({ kind }) => kind)]
        .map(([kind, each]) => plural(each.length, kindNames[kind].name.toLowerCase(), kindNames[kind].plural.toLowerCase()))
        .join(', ');

/** Over what: "Last 30 days", "Next 14 days". */
export function sayOver({ kind, from, until }: RehearsalRow['over']): string {
  const long = Date.parse(until) - Date.parse(from);
  const words = long < dayMs ? plural(Math.round(long / 3_600_000), 'hour') : plural(Math.round(long / dayMs), 'day');
  return `${kind === 'past' ? 'Last' : 'Next'} ${words}`;
}

/** From when to when: "23 Oct – 22 Nov 2026". */
export const sayRange = ({ from, until }: RehearsalRow['over'], language: string, zone: string): string =>
  format(language, zone, { day: 'numeric', month: 'short', year: 'numeric' }).formatRange(Date.parse(from), Date.parse(until));

/** "Tuesday 3 March": a day as YYYY-MM-DD, which has no zone. */
export const sayDay = (day: string, language: string, withYear = false): string =>
  format(language, 'UTC', { weekday: 'long', day: 'numeric', month: 'long', ...(withYear ? { year: 'numeric' } : {}) }).format(
    Date.parse(day),
  );

/** How many of the people are looked at. */
export const sayShare = (share: number): string =>
  share >= 1 ? 'everybody' : `${Number((share * 100).toPrecision(3))} % of the people, drawn by chance`;

// ---------------------------------------------------------------------------------------------------------------------------- counting

/** A number with the change, and beside it the one with what is in force; null where nothing is compared. */
export interface Pair {
  after: number;
  before: number | null;
}

/** Reads a number off both sides, as a mean is told where several futures are drawn. */
export function pairOf({ standing, changed }: Rehearsal, read: (side: RehearsalSide) => number): Pair {
  const [now, then] = [inFew(read(standing)), changed && inFew(read(changed))];
  return then === null ? { after: now, before: null } : { after: then, before: now };
}

export const isNothing = ({ after, before }: Pair): boolean => after === 0 && (before ?? 0) === 0;

/** What went out on a day, or what else became of its messages; of one channel, or of all. */
export const onDay = (
  side: RehearsalSide,
  day: string,
  read: 'sent' | 'held' | 'skipped' | 'waiting',
  channel: string | null = null,
): number =>
  (side.days.find((each) => each.day === day)?.channels ?? [])
    .filter((each) => channel === null || each.channel === channel)
    .reduce((sum, each) => sum + each[read], 0);

const sentOf = (side: RehearsalSide): number =>
  side.days.reduce((sum, { channels }) => sum + channels.reduce((all, { sent }) => all + sent, 0), 0);
interface Busiest {
  day: string;
  sent: number;
}
/** The day on which the most went out; null where nothing did. */
const busiest = (side: RehearsalSide): Busiest | null =>
  side.days
    .map(({ day, channels }) => ({ day, sent: channels.reduce((sum, { sent }) => sum + sent, 0) }))
    .reduce<Busiest | null>((most, each) => (each.sent > (most?.sent ?? 0) ? each : most), null);
const reasonsOf =
  (status: 'held' | 'skipped', reason?: string) =>
  (side: RehearsalSide): number =>
    side.reasons
      .filter((each) => each.status === status && (reason === undefined || each.reason === reason))
      .reduce((sum, { messages }) => sum + messages, 0);

/** Pairs of journeys, the most people first. */
export const togetherOf = (rehearsal: Rehearsal): { key: string; journeys: [string, string]; people: Pair; times: Pair }[] => {
  const keyOf = ({ journeys }: RehearsalSide['together'][number]): string => journeys.join(' ');
  return keysOf(rehearsal, (side) => side.together.map(keyOf))
    .map((key) => ({
      key,
      journeys: key.split(' ') as [string, string],
      people: pairOf(rehearsal, (side) => side.together.find((each) => keyOf(each) === key)?.people ?? 0),
      times: pairOf(rehearsal, (side) => side.together.find((each) => keyOf(each) === key)?.times ?? 0),
    }))
    .sort((a, b) => Math.max(b.people.after, b.people.before ?? 0) - Math.max(a.people.after, a.people.before ?? 0));
};

/** Whatever stands on either side, first as it stands with the change. */
export const keysOf = ({ standing, changed }: Rehearsal, read: (side: RehearsalSide) => string[]): string[] => [
  ...new Set([...(changed ? read(changed) : []), ...read(standing)]),
];

export const journeyNames = ({ standing, changed }: Rehearsal): Map<string, string> =>
  new Map([...standing.journeys, ...(changed?.journeys ?? [])].map(({ key, name }) => [key, name]));

// -------------------------------------------------------------------------------------------------------------------------- sentences

/** " (now 38)", " (as now)": what it is with what is in force; nothing where nothing is compared. */
const besideNow = ({ after, before }: Pair): string =>
  before === null ? '' : before === after ? ' (as now)' : ` (now ${sayNumber(before)})`;

/** " (as now)", " (now 12)", " (now 12 on Sunday, 8 November)": the fullest day of what is in force. */
function besideBusiest(most: Busiest, now: Busiest | null, language: string): string {
  if (now === null) return '';
  return now.day === most.day
    ? besideNow({ after: most.sent, before: now.sent })
    : ` (now ${sayNumber(now.sent)} on ${sayDay(now.day, language)})`;
}

/** What came of it in a few sentences, the most telling first. */
export function sentencesOf(rehearsal: Rehearsal, language: string): string[] {
  const { over, definitions, standing, changed } = rehearsal;
  const isPast = over.kind === 'past';
  const [would, wouldGo] = isPast ? ['would have been', 'would have gone out'] : ['would be', 'would go out'];
  const names = journeyNames(rehearsal);
  const journeys = definitions.filter(({ kind }) => kind === 'journey').slice(0, 2);
  const enteredOf =
    (key: string | null) =>
    (side: RehearsalSide): number =>
      side.journeys.filter((each) => key === null || each.key === key).reduce((sum, { entered }) => sum + entered, 0);
  const entered = (name: string, pair: Pair): string => `${name} ${would} entered ${plural(pair.after, 'time')}${besideNow(pair)}.`;
  const sentences =
    journeys.length > 0
      ? journeys.map(({ key, name }) => entered(name, pairOf(rehearsal, enteredOf(key))))
      : [entered('Journeys', pairOf(rehearsal, enteredOf(null)))];

  const sent = pairOf(rehearsal, sentOf);
  const most = busiest(changed ?? standing);
  const mostNow = changed === null ? null : busiest(standing);
  sentences.push(
    `${sent.after === 0 ? 'No message' : plural(sent.after, 'message')} ${wouldGo}${besideNow(sent)}${
      most === null ? '' : `, at most ${sayNumber(most.sent)} on ${sayDay(most.day, language)}${besideBusiest(most, mostNow, language)}`
    }.`,
  );

  const { futures } = changed ?? standing;
  if (futures.length > 1) {
    const between = (read: 'sent' | 'goals'): string => {
      const [least, most] = spreadOf(futures, (future) => future[read]);
      return `between ${sayNumber(least)} and ${sayNumber(most)}`;
    };
    sentences.push(
      `That is the mean of ${plural(futures.length, 'future')}, in which ${between('sent')} messages go out and ${between('goals')} goals are reached.`,
    );
  }

  const held = [
    { by: 'by a cap', pair: pairOf(rehearsal, reasonsOf('held', 'cap')) },
    { by: 'by quiet hours', pair: pairOf(rehearsal, reasonsOf('held', 'quiet-hours')) },
  ].filter(({ pair }) => !isNothing(pair));
  const skipped = pairOf(rehearsal, reasonsOf('skipped'));
  const bites = [
    ...(held.length > 0
      ? [`Held on the way: ${held.map(({ by, pair }) => `${sayNumber(pair.after)} ${by}${besideNow(pair)}`).join(', ')}.`]
      : []),
    ...(isNothing(skipped) ? [] : [`Not sent at all: ${sayNumber(skipped.after)}${besideNow(skipped)}.`]),
  ];
  sentences.push(bites.length > 0 ? bites.join(' ') : 'No cap and no quiet hours stand in the way.');

  const [both] = togetherOf(rehearsal);
  if (both) {
    const [one, other] = both.journeys.map((key) => names.get(key) ?? key);
    sentences.push(
      `${both.people.after === 0 ? 'Nobody' : plural(both.people.after, 'person', 'people')} ${would} written to by ${one} and ${other} within a day${besideNow(both.people)}.`,
    );
  }
  return sentences;
}
