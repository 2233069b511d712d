import { ms, sayDuration } from '#contract/instant.ts';
import type { StepOf } from '#contract/steps/index.ts';
import type { CompiledRule } from '../../rule/question.ts';
import { compileRule, readsOf } from '../../rule/rule.ts';
import { sayRule } from '../../rule/say.ts';
import { stableId } from '../../stable-id.ts';
import { type Outcome, questionOf, type StepContext, type StepLogic } from './step.ts';

interface Compiled {
  contents: (CompiledRule | null)[];
  pause: CompiledRule | null;
}

/** Sends the next content that this person has not had, and waits; goes on when there is none left. */
function nextContent(step: StepOf<'nurture'>, context: StepContext, compiled: Compiled): Outcome {
  const { run, person, now, actAt } = context;
  const question = questionOf(context);
  const { wait } = run;
  if (compiled.pause?.(question)) {
    const until = wait?.isPaused && wait.until > now ? wait.until : now + ms(step.every);
    return { to: 'wait', until, isPaused: true, ...(question.changesAt < until ? { looksAt: question.changesAt } : {}) };
  }
  const until = now + ms(step.every);
  const had = person.state.streams?.[step.stream] ?? [];
  const index = step.contents.findIndex(({ template }, nth) => !had.includes(template) && (compiled.contents[nth]?.(question) ?? true));
  const content = step.contents[index];
  if (!content) {
    const left = step.contents.filter(({ template }) => !had.includes(template)).length;
    return { to: 'next', next: step.next, because: left === 0 ? 'everything was sent' : `nothing fits of the ${left} that are left` };
  }
  return {
    to: 'wait',
    until,
    effects: [
      {
        kind: 'message',
        id: stableId('message', run.id, run.seq, content.template),
        journey: run.journey,
        version: run.version,
        run: run.id,
        step: step.key,
        template: content.template,
        topic: step.topic,
        createdAt: now,
        expiresAt: now + ms(step.expires),
        evidence: run.entryEvidence,
        actAt,
      },
    ],
    person: { ...person, state: { ...person.state, streams: { ...person.state.streams, [step.stream]: [...had, content.template] } } },
  };
}

export const nurture: StepLogic<'nurture', Compiled> = {
  compile: (step, context) => ({
    contents: step.contents.map(({ when }) => (when ? compileRule(when, context) : null)),
    pause: step.pause ? compileRule(step.pause, context) : null,
  }),
  begin: nextContent,
  onTime: nextContent,
  onChange: (step, context, compiled) => (context.run.wait?.isPaused ? nextContent(step, context, compiled) : null),
  waitsFor: (step) => (step.pause ? readsOf(step.pause) : []),
  rules: (step) => [
    ...step.contents.flatMap(({ when }, index) => (when ? [{ at: `contents.${index}.when`, rule: when }] : [])),
    ...(step.pause ? [{ at: 'pause', rule: step.pause }] : []),
  ],
  say: (step) =>
    `Nurture with ${step.contents.length} ${step.contents.length === 1 ? 'message' : 'messages'}, one every ${sayDuration(step.every)}${step.pause ? `, not while ${sayRule(step.pause)}` : ''}`,
};
