import { type Instant, toIso } from '#contract/instant.ts';
import { decodeCursor, toPage } from './cursor.ts';
import type { Queryable, Row, Transaction } from './database.ts';
import { closeTasksOf } from './histories.ts';
import { laneOf } from './identities.ts';
import type { StoredPerson } from './people.ts';

/** What is needed to undo a merge: both people as they were, and what was dropped because both had it. */
export interface Undo {
  winner: StoredPerson;
  loser: StoredPerson;
  /** The winner's events that were stored in the same instant as the merge: the others are told apart by when they were stored. */
  before: string[];
  dropped: { event: Row[]; decision: Row[] };
  /** The winner's names, as `nameKey` writes them. */
  names: string[];
}

export interface StoredMerge {
  id: string;
  person: string;
  loser: string;
  workspace: number;
  /** By the workspace's clock, and by the machine's. */
  at: Instant;
  storedAt: Instant;
  evidence: string;
  actor: string;
  reason: string | null;
  /** Null for a merge that was made before undoing was possible. */
  undo: Undo | null;
  undone: { at: Instant; by: string; reason: string } | null;
}

const toMerge = (row: Row): StoredMerge => ({
  id: row.merge_id,
  person: row.person_id,
  loser: row.loser_id,
  workspace: row.workspace_id,
  at: row.at,
  storedAt: row.stored_at,
  evidence: row.evidence,
  actor: row.actor,
  reason: row.reason,
  undo: row.undo?.before ? row.undo : null,
  undone: row.undone_at === null ? null : { at: row.undone_at, by: row.undone_by, reason: row.undone_reason },
});

export async function recordMerge(tx: Transaction, merge: Omit<StoredMerge, 'undone'>): Promise<void> {
  await tx.query(
    'insert into merge (lane, person_id, merge_id, loser_id, workspace_id, at, stored_at, evidence, actor, reason, undo) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
    [
      laneOf(merge.person),
      merge.person,
      merge.id,
      merge.loser,
      merge.workspace,
      toIso(merge.at),
      toIso(merge.storedAt),
      merge.evidence,
      merge.actor,
      merge.reason,
      JSON.stringify(merge.undo),
    ],
  );
}

/** Everybody who has become one of these people, with whom they became first. */
export async function membersOf(
  tx: Queryable,
  people: readonly string[],
): Promise<{ person: string; into: string | null; root: string }[]> {
  const rows = await tx.query(
    `with recursive whole (person_id, into_id, root, hops) as (
       select p, null::uuid, p, 0 from unnest($1::uuid[]) p
       union all select p.person_id, p.merged_into, w.root, w.hops + 1 from person p join whole w on p.merged_into = w.person_id where w.hops < 1000)
     select person_id, into_id, root from whole`,
    [[...people]],
  );
  return rows.map((row) => ({ person: row.person_id, into: row.into_id, root: row.root }));
}

/** The merges into these people that stand, oldest first. */
export async function standingMerges(tx: Queryable, people: readonly string[]): Promise<StoredMerge[]> {
  const rows = await tx.query(
    `select m.* from unnest($1::smallint[], $2::uuid[]) as w (lane, person_id) join merge m on m.lane = w.lane and m.person_id = w.person_id
     where m.undone_at is null order by m.seq`,
    [people.map(laneOf), [...people]],
  );
  return rows.map(toMerge);
}

/** Every merge into these people, newest first, undone ones too. */
export async function mergesInto(tx: Queryable, people: readonly string[]): Promise<StoredMerge[]> {
  const rows = await tx.query(
    `select m.* from unnest($1::smallint[], $2::uuid[]) as w (lane, person_id) join merge m on m.lane = w.lane and m.person_id = w.person_id
     order by m.seq desc limit 500`,
    [people.map(laneOf), [...people]],
  );
  return rows.map(toMerge);
}

export async function listUndone(tx: Queryable, workspace: number, filter: { cursor?: string | undefined; limit: number }) {
  const place = decodeCursor(filter.cursor, 'instant', 'uuid');
  const rows = await tx.query(
    `select * from merge where workspace_id = $1 and undone_at is not null
     and ($2::timestamptz is null or (undone_at, merge_id) < ($2::timestamptz, $3::uuid)) order by undone_at desc, merge_id desc limit $4`,
    [workspace, place ? toIso(Number(place[0])) : null, place ? String(place[1]) : null, filter.limit + 1],
  );
  return toPage(rows, filter.limit, (row) => [row.undone_at, row.merge_id], toMerge);
}

/** Tables whose rows follow a person, and say whose they were first. */
const following = ['event', 'message', 'decision', 'task', 'run_step', 'run'] as const;
/** Tables whose rows say by their evidence whose they are. */
export const byEvidence = ['field_refusal', 'membership_log', 'score_log'] as const;

