import type { Score, Signal } from '#contract/definition-bodies.ts';
import { sayTenth } from '../parts/number.ts';
import { durationMs, sayDuration } from '#contract/instant.ts';

const points = new Intl.NumberFormat('en', { maximumFractionDigits: 1, signDisplay: 'exceptZero' });
/** "+15", "−5", "0": what a line adds. */
export const sayPoints = (value: number): string => points.format(value).replace('-', '−');
/** "72", "43.5": a value, to a tenth. */
export const sayValue = sayTenth;

/** A duration that may still be wrong, in words. */
const say = (duration: string): string => (durationMs(duration) === null ? duration : sayDuration(duration));

/** How a line loses its worth: "half after 14 days, gone after 90 days". */
export function sayDecay(line: Pick<Signal, 'halfLife' | 'expires' | 'times'>): string {
  const parts = [
    line.halfLife === undefined ? '' : `half after ${say(line.halfLife)}`,
    line.expires === undefined ? '' : `gone after ${say(line.expires)}`,
    line.times === undefined ? '' : line.times === 1 ? 'only the latest time' : `only the latest ${line.times} times`,
  ].filter(Boolean);
  return parts.join(', ') || 'stays';
}

/** "at most 30", "between −10 and 30"; empty without bounds. */
export const sayBounds = ({ min, max }: { min?: number | undefined; max?: number | undefined }): string =>
  min !== undefined && max !== undefined
    ? `between ${sayValue(min)} and ${sayValue(max)}`
    : max !== undefined
      ? `at most ${sayValue(max)}`
      : min !== undefined
        ? `at least ${sayValue(min)}`
        : '';

export const aboutWords = { fit: 'Who somebody is', engagement: 'What they do' } as const satisfies Record<Score['about'], string>;

/** "2.4×": how much more often people with it converted. */
export const sayLift = (lift: number): string => `${lift < 10 ? lift.toFixed(1) : Math.round(lift)}×`;
