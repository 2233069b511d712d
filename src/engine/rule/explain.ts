import type { Instant } from '#contract/instant.ts';
import { conditionsOf, type Rule } from '#contract/rule.ts';
import type { Person } from '../person.ts';
import type { Sighting } from './kind.ts';
import { never, type RuleContext } from './question.ts';
import { compileRule, sightingsOf } from './rule.ts';
import { sayRule } from './say.ts';

/** One part of a rule, asked for a person: whether it held and what it saw. */
export interface Explained {
  rule: string;
  held: boolean;
  saw: Sighting[];
}

/**
 * The parts of a rule, each with its answer: all of them, also those that evaluation would skip. `journeySince` is when the run began for which a rule of
 * a journey is asked.
 */
export function explainRule(rule: Rule, context: RuleContext, person: Person, now: Instant, journeySince?: Instant): Explained[] {
  if ('all' in rule) return rule.all.flatMap((part) => explainRule(part, context, person, now, journeySince));
  if ('any' in rule && rule.any.length === 1) return explainRule(rule.any[0]!, context, person, now, journeySince);
  const question = { person, now, changesAt: never, ...(journeySince === undefined ? {} : { journeySince }) };
  const held = compileRule(rule, context)(question);
  return [{ rule: sayRule(rule), held, saw: conditionsOf(rule).flatMap((each) => sightingsOf(each, context, question)) }];
}
