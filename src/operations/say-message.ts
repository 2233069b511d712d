import { toIso } from '#contract/instant.ts';
import { isObject } from '#contract/json.ts';
import { sayReason } from '#contract/message.ts';
import { fullStop } from '#contract/sentence.ts';
import type { MessageRow } from '#contract/routes/messages.ts';
import { waitsForSomebody } from '#engine/message/policy.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import type { StoredMessage } from '#store/messages.ts';
import { sayInstant } from '#engine/local-time.ts';

/** What became of a message and why, in one sentence. The rulebook knows what journeys and templates are called. */
export function sayMessage(message: StoredMessage, zone: string, book: Pick<Rulebook, 'journeys' | 'templates'>): string {
  const sayAt = (at: number): string => `${sayInstant(at, zone)} (${zone})`;
  const why =
    message.reason === null
      ? ''
      : fullStop(
          sayReason(message.reason, message.details, {
            instant: (iso) => sayAt(Date.parse(iso)),
            journey: (key) => book.journeys.get(key)?.body.name ?? key,
          }),
        );
  const what = `“${message.subject ?? book.templates.get(message.template)?.body.name ?? message.template}”`;
  switch (message.status) {
    case 'sent':
      return `Sent ${what} on ${sayAt(message.sentAt ?? message.createdAt)}: ${sayGround(message, book)}.`;
    case 'queued':
      return `${what} is waiting to be sent.`;
    case 'held':
      return message.reason !== null && waitsForSomebody(message.reason)
        ? `Held ${what}: ${why}`
        : `Held ${what} until ${sayAt(message.dueAt)}: ${why}`;
    case 'sending':
      return `${what} is being handed over right now.`;
    case 'skipped':
      return `Not sent: ${why}`;
    case 'failed':
      return `Not sent: ${why}`;
    case 'bounced':
      return `Bounced: ${why}`;
    case 'uncertain':
      return `Uncertain: ${why}`;
  }
}

/** Why a message was lawful and wanted: the grounds on which it went out. */
function sayGround(message: StoredMessage, book: Pick<Rulebook, 'journeys'>): string {
  const journey =
    message.journey === null
      ? message.broadcast === null
        ? sayAsked(message)
        : `the broadcast “${nameOfBroadcast(message)}” is for them`
      : `the journey ${book.journeys.get(message.journey)?.body.name ?? message.journey} (version ${message.version}) asked for it`;
  if (message.purpose !== 'marketing')
    return `${journey}, and ${message.broadcast === null ? 'it answers something that the person did' : 'its topic is no marketing'}`;
  const consent = `${journey}, there was consent to ${message.purpose}`;
  const { answersWithin } = message.details;
  return typeof answersWithin === 'string'
    ? `${consent}, no cap stood against it, and quiet hours let through what answers an act of theirs within ${answersWithin}`
    : `${consent}, and no cap or quiet hour stood against it`;
}

/** What the broadcast of a message is called; it is not renamed once it has begun. */
export const nameOfBroadcast = ({ details }: Pick<StoredMessage, 'details'>): string => String(details.broadcast ?? 'a broadcast');

/** Who asked for a message by the API, and by which key; null for all others. */
export function askedBy({ details: { asked } }: Pick<StoredMessage, 'details'>): MessageRow['asked'] {
  return isObject(asked) ? { by: String(asked.by), key: String(asked.key) } : null;
}

/** Who asked for a message that neither a journey nor a broadcast did. */
export function sayAsked({ details: { asked } }: Pick<StoredMessage, 'details'>): string {
  if (!isObject(asked)) return 'it was asked for';
  const who = asked.colleague === true ? `${asked.by} asked for it` : `your system asked for it by the API key “${asked.by}”`;
  return `${who} as “${asked.key}”`;
}

/** What colleagues decided about a message, in order. */
export const decidedByHand = ({ details: { byHand } }: Pick<StoredMessage, 'details'>): MessageRow['byHand'] =>
  Array.isArray(byHand) ? (byHand as MessageRow['byHand']) : [];

/** What a colleague decided about a message, and why: “ana sent it again: the server was down”. */
export const sayByHand = ({ by, did, because }: MessageRow['byHand'][number]): string =>
  `${by} ${did === 'again' ? 'sent it again' : 'counted it as arrived'}${because && `: ${because}`}`;

export const toMessageRow = (
  message: StoredMessage,
  person: MessageRow['person'],
  zone: string,
  book: Pick<Rulebook, 'journeys' | 'templates'>,
): MessageRow => ({
  id: message.id,
  person,
  journey: message.journey,
  version: message.version,
  step: message.step,
  broadcast: message.broadcast === null ? null : { id: message.broadcast, name: nameOfBroadcast(message) },
  asked: askedBy(message),
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
  byHand: decidedByHand(message),
});
