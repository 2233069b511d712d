/** A source of chance: each call gives the next number from 0 up to, but not including, 1. The same seed gives the same numbers. */
export type Chance = () => number;

/** Chance from a seed of any parts, such as the practice's own seed, a person and what they are about to do. */
export function chanceOf(...seed: (string | number)[]): Chance {
  // The text's hash (FNV-1a, 32 bits) starts mulberry32; both are by their authors in the public domain. Quick, and even enough for people.
  let state = 0x811c9dc5;
  for (const char of seed.join('\u001f')) state = Math.imul(state ^ char.codePointAt(0)!, 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const happens = (chance: Chance, probability: number): boolean => chance() < probability;

/** A whole number from `from` to `to`, both included. */
export const between = (chance: Chance, from: number, to: number): number => from + Math.floor(chance() * (to - from + 1));

export const pick = <T>(chance: Chance, list: readonly T[]): T => list[Math.floor(chance() * list.length)]!;

/** One of some things, each as likely as its share of the sum. */
export function pickByShare<T extends { share: number }>(chance: Chance, list: readonly T[]): T {
  let left = chance() * list.reduce((sum, each) => sum + each.share, 0);
  for (const each of list) {
    left -= each.share;
    if (left < 0) return each;
  }
  return list[list.length - 1]!;
}

/** How long people take: half of them less than the median, a few very much longer (log-normal; its logarithm varies by about 1). */
export function someTime(chance: Chance, median: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  return median * Math.exp(Math.max(-2.5, Math.min(2.5, normal)));
}
