import { readAddress, readPhone } from '#contract/address.ts';
import type { DefinitionDocument } from '#contract/definition.ts';
import { countryCodes, type Field, type FieldSource, ownPaths, type unfitKinds } from '#contract/field.ts';
import type { Fact } from '#contract/fact.ts';
import { type Instant, instantOf, ms } from '#contract/instant.ts';
import { atPath, isObject, type Json, type JsonObject } from '#contract/json.ts';
import { isZone } from './local-time.ts';
import { withTrait } from './traits.ts';

/** A field as it is asked when somebody writes a trait. */
export interface CompiledField {
  key: string;
  version: number;
  path: string;
  body: Field;
  allowed: ReadonlySet<string> | null;
  /** Source → place in the list of writers, 0 is the strongest; null when everyone may write. */
  ranks: ReadonlyMap<string, number> | null;
  /** Milliseconds; null when the value stays as long as the person. */
  keptFor: number | null;
}

/** All fields of a rulebook. */
export interface FieldBook {
  byPath: ReadonlyMap<string, CompiledField>;
  /** First part of the path → fields there, an object before what lies in it. */
  byRoot: ReadonlyMap<string, CompiledField[]>;
  /** Those of which a person remembers who wrote the value and when. */
  noted: readonly CompiledField[];
}

/** Who wrote the value at a path, and when; kept for fields with writers or a retention only. The source is null when nobody knows any more. */
export type WrittenBy = Record<string, { by: FieldSource | null; at: Instant }>;

export type Unfit = { what: (typeof unfitKinds)[number]; reason: string };

/** A value that was not taken. */
export interface RefusedValue extends Unfit {
  path: string;
  value: Json;
  source: FieldSource;
}

export const rootOf = (path: string): string => path.split('.', 1)[0]!;

/** Whether a field is defined for a path, for what it lies in, or for something inside it; paths that people are known by always are. */
export function isDefined(path: string, definitions: Iterable<DefinitionDocument>): boolean {
  const root = rootOf(path);
  if ((ownPaths as readonly string[]).includes(root)) return true;
  for (const each of definitions) if (each.kind === 'field' && rootOf(each.body.path) === root) return true;
  return false;
}

export function compileFields(published: readonly { key: string; version: number; body: Field }[]): FieldBook {
  const fields = published
    .map(
      ({ key, version, body }): CompiledField => ({
        key,
        version,
        path: body.path,
        body,
        allowed: body.allowed ? new Set(body.allowed) : null,
        ranks: body.writers ? new Map(body.writers.map((source, index) => [source, index])) : null,
        keptFor: body.retention ? ms(body.retention) : null,
      }),
    )
    .sort((a, b) => a.path.split('.').length - b.path.split('.').length || (a.path < b.path ? -1 : 1));
  return {
    byPath: new Map(fields.map((field) => [field.path, field])),
    byRoot: Map.groupBy(fields, (field) => rootOf(field.path)),
    noted: fields.filter((field) => field.ranks !== null || field.keptFor !== null),
  };
}

/** Who speaks in a fact. */
export function sourceOf(fact: Pick<Fact, 'kind' | 'source'>): FieldSource {
  const { by, trust, entryPoint } = fact.source;
  if (by.startsWith('form:')) return 'form';
  if (by.startsWith('import:')) return 'import';
  if (by === 'api-key') return 'api';
  return fact.kind === 'edit' || (trust === 'trusted' && entryPoint === 'manual') ? 'admin' : 'website';
}

export const sourceWords: Record<FieldSource, string> = {
  admin: 'a colleague',
  form: 'a form',
  import: 'an import',
  api: 'a server',
  website: 'the website',
  journey: 'a journey',
};

// ------------------------------------------------------------------------------------------------------------------------------------ what fits

const typeWords: Record<Field['type'], string> = {
  text: 'a text',
  number: 'a number',
  money: 'an amount',
  boolean: 'true or false',
  date: 'a date',
  list: 'a list',
  object: 'an object',
};

const isType: Record<Field['type'], (value: Json) => boolean> = {
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  money: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  date: (value) => instantOf(value) !== null,
  list: (value) => Array.isArray(value),
  object: (value) => isObject(value),
};

