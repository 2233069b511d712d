import { day, type Instant, instantOf, toIso } from '#contract/instant.ts';
import type { Calendar } from '#contract/rule/window.ts';
import { offsetAt } from './local-time.ts';

/** Days are counted from 1970-01-01, as whole numbers: a day of the calendar has no zone, only its beginning has. */
export type DayNumber = number;

/** Which day clocks in a zone show at an instant. */
export const localDay = (at: Instant, zone: string): DayNumber => Math.floor((at + offsetAt(at, zone)) / day);

/** The first instant of a day in a zone. Where midnight is skipped, the first instant after the gap; where it comes twice, the first time. */
export function startOfDay(number: DayNumber, zone: string): Instant {
  const wall = number * day;
  const candidates = [offsetAt(wall - day, zone), offsetAt(wall + day, zone)].map((offset) => wall - offset);
  const exact = candidates.filter((each) => each + offsetAt(each, zone) === wall);
  return exact.length > 0 ? Math.min(...exact) : Math.max(...candidates);
}

/** The day that a value names: of a text the date as it is written, of a number its date in UTC. */
export function dayNumberOf(value: unknown): DayNumber | null {
  const at = instantOf(value);
  if (at === null) return null;
  return Math.floor(typeof value === 'string' ? instantOf(value.slice(0, 10))! / day : at / day);
}

/** Year, month (1 to 12) and date of a day. */
function partsOf(number: DayNumber): [number, number, number] {
  const date = new Date(number * day);
  return [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
}
const dayOf = (year: number, month: number, date: number): DayNumber => Math.floor(Date.UTC(year, month - 1, date) / day);

/** Whether an anniversary of a day, itself included, lies between two days. 29 February is 28 February in other years. */
export function anniversaryWithin(born: DayNumber, from: DayNumber, to: DayNumber): boolean {
  const [year, month, date] = partsOf(born);
  for (let each = Math.max(year, partsOf(from)[0]); each <= partsOf(to)[0]; each++) {
    const last = new Date(Date.UTC(each, month, 0)).getUTCDate();
    const falls = dayOf(each, month, Math.min(date, last));
    if (falls >= from && falls <= to) return true;
  }
  return false;
}

/** The days of a stretch of the calendar that holds `today`, `ago` stretches back: from the first, to the first of the next. */
function daysOf({ unit, ago }: Calendar, today: DayNumber): [DayNumber, DayNumber] {
  const [year, month] = partsOf(today);
  switch (unit) {
    case 'day':
      return [today - ago, today - ago + 1];
    case 'week': {
      // 1970-01-01 was a Thursday.
      const monday = today - ((((today + 3) % 7) + 7) % 7) - 7 * ago;
      return [monday, monday + 7];
    }
    case 'month':
      return [dayOf(year, month - ago, 1), dayOf(year, month - ago + 1, 1)];
    case 'quarter': {
      const first = month - ((month - 1) % 3) - 3 * ago;
      return [dayOf(year, first, 1), dayOf(year, first + 3, 1)];
    }
    case 'year':
      return [dayOf(year - ago, 1, 1), dayOf(year - ago + 1, 1, 1)];
  }
}

/** A stretch of the calendar where somebody is: from an instant, until before another; `shifts` is when it moves on to the next. */
export interface Stretch {
  from: Instant;
  to: Instant;
  shifts: Instant;
}

interface Kept extends Stretch {
  since: Instant;
}
/** A stretch holds for everybody in the zone until it shifts, and finding it asks the time zone database eight times. */
const kept = new Map<string, Kept>();

export function stretchAt(calendar: Calendar, now: Instant, zone: string): Stretch {
  const key = `${calendar.unit} ${calendar.ago} ${zone}`;
  const known = kept.get(key);
  if (known && now >= known.since && now < known.shifts) return known;
  const today = localDay(now, zone);
  const [current, next] = daysOf({ ...calendar, ago: 0 }, today);
  const [from, to] = daysOf(calendar, today);
  const found = {
    from: startOfDay(from, zone),
    to: startOfDay(to, zone),
    since: startOfDay(current, zone),
    shifts: startOfDay(next, zone),
  };
  if (kept.size > 5_000) kept.clear();
  kept.set(key, found);
  return found;
}

/** 1 for Monday to 7 for Sunday. */
export const weekdayOf = (number: DayNumber): number => ((((number + 3) % 7) + 7) % 7) + 1;

/** "2026-03-29". */
export const sayDay = (number: DayNumber): string => toIso(number * day).slice(0, 10);
