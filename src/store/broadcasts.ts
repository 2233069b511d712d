import type { BroadcastFigures, BroadcastPlan, BroadcastState, BroadcastTrialState } from '#contract/broadcast.ts';
import { noFigures } from '#contract/broadcast.ts';
import { type Instant, isoOrNull, toIso } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import type { MessageReason, MessageStatus } from '#contract/message.ts';
import { decodeCursor, toPage } from './cursor.ts';
import type { Bindable, Queryable, Row, Transaction } from './database.ts';
import { laneOf } from './identities.ts';

export interface StoredBroadcast {
  id: string;
  workspace: number;
  state: BroadcastState;
  plan: BroadcastPlan;
  /** What everybody gets: fixed when it is started. */
  content: {
    channel: string;
    templateVersion: number;
    purpose: 'marketing' | 'transactional';
    arms?: { key: string; template: string; templateVersion: number }[];
  } | null;
  /** How far its experiment is; null without one, and before it is started. */
  experiment: BroadcastTrialState | null;
  pace: { next: Instant; log: readonly (readonly [Instant, number])[] };
  /** How many messages are made ahead of their hand-over. */
  ahead: number;
  startsAt: Instant | null;
  frozenAt: Instant | null;
  /** Lanes whose people are written down: from 0 on, so many. */
  frozenLanes: number;
  audience: number;
  pausedAt: Instant | null;
  endedAt: Instant | null;
  /** Whether every person of one that has ended has a message or a reason for none. */
  settled: boolean;
  figures: BroadcastFigures;
  figuresAt: Instant | null;
  createdAt: Instant;
  createdBy: string;
  updatedAt: Instant;
  updatedBy: string;
  reason: string | null;
}

const toBroadcast = (row: Row): StoredBroadcast => ({
  id: row.broadcast_id,
  workspace: row.workspace_id,
  state: row.state,
  plan: row.plan,
  content: row.content,
  experiment: row.experiment,
  pace: row.pace,
  ahead: row.ahead,
  startsAt: row.starts_at,
  frozenAt: row.frozen_at,
  frozenLanes: row.frozen_lanes,
  audience: row.audience,
  pausedAt: row.paused_at,
  endedAt: row.ended_at,
  settled: row.settled,
  figures: { ...noFigures, ...row.figures },
  figuresAt: row.figures_at,
  createdAt: row.created_at,
  createdBy: row.created_by,
  updatedAt: row.updated_at,
  updatedBy: row.updated_by,
  reason: row.reason,
});

export async function insertBroadcast(
  tx: Queryable,
  given: { id: string; workspace: number; plan: BroadcastPlan; by: string; at: Instant },
): Promise<void> {
  await tx.query(
    `insert into broadcast (broadcast_id, workspace_id, state, plan, created_at, created_by, updated_at, updated_by) values ($1, $2, 'draft', $3, $4, $5, $4, $5)`,
    [given.id, given.workspace, JSON.stringify(given.plan), toIso(given.at), given.by],
  );
}

export async function findBroadcast(tx: Queryable, workspace: number, id: string): Promise<StoredBroadcast | null> {
  const [row] = await tx.query('select * from broadcast where workspace_id = $1 and broadcast_id = $2', [workspace, id]);
  return row ? toBroadcast(row) : null;
}

/** A broadcast whose row is locked until the transaction ends: nothing of it is handed over meanwhile that is not under way already. */
export async function lockBroadcast(tx: Queryable, workspace: number, id: string): Promise<StoredBroadcast | null> {
  const [row] = await tx.query('select * from broadcast where workspace_id = $1 and broadcast_id = $2 for update', [workspace, id]);
  return row ? toBroadcast(row) : null;
}

/** Broadcasts as the last check reads them, locked in order: those that keep a pace for ourselves alone, the others so that they are not paused or ended meanwhile. */
export async function lockToSend(tx: Queryable, ids: readonly string[]): Promise<StoredBroadcast[]> {
  if (ids.length === 0) return [];
  const alone = await tx.query(
    "select * from broadcast where broadcast_id = any($1::uuid[]) and plan ->> 'perMinute' is not null order by broadcast_id for update",
    [[...ids]],
  );
  const others = await tx.query(
    "select * from broadcast where broadcast_id = any($1::uuid[]) and plan ->> 'perMinute' is null order by broadcast_id for share",
    [[...ids]],
  );
  return [...alone, ...others].map(toBroadcast);
}

