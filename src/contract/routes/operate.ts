import { z } from 'zod';
import { Duration, IsoInstant } from '../instant.ts';
import { HousePolicy } from '../house-policy.ts';
import { page, paging, route } from './route.ts';

const Lag = z
  .object({ p50: z.number(), p95: z.number(), p99: z.number(), count: z.number() })
  .describe('Milliseconds over the last five minutes of this process');

export const WorkspaceSettings = z.object({
  name: z.string().min(1).max(100),
  zone: z.string().describe('IANA zone'),
  language: z.string().describe('BCP 47'),
  currency: z.string().length(3).describe('ISO 4217'),
  senderName: z.string().max(100),
  senderEmail: z.string().max(200).describe('The From address; hello@ at the host of PUBLIC_URL while it is empty'),
  replyTo: z.string().max(200),
  postalAddress: z.string().max(500).describe('Stands at the foot of each marketing mail'),
  trackOpens: z.boolean(),
  trackClicks: z.boolean(),
  eventRetentionDays: z.int().min(1).max(3650),
  review: z
    .enum(['off', 'journeys', 'everything'])
    .describe('Whose drafts another colleague has to review before they are published; with one colleague alone, they cool off first'),
  coolingOff: Duration.describe('How long a draft stands unchanged before it may be published, where nobody else could review it'),
  ...HousePolicy.shape,
});
export type WorkspaceSettings = z.infer<typeof WorkspaceSettings>;

export const WorkspaceRow = z.object({
  slug: z.string(),
  name: z.string(),
  practice: z.boolean(),
  now: IsoInstant,
  zone: z.string(),
  language: z.string(),
  currency: z.string(),
});
export const getSession = route({
  method: 'GET',
  path: '/api/session',
  tag: 'Session',
  summary: 'Who is signed in, and the workspaces they may use',
  reply: z.object({
    name: z.string(),
    email: z.string().nullable(),
    kind: z.enum(['colleague', 'api-key']),
    workspaces: z.array(WorkspaceRow),
    version: z.string(),
    database: z.enum(['postgres', 'pglite']),
    mail: z.enum(['smtp', 'mailbox']),
    publicUrl: z.string(),
  }),
});
export const signIn = route({
  method: 'POST',
  path: '/api/session',
  tag: 'Session',
  summary: 'Sign in by a one-time link',
  access: 'anybody',
  body: z.strictObject({ token: z.string().max(200) }),
  reply: z.object({ name: z.string() }),
  problems: ['link-used', 'too-many'],
});
export const signOut = route({
  method: 'DELETE',
  path: '/api/session',
  tag: 'Session',
  summary: 'Sign out',
  access: 'session',
  reply: z.object({}),
});

export const getSettings = route({
  method: 'GET',
  path: '/api/settings',
  tag: 'Settings',
  summary: 'Settings of the workspace',
  reply: WorkspaceSettings,
});
export const putSettings = route({
  method: 'PATCH',
  path: '/api/settings',
  tag: 'Settings',
  summary: 'Change settings',
  body: WorkspaceSettings.partial().strict(),
  reply: WorkspaceSettings,
  problems: ['body-invalid', 'address-invalid'],
});
export const testMail = route({
  method: 'POST',
  path: '/api/settings/test-mail',
  tag: 'Settings',
  summary: 'Send a test mail through the mail server',
  body: z.strictObject({ to: z.string() }),
  reply: z.object({ answer: z.string() }),
  problems: ['channel-failed', 'channel-missing', 'address-invalid'],
});

export const KeyRow = z.object({
  id: z.uuid(),
  kind: z.enum(['write', 'api']),
  name: z.string(),
  prefix: z.string(),
  createdAt: IsoInstant,
  lastUsedAt: IsoInstant.nullable(),
  revokedAt: IsoInstant.nullable(),
});
export const listKeys = route({
  method: 'GET',
  path: '/api/keys',
  tag: 'Settings',
  summary: 'Write keys and API keys',
  reply: z.object({ items: z.array(KeyRow), next: z.null() }),
});
export const createKey = route({
  method: 'POST',
  path: '/api/keys',
  tag: 'Settings',
  summary: 'Create a key; the key itself is shown this once',
  body: z.strictObject({ kind: z.enum(['write', 'api']), name: z.string().trim().min(1).max(100) }),
  reply: KeyRow.extend({ key: z.string() }),
});
export const revokeKey = route({
  method: 'DELETE',
  path: '/api/keys/{id}',
  tag: 'Settings',
  summary: 'Revoke a key at once',
  params: z.object({ id: z.uuid() }),
  reply: KeyRow,
  problems: ['key-unknown'],
});

