import { type Instant, toIso } from '#contract/instant.ts';
import { decodeCursor, toPage } from './cursor.ts';
import type { Queryable } from './database.ts';

/** One line of who changed what. It is never changed or removed. */
export interface AuditEntry {
  workspace: number;
  actor: string;
  what: string;
  details: unknown;
}

export async function recordAudit(tx: Queryable, entry: AuditEntry, now: Instant): Promise<void> {
  await tx.query('insert into audit (workspace_id, at, actor, what, details) values ($1, $2, $3, $4, $5)', [
    entry.workspace,
    toIso(now),
    entry.actor,
    entry.what,
    JSON.stringify(entry.details ?? null),
  ]);
}

/** Newest first. */
export async function listAudit(tx: Queryable, workspace: number, filter: { cursor?: string | undefined; limit: number }) {
  const place = decodeCursor(filter.cursor, 'number');
  const rows = await tx.query(
    'select audit_id, at, actor, what, details from audit where workspace_id = $1 and ($2::bigint is null or audit_id < $2) order by audit_id desc limit $3',
    [workspace, place ? Number(place[0]) : null, filter.limit + 1],
  );
  return toPage(
    rows,
    filter.limit,
    (row) => [row.audit_id],
    (row) => ({
      id: String(row.audit_id),
      at: row.at as Instant,
      actor: row.actor as string,
      what: row.what as string,
      details: row.details as unknown,
    }),
  );
}
