import { escapeHtml, type Piece } from './liquid.ts';

/**
 * The little markup of text blocks: blank lines part paragraphs, **bold**, *italic*, [label](address), and https://… by itself. It is read only in
 * what the author wrote: a value that holds such marks shows them as they are, so nobody can put a link into a mail through their own name.
 */

/** Marks inside values are put aside under private-use characters while the markup is read. */
const marks = ['*', '[', ']', '(', ')', '://'];
const aside = '\ue000\ue001\ue002\ue003\ue004\ue005';
const putAside = (text: string): string =>
  /[*[\]()]|:\/\//.test(text) ? text.replace(/[*[\]()]|:\/\//g, (mark) => aside[marks.indexOf(mark)]!) : text;
const putBack = (text: string): string =>
  /[\ue000-\ue005]/.test(text) ? text.replace(/[\ue000-\ue005]/g, (held) => marks[aside.indexOf(held)]!) : text;

/** The pieces as one text whose markup is the author's. */
export const asMarked = (pieces: Piece[]): string =>
  pieces.map((piece) => (piece.kind === 'literal' ? piece.text : putAside(piece.text))).join('');

/** What one run of text is shown as; HTML and plain text each have their own. */
export interface InlineWriter {
  text(text: string): string;
  strong(inner: string): string;
  emphasis(inner: string): string;
  /** `label` is written already. */
  link(label: string, address: string): string;
}

// Each alternative begins and ends with a character of its own, so reading stays linear.
const markup =
  /\[([^[\]\n]{1,300})\]\(([^()\s]{1,2000})\)|\*\*(?=\S)([\s\S]+?)\*\*|\*(?=[^\s*])([^*\n]+)\*|(https?:\/\/[^\s<>"*[\]()]{0,2000}[^\s<>"*[\]().,;:!?'’…])/gi;

export function writeInline(marked: string, writer: InlineWriter): string {
  if (!marked.includes('*') && !marked.includes('[') && !marked.includes('://')) return writer.text(putBack(marked));
  let out = '';
  let read = 0;
  for (const found of marked.matchAll(markup)) {
    if (found.index > read) out += writer.text(putBack(marked.slice(read, found.index)));
    const [whole, label, address, strong, emphasis, bare] = found;
    if (label !== undefined) out += writer.link(writeInline(label, { ...writer, link: (inner) => inner }), putBack(address!));
    else if (bare !== undefined) out += writer.link(writer.text(putBack(bare)), putBack(bare));
    else if (strong !== undefined) out += writer.strong(writeInline(strong, writer));
    else out += writer.emphasis(writeInline(emphasis!, writer));
    read = found.index + whole.length;
  }
  return read < marked.length ? out + writer.text(putBack(marked.slice(read))) : out;
}

/** Paragraphs, without empty ones. */
export const paragraphsOf = (marked: string): string[] =>
  marked
    .replace(/\r\n?/g, '\n')
    .split(/\n[ \t]*\n\s*/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '');

/** Text for HTML with its line breaks kept. */
export const htmlText = (text: string): string => escapeHtml(text).replaceAll('\n', '<br>\n');
