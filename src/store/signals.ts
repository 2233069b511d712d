import { type Instant, toIso } from '#contract/instant.ts';
import type { Queryable } from './database.ts';

/** Of each event, how many people did it among its latest `upTo`, and when it last came. */
export async function peopleByEvent(
  tx: Queryable,
  workspace: number,
  names: readonly string[],
  now: Instant,
  upTo: number,
): Promise<Map<string, { people: number; lastAt: Instant | null }>> {
  if (names.length === 0) return new Map();
  const rows = await tx.query(
    `select n.name, c.people, c.last from unnest($2::text[]) as n (name)
     cross join lateral (select count(distinct person_id) as people, max(happened_at) as last from (
       select person_id, happened_at from event e where e.workspace_id = $1 and e.name = n.name and e.happened_at <= $3 and e.call in ('track', 'page', 'screen', 'group')
       order by happened_at desc limit $4::int) e) c`,
    [workspace, [...names], toIso(now), upTo],
  );
  return new Map(rows.map((row) => [row.name, { people: row.people, lastAt: row.last }]));
}

/** How often each way was taken from these steps of a journey since an instant. */
export async function waysTaken(
  tx: Queryable,
  workspace: number,
  journey: string,
  steps: readonly string[],
  since: Instant,
): Promise<{ step: string; next: string | null; count: number }[]> {
  if (steps.length === 0) return [];
  const rows = await tx.query(
    'select step, next, count(*) as n from run_step where workspace_id = $1 and journey = $2 and step = any($3::text[]) and at >= $4 group by step, next',
    [workspace, journey, [...steps], toIso(since)],
  );
  return rows.map((row) => ({ step: row.step, next: row.next, count: row.n }));
}
