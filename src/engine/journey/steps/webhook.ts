import { ms, sayDuration } from '#contract/instant.ts';
import { stableId } from '../../stable-id.ts';
import type { StepLogic } from './step.ts';

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
  onWord(step, word) {
    if (word.kind !== 'answer') return null;
    return word.ok
      ? { to: 'next', next: step.next, because: word.says, answer: word.body }
      : { to: 'next', next: step.onFailure, because: word.says, answer: word.body };
  },
  say: (step) => (step.template === null ? 'Call something that is still to be named' : `Call ${step.template}`),
};
