import { type Instant, isoOrNull, toIso } from '#contract/instant.ts';
import type { Queryable, Row } from './database.ts';

/** People under way who were moved from one version of a journey to another: each step to one of the new version, or (null) out. */
export interface StoredRunMigration {
  id: string;
  workspace: number;
  journey: string;
  from: number;
  to: number;
  map: Record<string, string | null>;
  /** How many runs were told. */
  runs: number;
  at: Instant;
  by: string;
  undoneAt: Instant | null;
  undoneBy: string | null;
}

const toMigration = (row: Row): StoredRunMigration => ({
  id: row.migration_id,
  workspace: row.workspace_id,
  journey: row.journey,
  from: row.from_version,
  to: row.to_version,
  map: row.map,
  runs: row.runs,
  at: row.at,
  by: row.by,
  undoneAt: row.undone_at,
  undoneBy: row.undone_by,
});

export async function insertRunMigration(tx: Queryable, migration: StoredRunMigration): Promise<void> {
  await tx.query(
    `insert into run_migration (migration_id, workspace_id, journey, from_version, to_version, map, runs, at, by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      migration.id,
      migration.workspace,
      migration.journey,
      migration.from,
      migration.to,
      JSON.stringify(migration.map),
      migration.runs,
      toIso(migration.at),
      migration.by,
    ],
  );
}

export async function findRunMigration(tx: Queryable, workspace: number, id: string): Promise<StoredRunMigration | null> {
  const [row] = await tx.query('select * from run_migration where workspace_id = $1 and migration_id = $2', [workspace, id]);
  return row ? toMigration(row) : null;
}

export async function listRunMigrations(tx: Queryable, workspace: number, journey: string): Promise<StoredRunMigration[]> {
  const rows = await tx.query('select * from run_migration where workspace_id = $1 and journey = $2 order by at desc limit 50', [
    workspace,
    journey,
  ]);
  return rows.map(toMigration);
}

/** Says who took a migration back; false when somebody has already. */
export async function markUndone(tx: Queryable, workspace: number, id: string, by: string, at: Instant): Promise<boolean> {
  const rows = await tx.query(
    'update run_migration set undone_at = $3, undone_by = $4 where workspace_id = $1 and migration_id = $2 and undone_at is null returning 1 as done',
    [workspace, id, isoOrNull(at), by],
  );
  return rows.length === 1;
}

/**
 * Versions between which people were ever moved. They stay for good: whoever is moved back finds what the rules there ask remembered without a gap, and nobody else
 * is taken to remember what they did not while it was missing.
 */
export async function versionsMovedBetween(tx: Queryable, workspace: number): Promise<{ journey: string; version: number }[]> {
  const rows = await tx.query(
    'select distinct journey, v.version from run_migration, unnest(array[from_version, to_version]) as v (version) where workspace_id = $1',
    [workspace],
  );
  return rows.map((row) => ({ journey: row.journey, version: row.version }));
}

/** The live runs of a version of a journey, by where they stand. */
export async function runsAt(
  tx: Queryable,
  workspace: number,
  journey: string,
  version: number,
): Promise<{ step: string; people: number }[]> {
  const rows = await tx.query(
    "select step, count(*) as people from run where workspace_id = $1 and journey = $2 and version = $3 and status = 'live' group by step order by step",
    [workspace, journey, version],
  );
  return rows.map((row) => ({ step: row.step, people: row.people }));
}

/** Who is under way in a version of a journey at one of these steps, a page at a time. */
export async function peopleAt(
  tx: Queryable,
  given: { workspace: number; journey: string; version: number; steps: readonly string[] },
  limit: number,
): Promise<string[]> {
  const rows = await tx.query(
    "select distinct person_id from run where workspace_id = $1 and journey = $2 and version = $3 and status = 'live' and step = any($4::text[]) order by person_id limit $5",
    [given.workspace, given.journey, given.version, [...given.steps], limit],
  );
  return rows.map((row) => row.person_id);
}

/** Who was moved by a migration and stands since where it put them, and who is still to be moved by it. */
export async function peopleMovedBy(tx: Queryable, workspace: number, migration: string): Promise<string[]> {
  // Whoever is moved between the two is found by both.
  const waiting = await tx.query(
    "select distinct person_id from inbox where workspace_id = $1 and class < 9 and fact like '%' || $2 || '%'",
    [workspace, JSON.stringify({ migration }).slice(1, -1)],
  );
  const moved = await tx.query(
    "select distinct person_id from run where workspace_id = $1 and status = 'live' and state #>> '{movedBy,migration}' = $2",
    [workspace, migration],
  );
  return [...new Set([...waiting, ...moved].map((row) => row.person_id))].sort();
}
