import { evidenceAgainst } from './evidence.ts';

/** The share of honest experiments that are ever accused of a broken split, however often one looks. */
export const ratioError = 0.001;
/** The mixture looks for arms that are off by some five points of a hundred. */
const ratioStrength = 100;

/**
 * Whether people came to the arms in other shares than they were drawn in, so that something sends some of them past the step or counts them twice. It may be looked at
 * after every person: an honest split is accused at any time with a chance of at most 0.001.
 *
 * Lindon & Malek, "Anytime-Valid Inference for Multinomial Count Data", NeurIPS 2022, section 3.
 *
 * @param people by arm
 * @param shares by arm, in any unit
 */
export function isSplitBroken(people: readonly number[], shares: readonly number[]): boolean {
  const whole = shares.reduce((sum, share) => sum + share, 0);
  const expected = shares.map((share) => share / whole);
  return evidenceAgainst(people, expected, ratioStrength) >= Math.log(1 / ratioError);
}
