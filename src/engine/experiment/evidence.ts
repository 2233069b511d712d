/**
 * ln Γ(x) for x > 0, by Stirling's series (Abramowitz & Stegun 6.1.41) beyond 10 and the recurrence below; off by less than 1e-10.
 */
function lnGamma(x: number): number {
  let below = 0;
  let at = x;
  for (; at < 10; at++) below += Math.log(at);
  const square = 1 / (at * at);
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / at;
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - below;
}

/**
 * How much the counts speak against these shares: the logarithm of an e-value. The counts are as likely as under all shares around `expected` together (a Dirichlet
 * mixture), divided by how likely they are under `against`. If each count falls to its place with the chances `against`, whatever it is that is counted, this is a
 * martingale that begins at 0: the chance that it ever reaches ln(1/error), however often one looks, is at most `error` (Ville's inequality). It depends on the counts
 * alone and not on their order.
 *
 * Lindon & Malek, "Anytime-Valid Inference for Multinomial Count Data", NeurIPS 2022, theorem 1.
 *
 * @param counts how many of each
 * @param expected around which shares the mixture lies; they add up to 1
 * @param strength how closely: as if so many had been seen before
 * @param against the shares that are doubted; they add up to 1
 */
export function evidenceAgainst(
  counts: readonly number[],
  expected: readonly number[],
  strength: number,
  against: readonly number[] = expected,
): number {
  const all = counts.reduce((sum, count) => sum + count, 0);
  let log = lnGamma(strength) - lnGamma(strength + all);
  for (const [index, count] of counts.entries()) {
    if (count === 0) continue;
    const before = strength * expected[index]!;
    log += lnGamma(before + count) - lnGamma(before) - count * Math.log(against[index]!);
  }
  return log;
}
