import PostalMime from 'postal-mime';
import { toIso } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import { askMessage } from '#operations/ask-message.ts';
import { retryMessage, retryMessages, settleByHand } from '#operations/retry-message.ts';
import { setStop } from '#operations/stop.ts';
import { toMessageRow } from '#operations/say-message.ts';
import { testTemplate } from '#operations/test-template.ts';
import { listKillSwitches } from '#store/kill-switches.ts';
import { findMail, listMailbox, type StoredMail } from '#store/mailbox.ts';
import { countByStatus, findMessage, listMessages, type StoredMessage } from '#store/messages.ts';
import { namesOf } from '#store/people.ts';
import type { Transaction } from '#store/database.ts';
import type { Workspace } from '#store/workspaces.ts';
import type { HandlersOf } from '../api.ts';
import type { HttpHouse } from '../house.ts';
import { within } from './within.ts';

const toMailRow = (mail: StoredMail) => ({
  id: mail.id,
  person: mail.person,
  to: mail.to,
  from: mail.from,
  subject: mail.subject,
  at: toIso(mail.at),
  opened: mail.opened,
});

async function toRows(house: HttpHouse, tx: Transaction, workspace: Workspace, messages: readonly StoredMessage[]) {
  const book = await house.deps.rulebooks.current(tx, workspace.id);
  const names = await namesOf(
    tx,
    messages.map((message) => message.person),
  );
  return messages.map((message) => {
    const { zone: own, ...person } = names.get(message.person) ?? { id: message.person, email: null, name: null, zone: null };
    return toMessageRow(message, person, own ?? workspace.settings.zone, book);
  });
}

async function toSwitches(tx: Transaction, workspace: Workspace) {
  const list = await listKillSwitches(tx, workspace.id);
  const personIn = ({ scope }: { scope: string }) => (scope.startsWith('person:') ? scope.slice('person:'.length) : null);
  const names = await namesOf(
    tx,
    list.map(personIn).filter((id) => id !== null),
  );
  return {
    items: list.map((each) => {
      const id = personIn(each);
      const { email = null, name = null } = (id !== null && names.get(id)) || {};
      return { ...each, stoppedAt: toIso(each.stoppedAt), person: id === null ? null : { id, email, name } };
    }),
  };
}

export const messages: HandlersOf<
  | 'listMessages'
  | 'countMessages'
  | 'getMessage'
  | 'sendMessage'
  | 'retryMessage'
  | 'retryMessages'
  | 'settleUncertain'
  | 'testTemplate'
  | 'listMailbox'
  | 'getMail'
  | 'listKillSwitches'
  | 'setKillSwitch'
> = {
  testTemplate: (house, { caller, params, body }) =>
    testTemplate(house.sending, caller.workspace, params.key, { ...body, actor: caller.actor, own: caller.email }),
  async sendMessage(house, { caller, body, request, reply }) {
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string' || key.trim() === '' || key.length > 200) throw new Problem('idempotency-needed');
    const asker = { by: caller.name, colleague: caller.kind === 'colleague', key };
    const { message, isRepeat } = await askMessage(house.deps, caller.workspace, asker, body);
    if (isRepeat) reply.header('idempotent-replay', 'true');
    return within(house, caller, async (tx) => (await toRows(house, tx, caller.workspace, [message]))[0]!);
  },
  listMessages: (house, { caller, query }) =>
    within(house, caller, async (tx) => {
      const found = await listMessages(tx, caller.workspace.id, query);
      return { items: await toRows(house, tx, caller.workspace, found.items), next: found.next };
    }),
  countMessages: (house, { caller, query }) =>
    within(house, caller, async (tx) => ({ counts: await countByStatus(tx, caller.workspace.id, query) })),
  getMessage: (house, { caller, params }) =>
    within(house, caller, async (tx) => {
      const message = await findMessage(tx, caller.workspace.id, params.id);
      if (!message) throw new Problem('message-unknown', { id: params.id });
      return (await toRows(house, tx, caller.workspace, [message]))[0]!;
    }),
  async settleUncertain(house, { caller, params, body }) {
    return { id: params.id, status: await settleByHand(house.deps, caller.workspace, caller.actor, params.id, body.as, body.reason) };
  },
  async retryMessage(house, { caller, params, body }) {
    return { id: params.id, status: await retryMessage(house.deps, caller.workspace, params.id, { actor: caller.actor, ...body }) };
  },
  async retryMessages(house, { caller, body: { ids, ...again } }) {
    return { items: await retryMessages(house.deps, caller.workspace, ids, { actor: caller.actor, ...again }) };
  },
  listMailbox: (house, { caller, query }) =>
    within(house, caller, async (tx) => {
      const found = await listMailbox(tx, caller.workspace.id, query);
      return { items: found.items.map(toMailRow), next: found.next };
    }),
  async getMail(house, { caller, params }) {
    const mail = /^[0-9a-f-]{36}$/i.test(params.id)
      ? await within(house, caller, (tx) => findMail(tx, caller.workspace.id, params.id))
      : null;
    if (!mail) throw new Problem('message-unknown', { id: params.id });
    const parsed = await PostalMime.parse(mail.raw);
    return {
      ...toMailRow(mail),
      html: parsed.html ?? null,
      text: parsed.text ?? null,
      headers: parsed.headers.map((header) => ({ name: header.originalKey ?? header.key, value: header.value })),
      raw: mail.raw,
    };
  },
  listKillSwitches: (house, { caller }) => within(house, caller, (tx) => toSwitches(tx, caller.workspace)),
  async setKillSwitch(house, { caller, params, body }) {
    await setStop(house.deps, caller.workspace, caller.actor, params.scope, body.stopped, body.reason);
    return within(house, caller, (tx) => toSwitches(tx, caller.workspace));
  },
};
