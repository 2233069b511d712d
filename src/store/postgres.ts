import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { Problem } from '#contract/problems.ts';
import { type Bindable, type Database, type Row, sqlState } from './database.ts';
import { checkPayload, inTransaction, Listeners, type Log, openingFor, refuseInside, Statements, sessionSettings, types } from './wire.ts';

export interface PostgresOptions {
  /** Connections for transactions. Listening and each held lock take one more. */
  poolSize: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** [nothing] Hears of connections that break while nobody waits for them. */
  log?: Log;
}

const second = 1_000;

/** The first key of every advisory lock of ours, so that other programs in the same database do not meet them. */
const lockClass = 7741;

/** The schema changed under a prepared statement, or the session lost it: the next transaction needs a session without memories. */
const stalePlan = ['0A000', '26000'];

/** Opens a pool to the server at `url`; throws store-unavailable when it does not answer. */
export async function openPostgres(url: string, options: PostgresOptions): Promise<Database> {
  const log = options.log ?? (() => undefined);
  const config = configOf(url, options.applicationName);
  const place = placeOf(config);
  const unavailable = (error: unknown): Problem => new Problem('store-unavailable', { ...place, reason: reasonOf(error) }, error);

  const statements = new Statements();
  const pool = new pg.Pool({
    ...config,
    max: options.poolSize,
    idleTimeoutMillis: 60 * second,
    // A statement that never ends, or a transaction that its process forgot, gives its locks back after a minute.
    statement_timeout: 60 * second,
    idle_in_transaction_session_timeout: 60 * second,
  });
  // The pool listens to idle clients only, and an 'error' that nobody hears ends the process. Whoever waits for a statement of a broken
  // client is told by that statement.
  pool.on('connect', (client) => client.on('error', (error) => log('A database connection broke.', error)));
  pool.on('error', () => undefined);

  async function withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect().catch((error: unknown) => Promise.reject(unavailable(error)));
    let fault: unknown;
    try {
      return await work(client);
    } catch (error) {
      fault = error;
      throw error;
    } finally {
      // A broken connection the pool throws away by itself; a session that is not idle or has stale plans we do.
      client.release(client.getTransactionStatus() !== 'I' || stalePlan.includes(sqlState(fault) ?? ''));
    }
  }

  const single = <R extends Row>(text: string, values: Bindable[]): Promise<R[]> =>
    withClient((client) => statements.run<R>(client, text, values));

  /** A session outside the pool, for what lasts: a script, a lock, listening. */
  async function connectAlone(): Promise<pg.Client> {
    const client = new pg.Client(config);
    client.on('error', (error) => log('A database connection broke.', error));
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw unavailable(error);
    }
  }

  const listeners = new Listeners(log);
  const ear = new Ear(connectAlone, listeners, log);
  const releases = new Set<() => Promise<void>>();
  let closing: Promise<void> | null = null;

  // Answers before anything is built on it: a wrong address or password is found here.
  await single('select 1', []).catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });

  return {
    dialect: 'postgres',

    async transaction(scope, work) {
      refuseInside('transaction');
      const opening = openingFor(scope);
      return withClient((client) => inTransaction(client, statements, opening, work));
    },

    async asOwner(work) {
      refuseInside('asOwner');
      return withClient((client) => inTransaction(client, statements, 'begin', work));
    },

    // A session of its own, because a migration may take longer than a minute and may leave settings behind.
    async script(text) {
      refuseInside('script');
      const client = await connectAlone();
      try {
        await client.query(text);
      } finally {
        statements.forget();
        await client.end();
      }
    },

    async notify(channel, payload) {
      refuseInside('notify');
      checkPayload(payload);
      await single('select pg_notify($1, $2)', [channel, payload]);
    },

    async listen(channel, hear) {
      const remove = listeners.add(channel, hear);
      try {
        await ear.follow(channel);
      } catch (error) {
        remove();
        throw error;
      }
      return async () => {
        remove();
        await ear.leave(channel);
      };
    },

    async holdLock(number, lost) {
      refuseInside('holdLock');
      const client = await connectAlone();
      let over = false;
      const release = async (): Promise<void> => {
        over = true;
        releases.delete(release);
        await client.end().catch(() => undefined);
      };
      client.once('end', () => {
        if (over) return;
        over = true;
        releases.delete(release);
        lost();
      });
      releases.add(release);
      try {
        // Another process that only asks whether the lock is free has it for a moment; so ask again before giving up.
        for (let attempt = 1; attempt <= 3; attempt++) {
          if (attempt > 1) await pause(25);
          const answer = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1, $2) as held', [lockClass, number]);
          if (answer.rows[0]?.held) return { release };
        }
      } catch (error) {
        await release();
        throw unavailable(error);
      }
      await release();
      return null;
    },

    // Shared, so that two who ask at once do not take each other for a holder. The statement is its own transaction and gives it back.
    async lockIsFree(number) {
      refuseInside('lockIsFree');
      const [row] = await single<{ free: boolean }>('select pg_try_advisory_xact_lock_shared($1, $2) as free', [lockClass, number]);
      return row?.free === true;
    },

    close() {
      closing ??= (async () => {
        await ear.close();
        await Promise.all([...releases].map((release) => release()));
        await pool.end();
      })();
      return closing;
    },
  };
}

