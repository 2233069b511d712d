import { z } from 'zod';
import { BroadcastFigures, BroadcastPlan, BroadcastState, BroadcastTrialState } from '../broadcast.ts';
import { IsoInstant } from '../instant.ts';
import { Key } from '../key.ts';
import { MessageReason, MessageStatus } from '../message.ts';
import { page, paging, route } from './route.ts';

const id = z.object({ id: z.uuid() });
const tag = 'Broadcasts';

export const BroadcastRow = z.object({
  id: z.uuid(),
  name: z.string(),
  purpose: z.string(),
  state: BroadcastState,
  plan: BroadcastPlan,
  audience: z.number().nullable().describe('How many people were frozen; null before'),
  figures: BroadcastFigures,
  figuresAt: IsoInstant.nullable().describe('When they were counted'),
  startsAt: IsoInstant.nullable().describe('When the first of them is due'),
  endedAt: IsoInstant.nullable(),
  createdAt: IsoInstant,
  createdBy: z.string(),
  updatedAt: IsoInstant,
  updatedBy: z.string(),
});
export type BroadcastRow = z.infer<typeof BroadcastRow>;

export const BroadcastDetail = BroadcastRow.extend({
  channel: z.string().nullable().describe('Of the content; null before it is started'),
  templateVersion: z.number().nullable().describe('The version of the content that everybody gets'),
  frozenAt: IsoInstant.nullable(),
  frozenShare: z.number().describe('0 to 1: how much of the audience is written down'),
  pausedAt: IsoInstant.nullable(),
  reason: z.string().nullable().describe('Why somebody paused or cancelled it'),
  nextAt: IsoInstant.nullable().describe('When the next people are due, where nobody is due now'),
  experiment: BroadcastTrialState.nullable().describe('How far its experiment is; null without one'),
  locked: z.string().nullable().describe('What keeps the experiment of a draft from beginning; null when nothing does'),
  reasons: z
    .array(z.object({ status: MessageStatus, reason: MessageReason, people: z.number() }))
    .describe('Every "no" and "not yet", with how many people it is about'),
});
export type BroadcastDetail = z.infer<typeof BroadcastDetail>;

export const listBroadcasts = route({
  method: 'GET',
  path: '/api/broadcasts',
  tag,
  summary: 'Broadcasts, newest first, with their state and what became of them',
  query: z.object({ state: BroadcastState.optional(), ...paging }),
  reply: page(BroadcastRow),
  problems: ['query-invalid'],
});
export const createBroadcast = route({
  method: 'POST',
  path: '/api/broadcasts',
  tag,
  summary: 'A new draft; nothing is sent',
  body: BroadcastPlan,
  reply: BroadcastDetail,
});
export const countAudience = route({
  method: 'POST',
  path: '/api/broadcasts/audience',
  tag,
  summary: 'How many people belong to any of some segments and to none of others, now',
  body: z.strictObject({ segments: z.array(Key).max(50), without: z.array(Key).max(50).default([]) }),
  reply: z.object({
    people: z.number(),
    before: z.number().describe('Without anybody taken out'),
    taken: z.number().describe('Taken out, because they belong to one of the others'),
  }),
});
export const getBroadcast = route({
  method: 'GET',
  path: '/api/broadcasts/{id}',
  tag,
  summary: 'One broadcast: its plan, how far it is, what became of everybody and why',
  params: id,
  reply: BroadcastDetail,
  problems: ['broadcast-unknown'],
});
export const putBroadcast = route({
  method: 'PUT',
  path: '/api/broadcasts/{id}',
  tag,
  summary: 'Change a draft',
  params: id,
  body: BroadcastPlan,
  reply: BroadcastDetail,
  problems: ['broadcast-unknown', 'broadcast-state'],
});
export const deleteBroadcast = route({
  method: 'DELETE',
  path: '/api/broadcasts/{id}',
  tag,
  summary: 'Remove a draft',
  params: id,
  reply: z.object({ id: z.uuid() }),
  problems: ['broadcast-unknown', 'broadcast-state'],
});
export const startBroadcast = route({
  method: 'POST',
  path: '/api/broadcasts/{id}/start',
  tag,
  summary: 'Send a draft now, or schedule it, as its plan says',
  params: id,
  reply: BroadcastDetail,
  problems: ['broadcast-unknown', 'broadcast-state', 'broadcast-incomplete'],
});
export const unscheduleBroadcast = route({
  method: 'POST',
  path: '/api/broadcasts/{id}/unschedule',
  tag,
  summary: 'Make a scheduled broadcast a draft again',
  params: id,
  reply: BroadcastDetail,
  problems: ['broadcast-unknown', 'broadcast-state'],
});
const because = z.strictObject({ reason: z.string().trim().max(300).default('') });
export const pauseBroadcast = route({
  method: 'POST',
  path: '/api/broadcasts/{id}/pause',
  tag,
  summary: 'Hold it before the next hand-over',
  params: id,
  body: because,
  reply: BroadcastDetail,
  problems: ['broadcast-unknown', 'broadcast-state'],
});
export const resumeBroadcast = route({
  method: 'POST',
  path: '/api/broadcasts/{id}/resume',
  tag,
  summary: 'Go on with whoever has not had it',
  params: id,
  reply: BroadcastDetail,
  problems: ['broadcast-unknown', 'broadcast-state'],
});
export const decideBroadcast = route({
  method: 'POST',
  path: '/api/broadcasts/{id}/decide',
  tag,
  summary: 'Say what the rest gets: an arm of the experiment, or `control` for what was planned',
  params: id,
  body: z.strictObject({ arm: Key, reason: z.string().trim().max(300).default('') }),
  reply: BroadcastDetail,
  problems: ['broadcast-unknown', 'broadcast-state', 'experiment-state'],
});
export const cancelBroadcast = route({
  method: 'POST',
  path: '/api/broadcasts/{id}/cancel',
  tag,
  summary: 'End it before the next hand-over: whoever has not had it does not get it',
  params: id,
  body: because,
  reply: z.object({
    broadcast: BroadcastDetail,
    had: z.number().describe('It was handed over to so many'),
    without: z.number().describe('So many do not get it'),
  }),
  problems: ['broadcast-unknown', 'broadcast-state'],
});

