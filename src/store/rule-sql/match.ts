import { day, type Instant } from '#contract/instant.ts';
import type { EventMatch } from '#contract/rule/event-match.ts';
import type { RuleSqlContext } from './context.ts';
import { compareSql } from './compare.ts';
import type { Draft } from './draft.ts';
import { atPath, type Operand } from './operand.ts';

type Narrowing = Pick<EventMatch, 'where' | 'weekdays' | 'hours'>;

/** A property of an event `e`. */
export const propertyOf = (draft: Draft, property: string): Operand => atPath(draft, 'e.body', `properties.${property}`);

/** Conditions on an event `e` beyond its name, "" for none. Nothing before `from` is asked about. */
export function matchSql({ where, weekdays, hours }: Narrowing, draft: Draft, from: Instant): string {
  const conditions = (where ?? []).map((test) => compareSql(propertyOf(draft, test.property), test, draft));
  if (weekdays || hours) {
    const local = localClock(draft, from);
    if (weekdays) conditions.push(`extract(isodow from ${local})::int = any(${draft.bind([...weekdays], 'int[]')})`);
    if (hours) {
      const [start, end] = [draft.bind(hours.from, 'time'), draft.bind(hours.to, 'time')];
      conditions.push(`(${local}::time >= ${start} ${hours.from < hours.to ? 'and' : 'or'} ${local}::time < ${end})`);
    }
  }
  return conditions.join(' and ');
}

/** What clocks showed in the workspace's zone when the event `e` happened, as a timestamp without a zone. */
function localClock(draft: Draft, from: Instant): string {
  const { context } = draft;
  const { at, offsets } = offsetsBetween(context, Math.max(from, 0));
  const ahead =
    at.length === 0
      ? draft.bind(offsets[0]!, 'int')
      : `(${draft.bind(offsets, 'int[]')})[width_bucket(e.happened_at, ${draft.bind(
          at.map((each) => new Date(each).toISOString()),
          'timestamptz[]',
        )}) + 1]`;
  return `(e.happened_at at time zone 'UTC' + ${ahead} * interval '1 second')`;
}

/**
 * How far [seconds] clocks of the workspace's zone were ahead of UTC, and at which instants that changed. The database has a list of time zones of its own,
 * which may be older or newer than ours; so it is told.
 */
function offsetsBetween({ now, zone, local }: RuleSqlContext, from: Instant): { at: Instant[]; offsets: number[] } {
  const at: Instant[] = [];
  const offsets = [local.offsetAt(from, zone)];
  for (let step = from; step < now; step += 7 * day) {
    const until = Math.min(step + 7 * day, now);
    const offset = local.offsetAt(until, zone);
    if (offset === offsets.at(-1)) continue;
    let [low, high] = [step, until];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (local.offsetAt(middle, zone) === offset) high = middle;
      else low = middle;
    }
    at.push(high);
    offsets.push(offset);
  }
  return { at, offsets: offsets.map((each) => Math.round(each / 1000)) };
}
