import { randomInt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { hold } from './hold.ts';

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
  }, 300_000);

  test('is the same again from the same seed, and another from another', async () => {
    const [first, again, other] = [await hold('replay', 2), await hold('replay', 2), await hold('another', 1)];
    expect(again.history).toBe(first.history);
    expect(again.counts).toEqual(first.counts);
    expect(other.history).not.toBe(first.history);
  }, 300_000);
});
