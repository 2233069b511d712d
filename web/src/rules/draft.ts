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
 * Which part of what the editor shows a mistake belongs to: `rule.all.1.trait.path` is part 1. `rule` is what was sent, so a condition that stands
 * alone is the first part. Names of the way that are no part (trait, path) end it.
 */
export function placeOf(path: string, rule: Rule): number[] {
  const names = path.split('.').filter((name, index) => !(index === 0 && name === 'rule'));
  const place: number[] = [];
  let part: Draft | undefined = open(rule);
  if (part !== rule) {
    place.push(0);
    part = rule as Draft;
  }
  for (let at = 0; part; ) {
    const group: Group | null = groupOf(part);
    if (!group) break;
    while (names[at] === 'not' && at < names.length) at++;
    const index = Number(names[at + 1]);
    if (!['all', 'any'].includes(names[at] ?? '') || !group.parts[index]) break;
    place.push(index);
    part = group.parts[index];
    at += 2;
  }
  return place;
}
