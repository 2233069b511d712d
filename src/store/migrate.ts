import { readdir, readFile } from 'node:fs/promises';
import { day, type Instant } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import type { Database, Transaction } from './database.ts';

const folder = new URL('./migrations/', import.meta.url);
/** The advisory lock under which migrations run, so that of two processes that start at once one waits. */
const migrationLock = 7_741_000_001;

export interface Migration {
  number: number;
  name: string;
  statements: string[];
}

/** All migrations in order. A file's statements are parted by a semicolon and an empty line. */
export async function readMigrations(): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => {
      const match = /^(\d{4})-([a-z-]+)\.sql$/.exec(file);
      if (!match) throw new Error(`migration ${file} is not named NNNN-name.sql`);
      const text = await readFile(new URL(file, folder), 'utf8');
      const statements = text
        .replace(/^--.*\n/gm, '')
        .split(/;\n\n|;\n$/)
        .map((statement) => statement.trim())
        .filter(Boolean);
      return { number: Number(match[1]), name: match[2]!, statements };
    }),
  );
}

/** Brings the database to this program's schema; safe when several processes start at once. Refuses a database that is newer. */
export async function migrate(db: Database, now: Instant): Promise<{ applied: number[] }> {
  const migrations = await readMigrations();
  const newest = migrations.at(-1)!.number;
  const applied: number[] = [];
  await db.asOwner(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [migrationLock]);
    await ensureRole(tx);
    await tx.query('create table if not exists migration (number int primary key, name text not null, applied_at timestamptz not null)');
    const done = await tx.query<{ number: number }>('select number from migration order by number');
    const highest = done.at(-1)?.number ?? 0;
    if (highest > newest) throw new Problem('database-newer', { database: highest, program: newest });
    for (const migration of migrations.filter((each) => each.number > highest)) {
      for (const statement of migration.statements) await tx.query(statement);
      await tx.query('insert into migration values ($1, $2, $3)', [migration.number, migration.name, new Date(now).toISOString()]);
      applied.push(migration.number);
    }
  });
  await makePartitions(db, now);
  return { applied };
}

/** The role that every request and every batch works under: it owns nothing and cannot step over row-level security. */
async function ensureRole(tx: Transaction): Promise<void> {
  const [role] = await tx.query<{ member: boolean }>(
    "select pg_has_role(current_user, oid, 'member') as member from pg_roles where rolname = 'throughline_app'",
  );
  if (role?.member) return;
  try {
    await tx.query('savepoint role_made');
    if (!role) await tx.query('create role throughline_app nologin nosuperuser nobypassrls');
    await tx.query('grant throughline_app to current_user');
    await tx.query('grant usage on schema public to throughline_app');
  } catch (error) {
    await tx.query('rollback to savepoint role_made');
    const [again] = await tx.query<{ member: boolean }>(
      "select pg_has_role(current_user, oid, 'member') as member from pg_roles where rolname = 'throughline_app'",
    );
    if (!again?.member) throw new Problem('database-role', null, error);
  }
}

export const partitioned = ['event', 'run_step', 'message', 'decision', 'membership_log', 'score_log'] as const;

const monthStart = (at: Instant, plus: number): Date => {
  const date = new Date(at);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + plus, 1));
};

/** Makes this month's partitions and the next two months' where they are missing, so that the default partition stays empty. */
export async function makePartitions(db: Database, now: Instant): Promise<void> {
  await db.asOwner(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [migrationLock]);
    for (const table of partitioned)
      for (const month of [0, 1, 2]) {
        const from = monthStart(now, month);
        const to = monthStart(now, month + 1);
        const name = `${table}_${from.toISOString().slice(0, 7).replace('-', '_')}`;
        const [there] = await tx.query('select 1 from pg_class where relname = $1', [name]);
        if (there) continue;
        const [stray] = await tx.query(
          `select 1 from ${table}_rest where stored_at >= '${from.toISOString()}' and stored_at < '${to.toISOString()}' limit 1`,
        );
        if (stray) continue;
        await tx.query(`create table ${name} partition of ${table} for values from ('${from.toISOString()}') to ('${to.toISOString()}')`);
      }
  });
}

/** Drops partitions whose newest row is older than `keepDays`; answers their names. */
export async function dropOldPartitions(
  db: Database,
  table: (typeof partitioned)[number],
  keepDays: number,
  now: Instant,
): Promise<string[]> {
  const oldest = new Date(now - keepDays * day).toISOString().slice(0, 7).replace('-', '_');
  return db.asOwner(async (tx) => {
    const rows = await tx.query<{ relname: string }>("select relname from pg_class where relname ~ $1 and relkind = 'r'", [
      `^${table}_\\d{4}_\\d{2}$`,
    ]);
    const old = rows.map((row) => row.relname).filter((name) => name.slice(-7) < oldest);
    for (const name of old) await tx.query(`drop table ${name}`);
    return old;
  });
}
