import type { Instant } from '#contract/instant.ts';
import type { Rule } from '#contract/rule.ts';
import { type Trigger, type TriggerOf, triggerOf } from '#contract/steps/trigger.ts';
import { localDay, startOfDay, weekdayOf } from '../local-calendar.ts';
import { minutesOf, nextLocal } from '../local-time.ts';
import { sayMatch, sayWeekdays } from '../rule/words.ts';

/** What a journey listens for, by the names under which things happen: event:NAME, segment:KEY entered, score:KEY/THRESHOLD risen, stage:KEY left, journey:KEY. */
export function listensFor(journey: string, step: string, on: Trigger): string | null {
  const trigger = triggerOf(on);
  switch (trigger.kind) {
    case 'event':
      return `event:${trigger.on.event}`;
    case 'segment':
      return `segment:${trigger.on.segment} ${trigger.on.change}`;
    case 'score':
      return `score:${trigger.on.score}/${trigger.on.threshold} ${trigger.on.change}`;
    case 'stage':
      return `stage:${trigger.on.stage} ${trigger.on.change}`;
    case 'date':
      return `segment:${dateSegment(journey, step)} entered`;
    case 'schedule':
      return null;
    case 'call':
      return `${trigger.on.by}:${journey}`;
  }
}

/** Whoever has the day of a date trigger today is in a segment of that name, which only the engine knows. */
export const dateSegment = (journey: string, step: string): string => `journey/${journey}/${step}`;
export const isDateSegment = (key: string): boolean => key.startsWith('journey/');

/** For whom it is the day of a date trigger, by their own clock. */
export const dateRule = ({ date, days, yearly }: TriggerOf<'date'>): Rule => ({
  trait: { path: date, op: yearly ? 'anniversary-in' : 'in-days', value: [-days, -days] },
});

/** The first instant after another at which a schedule is due, on the clock of a zone. */
export function nextDue({ every, weekdays, day, at }: TriggerOf<'schedule'>, after: Instant, zone: string): Instant {
  for (let today = localDay(after, zone), looked = 0; looked <= 400; today++, looked++) {
    const date = new Date(today * 86_400_000);
    const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
    if (every === 'week' && !weekdays!.includes(weekdayOf(today))) continue;
    if (every === 'month' && date.getUTCDate() !== Math.min(day!, last)) continue;
    const due = nextLocal(startOfDay(today, zone), minutesOf(at), zone);
    if (due > after) return due;
  }
  throw new Error('a schedule without a day');
}

const sayDays = (days: number): string =>
  days === 0 ? 'on' : `${Math.abs(days)} ${Math.abs(days) === 1 ? 'day' : 'days'} ${days < 0 ? 'before' : 'after'}`;

/** To stand after "Enter". */
export function sayTrigger(on: Trigger): string {
  const trigger = triggerOf(on);
  switch (trigger.kind) {
    case 'event':
      return `on ${sayMatch(trigger.on)}`;
    case 'segment':
      return `when somebody ${trigger.on.change === 'entered' ? 'comes into' : 'leaves'} the segment ${trigger.on.segment}`;
    case 'score':
      return `when ${trigger.on.score} ${trigger.on.change === 'risen' ? 'rises to' : 'falls below'} ${trigger.on.threshold}`;
    case 'stage':
      return `when somebody ${trigger.on.change === 'entered' ? 'comes into' : 'leaves'} the stage ${trigger.on.stage}`;
    case 'date':
      return `${sayDays(trigger.on.days)} the date in ${trigger.on.date}${trigger.on.yearly ? ', every year' : ''}, at ${trigger.on.at}`;
    case 'schedule': {
      const { every, weekdays, day, at } = trigger.on;
      const when = every === 'day' ? 'every day' : every === 'week' ? `every week ${sayWeekdays(weekdays!)}` : `every month on the ${day}.`;
      return `${when} at ${at}`;
    }
    case 'call':
      return trigger.on.by === 'api' ? 'when the API or a colleague sends somebody in' : 'when another journey sends somebody in';
  }
}
