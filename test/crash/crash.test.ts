import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { smtpConnections } from '#main';
import { between, type Chance, chanceOf } from '#engine/practice/random.ts';
import { check, type Findings } from './checks.ts';
import { drain } from './drain.ts';
import { absent, type Kind, newPlace, type Place, prepare } from './house.ts';
import { type Server, until, within } from './server.ts';
import { Traffic } from './traffic.ts';

/**
 * `kill -9` while events and mails are under way, at a named place or at any moment, again and again; then everything that the clients were promised is
 * looked for. CRASH=full: 20,000 events, 2,000 mails, three kills at each place (about four minutes a database); otherwise a tenth and one kill in each
 * state. A failing run is repeated by CRASH_SEED.
 */
const full = process.env.CRASH === 'full';
const size = full ? { events: 20_000, mails: 2_000, kills: 3 } : { events: 2_000, mails: 200, kills: 1 };
const seed = process.env.CRASH_SEED ?? 'crash';

/** Where a process is killed: in which state of the work, and how it comes about. */
interface Blow {
  state: 'accepted' | 'processing' | 'claimed' | 'after DATA' | 'settling' | 'any';
  name: string;
  /** A failpoint of the server itself, and the largest number of times that it is passed before. */
  failAt?: number;
  /** By the mail server, with the final dot of a mail: before its answer, or right after. */
  mail?: 'before 250' | 'after 250';
  /** Also in the quick run. */
  quick?: true;
}

const blows: readonly Blow[] = [
  { state: 'any', name: 'at any moment' },
  { state: 'accepted', name: 'accept.written', failAt: 4 },
  { state: 'accepted', name: 'accept.committed', failAt: 4, quick: true },
  { state: 'processing', name: 'process.taken', failAt: 4 },
  { state: 'processing', name: 'process.written', failAt: 4, quick: true },
  { state: 'processing', name: 'process.committed', failAt: 4 },
  { state: 'claimed', name: 'deliver.claiming', failAt: 4 },
  { state: 'claimed', name: 'deliver.claimed', failAt: 4, quick: true },
  { state: 'after DATA', name: 'the final dot, before 250', mail: 'before 250', quick: true },
  { state: 'after DATA', name: 'the final dot, after 250', mail: 'after 250' },
  { state: 'after DATA', name: 'deliver.handed', failAt: 20 },
  { state: 'settling', name: 'settle.written', failAt: 8, quick: true },
];

// Most of the time goes by waiting, so the quick runs stand beside each other.
describe.each(['pglite', 'postgres'] as const)('on %s', { concurrent: !full }, (kind) => {
  const why = absent(kind);
  test.skipIf(why)(
    why
      ? `killed in every state (skipped: ${why})`
      : 'killed in every state, nothing that was acknowledged is lost and nothing happens twice',
    async () => {
      const place = await newPlace(kind);
      try {
        const { findings, kills, most } = await killedOverAndOver(place, kind);
        report(kind, findings, kills, most);
        expect(findings.wrong).toEqual([]);
        expect({ missing: findings.missing, duplicates: findings.duplicates }).toEqual({ missing: 0, duplicates: 0 });
        expect(findings.acked).toBeGreaterThanOrEqual(size.events);
        expect(findings.runs).toBeGreaterThanOrEqual(size.mails);
        expect(findings.uncertain).toBeLessThanOrEqual(smtpConnections * kills.size);
        expect(most).toBeLessThanOrEqual(smtpConnections);
      } finally {
        await place.close();
      }
    },
    full ? 45 * 60_000 : 10 * 60_000,
  );

  test.skipIf(why)(
    why
      ? `killed while it starts for the first time (skipped: ${why})`
      : 'killed again and again while it starts for the first time, it comes up whole',
    async () => {
      const place = await newPlace(kind);
      try {
        const chance = chanceOf(seed, kind, 'first start');
        // On a new database it makes the schema, the workspaces with their definitions, and the practice people's past; the last takes long.
        const practice = { THROUGHLINE_PRACTICE: full ? 'on' : 'off' };
        const longest = (full ? 3 : 1) * (kind === 'pglite' ? 4_000 : 1_500);
        for (let time = 0; time < (full ? 12 : 3); time++) {
          const server = place.server(practice);
          await within(300 + chance() * longest, server.ready);
          await server.kill();
        }
        const server = await place.server(practice).mustBeReady(180_000);
        expect(server.errors).toEqual([]);
        expect(await server.stop()).toEqual({ code: 0, signal: null });
        const rows = await place.look((db) =>
          db.asOwner((tx) =>
            tx.query(`select slug, (select count(*) from definition d where d.workspace_id = w.workspace_id) as definitions, (select count(*) from definition_version v where v.workspace_id = w.workspace_id) as versions,
              (select count(*) from person p where p.workspace_id = w.workspace_id) > 20 as lively from workspace w order by slug`),
          ),
        );
        const { definitions } = rows[0]!;
        expect(definitions).toBeGreaterThan(20);
        expect(rows).toEqual([
          { slug: 'main', definitions, versions: 0, lively: false },
          ...(full ? [{ slug: 'practice', definitions, versions: definitions, lively: true }] : []),
        ]);
      } finally {
        await place.close();
      }
    },
    10 * 60_000,
  );

  test.skipIf(why)(
    why ? `told to stop (skipped: ${why})` : 'told to stop under load, it finishes what is under way and leaves nothing uncertain',
    async () => {
      const place = await newPlace(kind);
      try {
        const first = await place.server().mustBeReady();
        await prepare(first);
        // A third of the mails are answered after half a second, so that some are in the middle when the word comes.
        const traffic = new Traffic({ url: first.url, seed: `${seed}-stop`, messagesEach: 4, slow: 0.3 });
        traffic.release(600);
        await until('mails under way', () => place.mail.count() >= 20, 60_000, 5);
        expect(await first.stop()).toEqual({ code: 0, signal: null });
        const left = await place.look((db) =>
          db.asOwner((tx) =>
            tx.query("select status, count(*) as n from message where status in ('sending', 'uncertain') group by status"),
          ),
        );
        expect(left).toEqual([]);
        const second = await place.server().mustBeReady();
        await drain(second, traffic);
        expect(await second.stop()).toEqual({ code: 0, signal: null });
        const findings = await place.look((db) => check(db, traffic, place.mail));
        expect(findings.wrong).toEqual([]);
        expect(findings.uncertain).toBe(0);
        expect([...first.errors, ...second.errors]).toEqual([]);
      } finally {
        await place.close();
      }
    },
    10 * 60_000,
  );
});

