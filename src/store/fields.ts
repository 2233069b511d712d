import { type Instant, toIso } from '#contract/instant.ts';
import { bulkInsert } from './bulk.ts';
import { decodeCursor, toPage } from './cursor.ts';
import type { Queryable, Row } from './database.ts';
import { laneOf } from './identities.ts';

/** A value that a field did not take, kept aside. */
export interface StoredFieldRefusal {
  id: string;
  person: string;
  workspace: number;
  storedAt: Instant;
  at: Instant;
  path: string;
  value: unknown;
  what: string;
  reason: string;
  source: string;
  evidence: string;
}

/** Longer values are cut: they are kept to be looked at, not to be used. */
const valueMax = 2_000;

const insert = bulkInsert(
  'field_refusal',
  {
    lane: 'smallint',
    person_id: 'uuid',
    refusal_id: 'uuid',
    workspace_id: 'int',
    stored_at: 'timestamptz',
    at: 'timestamptz',
    path: 'text',
    value: 'text',
    what: 'text',
    reason: 'text',
    source: 'text',
    evidence: 'uuid',
  },
  'on conflict do nothing',
);

export const appendFieldRefusals = (tx: Queryable, refusals: readonly StoredFieldRefusal[]): Promise<void> =>
  insert(
    tx,
    refusals.map((each) => ({
      lane: laneOf(each.person),
      person_id: each.person,
      refusal_id: each.id,
      workspace_id: each.workspace,
      stored_at: toIso(each.storedAt),
      at: toIso(each.at),
      path: each.path,
      value: (JSON.stringify(each.value) ?? 'null').slice(0, valueMax),
      what: each.what,
      reason: each.reason,
      source: each.source,
      evidence: each.evidence,
    })),
  );

const toRefusal = (row: Row) => ({
  id: row.refusal_id as string,
  person: row.person_id as string,
  at: row.at as Instant,
  path: row.path as string,
  /** JSON, cut after 2,000 characters. */
  value: row.value as string,
  what: row.what as string,
  reason: row.reason as string,
  source: row.source as string,
  evidence: row.evidence as string,
});
const columns = 'refusal_id, person_id, at, path, value, what, reason, source, evidence';

/** What was not taken at a path, newest first. */
export async function listFieldRefusals(
  tx: Queryable,
  workspace: number,
  path: string,
  filter: { cursor?: string | undefined; limit: number },
) {
  const place = decodeCursor(filter.cursor, 'instant', 'uuid');
  const rows = await tx.query(
    `select ${columns} from field_refusal where workspace_id = $1 and path = $2 and ($3::timestamptz is null or (at, refusal_id) < ($3::timestamptz, $4::uuid))
     order by at desc, refusal_id desc limit $5`,
    [workspace, path, place ? toIso(Number(place[0])) : null, place ? String(place[1]) : null, filter.limit + 1],
  );
  return toPage(rows, filter.limit, (row) => [row.at, row.refusal_id], toRefusal);
}

export async function fieldRefusalsOfPerson(tx: Queryable, person: string, before: Instant, limit: number) {
  const rows = await tx.query(
    `select ${columns} from field_refusal where lane = $1 and person_id = $2 and at <= $3 order by at desc limit $4`,
    [laneOf(person), person, toIso(before), limit],
  );
  return rows.map(toRefusal);
}

/** How many values these paths did not take, counted up to a bound. */
export async function countFieldRefusals(
  tx: Queryable,
  workspace: number,
  paths: readonly string[],
  bound: number,
): Promise<Map<string, number>> {
  const rows = await tx.query(
    `select w.path, c.n from unnest($2::text[]) as w (path)
     cross join lateral (select count(*) as n from (select 1 from field_refusal r where r.workspace_id = $1 and r.path = w.path limit $3) counted) c`,
    [workspace, [...paths], bound],
  );
  return new Map(rows.map((row) => [row.path, row.n]));
}

/** Paths at which something was not taken, for those without a field. */
export async function refusedPaths(tx: Queryable, workspace: number): Promise<string[]> {
  // One probe of the index a path, however many refusals there are.
  const rows = await tx.query(
    `with recursive next (path) as (
       select min(path) from field_refusal where workspace_id = $1
       union all select (select min(r.path) from field_refusal r where r.workspace_id = $1 and r.path > next.path) from next where next.path is not null)
     select path from next where path is not null limit 500`,
    [workspace],
  );
  return rows.map((row) => row.path);
}

