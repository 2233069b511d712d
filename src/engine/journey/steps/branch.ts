import { type CompiledRule, compileRule, never } from '../../rule/rule.ts';
import { sayRule } from '../../rule/say.ts';
import type { StepLogic } from './step.ts';

export const branch: StepLogic<'branch', CompiledRule[]> = {
  compile: (step) => step.paths.map((path) => compileRule(path.when)),
  begin: (step, { person, now }, rules) => {
    const index = rules.findIndex((rule) => rule({ person, now, changesAt: never }));
    const path = step.paths[index];
    return path
      ? { to: 'next', next: path.next, because: `${path.label}: ${sayRule(path.when)}` }
      : { to: 'next', next: step.otherwise, because: 'no path held' };
  },
  say: (step) => `Branch: ${step.paths.map((path) => path.label).join(', ')} or otherwise`,
};
