import type { Mistake } from '#contract/problems.ts';
import { type Condition, type ConditionKind, type ConditionOf, conditionOf, type Rule } from '#contract/rule.ts';

/** A part that is still being written: what has not been chosen yet is missing. */
export type Loose<T> = T extends readonly (infer E)[] ? Loose<E>[] : T extends object ? { [P in keyof T]?: Loose<T[P]> | undefined } : T;
export type DraftTest<K extends ConditionKind> = Loose<ConditionOf<K>>;
export type DraftCondition = { [K in ConditionKind]: { [P in K]: DraftTest<K> } }[ConditionKind];

/** A rule that is being written. Every rule is one; it becomes a rule when nothing is missing (`finished` in lacks.ts). */
export type Draft = { all: Draft[] } | { any: Draft[] } | { not: Draft } | DraftCondition;

/** How the parts of a group are held together, as one says it. */
export type Mode = 'all' | 'any' | 'none' | 'not-all';
export interface Group {
  mode: Mode;
  parts: Draft[];
}

/** A rule as a group of parts, or null when it is one condition, negated or not. `not` of `any` is said as "none". */
export function groupOf(draft: Draft): Group | null {
  if ('all' in draft) return { mode: 'all', parts: draft.all };
  if ('any' in draft) return { mode: 'any', parts: draft.any };
  if (!('not' in draft)) return null;
  const inner = draft.not;
  if ('any' in inner) return { mode: 'none', parts: inner.any };
  if ('all' in inner) return { mode: 'not-all', parts: inner.all };
  return 'not' in inner ? { mode: 'none', parts: [inner] } : null;
}

export function toDraft({ mode, parts }: Group): Draft {
  if (mode === 'all') return { all: parts };
  if (mode === 'any') return { any: parts };
  return { not: mode === 'none' ? { any: parts } : { all: parts } };
}

export interface Leaf {
  negated: boolean;
  condition: DraftCondition;
}
/** One condition, and whether its opposite is meant. Only for what is no group. */
export function leafOf(draft: Draft): Leaf {
  return 'not' in draft
    ? { negated: true, condition: draft.not as DraftCondition }
    : { negated: false, condition: draft as DraftCondition };
}

/** The kind of a condition, and what it tests. */
export const kindOf = (condition: DraftCondition): { [K in ConditionKind]: { kind: K; test: DraftTest<K> } }[ConditionKind] =>
  conditionOf(condition as Condition) as ReturnType<typeof kindOf>;

/** What the editor opens: a rule that is one condition stands in a group of one, so that more can join it. */
export function open(rule: Rule | null): Draft {
  if (rule === null) return { all: [] };
  return groupOf(rule as Draft) === null ? { all: [rule as Draft] } : (rule as Draft);
}

/** A group of one, at the top, is that one. */
export function simplest(draft: Draft): Draft {
  const group = groupOf(draft);
  return group && group.parts.length === 1 && (group.mode === 'all' || group.mode === 'any') ? group.parts[0]! : draft;
}

/**
 * Which part of what the editor shows a mistake belongs to: one at rule.all.1.trait.path to part 1; [] is the whole. `rule` is what was sent: a
 * condition that stands alone is the first part.
 */
export function placeOf({ path }: Mistake, rule: Rule): number[] {
  const names = path.split('.').filter((name, index) => !(index === 0 && name === 'rule'));
  return names.length === 0 ? [] : along(names, rule as Draft, open(rule) === rule ? [] : [0]);
}

/** As far as a path leads through groups; what comes after (trait, path) is inside a condition. */
function along(names: string[], draft: Draft, place: number[]): number[] {
  const group = groupOf(draft);
  const rest = names.slice(names.findIndex((name) => name !== 'not'));
  const part = group?.parts[Number(rest[1])];
  const held = group && (group.mode === 'all' || group.mode === 'not-all' ? 'all' : 'any');
  return part && rest[0] === held ? along(rest.slice(2), part, [...place, Number(rest[1])]) : place;
}
