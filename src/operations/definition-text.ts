import { type Alias, Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type YAMLError } from 'yaml';
import { z } from 'zod';
import { type DefinitionKind, definitionKinds, type LooseDefinition } from '#contract/definition.ts';
import { isObject } from '#contract/json.ts';
import { whyNotKeepable } from './keepable.ts';
import { inSchemaOrder } from './schema-order.ts';

/** A place in a file; lines and columns count from 1. */
export interface Place {
  line: number;
  column: number;
}
export interface TextMistake extends Place {
  message: string;
}
export type ReadText = { ok: true; body: unknown; placeOf(path: string): Place } | { ok: false; mistakes: TextMistake[] };

/** More than a definition with the longest HTML body needs, and little enough to read at once. */
export const textLengthMax = 1_000_000;
/** How often aliases may be followed before the file is taken for one that blows itself up. */
const aliasesMax = 100;
const tooManyAliases = 'repeats itself too often through aliases';

/**
 * Reads one definition from YAML 1.2 (JSON is YAML too). Answers its body and where in the text each part of it stands, or what is wrong and where.
 * A byte order mark and any kind of line end are taken.
 */
export function readDefinition(source: string): ReadText {
  const text = source.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const lines = new LineCounter();
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const refuse = (message: string, offset = 0): ReadText => ({ ok: false, mistakes: [{ ...at(offset), message }] });
  if (text.length > textLengthMax) return refuse(`the file is longer than ${textLengthMax.toLocaleString('en-US')} characters`);
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
    const errors: YAMLError[] = [...document.errors, ...document.warnings];
    if (errors.length > 0)
      return { ok: false, mistakes: errors.map((error) => ({ ...at(error.pos[0]), message: sayMistake(error, text) })) };
    if (document.contents === null) return refuse('the file is empty');
    const aliases = aliasesIn(document);
    const lost = aliases.slice(0, aliasesMax).find((alias) => alias.resolve(document) === undefined);
    if (lost) return refuse(`*${lost.source} repeats &${lost.source}, which is not there yet`, lost.range?.[0]);
    if (aliases.length > aliasesMax) return refuse(tooManyAliases, aliases[aliasesMax]!.range?.[0]);
    const body: unknown = document.toJS({ maxAliasCount: aliasesMax });
    if (!isObject(body)) return refuse('must hold the fields of one definition, each as "name: value"', document.contents.range?.[0]);
    const strange = whyNotKeepable(body);
    if (strange) return refuse(strange.message, offsetOf(document, strange.path));
    return { ok: true, body, placeOf: (path) => at(offsetOf(document, path.split('.'))) };
  } catch (error) {
    if (error instanceof ReferenceError) return refuse(tooManyAliases);
    if (error instanceof RangeError) return refuse('nests too deeply');
    throw error;
  }
}

function aliasesIn(document: Document.Parsed): Alias[] {
  const aliases: Alias[] = [];
  visit(document, { Alias: (_, alias) => void aliases.push(alias) });
  return aliases;
}

const inPlainWords: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'is indented with a tab; use spaces',
  MULTIPLE_DOCS: 'a file holds one definition; a second one begins here',
  BAD_INDENT: 'is not indented like the lines that it belongs to',
  TAG_RESOLVE_FAILED: 'a tag (a word that begins with !) means nothing here',
  NON_STRING_KEY: 'the name of a field must be a text',
  MISSING_CHAR: 'something is not closed here, such as a quotation mark or a bracket',
};

function sayMistake(error: YAMLError, text: string): string {
  if (error.code === 'DUPLICATE_KEY')
    return `"${/^["']?([^"':\n]*)/.exec(text.slice(error.pos[0]))?.[1]?.trim() ?? ''}" stands here a second time`;
  return inPlainWords[error.code] ?? error.message;
}

/** Where the part at a path begins; what is missing is said to be where it should stand: in the innermost part that is there. */
function offsetOf(document: Document.Parsed, path: readonly string[]): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((each) => isScalar(each.key) && String(each.key.value) === part);
      if (!pair) return offset;
      offset = (isScalar(pair.key) && pair.key.range?.[0]) || offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(part)] as { range?: [number, number, number] | null } | undefined;
      if (!item) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else return offset;
  }
  return offset;
}

/** The text of one definition's file: keys in the order of the schema, long texts as blocks, nothing folded, so that the same body is the same bytes. */
export function writeDefinition({ kind, body }: Pick<LooseDefinition, 'kind' | 'body'>): string {
  const document = new Document(inSchemaOrder(definitionKinds[kind].body, body), { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(position, node) {
      if (
        typeof node.value === 'string' &&
        (fragile.test(node.value) || isBlank(node.value) || (position !== 'key' && otherwiseRead.test(node.value)))
      )
        node.type = 'QUOTE_DOUBLE';
    },
  });
  return `${headerOf(kind)}\n${document.toString({ lineWidth: 0, blockQuote: 'literal' })}`;
}

/** What a block would lose, because editors change it or do not show it: carriage returns, tabs, control characters, unusual line ends. */
const fragile = /[^\P{Cc}\n]|[\u2028\u2029\ufeff]/u;
/** A block of nothing but blanks ends where the next line begins, and loses some of them. */
const isBlank = (text: string): boolean => text !== '' && text.trim() === '';
/** What readers of YAML 1.1 take for a truth value, a number to the base of 60, or a date. */
const otherwiseRead = /^(?:y|n|yes|no|on|off|[-+]?\d[\d_]*(?::[0-5]?\d)+|\d{4}-\d{1,2}-\d{1,2}(?:[Tt\s].*)?)$/i;

/** Tells editors by which schema to complete and check. */
const headerOf = (kind: DefinitionKind): string => `# yaml-language-server: $schema=../schemas/${kind}.json`;

/** The JSON Schema of a kind, for editors: what may be written, so fields with a default may be left out. */
export const writeSchema = (kind: DefinitionKind): string =>
  `${JSON.stringify({ title: definitionKinds[kind].name, ...z.toJSONSchema(definitionKinds[kind].body, { io: 'input', target: 'draft-7' }) }, null, 2)}\n`;
