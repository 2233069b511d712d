import { evidenceAgainst } from './evidence.ts';

/** An arm beside the control. */
export interface Pair {
  /** Conversions of each. */
  control: number;
  arm: number;
  /** The arm's part of both shares: 0.5 where as many people take one as the other. */
  share: number;
  /** The smallest lift worth seeing, as a part: 0.2 is 20 %. It decides where the test looks closest, and not what is true. */
  worthSeeing: number;
  /** The chance that may be taken of seeing a difference where there is none, at any look. */
  error: number;
}

/** How much more often people of the arm convert than those of the control, as a part: 0.2 is 20 % more. `to` is infinite where nothing bounds it. */
export interface Lift {
  /** The best guess; null before the first conversion. */
  is: number | null;
  from: number;
  to: number;
}

/** The part of conversions that fall to the arm when its people convert so much more often. */
export const shareAt = (share: number, lift: number): number => (share * (1 + lift)) / (share * (1 + lift) + 1 - share);
const liftAt = (share: number, part: number): number =>
  part >= 1 ? Number.POSITIVE_INFINITY : (part / (1 - part)) * ((1 - share) / share) - 1;

/** As if so many conversions had been seen: the mixture spreads as far as the smallest lift worth seeing is from none. */
export function strengthOf({ share, worthSeeing }: Pick<Pair, 'share' | 'worthSeeing'>): number {
  const apart = shareAt(share, worthSeeing) - share;
  return Math.max(1, (share * (1 - share)) / apart ** 2 - 1);
}

/** How much the conversions speak against a lift, as the logarithm of an e-value. */
export const evidenceAgainstLift = ({ control, arm, share, worthSeeing }: Omit<Pair, 'error'>, lift: number): number => {
  const part = shareAt(share, lift);
  return evidenceAgainst([arm, control], [share, 1 - share], strengthOf({ share, worthSeeing }), [part, 1 - part]);
};

/** Whether the arm is shown to be better or worse than the control; open while nothing is shown. The same as on which side of no lift the whole interval lies. */
export function standingOf(pair: Pair): 'better' | 'worse' | 'open' {
  const { control, arm, share, error } = pair;
  if (evidenceAgainstLift(pair, 0) < Math.log(1 / error)) return 'open';
  return arm > (control + arm) * share ? 'better' : 'worse';
}

/**
 * The lifts that the conversions do not speak against. The interval holds at every look at once: the chance that it ever leaves the true lift out is at most `error`. Of those
 * who convert, each is the arm's with a chance that the shares and the lift decide, and nothing else does: not how often people convert, not whether that changes from day to
 * day, not how late conversions come in. So it is exact with few people too; it asks that people convert in both arms at the same times, only more or fewer of them.
 *
 * Lindon & Malek, "Anytime-Valid Inference for Multinomial Count Data", NeurIPS 2022: conversions alone, by arm, with a beta mixture; the interval is its confidence sequence.
 */
export function liftOf(pair: Pair): Lift {
  const { control, arm, share, worthSeeing, error } = pair;
  const all = control + arm;
  if (all === 0) return { is: null, from: -1, to: Number.POSITIVE_INFINITY };
  const strength = strengthOf({ share, worthSeeing });
  const limit = Math.log(1 / error);
  const isDoubted = (part: number): boolean => evidenceAgainst([arm, control], [share, 1 - share], strength, [part, 1 - part]) >= limit;
  const likely = arm / all;
  /** Between a part that is doubted and one that is not. */
  const edge = (doubted: number, held: number): number => {
    let [out, inside] = [doubted, held];
    for (let round = 0; round < 60; round++) {
      const middle = (out + inside) / 2;
      if (isDoubted(middle)) out = middle;
      else inside = middle;
    }
    return inside;
  };
  return {
    is: control === 0 ? null : liftAt(share, likely),
    from: arm === 0 ? -1 : liftAt(share, edge(0, likely)),
    to: control === 0 ? Number.POSITIVE_INFINITY : liftAt(share, edge(1, likely)),
  };
}
