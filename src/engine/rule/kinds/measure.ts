import type { MeasureTest } from '#contract/rule/conditions.ts';
import { amountOf, numberOf } from '#contract/rule/values.ts';
import { eventsInWindowMax } from '#contract/rule/window.ts';
import { compileComparison } from '../compare.ts';
import type { RuleKind } from '../kind.ts';
import { toMatch } from '../match.ts';
import { compareRemembered, keyOf, type Memo, valueMemo } from '../memory.ts';
import type { Remembered, ValueTrace } from '../traces.ts';
import { mayChangeAt, type Question } from '../question.ts';
import { compileWindow, horizonOf, isUnbounded, type Span, sayWindow, windowReads } from '../window.ts';
import { sayComparison, sayMatch } from '../words.ts';

const memoOf = (test: MeasureTest, zone: string): Memo<ValueTrace> =>
  valueMemo(
    toMatch(test),
    test.property,
    { most: isUnbounded(test) ? 0 : eventsInWindowMax, horizon: horizonOf(test), total: isUnbounded(test) },
    test.take === 'distinct' && isUnbounded(test),
    zone,
  );

/** What is taken of all that is remembered. Of nothing, sum and distinct are 0 and the rest is missing. */
function overAllTime(take: MeasureTest['take'], trace: ValueTrace | undefined): Remembered | null {
  switch (take) {
    case 'sum':
      return (trace?.s ?? 0) / 10_000;
    case 'average':
      return trace && trace.n > 0 ? trace.s / (trace.n * 10_000) : null;
    case 'min':
      return trace?.lo ?? null;
    case 'max':
      return trace?.hi ?? null;
    case 'distinct':
      return trace?.d?.length ?? 0;
    case 'first':
      return trace?.first?.[1] ?? null;
    case 'last':
      return trace?.last?.[1] ?? null;
  }
}

/** What is taken of the latest values that lie in a stretch of the past. */
function within(take: MeasureTest['take'], trace: ValueTrace, span: Span): Remembered | null {
  const from = Math.max(0, trace.t.length - eventsInWindowMax);
  const amounts: number[] = [];
  const numbers: number[] = [];
  const keys = new Set<string>();
  let [first, last]: [[number, Remembered] | null, [number, Remembered] | null] = [null, null];
  for (let index = from; index < trace.t.length; index++) {
    const at = trace.t[index]!;
    const value = trace.v[index];
    if (at < span.from || at >= span.to || value === null || value === undefined) continue;
    if (Array.isArray(value)) {
      for (const key of value) keys.add(key);
      continue;
    }
    keys.add(keyOf(value));
    const amount = amountOf(value);
    if (amount !== null) {
      amounts.push(amount);
      numbers.push(numberOf(value)!);
    }
    if (first === null || at < first[0] || (at === first[0] && compareRemembered(value, first[1]) < 0)) first = [at, value];
    if (last === null || at > last[0] || (at === last[0] && compareRemembered(value, last[1]) > 0)) last = [at, value];
  }
  const sum = amounts.reduce((before, each) => before + each, 0);
  switch (take) {
    case 'sum':
      return sum / 10_000;
    case 'average':
      return amounts.length > 0 ? sum / (amounts.length * 10_000) : null;
    case 'min':
      return numbers.length > 0 ? Math.min(...numbers) : null;
    case 'max':
      return numbers.length > 0 ? Math.max(...numbers) : null;
    case 'distinct':
      return keys.size;
    case 'first':
      return first?.[1] ?? null;
    case 'last':
      return last?.[1] ?? null;
  }
}

function measured(test: MeasureTest, trace: ValueTrace | undefined, span: Span): Remembered | null {
  if (isUnbounded(test)) return overAllTime(test.take, trace);
  return trace ? within(test.take, trace, span) : test.take === 'sum' || test.take === 'distinct' ? 0 : null;
}

export const measure: RuleKind<'measure'> = {
  compile(test, context) {
    const { id } = memoOf(test, context.zone);
    const window = compileWindow(test, context);
    const holds = compileComparison(test, context);
    return (question: Question) => {
      const span = window(question);
      if (span === null) return false;
      const trace = question.person.state.memory[id] as ValueTrace | undefined;
      if (trace && test.within !== undefined) {
        const oldest = trace.t.find((at) => at >= span.from);
        if (oldest !== undefined) mayChangeAt(question, oldest + (span.to - span.from));
      } else if (trace && test.calendar) mayChangeAt(question, span.shifts);
      return holds(measured(test, trace, span), question);
    };
  },
  reads: (test) => [`event:${test.name}`, ...windowReads(test)],
  memos: (test, zone) => [memoOf(test, zone)],
  say: (test) =>
    sayComparison(
      `${test.take === 'distinct' ? 'number of different' : test.take} ${test.property} of ${sayMatch(toMatch(test))}${sayWindow(test)}`,
      test,
    ),
  saw(test, person, context, question) {
    const span = compileWindow(test, context)(question);
    const trace = person.state.memory[memoOf(test, context.zone).id] as ValueTrace | undefined;
    const value = span ? measured(test, trace, span) : null;
    return [
      { what: `${test.take} ${test.property} of ${test.name} is ${value ?? 'not known'}`, at: trace?.t.at(-1) ?? trace?.last?.[0] ?? null },
    ];
  },
};
