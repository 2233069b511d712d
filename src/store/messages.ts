import { type Instant, isoOrNull, toIso } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import type { MessageReason, MessageStatus } from '#contract/message.ts';
import { bulkInsert } from './bulk.ts';
import { decodeCursor, toPage } from './cursor.ts';
import type { Bindable, Queryable, Row } from './database.ts';
import { laneOf } from './identities.ts';
import type { Clocks } from './wakes.ts';

export interface StoredMessage {
  id: string;
  person: string;
  workspace: number;
  clock: number;
  journey: string | null;
  version: number | null;
  run: string | null;
  step: string | null;
  broadcast: string | null;
  channel: string;
  template: string;
  templateVersion: number;
  topic: string;
  purpose: string;
  status: MessageStatus;
  reason: MessageReason | null;
  details: JsonObject;
  revision: number;
  evidence: string | null;
  createdAt: Instant;
  dueAt: Instant;
  expiresAt: Instant;
  sender: number | null;
  claimedAt: Instant | null;
  /** When the body began to leave; null means that nothing of it did. */
  begunAt: Instant | null;
  attempts: number;
  sentAt: Instant | null;
  subject: string | null;
  answer: string | null;
  opens: number;
  clicks: number;
  storedAt: Instant;
}

export const columns =
  'message_id, person_id, workspace_id, clock, journey, version, run_id, step, broadcast_id, channel, template, template_version, topic, purpose, status, reason, details, revision, evidence, created_at, due_at, expires_at, sender, claimed_at, begun_at, attempts, sent_at, subject, answer, opens, clicks, stored_at';
const qualified = columns.replace(/(\w+)/g, 'm.$1');

export const toMessage = (row: Row): StoredMessage => ({
  id: row.message_id,
  person: row.person_id,
  workspace: row.workspace_id,
  clock: row.clock,
  journey: row.journey,
  version: row.version,
  run: row.run_id,
  step: row.step,
  broadcast: row.broadcast_id,
  channel: row.channel,
  template: row.template,
  templateVersion: row.template_version,
  topic: row.topic,
  purpose: row.purpose,
  status: row.status,
  reason: row.reason,
  details: row.details,
  revision: row.revision,
  evidence: row.evidence,
  createdAt: row.created_at,
  dueAt: row.due_at,
  expiresAt: row.expires_at,
  sender: row.sender,
  claimedAt: row.claimed_at,
  begunAt: row.begun_at,
  attempts: row.attempts,
  sentAt: row.sent_at,
  subject: row.subject,
  answer: row.answer,
  opens: row.opens,
  clicks: row.clicks,
  storedAt: row.stored_at,
});

/** A message as it is asked for; one that is not to be sent at all says so with its reason. */
export type NewMessage = Omit<
  StoredMessage,
  'status' | 'reason' | 'broadcast' | 'sender' | 'claimedAt' | 'begunAt' | 'attempts' | 'sentAt' | 'subject' | 'answer' | 'opens' | 'clicks'
> &
  Partial<Pick<StoredMessage, 'status' | 'reason' | 'broadcast'>>;

const insert = bulkInsert('message', {
  lane: 'smallint',
  person_id: 'uuid',
  message_id: 'uuid',
  stored_at: 'timestamptz',
  workspace_id: 'int',
  clock: 'int',
  journey: 'text',
  version: 'int',
  run_id: 'uuid',
  step: 'text',
  broadcast_id: 'uuid',
  channel: 'text',
  template: 'text',
  template_version: 'int',
  topic: 'text',
  purpose: 'text',
  status: 'text',
  reason: 'text',
  details: 'jsonb',
  revision: 'int',
  evidence: 'uuid',
  created_at: 'timestamptz',
  due_at: 'timestamptz',
  expires_at: 'timestamptz',
});

