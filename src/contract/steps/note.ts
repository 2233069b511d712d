import { z } from 'zod';
import { base, Next, onward, shape } from './base.ts';

/** A note for colleagues on the person's timeline. */
export const NoteStep = z.strictObject({ ...base, kind: z.literal('note'), text: z.string().min(1).max(2000), next: Next });

export const note = shape(NoteStep, onward);
