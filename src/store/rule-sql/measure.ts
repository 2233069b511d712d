import type { MeasureTest } from '#contract/rule/conditions.ts';
import { amountMax } from '#contract/rule/values.ts';
import { eventsInWindowMax } from '#contract/rule/window.ts';
import { compareSql, holdsForNothing } from './compare.ts';
import { eventRows } from './event-rows.ts';
import { windowChanges, withWindow } from './event.ts';
import { among, no, not } from './formula.ts';
import type { SqlKind } from './kind.ts';
import { matchSql, propertyOf } from './match.ts';
import { numberOperand, type Operand } from './operand.ts';
import { windowSql } from './window.ts';

export const measure: SqlKind<'measure'> = {
  formula(test, draft) {
    const window = windowSql(test, draft);
    if (window.of === 'nobody') return no;
    const property = propertyOf(draft, test.property);
    const isWindowed = test.within !== undefined || test.since !== undefined || test.calendar !== undefined;
    const isDistinct = test.take === 'distinct';
    const joined = isDistinct
      ? { key: `${window.joined.key} distinct ${test.property}`, sql: window.joined.sql + elements(property.json) }
      : window.joined;
    const rows = eventRows(draft, test.name, joined);
    const taken = { match: matchSql(test, draft, window.from), window: window.inside, from: window.from };
    const sinceItBegan = window.later === null ? window.inside : `(${window.inside} or ${window.later})`;
    const isOnce = isDistinct ? ['coalesce(item.n, 1) = 1'] : [];
    const number = rows.column('count(*)', { ...taken, window: [sinceItBegan, ...isOnce].filter(Boolean).join(' and ') });

    /** An aggregate over the events in the window; over the latest of them only, for those who did more. `kept` says which events it takes. */
    const over = (aggregate: string, kept?: string): (() => string) => {
      const column = rows.column(aggregate, { ...taken, match: [taken.match, kept].filter(Boolean).join(' and ') });
      if (!isWindowed) return column.read;
      const latest = (): string => rows.overLatest(kept === undefined ? aggregate : `${aggregate} filter (where ${kept})`, taken);
      return () => `case when ${number.read()} > ${eventsInWindowMax} then ${latest()} else ${column.read()} end`;
    };
    const value = measured(test.take, property, isWindowed, over);
    const holds = (): string => compareSql(value(), test, draft);
    if (!holdsForNothing(test, test.take === 'sum' || isDistinct ? 0 : null)) return among(rows, holds);
    return withWindow(window, not(among(rows, () => `(${holds()}) is not true`)));
  },
  changes: (test, draft) => windowChanges(test, draft),
};

/** A row for each element of a list, and one for what is no list. */
const elements = (property: string): string =>
  ` left join lateral jsonb_array_elements(case when jsonb_typeof(${property}) = 'array' then ${property} else jsonb_build_array(${property}) end) with ordinality as item (value, n) on true`;

type Over = (aggregate: string, kept?: string) => () => string;

function measured(take: MeasureTest['take'], property: Operand, isWindowed: boolean, over: Over): () => Operand {
  const number = amountOf(property);
  switch (take) {
    case 'sum': {
      const sum = over(sumOf(property));
      return () => numberOperand(`(coalesce(${sum()}, 0) / 10000)`);
    }
    case 'average': {
      const [sum, count] = [over(sumOf(property)), over(`count(${number})`)];
      return () => numberOperand(`((${sum()}) / ((${count()}) * 10000))`);
    }
    case 'min':
    case 'max': {
      const least = over(`${take}(${number})`);
      return () => numberOperand(`(${least()})`);
    }
    case 'distinct': {
      const count = over('count(distinct rule_key(item.value))');
      return () => numberOperand(isWindowed ? `(${count()})::float8` : `least(${count()}, ${eventsInWindowMax})::float8`);
    }
    case 'first':
    case 'last': {
      const value = `rule_remembered(${property.json})`;
      const way = take === 'first' ? 'asc' : 'desc';
      // At one instant: false, true, numbers, texts by their characters.
      const order = [
        'e.happened_at',
        `case jsonb_typeof(${value}) when 'boolean' then 0 when 'number' then 1 else 2 end`,
        `case jsonb_typeof(${value}) when 'number' then rule_number(${value}) when 'boolean' then (${value})::boolean::int end`,
        `(${value} #>> '{}') collate "C"`,
      ];
      const values = over(`array_agg(${value} order by ${order.map((each) => `${each} ${way}`).join(', ')})`, `${value} is not null`);
      return () => ({ json: `(${values()})[1]`, raw: `((${values()})[1] #>> '{}')` });
    }
  }
}

/** The sum of a property in ten-thousandths. Whole numbers, so that the order in which they are added does not matter. */
export const sumOf = (property: Operand): string => `sum(floor(${amountOf(property)} * 10000 + 0.5))`;

/** A property as a number, when it is one and not beyond what sums take. */
const amountOf = ({ json, raw }: Operand): string =>
  `case jsonb_typeof(${json}) when 'number' then case when length(${raw}) < 300 then case when abs(${raw}::float8) <= ${amountMax} then ${raw}::float8 end else rule_measured(${json}) end when 'string' then rule_measured(${json}) end`;
