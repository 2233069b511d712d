import type { MessageStatus } from '#contract/message.ts';
import { Problem } from '#contract/problems.ts';
import { recordAudit } from '#store/audit.ts';
import { letGoOn, stop } from '#store/kill-switches.ts';
import { changeMessages, findMessage, releaseHeld } from '#store/messages.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';

/** Stops sending for a scope, or lets it go on. The check that claims a message reads it, so it takes effect before the next send. */
export async function setStop(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  scope: string,
  stopped: boolean,
  reason: string,
): Promise<void> {
  if (stopped && reason === '') throw new Problem('reason-needed');
  const now = workspaceNow(workspace, deps.now());
  await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    if (stopped) await stop(tx, workspace.id, scope, actor, reason, now);
    else {
      await letGoOn(tx, workspace.id, scope);
      await releaseHeld(tx, workspace.id, now);
    }
    await recordAudit(
      tx,
      {
        workspace: workspace.id,
        actor,
        what: stopped ? `stopped sending for ${scope}: ${reason}` : `let sending go on for ${scope}`,
        details: { scope },
      },
      now,
    );
  });
  deps.bus.changed(workspace.id, ['messages', 'settings']);
  deps.bus.pokeWork();
}

/** A colleague decides about a message of which nobody knows whether it arrived. */
export async function settleByHand(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  id: string,
  as: 'sent' | 'again',
): Promise<MessageStatus> {
  const now = workspaceNow(workspace, deps.now());
  const status: MessageStatus = as === 'sent' ? 'sent' : 'queued';
  await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const message = await findMessage(tx, workspace.id, id);
    if (message?.status !== 'uncertain') throw new Problem('message-unknown', { id });
    await changeMessages(tx, [
      {
        ...message,
        status,
        reason: null,
        sentAt: as === 'sent' ? (message.claimedAt ?? now) : null,
        claimedAt: null,
        details: { ...message.details, mayHaveArrivedAt: null },
        sender: null,
        dueAt: now,
      },
    ]);
    await recordAudit(
      tx,
      {
        workspace: workspace.id,
        actor,
        what: as === 'sent' ? 'settled an uncertain message as arrived' : 'sent an uncertain message again',
        details: { message: id },
      },
      now,
    );
  });
  deps.bus.changed(workspace.id, ['messages']);
  deps.bus.pokeWork();
  return status;
}
