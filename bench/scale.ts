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
/** The first warms up. While people come for the first time it costs more among many; when the same few have come often, more among few. */
const rounds = 9;

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
          took.push(((performance.now() - began) * 1000) / eventsARound);
        }
      for (const { people, took } of houses) console.error(`… among ${people} people, round by round: ${took.map((each) => each.toFixed(0)).join(', ')} µs an event`);
      const [large, small] = houses.map(({ took }) => quantile(took.slice(1), 0.5)) as [number, number];
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

const runs = { people: 100_000, lead: 25_000 };
/** Each of them takes the wait, the tag, the branch and the trait, and comes to the next wait. */
const stepsEach = 4;

/** A hundred thousand people stand in one journey, and their wait is over at the same instant. */
export const journeySteps: Measurement = {
  names: ['journey.steps'],
  postgresOnly: true,
  run: async (_, url) => {
    console.error(`… making ${runs.people} people and their runs`);
    const journey: LooseDefinition = {
      kind: 'journey',
      key: 'course',
      body: {
        name: 'Course', intent: 'To be walked through by many', reentry: 'never', maxTime: 'P90D',
        steps: [
          { key: 'start', kind: 'entry', on: { event: 'Joined' }, next: 'first' },
          { key: 'first', kind: 'wait', for: 'P1D', next: 'tag' },
          { key: 'tag', kind: 'tag', add: ['met'], next: 'which' },
          { key: 'which', kind: 'branch', paths: [{ label: 'met', when: { trait: { path: 'tags', op: 'equals', value: 'met' } }, next: 'mark' }], otherwise: null },
          { key: 'mark', kind: 'set-trait', path: 'step', value: 'second', next: 'second' },
          { key: 'second', kind: 'wait', for: 'P30D', next: null },
        ],
      },
    };
    const fields = ['tags', 'step'].map((key): LooseDefinition => ({ kind: 'field', key, body: { name: key, path: key, type: key === 'tags' ? 'list' : 'text' } }));
    const { url: where, workspace, end } = await houseOf(url!, runs.people, [...fields, journey]);
    try {
      const client = await connect(where);
      const due = Date.now() + runs.lead;
      const entered = due - 86_400_000;
      await client.query(
        `insert into run (lane, person_id, run_id, workspace_id, journey, version, status, step, state, entered_at, entry_evidence)
         select b.lane, b.person_id, gen_random_uuid(), $1::int, 'course', 1, 'live', 'first', json_build_object('entry', 'start', 'seq', 1, 'wait', json_build_object('since', $2::bigint, 'until', $3::bigint))::jsonb,
           to_timestamp($2::bigint / 1000.0), gen_random_uuid() from bench_people b where b.n < $4`,
        [workspace, entered, due, runs.people],
      );
      await client.query(
        `insert into wake (lane, person_id, workspace_id, clock, due_at) select b.lane, b.person_id, $1::int, 0, to_timestamp($2::bigint / 1000.0) from bench_people b where b.n < $3
         on conflict (lane, person_id) do update set due_at = excluded.due_at`,
        [workspace, due, runs.people],
      );
      await client.query('vacuum (analyze) run, wake');
      if (Date.now() > due) throw new Error('the runs were not made in time');
      const there = async (): Promise<number> => (await client.query<{ n: number }>("select count(*)::int as n from run where step = 'second'")).rows[0]!.n;
      while (Date.now() < due) await sleep(20);
      const began = performance.now();
      while ((await there()) < runs.people) {
        await sleep(250);
        if (performance.now() - began > 300_000) throw new Error(`only ${await there()} have gone on`);
      }
      const rate = (runs.people * stepsEach * 1000) / (performance.now() - began);
      await client.end();
      return [{ name: 'journey.steps', value: rate, unit: 'steps/s', limit: null, ratio: null, target: `≥ 5,000/s with ${runs.people} live runs`, met: rate >= 5_000 }];
    } finally {
      await end();
    }
  },
};
