import { z } from 'zod';
import { capStretches } from '../cap-policy.ts';
import { ConsentState } from '../consent.ts';
import { IsoInstant } from '../instant.ts';
import { page, paging, route } from './route.ts';

const iso = IsoInstant;
const isoOrNull = IsoInstant.nullable();
const id = z.object({ id: z.uuid() });
const Traits = z.record(z.string(), z.unknown());

export const PersonRow = z.object({
  id: z.uuid(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  stage: z.string().nullable(),
  score: z.number().nullable(),
  owner: z.string().nullable(),
  createdAt: iso,
  lastSeenAt: isoOrNull,
});
export type PersonRow = z.infer<typeof PersonRow>;

export const Source = z.object({
  entryPoint: z.string(),
  source: z.string().nullable(),
  channel: z.string().nullable(),
  campaign: z.string().nullable(),
  referrer: z.string().nullable(),
  page: z.string().nullable(),
  utm: z.record(z.string(), z.string()),
  at: iso,
});

export const PersonDetail = PersonRow.extend({
  phone: z.string().nullable(),
  traits: Traits,
  identities: z.array(
    z.object({
      kind: z.string(),
      value: z.string(),
      since: isoOrNull,
      origin: z.uuid().nullable().describe('Whose it was before a merge'),
    }),
  ),
  stageSince: isoOrNull,
  stageEvidence: z
    .object({ id: z.string(), what: z.string(), at: isoOrNull })
    .nullable()
    .describe('The event by which they came into their stage'),
  recycles: z
    .array(z.object({ at: iso, from: z.string(), to: z.string(), reason: z.string() }))
    .describe('Every time they stalled in a stage and were recycled, the latest first'),
  entryPoint: z.string(),
  firstSource: Source.nullable(),
  zone: z.string().nullable(),
  segments: z.array(z.object({ key: z.string(), name: z.string(), since: iso })),
  scores: z.array(z.object({ key: z.string(), name: z.string(), value: z.number() })),
  runs: z.array(
    z.object({
      id: z.string(),
      journey: z.string(),
      name: z.string(),
      version: z.number(),
      step: z.string().nullable(),
      status: z.enum(['live', 'ended']),
      enteredAt: iso,
      endedAt: isoOrNull,
      endReason: z.string().nullable(),
      wakesAt: isoOrNull,
    }),
  ),
  consents: z.array(
    z.object({
      purpose: z.string(),
      channel: z.string(),
      state: ConsentState,
      at: iso,
      method: z.string(),
      actor: z.string(),
      wording: z.string().nullable(),
    }),
  ),
  reachability: z.array(z.object({ channel: z.string(), reachable: z.boolean(), why: z.string() })),
  capsLeft: z.array(
    z.object({
      channel: z.string().describe('* is all of them'),
      of: z.string().describe('What it counts and for whom, in words'),
      max: z.number(),
      within: z.string().nullable().describe('The length of a rolling window; null where the calendar counts'),
      per: z.enum(capStretches).nullable(),
      used: z.number(),
      left: z.number(),
      frees: isoOrNull,
    }),
  ),
  tasks: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      owner: z.string().nullable(),
      dueAt: iso,
      doneAt: isoOrNull,
      asks: z.enum(['approval', 'release']).nullable().describe('What a run waits for'),
    }),
  ),
  paused: z
    .object({ since: iso, by: z.string(), reason: z.string() })
    .nullable()
    .describe('A human has taken over: nothing automatic happens until they release the person'),
  stopped: z
    .object({ since: iso, by: z.string(), reason: z.string() })
    .nullable()
    .describe('Everything is stopped: no journey goes on and no message of any kind leaves until somebody lets it'),
  locked: z
    .object({ since: iso, journeys: z.array(z.object({ key: z.string(), name: z.string() })) })
    .nullable()
    .describe('Journeys that led to each other again and again, and do not act on this person until a colleague lets them'),
  mergedFrom: z.array(z.uuid()),
});
export type PersonDetail = z.infer<typeof PersonDetail>;

export const timelineKinds = ['event', 'traits', 'stage', 'journey', 'message', 'consent', 'segment', 'decision', 'task', 'merge'] as const;
export const TimelineItem = z.object({
  id: z.string(),
  at: iso,
  kind: z.enum(timelineKinds),
  title: z.string().describe('One sentence'),
  by: z.enum(['person', 'machine', 'colleague']),
  why: z.string().nullable().describe('What to ask `why` about, when there is an answer: message:ID, stage, journey:KEY'),
  raw: z.unknown().describe('The whole record'),
});
export type TimelineItem = z.infer<typeof TimelineItem>;

