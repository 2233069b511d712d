import type { RampPlan } from '#contract/ramp.ts';
import { plural } from '../../parts/number.ts';
import type { JourneyRow } from '../journey-lines.ts';

/** How a version is brought to people, as it is being chosen: whether step by step, and the shares as they are written. */
export interface RampChoice {
  steps: boolean;
  shares: string;
  plan: Omit<RampPlan, 'shares'>;
}

const writeShares = (shares: readonly number[]): string => shares.join(', ');

/** "5, 25, 100": rising shares that end with everybody; null when it is no such thing. */
export function readShares(text: string): number[] | null {
  const shares = text
    .split(/[\s,;%]+/)
    .filter((part) => part !== '')
    .map(Number);
  const rise = shares.every(
    (share, place) => Number.isInteger(share) && share >= 1 && share <= 100 && (place === 0 || share > shares[place - 1]!),
  );
  return rise && shares.length > 1 && shares.length <= 10 && shares.at(-1) === 100 ? shares : null;
}

/** What is sent; undefined while the shares cannot be read. */
export function toRamp({ steps, shares, plan }: RampChoice): RampPlan | null | undefined {
  if (!steps) return null;
  const read = readShares(shares);
  return read === null ? undefined : { ...plan, shares: read };
}

/** How many a week would enter by the new version at a share, by what entered in the last 7 days. */
export const weekly = (entered7d: number, share: number): number => Math.round((entered7d * share) / 100);

/**
 * What a careful person would choose, and why. Step by step where it costs nobody anything and says something: where the others go on by the version before, and
 * so many enter that the first share has its people within a week.
 */
export function usualChoice(
  row: Pick<JourneyRow, 'version' | 'retired' | 'entered7d'> | undefined,
  defaults: RampPlan,
): { choice: RampChoice; because: string } {
  const { shares, ...plan } = defaults;
  const choice = (steps: boolean): RampChoice => ({ steps, shares: writeShares(shares), plan });
  if (!row || row.version === null || row.retired)
    return { choice: choice(false), because: 'Nobody enters by another version meanwhile: whoever is not in the share would miss it.' };
  if (weekly(row.entered7d, shares[0]!) < plan.least)
    return {
      choice: choice(false),
      because: `Too few enter for a share of them to say anything soon: ${plural(row.entered7d, 'person', 'people')} in the last 7 days.`,
    };
  return {
    choice: choice(true),
    because: `A mistake reaches few before it is noticed; the others enter by version ${row.version} as before.`,
  };
}
