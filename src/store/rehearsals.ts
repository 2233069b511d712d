import { type Instant, isoOrNull, toIso } from '#contract/instant.ts';
import { bulkInsert } from './bulk.ts';
import { decodeCursor, toPage } from './cursor.ts';
import type { Queryable, Row } from './database.ts';

/** Rehearsals and what they need to know of the past. */
export interface StoredRehearsal {
  id: string;
  workspace: number;
  state: 'running' | 'done' | 'cancelled' | 'failed';
  spec: unknown;
  lanesDone: number;
  /** How many people there are to look at, as counted at the beginning. */
  people: number;
  result: unknown;
  askedAt: Instant;
  askedBy: string;
  endedAt: Instant | null;
  reason: string | null;
}

const columns = 'rehearsal_id, workspace_id, state, spec, lanes_done, people, result, asked_at, asked_by, ended_at, reason';

const toRehearsal = (row: Row): StoredRehearsal => ({
  id: row.rehearsal_id,
  workspace: row.workspace_id,
  state: row.state,
  spec: row.spec,
  lanesDone: row.lanes_done,
  people: row.people,
  result: row.result,
  askedAt: row.asked_at,
  askedBy: row.asked_by,
  endedAt: row.ended_at,
  reason: row.reason,
});

export async function insertRehearsal(
  tx: Queryable,
  given: Pick<StoredRehearsal, 'id' | 'workspace' | 'spec' | 'people' | 'result' | 'askedAt' | 'askedBy'>,
): Promise<void> {
  await tx.query(
    `insert into rehearsal (rehearsal_id, workspace_id, state, spec, people, result, asked_at, asked_by) values ($1, $2, 'running', $3, $4, $5, $6, $7)`,
    [
      given.id,
      given.workspace,
      JSON.stringify(given.spec),
      given.people,
      JSON.stringify(given.result),
      toIso(given.askedAt),
      given.askedBy,
    ],
  );
}

export async function findRehearsal(tx: Queryable, workspace: number, id: string): Promise<StoredRehearsal | null> {
  const [row] = await tx.query(`select ${columns} from rehearsal where workspace_id = $1 and rehearsal_id = $2`, [workspace, id]);
  return row ? toRehearsal(row) : null;
}