export const Why = z.object({
  answer: z.string().describe('One sentence'),
  decided: z.string().describe('What was decided: sent, held, skipped, entered, not entered, in, out, a stage…'),
  at: isoOrNull,
  because: z.array(
    z.object({
      rule: z.string(),
      version: z.number().nullable(),
      held: z.boolean(),
      evidence: z.array(z.object({ id: z.string(), what: z.string(), at: isoOrNull })),
    }),
  ),
});
export type Why = z.infer<typeof Why>;

export const listPeople = route({
  method: 'GET',
  path: '/api/people',
  tag: 'People',
  summary: 'People, newest first',
  query: z.object({
    email: z.string().optional().describe('Exactly this address'),
    search: z.string().max(200).optional().describe('Part of a name, an address or a user id'),
    stage: z.string().optional().describe('A stage key, or "none"'),
    segment: z.string().optional(),
    journey: z.string().optional().describe('Has a live run of this journey'),
    run: z
      .enum(['week', 'goal', 'any'])
      .optional()
      .describe('With journey: who entered it in the last 7 days, met its goal, or was ever in it, instead of who is'),
    step: z.string().optional().describe('With journey: whose run stands at this step'),
    trait: z.string().max(200).optional().describe('Of whom something is known at this path'),
    ...paging,
  }),
  reply: page(PersonRow),
  problems: ['query-invalid'],
});
export const countPeople = route({
  method: 'GET',
  path: '/api/people/count',
  tag: 'People',
  summary: 'How many people there are',
  reply: z.object({ total: z.number() }),
});
export const addPerson = route({
  method: 'POST',
  path: '/api/people',
  tag: 'People',
  summary: 'Add a person by hand',
  body: z.strictObject({
    email: z.string().optional(),
    userId: z.string().max(200).optional(),
    phone: z.string().optional(),
    traits: Traits.default({}),
    entryPoint: z.string().default('manual'),
  }),
  reply: z.object({ id: z.uuid() }),
  problems: ['body-invalid', 'identity-taken', 'address-invalid', 'fact-delayed'],
});
export const getPerson = route({
  method: 'GET',
  path: '/api/people/{id}',
  tag: 'People',
  summary: 'All that is known of a person',
  params: id,
  reply: PersonDetail,
  problems: ['person-unknown'],
});
export const editPerson = route({
  method: 'PATCH',
  path: '/api/people/{id}',
  tag: 'People',
  summary: 'Change traits; null removes one',
  params: id,
  body: z.strictObject({ traits: Traits }),
  reply: z.object({ id: z.uuid() }),
  problems: ['body-invalid', 'person-unknown', 'identity-taken', 'address-invalid', 'fact-delayed'],
});
export const erasePerson = route({
  method: 'DELETE',
  path: '/api/people/{id}',
  tag: 'People',
  summary: 'Erase a person; a hash of a suppressed address stays, so that it is never mailed again',
  params: id,
  reply: z.object({ id: z.uuid() }),
  problems: ['person-unknown', 'fact-delayed'],
});
export const overrideStage = route({
  method: 'POST',
  path: '/api/people/{id}/stage',
  tag: 'People',
  summary: 'Move a person by hand: an override, with a reason',
  params: id,
  body: z.strictObject({ to: z.string(), reason: z.string().trim().max(500) }),
  reply: z.object({ id: z.uuid(), stage: z.string() }),
  problems: ['person-unknown', 'reason-needed', 'stage-unknown', 'fact-delayed'],
});
export const recordConsent = route({
  method: 'POST',
  path: '/api/people/{id}/consents',
  tag: 'People',
  summary: 'Record a consent that the person gave or took back; a withdrawal cannot be lifted here',
  params: id,
  body: z.strictObject({
    purpose: z.string(),
    channel: z.string().default('*'),
    state: ConsentState,
    wording: z.string().max(1000).nullable().default(null),
  }),
  reply: z.object({ id: z.uuid() }),
  problems: ['person-unknown', 'consent-withdrawn', 'fact-delayed'],
});
export const personTimeline = route({
  method: 'GET',
  path: '/api/people/{id}/timeline',
  tag: 'People',
  summary: 'What happened, newest first',
  params: id,
  query: z.object({
    kinds: z
      .string()
      .optional()
      .describe('Some of ' + timelineKinds.join(', ') + ', separated by commas'),
    ...paging,
  }),
  reply: page(TimelineItem),
  problems: ['person-unknown'],
});
export const personWhy = route({
  method: 'GET',
  path: '/api/people/{id}/why',
  tag: 'People',
  summary: 'Why? Every decision and non-decision in one sentence with its evidence',
  params: id,
  query: z.object({
    about: z
      .string()
      .regex(/^(message:.+|journey:.+|segment:.+|score:.+|stage|owner)$/)
      .describe('message:ID, journey:KEY, segment:KEY, score:KEY, stage or owner'),
  }),
  reply: Why,
  problems: ['query-invalid', 'person-unknown', 'message-unknown', 'definition-unknown'],
});
export const segmentPeople = route({
  method: 'GET',
  path: '/api/segments/{key}/people',
  tag: 'People',
  summary: 'Who belongs to a segment',
  params: z.object({ key: z.string() }),
  query: z.object(paging),
  reply: page(PersonRow),
  problems: ['definition-unknown'],
});
export const segmentCount = route({
  method: 'GET',
  path: '/api/segments/{key}/count',
  tag: 'People',
  summary: 'How many belong to a segment',
  params: z.object({ key: z.string() }),
  reply: z.object({ count: z.number() }),
  problems: ['definition-unknown'],
});
export const TaskRow = z.object({
  id: z.uuid(),
  title: z.string(),
  person: z.object({ id: z.uuid(), email: z.string().nullable(), name: z.string().nullable() }),
  owner: z.string().nullable(),
  dueAt: iso,
  createdAt: iso,
  doneAt: isoOrNull,
  doneBy: z.string().nullable(),
  asks: z.enum(['approval', 'release']).nullable().describe('What a run waits for'),
  journey: z.object({ key: z.string(), name: z.string() }).nullable().describe('Whose step asked for it'),
  step: z.string().nullable(),
  waits: z
    .object({ step: z.string(), says: z.string(), template: z.string().nullable() })
    .nullable()
    .describe('With approval: what a yes lets happen next, and the template of the message that waits for it'),
});
export type TaskRow = z.infer<typeof TaskRow>;
export const listTasks = route({
  method: 'GET',
  path: '/api/tasks',
  tag: 'People',
  summary: 'What people have to do, by when it is due; done ones from the last',
  query: z.object({
    state: z.enum(['open', 'done']).default('open'),
    asks: z.enum(['approval', 'release']).optional(),
    journey: z.string().optional(),
    owner: z.string().optional().describe('An owner, or "none"'),
    late: z.enum(['yes']).optional().describe('Only those that are due since a while'),
    ...paging,
  }),
  reply: page(TaskRow),
  problems: ['query-invalid'],
});
export const countTasks = route({
  method: 'GET',
  path: '/api/tasks/counts',
  tag: 'People',
  summary: 'How many tasks are open, ask for a yes or a no, and are late; and whose they are',
  reply: z.object({ open: z.number(), asking: z.number(), late: z.number(), owners: z.array(z.string()) }),
});
export const completeTask = route({
  method: 'POST',
  path: '/api/tasks/{id}/done',
  tag: 'People',
  summary: 'Mark a task as done; one that asks for a release gives the person back with that',
  params: z.object({ id: z.uuid() }),
  reply: z.object({ id: z.uuid() }),
  problems: ['task-asks'],
});

