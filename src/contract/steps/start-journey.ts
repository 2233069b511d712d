import { z } from 'zod';
import { Key } from '../key.ts';
import { base, Next, onward, shape } from './base.ts';

/** Sends the person into another journey, by its entry for that; this one goes on. */
export const StartJourneyStep = z.strictObject({ ...base, kind: z.literal('start-journey'), journey: Key, next: Next });

export const startJourney = shape(StartJourneyStep, onward);
