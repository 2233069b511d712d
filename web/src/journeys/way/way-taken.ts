import type { Moment, WayEnd } from '#contract/trial.ts';

/** A way through a journey as the canvas draws it. */
export interface WayTaken {
  /** Step → when it was come to last, and how often. */
  steps: ReadonlyMap<string, { at: string; times: number }>;
  /** Step → the steps to which it led; null is the end of the run. */
  leads: ReadonlyMap<string, ReadonlySet<string | null>>;
  /** Where it stands or ended. */
  last: string;
  end: WayEnd;
  /** The clock by which its times are said. */
  zone: string;
}

export function wayOf({ moments, end, zone }: { moments: readonly Moment[]; end: WayEnd; zone: string }): WayTaken | null {
  const last = moments.at(-1);
  if (!last) return null;
  const steps = new Map<string, { at: string; times: number }>();
  const leads = new Map<string, Set<string | null>>();
  for (const { step, at, left, next } of moments) {
    steps.set(step, { at, times: (steps.get(step)?.times ?? 0) + 1 });
    if (left !== null) leads.set(step, (leads.get(step) ?? new Set()).add(next));
  }
  return { steps, leads, last: last.step, end, zone };
}

/** Whether a way that is drawn is one that was gone. The mark at which a run ends is no step. */
export const isGone = (way: WayTaken, edge: { from: string; to: string }): boolean => {
  const leads = way.leads.get(edge.from);
  return leads !== undefined && (leads.has(edge.to) || (leads.has(null) && edge.to.startsWith(`${edge.from}:end`)));
};
