import type { EventTest } from '#contract/rule/conditions.ts';
import { eventsInWindowMax } from '#contract/rule/window.ts';
import type { RuleKind } from '../kind.ts';
import { toMatch } from '../match.ts';
import { countMemo, type Memo } from '../memory.ts';
import type { CountTrace } from '../traces.ts';
import { mayChangeAt } from '../question.ts';
import { compileWindow, horizonOf, isUnbounded, sayWindow, windowReads } from '../window.ts';
import { sayMatch } from '../words.ts';

const least = (test: EventTest): number => test.atLeast ?? (test.atMost === undefined ? 1 : 0);
const most = (test: EventTest): number => test.atMost ?? Number.POSITIVE_INFINITY;

/**
 * The N-th latest instant decides "at least N", the one beyond decides "at most N"; what lies in a past stretch of the calendar is kept whole. Without a
 * window only the number counts, and the latest instants are evidence.
 */
const memoOf = (test: EventTest, zone: string): Memo<CountTrace> =>
  countMemo(
    toMatch(test),
    {
      most:
        test.calendar && test.calendar.ago > 0
          ? eventsInWindowMax
          : Math.max(test.atLeast ?? 1, test.atMost === undefined ? 0 : test.atMost + 1),
      horizon: horizonOf(test),
      total: isUnbounded(test),
    },
    zone,
  );

export const event: RuleKind<'event'> = {
  compile(test, context) {
    const { id } = memoOf(test, context.zone);
    const [from, to] = [least(test), most(test)];
    if (isUnbounded(test))
      return ({ person }) => {
        const count = (person.state.memory[id] as CountTrace | undefined)?.n ?? 0;
        return count >= from && count <= to;
      };
    const window = compileWindow(test, context);
    return (question) => {
      const span = window(question);
      if (span === null) return false;
      const t = (question.person.state.memory[id] as CountTrace | undefined)?.t;
      if (!t) return from === 0;
      let end = t.length;
      while (end > 0 && t[end - 1]! >= span.to) end--;
      let start = end;
      while (start > 0 && t[start - 1]! >= span.from) start--;
      const count = end - start;
      const held = count >= from && count <= to;
      if (span.shifts !== Number.POSITIVE_INFINITY) mayChangeAt(question, span.shifts);
      else if (test.within !== undefined) {
        // Time only takes events out of the window: a held answer ends when the from-th latest leaves, a "too many" when the one too many leaves.
        const pivot = held ? from : count > to ? to + 1 : 0;
        if (pivot > 0) mayChangeAt(question, t[end - pivot]! + (question.now + 1 - span.from));
      }
      return held;
    };
  },
  reads: (test) => [`event:${test.name}`, ...windowReads(test)],
  memos: (test, zone) => [memoOf(test, zone)],
  say(test) {
    const what = sayMatch(toMatch(test));
    if (test.atMost === 0) return `no ${what}${sayWindow(test)}`;
    const count =
      test.atLeast !== undefined && test.atMost !== undefined
        ? ` ${test.atLeast} to ${test.atMost} times`
        : test.atMost !== undefined
          ? ` at most ${test.atMost} times`
          : test.atLeast !== undefined && test.atLeast > 1
            ? ` at least ${test.atLeast} times`
            : '';
    return `${what}${count}${sayWindow(test)}`;
  },
  saw(test, person, context, question) {
    const trace = person.state.memory[memoOf(test, context.zone).id] as CountTrace | undefined;
    const span = compileWindow(test, context)(question);
    const inside = trace && span ? trace.t.filter((at) => at >= span.from && at < span.to) : [];
    return inside.length > 0 ? inside.map((at) => ({ what: test.name, at })) : [{ what: `no ${test.name}${sayWindow(test)}`, at: null }];
  },
};
