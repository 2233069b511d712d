import type { Rule } from '#contract/rule.ts';
import type { Step, StepKind, StepOf } from '#contract/steps/index.ts';
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
import type { StepLogic } from './step.ts';

/** Every kind of step. A new kind is a file beside this one and a line here. */
const logics = {
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
} satisfies {
  [K in StepKind]: StepLogic<K, never> | StepLogic<K, null> | StepLogic<K, any>;
}; // biome-ignore lint/suspicious/noExplicitAny: each logic is called with what its own compile made.

export const logicOf = <K extends StepKind>(kind: K): StepLogic<K, unknown> => logics[kind] as unknown as StepLogic<K, unknown>;

export const sayStep = (step: Step): string => logicOf(step.kind).say(step as StepOf<StepKind> as never);

/** Until what somebody waits at a step, to be told behind what the step says: what ends it early where that has not said so, and when it is over (`until`, in words). */
export function sayWaiting(step: Step, until: string | null): string {
  const early = logicOf(step.kind).endsEarly?.(step as StepOf<StepKind> as never) ?? null;
  const ways = [
    ...(early === null || sayStep(step).includes(early) ? [] : [early]),
    ...(until === null ? [] : [early === null ? until : `${until} at the latest`]),
  ];
  return ways.length === 0 ? '' : `, until ${ways.join(', or ')}`;
}

/** The rules that a step asks, each with where in the step it stands. */
export const rulesOfStep = (step: Step): { at: string; rule: Rule }[] => logicOf(step.kind).rules?.(step as never) ?? [];
