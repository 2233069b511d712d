import { ms } from '#contract/instant.ts';
import type { SequenceTest } from '#contract/rule/conditions.ts';
import type { EventMatch } from '#contract/rule/event-match.ts';
import type { Draft } from './draft.ts';
import { pastEvents } from './event-rows.ts';
import { among } from './formula.ts';
import type { SqlKind } from './kind.ts';
import { matchSql } from './match.ts';

export const sequence: SqlKind<'sequence'> = {
  formula(test, draft) {
    const { context } = draft;
    const lastFrom = test.last === undefined ? Number.NEGATIVE_INFINITY : context.now - ms(test.last) + 1;
    return among(
      draft.shared(JSON.stringify(['sequence', test]), 'sequence', (name) => ({
        name,
        render: () =>
          test.happened
            ? `select person_id from (${pairs(test, draft, lastFrom)}) s group by person_id`
            : `select f.person_id from (${latestFirst(test, draft, lastFrom)} having max(e.happened_at) <= ${draft.asOf} - ${draft.length(ms(test.within))}) f where ${noneCame(test, draft, lastFrom)}`,
      })),
      () => 'true',
    );
  },
  changes(test, draft) {
    const { now } = draft.context;
    const last = test.last === undefined ? null : ms(test.last);
    const lastFrom = last === null ? Number.NEGATIVE_INFINITY : now - last + 1;
    // What came to pass passes out of the last …
    if (test.happened)
      return last === null
        ? []
        : [
            {
              rows: () =>
                `select person_id, max(happened_at) + ${draft.length(last)} as at from (${pairs(test, draft, lastFrom)}) s group by person_id`,
            },
          ];
    // What did not come has not come when the time is over; and later that passes too.
    const over = `f.happened_at + ${draft.length(ms(test.within))}`;
    const at = last === null ? `${over}` : `case when ${over} > ${draft.asOf} then ${over} else ${over} + ${draft.length(last)} end`;
    return [
      {
        rows: () =>
          `select f.person_id, ${at} as at from (${latestFirst(test, draft, lastFrom)}) f where ${noneCame(test, draft, lastFrom)}${last === null ? ` and ${over} > ${draft.asOf}` : ''}`,
      },
    ];
  },
};

const both = (...conditions: string[]): string => conditions.filter(Boolean).join(' and ');

/**
 * The second events that came within the time after a first, and not before `from`; some of them twice. Both are told apart by stretches of that time too, of
 * which a first may lie in two: by the person alone, somebody who did each of them 50,000 times would have them all compared with each other.
 */
function pairs(test: SequenceTest, draft: Draft, from: number): string {
  const within = ms(test.within);
  const begin = from - within;
  const length = draft.length(within);
  const stretchOf = (at: string): string => `date_bin(${length}, ${at}, timestamptz '1000-01-01 00:00:00+00')`;
  const where = (event: EventMatch, since: number): string => both(pastEvents(draft, [event.event], since), matchSql(event, draft, since));
  return `select t.person_id, t.happened_at from (select e.person_id, e.happened_at from event e where ${where(test.then, from)}) t cross join (values (interval '0'), (${length})) as v (ago)
    where exists (select 1 from event e where ${where(test.first, begin)} and e.person_id = t.person_id and ${stretchOf('e.happened_at')} = ${stretchOf('t.happened_at')} - v.ago
      and e.happened_at < t.happened_at and e.happened_at >= t.happened_at - ${length})`;
}

/** The latest first of each person; a statement that ends in its `group by`. What is too long ago to matter is left out. */
function latestFirst(test: SequenceTest, draft: Draft, from: number): string {
  const begin = from - ms(test.within);
  const where = both(pastEvents(draft, [test.first.event], begin), matchSql(test.first, draft, begin));
  return `select e.person_id, max(e.happened_at) as happened_at from event e where ${where} group by e.person_id`;
}

function noneCame(test: SequenceTest, draft: Draft, from: number): string {
  const begin = from - ms(test.within);
  const where = both(pastEvents(draft, [test.then.event], begin), matchSql(test.then, draft, begin));
  return `not exists (select 1 from event e where ${where} and e.person_id = f.person_id and e.happened_at > f.happened_at and e.happened_at <= f.happened_at + ${draft.length(ms(test.within))})`;
}
