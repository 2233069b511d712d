import type { Instant } from '#contract/instant.ts';
import type { Journey } from '#contract/journey.ts';
import type { Step } from '#contract/steps/index.ts';
import type { Transaction } from '#store/database.ts';
import { findVersions } from '#store/definitions.ts';
import { stepsOfPerson, type StoredStep } from '#store/runs.ts';
import { toCandidate } from './plan.ts';

/** A step that somebody took in a journey, and what that step does. */
export interface TakenStep extends StoredStep {
  id: string;
  /** As the version has it by which they went; null when it is not known any more. */
  does: Step | null;
}

/** The steps that a person took up to an instant, newest first. */
export async function stepsTaken(tx: Transaction, workspace: number, person: string, before: Instant, limit: number): Promise<TakenStep[]> {
  const steps = await stepsOfPerson(tx, person, before, limit);
  const wanted = new Map(steps.map(({ journey, version }) => [`${journey}@${version}`, { key: journey, version }]));
  const found = await findVersions(tx, workspace, 'journey', [...wanted.values()]);
  const bodies = new Map(
    found.map(({ key, version, body }) => [`${key}@${version}`, toCandidate({ kind: 'journey', key, body }).body as Journey]),
  );
  return steps.map((step) => ({
    ...step,
    does: bodies.get(`${step.journey}@${step.version}`)?.steps.find(({ key }) => key === step.step) ?? null,
  }));
}

/** The path of a trait that a step writes; null when it writes none. */
export const writesTo = ({ does }: TakenStep): string | null =>
  does?.kind === 'set-trait' ? does.path : does?.kind === 'tag' ? 'tags' : null;

/** Whether a step can lead to what another journey listens for. */
export const actsOnPerson = ({ does }: TakenStep): boolean =>
  does !== null && ['set-trait', 'tag', 'note', 'add-points', 'move-stage', 'assign', 'start-journey'].includes(does.kind);
