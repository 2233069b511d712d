import { z } from 'zod';
import { Duration } from '../instant.ts';
import { base, Next, onward, Owner, shape } from './base.ts';

export const MakeTaskStep = z.strictObject({
  ...base,
  kind: z.literal('make-task'),
  title: z.string().min(1).max(300),
  owner: Owner,
  dueIn: Duration.default('P1D'),
  next: Next,
});

export const makeTask = shape(MakeTaskStep, onward);
