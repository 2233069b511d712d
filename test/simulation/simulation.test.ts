import { randomInt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { freshDatabase } from '../databases.ts';
import { seedsThatFailed } from './seeds.ts';
import { type Outcome, simulate } from './simulator.ts';

const people = 24;
const open = async () => (await freshDatabase('pglite')).db;

async function hold(seed: string, days: number): Promise<Outcome> {
  const outcome = await simulate({ seed, days, people, open });
  if (outcome.failure) {
    const { day, at, invariant, sentence, saw } = outcome.failure;
    expect.fail(
      `${invariant}: ${sentence}\n${JSON.stringify(saw, null, 2)}\nDay ${day} (${at}). Replay it: node test/simulation/main.ts --seed ${seed} --days ${days} --people ${people}`,
    );
  }
  return outcome;
}

describe('a simulated world', () => {
  test.each(['2', '3', '4', '5', '7'])('holds together, seed %s', async (seed) => {
    const outcome = await hold(seed, 3);
    expect(outcome.events).toBeGreaterThan(20);
  });

  test('holds together, two seeds that nobody has tried', async () => {
    for (const seed of [String(randomInt(1e9)), String(randomInt(1e9))]) {
      console.log(`a fresh seed: ${seed}`);
      await hold(seed, 2);
    }
  });

  test('is the same again from the same seed, and another from another', async () => {
    const [first, again, other] = [await hold('replay', 3), await hold('replay', 3), await hold('another', 1)];
    expect(again.history).toBe(first.history);
    expect(again.counts).toEqual(first.counts);
    expect(other.history).not.toBe(first.history);
  });
});

describe('seeds that failed once', () => {
  for (const { seed, days, found } of seedsThatFailed)
    test(`${seed}: ${found}`, async () => {
      await hold(seed, days);
    });
});
