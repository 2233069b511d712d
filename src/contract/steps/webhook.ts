import { z } from 'zod';
import { Duration } from '../instant.ts';
import { Key } from '../key.ts';
import { base, Next, OtherNext, shape } from './base.ts';

/** Calls another system and waits for what it says, which later branches can read. */
export const WebhookStep = z.strictObject({
  ...base,
  kind: z.literal('webhook'),
  template: Key.nullable().describe('Content of the channel webhook; null is a place to be filled before publishing'),
  topic: Key,
  timeout: Duration.default('PT1H').describe('How long at most until the answer, further attempts among them'),
  next: Next.describe('When it was answered'),
  onFailure: OtherNext.describe('When it was refused, or not answered in time'),
});

export const webhook = shape(WebhookStep, () => [
  { label: 'answered', at: ['next'] },
  { label: 'failed', at: ['onFailure'] },
]);
