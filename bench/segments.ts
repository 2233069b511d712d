import { factClasses } from '#contract/fact.ts';
import type { Rule } from '#contract/rule.ts';
import { stretchAt, startOfDay } from '#engine/local-calendar.ts';
import { nextLocal, offsetAt } from '#engine/local-time.ts';
import type { Bindable, Database, Queryable, Row } from '#store/database.ts';
import { openDatabase } from '#store/open.ts';
import type { RuleSqlContext } from '#store/rule-sql/context.ts';
import { countHolding, distinctZones } from '#store/rule-sql/rule-sql.ts';
import { connect, makeEvents, makePeople } from './audience.ts';
import { drained, freshUrl, type Measurement, quantile, sleep } from './measurements.ts';
import { flag, option } from './options.ts';
import type { BenchRow } from './row.ts';
import { type Server, startServer, writeKey } from './server.ts';
import { drive } from './traffic.ts';

/** Ours against SQL that was written by hand for the very question: five named segments over 1,000,000 people and 10,000,000 events. */

const people = Number(option('--people') ?? 1_000_000);
const list = 'partners';

interface Named {
  key: string;
  says: string;
  rule: Rule;
  /** By hand: $1 is the workspace, $2 now. */
  sql: string;
}

const seen = "e.call in ('track', 'page', 'screen', 'group')";
const there = 'not exists (select 1 from person g where g.workspace_id = $1 and g.person_id = s.person_id and (g.merged_into is not null or g.erased_at is not null))';

export const named: Named[] = [
  {
    key: 'pricing',
    says: 'visited pricing at least 3 times in 7 days and never booked',
    rule: { all: [{ event: { name: 'Page Viewed', where: [{ property: 'path', op: 'equals', value: '/pricing' }], atLeast: 3, within: 'P7D' } }, { event: { name: 'Appointment Booked', atMost: 0 } }] },
    sql: `select count(*) as n from (select person_id from event e where workspace_id = $1 and name = 'Page Viewed' and ${seen} and happened_at > $2::timestamptz - interval '7 days' and happened_at <= $2 and body #>> '{properties,path}' = '/pricing' group by person_id having count(*) >= 3) s
      where not exists (select 1 from event e where workspace_id = $1 and name = 'Appointment Booked' and ${seen} and happened_at <= $2 and e.person_id = s.person_id) and ${there}`,
  },
  {
    key: 'bought',
    says: 'bought at least 2 times for more than 100 in 90 days',
    rule: { event: { name: 'Order Completed', where: [{ property: 'total', op: 'greater', value: 100 }], atLeast: 2, within: 'P90D' } },
    sql: `select count(*) as n from (select person_id from event e where workspace_id = $1 and name = 'Order Completed' and ${seen} and happened_at > $2::timestamptz - interval '90 days' and happened_at <= $2 and (body #>> '{properties,total}')::float8 > 100 group by person_id having count(*) >= 2) s
      where ${there}`,
  },
  {
    key: 'unused',
    says: 'signed up and used no feature within 3 days',
    rule: { sequence: { first: { event: 'Signed Up' }, then: { event: 'Feature Used' }, within: 'P3D', happened: false } },
    sql: `select count(*) as n from (select person_id, max(happened_at) as at from event e where workspace_id = $1 and name = 'Signed Up' and ${seen} and happened_at <= $2 group by person_id having max(happened_at) <= $2::timestamptz - interval '3 days') s
      where not exists (select 1 from event e where workspace_id = $1 and name = 'Feature Used' and ${seen} and happened_at <= $2 and e.person_id = s.person_id and e.happened_at > s.at and e.happened_at <= s.at + interval '3 days') and ${there}`,
  },
  {
    key: 'quiet',
    says: 'consents to marketing, pays, and was not seen for 30 days',
    rule: { all: [{ consent: { purpose: 'marketing' } }, { trait: { path: 'plan', op: 'one-of', value: ['starter', 'pro', 'enterprise'] } }, { profile: { field: 'lastSeenAt', op: 'longer-ago', value: 'P30D' } }] },
    sql: `select count(*) as n from person p where workspace_id = $1 and merged_into is null and erased_at is null and last_seen_at <= $2::timestamptz - interval '30 days'
      and traits ->> 'plan' in ('starter', 'pro', 'enterprise') and state #>> '{consents,marketing/email,state}' = 'granted'`,
  },
  {
    key: 'valued',
    says: 'bought for at least 500 in 365 days, or is on a list',
    rule: { any: [{ measure: { name: 'Order Completed', take: 'sum', property: 'total', within: 'P365D', op: 'at-least', value: 500 } }, { segment: { key: list } }] },
    sql: `select count(*) as n from (select person_id from event e where workspace_id = $1 and name = 'Order Completed' and ${seen} and happened_at > $2::timestamptz - interval '365 days' and happened_at <= $2 group by person_id having sum((body #>> '{properties,total}')::float8) >= 500
        union select person_id from membership where workspace_id = $1 and segment = '${list}') s
      where ${there}`,
  },
];

