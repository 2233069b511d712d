import type { DefinitionKind } from '#contract/definition.ts';
import { type Instant, toIso } from '#contract/instant.ts';
import type { Queryable, Row } from './database.ts';

export interface StoredDefinition {
  kind: DefinitionKind;
  key: string;
  draft: unknown;
  version: number | null;
  updatedAt: Instant;
  updatedBy: string;
  /** The published body; null while nothing is published. */
  published: unknown;
  /** It was published, and is not in force any more. */
  retired: boolean;
  archivedAt: Instant | null;
  /** When it was last put in force again by the version that it had. */
  restoredAt: Instant | null;
  publishedAt: Instant | null;
}
export interface StoredVersion {
  kind: DefinitionKind;
  key: string;
  version: number;
  body: unknown;
  revision: number;
  publishedAt: Instant;
  publishedBy: string;
  note: string;
}

const toDefinition = (row: Row): StoredDefinition => ({
  kind: row.kind,
  key: row.key,
  draft: row.draft,
  version: row.version,
  updatedAt: row.updated_at,
  updatedBy: row.updated_by,
  published: row.body ?? null,
  retired: row.retired,
  archivedAt: row.archived_at,
  restoredAt: row.restored_at,
  publishedAt: row.published_at ?? null,
});
const toVersion = (row: Row): StoredVersion => ({
  kind: row.kind,
  key: row.key,
  version: row.version,
  body: row.body,
  revision: row.revision,
  publishedAt: row.published_at,
  publishedBy: row.published_by,
  note: row.note,
});

const statement = `select d.*, v.body, v.published_at, r.revision is not null as retired from definition d
  left join definition_version v on v.workspace_id = d.workspace_id and v.kind = d.kind and v.key = d.key and v.version = d.version
  left join retirement r on r.workspace_id = d.workspace_id and r.kind = d.kind and r.key = d.key and r.until_revision is null`;

export async function listDefinitions(tx: Queryable, workspace: number): Promise<StoredDefinition[]> {
  const rows = await tx.query(`${statement} where d.workspace_id = $1 order by d.kind, d.key`, [workspace]);
  return rows.map(toDefinition);
}

export async function findDefinition(
  tx: Queryable,
  workspace: number,
  kind: DefinitionKind,
  key: string,
): Promise<StoredDefinition | null> {
  const [row] = await tx.query(`${statement} where d.workspace_id = $1 and d.kind = $2 and d.key = $3`, [workspace, kind, key]);
  return row ? toDefinition(row) : null;
}

