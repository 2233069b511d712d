import { ms, sayDuration } from '#contract/instant.ts';
import { taskOf } from '../task.ts';
import type { StepLogic } from './step.ts';

export const approve: StepLogic<'approve'> = {
  compile: () => null,
  begin: (step, context) => ({
    to: 'wait',
    until: context.now + ms(step.timeout),
    effects: [taskOf(context, { title: step.question, owner: step.owner, dueIn: step.timeout, asks: 'approval' })],
  }),
  onTime: (step) => ({ to: 'next', next: step.onTimeout, because: `nobody said yes in ${sayDuration(step.timeout)}` }),
  onWord(step, word) {
    if (word.kind !== 'approval') return null;
    const said = word.reason === '' ? '' : `: ${word.reason}`;
    return word.yes
      ? { to: 'next', next: step.next, because: `${word.actor} said yes${said}` }
      : { to: 'next', next: step.onRefused, because: `${word.actor} said no${said}` };
  },
  endsEarly: () => 'somebody says yes or no',
  say: (step) => `Ask “${step.question}”, at most ${sayDuration(step.timeout)}`,
};