interface Audience {
  url: string;
  db: Database;
  workspace: number;
  now: number;
  end(): Promise<void>;
}

const exists = async (url: string): Promise<boolean> => connect(url).then((client) => client.end().then(() => true), () => false);

/** A database with everybody in it. `--keep NAME` makes it under a name, or takes what is there, and leaves it. */
async function audience(url: string): Promise<Audience> {
  const kept = option('--keep');
  let [where, drop] = [url.replace(/\/[^/]*$/, `/${kept}`), async (): Promise<void> => undefined];
  const isThere = kept !== undefined && (await exists(where));
  if (!kept) {
    const fresh = await freshUrl('postgres', url);
    [where, drop] = [fresh.url!, fresh.drop];
  } else if (!isThere) {
    const client = await connect(url);
    await client.query(`create database ${kept}`);
    await client.end();
  }
  const now = Date.now();
  if (!isThere) {
    const server = await startServer({ databaseUrl: where });
    await server.publish([
      { kind: 'topic', key: 'news', body: { name: 'News', meaning: '', purpose: 'marketing' } },
      { kind: 'segment', key: list, body: { name: 'Partners', meaning: 'kept by hand', rule: null } },
    ]);
    await server.stop();
  }
  const db = await openDatabase({ databaseUrl: where, dataDir: '' });
  const [row] = await db.asOwner((tx) => tx.query("select workspace_id from workspace where slug = 'main'"));
  const workspace = row!.workspace_id as number;
  if (!isThere) {
    console.error(`… making ${people} people and ${people * 10} events`);
    const client = await connect(where);
    await makePeople(client, workspace, people, list);
    await client.end();
    await makeEvents(where, workspace, people, people * 10, now);
  }
  return {
    url: where, db, workspace, now,
    async end() {
      await db.close();
      await drop();
    },
  };
}

const measured = async (work: () => Promise<number>): Promise<{ took: number; n: number }> => {
  const began = performance.now();
  const n = await work();
  return { took: performance.now() - began, n };
};

/** As our own reader asks: as the application's role, which sees a workspace. */
const ours = ({ db, workspace, now }: Audience, rule: Rule, tap?: (tx: Queryable) => Queryable): Promise<number> =>
  db.transaction({ workspaces: [workspace] }, async (tx) => {
    const context: RuleSqlContext = { workspace, now, zone: 'UTC', zones: await distinctZones(tx, workspace), local: { offsetAt, startOfDay, nextLocal, stretchAt }, purposeOf: () => undefined, realTime: true };
    return countHolding(tap ? tap(tx) : tx, rule, context);
  });

const settings = "select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true), set_config('work_mem', '32MB', true)";
const byHand = ({ db, workspace, now }: Audience, sql: string): Promise<number> =>
  db.asOwner(async (tx) => {
    await tx.query(settings);
    const [row] = await tx.query<{ n: number }>(sql, [workspace, new Date(now).toISOString()]);
    return row!.n;
  });

/** Prints how the database goes about both. */
async function printPlans(at: Audience, each: Named): Promise<void> {
  const explain = async (tx: Queryable, sql: string, values: readonly Bindable[]): Promise<string> =>
    (await tx.query(`explain (analyze, buffers, costs off) ${sql}`, values)).map((row) => row['QUERY PLAN']).join('\n');
  const tap = (tx: Queryable): Queryable => ({
    async query<R extends Row>(sql: string, values: readonly Bindable[] = []): Promise<R[]> {
      if (sql.includes('count(*)')) console.error(`\n── ${each.says}, ours:\n${sql}\n${JSON.stringify(values)}\n${await explain(tx, sql, values)}`);
      return tx.query<R>(sql, values);
    },
  });
  await ours(at, each.rule, tap);
  await at.db.asOwner(async (tx) => {
    await tx.query(settings);
    console.error(`\n── ${each.says}, by hand:\n${each.sql}\n${await explain(tx, each.sql, [at.workspace, new Date(at.now).toISOString()])}`);
  });
}

