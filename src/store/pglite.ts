import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { Problem } from '#contract/problems.ts';
import type { Database } from './database.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import type { FromWorker, ToWorker, WorkerInput } from './pglite-worker.ts';
import { checkPayload, inTransaction, Listeners, type Log, openingFor, refuseInside, Statements, sessionSettings, types } from './wire.ts';

export interface PgliteOptions {
  /** The folder that this process has for itself (the database lies in `database`, the lock in `lock`); null keeps all in memory. */
  dataDir: string | null;
  /** [a new, empty database] What `dump` gave; refused when the folder has a database already. */
  loadDump?: Uint8Array;
  /** [nothing] Called once when the engine's thread dies; from then on everything is refused with store-unavailable. */
  failed?: (error: unknown) => void;
  /** [nothing] Hears of listeners that fail. */
  log?: Log;
}

export interface PgliteDatabase extends Database {
  readonly dialect: 'pglite';
  /** The whole database as a tar file, taken between two transactions. [gzip] */
  dump(compression?: 'none' | 'gzip'): Promise<Uint8Array>;
}

/** Opens the embedded database; throws folder-locked when another process has it. A new one takes about 4 s, an existing one 1.5 s. */
export async function openPglite(options: PgliteOptions): Promise<PgliteDatabase> {
  if (options.dataDir === null) return start(null, options, null);
  mkdirSync(options.dataDir, { recursive: true });
  const lock = await lockFolder(options.dataDir);
  try {
    return await start(prepareFolder(options.dataDir), options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Where the database lies, and how to say that it has come into being. */
interface Folder {
  path: string;
  created(): void;
}

/**
 * A database that was not finished when the process died cannot be opened. A mark beside it lasts from before its first file until it has
 * answered once; while it is there nobody has written anything, so the rest can go.
 */
function prepareFolder(dataDir: string): Folder {
  const path = join(dataDir, 'database');
  const mark = join(dataDir, 'database-unfinished');
  if (existsSync(mark)) rmSync(path, { recursive: true, force: true });
  if (!existsSync(path)) writeFileSync(mark, 'The database is being created. If this file stays, the next start begins anew.\n');
  return { path, created: () => rmSync(mark, { force: true }) };
}

async function start(folder: Folder | null, options: PgliteOptions, lock: FolderLock | null): Promise<PgliteDatabase> {
  if (folder && options.loadDump && existsSync(folder.path))
    throw new Error(`${folder.path} has a database already; a dump needs an empty folder`);
  const engine = await Engine.start({ folder: folder?.path ?? null, dump: options.loadDump ? new Uint8Array(options.loadDump) : null });
  folder?.created();

  let broken: unknown = null;
  const client = new pg.Client({ user: 'postgres', database: 'postgres', ssl: false, types, pipeline: true, stream: () => engine.socket });
  client.on('error', (error) => {
    broken ??= error;
  });
  engine.onDeath((error) => {
    broken = error;
    options.failed?.(error);
  });
  const settings = Object.entries(sessionSettings)
    .map(([name, value]) => `set ${name} = '${value}'`)
    .join('; ');
  await client.connect();
  await client.query(settings);

  const statements = new Statements();
  const listeners = new Listeners(options.log ?? (() => undefined));
  const locks = new Set<number>();
  let closing: Promise<void> | null = null;

  // There is one connection, so one transaction at a time, in the order of asking.
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(() => {
      if (broken !== null) throw new Problem('store-unavailable', { reason: 'the embedded database has stopped' }, broken);
      return work();
    });
    last = turn.catch(() => undefined);
    return turn;
  }
  function ask<T>(what: string, work: () => Promise<T>): Promise<T> {
    refuseInside(what);
    if (closing) throw new Problem('store-unavailable', { reason: 'the embedded database is closed' });
    return inTurn(work);
  }

  return {
    dialect: 'pglite',

    async transaction(scope, work) {
      const opening = openingFor(scope);
      return ask('transaction', () => inTransaction(client, statements, opening, work));
    },

    async asOwner(work) {
      return ask('asOwner', () => inTransaction(client, statements, 'begin', work));
    },

    async script(text) {
      return ask('script', async () => {
        try {
          await client.query(text);
        } finally {
          statements.forget();
          // On a server a script has a session of its own; here it leaves this one as it was, even when it failed inside a transaction.
          if (client.getTransactionStatus() !== 'I') await client.query('rollback');
          await client.query(`reset session authorization; reset role; reset all; ${settings}`);
        }
      });
    },

    async notify(channel, payload) {
      refuseInside('notify');
      checkPayload(payload);
      // Later, as from a server: whoever tells does not run the listeners.
      setImmediate(() => listeners.tell(channel, payload));
    },

    async listen(channel, hear) {
      const remove = listeners.add(channel, hear);
      return async () => remove();
    },

    async holdLock(number) {
      refuseInside('holdLock');
      if (locks.has(number)) return null;
      locks.add(number);
      return {
        release: async () => {
          locks.delete(number);
        },
      };
    },

    async lockIsFree(number) {
      refuseInside('lockIsFree');
      return !locks.has(number);
    },

    async dump(compression = 'gzip') {
      return ask('dump', async () => {
        await client.query('checkpoint'); // so that loading it has nothing to recover
        return engine.dump(compression);
      });
    },

    close() {
      closing ??= last
        .then(async () => {
          if (broken === null) await client.end();
          await engine.close();
        })
        .finally(() => lock?.release());
      return closing;
    },
  };
}

/** The worker thread: started → ready → closed, or dead at any time in between. */
class Engine {
  readonly socket: WorkerSocket;
  #worker: Worker;
  #dump: { resolve(bytes: Uint8Array): void; reject(error: unknown): void } | null = null;
  #death: unknown = null;
  #hearDeath: (error: unknown) => void = () => undefined;
  #expected = false;
  #ready: Promise<void>;
  #hearReady: () => void = () => undefined;
  #exited: Promise<void>;

  static async start(input: WorkerInput): Promise<Engine> {
    // Flags of this process (--input-type, a debugger's port) are not for the thread.
    const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), { workerData: input, name: 'pglite', execArgv: [] });
    const engine = new Engine(worker);
    await engine.#ready;
    return engine;
  }

  private constructor(worker: Worker) {
    this.#worker = worker;
    this.socket = new WorkerSocket((message, transfer) => worker.postMessage(message, transfer));
    this.socket.on('error', () => undefined); // before pg listens; `#ready` tells
    this.#ready = new Promise((resolve, reject) => {
      this.#hearReady = resolve;
      this.#hearDeath = reject;
    });
    this.#exited = new Promise((resolve) => worker.once('exit', () => resolve()));
    worker.on('message', (message: FromWorker) => this.#receive(message));
    worker.on('error', (error) => this.#die(error));
    worker.on('exit', () => this.#die(new Error('the thread of the embedded database ended')));
  }

  onDeath(hear: (error: unknown) => void): void {
    this.#hearDeath = hear;
    if (this.#death !== null) hear(this.#death);
  }

  dump(compression: 'none' | 'gzip'): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#death !== null) reject(this.#death);
      this.#dump = { resolve, reject };
      this.#post({ dump: compression });
    });
  }

  async close(): Promise<void> {
    this.#expected = true;
    if (this.#death === null) this.#post('close');
    await this.#exited;
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    if (message instanceof Uint8Array) this.socket.push(Buffer.from(message.buffer, message.byteOffset, message.byteLength));
    else if (message === 'ready') this.#hearReady();
    else if (typeof message === 'object' && 'dump' in message) this.#dump?.resolve(message.dump);
    else if (typeof message === 'object') void this.#worker.terminate().then(() => this.#die(message.failed));
  }

  #die(error: unknown): void {
    if (this.#expected || this.#death !== null) return;
    this.#death = error;
    this.#dump?.reject(error);
    this.socket.destroy(error instanceof Error ? error : new Error(String(error)));
    this.#hearDeath(error);
  }
}

/** What pg takes for a network socket. It writes whole messages, and all messages of a statement at once, so each write is one hop. */
class WorkerSocket extends Duplex {
  #send: (bytes: Uint8Array, transfer: ArrayBuffer[]) => void;

  constructor(send: (bytes: Uint8Array, transfer: ArrayBuffer[]) => void) {
    super();
    this.#send = send;
  }

  connect(): this {
    process.nextTick(() => this.emit('connect'));
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this._writev([{ chunk }], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    // A new buffer, because its memory goes over to the thread and pg's own is used again.
    const bytes = new Uint8Array(chunks.reduce((sum, { chunk }) => sum + chunk.length, 0));
    let at = 0;
    for (const { chunk } of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    this.#send(bytes, [bytes.buffer]);
    done();
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }
}
