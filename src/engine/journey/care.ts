import { day, type Duration, type Instant, ms, sayDuration, toIso } from '#contract/instant.ts';
import type { Journey } from '#contract/journey.ts';

/** Half a year: so long after it was published somebody looks at a journey that names no day. */
const reviewAfter = 182 * day;

/** The day by which somebody looks whether a journey is still right: 2026-03-01. Null before it is published, unless it names one. */
export const reviewDayOf = (journey: Pick<Journey, 'reviewBy'>, publishedAt: Instant | null): string | null =>
  journey.reviewBy ?? (publishedAt === null ? null : toIso(publishedAt + reviewAfter).slice(0, 10));

/** Who answers for a journey: whoever it names, else who owns the stage that it serves. */
export const ownerOf = (
  journey: Pick<Journey, 'owner' | 'serves'>,
  stages: readonly { key: string; owner: string | null }[],
): string | null => journey.owner ?? stages.find((stage) => stage.key === journey.serves?.to)?.owner ?? null;

/** How long after entering it is settled whether somebody meets the goal: its window, else as long as a run may take. Null without a goal. */
export function goalWindowOf(journey: Pick<Journey, 'goal' | 'steps' | 'maxTime'>): Duration | null {
  if (journey.goal !== null) return journey.goal.within;
  return journey.steps.some((step) => step.kind === 'goal') ? journey.maxTime : null;
}

/** The parts of a folder: "Onboarding / New" → Onboarding, New. None for what is in no folder. */
export const folderParts = (folder: string): string[] =>
  folder
    .split('/')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/**
 * Why a journey is retired by itself: it asks for it, and nobody has entered, or met its goal although people were there, for as long as it says. Null while it is used.
 * Time counts from when it was put in force, so that what was just published or brought back is given its time.
 */
export function whyUnused(
  journey: Pick<Journey, 'retireWithoutEntry' | 'retireWithoutGoal'>,
  { inForceSince, lastEntry, lastGoal }: { inForceSince: Instant; lastEntry: Instant | null; lastGoal: Instant | null },
  now: Instant,
): string | null {
  const { retireWithoutEntry: entry, retireWithoutGoal: goal } = journey;
  const quiet = (last: Instant | null): number => now - Math.max(inForceSince, last ?? inForceSince);
  if (entry !== null && quiet(lastEntry) >= ms(entry)) return `Nobody has entered for ${sayDuration(entry)}.`;
  if (goal !== null && lastEntry !== null && lastEntry >= inForceSince && quiet(lastGoal) >= ms(goal))
    return `Nobody has met the goal for ${sayDuration(goal)}.`;
  return null;
}
