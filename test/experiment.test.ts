import { describe, expect, test } from 'vitest';
import { liftOf, standingOf } from '#engine/experiment/compare-arms.ts';
import { evidenceAgainst } from '#engine/experiment/evidence.ts';
import { judge } from '#engine/experiment/judge.ts';
import { conversionsNeeded, errorEach, peopleNeeded, power, shareBeside, wholeError } from '#engine/experiment/people-needed.ts';
import { isSplitBroken, ratioError } from '#engine/experiment/sample-ratio.ts';
import { type Chance, chanceOf, pickByShare } from '#engine/practice/random.ts';

/** Experiments say no more than they know, however often one looks. Each of a thousand is looked at after every single person. */

const runs = 1_000;
const arm = (key: string, share: number) => ({ key, label: key.toUpperCase(), share });
const halves = { arms: [arm('a', 50), arm('b', 50)], control: 'a', lift: 20 };
const four = { arms: [arm('a', 40), arm('b', 20), arm('c', 20), arm('d', 20)], control: 'a', lift: 50 };
type Plan = typeof halves;

/** The first person after whom a winner was called; null when none was. What is known changes only when somebody converts. */
function calledAt(plan: Plan, chance: Chance, rates: Record<string, number>, people: number): number | null {
  const counts = plan.arms.map(({ key }) => ({ key, people: 0, conversions: 0 }));
  const beside = plan.arms.map(({ key }) => shareBeside(plan, key));
  const control = plan.arms.findIndex(({ key }) => key === plan.control);
  for (let person = 1; person <= people; person++) {
    const drawn = pickByShare(chance, plan.arms);
    const count = counts[plan.arms.indexOf(drawn)]!;
    count.people++;
    if (chance() >= rates[drawn.key]!) continue;
    count.conversions++;
    const touched = count === counts[control] ? counts.keys() : [counts.indexOf(count)];
    for (const index of touched)
      if (
        index !== control &&
        standingOf({
          control: counts[control]!.conversions,
          arm: counts[index]!.conversions,
          share: beside[index]!,
          worthSeeing: plan.lift / 100,
          error: errorEach(plan),
        }) === 'better'
      )
        return person;
  }
  return null;
}

const share = (times: number): string => `${((times / runs) * 100).toFixed(1)} %`;

describe('a winner', () => {
  test.each([
    ['two arms of the same', halves, { a: 0.05, b: 0.05 }, 20_000],
    ['two arms that convert often', halves, { a: 0.4, b: 0.4 }, 3_000],
    ['four arms of the same', four, { a: 0.1, b: 0.1, c: 0.1, d: 0.1 }, 5_000],
  ])('is hardly ever called among %s', (name, plan, rates, people) => {
    let called = 0;
    for (let run = 0; run < runs; run++) if (calledAt(plan, chanceOf('same', name, run), rates, people) !== null) called++;
    console.info(`${name}: a winner in ${share(called)} of ${runs}, at most ${wholeError * 100} % are stated`);
    expect(called / runs).toBeLessThanOrEqual(wholeError);
  });

  test.each([
    ['a lift of 20 %', halves, 0.1, 'b'],
    ['a lift of 50 % among four arms', four, 0.05, 'c'],
  ])('is called with %s as often as is stated', (name, plan, rate, better) => {
    const { people } = peopleNeeded({ ...plan, worthSeeing: plan.lift / 100 }, rate);
    const rates = Object.fromEntries(plan.arms.map(({ key }) => [key, key === better ? rate * (1 + plan.lift / 100) : rate]));
    const firsts: number[] = [];
    for (let run = 0; run < runs; run++) {
      const first = calledAt(plan, chanceOf('better', name, run), rates, people);
      if (first !== null) firsts.push(first);
    }
    const middle = firsts.sort((x, y) => x - y)[Math.floor(firsts.length / 2)]!;
    console.info(
      `${name}, ${people} people: called in ${share(firsts.length)} of ${runs}, at least ${power * 100} % are stated; in the middle after ${middle}`,
    );
    expect(firsts.length / runs).toBeGreaterThanOrEqual(power);
  });

  test('the interval holds the true lift at every look at once, with few people too', () => {
    let left = 0;
    // Many runs come by the same counts, and the interval hangs on these alone.
    const known = new Map<string, boolean>();
    const holds = (seen: { control: number; arm: number }): boolean => {
      const name = `${seen.control} ${seen.arm}`;
      const before = known.get(name);
      if (before !== undefined) return before;
      const { from, to } = liftOf({ ...seen, share: 0.5, worthSeeing: 0.2, error: 0.05 });
      known.set(name, from <= 0.3 && 0.3 <= to);
      return from <= 0.3 && 0.3 <= to;
    };
    for (let run = 0; run < runs; run++) {
      const chance = chanceOf('interval', run);
      const seen = { control: 0, arm: 0 };
      for (let person = 0; person < 1_500; person++) {
        const of = chance() < 0.5 ? 'arm' : 'control';
        if (chance() >= (of === 'arm' ? 0.39 : 0.3)) continue;
        seen[of]++;
        if (holds(seen)) continue;
        left++;
        break;
      }
    }
    console.info(`a lift of 30 %: left out of the interval at some look in ${share(left)} of ${runs}, at most 5 % are stated`);
    expect(left / runs).toBeLessThanOrEqual(0.05);
  });

  test.each([
    [50, 70],
    [70, 50],
    [10, 22],
    [0, 9],
    [300, 360],
  ])('what is shown and the interval are the same: %i and %i', (control, arm) => {
    const pair = { control, arm, share: 0.5, worthSeeing: 0.2, error: 0.05 };
    const { from, to } = liftOf(pair);
    expect(standingOf(pair)).toBe(from > 0 ? 'better' : to < 0 ? 'worse' : 'open');
  });

  test('what is worked out for it adds up: all that may be counted is as likely as it is', () => {
    // The mean of an e-value over all outcomes of ten conversions is 1.
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
    const mean = Array.from(
      { length: 11 },
      (_, k) => choose(10, k) * 0.3 ** k * 0.7 ** (10 - k) * Math.exp(evidenceAgainst([k, 10 - k], [0.3, 0.7], 7)),
    ).reduce((sum, each) => sum + each, 0);
    expect(mean).toBeCloseTo(1, 9);
    expect(conversionsNeeded({ share: 0.5, worthSeeing: 0.2, error: 0.05 })).toBeGreaterThan(948); // of a test that looks once
    expect(conversionsNeeded({ share: 0.5, worthSeeing: 1, error: 0.05 })).toBeLessThan(200);
  });
});

