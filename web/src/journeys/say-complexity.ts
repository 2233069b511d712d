import type { Complexity } from '#engine/journey/complexity.ts';
import { plural } from '../parts/number.ts';

/** "12 steps, 3 branches, 7 steps on the longest way": what makes a journey simple or complex. */
export const sayComplexity = ({ steps, branches, longest }: Pick<Complexity, 'steps' | 'branches' | 'longest'>): string =>
  `${plural(steps, 'step')}, ${plural(branches, 'branch', 'branches')}, ${plural(longest, 'step')} on the longest way`;
