import { z } from 'zod';
import { Duration, IsoInstant } from './instant.ts';
import { Key } from './key.ts';
import { MessageReason } from './message.ts';

/** A way through a journey, as it was gone or as it would be gone: moments, one for each step that is come to. */

const Values = z.record(z.string(), z.unknown());

/** What somebody does while a run stands at a step. Without it nothing happens, and what is waited for runs out. */
export const Assumption = z
  .strictObject({
    step: Key.describe('Reckoned from when they come to this step'),
    visit: z.int().min(1).default(1).describe('For the so-manieth time'),
    after: Duration.describe('How long after coming to it'),
    does: z.discriminatedUnion('what', [
      z.strictObject({ what: z.literal('event'), event: z.string().min(1).max(200), properties: Values.default({}) }),
      z.strictObject({ what: z.literal('traits'), traits: Values }),
      z.strictObject({ what: z.literal('unsubscribe') }),
      z.strictObject({ what: z.literal('approval'), yes: z.boolean() }),
      z.strictObject({ what: z.literal('answer'), ok: z.boolean(), body: Values.default({}) }),
      z.strictObject({ what: z.literal('release') }),
    ]),
  })
  .describe('What is supposed to happen');
export type Assumption = z.infer<typeof Assumption>;

/** Somebody who does not exist. */
export const Invented = z.strictObject({
  email: z.string().max(254).nullable().default(null),
  traits: Values.default({}),
  stage: Key.nullable().default(null),
  consent: z.boolean().default(false).describe('To marketing, on all channels'),
  zone: z.string().max(100).nullable().default(null).describe("IANA zone; null is the workspace's"),
  segments: z.array(Key).max(50).default([]).describe('Belongs to these, whatever their rules say'),
});
export type Invented = z.infer<typeof Invented>;

const Part = z.object({
  rule: z.string(),
  held: z.boolean(),
  saw: z.array(z.object({ what: z.string(), at: IsoInstant.nullable() })),
  depth: z.int().optional(),
  denies: z.literal(true).optional(),
});

export const MomentMessage = z.object({
  id: z.string(),
  template: z.string(),
  channel: z.string(),
  subject: z.string().nullable(),
  status: z.enum(['sent', 'held', 'skipped', 'other']).describe('other: on its way, failed, bounced'),
  reason: MessageReason.nullable(),
  at: IsoInstant.nullable().describe('When it goes out, or until when it is held; null when it does not go out'),
  says: z.string().describe('What becomes of it and why, in one sentence'),
  holds: z.array(z.object({ at: IsoInstant, until: IsoInstant, says: z.string() })).describe('How it was held before that'),
  unknown: z.array(z.string()).describe('Traits that its text speaks of and that are not known of the person'),
});
export type MomentMessage = z.infer<typeof MomentMessage>;

export const Moment = z.object({
  step: z.string(),
  visit: z.number().describe('For the so-manieth time'),
  says: z.string().describe('What the step does'),
  at: IsoInstant,
  left: IsoInstant.nullable().describe('null where the run stands, or was ended'),
  next: z.string().nullable().describe('The step that it leads to; null where the run stands or ends'),
  because: z.string().nullable().describe('Why it leads there'),
  until: IsoInstant.nullable().describe('How long is waited here at most; null when nothing is waited for, or only a word'),
  rules: z.array(
    z.object({ at: z.string().describe('Where in the step it stands'), label: z.string(), held: z.boolean(), parts: z.array(Part) }),
  ),
  messages: z.array(MomentMessage),
  did: z.array(z.string()).describe('What else comes of it, each a sentence'),
  supposed: z.array(z.object({ index: z.number().describe('Which of the assumptions'), at: IsoInstant, says: z.string() })),
});
export type Moment = z.infer<typeof Moment>;

/** How a way ends, or how it stands. */
export const WayEnd = z.object({
  how: z.enum(['goal', 'end', 'left', 'stands']).describe('left: by an exit, by hand, or because it took too long'),
  at: IsoInstant.describe('When it ended; where it stands, since when'),
  until: IsoInstant.nullable().describe('Where it stands: until when at most; null when only a word ends it'),
  says: z.string(),
});
export type WayEnd = z.infer<typeof WayEnd>;

export const Tried = z.object({
  zone: z.string().describe('The clock that the person goes by'),
  at: IsoInstant,
  enters: z.object({
    may: z.boolean().describe('Whether they would enter as it stands; the way is shown even if not'),
    answer: z.string().nullable().describe('Why not, and what is supposed'),
    because: z.array(z.object({ rule: z.string(), held: z.boolean() })),
  }),
  moments: z.array(Moment),
  end: WayEnd,
});
export type Tried = z.infer<typeof Tried>;

/** The way that somebody has really gone. */
export const Trace = z.object({
  run: z.string(),
  version: z.number().describe('By which it stands now, or ended'),
  person: z.object({ id: z.uuid(), email: z.string().nullable(), name: z.string().nullable() }),
  zone: z.string().describe('The clock that the person goes by'),
  moments: z.array(Moment),
  end: WayEnd,
  runs: z.array(z.object({ run: z.string(), enteredAt: IsoInstant })).describe('All runs of this person in this journey, the latest first'),
});
export type Trace = z.infer<typeof Trace>;
