import { toIso } from '#contract/instant.ts';
import { sayReason } from '#contract/message.ts';
import type { MessageRow } from '#contract/routes/messages.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import type { StoredMessage } from '#store/messages.ts';
import { sayInstant } from '#engine/local-time.ts';

/** What became of a message and why, in one sentence. The rulebook knows what journeys are called. */
export function sayMessage(message: StoredMessage, zone: string, book: Pick<Rulebook, 'journeys'>): string {
  const why = message.reason === null ? '' : sayReason(message.reason, message.details);
  const what = `“${message.subject ?? message.template}”`;
  switch (message.status) {
    case 'sent':
      return `Sent ${what} on ${sayInstant(message.sentAt ?? message.createdAt, zone)} (${zone}): ${sayGround(message, book)}.`;
    case 'queued':
      return `${what} is waiting to be sent.`;
    case 'held':
      return `Held ${what} until ${sayInstant(message.dueAt, zone)} (${zone}): ${why}.`;
    case 'sending':
      return `${what} is being handed over right now.`;
    case 'skipped':
      return `Not sent: ${why}.`;
    case 'failed':
      return `Not sent: ${why}.`;
    case 'bounced':
      return `Bounced: ${why}.`;
    case 'uncertain':
      return `Uncertain: ${why}.`;
  }
}

/** Why a message was lawful and wanted: the grounds on which it went out. */
function sayGround(message: StoredMessage, book: Pick<Rulebook, 'journeys'>): string {
  const journey =
    message.journey === null
      ? 'it was asked for'
      : `the journey ${book.journeys.get(message.journey)?.body.name ?? message.journey} (version ${message.version}) asked for it`;
  if (message.purpose !== 'marketing') return `${journey}, and it answers something that the person did`;
  const consent = `${journey}, there was consent to ${message.purpose}`;
  const { answersWithin } = message.details;
  return typeof answersWithin === 'string'
    ? `${consent}, no cap stood against it, and quiet hours let through what answers an act of theirs within ${answersWithin}`
    : `${consent}, and no cap or quiet hour stood against it`;
}

export const toMessageRow = (
  message: StoredMessage,
  person: MessageRow['person'],
  zone: string,
  book: Pick<Rulebook, 'journeys'>,
): MessageRow => ({
  id: message.id,
  person,
  journey: message.journey,
  version: message.version,
  step: message.step,
  channel: message.channel,
  template: message.template,
  topic: message.topic,
  subject: message.subject,
  status: message.status,
  reason: message.reason,
  sentence: sayMessage(message, zone, book),
  createdAt: toIso(message.createdAt),
  dueAt: toIso(message.dueAt),
  sentAt: message.sentAt === null ? null : toIso(message.sentAt),
  opens: message.opens,
  clicks: message.clicks,
});
