import { day, type Instant, minute } from '#contract/instant.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}

export function isZone(zone: string): boolean {
  try {
    formatFor(zone);
    return true;
  } catch {
    return false;
  }
}

/** Since then clocks have been changed at quarters of an hour only, so that within one the offset stays. */
const changedAtQuarters = Date.UTC(1973, 0);
const quarter = 15 * minute;
/** Zone → quarter of an hour → offset, as far as they were asked for; asking the platform takes a thousand times as long. */
const offsets = new Map<string, Map<number, number>>();
const offsetsMax = 10_000;

/** Milliseconds that local time in a zone is ahead of UTC at an instant. */
export function offsetAt(at: Instant, zone: string): number {
  if (at < changedAtQuarters) return askOffset(at, zone);
  const there = offsets.get(zone);
  const known = there && there.size < offsetsMax ? there : new Map<number, number>();
  if (known !== there) offsets.set(zone, known);
  const place = Math.floor(at / quarter);
  const offset = known.get(place) ?? askOffset(at, zone);
  known.set(place, offset);
  return offset;
}

function askOffset(at: Instant, zone: string): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatFor(zone).formatToParts(at)) part[type] = Number(value);
  return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!) - Math.floor(at / 1000) * 1000;
}

/** Minutes since local midnight at an instant. */
export const minuteOfDay = (at: Instant, zone: string): number => Math.floor(((((at + offsetAt(at, zone)) % day) + day) % day) / minute);

/** "21:30" → minutes since midnight. */
export const minutesOf = (clockTime: string): number => Number(clockTime.slice(0, 2)) * 60 + Number(clockTime.slice(3));

/**
 * The first instant at or after `at` when clocks in the zone show this minute of the day. Where the spring change skips that minute, the first instant
 * after the gap; where the autumn change repeats it, its first appearance that is not before `at`.
 */
export function nextLocal(at: Instant, minuteWanted: number, zone: string): Instant {
  const localMidnight = Math.floor((at + offsetAt(at, zone)) / day) * day;
  for (const days of [0, 1, 2]) {
    const wall = localMidnight + days * day + minuteWanted * minute;
    const candidates = [offsetAt(wall - day, zone), offsetAt(wall + day, zone)].map((offset) => wall - offset);
    const exact = candidates.filter((each) => each + offsetAt(each, zone) === wall && each >= at).sort((a, b) => a - b);
    if (exact[0] !== undefined) return exact[0];
    const skipped = candidates.every((each) => each + offsetAt(each, zone) !== wall);
    const afterGap = skipped ? clocksChange(Math.min(...candidates), Math.max(...candidates), zone) : at;
    if (skipped && afterGap >= at) return afterGap;
  }
  throw new Error(`no local time ${minuteWanted} in ${zone} within two days of ${at}`);
}

/** The instant between two at which clocks in a zone change; they do so at whole minutes. */
function clocksChange(before: Instant, after: Instant, zone: string): Instant {
  let [from, to] = [Math.floor(before / minute), Math.ceil(after / minute)];
  const offset = offsetAt(before, zone);
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (offsetAt(middle * minute, zone) === offset) from = middle;
    else to = middle;
  }
  return to * minute;
}

/** "Saturday, 14 March, 08:00" in a zone, for sentences. */
export function sayInstant(at: Instant, zone: string): string {
  const format =
    sentences.get(zone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  sentences.set(zone, format);
  return format.format(at);
}
const sentences = new Map<string, Intl.DateTimeFormat>();
