import { atPath } from '../json.ts';

/**
 * How a rule reads values, said once for both readers: the engine calls these functions, and the database has the same in SQL (`rule_text`,
 * `rule_number`, `rule_instant`). docs/rules.md has them in words.
 */

/** Letters beyond a to z that have a small form of one character: those of Latin, Greek and Cyrillic writing. */
const capitals: string[] = [];
const smalls: string[] = [];
for (const [from, to] of [
  [0xc0, 0x24f],
  [0x370, 0x3ff],
  [0x400, 0x52f],
  [0x1e00, 0x1eff],
] as const)
  for (let code = from; code <= to; code++) {
    const capital = String.fromCodePoint(code);
    const small = capital.toLowerCase();
    if (small !== capital && small.length === 1) {
      capitals.push(capital);
      smalls.push(small);
    }
  }
/** The alphabet of `fold`, capital by small, in the order of their code points. */
export const alphabet = { capitals: capitals.join(''), smalls: smalls.join('') };
const smallOf = new Map(capitals.map((capital, index) => [capital, smalls[index]!]));

/** Text without regard to case. Other writings, and letters whose small form is not one character, stay as they are. */
export function fold(text: string): string {
  let folded = '';
  let plain = true;
  for (let index = 0; index < text.length; index++)
    if (text.charCodeAt(index) > 127) {
      plain = false;
      break;
    }
  if (plain) return text.toLowerCase();
  for (const letter of text) folded += letter >= 'A' && letter <= 'Z' ? letter.toLowerCase() : (smallOf.get(letter) ?? letter);
  return folded;
}

/** The texts that are read as numbers; the bound on digits keeps them inside what a double can hold. */
export const numberPattern = '^[ \\t\\n\\r]*[+-]?([0-9]{1,30}([.][0-9]{0,30})?|[.][0-9]{1,30})([eE][+-]?[0-9]{1,2})?[ \\t\\n\\r]*$';
const numeral = new RegExp(numberPattern);

/** A number, or a text that is written like one. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && numeral.test(value) ? Number(value) : null;
}

/** A folded text; true and false are texts too, numbers are not. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? fold(value) : typeof value === 'boolean' ? String(value) : null;
}

/** Amounts beyond this are no amounts: so that sums of 1,000 of them, in ten-thousandths, stay exact. */
export const amountMax = 1e8;

/** What a sum or an average takes of a value: ten-thousandths, rounded half up. Null when it is no number, or beyond `amountMax`. */
export function amountOf(value: unknown): number | null {
  const number = numberOf(value);
  return number === null || Math.abs(number) > amountMax ? null : Math.floor(number * 10_000 + 0.5);
}

/** The value at a dotted path; with `[]`, a list of what each element of the list there has. */
export function valueAt(value: unknown, path: string): unknown {
  const place = path.indexOf('[]');
  if (place < 0) return atPath(value, path);
  const list = atPath(value, path.slice(0, place));
  if (!Array.isArray(list)) return undefined;
  const rest = path.slice(place + 3);
  return rest === '' ? list : list.map((each) => atPath(each, rest)).filter((each) => each !== undefined);
}

/** Null, missing and the empty text. */
export const isMissing = (value: unknown): boolean => value === undefined || value === null || value === '';
