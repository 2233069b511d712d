import { z } from 'zod';
import { IsoInstant } from '../instant.ts';
import { Rule } from '../rule.ts';
import { PersonRow } from './people.ts';
import { route } from './route.ts';

const Mistake = z.object({ path: z.string(), message: z.string() });

export const RulePreview = z.object({
  words: z.string().describe('The rule in plain words'),
  count: z.number().nullable().describe('For how many people it holds now; null while it has mistakes'),
  people: z.number().describe('How many people there are'),
  sample: z.array(PersonRow).describe('Some of them, newest first'),
  mistakes: z.array(Mistake),
  took: z.number().describe('Milliseconds that counting took'),
});
export type RulePreview = z.infer<typeof RulePreview>;

export const previewRule = route({
  method: 'POST',
  path: '/api/rules/preview',
  tag: 'Rules',
  summary: 'For how many people a rule holds now, and who some of them are; nothing is kept',
  body: z.object({ rule: Rule, sample: z.int().min(0).max(20).default(5) }),
  reply: RulePreview,
});

export const ExplainedPart = z.object({
  rule: z.string(),
  held: z.boolean(),
  saw: z.array(z.object({ what: z.string(), at: IsoInstant.nullable() })),
  depth: z.int().optional().describe('Of a part within a group (any of, all of, not), which comes before it: how deep; without it 0'),
  denies: z.literal(true).optional().describe('Of a group that is denied: what held within it speaks against it'),
});

export const RuleExplained = z.object({
  held: z.boolean(),
  words: z.string(),
  changesAt: IsoInstant.nullable().describe('The next instant at which time alone may change the answer'),
  parts: z.array(ExplainedPart),
});
export type RuleExplained = z.infer<typeof RuleExplained>;

export const explainRuleFor = route({
  method: 'POST',
  path: '/api/rules/explain',
  tag: 'Rules',
  summary: 'Whether a rule holds for a person now, and what each part of it saw',
  body: z.object({ rule: Rule, person: z.uuid() }),
  reply: RuleExplained,
  problems: ['person-unknown', 'definition-invalid'],
});

const Seen = z.object({
  path: z.string(),
  types: z.array(z.enum(['text', 'number', 'boolean', 'date', 'list', 'object'])).describe('As values have really come, most often first'),
  values: z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .describe('Values that came, most often first; none of fields that are personal'),
});
export type SeenPath = z.infer<typeof Seen>;

const Named = z.object({ key: z.string(), name: z.string() });

/** What rules can be made of here: what really came in, and what is defined. */
export const Vocabulary = z.object({
  events: z.array(
    z.object({
      name: z.string(),
      count: z.number().describe('Among the events that were looked at'),
      lastAt: IsoInstant,
      properties: z.array(Seen),
    }),
  ),
  traits: z.array(Seen.extend({ name: z.string().nullable().describe('Of the field; null when none is defined') })),
  stages: z.array(Named),
  segments: z.array(Named),
  scores: z.array(Named),
  grades: z.array(Named),
  topics: z.array(Named),
  entryPoints: z.array(Named),
  owners: z.array(z.string()),
  channels: z.array(z.string()),
});
export type Vocabulary = z.infer<typeof Vocabulary>;

export const getVocabulary = route({
  method: 'GET',
  path: '/api/vocabulary',
  tag: 'Rules',
  summary: 'The events, properties, traits and values that really came in lately, and the names of what is defined, to make rules of',
  reply: Vocabulary,
});

export const SeenEvents = z.object({
  days: z.number().describe('How far back it was looked'),
  items: z
    .array(z.object({ name: z.string(), count: z.number().describe('10,000 is that many or more'), lastAt: IsoInstant }))
    .describe('By how often they came'),
  next: z.null(),
  complete: z.boolean().describe('Whether these are all; false where more than 1,000 names have ever come'),
});
export type SeenEvents = z.infer<typeof SeenEvents>;

export const listSeenEvents = route({
  method: 'GET',
  path: '/api/events/seen',
  tag: 'Rules',
  summary: 'The names of what people did in the last 30 days, and how often',
  reply: SeenEvents,
});

export const Backfill = z.object({
  id: z.number(),
  revision: z.number(),
  startedAt: IsoInstant,
  startedBy: z.string(),
  done: z.number().describe('0 to 1'),
  people: z.number().describe('How many people have been looked at'),
  changes: z.number().describe('How often somebody entered or left a segment, or a score crossed a threshold'),
  finishedAt: IsoInstant.nullable(),
  cancelledBy: z.string().nullable(),
});
export type Backfill = z.infer<typeof Backfill>;

export const listBackfills = route({
  method: 'GET',
  path: '/api/backfills',
  tag: 'Rules',
  summary: 'How changed definitions reach everybody: what is under way, and what has been',
  reply: z.object({ items: z.array(Backfill), next: z.null() }),
});

export const cancelBackfill = route({
  method: 'POST',
  path: '/api/backfills/{id}/cancel',
  tag: 'Rules',
  summary:
    'Takes back what is being brought to everybody: the definitions of that publication go back to the versions before it, or out of force when they are new',
  params: z.object({ id: z.coerce.number().int() }),
  reply: z.object({
    revision: z.number(),
    back: z.array(
      z.object({ kind: z.string(), key: z.string(), version: z.number().nullable().describe('null: it is not in force any more') }),
    ),
  }),
  problems: ['backfill-over'],
});
