import { instantOf, ms } from '#contract/instant.ts';
import type { Comparison, Operator } from '#contract/rule/comparison.ts';
import { isMissing, numberOf, textOf } from '#contract/rule/values.ts';
import { anniversaryWithin, dayNumberOf, localDay, startOfDay } from '../local-calendar.ts';
import { mayChangeAt, type Question, type RuleContext, zoneOf } from './question.ts';

/** Compares a value with what a rule wants. What does not compare does not hold; docs/rules.md says each operator's meaning. */
export type Comparator = (actual: unknown, question: Question) => boolean;

const wantedText = (wanted: unknown): string => (typeof wanted === 'number' ? String(wanted) : (textOf(wanted) ?? ''));

/** Whether a value is the one that is wanted; of a list, whether any element is. */
function equalTo(wanted: unknown): (actual: unknown) => boolean {
  const [asNumber, asText] = [numberOf(wanted), textOf(wanted)];
  const isNumber = typeof wanted === 'number';
  const one = (actual: unknown): boolean => {
    if (isMissing(actual)) return false;
    if (isNumber || typeof actual === 'number') return asNumber !== null && numberOf(actual) === asNumber;
    const text = textOf(actual);
    return text !== null && text === asText;
  };
  return (actual) => (Array.isArray(actual) ? actual.some((each) => one(each)) : one(actual));
}

const anyEqual = (wanted: unknown): ((actual: unknown) => boolean) => {
  const each = (Array.isArray(wanted) ? wanted : [wanted]).map(equalTo);
  return (actual) => each.some((equals) => equals(actual));
};

function containing(wanted: unknown): (actual: unknown) => boolean {
  const equals = equalTo(wanted);
  const part = wantedText(wanted);
  return (actual) => (Array.isArray(actual) ? equals(actual) : !isMissing(actual) && (textOf(actual)?.includes(part) ?? false));
}

const withText =
  (test: (text: string) => boolean): Comparator =>
  (actual) => {
    const text = textOf(actual);
    return text !== null && test(text);
  };
const withNumber =
  (test: (number: number) => boolean): Comparator =>
  (actual) => {
    const number = numberOf(actual);
    return number !== null && test(number);
  };
const withInstant =
  (test: (at: number, question: Question) => boolean): Comparator =>
  (actual, question) => {
    const at = instantOf(actual);
    return at !== null && test(at, question);
  };
const negation =
  (test: (actual: unknown) => boolean): Comparator =>
  (actual) =>
    !test(actual);

/** Asks about a day near today; the answer may change at the end of the person's day. */
const aboutToday =
  (context: RuleContext, test: (day: number, today: number) => boolean): Comparator =>
  (actual, question) => {
    const day = dayNumberOf(actual);
    if (day === null) return false;
    const zone = zoneOf(question, context);
    const today = localDay(question.now, zone);
    mayChangeAt(question, startOfDay(today + 1, zone));
    return test(day, today);
  };

const compilers: Record<Operator, (value: never, context: RuleContext) => Comparator> = {
  equals: (value) => equalTo(value),
  'not-equals': (value) => negation(equalTo(value)),
  'one-of': (value) => anyEqual(value),
  'none-of': (value) => negation(anyEqual(value)),
  'has-all': (value: unknown[]) => {
    const each = value.map(equalTo);
    return (actual) => each.every((equals) => equals(actual));
  },
  contains: (value) => containing(value),
  'not-contains': (value) => negation(containing(value)),
  'starts-with': (value) => withText((text) => text.startsWith(wantedText(value))),
  'ends-with': (value) => withText((text) => text.endsWith(wantedText(value))),
  greater: (value: number) => withNumber((number) => number > value),
  'at-least': (value: number) => withNumber((number) => number >= value),
  less: (value: number) => withNumber((number) => number < value),
  'at-most': (value: number) => withNumber((number) => number <= value),
  between: ([least, most]: [number, number]) => withNumber((number) => number >= least && number <= most),
  before: (value) => {
    const limit = instantOf(value)!;
    return withInstant((at) => at < limit);
  },
  after: (value) => {
    const limit = instantOf(value)!;
    return withInstant((at) => at > limit);
  },
  'within-last': (value: string) => {
    const length = ms(value);
    return withInstant((at, question) => {
      mayChangeAt(question, at);
      mayChangeAt(question, at + length);
      return at > question.now - length && at <= question.now;
    });
  },
  'within-next': (value: string) => {
    const length = ms(value);
    return withInstant((at, question) => {
      mayChangeAt(question, at - length);
      mayChangeAt(question, at);
      return at > question.now && at <= question.now + length;
    });
  },
  'longer-ago': (value: string) => {
    const length = ms(value);
    return withInstant((at, question) => {
      mayChangeAt(question, at + length);
      return at <= question.now - length;
    });
  },
  'further-ahead': (value: string) => {
    const length = ms(value);
    return withInstant((at, question) => {
      mayChangeAt(question, at - length);
      return at > question.now + length;
    });
  },
  'in-days': ([from, to]: [number, number], context) => aboutToday(context, (day, today) => day - today >= from && day - today <= to),
  'anniversary-in': ([from, to]: [number, number], context) =>
    aboutToday(context, (day, today) => anniversaryWithin(day, today + from, today + to)),
  exists: () => (actual) => !isMissing(actual),
  missing: () => (actual) => isMissing(actual),
};

export const compileComparison = ({ op, value }: Comparison, context: RuleContext): Comparator =>
  (compilers[op] as (value: unknown, context: RuleContext) => Comparator)(value, context);
