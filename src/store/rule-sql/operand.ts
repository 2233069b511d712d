import { type Draft, isStorable } from './draft.ts';

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
  if (!isStorable(rest)) return nothing;
  return ofJson(`rule_each(${list}, ${draft.bind(rest === '' ? [] : rest.split('.'), 'text[]')})`);
}

const nothing: Operand = { json: 'null::jsonb', raw: 'null::text' };
export const ofJson = (json: string): Operand => ({ json, raw: `(${json} #>> '{}')` });

/**
 * One operator takes the whole path where it can, because each step unpacks the value again. It would read " 1" as a place in a list and skip the blank;
 * the step by name finds nothing in a list.
 */
function plainPath(draft: Draft, json: string, parts: string[]): Operand {
  if (!parts.every(isStorable)) return nothing;
  if (parts.some((part) => /^\s+[+-]?\d+$/.test(part))) return ofJson(`rule_at(${json}, ${draft.bind(parts, 'text[]')})`);
  const path = draft.bind(parts, 'text[]');
  return { json: `(${json} #> ${path})`, raw: `(${json} #>> ${path})` };
}

export const textColumn = (column: string): Operand => ({ json: `to_jsonb(${column})`, raw: column, isText: true });

export const numberOperand = (sql: string): Operand => ({ json: `to_jsonb(${sql})`, raw: `(${sql})::text`, number: sql });

export function instantColumn(column: string): Operand {
  const iso = `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  return { json: `to_jsonb(${iso})`, raw: iso, at: column };
}
