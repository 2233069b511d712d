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

const kindName = Object.fromEntries(Object.entries(identityKinds).map(([name, number]) => [number, name])) as Record<number, IdentityKind>;

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

/** Inserts identities in sorted order, because two transactions that insert the same ones in different orders wait for each other for ever. The first to come keeps an identity. */
export async function insertIdentities(tx: Queryable, identities: readonly Identity[], now: Instant): Promise<void> {
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
      since: toIso(now),
    })),
  );
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

export async function identitiesOf(tx: Queryable, person: string): Promise<{ kind: IdentityKind; value: string; since: Instant }[]> {
  const rows = await tx.query('select kind, value, since from identity where person_id = $1 order by kind, since', [person]);
  return rows.map((row) => ({ kind: kindName[row.kind]!, value: row.value, since: row.since }));
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
