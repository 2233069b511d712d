import type { Instant } from '#contract/instant.ts';

/**
 * What a person remembers of their past, so that conditions about it are answered without reading events: for each kind of memory that some rule
 * needs, one bounded trace. Traces are values: folding an event into one makes a new one. The same events give the same trace in any order that the
 * fold accepts; an event that came too late for its order is answered by `null`, and the trace is made anew from the events that are kept.
 */
export type Memory = Record<string, Trace>;
export type Trace = CountTrace | ValueTrace | SequenceTrace;

/** How many there were in all (0 where no rule asks), and the latest instants, oldest first. */
export interface CountTrace {
  n: number;
  t: Instant[];
}

/** A text (of 200 characters at most), a number, true or false. */
export type Remembered = string | number | boolean;

/** What a property held: over all time the number of amounts with their sum and bounds, the first and the last value; and the latest values, oldest first. */
export interface ValueTrace {
  /** Amounts: how many, their sum in ten-thousandths; the least and the greatest of the numbers. */
  n: number;
  s: number;
  lo: number | null;
  hi: number | null;
  first: [Instant, Remembered] | null;
  last: [Instant, Remembered] | null;
  /** Distinct values over all time, as `keyOf` writes them, when some rule counts them. */
  d?: string[];
  t: Instant[];
  v: (Remembered | string[] | null)[];
}

/** What is kept of a pair of events. `a`: the latest first, `p`: the latest first before that, `b`: the latest second, `hit`: see the memo. */
export interface SequenceTrace {
  a: Instant | null;
  p: Instant | null;
  b: Instant | null;
  hit: Instant | null;
}
