import { readFileSync, writeFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, afterEach, inject } from 'vitest';
import type { Database } from '#store/database.ts';
import { migrate } from '#store/migrate.ts';
import { openPglite } from '#store/pglite.ts';
import { openPostgres } from '#store/postgres.ts';
import { madeOnce } from './made-once.ts';

/** Fresh databases for tests: copies of one that has been migrated, so that a start costs a second or two instead of six. */

export type Dialect = 'pglite' | 'postgres';
/** The databases that the core stories are told on: the embedded one, and a server where one is given. */
export const dialects: readonly Dialect[] = process.env.TEST_DATABASE_URL ? ['pglite', 'postgres'] : ['pglite'];

/** When the prepared databases were made, so that the months' partitions lie around the time at which stories begin. */
export const preparedAt = Date.UTC(2026, 2, 2, 9);

export interface Opened {
  db: Database;
  close(): Promise<void>;
}

export const freshDatabase = (dialect: Dialect): Promise<Opened> => (dialect === 'postgres' ? freshPostgres() : freshPglite());

// ----------------------------------------------------------------------------------------------------------------------------- embedded

async function freshPglite(): Promise<Opened> {
  const db = await openPglite({ dataDir: null, loadDump: readFileSync(await preparedDump()) });
  return { db, close: () => db.close() };
}

/** The file with the dump. */
export const preparedDump = (): Promise<string> =>
  madeOnce(inject('prepared').dump, async (unfinished) => {
    const db = await openPglite({ dataDir: null });
    await migrate(db, preparedAt);
    writeFileSync(unfinished, await db.dump('none'));
    await db.close();
  });

// ----------------------------------------------------------------------------------------------------------------------------- Postgres

/** A database of this file that failed is kept, so that it can be looked into. */
let failed = false;
const kept: string[] = [];
afterEach(({ task }) => {
  if (task.result?.state === 'fail') failed = true;
});
afterAll(() => {
  for (const address of kept) process.stderr.write(`The database of the failed story was kept: ${address}\n`);
});

let numbers = 0;

async function freshPostgres(): Promise<Opened> {
  const name = `throughline_story_${process.pid}_${Date.now()}_${++numbers}`;
  await withAdmin(async (admin) => {
    const { template } = inject('prepared');
    // One at a time: a template can only be copied while nobody is connected to it.
    await admin.query('select pg_advisory_lock(7741, 1)');
    await prepareTemplate(admin, template);
    await admin.query(`create database ${name} template ${template}`);
  });
  const db = await openPostgres(addressOf(name), { poolSize: 8, applicationName: 'story' });
  return {
    db,
    async close() {
      await db.close();
      if (failed) kept.push(addressOf(name));
      else await withAdmin((admin) => admin.query(`drop database if exists ${name} with (force)`));
    },
  };
}

const addressOf = (database: string): string => {
  const url = new URL(process.env.TEST_DATABASE_URL!);
  url.pathname = `/${database}`;
  return url.href;
};

async function withAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: process.env.TEST_DATABASE_URL! });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

/** A template is finished when its comment says so; one that is not was left by somebody who died. */
async function prepareTemplate(admin: pg.Client, template: string): Promise<void> {
  const { rows } = await admin.query("select shobj_description(oid, 'pg_database') as said from pg_database where datname = $1", [
    template,
  ]);
  if (rows[0]?.said === 'finished') return;
  await admin.query(`drop database if exists ${template} with (force)`);
  await admin.query(`create database ${template} template template0`);
  const db = await openPostgres(addressOf(template), { poolSize: 1, applicationName: 'story-template' });
  await migrate(db, preparedAt);
  await db.close();
  await admin.query(`comment on database ${template} is 'finished'`);
}
