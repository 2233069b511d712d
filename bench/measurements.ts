import { openDatabase } from '#store/open.ts';
import type { Database } from '#store/database.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchDefinitions, mailDefinitions } from './definitions.ts';
import type { BenchRow } from './row.ts';
import { bareSmtp } from './smtp.ts';
import { startServer, type Server, writeKey } from './server.ts';
import { batches, drive } from './traffic.ts';
import { startSink } from './sink.ts';

type Kind = 'postgres' | 'pglite';
export interface Measurement {
  names: string[];
  /** [false] */
  postgresOnly?: true;
  run(database: Kind, url: string | undefined): Promise<BenchRow[]>;
}

const scale = Number(process.env.BENCH_SCALE ?? 1);
export const quantile = (list: number[], share: number): number => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? 0;
export const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

let made = 0;
/** A database of its own for one measurement. */
export async function freshUrl(kind: Kind, url: string | undefined): Promise<{ url: string | undefined; drop: () => Promise<void> }> {
  if (kind === 'pglite') return { url: undefined, drop: async () => undefined };
  const name = `bench_${process.pid}_${Date.now()}_${++made}`;
  const db = await openDatabase({ databaseUrl: url, dataDir: '' });
  await db.script(`create database ${name}`);
  const fresh = new URL(url!);
  fresh.pathname = `/${name}`;
  return {
    url: fresh.href,
    async drop() {
      await db.script(`drop database ${name} with (force)`);
      await db.close();
    },
  };
}

async function withServer<T>(kind: Kind, url: string | undefined, work: (server: Server) => Promise<T>, smtpUrl?: string): Promise<T> {
  const fresh = await freshUrl(kind, url);
  const server = await startServer({ databaseUrl: fresh.url, smtpUrl });
  try {
    return await work(server);
  } finally {
    await server.stop();
    await fresh.drop();
  }
}

/** Rows a second that unnest inserts of 1,000 reach into a plain eight-column table without an index: what the machine can do at most. */
async function bareInserts(kind: Kind, url: string | undefined): Promise<number> {
  const fresh = await freshUrl(kind, url);
  const dataDir = await mkdtemp(join(tmpdir(), 'throughline-bare-'));
  const db: Database = await openDatabase({ databaseUrl: fresh.url, dataDir });
  await db.script('create table bare (a int, b uuid, c uuid, d timestamptz, e int, f text, g text, h jsonb)');
  const columns = Array.from({ length: 1000 }, (_, index) => [index, '01a20005-750f-732a-8e7c-dfc0a89a3f43', '01a20005-750f-732a-8e7c-dfc0a89a3f44', '2026-01-01T00:00:00Z', 1, 'Product Viewed', `bench-${index}`, '{"product_id":"p1","price":19.9,"currency":"EUR","category":"shoes","path":"/products"}'] as const);
  const values = Array.from({ length: 8 }, (_, column) => columns.map((row) => row[column]!));
  const statement = 'insert into bare select * from unnest($1::int[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::int[], $6::text[], $7::text[], $8::jsonb[])';
  const insert = (): Promise<unknown> => db.asOwner((tx) => tx.query(statement, values as never));
  for (let i = 0; i < 5; i++) await insert();
  const batchesWanted = Math.round((kind === 'postgres' ? 200 : 80) * scale);
  const began = performance.now();
  for (let i = 0; i < batchesWanted; i++) await insert();
  const rate = (batchesWanted * 1000) / ((performance.now() - began) / 1000);
  await db.close();
  await fresh.drop();
  await rm(dataDir, { recursive: true, force: true });
  return rate;
}

/** Waits until everything that was accepted has been decided. */
export async function drained(server: Server): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    if (/^throughline_inbox_facts 0$/m.test(metrics)) return;
    await sleep(20);
  }
}

