import { type Instant, toIso } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import { bulkInsert } from './bulk.ts';
import { broadcastDue } from './broadcasts.ts';
import type { Queryable } from './database.ts';

/** What people of practice workspaces are going to do, each at its instant by their workspace's clock. */

export interface StoredAct {
  id: number;
  dueAt: Instant;
  act: JsonObject;
  /** Whether it is the act of a person who has been erased since. */
  gone: boolean;
}

const insert = bulkInsert('practice_act', { workspace_id: 'int', due_at: 'timestamptz', act: 'jsonb' });

export const scheduleActs = (tx: Queryable, workspace: number, acts: readonly { dueAt: Instant; act: unknown }[]): Promise<void> =>
  insert(
    tx,
    acts.map((each) => ({ workspace_id: workspace, due_at: toIso(each.dueAt), act: JSON.stringify(each.act) })),
  );

/** Takes the acts that are due at an instant, the earliest first. */
export async function takeActs(tx: Queryable, workspace: number, now: Instant, limit: number): Promise<StoredAct[]> {
  const rows = await tx.query(
    `with due as (select act_id, due_at from practice_act where workspace_id = $1 and due_at <= $2 order by due_at, act_id limit $3 for update skip locked)
     delete from practice_act a using due where a.workspace_id = $1 and a.due_at = due.due_at and a.act_id = due.act_id
     returning a.act_id, a.due_at, a.act, a.act ? 'person' and exists
       (select 1 from person p where p.lane = ('x' || right(a.act ->> 'person', 2))::bit(8)::int and p.person_id = (a.act ->> 'person')::uuid and p.erased_at is not null) as gone`,
    [workspace, toIso(now), limit],
  );
  return rows
    .map((row) => ({ id: row.act_id as number, dueAt: row.due_at as Instant, act: row.act as JsonObject, gone: row.gone as boolean }))
    .sort((a, b) => a.dueAt - b.dueAt || a.id - b.id);
}

export async function countActs(tx: Queryable, workspace: number): Promise<number> {
  const [row] = await tx.query('select count(*) as n from practice_act where workspace_id = $1 and due_at < $2', [
    workspace,
    toIso(bookAt),
  ]);
  return row!.n;
}

/** Removes the acts of one kind that have not come yet. */
export async function dropActs(tx: Queryable, workspace: number, kind: string): Promise<void> {
  await tx.query(`delete from practice_act where workspace_id = $1 and act ->> 'do' = $2`, [workspace, kind]);
}

/** What a practice workspace keeps for itself, in a row among the acts that is never due: its seed, and up to where its mail has been noticed. */
export interface PracticeBook {
  seed: string;
  /** Mail until here has been noticed, but for stragglers; and the ids of what was noticed in the last while before it. */
  noticed: Instant;
  lately: string[];
  /** While the workspace is being brought to life: the day it began, by its own clock. Null when that is done. */
  seedingSince: Instant | null;
}
const bookAt: Instant = Date.UTC(9999, 11, 31);

/** The book, locked until the transaction ends, so that nothing is noticed twice; null when nobody behaves in this workspace. */
export async function lockBook(tx: Queryable, workspace: number): Promise<PracticeBook | null> {
  const [row] = await tx.query('select act from practice_act where workspace_id = $1 and due_at = $2 for update', [
    workspace,
    toIso(bookAt),
  ]);
  return row ? row.act : null;
}

export async function saveBook(tx: Queryable, workspace: number, book: PracticeBook): Promise<void> {
  await tx.query('update practice_act set act = $3 where workspace_id = $1 and due_at = $2', [
    workspace,
    toIso(bookAt),
    JSON.stringify(book),
  ]);
}

export const openBook = (tx: Queryable, workspace: number, book: PracticeBook): Promise<void> =>
  scheduleActs(tx, workspace, [{ dueAt: bookAt, act: book }]);

/** A mail that lies in the mailbox of a practice workspace, and whoever got it. */
export interface NewMail {
  id: string;
  person: string;
  userId: string | null;
  at: Instant;
  journey: string | null;
  step: string | null;
  template: string;
  templateVersion: number;
  topic: string;
  purpose: string;
  createdAt: Instant;
  orders: number;
  meetings: number;
}

