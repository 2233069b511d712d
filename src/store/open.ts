import type { Database } from './database.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import type { Log } from './wire.ts';

export interface OpenOptions {
  /** [the embedded database in `dataDir`] A Postgres server, version 15 or later. */
  databaseUrl?: string | undefined;
  dataDir: string;
  /** [10] Connections for transactions; the embedded database always has one. */
  poolSize?: number;
  /** [throughline] Shown in the server's list of sessions. */
  applicationName?: string;
  /** [nothing] */
  log?: Log;
  /** [nothing] Called when the embedded database has died; only a new start helps then. */
  failed?: (error: unknown) => void;
}

/** The server when an address is set, otherwise the embedded database. */
export function openDatabase(options: OpenOptions): Promise<Database> {
  const log: Log = options.log ?? (() => undefined);
  if (!options.databaseUrl)
    return openPglite({
      dataDir: options.dataDir,
      log,
      failed: options.failed ?? ((error) => log('The embedded database has stopped.', error)),
    });
  return openPostgres(options.databaseUrl, {
    poolSize: options.poolSize ?? 10,
    applicationName: options.applicationName ?? 'throughline',
    log,
  });
}
