import { type IdentityKind, identityKinds } from '#contract/fact.ts';
import { type Instant, toIso } from '#contract/instant.ts';
import type { Queryable, Transaction } from './database.ts';
import { laneOf } from './identities.ts';
import { byEvidence, type Undo } from './merges.ts';

/** What a merge has moved goes back. Everything here runs as the owner, with the lanes of all who are concerned locked. */

/** How many events of a person belonged to some people before they were merged. */
export async function countOrigins(tx: Queryable, person: string, origins: readonly string[]): Promise<number> {
  const [row] = await tx.query('select count(*) as n from event where lane = $1 and person_id = $2 and origin = any($3::uuid[])', [
    laneOf(person),
    person,
    [...origins],
  ]);
  return row!.n;
}

export interface GivingBack {
  from: string;
  to: string;
  /** Everybody whose rows go back: who was merged, and those who had become them. */
  people: readonly string[];
  /** Later facts that go back. */
  facts: readonly string[];
  names: readonly { kind: IdentityKind; value: string }[];
  workspace: number;
  /** Why a way between two stages may be one that the lifecycle does not have. */
  reason: string;
  dropped: Undo['dropped'];
  since: Instant;
  /** Whether the address that the two had while they were one goes: what was sent there went to whoever keeps it, and counts toward their caps. */
  addressGoes: boolean;
}

/** Moves rows, names and histories back, and closes the gaps that they leave. A row says whose it was before a merge that still stands. */
export async function giveBack(tx: Transaction, move: GivingBack): Promise<void> {
  const [from, to] = [
    [laneOf(move.from), move.from],
    [laneOf(move.to), move.to],
  ] as const;
  const who = [...to, ...from, [...move.people]];
  await tx.query(
    `update event set lane = $1, person_id = $2, origin = case when origin = any($5::uuid[]) and origin <> $2 then origin end
     where lane = $3 and person_id = $4 and (origin = any($5::uuid[]) or event_id = any($6::uuid[]))`,
    [...who, [...move.facts]],
  );
  for (let round = 0; round < 5; round++) {
    await tx.query(
      `update run set lane = $1, person_id = $2, origin = case when origin = any($5::uuid[]) and origin <> $2 then origin end
       where lane = $3 and person_id = $4 and (origin = any($5::uuid[]) or entry_evidence in (select event_id from event where lane = $1 and person_id = $2))`,
      who,
    );
    const messages = await tx.query(
      `update message set lane = $1, person_id = $2, origin = case when origin = any($5::uuid[]) and origin <> $2 then origin end
       where lane = $3 and person_id = $4 and (origin = any($5::uuid[]) or ((run_id in (select run_id from run where lane = $1 and person_id = $2)
           or (run_id is null and evidence in (select event_id from event where lane = $1 and person_id = $2)))
         and ($6 or status not in ('sending', 'sent', 'bounced', 'uncertain')))) returning message_id`,
      [...who, move.addressGoes],
    );
    if (messages.length === 0) break;
    // What names nobody is about a message: an open, a click, a withdrawal by its link. It may have begun a run in its turn.
    const about = await tx.query(
      `update event set lane = $1, person_id = $2, origin = null
       where lane = $3 and person_id = $4 and stored_at >= $5 and not (body ? 'userId') and not (body ? 'anonymousId')
         and coalesce(body -> 'properties' ->> 'messageId', body ->> 'message') = any($6::text[]) returning event_id`,
      [...to, ...from, toIso(move.since), messages.map((row) => row.message_id)],
    );
    if (about.length === 0) break;
  }
  await tx.query(
    `update run_step set lane = $1, person_id = $2, origin = case when origin = any($5::uuid[]) and origin <> $2 then origin end
     where lane = $3 and person_id = $4 and run_id in (select run_id from run where lane = $1 and person_id = $2)`,
    who,
  );
  for (const table of ['task', 'decision'])
    await tx.query(
      `update ${table} set lane = $1, person_id = $2, origin = case when origin = any($5::uuid[]) and origin <> $2 then origin end
       where lane = $3 and person_id = $4 and (origin = any($5::uuid[]) or evidence in (select event_id from event where lane = $1 and person_id = $2))`,
      who,
    );
  for (const table of byEvidence)
    await tx.query(
      `update ${table} set lane = $1, person_id = $2
       where lane = $3 and person_id = $4 and evidence in (select event_id from event where lane = $1 and person_id = $2)`,
      [...to, ...from],
    );
  // Lines of a history have numbers; those that come are counted behind those that are there, and all are counted anew below.
  for (const table of ['consent', 'stage_history'])
    await tx.query(
      `update ${table} set lane = $1, person_id = $2, origin = case when origin = any($5::uuid[]) and origin <> $2 then origin end, seq = seq + 1000000
       where lane = $3 and person_id = $4 and (origin = any($5::uuid[]) or evidence in (select event_id from event where lane = $1 and person_id = $2))`,
      who,
    );
  for (const table of ['event', 'decision'] as const)
    if (move.dropped[table].length > 0)
      await tx.query(`insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1::jsonb) on conflict do nothing`, [
        JSON.stringify(move.dropped[table].map((row) => ({ ...row, lane: to[0], person_id: to[1], origin: null }))),
      ]);
  await tx.query(
    `update identity i set lane = $1, person_id = $2, origin = case when origin = any($4::uuid[]) and origin <> $2 then origin end
     where i.person_id = $3 and (i.origin = any($4::uuid[])
       or exists (select 1 from unnest($6::smallint[], $7::text[]) as n (kind, value) where i.workspace_id = $5 and i.kind = n.kind and i.value = n.value))`,
    [
      ...to,
      move.from,
      [...move.people],
      move.workspace,
      move.names.map((name) => identityKinds[name.kind]),
      move.names.map((name) => name.value),
    ],
  );
  for (const person of [from, to]) {
    await closeGaps(tx, person);
    await mendWays(tx, person, move.reason);
  }
}

