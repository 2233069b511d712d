import { hour, type Instant, toIso } from '#contract/instant.ts';
import type { Queryable, Row } from './database.ts';
import { laneOf } from './identities.ts';

/** What became of messages that were handed over. */
export interface Outcomes {
  sent: number;
  bounced: number;
  /** Those of which nobody knows whether they arrived, too. */
  failed: number;
  complained: number;
  unsubscribed: number;
}

/** A journey or a broadcast by one channel; neither for what belongs to none. */
export interface Source {
  journey: string | null;
  broadcast: string | null;
  channel: string;
  /** Since it was last let go on. */
  own: Outcomes;
  /** Since its channel was let go on too. */
  ofChannel: Outcomes;
  /** How many of its own were sent in the last hour. */
  lastHour: number;
}

const outcomes = (row: Row, of: 'own' | 'channel'): Outcomes => ({
  sent: row[`${of}_sent`],
  bounced: row[`${of}_bounced`],
  failed: row[`${of}_failed`],
  complained: row[`${of}_complained`],
  unsubscribed: row[`${of}_unsubscribed`],
});

/** What became of the messages of a workspace that were handed over since an instant, by where they came from. What browsers say of complaints does not count. */
export async function countOutcomes(tx: Queryable, workspace: number, since: Instant, now: Instant): Promise<Source[]> {
  const rows = await tx.query(
    `with answered as (
       select (e.body -> 'properties' ->> 'messageId')::uuid as message_id, bool_or(e.name = 'Email Complained') as complained, bool_or(e.name = 'Unsubscribed') as unsubscribed
       from event e where e.workspace_id = $1 and e.name in ('Email Complained', 'Unsubscribed') and e.happened_at >= $2 and e.call in ('track', 'page', 'screen', 'group')
         and e.body ->> 'source' <> 'write-key' and e.body ->> 'source' not like 'form:%'
         and e.body -> 'properties' ->> 'messageId' ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' group by 1),
     handed as (
       select m.journey, m.broadcast_id, m.channel, case when m.status in ('skipped', 'uncertain') then 'failed' else m.status end as status, coalesce(a.complained, false) as complained,
         coalesce(a.unsubscribed, false) as unsubscribed, coalesce(m.sent_at, m.due_at) as at, o.counts_since as own_since, greatest(o.counts_since, c.counts_since) as channel_since
       from message m
       left join answered a on a.message_id = m.message_id
       left join breaker o on o.workspace_id = $1 and o.scope = coalesce('journey:' || m.journey, 'broadcast:' || m.broadcast_id)
       left join breaker c on c.workspace_id = $1 and c.scope = 'channel:' || m.channel
       where m.workspace_id = $1 and coalesce(m.sent_at, m.due_at) >= $2 and (m.status in ('sent', 'bounced', 'failed', 'uncertain') or m.reason = 'render-failed')),
     told as (select *, own_since is null or at >= own_since as own, channel_since is null or at >= channel_since as joint from handed)
     select journey, broadcast_id, channel,
       (count(*) filter (where own and status = 'sent'))::int as own_sent, (count(*) filter (where own and status = 'bounced'))::int as own_bounced,
       (count(*) filter (where own and status = 'failed'))::int as own_failed, (count(*) filter (where own and complained))::int as own_complained,
       (count(*) filter (where own and unsubscribed))::int as own_unsubscribed, (count(*) filter (where joint and status = 'sent'))::int as channel_sent,
       (count(*) filter (where joint and status = 'bounced'))::int as channel_bounced, (count(*) filter (where joint and status = 'failed'))::int as channel_failed,
       (count(*) filter (where joint and complained))::int as channel_complained, (count(*) filter (where joint and unsubscribed))::int as channel_unsubscribed,
       (count(*) filter (where own and status = 'sent' and at > $3))::int as last_hour
     from told group by journey, broadcast_id, channel order by journey, broadcast_id, channel`,
    [workspace, toIso(since), toIso(now - hour)],
  );
  return rows.map((row) => ({
    journey: row.journey,
    broadcast: row.broadcast_id,
    channel: row.channel,
    own: outcomes(row, 'own'),
    ofChannel: outcomes(row, 'channel'),
    lastHour: row.last_hour,
  }));
}

