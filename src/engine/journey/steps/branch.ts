import { type CompiledRule, never } from '../../rule/question.ts';
import { compileRule } from '../../rule/rule.ts';
import { sayRule } from '../../rule/say.ts';
import type { StepLogic } from './step.ts';

export const branch: StepLogic<'branch', CompiledRule[]> = {
  compile: (step, context) => step.paths.map((path) => compileRule(path.when, context)),
  begin: (step, { person, now, run }, rules) => {
    const index = rules.findIndex((rule) => rule({ person, now, changesAt: never, journeySince: run.enteredAt }));
    const path = step.paths[index];
    return path
      ? { to: 'next', next: path.next, because: `${path.label}: ${sayRule(path.when)}` }
      : { to: 'next', next: step.otherwise, because: 'no path held' };
  },
  say: (step) => `Branch: ${step.paths.map((path) => path.label).join(', ')} or otherwise`,
};
