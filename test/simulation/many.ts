import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openPrepared, type Outcome } from './simulator.ts';

export interface ManyOptions {
  /** The first seed, a whole number; the others follow it. */
  from: number;
  seeds: number;
  days: number;
  people: number;
  /** Plays on after a seed that failed. */
  keepGoing: boolean;
  /** A Postgres server to play them on. [an embedded database] */
  server?: string;
  /** Hears of each seed that was played. */
  onSeed: (outcome: Outcome, played: number) => void;
}

export interface Many {
  played: number;
  failed: Outcome[];
  /** Seeds at which the process died twice, and by what. */
  died: { seed: string; by: string }[];
  seconds: number;
}

/** A process plays so many worlds one after the other: what it has compiled serves the next one. */
const atOnce = 25;

/**
 * Plays many seeds one after the other, each in a copy of one migrated database. Node itself may die by SIGSEGV where several embedded databases come and go
 * (nodejs/node issue 64500): what died so has shown nothing, and is played once more.
 */
export async function playMany(options: ManyOptions): Promise<Many> {
  const began = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'throughline-simulation-'));
  const many: Many = { played: 0, failed: [], died: [], seconds: 0 };
  try {
    const place = options.server === undefined ? ['--dump', await dumpInto(folder)] : ['--server', options.server];
    const end = options.from + options.seeds;
    let diedAt: number | null = null;
    for (let next = options.from; next < end && (options.keepGoing || many.failed.length === 0); ) {
      const { played, by } = await playSome(options, next, Math.min(atOnce, end - next), place, many);
      next += played;
      if (by === null) continue;
      if (diedAt === next) many.died.push({ seed: String(next++), by });
      else diedAt = next;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  many.seconds = (performance.now() - began) / 1000;
  return many;
}

async function dumpInto(folder: string): Promise<string> {
  const dump = join(folder, 'migrated.tar');
  const db = await openPrepared();
  writeFileSync(dump, await db.dump('none'));
  await db.close();
  return dump;
}

/** Plays some in one process, as far as it lives. */
async function playSome(
  { days, people, keepGoing, onSeed }: ManyOptions,
  from: number,
  seeds: number,
  place: readonly string[],
  many: Many,
): Promise<{ played: number; by: string | null }> {
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('./main.ts', import.meta.url)),
      ...['--seed', String(from), '--in-a-row', String(seeds), '--days', String(days), '--people', String(people), '--json'],
      ...place,
      ...(keepGoing ? ['--keep-going'] : []),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<string | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal ?? (code === 0 || code === 1 ? null : `code ${code}`)));
  });
  let played = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('{')) continue;
    const outcome = JSON.parse(line) as Outcome;
    played++;
    many.played++;
    if (outcome.failure) many.failed.push(outcome);
    onSeed(outcome, many.played);
  }
  const by = await ended;
  // A mistake of the simulator itself ends the process with 1, as a failed seed does.
  const isOver = played === seeds || (many.failed.length > 0 && !keepGoing);
  return { played, by: by ?? (isOver ? null : 'an error of the simulator') };
}
