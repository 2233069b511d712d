import { withTrait } from '../../traits.ts';
import type { StepLogic } from './step.ts';

export const setTrait: StepLogic<'set-trait'> = {
  compile: () => null,
  begin: (step, { person }) => ({
    to: 'next',
    next: step.next,
    effects: [{ kind: 'set-trait', path: step.path, value: step.value }],
    person: { ...person, traits: withTrait(person.traits, step.path, step.value) },
  }),
  say: (step) => (step.value === null ? `Remove ${step.path}` : `Set ${step.path} to ${JSON.stringify(step.value)}`),
};
