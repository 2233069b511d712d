import { upper } from '../parts/upper.ts';

/** A path out of the name of a column: Last visit → lastVisit; null when nothing is left of it. */
export function pathOf(name: string): string | null {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  const path = words.map((word, index) => (index === 0 ? word : upper(word))).join('');
  return /^[a-z]/.test(path) ? path.slice(0, 100) : null;
}
