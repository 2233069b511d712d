import { durationMs, instantOf } from '#contract/instant.ts';
import { conditionOf, type ConditionKind, type ConditionOf, type Rule } from '#contract/rule.ts';
import { isTimed, meaningOf, type Operator, type Takes } from '#contract/rule/comparison.ts';
import { type Draft, type DraftTest, groupOf, type Loose, simplest } from './draft.ts';

type Test<K extends ConditionKind> = DraftTest<K>;
interface LooseComparison {
  op?: Operator | undefined;
  value?: unknown;
}

/** Whether a dotted path is written as paths are; `[]` once at most. */
export const isPath = (path: string): boolean =>
  path.length <= 200 &&
  path.split('.').every((part) => /^[^[\]]+(\[\])?$/.test(part) && !/^([+-]\d|0\d)/.test(part)) &&
  path.split('[]').length <= 2;
export const isKey = (text: string): boolean => /^[a-z][a-z0-9-]{0,62}$/.test(text);

const long = (duration: unknown): boolean => typeof duration === 'string' && (durationMs(duration) ?? 0) > 0;
const ascending = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'number') && value[0]! <= value[1]!;

/** Whether a value is of the kind that an operator takes. The contract's own check needs its schemas, which the browser does not carry; a test holds the two together. */
export const fits: Record<Takes, (value: unknown) => boolean> = {
  nothing: (value) => value === undefined,
  value: (value) => value !== undefined && !Array.isArray(value),
  number: (value) => typeof value === 'number',
  text: (value) => typeof value === 'string' && value !== '',
  list: (value) => Array.isArray(value) && value.length > 0,
  range: ascending,
  date: (value) => instantOf(value) !== null,
  duration: long,
  days: (value) => ascending(value) && (value as number[]).every((each) => Number.isInteger(each) && Math.abs(each) <= 3660),
};

function comparison({ op, value }: LooseComparison, timed = true): string | null {
  if (op === undefined) return 'Choose how to compare.';
  if (!timed && isTimed(op)) return 'Choose another comparison: an event stays as it was.';
  if (!fits[meaningOf(op).takes](value)) return 'Choose a value.';
  if (op === 'anniversary-in' && !((value as number[])[0]! >= 0 && (value as number[])[1]! <= 366))
    return 'An anniversary lies 0 to 366 days ahead.';
  return null;
}

type LooseMatch = Loose<Omit<ConditionOf<'event'>, 'name'>> & { name?: string | undefined };
function match(test: LooseMatch): string | null {
  if (!test.name?.trim()) return 'Choose an event.';
  for (const each of test.where ?? []) {
    if (!each.property || !isPath(each.property)) return 'Choose a property.';
    const lack = comparison(each, false);
    if (lack) return lack;
  }
  if (test.weekdays?.length === 0) return 'Choose weekdays.';
  return test.hours && (!test.hours.from || !test.hours.to || test.hours.from === test.hours.to) ? 'Choose two different times.' : null;
}
const named = (event: Test<'sequence'>['first']): LooseMatch => ({ ...event, name: event?.event });

/** What has to be chosen before a condition can be asked, said to the person who writes it; null when nothing is missing. */
const lacks: { [K in ConditionKind]: (test: Test<K>) => string | null } = {
  trait: (test) => (test.path && isPath(test.path) ? comparison(test) : 'Choose a field.'),
  profile: (test) => (test.field ? comparison(test) : 'Choose a field.'),
  event: (test) =>
    match(test) ?? (test.atLeast !== undefined && test.atMost !== undefined && test.atLeast > test.atMost ? 'Choose how often.' : null),
  measure(test) {
    if (!test.take) return 'Choose what to take.';
    if (!test.property || !isPath(test.property)) return 'Choose a property.';
    if (test.property.includes('[]') && test.take !== 'distinct') return 'Only “different values” looks at every element of a list.';
    return match(test) ?? comparison(test, false);
  },
  sequence: (test) =>
    match(named(test.first)) ??
    match(named(test.then)) ??
    (!long(test.within)
      ? 'Choose how long after.'
      : test.last !== undefined && durationMs(test.last) === null
        ? 'Choose a length of time.'
        : null),
  trend: (test) =>
    match(test) ??
    (test.property !== undefined && (!isPath(test.property) || test.property.includes('[]'))
      ? 'Choose one property.'
      : !long(test.over)
        ? 'Choose a length of time.'
        : !test.change
          ? 'Choose up or down.'
          : !test.percent
            ? 'Choose by how much.'
            : null),
  stage: (test) => (test.in?.length ? null : 'Choose a stage.'),
  segment: (test) => (test.key ? null : 'Choose a segment.'),
  score: (test) => (!test.key ? 'Choose a score.' : test.atLeast === undefined && test.atMost === undefined ? 'Choose how much.' : null),
  grade: (test) => (!test.key ? 'Choose a grade.' : test.in?.length ? null : 'Choose letters and digits.'),
  consent: (test) => ((test.purpose && isKey(test.purpose)) || (test.topic && isKey(test.topic)) ? null : 'Choose a topic or a purpose.'),
  reachable: (test) => (test.channel ? null : 'Choose a channel.'),
  bucket: (test) =>
    !test.draw ? 'Name the draw.' : test.from === undefined || test.to === undefined || test.from >= test.to ? 'Choose a share.' : null,
  moment: (test) =>
    test.weekdays?.length || test.hours
      ? test.hours && (!test.hours.from || !test.hours.to || test.hours.from === test.hours.to)
        ? 'Choose two different times.'
        : null
      : 'Choose weekdays or hours.',
};

/** What a condition still lacks, as a sentence; null when it can be asked. */
export function lackOf(condition: Draft): string | null {
  const { kind, test } = conditionOf(condition as Rule);
  return (lacks[kind] as (test: unknown) => string | null)(test);
}

/** What is missing anywhere, from the top down. */
export function lacksOf(draft: Draft): string[] {
  const group = groupOf(draft);
  if (group) return group.parts.length === 0 ? ['Add a condition.'] : group.parts.flatMap(lacksOf);
  const lack = lackOf('not' in draft ? draft.not : draft);
  return lack === null ? [] : [lack];
}

/** The rule that was written; null as long as anything in it is missing. */
export const finished = (draft: Draft): Rule | null =>
  lacksOf(draft).length === 0 ? (JSON.parse(JSON.stringify(simplest(draft))) as Rule) : null; // without what is undefined
