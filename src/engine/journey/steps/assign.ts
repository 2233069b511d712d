import { drawn } from '../draw.ts';
import type { StepLogic } from './step.ts';

/** What the step says of itself in the person's history. */
export const ownerIs = (owner: string): string => `owner is ${owner}`;

export const assign: StepLogic<'assign'> = {
  compile: () => null,
  begin(step, { person, journeyKey }) {
    if (step.keep && person.owner !== null) return { to: 'next', next: step.next, because: `${person.owner} stays the owner` };
    const { owner } = drawn(`${journeyKey}/${step.key}`, person.id, step.owners);
    return { to: 'next', next: step.next, because: ownerIs(owner), effects: [{ kind: 'owner', owner }] };
  },
  say: (step) =>
    step.owners.length === 1
      ? `Assign to ${step.owners[0]!.owner}`
      : `Assign to one of ${step.owners.map((each) => each.owner).join(', ')}`,
};
