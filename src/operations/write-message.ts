import type { Outgoing } from '#channels/channel.ts';
import type { Template } from '#contract/definition-bodies.ts';
import type { Instant } from '#contract/instant.ts';
import { isObject, type JsonObject } from '#contract/json.ts';
import type { WorkspaceSettings } from '#contract/routes/operate.ts';
import { composeEmail } from '#engine/message/compose.ts';
import { wireAddress } from '#engine/message/header.ts';
import { withUtm } from '#engine/message/links.ts';
import { type CompiledTemplate, compileTemplate, renderEmail, type RenderScope, renderWebhook } from '#engine/message/render.ts';
import type { StoredEvent } from '#store/events.ts';
import type { StoredMessage } from '#store/messages.ts';
import type { StoredPerson } from '#store/people.ts';
import type { Links } from './links.ts';

/** All that a message is written from. */
export interface ToWrite {
  message: Pick<StoredMessage, 'id' | 'topic' | 'purpose' | 'claimedAt'>;
  person: Pick<StoredPerson, 'id' | 'traits' | 'email' | 'name'>;
  settings: WorkspaceSettings;
  workspace: number;
  template: Template;
  /** The event that started the run, for texts that speak of it. */
  event: StoredEvent | null;
  /** What the system said that asked for it: what its texts find in place of an event. */
  data?: JsonObject | null;
  topicName: string;
  /** What marks its links; null for nothing. */
  utm: Readonly<Record<string, string>> | null;
  now: Instant;
  /** It is a test: to whom it goes in place of the person, what it says at its foot, and where its link to unsubscribe leads. */
  test?: { to: string; why: string; unsubscribe: string };
}
/** A message of a person that is about to be sent. */
export interface Draft extends ToWrite {
  message: StoredMessage;
  person: StoredPerson;
}

/** What the texts of a message may speak of. */
export const scopeOf = (
  person: Pick<StoredPerson, 'traits' | 'email' | 'name'>,
  event: JsonObject | null,
  settings: WorkspaceSettings,
  unsubscribe: string | null,
  now: Instant,
): RenderScope => ({
  person: { ...person.traits, ...(person.email ? { email: person.email } : {}), ...(person.name ? { name: person.name } : {}) },
  event,
  workspace: { name: settings.name, senderName: settings.senderName },
  links: { unsubscribe },
  now,
});

const compiled = new WeakMap<Template, CompiledTemplate>();
export function compiledOnce(template: Template): CompiledTemplate {
  let made = compiled.get(template);
  if (!made) {
    made = compileTemplate(template);
    compiled.set(template, made);
  }
  return made;
}

/** Writes one message for one person, finished for its channel. Throws RenderFailed when the template cannot be written for them. */
export function writeMessage(draft: ToWrite, links: Links, webhookSecret: string): Outgoing {
  const { message, person, settings, template, test } = draft;
  const event = draft.event
    ? { name: draft.event.name, ...(isObject(draft.event.body.properties) ? draft.event.body.properties : {}) }
    : (draft.data ?? null);
  const form = compiledOnce(template);
  if (form.channel === 'webhook' || template.channel === 'webhook') {
    if (form.channel !== 'webhook') throw new Error('a webhook template compiled to another channel');
    const written = renderWebhook(form, scopeOf(person, event, settings, null, draft.now));
    return {
      channel: 'webhook',
      key: message.id,
      url: written.url,
      secret: webhookSecret,
      body: written.body,
      workspace: draft.workspace,
      person: person.id,
    };
  }
  const claim = { workspace: draft.workspace, person: person.id, message: message.id, link: 0, url: '' };
  const marketing = message.purpose === 'marketing';
  const unsubscribe = test?.unsubscribe ?? links.url({ ...claim, kind: 'unsubscribe' });
  const to = test?.to ?? person.email!;
  const written = renderEmail(form, scopeOf(person, event, settings, marketing ? unsubscribe : null, draft.now), {
    language: settings.language,
    brand: settings.senderName || settings.name,
    wrapLink(url, link) {
      const marked = draft.utm === null ? url : withUtm(url, draft.utm);
      return settings.trackClicks && !test ? links.url({ ...claim, kind: 'click', link, url: marked }) : marked;
    },
    openPixel: settings.trackOpens && !test ? links.url({ ...claim, kind: 'open' }) : null,
    postalAddress: settings.postalAddress,
    footer: {
      why:
        test?.why ??
        (marketing
          ? `You get this because you asked for ${draft.topicName} from ${settings.name}.`
          : `You get this because it answers something that you did at ${settings.name}.`),
      unsubscribe: 'Unsubscribe',
      preferences: 'Preferences',
    },
  });
  const subject = test ? `Test: ${written.subject}` : written.subject;
  const from = settings.senderEmail || links.defaultSender;
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const raw = composeEmail({
    from: { name: settings.senderName || settings.name, address: from },
    to: { ...(person.name && !test ? { name: person.name } : {}), address: to },
    ...(settings.replyTo ? { replyTo: { address: settings.replyTo } } : {}),
    subject,
    html: written.html,
    text: written.text,
    messageId: `${message.id}@${domain}`,
    date: message.claimedAt ?? draft.now,
    headers: {
      ...(marketing && !test
        ? {
            'List-Unsubscribe': `<${unsubscribe}>`,
            'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
            'List-Id': `<${message.topic}.${domain}>`,
          }
        : {}),
      'X-Send-Key': message.id,
      ...(marketing && !test ? {} : { 'Auto-Submitted': 'auto-generated' }),
    },
    boundarySeed: message.id,
  });
  return {
    channel: 'email',
    key: message.id,
    envelope: { from: wireAddress(from) ?? from, to: wireAddress(to) ?? to },
    raw,
    subject,
    workspace: draft.workspace,
    person: test ? null : person.id,
  };
}
