import { amountOf } from '#contract/rule/values.ts';
import type { Score, Signal } from '#contract/definition-bodies.ts';
import { hour, type Instant, ms } from '#contract/instant.ts';
import { eventsInWindowMax } from '#contract/rule/window.ts';
import { countMemo, type Memo, valueMemo } from '../rule/memory.ts';
import type { CountTrace, ValueTrace } from '../rule/traces.ts';
import { type CompiledRule, mayChangeAt, never, type Question, type RuleContext, type ScoreReader } from '../rule/question.ts';
import { compileRule, memosOf, readsOf } from '../rule/rule.ts';
import { firstChange, type Range } from './first-change.ts';
import type { Occurrence } from '../rule/match.ts';
import { pointsEvent } from '../written-events.ts';

/** Points are counted in thousandths, so that a sum is exact in any order. */
export const thousandths = 1000;

/** One line of the sum: what it is for, and what it is worth now. */
export interface LedgerLine {
  because: string;
  group: string | null;
  /** When it was earned; null for what simply holds, and for what bounds take away or add. */
  at: Instant | null;
  /** What it was worth when it was earned, and what it is worth now. */
  points: number;
  worth: number;
  /** The name of what earned it; null for what simply holds, and for bounds. */
  event: string | null;
}

export interface CompiledScore extends ScoreReader {
  key: string;
  version: number;
  body: Score;
  reads: Set<string>;
  memos: Memo[];
  /** Whether what was earned is worth less as time passes. */
  fades: boolean;
  /** Every line that adds up to the value, bounds included: the sum of `worth` is the value. */
  ledger(question: Question): LedgerLine[];
}

/**
 * What one time of a signal is worth after a while: points · 2^(−age / half-life), rounded half up to thousandths; nothing from its expiry on.
 * Ages, half-life and expiry in milliseconds; points and answer in thousandths.
 */
export function worthAfter(age: number, points: number, halfLife: number, expires: number): number {
  if (age >= expires) return 0;
  return halfLife === Number.POSITIVE_INFINITY ? points : Math.floor(points * 2 ** (-age / halfLife) + 0.5);
}

/** [ms] After so long a time of a signal is worth nothing for good; Infinity when never. Rounding ends what halving would not. */
function lifeOf(points: number, halfLife: number, expires: number): number {
  return Math.min(expires, halfLife * (Math.log2(2 * Math.abs(points)) + 1));
}

interface CompiledSignal {
  signal: Signal;
  memo: Memo<CountTrace>;
  points: number;
  halfLife: number;
  expires: number;
  fades: boolean;
  /** When each time that counts happened, the latest last; of a signal that does not fade, only how many. */
  times(question: Question): { t: readonly Instant[]; uncounted: number };
}

function compileSignal(signal: Signal, zone: string): CompiledSignal {
  const halfLife = signal.halfLife === undefined ? Number.POSITIVE_INFINITY : ms(signal.halfLife);
  const expires = signal.expires === undefined ? Number.POSITIVE_INFINITY : ms(signal.expires);
  const points = Math.round(signal.points * thousandths);
  const life = lifeOf(points, halfLife, expires);
  const most = signal.times ?? Number.POSITIVE_INFINITY;
  const fades = life !== Number.POSITIVE_INFINITY;
  const memo = countMemo(signal.on, { most: fades ? Math.min(most, eventsInWindowMax) : 1, horizon: life, total: !fades }, zone);
  return {
    signal,
    memo,
    points,
    halfLife,
    expires,
    fades,
    times({ person, now }) {
      const trace = person.state.memory[memo.id] as CountTrace | undefined;
      if (!trace) return { t: [], uncounted: 0 };
      if (!fades) return { t: [], uncounted: Math.min(trace.n, most) };
      const from = Math.max(0, trace.t.length - Math.min(most, eventsInWindowMax));
      return { t: trace.t.slice(from).filter((at) => at <= now && at > now - life), uncounted: 0 };
    },
  };
}

/** What one signal earned somebody: when each time that counts was, or how many there were of what does not fade. */
interface Earned {
  each: CompiledSignal;
  t: readonly Instant[];
  uncounted: number;
}

/** What each signal is worth at an instant, with its group. */
const worths = (earned: readonly Earned[], at: Instant): [string | undefined, number][] =>
  earned.map(({ each, t, uncounted }) => [
    each.signal.group,
    t.reduce((sum, earnedAt) => sum + worthAfter(at - earnedAt, each.points, each.halfLife, each.expires), uncounted * each.points),
  ]);

/** How far ahead a crossing is looked for to the millisecond; beyond, an instant before which there can be none is enough. */
const lookAhead = hour;

