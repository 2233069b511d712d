import { type Instant, toIso } from '#contract/instant.ts';
import type { Queryable } from './database.ts';

export interface StoredKillSwitch {
  scope: string;
  stoppedAt: Instant;
  by: string;
  reason: string;
}

export async function listKillSwitches(tx: Queryable, workspace: number): Promise<StoredKillSwitch[]> {
  const rows = await tx.query('select scope, stopped_at, by, reason from kill_switch where workspace_id = $1 order by scope', [workspace]);
  return rows.map((row) => ({ scope: row.scope, stoppedAt: row.stopped_at, by: row.by, reason: row.reason }));
}

/** What is stopped, for several workspaces at once: workspace → scopes. */
export async function stoppedScopes(tx: Queryable, workspaces: readonly number[]): Promise<Map<number, Set<string>>> {
  const rows = await tx.query('select workspace_id, scope from kill_switch where workspace_id = any($1::int[])', [[...workspaces]]);
  const stopped = new Map<number, Set<string>>();
  for (const row of rows) stopped.set(row.workspace_id, (stopped.get(row.workspace_id) ?? new Set()).add(row.scope));
  return stopped;
}

export async function stop(tx: Queryable, workspace: number, scope: string, by: string, reason: string, now: Instant): Promise<void> {
  await tx.query(
    'insert into kill_switch (workspace_id, scope, stopped_at, by, reason) values ($1, $2, $3, $4, $5) on conflict (workspace_id, scope) do nothing',
    [workspace, scope, toIso(now), by, reason],
  );
}

export async function letGoOn(tx: Queryable, workspace: number, scope: string): Promise<void> {
  await tx.query('delete from kill_switch where workspace_id = $1 and scope = $2', [workspace, scope]);
}
