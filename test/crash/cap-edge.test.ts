import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorld, type World } from '../world.ts';
import { absent } from './house.ts';
import { until } from './server.ts';

/**
 * So many processes send to the same people at once, whose caps are one message short of full, while clocks are set back. With fifty of them:
 * EDGE_PROCESSES=50.
 */
const processes = Number(process.env.EDGE_PROCESSES ?? 12);
const people = 1_000;
const waitingEach = { news: 4, tips: 5 };

const why = absent('postgres');

describe.skipIf(why)(
  why ? `the edge of a cap (skipped: ${why})` : `the edge of a cap, under ${processes} processes`,
  { timeout: 10 * 60_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'throughline-edge-'));
    const senders: ChildProcess[] = [];
    let world: World;
    let said = '';

    beforeAll(async () => {
      // Sunday, 25 October 2026: in Berlin the hour from two to three comes twice, the second time from 01:00Z, and the day has 25 hours.
      world = await openWorld({ database: 'postgres', at: '2026-10-25T00:59:00Z' });
      await world.publish([
        { kind: 'topic', key: 'news', body: { name: 'News', purpose: 'marketing' } },
        { kind: 'topic', key: 'tips', body: { name: 'Tips', purpose: 'marketing' } },
        {
          kind: 'cap-policy',
          key: 'main',
          body: {
            name: 'Limits',
            caps: [
              { topic: 'news', max: 2, per: 'day' },
              { topic: 'tips', max: 2, within: 'PT3H' },
            ],
            quietHours: null,
          },
        },
        {
          kind: 'template',
          key: 'note',
          body: { channel: 'email', name: 'Note', subject: 'Hello', blocks: [{ block: 'text', text: 'Hello.' }] },
        },
      ]);
      const yes = { consent: { categoryPreferences: { marketing: true } } };
      for (let from = 0; from < people; from += 250)
        await world.accept(
          Array.from({ length: 250 }, (_, index) => ({
            type: 'identify' as const,
            userId: `edge-${from + index}`,
            traits: { email: `edge-${from + index}@edge.example`, timezone: 'Europe/Berlin' },
            context: yes,
          })),
        );
      await world.settle();
      // What they had: of the news one at the first instant of their Sunday and one before it, of the tips one that counts until 02:00Z and one that counts no more.
      for (const [topic, at] of [
        ['news', '2026-10-24T21:59:59Z'],
        ['news', '2026-10-24T22:00:00Z'],
        ['tips', '2026-10-24T21:55:00Z'],
        ['tips', '2026-10-24T23:00:00Z'],
      ] as const)
        await insert(topic, 1, { status: 'sent', at });
      for (const [topic, each] of Object.entries(waitingEach)) await insert(topic, each, { status: 'queued', at: '2026-10-25T00:59:00Z' });

      const [{ name }] = (await rows('select current_database() as name')) as [{ name: string }];
      const address = Object.assign(new URL(process.env.TEST_DATABASE_URL!), { pathname: `/${name}` }).href;
      const program = fileURLToPath(new URL('./sender.ts', import.meta.url));
      // They begin a few at a time: fifty programs read at once take turns at two cores, and each its memory.
      let entered = 0;
      for (let number = 0; number < processes; number++) {
        await until('those before have entered', async () => number - entered < 6, 120_000);
        const child = fork(program, [address, join(folder, `${number}.txt`)], {
          execArgv: ['--max-old-space-size=64', '--max-semi-space-size=1', '--v8-pool-size=0'],
          env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') },
          stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        });
        child.once('message', () => {
          entered++;
        });
        for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text) => (said += text));
        senders.push(child);
      }
      await until('everybody has entered', async () => entered === processes, 120_000);
    }, 300_000);

    afterAll(() => {
      for (const child of senders) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    });

    const rows = (statement: string, values: (string | number)[] = []) => world.house.deps.db.asOwner((tx) => tx.query(statement, values));

    const insert = (topic: string, each: number, { status, at }: { status: string; at: string }) =>
      rows(
        `insert into message (lane, person_id, message_id, stored_at, workspace_id, clock, channel, template, template_version, topic, purpose, status, details, revision, created_at, due_at, expires_at, sent_at)
       select p.lane, p.person_id, gen_random_uuid(), $4, p.workspace_id, 0, 'email', 'note', 1, $1, 'marketing', $3, '{}', w.revision, $4, $4, $4::timestamptz + interval '5 days', case when $3 = 'sent' then $4::timestamptz end
       from person p join workspace w on w.workspace_id = p.workspace_id cross join generate_series(1, $2::int) where p.email like 'edge-%'`,
        [topic, each, status, at],
      );

    /** What came out of all processes so far: one line a mail. */
    const handed = () =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.txt'))
        .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'));

    /** At this instant by the clocks of all of them: everybody has so many of each topic in all, and nothing came twice. */
    async function mustHave(at: string, each: { news: number; tips: number }): Promise<void> {
      for (const child of senders) child.send({ now: Date.parse(at) });
      await until(
        `nothing is due at ${at} any more: ${said}`,
        async () => {
          const [{ open }] = (await rows(
            "select count(*)::int as open from message where status = 'sending' or (status in ('queued', 'held') and due_at <= $1)",
            [at],
          )) as [{ open: number }];
          return open === 0;
        },
        240_000,
        200,
      );
      const lines = handed();
      expect(new Set(lines).size, `at ${at} a mail came twice`).toBe(lines.length);
      const topics = new Map(
        (
          await rows(
            "select message_id::text as id, topic from message where person_id in (select person_id from person where email like 'edge-%')",
          )
        ).map(({ id, topic }) => [id as string, topic as 'news' | 'tips']),
      );
      const got = new Map<string, { news: number; tips: number }>();
      for (const line of lines) {
        const [key, to] = line.split(' ') as [string, string];
        const theirs = got.get(to) ?? { news: 0, tips: 0 };
        theirs[topics.get(key)!]++;
        got.set(to, theirs);
      }
      const other = [...got].filter(([, theirs]) => theirs.news !== each.news || theirs.tips !== each.tips);
      expect({ people: got.size, other: other.slice(0, 5) }, at).toEqual({ people, other: [] });
      expect(said).toBe('');
    }

    test('everybody gets exactly as many as their caps allow, on a day of 25 hours', async () => {
      // One place is left of each. The last second before clocks are set back, and the hour that comes again.
      await mustHave('2026-10-25T00:59:59Z', { news: 1, tips: 1 });
      await mustHave('2026-10-25T01:00:00Z', { news: 1, tips: 1 });
      // Three hours are over since the first of the tips, though clocks say two.
      await mustHave('2026-10-25T01:59:59Z', { news: 1, tips: 1 });
      await mustHave('2026-10-25T02:00:00Z', { news: 1, tips: 2 });
      // 24 hours after the beginning of the day, and it is still the same.
      await mustHave('2026-10-25T22:30:00Z', { news: 1, tips: 4 });
      await mustHave('2026-10-25T23:00:00Z', { news: 3, tips: 4 });
      const used = senders.map(
        (child) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024,
      );
      console.log(
        `${processes} processes, ${Math.round(Math.max(...used))} MB the largest, ${Math.round(used.reduce((sum, each) => sum + each, 0))} MB together`,
      );
      const busy = readdirSync(folder).filter((name) => name.endsWith('.txt'));
      expect(busy.length, 'the work was shared').toBeGreaterThan(1);
    });
  },
);
