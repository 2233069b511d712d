import type { StepLogic } from './step.ts';

export const endJourney: StepLogic<'end-journey'> = {
  compile: () => null,
  begin: (step, { evidence, journeyKey }) => ({
    to: 'next',
    next: step.next,
    effects: [{ kind: 'end-journey', journey: step.journey, from: journeyKey, evidence }],
  }),
  say: (step) => `End the journey ${step.journey}`,
};
