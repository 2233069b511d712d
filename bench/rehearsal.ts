import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type House, openHouse, readConfig } from '#main';
import { readBlueprint } from '#operations/blueprint.ts';
import { applySet } from '#operations/definitions.ts';
import { readMessage } from '#operations/ingest/normalise.ts';
import type { KeptRun } from '#operations/rehearsal-spec.ts';
import { firstStart } from '#operations/setup.ts';
import { processRound } from '#operations/work.ts';
import { openDatabase } from '#store/open.ts';
import { freshUrl, type Measurement } from './measurements.ts';
import { option } from './options.ts';
import type { Rehearsed } from './rehearsal-process.ts';

/**
 * The journeys of the blueprint over ninety days of 100,000 people and 1,000,000 events: first lived, half an hour by half an hour, by the road that every fact takes, then rehearsed. Everybody who entered,
 * and every step that they took, is held against what the rehearsal says.
 */

const people = Number(option('--people') ?? 100_000);
const eventsEach = 10;
const days = 90;
/** [ms] Everything happens on a grid, so that the clock can be turned from one instant at which something is due to the next. */
const step = 1_800_000;
const day = 48 * step;
/** Facts that arrive in one request. */
const together = 2_000;
const [secondsMost, memoryMost] = [90, 1_024];

/** A number from 0 up to 1 that hangs on these alone. */
const chance = (...words: (string | number)[]): number => createHash('md5').update(words.join(' ')).digest().readUInt32BE(0) / 2 ** 32;