/** Who has been seen writing a path, and when last. */
export interface SeenSource {
  workspace: number;
  path: string;
  source: string;
  /** The entry point, for forms and imports; otherwise empty. */
  by: string;
  at: Instant;
}

const upsertSources = bulkInsert(
  'field_source',
  { workspace_id: 'int', path: 'text', source: 'text', by: 'text', at: 'timestamptz' },
  'on conflict (workspace_id, path, source, by) do update set at = greatest(field_source.at, excluded.at)',
);

/** In one order everywhere, so that two batches never wait for each other in a circle. */
export const noteSources = (tx: Queryable, seen: readonly SeenSource[]): Promise<void> =>
  upsertSources(
    tx,
    seen
      .toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
      .map((each) => ({ workspace_id: each.workspace, path: each.path, source: each.source, by: each.by, at: toIso(each.at) })),
  );
const orderOf = (each: SeenSource): string => [each.workspace, each.path, each.source, each.by].join('\u0000');

export async function listSources(tx: Queryable, workspace: number): Promise<SeenSource[]> {
  const rows = await tx.query('select path, source, by, at from field_source where workspace_id = $1 order by path, source, by', [
    workspace,
  ]);
  return rows.map((row) => ({ workspace, path: row.path, source: row.source, by: row.by, at: row.at }));
}

/** More different names than this in one workspace are no fields but a mistake of whoever sends them. */
export const pathsMax = 500;

/** How many people have something at each first part of a trait's path, and at these deeper paths; reads everybody. */
export async function countTraits(tx: Queryable, workspace: number, deeper: readonly string[]): Promise<Map<string, number>> {
  const roots = await tx.query(
    `select k.path, count(*)::int as n from person p cross join lateral jsonb_object_keys(p.traits) as k (path)
     where p.workspace_id = $1 and p.merged_into is null and p.erased_at is null group by k.path order by n desc, k.path limit $2`,
    [workspace, pathsMax],
  );
  const nested =
    deeper.length === 0
      ? []
      : await tx.query(
          `select w.path, count(*)::int as n from person p cross join unnest($2::text[]) as w (path)
           where p.workspace_id = $1 and p.merged_into is null and p.erased_at is null and jsonb_typeof(p.traits #> string_to_array(w.path, '.')) <> 'null' group by w.path`,
          [workspace, [...deeper]],
        );
  const [own] = await tx.query(
    `select count(email)::int as email, count(phone)::int as phone, count(name)::int as name from person p
     where p.workspace_id = $1 and p.merged_into is null and p.erased_at is null`,
    [workspace],
  );
  const counts = new Map([...roots, ...nested].map((row) => [row.path as string, row.n as number]));
  for (const path of ['email', 'phone', 'name']) counts.set(path, Math.max(counts.get(path) ?? 0, own![path]));
  return counts;
}

export async function saveTraitCounts(tx: Queryable, workspace: number, counts: ReadonlyMap<string, number>, at: Instant): Promise<void> {
  await tx.query('delete from field_count where workspace_id = $1', [workspace]);
  await tx.query(
    'insert into field_count (workspace_id, path, people, at) select $1, path, people, $4 from unnest($2::text[], $3::int[]) as w (path, people)',
    [workspace, [...counts.keys()], [...counts.values()], toIso(at)],
  );
}

export async function savedTraitCounts(tx: Queryable, workspace: number): Promise<{ counts: Map<string, number>; at: Instant | null }> {
  const rows = await tx.query('select path, people, at from field_count where workspace_id = $1', [workspace]);
  return { counts: new Map(rows.map((row) => [row.path, row.people])), at: rows[0]?.at ?? null };
}

/** How many people there are, counted up to a bound. */
export async function countPeopleUpTo(tx: Queryable, workspace: number, bound: number): Promise<number> {
  const [row] = await tx.query(
    'select count(*)::int as n from (select 1 from person where workspace_id = $1 and merged_into is null and erased_at is null limit $2) counted',
    [workspace, bound],
  );
  return row!.n;
}
