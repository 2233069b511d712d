import { z } from 'zod';
import { Duration } from './instant.ts';

/** How a new version of a journey is brought to people: to a growing share of those who enter, as long as nothing goes wrong with its messages. */
export const RampPlan = z.strictObject({
  shares: z
    .array(z.int().min(1).max(100))
    .min(1)
    .max(10)
    .refine((shares) => shares.every((share, place) => place === 0 || share > shares[place - 1]!) && shares.at(-1) === 100, {
      message: 'must rise and end with 100',
    })
    .default([5, 25, 100])
    .describe('Percent of those who enter, one after another'),
  every: Duration.default('P1D').describe('How long each share holds before the next'),
  least: z.int().min(0).max(10_000).default(5).describe('How many people have to have entered at a share before the next'),
  limits: z
    .strictObject({
      bounced: z.number().min(0).max(1).default(0.05),
      complained: z.number().min(0).max(1).default(0.003),
      unsubscribed: z.number().min(0).max(1).default(0.02),
      failed: z.number().min(0).max(1).default(0.05),
      after: z.int().min(1).max(10_000).default(20).describe('Messages before shares of them say anything'),
    })
    .prefault({})
    .describe('Guardrails, as shares of the messages of the version: beyond one of them the ramp holds by itself'),
});
export type RampPlan = z.infer<typeof RampPlan>;

/** rising: the share grows by itself · held: nobody else enters by the new version · done: everybody does · ended: another version took its place. */
export const rampStates = ['rising', 'held', 'done', 'ended'] as const;
export type RampState = (typeof rampStates)[number];