/** Counts the lines of histories anew from 0. By way of negative numbers, because no two lines may have one number at any time. */
async function closeGaps(tx: Transaction, [lane, person]: readonly [number, string]): Promise<void> {
  await tx.query(
    `update consent c set seq = -1 - o.n::int from (select seq, row_number() over (order by seq) - 1 as n from consent where lane = $1 and person_id = $2) o
     where c.lane = $1 and c.person_id = $2 and c.seq = o.seq`,
    [lane, person],
  );
  await tx.query(
    `update stage_history h set seq = -1 - o.n::int from (select seq, row_number() over (order by entered_at, seq) - 1 as n from stage_history where lane = $1 and person_id = $2) o
     where h.lane = $1 and h.person_id = $2 and h.seq = o.seq`,
    [lane, person],
  );
  for (const table of ['consent', 'stage_history'])
    await tx.query(`update ${table} set seq = -1 - seq where lane = $1 and person_id = $2`, [lane, person]);
}

/** A move begins where the one before it ended; where that is another stage than it was, somebody has moved the person by undoing a merge. */
async function mendWays(tx: Transaction, [lane, person]: readonly [number, string], reason: string): Promise<void> {
  await tx.query(
    `update stage_history h set from_stage = o.came, override = true, reason = coalesce(h.reason, $3)
     from (select seq, lag(stage) over (order by seq) as came from stage_history where lane = $1 and person_id = $2) o
     where h.lane = $1 and h.person_id = $2 and h.seq = o.seq and h.from_stage is distinct from o.came`,
    [lane, person, reason],
  );
}

/** Takes over the history of somebody who became this person, because the stage is theirs. */
export async function takeStageOf(tx: Transaction, person: string, giver: string): Promise<void> {
  await tx.query(
    'update stage_history set lane = $1, person_id = $2, origin = coalesce(origin, person_id) where lane = $3 and person_id = $4',
    [laneOf(person), person, laneOf(giver), giver],
  );
}

export async function markUndone(
  tx: Transaction,
  merge: string,
  person: string,
  how: { at: Instant; by: string; reason: string },
): Promise<void> {
  await tx.query(
    'update merge set undone_at = $4, undone_by = $5, undone_reason = $6 where lane = $1 and person_id = $2 and merge_id = $3',
    [laneOf(person), person, merge, toIso(how.at), how.by, how.reason],
  );
}

/** What a later merge keeps of a person who has lost somebody since; with `person`, into whom that merge is now. */
export async function rewriteUndo(
  tx: Transaction,
  merge: { id: string; person: string; undo: Undo },
  person = merge.person,
): Promise<void> {
  await tx.query('update merge set undo = $4, lane = $5, person_id = $6 where lane = $1 and person_id = $2 and merge_id = $3', [
    laneOf(merge.person),
    merge.person,
    merge.id,
    JSON.stringify(merge.undo),
    laneOf(person),
    person,
  ]);
}

/** These people have become somebody else than was thought. */
export async function pointTo(tx: Transaction, people: readonly string[], into: string): Promise<void> {
  for (const person of people)
    await tx.query('update person set merged_into = $3 where lane = $1 and person_id = $2', [laneOf(person), person, into]);
}