export async function savePace(tx: Queryable, id: string, pace: StoredBroadcast['pace']): Promise<void> {
  await tx.query('update broadcast set pace = $2 where broadcast_id = $1', [id, JSON.stringify(pace)]);
}

/** Writes a broadcast whose row is locked, but for its pace and its figures. */
export async function updateBroadcast(tx: Queryable, broadcast: StoredBroadcast): Promise<void> {
  await tx.query(
    `update broadcast set state = $2, plan = $3, content = $4, ahead = $5, starts_at = $6, frozen_at = $7, frozen_lanes = $8, audience = $9, paused_at = $10, ended_at = $11, settled = $12,
       updated_at = $13, updated_by = $14, reason = $15, experiment = $16 where broadcast_id = $1`,
    [
      broadcast.id,
      broadcast.state,
      JSON.stringify(broadcast.plan),
      broadcast.content === null ? null : JSON.stringify(broadcast.content),
      broadcast.ahead,
      isoOrNull(broadcast.startsAt),
      isoOrNull(broadcast.frozenAt),
      broadcast.frozenLanes,
      broadcast.audience,
      isoOrNull(broadcast.pausedAt),
      isoOrNull(broadcast.endedAt),
      broadcast.settled,
      toIso(broadcast.updatedAt),
      broadcast.updatedBy,
      broadcast.reason,
      broadcast.experiment === null ? null : JSON.stringify(broadcast.experiment),
    ],
  );
}

export async function deleteBroadcast(tx: Queryable, id: string): Promise<void> {
  await tx.query('delete from broadcast_estimate where broadcast_id = $1', [id]);
  await tx.query('delete from broadcast where broadcast_id = $1', [id]);
}

export async function listBroadcasts(
  tx: Queryable,
  workspace: number,
  filter: { state?: BroadcastState | undefined; cursor?: string | undefined; limit: number },
): Promise<{ items: StoredBroadcast[]; next: string | null }> {
  const place = decodeCursor(filter.cursor, 'instant', 'uuid');
  const rows = await tx.query(
    `select * from broadcast where workspace_id = $1 and ($2::text is null or state = $2)
     and ($3::timestamptz is null or (created_at, broadcast_id) < ($3::timestamptz, $4::uuid)) order by created_at desc, broadcast_id desc limit $5`,
    [workspace, filter.state ?? null, place ? toIso(Number(place[0])) : null, place ? String(place[1]) : null, filter.limit + 1],
  );
  return toPage(rows, filter.limit, (row) => [row.created_at, row.broadcast_id], toBroadcast);
}

/** When a broadcast of a workspace next wants something done about it, as a part of a statement: `$1` is the workspace. */
export const broadcastDue = `select min(case
    when b.state = 'scheduled' or (b.state in ('freezing', 'paused') and b.frozen_lanes < 256) then b.starts_at
    when b.state = 'cancelled' then (case when exists (select 1 from broadcast_person w where w.broadcast_id = b.broadcast_id and w.state = 'waiting')
      or not exists (select 1 from message m where m.broadcast_id = b.broadcast_id and m.status in ('queued', 'held', 'sending')) then b.ended_at end)
    when b.state <> 'running' then null
    when b.experiment ->> 'taken' is null and b.experiment is not null then (case
      when exists (select 1 from broadcast_person w where w.broadcast_id = b.broadcast_id and w.state = 'waiting' and w.arm is not null) then (case
        when (select count(*) from (select 1 from message m where m.broadcast_id = b.broadcast_id and (m.status = 'queued' or (m.status = 'held' and m.reason = 'pace')) limit b.ahead) o) < b.ahead
        then (select min(w.due_at) from broadcast_person w where w.broadcast_id = b.broadcast_id and w.state = 'waiting' and w.arm is not null) end)
      when b.experiment ->> 'decideAt' is null then b.starts_at
      when b.plan -> 'experiment' ->> 'decides' = 'by-itself' then (b.experiment ->> 'decideAt')::timestamptz end)
    when (select count(*) from (select 1 from message m where m.broadcast_id = b.broadcast_id and (m.status = 'queued' or (m.status = 'held' and m.reason = 'pace')) limit b.ahead) o) < b.ahead
      and exists (select 1 from broadcast_person w where w.broadcast_id = b.broadcast_id and w.state = 'waiting')
      then (select w.due_at from broadcast_person w where w.broadcast_id = b.broadcast_id and w.state = 'waiting' order by w.due_at limit 1)
    when not exists (select 1 from message m where m.broadcast_id = b.broadcast_id and m.status in ('queued', 'held', 'sending'))
      and not exists (select 1 from broadcast_person w where w.broadcast_id = b.broadcast_id and w.state = 'waiting') then b.starts_at end)
  from broadcast b where b.workspace_id = $1 and (b.state in ('scheduled', 'freezing', 'running', 'paused') or not b.settled)`;

