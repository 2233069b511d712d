import type { ConsentChange } from './consent.ts';
import type { Instant } from './instant.ts';

/** What a person's histories say: the engine asks for a line, and the store keeps it beside whose it is. Lines are only ever added. */

/** A move from one stage to another; `override` is a colleague's, with a reason. */
export interface StageMove {
  seq: number;
  from: string | null;
  to: string;
  at: Instant;
  evidence: string;
  override: boolean;
  reason: string | null;
  actor: string;
}

/** What a person said about consent; `tookEffect` is false where a withdrawal stood against it. */
export interface ConsentLine {
  seq: number;
  change: ConsentChange;
  at: Instant;
  evidence: string;
  tookEffect: boolean;
}

/** A step of a run that was taken, and which comes next. */
export interface StepTaken {
  run: string;
  seq: number;
  journey: string;
  version: number;
  step: string;
  next: string | null;
  at: Instant;
  evidence: string | null;
  because: string | null;
}

/** A decision or a non-decision in one sentence, with the rules that were asked and the events that they went by. */
export interface DecisionLine {
  id: string;
  at: Instant;
  about: string;
  decided: string;
  answer: string;
  because: { rule: string; version: number | null; held: boolean; evidence: string[] }[];
  evidence: string | null;
}