export const insertMessages = (tx: Queryable, messages: readonly NewMessage[]): Promise<void> =>
  insert(
    tx,
    messages.map((message) => ({
      lane: laneOf(message.person),
      person_id: message.person,
      message_id: message.id,
      stored_at: toIso(message.storedAt),
      workspace_id: message.workspace,
      clock: message.clock,
      journey: message.journey,
      version: message.version,
      run_id: message.run,
      step: message.step,
      broadcast_id: message.broadcast ?? null,
      channel: message.channel,
      template: message.template,
      template_version: message.templateVersion,
      topic: message.topic,
      purpose: message.purpose,
      status: message.status ?? 'queued',
      reason: message.reason ?? null,
      details: JSON.stringify(message.details),
      revision: message.revision,
      evidence: message.evidence,
      created_at: toIso(message.createdAt),
      due_at: toIso(message.dueAt),
      expires_at: toIso(message.expiresAt),
    })),
  );

/** Lanes in which a message is due by a clock. */
export async function lanesWithMessages(tx: Queryable, clocks: Clocks): Promise<number[]> {
  const rows = await tx.query(
    `select d.lane, min(d.due_at) as first from unnest($1::int[], $2::timestamptz[]) as c (clock, now) cross join lateral
       (select lane, due_at from message m where m.clock = c.clock and m.due_at <= c.now and m.status in ('queued', 'held') order by due_at limit 2000) d group by d.lane order by first`,
    [clocks.map((each) => each.clock), clocks.map((each) => toIso(each.now))],
  );
  return rows.map((row) => row.lane);
}

export async function nextDue(tx: Queryable, clock: number): Promise<Instant | null> {
  const [row] = await tx.query("select due_at from message where clock = $1 and status in ('queued', 'held') order by due_at limit 1", [
    clock,
  ]);
  return row ? row.due_at : null;
}

/** Versions of journeys whose messages have not gone out yet. */
export async function versionsWithMessages(tx: Queryable, workspace: number): Promise<{ journey: string; version: number }[]> {
  const rows = await tx.query(
    "select distinct journey, version from message where workspace_id = $1 and status in ('queued', 'held') and journey is not null",
    [workspace],
  );
  return rows.map((row) => ({ journey: row.journey, version: row.version }));
}

/** Messages that are due in locked lanes, the earliest first. */
export async function dueMessages(tx: Queryable, lanes: readonly number[], clocks: Clocks, limit: number): Promise<StoredMessage[]> {
  const rows = await tx.query(
    `select ${qualified} from unnest($1::int[], $2::timestamptz[]) as c (clock, now) cross join lateral
       (select * from message m where m.clock = c.clock and m.due_at <= c.now and m.status in ('queued', 'held') and m.lane = any($3::smallint[]) order by due_at limit $4) m`,
    [clocks.map((each) => each.clock), clocks.map((each) => toIso(each.now)), [...lanes], limit],
  );
  return rows.map(toMessage);
}

/** When what is tried again may have arrived already: the last hand-over of which nobody knows how it ended. */
export const mayHaveArrivedAt = ({ details }: Pick<StoredMessage, 'details'>): Instant | null =>
  typeof details.mayHaveArrivedAt === 'number' ? details.mayHaveArrivedAt : null;

/**
 * When marketing was handed over to these people since an instant, is being handed over now, or may have arrived already although it is tried again: what caps
 * count. (`claimed_at` is empty where nothing was handed over, or nothing can have arrived; of what an address refused it is not.)
 */
export async function sentSince(tx: Queryable, people: readonly string[], since: Instant): Promise<SentMessage[]> {
  if (people.length === 0) return [];
  const rows = await tx.query(
    `select m.person_id, m.message_id, m.workspace_id, m.journey, m.version, coalesce(m.sent_at, m.claimed_at) as at, m.channel, m.topic,
       case when not exists (select 1 from run r where r.lane = m.lane and r.person_id = m.person_id and r.run_id = m.run_id and r.end_reason like 'goal%' and m.details ? 'offer')
         then m.details ->> 'offer' end as offer
     from unnest($1::smallint[], $2::uuid[]) as w (lane, person_id)
     cross join lateral (select * from message m where m.lane = w.lane and m.person_id = w.person_id and m.purpose = 'marketing' and coalesce(m.sent_at, m.claimed_at) > $3) m`,
    [people.map(laneOf), [...people], toIso(since)],
  );
  return rows.map((row) => ({
    person: row.person_id,
    message: row.message_id,
    workspace: row.workspace_id,
    journey: row.journey,
    version: row.version,
    at: row.at,
    channel: row.channel,
    topic: row.topic,
    offer: row.offer,
  }));
}

