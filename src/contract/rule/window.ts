import { z } from 'zod';
import { Duration, instantOf } from '../instant.ts';

export const Calendar = z
  .strictObject({
    unit: z.enum(['day', 'week', 'month', 'quarter', 'year']),
    ago: z.int().min(0).max(120).default(0).describe('0 is the current one, 1 the one before, 12 with month the same month a year ago'),
  })
  .describe("A day, week (from Monday), month, quarter or year in the person's time zone");
export type Calendar = z.infer<typeof Calendar>;

/** Which stretch of the past a condition looks at; all of it when none is given. */
export const window = {
  within: Duration.optional().describe('Rolling window that ends now; an event exactly this old is outside'),
  since: z
    .union([
      z.enum(['stage', 'journey']),
      z.string().refine((text) => instantOf(text) !== null, { message: 'must be stage, journey, a date or an instant' }),
    ])
    .optional()
    .describe('Since the person entered their stage or the journey, or since a date'),
  calendar: Calendar.optional(),
};
export interface Window {
  within?: string | undefined;
  since?: string | undefined;
  calendar?: Calendar | undefined;
}

export function refineWindow(test: Window, context: z.RefinementCtx): void {
  if ([test.within, test.since, test.calendar].filter((each) => each !== undefined).length > 1)
    context.addIssue({ code: 'custom', path: [], message: 'takes one of within, since and calendar' });
}

/** Windows that hold values look at no more than this many of the latest events of a person. */
export const eventsInWindowMax = 1000;
