import pg from 'pg';
import { identityKinds } from '#contract/fact.ts';

/** A connection without limits of time, for statements that take minutes. */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query("set maintenance_work_mem = '256MB'; set work_mem = '128MB'; set synchronous_commit = off; set jit = off");
  return client;
}

/** Somebody by number, with a place in the lanes and an age of their own: the same in every statement. */
const personFunctions = `
  create function bench_created(n int, people int) returns timestamptz language sql immutable parallel safe
    as $$ select date_trunc('milliseconds', timestamptz '2024-06-01 00:00:00+00' + ((n::bigint * 7919) % people) * interval '800 days' / people) $$;
  create function bench_person(n int, people int) returns uuid language sql immutable parallel safe
    as $$ select (lpad(to_hex((extract(epoch from bench_created(n, people)) * 1000)::bigint), 12, '0') || '7' || substr(h, 1, 3) || '8' || substr(h, 4, 15))::uuid from (select md5('bench ' || n) as h) m $$`;

export const days = 400;
const day = 86_400_000;

/**
 * People by SQL as they stand who came after everything was published, and have done nothing that it asks about: 5 % on it, 60 % with consent to marketing, most of whom were seen long ago.
 * One in fifty is busy. User ids are `bench-7-N`.
 */
export async function makePeople(db: pg.Client, workspace: number, people: number, list: string): Promise<void> {
  await db.query(personFunctions);
  await db.query('create table bench_people (n int primary key, lane smallint, person_id uuid)');
  const statements: [string, (string | number)[]][] = [
    ['insert into bench_people select n, get_byte(uuid_send(id), 15), id from (select n, bench_person(n, $1::int) as id from generate_series(0, $1::int - 1) n) p', [people]],
    [
      `insert into person (lane, person_id, workspace_id, email, name, user_id, traits, state, entry_point, created_at, last_seen_at, zone)
       select b.lane, b.person_id, $1::int, 'person-' || b.n || '@example.com', 'Person ' || b.n, 'bench-7-' || b.n,
         jsonb_build_object('plan', (array['free', 'free', 'free', 'starter', 'pro', 'enterprise'])[1 + b.n % 6], 'city', (array['Berlin', 'Paris', 'Rome', 'Oslo'])[1 + b.n % 4], 'company', 'Company ' || b.n % 9973, 'seats', b.n % 40, 'firstName', 'Ana', 'language', 'en'),
         jsonb_build_object('consents', case when h % 10 < 6 then jsonb_build_object('marketing/email', jsonb_build_object('state', 'granted', 'at', 1735689600000)) when h % 10 = 6 then jsonb_build_object('marketing/email', jsonb_build_object('state', 'withdrawn', 'at', 1735689600000)) else '{}' end,
           'segments', case when h % 20 = 7 then jsonb_build_object($3::text, 1735689600000) else '{}' end, 'scores', '{}'::jsonb, 'above', '{}'::jsonb, 'grades', '{}'::jsonb, 'dead', '{}'::jsonb, 'journeys', '{}'::jsonb, 'memory', '{}'::jsonb,
           'memoryVersion', '', 'revision', (select revision from workspace where workspace_id = $1::int), 'clicks', '[]'::jsonb, 'written', '{}'::jsonb, 'moves', 0, 'consentChanges', 0, 'stageEvidence', null),
         'website', bench_created(b.n, $2::int), case when b.n % 7 > 0 then now() - case when b.n < $2::int / 50 then interval '10 days' else interval '400 days' end * ((h % 997) / 997.0) end, (array[null, 'Europe/Berlin', 'America/New_York'])[1 + b.n % 3]
       from (select *, abs(hashint4(n)) as h from bench_people) b`,
      [workspace, people, list],
    ],
    ["insert into membership (lane, person_id, segment, workspace_id, since) select lane, person_id, $2::text, $1::int, '2025-01-01T00:00:00Z' from bench_people where abs(hashint4(n)) % 20 = 7", [workspace, list]],
    ["insert into identity (workspace_id, kind, value, lane, person_id, since) select $1::int, $2::smallint, 'bench-7-' || n, lane, person_id, '2025-01-01T00:00:00Z' from bench_people", [workspace, identityKinds.user]],
  ];
  for (const [statement, values] of statements) await db.query(statement, values);
  await db.query('vacuum (analyze) person');
  await db.query('vacuum (analyze) membership');
  await db.query('vacuum (analyze) identity');
}