export async function nextBroadcast(tx: Queryable, workspace: number): Promise<Instant | null> {
  const [row] = await tx.query(`select (${broadcastDue}) as next`, [workspace]);
  return row!.next;
}

/** Broadcasts that the loop looks after: those that are to begin or under way, and those that have ended with people left to be told so. */
export async function openBroadcasts(tx: Queryable, workspaces: readonly number[]): Promise<StoredBroadcast[]> {
  const rows = await tx.query(
    `select * from broadcast where workspace_id = any($1::int[]) and (state in ('scheduled', 'freezing', 'running', 'paused') or not settled) order by starts_at, broadcast_id`,
    [[...workspaces]],
  );
  return rows.map(toBroadcast);
}

// --------------------------------------------------------------------------------------------------------------------------- the audience

/** Whose memberships count: any of these segments, none of those. */
export interface Audience {
  segments: readonly string[];
  without: readonly string[];
}

/** `before` is how many belong to any of the segments; `people` are left of them. */
export async function countAudience(tx: Queryable, workspace: number, of: Audience): Promise<{ before: number; people: number }> {
  const [row] = await tx.query(
    `with a as (select distinct m.lane, m.person_id from membership m where m.workspace_id = $1 and m.segment = any($2::text[]))
     select count(*)::int as before, (count(*) filter (where not exists
       (select 1 from membership x where x.lane = a.lane and x.person_id = a.person_id and x.segment = any($3::text[]))))::int as people from a`,
    [workspace, [...of.segments], [...of.without]],
  );
  return { before: row!.before, people: row!.people };
}

/** The zones in which people of an audience live; null where it is not known. */
export async function zonesOf(tx: Queryable, workspace: number, of: Audience, lanes: readonly number[] | null): Promise<(string | null)[]> {
  const rows = await tx.query(
    `select distinct p.zone from person p where p.workspace_id = $1 and ($4::smallint[] is null or p.lane = any($4::smallint[])) and p.merged_into is null and p.erased_at is null
     and exists (select 1 from membership m where m.lane = p.lane and m.person_id = p.person_id and m.segment = any($2::text[]))
     and not exists (select 1 from membership x where x.lane = p.lane and x.person_id = p.person_id and x.segment = any($3::text[]))`,
    [workspace, [...of.segments], [...of.without], lanes === null ? null : [...lanes]],
  );
  return rows.map((row) => row.zone);
}

/** Writes down who of some lanes belongs to the audience, each with when it is their turn by their zone; answers how many. Whoever came in after the start does not count. */
export async function freeze(
  tx: Queryable,
  given: {
    id: string;
    workspace: number;
    of: Audience;
    lanes: readonly number[];
    since: Instant;
    turns: readonly { zone: string | null; at: Instant }[];
    otherwise: Instant;
  },
): Promise<number> {
  const rows = await tx.query(
    `with zone as (select * from unnest($7::text[], $8::timestamptz[]) as z (zone, at)),
       frozen as (insert into broadcast_person (lane, person_id, broadcast_id, workspace_id, due_at)
         select a.lane, a.person_id, $1, $2, coalesce(z.at, $9)
         from (select distinct m.lane, m.person_id from membership m where m.lane = any($5::smallint[]) and m.workspace_id = $2 and m.segment = any($3::text[]) and m.since <= $6) a
         join person p on p.lane = a.lane and p.person_id = a.person_id and p.merged_into is null and p.erased_at is null
         left join zone z on z.zone is not distinct from p.zone
         where not exists (select 1 from membership x where x.lane = a.lane and x.person_id = a.person_id and x.segment = any($4::text[]))
         on conflict do nothing returning 1)
     select count(*)::int as n from frozen`,
    [
      given.id,
      given.workspace,
      [...given.of.segments],
      [...given.of.without],
      [...given.lanes],
      toIso(given.since),
      given.turns.map((each) => each.zone),
      given.turns.map((each) => toIso(each.at)),
      toIso(given.otherwise),
    ],
  );
  return rows[0]!.n;
}

