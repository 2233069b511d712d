import type { StepLogic } from './step.ts';

export const startJourney: StepLogic<'start-journey'> = {
  compile: () => null,
  begin: (step, { evidence, journeyKey }) => ({
    to: 'next',
    next: step.next,
    effects: [{ kind: 'start-journey', journey: step.journey, from: journeyKey, evidence }],
  }),
  say: (step) => `Start the journey ${step.journey}`,
};
