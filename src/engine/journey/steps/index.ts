import type { Step, StepKind, StepOf } from '#contract/journey.ts';
import { branch } from './branch.ts';
import { entry } from './entry.ts';
import { exit } from './exit.ts';
import { makeTask } from './make-task.ts';
import { moveStage } from './move-stage.ts';
import { send } from './send.ts';
import { setTrait } from './set-trait.ts';
import type { StepLogic } from './step.ts';
import { wait } from './wait.ts';

/** Every kind of step. A new kind is a file beside this one and a line here. */
const logics = { entry, wait, branch, send, 'set-trait': setTrait, 'move-stage': moveStage, 'make-task': makeTask, exit } satisfies {
  [K in StepKind]: StepLogic<K, never> | StepLogic<K, null> | StepLogic<K, any>;
}; // biome-ignore lint/suspicious/noExplicitAny: each logic is called with what its own compile made.

export const logicOf = <K extends StepKind>(kind: K): StepLogic<K, unknown> => logics[kind] as unknown as StepLogic<K, unknown>;

export const sayStep = (step: Step): string => logicOf(step.kind).say(step as StepOf<StepKind> as never);
