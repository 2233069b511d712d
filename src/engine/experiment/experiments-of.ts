import type { ExperimentPlan } from '#contract/experiment.ts';
import { day, ms } from '#contract/instant.ts';
import type { Journey } from '#contract/journey.ts';
import type { EventMatch } from '#contract/rule/event-match.ts';
import type { StepOf } from '#contract/steps/index.ts';
import { canonical } from '../identity/unite.ts';
import { stableId } from '../stable-id.ts';
import { type Division, peopleNeeded } from './people-needed.ts';

/** An experiment in a journey. */
export interface JourneyExperiment {
  id: string;
  step: StepOf<'experiment'>;
  /** Null while nothing says what people are to do. */
  goal: EventMatch | null;
}

/**
 * A name that is another one as soon as something changes on which the result depends: the arms with their shares, the control, the goal, the window, and the smallest lift
 * worth seeing, because whoever chooses that when they have seen the counts chooses the result.
 */
export const nameOf = (
  place: string,
  { arms, control, window, lift }: Pick<ExperimentPlan, 'arms' | 'control' | 'window' | 'lift'>,
  goal: EventMatch | null,
): string =>
  `${place}.${stableId(canonical({ arms: arms.map(({ key, share }) => ({ key, share })), control, goal, window, lift })).slice(0, 8)}`;

/** The experiments of a journey. What is edited elsewhere in it leaves them, their assignments and their counts as they are. */
export const experimentsOf = (key: string, journey: Pick<Journey, 'steps' | 'goal'>): JourneyExperiment[] =>
  journey.steps
    .filter((step) => step.kind === 'experiment')
    .map((step) => {
      const goal = step.goal ?? journey.goal?.on ?? null;
      return { id: nameOf(`${key}.${step.key}`, step, goal), step, goal };
    });

/** What an experiment in a journey asks, as it is kept from the day on which it is published. */
export const planOf = ({ step, goal }: JourneyExperiment & { goal: EventMatch }): ExperimentPlan => ({
  name: step.note?.trim() || step.arms.map(({ label }) => label).join(' or '),
  arms: step.arms.map(({ key, label, share }) => ({ key, label, share })),
  control: step.control,
  goal,
  window: step.window,
  lift: step.lift,
  lasts: step.lasts,
  ofMessage: false,
  byItself: step.byItself,
});

export const goalName = (goal: EventMatch): string => canonical(goal);

/** How far back it is looked for people who did what an experiment wants. */
export const baselineSince = 90 * day;
/** Of fewer, nobody knows how often it is done. */
export const baselineMin = 30;

export const divisionOf = ({ arms, control, lift }: Pick<ExperimentPlan, 'arms' | 'control' | 'lift'>): Division => ({
  arms,
  control,
  worthSeeing: lift / 100,
});

/**
 * How many people must have done it in the last 90 days before an experiment begins: so many that at this pace enough convert in the time that it may take. Not fewer than 30.
 */
export function baselineNeeded(plan: Pick<ExperimentPlan, 'arms' | 'control' | 'lift' | 'lasts'>): number {
  // How many have to convert is the same whatever part of people does.
  const { conversions } = peopleNeeded(divisionOf(plan), 1);
  return Math.max(baselineMin, Math.ceil((conversions * baselineSince) / ms(plan.lasts)));
}
