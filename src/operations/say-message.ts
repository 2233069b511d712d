import { toIso } from '#contract/instant.ts';
import { sayReason } from '#contract/message.ts';
import type { MessageRow } from '#contract/routes/messages.ts';
import type { StoredMessage } from '#store/messages.ts';
import { sayInstant } from '#engine/local-time.ts';

/** What became of a message and why, in one sentence. */
export function sayMessage(message: StoredMessage, zone: string): string {
  const why = message.reason === null ? '' : sayReason(message.reason, message.details);
  const what = `“${message.subject ?? message.template}”`;
  switch (message.status) {
    case 'sent':
      return `Sent ${what} on ${sayInstant(message.sentAt ?? message.createdAt, zone)} (${zone}): ${sayGround(message)}.`;
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
function sayGround(message: StoredMessage): string {
  const journey = message.journey === null ? 'it was asked for' : `step ${message.step} of the journey ${message.journey} (version ${message.version}) asked for it`;
  return message.purpose === 'marketing' ? `${journey}, there was consent to ${message.purpose}, and no cap or quiet hour stood against it` : `${journey}, and it answers something that the person did`;
}

export const toMessageRow = (message: StoredMessage, person: MessageRow['person'], zone: string): MessageRow => ({
  id: message.id, person, journey: message.journey, version: message.version, step: message.step, channel: message.channel, template: message.template, topic: message.topic, subject: message.subject, status: message.status,
  reason: message.reason, sentence: sayMessage(message, zone), createdAt: toIso(message.createdAt), dueAt: toIso(message.dueAt), sentAt: message.sentAt === null ? null : toIso(message.sentAt), opens: message.opens, clicks: message.clicks,
});
