import { type Instant, isoOrNull, toIso } from '#contract/instant.ts';
import type { ImportSettings, importStates } from '#contract/import.ts';
import { bulkInsert } from './bulk.ts';
import { decodeCursor, toPage } from './cursor.ts';
import type { Queryable, Row } from './database.ts';

/**
 * An import: uploaded when its rows lie here and nothing has happened, running while they become facts, finished when none is left, cancelled when somebody
 * stopped it. A row goes when its facts are in the inbox; a refused one stays with its reason until the housekeeping takes it.
 */
export interface StoredImport {
  id: string;
  workspace: number;
  status: (typeof importStates)[number];
  fileName: string;
  fileHash: string;
  encoding: string;
  delimiter: string;
  columns: { name: string; samples: string[] }[];
  settings: ImportSettings | null;
  rows: number;
  taken: number;
  refused: number;
  createdAt: Instant;
  createdBy: string;
  startedAt: Instant | null;
  finishedAt: Instant | null;
}

const toImport = (row: Row): StoredImport => ({
  id: row.import_id,
  workspace: row.workspace_id,
  status: row.status,
  fileName: row.file_name,
  fileHash: row.file_hash,
  encoding: row.encoding,
  delimiter: row.delimiter,
  columns: row.columns,
  settings: row.settings,
  rows: row.rows,
  taken: row.taken,
  refused: row.refused,
  createdAt: row.created_at,
  createdBy: row.created_by,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
});
const columns =
  'workspace_id, import_id, status, file_name, file_hash, encoding, delimiter, columns, settings, rows, taken, refused, created_at, created_by, started_at, finished_at';

const insertRows = bulkInsert('import_row', { workspace_id: 'int', import_id: 'uuid', row: 'int', cells: 'jsonb' });
const rowsAtOnce = 5_000;

export async function saveImport(tx: Queryable, given: StoredImport, rows: readonly (readonly string[])[]): Promise<void> {
  await tx.query(`insert into import (${columns}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`, [
    given.workspace,
    given.id,
    given.status,
    given.fileName,
    given.fileHash,
    given.encoding,
    given.delimiter,
    JSON.stringify(given.columns),
    given.settings === null ? null : JSON.stringify(given.settings),
    given.rows,
    given.taken,
    given.refused,
    toIso(given.createdAt),
    given.createdBy,
    isoOrNull(given.startedAt),
    isoOrNull(given.finishedAt),
  ]);
  for (let from = 0; from < rows.length; from += rowsAtOnce)
    await insertRows(
      tx,
      rows.slice(from, from + rowsAtOnce).map((cells, index) => ({
        workspace_id: given.workspace,
        import_id: given.id,
        row: from + index + 1,
        cells: JSON.stringify(cells),
      })),
    );
}

export async function findImport(tx: Queryable, workspace: number, id: string): Promise<StoredImport | null> {
  const [row] = await tx.query(`select ${columns} from import where workspace_id = $1 and import_id = $2`, [workspace, id]);
  return row ? toImport(row) : null;
}

export async function listImports(tx: Queryable, workspace: number, filter: { cursor?: string | undefined; limit: number }) {
  const place = decodeCursor(filter.cursor, 'uuid');
  const rows = await tx.query(
    `select ${columns} from import where workspace_id = $1 and ($2::uuid is null or import_id < $2) order by import_id desc limit $3`,
    [workspace, place ? String(place[0]) : null, filter.limit + 1],
  );
  return toPage(rows, filter.limit, (row) => [row.import_id], toImport);
}

/** When the same file was run before. */
export async function sameFileRun(tx: Queryable, workspace: number, id: string, hash: string): Promise<Instant | null> {
  const [row] = await tx.query(
    'select started_at from import where workspace_id = $1 and file_hash = $2 and import_id <> $3 and started_at is not null order by started_at desc limit 1',
    [workspace, hash, id],
  );
  return row ? row.started_at : null;
}

/** Starts an import that waits; false when it is past that. */
export async function startImport(tx: Queryable, workspace: number, id: string, settings: ImportSettings, now: Instant): Promise<boolean> {
  const rows = await tx.query(
    "update import set status = 'running', settings = $3, started_at = $4 where workspace_id = $1 and import_id = $2 and status = 'uploaded' returning import_id",
    [workspace, id, JSON.stringify(settings), toIso(now)],
  );
  return rows.length === 1;
}

