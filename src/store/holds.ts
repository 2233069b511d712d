import { type IdentityKind, identityKinds, type RefusedName } from '#contract/fact.ts';
import { type Instant, toIso } from '#contract/instant.ts';
import { bulkInsert } from './bulk.ts';
import { decodeCursor, toPage } from './cursor.ts';
import type { Queryable } from './database.ts';
import { laneOf } from './identities.ts';

/**
 * What was refused as a name, and who is held for review. A hold begins as held, when somebody attracts too many identities of a kind; a colleague ends it: allowed
 * (what waits is joined, and they may have that many more) or apart (what waits is kept apart from them).
 */

export interface StoredRefusedName extends RefusedName {
  workspace: number;
  person: string;
  at: Instant;
}

const insertRefused = bulkInsert(
  'identity_refused',
  {
    workspace_id: 'int',
    kind: 'text',
    value: 'text',
    because: 'text',
    person_id: 'uuid',
    times: 'int',
    first_at: 'timestamptz',
    last_at: 'timestamptz',
  },
  `on conflict (workspace_id, kind, value) do update set because = excluded.because, person_id = excluded.person_id, times = identity_refused.times + excluded.times,
   last_at = greatest(identity_refused.last_at, excluded.last_at)`,
);

/** Notes names that were refused, in sorted order: two batches may refuse the same ones. */
export async function recordRefusedNames(tx: Queryable, list: readonly StoredRefusedName[]): Promise<void> {
  const keyOf = (each: StoredRefusedName): string => `${each.workspace}\u0000${each.kind}\u0000${each.value}`;
  const groups = [...Map.groupBy(list, keyOf)].sort(([a], [b]) => (a < b ? -1 : 1));
  await insertRefused(
    tx,
    groups.map(([, same]) => {
      const last = same.at(-1)!;
      return {
        workspace_id: last.workspace,
        kind: last.kind,
        value: last.value.slice(0, 500),
        because: last.because,
        person_id: last.person,
        times: same.length,
        first_at: toIso(Math.min(...same.map((each) => each.at))),
        last_at: toIso(Math.max(...same.map((each) => each.at))),
      };
    }),
  );
}

export async function listRefusedNames(tx: Queryable, workspace: number, filter: { cursor?: string | undefined; limit: number }) {
  const place = decodeCursor(filter.cursor, 'instant', 'text', 'text');
  const rows = await tx.query(
    `select * from identity_refused where workspace_id = $1
     and ($2::timestamptz is null or (last_at, kind, value) < ($2::timestamptz, $3::text, $4::text)) order by last_at desc, kind desc, value desc limit $5`,
    [workspace, place ? toIso(Number(place[0])) : null, place ? String(place[1]) : null, place ? String(place[2]) : null, filter.limit + 1],
  );
  return toPage(
    rows,
    filter.limit,
    (row) => [row.last_at, row.kind, row.value],
    (row) => ({
      kind: row.kind as string,
      value: row.value as string,
      because: row.because as string,
      person: row.person_id as string,
      times: row.times as number,
      firstAt: toIso(row.first_at),
      lastAt: toIso(row.last_at),
    }),
  );
}

const insertSeen = bulkInsert(
  'identity_seen',
  { workspace_id: 'int', kind: 'smallint', value: 'text', person_id: 'uuid' },
  'on conflict do nothing',
);

export interface SeenName {
  workspace: number;
  kind: IdentityKind;
  value: string;
  /** Who came with it. */
  person: string;
  owner: string;
}