/** What somebody does: they sign up, most of them with consent, and then look at pages, and some book a meeting. */
function* callsOf(n: number, from: number, until: number): Generator<{ at: number; raw: Record<string, unknown> }> {
  const userId = `u-${n}`;
  const onGrid = (at: number): number => from + Math.floor((at - from) / step) * step;
  const signedUp = onGrid(from + chance('in', n) * (until - from));
  const traits = { email: `person-${n}@example.com`, firstName: `Person ${n}`, timezone: ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo'][n % 3] };
  const context = { consent: { categoryPreferences: { marketing: chance('yes', n) < 0.8 } } };
  yield { at: signedUp, raw: { type: 'identify', userId, traits, context, messageId: `${n}-0` } };
  yield { at: signedUp, raw: { type: 'track', userId, event: 'Signed Up', properties: { plan: 'free' }, messageId: `${n}-1` } };
  for (let nth = 2; nth < eventsEach; nth++) {
    const soon = signedUp + chance('at', n, nth) ** 2 * 20 * day;
    const at = onGrid(soon < until ? soon : signedUp + chance('at all', n, nth) * (until - signedUp));
    const name = chance('what', n, nth);
    const event = name < 0.02 ? 'Meeting Booked' : name < 0.05 ? 'Product Added' : 'Page Viewed';
    yield { at, raw: { type: 'track', userId, event, properties: { path: `/page-${nth}` }, messageId: `${n}-${nth}` } };
  }
}

export const rehearsalPast: Measurement = {
  names: ['rehearsal.past', 'rehearsal.memory', 'rehearsal.exact', 'rehearsal.future'],
  postgresOnly: true,
  run: async (_, url) => {
    const fresh = await freshUrl('postgres', url);
    const db = await openDatabase({ databaseUrl: fresh.url!, dataDir: '', poolSize: 8 });
    const clock = { now: Date.UTC(2026, 0, 5) };
    const house = await openHouse(readConfig({ LOG_LEVEL: 'silent' }), { db, now: () => clock.now });
    try {
      await firstStart(house.deps, false);
      const main = await house.deps.workspaces.bySlug('main');
      await applySet(house.deps, main, 'bench', { definitions: await readBlueprint('service-business'), publish: true, note: '', reason: 'measured' });
      await live(house, clock, main.id);
      return await rehearse(house, main.id, fresh.url!, clock.now);
    } finally {
      await house.close();
      await fresh.drop();
    }
  },
};

/** Lives the ninety days: what happens at an instant arrives then and is decided, with everything that is due. Nothing is handed over. */
async function live({ deps, acceptor }: House, clock: { now: number }, workspace: number): Promise<void> {
  const [from, until] = [clock.now, clock.now + days * day];
  const slots: Record<string, unknown>[][] = Array.from({ length: days * 48 }, () => []);
  for (let n = 0; n < people; n++) for (const { at, raw } of callsOf(n, from, until)) slots[(at - from) / step]!.push(raw);
  console.error(`… living ${days} days of ${people} people and ${people * eventsEach} events`);
  for (const [index, calls] of slots.entries()) {
    clock.now = from + index * step;
    const arrivals = calls.map((raw) => {
      const read = readMessage({ ...raw, timestamp: new Date(clock.now).toISOString() } as never, null, {
        workspace, now: clock.now, sentAt: null, newId: () => '', source: { trust: 'trusted', by: 'api-key', entryPoint: 'api' },
      });
      if (!read.ok) throw new Error(read.refusal.message);
      const { fact, user, anonymous, claims } = read.incoming;
      return { fact, names: { workspace, user, anonymous, email: claims.email ?? null, phone: null, trusted: true }, class: 'live' as const };
    });
    for (let from = 0; from < arrivals.length; from += together) await acceptor.accept(arrivals.slice(from, from + together) as never);
    await decideAll(deps);
    if (index % 480 === 0) console.error(`… day ${index / 48}`);
  }
  clock.now = until;
  await decideAll(deps);
}

async function decideAll(deps: House['deps']): Promise<void> {
  for (let more = true; more; ) ({ more } = await processRound(deps, 2));
}

async function rehearse({ deps }: House, id: number, url: string, now: number) {
  const [events] = await deps.db.asOwner((tx) => tx.query('select count(*) as n from event where workspace_id = $1', [id]));
  console.error(`… rehearsing ${events!.n} events`);
  const program = fileURLToPath(new URL('./rehearsal-process.ts', import.meta.url));
  const inProcess = async (...over: string[]): Promise<Rehearsed> => {
    const { stdout } = await promisify(execFile)(process.execPath, [program, url, String(now), ...over]);
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as Rehearsed;
  };
  const past = await inProcess('past', String(days));
  const { same, other } = await compare(deps, id, past.id);
  const future = await inProcess('future', '14');
  return [
    { name: 'rehearsal.past', value: past.seconds, unit: 's', limit: null, ratio: null, target: `≤ ${secondsMost} s`, met: past.seconds <= secondsMost },
    { name: 'rehearsal.memory', value: past.memory, unit: 'MB', limit: null, ratio: null, target: `≤ ${memoryMost} MB, the whole process`, met: past.memory <= memoryMost },
    { name: 'rehearsal.exact', value: other, unit: `of ${same + other} runs and steps differ`, limit: null, ratio: null, target: 'none', met: other === 0 },
    { name: 'rehearsal.future', value: future.seconds, unit: `s for 14 days, ${Math.round(future.memory)} MB`, limit: null, ratio: null, target: 'shown', met: true },
  ];
}

/** Each run and step that was lived beside each that was rehearsed: who, which, when. */
async function compare(deps: House['deps'], workspace: number, rehearsal: string): Promise<{ same: number; other: number }> {
  const lived = new Map<string, number>();
  const note = (line: string, by: number): void => void lived.set(line, (lived.get(line) ?? 0) + by);
  const read = <R>(sql: string, values: (string | number)[]) => deps.db.asOwner((tx) => tx.query(sql, values)) as Promise<R[]>;
  let count = 0;
  for (const run of await read<{ person_id: string; journey: string; entered_at: number }>('select person_id, journey, entered_at from run where workspace_id = $1', [workspace]))
    note(`${run.person_id} ${run.journey} ${run.entered_at}`, ++count && 1);
  for (const step of await read<{ person_id: string; journey: string; step: string; next: string | null; at: number }>('select person_id, journey, step, next, at from run_step where workspace_id = $1', [workspace]))
    note(`${step.person_id} ${step.journey} ${step.step} ${step.next} ${step.at}`, ++count && 1);
  for (const run of await read<{ person_id: string; journey: string; entered_at: number; body: KeptRun }>('select person_id, journey, entered_at, body from rehearsal_run where rehearsal_id = $1', [rehearsal])) {
    note(`${run.person_id} ${run.journey} ${run.entered_at}`, -1);
    for (const [step, next, at] of run.body.steps) note(`${run.person_id} ${run.journey} ${step} ${next} ${at}`, -1);
  }
  const differing = [...lived].filter(([, balance]) => balance !== 0);
  const some = (sign: number) => differing.filter(([, balance]) => balance * sign > 0).slice(0, 5);
  for (const [line, balance] of [...some(1), ...some(-1)]) console.error(`  ${balance > 0 ? 'only lived' : 'only rehearsed'}: ${line}`);
  return { same: count - differing.length, other: differing.length };
}
