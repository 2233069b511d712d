import { type Instant, toIso } from '#contract/instant.ts';
import type { Queryable } from './database.ts';

/** Messages that were asked for by the API. A row outlives its message when the person is erased: it holds no more than that the key was used, and by which request. */

/** The hash of the request by which a message was asked for; null when it was not. */
export async function findAsked(tx: Queryable, workspace: number, message: string): Promise<string | null> {
  const [row] = await tx.query('select request_hash from asked_message where workspace_id = $1 and message_id = $2', [workspace, message]);
  return row ? row.request_hash : null;
}

/** Notes that a message is asked for; false when it has been already. Waits for whoever is asking for it right now. */
export async function insertAsked(
  tx: Queryable,
  asked: { workspace: number; message: string; requestHash: string; at: Instant },
): Promise<boolean> {
  const made = await tx.query(
    'insert into asked_message (message_id, workspace_id, request_hash, at) values ($1, $2, $3, $4) on conflict do nothing returning message_id',
    [asked.message, asked.workspace, asked.requestHash, toIso(asked.at)],
  );
  return made.length === 1;
}

/** Forgets keys that are older than any message that is kept. */
export async function forgetAsked(tx: Queryable, before: Instant): Promise<void> {
  await tx.query('delete from asked_message where at < $1', [toIso(before)]);
}
