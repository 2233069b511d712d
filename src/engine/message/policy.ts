import { type Instant, ms, toIso } from '#contract/instant.ts';
import type { MessageReason } from '#contract/message.ts';
import { sayEnd, endsMessages, endReasons } from '../journey/run.ts';
import { addressOf, consentTo } from '../person.ts';
import { capFrees } from './caps.ts';
import type { Candidate, Circumstances, Stop } from './circumstances.ts';
import { heldBy, openOffer, restsUntil } from './holds.ts';
import { quietUntil } from './quiet-hours.ts';

export type Verdict =
  /** `details`: what let it through although it was night. */
  | { do: 'send'; details?: { answersWithin: string } }
  | { do: 'hold'; until: Instant; reason: MessageReason; details: Record<string, unknown> }
  | { do: 'skip'; reason: MessageReason; details: Record<string, unknown> };

/** How long a stopped message waits before it is looked at again when nobody lifts the stop. Lifting it wakes the message at once. */
const stoppedFor = ms('PT1H');
/** The same for somebody whom a human has taken over: nothing wakes it. */
const takenOverFor = ms('PT1M');
/** The same for a broadcast that is paused: resuming it wakes its messages. */
export const pausedFor = ms('P1D');

/**
 * May this message go out now? The first "no" wins, in an order in which the ones that nothing can mend come first. Marketing asks every question;
 * a transactional message passes consent, caps and quiet hours, but neither a dead address nor a stop.
 */
export function decideMessage(message: Candidate, given: Circumstances, now: Instant): Verdict {
  const { person } = given;
  const marketing = message.purpose === 'marketing';
  const skip = (reason: MessageReason, details: Record<string, unknown> = {}): Verdict => ({ do: 'skip', reason, details });

  if (person.erasedAt !== null) return skip('erased');
  if (message.runEnded !== null && endsMessages(message.runEnded))
    return message.runEnded.startsWith(endReasons.goal)
      ? skip('goal-met', { goal: message.runEnded.slice(endReasons.goal.length + 2) })
      : skip('run-ended', { because: sayEnd(message.runEnded) });
  if (message.over) return skip(message.over.reason, message.over.details);
  // A pause does not count toward the time that a message has: it is asked before that.
  const pause = given.stopped.get(`broadcast:${message.broadcast}`);
  if (pause) return { do: 'hold', until: now + pausedFor, reason: 'paused', details: sayStop(pause) };
  if (now >= message.expiresAt) return skip('expired', { at: toIso(message.expiresAt) });
  if (addressOf(person, message.channel) === null) return skip('no-address', { channel: message.channel });
  if (given.suppressed && (marketing || given.suppressed.scope === 'all')) return skip('suppressed', { because: given.suppressed.because });
  if (marketing && message.channel !== 'webhook') {
    const consent = consentTo(person, message.purpose, message.channel);
    if (consent.withdrawnAt !== null)
      return skip('consent-withdrawn', { purpose: message.purpose, channel: message.channel, at: toIso(consent.withdrawnAt) });
    if (!consent.given) return skip('no-consent', { purpose: message.purpose, channel: message.channel });
  }
  const { stopped } = person.state;
  const still = given.stopped.get(`person:${person.id}`) ?? (stopped && { by: stopped.by, because: stopped.reason });
  if (still) return heldOr(message, Math.min(now + stoppedFor, message.expiresAt), 'person-stop', sayStop(still), now);
  for (const scope of ['workspace', `channel:${message.channel}`, `journey:${message.journey}`]) {
    const stop = given.stopped.get(scope);
    if (stop) return heldOr(message, now + stoppedFor, 'kill-switch', { scope, ...sayStop(stop) }, now);
  }
  const { paused } = person.state;
  if (paused && message.journey !== null)
    return heldOr(message, now + takenOverFor, 'handed-over', { by: paused.by, because: paused.reason }, now);
  const replaced = message.betterFrom ? skip('replaced', { by: `the journey ${message.betterFrom}` }) : null;
  if (!marketing) return replaced ?? { do: 'send' };
  const { policy } = given;
  const hold = policy && heldBy(policy, message.channel, given, now);
  if (hold) return heldOr(message, hold.again, 'policy-hold', { because: hold.says, ...untilIn(hold.until) }, now);
  const night = policy && quietUntil(policy, message, given, now);
  if (night && 'until' in night) return heldOr(message, night.until, 'quiet-hours', night.details, now);
  const cap = policy && capFrees(policy, message, given, now);
  if (cap) return heldOr(message, cap.until ?? message.expiresAt, 'cap', cap.details, now);
  const rest = policy && restsUntil(policy, given, now);
  if (rest) return heldOr(message, rest.until, 'fatigue', { ...rest.details, ...untilIn(rest.until) }, now);
  const open = message.offer ? openOffer(message.offer, given, now) : null;
  if (open) return heldOr(message, open.until, 'offer', { other: open.name, ...untilIn(open.until) }, now);
  return replaced ?? { do: 'send', ...(night ? { details: night } : {}) };
}

/** What was stopped waits: only a stop that is lifted, or its own end, decides about it. */
export const stopReasons: ReadonlySet<MessageReason> = new Set<MessageReason>(['kill-switch', 'person-stop']);

/** What the cap policy says no to, and another version of it may let go. */
export const policyReasons: ReadonlySet<MessageReason> = new Set<MessageReason>(['policy-hold', 'quiet-hours', 'cap', 'fatigue']);

/** Time alone does not let it go: when it is looked at again says nothing to whoever waits. */
export const waitsForSomebody = (reason: MessageReason): boolean =>
  stopReasons.has(reason) || reason === 'paused' || reason === 'handed-over';

const sayStop = ({ by, because }: Stop): Record<string, unknown> => ({ by, ...(because === null ? {} : { because }) });

const untilIn = (until: Instant | null): { until?: string } => (until === null ? {} : { until: toIso(until) });

/** A message that asks that the best of those that wait be sent. */
export interface Rival {
  id: string;
  channel: string;
  journey: string | null;
  createdAt: Instant;
  expiresAt: Instant;
  /** When it was handed over after it had waited; null while it waits. */
  handedAt: Instant | null;
}

/**
 * Of the messages to somebody on a channel that waited together and asked that the best of them be sent, the one of the journey with the highest priority is, and of
 * those the latest. Answers the one that takes this one's place; null when this one is the best.
 */
export const betterOf = <R extends Rival>(
  message: Rival & { dueAt: Instant },
  others: readonly R[],
  priorityOf: (journey: string | null) => number,
): R | null =>
  others.find(
    (each) =>
      each.id !== message.id &&
      each.channel === message.channel &&
      ((each.handedAt !== null && each.handedAt >= message.createdAt) ||
        (each.handedAt === null &&
          each.expiresAt > message.dueAt &&
          (priorityOf(each.journey) - priorityOf(message.journey) ||
            each.createdAt - message.createdAt ||
            (each.id < message.id ? -1 : 1)) > 0)),
  ) ?? null;

/** Held until an instant, or skipped when the message will have expired by then. */
const heldOr = (message: Candidate, until: Instant, reason: MessageReason, details: Record<string, unknown>, now: Instant): Verdict =>
  !stopReasons.has(reason) && (message.ifHeld === 'drop' || (until >= message.expiresAt && until > now))
    ? { do: 'skip', reason, details }
    : { do: 'hold', until, reason, details };