/** Stops an import and throws away the rows that were not taken; false when it had ended. */
export async function endImport(
  tx: Queryable,
  workspace: number,
  id: string,
  as: 'finished' | 'cancelled',
  now: Instant,
): Promise<boolean> {
  const rows = await tx.query(
    `update import set status = $3, finished_at = $4 where workspace_id = $1 and import_id = $2 and (status = 'running' or (status = 'uploaded' and $3 = 'cancelled')) returning import_id`,
    [workspace, id, as, toIso(now)],
  );
  if (rows.length === 1 && as === 'cancelled')
    await tx.query('delete from import_row where workspace_id = $1 and import_id = $2 and refused is null', [workspace, id]);
  return rows.length === 1;
}

/** Imports under way, the oldest first. */
export async function runningImports(tx: Queryable): Promise<StoredImport[]> {
  const rows = await tx.query(`select ${columns} from import where status = 'running' order by started_at limit 20`);
  return rows.map(toImport);
}

export interface WaitingRow {
  row: number;
  cells: string[];
}

/** The next rows that wait, after a row. */
export async function waitingRows(tx: Queryable, workspace: number, id: string, after: number, limit: number): Promise<WaitingRow[]> {
  const rows = await tx.query(
    'select row, cells from import_row where workspace_id = $1 and import_id = $2 and row > $3 and refused is null order by row limit $4',
    [workspace, id, after, limit],
  );
  return rows.map((row) => ({ row: row.row, cells: row.cells }));
}

/** Takes away rows whose facts are in the inbox, marks those that were refused, and counts both. What was done before is not counted again. */
export async function settleRows(
  tx: Queryable,
  workspace: number,
  id: string,
  taken: readonly number[],
  refused: readonly { row: number; reason: string }[],
): Promise<void> {
  const gone = await tx.query(
    'delete from import_row where workspace_id = $1 and import_id = $2 and row = any($3::int[]) and refused is null returning row',
    [workspace, id, [...taken]],
  );
  const marked = await tx.query(
    `update import_row r set refused = w.reason from unnest($3::int[], $4::text[]) as w (row, reason)
     where r.workspace_id = $1 and r.import_id = $2 and r.row = w.row and r.refused is null returning r.row`,
    [workspace, id, refused.map((each) => each.row), refused.map((each) => each.reason)],
  );
  await tx.query('update import set taken = taken + $3, refused = refused + $4 where workspace_id = $1 and import_id = $2', [
    workspace,
    id,
    gone.length,
    marked.length,
  ]);
}

export async function refusedRows(
  tx: Queryable,
  workspace: number,
  id: string,
  after: number,
  limit: number,
): Promise<(WaitingRow & { reason: string })[]> {
  const rows = await tx.query(
    'select row, cells, refused from import_row where workspace_id = $1 and import_id = $2 and row > $3 and refused is not null order by row limit $4',
    [workspace, id, after, limit],
  );
  return rows.map((row) => ({ row: row.row, cells: row.cells, reason: row.refused }));
}

/** Which of these people's names are known already; counted in parts of the list. */
export async function countKnown(tx: Queryable, workspace: number, kind: number, values: readonly string[]): Promise<Set<string>> {
  if (values.length === 0) return new Set();
  const rows = await tx.query('select value from identity where workspace_id = $1 and kind = $2 and value = any($3::text[])', [
    workspace,
    kind,
    [...values],
  ]);
  return new Set(rows.map((row) => row.value));
}

/** Removes rows of imports that ended, or were never run, before these instants. As the owner, for all workspaces. */
export async function dropOldImportRows(tx: Queryable, ended: Instant, uploaded: Instant): Promise<void> {
  await tx.query(
    `delete from import_row r using import i where i.workspace_id = r.workspace_id and i.import_id = r.import_id
     and ((i.status in ('finished', 'cancelled') and i.finished_at < $1) or (i.status = 'uploaded' and i.created_at < $2))`,
    [toIso(ended), toIso(uploaded)],
  );
  await tx.query("update import set status = 'cancelled', finished_at = created_at where status = 'uploaded' and created_at < $1", [
    toIso(uploaded),
  ]);
}
