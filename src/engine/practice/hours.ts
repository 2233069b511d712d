import { day, hour, type Instant, minute } from '#contract/instant.ts';
import { minuteOfDay, nextLocal, offsetAt } from '../local-time.ts';
import { between, type Chance, pickByShare } from './random.ts';

/** Acts fall on whole minutes, so that many share a step of the clock. */
export const wholeMinute = (at: Instant): Instant => Math.ceil(at / minute) * minute;

/** When people visit, by their own clock: few at night, most before noon, a second rise in the evening. */
const visiting = [
  { share: 2, from: 0, to: 6 * 60 },
  { share: 10, from: 6 * 60, to: 9 * 60 },
  { share: 34, from: 9 * 60, to: 12 * 60 },
  { share: 28, from: 12 * 60, to: 17 * 60 },
  { share: 10, from: 17 * 60, to: 19 * 60 },
  { share: 16, from: 19 * 60, to: 23 * 60 },
];

/** How many of a working day's visitors come on each day of the week, from Sunday. */
const weekdays = [0.45, 1, 1.1, 1.1, 1.05, 0.9, 0.4];

/** An instant within the day (UTC) that begins at `midnight` at which somebody in this zone might come by. */
export function visitingTime(chance: Chance, midnight: Instant, zone: string): Instant {
  const { from, to } = pickByShare(chance, visiting);
  const local = between(chance, from, to - 1) * minute;
  return midnight + ((((local - offsetAt(midnight, zone)) % day) + day) % day);
}

export const weekdayOf = (at: Instant, zone: string): number => new Date(at + offsetAt(at, zone)).getUTCDay();
export const weekdayShare = (at: Instant, zone: string): number => weekdays[weekdayOf(at, zone)]!;

/** The same instant, or the next morning when it falls into somebody's night. */
export function awake(chance: Chance, at: Instant, zone: string): Instant {
  const local = minuteOfDay(at, zone);
  if (local >= 7 * 60 && local < 23 * 60) return wholeMinute(at);
  return wholeMinute(nextLocal(at, 7 * 60, zone) + between(chance, 0, 100) * minute);
}

/** The same instant, or the next one at which offices are open in this zone: Monday to Friday, nine to five. */
export function officeHours(chance: Chance, at: Instant, zone: string): Instant {
  let wanted = at;
  const local = minuteOfDay(wanted, zone);
  if (local < 9 * 60 || local >= 17 * 60) wanted = nextLocal(wanted, 9 * 60, zone) + between(chance, 0, 420) * minute;
  while (weekdayOf(wanted, zone) % 6 === 0) wanted += day;
  return wholeMinute(wanted);
}

/** Whether it is between eight in the morning and nine in the evening there. */
export const daytime = (at: Instant, zone: string): boolean => {
  const local = minuteOfDay(at, zone) * minute;
  return local >= 8 * hour && local < 21 * hour;
};
