import { z } from 'zod';
import { Duration, IsoInstant, ms } from '../instant.ts';
import { Key } from '../key.ts';
import { MessageReason, MessageStatus } from '../message.ts';
import { page, paging, route } from './route.ts';

export const MessageRow = z.object({
  id: z.string(),
  person: z.object({ id: z.uuid(), email: z.string().nullable(), name: z.string().nullable() }),
  journey: z.string().nullable(),
  version: z.number().nullable(),
  step: z.string().nullable(),
  broadcast: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  asked: z
    .object({ by: z.string(), key: z.string() })
    .nullable()
    .describe('Who asked for it by the API, and under which idempotency key; null for what a journey or a broadcast asked for'),
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
  byHand: z
    .array(
      z.object({
        at: IsoInstant,
        by: z.string(),
        did: z.enum(['again', 'arrived']),
        because: z.string(),
        was: z.string().describe('What had become of it until then'),
      }),
    )
    .describe('What colleagues decided about it, in order: to send it again, or that it arrived'),
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
    broadcast: z.uuid().optional(),
    status: MessageStatus.optional(),
    reason: MessageReason.optional(),
    acted: z.enum(['opened', 'clicked']).optional().describe('Only those that were opened, or in which a link was followed'),
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
  query: z.object({ journey: z.string().optional(), broadcast: z.uuid().optional() }),
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
export const sendMessage = route({
  method: 'POST',
  path: '/api/messages',
  tag: 'Messages',
  summary: 'Send one person a mail that answers something that they did: a receipt, a code, a password to be set anew',
  ownKey: true,
  body: z
    .strictObject({
      template: Key.describe('A published template of a mail; the version that is published now is sent'),
      topic: Key.describe('A published topic with the purpose transactional'),
      person: z.uuid().optional(),
      email: z.string().max(254).optional().describe('Whose address nobody has becomes known by it, with the entry point api'),
      userId: z.string().min(1).max(500).optional(),
      data: z
        .record(z.string(), z.unknown())
        .default({})
        .describe('What the mail calls event, as it calls the event of a journey: {{ event.order }}; at most 32 kB'),
      expires: Duration.refine((text) => ms(text) > 0, { message: 'must be longer than no time' })
        .default('P1D')
        .describe('Not sent later than this after it was asked for'),
    })
    .refine(({ person, email, userId }) => [person, email, userId].filter((each) => each !== undefined).length === 1, {
      message: 'name the person by one of person, email and userId',
    }),
  reply: MessageRow,
  problems: [
    'body-invalid',
    'idempotency-needed',
    'idempotency-mismatch',
    'definition-unknown',
    'topic-marketing',
    'message-no-mail',
    'address-invalid',
    'person-unknown',
    'message-unknown',
    'too-busy',
  ],
});

const again = {
  reason: z.string().trim().max(500).default('').describe('Why it is sent again; stands in the audit and on the message'),
  expires: Duration.refine((text) => ms(text) > 0, { message: 'must be longer than no time' })
    .optional()
    .describe('Not sent later than this from now; when missing, the time that it had, and all of that anew when it is over'),
};
export const retryMessage = route({
  method: 'POST',
  path: '/api/messages/{id}/retry',
  tag: 'Messages',
  summary: 'Send a message again that failed, came too late or may not have arrived; the last check is asked again before it goes',
  params: z.object({ id: z.uuid() }),
  body: z.strictObject(again),
  reply: z.object({ id: z.uuid(), status: MessageStatus }),
  problems: ['message-unknown', 'reason-needed', 'retry-refused'],
});
/** How many messages are sent again at once, at most. */
export const retriesMax = 100;
export const retryMessages = route({
  method: 'POST',
  path: '/api/messages/retry',
  tag: 'Messages',
  summary: 'Send several messages again; each is decided by itself, and says so when it cannot be',
  body: z.strictObject({ ids: z.array(z.uuid()).min(1).max(retriesMax), ...again }),
  reply: z.object({
    items: z.array(z.object({ id: z.uuid(), queued: z.boolean(), because: z.string().nullable().describe('Why it is not sent again') })),
  }),
  problems: ['reason-needed'],
});
export const settleUncertain = route({
  method: 'POST',
  path: '/api/messages/{id}/settle',
  tag: 'Messages',
  summary: 'Decide about an uncertain message: it did arrive, or send it again',
  params: z.object({ id: z.uuid() }),
  body: z.strictObject({
    as: z.enum(['sent', 'again']),
    reason: z.string().trim().max(500).default('').describe('How one knows; stands in the audit and on the message'),
  }),
  reply: z.object({ id: z.uuid(), status: MessageStatus }),
  problems: ['message-unknown'],
});

export const testTemplate = route({
  method: 'POST',
  path: '/api/templates/{key}/test',
  tag: 'Messages',
  summary: "Send a mail as it is written to a colleague, at once; it is nobody's message, tracks nothing and unsubscribes nobody",
  params: z.object({ key: Key }),
  body: z.strictObject({
    body: z.unknown().optional().describe('The draft to send; the stored one when it is missing'),
    to: z.string().max(254).optional().describe("A colleague's address; one's own when it is missing"),
    person: z.uuid().optional().describe('As whom it is written; somebody of whom nothing is known when it is missing'),
    topic: Key.optional().describe('Of the step that sends it: a message that is no marketing has no link to unsubscribe'),
  }),
  reply: z.object({
    to: z.string(),
    subject: z.string(),
    answer: z.string().describe('What the other side said'),
    mailbox: z.string().nullable().describe('Its id in the built-in mailbox, where it stayed in the house'),
  }),
  problems: ['definition-unknown', 'definition-invalid', 'person-unknown', 'test-recipient', 'test-no-mail', 'channel-failed'],
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
  scope: z.string().describe('workspace, channel:KEY, journey:KEY, person:ID'),
  person: z
    .object({ id: z.uuid(), email: z.string().nullable(), name: z.string().nullable() })
    .nullable()
    .describe('For whom everything is stopped'),
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
  summary: 'Stop sending for a scope, or everything for a person, or let it go on; takes effect before the next send',
  params: z.object({
    scope: z
      .string()
      .regex(/^(workspace|channel:[a-z-]+|journey:[a-z0-9-]+|person:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/)
      .describe('workspace, channel:KEY, journey:KEY; person:ID stops messages of every kind to somebody, and every journey of theirs'),
  }),
  body: z.strictObject({ stopped: z.boolean(), reason: z.string().trim().max(500).default('') }),
  reply: z.object({ items: z.array(KillSwitch) }),
  problems: ['reason-needed', 'person-unknown'],
});
