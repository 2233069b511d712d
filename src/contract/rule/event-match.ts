import { z } from 'zod';
import { comparison, isTimed, Path, refineComparison } from './comparison.ts';

/** What one property of an event must be. An event does not change, so the operators that look at the clock are refused here. */
export const PropertyTest = z.strictObject({ property: Path, ...comparison }).superRefine((test, context) => {
  refineComparison(test, context);
  if (isTimed(test.op))
    context.addIssue({ code: 'custom', path: ['op'], message: `${test.op} looks at the clock; an event stays as it was` });
});
export type PropertyTest = z.infer<typeof PropertyTest>;

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { message: 'must be a time of day such as 21:30' });

export const Hours = z
  .strictObject({ from: clockTime, to: clockTime })
  .refine((hours) => hours.from !== hours.to, { message: 'from and to are the same' })
  .describe('From this minute until before that one; over midnight when `to` is earlier');
export type Hours = z.infer<typeof Hours>;

export const Weekdays = z.array(z.int().min(1).max(7)).min(1).max(7).describe('1 is Monday, 7 is Sunday');

/** Which occurrences of an event are meant. Times of day and weekdays of events are read in the workspace's time zone. */
export const narrowing = {
  where: z.array(PropertyTest).max(20).optional().describe('Every one of these must hold'),
  weekdays: Weekdays.optional(),
  hours: Hours.optional(),
};

/** An event as it happens: its name, and what its properties must be. */
export const EventMatch = z.strictObject({
  event: z.string().min(1).max(200).describe('Event name, as sent: Signed Up, Order Completed'),
  ...narrowing,
});
export type EventMatch = z.infer<typeof EventMatch>;

/** An event of the past in a condition. */
export const named = { name: z.string().min(1).max(200).describe('Event name, as sent'), ...narrowing };