/**
 * What they did in the last 400 days, in its order, 90 % of it done by the busy, in monthly partitions with bodies of about 300 bytes. Only sign-ups and bookings are everybody's. Partitions are
 * filled before they have indexes and are not logged: counting reads them alike.
 */
export async function makeEvents(url: string, workspace: number, people: number, events: number, now: number): Promise<void> {
  const months: [number, number][] = [];
  for (let from = now - days * day; from < now; ) {
    const date = new Date(from);
    const to = Math.min(now, Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1));
    months.push([from, to]);
    from = to;
  }
  const queue = months.values();
  const fill = async (): Promise<void> => {
    const db = await connect(url);
    for (const [from, to] of queue) await makeMonth(db, workspace, people, Math.round((events * (to - from)) / (days * day)), from, to, to === now);
    await db.end();
  };
  await Promise.all([fill(), fill()]);
  const db = await connect(url);
  await db.query('vacuum (analyze) event');
  await db.end();
}

async function makeMonth(db: pg.Client, workspace: number, people: number, events: number, from: number, to: number, isLast: boolean): Promise<void> {
  const date = new Date(from);
  const table = `event_${date.toISOString().slice(0, 7).replace('-', '_')}`;
  const [start, end] = [Date.UTC(date.getUTCFullYear(), date.getUTCMonth()), Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1)].map((at) => new Date(at).toISOString());
  // The server has made this month's; it is empty.
  await db.query(`drop table if exists ${table}`);
  // Live events go to the last of them while it is measured how they fare, so that one is logged.
  await db.query(`create ${isLast ? '' : 'unlogged '}table ${table} (like event including defaults)`);
  const busy = Math.max(1, Math.floor(people / 50));
  await db.query('select setseed($1)', [(from % 997) / 997]);
  await db.query(
    `insert into ${table} (lane, person_id, event_id, stored_at, workspace_id, call, name, happened_at, accepted_at, body)
     select b.lane, b.person_id, gen_random_uuid(), e.at, $1::int, case when kind < 0.4 then 'page' else 'track' end, name, e.at, e.at,
       ('{"properties":' || case name
         when 'Page Viewed' then '{"path":"' || (array['/pricing','/products','/blog/how-to','/about','/docs/start'])[1 + g % 5] || '","title":"A page","referrer":"https://search.example/"}'
         when 'Order Completed' then '{"order_id":"o' || g || '","total":' || (5 + g % 29500 / 100.0)::numeric(8, 2) || ',"currency":"EUR","products":[{"sku":"s' || g % 300 || '","quantity":1}]}'
         when 'Feature Used' then '{"feature":"' || (array['export','invite','report','search'])[1 + g % 4] || '"}'
         else '{"product_id":"p' || g % 500 || '","price":19.9,"currency":"EUR","category":"shoes"}' end
         || ',"context":{"ip":"203.0.113.7","locale":"en-US","library":{"name":"bench","version":"1.0.0"},"page":{"url":"https://shop.example/products","path":"/products"}},"messageId":"bench-' || g || '","source":"write-key"}')::jsonb
     from (select g, kind, at, n, case when kind < 0.4 then 'Page Viewed' when kind < 0.62 then 'Product Viewed' when kind < 0.74 then 'Product Added' when kind < 0.88 then 'Feature Used' when kind < 0.92 then 'Order Completed' when kind < 0.93 then 'Appointment Booked' when kind < 0.96 then 'Signed Up' else 'Email Opened' end as name
       from (select g, kind, date_trunc('milliseconds', $2::timestamptz + (g - random()) / $6::int * ($3::timestamptz - $2::timestamptz)) as at,
         case when kind >= 0.92 and kind < 0.96 then floor(random() * $4::int)::int when random() < 0.9 then floor(random() * $5::int)::int else ($5::int + floor(random() * ($4::int - $5::int)))::int end as n
         from (select g, random() as kind from generate_series(1, $6::int) g) r) d) e
     join bench_people b on b.n = e.n`,
    [workspace, new Date(from).toISOString(), new Date(to).toISOString(), people, busy, events],
  );
  await db.query(`alter table ${table} add primary key (lane, person_id, event_id, stored_at)`);
  const { rows: indexes } = await db.query<{ def: string }>("select pg_get_indexdef(indexrelid) as def from pg_index where indrelid = 'event'::regclass and not indisprimary");
  for (const { def } of indexes) await db.query(def.replace(/INDEX \w+ ON (ONLY )?public\.event /, `INDEX ON ${table} `));
  await db.query(`alter table event attach partition ${table} for values from ('${start}') to ('${end}')`);
}