/** Notes who came with a name that is somebody else's, and counts with how many it was seen beside its owner. */
export async function noteSeen(tx: Queryable, seen: readonly SeenName[]): Promise<(SeenName & { others: number })[]> {
  if (seen.length === 0) return [];
  const sorted = seen.toSorted((a, b) =>
    `${a.workspace} ${a.kind} ${a.value} ${a.person}` < `${b.workspace} ${b.kind} ${b.value} ${b.person}` ? -1 : 1,
  );
  await insertSeen(
    tx,
    sorted.map((each) => ({ workspace_id: each.workspace, kind: identityKinds[each.kind], value: each.value, person_id: each.person })),
  );
  const names = [...new Map(sorted.map((each) => [`${each.workspace} ${each.kind} ${each.value}`, each])).values()];
  const rows = await tx.query(
    `select s.workspace_id, s.kind, s.value, count(*) as n from unnest($1::int[], $2::smallint[], $3::text[]) as w (workspace_id, kind, value)
     join identity_seen s on s.workspace_id = w.workspace_id and s.kind = w.kind and s.value = w.value group by 1, 2, 3`,
    [names.map((each) => each.workspace), names.map((each) => identityKinds[each.kind]), names.map((each) => each.value)],
  );
  const counts = new Map(rows.map((row) => [`${row.workspace_id} ${row.kind} ${row.value}`, row.n as number]));
  return names.map((each) => ({ ...each, others: counts.get(`${each.workspace} ${identityKinds[each.kind]} ${each.value}`) ?? 0 }));
}

export interface StoredHold {
  person: string;
  workspace: number;
  kind: string;
  status: 'held' | 'allowed' | 'apart';
  identities: number;
  since: Instant;
}

/** Whether people are held, or how many identities a colleague allowed them. */
export async function holdsOf(tx: Queryable, people: readonly string[]): Promise<StoredHold[]> {
  if (people.length === 0) return [];
  const rows = await tx.query(
    `select h.* from unnest($1::smallint[], $2::uuid[]) as w (lane, person_id) join identity_hold h on h.lane = w.lane and h.person_id = w.person_id`,
    [people.map(laneOf), [...people]],
  );
  return rows.map((row) => ({
    person: row.person_id,
    workspace: row.workspace_id,
    kind: row.kind,
    status: row.status,
    identities: row.identities,
    since: row.since,
  }));
}

const insertHolds = bulkInsert(
  'identity_hold',
  {
    lane: 'smallint',
    person_id: 'uuid',
    kind: 'text',
    workspace_id: 'int',
    status: 'text',
    identities: 'int',
    since: 'timestamptz',
  },
  `on conflict (lane, person_id, kind) do update set status = 'held', since = excluded.since, identities = excluded.identities, settled_by = null, settled_reason = null
   where identity_hold.status <> 'held'`,
);

/** Holds people for review; whoever is held already stays so. Their lanes are locked. */
export const holdPeople = (tx: Queryable, holds: readonly Omit<StoredHold, 'status'>[]): Promise<void> =>
  insertHolds(
    tx,
    [...new Map(holds.map((hold) => [`${hold.person} ${hold.kind}`, hold])).values()].map((hold) => ({
      lane: laneOf(hold.person),
      person_id: hold.person,
      kind: hold.kind,
      workspace_id: hold.workspace,
      status: 'held',
      identities: hold.identities,
      since: toIso(hold.since),
    })),
  );

export interface HeldJoin {
  person: string;
  other: string;
  workspace: number;
  at: Instant;
  evidence: string;
  actor: string;
  by: string | null;
}

/** A join that is not made while somebody is held. */
export async function waitJoin(tx: Queryable, join: HeldJoin): Promise<void> {
  await tx.query(
    'insert into held_join (lane, person_id, other_id, workspace_id, at, evidence, actor, by) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing',
    [laneOf(join.person), join.person, join.other, join.workspace, toIso(join.at), join.evidence, join.actor, join.by],
  );
}

/** Takes the joins that wait for somebody. */
export async function takeWaitingJoins(tx: Queryable, person: string): Promise<HeldJoin[]> {
  const rows = await tx.query('delete from held_join where lane = $1 and person_id = $2 returning *', [laneOf(person), person]);
  return rows.map((row) => ({
    person: row.person_id,
    other: row.other_id,
    workspace: row.workspace_id,
    at: row.at,
    evidence: row.evidence,
    actor: row.actor,
    by: row.by,
  }));
}

