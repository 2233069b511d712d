/** Deeper than any rule may nest, and shallow enough for everything that walks through it. */
const depthMax = 64;

/** What keeps a value from being stored as JSON and read back the same, and where; null when nothing does. */
export function whyNotKeepable(value: unknown, path: readonly string[] = []): { path: readonly string[]; message: string } | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : { path, message: 'must be a number that can be written in digits' };
  if (typeof value === 'string')
    return isStorable(value) ? null : { path, message: 'holds a character that no database text can keep (NUL or half a character)' };
  if (typeof value !== 'object' || value === null) return null;
  if (path.length >= depthMax) return { path: path.slice(0, 3), message: 'nests too deeply' };
  for (const [key, inner] of Object.entries(value)) {
    if (!isStorable(key)) return { path, message: 'has a name with a character that no database text can keep (NUL or half a character)' };
    const found = whyNotKeepable(inner, [...path, key]);
    if (found) return found;
  }
  return null;
}

const isStorable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();
