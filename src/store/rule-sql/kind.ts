import type { ConditionKind, ConditionOf } from '#contract/rule.ts';
import type { Draft } from './draft.ts';
import type { Formula } from './formula.ts';

/** When time alone may change an answer: of the person `p`, a timestamptz that may be null; or a select of `person_id` and `at`, written when all conditions have said what they ask of rows that they share. Never too late. */
export type Change = { ofPerson: string } | { rows: () => string };

/** A kind of condition, as the database is asked about it. */
export interface SqlKind<K extends ConditionKind> {
  formula(test: ConditionOf<K>, draft: Draft): Formula;
  /** Of those that time can change. */
  changes?(test: ConditionOf<K>, draft: Draft): Change[];
}
