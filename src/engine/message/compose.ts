import type { Instant } from '#contract/instant.ts';
import { chooseEncoding, encodedSizeMax, writeBody } from './encode-body.ts';
import { HeaderRefused, type Mailbox, machineHeader, mailboxHeader, textHeader, wholeHeader } from './header.ts';

/** A rendered message with everything that its headers need. Composing the same one twice gives the same bytes. */
export interface EmailParts {
  from: Mailbox;
  to: Mailbox;
  replyTo?: Mailbox | undefined;
  subject: string;
  html: string;
  text: string;
  /** With or without its angle brackets; the same over all attempts. */
  messageId: string;
  date: Instant;
  /** More headers, such as List-Unsubscribe, in this order. */
  headers: Record<string, string>;
  /** What makes the boundary of this message its own, such as the message's key. */
  boundarySeed: string;
}

/** Written by composeEmail itself, so `headers` may not hold a second one. */
const ownHeaders = new Set(['from', 'to', 'cc', 'bcc', 'sender', 'reply-to', 'subject', 'date', 'message-id', 'mime-version']);

/** Grows to the largest message so far and is written anew for each: the bytes are copied out at the end. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * The finished mail (RFC 5322, MIME multipart/alternative): CRLF line ends, 7-bit, lines of at most 78 where they can be folded and never
 * more than 998. Throws HeaderRefused for a value that cannot stand in a header.
 */
export function composeEmail(parts: EmailParts): Buffer {
  // "=_" occurs in neither encoding, so the boundary cannot occur in a body (RFC 2045 §6.7).
  const boundary = `=_${parts.boundarySeed.replace(/[^A-Za-z0-9]/g, '').slice(0, 40)}_tl`;
  const text = Buffer.from(parts.text);
  const html = Buffer.from(parts.html);
  const textEncoding = chooseEncoding(text);
  const htmlEncoding = chooseEncoding(html);
  const head =
    writeHeaders(parts) +
    `Content-Type: multipart/alternative;\r\n boundary="${boundary}"\r\n\r\n` +
    `--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ${textEncoding}\r\n\r\n`;
  const between = `\r\n--${boundary}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: ${htmlEncoding}\r\n\r\n`;
  const tail = `\r\n--${boundary}--\r\n`;

  const sizeMax = head.length + between.length + tail.length + encodedSizeMax(text.length) + encodedSizeMax(html.length);
  if (scratch.length < sizeMax) scratch = Buffer.allocUnsafeSlow(sizeMax * 2);
  const out = scratch;
  let to = out.write(head, 0, 'latin1');
  to = writeBody(out, to, text, textEncoding);
  to += out.write(between, to, 'latin1');
  to = writeBody(out, to, html, htmlEncoding);
  to += out.write(tail, to, 'latin1');
  return Buffer.from(out.subarray(0, to));
}

function writeHeaders(parts: EmailParts): string {
  let out = mailboxHeader('From', parts.from) + mailboxHeader('To', parts.to);
  if (parts.replyTo !== undefined) out += mailboxHeader('Reply-To', parts.replyTo);
  out += textHeader('Subject', parts.subject);
  out += wholeHeader('Date', mailDate(parts.date));
  out += wholeHeader('Message-ID', messageId(parts.messageId));
  out += 'MIME-Version: 1.0\r\n';
  for (const [name, value] of Object.entries(parts.headers)) {
    if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,75}$/.test(name)) throw new HeaderRefused('headers', 'a name must be letters, digits and hyphens');
    if (ownHeaders.has(name.toLowerCase()) || /^content-/i.test(name)) throw new HeaderRefused(name, 'is written from the message itself');
    out += machineHeader(name, value);
  }
  return out;
}

function messageId(id: string): string {
  const bare = id.startsWith('<') && id.endsWith('>') ? id.slice(1, -1) : id;
  if (!/^[!-;=?-~]+@[!-;=?-~]+$/.test(bare)) throw new HeaderRefused('Message-ID', 'must be one word on each side of an @');
  return `<${bare}>`;
}

/** "Sun, 01 Mar 2026 09:30:00 +0000" (RFC 5322 §3.3). */
const mailDate = (at: Instant): string => new Date(at).toUTCString().replace('GMT', '+0000');