const formatTests: Record<Field['format'], { fits: (text: string) => boolean; words: string }> = {
  none: { fits: () => true, words: '' },
  email: { fits: (text) => readAddress(text) !== null, words: 'an address that mail can be sent to' },
  phone: { fits: (text) => readPhone(text) !== null, words: 'an international number such as +43 660 1234567' },
  url: {
    fits: (text) => /^https?:\/\/[^\s/?#]+\.[^\s]+$/i.test(text) && URL.canParse(text),
    words: 'an address such as https://example.com',
  },
  country: { fits: (text) => countryCodes.has(text), words: 'an ISO country code such as AT' },
  currency: { fits: (text) => currencyCodes.has(text), words: 'an ISO currency code such as EUR' },
  zone: { fits: isZone, words: 'an IANA time zone such as Europe/Vienna' },
};
const currencyCodes: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** Decimals that a currency has: 2 of EUR, 0 of JPY. */
const decimalsOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** Why a value does not fit a field; null when it fits. A value is taken as it is or not at all. */
export function whyUnfit({ body, allowed }: Pick<CompiledField, 'body' | 'allowed'>, value: Json): Unfit | null {
  const { name, type } = body;
  if (!isType[type](value)) return { what: 'type', reason: `${name} must be ${typeWords[type]}; this is ${sayKind(value)}.` };
  if (type === 'money') {
    const decimals = decimalsOf(body.currency!);
    if (Number((value as number).toFixed(decimals)) !== value)
      return { what: 'type', reason: `${name} is an amount in ${body.currency} with at most ${decimals} decimals.` };
  }
  const texts = type === 'text' ? [value as string] : type === 'list' ? (value as Json[]) : [];
  if (body.format !== undefined && body.format !== 'none') {
    const format = formatTests[body.format];
    if (!texts.every((text) => typeof text === 'string' && format.fits(text)))
      return { what: 'format', reason: `${name} must be ${format.words}.` };
  }
  const length = typeof value === 'string' ? [...value].length : Array.isArray(value) ? value.length : 0;
  if (body.maxLength !== undefined && length > body.maxLength)
    return {
      what: 'length',
      reason: `${name} may have ${body.maxLength} ${type === 'list' ? 'entries' : 'characters'}; this has ${length}.`,
    };
  if (allowed !== null) {
    const strange = (type === 'number' ? [value] : texts).find(
      (each) => !allowed.has(typeof each === 'string' ? each : JSON.stringify(each)),
    );
    if (strange !== undefined) return { what: 'allowed', reason: `${name} may be ${sayList([...allowed])}.` };
  }
  return null;
}

/** Why a source may not write a field now; null when it may. */
function whyMayNot(field: CompiledField, source: FieldSource, written: WrittenBy, known: boolean): Unfit | null {
  if (field.ranks === null) return null;
  const { name } = field.body;
  const rank = field.ranks.get(source);
  if (rank === undefined) return { what: 'source', reason: `${name} may not be written by ${sourceWords[source]}.` };
  const before = written[field.path]?.by;
  const standing = before ? field.ranks.get(before) : undefined;
  return known && before && standing !== undefined && standing < rank
    ? { what: 'outranked', reason: `${name} was written by ${sourceWords[before]}, which counts for more than ${sourceWords[source]}.` }
    : null;
}

const sayKind = (value: Json): string =>
  Array.isArray(value)
    ? 'a list'
    : value === null
      ? 'nothing'
      : typeof value === 'object'
        ? 'an object'
        : typeof value === 'string'
          ? 'a text'
          : typeof value === 'boolean'
            ? 'true or false'
            : 'a number';

const sayList = (all: string[]): string => {
  const shown = all.slice(0, 8);
  return all.length > shown.length
    ? `one of ${all.length} values, such as ${shown.slice(0, 3).join(', ')}`
    : shown.length === 1
      ? `only ${shown[0]}`
      : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
};

/** A value out of a text, as a form or a file has it: what its field's type says, where the text reads as that; otherwise the text as it is. */
export function fromText(field: Pick<CompiledField, 'body'> | undefined, text: string): Json {
  switch (field?.body.type) {
    case 'number':
    case 'money':
      return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,2})?$/i.test(text.trim()) ? Number(text) : text;
    case 'boolean': {
      const word = text.trim().toLowerCase();
      return ['true', 'yes', '1'].includes(word) ? true : ['false', 'no', '0'].includes(word) ? false : text;
    }
    case 'list':
      return text
        .split(/[;,|\n]/)
        .map((part) => part.trim())
        .filter((part) => part !== '');
    case 'date':
      return text.trim();
    default:
      return text;
  }
}

// ------------------------------------------------------------------------------------------------------------------------------- what is written

export interface Screened {
  /** The changes that are taken, by first part of the path as `mergeTraits` takes them. */
  changes: JsonObject;
  refused: RefusedValue[];
  written: WrittenBy;
}

/**
 * Which of some changes to traits may be made. What does not fit its field, or comes from who may not write it, is left out and named; the value that
 * stood there stays. Traits without a field pass.
 */
