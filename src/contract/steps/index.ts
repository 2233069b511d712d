import { z } from 'zod';
import { addPoints } from './add-points.ts';
import { approve } from './approve.ts';
import { assign } from './assign.ts';
import { branch } from './branch.ts';
import { endJourney } from './end-journey.ts';
import { entry } from './entry.ts';
import { exit } from './exit.ts';
import { experiment } from './experiment.ts';
import { goal } from './goal.ts';
import { handOver } from './hand-over.ts';
import { makeTask } from './make-task.ts';
import { moveStage } from './move-stage.ts';
import { note } from './note.ts';
import { nurture } from './nurture.ts';
import { send } from './send.ts';
import { setTrait } from './set-trait.ts';
import { split } from './split.ts';
import { startJourney } from './start-journey.ts';
import { tag } from './tag.ts';
import { wait } from './wait.ts';
import { webhook } from './webhook.ts';
import type { StepShape } from './base.ts';

/** Every kind of step. A new one is a file on each floor and a line in each roll-call. */
const kinds = {
  entry,
  send,
  wait,
  branch,
  split,
  experiment,
  'set-trait': setTrait,
  tag,
  note,
  'move-stage': moveStage,
  'add-points': addPoints,
  'make-task': makeTask,
  assign,
  approve,
  'hand-over': handOver,
  webhook,
  'start-journey': startJourney,
  'end-journey': endJourney,
  nurture,
  goal,
  exit,
} as const;

export type StepKind = keyof typeof kinds;
export const stepKinds = Object.keys(kinds) as StepKind[];

export const Step = z.discriminatedUnion('kind', [
  entry.schema,
  send.schema,
  wait.schema,
  branch.schema,
  split.schema,
  experiment.schema,
  setTrait.schema,
  tag.schema,
  note.schema,
  moveStage.schema,
  addPoints.schema,
  makeTask.schema,
  assign.schema,
  approve.schema,
  handOver.schema,
  webhook.schema,
  startJourney.schema,
  endJourney.schema,
  nurture.schema,
  goal.schema,
  exit.schema,
]);
export type Step = z.infer<typeof Step>;
export type StepOf<K extends StepKind> = Extract<Step, { kind: K }>;

/** A way on from a step: what is written on it, where in the step it stands, and the key of the step that it leads to. */
export interface Exit {
  label: string | null;
  at: readonly (string | number)[];
  next: string | null;
}

/** The ways on from a step, in the order in which they are drawn. */
export function exitsOf(step: Step): Exit[] {
  const { ways } = kinds[step.kind] as unknown as StepShape<typeof Step>;
  return ways(step).map((way) => ({
    ...way,
    next: (way.at.reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], step) as string | null | undefined) ?? null,
  }));
}

/** The step with one of its ways leading elsewhere. */
export function withExit(step: Step, at: Exit['at'], next: string | null): Step {
  const changed = structuredClone(step);
  const last = at.at(-1)!;
  const holder = at.slice(0, -1).reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], changed);
  (holder as Record<string, unknown>)[last] = next;
  return changed;
}
