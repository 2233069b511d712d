import type { CompiledRule } from '../../rule/question.ts';
import { compileRule } from '../../rule/rule.ts';
import { sayRule } from '../../rule/say.ts';
import { questionOf, type StepLogic } from './step.ts';

export const branch: StepLogic<'branch', CompiledRule[]> = {
  compile: (step, context) => step.paths.map((path) => compileRule(path.when, context)),
  begin(step, context, rules) {
    const path = step.paths[rules.findIndex((rule) => rule(questionOf(context)))];
    return path
      ? { to: 'next', next: path.next, because: `${path.label}: ${sayRule(path.when)}` }
      : { to: 'next', next: step.otherwise, because: 'no path held' };
  },
  rules: (step) => step.paths.map((path, index) => ({ at: `paths.${index}.when`, rule: path.when })),
  say: (step) => `Branch: ${step.paths.map((path) => path.label).join(', ')} or everyone else`,
};
