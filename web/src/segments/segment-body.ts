import { conditions, type Rule } from '#contract/rule.ts';
import { isObject } from '#contract/json.ts';

/** A segment as its page edits it. A rule that is missing is not written yet; null is a list that is kept by hand. */
export interface SegmentDraft {
  name: string;
  meaning: string;
  rule: Rule | null | undefined;
  /** The rule is written in a way that only its text can show. */
  unreadable: boolean;
}

/** Whether something is built like a rule, as deep as its conditions. */
export function isRuleLike(value: unknown): value is Rule {
  if (!isObject(value) || Object.keys(value).length !== 1) return false;
  const [[name, inner]] = Object.entries(value) as [[string, unknown]];
  if (name === 'all' || name === 'any') return Array.isArray(inner) && inner.every(isRuleLike);
  return name === 'not' ? isRuleLike(inner) : name in conditions && isObject(inner);
}

/** What stands in a draft, whatever was written into it as text. */
export function readSegment(body: unknown): SegmentDraft {
  const { name, meaning, rule } = isObject(body) ? body : {};
  const readable = rule === undefined || rule === null || isRuleLike(rule);
  return {
    name: typeof name === 'string' ? name : '',
    meaning: typeof meaning === 'string' ? meaning : '',
    rule: readable ? (rule as Rule | null | undefined) : undefined,
    unreadable: !readable,
  };
}

/** The body as it is kept; without a rule as long as there is none. */
export const bodyOf = ({ name, meaning, rule }: SegmentDraft): Record<string, unknown> => ({
  name: name.trim(),
  meaning: meaning.trim(),
  ...(rule === undefined ? {} : { rule }),
});
