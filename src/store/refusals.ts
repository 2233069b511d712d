import { type Instant, toIso } from '#contract/instant.ts';
import { bulkInsert } from './bulk.ts';
import { decodeCursor, toPage } from './cursor.ts';
import type { Queryable } from './database.ts';

export interface NewRefusal {
  workspace: number;
  code: string;
  details: unknown;
  /** What was sent, cut to 2,000 characters. */
  raw: string;
}

const insert = bulkInsert('refusal', { workspace_id: 'int', at: 'timestamptz', code: 'text', details: 'jsonb', raw: 'text' });

export const recordRefusals = (tx: Queryable, refusals: readonly NewRefusal[], now: Instant, keep = 2_000): Promise<void> =>
  insert(
    tx,
    refusals.map((refusal) => ({
      workspace_id: refusal.workspace,
      at: toIso(now),
      code: refusal.code,
      details: JSON.stringify(refusal.details),
      raw: refusal.raw.slice(0, keep),
    })),
  );

export async function listRefusals(tx: Queryable, workspace: number, filter: { cursor?: string | undefined; limit: number }) {
  const place = decodeCursor(filter.cursor, 'number');
  const rows = await tx.query(
    'select refusal_id, at, code, details, raw from refusal where workspace_id = $1 and ($2::bigint is null or refusal_id < $2) order by refusal_id desc limit $3',
    [workspace, place ? Number(place[0]) : null, filter.limit + 1],
  );
  return toPage(
    rows,
    filter.limit,
    (row) => [row.refusal_id],
    (row) => ({
      id: String(row.refusal_id),
      at: row.at as Instant,
      code: row.code as string,
      details: row.details as unknown,
      raw: row.raw as string,
    }),
  );
}
