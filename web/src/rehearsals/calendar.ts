import { localDay } from '#engine/local-calendar.ts';
import type { RehearsalRow } from './words.ts';

/** The days of a rehearsal as a calendar shows them. */

const dayMs = 86_400_000;
const nameOf = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** Every day as YYYY-MM-DD in the workspace's zone, from the first to the last. */
export function daysOf({ from, until }: RehearsalRow['over'], zone: string): string[] {
  const first = localDay(Date.parse(from), zone);
  const last = localDay(Date.parse(until) - 1, zone);
  return Array.from({ length: last - first + 1 }, (_, index) => nameOf(first + index));
}

/** Weeks that begin on a Monday; null is a day before the first or after the last. */
export function weeksOf(days: readonly string[]): (string | null)[][] {
  if (days.length === 0) return [];
  const before = (new Date(Date.parse(days[0]!)).getUTCDay() + 6) % 7;
  const cells = [...Array.from({ length: before }, () => null), ...days];
  return Array.from({ length: Math.ceil(cells.length / 7) }, (_, week) =>
    Array.from({ length: 7 }, (_, index) => cells[week * 7 + index] ?? null),
  );
}

/** Without the weeks at the beginning in which there is nothing: a workspace may be younger than the time that is looked at. */
export function withoutEmptyWeeks(days: readonly string[], isEmpty: (day: string) => boolean): readonly string[] {
  const first = days.findIndex((day) => !isEmpty(day));
  if (first <= 0) return days;
  const weekday = (new Date(Date.parse(days[first]!)).getUTCDay() + 6) % 7;
  return days.slice(Math.max(0, first - weekday));
}
