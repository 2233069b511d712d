import { z } from 'zod';
import { Key, TraitPath } from '../key.ts';
import { EventMatch, Weekdays } from '../rule/event-match.ts';
import { ClockTime, Days } from './base.ts';

/** Somebody comes into a segment, or leaves it. */
export const SegmentTrigger = z.strictObject({ segment: Key, change: z.enum(['entered', 'left']).default('entered') });
/** A score crosses one of its thresholds. */
export const ScoreTrigger = z.strictObject({ score: Key, threshold: Key, change: z.enum(['risen', 'fallen']).default('risen') });
/** Somebody comes into a stage, or leaves it. */
export const StageTrigger = z.strictObject({ stage: Key, change: z.enum(['entered', 'left']).default('entered') });
/** A day that a trait names comes, or one so many days from it; every year where `yearly`. */
export const DateTrigger = z.strictObject({
  date: TraitPath.describe('Trait that holds the date'),
  days: Days.default(0).describe('So many days after the date; negative is before'),
  yearly: z.boolean().default(false).describe('The same day of every year: a birthday, the day somebody came'),
  at: ClockTime.default('09:00').describe("On the person's clock"),
});
/** On days of the calendar, for everybody for whom the entry's rule holds then. */
export const ScheduleTrigger = z.strictObject({
  every: z.enum(['day', 'week', 'month']),
  weekdays: Weekdays.optional().describe('With week'),
  day: z.int().min(1).max(31).optional().describe('With month: this day, or the last one of a shorter month'),
  at: ClockTime.default('09:00').describe("On the workspace's clock"),
});
/** Somebody is sent in: by a call of the API, by a colleague, or by a step of another journey. */
export const CallTrigger = z.strictObject({ by: z.enum(['api', 'journey']) });

/** What starts a run. */
export const Trigger = z.union([EventMatch, SegmentTrigger, ScoreTrigger, StageTrigger, DateTrigger, ScheduleTrigger, CallTrigger]);
export type Trigger = z.infer<typeof Trigger>;

interface TriggerShapes {
  event: z.infer<typeof EventMatch>;
  segment: z.infer<typeof SegmentTrigger>;
  score: z.infer<typeof ScoreTrigger>;
  stage: z.infer<typeof StageTrigger>;
  date: z.infer<typeof DateTrigger>;
  schedule: z.infer<typeof ScheduleTrigger>;
  call: z.infer<typeof CallTrigger>;
}
export type TriggerKind = keyof TriggerShapes;
export type TriggerOf<K extends TriggerKind> = TriggerShapes[K];

/** A trigger, its kind beside it. */
export function triggerOf(on: Trigger): { [K in TriggerKind]: { kind: K; on: TriggerOf<K> } }[TriggerKind] {
  if ('event' in on) return { kind: 'event', on };
  if ('segment' in on) return { kind: 'segment', on };
  if ('score' in on) return { kind: 'score', on };
  if ('stage' in on) return { kind: 'stage', on };
  if ('date' in on) return { kind: 'date', on };
  if ('every' in on) return { kind: 'schedule', on };
  return { kind: 'call', on };
}
