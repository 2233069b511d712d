import { z } from 'zod';
import { Duration } from '../instant.ts';
import { base, Next, OtherNext, Owner, shape } from './base.ts';

/** A person is asked; until they say yes, nothing that follows goes out. */
export const ApproveStep = z.strictObject({
  ...base,
  kind: z.literal('approve'),
  question: z.string().min(1).max(300),
  owner: Owner,
  timeout: Duration.default('P3D'),
  next: Next.describe('When they say yes'),
  onRefused: OtherNext,
  onTimeout: OtherNext,
});

export const approve = shape(ApproveStep, () => [
  { label: 'approved', at: ['next'] },
  { label: 'refused', at: ['onRefused'] },
  { label: 'timed out', at: ['onTimeout'] },
]);
