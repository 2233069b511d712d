import { z } from 'zod';
import { Duration, IsoDate, IsoInstant } from './instant.ts';
import { Key } from './key.ts';
import { MessageReason } from './message.ts';

/** A rehearsal: what would come of definitions, over the real past or a simulated future, for everybody and without anything being written or sent. */

export const RehearsalSpan = z
  .union([
    z.strictObject({ past: Duration.describe('The last so long, as it really was') }),
    z.strictObject({
      future: Duration.describe('The next so long, with people who behave as people have behaved lately'),
      seed: z.string().min(1).max(100).default('1').describe('The same seed gives the same futures'),
      futures: z
        .int()
        .min(1)
        .max(20)
        .optional()
        .describe('So many futures are drawn, and their mean is told. Left out: up to ten, the more the fewer people there are'),
    }),
  ])
  .describe('Over what');
export type RehearsalSpan = z.infer<typeof RehearsalSpan>;

export const RehearsalState = z.enum(['running', 'done', 'cancelled', 'failed']);
export type RehearsalState = z.infer<typeof RehearsalState>;

const MessageCount = z.object({
  sent: z.number(),
  held: z.number().describe('Held at least once on the way, whatever became of them'),
  skipped: z.number(),
  waiting: z.number().describe('Held still when the time is over'),
});
export type MessageCount = z.infer<typeof MessageCount>;

/** What would come of one set of definitions; over days to come in the mean of their futures, below ten to a tenth. */
export const RehearsalSide = z.object({
  people: z.number(),
  born: z.number().describe('Who came into being in that time'),
  days: z.array(
    z.object({
      day: IsoDate,
      entered: z.number(),
      goals: z.number(),
      channels: z.array(MessageCount.extend({ channel: z.string() })),
    }),
  ),
  journeys: z.array(
    z.object({
      key: Key,
      name: z.string(),
      entered: z.number(),
      goals: z.number(),
      ended: z.number().describe('Came to an end of the journey'),
      left: z.number().describe('Left early: by an exit, because it took too long'),
      inside: z.number().describe('Under way when the time is over'),
      messages: MessageCount,
      steps: z.array(z.object({ step: z.string(), here: z.number(), passed: z.number() })),
      ways: z.array(z.object({ from: z.string(), next: z.string().nullable(), count: z.number() })),
      refused: z.array(z.object({ rule: z.string(), times: z.number() })).describe('What stood against entering, most often first'),
    }),
  ),
  reasons: z
    .array(z.object({ status: z.enum(['held', 'skipped']), reason: MessageReason, journey: Key, messages: z.number(), says: z.string() }))
    .describe('Every "not now" and "not at all", most often first'),
  moves: z.array(
    z.object({
      from: z.string().nullable(),
      to: z.string(),
      count: z.number(),
      recycled: z.number().describe('How many of them had stalled'),
    }),
  ),
  segments: z.array(z.object({ key: Key, name: z.string(), entered: z.number(), left: z.number(), members: z.number() })),
  crossings: z.array(z.object({ score: z.string(), threshold: z.string(), up: z.number(), down: z.number() })),
  together: z
    .array(z.object({ journeys: z.tuple([Key, Key]), people: z.number(), times: z.number() }))
    .describe('Journeys that would write to the same people within a day'),
  mostInAWeek: z.array(z.object({ channel: z.string(), messages: z.number() })).describe('Marketing to one person within any seven days'),
  futures: z
    .array(z.object({ entered: z.number(), goals: z.number(), sent: z.number() }))
    .describe('Over days to come: what comes of each future by itself. How far they lie apart is how much is chance'),
});
export type RehearsalSide = z.infer<typeof RehearsalSide>;

/** One person's way through a journey, as it would go. */
export const RehearsedRun = z.object({
  run: z.string(),
  person: z
    .object({ id: z.uuid(), email: z.string().nullable(), name: z.string().nullable() })
    .nullable()
    .describe('null: somebody who does not exist yet'),
  version: z.number(),
  entry: z.string(),
  enteredAt: IsoInstant,
  endedAt: IsoInstant.nullable(),
  how: z.enum(['goal', 'end', 'left', 'stands']),
  says: z.string().describe('How it ends or stands, in a sentence part'),
  step: z.string().nullable().describe('Where it stands'),
  steps: z.array(z.object({ step: z.string(), at: IsoInstant, next: z.string().nullable() })),
  messages: z.array(
    z.object({
      id: z.string(),
      step: z.string(),
      template: z.string(),
      channel: z.string(),
      askedAt: IsoInstant,
      status: z.enum(['sent', 'skipped', 'waiting']),
      at: IsoInstant,
      held: z.array(MessageReason),
      reason: MessageReason.nullable(),
      says: z.string(),
    }),
  ),
});
export type RehearsedRun = z.infer<typeof RehearsedRun>;