/**
 * Moves what belongs to one person to another, whose lanes are both locked. Runs as the owner: some of these tables are append-only to everybody else. Answers what was
 * dropped because both had it.
 */
export async function moveHistory(
  tx: Transaction,
  move: { winner: string; loser: string; keepJourneys: string[]; stage: 'winner' | 'loser'; at: Instant },
): Promise<Undo['dropped']> {
  const who = [laneOf(move.winner), move.winner, laneOf(move.loser), move.loser];
  // A client that gave one message id under both names has stored it with both; the person did it once.
  const events = await tx.query(
    'delete from event e using event w where e.lane = $3 and e.person_id = $4 and w.lane = $1 and w.person_id = $2 and w.event_id = e.event_id returning to_jsonb(e)::text as row',
    who,
  );
  const decisions = await tx.query(
    'delete from decision d using decision w where d.lane = $3 and d.person_id = $4 and w.lane = $1 and w.person_id = $2 and w.decision_id = d.decision_id returning to_jsonb(d)::text as row',
    who,
  );
  const [loser, winner] = [
    [laneOf(move.loser), move.loser],
    [laneOf(move.winner), move.winner],
  ] as const;
  const joined = await tx.query(
    "update run set status = 'ended', ended_at = $3, end_reason = 'merged: it was joined with a run of the same person' where lane = $1 and person_id = $2 and status = 'live' and journey = any($4::text[]) returning run_id",
    [...loser, toIso(move.at), move.keepJourneys],
  );
  await closeTasksOf(
    tx,
    joined.map((row) => ({ person: move.loser, run: row.run_id })),
    move.at,
  );
  for (const table of following)
    await tx.query(
      `update ${table} set lane = $1, person_id = $2, origin = coalesce(origin, person_id) where lane = $3 and person_id = $4`,
      who,
    );
  for (const table of byEvidence) await tx.query(`update ${table} set lane = $1, person_id = $2 where lane = $3 and person_id = $4`, who);
  // A name comes with the fact that brings it: whoever sees that fact sees the name, when it is looked for afterwards.
  await tx.query('update inbox set lane = $1, person_id = $2 where lane = $3 and person_id = $4', who);
  await moveNames(tx, move.loser, move.winner);
  await tx.query(
    'update consent set lane = $1, person_id = $2, origin = coalesce(origin, person_id), seq = seq + (select coalesce(max(seq) + 1, 0) from consent c where c.lane = $1 and c.person_id = $2) where lane = $3 and person_id = $4',
    who,
  );
  if (move.stage === 'loser') {
    // The winner's stage may be one that somebody lower gave; their history goes back to them.
    for (const { origin } of await tx.query(
      'select distinct origin from stage_history where lane = $1 and person_id = $2 and origin is not null',
      [...winner],
    ))
      await tx.query(
        'update stage_history set lane = $3, person_id = $4, origin = null where lane = $1 and person_id = $2 and origin = $4',
        [...winner, laneOf(origin), origin],
      );
    await tx.query(
      'update stage_history set lane = $1, person_id = $2, origin = coalesce(origin, person_id) where lane = $3 and person_id = $4',
      who,
    );
  }
  await tx.query(
    `insert into membership (lane, person_id, segment, workspace_id, since) select $1, $2, segment, workspace_id, since from membership where lane = $3 and person_id = $4
     on conflict (lane, person_id, segment) do update set since = least(membership.since, excluded.since)`,
    who,
  );
  await tx.query('delete from membership where lane = $1 and person_id = $2', [...loser]);
  await tx.query('delete from wake where lane = $1 and person_id = $2', [...loser]);
  await tx.query(
    `insert into loop_lock (lane, person_id, workspace_id, journeys, since) select $1, $2, workspace_id, journeys, since from loop_lock where lane = $3 and person_id = $4
     on conflict (lane, person_id) do update set journeys = array(select distinct j from unnest(loop_lock.journeys || excluded.journeys) j order by j),
       since = least(loop_lock.since, excluded.since)`,
    who,
  );
  await tx.query('delete from loop_lock where lane = $1 and person_id = $2', [...loser]);
  // Whoever they have become is stopped too.
  await tx.query(
    `insert into kill_switch (workspace_id, scope, stopped_at, by, reason) select workspace_id, 'person:' || $1, stopped_at, by, reason from kill_switch where scope = 'person:' || $2
     on conflict (workspace_id, scope) do nothing`,
    [move.winner, move.loser],
  );
  await tx.query("delete from kill_switch where scope = 'person:' || $1", [move.loser]);
  // Whoever lets two people be joined has looked at both.
  for (const table of ['identity_hold', 'held_join']) await tx.query(`delete from ${table} where lane = $1 and person_id = $2`, [...loser]);
  const parsed = (rows: readonly Row[]): Row[] => rows.map((row) => JSON.parse(row.row) as Row);
  return { event: parsed(events), decision: parsed(decisions) };
}

