import type { Instant } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import type { StepKind, StepOf } from '#contract/steps/index.ts';
import type { Rule } from '#contract/rule.ts';
import type { Effect } from '../../effect.ts';
import type { Person } from '../../person.ts';
import { never, type Question, type RuleContext } from '../../rule/question.ts';
import type { Run, Word } from '../run.ts';

/** What is happening when a step is taken. */
export interface StepContext {
  run: Run;
  journeyKey: string;
  person: Person;
  now: Instant;
  /** The clock that the person goes by. */
  zone: string;
  /** The fact that led here; the entry's when time led here. */
  evidence: string;
  /** When the person acted, if it is an act of theirs that led here just now. */
  actAt: Instant | null;
  /** By the key of its step: the name of each experiment of the journey, and the arm that new people are given once one was taken. */
  experiments: ReadonlyMap<string, { id: string; taken: string | null }>;
}

/** What taking a step leads to: on to another, a wait, or the end. */
export type Outcome =
  | { to: 'next'; next: string | null; because?: string; effects?: Effect[]; person?: Person }
  | { to: 'wait'; until: Instant; looksAt?: Instant; isPaused?: true; effects?: Effect[]; person?: Person }
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
  /** Something that it waits for has changed; null goes on waiting. */
  onChange?(step: StepOf<K>, context: StepContext, compiled: C): Outcome | null;
  /** An instant that the run waits for has come: its last one, or one at which a rule may answer otherwise. */
  onTime?(step: StepOf<K>, context: StepContext, compiled: C): Outcome;
  /** Somebody said what the run waits for; null when it was not that. */
  onWord?(step: StepOf<K>, word: Word, context: StepContext, compiled: C): Outcome | null;
  /** The rules that it asks, each with where in the step it stands. */
  rules?(step: StepOf<K>): { at: string; rule: Rule }[];
  /** What it is told of when it has changed, as `reads` of rules names it. */
  waitsFor?(step: StepOf<K>): Iterable<string>;
  /** What ends its waiting before the time does, to be said behind "until"; null, or without it, nothing does. */
  endsEarly?(step: StepOf<K>): string | null;
  /** The step as one sentence that starts with its verb. */
  say(step: StepOf<K>): string;
}

/** What a rule of a journey is asked. */
export const questionOf = ({ person, now, run }: StepContext): Question => ({
  person,
  now,
  changesAt: never,
  journeySince: run.enteredAt,
});
