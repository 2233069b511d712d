import { type IdentityKind, identityKinds } from '#contract/fact.ts';
import { type Instant, toIso } from '#contract/instant.ts';
import { bulkInsert } from './bulk.ts';
import type { Queryable } from './database.ts';

export interface IdentityClaim {
  workspace: number;
  kind: IdentityKind;
  value: string;
}
export interface Identity extends IdentityClaim {
  person: string;
}

/** Stands in the place of a person where a value belongs to nobody, because many share it. */
export const nobody = '00000000-0000-0000-0000-000000000000';

const kindName = Object.fromEntries(Object.entries(identityKinds).map(([name, number]) => [number, name])) as Record<number, IdentityKind>;

/** How many lanes there are. */
export const allLanes = 256;

/** The lane of a person, for life: the last byte of the id. */
export const laneOf = (person: string): number => Number.parseInt(person.slice(-2), 16);

export async function findIdentities(tx: Queryable, claims: readonly IdentityClaim[]): Promise<Identity[]> {
  if (claims.length === 0) return [];
  const rows = await tx.query(
    `select i.workspace_id, i.kind, i.value, i.person_id
     from unnest($1::int[], $2::smallint[], $3::text[]) as wanted (workspace_id, kind, value)
     join identity i on i.workspace_id = wanted.workspace_id and i.kind = wanted.kind and i.value = wanted.value`,
    [claims.map((claim) => claim.workspace), claims.map((claim) => identityKinds[claim.kind]), claims.map((claim) => claim.value)],
  );
  return rows.map((row) => ({ workspace: row.workspace_id, kind: kindName[row.kind]!, value: row.value, person: row.person_id }));
}

const insert = bulkInsert(
  'identity',
  { workspace_id: 'int', kind: 'smallint', value: 'text', lane: 'smallint', person_id: 'uuid', since: 'timestamptz' },
  'on conflict do nothing',
);

/**
 * Inserts identities in sorted order, because two transactions that insert the same ones in different orders wait for each other for ever. The first to come keeps an
 * identity, since the time that it is in its workspace.
 */
export async function insertIdentities(
  tx: Queryable,
  identities: readonly Identity[],
  timeIn: (workspace: number) => Instant,
): Promise<void> {
  const sorted = identities.toSorted(
    (a, b) =>
      a.workspace - b.workspace || identityKinds[a.kind] - identityKinds[b.kind] || (a.value < b.value ? -1 : a.value > b.value ? 1 : 0),
  );
  await insert(
    tx,
    sorted.map((each) => ({
      workspace_id: each.workspace,
      kind: identityKinds[each.kind],
      value: each.value,
      lane: laneOf(each.person),
      person_id: each.person,
      since: toIso(timeIn(each.workspace)),
    })),
  );
}

/** How many identities somebody has of a kind: in all, and since an instant that the kind says. */
export interface IdentityCount {
  person: string;
  /** As the policy calls it. */
  kind: string;
  all: number;
  lately: number;
}

/** Counts the identities of people by kind. `since` says for each kind of each workspace from when on they count as lately. */
export async function countIdentities(
  tx: Queryable,
  people: readonly string[],
  since: readonly { workspace: number; kind: string; since: Instant }[],
): Promise<IdentityCount[]> {
  if (people.length === 0) return [];
  const rows = await tx.query(
    `select i.person_id, n.kind, count(*) as "all", count(*) filter (where i.since > w.since) as lately
     from identity i cross join lateral (select case i.kind when 1 then 'user' when 2 then 'anonymous' when 3 then 'email' when 4 then 'phone' when 5 then 'push' else split_part(i.value, ':', 1) end as kind) n
     left join unnest($2::int[], $3::text[], $4::timestamptz[]) as w (workspace_id, kind, since) on w.workspace_id = i.workspace_id and w.kind = n.kind
     where i.person_id = any($1::uuid[]) group by 1, 2`,
    [[...people], since.map((each) => each.workspace), since.map((each) => each.kind), since.map((each) => toIso(each.since))],
  );
  return rows.map((row) => ({ person: row.person_id, kind: row.kind, all: row.all, lately: row.lately }));
}

/** Of these people, those who have a user id. */
export async function peopleWithUser(tx: Queryable, people: readonly string[]): Promise<Set<string>> {
  if (people.length === 0) return new Set();
  const rows = await tx.query('select distinct person_id from identity where person_id = any($1::uuid[]) and kind = $2', [
    [...people],
    identityKinds.user,
  ]);
  return new Set(rows.map((row) => row.person_id));
}

export interface HeldIdentity {
  kind: IdentityKind;
  value: string;
  since: Instant;
  /** Whose it was before a merge. */
  origin: string | null;
}
export async function identitiesOf(tx: Queryable, person: string): Promise<HeldIdentity[]> {
  const rows = await tx.query('select kind, value, since, origin from identity where person_id = $1 order by kind, since', [person]);
  return rows.map((row) => ({ kind: kindName[row.kind]!, value: row.value, since: row.since, origin: row.origin }));
}

/** An identity by the name of its kind, as policies and people say it. */
export function nameOf({ kind, value }: { kind: IdentityKind; value: string }): { kind: string; value: string } {
  if (kind !== 'external') return { kind, value };
  const colon = value.indexOf(':');
  return { kind: value.slice(0, colon), value: value.slice(colon + 1) };
}

/** Takes a value that many share from whoever has it; it belongs to nobody from now on. False when they had it no longer. */
export async function disownIdentity(tx: Queryable, claim: IdentityClaim, owner: string): Promise<boolean> {
  const rows = await tx.query(
    'update identity set lane = $1, person_id = $2, origin = null where workspace_id = $3 and kind = $4 and value = $5 and person_id = $6 returning value',
    [laneOf(nobody), nobody, claim.workspace, identityKinds[claim.kind], claim.value, owner],
  );
  return rows.length === 1;
}

/** Frees the identities of people who are erased: whoever comes with one of them again is somebody new. */
export async function forgetIdentities(tx: Queryable, people: readonly string[]): Promise<void> {
  const rows = await tx.query('delete from identity where person_id = any($1::uuid[]) returning person_id, value', [[...people]]);
  // What they were known by is kept until it has been removed from what was refused, by the housekeeping that follows.
  for (const [person, values] of Map.groupBy(rows, (row) => row.person_id as string))
    await tx.query("update person set state = jsonb_build_object('erasing', $3::jsonb) where lane = $1 and person_id = $2", [
      laneOf(person),
      person,
      JSON.stringify(values.map((row) => row.value)),
    ]);
}
