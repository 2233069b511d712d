import { Problem } from '#contract/problems.ts';

/** A place in a list, as clients carry it: opaque to them. */
export const encodeCursor = (place: (string | number)[]): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** What a part of a place is: an instant, a number that the database counts by, a uuid, or any text. */
export type PlacePart = 'instant' | 'number' | 'uuid' | 'text';
const instantMax = Date.UTC(9999, 0);
const fits: Record<PlacePart, (part: unknown) => boolean> = {
  instant: (part) => typeof part === 'number' && Math.abs(part) < instantMax,
  number: (part) => Number.isSafeInteger(part),
  uuid: (part) => typeof part === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(part),
  text: (part) => typeof part === 'string',
};

/** The place that a cursor names, made of these parts. Refuses what it did not make itself. */
export function decodeCursor(cursor: string | undefined, ...parts: PlacePart[]): (string | number)[] | null {
  if (cursor === undefined) return null;
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(place) && place.length === parts.length && parts.every((part, index) => fits[part](place[index]))) return place;
  } catch {
    // falls through to the refusal
  }
  throw new Problem('query-invalid', [{ path: 'cursor', message: 'must be `next` of the page before' }]);
}

/** Cuts one row more than asked for into a page and the place where the next begins. */
export function toPage<R, T>(
  rows: R[],
  limit: number,
  place: (row: R) => (string | number)[],
  item: (row: R) => T,
): { items: T[]; next: string | null } {
  const shown = rows.slice(0, limit);
  return { items: shown.map(item), next: rows.length > limit ? encodeCursor(place(shown.at(-1)!)) : null };
}