const median = (list: number[]): number => quantile(list, 0.5);

async function counts(at: Audience): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const each of named) {
    const name = `segment.1m.${each.key}`;
    if (!wanted(name)) continue;
    const [first, second] = [await measured(() => ours(at, each.rule)), await measured(() => byHand(at, each.sql))];
    if (first.n !== second.n) throw new Error(`${each.says}: ours counts ${first.n}, the hand ${second.n}`);
    const [mine, hand]: number[][] = [[], []];
    for (let round = 0; round < 3; round++) {
      mine!.push((await measured(() => ours(at, each.rule))).took);
      hand!.push((await measured(() => byHand(at, each.sql))).took);
    }
    const ratio = median(mine!) / median(hand!);
    rows.push({ name, value: median(mine!), unit: 'ms', limit: median(hand!), ratio, target: `≤ 1.5 × by hand (${first.n} people)`, met: ratio <= 1.5 });
    if (flag('--plans')) await printPlans(at, each);
  }
  return rows;
}

let published = 0;

/** Publishes the first of them as new, and waits until everybody stands by it. */
async function publish(at: Audience, server: Server): Promise<number> {
  const rule = structuredClone(named[0]!.rule) as { all: [{ event: { where: unknown[] } }, unknown] };
  // Whoever remembers it already is asked another question with the same answer.
  if (option('--keep') || published > 0) rule.all[0].event.where = [{ property: 'path', op: 'one-of', value: ['/pricing', `/pricing/${Date.now()}`] }];
  const began = performance.now();
  await server.publish([{ kind: 'segment', key: `pricing-${at.now}-${published++}`, body: { name: 'Pricing', meaning: '', rule: rule as unknown as Rule } }]);
  for (;;) {
    const { items } = await server.api<{ items: { finishedAt: string | null }[] }>('GET', '/api/backfills');
    if (items.length > 0 && items[0]!.finishedAt !== null) return performance.now() - began;
    await sleep(20);
  }
}

/** Waits until nothing is done in the database for two seconds: a server that has just started looks at everything. */
async function quiet(at: Audience): Promise<void> {
  for (let calm = 0; calm < 20; calm++) {
    await sleep(100);
    const [row] = await at.db.asOwner((tx) => tx.query("select count(*) as n from pg_stat_activity where datname = current_database() and state = 'active' and pid <> pg_backend_pid() and backend_type = 'client backend' and now() - query_start > interval '50 ms'"));
    if (row!.n > 0) calm = 0;
  }
}

async function backfill(at: Audience, server: Server): Promise<BenchRow[]> {
  const counted: number[] = [];
  for (let round = 0; round < 4; round++) counted.push((await measured(() => byHand(at, named[0]!.sql))).took);
  const hand = median(counted.slice(1));
  const brought: number[] = [];
  for (let round = 0; round < 3; round++) {
    brought.push(await publish(at, server));
    await quiet(at);
  }
  console.error(`… everybody was brought there in ${brought.map((each) => each.toFixed(0)).join(', ')} ms; counted by hand in ${counted.map((each) => each.toFixed(0)).join(', ')} ms`);
  const took = median(brought);
  return [{ name: 'segment.backfill', value: took, unit: 'ms', limit: hand, ratio: took / hand, target: '≤ 5 × the count by hand', met: took / hand <= 5 }];
}

