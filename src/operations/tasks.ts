import type { z } from 'zod';
import { isoOrNull, toIso } from '#contract/instant.ts';
import type { countTasks as countTasksRoute, listTasks as listTasksRoute, TaskRow } from '#contract/routes/people.ts';
import { sayStep } from '#engine/journey/steps/index.ts';
import * as store from '#store/histories.ts';
import { namesOf } from '#store/people.ts';
import { loadRuns } from '#store/runs.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';

/** What people have to do, with whom it is about and what waits for it. */
export async function listTasks(
  deps: Deps,
  workspace: Workspace,
  { owner, late, ...filter }: z.output<NonNullable<(typeof listTasksRoute)['query']>>,
): Promise<z.infer<(typeof listTasksRoute)['reply']>> {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const now = workspaceNow(workspace, deps.now());
    const book = await deps.rulebooks.current(tx, workspace.id);
    const { items, next } = await store.listTasks(tx, workspace.id, {
      ...filter,
      owner: owner === 'none' ? null : owner,
      dueBefore: late === 'yes' ? now : undefined,
    });
    const people = await namesOf(
      tx,
      items.map((task) => task.person),
    );
    const runs = new Map(
      (
        await loadRuns(
          tx,
          items.flatMap(({ person, run }) => (run === null ? [] : [{ person, run }])),
        )
      ).map((run) => [run.id, run]),
    );
    const row = (task: store.StoredTask): TaskRow => {
      const run = task.run === null ? undefined : runs.get(task.run);
      const version = run && book.versions.get(`${run.journey}@${run.version}`);
      const step = task.step === null ? undefined : version?.steps.get(task.step)?.step;
      const next = step?.kind === 'approve' && step.next !== null ? version?.steps.get(step.next)?.step : undefined;
      const { id, email, name } = people.get(task.person) ?? { id: task.person, email: null, name: null };
      return {
        id: task.id,
        title: task.title,
        person: { id, email, name },
        owner: task.owner,
        dueAt: toIso(task.dueAt),
        createdAt: toIso(task.createdAt),
        doneAt: isoOrNull(task.doneAt),
        doneBy: task.doneBy,
        asks: task.asks,
        journey: task.journey === null ? null : { key: task.journey, name: book.journeys.get(task.journey)?.body.name ?? task.journey },
        step: task.step,
        waits:
          task.doneAt === null && next
            ? { step: next.key, says: sayStep(next), template: next.kind === 'send' || next.kind === 'webhook' ? next.template : null }
            : null,
      };
    };
    return { items: items.map(row), next };
  });
}

export const countTasks = (deps: Deps, workspace: Workspace): Promise<z.infer<(typeof countTasksRoute)['reply']>> =>
  deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => ({
    ...(await store.countTasks(tx, workspace.id, workspaceNow(workspace, deps.now()))),
    owners: await store.taskOwners(tx, workspace.id),
  }));
