import type { Score, Signal } from '#contract/definition-bodies.ts';
import { type Instant, ms } from '#contract/instant.ts';
import { eventsInWindowMax } from '#contract/rule/window.ts';
import { countMemo, type CountTrace, type Memo } from '../rule/memory.ts';
import { type CompiledRule, mayChangeAt, never, type Question, type RuleContext, type ScoreReader } from '../rule/question.ts';
import { compileRule, memosOf, readsOf } from '../rule/rule.ts';
import { firstChange, type Range } from './first-change.ts';

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
  const rules = body.points.map((line) => ({ line, points: Math.round(line.points * thousandths), holds: compileRule(line.rule, context) }));
  const signals = body.signals.map((signal) => compileSignal(signal, context.zone));
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

  const holding = (question: Question): [string | undefined, number][] =>
    rules.filter(({ holds }) => (holds as CompiledRule)(question)).map(({ line, points }) => [line.group, points]);

  const earned = (question: Question): { each: CompiledSignal; t: readonly Instant[]; uncounted: number }[] =>
    signals.map((each) => ({ each, ...each.times(question) }));

  const worthOf = ({ each, t, uncounted }: ReturnType<typeof earned>[number], at: Instant): number =>
    t.reduce((sum, earnedAt) => sum + worthAfter(at - earnedAt, each.points, each.halfLife, each.expires), uncounted * each.points);

  const valueIn = (question: Question): number =>
    total([...holding(question), ...earned(question).map((each): [string | undefined, number] => [each.each.signal.group, worthOf(each, question.now)])]);

  return {
    key,
    version,
    body,
    reads: new Set([...body.points.flatMap((line) => [...readsOf(line.rule)]), ...body.signals.map((signal) => `event:${signal.on.event}`)]),
    memos: [...body.points.flatMap((line) => memosOf(line.rule, context.zone)), ...signals.map((each) => each.memo)],
    fades: signals.some((each) => each.fades),
    valueAt: (question) => valueIn(question) / thousandths,
    isWithin(question, least, most) {
      const [from, to] = [Math.round(least * thousandths), Math.round(most * thousandths)];
      const isIn = (value: number): boolean => value >= from && value <= to;
      const inner: Question = { ...question, changesAt: never };
      const fixed = holding(inner);
      const fading = earned(question);
      const held = isIn(total([...fixed, ...fading.map((each): [string | undefined, number] => [each.each.signal.group, worthOf(each, question.now)])]));
      // Lines that hold may end; until then only signals fade, each of them one way.
      const over = fading.reduce(
        (latest, { each, t }) => (t.length === 0 ? latest : Math.max(latest, t.at(-1)! + lifeOf(each.points, each.halfLife, each.expires))),
        question.now,
      );
      const rangeIn = (a: Instant, b: Instant): Range => {
        const low: [string | undefined, number][] = [...fixed];
        const high: [string | undefined, number][] = [...fixed];
        for (const each of fading) {
          const [early, late] = [worthOf(each, a), worthOf(each, b)];
          low.push([each.each.signal.group, Math.min(early, late)]);
          high.push([each.each.signal.group, Math.max(early, late)]);
        }
        return [total(low), total(high)];
      };
      mayChangeAt(question, inner.changesAt);
      const end = Math.min(Math.ceil(over), question.changesAt);
      if (end > question.now) {
        const change = firstChange(question.now + 1, end, rangeIn, ([low, high]) =>
          held ? (isIn(low) && isIn(high) ? 'same' : low > to || high < from ? 'other' : 'unclear') : high < from || low > to ? 'same' : isIn(low) && isIn(high) ? 'other' : 'unclear',
        );
        if (change !== null) mayChangeAt(question, change);
      }
      return held;
    },
    ledger(question) {
      const lines: LedgerLine[] = [];
      const groupOf = (group: string | undefined): string | null => group ?? null;
      for (const { line, points, holds } of rules)
        if ((holds as CompiledRule)(question))
          lines.push({ because: line.because, group: groupOf(line.group), at: null, points: points / thousandths, worth: points / thousandths });
      for (const { each, t, uncounted } of earned(question)) {
        const { because, group } = each.signal;
        if (uncounted > 0)
          lines.push({
            because: uncounted === 1 ? because : `${because}, ${uncounted} times`,
            group: groupOf(group),
            at: null,
            points: (uncounted * each.points) / thousandths,
            worth: (uncounted * each.points) / thousandths,
          });
        for (const at of t)
          lines.push({
            because,
            group: groupOf(group),
            at,
            points: each.points / thousandths,
            worth: worthAfter(question.now - at, each.points, each.halfLife, each.expires) / thousandths,
          });
      }
      const sumOf = (some: readonly LedgerLine[]): number => some.reduce((sum, line) => sum + Math.round(line.worth * thousandths), 0);
      const bound = (because: string, group: string | null, sum: number, kept: number): void => {
        if (kept !== sum) lines.push({ because, group, at: null, points: (kept - sum) / thousandths, worth: (kept - sum) / thousandths });
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

const sayBounds = (min: number | undefined, max: number | undefined): string =>
  min !== undefined && max !== undefined ? `between ${min} and ${max}` : max !== undefined ? `at most ${max}` : `at least ${min}`;
