import { z } from 'zod';
import { Duration } from '../instant.ts';
import { Key } from '../key.ts';
import { Rule } from '../rule.ts';
import { base, Next, shape } from './base.ts';

/** One content after another, each at most once to a person, however often they come by, until there is none left. */
export const NurtureStep = z.strictObject({
  ...base,
  kind: z.literal('nurture'),
  stream: Key.describe('People remember by this name what they have had, in whatever journey'),
  contents: z
    .array(z.strictObject({ template: Key, when: Rule.optional().describe('Only to those for whom this holds') }))
    .min(1)
    .max(100),
  topic: Key,
  every: Duration.default('P7D').describe('From one to the next'),
  pause: Rule.optional().describe('While this holds, nothing is sent'),
  expires: Duration.default('P3D').describe('Not sent later than this after it was due'),
  next: Next.describe('When there is nothing left'),
});

export const nurture = shape(NurtureStep, () => [{ label: 'exhausted', at: ['next'] }]);
