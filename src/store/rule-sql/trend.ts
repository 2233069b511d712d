import { ms } from '#contract/instant.ts';
import { eventsInWindowMax } from '#contract/rule/window.ts';
import { eventRows, pastEvents } from './event-rows.ts';
import { among } from './formula.ts';
import type { SqlKind } from './kind.ts';
import { matchSql, propertyOf } from './match.ts';
import { sumOf } from './measure.ts';

export const trend: SqlKind<'trend'> = {
  formula(test, draft) {
    const length = ms(test.over);
    const { now } = draft.context;
    const [middle, from] = [now - length + 1, now - 2 * length + 1];
    const rows = eventRows(draft, test.name, { key: '', sql: '' });
    const match = matchSql(test, draft, from);
    const inCurrent = { match, window: `e.happened_at >= ${draft.at(middle)}`, from };
    const inBefore = { match, window: `e.happened_at >= ${draft.at(from)} and e.happened_at < ${draft.at(middle)}`, from };
    const inBoth = { match, window: `e.happened_at >= ${draft.at(from)}`, from };
    const aggregate = test.property === undefined ? 'count(*)' : sumOf(propertyOf(draft, test.property));
    const [current, before] = [rows.column(aggregate, inCurrent), rows.column(aggregate, inBefore)];
    const amounts = (): [string, string] => {
      if (test.property === undefined) {
        const counted = `least(${current.read()}, ${eventsInWindowMax})`;
        return [`${counted}::float8`, `least(${before.read()}, ${eventsInWindowMax} - ${counted})::float8`];
      }
      const isMany = `${number!.read()} > ${eventsInWindowMax}`;
      const amount = (column: typeof current, taken: typeof inCurrent): string =>
        `coalesce(case when ${isMany} then ${rows.overLatest(aggregate, taken)} else ${column.read()} end, 0)`;
      return [amount(current, inCurrent), amount(before, inBefore)];
    };
    const number = test.property === undefined ? null : rows.column('count(*)', inBoth);
    const least = draft.bind(test.atLeastBefore * (test.property === undefined ? 1 : 10_000), 'float8');
    return among(rows, () => {
      const [is, was] = amounts();
      const changed =
        test.change === 'down'
          ? `${is} * 100 <= ${was} * ${draft.bind(100 - test.percent, 'float8')}`
          : `${is} * 100 >= ${was} * ${draft.bind(100 + test.percent, 'float8')}`;
      return `${was} > 0 and ${was} >= ${least} and ${changed}`;
    });
  },
  /** An event leaves the window, and later the one before. */
  changes(test, draft) {
    const length = ms(test.over);
    const { now } = draft.context;
    const [middle, from] = [now - length + 1, now - 2 * length + 1];
    const match = matchSql(test, draft, from);
    return [
      {
        rows: () => `select e.person_id, min(e.happened_at + case when e.happened_at >= ${draft.at(middle)} then ${draft.length(length)} else ${draft.length(2 * length)} end) as at
          from event e where ${pastEvents(draft, [test.name], from)}
          ${match === '' ? '' : ` and ${match}`} group by e.person_id`,
      },
    ];
  },
};