export interface SentMessage {
  person: string;
  message: string;
  workspace: number;
  journey: string | null;
  version: number | null;
  at: Instant;
  channel: string;
  topic: string;
  /** The offer that it made, unless the goal of its run has been met. */
  offer: string | null;
}

export interface MessageChange {
  person: string;
  id: string;
  status: MessageStatus;
  reason: MessageReason | null;
  details: JsonObject;
  dueAt: Instant;
  sender: number | null;
  claimedAt: Instant | null;
  attempts: number;
  sentAt: Instant | null;
  subject: string | null;
  answer: string | null;
}

/** Writes what became of messages. With `ifSender`, only of those that this sender still holds; answers the ids that were written. */
export async function changeMessages(tx: Queryable, changes: readonly MessageChange[], ifSender?: number): Promise<Set<string>> {
  if (changes.length === 0) return new Set();
  const rows = await tx.query(
    `update message m set status = c.status, reason = c.reason, details = c.details, due_at = c.due_at, sender = c.sender, claimed_at = c.claimed_at, begun_at = null, attempts = c.attempts, sent_at = c.sent_at,
       subject = c.subject, answer = c.answer
     from unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::jsonb[], $7::timestamptz[], $8::int[], $9::timestamptz[], $10::int[], $11::timestamptz[], $12::text[], $13::text[])
       as c (lane, person_id, message_id, status, reason, details, due_at, sender, claimed_at, attempts, sent_at, subject, answer)
     where m.lane = c.lane and m.person_id = c.person_id and m.message_id = c.message_id and ($14::int is null or (m.sender = $14 and m.status = 'sending'))
     returning m.message_id`,
    [
      changes.map((change) => laneOf(change.person)),
      changes.map((change) => change.person),
      changes.map((change) => change.id),
      changes.map((change) => change.status),
      changes.map((change) => change.reason),
      changes.map((change) => JSON.stringify(change.details)),
      changes.map((change) => toIso(change.dueAt)),
      changes.map((change) => change.sender),
      changes.map((change) => isoOrNull(change.claimedAt)),
      changes.map((change) => change.attempts),
      changes.map((change) => isoOrNull(change.sentAt)),
      changes.map((change) => change.subject),
      changes.map((change) => change.answer),
      ifSender ?? null,
    ],
  );
  const written = new Set(rows.map((row) => row.message_id as string));
  const missing = ifSender === undefined ? [] : changes.filter((change) => !written.has(change.id));
  if (missing.length === 0) return written;
  // A merge, or one that was undone, may have moved the message to somebody else while it was being handed over.
  const moved = await tx.query(
    "select message_id, person_id from message where message_id = any($1::uuid[]) and sender = $2 and status = 'sending'",
    [missing.map((change) => change.id), ifSender!],
  );
  const now = new Map(moved.map((row) => [row.message_id as string, row.person_id as string]));
  const again = missing.filter((change) => (now.get(change.id) ?? change.person) !== change.person);
  for (const id of await changeMessages(
    tx,
    again.map((change) => ({ ...change, person: now.get(change.id)! })),
    ifSender,
  ))
    written.add(id);
  return written;
}

/**
 * Marks that the bodies of these messages are about to leave, for those that the sender still holds; answers which. A sender that dies afterwards leaves
 * them uncertain; one that dies before leaves them unsent.
 */
export async function beginBodies(
  tx: Queryable,
  sender: number,
  messages: readonly { person: string; id: string }[],
  now: Instant,
): Promise<Set<string>> {
  if (messages.length === 0) return new Set();
  const rows = await tx.query(
    `update message m set begun_at = $5 from unnest($1::smallint[], $2::uuid[], $3::uuid[]) as w (lane, person_id, message_id)
     where m.lane = w.lane and m.person_id = w.person_id and m.message_id = w.message_id and m.sender = $4 and m.status = 'sending' returning m.message_id`,
    [messages.map((each) => laneOf(each.person)), messages.map((each) => each.person), messages.map((each) => each.id), sender, toIso(now)],
  );
  return new Set(rows.map((row) => row.message_id));
}

