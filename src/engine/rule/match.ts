import type { Instant } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import type { EventMatch, Hours, PropertyTest } from '#contract/rule/event-match.ts';
import { valueAt } from '#contract/rule/values.ts';
import { localDay, weekdayOf } from '../local-calendar.ts';
import { minuteOfDay, minutesOf } from '../local-time.ts';
import { compileComparison } from './compare.ts';
import { bareContext, never, type Question } from './question.ts';

/** An event as rules see it. */
export interface Occurrence {
  id: string;
  at: Instant;
  name: string;
  properties: JsonObject;
}

/** Which occurrences of an event are meant. */
export type Narrowed = EventMatch;
/** The same, as conditions of the past say it. */
export const toMatch = ({ name, where, weekdays, hours }: Omit<EventMatch, 'event'> & { name: string }): EventMatch => ({
  event: name,
  where,
  weekdays,
  hours,
});

/** Whether the clock shows a time between two. */
export function inHours(minuteNow: number, hours: Hours): boolean {
  const [from, to] = [minutesOf(hours.from), minutesOf(hours.to)];
  return from < to ? minuteNow >= from && minuteNow < to : minuteNow >= from || minuteNow < to;
}

/** An event does not change, so the operators that would look at a person or a clock are not among its tests. */
const noQuestion = { now: 0, changesAt: never } as Question;

function compileWhere(where: readonly PropertyTest[] | undefined): (properties: JsonObject) => boolean {
  const tests = (where ?? []).map((test) => ({ property: test.property, holds: compileComparison(test, bareContext) }));
  return (properties) => tests.every((test) => test.holds(valueAt(properties, test.property), noQuestion));
}

/** Whether something that happened is what is meant. */
export type Matches = (event: Pick<Occurrence, 'name' | 'at' | 'properties'>) => boolean;

/** Whether an event is the one that is meant; times of day and weekdays are read in this zone. */
export function compileMatch(match: Narrowed, zone: string): Matches {
  const where = compileWhere(match.where);
  const { event: name, weekdays, hours } = match;
  if (!weekdays && !hours) return (event) => event.name === name && where(event.properties);
  return (event) =>
    event.name === name &&
    (!weekdays || weekdays.includes(weekdayOf(localDay(event.at, zone)))) &&
    (!hours || inHours(minuteOfDay(event.at, zone), hours)) &&
    where(event.properties);
}