const processBatch: Measurement = {
  names: ['bare', 'accept.batch', 'process.batch', 'decide.lag'],
  run: async (kind, url) => {
    const bare = await bareInserts(kind, url);
    return withServer(kind, url, async (server) => {
      await server.publish(benchDefinitions());
      const events = Math.round((kind === 'postgres' ? 60_000 : 20_000) * scale);
      await drive(`${server.url}/v1/batch`, writeKey, batches(5_000, 100, 20_000, 1), 4);
      await drained(server);
      const bodies = batches(events, 100, 20_000, 2);
      const began = performance.now();
      await drive(`${server.url}/v1/batch`, writeKey, bodies, 8);
      const accepted = performance.now();
      await drained(server);
      const ended = performance.now();
      const rate = events / ((ended - began) / 1000);
      await sleep(500);
      const idle: number[] = [];
      for (let i = 0; i < 20; i++) idle.push(await onePerson(server, i));
      return [
        { name: 'bare', value: bare, unit: 'rows/s', limit: null, ratio: null, target: 'the machine', met: true },
        { name: 'accept.batch', value: events / ((accepted - began) / 1000), unit: 'events/s', limit: bare, ratio: events / ((accepted - began) / 1000) / bare, target: 'shown', met: true },
        { name: 'process.batch', value: rate, unit: 'events/s', limit: bare, ratio: rate / bare, target: '≥ 9,000/s or 0.15', met: rate >= 9_000 || rate / bare >= 0.15 },
        { name: 'decide.lag', value: quantile(idle, 0.5), unit: 'ms', limit: null, ratio: null, target: 'idle, single event < 100 ms', met: quantile(idle, 0.95) < 100 },
      ];
    });
  },
};

/** From sending one event on an idle system to its effect standing in the API, in milliseconds. */
async function onePerson(server: Server, index: number): Promise<number> {
  const email = `idle-${index}-${Date.now()}@example.com`;
  const began = performance.now();
  await drive(`${server.url}/v1/batch`, writeKey, [JSON.stringify({ batch: [{ type: 'identify', userId: email, messageId: `idle-${email}`, traits: { email } }] })], 1);
  for (;;) {
    const { items } = await server.api<{ items: unknown[] }>('GET', `/api/people?email=${encodeURIComponent(email)}`);
    if (items.length > 0) return performance.now() - began;
    await sleep(2);
  }
}

const processSingle: Measurement = {
  names: ['process.single'],
  run: (kind, url) =>
    withServer(kind, url, async (server) => {
      await server.publish(benchDefinitions());
      const events = Math.round((kind === 'postgres' ? 15_000 : 5_000) * scale);
      const singles = batches(events, 1, 5_000, 3).map((body) => JSON.stringify({ ...JSON.parse(body).batch[0], type: 'track', event: 'Product Viewed' }));
      await drive(`${server.url}/v1/track`, writeKey, singles.slice(0, 500), 32);
      const began = performance.now();
      const took = await drive(`${server.url}/v1/track`, writeKey, singles.slice(500), 32);
      const rate = took.length / ((performance.now() - began) / 1000);
      await drained(server);
      return [{ name: 'process.single', value: rate, unit: 'events/s', limit: null, ratio: null, target: `≥ 3,000/s, p99 < 50 ms (p99 ${quantile(took, 0.99).toFixed(0)} ms)`, met: rate >= 3_000 && quantile(took, 0.99) < 50 }];
    }),
};

const wakeLag: Measurement = {
  names: ['wake.lag'],
  run: (kind, url) =>
    withServer(kind, url, async (server) => {
      await server.publish([{ kind: 'journey', key: 'tick', body: { name: 'Tick', intent: 'to be measured', goal: null, exits: [], reentry: 'never', ends: null, maxTime: 'P1D', steps: [{ key: 'enter', kind: 'entry', on: { event: 'Signed Up' }, next: 'pause' }, { key: 'pause', kind: 'wait', for: 'PT3S', next: null }] } }]);
      const people = Math.round(2_000 * scale);
      const body = (from: number): string => JSON.stringify({ batch: Array.from({ length: 100 }, (_, index) => ({ type: 'track', event: 'Signed Up', userId: `wake-${from + index}`, messageId: `wake-${from + index}` })) });
      await drive(`${server.url}/v1/batch`, writeKey, Array.from({ length: people / 100 }, (_, index) => body(index * 100)), 2);
      await sleep(5_000);
      const lag = await server.api<{ dueToWoken: { p50: number; p99: number; count: number } }>('GET', '/api/lag');
      return [{ name: 'wake.lag', value: lag.dueToWoken.p99, unit: 'ms p99', limit: null, ratio: null, target: `< 1,000 ms over ${lag.dueToWoken.count} wakes`, met: lag.dueToWoken.count >= people && lag.dueToWoken.p99 < 1_000 }];
    }),
};

