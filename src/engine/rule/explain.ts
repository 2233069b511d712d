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
  /** Of a group nothing: its parts say it. */
  saw: Sighting[];
  /** 0 is a part of the rule itself, all of which have to hold; a deeper one belongs to the last before it that is less deep. */
  depth: number;
  /** A group that is denied: what held within it speaks against it. */
  denies?: true;
}

/**
 * The parts of a rule, each with its answer: all of them, also those that evaluation would skip, and those of groups after their group. `journeySince` is
 * when the run began for which a rule of a journey is asked.
 */
export function explainRule(rule: Rule, context: RuleContext, person: Person, now: Instant, journeySince?: Instant): Explained[] {
  const question = { person, now, changesAt: never, ...(journeySince === undefined ? {} : { journeySince }) };
  const ask = (given: Rule, depth: number): Explained[] => {
    const part = single(given);
    if ('all' in part && depth === 0) return part.all.flatMap((each) => ask(each, 0));
    const inner = groupIn(part);
    const saw = inner === null ? conditionsOf(part).flatMap((each) => sightingsOf(each, context, question)) : [];
    const denies = inner !== null && isDenial(part);
    const line = { rule: sayRule(part), held: compileRule(part, context)(question), saw, depth, ...(denies ? { denies } : {}) };
    return [line, ...(inner ?? []).flatMap((each) => ask(each, depth + 1))];
  };
  return ask(rule, 0);
}

/** The parts that hold a rule up, without what lies within its groups. */
export const partsOf = <T extends { depth?: number | undefined }>(parts: readonly T[]): T[] =>
  parts.filter(({ depth }) => (depth ?? 0) === 0);

/** A group of one is its one part. */
function single(rule: Rule): Rule {
  if ('all' in rule && rule.all.length === 1) return single(rule.all[0]!);
  if ('any' in rule && rule.any.length === 1) return single(rule.any[0]!);
  return rule;
}

/** Whether it denies a group, and does not deny that again. */
function isDenial(rule: Rule): boolean {
  const one = single(rule);
  return 'not' in one && !isDenial(one.not);
}

/** What is within a group, or within what it denies; null for a condition. */
function groupIn(rule: Rule): readonly Rule[] | null {
  const one = single(rule);
  if ('not' in one) return groupIn(one.not);
  if ('all' in one) return one.all;
  return 'any' in one ? one.any : null;
}