export function screen(
  book: FieldBook,
  traits: JsonObject,
  written: WrittenBy,
  given: JsonObject,
  source: FieldSource,
  now: Instant,
): Screened {
  const outcome: Screened = { changes: given, refused: [], written };
  for (const root of Object.keys(given)) {
    const fields = book.byRoot.get(root);
    if (!fields) continue;
    const nested = fields.some((field) => field.path !== root);
    if (nested && given[root] !== null && !isObject(given[root]) && !fields.some((field) => field.path === root)) {
      // Taking it would throw away what lies in the object.
      outcome.refused.push({
        path: root,
        value: given[root]!,
        source,
        what: 'type',
        reason: `${root} holds ${fields.map((field) => field.path).join(', ')}, so it must be an object; this is ${sayKind(given[root]!)}.`,
      });
      outcome.changes = without(outcome.changes, root);
      continue;
    }
    for (const field of fields) judge(outcome, field, traits, source, now);
  }
  return outcome;
}

/** Whether a source may say under which address or number a person is known. */
export function mayClaim(
  book: FieldBook,
  person: { traits: JsonObject; state: { written: WrittenBy } },
  kind: 'email' | 'phone',
  source: FieldSource,
): boolean {
  const field = book.byPath.get(kind);
  return field === undefined || whyMayNot(field, source, person.state.written, known(person.traits[kind]) !== undefined) === null;
}

function judge(outcome: Screened, field: CompiledField, traits: JsonObject, source: FieldSource, now: Instant): void {
  const root = rootOf(field.path);
  const before = known(atPath(traits, field.path));
  const change = outcome.changes[root];
  // Nothing is left to change here: something that lies further out was refused.
  if (change === undefined) return;
  const after = known(atPath({ [root]: change }, field.path));
  const same = before !== undefined && after !== undefined && JSON.stringify(before) === JSON.stringify(after);
  if (after === undefined && before === undefined) return;
  const unfit =
    (after === undefined || same ? null : whyUnfit(field, after)) ?? whyMayNot(field, source, outcome.written, before !== undefined);
  if (unfit === null) {
    note(outcome, field, after === undefined ? null : { by: source, at: now });
    return;
  }
  if (same) return;
  if (after !== undefined || atPath({ [root]: change }, field.path) === null || change === null)
    outcome.refused.push({ path: field.path, value: after ?? null, source, ...unfit });
  outcome.changes = putBack(outcome.changes, field.path, before);
}

const known = (value: unknown): Json | undefined => (value === undefined || value === null ? undefined : (value as Json));

/** The changes with the value that stood at a path before. */
const putBack = (changes: JsonObject, path: string, before: Json | undefined): JsonObject => {
  const root = rootOf(path);
  return path === root || !isObject(changes[root]) ? without(changes, root) : withTrait(changes, path, before ?? null);
};

function without(changes: JsonObject, key: string): JsonObject {
  const { [key]: _left, ...others } = changes;
  return others;
}

function note(outcome: Screened, field: CompiledField, mark: { by: FieldSource; at: Instant } | null): void {
  if (field.ranks === null && field.keptFor === null) return;
  const { [field.path]: _before, ...others } = outcome.written;
  outcome.written = mark === null ? others : { ...others, [field.path]: mark };
}

// -------------------------------------------------------------------------------------------------------------------------------- what is kept

/** Marks for exactly the fields that need one: a value that stands without one counts as written now, by nobody known. */
export function marked(book: FieldBook, traits: JsonObject, written: WrittenBy, now: Instant): WrittenBy {
  const marks: WrittenBy = {};
  for (const field of book.noted) {
    const mark = written[field.path] ?? (known(atPath(traits, field.path)) === undefined ? undefined : { by: null, at: now });
    if (mark) marks[field.path] = mark;
  }
  return marks;
}

/** When the next value has been kept for as long as its field says; Infinity when none has an end. */
export function nextExpiry(book: FieldBook, written: WrittenBy): Instant {
  let earliest = Number.POSITIVE_INFINITY;
  for (const { path, keptFor } of book.noted) {
    const mark = keptFor === null ? undefined : written[path];
    if (mark) earliest = Math.min(earliest, mark.at + keptFor!);
  }
  return earliest;
}

/** Fields whose value has been kept long enough at an instant. */
export const expiredFields = (book: FieldBook, written: WrittenBy, at: Instant): CompiledField[] =>
  book.noted.filter(({ path, keptFor }) => keptFor !== null && written[path] !== undefined && written[path].at + keptFor <= at);
