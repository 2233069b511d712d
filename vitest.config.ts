import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import LongestFirst from './test/sequencer.ts';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts', 'sdk/test/**/*.test.ts'],
    globalSetup: existsSync(new URL('./test/global.ts', import.meta.url)) ? ['test/global.ts'] : [],
    reporters: ['default', './test/reporter.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A page on a busy machine may take its time; what is waited for is not timed.
    expect: { poll: { timeout: 15_000 } },
    // Processes, not threads: tests start servers, send signals and turn clocks. Each may hold an embedded database of
    // 330 MB, hence no more than eight; with two cores the default would be one.
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    maxWorkers: Math.min(8, Math.max(2, availableParallelism())),
  },
});