/** Has what was claimed for people and has not begun to leave checked again. What begins just now is locked by whoever hands it over, and goes. Answers whether there was any. */
export async function takeBackFor(tx: Queryable, people: readonly string[]): Promise<boolean> {
  if (people.length === 0) return false;
  const rows = await tx.query(
    `with c as (select m.* from message m join unnest($1::smallint[], $2::uuid[]) as w (lane, person_id) on m.lane = w.lane and m.person_id = w.person_id
       where m.status = 'sending' and m.begun_at is null for update of m skip locked)
     update message m set status = 'queued', sender = null, attempts = m.attempts - 1, claimed_at = to_timestamp((c.details ->> 'mayHaveArrivedAt')::float8 / 1000)
     from c where m.lane = c.lane and m.person_id = c.person_id and m.message_id = c.message_id and m.stored_at = c.stored_at returning m.message_id`,
    [people.map(laneOf), [...people]],
  );
  return rows.length > 0;
}

/** Has what is held for people, and may be let go before its time, looked at again now. Answers whether there was any. */
export async function letGoAgain(tx: Queryable, people: readonly { person: string; at: Instant }[]): Promise<boolean> {
  if (people.length === 0) return false;
  const rows = await tx.query(
    `update message m set due_at = w.at from unnest($1::smallint[], $2::uuid[], $3::timestamptz[]) as w (lane, person_id, at)
     where m.lane = w.lane and m.person_id = w.person_id and m.status = 'held' and m.reason in ('policy-hold', 'fatigue', 'offer') and m.due_at > w.at returning m.message_id`,
    [people.map((each) => laneOf(each.person)), people.map((each) => each.person), people.map((each) => toIso(each.at))],
  );
  return rows.length > 0;
}

/**
 * Locks the messages that a sender holds and has not settled. A sender may live and not know yet that its lock is gone, so whether a body had begun is read
 * under the row's lock; what it is writing just now is passed over until the next time.
 */
export async function lockUnsettledOf(tx: Queryable, sender: number): Promise<StoredMessage[]> {
  const rows = await tx.query(`select ${columns} from message where sender = $1 and status = 'sending' for update skip locked`, [sender]);
  return rows.map(toMessage);
}

/** Senders that hold messages. */
export async function sendersAtWork(tx: Queryable): Promise<number[]> {
  const rows = await tx.query("select distinct sender from message where status = 'sending' and sender is not null");
  return rows.map((row) => row.sender);
}

/** Has everything that is held for one of these reasons looked at again now. */
export async function releaseHeld(tx: Queryable, workspace: number, reasons: Iterable<MessageReason>, now: Instant): Promise<void> {
  await tx.query(
    "update message set due_at = $2 where workspace_id = $1 and status = 'held' and reason = any($3::text[]) and due_at > $2",
    [workspace, toIso(now), [...reasons]],
  );
}

export async function countOn(
  tx: Queryable,
  events: readonly { person: string; message: string; what: 'opened' | 'clicked' }[],
): Promise<void> {
  if (events.length === 0) return;
  await tx.query(
    `update message m set opens = m.opens + c.opens, clicks = m.clicks + c.clicks
     from (select lane, person_id, message_id, sum(opened)::int as opens, sum(clicked)::int as clicks
           from unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::int[], $5::int[]) as u (lane, person_id, message_id, opened, clicked) group by 1, 2, 3) c
     where m.lane = c.lane and m.person_id = c.person_id and m.message_id = c.message_id`,
    [
      events.map((each) => laneOf(each.person)),
      events.map((each) => each.person),
      events.map((each) => each.message),
      events.map((each) => (each.what === 'opened' ? 1 : 0)),
      events.map((each) => (each.what === 'clicked' ? 1 : 0)),
    ],
  );
}

/** What is to be sent again, as nothing has been tried of it yet. */
export type Requeued = Pick<StoredMessage, 'person' | 'id' | 'templateVersion' | 'details' | 'dueAt' | 'expiresAt' | 'claimedAt'>;

