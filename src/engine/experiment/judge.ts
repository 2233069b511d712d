import type { ExperimentArm, ExperimentPlan, ExperimentResult } from '#contract/experiment.ts';
import { liftOf, standingOf } from './compare-arms.ts';
import { errorEach, peopleNeeded, shareBeside } from './people-needed.ts';
import { isSplitBroken } from './sample-ratio.ts';

/** What was counted of an arm. */
export interface ArmCount {
  key: string;
  people: number;
  conversions: number;
}

/** Of so many of the control who convert, their rate says how many people are needed; before that the rate of all does. */
const rateFrom = 30;

const inPercent = (part: number): number => Math.round(part * 1000) / 10;
const sayNumber = (count: number): string => count.toLocaleString('en-US');
/** A number that nobody takes for exact: two digits of it. */
function roughly(count: number): number {
  const size = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1);
  return Math.ceil(count / size) * size;
}

/** What an experiment has shown by now. It may be asked after every person; what it says stays within its error. */
export function judge(plan: Pick<ExperimentPlan, 'arms' | 'control' | 'lift'>, counts: readonly ArmCount[]): ExperimentResult {
  const division = { arms: plan.arms, control: plan.control, worthSeeing: plan.lift / 100 };
  const countOf = (key: string): ArmCount => counts.find((each) => each.key === key) ?? { key, people: 0, conversions: 0 };
  const control = countOf(plan.control);
  const arms = plan.arms.map(({ key, label, share }): ExperimentArm => {
    const { people, conversions } = countOf(key);
    const seen = { key, label, share, people, conversions, rate: people === 0 ? null : Math.min(1, conversions / people) };
    if (key === plan.control) return { ...seen, lift: null, is: 'control' };
    const pair = {
      control: control.conversions,
      arm: conversions,
      share: shareBeside(division, key),
      worthSeeing: division.worthSeeing,
      error: errorEach(division),
    };
    const lift = liftOf(pair);
    return {
      ...seen,
      lift: {
        is: lift.is === null ? null : inPercent(lift.is),
        from: inPercent(lift.from),
        to: Number.isFinite(lift.to) ? inPercent(lift.to) : null,
      },
      is: standingOf(pair),
    };
  });
  const people = arms.reduce((sum, each) => sum + each.people, 0);
  const conversions = arms.reduce((sum, each) => sum + each.conversions, 0);
  const isBroken = isSplitBroken(
    arms.map((each) => each.people),
    plan.arms.map(({ share }) => share),
  );
  const rate = control.conversions >= rateFrom ? control.conversions / control.people : people === 0 ? 0 : conversions / people;
  const needed = rate === 0 ? null : Math.max(0, peopleNeeded(division, Math.min(1, rate)).people - people);
  const better = arms.filter(({ is }) => is === 'better').sort((a, b) => b.rate! - a.rate!);
  const winner = isBroken ? null : (better[0]?.key ?? null);
  return {
    arms,
    winner,
    split: { isBroken, says: saySplit(isBroken, arms, people) },
    people,
    needed,
    says: isBroken
      ? 'No winner is called while the split is not the one that was asked for.'
      : sayResult(plan, arms, better, { people, conversions, needed }),
  };
}

function saySplit(isBroken: boolean, arms: readonly ExperimentArm[], people: number): string {
  if (people === 0) return 'Nobody has come to it yet.';
  if (!isBroken) return 'People came to the arms in the shares that were asked for.';
  const came = arms.map((arm) => `${sayNumber(arm.people)} to “${arm.label}”`).join(', ');
  const expected = arms
    .map((arm) => sayNumber(Math.round((people * arm.share) / arms.reduce((sum, { share }) => sum + share, 0))))
    .join(', ');
  return `The split is not the one that was asked for: ${came}, where ${expected} were to be expected. Find out what keeps people from an arm before you trust the figures.`;
}

function sayResult(
  plan: Pick<ExperimentPlan, 'control' | 'lift'>,
  arms: readonly ExperimentArm[],
  better: readonly ExperimentArm[],
  { people, conversions, needed }: { people: number; conversions: number; needed: number | null },
): string {
  const control = arms.find(({ key }) => key === plan.control)!;
  const [best, ...others] = better;
  if (best) {
    const { from, to } = best.lift!;
    const also = others.map(({ label }) => `“${label}”`);
    return `“${best.label}” is better than “${control.label}”: its people convert ${to === null ? `at least ${from} % more often` : `${from} to ${to} % more often`}.${
      also.length === 0
        ? ''
        : ` So ${also.length === 1 ? 'is' : 'are'} ${also.join(', ')}; that “${best.label}” is ahead of ${also.length === 1 ? 'it' : 'them'} may be chance.`
    }`;
  }
  const worse = arms.filter(({ is }) => is === 'worse').map(({ label }) => `“${label}”`);
  const all = worse.length === arms.length - 1;
  const lost = worse.length === 0 ? '' : `${worse.join(', ')} ${worse.length === 1 ? 'is' : 'are'} worse than “${control.label}”. `;
  if (all) return lost.trim();
  if (people === 0) return 'Nobody has come to it yet.';
  if (conversions === 0 || needed === null) return 'Too early to say: nobody has converted yet.';
  if (needed > 0)
    return `${lost}Too early to say: about ${sayNumber(roughly(needed))} more people are needed to see a lift of ${plan.lift} %.`;
  return `${lost}No difference was seen. A lift of ${plan.lift} % would have been seen by now in 8 of 10 cases.`;
}
