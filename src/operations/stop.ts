import type { Instant } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import { sayStopped } from '#contract/stop.ts';
import { stopReasons } from '#engine/message/policy.ts';
import { recordAudit } from '#store/audit.ts';
import { countAnew } from '#store/breaker.ts';
import type { Transaction } from '#store/database.ts';
import { letGoOn, personScope, stop, takeBackStopped } from '#store/kill-switches.ts';
import { releaseHeld } from '#store/messages.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { carryOutAll, findPerson } from './edit-person.ts';

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
  if (scope.startsWith('person:')) return stopPerson(deps, workspace, actor, scope.slice('person:'.length), stopped, reason);
  const now = workspaceNow(workspace, deps.now());
  await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    if (stopped) await stopScope(tx, workspace, scope, actor, reason, now);
    else {
      await letScopeGoOn(tx, workspace, scope, now);
      await recordAudit(
        tx,
        { workspace: workspace.id, actor, what: `let sending go on for ${sayStopped(scope)}`, details: { scope } },
        now,
      );
    }
  });
  tellOfStop(deps, workspace);
}

export function tellOfStop(deps: Deps, workspace: Workspace): void {
  deps.bus.changed(workspace.id, ['messages', 'settings']);
  deps.bus.pokeWork();
}

/** Stops a scope, and takes back what was claimed in it and has not begun to leave; false when it is stopped already. */
export async function stopScope(
  tx: Transaction,
  workspace: Workspace,
  scope: string,
  by: string,
  reason: string,
  now: Instant,
): Promise<boolean> {
  const isNew = await stop(tx, workspace.id, scope, by, reason, now);
  const isPerson = scope.startsWith('person:');
  await takeBackStopped(tx, workspace.id, scope, {
    reason: isPerson ? 'person-stop' : 'kill-switch',
    details: { by, because: reason, ...(isPerson ? {} : { scope }), decidedAt: now },
    until: now,
  });
  if (isNew && !isPerson)
    await recordAudit(
      tx,
      { workspace: workspace.id, actor: by, what: `stopped sending for ${sayStopped(scope)}: ${reason}`, details: { scope } },
      now,
    );
  return isNew;
}

/** Lets a scope go on. What went wrong before that is not held against it again: the breaker counts anew. */
async function letScopeGoOn(tx: Transaction, workspace: Workspace, scope: string, now: Instant): Promise<void> {
  await letGoOn(tx, workspace.id, scope);
  await countAnew(tx, workspace.id, scope, now);
  await releaseHeld(tx, workspace.id, stopReasons, now);
}

/** Stops everything for one person, or lets it go on: what is to be sent at once, and the rest when their own facts are heard, in order. */
async function stopPerson(deps: Deps, workspace: Workspace, actor: string, id: string, stopped: boolean, reason: string): Promise<void> {
  const person = await findPerson(deps, workspace, id);
  const now = workspaceNow(workspace, deps.now());
  const scope = personScope(person.id);
  const [fact, what] = stopped
    ? ([{ kind: 'stop', reason, actor }, `stopped everything for a person: ${reason}`] as const)
    : ([{ kind: 'let-go', actor }, 'let everything go on for a person'] as const);
  await carryOutAll(deps, workspace, [person.id], actor, fact, what, async (tx) => {
    if (stopped) await stopScope(tx, workspace, scope, actor, reason, now);
    else {
      await letGoOn(tx, workspace.id, scope);
      await releaseHeld(tx, workspace.id, stopReasons, now);
    }
  });
  tellOfStop(deps, workspace);
}
