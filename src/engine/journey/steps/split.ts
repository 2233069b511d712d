import { bucketOf } from '#contract/rule/bucket.ts';
import type { StepLogic } from './step.ts';

export const split: StepLogic<'split'> = {
  compile: () => null,
  begin(step, { journeyKey, person }) {
    // [0, 10,000): a place that a person keeps for good.
    const place = bucketOf(step.draw ?? `${journeyKey}/${step.key}`, person.id);
    let upTo = 0;
    const path = step.paths.find(({ share }) => place < (upTo += share * 100)) ?? step.paths.at(-1)!;
    return { to: 'next', next: path.next, because: `chance: ${path.label}, at ${place / 100} %` };
  },
  say: (step) => `Split: ${step.paths.map((path) => `${path.label} ${path.share} %`).join(', ')}`,
};