/** Plays the whole piece; the order of the blows is shuffled by the seed. */
async function killedOverAndOver(place: Place, kind: Kind): Promise<{ findings: Findings; kills: Map<number, Blow>; most: number }> {
  const chance = chanceOf(seed, kind);
  const plan = shuffled(chance, Array.from({ length: size.kills }, () => blows.filter((blow) => full || blow.quick)).flat());
  const kills = new Map<number, Blow>();
  const share = Math.ceil(size.events / (plan.length + 1));

  let server = await place.server().mustBeReady();
  await prepare(server);
  const traffic = new Traffic({ url: server.url, seed });
  let uncertain = 0;
  let most = 0;
  let since = 0;
  for (const [index, blow] of plan.entries()) {
    // The first life has made the definitions; it ends here so that the next can be given its place of death.
    if (blow.failAt !== undefined || server.isDead) {
      if (!server.isDead) await server.kill();
      server = place.server(blow.failAt === undefined ? {} : { FAIL_AT: `${blow.name}:${between(chance, 1, blow.failAt)}` });
    }
    traffic.release(share);
    await fall(server, blow, place, traffic, chance);
    expect(await server.dead, `${blow.name}: ${server.said}`).toEqual({ code: null, signal: 'SIGKILL' });
    expect(server.errors).toEqual([]);
    kills.set(index, blow);
    since++;
    if (index + 1 < plan.length && plan[index + 1]!.failAt !== undefined) continue;
    server = await place.server().mustBeReady();
    const now = (await server.numbers()).uncertain;
    most = Math.max(most, Math.ceil((now - uncertain) / since));
    uncertain = now;
    since = 0;
  }
  if (server.isDead) server = place.server();
  await server.mustBeReady();
  while (traffic.acked < size.events || traffic.mails < size.mails) {
    if (traffic.isIdle) traffic.release(100);
    traffic.release(Math.max(0, size.events - traffic.released));
    await pause(20);
  }
  await drain(server, traffic);
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  expect(server.errors).toEqual([]);
  return { findings: await place.look((db) => check(db, traffic, place.mail)), kills, most };
}

/** Ends when the server has been struck down. When the place is not come by, more traffic is let in. */
async function fall(server: Server, blow: Blow, place: Place, traffic: Traffic, chance: Chance): Promise<void> {
  if (blow.mail === 'before 250') place.mail.onDot(between(chance, 1, 20), () => server.killNow());
  // The answer is written right after this; the few moments more or less decide whether it is read.
  else if (blow.mail === 'after 250') place.mail.onDot(between(chance, 1, 20), () => setTimeout(() => server.killNow(), chance() * 4));
  else if (blow.failAt === undefined) {
    await server.mustBeReady();
    await pause(5 + chance() * 800);
    server.killNow();
  }
  const started = Date.now();
  while ((await within(500, server.dead)) === undefined) {
    if (Date.now() - started > 120_000) throw new Error(`${blow.name} was not come by in two minutes; the server said:\n${server.said}`);
    if (traffic.isIdle) traffic.release(60);
  }
}

function shuffled<T>(chance: Chance, list: T[]): T[] {
  for (let last = list.length - 1; last > 0; last--) {
    const other = between(chance, 0, last);
    [list[last], list[other]] = [list[other]!, list[last]!];
  }
  return list;
}

function report(kind: Kind, findings: Findings, kills: Map<number, Blow>, most: number): void {
  const byState = Object.entries(Object.groupBy(kills.values(), (blow) => blow.state))
    .map(([state, list]) => `${state} ${list.length}`)
    .join(', ');
  const { acked, people, runs, mails, uncertain, uncertainArrived, missing, duplicates } = findings;
  process.stdout.write(
    `crash on ${kind}: ${kills.size} kills (${byState}); ${acked} events acknowledged, ${people} people, ${runs} runs, ${mails} mails arrived; uncertain ${uncertain} (at most ${most} a kill, ${uncertainArrived} had arrived), duplicates ${duplicates}, missing ${missing}\n`,
  );
}
