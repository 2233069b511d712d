import { type Instant, toIso } from '#contract/instant.ts';
import { bulkInsert } from './bulk.ts';
import { decodeCursor, toPage } from './cursor.ts';
import type { Bindable, Queryable } from './database.ts';
import { laneOf } from './identities.ts';

/** Somebody entered a segment or left it: by which version, when, and what each part of the rule saw. */
export interface MembershipChange {
  person: string;
  workspace: number;
  id: string;
  segment: string;
  version: number | null;
  entered: boolean;
  at: Instant;
  evidence: string;
  because: readonly { rule: string; held: boolean; saw: readonly { what: string; at: Instant | null }[]; depth?: number; denies?: true }[];
}

/** A score crossed one of its thresholds. */
export interface ScoreCrossing {
  person: string;
  workspace: number;
  id: string;
  score: string;
  version: number;
  threshold: string;
  from: number;
  up: boolean;
  value: number;
  at: Instant;
  evidence: string;
}

const insertMembership = bulkInsert(
  'membership',
  { lane: 'smallint', person_id: 'uuid', segment: 'text', workspace_id: 'int', since: 'timestamptz' },
  'on conflict (lane, person_id, segment) do update set since = excluded.since',
);
/** Writes who entered and left which segment; of several changes of one membership the last counts. */
export async function changeMemberships(
  tx: Queryable,
  changes: readonly Pick<MembershipChange, 'person' | 'workspace' | 'segment' | 'entered' | 'at'>[],
): Promise<void> {
  if (changes.length === 0) return;
  const last = [...new Map(changes.map((change) => [`${change.person}/${change.segment}`, change])).values()];
  await insertMembership(
    tx,
    last
      .filter((change) => change.entered)
      .map((change) => ({
        lane: laneOf(change.person),
        person_id: change.person,
        segment: change.segment,
        workspace_id: change.workspace,
        since: toIso(change.at),
      })),
  );
  const left = last.filter((change) => !change.entered);
  if (left.length > 0)
    await tx.query(
      'delete from membership m using unnest($1::smallint[], $2::uuid[], $3::text[]) as w (lane, person_id, segment) where m.lane = w.lane and m.person_id = w.person_id and m.segment = w.segment',
      [left.map((change) => laneOf(change.person)), left.map((change) => change.person), left.map((change) => change.segment)],
    );
}
export async function countMembers(tx: Queryable, workspace: number, segment: string): Promise<number> {
  const [row] = await tx.query('select count(*) as n from membership where workspace_id = $1 and segment = $2', [workspace, segment]);
  return row!.n;
}

const insertLog = bulkInsert(
  'membership_log',
  {
    lane: 'smallint',
    person_id: 'uuid',
    log_id: 'uuid',
    stored_at: 'timestamptz',
    workspace_id: 'int',
    segment: 'text',
    version: 'int',
    entered: 'boolean',
    at: 'timestamptz',
    evidence: 'uuid',
    because: 'jsonb',
  },
  'on conflict do nothing',
);

/** Keeps who entered and left which segment, and why. */
export const appendMembershipLog = (tx: Queryable, changes: readonly MembershipChange[], storedAt: Instant): Promise<void> =>
  insertLog(
    tx,
    changes.map((change) => ({
      lane: laneOf(change.person),
      person_id: change.person,
      log_id: change.id,
      stored_at: toIso(storedAt),
      workspace_id: change.workspace,
      segment: change.segment,
      version: change.version,
      entered: change.entered,
      at: toIso(change.at),
      evidence: change.evidence,
      because: JSON.stringify(change.because),
    })),
  );

const insertCrossings = bulkInsert(
  'score_log',
  {
    lane: 'smallint',
    person_id: 'uuid',
    log_id: 'uuid',
    stored_at: 'timestamptz',
    workspace_id: 'int',
    score: 'text',
    version: 'int',
    threshold: 'text',
    crosses_at: 'float8',
    up: 'boolean',
    value: 'float8',
    at: 'timestamptz',
    evidence: 'uuid',
  },
  'on conflict do nothing',
);

