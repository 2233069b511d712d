import { z } from 'zod';
import { TraitPath } from '../key.ts';
import { Duration, IsoDate } from '../instant.ts';
import { Rule } from '../rule.ts';
import { EventMatch, Weekdays } from '../rule/event-match.ts';
import { base, ClockTime, Days, Next, OtherNext, shape } from './base.ts';

/** A day of the calendar, or the one that a trait names; a time of day on the person's clock. */
export const UntilDate = z
  .strictObject({
    on: IsoDate.optional(),
    trait: TraitPath.optional(),
    days: Days.default(0).describe('So many days after it; negative is before'),
    at: ClockTime.default('09:00'),
  })
  .refine((date) => (date.on === undefined) !== (date.trait === undefined), { message: 'either "on" or "trait"', path: ['on'] });
/** The next time that the person's clock shows this, on one of these days. */
export const UntilTime = z.strictObject({ at: ClockTime, weekdays: Weekdays.optional() });

const ways = ['for', 'until', 'untilRule', 'untilDate', 'untilTime'] as const;

/** Time passes: for a while, until a date or a time of day; or until something happens or holds, with a mandatory timeout. */
export const WaitStep = z
  .strictObject({
    ...base,
    kind: z.literal('wait'),
    for: Duration.optional(),
    until: EventMatch.optional().describe('An event of this person'),
    untilRule: Rule.optional().describe('Goes on at once when it holds already'),
    untilDate: UntilDate.optional(),
    untilTime: UntilTime.optional(),
    timeout: Duration.optional().describe('With until and untilRule: how long at most'),
    next: Next.describe('After the time, or when it happened'),
    onTimeout: OtherNext.optional().describe('With until and untilRule: the step when it did not happen in time'),
    onMissing: OtherNext.optional().describe('With the date of a trait: the step for whoever has no such date, or one that is over'),
  })
  .superRefine((step, context) => {
    const wrong = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (ways.filter((way) => step[way] !== undefined).length !== 1)
      wrong('for', `a wait has one of ${ways.map((way) => `"${way}"`).join(', ')}`);
    const isOpen = step.until !== undefined || step.untilRule !== undefined;
    if (isOpen && (step.timeout === undefined || step.onTimeout === undefined))
      wrong('timeout', 'waiting for something needs a timeout and onTimeout: what happens if nothing happens?');
    if (!isOpen && step.timeout !== undefined) wrong('timeout', 'only waiting for something needs a timeout');
    if (step.untilDate?.trait !== undefined && step.onMissing === undefined)
      wrong('onMissing', 'waiting for the date of a trait needs onMissing: what happens without such a date?');
  });

export const wait = shape(WaitStep, (step) => {
  if (step.until !== undefined || step.untilRule !== undefined)
    return [
      { label: step.until ? 'happened' : 'held', at: ['next'] },
      { label: 'timed out', at: ['onTimeout'] },
    ];
  return [{ label: null, at: ['next'] }, ...(step.onMissing === undefined ? [] : [{ label: 'no such date', at: ['onMissing'] }])];
});
