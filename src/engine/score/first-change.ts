import type { Instant } from '#contract/instant.ts';

/** The least and the greatest that something can be. */
export type Range = [low: number, high: number];

/** How often the range of a stretch of time is asked for before the search gives an instant that may be too early. */
const asksMax = 4_000;

/**
 * The first instant in [from, to] at which an answer is another one, found by halving: a stretch whose whole range gives one answer is not looked into.
 * Exact to the millisecond; null when the answer stays. When two opposite changes lie so close that it would take too long to part them, an instant
 * before the first change is given.
 */
export function firstChange(
  from: Instant,
  to: Instant,
  rangeIn: (from: Instant, to: Instant) => Range,
  answer: (range: Range) => 'same' | 'other' | 'unclear',
): Instant | null {
  let asks = 0;
  const open: [Instant, Instant][] = [[from, to]];
  for (;;) {
    const stretch = open.pop();
    if (stretch === undefined) return null;
    const [a, b] = stretch;
    if (a > b) continue;
    if (++asks > asksMax) return a;
    const found = answer(rangeIn(a, b));
    if (found === 'same') continue;
    if (found === 'other' || a === b) return a;
    const middle = Math.floor((a + b) / 2);
    open.push([middle + 1, b], [a, middle]);
  }
}
