import { endReasons } from '../run.ts';
import type { StepLogic } from './step.ts';

export const goal: StepLogic<'goal'> = {
  compile: () => null,
  begin: (step) => ({ to: 'end', reason: `${endReasons.goal}: ${step.name}` }),
  say: (step) => `Goal: ${step.name}`,
};