/** Ends what holds somebody; `identities` is how many they have, from which on those who are allowed are counted anew. Answers the kinds. */
export async function settleHolds(
  tx: Queryable,
  person: string,
  how: { status: 'allowed' | 'apart'; by: string; reason: string; counts: ReadonlyMap<string, number> },
): Promise<string[]> {
  const rows = await tx.query(
    "update identity_hold set status = $3, settled_by = $4, settled_reason = $5 where lane = $1 and person_id = $2 and status = 'held' returning kind",
    [laneOf(person), person, how.status, how.by, how.reason],
  );
  for (const { kind } of rows)
    await tx.query('update identity_hold set identities = $4 where lane = $1 and person_id = $2 and kind = $3', [
      laneOf(person),
      person,
      kind,
      how.counts.get(kind) ?? 0,
    ]);
  return rows.map((row) => row.kind);
}

/** People who are held, those longest first, with the joins that wait. */
export async function listHeld(tx: Queryable, workspace: number, filter: { cursor?: string | undefined; limit: number }) {
  const place = decodeCursor(filter.cursor, 'instant', 'uuid');
  const rows = await tx.query(
    `select h.person_id, min(h.since) as since, jsonb_agg(jsonb_build_object('kind', h.kind, 'identities', h.identities) order by h.kind) as kinds
     from identity_hold h where h.workspace_id = $1 and h.status = 'held' group by h.person_id
     having $2::timestamptz is null or (min(h.since), h.person_id) > ($2::timestamptz, $3::uuid) order by 2, 1 limit $4`,
    [workspace, place ? toIso(Number(place[0])) : null, place ? String(place[1]) : null, filter.limit + 1],
  );
  const waiting = await tx.query('select * from held_join where person_id = any($1::uuid[]) order by at', [
    rows.map((row) => row.person_id),
  ]);
  const joins = Map.groupBy(waiting, (row) => row.person_id as string);
  return toPage(
    rows,
    filter.limit,
    (row) => [row.since, row.person_id],
    (row) => ({
      person: row.person_id as string,
      since: toIso(row.since),
      kinds: row.kinds as { kind: string; identities: number }[],
      waiting: (joins.get(row.person_id) ?? []).map((each) => ({
        person: each.other_id as string,
        at: toIso(each.at),
        by: each.by as string | null,
        actor: each.actor as string,
      })),
    }),
  );
}

/** Keeps two people apart, seen from either. */
export async function keepApart(
  tx: Queryable,
  pairs: readonly { person: string; other: string }[],
  why: { workspace: number; at: Instant; by: string; reason: string },
): Promise<void> {
  if (pairs.length === 0) return;
  const both = pairs.flatMap(({ person, other }) => [
    { person, other },
    { person: other, other: person },
  ]);
  await tx.query(
    `insert into kept_apart (lane, person_id, other_id, workspace_id, at, by, reason)
     select lane, person_id, other_id, $4, $5, $6, $7 from unnest($1::smallint[], $2::uuid[], $3::uuid[]) as p (lane, person_id, other_id) on conflict do nothing`,
    [
      both.map((each) => laneOf(each.person)),
      both.map((each) => each.person),
      both.map((each) => each.other),
      why.workspace,
      toIso(why.at),
      why.by,
      why.reason,
    ],
  );
}

/** Pairs out of two groups of people that are kept apart. */
export async function apartPairs(
  tx: Queryable,
  these: readonly string[],
  those: readonly string[],
): Promise<{ person: string; other: string }[]> {
  const rows = await tx.query(
    `select k.person_id, k.other_id from unnest($1::smallint[], $2::uuid[]) as w (lane, person_id)
     join kept_apart k on k.lane = w.lane and k.person_id = w.person_id where k.other_id = any($3::uuid[])`,
    [these.map(laneOf), [...these], [...those]],
  );
  return rows.map((row) => ({ person: row.person_id, other: row.other_id }));
}

export async function liftApart(tx: Queryable, pairs: readonly { person: string; other: string }[]): Promise<void> {
  for (const { person, other } of pairs)
    for (const [one, two] of [
      [person, other],
      [other, person],
    ] as const)
      await tx.query('delete from kept_apart where lane = $1 and person_id = $2 and other_id = $3', [laneOf(one), one, two]);
}

export async function apartFrom(tx: Queryable, person: string): Promise<string[]> {
  const rows = await tx.query('select other_id from kept_apart where lane = $1 and person_id = $2', [laneOf(person), person]);
  return rows.map((row) => row.other_id);
}
