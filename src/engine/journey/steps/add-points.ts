import { stableId } from '../../stable-id.ts';
import { pointsEvent } from '../../written-events.ts';
import type { StepLogic } from './step.ts';

export const addPoints: StepLogic<'add-points'> = {
  compile: () => null,
  begin: (step, { run, now, evidence, journeyKey }) => ({
    to: 'next',
    next: step.next,
    effects: [
      {
        kind: 'event',
        id: stableId('points', run.id, run.seq),
        name: pointsEvent,
        at: now,
        properties: { score: step.score, points: step.points, because: step.because, journey: journeyKey, step: step.key },
        from: evidence,
        by: 'journey',
      },
    ],
  }),
  say: ({ points, score, because }) => {
    const what = points < 0 ? `Take ${-points} points off ${score || 'a score'}` : `Add ${points} points to ${score || 'a score'}`;
    return because === '' ? what : `${what}: ${because}`;
  },
};