export async function listRehearsals(
  tx: Queryable,
  workspace: number,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<{ items: StoredRehearsal[]; next: string | null }> {
  const place = decodeCursor(cursor, 'instant', 'uuid');
  const rows = await tx.query(
    `select ${columns} from rehearsal where workspace_id = $1 and ($2::timestamptz is null or (asked_at, rehearsal_id) < ($2::timestamptz, $3::uuid))
     order by asked_at desc, rehearsal_id desc limit $4`,
    [workspace, place ? toIso(Number(place[0])) : null, place ? String(place[1]) : null, limit + 1],
  );
  return toPage(rows, limit, (row) => [row.asked_at, row.rehearsal_id], toRehearsal);
}

/** A rehearsal that is not done, taken until an instant: nobody else looks at its people meanwhile. Null when there is none, or others have them. */
export async function takeOpenRehearsal(
  tx: Queryable,
  workspaces: readonly number[],
  now: Instant,
  until: Instant,
): Promise<StoredRehearsal | null> {
  const [row] = await tx.query(
    `update rehearsal set busy_until = $3 where rehearsal_id = (
       select rehearsal_id from rehearsal where workspace_id = any($1::int[]) and state = 'running' and (busy_until is null or busy_until < $2)
       order by asked_at limit 1 for update skip locked)
     returning ${columns}`,
    [[...workspaces], toIso(now), toIso(until)],
  );
  return row ? toRehearsal(row) : null;
}

/** Keeps how far it is, and lets go of it; what was learned of people goes when it has ended. Answers whether it was there still: it may have been cancelled, or taken over. */
export async function saveRehearsal(
  tx: Queryable,
  { id, lanesDone, result, state, endedAt, reason }: Pick<StoredRehearsal, 'id' | 'lanesDone' | 'result' | 'state' | 'endedAt' | 'reason'>,
  lanesBefore: number,
): Promise<boolean> {
  const rows = await tx.query(
    `update rehearsal set lanes_done = $2, result = $3, state = $4, ended_at = $5, reason = $6, busy_until = null, learned = case $4 when 'running' then learned end
     where rehearsal_id = $1 and state = 'running' and lanes_done = $7 returning rehearsal_id`,
    [id, lanesDone, JSON.stringify(result), state, isoOrNull(endedAt), reason, lanesBefore],
  );
  return rows.length > 0;
}

/** What was learned of how people behave, before the first of them is looked at; null until then. */
export async function findLearned(tx: Queryable, id: string): Promise<unknown> {
  const [row] = await tx.query('select learned from rehearsal where rehearsal_id = $1', [id]);
  return row?.learned ?? null;
}

export async function saveLearned(tx: Queryable, id: string, learned: unknown): Promise<void> {
  await tx.query('update rehearsal set learned = $2 where rehearsal_id = $1', [id, JSON.stringify(learned)]);
}

/** Keeps a rehearsal for whoever has taken it, until an instant. */
export async function holdRehearsal(tx: Queryable, id: string, until: Instant): Promise<void> {
  await tx.query('update rehearsal set busy_until = $2 where rehearsal_id = $1', [id, toIso(until)]);
}

export async function cancelRehearsal(tx: Queryable, workspace: number, id: string, reason: string, now: Instant): Promise<void> {
  await tx.query(
    "update rehearsal set state = 'cancelled', ended_at = $3, reason = $4, learned = null where workspace_id = $1 and rehearsal_id = $2 and state = 'running'",
    [workspace, id, toIso(now), reason],
  );
}

/** Rehearsals are looked at for a while, and then only take room. */
export async function dropRehearsals(tx: Queryable, before: Instant): Promise<void> {
  await tx.query('delete from rehearsal_run where rehearsal_id in (select rehearsal_id from rehearsal where asked_at < $1)', [
    toIso(before),
  ]);
  await tx.query('delete from rehearsal where asked_at < $1', [toIso(before)]);
}

export interface RehearsedRun {
  rehearsal: string;
  workspace: number;
  journey: string;
  enteredAt: Instant;
  run: string;
  /** Null for somebody who does not exist yet. */
  person: string | null;
  body: unknown;
}

const insert = bulkInsert('rehearsal_run', {
  rehearsal_id: 'uuid',
  workspace_id: 'int',
  journey: 'text',
  entered_at: 'timestamptz',
  run_id: 'uuid',
  person_id: 'uuid',
  body: 'jsonb',
});

export const insertRehearsedRuns = (tx: Queryable, runs: readonly RehearsedRun[]): Promise<void> =>
  insert(
    tx,
    runs.map((each) => ({
      rehearsal_id: each.rehearsal,
      workspace_id: each.workspace,
      journey: each.journey,
      entered_at: toIso(each.enteredAt),
      run_id: each.run,
      person_id: each.person,
      body: JSON.stringify(each.body),
    })),
  );

export async function listRehearsedRuns(
  tx: Queryable,
  rehearsal: string,
  { journey, cursor, limit }: { journey: string; cursor?: string | undefined; limit: number },
): Promise<{ items: RehearsedRun[]; next: string | null }> {
  const place = decodeCursor(cursor, 'instant', 'uuid');
  const rows = await tx.query(
    `select * from rehearsal_run where rehearsal_id = $1 and journey = $2
       and ($3::timestamptz is null or (entered_at, run_id) > ($3::timestamptz, $4::uuid)) order by entered_at, run_id limit $5`,
    [rehearsal, journey, place ? toIso(Number(place[0])) : null, place ? String(place[1]) : null, limit + 1],
  );
  return toPage(
    rows,
    limit,
    (row) => [row.entered_at, row.run_id],
    (row) => ({
      rehearsal: row.rehearsal_id,
      workspace: row.workspace_id,
      journey: row.journey,
      enteredAt: row.entered_at,
      run: row.run_id,
      person: row.person_id,
      body: row.body,
    }),
  );
}
