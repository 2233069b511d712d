import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { preparedDump } from '../databases.ts';
import type { Outcome } from './simulator.ts';

/** People of a world. */
const few = 12;
const main = fileURLToPath(new URL('./main.ts', import.meta.url));

/**
 * Plays a world in a process of its own. Node itself may die by SIGSEGV where several embedded databases come and go (nodejs/node issue 64500); what died so has
 * shown nothing, and is played once more.
 */
async function play(seed: string, days: number, people: number, again = true): Promise<Outcome> {
  const dump = await preparedDump();
  const args = [main, '--seed', seed, '--days', String(days), '--people', String(people), '--dump', dump, '--json'];
  const { out, signal, said } = await new Promise<{ out: string; signal: string | null; said: string }>((done) => {
    execFile(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      done({ out: stdout, signal: error?.signal ?? null, said: stderr }),
    );
  });
  if (signal === 'SIGSEGV' && again) return play(seed, days, people, false);
  const line = out.trim().split('\n').at(-1) ?? '';
  expect(line, `what the world of seed ${seed} said before it ended by ${signal ?? 'itself'}: ${said}`).toMatch(/^\{/);
  return JSON.parse(line) as Outcome;
}

/** Plays a world, and says what does not hold in it and how to see it again. */
export async function hold(seed: string, days: number, people = few): Promise<Outcome> {
  const outcome = await play(seed, days, people);
  if (outcome.failure) {
    const { day, at, invariant, sentence, saw } = outcome.failure;
    expect.fail(
      `${invariant}: ${sentence}\n${JSON.stringify(saw, null, 2)}\nDay ${day} (${at}). Replay it: node test/simulation/main.ts --seed ${seed} --days ${days} --people ${people}`,
    );
  }
  return outcome;
}
