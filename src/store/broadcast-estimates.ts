import { type Instant, toIso } from '#contract/instant.ts';
import type { Queryable, Row } from './database.ts';

/** What a broadcast would come to, as far as it has been looked at: the latest estimate of each. */
export interface StoredEstimate {
  id: string;
  workspace: number;
  state: 'running' | 'done' | 'cancelled';
  spec: unknown;
  /** The place in the audience up to which it has looked; null at the beginning. */
  after: string | null;
  result: unknown;
  askedAt: Instant;
  askedBy: string;
}

const toEstimate = (row: Row): StoredEstimate => ({
  id: row.broadcast_id,
  workspace: row.workspace_id,
  state: row.state,
  spec: row.spec,
  after: row.after,
  result: row.result,
  askedAt: row.asked_at,
  askedBy: row.asked_by,
});

export async function openEstimate(
  tx: Queryable,
  given: { id: string; workspace: number; spec: unknown; result: unknown; by: string },
  now: Instant,
): Promise<void> {
  await tx.query(
    `insert into broadcast_estimate (broadcast_id, workspace_id, state, spec, after, result, asked_at, asked_by) values ($1, $2, 'running', $3, null, $4, $5, $6)
     on conflict (broadcast_id) do update set state = 'running', spec = excluded.spec, after = null, result = excluded.result, asked_at = excluded.asked_at, asked_by = excluded.asked_by`,
    [given.id, given.workspace, JSON.stringify(given.spec), JSON.stringify(given.result), toIso(now), given.by],
  );
}

export async function findEstimate(tx: Queryable, id: string): Promise<StoredEstimate | null> {
  const [row] = await tx.query('select * from broadcast_estimate where broadcast_id = $1', [id]);
  return row ? toEstimate(row) : null;
}

/** An estimate that has people left to look at, locked; null when there is none, or others have them. */
export async function takeOpenEstimate(tx: Queryable, workspaces: readonly number[]): Promise<StoredEstimate | null> {
  const [row] = await tx.query(
    "select * from broadcast_estimate where workspace_id = any($1::int[]) and state = 'running' order by asked_at limit 1 for update skip locked",
    [[...workspaces]],
  );
  return row ? toEstimate(row) : null;
}

export async function saveEstimate(tx: Queryable, estimate: Pick<StoredEstimate, 'id' | 'after' | 'result' | 'state'>): Promise<void> {
  await tx.query('update broadcast_estimate set after = $2, result = $3, state = $4 where broadcast_id = $1', [
    estimate.id,
    estimate.after,
    JSON.stringify(estimate.result),
    estimate.state,
  ]);
}

export async function cancelEstimate(tx: Queryable, id: string): Promise<void> {
  await tx.query("update broadcast_estimate set state = 'cancelled' where broadcast_id = $1 and state = 'running'", [id]);
}
