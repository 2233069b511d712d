import { type Instant, toIso } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import type { Bindable, Queryable } from './database.ts';
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

/** What is written into the state of some people: traces that they remember besides, segments that they belong to since an instant, segments that they left. */
export interface StateChange {
  person: string;
  memory?: JsonObject;
  entered?: Record<string, Instant>;
  left?: string[];
}

/**
 * Writes what people remember besides, as a statement selects it (`person_id`, `id`, `trace`) and as it is given, and where they belong, in one update. People whose memory has to be
 * made anew are passed over. Answers how many were written.
 */
export async function changeStates(
  tx: Queryable,
  workspace: number,
  traces: Statement | null,
  changes: readonly StateChange[],
): Promise<number> {
  if (traces === null && changes.length === 0) return 0;
  const { sql, values } = traces ?? { sql: "select null::uuid as person_id, ''::text as id, null::jsonb as trace where false", values: [] };
  const place = (nth: number): string => `$${values.length + nth}`;
  const given: Bindable[] = [
    changes.map((each) => each.person),
    changes.map((each) => JSON.stringify(each.memory ?? {})),
    changes.map((each) => JSON.stringify(each.entered ?? {})),
    changes.map((each) => JSON.stringify(each.left ?? [])),
  ];
  // By their keys, however many they seem to be: reading all people to find a few thousand took 1.9 s in place of 0.1.
  const joins = (on: boolean): Promise<unknown> =>
    tx.query("select set_config('enable_hashjoin', $1, true), set_config('enable_mergejoin', $1, true)", [on ? 'on' : 'off']);
  await joins(false);
  const [row] = await tx.query<{ n: number }>(
    `with given as (select * from unnest(${place(1)}::uuid[], ${place(2)}::jsonb[], ${place(3)}::jsonb[], ${place(4)}::jsonb[]) as g (person_id, memory, entered, gone)),
       change as (
         select a.person_id, coalesce(jsonb_object_agg(a.id, a.trace) filter (where a.id is not null), '{}') as memory,
           coalesce((array_agg(a.entered) filter (where a.entered is not null))[1], '{}') as entered, coalesce((array_agg(a.gone) filter (where a.gone is not null))[1], '[]') as gone
         from (select t.person_id, t.id, t.trace, null::jsonb as entered, null::jsonb as gone from (${sql}) t
           union all select g.person_id, m.key, m.value, null, null from given g cross join lateral jsonb_each(g.memory) m
           union all select g.person_id, null, null, g.entered, g.gone from given g) a
         group by a.person_id),
       written as (
         update person p set state = p.state
           || jsonb_build_object('memory', coalesce(p.state -> 'memory', '{}') || c.memory)
           || jsonb_build_object('segments', (coalesce(p.state -> 'segments', '{}') || c.entered) - array(select jsonb_array_elements_text(c.gone)))
         from change c
         where p.lane = ${lane('c.person_id')} and p.person_id = c.person_id and p.workspace_id = ${place(5)}::int and ${alive} and p.state ->> 'memoryVersion' = ''
         returning 1)
     select count(*) as n from written`,
    [...values, ...given, workspace],
  );
  await joins(true);
  return row!.n;
}

/** Arms the wakes of those for whom a statement (`person_id`, `changes_at`) says when a rule may answer otherwise; where that is sooner than they wake anyway. */
export async function armChanges(tx: Queryable, given: { workspace: number; clock: number; changes: Statement }): Promise<void> {
  const { sql, values } = given.changes;
  const place = (nth: number): string => `$${values.length + nth}`;
  await tx.query(
    `insert into wake (lane, person_id, workspace_id, clock, due_at)
     select ${lane('c.person_id')}, c.person_id, ${place(1)}::int, ${place(2)}::int, c.changes_at from (${sql}) c
     on conflict (lane, person_id) do update set due_at = excluded.due_at where excluded.due_at < wake.due_at`,
    [...values, given.workspace, given.clock],
  );
}

/** What people of these lanes did under these names since an instant, oldest first. */
export async function pastsInLanes(
  tx: Queryable,
  given: { workspace: number; lanes: readonly number[]; names: readonly string[]; since: Instant },
): Promise<{ person: string; id: string; at: Instant; name: string; properties: JsonObject }[]> {
  const rows = await tx.query(
    `select person_id, event_id, happened_at, name, body -> 'properties' as properties from event
     where workspace_id = $1 and name = any($2::text[]) and lane = any($3::smallint[]) and happened_at >= $4 and call in ('track', 'page', 'screen', 'group') order by happened_at`,
    [given.workspace, [...given.names], [...given.lanes], toIso(Math.max(given.since, Date.UTC(1000, 0)))],
  );
  return rows.map((row) => ({
    person: row.person_id,
    id: row.event_id,
    at: row.happened_at,
    name: row.name,
    properties: row.properties ?? {},
  }));
}

/** Whether a workspace is so young that none of its events can have been dropped with their month. */
export async function isYoung(tx: Queryable, workspace: number, since: Instant): Promise<boolean> {
  const [row] = await tx.query('select created_at > $2 as young from workspace where workspace_id = $1', [workspace, toIso(since)]);
  return row?.young ?? false;
}
