import type { BroadcastPlan, BroadcastState } from '#contract/broadcast.ts';
import type { Reply } from '../api.ts';
import { plural } from '../parts/number.ts';
import { format } from '../parts/say-time.ts';
import type { Tone } from '../parts/tone.tsx';

export type Broadcast = Reply<'getBroadcast'>;
export type BroadcastRow = Reply<'listBroadcasts'>['items'][number];
type Figures = BroadcastRow['figures'];

export const stateWords = {
  draft: 'Draft',
  scheduled: 'Scheduled',
  freezing: 'Begins',
  running: 'Running',
  paused: 'Paused',
  finished: 'Finished',
  cancelled: 'Cancelled',
} as const satisfies Record<BroadcastState, string>;
export const stateTones = {
  draft: 'calm',
  scheduled: 'accent',
  freezing: 'accent',
  running: 'accent',
  paused: 'warn',
  finished: 'good',
  cancelled: 'bad',
} as const satisfies Record<BroadcastState, Tone>;

/** Handed over, whatever became of it then. */
export const handed = (figures: Figures): number => figures.sent + figures.bounced + figures.uncertain;
/** It may still go out to so many. */
export const ahead = (figures: Figures): number => figures.waiting + figures.queued + figures.held + figures.sending;
/** So many do not get it. */
export const without = (figures: Figures): number => figures.skipped + figures.failed;

/** "at once", "on 3 Mar, 09:00 for everybody", "on 3 Mar at 09:00 where they are". */
export function sayWhen({ when }: Pick<BroadcastPlan, 'when'>, language: string, zone: string): string {
  if (when.at === 'now') return 'at once';
  const day = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
  if (when.at === 'instant')
    return `on ${format(language, zone, { ...day, hour: '2-digit', minute: '2-digit' }).format(Date.parse(when.instant))} for everybody`;
  return `on ${format(language, 'UTC', day).format(Date.parse(when.day))} at ${when.time} where each of them is`;
}

export const sayPace = ({ perMinute }: Pick<BroadcastPlan, 'perMinute'>): string =>
  perMinute === null ? 'as fast as it goes' : `at most ${plural(perMinute, 'message')} a minute`;

/** How long so many take at a pace: "about 2 h 5 min". */
export function sayLength(people: number, perMinute: number): string {
  const minutes = Math.ceil(people / perMinute);
  if (minutes < 60) return `about ${minutes} min`;
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return hours < 48 ? `about ${hours} h${rest === 0 ? '' : ` ${rest} min`}` : `about ${Math.round(hours / 24)} days`;
}
