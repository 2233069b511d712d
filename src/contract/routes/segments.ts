import { z } from 'zod';
import { DefinitionKind } from '../definition.ts';
import { IsoInstant } from '../instant.ts';
import { ExplainedPart } from './rules.ts';
import { page, paging, route } from './route.ts';

const key = z.object({ key: z.string() });

export const SegmentRow = z.object({
  key: z.string(),
  name: z.string(),
  meaning: z.string(),
  words: z.string().nullable().describe('The rule in plain words; null for a list that is kept by hand'),
  version: z.number(),
  people: z.number(),
  entered7d: z.number(),
  left7d: z.number(),
  lastChangeAt: IsoInstant.nullable().describe('When somebody last entered or left'),
  timed: z.boolean().describe('Whether people also leave or enter because time passes'),
  usedBy: z.number().describe('How many definitions ask about it'),
  hasDraft: z.boolean(),
  updatedAt: IsoInstant,
});
export type SegmentRow = z.infer<typeof SegmentRow>;

export const listSegments = route({
  method: 'GET',
  path: '/api/segments',
  tag: 'Segments',
  summary: 'Published segments: how many belong, and how that changes',
  reply: z.object({
    items: z.array(SegmentRow),
    next: z.null(),
    people: z.number().describe('How many people there are in all'),
    backfill: z.number().nullable().describe('0 to 1 while a changed definition is being brought to everybody'),
  }),
});

export const SegmentDetail = SegmentRow.extend({
  uses: z.array(z.object({ kind: DefinitionKind, key: z.string(), name: z.string() })).describe('What asks about it'),
  reads: z.array(z.object({ kind: DefinitionKind, key: z.string(), name: z.string() })).describe('What it asks about'),
  history: z
    .array(
      z.object({
        day: z.string().describe('2026-03-01, in the workspace’s time zone'),
        people: z.number().nullable().describe('At the end of the day; null before the segment began'),
        entered: z.number(),
        left: z.number(),
      }),
    )
    .describe('The last days, oldest first'),
});
export type SegmentDetail = z.infer<typeof SegmentDetail>;

export const getSegment = route({
  method: 'GET',
  path: '/api/segments/{key}',
  tag: 'Segments',
  summary: 'A segment: its members over time, what it asks about and what asks about it',
  params: key,
  query: z.object({ days: z.coerce.number().int().min(1).max(366).default(60) }),
  reply: SegmentDetail,
  problems: ['definition-unknown'],
});

export const MembershipEntry = z.object({
  id: z.string(),
  at: IsoInstant,
  entered: z.boolean(),
  version: z.number().nullable(),
  person: z.object({ id: z.uuid(), email: z.string().nullable(), name: z.string().nullable() }),
  because: z.array(ExplainedPart).describe('What each part of the rule saw then'),
});
export type MembershipEntry = z.infer<typeof MembershipEntry>;

export const segmentLog = route({
  method: 'GET',
  path: '/api/segments/{key}/log',
  tag: 'Segments',
  summary: 'Who entered and who left, newest first, each with its evidence',
  params: key,
  query: z.object(paging).extend({ person: z.uuid().optional(), entered: z.stringbool().optional() }),
  reply: page(MembershipEntry),
  problems: ['definition-unknown'],
});

export const segmentOverlap = route({
  method: 'GET',
  path: '/api/segments/overlap',
  tag: 'Segments',
  summary: 'How many belong to one, to the other, and to both',
  query: z.object({ a: z.string(), b: z.string() }),
  reply: z.object({ a: z.number(), b: z.number(), both: z.number(), people: z.number() }),
  problems: ['definition-unknown'],
});

export const Whom = z.object({
  people: z.array(z.uuid()).max(500).default([]),
  emails: z.array(z.string().max(320)).max(500).default([]).describe('Addresses of people who are known'),
});

export const addToSegment = route({
  method: 'POST',
  path: '/api/segments/{key}/members',
  tag: 'Segments',
  summary: 'Puts people on a list that is kept by hand',
  params: key,
  body: Whom,
  reply: z.object({ added: z.number(), unknown: z.array(z.string()).describe('Addresses that nobody has') }),
  problems: ['definition-unknown', 'segment-not-static'],
});

export const removeFromSegment = route({
  method: 'POST',
  path: '/api/segments/{key}/members/remove',
  tag: 'Segments',
  summary: 'Takes people off a list that is kept by hand',
  params: key,
  body: Whom,
  reply: z.object({ removed: z.number(), unknown: z.array(z.string()) }),
  problems: ['definition-unknown', 'segment-not-static'],
});
