import { sayKind as sayPlainKind } from '#engine/identity/words.ts';

/** A kind of identifier as a heading or the first word of a row. */
export function sayKind(kind: string): string {
  const words = sayPlainKind(kind);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Ids are read letter by letter; addresses and numbers are words. */
export const isId = (kind: string): boolean => kind !== 'email' && kind !== 'phone';
