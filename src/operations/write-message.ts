import type { Outgoing } from '#channels/channel.ts';
import type { Template } from '#contract/definition-bodies.ts';
import type { Instant } from '#contract/instant.ts';
import { isObject, type JsonObject } from '#contract/json.ts';
import type { WorkspaceSettings } from '#contract/routes/operate.ts';
import { composeEmail } from '#engine/message/compose.ts';
import { wireAddress } from '#engine/message/header.ts';
import { withUtm } from '#engine/message/links.ts';
import { type CompiledTemplate, compileTemplate, renderEmail, renderWebhook } from '#engine/message/render.ts';
import type { StoredEvent } from '#store/events.ts';
import type { StoredMessage } from '#store/messages.ts';
import type { StoredPerson } from '#store/people.ts';
import type { Links } from './links.ts';

/** All that a message is written from. */
export interface Draft {
  message: StoredMessage;
  person: StoredPerson;
  settings: WorkspaceSettings;
  workspace: number;
  template: Template;
  /** The event that started the run, for texts that speak of it. */
  event: StoredEvent | null;
  topicName: string;
  /** What marks its links; null for nothing. */
  utm: Readonly<Record<string, string>> | null;
  now: Instant;
}

const compiled = new WeakMap<Template, CompiledTemplate>();
function compile(template: Template): CompiledTemplate {
  let made = compiled.get(template);
  if (!made) {
    made = compileTemplate(template);
    compiled.set(template, made);
  }
  return made;
}

/** Writes one message for one person, finished for its channel. Throws RenderFailed when the template cannot be written for them. */
export function writeMessage(draft: Draft, links: Links, webhookSecret: string): Outgoing {
  const { message, person, settings, template } = draft;
  const traits: JsonObject = {
    ...person.traits,
    ...(person.email ? { email: person.email } : {}),
    ...(person.name ? { name: person.name } : {}),
  };
  const event = draft.event
    ? { name: draft.event.name, ...(isObject(draft.event.body.properties) ? draft.event.body.properties : {}) }
    : null;
  const workspace = { name: settings.name, senderName: settings.senderName };
  const form = compile(template);
  if (form.channel === 'webhook' || template.channel === 'webhook') {
    if (form.channel !== 'webhook') throw new Error('a webhook template compiled to another channel');
    const written = renderWebhook(form, { person: traits, event, workspace, links: { unsubscribe: null }, now: draft.now });
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
  const unsubscribe = links.url({ ...claim, kind: 'unsubscribe' });
  const written = renderEmail(
    form,
    { person: traits, event, workspace, links: { unsubscribe: marketing ? unsubscribe : null }, now: draft.now },
    {
      language: settings.language,
      brand: settings.senderName || settings.name,
      wrapLink(url, link) {
        const marked = draft.utm === null ? url : withUtm(url, draft.utm);
        return settings.trackClicks ? links.url({ ...claim, kind: 'click', link, url: marked }) : marked;
      },
      openPixel: settings.trackOpens ? links.url({ ...claim, kind: 'open' }) : null,
      postalAddress: settings.postalAddress,
      footer: {
        why: marketing
          ? `You get this because you asked for ${draft.topicName} from ${settings.name}.`
          : `You get this because it answers something that you did at ${settings.name}.`,
        unsubscribe: 'Unsubscribe',
        preferences: 'Preferences',
      },
    },
  );
  const from = settings.senderEmail || links.defaultSender;
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const raw = composeEmail({
    from: { name: settings.senderName || settings.name, address: from },
    to: { ...(person.name ? { name: person.name } : {}), address: person.email! },
    ...(settings.replyTo ? { replyTo: { address: settings.replyTo } } : {}),
    subject: written.subject,
    html: written.html,
    text: written.text,
    messageId: `${message.id}@${domain}`,
    date: message.claimedAt ?? draft.now,
    headers: {
      ...(marketing
        ? {
            'List-Unsubscribe': `<${unsubscribe}>`,
            'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
            'List-Id': `<${message.topic}.${domain}>`,
          }
        : {}),
      'X-Send-Key': message.id,
      ...(marketing ? {} : { 'Auto-Submitted': 'auto-generated' }),
    },
    boundarySeed: message.id,
  });
  return {
    channel: 'email',
    key: message.id,
    envelope: { from: wireAddress(from) ?? from, to: wireAddress(person.email!) ?? person.email! },
    raw,
    subject: written.subject,
    workspace: draft.workspace,
    person: person.id,
  };
}