describe('the split', () => {
  test.each([
    ['halves', [50, 50]],
    ['a tenth', [90, 10]],
    ['eight arms', [30, 10, 10, 10, 10, 10, 10, 10]],
  ])('of %s is hardly ever accused when it is honest', (name, shares) => {
    let accused = 0;
    const arms = shares.map((each) => ({ share: each }));
    for (let run = 0; run < runs; run++) {
      const chance = chanceOf('honest', name, run);
      const people = shares.map(() => 0);
      for (let person = 0; person < 4_000; person++) {
        people[arms.indexOf(pickByShare(chance, arms))]!++;
        if (!isSplitBroken(people, shares)) continue;
        accused++;
        break;
      }
    }
    console.info(`${name}: accused in ${accused} of ${runs}, at most ${ratioError * runs} is stated`);
    expect(accused).toBeLessThanOrEqual(ratioError * runs * 3); // one is the mean that is allowed
  });

  test('55 to 45 is found where halves were asked for', () => {
    const found: number[] = [];
    for (let run = 0; run < runs; run++) {
      const chance = chanceOf('broken', run);
      const people = [0, 0];
      for (let person = 1; person <= 6_000; person++) {
        people[chance() < 0.55 ? 0 : 1]!++;
        if (!isSplitBroken(people, [50, 50])) continue;
        found.push(person);
        break;
      }
    }
    const middle = found.sort((x, y) => x - y)[Math.floor(found.length / 2)]!;
    console.info(`55 to 45: found in ${share(found.length)} of ${runs} by 6,000 people; in the middle after ${middle}`);
    expect(found.length / runs).toBeGreaterThan(0.99);
  });
});

describe('what is said', () => {
  const of = (plan: Plan, ...counts: [number, number][]) =>
    judge(
      plan,
      counts.map(([people, conversions], index) => ({ key: plan.arms[index]!.key, people, conversions })),
    );
  test('before anybody came, and before anybody converted', () => {
    expect(of(halves, [0, 0], [0, 0]).says).toBe('Nobody has come to it yet.');
    expect(of(halves, [20, 0], [18, 0]).says).toBe('Too early to say: nobody has converted yet.');
  });
  test('too early, with how many are needed', () => {
    const { says, winner, needed } = of(halves, [500, 50], [510, 60]);
    expect([winner, needed! > 5_000]).toEqual([null, true]);
    expect(says).toMatch(/^Too early to say: about [\d,]+ more people are needed to see a lift of 20 %\.$/);
  });
  test('a winner, by how much', () => {
    const { says, winner, arms } = of(halves, [5_000, 500], [5_010, 700]);
    expect([winner, arms[1]!.is]).toEqual(['b', 'better']);
    expect(says).toMatch(/^“B” is better than “A”: its people convert [\d.]+ to [\d.]+ % more often\.$/);
  });
  test('two that are better, and that which of them is best may be chance', () => {
    const { says, winner } = of(four, [4_000, 200], [2_000, 200], [2_000, 210], [2_000, 100]);
    expect(winner).toBe('c');
    expect(says).toContain('So is “B”; that “C” is ahead of it may be chance.');
  });
  test('an arm that is worse, and no difference with people enough', () => {
    expect(of(halves, [5_000, 700], [5_000, 500]).says).toBe('“B” is worse than “A”.');
    expect(of(halves, [40_000, 4_000], [40_000, 4_010]).says).toBe(
      'No difference was seen. A lift of 20 % would have been seen by now in 8 of 10 cases.',
    );
  });
  test('no winner while the split is broken', () => {
    const { says, winner, split } = of(halves, [6_000, 500], [4_000, 700]);
    expect([winner, split.isBroken]).toEqual([null, true]);
    expect(split.says).toContain('6,000 to “A”, 4,000 to “B”, where 5,000, 5,000 were to be expected');
    expect(says).toContain('No winner is called');
  });
});
