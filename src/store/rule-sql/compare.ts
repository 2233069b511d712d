import { instantOf, ms } from '#contract/instant.ts';
import { type Comparison, meaningOf, type Operator } from '#contract/rule/comparison.ts';
import { fold, isMissing, numberOf, textOf } from '#contract/rule/values.ts';
import { todayIn, tomorrowIn } from './context.ts';
import { type Draft, isStorable } from './draft.ts';
import type { Operand } from './operand.ts';

type Scalar = string | number | boolean;

/** How a value is compared with what a rule wants, as SQL that is true, false or null; null is no. Mirrors src/engine/rule/compare.ts. */
export const compareSql = (operand: Operand, test: Comparison, draft: Draft): string =>
  (compilers[test.op] as (operand: Operand, value: unknown, draft: Draft) => string)(operand, test.value, draft);

const or = (parts: string[]): string => (parts.length === 0 ? 'false' : parts.length === 1 ? parts[0]! : `(${parts.join(' or ')})`);
const opposite = (sql: string): string => `((${sql}) is not true)`;
const anyOf = (values: (string | number)[], type: string, draft: Draft): string =>
  values.length === 1 ? `= ${draft.bind(values[0]!, type)}` : `= any(${draft.bind(values, `${type}[]`)})`;

/** What a value must be, sorted by how it is compared. What is missing equals nothing, and so does what cannot be stored. */
function wantedOf(wanted: readonly Scalar[]): { texts: string[]; numbers: number[]; numerals: number[] } {
  const texts = wanted
    .map(textOf)
    .filter((text) => text !== null && text !== '')
    .filter((text) => isStorable(text!)) as string[];
  const numbers = wanted.filter((each) => typeof each === 'number');
  const numerals = wanted
    .filter((each) => typeof each === 'string')
    .map(numberOf)
    .filter((each) => each !== null);
  return { texts, numbers, numerals };
}

function equalsAny(operand: Operand, wanted: readonly Scalar[], draft: Draft): string {
  const { texts, numbers, numerals } = wantedOf(wanted);
  if (operand.number !== undefined) {
    const all = [...numbers, ...numerals];
    return all.length === 0 ? 'false' : `${operand.number} ${anyOf(all, 'float8', draft)}`;
  }
  if (operand.isText || operand.at !== undefined)
    return or([
      ...(texts.length > 0 ? [`rule_fold(${operand.raw}) ${anyOf(texts, 'text', draft)}`] : []),
      ...(numbers.length > 0 ? [`rule_number(${operand.json}) ${anyOf(numbers, 'float8', draft)}`] : []),
    ]);
  const { json, raw } = operand;
  // A text with other letters than ASCII's equals none without; so of most texts only those are looked at twice that are right but for their case.
  const isPlain = texts.every((text) => Buffer.byteLength(text) === text.length);
  const parts: string[] = [];
  if (texts.length > 0)
    parts.push(
      isPlain
        ? `(lower(${raw} collate "C") ${anyOf(texts, 'text', draft)} and jsonb_typeof(${json}) in ('string', 'boolean'))`
        : `rule_text(${json}) ${anyOf(texts, 'text', draft)}`,
    );
  if (numbers.length > 0) parts.push(`${numberSql(operand)} ${anyOf(numbers, 'float8', draft)}`);
  if (numerals.length > 0) parts.push(`(jsonb_typeof(${json}) = 'number' and rule_number(${json}) ${anyOf(numerals, 'float8', draft)})`);
  return parts.length === 0 ? 'false' : or([...parts, listHas(operand, wanted, draft)]);
}

/** Whether any element of a list is one of those that are wanted. A function, because a statement with a select for each row is not shared by several processes. */
function listHas({ json, raw }: Operand, wanted: readonly Scalar[], draft: Draft): string {
  const { texts, numbers, numerals } = wantedOf(wanted);
  return `(starts_with(${raw}, '[') and rule_list_has(${json}, ${draft.bind(texts, 'text[]')}, ${draft.bind(numbers, 'float8[]')}, ${draft.bind(numerals, 'float8[]')}))`;
}

