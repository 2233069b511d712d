import { z } from 'zod';
import { Key } from '../key.ts';
import { Rule } from '../rule.ts';
import { base, Next, path, ranked, shape } from './base.ts';

/** The first path whose rule holds is taken, else otherwise. */
export const BranchStep = z.strictObject({
  ...base,
  kind: z.literal('branch'),
  paths: z
    .array(
      z.strictObject({
        label: path.label,
        when: Rule,
        serves: Key.optional().describe('The stage that this path leads to'),
        next: path.next,
      }),
    )
    .min(1)
    .max(20),
  otherwise: Next.describe('Everyone else'),
});

export const branch = shape(BranchStep, (step) => [...ranked(step.paths), { label: 'everyone else', at: ['otherwise'] }]);