export const broadcastOutcomes = ['waiting', 'joined', ...MessageStatus.options] as const;
export const BroadcastPerson = z.object({
  person: z.object({ id: z.uuid(), email: z.string().nullable(), name: z.string().nullable() }),
  outcome: z.enum(broadcastOutcomes),
  sentence: z.string().describe('What became of it for them, in one sentence'),
  dueAt: IsoInstant,
  message: z.uuid().nullable(),
});
export type BroadcastPerson = z.infer<typeof BroadcastPerson>;
export const listBroadcastPeople = route({
  method: 'GET',
  path: '/api/broadcasts/{id}/people',
  tag,
  summary: 'The people of a broadcast by what became of it for them',
  params: id,
  query: z.object({ outcome: z.enum(broadcastOutcomes).default('waiting'), reason: MessageReason.optional(), ...paging }),
  reply: page(BroadcastPerson),
  problems: ['broadcast-unknown', 'query-invalid'],
});

export const EstimateGroup = z.object({
  gets: z.enum(['at-once', 'later', 'not']),
  reason: MessageReason.nullable().describe('Of a "no" and a "not yet"; null for whoever only waits for their turn'),
  people: z.number(),
  first: IsoInstant.nullable().describe('When the first of them gets it'),
  last: IsoInstant.nullable(),
  sample: z.array(z.object({ id: z.uuid(), email: z.string().nullable(), name: z.string().nullable() })),
});
export const Estimate = z.object({
  state: z.enum(['running', 'done', 'cancelled']),
  askedAt: IsoInstant,
  askedBy: z.string(),
  current: z.boolean().describe('Whether the plan is still the one that was estimated'),
  looked: z.number().describe('People looked at so far'),
  of: z.number(),
  groups: z.array(EstimateGroup),
  hours: z.array(z.object({ at: IsoInstant, people: z.number() })).describe('How many get it in each hour, the first 200 of them'),
});
export type Estimate = z.infer<typeof Estimate>;
export const startEstimate = route({
  method: 'POST',
  path: '/api/broadcasts/{id}/estimate',
  tag,
  summary: 'Ask of everybody in the audience whether they would get it, when, and why not; nothing is sent',
  params: id,
  reply: Estimate,
  problems: ['broadcast-unknown', 'broadcast-state', 'broadcast-incomplete'],
});
export const getEstimate = route({
  method: 'GET',
  path: '/api/broadcasts/{id}/estimate',
  tag,
  summary: 'How far the estimate is, and what it says so far; null when none was asked for',
  params: id,
  reply: z.object({ estimate: Estimate.nullable() }),
  problems: ['broadcast-unknown'],
});
export const cancelEstimate = route({
  method: 'DELETE',
  path: '/api/broadcasts/{id}/estimate',
  tag,
  summary: 'Stop estimating',
  params: id,
  reply: z.object({ estimate: Estimate.nullable() }),
  problems: ['broadcast-unknown'],
});
