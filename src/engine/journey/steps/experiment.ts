import { sayMatch } from '../../rule/words.ts';
import { drawn } from '../draw.ts';
import { keptShare } from '#contract/experiment.ts';
import type { StepLogic } from './step.ts';

export const experiment: StepLogic<'experiment'> = {
  compile: () => null,
  begin(step, { person, now, evidence, experiments }) {
    const { id, taken } = experiments.get(step.key)!;
    const armOf = (key: string | undefined) => step.arms.find((each) => each.key === key);
    const known = armOf(person.state.arms?.[id]?.arm);
    if (known) return { to: 'next', next: known.next, because: `experiment: ${known.label}, as before` };
    const winner = armOf(taken ?? undefined);
    const control = armOf(step.control)!;
    const arm = winner
      ? drawn(`${id}/kept`, person.id, [
          { arm: control, share: keptShare },
          { arm: winner, share: 100 - keptShare },
        ]).arm
      : drawn(id, person.id, step.arms);
    return {
      to: 'next',
      next: arm.next,
      because: `experiment: ${arm.label}${winner ? ', now that it is decided' : ''}`,
      effects: [{ kind: 'expose', experiment: id, arm: arm.key, at: now, evidence, counts: !winner }],
    };
  },
  say: (step) =>
    `Try out: ${step.arms.map(({ key, label, share }) => `${label} ${share} %${key === step.control ? ' (control)' : ''}`).join(', ')}${
      step.goal ? `, for ${sayMatch(step.goal)}` : ''
    }`,
};
