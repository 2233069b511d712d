/** A mean as it is told: a whole number, and below ten to a tenth. */
export const inFew = (mean: number): number => (mean >= 10 ? Math.round(mean) : Math.round(mean * 10) / 10);

/** How far futures lie apart in what is read off each: the least and the most. */
export function spreadOf<T>(futures: readonly T[], read: (future: T) => number): [least: number, most: number] {
  const each = futures.map(read);
  return [Math.min(...each), Math.max(...each)];
}
