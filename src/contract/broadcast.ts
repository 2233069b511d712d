import { z } from 'zod';
import { Duration, IsoDate, IsoInstant, instantOf, ms } from './instant.ts';
import { Key, Line } from './key.ts';
import { EventMatch } from './rule/event-match.ts';

/**
 * The states of a broadcast: draft → scheduled → freezing → running ⇄ paused → finished; scheduled → draft; anything that has not ended → cancelled. Whoever is in its
 * audience is written down while it is freezing; from then on nobody joins and nobody leaves.
 */
const broadcastStates = ['draft', 'scheduled', 'freezing', 'running', 'paused', 'finished', 'cancelled'] as const;
export const BroadcastState = z.enum(broadcastStates);
export type BroadcastState = z.infer<typeof BroadcastState>;

/** When it goes out. */
export const BroadcastWhen = z.discriminatedUnion('at', [
  z.strictObject({ at: z.literal('now') }),
  z.strictObject({
    at: z.literal('instant'),
    instant: z
      .string()
      .max(40)
      .refine((text) => instantOf(text) !== null, { message: 'must be an instant such as 2026-03-01T09:30:00Z' })
      .describe('For everybody at the same instant: 2026-03-01T09:30:00Z'),
  }),
  z.strictObject({
    at: z.literal('local'),
    day: IsoDate,
    time: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { message: 'must be a time of day such as 09:00' })
      .describe("When clocks show this in the person's own zone; in the workspace's where theirs is not known"),
  }),
]);
export type BroadcastWhen = z.infer<typeof BroadcastWhen>;

/** The arm that gets what the plan itself sends. */
export const controlArm = 'control';

/** A part of the audience gets it first, some of them in other words; then the rest gets what did more. */
export const BroadcastTrial = z.strictObject({
  share: z.int().min(1).max(100).default(20).describe('Percent of the audience that takes part, in equal arms'),
  arms: z
    .array(
      z.strictObject({ key: Key, label: Line, template: Key.nullable().default(null).describe('The other content, of the same channel') }),
    )
    .min(1)
    .max(7)
    .refine((arms) => new Set([controlArm, ...arms.map(({ key }) => key)]).size === arms.length + 1, {
      message: 'each arm has a key of its own, and the control has the key "control"',
    })
    .describe('Beside the control, which gets what the plan itself sends'),
  goal: EventMatch.nullable().default(null).describe('What people are to do; null is to follow a link of it'),
  wait: Duration.refine((text) => ms(text) > 0, { message: 'people need some time' })
    .default('P1D')
    .describe('So long after the last of them was asked for, it is decided; what is done within this time counts'),
  lift: z.number().min(5).max(500).default(20).describe('The smallest lift worth seeing, in percent'),
  decides: z
    .enum(['by-itself', 'by-hand'])
    .default('by-itself')
    .describe('By itself the rest gets the winner, or the control when there is none; by hand it waits until somebody says'),
});
export type BroadcastTrial = z.infer<typeof BroadcastTrial>;

/** What is sent, to whom, when and how fast. A draft may lack what it needs to start. */
export const BroadcastPlan = z.strictObject({
  name: Line,
  purpose: z.string().trim().max(300).default('').describe('What it is for, in one sentence'),
  segments: z.array(Key).max(50).default([]).describe('Whoever belongs to any of them, each person once'),
  without: z.array(Key).max(50).default([]).describe('But nobody who belongs to one of these'),
  template: Key.nullable().default(null).describe('The content, which names its channel'),
  topic: Key.nullable().default(null).describe('What it is about, which says why it is lawful'),
  when: BroadcastWhen.default({ at: 'now' }),
  perMinute: z
    .int()
    .min(1)
    .max(1_000_000)
    .nullable()
    .default(null)
    .describe('Handed over at most so many times in any minute; null is as fast as it goes'),
  ifHeld: z
    .enum(['wait', 'drop'])
    .default('wait')
    .describe('When it may not go out to somebody now: wait until it may or has expired, or drop it'),
  experiment: BroadcastTrial.nullable().default(null).describe('Tried out on some before the rest gets it'),
  expiresAfter: Duration.default('P3D').describe("Not sent later than this after somebody's turn; a pause does not count"),
});
export type BroadcastPlan = z.infer<typeof BroadcastPlan>;

/** How far the experiment of a broadcast is: nothing known → decided at an instant → an arm is taken for the rest. */
export const BroadcastTrialState = z.object({
  decideAt: IsoInstant.nullable().describe('When it is decided; null until everybody who takes part was asked for'),
  taken: z.object({ arm: z.string(), at: IsoInstant, by: z.string(), says: z.string() }).nullable(),
});
export type BroadcastTrialState = z.infer<typeof BroadcastTrialState>;

/** What has become of the people of a broadcast so far. They add up to the audience, but for those who were erased. */
export const BroadcastFigures = z.object({
  waiting: z.number().describe('Their turn has not come yet'),
  queued: z.number(),
  held: z.number(),
  sending: z.number(),
  sent: z.number().describe('Handed over, and not come back'),
  skipped: z.number(),
  failed: z.number(),
  bounced: z.number(),
  uncertain: z.number(),
  joined: z.number().describe('Became one with somebody else of the audience, who gets it once for both'),
  opened: z.number(),
  clicked: z.number(),
});
export type BroadcastFigures = z.infer<typeof BroadcastFigures>;
export const noFigures: BroadcastFigures = {
  waiting: 0,
  queued: 0,
  held: 0,
  sending: 0,
  sent: 0,
  skipped: 0,
  failed: 0,
  bounced: 0,
  uncertain: 0,
  joined: 0,
  opened: 0,
  clicked: 0,
};
