import { z } from 'zod';
import { base, Next, onward, shape } from './base.ts';

/** Gives the person an owner: the only one named, or one of several by their shares, always the same one for the same person. */
export const AssignStep = z.strictObject({
  ...base,
  kind: z.literal('assign'),
  owners: z
    .array(z.strictObject({ owner: z.email().max(200), share: z.int().min(1).max(100).default(1) }))
    .min(1)
    .max(50),
  keep: z.boolean().default(true).describe('Whoever has an owner keeps them'),
  next: Next,
});

export const assign = shape(AssignStep, onward);
