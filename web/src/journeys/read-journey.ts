import type { Journey } from '#contract/journey.ts';
import type { Step } from '#contract/steps/index.ts';
import { isObject } from '#contract/json.ts';
import { sayStep } from '#engine/journey/steps/index.ts';

/** A journey that may be an unfinished draft: what can be drawn of it, or null when there is nothing to draw. */
export function readJourney(body: unknown): Journey | null {
  if (!isObject(body) || !Array.isArray(body.steps)) return null;
  const steps = body.steps.filter((step): step is Step => isObject(step) && typeof step.key === 'string' && typeof step.kind === 'string');
  return steps.length === 0
    ? null
    : ({ goal: null, exits: [], reentry: 'never', maxTime: 'P90D', ends: null, intent: '', ...body, steps } as unknown as Journey);
}

/** The names of what steps point at, so that a card says "Send Welcome" and not its key. */
export interface Names {
  templates: ReadonlyMap<string, string>;
  stages: ReadonlyMap<string, string>;
}

/** The sentence on the card of a step. A draft's step may lack what the sentence needs. */
export function sayCard(step: Step, names: Names): string {
  try {
    if (step.kind === 'send' && step.template !== null) return `Send “${names.templates.get(step.template) ?? step.template}”`;
    if (step.kind === 'move-stage') return `Move to ${names.stages.get(step.to) ?? step.to}`;
    return sayStep(step);
  } catch {
    return `${step.kind} (unfinished)`;
  }
}
