import { v7 } from 'uuid';
import type { Instant } from '#contract/instant.ts';

/** A UUID version 7 of an instant; the sequence of one process keeps order within a millisecond. */
export const newId = (at: Instant): string => v7({ msecs: Math.max(0, Math.floor(at)) });
