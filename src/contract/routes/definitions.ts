import { z } from 'zod';
import { DefinitionKind, LooseDefinition } from '../definition.ts';
import { IsoInstant } from '../instant.ts';
import { Key } from '../key.ts';
import { Circle, HouseMap } from '../map.ts';
import { RampPlan } from '../ramp.ts';
import { route } from './route.ts';

const at = z.object({ kind: DefinitionKind, key: Key });
const MistakeRow = z.object({
  path: z.string(),
  message: z.string(),
  mend: z.string().optional().describe('How to mend it, where what is wrong does not say it'),
  circle: Circle.optional().describe('Where it is about a circle: the definitions on it'),
  needs: z.object({ kind: DefinitionKind, key: z.string() }).optional().describe('The draft that mends it when it is published'),
});
const Warnings = z
  .array(MistakeRow.extend({ mend: z.string().describe('How to mend it') }))
  .describe('What does not keep it from being published, and should be answered first');

const Reason = z.string().max(500).default('').describe('Why it may go beyond the budget of complexity, where it does; kept in the audit');

export const DefinitionRow = z.object({
  kind: DefinitionKind,
  key: z.string(),
  name: z.string(),
  version: z.number().nullable().describe('The published version'),
  hasDraft: z.boolean().describe('Whether the draft differs from what is published'),
  updatedAt: IsoInstant,
  updatedBy: z.string(),
  retired: z.boolean().describe('Nobody begins it any more; who is under way goes on'),
  archivedAt: IsoInstant.nullable().describe('Put away, out of the lists that people read'),
});
export const ReviewRow = z.object({
  kind: DefinitionKind,
  key: z.string(),
  name: z.string(),
  askedBy: z.string(),
  askedAt: IsoInstant,
  note: z.string(),
  lastChangeBy: z.string().describe('Who cannot be the reviewer, and neither can whoever asked'),
});
export const VersionRow = z.object({
  version: z.number(),
  publishedAt: IsoInstant,
  publishedBy: z.string(),
  note: z.string(),
  live: z.boolean(),
});
/** What a workspace that has its drafts reviewed still wants of one before it is published. */
export const DraftReview = z.object({
  needs: z
    .enum(['nothing', 'another-person', 'cooling-off'])
    .describe('What publishing this draft takes here; nothing also for one that says what is published'),
  asked: z.object({ by: z.string(), at: IsoInstant, note: z.string() }).nullable().describe('The request for the draft as it stands'),
  answer: z.object({ by: z.string(), at: IsoInstant, approved: z.boolean(), comment: z.string() }).nullable(),
  publishableAt: IsoInstant.nullable().describe('From when on it may be published; null while it waits for somebody'),
});
export type DraftReview = z.infer<typeof DraftReview>;

export const DefinitionDetail = DefinitionRow.extend({
  draft: z.unknown(),
  published: z.unknown().nullable(),
  mistakes: z.array(MistakeRow).describe('What keeps the draft from being published'),
  review: DraftReview,
  retirement: z.object({ at: IsoInstant, by: z.string(), reason: z.string() }).nullable().describe('Who retired it, and why'),
});