/** The next people of an audience after a place, with nothing frozen: for an estimate. */
export async function audienceAfter(
  tx: Queryable,
  workspace: number,
  of: Audience,
  after: string | null,
  limit: number,
): Promise<{ people: string[]; next: string | null }> {
  const [lane, person] = after === null ? [-1, '00000000-0000-0000-0000-000000000000'] : after.split('/');
  const rows = await tx.query(
    `with a as (select distinct m.lane, m.person_id from membership m where (m.lane, m.person_id) > ($4::smallint, $5::uuid) and m.workspace_id = $1 and m.segment = any($2::text[])
       order by m.lane, m.person_id limit $6)
     select a.lane, a.person_id, exists (select 1 from membership x where x.lane = a.lane and x.person_id = a.person_id and x.segment = any($3::text[])) as out from a order by a.lane, a.person_id`,
    [workspace, [...of.segments], [...of.without], Number(lane), person!, limit],
  );
  const last = rows.at(-1);
  return {
    people: rows.filter((row) => !row.out).map((row) => row.person_id),
    next: rows.length < limit ? null : `${last!.lane}/${last!.person_id}`,
  };
}

// ------------------------------------------------------------------------------------------------------------------------ frozen people

/** How many messages of a broadcast have been made and not yet looked at by the last check, or wait for their turn in the pace; counted up to a bound. */
export async function countAhead(tx: Queryable, id: string, bound: number): Promise<number> {
  const [row] = await tx.query(
    "select count(*)::int as n from (select 1 from message where broadcast_id = $1 and (status = 'queued' or (status = 'held' and reason = 'pace')) limit $2) o",
    [id, bound],
  );
  return row!.n;
}

export interface Waiting {
  person: string;
  /** Its arm of the experiment; null for the rest. */
  arm: string | null;
  /** Whom they became; null when nobody. */
  mergedInto: string | null;
}

/** The next people whose turn it is, in order; while an experiment is not decided, those who take part alone. */
export async function nextWaiting(tx: Queryable, id: string, now: Instant | null, limit: number, armsAlone: boolean): Promise<Waiting[]> {
  const rows = await tx.query(
    `select w.person_id, w.arm, p.merged_into, p.person_id is null as gone from (select * from broadcast_person where broadcast_id = $1 and state = 'waiting' and due_at <= coalesce($2, 'infinity'::timestamptz) and (arm is not null or not $4)
       order by due_at, lane, person_id limit $3) w left join person p on p.lane = w.lane and p.person_id = w.person_id order by w.due_at, w.lane, w.person_id`,
    [id, isoOrNull(now), limit, armsAlone],
  );
  return rows.map((row) => ({ person: row.person_id, arm: row.arm, mergedInto: row.gone ? row.person_id : row.merged_into }));
}

/** Ticks off those of these people who wait still and are somebody of their own, whose lanes are locked; answers who. */
export async function tickOff(tx: Queryable, id: string, people: readonly string[]): Promise<string[]> {
  if (people.length === 0) return [];
  const rows = await tx.query(
    `update broadcast_person b set state = 'asked' from unnest($2::smallint[], $3::uuid[]) as w (lane, person_id)
     where b.lane = w.lane and b.person_id = w.person_id and b.broadcast_id = $1 and b.state = 'waiting'
       and exists (select 1 from person p where p.lane = w.lane and p.person_id = w.person_id and p.merged_into is null) returning b.person_id`,
    [id, people.map(laneOf), [...people]],
  );
  return rows.map((row) => row.person_id);
}

/** Ticks off somebody who waits still and has become somebody else; false when they do not wait any more. */
export async function tickOffAs(tx: Queryable, id: string, person: string, state: 'asked' | 'joined'): Promise<boolean> {
  const rows = await tx.query(
    "update broadcast_person set state = $4 where lane = $1 and person_id = $2 and broadcast_id = $3 and state = 'waiting' returning 1 as ticked",
    [laneOf(person), person, id, state],
  );
  return rows.length > 0;
}

/** The people of some lanes who were written down. */
export async function frozenIn(tx: Queryable, id: string, lanes: readonly number[]): Promise<string[]> {
  const rows = await tx.query('select person_id from broadcast_person where lane = any($2::smallint[]) and broadcast_id = $1', [
    id,
    [...lanes],
  ]);
  return rows.map((row) => row.person_id);
}

