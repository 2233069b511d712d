import { type Instant, isoOrNull, toIso } from '#contract/instant.ts';
import type { KnownPerson } from '#contract/person.ts';
import type { JsonObject } from '#contract/json.ts';
import type { PersonRow } from '#contract/routes/people.ts';
import { bulkInsert } from './bulk.ts';
import { decodeCursor, toPage } from './cursor.ts';
import type { Bindable, Queryable, Row } from './database.ts';
import { laneOf } from './identities.ts';

/** A person's row, as stored. `state` is the engine's own and read by nothing else. */
export interface StoredPerson extends KnownPerson {
  workspace: number;
  state: unknown;
  score: number | null;
}

export const columns =
  'person_id, workspace_id, email, phone, name, user_id, traits, state, stage, stage_since, score, owner, zone, entry_point, first_source, last_source, place, created_at, last_seen_at, merged_into, erased_at';

export const toPerson = (row: Row): StoredPerson => ({
  id: row.person_id,
  workspace: row.workspace_id,
  email: row.email,
  phone: row.phone,
  name: row.name,
  userId: row.user_id,
  traits: row.traits,
  state: row.state,
  stage: row.stage,
  stageSince: row.stage_since,
  score: row.score,
  owner: row.owner,
  zone: row.zone,
  entryPoint: row.entry_point,
  firstSource: row.first_source,
  lastSource: row.last_source,
  place: row.place,
  createdAt: row.created_at,
  lastSeenAt: row.last_seen_at,
  mergedInto: row.merged_into,
  erasedAt: row.erased_at,
});

/** These people by id. The join keeps to the primary key: with `any` on both columns Postgres tries every lane with every person. */
export async function loadPeople(tx: Queryable, ids: readonly string[]): Promise<StoredPerson[]> {
  if (ids.length === 0) return [];
  const rows = await tx.query(
    `select ${columns.replace(/(\w+)/g, 'p.$1')} from unnest($1::smallint[], $2::uuid[]) as w (lane, person_id) cross join lateral
     (select * from person p where p.lane = w.lane and p.person_id = w.person_id limit 1) p`,
    [ids.map(laneOf), [...ids]],
  );
  return rows.map(toPerson);
}

const upsert = bulkInsert(
  'person',
  {
    lane: 'smallint',
    person_id: 'uuid',
    workspace_id: 'int',
    email: 'text',
    phone: 'text',
    name: 'text',
    user_id: 'text',
    traits: 'jsonb',
    state: 'jsonb',
    stage: 'text',
    stage_since: 'timestamptz',
    score: 'float8',
    owner: 'text',
    zone: 'text',
    entry_point: 'text',
    first_source: 'jsonb',
    last_source: 'jsonb',
    place: 'jsonb',
    created_at: 'timestamptz',
    last_seen_at: 'timestamptz',
    merged_into: 'uuid',
    erased_at: 'timestamptz',
  },
  `on conflict (lane, person_id) do update set email = excluded.email, phone = excluded.phone, name = excluded.name, user_id = excluded.user_id, traits = excluded.traits, state = excluded.state,
   stage = excluded.stage, stage_since = excluded.stage_since, score = excluded.score, owner = excluded.owner, zone = excluded.zone, first_source = excluded.first_source, last_source = excluded.last_source, place = excluded.place, last_seen_at = excluded.last_seen_at,
   merged_into = excluded.merged_into, erased_at = excluded.erased_at, entry_point = excluded.entry_point, created_at = excluded.created_at`,
);

export const savePeople = (tx: Queryable, people: readonly StoredPerson[]): Promise<void> =>
  upsert(
    tx,
    people.map((person) => ({
      lane: laneOf(person.id),
      person_id: person.id,
      workspace_id: person.workspace,
      email: person.email,
      phone: person.phone,
      name: person.name,
      user_id: person.userId,
      traits: JSON.stringify(person.traits),
      state: JSON.stringify(person.state),
      stage: person.stage,
      stage_since: isoOrNull(person.stageSince),
      score: person.score,
      owner: person.owner,
      zone: person.zone,
      entry_point: person.entryPoint,
      first_source: person.firstSource === null ? null : JSON.stringify(person.firstSource),
      last_source: person.lastSource === null ? null : JSON.stringify(person.lastSource),
      place: person.place === null ? null : JSON.stringify(person.place),
      created_at: toIso(person.createdAt),
      last_seen_at: isoOrNull(person.lastSeenAt),
      merged_into: person.mergedInto,
      erased_at: isoOrNull(person.erasedAt),
    })),
  );

