import { z } from 'zod';

/** An instant: milliseconds since 1970-01-01T00:00Z. Every decision takes its time as an argument of this type. */
export type Instant = number;

/** An instant on the wire: ISO 8601 in UTC with milliseconds. */
export const IsoInstant = z.string().describe('ISO 8601 instant in UTC, as 2026-03-01T09:30:00.000Z');

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

const durationPattern = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/**
 * Milliseconds of an ISO 8601 duration made of weeks, days, hours, minutes and seconds (a day is 24 hours; months and years are
 * refused because their length depends on where they start). Null when the text is not such a duration.
 */
export function durationMs(text: string): number | null {
  const known = durations.get(text);
  if (known !== undefined) return known;
  const length = readDuration(text);
  // Those of definitions are asked for again and again; what people type is not kept for ever.
  if (durations.size >= durationsMax) durations.clear();
  durations.set(text, length);
  return length;
}
const durations = new Map<string, number | null>();
const durationsMax = 1_000;

function readDuration(text: string): number | null {
  const match = durationPattern.exec(text);
  if (!match || text === 'P' || text.endsWith('T')) return null;
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return weeks! * 7 * day + days! * day + hours! * hour + minutes! * minute + seconds! * second;
}

/** Milliseconds of a duration that its schema has already checked. */
export function ms(duration: Duration): number {
  const value = durationMs(duration);
  if (value === null) throw new Error(`unchecked duration: ${duration}`);
  return value;
}

/** The ISO 8601 duration of so many milliseconds, begun seconds counted as whole: P1DT6H. */
export function toDuration(milliseconds: number): Duration {
  let rest = Math.ceil(milliseconds / second) * second;
  const take = (size: number, unit: string): string => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? '' : `${count}${unit}`;
  };
  const days = take(day, 'D');
  const time = take(hour, 'H') + take(minute, 'M') + take(second, 'S');
  return days + time === '' ? 'PT0S' : `P${days}${time === '' ? '' : `T${time}`}`;
}

/** "2 days", "1 hour 30 minutes": a duration as a person would say it. */
export function sayDuration(durationOrMs: Duration | number): string {
  let rest = typeof durationOrMs === 'number' ? durationOrMs : ms(durationOrMs);
  if (rest < second) return 'no time';
  const parts: string[] = [];
  for (const [unit, size] of [
    ['day', day],
    ['hour', hour],
    ['minute', minute],
    ['second', second],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
    rest -= count * size;
  }
  return parts.slice(0, 2).join(' ');
}

export const Duration = z
  .string()
  .refine((text) => durationMs(text) !== null, { message: 'must be an ISO 8601 duration such as PT1H, P2D or P1DT12H' })
  .describe('ISO 8601 duration of weeks, days, hours, minutes and seconds: PT30M, P2D, P1DT12H');
export type Duration = z.infer<typeof Duration>;

/** A day of the calendar. */
export const IsoDate = z.iso.date().describe('A day of the calendar: 2026-03-01');

const instantPattern = /^([1-9]\d{3})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * The instant that a value stands for: an ISO 8601 date (midnight in UTC) or date and time (in UTC when it names no offset), or a number of seconds
 * (milliseconds from 1e11 on) since 1970. Null when it is neither, or no day of the calendar. What is finer than a millisecond is dropped.
 */
export function instantOf(value: unknown): Instant | null {
  if (typeof value === 'number') {
    const at = Math.floor(Math.abs(value) < 1e11 ? value * 1000 : value);
    return Math.abs(at) <= 8.64e15 && at >= earliest && at < latest ? at : null;
  }
  const match = typeof value === 'string' ? instantPattern.exec(value) : null;
  if (!match) return null;
  const [year, month, date, hours, minutes, seconds] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || date < 1 || date > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null;
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  const offset = /([+-])(\d{2}):?(\d{2})/.exec(match[8] ?? '');
  if (offset && (Number(offset[2]) > 15 || Number(offset[3]) > 59)) return null;
  const ahead = offset ? (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * hour + Number(offset[3]) * minute) : 0;
  return Date.UTC(year, month - 1, date, hours, minutes, seconds, Number((match[7] ?? '').padEnd(3, '0').slice(0, 3))) - ahead;
}

/** Instants that values may stand for: the years 1000 to 9999. */
const earliest = Date.UTC(1000, 0, 1);
const latest = Date.UTC(10_000, 0, 1);

export const toIso = (at: Instant): string => new Date(at).toISOString();
export const isoOrNull = (at: Instant | null | undefined): string | null => (at === null || at === undefined ? null : toIso(at));
