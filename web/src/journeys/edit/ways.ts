import type { Journey } from '#contract/journey.ts';
import { type Exit, exitsOf, type Step } from '#contract/steps/index.ts';

/** A place in a journey where a step can stand: one of the ways on from a step. */
export interface Spot {
  from: string;
  at: Exit['at'];
}

export const spotId = ({ from, at }: Spot): string => `${from}/${at.join('.')}`;

/** The ways on from a step; none when it is written in a way that only its text can show. */
export function waysOf(step: Step): Exit[] {
  try {
    return exitsOf(step);
  } catch {
    return [];
  }
}

export const stepOf = (journey: Journey, key: string | null | undefined): Step | undefined =>
  journey.steps.find((step) => step.key === key);

export const spotsOf = (step: Step): Spot[] => waysOf(step).map(({ at }) => ({ from: step.key, at }));

export const nextAt = (journey: Journey, { from, at }: Spot): string | null => {
  const step = stepOf(journey, from);
  return (step && waysOf(step).find((way) => way.at.join() === at.join())?.next) ?? null;
};

/** Where a step's first way leads: what comes after it when it goes. */
export const firstNext = (step: Step): string | null => waysOf(step)[0]?.next ?? null;

/** What can be reached from some steps, themselves among it. */
export function reachedFrom(journey: Journey, keys: Iterable<string>, without: ReadonlySet<string> = new Set()): Set<string> {
  const steps = new Map(journey.steps.map((step) => [step.key, step]));
  const seen = new Set<string>();
  const open = [...keys];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    const step = steps.get(key);
    if (!step || seen.has(key) || without.has(key)) continue;
    seen.add(key);
    for (const { next } of waysOf(step)) if (next !== null) open.push(next);
  }
  return seen;
}

export const entriesOf = (journey: Journey): string[] => journey.steps.filter((step) => step.kind === 'entry').map((step) => step.key);

/** A step and all that only it leads to. */
export function branchFrom(journey: Journey, key: string): string[] {
  const rest = reachedFrom(journey, entriesOf(journey), new Set([key]));
  const below = reachedFrom(journey, [key]);
  return journey.steps.map((step) => step.key).filter((each) => below.has(each) && !rest.has(each));
}
