import { z } from 'zod';
import { Key } from './key.ts';

export const ConsentState = z.enum(['granted', 'denied', 'withdrawn']);
export type ConsentState = z.infer<typeof ConsentState>;

/**
 * One line of the consent ledger: for what, on which channel (* is all of them), what was said, in which words, by what act.
 * A denial is a "no" to a question; a withdrawal takes back a "yes", and only the person can undo it by a confirmed act of their own.
 */
export const ConsentChange = z.strictObject({
  purpose: Key,
  channel: z.string().default('*'),
  state: ConsentState,
  wording: z.string().max(1000).nullable().default(null),
  method: z.enum(['event', 'form', 'one-click', 'unsubscribe-page', 'admin', 'import', 'complaint', 'unmerge']),
  actor: z.string().max(200),
});
export type ConsentChange = z.infer<typeof ConsentChange>;
