import { brokenGuardrail, type RampCounts } from '#engine/journey/ramp.ts';
import type { Reply } from '../api.ts';
import { plural, sayPercent } from '../parts/number.ts';

/** How far a new version has been brought in, in words. All of it is pure. */

export type Ramp = NonNullable<Reply<'getRamp'>['ramp']>;

export const isOpen = ({ state }: Pick<Ramp, 'state'>): boolean => state === 'rising' || state === 'held';

/** The share that comes after the one that holds, or is held; 100 at the end. */
export const nextShare = ({ plan, place }: Pick<Ramp, 'plan' | 'place'>): number => plan.shares[place + 1] ?? 100;

/** Who enters by which version now. */
export function sayWhoEnters({ state, version, previous, share }: Pick<Ramp, 'state' | 'version' | 'previous' | 'share'>): string {
  if (state === 'held') {
    const others = previous === null ? 'nobody enters meanwhile' : `everybody enters by version ${previous} meanwhile`;
    return `Version ${version} is held: ${others}.`;
  }
  const others = previous === null ? 'the others do not enter yet' : `the others enter by version ${previous}`;
  return `Version ${version} is for ${share} % of those who enter; ${others}.`;
}

/** What the next share waits for besides its time; null when nobody is missing. */
export function sayMissing({ plan, counts }: Pick<Ramp, 'plan' | 'counts'>): string | null {
  const missing = plan.least - counts.entered;
  return missing > 0 ? `${plural(missing, 'more person has', 'more people have')} entered at this share` : null;
}

const guarded = ['bounced', 'complained', 'failed', 'unsubscribed'] as const;

export interface Guardrail {
  key: (typeof guarded)[number];
  count: number;
  says: string;
  broken: boolean;
}

/** The guardrails: how many, which share that is, and how much may be. Shares of few messages say nothing. */
export function guardrailsOf({ plan, counts }: { plan: Ramp['plan']; counts: RampCounts }): Guardrail[] {
  const all = counts.sent + counts.failed;
  const counted = all >= plan.limits.after;
  return guarded.map((key) => {
    const limit = `at most ${sayPercent(plan.limits[key], 1)}`;
    return {
      key,
      count: counts[key],
      says: counted ? `${sayPercent(counts[key], all)}, ${limit}` : limit,
      broken:
        brokenGuardrail(
          { ...plan, limits: { ...plan.limits, bounced: 1, complained: 1, failed: 1, unsubscribed: 1, [key]: plan.limits[key] } },
          counts,
        ) !== null,
    };
  });
}

/** How far it is until the guardrails say something; null when they do. */
export function sayTooFew({ plan, counts }: Pick<Ramp, 'plan' | 'counts'>): string | null {
  return counts.sent + counts.failed >= plan.limits.after
    ? null
    : `Guardrails are looked at from ${plural(plan.limits.after, 'message')} on.`;
}

/** What became of a ramp, for the list of versions. */
export function sayOutcome({ state, share, plan, place, reason, previous }: Ramp): string {
  const at = plan.shares[place] ?? 100;
  const because = reason === null ? '' : `: ${reason}`;
  if (state === 'rising') return `For ${share} % so far${because}`;
  if (state === 'held') return `Held at ${at} %${because}`;
  if (state === 'ended') return `Ended at ${at} %${because}`;
  return `Brought to everybody step by step${previous === null ? '' : ` after version ${previous}`}${because}`;
}
