import { type Instant, minute, second } from '#contract/instant.ts';

/** How a broadcast keeps to so many hand-overs a minute. It is kept with the broadcast and changed under its lock, so that it holds over any number of processes. */
export interface Pace {
  /** The first place in the queue that nobody has been promised. */
  next: Instant;
  /** Hand-overs of the last minute, gathered by second: the last instant of each, and how many. */
  log: readonly (readonly [Instant, number])[];
}

export const freshPace: Pace = { next: 0, log: [] };

/** How many messages are made ahead of their hand-over: a quarter of a minute's, so that most of the audience waits without a message. */
export const madeAhead = (perMinute: number | null): number =>
  perMinute === null ? 2_000 : Math.min(2_000, Math.max(1, Math.ceil(perMinute / 4)));

/** A message may go now, or gets a place in the queue at which it is looked at again. */
export type Turn = { go: true } | { go: false; until: Instant };

/**
 * Gives a message its turn. Places lie evenly, a minute divided by `perMinute` apart; whoever has been promised one keeps it. However late places are taken up, there are
 * never more than `perMinute` hand-overs in any minute: the log is asked each time.
 * @param promised the place that it was given before; null for none
 */
export function takeTurn(pace: Pace, perMinute: number, promised: Instant | null, now: Instant): { turn: Turn; pace: Pace } {
  const apart = minute / perMinute;
  const log = pace.log.filter(([at]) => at > now - minute);
  const isFree = log.reduce((sum, [, count]) => sum + count, 0) < perMinute;
  const frees = isFree ? now : log[0]![0] + minute;
  const keeps = promised !== null && promised <= now;
  if (isFree && (keeps || pace.next <= now)) {
    // A second's worth may be made up for when nobody was there to take it.
    const next = keeps ? pace.next : Math.max(pace.next, now - second) + apart;
    return { turn: { go: true }, pace: { next, log: noted(log, now) } };
  }
  if (keeps) return { turn: { go: false, until: Math.ceil(frees) }, pace: { ...pace, log } };
  const place = Math.max(pace.next, frees);
  return { turn: { go: false, until: Math.max(Math.ceil(place), now + 1) }, pace: { next: place + apart, log } };
}

function noted(log: Pace['log'], now: Instant): Pace['log'] {
  const last = log.at(-1);
  const isSame = last !== undefined && Math.floor(last[0] / second) === Math.floor(now / second);
  return isSame ? [...log.slice(0, -1), [Math.max(last[0], now), last[1] + 1]] : [...log, [now, 1]];
}
