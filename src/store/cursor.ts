import { Problem } from '#contract/problems.ts';

/** A place in a list, as clients carry it: opaque to them. */
export const encodeCursor = (place: (string | number)[]): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** The place that a cursor names: `length` strings or numbers. Refuses what it did not make itself. */
export function decodeCursor(cursor: string | undefined, length: number): (string | number)[] | null {
  if (cursor === undefined) return null;
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(place) && place.length === length && place.every((part) => typeof part === 'string' || typeof part === 'number')) return place;
  } catch {
    // falls through to the refusal
  }
  throw new Problem('query-invalid', [{ path: 'cursor', message: 'must be `next` of the page before' }]);
}

/** Cuts one row more than asked for into a page and the place where the next begins. */
export function toPage<R, T>(rows: R[], limit: number, place: (row: R) => (string | number)[], item: (row: R) => T): { items: T[]; next: string | null } {
  const shown = rows.slice(0, limit);
  return { items: shown.map(item), next: rows.length > limit ? encodeCursor(place(shown.at(-1)!)) : null };
}
