import type { z } from 'zod';
import type { Mistake } from './problems.ts';

type Issue = z.core.$ZodIssue;
type Choice = z.core.$ZodIssueInvalidUnion;
export type Read<S extends z.ZodType> = { ok: true; value: z.output<S> } | { ok: false; mistakes: Mistake[] };

/** Reads a value by its schema: made complete with defaults, or where it is wrong and what it must be, in sentences that stand behind the place. */
export function readBy<S extends z.ZodType>(schema: S, value: unknown): Read<S> {
  const parsed = schema.safeParse(value, { error: sayIssue, reportInput: true });
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, mistakes: mistakesAt(parsed.error.issues, []) };
}

function mistakesAt(issues: readonly Issue[], above: readonly PropertyKey[]): Mistake[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path];
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => wrongAt([...path, key], 'is not a field here'));
    if (issue.code === 'invalid_union' && issue.errors.length > 0) return mistakesOfChoice(issue, path);
    return [wrongAt(path, issue.message)];
  });
}

const wrongAt = (path: readonly PropertyKey[], message: string): Mistake => ({ path: path.map(String).join('.') || '(all)', message });

/** A choice between shapes is explained by the shape that was meant; where that is not plain, by what tells them apart. */
function mistakesOfChoice(choice: Choice, path: readonly PropertyKey[]): Mistake[] {
  const shapes = choice.errors.filter((issues) => wantedBy(issues) === null);
  if (shapes.length === 0) {
    const wanted = choice.errors.flatMap((issues) => wantedBy(issues) ?? []);
    return [wrongAt(path, mustBe(choice.input, listOf([...new Set(wanted)], 'or')))];
  }
  const begun = shapes.filter((issues) => !issues.some(isMissingName));
  if (begun.length > 1 && begun.every((issues) => strangersIn(issues).length > 0))
    return [wrongAt(path, `takes only one of ${listOf([...new Set(begun.flatMap(strangersIn))], 'and')}`)];
  const meant = begun.toSorted((a, b) => strangersIn(a).length - strangersIn(b).length || depth(b) - depth(a))[0];
  if (meant) return mistakesAt(meant, path);
  if (shapes.length === 1) return mistakesAt(shapes[0]!, path);
  const names = [...new Set(shapes.flatMap((issues) => issues.filter(isMissingName).map(({ path }) => path[0])))];
  const strangers = strangersIn(shapes[0]!).filter((key) => shapes.every((issues) => strangersIn(issues).includes(key)));
  return strangers.length > 0
    ? strangers.map((key) => wrongAt([...path, key], `is not a field here; it must be ${oneOf(names)}`))
    : [wrongAt(path, `must have ${oneOf(names)}`)];
}

/** What a shape wants in place of a value of another type, or of a word that is not known; null where the value is wrong further within. */
function wantedBy(issues: readonly Issue[]): string[] | null {
  for (const issue of issues) {
    if (issue.path.length > 0) continue;
    if (issue.code === 'invalid_type') return [sayType(issue.expected)];
    if (issue.code === 'invalid_value') return issue.values.map((value) => JSON.stringify(value));
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) continue;
    const wanted = issue.errors.map(wantedBy);
    if (wanted.every((each) => each !== null)) return wanted.flat();
  }
  return null;
}
const isMissingName = (issue: Issue): boolean => issue.path.length === 1 && issue.input === undefined;
const strangersIn = (issues: readonly Issue[]): string[] =>
  issues.flatMap((issue) => (issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : []));
const depth = (issues: readonly Issue[]): number => Math.max(0, ...issues.map((issue) => issue.path.length));

/** What one value must be. Values are not repeated: they may be secrets. */
function sayIssue(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return mustBe(issue.input, sayType(issue.expected));
    case 'invalid_value':
      return mustBe(issue.input, oneOf(issue.values));
    case 'invalid_union':
      // Of a choice by the word of one field, the word; any other is explained by its shapes.
      return issue.discriminator === undefined
        ? 'fits none of the shapes that it may have'
        : mustBe((issue.input as Record<string, unknown>)[issue.discriminator], oneOf(issue.options as readonly unknown[]));
    case 'too_small':
      return saySize(issue.origin, Number(issue.minimum), issue.exact ? 'exactly' : issue.inclusive ? 'at least' : 'more than');
    case 'too_big':
      return saySize(issue.origin, Number(issue.maximum), issue.exact ? 'exactly' : issue.inclusive ? 'at most' : 'less than');
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return `must be ${formats[issue.format] ?? 'written in another way'}`;
    case 'invalid_key':
      return `has a name that is not allowed: it ${issue.issues.map(({ message }) => message).join(', ')}`;
    default:
      return 'is not allowed here';
  }
}

const mustBe = (input: unknown, what: string): string => (input === undefined ? `is missing; it must be ${what}` : `must be ${what}`);

const types: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a set of fields',
  record: 'a set of names with their values',
  null: 'null',
};
const sayType = (type: string): string => types[type] ?? type;

/** Formats of text that no schema has words of its own for. */
const formats: Record<string, string> = {
  email: 'an e-mail address',
  url: 'an address such as https://example.com/page',
  uuid: 'an id such as 018f3c5e-7d1a-7b2c-9e4f-5a6b7c8d9e0f',
  date: 'a date such as 2026-03-01',
  datetime: 'an instant such as 2026-03-01T09:30:00Z',
};

const units: Record<string, readonly [one: string, many: string]> = { string: ['character', 'characters'], array: ['entry', 'entries'] };
function saySize(origin: string, size: number, bound: string): string {
  const unit = units[origin];
  if (!unit) return `must be ${bound} ${size}`;
  return bound === 'at least' && size === 1 ? 'must not be empty' : `must have ${bound} ${size} ${size === 1 ? unit[0] : unit[1]}`;
}

const oneOf = (values: readonly unknown[]): string => (values.length === 1 ? JSON.stringify(values[0]) : `one of ${values.join(', ')}`);
const listOf = (list: readonly string[], word: 'and' | 'or'): string =>
  list.length < 2 ? list.join() : `${list.slice(0, -1).join(', ')} ${word} ${list.at(-1)}`;
