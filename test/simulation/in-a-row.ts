import { readFileSync } from 'node:fs';
import type { Database } from '#store/database.ts';
import { openPglite, type PgliteDatabase } from '#store/pglite.ts';

/** What a migrated database has rows in before anybody comes: it is kept while a world is played, and put back for the next one. */
const kept = ['lane'] as const;
/** What no world changes. */
const untouched = ['migration'] as const;

/**
 * Opens one embedded database for many worlds in a row. Its engine takes seconds until it is warm, so it is emptied between two of them and not opened anew:
 * every table is as it was after the migrations, and numbers begin at one again.
 */
export function databaseInARow(dump: string): { open: () => Promise<Database>; close: () => Promise<void> } {
  let db: PgliteDatabase | null = null;
  const open = async (): Promise<Database> => {
    if (db === null) {
      db = await openPglite({ dataDir: null, loadDump: readFileSync(dump) });
      await db.script(['create schema kept', ...kept.map((table) => `create table kept.${table} as select * from ${table}`)].join('; '));
    } else await empty(db);
    return { ...db, close: async () => undefined };
  };
  return { open, close: async () => db?.close() };
}

async function empty(db: PgliteDatabase): Promise<void> {
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
