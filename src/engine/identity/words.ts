const kinds: Record<string, string> = { user: 'user id', anonymous: 'device', email: 'address', phone: 'number', push: 'push endpoint' };
/** What people call a kind of identifier; the id of another system keeps its own name. */
export const sayKind = (kind: string): string => kinds[kind] ?? kind;

/** Who said something, for people. */
export function sayBy(by: string): string {
  if (by === 'write-key') return 'a browser or an app';
  if (by === 'api-key') return 'a server';
  return by.startsWith('form:') ? 'a form' : by.startsWith('import:') ? 'an import' : by;
}