export const listDefinitions = route({
  method: 'GET',
  path: '/api/definitions',
  tag: 'Definitions',
  summary: 'Every definition',
  query: z.object({ kind: DefinitionKind.optional() }),
  reply: z.object({ items: z.array(DefinitionRow), next: z.null(), revision: z.number() }),
});
export const getDefinition = route({
  method: 'GET',
  path: '/api/definitions/{kind}/{key}',
  tag: 'Definitions',
  summary: 'A definition: draft, published body, mistakes',
  params: at,
  reply: DefinitionDetail,
  problems: ['definition-unknown'],
});
export const putDefinition = route({
  method: 'PUT',
  path: '/api/definitions/{kind}/{key}',
  tag: 'Definitions',
  summary: 'Save a draft; a draft may have mistakes',
  params: at,
  body: z.strictObject({ body: z.unknown() }),
  reply: DefinitionDetail,
});
export const discardDraft = route({
  method: 'DELETE',
  path: '/api/definitions/{kind}/{key}/draft',
  tag: 'Definitions',
  summary: 'Throw the draft away; a definition that was never published goes with it',
  params: at,
  reply: z.object({ kind: DefinitionKind, key: z.string() }),
  problems: ['definition-unknown'],
});
export const checkDefinition = route({
  method: 'POST',
  path: '/api/definitions/{kind}/{key}/check',
  tag: 'Definitions',
  summary: 'What keeps the draft from being published',
  params: at,
  reply: z.object({
    mistakes: z.array(MistakeRow),
    warnings: Warnings,
  }),
  problems: ['definition-unknown'],
});
export const publishDefinition = route({
  method: 'POST',
  path: '/api/definitions/{kind}/{key}/publish',
  tag: 'Definitions',
  summary: 'Publish the draft as a new version',
  params: at,
  body: z.strictObject({
    note: z.string().max(500).default(''),
    reason: Reason,
    ramp: RampPlan.nullable()
      .default(null)
      .describe('Journeys only: bring the version to a growing share of those who enter; null: everybody at once'),
  }),
  reply: z.object({ version: z.number(), revision: z.number() }),
  problems: ['definition-unknown', 'definition-invalid', 'review-missing', 'cooling-off', 'over-budget', 'body-invalid'],
});
export const askForReview = route({
  method: 'POST',
  path: '/api/definitions/{kind}/{key}/review',
  tag: 'Definitions',
  summary: 'Ask colleagues to review the draft as it stands; any change to it asks for a new review',
  access: 'session',
  params: at,
  body: z.strictObject({ note: z.string().trim().max(500).default('') }),
  reply: DraftReview,
  problems: ['definition-unknown', 'definition-invalid'],
});
export const answerReview = route({
  method: 'POST',
  path: '/api/definitions/{kind}/{key}/review/answer',
  tag: 'Definitions',
  summary: 'Approve the draft as it stands, or say what has to change first; not by whoever changed it last or asked',
  access: 'session',
  params: at,
  body: z.strictObject({ approve: z.boolean(), comment: z.string().trim().max(2000).default('') }),
  reply: DraftReview,
  problems: ['definition-unknown', 'review-none', 'review-own'],
});
export const listReviews = route({
  method: 'GET',
  path: '/api/reviews',
  tag: 'Definitions',
  summary: 'Drafts that wait for a review, oldest request first',
  reply: z.object({ items: z.array(ReviewRow), next: z.null() }),
});
export const rollbackDefinition = route({
  method: 'POST',
  path: '/api/definitions/{kind}/{key}/rollback',
  tag: 'Definitions',
  summary: 'Publish the body of an earlier version as a new version',
  params: at,
  body: z.strictObject({ version: z.int().min(1), note: z.string().max(500).default('') }),
  reply: z.object({ version: z.number(), revision: z.number() }),
  problems: ['definition-unknown', 'version-unknown', 'definition-invalid'],
});
export const listVersions = route({
  method: 'GET',
  path: '/api/definitions/{kind}/{key}/versions',
  tag: 'Definitions',
  summary: 'Versions, newest first',
  params: at,
  reply: z.object({ items: z.array(VersionRow), next: z.null() }),
  problems: ['definition-unknown'],
});
export const getVersion = route({
  method: 'GET',
  path: '/api/definitions/{kind}/{key}/versions/{version}',
  tag: 'Definitions',
  summary: 'The body of a version',
  params: at.extend({ version: z.coerce.number().int() }),
  reply: VersionRow.extend({ body: z.unknown() }),
  problems: ['definition-unknown', 'version-unknown'],
});

export const DefinitionSet = z.strictObject({ definitions: z.array(LooseDefinition).max(5000) });
export const PlanChange = z.object({
  kind: DefinitionKind,
  key: z.string(),
  change: z.enum(['add', 'change', 'same', 'retire']),
  lines: z.array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() })),
  inFlight: z.number().describe('People in a live run of this journey; they go on under the version that they entered by'),
  unsafe: z.array(z.string()).describe('What deserves a second look, each one sentence'),
  warnings: Warnings,
  beyond: z.array(z.string()).describe('How it goes beyond the budget of complexity; publishing it takes a reason then'),
});
export const Plan = z.object({
  changes: z.array(PlanChange),
  mistakes: z.array(MistakeRow.extend({ kind: DefinitionKind.nullable(), key: z.string() })),
  revision: z.number(),
});
export type Plan = z.infer<typeof Plan>;

export const makePlan = route({
  method: 'POST',
  path: '/api/plan',
  tag: 'Definitions',
  summary: 'What would change, and what is unsafe, if these definitions were applied',
  body: DefinitionSet,
  reply: Plan,
  problems: ['body-invalid'],
});
export const applySet = route({
  method: 'POST',
  path: '/api/apply',
  tag: 'Definitions',
  summary: 'Save these definitions as drafts, and publish them where asked; all or nothing',
  body: z.strictObject({
    definitions: z.array(LooseDefinition).max(5000),
    publish: z.boolean().default(false),
    note: z.string().max(500).default(''),
    reason: Reason,
    revision: z.int().optional().describe('The revision of the plan; refused when it has moved on'),
  }),
  reply: z.object({ plan: Plan, published: z.number(), revision: z.number() }),
  problems: ['body-invalid', 'definition-invalid', 'plan-stale', 'review-missing', 'cooling-off', 'over-budget'],
});
export const exportSet = route({
  method: 'GET',
  path: '/api/export',
  tag: 'Definitions',
  summary: 'All definitions as one document',
  query: z.object({ what: z.enum(['published', 'drafts']).default('published') }),
  reply: DefinitionSet,
});

export const getMap = route({
  method: 'GET',
  path: '/api/graph',
  tag: 'Definitions',
  summary: 'What every definition reads and writes, what leads from one to another, and the circles among them',
  query: z.object({
    what: z.enum(['published', 'drafts']).default('published').describe('What is in force, or the drafts with all that has none'),
  }),
  reply: HouseMap,
});
