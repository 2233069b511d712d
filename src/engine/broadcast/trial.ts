import { type BroadcastPlan, type BroadcastTrial, controlArm } from '#contract/broadcast.ts';
import type { ExperimentPlan } from '#contract/experiment.ts';
import { drawn } from '../journey/draw.ts';

/** The name of the experiment of a broadcast. */
export const trialOf = (broadcast: string): string => `broadcast.${broadcast}`;

/** Which arm somebody of the audience is in; null for the rest. The arms are equal, and the same person falls to the same one. */
export function armOf(broadcast: string, { share, arms }: BroadcastTrial, person: string): string | null {
  const keys = [controlArm, ...arms.map(({ key }) => key)];
  return drawn<{ key: string | null; share: number }>(trialOf(broadcast), person, [
    ...keys.map((key) => ({ key, share: share / keys.length })),
    { key: null, share: 100 - share },
  ]).key;
}

/** What the experiment of a broadcast asks. Without a goal it is that a person follows a link of the message. */
export function trialPlan({ name, experiment }: Pick<BroadcastPlan, 'name'> & { experiment: BroadcastTrial }): ExperimentPlan {
  const { arms, goal, wait, lift, decides } = experiment;
  const share = Math.round((100 / (arms.length + 1)) * 100) / 100;
  return {
    name,
    arms: [{ key: controlArm, label: 'As planned', share }, ...arms.map(({ key, label }) => ({ key, label, share }))],
    control: controlArm,
    goal: goal ?? { event: 'Email Link Clicked', where: [{ property: 'actor', op: 'equals', value: 'human' }] },
    window: wait,
    lift,
    lasts: wait,
    ofMessage: goal === null,
    byItself: decides === 'by-itself',
  };
}
