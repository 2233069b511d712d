import { ms, sayDuration } from '#contract/instant.ts';
import { stableId } from '../../stable-id.ts';
import type { StepLogic } from './step.ts';

export const makeTask: StepLogic<'make-task'> = {
  compile: () => null,
  begin: (step, { run, person, now, evidence }) => ({
    to: 'next',
    next: step.next,
    effects: [
      {
        kind: 'task',
        id: stableId('task', run.id, run.seq),
        title: step.title,
        owner: step.owner ?? person.owner,
        dueAt: now + ms(step.dueIn),
        at: now,
        journey: run.journey,
        evidence,
      },
    ],
  }),
  say: (step) => `Make a task “${step.title}”, due in ${sayDuration(step.dueIn)}`,
};
