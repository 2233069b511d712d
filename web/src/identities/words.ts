import { sayKind as sayPlainKind } from '#engine/identity/words.ts';
import { upper } from '../parts/upper.ts';

/** A kind of identifier as a heading or the first word of a row. */
export const sayKind = (kind: string): string => upper(sayPlainKind(kind));

/** Ids are read letter by letter; addresses and numbers are words. */
export const isId = (kind: string): boolean => kind !== 'email' && kind !== 'phone';

/** Somebody as they were called when they were joined. */
export const callJoined = (joined: { person: string; who: { name: string | null; email: string | null; userId: string | null } }): string =>
  joined.who.name ?? joined.who.email ?? joined.who.userId ?? `Visitor ${joined.person.slice(-6)}`;