/** Single events at half of what this machine takes at most, while something else goes on; and how long some of them take until they stand in the API. */
async function whileLive(server: Server, seed: number, work: () => Promise<unknown>): Promise<number[]> {
  const body = (n: number): string => JSON.stringify({ type: 'track', event: 'Product Viewed', userId: `bench-7-${(n * 7919) % people}`, messageId: `live-${seed}-${n}`, properties: { product_id: 'p1', price: 19.9 } });
  const began = performance.now();
  const first = 2_000;
  await drive(`${server.url}/v1/track`, writeKey, Array.from({ length: first }, (_, n) => body(n)), 32);
  const half = first / ((performance.now() - began) / 1000) / 2;
  await drained(server);

  let [isOver, sent] = [false, 0];
  const took: number[] = [];
  const pace = async (): Promise<void> => {
    const start = performance.now();
    while (!isOver) {
      const due = Math.floor(((performance.now() - start) / 1000) * half) - sent;
      if (due > 0) {
        await drive(`${server.url}/v1/track`, writeKey, Array.from({ length: due }, (_, n) => body(first + sent + n)), 32);
        sent += due;
      }
      await sleep(10);
    }
  };
  const sample = async (worker: number): Promise<void> => {
    for (let n = 0; !isOver; n++) took.push(await decided(server, `${seed}-${worker}-${n}`));
  };
  const others = Promise.all([pace(), ...Array.from({ length: 6 }, (_, worker) => sample(worker))]);
  await work();
  isOver = true;
  await others;
  console.error(`… half load was ${half.toFixed(0)} events a second, ${sent} were sent, ${took.length} of others followed`);
  return took;
}

/** From sending one event to its effect standing in the API, in milliseconds. */
async function decided(server: Server, name: string): Promise<number> {
  const email = `live-${name}-${Date.now()}@example.com`;
  const began = performance.now();
  await drive(`${server.url}/v1/identify`, writeKey, [JSON.stringify({ type: 'identify', userId: email, messageId: `live-${email}`, traits: { email } })], 1);
  for (;;) {
    const { items } = await server.api<{ items: unknown[] }>('GET', `/api/people?email=${encodeURIComponent(email)}`);
    if (items.length > 0) return performance.now() - began;
    await sleep(10);
  }
}

const bulkFacts = 1_000_000;

/** Facts of the class "bulk" for everybody, a thousand a transaction and as fast as they are taken, far ahead of what is decided; waits until all are. */
async function bulk(at: Audience): Promise<void> {
  const client = await connect(at.url);
  for (let from = 1; from <= bulkFacts; from += 1_000) await client.query(
    `insert into inbox (lane, person_id, workspace_id, class, fact, accepted_at)
     select b.lane, b.person_id, $1::int, $2::smallint, json_build_object('kind', 'event', 'call', 'track', 'name', 'Product Viewed', 'id', gen_random_uuid(), 'messageId', 'bulk-' || g, 'at', $3::bigint, 'acceptedAt', $3::bigint, 'source', json_build_object('trust', 'trusted', 'by', 'bench', 'entryPoint', null), 'properties', json_build_object('product_id', 'p' || g % 500), 'envelope', '{}'::json, 'claims', '{}'::json)::text, now()
     from generate_series($4::int, $4::int + 999) g join bench_people b on b.n = (g * 7919::bigint) % $5::int`,
    [at.workspace, factClasses.bulk, Date.now(), from, people],
  );
  for (;;) {
    const { rows } = await client.query('select 1 from inbox where class = $1 limit 1', [factClasses.bulk]);
    if (rows.length === 0) break;
    await sleep(100);
  }
  await client.end();
}

async function live(name: string, server: Server, work: () => Promise<unknown>, what: string): Promise<BenchRow> {
  const took = await whileLive(server, Date.now(), work);
  const p99 = quantile(took, 0.99);
  return { name, value: p99, unit: 'ms p99', limit: null, ratio: null, target: `< 1,000 ms while ${what}`, met: p99 < 1_000 };
}

const names = ['segment.1m', 'segment.backfill', 'ingest.backfill', 'ingest.bulk'];
const only = option('--only');
const wanted = (name: string): boolean => !only || name.startsWith(only) || only.startsWith(`${name}.`);

export const segmentMeasurement: Measurement = {
  names,
  postgresOnly: true,
  run: async (_, url) => {
    const at = await audience(url!);
    try {
      const rows = wanted('segment.1m') ? await counts(at) : [];
      if (!names.slice(1).some(wanted)) return rows;
      const server = await startServer({ databaseUrl: at.url });
      try {
        await quiet(at);
        if (wanted('segment.backfill')) rows.push(...(await backfill(at, server)));
        if (wanted('ingest.backfill')) rows.push(await live('ingest.backfill', server, () => publish(at, server), 'everybody is brought to another segment'));
        if (wanted('ingest.bulk')) rows.push(await live('ingest.bulk', server, () => bulk(at), `${bulkFacts} bulk facts are taken`));
      } finally {
        await server.stop();
      }
      return rows;
    } finally {
      await at.end();
    }
  },
};