/** The one connection that listens. Connects when first needed, and again with growing pauses after it was lost. */
class Ear {
  #connectAlone: () => Promise<pg.Client>;
  #listeners: Listeners;
  #log: Log;
  #client: Promise<pg.Client> | null = null;
  #closed = false;

  constructor(connectAlone: () => Promise<pg.Client>, listeners: Listeners, log: Log) {
    this.#connectAlone = connectAlone;
    this.#listeners = listeners;
    this.#log = log;
  }

  /** Resolves when the server has the channel. */
  async follow(channel: string): Promise<void> {
    const client = await this.#connected();
    await client.query(`listen ${pg.escapeIdentifier(channel)}`);
  }

  /** Tells the server when nobody listens to the channel any more. A connection that is lost forgets it by itself. */
  async leave(channel: string): Promise<void> {
    const client = await this.#client?.catch(() => null);
    if (!client || this.#closed || this.#listeners.channels.includes(channel)) return;
    await client.query(`unlisten ${pg.escapeIdentifier(channel)}`).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const client = await this.#client?.catch(() => null);
    await client?.end().catch(() => undefined);
  }

  #connected(): Promise<pg.Client> {
    this.#client ??= this.#connect().catch((error: unknown) => {
      this.#client = null;
      throw error;
    });
    return this.#client;
  }

  async #connect(): Promise<pg.Client> {
    const client = await this.#connectAlone();
    client.on('notification', ({ channel, payload }) => this.#listeners.tell(channel, payload ?? ''));
    try {
      for (const channel of this.#listeners.channels) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    client.once('end', () => {
      this.#client = null;
      void this.#reconnect();
    });
    return client;
  }

  async #reconnect(): Promise<void> {
    for (let wait = 100; !this.#closed; wait = Math.min(wait * 2, 10 * second)) {
      await pause(wait, undefined, { ref: false });
      if (this.#closed || this.#listeners.channels.length === 0) return;
      try {
        await this.#connected();
        return;
      } catch (error) {
        this.#log('Listening to the database could not be taken up again; trying further.', error);
      }
    }
  }
}

/** What every session of ours has in common. */
function configOf(url: string, applicationName: string): pg.ClientConfig {
  return {
    connectionString: withSessionSettings(url),
    application_name: applicationName,
    connectionTimeoutMillis: 10 * second,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10 * second,
    types,
    // Statements that a transaction sends at once (Promise.all) travel together instead of one by one.
    pipeline: true,
  };
}

/**
 * The server's side of the session is set as the connection opens, which costs no round trip. The keepalives make a server notice within
 * half a minute that a machine has vanished, and free its locks.
 */
function withSessionSettings(url: string): string {
  const settings = { ...sessionSettings, tcp_keepalives_idle: 15, tcp_keepalives_interval: 5, tcp_keepalives_count: 3 };
  const ours = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  const [address, query] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('options', [parameters.get('options') ?? '', ...ours].join(' ').trim());
  return `${address}?${parameters}`;
}

/** Where the server is, for people; without user and password. */
function placeOf(config: pg.ClientConfig): { host: string; port: number; database: string | undefined } {
  try {
    const { host, port, database } = new pg.Client(config);
    return { host, port, database };
  } catch {
    // The reason would quote the address, and with it the password.
    throw new Problem('config-invalid', [{ path: 'DATABASE_URL', message: 'must be like postgres://USER:PASSWORD@HOST:5432/DATABASE' }]);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Refused on IPv6 and IPv4 alike comes as a list without a message of its own.
  return error.message || (error instanceof AggregateError ? error.errors.map(reasonOf).join('; ') : error.name);
}
