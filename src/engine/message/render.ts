import { compile } from 'html-to-text';
import type { Block, Template } from '#contract/definition-bodies.ts';
import type { Mistake } from '#contract/problems.ts';
import { asMarked, htmlText, type InlineWriter, paragraphsOf, writeInline } from './inline.ts';
import {
  buttonHtml,
  dividerHtml,
  type FooterText,
  footerHtml,
  headingHtml,
  imageHtml,
  linkHtml,
  type MailShell,
  paragraphHtml,
  pixelHtml,
  preheaderHtml,
  shellHtml,
  textHtml,
} from './layout.ts';
import { linkBook, type LinkBook, rewriteHtmlLinks, safeAddress } from './links.ts';
import {
  asHtml,
  asJson,
  asPlain,
  Budget,
  type CompiledText,
  compileText,
  escapeHtml,
  type LiquidScope,
  RenderFailed,
  runText,
  scopeNames,
  unknownNames,
} from './liquid.ts';

/** A template that was read once; keep it for as long as the template's version lives. */
export type CompiledTemplate = CompiledEmail | CompiledWebhook;

type CompiledBlock =
  | { block: 'heading' | 'text'; text: CompiledText }
  | { block: 'button'; label: CompiledText; link: CompiledText }
  | { block: 'image'; source: CompiledText; alt: CompiledText; link: CompiledText | null }
  | { block: 'divider' };

export interface CompiledEmail {
  channel: 'email';
  subject: CompiledText;
  preheader: CompiledText;
  content: { blocks: CompiledBlock[] } | { html: CompiledText };
  fallbacks: Readonly<Record<string, string>>;
}

export interface CompiledWebhook {
  channel: 'webhook';
  url: string;
  body: CompiledText;
  fallbacks: Readonly<Record<string, string>>;
}

/** What the texts may speak of. `fallbacks` stand above the template's own. */
export interface RenderScope extends Omit<LiquidScope, 'links'> {
  /** Without an unsubscribe link (a transactional message) the footer has none. */
  links: { unsubscribe: string | null; preferences?: string | null | undefined };
  fallbacks?: Readonly<Record<string, string>> | undefined;
}

/** How this sending looks, and where its links lead. */
export interface EmailShape extends MailShell {
  /** The address to write in place of an http(s) link. `index` counts the links of the message from 0. */
  wrapLink(url: string, index: number): string;
  openPixel: string | null;
  postalAddress: string;
  footer: { why: string; unsubscribe: string; preferences: string };
}

export interface RenderedEmail {
  subject: string;
  html: string;
  text: string;
  /** The links that were wrapped, by index. */
  links: string[];
}

export function compileTemplate(body: Extract<Template, { channel: 'email' }>): CompiledEmail;
export function compileTemplate(body: Extract<Template, { channel: 'webhook' }>): CompiledWebhook;
export function compileTemplate(body: Template): CompiledTemplate;
export function compileTemplate(body: Template): CompiledTemplate {
  if (body.channel === 'webhook') return { channel: 'webhook', url: body.url, body: compileText(body.body), fallbacks: body.fallbacks };
  return {
    channel: 'email',
    subject: compileText(body.subject),
    preheader: compileText(body.preheader),
    content: body.html !== undefined ? { html: compileText(body.html) } : { blocks: (body.blocks ?? []).map(compileBlock) },
    fallbacks: body.fallbacks,
  };
}

function compileBlock(block: Block): CompiledBlock {
  switch (block.block) {
    case 'heading':
    case 'text':
      return { block: block.block, text: compileText(block.text) };
    case 'button':
      return { block: 'button', label: compileText(block.label), link: compileText(block.link) };
    case 'image':
      return {
        block: 'image',
        source: compileText(block.source),
        alt: compileText(block.alt),
        link: block.link === undefined ? null : compileText(block.link),
      };
    case 'divider':
      return { block: 'divider' };
  }
}