/** The largest number of messages that a journey sent in an hour of the clock between two instants, and when it sent its first there. Null when none. */
export async function largestHour(
  tx: Queryable,
  workspace: number,
  journey: string,
  from: Instant,
  to: Instant,
): Promise<{ messages: number; first: Instant } | null> {
  const [row] = await tx.query(
    `select max(n)::int as messages, min(first) as first from (
       select count(*) as n, min(sent_at) as first from message
       where workspace_id = $1 and coalesce(sent_at, due_at) >= $3 and coalesce(sent_at, due_at) < $4 and journey = $2 and (status in ('sent', 'bounced', 'failed') or reason = 'render-failed')
         and sent_at is not null group by date_trunc('hour', sent_at)) h`,
    [workspace, journey, toIso(from), toIso(to)],
  );
  return row?.messages ? { messages: row.messages, first: row.first } : null;
}

/** Since when the messages of a scope count: it was let go on then. Null when it never was. */
export async function countsSince(tx: Queryable, workspace: number, scope: string): Promise<Instant | null> {
  const [row] = await tx.query('select counts_since from breaker where workspace_id = $1 and scope = $2', [workspace, scope]);
  return row?.counts_since ?? null;
}

/** From now on only what comes counts. */
export async function countAnew(tx: Queryable, workspace: number, scope: string, now: Instant): Promise<void> {
  await tx.query(
    'insert into breaker (workspace_id, scope, counts_since) values ($1, $2, $3) on conflict (workspace_id, scope) do update set counts_since = excluded.counts_since',
    [workspace, scope, toIso(now)],
  );
}

/** Somebody whom some journeys do not act on any more, because they led to each other again and again. */
export interface LoopLock {
  person: string;
  workspace: number;
  journeys: string[];
  since: Instant;
}

/** Writes down who is locked, and lets go who is not any more: those with no journeys. */
export async function changeLocks(tx: Queryable, locks: readonly LoopLock[]): Promise<void> {
  const gone = locks.filter((lock) => lock.journeys.length === 0);
  if (gone.length > 0)
    await tx.query(
      'delete from loop_lock l using unnest($1::smallint[], $2::uuid[]) as w (lane, person_id) where l.lane = w.lane and l.person_id = w.person_id',
      [gone.map((lock) => laneOf(lock.person)), gone.map((lock) => lock.person)],
    );
  for (const { person, workspace, journeys, since } of locks)
    if (journeys.length > 0)
      await tx.query(
        `insert into loop_lock (lane, person_id, workspace_id, journeys, since) values ($1, $2, $3, $4, $5)
         on conflict (lane, person_id) do update set journeys = excluded.journeys, since = excluded.since`,
        [laneOf(person), person, workspace, journeys, toIso(since)],
      );
}

/** How many people are locked out of which journeys together, those with most people first. `person` is one of them. */
export async function listLocks(
  tx: Queryable,
  workspace: number,
): Promise<{ journeys: string[]; people: number; person: string; since: Instant }[]> {
  const rows = await tx.query(
    `select journeys, count(*)::int as people, min(person_id::text) as person, min(since) as since from loop_lock where workspace_id = $1 group by journeys order by people desc, journeys limit 20`,
    [workspace],
  );
  return rows.map((row) => ({ journeys: row.journeys, people: row.people, person: row.person, since: row.since }));
}

/** For how many people each journey was locked since an instant, and since it was last let go on. */
export async function countLockedSince(tx: Queryable, workspace: number, since: Instant): Promise<{ journey: string; people: number }[]> {
  const rows = await tx.query(
    `select j.journey, count(*)::int as people from loop_lock l cross join lateral unnest(l.journeys) as j (journey)
     left join breaker b on b.workspace_id = $1 and b.scope = 'journey:' || j.journey
     where l.workspace_id = $1 and l.since >= $2 and (b.counts_since is null or l.since > b.counts_since) group by j.journey order by j.journey`,
    [workspace, toIso(since)],
  );
  return rows.map((row) => ({ journey: row.journey, people: row.people }));
}
