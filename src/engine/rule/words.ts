import { sayDuration } from '#contract/instant.ts';
import type { Comparison, Operator } from '#contract/rule/comparison.ts';
import type { EventMatch, Hours } from '#contract/rule/event-match.ts';

/** How operators are said between what is looked at and what is wanted. */
export const operatorWords: Record<Operator, string> = {
  equals: 'is',
  'not-equals': 'is not',
  'one-of': 'is one of',
  'none-of': 'is none of',
  'has-all': 'has all of',
  contains: 'contains',
  'not-contains': 'does not contain',
  'starts-with': 'starts with',
  'ends-with': 'ends with',
  greater: 'is more than',
  'at-least': 'is at least',
  less: 'is less than',
  'at-most': 'is at most',
  between: 'is between',
  before: 'is before',
  after: 'is after',
  'within-last': 'was in the last',
  'within-next': 'is in the next',
  'longer-ago': 'was longer ago than',
  'further-ahead': 'is further ahead than',
  'in-days': 'is',
  'anniversary-in': 'has its anniversary',
  exists: 'is known',
  missing: 'is not known',
};

const sayScalar = (value: unknown): string => (typeof value === 'string' ? `“${value}”` : String(value));

/** "3 days ago to 7 days ahead". */
function sayDays([from, to]: [number, number]): string {
  const one = (days: number): string =>
    days === 0 ? 'today' : `${Math.abs(days)} day${Math.abs(days) === 1 ? '' : 's'} ${days < 0 ? 'ago' : 'ahead'}`;
  return from === to ? one(from) : `${one(from)} to ${one(to)}`;
}

function sayWanted({ op, value }: Comparison): string {
  if (value === undefined) return '';
  if (op === 'between') return (value as number[]).join(' and ');
  if (op === 'in-days' || op === 'anniversary-in') return sayDays(value as [number, number]);
  if (op === 'before' || op === 'after') return String(value);
  if (op === 'within-last' || op === 'within-next' || op === 'longer-ago' || op === 'further-ahead') return sayDuration(String(value));
  return Array.isArray(value) ? value.map(sayScalar).join(', ') : sayScalar(value);
}

/** "total is more than 100". */
export const sayComparison = (what: string, test: Comparison): string => `${what} ${operatorWords[test.op]} ${sayWanted(test)}`.trim();

const weekdayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
export const sayWeekdays = (weekdays: readonly number[]): string => `on ${weekdays.map((each) => weekdayNames[each - 1]).join(', ')}`;
export const sayHours = (hours: Hours): string => `between ${hours.from} and ${hours.to}`;

/** "Order Completed where total is more than 100, on Monday, between 09:00 and 17:00". */
export function sayMatch(match: EventMatch): string {
  const where = match.where?.length ? ` where ${match.where.map((test) => sayComparison(test.property, test)).join(' and ')}` : '';
  const narrowed = [match.weekdays ? sayWeekdays(match.weekdays) : '', match.hours ? sayHours(match.hours) : ''].filter(Boolean);
  return [`${match.event}${where}`, ...narrowed].join(', ');
}
