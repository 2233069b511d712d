import { stableId } from '../../stable-id.ts';
import { noteEvent } from '../../written-events.ts';
import type { StepLogic } from './step.ts';

/** A note is an event, so that it stands on the timeline and moves with a merge. */
export const note: StepLogic<'note'> = {
  compile: () => null,
  begin: (step, { run, now, evidence, journeyKey }) => ({
    to: 'next',
    next: step.next,
    effects: [
      {
        kind: 'event',
        id: stableId('note', run.id, run.seq),
        name: noteEvent,
        at: now,
        properties: { text: step.text, journey: journeyKey, step: step.key },
        from: evidence,
        by: 'journey',
      },
    ],
  }),
  say: (step) => `Note “${step.text.length > 60 ? `${step.text.slice(0, 60)}…` : step.text}”`,
};
