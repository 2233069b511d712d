import type { StepKind } from '#contract/steps/index.ts';
import { addPoints } from './add-points.tsx';
import { approve } from './approve.tsx';
import { assign } from './assign.tsx';
import { branch } from './branch.tsx';
import { endJourney } from './end-journey.tsx';
import { entry } from './entry.tsx';
import { exit } from './exit.tsx';
import { experiment } from './experiment.tsx';
import { goal } from './goal.tsx';
import { handOver } from './hand-over.tsx';
import type { Fields } from './kind.ts';
import { makeTask } from './make-task.tsx';
import { moveStage } from './move-stage.tsx';
import { note } from './note.tsx';
import { nurture } from './nurture.tsx';
import { send } from './send.tsx';
import { setTrait } from './set-trait.tsx';
import { split } from './split.tsx';
import { startJourney } from './start-journey.tsx';
import { tag } from './tag.tsx';
import { wait } from './wait.tsx';
import { webhook } from './webhook.tsx';

/** The editor of each kind of step. A new kind is a file beside this one and a line here. */
const editors = {
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
} satisfies { [K in StepKind]: Fields<K> };

export const fieldsOf = <K extends StepKind>(kind: K): Fields<K> => editors[kind] as unknown as Fields<K>;
