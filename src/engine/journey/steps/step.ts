import type { Instant } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import type { StepKind, StepOf } from '#contract/journey.ts';
import type { Effect } from '../../effect.ts';
import type { Person } from '../../person.ts';
import type { RuleContext } from '../../rule/question.ts';
import type { Run } from '../run.ts';

/** What is happening when a step is taken. */
export interface StepContext {
  run: Run;
  journeyKey: string;
  person: Person;
  now: Instant;
  /** The fact that led here; the entry's when time led here. */
  evidence: string;
  /** When the person acted, if it is an act of theirs that led here just now. */
  actAt: Instant | null;
}

/** What taking a step leads to: on to another, a wait, or the end. */
export type Outcome =
  | { to: 'next'; next: string | null; because?: string; effects?: Effect[]; person?: Person }
  | { to: 'wait'; until: Instant }
  | { to: 'end'; reason: string };

/** One kind of step. `compiled` is made once for a version; the run holds no code. */
export interface StepLogic<K extends StepKind, C = null> {
  compile(step: StepOf<K>, context: RuleContext): C;
  /** The run arrives at the step. */
  begin(step: StepOf<K>, context: StepContext, compiled: C): Outcome;
  /** Something happened while the run waits here; null goes on waiting. */
  onEvent?(
    step: StepOf<K>,
    event: { name: string; actAt: Instant; properties: JsonObject },
    context: StepContext,
    compiled: C,
  ): Outcome | null;
  /** The instant that the run waits for has come. */
  onTime?(step: StepOf<K>, context: StepContext, compiled: C): Outcome;
  /** The step as one sentence that starts with its verb. */
  say(step: StepOf<K>): string;
}