const rowColumns = 'p.person_id, p.email, p.name, p.stage, p.score, p.owner, p.created_at, p.last_seen_at';
const toRow = (row: Row): PersonRow => ({
  id: row.person_id,
  email: row.email,
  name: row.name,
  stage: row.stage,
  score: row.score,
  owner: row.owner,
  createdAt: toIso(row.created_at),
  lastSeenAt: isoOrNull(row.last_seen_at),
});

export interface PeopleFilter {
  email?: string | undefined;
  search?: string | undefined;
  stage?: string | undefined;
  segment?: string | undefined;
  journey?: string | undefined;
  /** Which runs of the journey count: begun since then, those that met the goal, or any. Without it those under way. */
  run?: { since: Instant } | 'goal' | 'any' | undefined;
  step?: string | undefined;
  trait?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** People of a workspace, newest first. A search looks for the beginning of an address, a user id or a name. */
export async function listPeople(
  tx: Queryable,
  workspace: number,
  filter: PeopleFilter,
): Promise<{ items: PersonRow[]; next: string | null }> {
  const values: Bindable[] = [workspace];
  const bind = (value: Bindable): string => `$${values.push(value)}`;
  const where = ['p.workspace_id = $1', 'p.merged_into is null', 'p.erased_at is null'];
  let from = 'person p';
  const place = decodeCursor(filter.cursor, 'uuid');
  if (place) where.push(`p.person_id < ${bind(String(place[0]))}::uuid`);
  if (filter.email !== undefined) where.push(`p.email = ${bind(filter.email.trim().toLowerCase())} collate "C"`);
  if (filter.stage === 'none') where.push('p.stage is null');
  else if (filter.stage !== undefined) where.push(`p.stage = ${bind(filter.stage)}`);
  if (filter.segment !== undefined) {
    from += ` join membership m on m.lane = p.lane and m.person_id = p.person_id and m.segment = ${bind(filter.segment)}`;
    where.push('m.workspace_id = $1');
  }
  const { journey, run, step } = filter;
  if (journey !== undefined && typeof run === 'object')
    where.push(
      `exists (select 1 from run r where r.lane = p.lane and r.person_id = p.person_id and r.journey = ${bind(journey)} and r.entered_at >= ${bind(toIso(run.since))}${step === undefined ? '' : ` and r.step = ${bind(step)}`})`,
    );
  else if (journey !== undefined)
    where.push(
      `exists (select 1 from run r where r.lane = p.lane and r.person_id = p.person_id and r.journey = ${bind(journey)}${run === undefined ? " and r.status = 'live'" : ''}${run === 'goal' ? " and r.end_reason like 'goal%'" : ''}${step === undefined ? '' : ` and r.step = ${bind(step)}`})`,
    );
  if (filter.trait !== undefined) {
    const a = bind(filter.trait);
    where.push(
      `(jsonb_typeof(p.traits #> string_to_array(${a}, '.')) <> 'null' or (${a} = 'email' and p.email is not null) or (${a} = 'phone' and p.phone is not null) or (${a} = 'name' and p.name is not null))`,
    );
  }
  if (filter.search !== undefined && filter.search.trim() !== '') {
    const text = filter.search.trim();
    const low = text.toLowerCase();
    const [a, b] = [bind(low), bind(afterPrefix(low))];
    const [c, d] = [bind(text), bind(afterPrefix(text))];
    const capital = text[0]!.toUpperCase() + text.slice(1);
    const [e, f] = [bind(capital), bind(afterPrefix(capital))];
    // One branch for each index; "or" over them would read the whole workspace.
    where.push(`p.person_id in (
      (select person_id from person where workspace_id = $1 and email collate "C" >= ${a} and email collate "C" < ${b} limit 500)
      union (select person_id from person where workspace_id = $1 and user_id collate "C" >= ${c} and user_id collate "C" < ${d} limit 500)
      union (select person_id from person where workspace_id = $1 and name collate "C" >= ${c} and name collate "C" < ${d} limit 500)
      union (select person_id from person where workspace_id = $1 and name collate "C" >= ${e} and name collate "C" < ${f} limit 500))`);
  }
  const rows = await tx.query(
    `select ${rowColumns} from ${from} where ${where.join(' and ')} order by p.person_id desc limit ${bind(filter.limit + 1)}`,
    values,
  );
  return toPage(rows, filter.limit, (row) => [row.person_id], toRow);
}

/** The least text that is greater than everything that begins with `prefix`, in code-point order. */
const afterPrefix = (prefix: string): string => prefix + '\u{10ffff}';

export async function countPeople(tx: Queryable, workspace: number): Promise<number> {
  const [row] = await tx.query('select count(*) as n from person where workspace_id = $1 and merged_into is null and erased_at is null', [
    workspace,
  ]);
  return row!.n;
}

export async function countInLane(tx: Queryable, workspace: number, lane: number): Promise<number> {
  const [row] = await tx.query(
    'select count(*) as n from person where lane = $1 and workspace_id = $2 and merged_into is null and erased_at is null',
    [lane, workspace],
  );
  return row!.n;
}

/** Who these people are, for lists of other things. */
export async function namesOf(
  tx: Queryable,
  ids: readonly string[],
): Promise<Map<string, { id: string; email: string | null; name: string | null; zone: string | null }>> {
  const people = await loadPeople(tx, [...new Set(ids)]);
  return new Map(people.map((person) => [person.id, { id: person.id, email: person.email, name: person.name, zone: person.zone }]));
}

/** Everybody who has become this person, directly or through others. */
export async function mergedInto(tx: Queryable, person: string): Promise<string[]> {
  const rows = await tx.query(
    `with recursive whole (person_id) as (select person_id from person where merged_into = $1
       union select p.person_id from person p join whole w on p.merged_into = w.person_id) select person_id from whole order by person_id`,
    [person],
  );
  return rows.map((row) => row.person_id);
}

export async function hasPeople(tx: Queryable, workspace: number): Promise<boolean> {
  const [row] = await tx.query('select 1 as there from person where workspace_id = $1 limit 1', [workspace]);
  return row !== undefined;
}

/** Everybody in some lanes who is neither merged away nor erased. */
export async function peopleInLanes(tx: Queryable, workspace: number, lanes: readonly number[]): Promise<string[]> {
  const rows = await tx.query(
    'select person_id from person where lane = any($1::smallint[]) and workspace_id = $2 and merged_into is null and erased_at is null',
    [[...lanes], workspace],
  );
  return rows.map((row) => row.person_id);
}

/** People who were last decided before a revision and remember what they did by then. */
export async function peopleWhoOwe(tx: Queryable, workspace: number, since: number, limit: number): Promise<string[]> {
  const rows = await tx.query(
    "select person_id from person where workspace_id = $1 and merged_into is null and erased_at is null and state ->> 'memoryVersion' = '' and (state ->> 'revision')::int < $2 limit $3",
    [workspace, since, limit],
  );
  return rows.map((row) => row.person_id);
}

/** A page of the people whose score, as it was last written, is within a point of one of some bounds. */
export async function peopleNearScore(
  tx: Queryable,
  workspace: number,
  score: string,
  bounds: readonly number[],
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<StoredPerson[]> {
  const rows = await tx.query(
    `select ${columns} from person p where p.workspace_id = $1 and p.merged_into is null and p.erased_at is null and p.person_id > coalesce($2::uuid, '00000000-0000-0000-0000-000000000000')
       and exists (select 1 from unnest($3::float8[]) bound where abs(rule_number(p.state #> array['scores', $4::text]) - bound) < 1)
     order by p.person_id limit $5`,
    [workspace, cursor ?? null, [...bounds], score, limit],
  );
  return rows.map(toPerson);
}

/** The traits of the people who came last. */
export async function latestTraits(tx: Queryable, workspace: number, limit: number): Promise<JsonObject[]> {
  const rows = await tx.query(
    'select traits from person where workspace_id = $1 and merged_into is null and erased_at is null order by person_id desc limit $2',
    [workspace, limit],
  );
  return rows.map((row) => row.traits);
}

/** People by id as lists show them, in the order of the ids. */
export async function peopleRows(tx: Queryable, ids: readonly string[]): Promise<PersonRow[]> {
  const people = new Map((await loadPeople(tx, ids)).map((person) => [person.id, person]));
  return ids.flatMap((id) => {
    const person = people.get(id);
    if (!person) return [];
    const { email, name, stage, score, owner, createdAt, lastSeenAt } = person;
    return [{ id, email, name, stage, score, owner, createdAt: toIso(createdAt), lastSeenAt: isoOrNull(lastSeenAt) }];
  });
}

export async function ownersOf(tx: Queryable, workspace: number, limit: number): Promise<string[]> {
  const rows = await tx.query(
    'select owner from (select owner from person where workspace_id = $1 and owner is not null order by person_id desc limit 20000) p group by owner order by count(*) desc limit $2',
    [workspace, limit],
  );
  return rows.map((row) => row.owner);
}
