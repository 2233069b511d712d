import { type Instant, toIso } from '#contract/instant.ts';
import { decodeCursor, toPage } from './cursor.ts';
import type { Bindable, Queryable, Row } from './database.ts';

export interface StoredMail {
  id: string;
  person: string | null;
  from: string;
  to: string;
  subject: string;
  at: Instant;
  opened: boolean;
}

/** Keeps a mail in the built-in mailbox; the same id is kept once. */
export async function keepMail(
  tx: Queryable,
  mail: { workspace: number; id: string; person: string | null; from: string; to: string; subject: string; raw: string; at: Instant },
): Promise<void> {
  await tx.query(
    'insert into mail (workspace_id, mail_id, person_id, sent_from, sent_to, subject, raw, at) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing',
    [mail.workspace, mail.id, mail.person, mail.from, mail.to, mail.subject, mail.raw, toIso(mail.at)],
  );
}

const toMail = (row: Row): StoredMail => ({
  id: row.mail_id,
  person: row.person_id,
  from: row.sent_from,
  to: row.sent_to,
  subject: row.subject,
  at: row.at,
  opened: row.opened,
});

export async function listMailbox(
  tx: Queryable,
  workspace: number,
  filter: { search?: string | undefined; person?: string | undefined; cursor?: string | undefined; limit: number },
) {
  const values: Bindable[] = [workspace];
  const bind = (value: Bindable): string => `$${values.push(value)}`;
  const where = ['workspace_id = $1'];
  const place = decodeCursor(filter.cursor, 'instant', 'uuid');
  if (place) where.push(`(at, mail_id) < (${bind(toIso(Number(place[0])))}::timestamptz, ${bind(String(place[1]))}::uuid)`);
  if (filter.person !== undefined) where.push(`person_id = ${bind(filter.person)}`);
  if (filter.search) {
    const like = bind(`%${filter.search.replace(/[\\%_]/g, '\\$&')}%`);
    where.push(`(sent_to ilike ${like} or subject ilike ${like})`);
  }
  const rows = await tx.query(
    `select mail_id, person_id, sent_from, sent_to, subject, at, opened from mail where ${where.join(' and ')} order by at desc, mail_id desc limit ${bind(filter.limit + 1)}`,
    values,
  );
  return toPage(rows, filter.limit, (row) => [row.at, row.mail_id], toMail);
}

export async function findMail(tx: Queryable, workspace: number, id: string): Promise<(StoredMail & { raw: string }) | null> {
  const [row] = await tx.query('update mail set opened = true where workspace_id = $1 and mail_id = $2 returning *', [workspace, id]);
  return row ? { ...toMail(row), raw: row.raw } : null;
}