/**
 * Tells when a fading score may leave [from, to], or come into it. A score cannot move faster than all that fades together, so while the bounds are far
 * the earliest instant at which it could be there is told; only within the next hour the crossing itself is looked for.
 */
function tellWhenFading(
  question: Question,
  earned: readonly Earned[],
  held: boolean,
  value: number,
  from: number,
  to: number,
  rangeIn: (a: Instant, b: Instant) => Range,
): void {
  const { now } = question;
  let rate = 0;
  let times = 0;
  let over = now;
  let jump: Instant = never;
  for (const { each, t } of earned)
    for (const at of t) {
      times++;
      over = Math.max(over, at + lifeOf(each.points, each.halfLife, each.expires));
      if (each.halfLife !== Number.POSITIVE_INFINITY)
        rate += (Math.abs(worthAfter(now - at, each.points, each.halfLife, each.expires)) * Math.LN2) / each.halfLife;
      if (each.expires !== Number.POSITIVE_INFINITY) jump = Math.min(jump, at + each.expires);
    }
  if (times === 0) return;
  const distance = held ? Math.min(value - from, to - value) + 1 : value < from ? from - value : value - to;
  // Each time is rounded, so the sum can be off by one thousandth a time.
  const far = Math.min(rate > 0 ? now + Math.max(0, distance - times) / rate : never, jump);
  const end = Math.min(Math.ceil(over), question.changesAt);
  if (far > now + lookAhead) {
    if (far <= end) mayChangeAt(question, Math.floor(far));
    return;
  }
  const last = Math.min(end, now + lookAhead);
  const isIn = (each: number): boolean => each >= from && each <= to;
  const change = firstChange(now + 1, last, rangeIn, ([low, high]) => {
    const [allIn, noneIn] = [isIn(low) && isIn(high), low > to || high < from];
    return held ? (allIn ? 'same' : noneIn ? 'other' : 'unclear') : noneIn ? 'same' : allIn ? 'other' : 'unclear';
  });
  if (change !== null) mayChangeAt(question, change);
  else if (last < end) mayChangeAt(question, last);
}

interface Bounds {
  min: number;
  max: number;
}
const within = (value: number, { min, max }: Bounds): number => Math.min(max, Math.max(min, value));
const toBounds = (min: number | undefined, max: number | undefined): Bounds => ({
  min: min === undefined ? Number.NEGATIVE_INFINITY : Math.round(min * thousandths),
  max: max === undefined ? Number.POSITIVE_INFINITY : Math.round(max * thousandths),
});

