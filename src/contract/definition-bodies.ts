import { z } from 'zod';
import { Duration, ms } from './instant.ts';
import { Key, Line } from './key.ts';
import { Rule } from './rule.ts';
import { EventMatch } from './rule/event-match.ts';

/** What a message is about, and why it is lawful to send it. */
export const Topic = z.strictObject({
  name: Line,
  meaning: z.string().max(500).default(''),
  purpose: z
    .enum(['marketing', 'transactional'])
    .describe('marketing needs consent and counts toward caps; transactional answers something the person did'),
});
export type Topic = z.infer<typeof Topic>;

/** A declared way in. */
export const EntryPoint = z
  .strictObject({
    name: Line,
    entry: z.enum(['form', 'booking', 'chat', 'import', 'referral', 'api', 'webhook', 'manual']),
    source: Line.describe('The source that people who come in here carry for good'),
    stage: Key.nullable().default(null).describe('The first stage; null lets the evidence decide'),
    consent: z
      .strictObject({ purpose: Key, wording: z.string().min(10).max(1000).describe('The exact words beside the box; it starts unticked') })
      .nullable()
      .default(null),
    owner: z.string().max(200).nullable().default(null).describe('E-mail of who looks after people who come in here'),
    form: z
      .strictObject({
        title: Line,
        intro: z.string().max(1000).default(''),
        fields: z
          .array(
            z.strictObject({
              path: z.string().regex(/^[A-Za-z_][A-Za-z0-9_.]*$/, { message: 'must be the path of a trait, as phone or address.city' }),
              label: Line,
              type: z.enum(['text', 'email', 'phone', 'textarea', 'select']),
              required: z.boolean().default(false),
              options: z.array(Line).max(100).optional(),
            }),
          )
          .min(1)
          .max(30),
        button: Line.default('Send'),
        thanks: z.string().max(1000).default('Thank you. We will be in touch.'),
        event: Line.default('Form Submitted').describe('The event that a submission is recorded as'),
      })
      .optional(),
  })
  .refine((body) => body.entry !== 'form' || body.form !== undefined, {
    message: 'an entry point of kind form needs a form',
    path: ['form'],
  });
export type EntryPoint = z.infer<typeof EntryPoint>;

/** One way into a stage: the event that is its evidence, where the person must stand, and what must hold besides. */
export const StageEntry = z.strictObject({
  on: EventMatch,
  from: z.array(Key).max(50).optional().describe('Stages that it may come from; any stage that lists this one as next when missing'),
  when: Rule.optional(),
});
export type StageEntry = z.infer<typeof StageEntry>;

/** When somebody has stalled in a stage: they are recycled, which is a move like any other, with its reason. */
export const Stall = z.strictObject({
  after: Duration.refine((text) => ms(text) > 0, { message: 'must be longer than no time' }).describe(
    'How long somebody stands in the stage before they count as stalled',
  ),
  unless: Rule.optional().describe('Signs that they still move, or that it is right to wait: while it holds, nobody is recycled'),
  to: Key.describe('The stage that they are recycled to; one of those in next'),
  reason: Line.describe('Why, as it stands in their history'),
});
export type Stall = z.infer<typeof Stall>;

export const Stage = z.strictObject({
  key: Key,
  name: Line,
  meaning: z.string().min(1).max(500),
  objective: z.string().max(500).default(''),
  risk: z.string().max(500).default('').describe('What goes wrong while this stage is undefined'),
  owner: z.string().max(200).nullable().default(null).describe('E-mail of the accountable operator; null is an empty slot'),
  hue: z.int().min(0).max(359).default(220),
  entry: z.array(StageEntry).max(20).default([]),
  first: z.boolean().default(false).describe('Whether a person without a stage may begin here'),
  next: z.array(Key).max(50).default([]).describe('Stages that a person may move on to'),
  requires: z.array(z.string()).max(50).default([]).describe('Trait paths that must be known before someone may enter'),
  stall: Stall.optional().describe('When somebody who does not move on is recycled; never when missing'),
});
export type Stage = z.infer<typeof Stage>;

/** The stages that a person passes through, one at a time. A workspace has one, with the key "main". */
export const Lifecycle = z
  .strictObject({ name: Line, owner: z.string().max(200).nullable().default(null), stages: z.array(Stage).min(1).max(30) })
  .superRefine((body, context) => {
    const keys = body.stages.map((stage) => stage.key);
    if (new Set(keys).size !== keys.length) context.addIssue({ code: 'custom', path: ['stages'], message: 'two stages have the same key' });
    if (!body.stages.some((stage) => stage.first))
      context.addIssue({ code: 'custom', path: ['stages'], message: 'no stage is marked first' });
    body.stages.forEach((stage, index) => {
      for (const key of [...stage.next, ...stage.entry.flatMap((entry) => entry.from ?? [])])
        if (!keys.includes(key)) context.addIssue({ code: 'custom', path: ['stages', index], message: `there is no stage "${key}"` });
    });
  });
export type Lifecycle = z.infer<typeof Lifecycle>;

/** Who belongs. */
export const Segment = z.strictObject({
  name: Line,
  meaning: z.string().max(500).default(''),
  rule: Rule.nullable().describe('Who belongs; null for a list that is kept by hand'),
});
export type Segment = z.infer<typeof Segment>;

