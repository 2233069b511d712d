import { ms, sayDuration } from '#contract/instant.ts';
import type { Effect } from '../../effect.ts';
import { stableId } from '../../stable-id.ts';
import { answerEvent } from '../../written-events.ts';
import type { StepLogic } from './step.ts';

/** What was answered is an event of the person, so that any rule can ask for its properties: the last one since entering the journey, for a branch. */
export const webhook: StepLogic<'webhook'> = {
  compile: () => null,
  begin(step, { run, now, actAt }) {
    if (step.template === null) return { to: 'next', next: step.onFailure, because: 'nothing to call: the content is missing' };
    return {
      to: 'wait',
      until: now + ms(step.timeout),
      effects: [
        {
          kind: 'message',
          id: stableId('message', run.id, run.seq),
          journey: run.journey,
          version: run.version,
          run: run.id,
          step: step.key,
          template: step.template,
          topic: step.topic,
          createdAt: now,
          expiresAt: now + ms(step.timeout),
          evidence: run.entryEvidence,
          actAt,
          asks: true,
        },
      ],
    };
  },
  onTime: (step) => ({ to: 'next', next: step.onFailure, because: `no answer in ${sayDuration(step.timeout)}` }),
  onWord(step, word, { run, now, evidence, journeyKey }) {
    if (word.kind !== 'answer') return null;
    const said: Effect = {
      kind: 'event',
      id: stableId('answer', run.id, run.seq),
      name: answerEvent,
      at: now,
      properties: { ...word.body, journey: journeyKey, step: step.key, ok: word.ok },
      from: evidence,
      by: 'journey',
    };
    return { to: 'next', next: word.ok ? step.next : step.onFailure, because: word.says, effects: [said] };
  },
  endsEarly: () => 'it is answered',
  say: (step) => (step.template === null ? 'Call something that is still to be named' : `Call ${step.template}`),
};