export async function requeueMessage(tx: Queryable, message: Requeued): Promise<void> {
  await tx.query(
    `update message set status = 'queued', reason = null, template_version = $4, details = $5::jsonb, due_at = $6, expires_at = $7, claimed_at = $8, begun_at = null,
       sender = null, attempts = 0, sent_at = null, answer = null
     where lane = $1 and person_id = $2 and message_id = $3`,
    [
      laneOf(message.person),
      message.person,
      message.id,
      message.templateVersion,
      JSON.stringify(message.details),
      toIso(message.dueAt),
      toIso(message.expiresAt),
      isoOrNull(message.claimedAt),
    ],
  );
}

export async function findMessage(tx: Queryable, workspace: number, id: string): Promise<StoredMessage | null> {
  const [row] = await tx.query(`select ${columns} from message where workspace_id = $1 and message_id = $2`, [workspace, id]);
  return row ? toMessage(row) : null;
}

export async function messagesOfPerson(tx: Queryable, person: string, before: Instant, limit: number): Promise<StoredMessage[]> {
  const rows = await tx.query(
    `select ${columns} from message where lane = $1 and person_id = $2 and created_at <= $3 order by created_at desc limit $4`,
    [laneOf(person), person, toIso(before), limit],
  );
  return rows.map(toMessage);
}

/** The messages that a run asked for, in that order. */
export async function messagesOfRun(tx: Queryable, person: string, run: string): Promise<StoredMessage[]> {
  const rows = await tx.query(
    `select ${columns} from message where lane = $1 and person_id = $2 and run_id = $3 order by created_at, message_id limit 2000`,
    [laneOf(person), person, run],
  );
  return rows.map(toMessage);
}

