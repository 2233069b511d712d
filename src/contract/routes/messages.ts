import { z } from 'zod';
import { IsoInstant } from '../instant.ts';
import { MessageReason, MessageStatus } from '../message.ts';
import { page, paging, route } from './route.ts';

export const MessageRow = z.object({
  id: z.string(),
  person: z.object({ id: z.uuid(), email: z.string().nullable(), name: z.string().nullable() }),
  journey: z.string().nullable(),
  version: z.number().nullable(),
  step: z.string().nullable(),
  channel: z.string(),
  template: z.string(),
  topic: z.string(),
  subject: z.string().nullable(),
  status: MessageStatus,
  reason: MessageReason.nullable(),
  sentence: z.string().describe('What became of it and why, in one sentence'),
  createdAt: IsoInstant,
  dueAt: IsoInstant,
  sentAt: IsoInstant.nullable(),
  opens: z.number(),
  clicks: z.number(),
});
export type MessageRow = z.infer<typeof MessageRow>;

export const listMessages = route({
  method: 'GET',
  path: '/api/messages',
  tag: 'Messages',
  summary: 'Deliveries and non-deliveries, newest first, each with status and reason',
  query: z.object({
    person: z.uuid().optional(),
    journey: z.string().optional(),
    step: z.string().optional(),
    status: MessageStatus.optional(),
    reason: MessageReason.optional(),
    ...paging,
  }),
  reply: page(MessageRow),
  problems: ['query-invalid'],
});
export const countMessages = route({
  method: 'GET',
  path: '/api/messages/counts',
  tag: 'Messages',
  summary: 'How many messages there are by status and reason',
  query: z.object({ journey: z.string().optional() }),
  reply: z.object({ counts: z.array(z.object({ status: MessageStatus, reason: MessageReason.nullable(), count: z.number() })) }),
});
export const getMessage = route({
  method: 'GET',
  path: '/api/messages/{id}',
  tag: 'Messages',
  summary: 'One message',
  params: z.object({ id: z.uuid() }),
  reply: MessageRow,
  problems: ['message-unknown'],
});
export const settleUncertain = route({
  method: 'POST',
  path: '/api/messages/{id}/settle',
  tag: 'Messages',
  summary: 'Decide about an uncertain message: it did arrive, or send it again',
  params: z.object({ id: z.uuid() }),
  body: z.strictObject({ as: z.enum(['sent', 'again']) }),
  reply: z.object({ id: z.uuid(), status: MessageStatus }),
  problems: ['message-unknown'],
});

export const MailRow = z.object({
  id: z.string(),
  person: z.uuid().nullable(),
  to: z.string(),
  from: z.string(),
  subject: z.string(),
  at: IsoInstant,
  opened: z.boolean(),
});
export const listMailbox = route({
  method: 'GET',
  path: '/api/mailbox',
  tag: 'Mailbox',
  summary: 'Mails in the built-in mailbox, newest first',
  query: z.object({ search: z.string().max(200).optional(), person: z.uuid().optional(), ...paging }),
  reply: page(MailRow),
});
export const getMail = route({
  method: 'GET',
  path: '/api/mailbox/{id}',
  tag: 'Mailbox',
  summary: 'One mail as it was sent, taken apart',
  params: z.object({ id: z.string() }),
  reply: MailRow.extend({
    html: z.string().nullable(),
    text: z.string().nullable(),
    headers: z.array(z.object({ name: z.string(), value: z.string() })),
    raw: z.string(),
  }),
  problems: ['message-unknown'],
});

export const KillSwitch = z.object({
  scope: z.string().describe('workspace, channel:KEY, journey:KEY'),
  stoppedAt: IsoInstant,
  by: z.string(),
  reason: z.string(),
});
export const listKillSwitches = route({
  method: 'GET',
  path: '/api/kill-switches',
  tag: 'Messages',
  summary: 'What is stopped',
  reply: z.object({ items: z.array(KillSwitch) }),
});
export const setKillSwitch = route({
  method: 'PUT',
  path: '/api/kill-switches/{scope}',
  tag: 'Messages',
  summary: 'Stop sending for a scope, or let it go on; takes effect before the next send',
  params: z.object({ scope: z.string().regex(/^(workspace|channel:[a-z-]+|journey:[a-z0-9-]+)$/) }),
  body: z.strictObject({ stopped: z.boolean(), reason: z.string().trim().max(500).default('') }),
  reply: z.object({ items: z.array(KillSwitch) }),
  problems: ['reason-needed'],
});
