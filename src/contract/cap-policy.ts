import { z } from 'zod';
import { Breaker, LoopBudget } from './breaker.ts';
import { countryCodes } from './field.ts';
import { Duration } from './instant.ts';
import { Key, Line } from './key.ts';
import { EventMatch } from './rule/event-match.ts';

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { message: 'must be a time of day such as 21:30' });
const Channels = z.array(Key).min(1).max(20).optional();

export const capStretches = ['day', 'week', 'month'] as const;

/** At most so many marketing messages to a person. Of what it does not name, all count together. */
export const Cap = z
  .strictObject({
    channel: z.string().optional().describe('Only messages on this channel'),
    topic: Key.optional().describe('Only messages on this topic'),
    stage: Key.optional().describe('Only for people in this stage'),
    segment: Key.optional().describe('Only for people in this segment'),
    max: z.int().min(0).max(1000),
    within: Duration.optional().describe('In any rolling window of this length'),
    per: z.enum(capStretches).optional().describe('In each day, week from Monday, or month of the calendar, where the person is'),
  })
  .superRefine((cap, context) => {
    if ((cap.within === undefined) === (cap.per === undefined))
      context.addIssue({
        code: 'custom',
        path: ['within'],
        message: 'a cap counts within a rolling window or per day, week or month: say one of the two',
      });
  });
export type Cap = z.infer<typeof Cap>;

const Hours = z.strictObject({
  from: clockTime,
  to: clockTime,
  channels: Channels.describe('Channels that keep quiet; all when missing'),
  answersWithin: Duration.default('PT0S').describe("A message that answers the person's own act this quickly is not held"),
});
export type QuietHours = z.infer<typeof Hours>;

/** Quiet hours of their own for people in some countries, in place of the general ones. */
export const HoursElsewhere = Hours.extend({
  countries: z
    .array(z.string().refine((code) => countryCodes.has(code), { message: 'must be an ISO country code such as AT' }))
    .min(1)
    .max(250),
});

/** Marketing is held for somebody while this is so. */
export const PolicyHold = z
  .strictObject({
    says: Line.describe('Why, as a colleague reads it: they wait for an answer of ours'),
    on: EventMatch.optional().describe('From when this happens: a reply, a booking, a purchase, a complaint, a ticket'),
    until: EventMatch.optional().describe('Until this happens: the ticket is closed'),
    lasts: Duration.optional().describe('At most so long after it happened'),
    segment: Key.optional().describe('For as long as they are in this segment: people in mourning, an open dispute'),
    channels: Channels.describe('Only on these channels; on all when missing'),
  })
  .superRefine((hold, context) => {
    const add = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if ((hold.on === undefined) === (hold.segment === undefined)) add('on', 'say what begins it: an event or a segment, one of the two');
    if (hold.on !== undefined && hold.lasts === undefined) add('lasts', 'say how long it lasts at most');
    if (hold.on === undefined && (hold.until !== undefined || hold.lasts !== undefined))
      add('until', 'a segment says by itself when it is over');
  });
export type PolicyHold = z.infer<typeof PolicyHold>;

/** The limits that stand above every journey. A workspace has one, with the key "main". */
export const CapPolicy = z.strictObject({
  name: Line,
  caps: z.array(Cap).max(20),
  quietHours: Hours.nullable().default(null).describe('Local time where the person is during which marketing is held'),
  quietElsewhere: z
    .array(HoursElsewhere)
    .max(50)
    .default([])
    .describe('For people in these countries in place of the general quiet hours; the first that names theirs'),
  fatigue: z
    .strictObject({
      messages: z.int().min(1).max(100),
      within: Duration,
      rest: Duration,
    })
    .nullable()
    .default(null)
    .describe('After so many marketing messages within this time of which none brought them back, they are left alone for a rest'),
  holds: z.array(PolicyHold).max(20).default([]).describe('What marketing waits for'),
  breaker: Breaker.nullable().prefault({}).describe('When a journey, a broadcast or a channel stops by itself; null never'),
  loops: LoopBudget.prefault({}).describe('When automation that leads back to itself stops'),
});
export type CapPolicy = z.infer<typeof CapPolicy>;
