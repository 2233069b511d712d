import type { Instant } from '#contract/instant.ts';
import type { ConditionKind, ConditionOf } from '#contract/rule.ts';
import type { Person } from '../person.ts';
import type { Memo } from './memory.ts';
import type { CompiledRule, Question, RuleContext } from './question.ts';

/** Something that a condition saw: said in a few words, with the instant when it has one. */
export interface Sighting {
  what: string;
  at: Instant | null;
}

/** A kind of condition, as the engine knows it. */
export interface RuleKind<K extends ConditionKind> {
  compile(test: ConditionOf<K>, context: RuleContext): CompiledRule;
  /**
   * What it reads, so that it is asked again only when that changed: event:NAME, trait:ROOT, profile:FIELD, stage, consent, reach:CHANNEL, segment:KEY,
   * score:KEY, grade:KEY, topic:KEY.
   */
  reads(test: ConditionOf<K>): string[];
  /** What has to be remembered of the past. */
  memos?(test: ConditionOf<K>, zone: string): Memo[];
  /** In plain words, without a full stop. */
  say(test: ConditionOf<K>): string;
  saw(test: ConditionOf<K>, person: Person, context: RuleContext, question: Question): Sighting[];
}