/** Compiles a score: value, bounds and ledger in thousandths inside, in points outside. */
export function compileScore(key: string, version: number, body: Score, context: RuleContext): CompiledScore {
  const rules = body.points.map((line) => ({
    line,
    points: Math.round(line.points * thousandths),
    holds: compileRule(line.rule, context),
  }));
  const signals = body.signals.map((signal) => compileSignal(signal, context.zone));
  // What journeys added: sums of memories are kept in ten-thousandths.
  const added = valueMemo(
    { event: pointsEvent, where: [{ property: 'score', op: 'equals', value: key }] },
    'points',
    { most: 0, horizon: 0, total: true },
    false,
    context.zone,
  );
  const addedTo = ({ person }: Question): number => Math.round(((person.state.memory[added.id] as ValueTrace | undefined)?.s ?? 0) / 10);
  const groups = new Map(body.groups.map((group) => [group.key, toBounds(group.min, group.max)]));
  const whole = toBounds(body.min, body.max);

  /** Adds lines up, by group, within bounds. */
  const total = (lines: Iterable<readonly [group: string | undefined, worth: number]>): number => {
    let sum = 0;
    const sums = new Map<string, number>();
    for (const [group, worth] of lines)
      if (group === undefined) sum += worth;
      else sums.set(group, (sums.get(group) ?? 0) + worth);
    for (const [group, bounds] of groups) sum += within(sums.get(group) ?? 0, bounds);
    return within(sum, whole);
  };

  const holding = (question: Question): [string | undefined, number][] => [
    ...rules
      .filter(({ holds }) => (holds as CompiledRule)(question))
      .map(({ line, points }): [string | undefined, number] => [line.group, points]),
    [undefined, addedTo(question)],
  ];

  const earned = (question: Question): Earned[] => signals.map((each) => ({ each, ...each.times(question) }));

  const valueIn = (question: Question): number => total([...holding(question), ...worths(earned(question), question.now)]);

  return {
    key,
    version,
    body,
    reads: new Set([
      ...body.points.flatMap((line) => [...readsOf(line.rule)]),
      ...body.signals.map((signal) => `event:${signal.on.event}`),
      `event:${pointsEvent}`,
    ]),
    memos: [...body.points.flatMap((line) => memosOf(line.rule, context.zone)), ...signals.map((each) => each.memo), added],
    fades: signals.some((each) => each.fades),
    valueAt: (question) => valueIn(question) / thousandths,
    isWithin(question, least, most) {
      const [from, to] = [Math.round(least * thousandths), Math.round(most * thousandths)];
      const inner: Question = { ...question, changesAt: never };
      const fixed = holding(inner);
      const fading = earned(question);
      const value = total([...fixed, ...worths(fading, question.now)]);
      const held = value >= from && value <= to;
      mayChangeAt(question, inner.changesAt);
      tellWhenFading(question, fading, held, value, from, to, (a, b) => {
        const [early, late] = [worths(fading, a), worths(fading, b)];
        const bound = (pick: (x: number, y: number) => number): number =>
          total([...fixed, ...early.map(([group, worth], index): [string | undefined, number] => [group, pick(worth, late[index]![1])])]);
        return [bound(Math.min), bound(Math.max)];
      });
      return held;
    },
    ledger(question) {
      const lines: LedgerLine[] = [];
      const groupOf = (group: string | undefined): string | null => group ?? null;
      for (const { line, points, holds } of rules)
        if ((holds as CompiledRule)(question))
          lines.push({
            because: line.because,
            group: groupOf(line.group),
            at: null,
            points: points / thousandths,
            worth: points / thousandths,
            event: null,
          });
      const given = addedTo(question) / thousandths;
      if (given !== 0) lines.push({ because: addedByJourneys, group: null, at: null, points: given, worth: given, event: pointsEvent });
      for (const { each, t, uncounted } of earned(question)) {
        const { because, group } = each.signal;
        if (uncounted > 0)
          lines.push({
            because: uncounted === 1 ? because : `${because}, ${uncounted} times`,
            group: groupOf(group),
            at: null,
            points: (uncounted * each.points) / thousandths,
            worth: (uncounted * each.points) / thousandths,
            event: each.signal.on.event,
          });
        for (const at of t)
          lines.push({
            because,
            group: groupOf(group),
            at,
            points: each.points / thousandths,
            worth: worthAfter(question.now - at, each.points, each.halfLife, each.expires) / thousandths,
            event: each.signal.on.event,
          });
      }
      const sumOf = (some: readonly LedgerLine[]): number => some.reduce((sum, line) => sum + Math.round(line.worth * thousandths), 0);
      const bound = (because: string, group: string | null, sum: number, kept: number): void => {
        const more = (kept - sum) / thousandths;
        if (more !== 0) lines.push({ because, group, at: null, points: more, worth: more, event: null });
      };
      for (const group of body.groups) {
        const sum = sumOf(lines.filter((line) => line.group === group.key));
        bound(`${group.name} is kept ${sayBounds(group.min, group.max)}`, group.key, sum, within(sum, groups.get(group.key)!));
      }
      const sum = sumOf(lines);
      bound(`The score is kept ${sayBounds(body.min, body.max)}`, null, sum, within(sum, whole));
      return lines;
    },
  };
}

/** What steps of journeys added in all: only their sum is remembered. */
const addedByJourneys = 'added by journeys';

/** The same ledger with each time that a journey added something, from the events that say so; of what is no longer kept, the sum. */
export function withEachAdded(lines: readonly LedgerLine[], score: string, events: readonly Occurrence[]): LedgerLine[] {
  return lines.flatMap((line) => {
    if (line.event !== pointsEvent || line.at !== null) return [line];
    const each = events.flatMap(({ name, at, properties }): LedgerLine[] => {
      const amount = amountOf(properties.points);
      if (name !== pointsEvent || properties.score !== score || amount === null) return [];
      const points = Math.round(amount / 10) / thousandths;
      const { because, journey } = properties;
      const said = typeof because === 'string' && because !== '' ? because : 'added';
      const by = typeof journey === 'string' ? `${said} (journey ${journey})` : said;
      return [{ because: by, group: null, at, points, worth: points, event: pointsEvent }];
    });
    const rest = Math.round((line.points - each.reduce((sum, { points }) => sum + points, 0)) * thousandths) / thousandths;
    return rest === 0 ? each : [...each, { ...line, points: rest, worth: rest }];
  });
}

const sayBounds = (min: number | undefined, max: number | undefined): string =>
  min !== undefined && max !== undefined ? `between ${min} and ${max}` : max !== undefined ? `at most ${max}` : `at least ${min}`;

/** +7, -3 */
export const signed = (points: number): string => `${points > 0 ? '+' : ''}${points}`;
