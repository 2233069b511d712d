import { type Instant, toIso } from '#contract/instant.ts';
import type { Queryable } from './database.ts';
import type { Statement } from './rule-sql/rule-sql.ts';

/** What a change of definitions does to many people at once: a statement for all of them, in place of one decision each. */

/** Somebody whom a changed rule puts into a segment, or out of it, or whom it has to be asked about again. */
export interface Shift {
  person: string;
  /** Whether they enter or leave; null when they stay where they are. */
  entered: boolean | null;
  /** When time alone may change the answer; null when it cannot. */
  changesAt: Instant | null;
  /** Their memory has to be made anew before the engine can say anything of them. */
  stale: boolean;
}

/**
 * Until the transaction ends, statements are planned for their values and not compiled first, which took 2 of 2.4 s, and may sort and hash in more memory than
 * usual.
 */
export async function settleForMany(tx: Queryable): Promise<void> {
  await tx.query(
    "select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true), set_config('work_mem', '64MB', true)",
  );
}

const lane = (person: string): string => `get_byte(uuid_send(${person}), 15)::smallint`;
const alive = 'p.merged_into is null and p.erased_at is null';

/**
 * Whom a rule holds for (`selectAnswers`), or nobody, against who belongs to the segment in these lanes. Lanes are answered in order until those that were come to
 * `atMost` [people]; answers which were.
 */
export async function shiftsOf(
  tx: Queryable,
  given: { workspace: number; lanes: readonly number[]; segment: string; answers: Statement | null; atMost: number },
): Promise<{ shifts: Shift[]; lanes: number[] }> {
  const { sql, values } = given.answers ?? {
    sql: 'select null::uuid as person_id, false as holds, null::timestamptz as changes_at where false',
    values: [],
  };
  const place = (nth: number): string => `$${values.length + nth}`;
  const rows = await tx.query(
    `select d.lane, d.person_id, d.entered, d.changes_at, p.state ->> 'memoryVersion' <> '' as stale from (
       select s.*, count(*) over (order by s.lane groups between unbounded preceding and 1 preceding) as before from (select ${lane('t.person_id')} as lane, t.* from (
       select coalesce(a.person_id, m.person_id) as person_id, case when coalesce(a.holds, false) <> (m.person_id is not null) then m.person_id is null end as entered, a.changes_at
       from (${sql}) a
       full join (select person_id from membership where workspace_id = ${place(1)}::int and segment = ${place(2)}::text and lane = any(${place(3)}::smallint[])) m on m.person_id = a.person_id
       where a.changes_at is not null or coalesce(a.holds, false) <> (m.person_id is not null) offset 0) t) s) d
     cross join lateral (select p.state from person p where p.lane = ${lane('d.person_id')} and p.person_id = d.person_id and ${alive} limit 1) p
     where d.before < ${place(4)}::int`,
    [...values, given.workspace, given.segment, [...given.lanes], given.atMost],
  );
  const last = rows.length < given.atMost ? Number.POSITIVE_INFINITY : Math.max(...rows.map((row) => row.lane));
  return {
    shifts: rows.map((row) => ({ person: row.person_id, entered: row.entered, changesAt: row.changes_at, stale: row.stale })),
    lanes: given.lanes.filter((each) => each <= last),
  };
}

/** What is written into the state of some people: segments that they belong to since an instant, segments that they left. */
export interface StateChange {
  person: string;
  entered: Record<string, Instant>;
  left: string[];
}

/** Writes where people belong now. Those whose memory has to be made anew are passed over. Answers how many were written. */
export async function changeStates(tx: Queryable, workspace: number, changes: readonly StateChange[]): Promise<number> {
  if (changes.length === 0) return 0;
  const [row] = await tx.query<{ n: number }>(
    `with change as (select * from unnest($1::uuid[], $2::jsonb[], $3::jsonb[]) as c (person_id, entered, gone)),
       written as (
         update person p set state = p.state
           || jsonb_build_object('segments', (coalesce(p.state -> 'segments', '{}') || c.entered) - array(select jsonb_array_elements_text(c.gone)))
         from change c
         where p.lane = ${lane('c.person_id')} and p.person_id = c.person_id and p.workspace_id = $4 and ${alive} and p.state ->> 'memoryVersion' = ''
         returning 1)
     select count(*) as n from written`,
    [
      changes.map((each) => each.person),
      changes.map((each) => JSON.stringify(each.entered)),
      changes.map((each) => JSON.stringify(each.left)),
      workspace,
    ],
  );
  return row!.n;
}

/** Whether a workspace is so young that none of its events can have been dropped with their month. */
export async function isYoung(tx: Queryable, workspace: number, since: Instant): Promise<boolean> {
  const [row] = await tx.query('select created_at > $2 as young from workspace where workspace_id = $1', [workspace, toIso(since)]);
  return row?.young ?? false;
}
