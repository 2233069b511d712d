import { Problem } from '#contract/problems.ts';
import { finishTask, findTask } from '#store/histories.ts';
import { findIdentities } from '#store/identities.ts';
import { namesOf } from '#store/people.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { carryOutAll, findPerson } from './edit-person.ts';

/** What people do with runs by hand: send somebody in, take somebody out, take over, release, say yes or no. */

/** Those whom a request names, by id and by address, and the addresses that nobody has. */
export interface Whom {
  people: readonly string[];
  emails: readonly string[];
}

export async function readWhom(deps: Deps, workspace: Workspace, whom: Whom): Promise<{ people: string[]; unknown: string[] }> {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const emails = [...new Set(whom.emails.map((each) => each.trim().toLowerCase()).filter(Boolean))];
    const found = await findIdentities(
      tx,
      emails.map((value) => ({ workspace: workspace.id, kind: 'email' as const, value })),
    );
    const known = new Map(found.map((identity) => [identity.value, identity.person]));
    const there = await namesOf(tx, whom.people);
    return {
      people: [...new Set([...whom.people.filter((id) => there.has(id)), ...known.values()])],
      unknown: emails.filter((email) => !known.has(email)),
    };
  });
}

/** Sends people into a journey that has an entry for it. Whether each may enter is the journey's to say; why not stands on the person. */
export async function sendIn(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  key: string,
  whom: Whom,
): Promise<{ sent: number; unknown: string[] }> {
  const isOpen = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const journey = (await deps.rulebooks.current(tx, workspace.id)).journeys.get(key);
    if (!journey) throw new Problem('definition-unknown', { kind: 'journey', key });
    return journey.entries.some(({ step }) => 'by' in step.on && step.on.by === 'api');
  });
  if (!isOpen) throw new Problem('journey-closed', { key });
  const { people, unknown } = await readWhom(deps, workspace, whom);
  await carryOutAll(
    deps,
    workspace,
    people,
    actor,
    { kind: 'enter', journey: key, entry: null, actor },
    `sent people into the journey “${key}”`,
  );
  return { sent: people.length, unknown };
}

/** Takes people out of a journey, wherever they stand in it. */
export async function takeOut(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  key: string,
  whom: Whom,
  reason: string,
): Promise<{ taken: number; unknown: string[] }> {
  const { people, unknown } = await readWhom(deps, workspace, whom);
  await carryOutAll(
    deps,
    workspace,
    people,
    actor,
    { kind: 'end-runs', journey: key, reason, actor },
    `took people out of the journey “${key}”: ${reason}`,
  );
  return { taken: people.length, unknown };
}

export async function takeOver(deps: Deps, workspace: Workspace, actor: string, id: string, reason: string): Promise<void> {
  const person = await findPerson(deps, workspace, id);
  await carryOutAll(deps, workspace, [person.id], actor, { kind: 'take-over', reason, actor }, `took over a person: ${reason}`);
}

export async function release(deps: Deps, workspace: Workspace, actor: string, id: string): Promise<void> {
  const person = await findPerson(deps, workspace, id);
  await carryOutAll(deps, workspace, [person.id], actor, { kind: 'release', actor }, 'released a person');
  // What was held for it is looked at now, and not in a minute.
  deps.bus.pokeWork();
}

/** Lets journeys that led to each other again and again act on somebody again; their turns count anew. */
export async function unlock(deps: Deps, workspace: Workspace, actor: string, id: string, reason: string): Promise<void> {
  const person = await findPerson(deps, workspace, id);
  await carryOutAll(
    deps,
    workspace,
    [person.id],
    actor,
    { kind: 'unlock', actor },
    `let journeys act on a person again that had led to each other${reason && `: ${reason}`}`,
  );
}

/** A task is done. One that asks for a release gives the person back with that; one that asks for a yes or a no has to be answered. */
export async function completeTask(deps: Deps, workspace: Workspace, actor: string, id: string): Promise<void> {
  const task = await deps.db.transaction({ workspaces: [workspace.id] }, (tx) => findTask(tx, workspace.id, id));
  if (task?.asks === 'approval' && task.doneAt === null) throw new Problem('task-asks', { id });
  await deps.db.transaction({ workspaces: [workspace.id] }, (tx) =>
    finishTask(tx, workspace.id, id, actor, workspaceNow(workspace, deps.now())),
  );
  if (task?.asks === 'release' && task.doneAt === null) await release(deps, workspace, actor, task.person);
  deps.bus.changed(workspace.id, ['people']);
}

/** Says yes or no to a run that waits for it; the task is done with that. */
export async function decideTask(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  id: string,
  { yes, reason }: { yes: boolean; reason: string },
): Promise<void> {
  const task = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const found = await findTask(tx, workspace.id, id);
    if (!found || found.asks !== 'approval' || found.run === null) throw new Problem('task-asks-nothing', { id });
    if (found.doneAt !== null) throw new Problem('task-done', { id });
    return found;
  });
  const person = await findPerson(deps, workspace, task.person);
  await carryOutAll(
    deps,
    workspace,
    [person.id],
    actor,
    { kind: 'approval', run: task.run, step: task.step, yes, reason, actor },
    `said ${yes ? 'yes' : 'no'} to “${task.title}”`,
    // With the word itself: the run may go on, or have gone on by itself, at any moment.
    async (tx) => {
      if (!(await finishTask(tx, workspace.id, id, actor, workspaceNow(workspace, deps.now())))) throw new Problem('task-done', { id });
    },
  );
}
