import type { StepLogic } from './step.ts';

export const setTrait: StepLogic<'set-trait'> = {
  compile: () => null,
  begin: (step) => ({
    to: 'next',
    next: step.next,
    effects: [{ kind: 'set-trait', path: step.path, value: step.value }],
  }),
  say: (step) => (step.value === null ? `Remove ${step.path}` : `Set ${step.path} to ${JSON.stringify(step.value)}`),
};
