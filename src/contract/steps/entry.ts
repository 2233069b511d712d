import { z } from 'zod';
import { Rule } from '../rule.ts';
import { base, Next, onward, shape } from './base.ts';
import { Trigger } from './trigger.ts';

/** Where a run begins: what starts it, and what must hold at that moment. A journey may have several. */
export const EntryStep = z
  .strictObject({ ...base, kind: z.literal('entry'), on: Trigger, when: Rule.optional(), next: Next })
  .superRefine(({ on, when }, context) => {
    if (!('every' in on)) return;
    if (when === undefined) context.addIssue({ code: 'custom', path: ['when'], message: 'on a schedule, a rule says who enters' });
    if (on.every === 'week' && on.weekdays === undefined)
      context.addIssue({ code: 'custom', path: ['on', 'weekdays'], message: 'every week needs its weekdays' });
    if (on.every === 'month' && on.day === undefined)
      context.addIssue({ code: 'custom', path: ['on', 'day'], message: 'every month needs its day' });
  });

export const entry = shape(EntryStep, onward);
