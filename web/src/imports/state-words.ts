import type { ImportRow } from '#contract/routes/imports.ts';
import type { Tone } from '../parts/tone.tsx';

export const stateWords: Record<ImportRow['status'], { word: string; tone: Tone }> = {
  uploaded: { word: 'Not run yet', tone: 'calm' },
  running: { word: 'Running', tone: 'accent' },
  finished: { word: 'Finished', tone: 'good' },
  cancelled: { word: 'Cancelled', tone: 'warn' },
};
