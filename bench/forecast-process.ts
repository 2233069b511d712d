import type { RehearsalDetail } from '#contract/routes/rehearsals.ts';
import { type House, openHouse, readConfig } from '#main';
import { seedPractice } from '#operations/practice/seed.ts';
import { turnClock } from '#operations/practice/turn.ts';
import { readRehearsal, startRehearsal } from '#operations/rehearsals.ts';
import { rehearseRound } from '#operations/rehearse.ts';
import { firstStart } from '#operations/setup.ts';
import { openDatabase } from '#store/open.ts';
import { openPglite } from '#store/pglite.ts';

/**
 * `node bench/forecast-process.ts SEED HISTORY CROWD [URL]`: a practice workspace of which so many days have been lived, its next fourteen forecast and then lived; prints both as one line of JSON. The seed of
 * the forecast knows nothing of the seed of the practice.
 */

const [seed = '1', history = '98', crowd = '12', url] = process.argv.slice(2);
const forecastDays = 14;
const day = 86_400_000;

export interface Forecast {
  seed: string;
  /** Messages a day that go out, and runs that reach their goal in all of the time. */
  messages: { said: number; was: number };
  goals: { said: number; was: number };
}

const mean = (list: readonly number[]): number => list.reduce((sum, each) => sum + each, 0) / list.length;

async function drawn(house: House): Promise<RehearsalDetail> {
  const practice = await house.deps.workspaces.bySlug('practice');
  const { id } = await startRehearsal(house.deps, practice, 'bench', { over: { future: `P${forecastDays}D`, seed: 'forecast', futures: 10 }, drafts: [], definitions: [], share: 1 });
  while (await rehearseRound(house.deps)) await Promise.resolve();
  const rehearsal = await readRehearsal(house.deps, practice, id);
  if (rehearsal.state !== 'done' || rehearsal.faults > 0) throw new Error(`the rehearsal is ${rehearsal.state} with ${rehearsal.faults} faults`);
  return rehearsal;
}

async function forecast(house: House): Promise<Forecast> {
  await seedPractice(house.sending, await house.deps.workspaces.bySlug('practice'), { seed, days: Number(history), crowd: Number(crowd) });
  const { over, standing } = await drawn(house);
  const practice = await house.deps.workspaces.bySlug('practice');
  await turnClock(house.sending, practice, forecastDays * day);
  const [was] = await house.deps.db.asOwner((tx) =>
    tx.query(
      `select (select count(*) from message where workspace_id = $1 and journey is not null and coalesce(sent_at, claimed_at) >= $2 and coalesce(sent_at, claimed_at) < $3) as messages,
        (select count(*) from run where workspace_id = $1 and end_reason like 'goal%' and ended_at >= $2 and ended_at < $3) as goals`,
      [practice.id, over.from, over.until],
    ),
  );
  return {
    seed,
    messages: { said: mean(standing.futures.map(({ sent }) => sent)) / forecastDays, was: was!.messages / forecastDays },
    goals: { said: mean(standing.futures.map(({ goals }) => goals)), was: was!.goals },
  };
}

const db = await (url ? openDatabase({ databaseUrl: url, dataDir: '', poolSize: 4 }) : openPglite({ dataDir: null }));
const start = Date.UTC(2026, 2, 18, 10, 7);
const house = await openHouse(readConfig({ LOG_LEVEL: 'error' }), { db, now: () => start });
await house.sender.enter();
await firstStart(house.deps, true);
await house.deps.workspaces.refresh();
console.log(JSON.stringify(await forecast(house)));
process.exit(0);
