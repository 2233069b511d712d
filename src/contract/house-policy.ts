import { z } from 'zod';

/** What a workspace may need most now; each makes errors of what else is only warned of. */
export const needs = {
  'lifecycle-clarity': {
    name: 'Lifecycle clarity',
    means: 'Every journey moves people to a stage or has a goal. A campaign that does neither is refused.',
  },
  'speed-to-lead': {
    name: 'Speed to lead',
    means:
      'Whoever comes forward is given to somebody, or is somebody’s task, within an hour. A journey that only writes to them is refused.',
  },
  'forecast-reliability': {
    name: 'Forecast reliability',
    means: 'Somebody answers for every stage that a journey has to do with. A journey that touches a stage of nobody is refused.',
  },
  'signal-accuracy': {
    name: 'Signal accuracy',
    means:
      'What scores count is bounded and fades, each version says why it was made, and thresholds rest on goals that were met. Loose scores, and more than a few journeys before a goal has been met, are refused.',
  },
} as const;
export type Need = keyof typeof needs;
export const Need = z.enum(Object.keys(needs) as [Need, ...Need[]]);

/** What a workspace asks of all that is published in it. */
export const HousePolicy = z.object({
  needs: z.array(Need).max(4).describe('What it needs most now: what else is a warning is then an error'),
  budgetPerJourney: z
    .int()
    .min(1)
    .max(10_000)
    .nullable()
    .describe('Points of complexity beyond which a journey takes a reason; null is no bound'),
  budgetInAll: z.int().min(1).max(1_000_000).nullable().describe('The same for all journeys in force together'),
  liveLimit: z
    .enum(['off', 'warn', 'refuse'])
    .describe('What becomes of a journey beyond the first few while no goal has been met often enough'),
  liveJourneysMax: z.int().min(1).max(1_000).describe('So many journeys may be in force before that'),
  goalsNeeded: z.int().min(1).max(1_000_000).describe('So many runs of one journey have to have met its goal'),
});
export type HousePolicy = z.infer<typeof HousePolicy>;

/** A workspace that asks for nothing in particular. */
export const plainPolicy: HousePolicy = {
  needs: [],
  budgetPerJourney: null,
  budgetInAll: null,
  liveLimit: 'warn',
  liveJourneysMax: 3,
  goalsNeeded: 10,
};
