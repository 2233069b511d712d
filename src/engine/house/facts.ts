import type { JsonObject } from '#contract/json.ts';
import { conditionOf, type Condition, type Rule } from '#contract/rule.ts';
import { isTimed } from '#contract/rule/comparison.ts';
import type { TraitTest } from '#contract/rule/conditions.ts';
import type { EventMatch } from '#contract/rule/event-match.ts';
import type { Window } from '#contract/rule/window.ts';
import { compileComparison } from '../rule/compare.ts';
import { toMatch, compileMatch } from '../rule/match.ts';
import { bareContext, never, type Question } from '../rule/question.ts';

/** Something that definitions bring about by themselves, and that other definitions may hear or read. */
export type HouseFact =
  | { kind: 'tag'; tag: string; added: boolean }
  | { kind: 'trait'; path: string; value: string | number | boolean | null }
  /** `open`: it has further properties, which nobody knows before. */
  | { kind: 'event'; name: string; properties: JsonObject; open: boolean }
  | { kind: 'owner' }
  | { kind: 'stage'; stage: string; entered: boolean }
  | { kind: 'segment'; key: string; entered: boolean }
  | { kind: 'score'; key: string; up: boolean }
  | { kind: 'grade'; key: string };

/** Which way a fact may push the answer of a condition or a rule; `passes` when time alone brings the answer back; `sure` when it really does so. */
export interface Push {
  up: boolean;
  down: boolean;
  passes: boolean;
  sure: boolean;
}

const up: Push = { up: true, down: false, passes: false, sure: true };
const down: Push = { ...up, up: false, down: true };
const either: Push = { up: true, down: true, passes: false, sure: false };
const pushes = (isUp: boolean): Push => (isUp ? up : down);

const noQuestion = { now: 0, changesAt: never } as Question;
const rootOf = (path: string): string => path.replaceAll('[]', '').split('.', 1)[0]!;

/** Whether an event that journeys write is the one that is meant. Null when that hangs on properties that nobody knows before. */
export function meets(match: EventMatch, fact: Extract<HouseFact, { kind: 'event' }>): boolean | null {
  if (match.event !== fact.name) return false;
  const known = (match.where ?? []).filter(({ property }) => !fact.open || property in fact.properties);
  const holds = compileMatch({ event: match.event, where: known }, 'UTC')({ name: fact.name, at: 0, properties: fact.properties });
  return holds && known.length < (match.where ?? []).length ? null : holds;
}

/** How a tag that comes or goes moves what is asked about the list of tags. */
function pushOfTag({ op, value }: TraitTest, tag: string, added: boolean): Push | null {
  if (op === 'exists' || op === 'missing') return { ...pushes((op === 'exists') === added), sure: op === 'exists' ? added : !added };
  const isMeant = compileComparison(
    { op: 'one-of', value: Array.isArray(value) ? value : value === undefined ? [] : [value] },
    bareContext,
  )(tag, noQuestion);
  if (!isMeant) return null;
  if (op === 'contains' || op === 'equals' || op === 'one-of' || op === 'has-all') return pushes(added);
  if (op === 'not-contains' || op === 'not-equals' || op === 'none-of') return pushes(!added);
  return either;
}

function pushOfTrait(test: TraitTest, fact: HouseFact): Push | null {
  if (fact.kind === 'tag') return rootOf(test.path) === 'tags' ? pushOfTag(test, fact.tag, fact.added) : null;
  if (fact.kind !== 'trait' || rootOf(test.path) !== rootOf(fact.path)) return null;
  if (test.path !== fact.path) return test.path.startsWith(fact.path) || fact.path.startsWith(test.path) ? either : null;
  if (isTimed(test.op)) return { ...either, passes: true };
  return pushes(compileComparison(test, bareContext)(fact.value, noQuestion));
}

const isWindowed = ({ within, calendar, since }: Window): boolean => within !== undefined || calendar !== undefined || since === 'stage';

/** How a fact moves a condition; null when it does not. */
function pushOf(condition: Condition, fact: HouseFact): Push | null {
  const asked = conditionOf(condition);
  switch (asked.kind) {
    case 'trait':
      return pushOfTrait(asked.test, fact);
    case 'profile':
      return fact.kind === 'owner' && asked.test.field === 'owner' ? either : null;
    case 'event': {
      if (fact.kind !== 'event') return null;
      const met = meets(toMatch(asked.test), fact);
      if (met === false) return null;
      const { atLeast, atMost } = asked.test;
      const way = atMost === undefined ? up : atLeast === undefined ? down : either;
      return { ...way, passes: isWindowed(asked.test), sure: way.sure && met === true };
    }
    case 'measure': {
      if (fact.kind !== 'event' || meets(toMatch(asked.test), fact) === false) return null;
      const grows = ['sum', 'distinct', 'max'].includes(asked.test.take) && ['at-least', 'greater'].includes(asked.test.op);
      return { ...(grows ? up : either), sure: false, passes: isWindowed(asked.test) };
    }
    case 'sequence':
      return fact.kind === 'event' && [asked.test.first, asked.test.then].some((match) => meets(match, fact) !== false)
        ? { ...either, passes: true }
        : null;
    case 'trend':
      return fact.kind === 'event' && meets(toMatch(asked.test), fact) !== false ? { ...either, passes: true } : null;
    case 'stage':
      return fact.kind === 'stage' && asked.test.in.includes(fact.stage) ? pushes(fact.entered) : null;
    case 'segment':
      return fact.kind === 'segment' && fact.key === asked.test.key ? pushes(fact.entered) : null;
    case 'score': {
      if (fact.kind !== 'score' || fact.key !== asked.test.key) return null;
      const { atLeast, atMost } = asked.test;
      return atLeast !== undefined && atMost !== undefined ? either : pushes(fact.up === (atMost === undefined));
    }
    case 'grade':
      return fact.kind === 'grade' && fact.key === asked.test.key ? either : null;
    default:
      return null;
  }
}

/** How a fact moves a rule. */
export function pushOfRule(rule: Rule, fact: HouseFact): Push | null {
  const join = (parts: readonly (Push | null)[]): Push | null => {
    const found = parts.filter((each) => each !== null);
    if (found.length === 0) return null;
    return {
      up: found.some((each) => each.up),
      down: found.some((each) => each.down),
      passes: found.some((each) => each.passes),
      sure: found.some((each) => each.sure),
    };
  };
  if ('all' in rule) return join(rule.all.map((part) => pushOfRule(part, fact)));
  if ('any' in rule) return join(rule.any.map((part) => pushOfRule(part, fact)));
  if ('not' in rule) {
    const part = pushOfRule(rule.not, fact);
    return part && { ...part, up: part.down, down: part.up };
  }
  return pushOf(rule, fact);
}
