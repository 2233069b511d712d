import type { Draft } from './draft.ts';
import { isStorable } from './draft.ts';

/** A value that is compared, as SQL: each way in which operators may want it. */
export interface Operand {
  /** jsonb, or null. */
  json: string;
  /** The same as text: of a text its characters, of a list something that is not empty. Null for null. */
  raw: string;
  /** It is a column of type text. */
  isText?: true;
  /** It is a float8. */
  number?: string;
  /** It is a timestamptz, compared as ISO text in UTC where operators want a text. */
  at?: string;
}

/** What stands at a dotted path of a jsonb; with `[]`, a list of what each element of the list there has. */
export function atPath(draft: Draft, json: string, path: string): Operand {
  const place = path.indexOf('[]');
  if (place < 0) return plainPath(draft, json, path.split('.'));
  const list = plainPath(draft, json, path.slice(0, place).split('.')).json;
  const rest = path.slice(place + 3);
  if (rest === '') {
    const whole = `case when jsonb_typeof(${list}) = 'array' then ${list} end`;
    return { json: whole, raw: `(${whole}) #>> '{}'` };
  }
  const each = plainPath(draft, 'item.value', rest.split('.')).json;
  const collected = `case when jsonb_typeof(${list}) = 'array' then (select coalesce(jsonb_agg(${each}) filter (where ${each} is not null), '[]') from ${elementsOf(list)} item) end`;
  return { json: collected, raw: `(${collected}) #>> '{}'` };
}

/**
 * One operator takes the whole path, because each step unpacks the value again. It would read " 1" as an index and skip blanks; the step by name does not,
 * and on a list finds nothing.
 */
function plainPath(draft: Draft, json: string, parts: string[]): Operand {
  if (!parts.every(isStorable)) return { json: 'null::jsonb', raw: 'null::text' };
  const isOdd = (part: string): boolean => /^\s+[+-]?\d+$/.test(part);
  if (!parts.some(isOdd)) {
    const path = draft.bind(parts, 'text[]');
    return { json: `(${json} #> ${path})`, raw: `(${json} #>> ${path})` };
  }
  const stepped = parts.reduce(
    (from, part) => (isOdd(part) ? `(${from} -> ${draft.bind(part, 'text')})` : `(${from} #> ${draft.bind([part], 'text[]')})`),
    json,
  );
  return { json: stepped, raw: `(${stepped} #>> '{}')` };
}

/** The elements of a list; of anything else, none. Asked inside, because conditions are evaluated in any order. */
export const elementsOf = (json: string): string => `jsonb_array_elements(case when jsonb_typeof(${json}) = 'array' then ${json} end)`;

export const textColumn = (column: string): Operand => ({ json: `to_jsonb(${column})`, raw: column, isText: true });

export const numberOperand = (sql: string): Operand => ({ json: `to_jsonb(${sql})`, raw: `(${sql})::text`, number: sql });

export function instantColumn(column: string): Operand {
  const iso = `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  return { json: `to_jsonb(${iso})`, raw: iso, at: column };
}
