import type { Score, Signal } from '#contract/definition-bodies.ts';
import { type Instant, ms } from '#contract/instant.ts';
import { atPath } from '#contract/json.ts';
import type { Rule } from '#contract/rule.ts';
import type { Comparison } from '#contract/rule/comparison.ts';
import type { PropertyTest } from '#contract/rule/event-match.ts';
import { compileComparison } from '#engine/rule/compare.ts';
import { bareContext, type Question } from '#engine/rule/question.ts';

/** A second road to the same answer: rules read straight from a person's kept events, without memory, wakes or order of asking. */

export interface Kept {
  name: string;
  call: string;
  at: Instant;
  properties: unknown;
}

export interface Subject {
  events: readonly Kept[];
  traits: unknown;
  email: string | null;
  phone: string | null;
  name: string | null;
  stage: string | null;
  consents: Record<string, { state: string }>;
}

export interface Book {
  segments: ReadonlyMap<string, Rule>;
  scores: ReadonlyMap<string, Pick<Score, 'points' | 'signals' | 'thresholds' | 'min' | 'max'>>;
}

/** None of the rules that are drawn here look at the clock by their operators. */
const compares = (actual: unknown, test: Comparison): boolean => compileComparison(test, bareContext)(actual, {} as Question);

export const matches = (event: Kept, name: string, where: readonly PropertyTest[] | undefined): boolean =>
  event.name === name &&
  ['track', 'page', 'screen', 'group'].includes(event.call) &&
  (where ?? []).every((test) => compares(atPath(event.properties, test.property), test));

export function holds(rule: Rule, subject: Subject, book: Book, now: Instant): boolean {
  const ask = (part: Rule): boolean => holds(part, subject, book, now);
  if ('all' in rule) return rule.all.every(ask);
  if ('any' in rule) return rule.any.some(ask);
  if ('not' in rule) return !ask(rule.not);
  if ('trait' in rule) {
    const { path } = rule.trait;
    const own = atPath(subject.traits, path);
    return compares(
      own ?? (path === 'email' ? subject.email : path === 'phone' ? subject.phone : path === 'name' ? subject.name : own),
      rule.trait,
    );
  }
  if ('event' in rule) {
    const { name, where, within, atMost } = rule.event;
    const atLeast = rule.event.atLeast ?? (atMost === undefined ? 1 : 0);
    const count = subject.events.filter(
      // What is yet to come, because the clock was put back since, is in no window before its instant.
      (event) => matches(event, name, where) && (within === undefined || (event.at > now - ms(within) && event.at <= now)),
    ).length;
    return count >= atLeast && count <= (atMost ?? Number.POSITIVE_INFINITY);
  }
  if ('stage' in rule) return subject.stage !== null && rule.stage.in.includes(subject.stage);
  if ('segment' in rule) {
    const segment = book.segments.get(rule.segment.key);
    return segment !== undefined && ask(segment);
  }
  if ('score' in rule) {
    const value = scoreOf(rule.score.key, subject, book, now);
    return value >= (rule.score.atLeast ?? Number.NEGATIVE_INFINITY) && value <= (rule.score.atMost ?? Number.POSITIVE_INFINITY);
  }
  if (!('consent' in rule)) throw new Error(`no rule of the simulator: ${JSON.stringify(rule)}`);
  const standing = [`${rule.consent.purpose}/${rule.consent.channel ?? 'email'}`, `${rule.consent.purpose}/*`].flatMap(
    (key) => subject.consents[key]?.state ?? [],
  );
  return standing.length > 0 && standing.every((state) => state === 'granted');
}

export function scoreOf(key: string, subject: Subject, book: Book, now: Instant): number {
  const score = book.scores.get(key);
  if (!score) return 0;
  // In thousandths, so that fractions add up.
  const sumOf = (parts: readonly number[]): number => parts.reduce((total, part) => total + Math.round(part * 1000), 0);
  const sum =
    sumOf(score.points.filter((line) => holds(line.rule, subject, book, now)).map((line) => line.points)) +
    sumOf(score.signals.map((signal) => earnedBy(signal, subject, now))) +
    sumOf(
      subject.events
        .filter((event) => matches(event, 'Points Added', [{ property: 'score', op: 'equals', value: key }]))
        .map((event) => Number(atPath(event.properties, 'points'))),
    );
  return Math.min(score.max, Math.max(score.min, sum / 1000));
}

/** What a signal is worth now: each of the latest times that count, halved after each half-life and nothing from its end on, to the thousandth. */
function earnedBy({ on, points, halfLife, expires, times }: Signal, subject: Subject, now: Instant): number {
  const fades = halfLife !== undefined || expires !== undefined;
  return subject.events
    .filter((event) => matches(event, on.event, on.where))
    .sort((a, b) => a.at - b.at)
    .slice(times === undefined ? 0 : -times)
    .map((event) => now - event.at)
    .filter((age) => !fades || (age >= 0 && (expires === undefined || age < ms(expires))))
    .reduce(
      (sum, age) => sum + (halfLife === undefined ? points : Math.floor(points * 1000 * 0.5 ** (age / ms(halfLife)) + 0.5) / 1000),
      0,
    );
}

/** Minutes since midnight by the wall clock of a zone: read from what Intl writes, digit by digit. */
export function wallMinutes(at: Instant, zone: string): number {
  const [hours, minutes] = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    .format(at)
    .split(':')
    .map(Number);
  return hours! * 60 + minutes!;
}

/** The day, the Monday of the week, or the month that a zone's calendar shows. */
export function stretchOf(unit: 'day' | 'week' | 'month', at: Instant, zone: string): string {
  const shown = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);
  if (unit === 'day') return shown;
  if (unit === 'month') return shown.slice(0, 7);
  const noon = new Date(`${shown}T12:00:00Z`);
  noon.setUTCDate(noon.getUTCDate() - ((noon.getUTCDay() + 6) % 7));
  return noon.toISOString().slice(0, 10);
}

export function isQuiet(at: Instant, zone: string, from: string, to: string): boolean {
  const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const [start, end, now] = [minutesOf(from), minutesOf(to), wallMinutes(at, zone)];
  return start === end ? false : start < end ? now >= start && now < end : now >= start || now < end;
}
