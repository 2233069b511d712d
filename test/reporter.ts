import type { Reporter, TestModule, TestSuite } from 'vitest/node';

/**
 * Ends a run with the line `N passed, N failed, N skipped`, so that people and programs find the counts in one place.
 * They count tests. A file or a group that broke before its tests could run has none to count, and an error outside any
 * test belongs to none: each of these counts as one failed, so that the line never says 0 failed after a failed run.
 */
export default class CountsReporter implements Reporter {
  #line: string | undefined;

  constructor() {
    // At exit, because the closing words of other reporters and of the global set-up come after the end of the run.
    process.once('exit', () => {
      if (this.#line !== undefined) process.stdout.write(`${this.#line}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], errorsOutside: readonly unknown[]): void {
    const counts = { passed: 0, failed: errorsOutside.length, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        counts[state === 'pending' ? 'skipped' : state] += 1;
      }
      counts.failed += [module, ...module.children.allSuites()].filter(brokeByItself).length;
    }
    this.#line = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
  }
}

function brokeByItself(group: TestModule | TestSuite): boolean {
  return group.errors().length > 0;
}
