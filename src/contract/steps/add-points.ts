import { z } from 'zod';
import { Key, Line } from '../key.ts';
import { base, Next, onward, shape } from './base.ts';

/** An event "Points Added", which the score counts as it counts any other. */
export const AddPointsStep = z.strictObject({
  ...base,
  kind: z.literal('add-points'),
  score: Key,
  points: z.number().min(-1000).max(1000).multipleOf(0.001),
  because: Line.describe('Stands in the explanation of the score'),
  next: Next,
});

export const addPoints = shape(AddPointsStep, onward);
