import type { Condition, ConditionKind, Rule } from '#contract/rule.ts';
import { conditionOf, conditionsOf, ruleDepthMax, ruleHistoryMax, rulePartsMax } from '#contract/rule.ts';
import { isTimed } from '#contract/rule/comparison.ts';
import type { RuleKind } from './kind.ts';
import { ruleKinds } from './kinds/index.ts';
import type { Memo } from './memory.ts';
import type { CompiledRule, RuleContext } from './question.ts';

/** A condition with its kind: what is asked of one can be asked of all. */
function known(condition: Condition): { kind: RuleKind<ConditionKind>; test: never } {
  const { kind, test } = conditionOf(condition);
  return { kind: ruleKinds[kind] as unknown as RuleKind<ConditionKind>, test: test as never };
}

/**
 * Turns a rule into a function. Parts after the one that decides are not asked, and need not be: as long as that part stands, the answer
 * stands, so its own next change is the only one that matters.
 */
export function compileRule(rule: Rule, context: RuleContext): CompiledRule {
  const holds = compileParts(rule, context);
  const tell = context.watch?.(rule);
  if (!tell) return holds;
  return (question) => {
    const held = holds(question);
    tell(question, held);
    return held;
  };
}

function compileParts(rule: Rule, context: RuleContext): CompiledRule {
  if ('all' in rule) {
    const parts = rule.all.map((part) => compileRule(part, context));
    return (question) => parts.every((part) => part(question));
  }
  if ('any' in rule) {
    const parts = rule.any.map((part) => compileRule(part, context));
    return (question) => parts.some((part) => part(question));
  }
  if ('not' in rule) {
    const part = compileRule(rule.not, context);
    return (question) => !part(question);
  }
  const { kind, test } = known(rule);
  return kind.compile(test, context);
}

/** What a rule reads, so that it is asked again only when that changed. */
export function readsOf(rule: Rule, into = new Set<string>()): Set<string> {
  for (const condition of conditionsOf(rule)) {
    const { kind, test } = known(condition);
    for (const read of kind.reads(test)) into.add(read);
  }
  return into;
}

/** What has to be remembered for a rule. */
export const memosOf = (rule: Rule, zone: string): Memo[] =>
  conditionsOf(rule).flatMap((condition) => {
    const { kind, test } = known(condition);
    return kind.memos?.(test, zone) ?? [];
  });

/** Whether the passing of time alone can change what a rule answers. */
export const isTimedRule = (rule: Rule): boolean =>
  conditionsOf(rule).some((condition) => {
    const { kind, test } = conditionOf(condition);
    if (kind === 'moment' || kind === 'trend' || kind === 'score' || kind === 'grade') return true;
    if (kind === 'sequence') return !test.happened || test.last !== undefined;
    if (kind === 'stage') return test.forAtLeast !== undefined || test.forLessThan !== undefined;
    return (
      ('within' in test && test.within !== undefined) ||
      ('calendar' in test && test.calendar !== undefined) ||
      ('op' in test && isTimed(test.op))
    );
  });

/** One condition in plain words. */
export function sayCondition(condition: Condition): string {
  const { kind, test } = known(condition);
  return kind.say(test);
}

/** What one condition saw of a person. */
export function sightingsOf(
  condition: Condition,
  context: RuleContext,
  question: Parameters<CompiledRule>[0],
): ReturnType<RuleKind<ConditionKind>['saw']> {
  const { kind, test } = known(condition);
  return kind.saw(test, question.person, context, question);
}

/** Mistakes of size: too deep, too many parts, too much of the past. */
export function sizeMistakes(rule: Rule): string[] {
  let parts = 0;
  let deepest = 0;
  const walk = (each: Rule, depth: number): void => {
    parts++;
    deepest = Math.max(deepest, depth);
    if ('all' in each) for (const part of each.all) walk(part, depth + 1);
    else if ('any' in each) for (const part of each.any) walk(part, depth + 1);
    else if ('not' in each) walk(each.not, depth + 1);
  };
  walk(rule, 1);
  const history = memosOf(rule, 'UTC').length;
  return [
    ...(deepest > ruleDepthMax ? [`nests ${deepest} deep; at most ${ruleDepthMax}`] : []),
    ...(parts > rulePartsMax ? [`has ${parts} parts; at most ${rulePartsMax}`] : []),
    ...(history > ruleHistoryMax ? [`looks at past events ${history} times; at most ${ruleHistoryMax}`] : []),
  ];
}
