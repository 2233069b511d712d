import { z } from 'zod';
import { Key } from '../key.ts';
import { base, Next, onward, shape } from './base.ts';

/** Takes the person out of another journey, wherever they stand in it. */
export const EndJourneyStep = z.strictObject({ ...base, kind: z.literal('end-journey'), journey: Key, next: Next });

export const endJourney = shape(EndJourneyStep, onward);
