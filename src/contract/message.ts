import { z } from 'zod';
import { breakerName, sayStopped } from './stop.ts';

/**
 * The states of a message: queued → sending → sent | failed | uncertain; queued → held → queued; queued → skipped; sent → bounced.
 * held has an instant at which it is looked at again; skipped, failed, bounced, sent are final; uncertain waits for a person.
 */
export const MessageStatus = z.enum(['queued', 'held', 'sending', 'sent', 'skipped', 'failed', 'bounced', 'uncertain']);
export type MessageStatus = z.infer<typeof MessageStatus>;

/** Every reason for a "no" or a "not yet", each with its sentence. {…} is filled from the decision's details; what stands in […] is said only where they have it. */
export const messageReasons = {
  'kill-switch': 'sending is stopped for {scope}[ by {by}][: {because}]',
  'person-stop': 'everything is stopped for this person[ by {by}][: {because}]',
  'no-consent': 'there is no consent to {purpose} on {channel}',
  'consent-withdrawn': 'consent to {purpose} was withdrawn on {at}',
  suppressed: 'the address is suppressed: {because}',
  'no-address': 'no {channel} address is known',
  'goal-met': 'the goal of the journey had been met: {goal}',
  'run-ended': 'the run had ended: {because}',
  expired: 'it would have been too late: it expired on {at}',
  'quiet-hours': 'quiet hours, {from} to {to} in {zone}',
  cap: 'the cap of {max} in {within} on {channel} is reached',
  fatigue: 'they had {messages} messages in {within} without coming back, and are left alone for a while',
  'policy-hold': 'marketing waits: {because}',
  offer: 'another offer is open to them: {other}',
  'render-failed': 'the message could not be written: {because}',
  'refused-address': 'the other side says that the address does not exist: {answer}',
  'refused-policy': 'the other side refused the message: {answer}',
  'try-later': 'the other side asked to try again later: {answer}',
  'gave-up': 'the other side never took it: {answer}',
  uncertain: 'the connection broke while the message was being handed over; it may have arrived, so it is not sent again by itself',
  paused: 'the broadcast is paused[ by {by}][: {because}]',
  pace: 'its turn comes later: at most {perMinute} a minute',
  'broadcast-cancelled': 'the broadcast was cancelled by {by}',
  'had-already': 'two people of the audience have become one, and it goes to them once',
  'handed-over': '{by} has taken over: {because}',
  replaced: 'of the messages that waited, a better one took its place: {by}',
  erased: 'the person was erased',
  fault: 'something went wrong on our side; it is looked at again',
} as const;
export type MessageReason = keyof typeof messageReasons;
export const MessageReason = z.enum(Object.keys(messageReasons) as [MessageReason, ...MessageReason[]]);

/** How a reader hears of what a reason names: an instant in their zone [as ISO], a journey by its name [by its key]. */
export interface Heard {
  instant?: (iso: string) => string;
  journey?: (key: string) => string;
}

/** What a message reason says with its details filled in. */
export const sayReason = (reason: MessageReason, details: Record<string, unknown>, heard: Heard = {}): string =>
  messageReasons[reason]
    .replace(/\[([^\]]*\{(\w+)\}[^\]]*)\]/g, (_, part: string, name: string) => (details[name] == null ? '' : part))
    .replace(/\{(\w+)\}/g, (_, name: string) => {
      const text = String(details[name] ?? name);
      if (name === 'scope') return sayStopped(text, heard.journey);
      if (name === 'at') return heard.instant?.(text) ?? text;
      return name === 'by' && text === breakerName ? 'the breaker' : text;
    });