/** So many mails that wait until sending is let go on. */
async function gatherMails(server: Server, mails: number): Promise<void> {
  await server.api('PATCH', '/api/settings', { senderName: 'Bench', senderEmail: 'bench@example.com', postalAddress: 'Bench Street 1' });
  await server.publish(mailDefinitions());
  await server.api('PUT', '/api/kill-switches/workspace', { stopped: true, reason: 'gather first' });
  const body = (from: number): string =>
    JSON.stringify({ batch: Array.from({ length: 100 }, (_, index) => from + index).flatMap((n) => [{ type: 'identify', userId: `mail-${n}`, messageId: `i-${n}`, traits: { email: `person-${n}@example.com`, firstName: `Ana ${n}` }, context: { consent: { categoryPreferences: { marketing: true } } } }, { type: 'track', event: 'Signed Up', userId: `mail-${n}`, messageId: `s-${n}` }]) });
  await drive(`${server.url}/v1/batch`, writeKey, Array.from({ length: mails / 100 }, (_, index) => body(index * 100)), 4);
  await drained(server);
  await sleep(1_500);
}

/** From the click on a stop to the last mail that is taken after it, while mails go out as fast as they can. */
const stopLag: Measurement = {
  names: ['stop.lag'],
  run: async (kind, url) => {
    const sink = await startSink();
    try {
      return await withServer(
        kind,
        url,
        async (server) => {
          await gatherMails(server, Math.round(12_000 * scale));
          const lags: number[] = [];
          const rates: number[] = [];
          let stopped = 'workspace';
          for (const scope of ['workspace', 'channel:email', 'journey:hello']) {
            const before = await sink.count();
            await server.api('PUT', `/api/kill-switches/${encodeURIComponent(stopped)}`, { stopped: false });
            await sleep(1_500);
            rates.push(((await sink.count()) - before) / 1.5);
            const clicked = Date.now();
            await server.api('PUT', `/api/kill-switches/${encodeURIComponent(scope)}`, { stopped: true, reason: 'measured' });
            await sleep(2_500);
            lags.push((await sink.last()) - clicked);
            stopped = scope;
          }
          const [lag, rate] = [Math.max(...lags), Math.min(...rates)];
          console.error(`… at ${rates.map((each) => Math.round(each)).join(', ')} mails a second, the last came after ${lags.join(', ')} ms`);
          return [{ name: 'stop.lag', value: lag, unit: 'ms at most', limit: null, ratio: null, target: `< 1,000 ms at 1,000 mails/s; the least was ${Math.round(rate)}/s`, met: lag < 1_000 }];
        },
        sink.url,
      );
    } finally {
      await sink.stop();
    }
  },
};

const sendSmtp: Measurement = {
  names: ['send.smtp'],
  run: async (kind, url) => {
    const sink = await startSink();
    const bare = await bareSmtp(sink.url, Math.round(4_000 * scale));
    try {
      return await withServer(
        kind,
        url,
        async (server) => {
          const mails = Math.round((kind === 'postgres' ? 4_000 : 2_000) * scale);
          await gatherMails(server, mails);
          const before = await sink.count();
          const began = performance.now();
          await server.api('PUT', '/api/kill-switches/workspace', { stopped: false });
          while ((await sink.count()) - before < mails) {
            await sleep(20);
            if (performance.now() - began > 120_000) throw new Error(`only ${(await sink.count()) - before} of ${mails} mails arrived`);
          }
          const rate = mails / ((performance.now() - began) / 1000);
          return [{ name: 'send.smtp', value: rate, unit: 'mails/s', limit: bare, ratio: rate / bare, target: '≥ 2,000/s, ≥ 0.4 of bare', met: rate >= 2_000 && rate / bare >= 0.4 }];
        },
        sink.url,
      );
    } finally {
      await sink.stop();
    }
  },
};

const idleMemory: Measurement = {
  names: ['idle.memory', 'ready'],
  run: async (kind, url) => {
    const fresh = await freshUrl(kind, url);
    const first = await startServer({ databaseUrl: fresh.url });
    await first.stop(true);
    const second = await startServer({ databaseUrl: fresh.url, dataDir: first.dataDir });
    await sleep(5_000);
    const memory = await second.memory();
    await second.stop();
    await rm(first.dataDir, { recursive: true, force: true });
    await fresh.drop();
    const most = kind === 'postgres' ? 200 : 500;
    return [
      { name: 'idle.memory', value: memory, unit: 'MB', limit: most, ratio: memory / most, target: `< ${most} MB`, met: memory < most },
      { name: 'ready', value: second.startedIn / 1000, unit: 's', limit: 10, ratio: second.startedIn / 10_000, target: 'second start < 10 s', met: second.startedIn < 10_000 },
    ];
  },
};

export const measurements: Measurement[] = [processBatch, processSingle, wakeLag, sendSmtp, stopLag, idleMemory];
