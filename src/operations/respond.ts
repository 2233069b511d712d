import type { ConsentChange } from '#contract/consent.ts';
import type { Fact } from '#contract/fact.ts';
import type { Instant } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import { linkFollowed } from '#engine/decide.ts';
import { judgeClick, judgeOpen } from '#engine/message/click-verdict.ts';
import { findMessage } from '#store/messages.ts';
import type { JsonObject } from '#contract/json.ts';
import { laneOf } from '#store/identities.ts';
import { appendToInbox, type InboxEntry } from '#store/inbox.ts';
import type { Deps } from './deps.ts';
import { factId } from './ingest/normalise.ts';
import type { LinkClaim } from './links.ts';

/** Appends facts about people who are known by id, and answers when they are durable. */
export async function appendFacts(deps: Deps, entries: readonly InboxEntry[]): Promise<void> {
  await deps.db.transaction({ workspaces: [...new Set(entries.map((entry) => entry.workspace))] }, (tx) => appendToInbox(tx, entries));
  deps.failpoint('facts.appended');
  deps.bus.pokeWork(entries.map((entry) => laneOf(entry.person)));
}

const linkSource = { trust: 'trusted', by: 'link', entryPoint: null } as const;

const entryFor = (claim: LinkClaim, fact: Fact): InboxEntry => ({ workspace: claim.workspace, person: claim.person, class: 'live', fact });

/** Whose a message is now: since it was sent, a merge that was undone may have given it back to somebody. */
async function whoseMessage(deps: Deps, claim: LinkClaim): Promise<string> {
  const message = await deps.db.transaction({ workspaces: [claim.workspace] }, (tx) => findMessage(tx, claim.workspace, claim.message));
  return message?.person ?? claim.person;
}

/** Who asks for a tracked link or picture. */
export interface Visitor {
  method: string;
  userAgent: string;
  /** Whether the agent names itself a robot or a link scanner. */
  robot: boolean;
}

/** Somebody, or something, followed a link. What looks like a browser is judged by the engine, when it is known what else was followed. */
export async function recordClick(deps: Deps, claim: LinkClaim, visitor: Visitor): Promise<void> {
  const at = await deps.workspaces.nowOf(claim.workspace);
  const verdict = judgeClick(visitor);
  const name = verdict.actor === 'machine' ? 'Email Link Clicked' : linkFollowed;
  await recordMessageEvent(
    deps,
    { ...claim, person: await whoseMessage(deps, claim) },
    name,
    { link: claim.url, linkIndex: claim.link, actor: verdict.actor, because: verdict.because, userAgent: visitor.userAgent.slice(0, 300) },
    at,
  );
}

/** A mail's picture was fetched. Refuses one of a message that is not there any more. */
export async function recordOpen(deps: Deps, claim: LinkClaim, visitor: Visitor): Promise<void> {
  const at = await deps.workspaces.nowOf(claim.workspace);
  const message = await deps.db.transaction({ workspaces: [claim.workspace] }, (tx) => findMessage(tx, claim.workspace, claim.message));
  if (!message) throw new Problem('token-invalid');
  const verdict = judgeOpen({ ...visitor, at, sentAt: message.sentAt });
  await recordMessageEvent(
    deps,
    { ...claim, person: message.person },
    'Email Opened',
    { actor: verdict.actor, because: verdict.because, userAgent: visitor.userAgent.slice(0, 300) },
    at,
  );
}

/** What was done with a message comes back round the ring as an event. */
async function recordMessageEvent(
  deps: Deps,
  claim: LinkClaim,
  name: 'Email Opened' | 'Email Link Clicked' | typeof linkFollowed,
  properties: JsonObject,
  at: Instant,
): Promise<void> {
  const messageId = `${name}:${claim.message}:${claim.link}:${deps.newId(deps.now())}`;
  await appendFacts(deps, [
    entryFor(claim, {
      kind: 'event',
      call: 'track',
      name,
      id: factId(claim.workspace, messageId),
      messageId,
      at,
      acceptedAt: at,
      source: linkSource,
      properties: { messageId: claim.message, ...properties },
      envelope: {},
    }),
  ]);
}

/** Takes back the consent to marketing by a link in a message. A repeat changes nothing. No message is claimed for a person whose facts wait, so it takes effect at once. */
export async function unsubscribe(deps: Deps, claim: LinkClaim, method: ConsentChange['method']): Promise<void> {
  const at = await deps.workspaces.nowOf(claim.workspace);
  const messageId = `unsubscribe:${claim.message}`;
  const change: ConsentChange = { purpose: 'marketing', channel: '*', state: 'withdrawn', wording: null, method, actor: 'person' };
  const owner = await whoseMessage(deps, claim);
  // It was sent to the address that the two had while they were one: the "no" counts for both.
  const withdrawals = [...new Set([owner, claim.person])].map((person) =>
    entryFor(
      { ...claim, person },
      {
        kind: 'consent',
        id: factId(claim.workspace, messageId),
        messageId,
        at,
        acceptedAt: at,
        source: linkSource,
        changes: [change],
        message: claim.message,
      },
    ),
  );
  await appendFacts(deps, [
    ...withdrawals,
    entryFor(
      { ...claim, person: owner },
      {
        kind: 'event',
        call: 'track',
        name: 'Unsubscribed',
        id: factId(claim.workspace, `${messageId}:event`),
        messageId: `${messageId}:event`,
        at,
        acceptedAt: at,
        source: linkSource,
        properties: { messageId: claim.message, method },
        envelope: {},
      },
    ),
  ]);
}
