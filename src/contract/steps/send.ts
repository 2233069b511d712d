import { z } from 'zod';
import { Duration } from '../instant.ts';
import { Key, Line, TraitPath } from '../key.ts';
import { Rule } from '../rule.ts';
import { base, Next, OtherNext, shape } from './base.ts';

/** What becomes of a message that may not go out now. */
const IfHeld = z.enum(['wait', 'drop', 'best']);

/** A message is asked for; the policy decides when it is handed over. */
export const SendStep = z
  .strictObject({
    ...base,
    kind: z.literal('send'),
    template: Key.nullable().describe('The content, which names its channel; null is a place to be filled before publishing'),
    variants: z
      .array(z.strictObject({ label: Line, when: Rule, template: Key }))
      .max(20)
      .default([])
      .describe('Other content by stage, language or trait: the first whose rule holds is sent in place of the template'),
    topic: Key,
    needs: z.array(TraitPath).max(20).default([]).describe('Traits without which this message is not sent'),
    onMissing: OtherNext.optional().describe('With needs: the step for whoever lacks one of them'),
    ifHeld: IfHeld.default('wait').describe(
      'When it may not go out now: wait until it may or has expired, drop it, or let the best of those that wait take its place',
    ),
    offer: Key.optional().describe('The offer that it makes; not sent while another offer to the person is open'),
    expires: Duration.default('P3D').describe('Not sent later than this after it was due'),
    next: Next,
  })
  .superRefine((step, context) => {
    if (step.needs.length > 0 && step.onMissing === undefined)
      context.addIssue({
        code: 'custom',
        path: ['onMissing'],
        message: 'a message that needs data needs onMissing: what happens without it?',
      });
  });

export const send = shape(SendStep, (step) => [
  { label: null, at: ['next'] },
  ...(step.onMissing === undefined ? [] : [{ label: 'needs data', at: ['onMissing'] }]),
]);
