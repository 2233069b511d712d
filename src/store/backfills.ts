import { type Instant, isoOrNull, toIso } from '#contract/instant.ts';
import type { Queryable, Row } from './database.ts';

/**
 * A backfill brings the lanes of a workspace, a few at a time, to a revision that says something else about everybody. Open: `revisions` says by which
 * revision each lane is decided now. Finished: every lane has reached the target. A workspace has at most one open one; publishing again moves its target.
 */
export interface StoredBackfill {
  id: number;
  workspace: number;
  target: number;
  revisions: number[];
  startedAt: Instant;
  startedBy: string;
  people: number;
  changes: number;
  finishedAt: Instant | null;
  cancelledBy: string | null;
}

const toBackfill = (row: Row): StoredBackfill => ({
  id: row.backfill_id,
  workspace: row.workspace_id,
  target: row.target,
  revisions: row.revisions,
  startedAt: row.started_at,
  startedBy: row.started_by,
  people: row.people,
  changes: row.changes,
  finishedAt: row.finished_at,
  cancelledBy: row.cancelled_by,
});

/** Opens a backfill from one revision to another, or moves the target of the one that is open. */
export async function openBackfill(
  tx: Queryable,
  given: { workspace: number; from: number; target: number; by: string },
  now: Instant,
): Promise<void> {
  await tx.query(
    `insert into backfill (workspace_id, target, revisions, started_at, started_by) values ($1, $2, array_fill($3::int, array[256]), $4, $5)
     on conflict (workspace_id) where finished_at is null do update set target = excluded.target`,
    [given.workspace, given.target, given.from, toIso(now), given.by],
  );
}

export async function openBackfills(tx: Queryable, workspaces: readonly number[]): Promise<StoredBackfill[]> {
  const rows = await tx.query('select * from backfill where workspace_id = any($1::int[]) and finished_at is null order by backfill_id', [
    [...workspaces],
  ]);
  return rows.map(toBackfill);
}

export async function listBackfills(tx: Queryable, workspace: number, limit: number): Promise<StoredBackfill[]> {
  const rows = await tx.query('select * from backfill where workspace_id = $1 order by backfill_id desc limit $2', [workspace, limit]);
  return rows.map(toBackfill);
}

/** Says that lanes are decided by the target from now on, and closes the backfill when they were the last. */
export async function advanceBackfill(
  tx: Queryable,
  done: { id: number; lanes: readonly number[]; target: number; people: number; changes: number },
  now: Instant,
): Promise<void> {
  await tx.query(
    `update backfill set people = people + $4, changes = changes + $5,
       revisions = (select array_agg(case when nth - 1 = any($2::int[]) then $3 else revision end order by nth) from unnest(revisions) with ordinality as r (revision, nth))
     where backfill_id = $1`,
    [done.id, [...done.lanes], done.target, done.people, done.changes],
  );
  await tx.query('update backfill set finished_at = $2 where backfill_id = $1 and finished_at is null and target = all (revisions)', [
    done.id,
    isoOrNull(now),
  ]);
}

export async function markCancelled(tx: Queryable, id: number, by: string): Promise<void> {
  await tx.query('update backfill set cancelled_by = $2 where backfill_id = $1', [id, by]);
}
