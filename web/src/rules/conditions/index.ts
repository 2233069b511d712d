import type { ConditionKind } from '#contract/rule.ts';
import { profile, trait } from './about.tsx';
import { bucket, moment } from './chance.tsx';
import { event } from './event.tsx';
import type { KindEditor } from './kind.ts';
import { measure } from './measure.tsx';
import { consent, reachable } from './reach.tsx';
import { sequence } from './sequence.tsx';
import { grade, score, segment, stage } from './standing.tsx';
import { trend } from './trend.tsx';

/** Every kind of condition, in the order in which they are offered. */
export const kindEditors: { [K in ConditionKind]: KindEditor<K> } = {
  event,
  sequence,
  measure,
  trend,
  trait,
  profile,
  stage,
  segment,
  score,
  grade,
  consent,
  reachable,
  bucket,
  moment,
};
