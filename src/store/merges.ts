import { type Instant, toIso } from '#contract/instant.ts';
import type { Transaction } from './database.ts';
import { laneOf } from './identities.ts';

export async function recordMerge(
  tx: Transaction,
  merge: { person: string; loser: string; workspace: number; at: Instant; evidence: string; actor: string; undo: object },
): Promise<void> {
  await tx.query(
    'insert into merge (lane, person_id, loser_id, workspace_id, at, evidence, actor, undo) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing',
    [
      laneOf(merge.person),
      merge.person,
      merge.loser,
      merge.workspace,
      toIso(merge.at),
      merge.evidence,
      merge.actor,
      JSON.stringify(merge.undo),
    ],
  );
}

/** Tables whose rows follow a person as they are. */
const following = ['event', 'message', 'decision', 'task', 'run_step', 'field_refusal'] as const;

/** Moves what belongs to one person to another, whose lanes are both locked. Runs as the owner: some of these tables are append-only to everybody else. */
export async function moveHistory(
  tx: Transaction,
  move: { winner: string; loser: string; keepJourneys: string[]; takesStage: boolean; at: Instant },
): Promise<void> {
  const who = [laneOf(move.winner), move.winner, laneOf(move.loser), move.loser];
  // A client that gave one message id under both names has stored it with both; the person did it once.
  await tx.query(
    'delete from event e using event w where e.lane = $3 and e.person_id = $4 and w.lane = $1 and w.person_id = $2 and w.event_id = e.event_id',
    who,
  );
  await tx.query(
    'delete from decision d using decision w where d.lane = $3 and d.person_id = $4 and w.lane = $1 and w.person_id = $2 and w.decision_id = d.decision_id',
    who,
  );
  for (const table of following) await tx.query(`update ${table} set lane = $1, person_id = $2 where lane = $3 and person_id = $4`, who);
  await tx.query('update identity set lane = $1, person_id = $2 where person_id = $3', [laneOf(move.winner), move.winner, move.loser]);
  await tx.query('update inbox set lane = $1, person_id = $2 where lane = $3 and person_id = $4', who);
  await tx.query(
    "update run set status = 'ended', ended_at = $3, end_reason = 'end: joined with a run of the same person' where lane = $1 and person_id = $2 and status = 'live' and journey = any($4::text[])",
    [laneOf(move.loser), move.loser, toIso(move.at), move.keepJourneys],
  );
  await tx.query('update run set lane = $1, person_id = $2 where lane = $3 and person_id = $4', who);
  await tx.query(
    'update consent set lane = $1, person_id = $2, seq = seq + (select coalesce(max(seq) + 1, 0) from consent c where c.lane = $1 and c.person_id = $2) where lane = $3 and person_id = $4',
    who,
  );
  if (move.takesStage) await tx.query('update stage_history set lane = $1, person_id = $2 where lane = $3 and person_id = $4', who);
  await tx.query('delete from membership where lane = $1 and person_id = $2', [laneOf(move.loser), move.loser]);
  await tx.query('delete from wake where lane = $1 and person_id = $2', [laneOf(move.loser), move.loser]);
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
  'field_refusal',
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
    await tx.query('delete from identity where person_id = any($1::uuid[])', [whole.map((row) => row.person_id)]);
    await tx.query('delete from mail where person_id = any($1::uuid[])', [whole.map((row) => row.person_id)]);
  }
  return rows.map((row) => row.person_id);
}
