import { bucketOf } from '#contract/rule/bucket.ts';
import type { StepLogic } from './step.ts';

export const assign: StepLogic<'assign'> = {
  compile: () => null,
  begin(step, { person, journeyKey }) {
    if (step.keep && person.owner !== null) return { to: 'next', next: step.next, because: `${person.owner} stays the owner` };
    const shares = step.owners.reduce((sum, each) => sum + each.share, 0);
    const place = (bucketOf(`${journeyKey}/${step.key}`, person.id) / 10_000) * shares;
    let upTo = 0;
    const { owner } = step.owners.find((each) => place < (upTo += each.share)) ?? step.owners[0]!;
    return {
      to: 'next',
      next: step.next,
      because: `owner is ${owner}`,
      effects: [{ kind: 'owner', owner }],
    };
  },
  say: (step) =>
    step.owners.length === 1
      ? `Assign to ${step.owners[0]!.owner}`
      : `Assign to one of ${step.owners.map((each) => each.owner).join(', ')}`,
};
