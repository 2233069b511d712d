import { z } from 'zod';
import {
  BucketTest,
  ConsentTest,
  EventTest,
  GradeTest,
  MeasureTest,
  MomentTest,
  ProfileTest,
  ReachableTest,
  ScoreTest,
  SegmentTest,
  SequenceTest,
  StageTest,
  TraitTest,
  TrendTest,
} from './rule/conditions.ts';

/** Every kind of condition, and the name under which it stands in a rule. A new one is a line here and a file on each floor. */
export const conditions = {
  trait: TraitTest,
  profile: ProfileTest,
  event: EventTest,
  measure: MeasureTest,
  sequence: SequenceTest,
  trend: TrendTest,
  stage: StageTest,
  segment: SegmentTest,
  score: ScoreTest,
  grade: GradeTest,
  consent: ConsentTest,
  reachable: ReachableTest,
  bucket: BucketTest,
  moment: MomentTest,
} as const;
export type ConditionKind = keyof typeof conditions;
export type ConditionOf<K extends ConditionKind> = z.infer<(typeof conditions)[K]>;
export type Condition = { [K in ConditionKind]: { [P in K]: ConditionOf<K> } }[ConditionKind];

export type Rule = { all: Rule[] } | { any: Rule[] } | { not: Rule } | Condition;

const conditionKinds = Object.keys(conditions) as ConditionKind[];

/** Does this hold for this person now? The one language of segments, scores, stages, branches and entries; docs/rules.md is its handbook. */
export const Rule: z.ZodType<Rule> = z
  .lazy(() =>
    z.union([
      z.strictObject({ all: z.array(Rule).min(1).max(50) }),
      z.strictObject({ any: z.array(Rule).min(1).max(50) }),
      z.strictObject({ not: Rule }),
      ...conditionKinds.map((kind) => z.strictObject({ [kind]: conditions[kind] })),
    ]),
  )
  .meta({ id: 'Rule', description: 'Does this hold for this person now?' }) as z.ZodType<Rule>;

/** A condition, its kind beside it. Throws for all, any and not. */
export function conditionOf(rule: Rule): { [K in ConditionKind]: { kind: K; test: ConditionOf<K> } }[ConditionKind] {
  for (const kind of conditionKinds)
    if (kind in rule) return { kind, test: (rule as Record<string, unknown>)[kind] } as ReturnType<typeof conditionOf>;
  throw new Error(`no condition: ${Object.keys(rule).join()}`);
}

/** Every condition of a rule that stands at a path, from left to right, each with the path of its test: rule.all.1.not.segment. */
export function conditionsAt(rule: Rule, path: string): { condition: Condition; at: string }[] {
  if ('all' in rule) return rule.all.flatMap((part, index) => conditionsAt(part, `${path}.all.${index}`));
  if ('any' in rule) return rule.any.flatMap((part, index) => conditionsAt(part, `${path}.any.${index}`));
  if ('not' in rule) return conditionsAt(rule.not, `${path}.not`);
  return [{ condition: rule, at: `${path}.${Object.keys(rule)[0]}` }];
}
/** Every condition of a rule, from left to right. */
export const conditionsOf = (rule: Rule): Condition[] => conditionsAt(rule, '').map(({ condition }) => condition);

/** How deep a rule may nest, how many parts it may have in all, and how many of them may look at past events. */
export const ruleDepthMax = 12;
export const rulePartsMax = 200;
export const ruleHistoryMax = 60;
