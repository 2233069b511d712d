import { z } from 'zod';
import { TraitPath } from '../key.ts';
import { base, Next, onward, shape } from './base.ts';

export const SetTraitStep = z.strictObject({
  ...base,
  kind: z.literal('set-trait'),
  path: TraitPath,
  value: z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]).describe('null removes it'),
  next: Next,
});

export const setTrait = shape(SetTraitStep, onward);
