import { bucketOf } from '#contract/rule/bucket.ts';

/** The one of several that falls to somebody by their shares, whatever those add up to: always the same one for the same person and draw. */
export function drawn<T extends { share: number }>(draw: string, person: string, several: readonly T[]): T {
  const all = several.reduce((sum, { share }) => sum + share, 0);
  let left = (bucketOf(draw, person) / 10_000) * all;
  for (const each of several) {
    if (left < each.share) return each;
    left -= each.share;
  }
  return several.at(-1)!;
}
