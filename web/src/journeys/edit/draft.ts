import { journeyDefaults, stepDefaults } from 'contract:words';
import { isObject } from '#contract/json.ts';
import type { Journey } from '#contract/journey.ts';
import { exitsOf, type Step, type StepKind } from '#contract/steps/index.ts';
import type { Reading } from './use-draft.ts';

const isKind = (kind: unknown): kind is StepKind => typeof kind === 'string' && Object.hasOwn(stepDefaults, kind);

function readStep(step: unknown): Step | null {
  if (!isObject(step) || typeof step.key !== 'string' || !isKind(step.kind)) return null;
  const complete = { ...stepDefaults[step.kind], ...step } as unknown as Step;
  try {
    exitsOf(complete);
    return complete;
  } catch {
    return null;
  }
}

/** A draft with what it leaves out filled in; null when it is written in a way that only its text can show. */
export function readDraft(body: unknown): Journey | null {
  if (!isObject(body) || !Array.isArray(body.steps)) return null;
  const steps = body.steps.map(readStep);
  if (steps.length === 0 || steps.includes(null)) return null;
  return { name: '', intent: '', ...structuredClone(journeyDefaults), ...body, steps } as Journey;
}

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .filter((name) => value[name] !== undefined)
      .map((name) => [name, sorted(value[name])]),
  );
};
/** The same text for the same value, in whatever order it was written. */
export const textOf = (value: unknown): string => JSON.stringify(sorted(value));

export const journeyReading: Reading<Journey> = { read: readDraft, text: textOf };
