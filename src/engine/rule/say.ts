import { sayDuration } from '#contract/instant.ts';
import type { EventMatch, Operator, PropertyTest, Rule } from '#contract/rule.ts';

const operators: Record<Operator, string> = {
  equals: 'is',
  'not-equals': 'is not',
  contains: 'contains',
  'not-contains': 'does not contain',
  'starts-with': 'starts with',
  'ends-with': 'ends with',
  'one-of': 'is one of',
  greater: 'is more than',
  'at-least': 'is at least',
  less: 'is less than',
  'at-most': 'is at most',
  before: 'is before',
  after: 'is after',
  exists: 'is known',
  missing: 'is not known',
};

const sayValue = (value: unknown): string =>
  Array.isArray(value) ? value.map(String).join(', ') : typeof value === 'string' ? `“${value}”` : value === undefined ? '' : String(value);
const sayTest = (what: string, test: { op: Operator; value?: unknown }): string =>
  `${what} ${operators[test.op]} ${sayValue(test.value)}`.trim();
const sayWhere = (where: readonly PropertyTest[] | undefined): string =>
  where?.length ? ` where ${where.map((test) => sayTest(test.property, test)).join(' and ')}` : '';

/** "Order Completed where total is more than 100". */
export const sayMatch = (match: EventMatch): string => `${match.event}${sayWhere(match.where)}`;

/** A rule in plain words, without a full stop. */
export function sayRule(rule: Rule): string {
  if ('all' in rule) return rule.all.map(sayPart).join(' and ');
  if ('any' in rule) return rule.any.map(sayPart).join(' or ');
  if ('not' in rule) return `not (${sayRule(rule.not)})`;
  if ('trait' in rule) return sayTest(rule.trait.path, rule.trait);
  if ('stage' in rule) return `stage is ${rule.stage.in.join(' or ')}`;
  if ('segment' in rule) return `belongs to ${rule.segment.key}`;
  if ('score' in rule) {
    const { key, atLeast, atMost } = rule.score;
    return (
      [atLeast === undefined ? '' : `${key} is at least ${atLeast}`, atMost === undefined ? '' : `${key} is at most ${atMost}`]
        .filter(Boolean)
        .join(' and ') || `${key} is known`
    );
  }
  if ('consent' in rule) return `has consent to ${rule.consent.purpose}${rule.consent.channel ? ` on ${rule.consent.channel}` : ''}`;
  const { name, where, atLeast, atMost, within } = rule.event;
  const window = within ? ` in the last ${sayDuration(within)}` : '';
  if (atMost === 0) return `no ${name}${sayWhere(where)}${window}`;
  const count =
    atLeast !== undefined && atMost !== undefined
      ? `${atLeast} to ${atMost} times`
      : atMost !== undefined
        ? `at most ${atMost} times`
        : atLeast !== undefined && atLeast > 1
          ? `at least ${atLeast} times`
          : '';
  return `${name}${sayWhere(where)}${count ? ` ${count}` : ''}${window}`;
}

const sayPart = (rule: Rule): string => ('all' in rule || 'any' in rule ? `(${sayRule(rule)})` : sayRule(rule));
