import { day, type Duration, type Instant, ms, toIso } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import { type MessageStatus, sayReason } from '#contract/message.ts';
import { Problem } from '#contract/problems.ts';
import { whyNoRetry } from '#contract/retry.ts';
import { recordAudit } from '#store/audit.ts';
import type { Transaction } from '#store/database.ts';
import { laneOf } from '#store/identities.ts';
import { lockLanesInOrder } from '#store/inbox.ts';
import { changeMessages, findMessage, mayHaveArrivedAt, requeueMessage, type StoredMessage } from '#store/messages.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';

/**
 * What a colleague decides about a message that has ended: that it is sent again (uncertain, failed or skipped → queued), or that an uncertain one arrived (→ sent).
 * Both happen under the lock of the person's lane, as the claim does, so that of two who decide at once the second finds it decided.
 */

export interface Again {
  actor: string;
  reason: string;
  /** From now on; the time that it had when missing. */
  expires?: Duration | undefined;
}

/** Sends one message again. What it is checked for before it goes is what holds then. */
export async function retryMessage(deps: Deps, workspace: Workspace, id: string, again: Again): Promise<MessageStatus> {
  if (again.reason === '') throw new Problem('reason-needed');
  await deciding(deps, workspace, id, (tx, message) => requeue(deps, tx, workspace, message, again));
  tell(deps, workspace);
  return 'queued';
}

/** Sends several again, each in a transaction of its own; answers why where it is not. */
export async function retryMessages(
  deps: Deps,
  workspace: Workspace,
  ids: readonly string[],
  again: Again,
): Promise<{ id: string; queued: boolean; because: string | null }[]> {
  if (again.reason === '') throw new Problem('reason-needed');
  const items: { id: string; queued: boolean; because: string | null }[] = [];
  for (const id of new Set(ids)) {
    try {
      await deciding(deps, workspace, id, (tx, message) => requeue(deps, tx, workspace, message, again));
      items.push({ id, queued: true, because: null });
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      const { because = error.message } = (error.details ?? {}) as { because?: string };
      items.push({ id, queued: false, because });
    }
  }
  tell(deps, workspace);
  return items;
}

/** Decides about a message of which nobody knows whether it arrived. */
export async function settleByHand(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  id: string,
  as: 'sent' | 'again',
  reason: string,
): Promise<MessageStatus> {
  await deciding(deps, workspace, id, async (tx, message) => {
    if (message.status !== 'uncertain') throw new Problem('message-unknown', { id });
    if (as === 'again') return requeue(deps, tx, workspace, message, { actor, reason });
    const { data: _, ...details } = message.details;
    const now = workspaceNow(workspace, deps.now());
    await changeMessages(tx, [
      {
        ...message,
        status: 'sent',
        reason: null,
        sentAt: message.claimedAt ?? now,
        claimedAt: null,
        details: {
          ...details,
          mayHaveArrivedAt: null,
          byHand: withDecision(message, { at: now, by: actor, did: 'arrived', because: reason }),
        },
        sender: null,
        dueAt: now,
      },
    ]);
    await recordAudit(
      tx,
      {
        workspace: workspace.id,
        actor,
        what: `settled an uncertain message as arrived${reason && `: ${reason}`}`,
        details: { message: id, person: message.person },
      },
      now,
    );
  });
  tell(deps, workspace);
  return as === 'sent' ? 'sent' : 'queued';
}

function tell(deps: Deps, workspace: Workspace): void {
  deps.bus.changed(workspace.id, ['messages', 'broadcasts']);
  deps.bus.pokeWork();
}

/** Decides about a message while the lane of whoever it belongs to is locked. */
async function deciding(
  deps: Deps,
  workspace: Workspace,
  id: string,
  decide: (tx: Transaction, message: StoredMessage) => Promise<void>,
): Promise<void> {
  const isDone = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const found = await findMessage(tx, workspace.id, id);
    if (!found) throw new Problem('message-unknown', { id });
    await lockLanesInOrder(tx, [laneOf(found.person)]);
    const message = await findMessage(tx, workspace.id, id);
    if (!message) throw new Problem('message-unknown', { id });
    if (message.person !== found.person) return false;
    await decide(tx, message);
    return true;
  });
  // A merge moved it meanwhile: another lane has to be locked, and never one after the other.
  if (!isDone) await deciding(deps, workspace, id, decide);
}

async function requeue(
  deps: Deps,
  tx: Transaction,
  workspace: Workspace,
  message: StoredMessage,
  { actor, reason, expires }: Again,
): Promise<void> {
  const because = whyNoRetry(message.status, message.reason);
  if (because !== null) throw new Problem('retry-refused', { status: message.status, reason: message.reason, because });
  const now = workspaceNow(workspace, deps.now());
  const { promisedAt: _turn, decidedAt: _when, ...kept } = message.details;
  const isUncertain = message.status === 'uncertain';
  await requeueMessage(tx, {
    person: message.person,
    id: message.id,
    templateVersion: await versionToSend(deps, tx, workspace, message),
    details: {
      ...kept,
      ...(isUncertain ? { mayHaveArrivedAt: null } : {}),
      byHand: withDecision(message, { at: now, by: actor, did: 'again', because: reason }),
    },
    dueAt: now,
    expiresAt: expiryOf(message, expires, now),
    claimedAt: isUncertain ? null : mayHaveArrivedAt(message),
  });
  await recordAudit(
    tx,
    {
      workspace: workspace.id,
      actor,
      what: `sent ${isUncertain ? 'an uncertain message' : 'a message'} again${reason && `: ${reason}`}`,
      details: { message: message.id, person: message.person, was: sayWas(message) },
    },
    now,
  );
}

/** What could not be written is written from the template as it stands now; everything else says what it was to say. */
async function versionToSend(deps: Deps, tx: Transaction, workspace: Workspace, message: StoredMessage): Promise<number> {
  if (message.reason !== 'render-failed') return message.templateVersion;
  const template = (await deps.rulebooks.current(tx, workspace.id)).templates.get(message.template);
  if (template?.body.channel !== message.channel)
    throw new Problem('retry-refused', {
      status: message.status,
      reason: message.reason,
      because: `its template ${message.template} is not published for ${message.channel} any more`,
    });
  return template.version;
}

/** Until when it may go out: as was said, as long as it has left, or all the time that it had once more. */
function expiryOf(message: StoredMessage, expires: Duration | undefined, now: Instant): Instant {
  if (expires !== undefined) return now + ms(expires);
  if (message.expiresAt > now) return message.expiresAt;
  const had = message.expiresAt - message.createdAt;
  return now + (had > 0 ? had : day);
}

const sayWas = ({ status, reason, details }: StoredMessage): string =>
  reason === null ? status : `${status}: ${sayReason(reason, details)}`;

const withDecision = (
  message: StoredMessage,
  { at, ...decision }: { at: Instant; by: string; did: 'again' | 'arrived'; because: string },
): JsonObject[] => [
  ...(Array.isArray(message.details.byHand) ? (message.details.byHand as JsonObject[]) : []),
  { at: toIso(at), ...decision, was: sayWas(message) },
];
