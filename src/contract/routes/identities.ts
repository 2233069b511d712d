import { z } from 'zod';
import { IsoInstant } from '../instant.ts';
import { page, paging, route } from './route.ts';

const id = z.object({ id: z.uuid() });
const reason = z.string().trim().min(3).max(500).describe('Why, in a sentence; it is kept');
const Who = z.object({ id: z.uuid(), email: z.string().nullable(), name: z.string().nullable() });

export const MergeRow = z.object({
  person: z.uuid().describe('Who was joined'),
  into: z.uuid().describe('With whom'),
  who: z
    .object({
      email: z.string().nullable(),
      name: z.string().nullable(),
      userId: z.string().nullable(),
      firstSeen: IsoInstant.nullable(),
    })
    .describe('Who was joined, as they were then'),
  at: IsoInstant,
  by: z.string().describe('Who said so'),
  reason: z.string().nullable(),
  evidence: z.uuid().describe('The fact that said so'),
  undone: z.object({ at: IsoInstant, by: z.string(), reason: z.string() }).nullable(),
  canUndo: z.boolean(),
});
export type MergeRow = z.infer<typeof MergeRow>;

export const UndoneRow = z.object({
  people: z.array(Who).describe('The two, as they are now'),
  mergedAt: IsoInstant,
  undoneAt: IsoInstant,
  by: z.string(),
  reason: z.string(),
});
export type UndoneRow = z.infer<typeof UndoneRow>;

export const RefusedNameRow = z.object({
  kind: z.string(),
  value: z.string(),
  because: z.string(),
  person: z.uuid().describe('Under whom the last fact with it is kept'),
  times: z.number(),
  firstAt: IsoInstant,
  lastAt: IsoInstant,
});
export type RefusedNameRow = z.infer<typeof RefusedNameRow>;

export const HeldPerson = z.object({
  person: Who,
  since: IsoInstant,
  kinds: z.array(z.object({ kind: z.string(), identities: z.number() })).describe('Of what they attracted too many'),
  waiting: z.array(z.object({ person: Who, at: IsoInstant, by: z.string().nullable(), actor: z.string() })).describe('Joins that wait'),
});

const GivenBack = z.object({
  person: z.uuid(),
  facts: z.number().describe('Facts that go back'),
  names: z.array(z.object({ kind: z.string(), value: z.string() })).describe('Identities that go back'),
});

export const listMerges = route({
  method: 'GET',
  path: '/api/people/{id}/merges',
  tag: 'Identities',
  summary: 'Who was joined with a person, newest first, and what was undone',
  params: id,
  reply: page(MergeRow),
  problems: ['person-unknown'],
});
export const mergePeople = route({
  method: 'POST',
  path: '/api/people/{id}/merge',
  tag: 'Identities',
  summary: 'Join two people: one history, the stricter consent, nothing is triggered again',
  params: id,
  body: z.strictObject({ person: z.uuid(), reason }),
  reply: z.object({ id: z.uuid().describe('Who they are now') }),
  problems: ['body-invalid', 'person-unknown', 'merge-same', 'merge-refused', 'fact-delayed'],
});
export const previewUnmerge = route({
  method: 'GET',
  path: '/api/people/{id}/merges/{person}',
  tag: 'Identities',
  summary: 'What undoing a merge would give back',
  params: z.object({ id: z.uuid(), person: z.uuid() }),
  reply: GivenBack,
  problems: ['person-unknown', 'merge-unknown', 'merge-final'],
});
export const unmergePeople = route({
  method: 'POST',
  path: '/api/people/{id}/unmerge',
  tag: 'Identities',
  summary: 'Undo a merge: both people are there again, each with their own facts, and are kept apart from then on',
  params: id,
  body: z.strictObject({ person: z.uuid().describe('Who was joined'), reason }),
  reply: GivenBack,
  problems: ['body-invalid', 'person-unknown', 'merge-unknown', 'merge-final'],
});
export const listRefusedNames = route({
  method: 'GET',
  path: '/api/identities/refused',
  tag: 'Identities',
  summary: 'Values that were given as a name and name nobody, the latest first',
  query: z.object(paging),
  reply: page(RefusedNameRow),
});
export const listReview = route({
  method: 'GET',
  path: '/api/identities/review',
  tag: 'Identities',
  summary: 'People who attracted too many identities in a short time and are held for review, longest first',
  query: z.object(paging),
  reply: page(HeldPerson),
});
export const settleReview = route({
  method: 'POST',
  path: '/api/identities/review/{id}',
  tag: 'Identities',
  summary: 'Settle who is held: join what waits, or keep it apart',
  params: id,
  body: z.strictObject({ as: z.enum(['allow', 'apart']), reason }),
  reply: z.object({ joins: z.number().describe('How many joins had waited') }),
  problems: ['body-invalid', 'person-unknown', 'review-unknown'],
});
export const listUndoneMerges = route({
  method: 'GET',
  path: '/api/identities/undone',
  tag: 'Identities',
  summary: 'Merges that were undone, the latest first',
  query: z.object(paging),
  reply: page(UndoneRow),
});
