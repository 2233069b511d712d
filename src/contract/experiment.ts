import { z } from 'zod';
import { Duration, IsoInstant } from './instant.ts';
import { Key, Line } from './key.ts';
import { EventMatch } from './rule/event-match.ts';

/** The share of new people who go on by the control when everybody else goes by the winner, so that it shows whether it still is one. */
export const keptShare = 10;

/** What an experiment asks, as it was when it began: whatever of this changes makes it another experiment. */
export const ExperimentPlan = z.object({
  name: Line,
  arms: z.array(z.object({ key: Key, label: Line, share: z.number() })).describe('Shares in percent of those who take part'),
  control: Key,
  goal: EventMatch,
  window: Duration.describe('How long after coming to their arm people convert'),
  lift: z.number().describe('The smallest lift worth seeing, in percent'),
  lasts: Duration.describe('How long it may take at most'),
  ofMessage: z.boolean().default(false).describe('Only what is done with the message that was sent counts'),
  byItself: z.boolean().describe('Whether new people are given the winner by itself once there is one'),
});
export type ExperimentPlan = z.infer<typeof ExperimentPlan>;

/** Where an experiment stands. */
export const ExperimentPlace = z.discriminatedUnion('in', [
  z.object({ in: z.literal('journey'), key: z.string(), step: z.string() }),
  z.object({ in: z.literal('broadcast'), id: z.string() }),
]);
export type ExperimentPlace = z.infer<typeof ExperimentPlace>;

/** What is known of an arm beside the control. */
const lift = z
  .object({
    is: z.number().nullable().describe('The best guess, in percent; null while nothing can be guessed'),
    from: z.number(),
    to: z.number().nullable().describe('null where nothing bounds it yet'),
  })
  .describe('How much more often its people convert than those of the control, in percent; true at every look at once');

export const ExperimentArm = z.object({
  key: z.string(),
  label: z.string(),
  share: z.number(),
  people: z.number(),
  conversions: z.number(),
  rate: z.number().min(0).max(1).nullable(),
  lift: lift.nullable().describe('null for the control'),
  is: z.enum(['control', 'open', 'better', 'worse']),
});
export type ExperimentArm = z.infer<typeof ExperimentArm>;

export const ExperimentResult = z.object({
  arms: z.array(ExperimentArm),
  winner: z.string().nullable().describe('The arm that is better than the control; of several the one that converts most'),
  split: z
    .object({ isBroken: z.boolean(), says: z.string() })
    .describe('Whether people came to the arms in the shares that were asked for'),
  people: z.number(),
  needed: z
    .number()
    .nullable()
    .describe('How many people more make it likely (8 of 10) that the lift worth seeing is seen; null while nobody has converted'),
  says: z.string().describe('What is known by now, in a sentence or two'),
});
export type ExperimentResult = z.infer<typeof ExperimentResult>;

export const ExperimentView = z.object({
  id: z.string(),
  place: ExperimentPlace,
  where: z.string().describe('The name of the journey or the broadcast'),
  plan: ExperimentPlan,
  state: z
    .enum(['running', 'won', 'over'])
    .describe('running: people are divided; won: new people are given one arm; over: it is not in force any more'),
  beganAt: IsoInstant,
  error: z.number().describe('The chance that a winner is ever called where there is none'),
  result: ExperimentResult,
  leftOut: z.number().describe('People who turned out to be one and had come to two arms'),
  taken: z
    .object({
      arm: z.string(),
      at: IsoInstant,
      by: z.string(),
      reason: z.string(),
      kept: z.number().describe('Percent of new people who go on by the control'),
      since: z
        .array(z.object({ key: z.string(), people: z.number(), conversions: z.number() }))
        .describe('Of those who came afterwards; they do not count for the result'),
    })
    .nullable()
    .describe('Which arm new people are given'),
});
export type ExperimentView = z.infer<typeof ExperimentView>;
