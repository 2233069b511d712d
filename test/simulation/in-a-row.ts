import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { Database } from '#store/database.ts';
import { migrate } from '#store/migrate.ts';
import { openPglite } from '#store/pglite.ts';
import { openPostgres } from '#store/postgres.ts';
import { firstBeginning } from './simulator.ts';

/** What a migrated database has rows in before anybody comes: it is kept while a world is played, and put back for the next one. */
const kept = ['lane'] as const;
/** What no world changes. */
const untouched = ['migration'] as const;

export interface InARow {
  open: () => Promise<Database>;
  close: () => Promise<void>;
}

/**
 * One database for many worlds in a row. An embedded one takes seconds until it is warm, so it is emptied between two of them and not opened anew:
 * every table is as it was after the migrations, and numbers begin at one again.
 */
export function inARow(prepare: () => Promise<Database>): InARow {
  let db: Database | null = null;
  const open = async (): Promise<Database> => {
    if (db === null) {
      db = await prepare();
      await db.script(['create schema kept', ...kept.map((table) => `create table kept.${table} as select * from ${table}`)].join('; '));
    } else await empty(db);
    return { ...db, close: async () => undefined };
  };
  return { open, close: async () => db?.close() };
}

/** A copy of the embedded database whose dump lies at `dump`. */
export const fromDump = (dump: string) => (): Promise<Database> => openPglite({ dataDir: null, loadDump: readFileSync(dump) });

/**
 * A database of its own on the server at `server`, dropped when it is closed. One transaction at a time goes to it, as to an embedded one; all the same a seed
 * does not always play the same world there twice, as it does on an embedded one.
 */
export const onServer = (server: string) => async (): Promise<Database> => {
  const name = `throughline_simulation_${process.pid}`;
  const address = new URL(server);
  address.pathname = `/${name}`;
  const drop = `drop database if exists ${name} with (force)`;
  await asked(server, drop, `create database ${name} template template0`);
  const db = await openPostgres(address.href, { poolSize: 1, applicationName: 'simulation' });
  await migrate(db, firstBeginning);
  const close = async (): Promise<void> => {
    await db.close();
    await asked(server, drop);
  };
  return { ...db, close };
};

async function asked(server: string, ...statements: string[]): Promise<void> {
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  try {
    for (const statement of statements) await admin.query(statement);
  } finally {
    await admin.end();
  }
}

async function empty(db: Database): Promise<void> {
  const tables = await db.asOwner((tx) =>
    tx.query<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
         and c.relname <> all($1::text[]) order by 1`,
      [[...untouched]],
    ),
  );
  await db.script(
    [
      `truncate ${tables.map(({ name }) => name).join(', ')} restart identity cascade`,
      ...kept.map((table) => `insert into ${table} select * from kept.${table}`),
    ].join('; '),
  );
}
