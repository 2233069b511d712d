import { domainToASCII } from 'node:url';

/**
 * Header lines of a mail (RFC 5322), safe against values that try to become headers of their own: a value with a line break or
 * another control character is refused by throwing, everything that is not ASCII is encoded (RFC 2047), long lines are folded.
 */

/** Thrown when a value can not stand in a header; it says which header, never the value. */
export class HeaderRefused extends Error {
  constructor(header: string, because: string) {
    super(`${header}: ${because}`);
    this.name = 'HeaderRefused';
  }
}

const lineMax = 78;
const lineHardMax = 998;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const control = /[\x00-\x08\x0a-\x1f\x7f]/;
const ascii = /^[\t\x20-\x7e]*$/;

export function assertOneLine(header: string, value: string): void {
  if (control.test(value)) throw new HeaderRefused(header, 'holds a line break or another control character');
}

const base64Overhead = '=?UTF-8?B??='.length;
const wordMax = 75;
const inQ = (byte: number): boolean =>
  (byte >= 48 && byte <= 57) ||
  (byte >= 65 && byte <= 90) ||
  (byte >= 97 && byte <= 122) ||
  byte === 33 ||
  byte === 42 ||
  byte === 43 ||
  byte === 45 ||
  byte === 47;

/** One code point in the Q encoding, strict enough for a display name (RFC 2047 §5.3). */
function qOf(character: string): string {
  if (character === ' ') return '_';
  let out = '';
  for (const byte of Buffer.from(character))
    out += inQ(byte) ? String.fromCharCode(byte) : `=${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`;
  return out;
}

/**
 * A text as encoded words, in the shorter of both encodings, each at most 75 characters and whole in its characters.
 * `used` is what already stands on the line of the first word, so that the line keeps within 76.
 */
export function encodedWords(text: string, used: number): string[] {
  const bytes = Buffer.byteLength(text);
  let escaped = 0;
  for (const byte of Buffer.from(text)) if (byte !== 32 && !inQ(byte)) escaped += 1;
  const asBase64 = bytes + escaped * 2 > Math.ceil(bytes / 3) * 4;
  const words: string[] = [];
  let held = '';
  let heldSize = 0;
  let room = Math.max(wordMax - used, 24) - base64Overhead;
  const finish = (): void => {
    words.push(asBase64 ? `=?UTF-8?B?${Buffer.from(held).toString('base64')}?=` : `=?UTF-8?Q?${held}?=`);
    held = '';
    heldSize = 0;
    room = wordMax - base64Overhead;
  };
  for (const character of text) {
    const piece = asBase64 ? character : qOf(character);
    const size = asBase64 ? Buffer.byteLength(character) : piece.length;
    const after = asBase64 ? Math.ceil((heldSize + size) / 3) * 4 : heldSize + size;
    if (after > room && held !== '') finish();
    held += piece;
    heldSize += size;
  }
  finish();
  return words;
}

/** Joins the parts of a value with blanks, breaking lines before 78. A part that is longer than a line stands on a line of its own. */
function fold(header: string, parts: string[]): string {
  let out = `${header}:`;
  let column = out.length;
  for (const part of parts) {
    if (part.length + 2 > lineHardMax) throw new HeaderRefused(header, 'a part without blanks is longer than a line can be');
    if (column + 1 + part.length > lineMax && part !== '') {
      out += `\r\n ${part}`;
      column = 1 + part.length;
    } else {
      out += ` ${part}`;
      column += 1 + part.length;
    }
  }
  return `${out}\r\n`;
}

/** A line whose value is meant for people: Subject, Comments, X-…. Read back, it is the same text. */
export function textHeader(header: string, value: string): string {
  assertOneLine(header, value);
  const text = value.isWellFormed() ? value : value.toWellFormed();
  const line = `${header}: ${text}\r\n`;
  const plain = ascii.test(text) && !text.includes('=?') && !/^\s|\s$|\s\s|\t/.test(text);
  if (plain && line.length - 2 <= lineMax && text !== '') return line;
  if (plain) {
    const parts = text.split(' ');
    if (parts.every((part) => part.length < lineMax - 2)) return fold(header, parts);
  }
  return fold(header, encodedWords(text, header.length + 2));
}

/** A line whose value is read by machines (List-Unsubscribe, Auto-Submitted): ASCII as it stands, folded at its blanks. */
export function machineHeader(header: string, value: string): string {
  assertOneLine(header, value);
  if (!ascii.test(value)) return textHeader(header, value);
  const trimmed = value.trim();
  if (header.length + 2 + trimmed.length <= lineMax) return `${header}: ${trimmed}\r\n`;
  return fold(header, trimmed.split(/[ \t]+/));
}

/** A line that some readers cannot take folded: Message-ID, Date. */
export function wholeHeader(header: string, value: string): string {
  assertOneLine(header, value);
  if (!ascii.test(value)) throw new HeaderRefused(header, 'must be ASCII');
  if (header.length + 2 + value.length > lineHardMax) throw new HeaderRefused(header, 'is longer than a line can be');
  return `${header}: ${value}\r\n`;
}

export interface Mailbox {
  name?: string | undefined;
  address: string;
}

const localPart = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const domainName = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Domains repeat endlessly in a sending, and turning one into ASCII costs more than looking it up. Bounded, and only a memory of a pure function. */
const domains = new Map<string, string>();
function asciiDomain(domain: string): string {
  const known = domains.get(domain);
  if (known !== undefined) return known;
  const found = domainToASCII(domain);
  if (domains.size >= 1_000) domains.clear();
  domains.set(domain, found);
  return found;
}

/**
 * An address as it goes over the wire, with its domain in ASCII; null when it cannot: control characters, brackets, a quoted or
 * non-ASCII local part (that would need SMTPUTF8 on every server of the way, RFC 6531), or a domain that is none.
 */
export function wireAddress(address: string): string | null {
  const at = address.lastIndexOf('@');
  if (at < 1 || at > 64 || address.length > 254) return null;
  const local = address.slice(0, at);
  if (!localPart.test(local)) return null;
  const domain = asciiDomain(address.slice(at + 1));
  if (domain.length === 0 || domain.length > 253 || !domainName.test(domain)) return null;
  return `${local}@${domain}`;
}

/** From, To, Reply-To: one mailbox, its name quoted or encoded as it needs. */
export function mailboxHeader(header: string, mailbox: Mailbox): string {
  const address = wireAddress(mailbox.address);
  if (address === null) throw new HeaderRefused(header, 'the address cannot be written in a mail');
  const name = (mailbox.name ?? '').toWellFormed();
  assertOneLine(header, name);
  if (name.trim() === '') return fold(header, [address]);
  if (ascii.test(name) && name.length <= 66 && !name.includes('=?')) {
    const said = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(name)
      ? name
      : `"${name.replace(/[\\"]/g, '\\$&')}"`;
    return fold(header, [said, `<${address}>`]);
  }
  return fold(header, [...encodedWords(name, header.length + 2), `<${address}>`]);
}
