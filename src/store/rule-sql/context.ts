import type { Instant } from '#contract/instant.ts';
import type { Calendar } from '#contract/rule/window.ts';

/** How clocks and calendars stand in a zone. The engine's own functions, handed in, so that both readers go by the same clocks. */
export interface Clocks {
  /** Milliseconds that local time is ahead of UTC. */
  offsetAt(at: Instant, zone: string): number;
  /** The first instant of a day, counted from 1970-01-01. */
  startOfDay(day: number, zone: string): Instant;
  /** The first instant at or after `at` when clocks show this minute of the day. */
  nextLocal(at: Instant, minuteOfDay: number, zone: string): Instant;
  /** A stretch of the calendar: from an instant, until before another; `shifts` is when it moves on to the next. */
  stretchAt(calendar: Calendar, now: Instant, zone: string): { from: Instant; to: Instant; shifts: Instant };
}

/** What a score is worth to some people, each in its place. */
export interface Worths {
  ids: readonly string[];
  worths: readonly number[];
}

/** For whom a rule is asked, and when. */
export interface RuleSqlContext {
  workspace: number;
  now: Instant;
  /** The workspace's time zone: where people are whose own is not known, and in which hours of events are read. */
  zone: string;
  /** The zones that people have, as `distinctZones` answers them. */
  zones: readonly string[];
  local: Clocks;
  purposeOf(topic: string): string | undefined;
  /** [none] Scores of which some people have another worth by now than was last written to their state, because it fades. */
  faded?: ReadonlyMap<string, Worths>;
  /** [false] Whether the workspace goes by real time, so that nothing was stored before it happened: months that ended before a window need not be looked into. */
  realTime?: boolean;
  /** [all] Only people of these lanes. */
  lanes?: readonly number[];
}

/** What of a zone's clocks a condition asks, for the workspace's zone and, grouped, for those zones of people that answer otherwise. */
export interface ByZone<T> {
  usual: T;
  others: { zones: string[]; value: T }[];
}

export function byZone<T extends number | boolean | null>(context: RuleSqlContext, answer: (zone: string) => T): ByZone<T> {
  const usual = answer(context.zone);
  const others = Map.groupBy(context.zones, answer);
  others.delete(usual);
  return { usual, others: [...others].map(([value, zones]) => ({ zones, value })) };
}

/** The day that clocks in a zone show now, counted from 1970-01-01. */
export const todayIn = ({ now, local }: RuleSqlContext, zone: string): number => Math.floor((now + local.offsetAt(now, zone)) / 86_400_000);
/** The first instant of tomorrow in a zone. */
export const tomorrowIn = (context: RuleSqlContext, zone: string): Instant => context.local.startOfDay(todayIn(context, zone) + 1, zone);
