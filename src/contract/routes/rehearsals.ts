import { z } from 'zod';
import { DefinitionKind } from '../definition.ts';
import { IsoInstant } from '../instant.ts';
import { Key } from '../key.ts';
import { RehearsalSide, RehearsalSpan, RehearsalState, RehearsedRun } from '../rehearsal.ts';
import { page, paging, route } from './route.ts';

const id = z.object({ id: z.uuid() });
const tag = 'Rehearsals';
const Named = z.strictObject({ kind: DefinitionKind, key: Key });

export const RehearsalRow = z.object({
  id: z.uuid(),
  state: RehearsalState,
  over: z.object({
    kind: z.enum(['past', 'future']),
    from: IsoInstant,
    until: IsoInstant,
    seed: z.string().nullable(),
    futures: z.number().nullable(),
  }),
  definitions: z.array(Named.extend({ name: z.string() })).describe('What stands in place of what is in force; empty: nothing does'),
  share: z.number().describe('How many of the people are looked at; 1 is everybody'),
  people: z.number().describe('How many there were to look at when it began'),
  looked: z.number().describe('How many have been looked at'),
  askedAt: IsoInstant,
  askedBy: z.string(),
  endedAt: IsoInstant.nullable(),
  reason: z.string().nullable().describe('Why it was cancelled, or what went wrong'),
});
export type RehearsalRow = z.infer<typeof RehearsalRow>;

export const RehearsalDetail = RehearsalRow.extend({
  standing: RehearsalSide.describe('With what is in force now'),
  changed: RehearsalSide.nullable().describe('With the definitions that are rehearsed; null where there are none'),
  windows: z
    .number()
    .nullable()
    .describe(
      'Over days to come: from how many stretches of the past as long it is drawn; 0 where the workspace is too young, and nobody does anything by themselves',
    ),
  faults: z.number().describe('People about whom nothing could be decided, by a fault of ours'),
  runsOf: z.array(Key).describe('Journeys of which every way is kept'),
  given: z
    .array(z.object({ key: Key, version: z.number().describe('What it would be published as'), body: z.unknown() }))
    .describe('The journeys that are rehearsed, as they were when it began'),
});
export type RehearsalDetail = z.infer<typeof RehearsalDetail>;

export const AskedRehearsal = z.strictObject({
  over: RehearsalSpan,
  drafts: z
    .union([z.literal('all'), z.array(Named).max(200)])
    .default([])
    .describe('Drafts that stand in place of what is in force'),
  definitions: z
    .array(Named.extend({ body: z.unknown() }))
    .max(500)
    .default([])
    .describe('Definitions that are given whole, as `throughline apply` would'),
  share: z.number().min(0.001).max(1).default(1).describe('Only so many of the people, drawn by chance; 1 is everybody'),
});
export type AskedRehearsal = z.infer<typeof AskedRehearsal>;

export const startRehearsal = route({
  method: 'POST',
  path: '/api/rehearsals',
  tag,
  summary:
    'Rehearses drafts, or definitions that are given: what would have come of them, or would come. Nothing is written to anybody and nothing is sent',
  body: AskedRehearsal,
  reply: RehearsalRow,
  problems: ['definition-invalid', 'definition-unknown'],
});
export const listRehearsals = route({
  method: 'GET',
  path: '/api/rehearsals',
  tag,
  summary: 'Rehearsals, newest first; they are kept for thirty days',
  query: z.object(paging),
  reply: page(RehearsalRow),
  problems: ['query-invalid'],
});
export const getRehearsal = route({
  method: 'GET',
  path: '/api/rehearsals/{id}',
  tag,
  summary: 'What would come of it, as far as it has been looked at, beside what comes of what is in force',
  params: id,
  reply: RehearsalDetail,
  problems: ['rehearsal-unknown'],
});
export const cancelRehearsal = route({
  method: 'POST',
  path: '/api/rehearsals/{id}/cancel',
  tag,
  summary: 'Stops looking; what has been found so far stays',
  params: id,
  reply: RehearsalRow,
  problems: ['rehearsal-unknown'],
});
export const listRehearsedRuns = route({
  method: 'GET',
  path: '/api/rehearsals/{id}/runs/{journey}',
  tag,
  summary: 'Everybody who would go through a journey, in the order in which they enter, each with their whole way',
  params: z.object({ id: z.uuid(), journey: Key }),
  query: z.object(paging),
  reply: page(RehearsedRun),
  problems: ['rehearsal-unknown', 'query-invalid'],
});
