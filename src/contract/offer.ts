import { z } from 'zod';
import { Duration } from './instant.ts';
import { Line } from './key.ts';

/** Something that is held out to people: a discount, a trial, a free hour. A person has one open offer at a time, over all channels. */
export const Offer = z.strictObject({
  name: Line,
  meaning: z.string().max(1000).default('').describe('What it is and for whom'),
  lasts: Duration.default('P7D').describe('Open for so long after it was sent, unless the goal of the journey that made it is met before'),
});
export type Offer = z.infer<typeof Offer>;
