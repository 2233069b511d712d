import {
  analyzeSync,
  AssignTag,
  BreakTag,
  CaptureTag,
  CaseTag,
  CommentTag,
  Context,
  ContinueTag,
  Drop,
  type Emitter,
  evalToken,
  filters as allFilters,
  ForTag,
  IfTag,
  InlineCommentTag,
  Liquid,
  Output,
  Parser,
  RawTag,
  type Template,
  TokenKind,
  type TopLevelToken,
  toValueSync,
  UnlessTag,
} from 'liquidjs';
import type { Instant } from '#contract/instant.ts';

/**
 * Liquid as templates may use it: values, conditions, loops, plain filters. No files, no clock, no chance, nothing that writes a value
 * past the escaping.
 *
 * A text is evaluated once into pieces: what the author wrote and what came out of somebody's data stay apart, so each reader (HTML,
 * plain text, JSON) escapes the data in its own way, and data is never read as Liquid or as markup.
 */

export type PieceKind = 'literal' | 'value' | 'json';
export interface Piece {
  kind: PieceKind;
  text: string;
}

/** What a text may speak of. `now` answers the word "now" in date filters; without it that word is empty. */
export interface LiquidScope {
  person: Record<string, unknown>;
  event?: Record<string, unknown> | null | undefined;
  workspace: Record<string, unknown>;
  links: Record<string, unknown>;
  now?: Instant | undefined;
}
export const scopeNames = ['person', 'event', 'workspace', 'links'] as const;

/** What one message may use up. Counted, not timed, so that the same message always fails or always succeeds. */
const limits = { steps: 20_000, characters: 1_000_000, source: 250_000 };

/** Thrown when a text cannot be written; the message is for operators and holds no value of a person. */
export class RenderFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RenderFailed';
  }
}

/**
 * Stands in for both limiters of liquidjs. Its own render limit reads the clock; the renderer asks it before every step, so here the
 * steps are counted instead, and a loop inside a loop ends after 20,000 of them.
 */
export class Budget {
  private steps = 0;
  private characters = 0;
  /** Before every step of the renderer. */
  check(_time: number): void {
    this.steps += 1;
    if (this.steps > limits.steps) throw new RenderFailed('the text repeats too often');
  }
  /** For everything that is built or written. */
  use(count: number): void {
    if (!(count > 0)) return;
    this.characters += count;
    if (this.characters > limits.characters) throw new RenderFailed('the text grows too long');
  }
}

/** JSON that the `json` filter made: stands as it is in a JSON body, is escaped everywhere else. */
class JsonText extends Drop {
  readonly text: string;
  constructor(text: string) {
    super();
    this.text = text;
  }
  override valueOf(): string {
    return this.text;
  }
}

/** What {% capture %} caught, still in pieces, so that writing it out does not escape twice. */
class Captured extends Drop {
  readonly pieces: Piece[];
  constructor(pieces: Piece[]) {
    super();
    this.pieces = pieces;
  }
  override valueOf(): string {
    return this.pieces.map((piece) => piece.text).join('');
  }
}

/** Collects pieces where liquidjs expects something to write to. What it writes itself is the author's. */
class Pieces implements Emitter {
  readonly list: Piece[] = [];
  buffer = '';
  private readonly budget: Budget;
  constructor(budget: Budget) {
    this.budget = budget;
  }
  write(text: unknown): void {
    this.add('literal', String(text));
  }
  add(kind: PieceKind, text: string): void {
    if (text === '') return;
    this.budget.use(text.length);
    this.list.push({ kind, text });
  }
}

/** A value as text: lists joined by commas, objects not at all (never "[object Object]"). */
function say(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Drop) return say(value.valueOf());
  if (Array.isArray(value)) return value.map(say).filter(Boolean).join(', ');
  return '';
}

/** The value at a path, own properties only. */
function valueAt(scope: LiquidScope, path: readonly string[]): unknown {
  let current: unknown = scope;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) return undefined;
    current = (current as Record<string, unknown>)[part];
  }
  return current;
}

const isMissing = (value: unknown): boolean => value === null || value === undefined || value === '';

type Fallbacks = Readonly<Record<string, string>>;
/** Fallbacks are kept by trait path; one for an event or the workspace carries its root. */
function fallbackFor(fallbacks: Fallbacks, path: readonly string[]): string | undefined {
  const full = path.join('.');
  if (path[0] === 'person') {
    const trait = full.slice('person.'.length);
    if (Object.hasOwn(fallbacks, trait)) return fallbacks[trait];
  }
  return Object.hasOwn(fallbacks, full) ? fallbacks[full] : undefined;
}

interface PathToken {
  props: { content?: unknown }[];
  variable?: unknown;
}
const propertyAccess: number = TokenKind.PropertyAccess;