/** One text on one line: what goes into a header or an attribute. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029\s]+/gu, ' ').trim();

/** Writes the message for one person. Throws RenderFailed when a text asks for too much or a filter cannot work; says nothing of the person then. */
export function renderEmail(compiled: CompiledEmail, scope: RenderScope, shape: EmailShape): RenderedEmail {
  const budget = new Budget();
  const fallbacks = scope.fallbacks === undefined ? compiled.fallbacks : { ...compiled.fallbacks, ...scope.fallbacks };
  const run = (text: CompiledText) => runText(text, scope, fallbacks, budget);
  const say = (text: CompiledText): string => text.plain ?? asPlain(run(text));
  const untouched = [scope.links.unsubscribe, scope.links.preferences].filter((link) => typeof link === 'string');
  const book = linkBook(shape.wrapLink, untouched);

  const subject = oneLine(say(compiled.subject));
  const preheader = oneLine(say(compiled.preheader));
  const footer = footerOf(scope, shape);
  const pixel = shape.openPixel === null ? '' : pixelHtml(shape.openPixel);
  if ('html' in compiled.content) {
    const body = rewriteHtmlLinks(asHtml(run(compiled.content.html)), book);
    // An author who placed the unsubscribe link has written a footer of their own.
    const ownFooter = scope.links.unsubscribe !== null && body.includes(escapeHtml(scope.links.unsubscribe));
    const under = ownFooter ? '' : `<div style="padding:24px;text-align:center">${footerHtml(footer)}</div>\n`;
    const html = insertInBody(body, preheaderHtml(preheader), under + pixel);
    return { subject, html, text: textOfHtml(body) + (ownFooter ? '' : footerText(footer)), links: book.links };
  }

  let html = '';
  let text = '';
  for (const block of compiled.content.blocks) {
    const written = writeBlock(block, run, say, book, shape);
    html += written.html;
    text += written.text;
  }
  const shell = shellOf(shape);
  return {
    subject,
    html: `${shell.beforeTitle}${escapeHtml(subject)}${shell.afterTitle}${preheaderHtml(preheader)}${shell.afterPreheader}${html}${shell.afterBlocks}${footerHtml(footer)}${shell.afterFooter}${pixel}</body>\n</html>\n`,
    text: text.trimEnd() + '\n' + footerText(footer),
    links: book.links,
  };
}

/** The shells of one process: a handful of languages and brands. Bounded, and only a memory of a pure function. */
const shells = new Map<string, ReturnType<typeof shellHtml>>();
function shellOf(shape: MailShell): ReturnType<typeof shellHtml> {
  const key = `${shape.language}\n${shape.accent ?? ''}\n${shape.brand ?? ''}`;
  let shell = shells.get(key);
  if (shell === undefined) {
    if (shells.size >= 200) shells.clear();
    shell = shellHtml(shape);
    shells.set(key, shell);
  }
  return shell;
}

type Run = (text: CompiledText) => ReturnType<typeof runText>;

function writeBlock(
  block: CompiledBlock,
  run: Run,
  say: (text: CompiledText) => string,
  book: LinkBook,
  shape: MailShell,
): { html: string; text: string } {
  switch (block.block) {
    case 'heading': {
      const marked = asMarked(run(block.text)).trim();
      if (marked === '') return { html: '', text: '' };
      const written = writeBoth(marked, book, shape);
      return {
        html: headingHtml(written.html),
        text: `${written.text}\n${'='.repeat(Math.min(Math.max(3, ...written.text.split('\n').map((line) => line.length)), 60))}\n\n`,
      };
    }
    case 'text': {
      let html = '';
      let text = '';
      for (const paragraph of paragraphsOf(asMarked(run(block.text)))) {
        const written = writeBoth(paragraph, book, shape);
        html += paragraphHtml(written.html);
        text += `${written.text}\n\n`;
      }
      return html === '' ? { html, text } : { html: textHtml(html), text };
    }
    case 'button': {
      const label = oneLine(say(block.label));
      const address = book.write(say(block.link));
      // A button that leads nowhere is left out: a person could only be disappointed by it.
      if (address === null || label === '') return { html: '', text: '' };
      return { html: buttonHtml(escapeHtml(label), address, shape), text: `${label}: ${address}\n\n` };
    }
    case 'image': {
      const source = safeAddress(say(block.source));
      const alt = oneLine(say(block.alt));
      const address = block.link === null ? null : book.write(say(block.link));
      const text = [alt === '' ? '' : `[${alt}]`, address ?? ''].filter(Boolean).join(' ');
      if (source === null || !/^https?:/i.test(source))
        return { html: alt === '' ? '' : textHtml(paragraphHtml(escapeHtml(alt))), text: text === '' ? '' : `${text}\n\n` };
      return { html: imageHtml(source, alt, address), text: text === '' ? '' : `${text}\n\n` };
    }
    case 'divider':
      return { html: dividerHtml(), text: '----------\n\n' };
  }
}

