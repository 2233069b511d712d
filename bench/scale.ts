import type { LooseDefinition } from '#contract/definition.ts';
import type { Rule } from '#contract/rule.ts';
import { connect, makePeople } from './audience.ts';
import { benchDefinitions } from './definitions.ts';
import { drained, freshUrl, type Measurement, quantile, sleep } from './measurements.ts';
import { type Server, startServer, writeKey } from './server.ts';
import { batches, drive } from './traffic.ts';

/** What many people cost where time or traffic meets them: windows that close together, and events among a million. */

const list = 'partners';
const handKept: LooseDefinition = { kind: 'segment', key: list, body: { name: 'Partners', meaning: 'kept by hand', rule: null } };

interface House {
  url: string;
  server: Server;
  workspace: number;
  end(): Promise<void>;
}

/** A server in front of so many people, who came after these definitions had been published. */
async function houseOf(url: string, people: number, definitions: readonly LooseDefinition[]): Promise<House> {
  const fresh = await freshUrl('postgres', url);
  const first = await startServer({ databaseUrl: fresh.url });
  await first.publish([handKept, ...definitions]);
  await first.stop();
  const client = await connect(fresh.url!);
  const { rows } = await client.query<{ workspace_id: number }>("select workspace_id from workspace where slug = 'main'");
  await makePeople(client, rows[0]!.workspace_id, people, list);
  await client.end();
  const server = await startServer({ databaseUrl: fresh.url });
  return {
    url: fresh.url!, server, workspace: rows[0]!.workspace_id,
    async end() {
      await server.stop();
      await fresh.drop();
    },
  };
}

const crowd = { large: 1_000_000, small: 10_000 };
const eventsARound = 20_000;
const rounds = 4;

export const processLarge: Measurement = {
  names: ['process.large'],
  postgresOnly: true,
  run: async (_, url) => {
    const houses = [];
    for (const people of [crowd.large, crowd.small]) {
      console.error(`… making ${people} people`);
      houses.push({ people, house: await houseOf(url!, people, benchDefinitions()), took: [] as number[] });
    }
    try {
      for (let round = 0; round < rounds; round++)
        for (const { people, house, took } of houses) {
          const bodies = batches((round + 1) * eventsARound, 100, people, 7).slice((round * eventsARound) / 100);
          const began = performance.now();
          await drive(`${house.server.url}/v1/batch`, writeKey, bodies, 8);
          await drained(house.server);
          // The first round warms up.
          if (round > 0) took.push(((performance.now() - began) * 1000) / eventsARound);
        }
      const [large, small] = houses.map(({ took }) => quantile(took, 0.5)) as [number, number];
      return [{ name: 'process.large', value: large, unit: 'µs an event', limit: small, ratio: large / small, target: `≤ 1.3 × what it costs among ${crowd.small} people`, met: large / small <= 1.3 }];
    } finally {
      for (const { house } of houses) await house.end();
    }
  },
};

const burst = { people: 100_000, within: 60_000, lead: 150_000 };

/** Everybody did something once; a week later, within a minute, they all leave the segment of those who did it in the last seven days. */
export const wakeBurst: Measurement = {
  names: ['wake.burst'],
  postgresOnly: true,
  run: async (_, url) => {
    console.error(`… making ${burst.people} people`);
    const { url: where, server, workspace, end } = await houseOf(url!, burst.people, []);
    try {
      const from = Date.now() + burst.lead;
      const client = await connect(where);
      await client.query(
        `insert into event (lane, person_id, event_id, stored_at, workspace_id, call, name, happened_at, accepted_at, body)
         select b.lane, b.person_id, gen_random_uuid(), e.at, $1::int, 'track', 'Pricing Viewed', e.at, e.at, '{"properties":{},"messageId":"x","source":"bench"}'
         from bench_people b cross join lateral (select date_trunc('milliseconds', $2::timestamptz - interval '7 days' + b.n * ($3::int / $4::float8) * interval '1 millisecond') as at) e`,
        [workspace, new Date(from).toISOString(), burst.within, burst.people],
      );
      await client.query('vacuum (analyze) event');
      const rule: Rule = { event: { name: 'Pricing Viewed', atLeast: 1, within: 'P7D' } };
      await server.publish([{ kind: 'segment', key: 'looked', body: { name: 'Looked at prices', meaning: '', rule: rule as never } }]);
      const count = async (what: string): Promise<number> => (await client.query<{ n: number }>(`select count(*)::int as n from ${what}`)).rows[0]!.n;
      while ((await count("membership where segment = 'looked'")) < burst.people) {
        if (Date.now() > from) throw new Error(`only ${await count("membership where segment = 'looked'")} had entered when the first window closed`);
        await sleep(250);
      }
      // The server keeps the latest 20,000 lags: less than half a minute of these.
      let slowest = 0;
      while ((await count("membership where segment = 'looked'")) > 0) {
        await sleep(5_000);
        const { dueToWoken } = await server.api<{ dueToWoken: { p99: number } }>('GET', '/api/lag');
        slowest = Math.max(slowest, dueToWoken.p99);
        if (Date.now() > from + 3 * burst.within) throw new Error('somebody is still there long after their window closed');
      }
      await client.end();
      return [{ name: 'wake.burst', value: slowest, unit: 'ms p99', limit: null, ratio: null, target: `< 1,000 ms of ${burst.people} windows that close in ${burst.within / 1000} s`, met: slowest < 1_000 }];
    } finally {
      await end();
    }
  },
};
