import type { Journey } from '#contract/journey.ts';
import type { Step } from '#contract/steps/index.ts';
import { isObject } from '#contract/json.ts';
import { sayStep } from '#engine/journey/steps/index.ts';
import { type Names, namedStep } from './named.ts';

/** A journey that may be an unfinished draft: what can be drawn of it, or null when there is nothing to draw. */
export function readJourney(body: unknown): Journey | null {
  if (!isObject(body) || !Array.isArray(body.steps)) return null;
  const steps = body.steps.filter((step): step is Step => isObject(step) && typeof step.key === 'string' && typeof step.kind === 'string');
  return steps.length === 0
    ? null
    : ({ goal: null, exits: [], reentry: 'never', maxTime: 'P90D', ends: null, intent: '', ...body, steps } as unknown as Journey);
}

/** The sentence on the card of a step. A draft's step may lack what the sentence needs. */
export function sayCard(step: Step, names: Names): string {
  try {
    return sayStep(namedStep(step, names));
  } catch {
    return `${step.kind} (unfinished)`;
  }
}
