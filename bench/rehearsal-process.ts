import { openHouse, readConfig } from '#main';
import { readRehearsal, startRehearsal } from '#operations/rehearsals.ts';
import { rehearseRound } from '#operations/rehearse.ts';
import { openDatabase } from '#store/open.ts';

/**
 * `node bench/rehearsal-process.ts URL NOW past|future DAYS`: rehearses the days before or after an instant in a process that has done nothing else; prints how long it took and the most memory that the
 * process ever held as one line of JSON.
 */

const [url, now, which, days] = process.argv.slice(2);

export interface Rehearsed {
  id: string;
  seconds: number;
  /** [MB] Of the whole process, the engine and all that a server loads among it. */
  memory: number;
}

const db = await openDatabase({ databaseUrl: url!, dataDir: '', poolSize: 8 });
const house = await openHouse(readConfig({ LOG_LEVEL: 'error' }), { db, now: () => Number(now) });
const { deps } = house;
await deps.workspaces.refresh();
const workspace = await deps.workspaces.bySlug('main');
const began = performance.now();
const over = which === 'past' ? { past: `P${days}D` as const } : { future: `P${days}D` as const, seed: '1' };
const { id } = await startRehearsal(deps, workspace, 'bench', { over, drafts: [], definitions: [], share: 1 });
while (await rehearseRound(deps)) await Promise.resolve();
const seconds = (performance.now() - began) / 1000;
const { state, faults } = await readRehearsal(deps, workspace, id);
if (state !== 'done' || faults > 0) throw new Error(`the rehearsal is ${state}, with ${faults} faults`);
console.log(JSON.stringify({ id, seconds, memory: process.resourceUsage().maxRSS / 1024 } satisfies Rehearsed));
await house.close();