/** "person.first_name" of {{ person.first_name | … }}; null when the value begins with anything else. */
function pathOf(output: Output): string[] | null {
  const [token, more] = output.value.initial.postfix;
  if (token === undefined || more !== undefined || token.kind !== propertyAccess) return null;
  const { props, variable } = token as unknown as PathToken;
  if (variable !== undefined) return null;
  const path = props.map((prop) => prop.content);
  return path.every((part): part is string => typeof part === 'string') ? path : null;
}

/** {{ … }}: writes its value as a value, and takes the fallback when the data has none and no `default` is given. */
class ValueOutput extends Output {
  readonly path: string[] | null = pathOf(this);
  private readonly hasDefault = this.value.filters.some((filter) => filter.name === 'default');

  override *render(context: Context, emitter: Emitter): IterableIterator<unknown> {
    const pieces = emitter as Pieces;
    const { initial, filters } = this.value;
    if (this.path?.length === 1 && filters.length === 0) {
      const held = yield evalToken(initial.postfix[0], context);
      if (held instanceof Captured) {
        for (const piece of held.pieces) pieces.add(piece.kind, piece.text);
        return;
      }
    }
    let value: unknown = yield initial.evaluate(context, this.hasDefault);
    if (this.path !== null && !this.hasDefault && isMissing(value))
      value = fallbackFor(context.globals.fallbacks as Fallbacks, this.path) ?? value;
    for (const filter of filters) value = yield filter.render(value, context);
    if (value instanceof JsonText) pieces.add('json', value.text);
    else pieces.add('value', say(value));
  }
}

class CapturePieces extends CaptureTag {
  override *render(context: Context): Generator<unknown, void, unknown> {
    const caught = new Pieces(context.memoryLimit as unknown as Budget);
    yield this.liquid.renderer.renderTemplates(this.templates, context, caught);
    context.bottom()[this.variable] = new Captured(caught.list);
  }
}

class PieceParser extends Parser {
  private readonly own: Liquid;
  constructor(liquid: Liquid) {
    super(liquid);
    this.own = liquid;
  }
  override parseToken(token: TopLevelToken, rest: TopLevelToken[]): ReturnType<Parser['parseToken']> {
    if (token.kind === TokenKind.Output) return new ValueOutput(token as ConstructorParameters<typeof Output>[0], this.own);
    return super.parseToken(token, rest);
  }
}

/** Left out: file access, the date filters' clock (put back below), `sample` (chance), `raw`, hashing, expressions in strings, and slow regular expressions. */
const plainFilters = [
  'abs',
  'append',
  'array_to_sentence_string',
  'at_least',
  'at_most',
  'capitalize',
  'ceil',
  'compact',
  'concat',
  'default',
  'divided_by',
  'downcase',
  'first',
  'floor',
  'join',
  'last',
  'lstrip',
  'map',
  'minus',
  'modulo',
  'plus',
  'prepend',
  'reject',
  'remove',
  'remove_first',
  'remove_last',
  'replace',
  'replace_first',
  'replace_last',
  'reverse',
  'round',
  'rstrip',
  'size',
  'slice',
  'sort',
  'sort_natural',
  'split',
  'strip',
  'strip_newlines',
  'sum',
  'times',
  'truncate',
  'truncatewords',
  'uniq',
  'upcase',
  'url_decode',
  'url_encode',
  'where',
] as const;
const dateFilters = ['date', 'date_to_xmlschema', 'date_to_rfc822', 'date_to_string', 'date_to_long_string'] as const;

type FilterFunction = (this: { context: Context }, value: unknown, ...args: unknown[]) => unknown;

function restrictedLiquid(): Liquid {
  const liquid = new Liquid({
    ownPropertyOnly: true,
    strictFilters: true,
    jsTruthy: false,
    timezoneOffset: 0, // UTC; by name it would ask Intl for every date, which costs more than the rest of the mail
    locale: 'en-US',
    templates: {}, // no file system is ever asked
  });
  const tags = {
    assign: AssignTag,
    break: BreakTag,
    capture: CapturePieces,
    case: CaseTag,
    comment: CommentTag,
    continue: ContinueTag,
    for: ForTag,
    if: IfTag,
    raw: RawTag,
    unless: UnlessTag,
    '#': InlineCommentTag,
  };
  for (const name of Object.keys(liquid.tags)) delete liquid.tags[name];
  for (const [name, tag] of Object.entries(tags)) liquid.registerTag(name, tag);
  for (const name of Object.keys(liquid.filters)) liquid.unregisterFilter(name);
  for (const name of plainFilters) liquid.registerFilter(name, allFilters[name]!);
  // Everything is escaped where it is written, so these have nothing left to do.
  for (const name of ['escape', 'escape_once', 'h']) liquid.registerFilter(name, (value: unknown) => value);
  liquid.registerFilter('json', (value: unknown) => new JsonText(JSON.stringify(value ?? null)));
  for (const name of dateFilters) {
    const original = allFilters[name] as unknown as FilterFunction;
    liquid.registerFilter(name, function (this: { context: Context }, value: unknown, ...args: unknown[]) {
      const isNow = value === 'now' || value === 'today';
      const now = this.context.globals.now;
      if (isNow && typeof now !== 'number') return '';
      return original.call(this, isNow ? new Date(now as number).toISOString() : value, ...args);
    } as Parameters<Liquid['registerFilter']>[1]);
  }
  return liquid;
}
const liquid = restrictedLiquid();

