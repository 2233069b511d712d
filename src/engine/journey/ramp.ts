import { type Instant, ms, sayDuration } from '#contract/instant.ts';
import type { RampPlan } from '#contract/ramp.ts';
import { bucketOf } from '#contract/rule/bucket.ts';

/** A version that only a share of those who enter enters by; the others go by the one before, or, where there is none, do not enter. */
export interface Ramp {
  journey: string;
  version: number;
  previous: number | null;
  /** Percent; 0 while it is held. */
  share: number;
}

/**
 * Whether somebody enters by the new version. The draw is the person's own for this journey and version, so that whoever is among the first 5 % is among the first
 * 25 % too, and another version begins with other people.
 */
export const isAmongFirst = ({ journey, version, share }: Ramp, person: string): boolean =>
  bucketOf(`ramp/${journey}@${version}`, person) < share * 100;

/** What came of the version: people who entered since this share holds, and what became of its messages since the ramp began. */
export interface RampCounts {
  entered: number;
  sent: number;
  bounced: number;
  complained: number;
  failed: number;
  unsubscribed: number;
}

/** The guardrail that the messages of the version broke, in a sentence; null while all hold. Few messages say nothing. */
export function brokenGuardrail({ limits }: RampPlan, counts: RampCounts): string | null {
  const all = counts.sent + counts.failed;
  if (all < limits.after) return null;
  const broken = (
    [
      ['bounced', 'bounced'],
      ['complained', 'were marked as spam'],
      ['failed', 'could not be handed over, or got no answer'],
      ['unsubscribed', 'were answered by unsubscribing'],
    ] as const
  ).find(([limit]) => counts[limit] / all > limits[limit]);
  if (!broken) return null;
  const [limit, words] = broken;
  return `${counts[limit]} of ${all} messages ${words}; the limit is ${sayShare(limits[limit])}.`;
}

/** What becomes of a ramp that rises: it holds at a guardrail, rises when its share has held long enough with people enough, or stays. */
export function nextOfRamp(
  ramp: { plan: RampPlan; place: number; since: Instant },
  counts: RampCounts,
  now: Instant,
): { does: 'holds' | 'rises' | 'stays'; because: string } {
  const { plan, place, since } = ramp;
  const broken = brokenGuardrail(plan, counts);
  if (broken) return { does: 'holds', because: broken };
  if (now < since + ms(plan.every)) return { does: 'stays', because: `${plan.shares[place]} % holds for ${sayDuration(plan.every)}.` };
  if (counts.entered < plan.least)
    return { does: 'stays', because: `${counts.entered} of at least ${plan.least} people have entered at ${plan.shares[place]} %.` };
  return { does: 'rises', because: `${counts.entered} people entered at ${plan.shares[place]} %, and every guardrail holds.` };
}

const sayShare = (share: number): string => `${Math.round(share * 1000) / 10} %`;
