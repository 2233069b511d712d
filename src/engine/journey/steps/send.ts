import { ms } from '#contract/instant.ts';
import { stableId } from '../../stable-id.ts';
import { traitOf } from '../../rule/kinds/person.ts';
import type { CompiledRule } from '../../rule/question.ts';
import { compileRule } from '../../rule/rule.ts';
import { questionOf, type StepLogic } from './step.ts';

export const send: StepLogic<'send', CompiledRule[]> = {
  compile: (step, context) => step.variants.map((variant) => compileRule(variant.when, context)),
  begin(step, context, rules) {
    const { run, person, now, actAt } = context;
    const missing = step.needs.filter((path) => [undefined, null, ''].includes(traitOf(person, path) as never));
    if (missing.length > 0) return { to: 'next', next: step.onMissing ?? null, because: `not sent without ${missing.join(', ')}` };
    const variant = step.variants[rules.findIndex((rule) => rule(questionOf(context)))];
    const template = variant?.template ?? step.template;
    if (template === null) return { to: 'next', next: step.next, because: 'nothing to send: the content is missing' };
    return {
      to: 'next',
      next: step.next,
      ...(variant ? { because: `content for ${variant.label}` } : {}),
      effects: [
        {
          kind: 'message',
          id: stableId('message', run.id, run.seq),
          journey: run.journey,
          version: run.version,
          run: run.id,
          step: step.key,
          template,
          topic: step.topic,
          createdAt: now,
          expiresAt: now + ms(step.expires),
          evidence: run.entryEvidence,
          actAt,
          ...(step.ifHeld === 'wait' ? {} : { ifHeld: step.ifHeld }),
          ...(step.offer === undefined ? {} : { offer: step.offer }),
        },
      ],
    };
  },
  rules: (step) => step.variants.map((variant, index) => ({ at: `variants.${index}.when`, rule: variant.when })),
  say: (step) => (step.template === null ? 'Send something that is still to be written' : `Send ${step.template}`),
};