export const StageCount = z.object({
  key: z.string(),
  name: z.string(),
  meaning: z.string(),
  objective: z.string(),
  risk: z.string(),
  owner: z.string().nullable(),
  hue: z.number(),
  count: z.number(),
  entered7d: z.number(),
  left7d: z.number(),
  overrides7d: z.number(),
  ages: z
    .object({ day: z.number(), week: z.number(), month: z.number(), older: z.number() })
    .describe('People by how long they have been in the stage: up to a day, a week, 30 days, longer'),
  medianAgeMs: z.number().nullable(),
  stall: z
    .object({
      after: z.string().describe('How long somebody stands there before they have stalled'),
      unless: z.string().nullable().describe('The signs that they still move, in words'),
      to: z.string(),
      reason: z.string(),
    })
    .nullable()
    .describe('When somebody has stalled in it and is recycled; null is never'),
  recycles: z
    .array(z.object({ to: z.string(), reason: z.string(), days30: z.number(), days90: z.number() }))
    .describe('How often people were recycled from it in 30 and in 90 days, by where to and why'),
});
export const lifecycleBoard = route({
  method: 'GET',
  path: '/api/lifecycle',
  tag: 'Lifecycle',
  summary: 'The stages with counts and ages, and who was recycled from them',
  reply: z.object({
    name: z.string(),
    owner: z.string().nullable(),
    version: z.number().nullable(),
    stages: z.array(StageCount),
    none: z.number().describe('People without a stage'),
  }),
});
