import type { Journey } from '#contract/journey.ts';
import { exitsOf, type Step } from '#contract/steps/index.ts';

/** How much there is to understand in a journey. */
export interface Complexity {
  steps: number;
  /** Ways on from a step beyond the first: where people part. */
  branches: number;
  /** Steps on the longest way through it, none of them twice. */
  longest: number;
  /** steps + 2 × branches + longest: somebody who reads it has to hold a fork for as long as its ways are apart. */
  points: number;
  words: 'simple' | 'medium' | 'complex';
}

/** Up to so many points it is called so: eight steps in a row are simple, two forks among twelve medium. */
const simpleMax = 16;
const mediumMax = 36;

export function complexityOf({ steps }: Pick<Journey, 'steps'>): Complexity {
  const branches = steps.reduce((sum, step) => sum + Math.max(0, exitsOf(step).length - 1), 0);
  const longest = longestWay(steps);
  const points = steps.length + 2 * branches + longest;
  return {
    steps: steps.length,
    branches,
    longest,
    points,
    words: points <= simpleMax ? 'simple' : points <= mediumMax ? 'medium' : 'complex',
  };
}

/** Ways back up are left out, as they are drawn: a way that turns has no length. */
function longestWay(steps: readonly Step[]): number {
  const byKey = new Map(steps.map((step) => [step.key, step]));
  const known = new Map<string, number>();
  const onWay = new Set<string>();
  const from = (step: Step): number => {
    const found = known.get(step.key);
    if (found !== undefined) return found;
    onWay.add(step.key);
    let below = 0;
    for (const { next } of exitsOf(step)) {
      const there = next === null ? undefined : byKey.get(next);
      if (there && !onWay.has(there.key)) below = Math.max(below, from(there));
    }
    onWay.delete(step.key);
    known.set(step.key, below + 1);
    return below + 1;
  };
  return Math.max(0, ...steps.map(from));
}
