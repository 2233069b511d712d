import { z } from 'zod';
import { DefinitionKind } from '../definition.ts';
import { Score } from '../definition-bodies.ts';
import { IsoInstant } from '../instant.ts';
import { page, paging, route } from './route.ts';

const key = z.object({ key: z.string() });

/** How many people have how much: equal steps from the least to the most that the score can be. */
const Distribution = z.array(z.object({ from: z.number(), to: z.number(), people: z.number() }));
const ThresholdShare = z.object({ key: z.string(), name: z.string(), at: z.number(), people: z.number() });

export const ScoreRow = z.object({
  key: z.string(),
  name: z.string(),
  meaning: z.string(),
  about: z.enum(['fit', 'engagement']),
  version: z.number(),
  min: z.number(),
  max: z.number(),
  median: z.number().nullable(),
  distribution: Distribution,
  thresholds: z.array(ThresholdShare),
  warnings: z.array(z.string()).describe('Inflation and stale signals, a sentence each'),
  hasDraft: z.boolean(),
  updatedAt: IsoInstant,
});
export type ScoreRow = z.infer<typeof ScoreRow>;

export const listScores = route({
  method: 'GET',
  path: '/api/scores',
  tag: 'Scores',
  summary: 'Published scores, and how many people have how much',
  reply: z.object({ items: z.array(ScoreRow), next: z.null() }),
});

export const SignalReport = z.object({
  because: z.string(),
  kind: z.enum(['rule', 'signal']),
  points: z.number(),
  group: z.string().nullable(),
  people: z.number().describe('For how many it counts now'),
  times: z.number().nullable().describe('How often it happened in the last 30 days; null for rules'),
  lastAt: IsoInstant.nullable(),
  stale: z.boolean().describe('Nothing has come of it for 30 days, or it has never come at all'),
  lift: z
    .number()
    .nullable()
    .describe(
      'How much more often people with it converted within 30 days than all others: 1 is no more; null with fewer than 20 people on either side',
    ),
  converted: z.object({ withIt: z.number(), ofThem: z.number(), without: z.number(), ofOthers: z.number() }),
});
export type SignalReport = z.infer<typeof SignalReport>;

export const ScoreDetail = ScoreRow.extend({
  signals: z.array(SignalReport),
  uses: z.array(z.object({ kind: DefinitionKind, key: z.string(), name: z.string() })),
  weeks: z
    .array(
      z.object({
        week: z.string().describe('Monday, 2026-03-02'),
        above: z.number().describe('Who stood above the highest threshold'),
        conversions: z.number(),
      }),
    )
    .describe('The last 12 weeks, oldest first'),
  conversion: z.string().describe('The event that counts as a conversion'),
});
export type ScoreDetail = z.infer<typeof ScoreDetail>;

export const getScore = route({
  method: 'GET',
  path: '/api/scores/{key}',
  tag: 'Scores',
  summary: 'A score: distribution, each signal with its lift, inflation, what asks about it',
  params: key,
  reply: ScoreDetail,
  problems: ['definition-unknown'],
});

export const ScorePreview = z.object({
  people: z.number().describe('Who was looked at'),
  of: z.number().describe('How many there are'),
  next: z.number().nullable().describe('Where to go on, for whoever has not been looked at; null when this was the rest'),
  distribution: Distribution,
  thresholds: z.array(ThresholdShare),
  before: Distribution.describe('By the published version; empty when there is none'),
  sample: z.array(
    z.object({ id: z.uuid(), email: z.string().nullable(), name: z.string().nullable(), before: z.number().nullable(), after: z.number() }),
  ),
  mistakes: z.array(z.object({ path: z.string(), message: z.string() })),
});
export type ScorePreview = z.infer<typeof ScorePreview>;

export const previewScore = route({
  method: 'POST',
  path: '/api/scores/preview',
  tag: 'Scores',
  summary: 'What everybody would have by a score before it is published, some ten thousand people at a time; nothing is kept',
  body: z.object({
    key: z.string(),
    body: Score,
    from: z
      .number()
      .int()
      .min(0)
      .max(255)
      .default(0)
      .describe('`next` of the answer before, to go on; people come in no order, so that the first are a fair sample'),
  }),
  reply: ScorePreview,
});

export const LedgerEntry = z.object({
  because: z.string(),
  group: z.string().nullable(),
  at: IsoInstant.nullable().describe('When it was earned; null for what simply holds, and for bounds'),
  points: z.number().describe('What it was worth then'),
  worth: z.number().describe('What it is worth at the instant that was asked'),
});

export const personScore = route({
  method: 'GET',
  path: '/api/people/{id}/scores/{key}',
  tag: 'Scores',
  summary: 'What a score of a person is made of, now or at any instant since they came: the sum of `worth` is the value',
  params: z.object({ id: z.uuid(), key: z.string() }),
  query: z.object({ at: z.iso.datetime({ offset: true }).optional() }),
  reply: z.object({ value: z.number(), at: IsoInstant, version: z.number(), ledger: z.array(LedgerEntry) }),
  problems: ['person-unknown', 'definition-unknown'],
});

export const CrossingEntry = z.object({
  id: z.string(),
  at: IsoInstant,
  threshold: z.string(),
  up: z.boolean(),
  value: z.number(),
  person: z.object({ id: z.uuid(), email: z.string().nullable(), name: z.string().nullable() }),
});

export const scoreLog = route({
  method: 'GET',
  path: '/api/scores/{key}/log',
  tag: 'Scores',
  summary: 'Who crossed a threshold, up or down, newest first',
  params: key,
  query: z.object(paging),
  reply: page(CrossingEntry),
  problems: ['definition-unknown'],
});
