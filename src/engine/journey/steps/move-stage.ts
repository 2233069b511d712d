import type { StepLogic } from './step.ts';

export const moveStage: StepLogic<'move-stage'> = {
  compile: () => null,
  begin: (step, { journeyKey, evidence }) => ({
    to: 'next',
    next: step.next,
    effects: [{ kind: 'move-stage', to: step.to, journey: journeyKey, step: step.key, evidence }],
  }),
  say: (step) => `Move to ${step.to}`,
};
