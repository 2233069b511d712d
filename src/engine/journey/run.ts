import { type Instant, toIso } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import type { WayEnd } from '#contract/trial.ts';
import type { Chain } from './loop.ts';

/** What a run waits for at its step: an instant, and before it whatever the step looks out for. */
export interface RunWait {
  since: Instant;
  /** When the waiting is over in any case; Infinity when only somebody's word ends it. */
  until: Instant;
  /** When a rule that it waits for may answer otherwise by time alone; missing when it cannot. */
  looksAt?: Instant;
  /** What was to be done here was put off: as soon as the reason for that is gone it is done. */
  isPaused?: true;
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
  /** The waits for a time of day that it has passed at the latest such instant: whoever comes back to one waits for the next day. */
  passed?: { at: Instant; waits: string[] };
  /** How automation led into it; missing where something from outside did, or has moved it on since. */
  chain?: Chain;
  endedAt: Instant | null;
  endReason: string | null;
  endEvidence: string | null;
}

/** Somebody's word that a run waits for. */
export type Word =
  | { kind: 'answer'; ok: boolean; says: string; body: JsonObject }
  | { kind: 'approval'; yes: boolean; actor: string; reason: string }
  | { kind: 'release'; actor: string };

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
  outranked: 'outranked',
  looped: 'looped',
} as const;

/** How a run ended, or how it stands since it came to its step. */
export function endOf(run: Run, since: Instant): WayEnd {
  if (run.status === 'live') {
    const until = run.wait && Number.isFinite(run.wait.until) ? toIso(run.wait.until) : null;
    const says = until === null ? 'It stands here until somebody says a word.' : 'It stands here.';
    return { how: 'stands', at: toIso(since), until, says };
  }
  const reason = run.endReason ?? '';
  const how = reason.startsWith(endReasons.goal) ? 'goal' : reason.startsWith(`${endReasons.end}:`) ? 'end' : 'left';
  return { how, at: toIso(run.endedAt!), until: null, says: `The run ended: ${sayEnd(reason)}.` };
}

/** "goal: Order Completed" → a sentence part. */
export function sayEnd(endReason: string): string {
  const [, code, detail = ''] = /^([a-z-]+)(?:: ?(.*))?$/s.exec(endReason) ?? ['', '', endReason];
  switch (code) {
    case endReasons.goal:
      return `the goal was met (${detail})`;
    case endReasons.exit:
      return `the person left early (${detail})`;
    case endReasons.tooLong:
      return 'it took longer than the journey allows';
    case endReasons.over:
      return 'the journey is over';
    case endReasons.budget:
      return 'it took more steps than a run may take';
    case endReasons.outranked:
      return `another journey of its group took the person over: ${detail}`;
    case endReasons.takenOut:
      return detail || 'somebody took the person out';
    case endReasons.erased:
      return 'the person was erased';
    default:
      return detail || 'it reached the end';
  }
}
