import { z } from 'zod';
import { Duration, instantOf } from '../instant.ts';

const Scalar = z.union([z.string().max(1000), z.number(), z.boolean()]);
const Days = z.tuple([z.int().min(-3660).max(3660), z.int().min(-3660).max(3660)]);

/** What an operator compares with. */
const takes = {
  nothing: (value: unknown) => value === undefined,
  value: (value: unknown) => value !== undefined && !Array.isArray(value),
  number: (value: unknown) => typeof value === 'number',
  text: (value: unknown) => typeof value === 'string' && value !== '',
  list: (value: unknown) => Array.isArray(value) && value.length > 0,
  range: (value: unknown) =>
    Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'number') && value[0]! <= value[1]!,
  date: (value: unknown) => instantOf(value) !== null,
  duration: (value: unknown) => Duration.safeParse(value).success && /[1-9]/.test(String(value)),
  days: (value: unknown) => Days.safeParse(value).success && (value as number[])[0]! <= (value as number[])[1]!,
} as const;
export type Takes = keyof typeof takes;

const askedFor: Record<Takes, string> = {
  nothing: 'takes no value',
  value: 'takes one value',
  number: 'takes a number',
  text: 'takes a text',
  list: 'takes a list',
  range: 'takes two numbers, the lower one first',
  date: 'takes a date such as 2026-03-01 or an instant such as 2026-03-01T09:30:00Z',
  duration: 'takes a duration such as P14D',
  days: 'takes two whole numbers of days, the lower one first',
};

export type ValueType = 'text' | 'number' | 'boolean' | 'date' | 'list';

interface OperatorMeaning {
  takes: Takes;
  /** Types of value for which an editor offers it. */
  of: readonly ValueType[];
  /** Whether the passing of time alone can change the answer. */
  timed?: true;
}

const all: readonly ValueType[] = ['text', 'number', 'boolean', 'date', 'list'];

/** How a value is compared with what is wanted. docs/rules.md says exactly when each holds. */
export const operators = {
  equals: { takes: 'value', of: ['text', 'number', 'boolean', 'list'] },
  'not-equals': { takes: 'value', of: ['text', 'number', 'boolean', 'list'] },
  'one-of': { takes: 'list', of: ['text', 'number', 'list'] },
  'none-of': { takes: 'list', of: ['text', 'number', 'list'] },
  'has-all': { takes: 'list', of: ['list'] },
  contains: { takes: 'value', of: ['text', 'list'] },
  'not-contains': { takes: 'value', of: ['text', 'list'] },
  'starts-with': { takes: 'text', of: ['text'] },
  'ends-with': { takes: 'text', of: ['text'] },
  greater: { takes: 'number', of: ['number'] },
  'at-least': { takes: 'number', of: ['number'] },
  less: { takes: 'number', of: ['number'] },
  'at-most': { takes: 'number', of: ['number'] },
  between: { takes: 'range', of: ['number'] },
  before: { takes: 'date', of: ['date'] },
  after: { takes: 'date', of: ['date'] },
  'within-last': { takes: 'duration', of: ['date'], timed: true },
  'within-next': { takes: 'duration', of: ['date'], timed: true },
  'longer-ago': { takes: 'duration', of: ['date'], timed: true },
  'further-ahead': { takes: 'duration', of: ['date'], timed: true },
  'in-days': { takes: 'days', of: ['date'], timed: true },
  'anniversary-in': { takes: 'days', of: ['date'], timed: true },
  exists: { takes: 'nothing', of: all },
  missing: { takes: 'nothing', of: all },
} as const satisfies Record<string, OperatorMeaning>;

export const Operator = z.enum(Object.keys(operators) as [keyof typeof operators, ...(keyof typeof operators)[]]);
export type Operator = z.infer<typeof Operator>;
export const meaningOf = (op: Operator): OperatorMeaning => operators[op];
export const isTimed = (op: Operator): boolean => meaningOf(op).timed === true;

/** The part of a condition that compares: an operator, and the value that it takes. */
export const comparison = {
  op: Operator,
  value: z.union([Scalar, z.array(Scalar).min(1).max(200)]).optional(),
};
export interface Comparison {
  op: Operator;
  value?: z.infer<typeof comparison.value>;
}

/** Refuses a value that the operator cannot take. */
export function refineComparison(test: Comparison, context: z.RefinementCtx): void {
  const wanted = meaningOf(test.op).takes;
  if (!takes[wanted](test.value)) context.addIssue({ code: 'custom', path: ['value'], message: `${test.op} ${askedFor[wanted]}` });
  if (test.op === 'anniversary-in' && Array.isArray(test.value) && !(Number(test.value[0]) >= 0 && Number(test.value[1]) <= 366))
    context.addIssue({ code: 'custom', path: ['value'], message: 'anniversary-in looks from 0 to at most 366 days ahead' });
}

/** A dotted path. `[]` after one part stands for every element of the list there. */
export const Path = z
  .string()
  .min(1)
  .max(200)
  .refine(
    (path) => path.split('.').every((part) => /^[^[\]]+(\[\])?$/.test(part) && !/^([+-]\d|0\d)/.test(part)) && path.split('[]').length <= 2,
    {
      message: 'must be a dotted path; at most one part may end in [] for every element of a list',
    },
  )
  .describe('Dotted path; products[].sku looks at every element of a list');
