import { ms, sayDuration } from '#contract/instant.ts';
import type { TrendTest } from '#contract/rule/conditions.ts';
import { amountOf } from '#contract/rule/values.ts';
import { eventsInWindowMax } from '#contract/rule/window.ts';
import type { RuleKind } from '../kind.ts';
import { toMatch } from '../match.ts';
import { countMemo, type Memo, valueMemo } from '../memory.ts';
import type { CountTrace, ValueTrace } from '../traces.ts';
import { mayChangeAt } from '../question.ts';
import { sayMatch } from '../words.ts';

function memoOf(test: TrendTest, zone: string): Memo<CountTrace> | Memo<ValueTrace> {
  const keep = { most: eventsInWindowMax, horizon: 2 * ms(test.over), total: false };
  return test.property === undefined ? countMemo(toMatch(test), keep, zone) : valueMemo(toMatch(test), test.property, keep, false, zone);
}

/** What there was in the window that ends now, and in the one before; sums in ten-thousandths. */
function amounts(test: TrendTest, trace: CountTrace | ValueTrace, now: number): { current: number; before: number } {
  const length = ms(test.over);
  let [current, before] = [0, 0];
  for (let index = Math.max(0, trace.t.length - eventsInWindowMax); index < trace.t.length; index++) {
    const at = trace.t[index]!;
    if (at > now || at <= now - 2 * length) continue;
    const amount = 'v' in trace ? (amountOf(trace.v[index]) ?? 0) : 1;
    if (at > now - length) current += amount;
    else before += amount;
  }
  return { current, before };
}

const unitOf = (test: TrendTest): number => (test.property === undefined ? 1 : 10_000);

export const trend: RuleKind<'trend'> = {
  compile(test, context) {
    const { id } = memoOf(test, context.zone);
    const length = ms(test.over);
    const least = test.atLeastBefore * unitOf(test);
    return (question) => {
      const trace = question.person.state.memory[id] as CountTrace | ValueTrace | undefined;
      if (!trace) return false;
      for (const at of trace.t) {
        mayChangeAt(question, at + length);
        mayChangeAt(question, at + 2 * length);
      }
      const { current, before } = amounts(test, trace, question.now);
      return holds(test, current, before, least);
    };
  },
  reads: (test) => [`event:${test.name}`],
  memos: (test, zone) => [memoOf(test, zone) as Memo],
  say: (test) =>
    `${test.property === undefined ? '' : `sum of ${test.property} of `}${sayMatch(toMatch(test))} ${test.change} by at least ${test.percent} % in the last ${sayDuration(test.over)} against the ${sayDuration(test.over)} before`,
  saw(test, person, context, { now }) {
    const trace = person.state.memory[memoOf(test, context.zone).id] as CountTrace | ValueTrace | undefined;
    const { current, before } = trace ? amounts(test, trace, now) : { current: 0, before: 0 };
    const unit = unitOf(test);
    return [
      {
        what: `${test.name}: ${current / unit} in the last ${sayDuration(test.over)}, ${before / unit} in the ${sayDuration(test.over)} before`,
        at: null,
      },
    ];
  },
};

/** Whether an amount went down or up by at least so many percent of what it was. Of nothing, nothing goes up or down. */
function holds({ change, percent }: TrendTest, current: number, before: number, least: number): boolean {
  if (before <= 0 || before < least) return false;
  return change === 'down' ? current * 100 <= before * (100 - percent) : current * 100 >= before * (100 + percent);
}
