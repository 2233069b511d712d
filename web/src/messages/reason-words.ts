import type { MessageReason } from '#contract/message.ts';

/** Every reason in two or three words, for filters; the sentence stands on the message. */
export const reasonWords = {
  'kill-switch': 'Stopped',
  'no-consent': 'No consent',
  'consent-withdrawn': 'Consent withdrawn',
  suppressed: 'Suppressed',
  'no-address': 'No address',
  'goal-met': 'Goal met',
  'run-ended': 'Run ended',
  expired: 'Too late',
  'quiet-hours': 'Quiet hours',
  cap: 'Cap reached',
  'render-failed': 'Could not be written',
  'refused-address': 'Address refused',
  'refused-policy': 'Message refused',
  'try-later': 'Asked to try later',
  'gave-up': 'Never taken',
  uncertain: 'May have arrived',
  'handed-over': 'Taken over by a human',
  replaced: 'Replaced by a better one',
  erased: 'Erased',
  fault: 'A fault of ours',
} as const satisfies Record<MessageReason, string>;
