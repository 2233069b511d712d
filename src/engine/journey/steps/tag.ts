import type { Json } from '#contract/json.ts';
import type { StepLogic } from './step.ts';

export const tag: StepLogic<'tag'> = {
  compile: () => null,
  begin(step, { person }) {
    const tags = Array.isArray(person.traits.tags) ? (person.traits.tags as Json[]) : [];
    const value = [...tags.filter((each) => !step.remove.includes(each as string)), ...step.add.filter((each) => !tags.includes(each))];
    return {
      to: 'next',
      next: step.next,
      effects: [{ kind: 'set-trait', path: 'tags', value }],
    };
  },
  say: (step) =>
    [
      ...(step.add.length > 0 ? [`Tag ${step.add.join(', ')}`] : []),
      ...(step.remove.length > 0 ? [`${step.add.length > 0 ? 'untag' : 'Untag'} ${step.remove.join(', ')}`] : []),
    ].join(', ') || 'Add or remove tags',
};
