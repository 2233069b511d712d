import PostalMime from 'postal-mime';
import { toIso } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import { settleByHand, setStop } from '#operations/stop.ts';
import { toMessageRow } from '#operations/say-message.ts';
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

const toSwitches = (list: Awaited<ReturnType<typeof listKillSwitches>>) => ({
  items: list.map((each) => ({ ...each, stoppedAt: toIso(each.stoppedAt) })),
});

export const messages: HandlersOf<
  'listMessages' | 'countMessages' | 'getMessage' | 'settleUncertain' | 'listMailbox' | 'getMail' | 'listKillSwitches' | 'setKillSwitch'
> = {
  listMessages: (house, { caller, query }) =>
    within(house, caller, async (tx) => {
      const found = await listMessages(tx, caller.workspace.id, query);
      return { items: await toRows(house, tx, caller.workspace, found.items), next: found.next };
    }),
  countMessages: (house, { caller, query }) =>
    within(house, caller, async (tx) => ({ counts: await countByStatus(tx, caller.workspace.id, query.journey ?? null) })),
  getMessage: (house, { caller, params }) =>
    within(house, caller, async (tx) => {
      const message = await findMessage(tx, caller.workspace.id, params.id);
      if (!message) throw new Problem('message-unknown', { id: params.id });
      return (await toRows(house, tx, caller.workspace, [message]))[0]!;
    }),
  async settleUncertain(house, { caller, params, body }) {
    return { id: params.id, status: await settleByHand(house.deps, caller.workspace, caller.actor, params.id, body.as) };
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
  listKillSwitches: (house, { caller }) => within(house, caller, async (tx) => toSwitches(await listKillSwitches(tx, caller.workspace.id))),
  async setKillSwitch(house, { caller, params, body }) {
    await setStop(house.deps, caller.workspace, caller.actor, params.scope, body.stopped, body.reason);
    return within(house, caller, async (tx) => toSwitches(await listKillSwitches(tx, caller.workspace.id)));
  },
};
