import { sayRule } from '../../rule/say.ts';
import { sayMatch } from '../../rule/words.ts';
import type { StepLogic } from './step.ts';

export const entry: StepLogic<'entry'> = {
  compile: () => null,
  begin: (step) => ({ to: 'next', next: step.next }),
  say: (step) => `Enter on ${sayMatch(step.on)}${step.when ? `, when ${sayRule(step.when)}` : ''}`,
};
