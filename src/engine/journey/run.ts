import type { Instant } from '#contract/instant.ts';

/** What a run waits for at its step: an instant, and before it whatever the step looks out for. */
export interface RunWait {
  since: Instant;
  /** When the waiting is over in any case; Infinity when only somebody's word ends it. */
  until: Instant;
  /** When a rule that it waits for may answer otherwise by time alone; missing when it cannot. */
  looksAt?: Instant;
}

/**
 * One person's way through one version of a journey.
 * entered: made when the entry held · waiting: `wait` says until when · ended: by a goal, an exit, the last step, time, or the budget. It stands at
 * one step at a time; `seq` counts the steps taken and never goes back.
 */
export interface Run {
  id: string;
  journey: string;
  version: number;
  status: 'live' | 'ended';
  step: string | null;
  enteredAt: Instant;
  /** The entry that it came by, and the fact that started it. */
  entry: string;
  entryEvidence: string;
  seq: number;
  wait: RunWait | null;
  /** Moved to another version by hand: by which migration, and where it stood before. Gone with its next step. */
  movedBy?: { migration: string; version: number; step: string; wait: RunWait | null };
  endedAt: Instant | null;
  endReason: string | null;
  endEvidence: string | null;
}

/** Reasons to end after which messages of the run that have not gone out are not sent any more; each ends with a sentence for people. */
export const endsMessages = (endReason: string | null): boolean => endReason !== null && !endReason.startsWith('end:');

export const endReasons = {
  end: 'end',
  goal: 'goal',
  exit: 'exit',
  tooLong: 'too-long',
  over: 'journey-over',
  budget: 'loop-budget',
  erased: 'erased',
  takenOut: 'taken-out',
} as const;

/** "goal: Order Completed" → a sentence part. */
export function sayEnd(endReason: string): string {
  const [, code, detail = ''] = /^([a-z-]+)(?:: ?(.*))?$/s.exec(endReason) ?? ['', '', endReason];
  switch (code) {
    case endReasons.goal:
      return `the goal was met (${detail})`;
    case endReasons.exit:
      return `it left early: ${detail}`;
    case endReasons.tooLong:
      return 'it took longer than the journey allows';
    case endReasons.over:
      return 'the journey is over';
    case endReasons.budget:
      return 'it took more steps than a run may take';
    case endReasons.takenOut:
      return detail || 'somebody took the person out';
    case endReasons.erased:
      return 'the person was erased';
    default:
      return detail || 'it reached the end';
  }
}