export async function listMessages(
  tx: Queryable,
  workspace: number,
  filter: {
    person?: string | undefined;
    journey?: string | undefined;
    step?: string | undefined;
    broadcast?: string | undefined;
    status?: string | undefined;
    reason?: string | undefined;
    acted?: 'opened' | 'clicked' | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: StoredMessage[]; next: string | null }> {
  const values: Bindable[] = [workspace];
  const bind = (value: Bindable): string => `$${values.push(value)}`;
  const where = ['m.workspace_id = $1'];
  const place = decodeCursor(filter.cursor, 'instant', 'uuid');
  if (place)
    where.push(
      `m.stored_at <= ${bind(toIso(Number(place[0])))}`,
      `(m.stored_at, m.message_id) < (${bind(toIso(Number(place[0])))}::timestamptz, ${bind(String(place[1]))}::uuid)`,
    );
  if (filter.person !== undefined) where.push(`m.lane = ${bind(laneOf(filter.person))}`, `m.person_id = ${bind(filter.person)}`);
  if (filter.journey !== undefined) where.push(`m.journey = ${bind(filter.journey)}`);
  if (filter.step !== undefined) where.push(`m.step = ${bind(filter.step)}`);
  if (filter.broadcast !== undefined) where.push(`m.broadcast_id = ${bind(filter.broadcast)}`);
  if (filter.status !== undefined) where.push(`m.status = ${bind(filter.status)}`);
  if (filter.acted !== undefined) where.push(filter.acted === 'opened' ? 'm.opens > 0' : 'm.clicks > 0');
  if (filter.reason !== undefined) where.push(`m.reason = ${bind(filter.reason)}`);
  const rows = await tx.query(
    `select ${qualified} from message m where ${where.join(' and ')} order by m.stored_at desc, m.message_id desc limit ${bind(filter.limit + 1)}`,
    values,
  );
  return toPage(rows, filter.limit, (row) => [row.stored_at, row.message_id], toMessage);
}

/** Of each journey, how many people had a message since then that failed, bounced, or of which nobody knows whether it left. */
export async function failedByJourney(tx: Queryable, workspace: number, since: Instant): Promise<Map<string, number>> {
  const rows = await tx.query(
    `select journey, count(distinct person_id) as people from message
     where workspace_id = $1 and status in ('failed', 'bounced', 'uncertain') and stored_at >= $2 and journey is not null group by journey`,
    [workspace, toIso(since)],
  );
  return new Map(rows.map((row) => [row.journey, row.people]));
}

export async function countByStatus(
  tx: Queryable,
  workspace: number,
  of: { journey?: string | undefined; broadcast?: string | undefined } = {},
): Promise<{ status: MessageStatus; reason: MessageReason | null; count: number }[]> {
  const rows = await tx.query(
    'select status, reason, count(*) as n from message where workspace_id = $1 and ($2::text is null or journey = $2) and ($3::uuid is null or broadcast_id = $3) group by status, reason order by n desc',
    [workspace, of.journey ?? null, of.broadcast ?? null],
  );
  return rows.map((row) => ({ status: row.status, reason: row.reason, count: row.n }));
}

/** The address of a person as it is kept in the suppression list: never the address itself. */
export interface Suppression {
  workspace: number;
  channel: string;
  addressHash: string;
  scope: 'marketing' | 'all';
  because: string;
  at: Instant;
}

const insertSuppressions = bulkInsert(
  'suppression',
  { workspace_id: 'int', channel: 'text', address_hash: 'text', scope: 'text', because: 'text', since: 'timestamptz' },
  `on conflict (workspace_id, channel, address_hash) do update set scope = 'all', because = excluded.because where suppression.scope = 'marketing' and excluded.scope = 'all'`,
);

export const suppress = (tx: Queryable, list: readonly Suppression[]): Promise<void> => {
  // One statement may not touch a row twice; the widest scope of an address is the one to write.
  const widest = new Map<string, Suppression>();
  for (const each of list) {
    const key = `${each.workspace}/${each.channel}/${each.addressHash}`;
    if (widest.get(key)?.scope !== 'all') widest.set(key, each);
  }
  return insertSuppressions(
    tx,
    [...widest.values()].map((each) => ({
      workspace_id: each.workspace,
      channel: each.channel,
      address_hash: each.addressHash,
      scope: each.scope,
      because: each.because,
      since: toIso(each.at),
    })),
  );
};

export async function findSuppressions(
  tx: Queryable,
  wanted: readonly { workspace: number; channel: string; addressHash: string }[],
): Promise<Map<string, { scope: 'marketing' | 'all'; because: string }>> {
  if (wanted.length === 0) return new Map();
  const rows = await tx.query(
    `select s.workspace_id, s.channel, s.address_hash, s.scope, s.because from unnest($1::int[], $2::text[], $3::text[]) as w (workspace_id, channel, address_hash)
     join suppression s on s.workspace_id = w.workspace_id and s.channel = w.channel and s.address_hash = w.address_hash`,
    [wanted.map((each) => each.workspace), wanted.map((each) => each.channel), wanted.map((each) => each.addressHash)],
  );
  return new Map(rows.map((row) => [`${row.workspace_id}/${row.channel}/${row.address_hash}`, { scope: row.scope, because: row.because }]));
}

export type Rival = Pick<StoredMessage, 'id' | 'person' | 'workspace' | 'channel' | 'journey' | 'createdAt' | 'expiresAt'> & {
  handedAt: Instant | null;
};

/** Messages of these people that ask that the best of those that wait be sent: those that still wait, and those that were handed over after they had waited. */
export async function rivalsOf(tx: Queryable, people: readonly string[]): Promise<Rival[]> {
  const rows = await tx.query(
    `select m.* from unnest($1::smallint[], $2::uuid[]) as w (lane, person_id)
     cross join lateral (select * from message m where m.lane = w.lane and m.person_id = w.person_id and m.status in ('held', 'sending', 'sent')
       and m.details ->> 'ifHeld' = 'best' and m.details ? 'decidedAt' order by m.created_at desc limit 100) m`,
    [people.map(laneOf), [...people]],
  );
  return rows.map((row) => ({
    id: row.message_id,
    person: row.person_id,
    workspace: row.workspace_id,
    channel: row.channel,
    journey: row.journey,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    handedAt: row.status === 'held' ? null : (row.claimed_at ?? row.sent_at),
  }));
}
