import { type Instant, toIso } from '#contract/instant.ts';
import type { Bindable } from '../database.ts';
import { byZone, type RuleSqlContext } from './context.ts';

/** Rows with a `person_id` each, at most one a person, that conditions ask about. */
export interface Rows {
  /** The name under which a statement has them. */
  readonly name: string;
  render(): string;
  /** The ids of those who have a row, some of them more than once: cheaper, where that does no harm. */
  loose?(): string;
}

/** A statement in the making: the values that it binds, and the rows that its conditions share. */
export class Draft {
  #values: Bindable[] = [];
  #places = new Map<string, string>();
  #rows: Rows[] = [];
  #shared = new Map<string, Rows>();

  readonly context: RuleSqlContext;

  constructor(context: RuleSqlContext) {
    this.context = context;
  }

  /** Binds a value, each one once. */
  bind = (value: Bindable, type: string): string => {
    const key = JSON.stringify([type, value]);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = `$${this.#values.push(value)}::${type}`;
    this.#places.set(key, place);
    return place;
  };

  /** An instant as a timestamptz; one that no calendar of the database has becomes its first or last. */
  at = (at: Instant): string => this.bind(toIso(Math.min(Math.max(at, earliest), latest)), 'timestamptz');
  /** An instant or a length as a bigint of milliseconds. */
  ms = (ms: number): string => this.bind(Math.min(Math.max(ms, -8.64e15), 8.64e15), 'bigint');
  /** A length as an interval; one that is longer than calendars reach is as good as any that is. */
  length = (ms: number): string => this.bind(`${Math.min(ms, longest) / 1000} seconds`, 'interval');

  get workspace(): string {
    return this.bind(this.context.workspace, 'int');
  }
  get asOf(): string {
    return this.at(this.context.now);
  }
  /**
   * " and alias.lane = any(…)", or nothing when all lanes are meant. Events are found by their names: their lanes are no key to them, because the index that begins with lanes
   * would be read for all that ever happened there (800 in place of 100 ms).
   */
  inLanes(alias: string): string {
    if (!this.context.lanes) return '';
    return alias === 'e'
      ? ` and e.lane + 0 = any(${this.bind([...this.context.lanes], 'int[]')})`
      : ` and ${alias}.lane = any(${this.bind([...this.context.lanes], 'smallint[]')})`;
  }

  /** Rows that several conditions ask about; made when the first of them asks. */
  shared<R extends Rows>(key: string, prefix: string, make: (name: string) => R): R {
    let rows = this.#shared.get(key);
    if (!rows) {
      rows = make(`${prefix}${this.#rows.length + 1}`);
      this.#shared.set(key, rows);
      this.#rows.push(rows);
    }
    return rows as R;
  }

  /** The value that the zone of the person `alias` stands for. */
  zoned(alias: string, type: string, answer: (zone: string) => number | boolean | null): string {
    const { usual, others } = byZone(this.context, answer);
    const value = (each: number | boolean | null): string => (type === 'timestamptz' ? this.at(Number(each)) : this.bind(each, type));
    if (others.length === 0) return value(usual);
    const cases = others.map(({ zones, value: other }) => `when ${alias}.zone = any(${this.bind(zones, 'text[]')}) then ${value(other)}`);
    return `case ${cases.join(' ')} else ${value(usual)} end`;
  }

  /** The statement, with the rows that it names before it. Rows are rendered last, because what is asked of them decides what they have. */
  statement(select: string): { sql: string; values: Bindable[] } {
    let sql = '';
    for (const rows of this.#rows) {
      if (!new RegExp(`\\b${rows.name}\\b`).test(select)) continue;
      sql += `${sql === '' ? 'with ' : ',\n'}${rows.name} as (${rows.render()})`;
    }
    // What was bound and then not needed would be a value without a type.
    const values: Bindable[] = [];
    const places = new Map<string, string>();
    const numbered = `${sql}${sql === '' ? '' : '\n'}${select}`.replace(/\$(\d+)/g, (_, number: string) => {
      let place = places.get(number);
      if (place === undefined) {
        place = `$${values.push(this.#values[Number(number) - 1]!)}`;
        places.set(number, place);
      }
      return place;
    });
    return { sql: numbered, values };
  }
}

const earliest = Date.UTC(1000, 0);
const latest = Date.UTC(10_000, 0) - 1;
const longest = 5_000 * 365 * 86_400_000;

/** Whether a database can hold a text: neither the character 0 nor half a character. What cannot be stored is nobody's. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
