import { drawn } from '../draw.ts';
import type { StepLogic } from './step.ts';

export const split: StepLogic<'split'> = {
  compile: () => null,
  begin(step, { journeyKey, person }) {
    const path = drawn(step.draw ?? `${journeyKey}/${step.key}`, person.id, step.paths);
    return { to: 'next', next: path.next, because: `chance: ${path.label}` };
  },
  say: (step) => `Split: ${step.paths.map((path) => `${path.label} ${path.share} %`).join(', ')}`,
};
