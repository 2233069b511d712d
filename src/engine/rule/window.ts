import { day, type Instant, instantOf, ms, sayDuration } from '#contract/instant.ts';
import type { Calendar, Window } from '#contract/rule/window.ts';
import { stretchAt } from '../local-calendar.ts';
import { never, type Question, type RuleContext, zoneOf } from './question.ts';

/** A stretch of the past: from an instant, included, until before another. `shifts` is when a calendar moves on. */
export interface Span {
  from: Instant;
  to: Instant;
  shifts: Instant;
}

/** Which stretch of the past is meant now; null when there is none, as since a stage for somebody without one. */
export type CompiledWindow = (question: Question) => Span | null;

export function compileWindow(window: Window, context: RuleContext): CompiledWindow {
  if (window.within !== undefined) {
    const length = ms(window.within);
    return ({ now }) => ({ from: now - length + 1, to: now + 1, shifts: never });
  }
  if (window.calendar !== undefined) {
    const { calendar } = window;
    return (question) => {
      const { from, to, shifts } = stretchAt(calendar, question.now, zoneOf(question, context));
      return { from, to: Math.min(to, question.now + 1), shifts };
    };
  }
  if (window.since === 'stage') return sinceThat(({ person }) => person.stageSince);
  if (window.since === 'journey') return sinceThat(({ journeySince }) => journeySince ?? null);
  const from = window.since === undefined ? Number.NEGATIVE_INFINITY : instantOf(window.since)!;
  return sinceThat(() => from);
}

const sinceThat =
  (start: (question: Question) => Instant | null): CompiledWindow =>
  (question) => {
    const from = start(question);
    return from === null ? null : { from, to: question.now + 1, shifts: never };
  };

/** Whether a window is all of the past. */
export const isUnbounded = (window: Window): boolean =>
  window.within === undefined && window.since === undefined && window.calendar === undefined;

const longest = { day: 1, week: 7, month: 31, quarter: 92, year: 366 } as const;

/** [ms] How long before now a window can begin; Infinity when it begins at an instant that is fixed. */
export function horizonOf(window: Window): number {
  if (window.within !== undefined) return ms(window.within);
  return window.calendar ? (longest[window.calendar.unit] * (window.calendar.ago + 1) + 2) * day : Number.POSITIVE_INFINITY;
}

/** What changes that only a window reads. */
export function windowReads(window: Window): string[] {
  return [...(window.since === 'stage' ? ['stage'] : []), ...(window.calendar ? ['profile:zone'] : [])];
}

/** " in the last 7 days", "" for all of the past. */
export function sayWindow(window: Window): string {
  if (window.within !== undefined) return ` in the last ${sayDuration(window.within)}`;
  if (window.calendar) return ` ${sayCalendar(window.calendar)}`;
  if (window.since === 'stage') return ' since entering the stage';
  if (window.since === 'journey') return ' since entering the journey';
  return window.since === undefined ? '' : ` since ${window.since}`;
}

function sayCalendar({ unit, ago }: Calendar): string {
  if (ago === 0) return unit === 'day' ? 'today' : `this ${unit}`;
  if (unit === 'month' && ago === 12) return 'in the same month last year';
  if (unit === 'quarter' && ago === 4) return 'in the same quarter last year';
  if (ago === 1) return unit === 'day' ? 'yesterday' : `last ${unit}`;
  return `${ago} ${unit}s ago`;
}
