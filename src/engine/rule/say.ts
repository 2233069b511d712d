import type { Rule } from '#contract/rule.ts';
import { sayCondition } from './rule.ts';

/** A rule in plain words, without a full stop. */
export function sayRule(rule: Rule): string {
  if ('all' in rule) return rule.all.map(sayPart).join(' and ');
  if ('any' in rule) return rule.any.map(sayPart).join(' or ');
  if ('not' in rule) return `not (${sayRule(rule.not)})`;
  return sayCondition(rule);
}

const sayPart = (rule: Rule): string => ('all' in rule || 'any' in rule ? `(${sayRule(rule)})` : sayRule(rule));
