import type { MessageReason, MessageStatus } from './message.ts';

/** Of every reason for which a message may have ended: null when a colleague may send it again, else why they may not. */
const whyNotFor = {
  'kill-switch': 'a stop kept it back; what it answers is over',
  'person-stop': 'everything was stopped for the person; what it answers is over',
  'no-consent': 'only the person can give consent',
  'consent-withdrawn': 'the person has withdrawn consent, and only they can give it again',
  suppressed: 'nothing goes to a suppressed address',
  'no-address': 'there was no address to send it to; with one, it has to be asked for anew',
  'goal-met': 'its journey has reached what it was for',
  'run-ended': 'its run has ended, and the message with it',
  expired: null,
  'quiet-hours': 'it was to be dropped when it may not go out at once',
  cap: 'it was to be dropped when it may not go out at once',
  fatigue: 'it was to be dropped when it may not go out at once',
  'policy-hold': 'it was to be dropped when it may not go out at once',
  offer: 'it was to be dropped when it may not go out at once',
  'render-failed': null,
  'refused-address': 'the address does not exist',
  'refused-policy': null,
  'try-later': null,
  'gave-up': null,
  uncertain: null,
  paused: 'its broadcast was paused',
  pace: 'its turn had not come',
  'broadcast-cancelled': 'its broadcast was cancelled',
  'had-already': 'the person has it already',
  'handed-over': 'a human has taken over',
  replaced: 'a better message took its place',
  erased: 'the person was erased',
  fault: null,
} satisfies Record<MessageReason, string | null>;

const whyNotWhile: Partial<Record<MessageStatus, string>> = {
  queued: 'it is on its way already',
  held: 'it is on its way already, and goes out by itself when it may',
  sending: 'it is being handed over right now',
  sent: 'it was sent',
};

/** Why a colleague may not send a message again; null when they may. The last check is asked again in any case. */
export const whyNoRetry = (status: MessageStatus, reason: MessageReason | null): string | null =>
  whyNotWhile[status] ?? (reason === null ? null : whyNotFor[reason]);
