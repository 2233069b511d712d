import { ms } from '#contract/instant.ts';
import { stableId } from '../../stable-id.ts';
import type { StepLogic } from './step.ts';

export const send: StepLogic<'send'> = {
  compile: () => null,
  begin: (step, { run, now, actAt }) => ({
    to: 'next',
    next: step.next,
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
        expiresAt: now + ms(step.expires),
        evidence: run.entryEvidence,
        actAt,
      },
    ],
  }),
  say: (step) => `Send ${step.template}`,
};