export const appendCrossings = (tx: Queryable, crossings: readonly ScoreCrossing[], storedAt: Instant): Promise<void> =>
  insertCrossings(
    tx,
    crossings.map((crossing) => ({
      lane: laneOf(crossing.person),
      person_id: crossing.person,
      log_id: crossing.id,
      stored_at: toIso(storedAt),
      workspace_id: crossing.workspace,
      score: crossing.score,
      version: crossing.version,
      threshold: crossing.threshold,
      crosses_at: crossing.from,
      up: crossing.up,
      value: crossing.value,
      at: toIso(crossing.at),
      evidence: crossing.evidence,
    })),
  );

/** How many belong to each segment of a workspace. */
export async function membersBySegment(tx: Queryable, workspace: number): Promise<Map<string, number>> {
  const rows = await tx.query('select segment, count(*) as n from membership where workspace_id = $1 group by segment', [workspace]);
  return new Map(rows.map((row) => [row.segment, row.n]));
}

/** How often somebody entered and left each segment since an instant, and when last at all. */
export async function changesBySegment(
  tx: Queryable,
  workspace: number,
  since: Instant,
): Promise<Map<string, { entered: number; left: number; last: Instant }>> {
  const rows = await tx.query(
    `select segment, count(*) filter (where entered) as entered, count(*) filter (where not entered) as away, max(at) as last
     from membership_log where workspace_id = $1 and at > $2 group by segment`,
    [workspace, toIso(since)],
  );
  return new Map(rows.map((row) => [row.segment, { entered: row.entered, left: row.away, last: row.last }]));
}

/** How many entered and left a segment on each day of a zone since an instant; days on which nothing changed are not among them. */
export async function changesByDay(
  tx: Queryable,
  workspace: number,
  segment: string,
  since: Instant,
  zone: string,
): Promise<Map<string, { entered: number; left: number }>> {
  const rows = await tx.query(
    `select to_char(at at time zone $4, 'YYYY-MM-DD') as day, count(*) filter (where entered) as entered, count(*) filter (where not entered) as away
     from membership_log where workspace_id = $1 and segment = $2 and at >= $3 group by 1`,
    [workspace, segment, toIso(since), zone],
  );
  return new Map(rows.map((row) => [row.day, { entered: row.entered, left: row.away }]));
}

export interface LoggedChange {
  id: string;
  person: string;
  at: Instant;
  entered: boolean;
  version: number | null;
  because: MembershipChange['because'];
}

/** Who entered and left a segment, newest first. */
export async function listChanges(
  tx: Queryable,
  workspace: number,
  segment: string,
  filter: { cursor?: string | undefined; limit: number; person?: string | undefined; entered?: boolean | undefined },
): Promise<{ items: LoggedChange[]; next: string | null }> {
  const values: Bindable[] = [workspace, segment];
  const bind = (value: Bindable): string => `$${values.push(value)}`;
  const where = ['workspace_id = $1', 'segment = $2'];
  const place = decodeCursor(filter.cursor, 'instant', 'uuid');
  if (place) {
    const at = bind(toIso(Number(place[0])));
    where.push(`at <= ${at}`, `(at, log_id) < (${at}::timestamptz, ${bind(String(place[1]))}::uuid)`);
  }
  if (filter.person !== undefined) where.push(`lane = ${bind(laneOf(filter.person))}`, `person_id = ${bind(filter.person)}`);
  if (filter.entered !== undefined) where.push(`entered = ${bind(filter.entered)}`);
  const rows = await tx.query(
    `select log_id, person_id, at, entered, version, because from membership_log where ${where.join(' and ')} order by at desc, log_id desc limit ${bind(filter.limit + 1)}`,
    values,
  );
  return toPage(
    rows,
    filter.limit,
    (row) => [row.at, row.log_id],
    (row) => ({ id: row.log_id, person: row.person_id, at: row.at, entered: row.entered, version: row.version, because: row.because }),
  );
}

/** How many belong to both of two segments. */
export async function countInBoth(tx: Queryable, workspace: number, a: string, b: string): Promise<number> {
  const [row] = await tx.query(
    `select count(*) as n from membership x join membership y on y.lane = x.lane and y.person_id = x.person_id and y.segment = $3
     where x.workspace_id = $1 and x.segment = $2`,
    [workspace, a, b],
  );
  return row!.n;
}

