import { z } from 'zod';
import { Duration } from './instant.ts';

/** What holds where nothing is written. */
export const standardBreaker = {
  within: 'P1D',
  after: 50,
  complained: 0.003,
  bounced: 0.05,
  unsubscribed: 0.02,
  failed: 0.2,
  volume: { times: 10, least: 200 },
};
export const standardLoops = { turns: 10, within: 'P7D', people: 10 };

const Share = z.number().min(0).max(1);

/** When sending stops by itself. Each limit is a share of the messages that were handed over; null does not watch it. */
export const Breaker = z.strictObject({
  within: Duration.default(standardBreaker.within).describe('Messages that were handed over in a rolling window of this length count'),
  after: z.int().min(10).max(1_000_000).default(standardBreaker.after).describe('So many messages before shares of them say anything'),
  complained: Share.nullable().default(standardBreaker.complained).describe('Marked as spam; mailbox providers ask to stay below 0.3 %'),
  bounced: Share.nullable().default(standardBreaker.bounced).describe('Addresses that do not exist'),
  unsubscribed: Share.nullable().default(standardBreaker.unsubscribed).describe('Answered by unsubscribing'),
  failed: Share.nullable()
    .default(standardBreaker.failed)
    .describe('Refused by the other side, never taken, or not to be written; webhooks too'),
  volume: z
    .strictObject({
      times: z
        .number()
        .min(2)
        .max(1_000)
        .default(standardBreaker.volume.times)
        .describe('More than so many times the largest hour of the last 14 days'),
      least: z.int().min(10).max(1_000_000).default(standardBreaker.volume.least).describe('And at least so many messages in an hour'),
    })
    .nullable()
    .prefault({})
    .describe('Messages of a journey in an hour against its own usual'),
});
export type Breaker = z.infer<typeof Breaker>;

/** How often automation may lead somebody into the same journeys again by itself. */
export const LoopBudget = z.strictObject({
  turns: z
    .int()
    .min(1)
    .max(1_000)
    .default(standardLoops.turns)
    .describe('Times that a journey is entered again although nothing came from outside'),
  within: Duration.default(standardLoops.within).describe('In any rolling window of this length'),
  people: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(standardLoops.people)
    .describe('When so many people go round within an hour, the journeys are stopped for everybody'),
});
export type LoopBudget = z.infer<typeof LoopBudget>;