/** Its folded text; null when it is none. */
const textSql = (operand: Operand): string =>
  operand.number !== undefined
    ? 'null::text'
    : operand.isText || operand.at !== undefined
      ? `rule_fold(${operand.raw})`
      : `rule_text(${operand.json})`;
/** Its number; null when it is none. Most are short and read from their digits; rule_number knows what to do with those that no float8 holds. */
const numberSql = ({ number, isText, json, raw }: Operand): string =>
  number ??
  (isText
    ? `rule_number(${json})`
    : `case jsonb_typeof(${json}) when 'number' then case when length(${raw}) < 300 then ${raw}::float8 else rule_number(${json}) end when 'string' then rule_number(${json}) end`);

function contains(operand: Operand, wanted: Scalar, draft: Draft): string {
  const part = typeof wanted === 'number' ? String(wanted) : textOf(wanted)!;
  const text = textSql(operand);
  const inText = part === '' ? `${text} <> ''` : isStorable(part) ? `strpos(${text}, ${draft.bind(part, 'text')}) > 0` : 'false';
  if (operand.isText || operand.number !== undefined || operand.at !== undefined) return inText;
  return `(${inText} or ${listHas(operand, [wanted], draft)})`;
}

/** Compares an instant with one that is known now. */
const atInstant =
  (sign: '<' | '<=' | '>') =>
  (operand: Operand, limit: number, draft: Draft): string =>
    operand.at !== undefined ? `${operand.at} ${sign} ${draft.at(limit)}` : `rule_instant(${operand.json}) ${sign} ${draft.ms(limit)}`;
const [before, until, after] = [atInstant('<'), atInstant('<='), atInstant('>')];

const dayOf = (operand: Operand): string =>
  operand.at !== undefined ? `((${operand.at} at time zone 'UTC')::date - date '1970-01-01')` : `rule_day(${operand.json})`;
const today = (draft: Draft): string => draft.zoned('p', 'int', (zone) => todayIn(draft.context, zone));

/** The first anniversary that is at least so many days from today. */
const anniversary = (operand: Operand, days: number, draft: Draft): string =>
  `rule_anniversary(${dayOf(operand)}, (${today(draft)}) + ${draft.bind(days, 'int')})`;

const compilers: Record<Operator, (operand: Operand, value: never, draft: Draft) => string> = {
  equals: (operand, value: Scalar, draft) => equalsAny(operand, [value], draft),
  'not-equals': (operand, value: Scalar, draft) => opposite(equalsAny(operand, [value], draft)),
  'one-of': (operand, value: Scalar[], draft) => equalsAny(operand, value, draft),
  'none-of': (operand, value: Scalar[], draft) => opposite(equalsAny(operand, value, draft)),
  'has-all': (operand, value: Scalar[], draft) => `(${value.map((each) => equalsAny(operand, [each], draft)).join(' and ')})`,
  contains,
  'not-contains': (operand, value: Scalar, draft) => opposite(contains(operand, value, draft)),
  'starts-with': (operand, value: string, draft) =>
    isStorable(value) ? `starts_with(${textSql(operand)}, ${draft.bind(fold(value), 'text')})` : 'false',
  'ends-with': (operand, value: string, draft) =>
    isStorable(value) ? `right(${textSql(operand)}, ${[...fold(value)].length}) = ${draft.bind(fold(value), 'text')}` : 'false',
  greater: (operand, value: number, draft) => `${numberSql(operand)} > ${draft.bind(value, 'float8')}`,
  'at-least': (operand, value: number, draft) => `${numberSql(operand)} >= ${draft.bind(value, 'float8')}`,
  less: (operand, value: number, draft) => `${numberSql(operand)} < ${draft.bind(value, 'float8')}`,
  'at-most': (operand, value: number, draft) => `${numberSql(operand)} <= ${draft.bind(value, 'float8')}`,
  between: (operand, [least, most]: [number, number], draft) =>
    `${numberSql(operand)} between ${draft.bind(least, 'float8')} and ${draft.bind(most, 'float8')}`,
  before: (operand, value: Scalar, draft) => before(operand, instantOf(value)!, draft),
  after: (operand, value: Scalar, draft) => after(operand, instantOf(value)!, draft),
  'within-last': (operand, value: string, draft) =>
    `(${after(operand, draft.context.now - ms(value), draft)} and ${until(operand, draft.context.now, draft)})`,
  'within-next': (operand, value: string, draft) =>
    `(${after(operand, draft.context.now, draft)} and ${until(operand, draft.context.now + ms(value), draft)})`,
  'longer-ago': (operand, value: string, draft) => until(operand, draft.context.now - ms(value), draft),
  'further-ahead': (operand, value: string, draft) => after(operand, draft.context.now + ms(value), draft),
  'in-days': (operand, [a, b]: [number, number], draft) =>
    `${dayOf(operand)} between (${today(draft)}) + ${draft.bind(a, 'int')} and (${today(draft)}) + ${draft.bind(b, 'int')}`,
  'anniversary-in': (operand, [a, b]: [number, number], draft) =>
    `${anniversary(operand, a, draft)} <= (${today(draft)}) + ${draft.bind(b, 'int')}`,
  exists: (operand) => `${operand.raw} <> ''`,
  missing: (operand) => `coalesce(${operand.raw}, '') = ''`,
};