export async function saveDraft(
  tx: Queryable,
  workspace: number,
  kind: DefinitionKind,
  key: string,
  draft: unknown,
  by: string,
  now: Instant,
): Promise<void> {
  await tx.query(
    `insert into definition (workspace_id, kind, key, draft, version, updated_at, updated_by) values ($1, $2, $3, $4, null, $5, $6)
     on conflict (workspace_id, kind, key) do update set draft = excluded.draft, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
    [workspace, kind, key, JSON.stringify(draft), toIso(now), by],
  );
}

export async function deleteDefinition(tx: Queryable, workspace: number, kind: DefinitionKind, key: string): Promise<void> {
  await tx.query('delete from definition where workspace_id = $1 and kind = $2 and key = $3', [workspace, kind, key]);
}

/** What was in force at a revision: of each definition that was not retired the version that was the latest then. */
export async function publishedAt(tx: Queryable, workspace: number, revision: number): Promise<StoredVersion[]> {
  const rows = await tx.query(
    `select distinct on (kind, key) * from definition_version v where workspace_id = $1 and revision <= $2
       and not exists (select 1 from retirement r where r.workspace_id = $1 and r.kind = v.kind and r.key = v.key and r.revision <= $2
         and (r.until_revision is null or r.until_revision > $2))
     order by kind, key, version desc`,
    [workspace, revision],
  );
  return rows.map(toVersion);
}

/** Locks the rulebook against other publishers and answers its revision. */
export async function lockRevision(tx: Queryable, workspace: number): Promise<number> {
  const [row] = await tx.query('select revision from workspace where workspace_id = $1 for no key update', [workspace]);
  return row!.revision;
}
export async function setRevision(tx: Queryable, workspace: number, revision: number): Promise<void> {
  await tx.query('update workspace set revision = $2 where workspace_id = $1', [workspace, revision]);
}

export async function addVersion(tx: Queryable, workspace: number, version: StoredVersion): Promise<void> {
  await tx.query(
    'insert into definition_version (workspace_id, kind, key, version, body, revision, published_at, published_by, note) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
    [
      workspace,
      version.kind,
      version.key,
      version.version,
      JSON.stringify(version.body),
      version.revision,
      toIso(version.publishedAt),
      version.publishedBy,
      version.note,
    ],
  );
  await tx.query('update definition set version = $4, draft = $5 where workspace_id = $1 and kind = $2 and key = $3', [
    workspace,
    version.kind,
    version.key,
    version.version,
    JSON.stringify(version.body),
  ]);
}

export async function listVersions(tx: Queryable, workspace: number, kind: DefinitionKind, key: string): Promise<StoredVersion[]> {
  return (
    await tx.query('select * from definition_version where workspace_id = $1 and kind = $2 and key = $3 order by version desc', [
      workspace,
      kind,
      key,
    ])
  ).map(toVersion);
}

export async function findVersions(
  tx: Queryable,
  workspace: number,
  kind: DefinitionKind,
  wanted: readonly { key: string; version: number }[],
): Promise<StoredVersion[]> {
  if (wanted.length === 0) return [];
  const rows = await tx.query(
    `select v.* from unnest($3::text[], $4::int[]) as w (key, version) join definition_version v on v.workspace_id = $1 and v.kind = $2 and v.key = w.key and v.version = w.version`,
    [workspace, kind, wanted.map((each) => each.key), wanted.map((each) => each.version)],
  );
  return rows.map(toVersion);
}

/** Puts a definition away, out of the lists (or, with null, back into them). */
export async function archive(
  tx: Queryable,
  workspace: number,
  kind: DefinitionKind,
  key: string,
  archived: { at: Instant; by: string } | null,
): Promise<void> {
  await tx.query('update definition set archived_at = $4, archived_by = $5 where workspace_id = $1 and kind = $2 and key = $3', [
    workspace,
    kind,
    key,
    archived && toIso(archived.at),
    archived?.by ?? null,
  ]);
}

export async function markRestored(tx: Queryable, workspace: number, kind: DefinitionKind, key: string, now: Instant): Promise<void> {
  await tx.query('update definition set restored_at = $4 where workspace_id = $1 and kind = $2 and key = $3', [
    workspace,
    kind,
    key,
    toIso(now),
  ]);
}

/** The highest version that each definition of a workspace ever had, by kind/key. Numbers are never used again. */
export async function highestVersions(tx: Queryable, workspace: number): Promise<Map<string, number>> {
  const rows = await tx.query(
    'select kind, key, max(version) as version from definition_version where workspace_id = $1 group by kind, key',
    [workspace],
  );
  return new Map(rows.map((row) => [`${row.kind}/${row.key}`, row.version]));
}

export async function revisionsOf(tx: Queryable, workspaces: readonly number[]): Promise<Map<number, number>> {
  const rows = await tx.query('select workspace_id, revision from workspace where workspace_id = any($1::int[])', [[...workspaces]]);
  return new Map(rows.map((row) => [row.workspace_id, row.revision]));
}

/** The time zone in which a workspace reads hours and days that are nobody's own. */
export async function zoneOf(tx: Queryable, workspace: number): Promise<string> {
  const [row] = await tx.query("select settings ->> 'zone' as zone from workspace where workspace_id = $1", [workspace]);
  return row?.zone ?? 'UTC';
}
