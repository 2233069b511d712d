import { type Instant, toIso } from '#contract/instant.ts';
import type { Database, Row } from './database.ts';

/** Somebody who works in the admin. All of them see every workspace, so they belong to the installation. */
export interface StoredColleague {
  id: string;
  name: string;
  email: string | null;
  /** Whoever comes in by a link that names nobody: the one who runs the installation. */
  owner: boolean;
  createdAt: Instant;
}

const columns = 'colleague_id, name, email, owner, created_at';
const toColleague = (row: Row): StoredColleague => ({
  id: row.colleague_id,
  name: row.name,
  email: row.email,
  owner: row.owner,
  createdAt: row.created_at,
});

export const listColleagues = (db: Database): Promise<StoredColleague[]> =>
  db.asOwner(async (tx) =>
    (await tx.query(`select ${columns} from colleague where removed_at is null order by owner desc, lower(name)`)).map(toColleague),
  );

/** Makes the owner on first use, and answers who it is. */
export const ensureOwner = (db: Database, id: string, name: string, now: Instant): Promise<StoredColleague> =>
  db.asOwner(async (tx) => {
    await tx.query('insert into colleague (colleague_id, name, owner, created_at) values ($1, $2, true, $3) on conflict do nothing', [
      id,
      name,
      toIso(now),
    ]);
    const [row] = await tx.query(`select ${columns} from colleague where owner`);
    return toColleague(row!);
  });

/** Null when another colleague has the name or the address. */
export const insertColleague = (db: Database, colleague: StoredColleague): Promise<StoredColleague | null> =>
  db.asOwner(async (tx) => {
    const [row] = await tx.query(
      `insert into colleague (colleague_id, name, email, created_at) values ($1, $2, $3, $4) on conflict do nothing returning ${columns}`,
      [colleague.id, colleague.name, colleague.email, toIso(colleague.createdAt)],
    );
    return row ? toColleague(row) : null;
  });

/** 'taken' when another colleague has the name or the address, null when there is no such colleague. */
export const updateColleague = (
  db: Database,
  id: string,
  { name, email }: { name?: string | undefined; email?: string | null | undefined },
): Promise<StoredColleague | 'taken' | null> =>
  db.asOwner(async (tx) => {
    const taken = await tx.query(
      'select 1 from colleague where colleague_id <> $1 and removed_at is null and (lower(name) = lower($2) or lower(email) = lower($3)) for update',
      [id, name ?? null, email ?? null],
    );
    if (taken.length > 0) return 'taken';
    const [before] = await tx.query('select name from colleague where colleague_id = $1', [id]);
    // Under another name one is still the one who changed a draft last or asked for its review, and cannot be the reviewer.
    if (before && name !== undefined) {
      await tx.query('update definition set updated_by = $2 where updated_by = $1', [before.name, name]);
      await tx.query('update review set asked_by = $2 where asked_by = $1 and answered_at is null', [before.name, name]);
    }
    const [row] = await tx.query(
      `update colleague set name = coalesce($2, name), email = case when $4 then $3 else email end where colleague_id = $1 and removed_at is null returning ${columns}`,
      [id, name ?? null, email ?? null, email !== undefined],
    );
    return row ? toColleague(row) : null;
  });

/** Removes a colleague and ends their sessions and links; false for the owner and for nobody. */
export const removeColleague = (db: Database, id: string, now: Instant): Promise<StoredColleague | null> =>
  db.asOwner(async (tx) => {
    const [row] = await tx.query(
      `update colleague set removed_at = $2 where colleague_id = $1 and removed_at is null and not owner returning ${columns}`,
      [id, toIso(now)],
    );
    if (!row) return null;
    await tx.query('delete from session where colleague_id = $1', [id]);
    await tx.query('delete from sign_in_link where colleague_id = $1', [id]);
    return toColleague(row);
  });
