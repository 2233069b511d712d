import { sayDuration } from '#contract/instant.ts';
import { never } from '../../rule/question.ts';
import { taskOf } from '../task.ts';
import type { StepLogic } from './step.ts';

export const handOver: StepLogic<'hand-over'> = {
  compile: () => null,
  begin: (step, context) => ({
    to: 'wait',
    until: never,
    effects: [
      taskOf(context, { title: step.title, owner: step.owner, dueIn: step.dueIn, asks: 'release' }),
      { kind: 'take-over', by: `journey:${context.journeyKey}`, reason: step.title },
    ],
  }),
  onWord: (step, word) => (word.kind === 'release' ? { to: 'next', next: step.next, because: `released by ${word.actor}` } : null),
  endsEarly: () => 'somebody releases them',
  say: (step) => `Hand over: “${step.title}”, within ${sayDuration(step.dueIn)}`,
};