/** A text that has been read once. `plain` is set when it holds no Liquid at all; `steps` when it only names values, which needs no interpreter. */
export interface CompiledText {
  plain: string | null;
  steps: (string | string[])[] | null;
  templates: Template[];
}

/** Words that Liquid reads as something else than a key. */
const special = new Set(['size', 'first', 'last']);

/** Reads a text; throws RenderFailed with the line when it is not Liquid as it may stand here. */
export function compileText(source: string): CompiledText {
  if (source.length > limits.source) throw new RenderFailed(`the text is longer than ${limits.source} characters`);
  if (!source.includes('{{') && !source.includes('{%')) return { plain: source, steps: [source], templates: [] };
  let templates: Template[];
  try {
    templates = new PieceParser(liquid).parse(source);
  } catch (error) {
    throw new RenderFailed(firstLine(error));
  }
  const steps: (string | string[])[] = [];
  for (const template of templates) {
    if (template instanceof ValueOutput) {
      const { path } = template;
      const simple =
        path !== null &&
        template.value.filters.length === 0 &&
        (scopeNames as readonly string[]).includes(path[0]!) &&
        path.length > 1 &&
        !path.some((part) => special.has(part) || part.includes('.'));
      if (!simple) return { plain: null, steps: null, templates };
      steps.push(path);
    } else if ('str' in template && typeof template.str === 'string') steps.push(template.str);
    else return { plain: null, steps: null, templates };
  }
  return { plain: null, steps, templates };
}

export function runText(text: CompiledText, scope: LiquidScope, fallbacks: Fallbacks, budget: Budget): Piece[] {
  if (text.plain !== null) return text.plain === '' ? [] : [{ kind: 'literal', text: text.plain }];
  const pieces = new Pieces(budget);
  if (text.steps !== null) {
    for (const step of text.steps) {
      if (typeof step === 'string') pieces.add('literal', step);
      else {
        const value = say(valueAt(scope, step));
        pieces.add('value', value === '' ? (fallbackFor(fallbacks, step) ?? '') : value);
      }
    }
    return pieces.list;
  }
  const limiter = budget as unknown as Context['memoryLimit'];
  const environment = { person: scope.person, event: scope.event ?? null, workspace: scope.workspace, links: scope.links };
  const context = new Context(
    environment,
    liquid.options,
    { sync: true, globals: { fallbacks, now: scope.now } },
    { memoryLimit: limiter, renderLimit: limiter, liquid },
  );
  try {
    toValueSync(liquid.renderer.renderTemplates(text.templates, context, pieces));
  } catch (error) {
    throw new RenderFailed(firstLine(error));
  }
  return pieces.list;
}

/** Names that a text uses although nothing is called so: {{ frist_name }} instead of {{ person.first_name }}. */
export function unknownNames(text: CompiledText): string[] {
  if (text.templates.length === 0) return [];
  const { globals } = analyzeSync(text.templates, { partials: false });
  return Object.keys(globals).filter((name) => !(scopeNames as readonly string[]).includes(name));
}

/** The traits that some texts say: company.name for {{ person.company.name }}. A text that cannot be read says none. */
export function personPathsIn(texts: readonly string[]): string[] {
  const paths = new Set<string>();
  for (const source of texts) {
    if (!source.includes('person')) continue;
    let text: CompiledText;
    try {
      text = compileText(source);
    } catch (error) {
      if (error instanceof RenderFailed) continue;
      throw error;
    }
    if (text.templates.length === 0) continue;
    for (const variable of analyzeSync(text.templates, { partials: false }).globals.person ?? []) {
      const parts = variable.segments.slice(1);
      const end = parts.findIndex((part) => typeof part !== 'string');
      const path = (end < 0 ? parts : parts.slice(0, end)).join('.');
      if (path !== '') paths.add(path);
    }
  }
  return [...paths];
}

/** liquidjs adds the source around the mistake on further lines. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? message).replace(/, file:\S*/, '').slice(0, 300);
}

export const asPlain = (pieces: Piece[]): string => pieces.map((piece) => piece.text).join('');

/** The pieces as JSON: a value stands inside the author's quotation marks and cannot leave them. */
export const asJson = (pieces: Piece[]): string =>
  pieces.map((piece) => (piece.kind === 'value' ? JSON.stringify(piece.text).slice(1, -1) : piece.text)).join('');

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const needsEscape = /[&<>"']/;
/** Text for HTML, in elements and in quoted attributes. */
export const escapeHtml = (text: string): string =>
  needsEscape.test(text) ? text.replace(/[&<>"']/g, (character) => entities[character]!) : text;

export const asHtml = (pieces: Piece[]): string =>
  pieces.map((piece) => (piece.kind === 'literal' ? piece.text : escapeHtml(piece.text))).join('');
