import { readAddress, readPhone } from '#contract/address.ts';
import type { Claims } from '#contract/fact.ts';
import type { ImportSettings } from '#contract/import.ts';
import { day, type Instant, instantOf } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import { type FieldBook, fromText, whyUnfit } from '../fields.ts';
import { withTrait } from '../traits.ts';

/** What a row of a file says about somebody. */
export interface RowSays {
  userId: string | null;
  claims: Claims;
  traits: JsonObject;
  /** When consent was given; null when the row brings none. */
  consentAt: Instant | null;
  /** Consent is the basis, and the row has no date that can be read. */
  withoutDate: boolean;
  /** Values that their field will not take: they are kept aside with the reason. */
  unfit: { path: string; reason: string; value: string }[];
}

/** Longer cells are no facts about a person. */
const cellMax = 5_000;
const userIdMax = 200;

/** Reads one row with the settings of its import; a text is why it cannot be taken. Empty cells say nothing: an import takes nothing away. */
export function readRow(cells: readonly string[], settings: ImportSettings, fields: FieldBook, now: Instant): RowSays | string {
  if (cells.length > settings.mapping.length)
    return `The row has ${cells.length} cells and the file has ${settings.mapping.length} columns: is a quotation mark or a separator missing?`;
  const says: RowSays = { userId: null, claims: {}, traits: {}, consentAt: null, withoutDate: false, unfit: [] };
  const troubles: string[] = [];
  for (const [index, target] of settings.mapping.entries()) {
    const text = (cells[index] ?? '').trim();
    if (target === null || text === '') continue;
    if (text.length > cellMax) return `The cell for ${target} has ${text.length} characters; at most ${cellMax} are taken.`;
    if (target === 'userId') {
      if (text.length > userIdMax) return `The user id has ${text.length} characters; at most ${userIdMax} are taken.`;
      says.userId = text;
      continue;
    }
    if (target === 'email') {
      const address = readAddress(text);
      if (address === null) troubles.push(`"${shorten(text)}" is not an address that mail can be sent to.`);
      else says.claims.email = address;
    }
    if (target === 'phone') {
      const phone = readPhone(text);
      if (phone === null) troubles.push(`"${shorten(text)}" is not an international phone number such as +43 660 1234567.`);
      else says.claims.phone = phone;
    }
    const field = fields.byPath.get(target);
    const value =
      target === 'email' ? (says.claims.email ?? text) : target === 'phone' ? (says.claims.phone ?? text) : fromText(field, text);
    const unfit = field ? whyUnfit(field, value) : null;
    if (unfit) says.unfit.push({ path: target, reason: unfit.reason, value: shorten(text) });
    says.traits = withTrait(says.traits, target, value);
  }
  if (says.userId === null && says.claims.email === undefined && says.claims.phone === undefined)
    return troubles[0] ?? 'The row names nobody: it has no e-mail, phone number or user id.';
  const { basis } = settings;
  if (basis.basis === 'consent') {
    const given = 'on' in basis.given ? basis.given.on : (cells[basis.given.column] ?? '').trim();
    const at = readDate(given);
    if (at !== null && at <= now + day) says.consentAt = Math.min(at, now);
    else says.withoutDate = true;
  }
  return says;
}

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text);

/** A date as it is written in files: 2026-03-01, with a time if wanted, or 01.03.2026. With slashes nobody can tell day and month apart, so it is none. */
function readDate(text: string): Instant | null {
  const iso = instantOf(text.replace(/^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})/, '$1T$2'));
  if (iso !== null) return iso;
  const match = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
  return match ? instantOf(`${match[3]}-${match[2]!.padStart(2, '0')}-${match[1]!.padStart(2, '0')}`) : null;
}

/** By what a row's person is told apart from others in the file, strongest first. */
export const namesOfRow = (says: RowSays): string[] => [
  ...(says.userId === null ? [] : [`user ${says.userId}`]),
  ...(says.claims.email ? [`email ${says.claims.email}`] : []),
  ...(says.claims.phone ? [`phone ${says.claims.phone}`] : []),
];