export const EventRow = z.object({
  id: z.string(),
  name: z.string(),
  call: z.string(),
  person: z.object({ id: z.uuid(), email: z.string().nullable(), name: z.string().nullable() }).nullable(),
  at: IsoInstant.describe('When it happened'),
  storedAt: IsoInstant,
  raw: z.unknown(),
});
export const listEvents = route({
  method: 'GET',
  path: '/api/events',
  tag: 'Events',
  summary: 'Events of the workspace, newest stored first',
  query: z.object({ name: z.string().optional(), ...paging }),
  reply: page(EventRow),
});
export const RefusalRow = z.object({
  id: z.string(),
  at: IsoInstant,
  code: z.string(),
  sentence: z.string(),
  details: z.unknown(),
  raw: z.string().describe('What was sent, at most 2,000 characters'),
});
export const listRefusals = route({
  method: 'GET',
  path: '/api/refusals',
  tag: 'Events',
  summary: 'Every event that was refused, newest first, and why',
  query: z.object(paging),
  reply: page(RefusalRow),
});

export const PracticeClock = z.object({
  now: IsoInstant,
  turning: z.boolean(),
  progress: z.number().nullable().describe('0 to 1 while it is being turned'),
});
export const getClock = route({
  method: 'GET',
  path: '/api/practice/clock',
  tag: 'Practice',
  summary: 'The clock of the practice workspace',
  reply: PracticeClock,
  problems: ['clock-real'],
});
export const turnClock = route({
  method: 'POST',
  path: '/api/practice/clock',
  tag: 'Practice',
  summary: 'Turn the clock forward; answers when all that was due has been done',
  body: z.strictObject({ advance: Duration }),
  reply: PracticeClock.extend({ did: z.object({ facts: z.number(), wakes: z.number(), messages: z.number() }) }),
  problems: ['clock-real', 'clock-backwards', 'clock-turning'],
});

export const getLag = route({
  method: 'GET',
  path: '/api/lag',
  tag: 'Operate',
  summary: 'How long things take: accepted to decided, due to woken, claimed to sent',
  reply: z.object({ acceptToDecide: Lag, dueToWoken: Lag, claimedToSent: Lag }),
});

export const getHome = route({
  method: 'GET',
  path: '/api/home',
  tag: 'Home',
  summary: 'Where the workspace stands: the setup path, completed from facts, and today in numbers',
  reply: z.object({
    setup: z.array(
      z.object({
        key: z.enum(['event', 'identity', 'lifecycle', 'journey', 'sender', 'mail']),
        title: z.string(),
        done: z.boolean(),
        detail: z.string(),
        link: z.string(),
      }),
    ),
    today: z
      .object({
        events: z.number(),
        people: z.number(),
        sent: z.number(),
        notSent: z.number(),
        moves: z.number(),
        refusals: z.number(),
        quarantined: z.number(),
      })
      .describe("The last 24 hours of the workspace's clock"),
    days: z
      .array(z.object({ day: z.string(), events: z.number(), newPeople: z.number(), sent: z.number() }))
      .describe('The last 14 days, oldest first'),
    attention: z.array(z.object({ sentence: z.string(), link: z.string(), tone: z.enum(['amber', 'red']) })),
  }),
});
export const AuditRow = z.object({ id: z.string(), at: IsoInstant, actor: z.string(), what: z.string(), details: z.unknown() });
export const listAudit = route({
  method: 'GET',
  path: '/api/audit',
  tag: 'Operate',
  summary: 'Who changed what, newest first',
  query: z.object(paging),
  reply: page(AuditRow),
});
/** The live stream at GET /api/live (text/event-stream): each message names what changed, so that a view knows what to ask again. */
export const liveTopics = [
  'people',
  'events',
  'refusals',
  'messages',
  'mailbox',
  'definitions',
  'clock',
  'runs',
  'broadcasts',
  'rehearsals',
  'settings',
  'backfill',
  'imports',
  'identities',
] as const;
export type LiveTopic = (typeof liveTopics)[number];
