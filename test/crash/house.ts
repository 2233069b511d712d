import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Database } from '#store/database.ts';
import { openDatabase } from '#store/open.ts';
import { definitions } from './definitions.ts';
import { type Mail, openMail } from './mail.ts';
import { freePort, Server } from './server.ts';

export type Kind = 'pglite' | 'postgres';
const serverUrl = process.env.TEST_DATABASE_URL;
/** Why a database is not tried here; null when it is. */
export const absent = (kind: Kind): string | null => (kind === 'postgres' && !serverUrl ? 'TEST_DATABASE_URL is not set' : null);

/** What outlives the servers: the database, the mail server, the address that clients know. */
export interface Place {
  kind: Kind;
  port: number;
  mail: Mail;
  /** The address of the Postgres database. */
  databaseUrl: string | undefined;
  /** A server on this place. */
  server(environment?: Record<string, string>): Server;
  /** The database itself; on the embedded one only while no server runs. */
  look<T>(work: (db: Database) => Promise<T>): Promise<T>;
  /** On Postgres: takes the database away from everybody while `meanwhile` runs. */
  away(meanwhile: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

let numbers = 0;

export async function newPlace(kind: Kind): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-crash-'));
  const name = `throughline_crash_${process.pid}_${Date.now()}_${++numbers}`;
  const databaseUrl = kind === 'postgres' ? Object.assign(new URL(serverUrl!), { pathname: `/${name}` }).href : undefined;
  if (databaseUrl) await withAdmin((admin) => admin.query(`create database ${name} template template0`));
  const mail = await openMail();
  const port = await freePort();
  const servers = new Set<Server>();
  const data = join(folder, 'data');
  return {
    kind,
    port,
    mail,
    databaseUrl,
    server(environment = {}) {
      const server = new Server({
        PORT: String(port),
        DATA_DIR: data,
        SMTP_URL: mail.url,
        ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
        ...environment,
      });
      servers.add(server);
      void server.dead.then(() => servers.delete(server));
      return server;
    },
    async look(work) {
      const db = await openDatabase({ databaseUrl, dataDir: data, poolSize: 2, applicationName: 'crash-test' });
      try {
        return await work(db);
      } finally {
        await db.close();
      }
    },
    away: (meanwhile) =>
      withAdmin(async (admin) => {
        await admin.query(`alter database ${name} allow_connections false`);
        await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
        try {
          await meanwhile();
        } finally {
          await admin.query(`alter database ${name} allow_connections true`);
        }
      }),
    async close() {
      await Promise.all([...servers].map((server) => server.kill()));
      await mail.close();
      if (databaseUrl) await withAdmin((admin) => admin.query(`drop database if exists ${name} with (force)`));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function withAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: serverUrl! });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

/** What an operator does first: who writes, and the definitions. */
export async function prepare(server: Server): Promise<void> {
  await server.api('PATCH', '/api/settings', {
    senderName: 'Crash',
    senderEmail: 'hello@crash.example',
    postalAddress: 'Crash, 1 Edge Lane, 10115 Berlin',
  });
  await server.api('POST', '/api/apply', { definitions, publish: true, note: 'crash' });
}
