import { evidenceAgainstLift, type Pair, shareAt } from './compare-arms.ts';

/** The chance, over the whole experiment and however often one looks, that a winner is called where no arm is better than the control. */
export const wholeError = 0.05;
/** The share of experiments with the lift worth seeing that have called it by the time all people who are needed were there. */
export const power = 0.8;

const conversionsMax = 300_000;
const worked = new Map<string, number>();

/**
 * After how many conversions of both together an arm that is so much better is called better in `power` of experiments, looked at after each of them. Worked out, not
 * drawn: the chance of each number of the arm's conversions that has not crossed the line yet, carried from one conversion to the next.
 */
export function conversionsNeeded({ share, worthSeeing, error }: Omit<Pair, 'control' | 'arm'>): number {
  const name = `${share}/${worthSeeing}/${error}`;
  const known = worked.get(name);
  if (known !== undefined) return known;
  const limit = Math.log(1 / error);
  const chance = shareAt(share, worthSeeing);
  /** chances[i]: the arm has `low + i` conversions, and nothing was called yet. */
  let chances = new Float64Array([1]);
  let low = 0;
  let line = 1;
  let called = 0;
  let seen = 0;
  while (called < power && seen < conversionsMax) {
    seen++;
    line = Math.max(line, Math.ceil(seen * share));
    while (line <= seen && evidenceAgainstLift({ arm: line, control: seen - line, share, worthSeeing }, 0) < limit) line++;
    const next = new Float64Array(chances.length + 1);
    for (let index = 0; index < chances.length; index++) {
      next[index]! += chances[index]! * (1 - chance);
      next[index + 1]! += chances[index]! * chance;
    }
    let end = next.length;
    while (end > 0 && low + end - 1 >= line) called += next[--end]!;
    let begin = 0;
    // What is all but impossible is not carried on.
    while (begin < end - 1 && next[begin]! < 1e-12) begin++;
    chances = next.slice(begin, end);
    low += begin;
  }
  if (worked.size > 200) worked.clear();
  worked.set(name, seen);
  return seen;
}

/** What an experiment divides people by. */
export interface Division {
  arms: readonly { key: string; share: number }[];
  control: string;
  /** The smallest lift worth seeing, as a part. */
  worthSeeing: number;
}

/** The error that each arm's comparison with the control may take: the whole one divided by their number (Bonferroni). */
export const errorEach = ({ arms }: Pick<Division, 'arms'>): number => wholeError / Math.max(1, arms.length - 1);

/** The arm's part of its share and the control's. */
export function shareBeside({ arms, control }: Pick<Division, 'arms' | 'control'>, arm: string): number {
  const of = (key: string): number => arms.find((each) => each.key === key)?.share ?? 0;
  return of(arm) / (of(arm) + of(control));
}

/**
 * How many people have to come, and how many of them convert, so that an arm that is better by the lift worth seeing is called in 8 of 10 experiments. A little more than on
 * average, because so many people may convert a few times fewer.
 * @param rate the part of people of the control who convert
 */
export function peopleNeeded(division: Division, rate: number): { people: number; conversions: number } {
  const whole = division.arms.reduce((sum, { share }) => sum + share, 0);
  const control = division.arms.find(({ key }) => key === division.control)!;
  const people = Math.max(
    ...division.arms
      .filter(({ key }) => key !== division.control)
      .map((arm) => {
        const pair = { share: shareBeside(division, arm.key), worthSeeing: division.worthSeeing, error: errorEach(division) };
        const needed = conversionsNeeded(pair);
        const converting = (rate * (control.share + arm.share * (1 + division.worthSeeing))) / whole;
        return (needed + Math.sqrt(needed)) / converting;
      }),
  );
  return { people: Math.ceil(people), conversions: Math.ceil(people * rate) };
}
