import { type Instant, isoOrNull, toIso } from '#contract/instant.ts';
import type { Database, Row } from './database.ts';

export interface StoredKey {
  id: string;
  workspace: number;
  kind: 'write' | 'api';
  name: string;
  prefix: string;
  createdAt: Instant;
  lastUsedAt: Instant | null;
  revokedAt: Instant | null;
}

const toKey = (row: Row): StoredKey => ({
  id: row.key_id,
  workspace: row.workspace_id,
  kind: row.kind,
  name: row.name,
  prefix: row.prefix,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  revokedAt: row.revoked_at,
});
const columns = 'key_id, workspace_id, kind, name, prefix, created_at, last_used_at, revoked_at';

/** The live keys behind this hash: a bootstrap key may open two workspaces, any other opens one. */
export const findKeys = (db: Database, hash: string): Promise<StoredKey[]> =>
  db.asOwner(async (tx) =>
    (await tx.query(`select ${columns} from api_key where (hash = $1 or hash like $2) and revoked_at is null`, [hash, `${hash}:%`])).map(
      toKey,
    ),
  );

export const listKeys = (db: Database, workspace: number): Promise<StoredKey[]> =>
  db.transaction({ workspaces: [workspace] }, async (tx) =>
    (await tx.query(`select ${columns} from api_key where workspace_id = $1 order by created_at desc`, [workspace])).map(toKey),
  );

export const insertKey = (db: Database, key: StoredKey, hash: string): Promise<void> =>
  db.asOwner(async (tx) => {
    await tx.query(
      'insert into api_key (key_id, workspace_id, kind, name, prefix, hash, created_at) values ($1, $2, $3, $4, $5, $6, $7) on conflict (hash) do nothing',
      [key.id, key.workspace, key.kind, key.name, key.prefix, hash, toIso(key.createdAt)],
    );
  });

export const revokeKey = (db: Database, workspace: number, id: string, now: Instant): Promise<StoredKey | null> =>
  db.transaction({ workspaces: [workspace] }, async (tx) => {
    const [row] = await tx.query(
      `update api_key set revoked_at = coalesce(revoked_at, $3) where workspace_id = $1 and key_id = $2 returning ${columns}`,
      [workspace, id, toIso(now)],
    );
    return row ? toKey(row) : null;
  });

export const touchKeys = (db: Database, ids: readonly string[], now: Instant): Promise<void> =>
  db.asOwner(async (tx) => {
    await tx.query('update api_key set last_used_at = $2 where key_id = any($1::uuid[])', [[...ids], isoOrNull(now)]);
  });

/** A link for a colleague; for nobody in particular (null), whoever runs the installation comes in by it. */
export const insertSignInLink = (db: Database, hash: string, colleague: string | null, expiresAt: Instant): Promise<void> =>
  db.asOwner(async (tx) => {
    await tx.query('insert into sign_in_link (token_hash, colleague_id, expires_at) values ($1, $2, $3)', [
      hash,
      colleague,
      toIso(expiresAt),
    ]);
  });

/** Uses a sign-in link up and answers whose it was; null when it was used, has expired or never was. */
export const takeSignInLink = (db: Database, hash: string, now: Instant): Promise<{ colleague: string | null } | null> =>
  db.asOwner(async (tx) => {
    const [row] = await tx.query(
      'update sign_in_link set used_at = $2 where token_hash = $1 and used_at is null and expires_at > $2 returning colleague_id',
      [hash, toIso(now)],
    );
    return row ? { colleague: row.colleague_id } : null;
  });

export const insertSession = (
  db: Database,
  hash: string,
  colleague: { id: string; name: string },
  now: Instant,
  expiresAt: Instant,
): Promise<void> =>
  db.asOwner(async (tx) => {
    await tx.query('insert into session (token_hash, colleague_id, name, created_at, expires_at) values ($1, $2, $3, $4, $5)', [
      hash,
      colleague.id,
      colleague.name,
      toIso(now),
      toIso(expiresAt),
    ]);
  });

export const findSession = (db: Database, hash: string, now: Instant): Promise<{ name: string; email: string | null } | null> =>
  db.asOwner(async (tx) => {
    const [row] = await tx.query(
      `select coalesce(c.name, s.name) as name, c.email from session s left join colleague c on c.colleague_id = s.colleague_id
       where s.token_hash = $1 and s.expires_at > $2`,
      [hash, toIso(now)],
    );
    return row ? { name: row.name, email: row.email } : null;
  });

export const deleteSession = (db: Database, hash: string): Promise<void> =>
  db.asOwner(async (tx) => {
    await tx.query('delete from session where token_hash = $1', [hash]);
  });
