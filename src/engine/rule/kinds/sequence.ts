import { ms, sayDuration } from '#contract/instant.ts';
import type { SequenceTest } from '#contract/rule/conditions.ts';
import type { RuleKind } from '../kind.ts';
import { gapMemo, type Memo, sequenceMemo } from '../memory.ts';
import type { SequenceTrace } from '../traces.ts';
import { mayChangeAt } from '../question.ts';
import { sayMatch } from '../words.ts';

const memoOf = (test: SequenceTest, zone: string): Memo<SequenceTrace> =>
  test.happened ? sequenceMemo(test.first, test.then, ms(test.within), zone) : gapMemo(test.first, test.then, zone);

/** When it came to pass: the second event, or the end of the time in which it did not come. Null when it did not, or not yet. */
function cameToPass(test: SequenceTest, trace: SequenceTrace | undefined): number | null {
  if (!trace) return null;
  if (test.happened) return trace.hit;
  if (trace.a === null) return null;
  const end = trace.a + ms(test.within);
  return trace.hit !== null && trace.hit <= end ? null : end;
}

export const sequence: RuleKind<'sequence'> = {
  compile(test, context) {
    const { id } = memoOf(test, context.zone);
    const last = test.last === undefined ? Number.POSITIVE_INFINITY : ms(test.last);
    return (question) => {
      const at = cameToPass(test, question.person.state.memory[id] as SequenceTrace | undefined);
      if (at === null) return false;
      mayChangeAt(question, at);
      if (last !== Number.POSITIVE_INFINITY) mayChangeAt(question, at + last);
      return at <= question.now && at > question.now - last;
    };
  },
  reads: (test) => [...new Set([`event:${test.first.event}`, `event:${test.then.event}`])],
  memos: (test, zone) => [memoOf(test, zone)],
  say(test) {
    const last = test.last === undefined ? '' : ` in the last ${sayDuration(test.last)}`;
    return `${sayMatch(test.first)} and ${test.happened ? 'then' : 'no'} ${sayMatch(test.then)} within ${sayDuration(test.within)}${last}`;
  },
  saw(test, person, context) {
    const trace = person.state.memory[memoOf(test, context.zone).id] as SequenceTrace | undefined;
    const at = cameToPass(test, trace);
    if (test.happened)
      return [at === null ? { what: `no ${test.then.event} after ${test.first.event} in time`, at: null } : { what: test.then.event, at }];
    if (!trace || trace.a === null) return [{ what: `no ${test.first.event}`, at: null }];
    return [
      { what: test.first.event, at: trace.a },
      trace.hit === null ? { what: `no ${test.then.event} since`, at: null } : { what: test.then.event, at: trace.hit },
    ];
  },
};
