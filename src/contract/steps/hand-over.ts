import { z } from 'zod';
import { Duration } from '../instant.ts';
import { base, Next, Owner, shape } from './base.ts';

/** A human takes over: all automation for the person stands still until they are released. */
export const HandOverStep = z.strictObject({
  ...base,
  kind: z.literal('hand-over'),
  title: z.string().min(1).max(300).describe('The task for whoever takes over'),
  owner: Owner,
  dueIn: Duration.default('P1D').describe('When somebody must have looked'),
  next: Next.describe('After the person was released'),
});

export const handOver = shape(HandOverStep, () => [{ label: 'released', at: ['next'] }]);