/** When time alone may change the answer, as a timestamptz over `p`: not later than it does, null when it never does. Null without such an operator. */
export function changesOf(operand: Operand, test: Comparison, draft: Draft): string | null {
  const { now } = draft.context;
  const at = operand.at !== undefined ? `(extract(epoch from ${operand.at}) * 1000)::bigint` : `rule_instant(${operand.json})`;
  /** The instant, moved, where that is still to come. */
  const moved = (by: number): string => {
    return `case when ${after(operand, now - by, draft)} then to_timestamp((${at} + ${draft.ms(by)}) / 1000.0) end`;
  };
  const length = typeof test.value === 'string' && meaningOf(test.op).takes === 'duration' ? ms(test.value) : 0;
  switch (test.op) {
    case 'within-last':
      return `least(${moved(0)}, ${moved(length)})`;
    case 'within-next':
      return `least(${moved(-length)}, ${moved(0)})`;
    case 'longer-ago':
      return moved(length);
    case 'further-ahead':
      return moved(-length);
    case 'in-days':
    case 'anniversary-in': {
      const [a, b] = test.value as [number, number];
      const [least, most] = [draft.bind(a, 'int'), draft.bind(b, 'int')];
      // How many days from now the day comes into the range, or leaves it. Days have 23 hours at least, but for one that a country skipped.
      const ahead = `(${test.op === 'in-days' ? dayOf(operand) : anniversary(operand, a, draft)} - (${today(draft)}))`;
      const days = `case when ${ahead} > ${most} then ${ahead} - ${most} when ${ahead} >= ${least} then ${ahead} - ${least} + 1 end`;
      const tomorrow = draft.zoned('p', 'timestamptz', (zone) => tomorrowIn(draft.context, zone));
      return `case when ${ahead} >= ${least} then (${tomorrow}) + greatest((${days}) - 2, 0) * interval '24 hours' end`;
    }
    default:
      return null;
  }
}

/** Whether a comparison holds for a measure of nothing: 0, or missing. */
export function holdsForNothing({ op, value }: Comparison, nothing: 0 | null): boolean {
  const list = (Array.isArray(value) ? value : [value]) as Scalar[];
  if (nothing === null) return ['not-equals', 'none-of', 'not-contains', 'missing'].includes(op);
  const isZero = (each: Scalar): boolean => !isMissing(each) && typeof each !== 'boolean' && numberOf(each) === 0;
  const [first, second] = list as [number, number];
  switch (op) {
    case 'equals':
    case 'one-of':
      return list.some(isZero);
    case 'not-equals':
    case 'none-of':
      return !list.some(isZero);
    case 'has-all':
      return list.every(isZero);
    case 'not-contains':
    case 'exists':
      return true;
    case 'greater':
      return first < 0;
    case 'at-least':
      return first <= 0;
    case 'less':
      return first > 0;
    case 'at-most':
      return first >= 0;
    case 'between':
      return first <= 0 && second >= 0;
    case 'before':
      return instantOf(value)! > 0;
    case 'after':
      return instantOf(value)! < 0;
    default:
      return false;
  }
}
