import type { Instant } from '#contract/instant.ts';
import type { Course, LivedRun } from '#engine/rehearsal/live.ts';
import { emptyTally, type Tally } from '#engine/rehearsal/tally.ts';
import type { Published } from '#engine/rulebook.ts';

/** What is kept of a rehearsal, as plain values. */

/** What is rehearsed; kept with it, so that any process can go on with it. */
export interface RehearsalSpec {
  kind: 'past' | 'future';
  from: Instant;
  until: Instant;
  seed: string;
  /** So many futures are drawn; of the past there is one. */
  futures: number;
  share: number;
  revision: number;
  /** What stands in place of what is in force. */
  instead: Published[];
  /** Journeys of which every way is kept. */
  runsOf: string[];
}
export interface RehearsalResult {
  looked: number;
  faults: number;
  /** Stretches of the past that days to come are drawn from. */
  windows?: number;
  standing: Tally;
  changed: Tally | null;
}

export const noResult = (isCompared: boolean): RehearsalResult => ({
  looked: 0,
  faults: 0,
  standing: emptyTally(),
  changed: isCompared ? emptyTally() : null,
});

/** A run as it is kept: instants in milliseconds, because there are many. */
export interface KeptRun extends Omit<LivedRun, 'id' | 'journey' | 'enteredAt' | 'steps'> {
  how: 'goal' | 'end' | 'left' | 'stands';
  steps: [step: string, next: string | null, at: Instant][];
  messages: Omit<Course['messages'][number], 'run' | 'journey' | 'marketing' | 'topic'>[];
}