/** The same marked text as HTML and as plain text; each link is taken into the book once. */
function writeBoth(marked: string, book: LinkBook, shape: MailShell): { html: string; text: string } {
  const written: (string | null)[] = [];
  const toHtml: InlineWriter = {
    text: htmlText,
    strong: (inner) => `<strong>${inner}</strong>`,
    emphasis: (inner) => `<em>${inner}</em>`,
    link(label, address) {
      const href = book.write(address);
      written.push(href);
      return href === null ? label : linkHtml(label, href, shape);
    },
  };
  let next = 0;
  const toText: InlineWriter = {
    text: (text) => text,
    strong: (inner) => inner,
    emphasis: (inner) => inner,
    link(label, given) {
      const address = written[next++] ?? null;
      if (address === null || address === label) return label;
      // Of an address that stands by itself, one is enough: the one that leads there.
      if (label === given) return address;
      return `${label} (${address.replace(/^(?:mailto|tel):/i, '')})`;
    },
  };
  return { html: writeInline(marked, toHtml), text: writeInline(marked, toText) };
}

function footerOf(scope: RenderScope, shape: EmailShape): FooterText {
  const links: FooterText['links'] = [];
  if (scope.links.unsubscribe) links.push({ label: shape.footer.unsubscribe, href: scope.links.unsubscribe });
  if (scope.links.preferences) links.push({ label: shape.footer.preferences, href: scope.links.preferences });
  return { why: shape.footer.why, postalAddress: shape.postalAddress, links };
}

const footerText = (footer: FooterText): string =>
  [
    '',
    '-- ',
    ...(footer.why === '' ? [] : [footer.why]),
    ...footer.links.map((link) => `${link.label}: ${link.href}`),
    ...(footer.postalAddress === '' ? [] : [footer.postalAddress]),
  ].join('\n') + '\n';

/** Puts text after <body> and before </body>, or around everything where there is no body. */
function insertInBody(html: string, first: string, last: string): string {
  const open = /<body\b[^>]*>/i.exec(html);
  const start = open === null ? 0 : open.index + open[0].length;
  const close = html.toLowerCase().lastIndexOf('</body');
  const end = close >= start ? close : html.length;
  return html.slice(0, start) + first + html.slice(start, end) + last + html.slice(end);
}

const toPlainText = compile({
  wordwrap: false,
  selectors: [
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true } },
    { selector: 'img', format: 'skip' },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
  limits: { maxInputLength: 2_000_000, maxDepth: 200, maxChildNodes: 5_000 },
});
const textOfHtml = (html: string): string => `${toPlainText(html)}\n`;

/** The webhook's address and its body, one JSON document. Throws RenderFailed when it is none. */
export function renderWebhook(compiled: CompiledWebhook, scope: RenderScope): { url: string; body: string } {
  const fallbacks = scope.fallbacks === undefined ? compiled.fallbacks : { ...compiled.fallbacks, ...scope.fallbacks };
  const body = asJson(runText(compiled.body, scope, fallbacks, new Budget()));
  try {
    JSON.parse(body);
  } catch {
    throw new RenderFailed('the body is not one JSON document; write {{ value | json }} for a value with its quotation marks');
  }
  return { url: compiled.url, body };
}

/** Every mistake in a template's texts, each with its place: what Liquid cannot read, names that nothing bears, links that lead nowhere. */
export function sayTemplateMistakes(body: Template): Mistake[] {
  const mistakes: Mistake[] = [];
  const read = (path: string, source: string): void => {
    try {
      for (const name of unknownNames(compileText(source)))
        mistakes.push({
          path,
          message: `nothing is called "${name}" here; values begin with ${scopeNames.slice(0, -1).join(', ')} or ${scopeNames.at(-1)}, as in {{ person.first_name }}`,
        });
    } catch (error) {
      if (!(error instanceof RenderFailed)) throw error;
      mistakes.push({ path, message: error.message });
    }
  };
  const address = (path: string, source: string, meaning: string, allowed: RegExp): void => {
    read(path, source);
    if (!source.includes('{') && (safeAddress(source) === null || !allowed.test(source.trim()))) mistakes.push({ path, message: meaning });
  };
  if (body.channel === 'webhook') {
    read('body', body.body);
    return mistakes;
  }
  read('subject', body.subject);
  read('preheader', body.preheader);
  if (body.html !== undefined) read('html', body.html);
  body.blocks?.forEach((block, index) => {
    const at = `blocks.${index}`;
    if (block.block === 'heading' || block.block === 'text') read(`${at}.text`, block.text);
    if (block.block === 'button') read(`${at}.label`, block.label);
    if (block.block === 'button') address(`${at}.link`, block.link, linkMeaning, /^/);
    if (block.block === 'image') {
      address(`${at}.source`, block.source, 'must begin with https:// or http://', /^https?:/i);
      read(`${at}.alt`, block.alt);
      if (block.link !== undefined) address(`${at}.link`, block.link, linkMeaning, /^/);
    }
  });
  return mistakes;
}
const linkMeaning = 'must begin with https://, http://, mailto: or tel:';
