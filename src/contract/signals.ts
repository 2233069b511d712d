import { z } from 'zod';
import { IsoInstant } from './instant.ts';

/** Something that a branch asks about: a trait by its path, an event by its name, a segment by its key. */
export const SignalAsk = z.strictObject({ kind: z.enum(['trait', 'event', 'segment']), key: z.string().min(1).max(200) });
export type SignalAsk = z.infer<typeof SignalAsk>;

/** What is behind the branches of a journey: how many people have what they ask about, when it last came, and which ways were taken. */
export const Signals = z.object({
  people: z.number().describe('Everybody who is known'),
  asks: z.array(
    z.object({
      kind: SignalAsk.shape.kind,
      key: z.string(),
      has: z.number().describe('People who have it, did it, or are in it'),
      lastAt: IsoInstant.nullable().describe('When it was last written, done or entered; null when nobody knows'),
    }),
  ),
  days: z.number().describe('Ways are counted for so long'),
  ways: z.array(z.object({ step: z.string(), next: z.string().nullable(), count: z.number() })),
});
export type Signals = z.infer<typeof Signals>;
