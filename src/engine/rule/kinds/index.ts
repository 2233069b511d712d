import type { ConditionKind } from '#contract/rule.ts';
import type { RuleKind } from '../kind.ts';
import { event } from './event.ts';
import { measure } from './measure.ts';
import { bucket, consent, grade, moment, profile, reachable, score, segment, stage, trait } from './person.ts';
import { sequence } from './sequence.ts';
import { trend } from './trend.ts';

/** Every kind of condition. */
export const ruleKinds: { [K in ConditionKind]: RuleKind<K> } = {
  trait,
  profile,
  event,
  measure,
  sequence,
  trend,
  stage,
  segment,
  score,
  grade,
  consent,
  reachable,
  bucket,
  moment,
};