/** Writes down who takes part in the experiment, and in which arm. */
export async function assignArms(tx: Queryable, id: string, given: readonly { person: string; arm: string }[]): Promise<void> {
  if (given.length === 0) return;
  await tx.query(
    `update broadcast_person b set arm = w.arm from unnest($2::smallint[], $3::uuid[], $4::text[]) as w (lane, person_id, arm)
     where b.lane = w.lane and b.person_id = w.person_id and b.broadcast_id = $1`,
    [id, given.map(({ person }) => laneOf(person)), given.map(({ person }) => person), given.map(({ arm }) => arm)],
  );
}

/** Whether somebody who takes part in the experiment waits still. */
export async function armsWait(tx: Queryable, id: string): Promise<boolean> {
  const [row] = await tx.query(
    "select exists (select 1 from broadcast_person where broadcast_id = $1 and state = 'waiting' and arm is not null) as open",
    [id],
  );
  return row!.open;
}

/** Whether somebody is of the audience themselves, or has a message of the broadcast. */
export async function isReached(tx: Queryable, id: string, person: string): Promise<boolean> {
  const rows = await tx.query(
    `select 1 as there from broadcast_person where lane = $1 and person_id = $2 and broadcast_id = $3
     union all select 1 from message where lane = $1 and person_id = $2 and broadcast_id = $3 limit 1`,
    [laneOf(person), person, id],
  );
  return rows.length > 0;
}

/** Whether somebody waits, or a message of the broadcast may still go out. */
export async function isUnderWay(tx: Queryable, id: string): Promise<boolean> {
  const [row] = await tx.query(
    `select exists (select 1 from broadcast_person where broadcast_id = $1 and state = 'waiting')
       or exists (select 1 from message where broadcast_id = $1 and status in ('queued', 'held', 'sending')) as open`,
    [id],
  );
  return row!.open;
}

/** When the next people are due who are not yet. */
export async function nextTurn(tx: Queryable, id: string): Promise<Instant | null> {
  const [row] = await tx.query(
    "select due_at from broadcast_person where broadcast_id = $1 and state = 'waiting' order by due_at limit 1",
    [id],
  );
  return row?.due_at ?? null;
}

/** Other messages of these broadcasts to these people: somebody who was two people has one of each. */
export async function siblingsOf(
  tx: Queryable,
  wanted: readonly { person: string; broadcast: string; id: string }[],
): Promise<{ of: string; id: string; status: MessageStatus; details: JsonObject }[]> {
  if (wanted.length === 0) return [];
  const rows = await tx.query(
    `select w.message_id as of, m.message_id, m.status, m.details from unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::uuid[]) as w (lane, person_id, broadcast_id, message_id)
     cross join lateral (select * from message m where m.lane = w.lane and m.person_id = w.person_id and m.broadcast_id = w.broadcast_id and m.message_id <> w.message_id) m`,
    [
      wanted.map((each) => laneOf(each.person)),
      wanted.map((each) => each.person),
      wanted.map((each) => each.broadcast),
      wanted.map((each) => each.id),
    ],
  );
  return rows.map((row) => ({ of: row.of, id: row.message_id, status: row.status, details: row.details }));
}

// ---------------------------------------------------------------------------------------------------------- pause, resume, cancel, figures

/** Takes what was claimed and has not begun to leave back from the senders, until an instant. What begins just now is locked by whoever hands it over, and goes. */
export async function takeBack(tx: Queryable, id: string, until: Instant): Promise<void> {
  await tx.query(
    `with c as (select * from message where broadcast_id = $1 and status = 'sending' and begun_at is null for update skip locked)
     update message m set status = 'held', reason = 'paused', sender = null, claimed_at = to_timestamp((c.details ->> 'mayHaveArrivedAt')::float8 / 1000), due_at = $2
     from c where m.lane = c.lane and m.person_id = c.person_id and m.message_id = c.message_id and m.stored_at = c.stored_at`,
    [id, toIso(until)],
  );
}

/** Lets paused messages go on; each keeps as long as it had when it was paused. */
export async function releasePaused(tx: Queryable, id: string, now: Instant, paused: number): Promise<void> {
  await tx.query(
    `update message set due_at = case when reason = 'paused' then $2::timestamptz else due_at end, expires_at = expires_at + $3 * interval '1 millisecond'
     where broadcast_id = $1 and status in ('queued', 'held')`,
    [id, toIso(now), paused],
  );
}