/** Mail that came after an instant, but for some that are known, the earliest first. */
export async function mailSince(tx: Queryable, workspace: number, since: Instant, but: readonly string[]): Promise<NewMail[]> {
  const rows = await tx.query(
    `select m.mail_id, g.person_id, p.user_id, m.at, g.journey, g.step, g.template, g.template_version, g.topic, g.purpose, g.created_at, d.orders, d.meetings
     from mail m
     cross join lateral (select * from message g where g.message_id = m.mail_id and g.workspace_id = m.workspace_id limit 1) g
     cross join lateral (select * from person p where p.lane = g.lane and p.person_id = g.person_id and p.erased_at is null limit 1) p
     cross join lateral (select count(*) filter (where e.name = 'Order Completed') as orders, count(*) filter (where e.name = 'Meeting Booked') as meetings from event e where e.lane = g.lane and e.person_id = g.person_id) d
     where m.workspace_id = $1 and m.at > $2 and m.mail_id <> all($3::uuid[]) order by m.at, m.sent_to, m.mail_id`,
    [workspace, toIso(since), [...but]],
  );
  return rows.map((row) => ({
    id: row.mail_id,
    person: row.person_id,
    userId: row.user_id,
    at: row.at,
    journey: row.journey,
    step: row.step,
    template: row.template,
    templateVersion: row.template_version,
    topic: row.topic,
    purpose: row.purpose,
    createdAt: row.created_at,
    orders: row.orders,
    meetings: row.meetings,
  }));
}

/** What waits in a practice workspace: when the next of each kind is due by its clock, and what is under way. */
export interface Pending {
  act: Instant | null;
  wake: Instant | null;
  message: Instant | null;
  /** An entry of a journey on a schedule. */
  schedule: Instant | null;
  /** A version that is brought in step by step may come to its next share. */
  ramp: Instant | null;
  /** A broadcast begins, or people of one have their turn. */
  broadcast: Instant | null;
  /** Lanes in which facts wait, and whether a merge does. */
  lanes: number[];
  merges: boolean;
  /** Somebody hands over a message right now. */
  sending: boolean;
  /** Mail has come that has not been noticed. */
  mail: boolean;
}

/** All of it in one statement: looking is most of what turning a clock costs (embedded 0.5 ms, as six statements 2 ms). */
export async function pendingByClock(
  tx: Queryable,
  workspace: number,
  clock: number,
  mailSince: Instant,
  but: readonly string[],
): Promise<Pending> {
  const [row] = await tx.query(
    `select (select due_at from practice_act where workspace_id = $1 order by due_at limit 1) as act,
       (select due_at from wake where clock = $2 order by due_at limit 1) as wake,
       (select due_at from message where clock = $2 and status in ('queued', 'held') order by due_at limit 1) as message,
       (select due_at from journey_schedule where workspace_id = $1 order by due_at limit 1) as schedule,
       (select min(next_at) from ramp where workspace_id = $1 and state = 'rising') as ramp,
       (${broadcastDue}) as broadcast,
       array(select l.lane from lane l where exists (select 1 from inbox i where i.lane = l.lane and i.class < 9)) as lanes,
       exists (select 1 from lane l where exists (select 1 from inbox i where i.lane = l.lane and i.class = 9)) as merges,
       exists (select 1 from message where clock = $2 and status = 'sending') as sending,
       exists (select 1 from mail where workspace_id = $1 and at > $3 and mail_id <> all($4::uuid[])) as mail`,
    [workspace, clock, toIso(mailSince), [...but]],
  );
  return {
    act: row!.act !== null && row!.act < bookAt ? row!.act : null,
    wake: row!.wake,
    message: row!.message,
    schedule: row!.schedule,
    ramp: row!.ramp,
    broadcast: row!.broadcast,
    lanes: row!.lanes,
    merges: row!.merges,
    sending: row!.sending,
    mail: row!.mail,
  };
}

/** How a practice clock stands, locked until the transaction ends. */
export async function lockClock(tx: Queryable, clock: number): Promise<{ reading: Instant; setAt: Instant; running: boolean }> {
  const [row] = await tx.query('select reading, set_at, running from clock where clock = $1 for update', [clock]);
  return { reading: row!.reading, setAt: row!.set_at, running: row!.running };
}
