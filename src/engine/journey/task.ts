import { type Duration, ms } from '#contract/instant.ts';
import type { Effect } from '../effect.ts';
import { stableId } from '../stable-id.ts';
import type { StepContext } from './steps/step.ts';

/** The id of the task that a run makes at the step that it takes as its nth. */
export const taskId = ({ run, seq }: { run: string; seq: number }): string => stableId('task', run, seq);

/** A task for a human. `asks`: what of theirs the run waits for. */
export const taskOf = (
  { run, person, now, evidence }: StepContext,
  task: { title: string; owner: string | null; dueIn: Duration; asks?: 'approval' | 'release' },
): Effect => ({
  kind: 'task',
  id: taskId({ run: run.id, seq: run.seq }),
  title: task.title,
  owner: task.owner ?? person.owner,
  dueAt: now + ms(task.dueIn),
  at: now,
  journey: run.journey,
  evidence,
  ...(task.asks === undefined ? {} : { asks: task.asks, run: run.id, step: run.step! }),
});
