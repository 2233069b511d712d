import type { CapPolicy } from '#contract/definition-bodies.ts';
import { type Instant, ms, sayDuration, toIso } from '#contract/instant.ts';
import type { MessageReason } from '#contract/message.ts';
import { sayEnd, endsMessages, endReasons } from '../journey/run.ts';
import { minuteOfDay, minutesOf, nextLocal, sayInstant } from '../local-time.ts';
import { addressOf, consentTo, type Person } from '../person.ts';

/** A message that wants to go out. */
export interface Candidate {
  channel: string;
  topic: string;
  purpose: string;
  journey: string | null;
  expiresAt: Instant;
  /** When the person did what this message answers; null when time led here. */
  actAt: Instant | null;
  /** How its run ended, when it has. */
  runEnded: string | null;
  /** What becomes of it when it may not go out now [wait]. */
  ifHeld?: 'wait' | 'drop' | 'best';
  /** The journey whose message takes its place, of those that waited. */
  betterFrom?: string | null;
}

/** Everything that the last check looks at, read in the transaction that claims the message. */
export interface Circumstances {
  person: Person;
  policy: CapPolicy | null;
  /** The zone that counts when the person's is not known. */
  workspaceZone: string;
  /** Marketing messages that were handed over or are under way: when, and on which channel. */
  sent: readonly { at: Instant; channel: string }[];
  suppressed: { scope: 'marketing' | 'all'; because: string } | null;
  /** Scopes that are stopped: workspace, channel:KEY, journey:KEY. */
  stopped: ReadonlySet<string>;
}

export type Verdict =
  /** `details`: what let it through although it was night. */
  | { do: 'send'; details?: { answersWithin: string } }
  | { do: 'hold'; until: Instant; reason: MessageReason; details: Record<string, unknown> }
  | { do: 'skip'; reason: MessageReason; details: Record<string, unknown> };

/** How long a stopped message waits before it is looked at again when nobody lifts the stop. Lifting it wakes the message at once. */
const stoppedFor = ms('PT1M');

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
  if (now >= message.expiresAt) return skip('expired', { at: toIso(message.expiresAt) });
  if (addressOf(person, message.channel) === null) return skip('no-address', { channel: message.channel });
  if (given.suppressed && (marketing || given.suppressed.scope === 'all')) return skip('suppressed', { because: given.suppressed.because });
  if (marketing && message.channel !== 'webhook') {
    const consent = consentTo(person, message.purpose, message.channel);
    if (consent.withdrawnAt !== null)
      return skip('consent-withdrawn', { purpose: message.purpose, channel: message.channel, at: toIso(consent.withdrawnAt) });
    if (!consent.given) return skip('no-consent', { purpose: message.purpose, channel: message.channel });
  }
  for (const scope of ['workspace', `channel:${message.channel}`, `journey:${message.journey}`])
    if (given.stopped.has(scope)) return heldOr(message, now + stoppedFor, 'kill-switch', { scope }, now);
  const { paused } = person.state;
  if (paused && message.journey !== null)
    return heldOr(message, now + stoppedFor, 'handed-over', { by: paused.by, because: paused.reason }, now);
  const replaced = message.betterFrom ? skip('replaced', { by: `the journey ${message.betterFrom}` }) : null;
  if (!marketing || given.policy === null) return replaced ?? { do: 'send' };
  const night = quiet(message, given, now);
  return night && night.do !== 'send' ? night : (capped(message, given, now) ?? replaced ?? night ?? { do: 'send' });
}

/** Held until an instant, or skipped when the message will have expired by then. */
const heldOr = (message: Candidate, until: Instant, reason: MessageReason, details: Record<string, unknown>, now: Instant): Verdict =>
  (message.ifHeld === 'drop' && reason !== 'kill-switch') || (until >= message.expiresAt && until > now && reason !== 'kill-switch')
    ? { do: 'skip', reason, details }
    : { do: 'hold', until, reason, details };

function quiet(message: Candidate, { person, policy, workspaceZone }: Circumstances, now: Instant): Verdict | null {
  const hours = policy?.quietHours;
  if (!hours || hours.from === hours.to || (hours.channels && !hours.channels.includes(message.channel))) return null;
  const zone = person.zone ?? workspaceZone;
  const [from, to, at] = [minutesOf(hours.from), minutesOf(hours.to), minuteOfDay(now, zone)];
  const inside = from < to ? at >= from && at < to : at >= from || at < to;
  if (!inside) return null;
  const allowance = ms(hours.answersWithin);
  if (allowance > 0 && message.actAt !== null && now - message.actAt <= allowance)
    return { do: 'send', details: { answersWithin: sayDuration(hours.answersWithin) } };
  const until = nextLocal(now, to, zone);
  return heldOr(
    message,
    until,
    'quiet-hours',
    { from: hours.from, to: hours.to, zone, until: toIso(until), says: `Held until ${sayInstant(until, zone)} in ${zone}` },
    now,
  );
}

function capped(message: Candidate, { policy, sent }: Circumstances, now: Instant): Verdict | null {
  let until = now;
  let details: Record<string, unknown> | null = null;
  for (const cap of policy?.caps ?? []) {
    if (cap.channel !== undefined && cap.channel !== message.channel) continue;
    const window = ms(cap.within);
    const inside = sent
      .filter((each) => (cap.channel === undefined || each.channel === cap.channel) && each.at > now - window)
      .map((each) => each.at)
      .sort((a, b) => a - b);
    if (inside.length < cap.max) continue;
    // The cap has room again when so many of the oldest have left the window that fewer than max remain.
    const frees = cap.max === 0 ? message.expiresAt : inside[inside.length - cap.max]! + window;
    if (frees <= until) continue;
    until = frees;
    details = {
      max: cap.max,
      within: sayDuration(cap.within),
      channel: cap.channel ?? 'all channels',
      used: inside.length,
      until: toIso(frees),
    };
  }
  return details === null ? null : heldOr(message, until, 'cap', details, now);
}

/** How much of each cap is used, for the person's page. */
export function capsLeft(
  policy: CapPolicy | null,
  sent: Circumstances['sent'],
  now: Instant,
): { channel: string; max: number; within: string; used: number; left: number; frees: Instant | null }[] {
  return (policy?.caps ?? []).map((cap) => {
    const window = ms(cap.within);
    const inside = sent
      .filter((each) => (cap.channel === undefined || each.channel === cap.channel) && each.at > now - window)
      .map((each) => each.at)
      .sort((a, b) => a - b);
    const frees = inside.length >= cap.max && cap.max > 0 ? inside[inside.length - cap.max]! + window : null;
    return {
      channel: cap.channel ?? '*',
      max: cap.max,
      within: cap.within,
      used: inside.length,
      left: Math.max(0, cap.max - inside.length),
      frees,
    };
  });
}