/** Skips everything of a broadcast that has not begun to leave; answers how many messages that were. */
export async function skipOpen(tx: Queryable, id: string, details: JsonObject): Promise<number> {
  const rows = await tx.query(
    `with c as (select * from message where broadcast_id = $1 and status = 'sending' and begun_at is null for update skip locked),
       o as (select * from message where broadcast_id = $1 and status in ('queued', 'held') for update),
       done as (update message m set status = 'skipped', reason = 'broadcast-cancelled', sender = null, details = m.details || $2::jsonb,
           claimed_at = to_timestamp((c.details ->> 'mayHaveArrivedAt')::float8 / 1000)
         from (select * from c union all select * from o) c
         where m.lane = c.lane and m.person_id = c.person_id and m.message_id = c.message_id and m.stored_at = c.stored_at returning 1)
     select count(*)::int as n from done`,
    [id, JSON.stringify(details)],
  );
  return rows[0]!.n;
}

export async function countFigures(
  tx: Queryable,
  id: string,
): Promise<{ figures: BroadcastFigures; reasons: { status: MessageStatus; reason: MessageReason; people: number }[] }> {
  const messages = await tx.query(
    `select status, reason, count(*)::int as n, count(*) filter (where opens > 0)::int as opened, count(*) filter (where clicks > 0)::int as clicked
     from message where broadcast_id = $1 group by status, reason order by n desc`,
    [id],
  );
  const people = await tx.query(
    "select state, count(*)::int as n from broadcast_person where broadcast_id = $1 and state <> 'asked' group by state",
    [id],
  );
  const figures = { ...noFigures };
  for (const row of messages) {
    figures[row.status as MessageStatus] += row.n;
    figures.opened += row.opened;
    figures.clicked += row.clicked;
  }
  for (const row of people) figures[row.state as 'waiting' | 'joined'] = row.n;
  return {
    figures,
    reasons: messages.filter((row) => row.reason !== null).map((row) => ({ status: row.status, reason: row.reason, people: row.n })),
  };
}

export async function saveFigures(tx: Queryable, id: string, figures: BroadcastFigures, now: Instant): Promise<void> {
  await tx.query('update broadcast set figures = $2, figures_at = $3 where broadcast_id = $1', [id, JSON.stringify(figures), toIso(now)]);
}

/** Broadcasts whose figures were counted too long ago: those under way before `active`, those that have ended since `endedSince` before `ended`. */
export async function staleFigures(
  tx: Queryable,
  workspaces: readonly number[],
  before: { active: Instant; ended: Instant; endedSince: Instant },
): Promise<{ id: string; workspace: number }[]> {
  const rows = await tx.query(
    `select broadcast_id, workspace_id from broadcast where workspace_id = any($1::int[]) and state not in ('draft', 'scheduled')
       and (figures_at is null or (case when ended_at is null or not settled then figures_at < $2 else figures_at < $3 and updated_at > $4 end)) limit 5`,
    [[...workspaces], toIso(before.active), toIso(before.ended), toIso(before.endedSince)],
  );
  return rows.map((row) => ({ id: row.broadcast_id, workspace: row.workspace_id }));
}

/** People of a broadcast without a message, in the order of their ids. */
export async function listFrozen(
  tx: Queryable,
  id: string,
  filter: { state: 'waiting' | 'joined'; cursor?: string | undefined; limit: number },
): Promise<{ items: { person: string; dueAt: Instant }[]; next: string | null }> {
  const place = decodeCursor(filter.cursor, 'uuid');
  const values: Bindable[] = [id, filter.state, place ? String(place[0]) : null, filter.limit + 1];
  const rows = await tx.query(
    'select person_id, due_at from broadcast_person where broadcast_id = $1 and state = $2 and ($3::uuid is null or person_id > $3) order by person_id limit $4',
    values,
  );
  return toPage(
    rows,
    filter.limit,
    (row) => [row.person_id],
    (row) => ({ person: row.person_id, dueAt: row.due_at }),
  );
}

/** Removes who was in the audience of broadcasts that ended before an instant; their messages go with their own retention. */
export async function forgetAudiences(tx: Transaction, before: Instant): Promise<void> {
  await tx.query(
    'delete from broadcast_person w using broadcast b where b.broadcast_id = w.broadcast_id and b.settled and b.ended_at < $1',
    [toIso(before)],
  );
}
