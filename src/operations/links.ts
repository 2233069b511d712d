import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from '#contract/problems.ts';

/** What a signed link stands for. The address that a click leads to is inside the signature, so it leads nowhere else. */
export interface LinkClaim {
  kind: 'click' | 'open' | 'unsubscribe' | 'form';
  workspace: number;
  person: string;
  message: string;
  /** For a click: which link of the message, and where it leads. For a form: until when it recognises them, in milliseconds since 1970. */
  link: number;
  url: string;
}

const letters = { click: 'c', open: 'o', unsubscribe: 'u', form: 'f' } as const;
const kinds = Object.fromEntries(Object.entries(letters).map(([kind, letter]) => [letter, kind])) as Record<string, LinkClaim['kind']>;
/** The key's number stands first, so that a new key leaves old links valid: an unsubscribe link is kept for ever. */
const keyNumber = '1';

/** Makes and reads the signed tokens of links in messages: HMAC-SHA-256 over the claim, cut to 128 bits. */
export class Links {
  private readonly secret: string;
  private readonly publicUrl: string;

  constructor(secret: string, publicUrl: string) {
    this.secret = secret;
    this.publicUrl = publicUrl.replace(/\/+$/, '');
  }

  /** Who writes while no From address is set: hello@ at the host of the public address. */
  get defaultSender(): string {
    return `hello@${new URL(this.publicUrl).hostname}`;
  }

  /** Whether an address is that of a hosted form of ours. */
  isForm(url: string): boolean {
    return url.startsWith(`${this.publicUrl}/f/`) && URL.canParse(url);
  }

  /** Where the link to unsubscribe of a test leads: to a page that says so, and unsubscribes nobody. */
  get testUnsubscribe(): string {
    return `${this.publicUrl}/u/test`;
  }

  url(claim: LinkClaim): string {
    return `${this.publicUrl}/${letters[claim.kind]}/${this.token(claim)}`;
  }

  token(claim: LinkClaim): string {
    const body = Buffer.from(
      `${letters[claim.kind]}|${claim.workspace}|${claim.person}|${claim.message}|${claim.link}|${claim.url}`,
    ).toString('base64url');
    return `${keyNumber}${body}.${this.sign(body)}`;
  }

  /** The claim of a token of this kind; refuses one that was changed, cut, or made for something else. */
  read(kind: LinkClaim['kind'], token: string): LinkClaim {
    const [body, signature] = token.slice(1).split('.');
    if (token[0] !== keyNumber || !body || !signature) throw new Problem('token-invalid');
    const expected = Buffer.from(this.sign(body));
    const given = Buffer.from(signature);
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) throw new Problem('token-invalid');
    const [letter, workspace, person, message, link, ...url] = Buffer.from(body, 'base64url').toString().split('|');
    if (kinds[letter ?? ''] !== kind) throw new Problem('token-invalid');
    return { kind, workspace: Number(workspace), person: person!, message: message!, link: Number(link), url: url.join('|') };
  }

  private sign(body: string): string {
    return createHmac('sha256', this.secret).update(body).digest().subarray(0, 16).toString('base64url');
  }
}
