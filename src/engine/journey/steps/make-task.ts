import { sayDuration } from '#contract/instant.ts';
import { taskOf } from '../task.ts';
import type { StepLogic } from './step.ts';

export const makeTask: StepLogic<'make-task'> = {
  compile: () => null,
  begin: (step, context) => ({ to: 'next', next: step.next, effects: [taskOf(context, step)] }),
  say: (step) => `Make a task “${step.title}”, due in ${sayDuration(step.dueIn)}`,
};
