import { type Instant, toIso } from '#contract/instant.ts';
import type { Queryable } from './database.ts';
import type { Statement } from './rule-sql/rule-sql.ts';

/** What a change of definitions does to many people at once: a statement for all of them, in place of one decision each. */

/** Somebody whom a changed rule puts into a segment, or out of it. */
export interface Shift {
  person: string;
  entered: boolean;
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

/** Who holds a rule, or nobody, against who belongs to the segment in these lanes. */
export async function shiftsOf(
  tx: Queryable,
  given: { workspace: number; lanes: readonly number[]; segment: string; holding: Statement | null },
): Promise<Shift[]> {
  const { sql, values } = given.holding ?? { sql: 'select null::uuid as person_id where false', values: [] };
  const place = (nth: number): string => `$${values.length + nth}`;
  const rows = await tx.query(
    `select d.person_id, d.entered, p.state ->> 'memoryVersion' <> '' as stale from (
       select coalesce(h.person_id, m.person_id) as person_id, m.person_id is null as entered from (${sql}) h
       full join (select person_id from membership where workspace_id = ${place(1)}::int and segment = ${place(2)}::text and lane = any(${place(3)}::smallint[])) m on m.person_id = h.person_id
       where h.person_id is null or m.person_id is null offset 0) d
     cross join lateral (select p.state from person p where p.lane = ${lane('d.person_id')} and p.person_id = d.person_id and ${alive} limit 1) p`,
    [...values, given.workspace, given.segment, [...given.lanes]],
  );
  return rows.map((row) => ({ person: row.person_id, entered: row.entered, stale: row.stale }));
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

/** Arms the wakes of those for whom a statement (`person_id`, `changes_at`) says when a rule may answer otherwise, where that is sooner than they wake anyway. Answers for how many. */
export async function armChanges(tx: Queryable, given: { workspace: number; clock: number; changes: Statement }): Promise<number> {
  const { sql, values } = given.changes;
  const place = (nth: number): string => `$${values.length + nth}`;
  const [row] = await tx.query(
    `with armed as (insert into wake (lane, person_id, workspace_id, clock, due_at)
     select ${lane('c.person_id')}, c.person_id, ${place(1)}::int, ${place(2)}::int, c.changes_at from (${sql}) c
     on conflict (lane, person_id) do update set due_at = excluded.due_at where excluded.due_at < wake.due_at returning 1) select count(*) as n from armed`,
    [...values, given.workspace, given.clock],
  );
  return row!.n;
}

/** Whether a workspace is so young that none of its events can have been dropped with their month. */
export async function isYoung(tx: Queryable, workspace: number, since: Instant): Promise<boolean> {
  const [row] = await tx.query('select created_at > $2 as young from workspace where workspace_id = $1', [workspace, toIso(since)]);
  return row?.young ?? false;
}