/** How many people have how much of a score, in equal steps from its least to its most. */
export async function scoreSteps(
  tx: Queryable,
  workspace: number,
  score: string,
  min: number,
  max: number,
  steps: number,
): Promise<number[]> {
  const rows = await tx.query(
    `select greatest(1, least($5::int, width_bucket(value, $3::float8, $4::float8, $5::int))) as step, count(*) as n
     from (select coalesce((state -> 'scores' ->> $2)::float8, greatest($3::float8, least($4::float8, 0))) as value from person
       where workspace_id = $1 and merged_into is null and erased_at is null) p group by 1`,
    [workspace, score, min, max, steps],
  );
  const counts = new Array<number>(steps).fill(0);
  for (const row of rows) counts[row.step - 1] = row.n;
  return counts;
}

/** The middle value of a score, and how many stand at or above each of some marks. */
export async function scoreMarks(
  tx: Queryable,
  workspace: number,
  score: string,
  marks: readonly number[],
): Promise<{ median: number | null; above: number[] }> {
  const [row] = await tx.query(
    `with p as materialized (select coalesce((state -> 'scores' ->> $2)::float8, 0) as value from person
       where workspace_id = $1 and merged_into is null and erased_at is null)
     select (select percentile_cont(0.5) within group (order by value) from p) as median,
       (select array_agg((select count(*)::int from p where value >= mark) order by nth) from unnest($3::float8[]) with ordinality as m (mark, nth)) as above`,
    [workspace, score, [...marks]],
  );
  return { median: row!.median, above: row!.above ?? [] };
}

/** Who crossed a threshold of a score, newest first. */
export async function listCrossings(
  tx: Queryable,
  workspace: number,
  score: string,
  filter: { cursor?: string | undefined; limit: number },
): Promise<{ items: { id: string; person: string; at: Instant; threshold: string; up: boolean; value: number }[]; next: string | null }> {
  const values: Bindable[] = [workspace, score];
  const bind = (value: Bindable): string => `$${values.push(value)}`;
  const where = ['workspace_id = $1', 'score = $2'];
  const place = decodeCursor(filter.cursor, 'instant', 'uuid');
  if (place) {
    const at = bind(toIso(Number(place[0])));
    where.push(`at <= ${at}`, `(at, log_id) < (${at}::timestamptz, ${bind(String(place[1]))}::uuid)`);
  }
  const rows = await tx.query(
    `select log_id, person_id, at, threshold, up, value from score_log where ${where.join(' and ')} order by at desc, log_id desc limit ${bind(filter.limit + 1)}`,
    values,
  );
  return toPage(
    rows,
    filter.limit,
    (row) => [row.at, row.log_id],
    (row) => ({ id: row.log_id, person: row.person_id, at: row.at, threshold: row.threshold, up: row.up, value: row.value }),
  );
}

/** How many more stood above a threshold at the end of each week than before the first: ups less downs, by the Monday on which the week began. */
export async function crossingsByWeek(
  tx: Queryable,
  workspace: number,
  score: string,
  threshold: string,
  since: Instant,
  zone: string,
): Promise<Map<string, number>> {
  const rows = await tx.query(
    `select to_char(date_trunc('week', at at time zone $5), 'YYYY-MM-DD') as week, sum(case when up then 1 else -1 end) as net
     from score_log where workspace_id = $1 and score = $2 and threshold = $3 and at >= $4 group by 1`,
    [workspace, score, threshold, toIso(since), zone],
  );
  return new Map(rows.map((row) => [row.week, Number(row.net)]));
}

/** To which segments somebody belonged at an instant, and since when, by the log. */
export async function membershipsAt(tx: Queryable, person: string, at: Instant): Promise<Record<string, Instant>> {
  const rows = await tx.query(
    'select distinct on (segment) segment, entered, at from membership_log where lane = $1 and person_id = $2 and at <= $3 order by segment, at desc, stored_at desc',
    [laneOf(person), person, toIso(at)],
  );
  return Object.fromEntries(rows.filter((row) => row.entered).map((row) => [row.segment, row.at]));
}
