import type { Journey } from '#contract/journey.ts';
import { escapeHtml } from './liquid.ts';

/** Makes a link of the message the one that is written into it, and remembers it. */
export interface LinkBook {
  /** Every http(s) link that was rewritten, in the order of the message; its index names it. */
  links: string[];
  /** The address to write for this one, or null when it must not be a link. */
  write(address: string): string | null;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: browsers drop them inside a scheme, so they are taken out before it is read
const ignoredInUrls = /[\x00-\x1f\x7f]/g;

/**
 * The address as it may stand in a mail: http, https, mailto or tel; null for everything else (javascript:, data:, relative
 * addresses, which lead nowhere in a mail, and addresses with a user or password in front of the host).
 */
export function safeAddress(text: string): string | null {
  const address = text.replace(ignoredInUrls, '').trim().replaceAll(' ', '%20');
  if (/^https?:\/\//i.test(address)) {
    if (address.includes('\\') || !URL.canParse(address)) return null;
    return /^https?:\/\/[^/?#]*@/i.test(address) ? null : address;
  }
  if (/^mailto:[^\s<>"]+$/i.test(address) || /^tel:[+0-9().%-]+$/i.test(address)) return address;
  return null;
}

/** The address with these UTM parameters; one that it has already stays as it is. */
export function withUtm(address: string, utm: Readonly<Record<string, string>>): string {
  const url = new URL(address);
  const missing = Object.entries(utm).filter(([name]) => !url.searchParams.has(`utm_${name}`));
  if (missing.length === 0) return address;
  // Put together by hand: what stands in the address is not written anew.
  const [rest, hash] = address.split(/(?=#)/, 2) as [string, string?];
  const added = missing.map(([name, value]) => `utm_${name}=${encodeURIComponent(value)}`).join('&');
  return `${rest}${rest.includes('?') ? (/[?&]$/.test(rest) ? '' : '&') : '?'}${added}${hash ?? ''}`;
}

/** How the links of a journey's messages are marked, or null when they are not. */
export const utmOf = (journey: { key: string; body: Pick<Journey, 'utm'> } | undefined, channel: string): Record<string, string> | null =>
  journey === undefined || journey.body.utm === null
    ? null
    : { source: 'throughline', medium: channel, campaign: journey.key, ...journey.body.utm };

const isWeb = (address: string): boolean => /^https?:/i.test(address);

/** `untouched` are the links that must work as they are: unsubscribe and preferences. */
export function linkBook(wrapLink: (url: string, index: number) => string, untouched: readonly string[]): LinkBook {
  const links: string[] = [];
  return {
    links,
    write(address) {
      const safe = safeAddress(address);
      if (safe === null || !isWeb(safe) || untouched.includes(safe)) return safe;
      links.push(safe);
      return wrapLink(safe, links.length - 1);
    },
  };
}

const attribute = /\s*([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?|\s*\/(?!>)|\s+/y;
/** Attributes that lead somewhere; only those of a and area are clicked, and only they are rewritten. */
const leading = new Set(['href', 'action', 'formaction', 'xlink:href']);
const namedEntities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  colon: ':',
  tab: '\t',
  newline: '\n',
  sol: '/',
  lpar: '(',
  rpar: ')',
};

const decodeEntities = (text: string): string =>
  text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]{2,8}));?/gi,
    (whole, hex: string | undefined, digits: string | undefined, name: string | undefined) => {
      if (name !== undefined) return namedEntities[name.toLowerCase()] ?? whole;
      const code = hex !== undefined ? Number.parseInt(hex, 16) : Number(digits);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
    },
  );

/**
 * A finished HTML body with its links rewritten. Reads every start tag with its attributes, so a ">" inside a value does not end the
 * tag; an address that is not allowed leaves the attribute out. Comments, with Outlook's conditions in them, are read like the rest.
 */
export function rewriteHtmlLinks(html: string, book: LinkBook): string {
  let out = '';
  let copied = 0;
  const start = /<([a-zA-Z][a-zA-Z0-9:-]*)/g;
  for (let tag = start.exec(html); tag !== null; tag = start.exec(html)) {
    const clickable = /^(?:a|area|v:\w+)$/i.test(tag[1]!);
    attribute.lastIndex = start.lastIndex;
    for (;;) {
      const from = attribute.lastIndex;
      const found = attribute.exec(html);
      if (found === null) {
        start.lastIndex = from;
        break;
      }
      const name = found[1]?.toLowerCase();
      const value = found[2] ?? found[3] ?? found[4];
      if (name === undefined || value === undefined || !leading.has(name)) continue;
      const address = decodeEntities(value).trim();
      if (address === '' || address.startsWith('#')) continue;
      const written = clickable ? book.write(address) : safeAddress(address);
      if (written === address) continue;
      out += html.slice(copied, from) + (written === null ? '' : ` ${name}="${escapeHtml(written)}"`);
      copied = attribute.lastIndex;
    }
  }
  return out + html.slice(copied);
}
