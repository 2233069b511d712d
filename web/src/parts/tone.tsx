import type { ReactNode } from 'react';
import type { MessageStatus } from '#contract/message.ts';
import css from './tone.module.css';

/** good: went well. warn: held, warning. bad: breach, stopped, refused. calm: nothing to do. accent: going on now. */
export type Tone = 'good' | 'warn' | 'bad' | 'calm' | 'accent';

export function Chip({ tone = 'calm', children, tip }: { tone?: Tone; children: ReactNode; tip?: string }) {
  return (
    <span className={css.chip} data-tone={tone} data-tip={tip}>
      {children}
    </span>
  );
}

export const statusTones = {
  queued: 'calm',
  held: 'warn',
  sending: 'accent',
  sent: 'good',
  skipped: 'calm',
  failed: 'bad',
  bounced: 'bad',
  uncertain: 'warn',
} as const satisfies Record<MessageStatus, Tone>;
export const statusWords = {
  queued: 'Queued',
  held: 'Held',
  sending: 'Sending',
  sent: 'Sent',
  skipped: 'Skipped',
  failed: 'Failed',
  bounced: 'Bounced',
  uncertain: 'Uncertain',
} as const satisfies Record<MessageStatus, string>;

/** What became of a message, in its colour. */
export function Status({ status }: { status: MessageStatus }) {
  return <Chip tone={statusTones[status]}>{statusWords[status]}</Chip>;
}
