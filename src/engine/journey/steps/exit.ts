import { endReasons } from '../run.ts';
import type { StepLogic } from './step.ts';

export const exit: StepLogic<'exit'> = {
  compile: () => null,
  begin: (step) => ({ to: 'end', reason: `${endReasons.end}: ${step.reason}` }),
  say: (step) => `Exit: ${step.reason}`,
};
