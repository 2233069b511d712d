import { type Duration, day, hour, minute, ms, toDuration } from '#contract/instant.ts';

/**
 * How long people take from one event to another, and what a journey may learn from it. Whoever is reminded before half of those who come by themselves have come is mostly
 * somebody who needed no reminder: the mail costs their patience and takes the credit. So the first reminder waits for the half; the next one for three quarters, and the
 * last for nine of ten, after which hardly anybody comes by themselves. The quarter and the tenth are shown and suggest nothing.
 */

/** From fewer than this, the middle moves by itself from one week to the next: with 30, it lies between the 10th and the 21st of them in 19 of 20 cases. */
export const conversionsNeeded = 30;
/** How far back beginnings count, and how long after one a conversion does. */
export const beganWithin = 365 * day;
export const convertedWithin = 90 * day;
/** Of more people than this a draw is looked at. */
export const beginnersMax = 100_000;

/** The shares of those who convert whose times are told. */
export const sharesTold = [10, 25, 50, 75, 90] as const;
const sharesAwaited = [50, 75, 90] as const;

/** A time after the beginning at which to remind, and the share of those who convert that has done so by then. */
export interface Suggestion {
  share: number;
  after: Duration;
}

/** Lengths that people say. */
const plain = [
  ...[5, 10, 15, 20, 30, 45].map((count) => count * minute),
  ...[1, 2, 3, 4, 5, 6, 8, 10, 12, 18].map((count) => count * hour),
  ...[1, 2, 3, 4, 5, 6, 7, 10, 14, 21, 30, 45, 60, 90].map((count) => count * day),
];

/**
 * When to remind: the times by which half, three quarters and nine of ten of those who convert have done so, each rounded up to a length that people say, and each later
 * than the one before, so that two reminders never fall together. Null when fewer than 30 have converted.
 * @param times milliseconds by share
 */
export function suggestTimes(converted: number, times: ReadonlyMap<number, number>): Suggestion[] | null {
  if (converted < conversionsNeeded) return null;
  let before = 0;
  const suggested: Suggestion[] = [];
  for (const share of sharesAwaited) {
    const after = plain.find((length) => length >= times.get(share)! && length > before);
    if (after === undefined) break;
    suggested.push({ share, after: toDuration(after) });
    before = after;
  }
  return suggested;
}

/** Where the bars of the distribution end. They grow, because most come soon and some take weeks. */
export const timingEdges: readonly Duration[] = [
  'PT15M',
  'PT1H',
  'PT3H',
  'PT6H',
  'PT12H',
  'P1D',
  'P2D',
  'P4D',
  'P7D',
  'P14D',
  'P30D',
  'P90D',
];

/**
 * Where a bin of the database begins: at an edge, itself included. A bar ends with its edge, so the edges handed over are a millisecond later; the last bar has no end,
 * because nothing longer is asked for.
 */
export const binEdges: readonly number[] = timingEdges.slice(0, -1).map((edge) => ms(edge) + 1);

/** "half", "three quarters", "nine of ten". */
export const sayShare = (share: number): string =>
  share === 50 ? 'half' : share === 75 ? 'three quarters' : share === 90 ? 'nine of ten' : `${share} %`;
