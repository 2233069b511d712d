import { z } from 'zod';
import { Line } from '../key.ts';
import { base, path, ranked, shape } from './base.ts';

/** People are divided by chance; whoever comes again takes the same path. */
export const SplitStep = z
  .strictObject({
    ...base,
    kind: z.literal('split'),
    draw: Line.optional().describe('Splits of the same draw divide people alike [this journey and step]'),
    paths: z
      .array(z.strictObject({ label: path.label, share: z.number().min(0).max(100).multipleOf(0.01).describe('Percent'), next: path.next }))
      .min(2)
      .max(10),
  })
  .refine((step) => Math.abs(step.paths.reduce((sum, each) => sum + each.share, 0) - 100) < 0.001, {
    message: 'the shares do not add up to 100 percent',
    path: ['paths'],
  });

export const split = shape(SplitStep, (step) => ranked(step.paths.map(({ label, share }) => ({ label: `${label} ${share} %` }))));
