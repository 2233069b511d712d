import { z } from 'zod';
import { Line } from '../key.ts';
import { base, shape } from './base.ts';

/** Whoever comes here has met the goal. */
export const GoalStep = z.strictObject({ ...base, kind: z.literal('goal'), name: Line });

export const goal = shape(GoalStep, () => []);
