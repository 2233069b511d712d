import { type Duration, ms } from '#contract/instant.ts';
import type { Effect } from '../effect.ts';
import { stableId } from '../stable-id.ts';
import type { StepContext } from './steps/step.ts';

/** A task for a human. `asks`: what of theirs the run waits for. */
export const taskOf = (
  { run, person, now, evidence }: StepContext,
  task: { title: string; owner: string | null; dueIn: Duration; asks?: 'approval' | 'release' },
): Effect => ({
  kind: 'task',
  id: stableId('task', run.id, run.seq),
  title: task.title,
  owner: task.owner ?? person.owner,
  dueAt: now + ms(task.dueIn),
  at: now,
  journey: run.journey,
  evidence,
  ...(task.asks === undefined ? {} : { asks: task.asks, run: run.id, step: run.step! }),
});
