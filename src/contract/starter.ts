import { z } from 'zod';
import { Duration } from './instant.ts';
import { Key } from './key.ts';

/** What a journey may name of the business around it. */
export const nameKinds = ['event', 'stage', 'field', 'topic', 'purpose', 'segment', 'score', 'grade', 'template', 'journey'] as const;
export type NameKind = (typeof nameKinds)[number];

/** What a name of the starter is here: something that is there, a new one made of what the starter brings, or nothing. */
export const Chosen = z.union([
  z.strictObject({ take: z.string().trim().min(1).max(200) }),
  z.strictObject({ make: z.literal(true) }),
  z.strictObject({ none: z.literal(true) }),
]);
export type Chosen = z.infer<typeof Chosen>;

export const Audience = z.discriminatedUnion('who', [
  z.strictObject({ who: z.literal('everybody') }),
  z.strictObject({ who: z.literal('segment'), segment: Key }),
  z.strictObject({ who: z.literal('stage'), stage: Key }),
]);
export type Audience = z.infer<typeof Audience>;

export const motions = ['self', 'talk', 'appointment'] as const;
export type Motion = (typeof motions)[number];

/** What was answered of the questions of a starter. What is left out or null is not answered yet. */
export const StarterAnswers = z.strictObject({
  names: z
    .partialRecord(z.enum(nameKinds), z.record(z.string().max(200), Chosen))
    .default({})
    .describe('Kind → name in the starter → what it is here'),
  mails: z.enum(['here', 'own']).nullable().default(null).describe('Mails that are here already: use them, or copies of its own'),
  audience: Audience.nullable().default(null).describe('Who may enter, besides what the starter asks'),
  expects: z.string().max(400).default('').describe('What these people expect to hear from us, and why'),
  motion: z.enum(motions).nullable().default(null).describe('How customers buy: by themselves, after a talk, by appointment'),
  appointment: z.string().trim().max(200).default('').describe('With appointment: the event by which one is booked'),
  goal: z
    .strictObject({ event: z.string().trim().max(200).default(''), within: Duration.nullable().default(null) })
    .default({ event: '', within: null }),
  waits: z.record(Key, Duration).default({}).describe('Step → how long it waits'),
  owner: z.string().trim().max(200).default('').describe('E-mail of who answers for it'),
  folder: z.string().max(100).default(''),
  key: z.string().max(63).default(''),
  name: z.string().max(200).default(''),
});
export type StarterAnswers = z.infer<typeof StarterAnswers>;

/** Where a starter comes from. */
export const StarterSource = z.discriminatedUnion('from', [
  z.strictObject({ from: z.literal('shipped'), key: Key }),
  z.strictObject({ from: z.literal('workspace'), key: Key }),
  z.strictObject({ from: z.literal('file'), text: z.string().min(1).max(400_000).describe('The YAML of one journey') }),
]);
export type StarterSource = z.infer<typeof StarterSource>;
