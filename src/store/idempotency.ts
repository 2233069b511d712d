import { type Instant, toIso } from '#contract/instant.ts';
import type { Queryable } from './database.ts';

export interface Once {
  requestHash: string;
  status: number | null;
  reply: unknown;
}

/** Notes that a request under this key begins; answers the earlier one when there was one. */
export async function startOnce(tx: Queryable, workspace: number, key: string, requestHash: string, now: Instant): Promise<Once | null> {
  const made = await tx.query(
    'insert into idempotency (workspace_id, key, request_hash, at) values ($1, $2, $3, $4) on conflict do nothing returning key',
    [workspace, key, requestHash, toIso(now)],
  );
  if (made.length === 1) return null;
  const [row] = await tx.query('select request_hash, status, reply from idempotency where workspace_id = $1 and key = $2', [
    workspace,
    key,
  ]);
  return row ? { requestHash: row.request_hash, status: row.status, reply: row.reply } : null;
}

/** Keeps the answer; without a status the key is free again. */
export async function finishOnce(tx: Queryable, workspace: number, key: string, status: number | null, reply: unknown): Promise<void> {
  if (status === null) await tx.query('delete from idempotency where workspace_id = $1 and key = $2', [workspace, key]);
  else
    await tx.query('update idempotency set status = $3, reply = $4 where workspace_id = $1 and key = $2', [
      workspace,
      key,
      status,
      JSON.stringify(reply ?? {}),
    ]);
}
