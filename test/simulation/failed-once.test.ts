import { describe, test } from 'vitest';
import { hold } from './hold.ts';
import { seedsThatFailed } from './seeds.ts';

/** They had more people. */
const asManyAsThen = 24;

describe('seeds that failed once', () => {
  for (const { seed, days, found } of seedsThatFailed)
    test(`${seed}: ${found}`, async () => {
      await hold(seed, days, asManyAsThen);
    }, 300_000);
});