const Points = z.number().min(-1000).max(1000).multipleOf(0.001);
const ScoreLine = {
  because: Line.describe('What it says about somebody: it stands in every explanation'),
  points: Points,
  group: Key.optional(),
};

/** Points for every time something was done, fading away or ending if so wished. */
export const Signal = z.strictObject({
  ...ScoreLine,
  on: EventMatch,
  halfLife: Duration.refine((text) => ms(text) > 0, { message: 'must be longer than no time' })
    .optional()
    .describe('After so long each is worth half, after twice as long a quarter'),
  expires: Duration.refine((text) => ms(text) > 0, { message: 'must be longer than no time' })
    .optional()
    .describe('After so long it is worth nothing'),
  times: z.int().min(1).max(1000).optional().describe('Only the latest so many count'),
});
export type Signal = z.infer<typeof Signal>;

/** How much: points for what holds, and for what was done; groups and the whole are kept within bounds. */
export const Score = z
  .strictObject({
    name: Line,
    meaning: z.string().max(500).default(''),
    about: z.enum(['fit', 'engagement']).default('engagement').describe('Who somebody is, or what they do'),
    points: z
      .array(z.strictObject({ ...ScoreLine, rule: Rule }))
      .max(50)
      .default([])
      .describe('Points while a rule holds'),
    signals: z.array(Signal).max(50).default([]),
    groups: z
      .array(z.strictObject({ key: Key, name: Line, min: z.number().optional(), max: z.number().optional() }))
      .max(20)
      .default([])
      .describe('Lines that together count no more, or no less'),
    thresholds: z
      .array(z.strictObject({ key: Key, name: Line, at: z.number() }))
      .max(10)
      .default([])
      .describe('Crossing one, up or down, is a fact'),
    min: z.number().default(0),
    max: z.number().default(100),
  })
  .superRefine((body, context) => {
    const wrong = (path: (string | number)[], message: string): void => context.addIssue({ code: 'custom', path, message });
    if (body.points.length + body.signals.length === 0) wrong(['points'], 'a score needs at least one line of points or one signal');
    if (body.min >= body.max) wrong(['min'], 'min must be less than max');
    const groups = new Set(body.groups.map((group) => group.key));
    if (groups.size !== body.groups.length) wrong(['groups'], 'two groups have the same key');
    if (new Set(body.thresholds.map((each) => each.key)).size !== body.thresholds.length)
      wrong(['thresholds'], 'two thresholds have the same key');
    for (const part of ['points', 'signals'] as const)
      body[part].forEach((line, index) => {
        if (line.group !== undefined && !groups.has(line.group)) wrong([part, index, 'group'], `there is no group "${line.group}"`);
      });
  });
export type Score = z.infer<typeof Score>;

const steps = (what: string) =>
  z
    .tuple([z.number(), z.number(), z.number()])
    .refine(([a, b, c]) => a > b && b > c, { message: 'must be three numbers, each less than the one before' })
    .describe(what);

/** A grid of two scores: a letter for who somebody is, a digit for what they do. */
export const Grade = z.strictObject({
  name: Line,
  meaning: z.string().max(500).default(''),
  fit: Key.describe('The score that gives the letter'),
  engagement: Key.describe('The score that gives the digit'),
  letters: steps('From how much on it is A, B, C; D below').default([75, 50, 25]),
  digits: steps('From how much on it is 1, 2, 3; 4 below').default([75, 50, 25]),
});
export type Grade = z.infer<typeof Grade>;

const Block = z.discriminatedUnion('block', [
  z.strictObject({ block: z.literal('heading'), text: z.string().max(2000) }),
  z.strictObject({
    block: z.literal('text'),
    text: z
      .string()
      .max(20000)
      .describe('Liquid; blank lines part paragraphs; **bold**, *italic*, [label](address) and https://… by itself work'),
  }),
  z.strictObject({ block: z.literal('button'), label: z.string().max(200), link: z.string().max(2000) }),
  z.strictObject({
    block: z.literal('image'),
    source: z.string().max(2000),
    alt: z.string().max(500),
    link: z.string().max(2000).optional(),
  }),
  z.strictObject({ block: z.literal('divider') }),
]);
export type Block = z.infer<typeof Block>;

/** What a message says. Every text is Liquid over person, event, workspace; a missing value takes its `default` filter or the fallback. */
export const Template = z
  .discriminatedUnion('channel', [
    z.strictObject({
      channel: z.literal('email'),
      name: Line,
      subject: z.string().min(1).max(300),
      preheader: z.string().max(300).default(''),
      blocks: z.array(Block).max(100).optional(),
      html: z.string().max(200_000).optional().describe('A finished HTML body in place of blocks'),
      fallbacks: z
        .record(z.string(), z.string().max(500))
        .default({})
        .describe('Trait path → what stands there when the person has no such value'),
    }),
    z.strictObject({
      channel: z.literal('webhook'),
      name: Line,
      url: z.url({ protocol: /^https?$/ }),
      body: z.string().max(20_000).describe('Liquid that gives one JSON document'),
      fallbacks: z.record(z.string(), z.string().max(500)).default({}),
    }),
  ])
  .refine((body) => body.channel !== 'email' || (body.blocks === undefined) !== (body.html === undefined), {
    message: 'an email has either blocks or html',
    path: ['blocks'],
  });
export type Template = z.infer<typeof Template>;