/** The person's events that were stored at an instant. */
export async function eventsStoredAt(tx: Queryable, person: string, at: Instant): Promise<string[]> {
  const rows = await tx.query('select event_id from event where lane = $1 and person_id = $2 and stored_at >= $3', [
    laneOf(person),
    person,
    toIso(at),
  ]);
  return rows.map((row) => row.event_id);
}

/**
 * Moves names that still point to somebody who has become another: on Postgres a name may be resolved in the very moment of a merge. The fact that brought it comes
 * by and takes it along, under the lock of the lane that it is in.
 */
export async function moveNames(tx: Queryable, person: string, into: string): Promise<void> {
  await tx.query('update identity set lane = $1, person_id = $2, origin = coalesce(origin, person_id) where person_id = $3', [
    laneOf(into),
    into,
    person,
  ]);
}

/** Tables that hold rows about a person. */
const aboutPeople = [
  'event',
  'message',
  'decision',
  'task',
  'run_step',
  'run',
  'consent',
  'stage_history',
  'membership',
  'wake',
  'merge',
  'inbox',
  'kept_apart',
  'identity_hold',
  'held_join',
  'broadcast_person',
  'loop_lock',
  'exposure',
  ...byEvidence,
] as const;

/** Removes everything about people who were erased, but the empty row that says so and the hash in the suppression list. Answers who. */
export async function removeErased(tx: Transaction, limit: number): Promise<string[]> {
  const rows = await tx.query("select person_id from person where erased_at is not null and state ? 'erasing' limit $1", [limit]);
  for (const { person_id: person } of rows) {
    await tx.query(
      `delete from refusal r using person p where p.lane = $1 and p.person_id = $2 and r.workspace_id = p.workspace_id and jsonb_typeof(p.state -> 'erasing') = 'array'
       and exists (select 1 from jsonb_array_elements_text(p.state -> 'erasing') v where length(v) > 2 and position(v in r.raw) > 0)`,
      [laneOf(person), person],
    );
    await tx.query(
      `delete from import_row r using person p where p.lane = $1 and p.person_id = $2 and r.workspace_id = p.workspace_id and jsonb_typeof(p.state -> 'erasing') = 'array'
       and exists (select 1 from jsonb_array_elements_text(p.state -> 'erasing') v where length(v) > 2 and position(lower(v) in lower(r.cells::text)) > 0)`,
      [laneOf(person), person],
    );
    for (const table of ['identity_refused', 'identity_seen'])
      await tx.query(
        `delete from ${table} r using person p where p.lane = $1 and p.person_id = $2 and r.workspace_id = p.workspace_id and jsonb_typeof(p.state -> 'erasing') = 'array'
         and r.value in (select jsonb_array_elements_text(p.state -> 'erasing'))`,
        [laneOf(person), person],
      );
    const whole = await tx.query(
      'with recursive whole (person_id) as (select $1::uuid union select p.person_id from person p join whole w on p.merged_into = w.person_id) select person_id from whole',
      [person],
    );
    for (const { person_id: each } of whole) {
      for (const table of aboutPeople) await tx.query(`delete from ${table} where lane = $1 and person_id = $2`, [laneOf(each), each]);
      await tx.query(
        "update person set state = '{}', traits = '{}', email = null, phone = null, name = null, user_id = null, first_source = null where lane = $1 and person_id = $2",
        [laneOf(each), each],
      );
    }
    for (const table of ['identity', 'identity_refused', 'identity_seen'])
      await tx.query(`delete from ${table} where person_id = any($1::uuid[])`, [whole.map((row) => row.person_id)]);
    for (const table of ['kept_apart', 'held_join'])
      await tx.query(`delete from ${table} where other_id = any($1::uuid[])`, [whole.map((row) => row.person_id)]);
    await tx.query("delete from kill_switch where scope in (select 'person:' || p from unnest($1::text[]) p)", [
      whole.map((row) => row.person_id),
    ]);
    // A merge that was undone holds the other as they were.
    await tx.query('delete from merge where loser_id = any($1::uuid[])', [whole.map((row) => row.person_id)]);
    await tx.query('delete from rehearsal_run where person_id = any($1::uuid[])', [whole.map((row) => row.person_id)]);
    // What is being learned of people knows no persons, but may hold what this one said: it is learned again.
    await tx.query(
      'update rehearsal r set learned = null from person p where p.lane = $1 and p.person_id = $2 and r.workspace_id = p.workspace_id and r.learned is not null',
      [laneOf(person), person],
    );
    await tx.query('delete from mail where person_id = any($1::uuid[])', [whole.map((row) => row.person_id)]);
  }
  return rows.map((row) => row.person_id);
}
