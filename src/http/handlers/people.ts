import { day } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import { addPerson, changeConsent, editPerson, erasePerson, overrideStage } from '#operations/edit-person.ts';
import { lifecycleBoard } from '#operations/lifecycle-board.ts';
import { profile } from '#operations/profile.ts';
import { timeline } from '#operations/timeline.ts';
import { why } from '#operations/why.ts';
import { completeTask } from '#operations/steer-runs.ts';
import { countTasks, listTasks } from '#operations/tasks.ts';
import { countMembers } from '#store/memberships.ts';
import { countPeople, listPeople } from '#store/people.ts';
import { workspaceNow } from '#store/workspaces.ts';
import type { HandlersOf } from '../api.ts';
import { within } from './within.ts';

export const people: HandlersOf<
  | 'listPeople'
  | 'countPeople'
  | 'addPerson'
  | 'getPerson'
  | 'editPerson'
  | 'erasePerson'
  | 'overrideStage'
  | 'recordConsent'
  | 'personTimeline'
  | 'personWhy'
  | 'segmentPeople'
  | 'segmentCount'
  | 'listTasks'
  | 'countTasks'
  | 'completeTask'
  | 'lifecycleBoard'
> = {
  listPeople: (house, { caller, query: { run, ...query } }) =>
    within(house, caller, (tx) => {
      const weekAgo = workspaceNow(caller.workspace, house.deps.now()) - 7 * day;
      return listPeople(tx, caller.workspace.id, { ...query, run: run === 'week' ? { since: weekAgo } : run });
    }),
  countPeople: (house, { caller }) => within(house, caller, async (tx) => ({ total: await countPeople(tx, caller.workspace.id) })),
  addPerson: async (house, { caller, body }) => ({ id: await addPerson(house.deps, caller.workspace, caller.actor, body) }),
  getPerson: (house, { caller, params }) => profile(house.deps, caller.workspace, params.id),
  async editPerson(house, { caller, params, body }) {
    await editPerson(house.deps, caller.workspace, caller.actor, params.id, body.traits);
    return { id: params.id };
  },
  async erasePerson(house, { caller, params }) {
    await erasePerson(house.deps, caller.workspace, caller.actor, params.id);
    return { id: params.id };
  },
  async overrideStage(house, { caller, params, body }) {
    await overrideStage(house.deps, caller.workspace, caller.actor, params.id, body.to, body.reason);
    return { id: params.id, stage: body.to };
  },
  async recordConsent(house, { caller, params, body }) {
    await changeConsent(house.deps, caller.workspace, caller.actor, params.id, body);
    return { id: params.id };
  },
  personTimeline: (house, { caller, params, query }) => timeline(house.deps, caller.workspace, params.id, query),
  personWhy: (house, { caller, params, query }) => why(house.deps, caller.workspace, params.id, query.about),
  segmentPeople: (house, { caller, params, query }) =>
    within(house, caller, async (tx) => {
      await segmentNamed(house, caller.workspace.id, tx, params.key);
      return listPeople(tx, caller.workspace.id, { segment: params.key, ...query });
    }),
  segmentCount: (house, { caller, params }) =>
    within(house, caller, async (tx) => {
      await segmentNamed(house, caller.workspace.id, tx, params.key);
      return { count: await countMembers(tx, caller.workspace.id, params.key) };
    }),
  listTasks: (house, { caller, query }) => listTasks(house.deps, caller.workspace, query),
  countTasks: (house, { caller }) => countTasks(house.deps, caller.workspace),
  async completeTask(house, { caller, params }) {
    await completeTask(house.deps, caller.workspace, caller.actor, params.id);
    return { id: params.id };
  },
  lifecycleBoard: (house, { caller }) => lifecycleBoard(house.deps, caller.workspace),
};

async function segmentNamed(
  house: Parameters<typeof within>[0],
  workspace: number,
  tx: Parameters<typeof listPeople>[0],
  key: string,
): Promise<void> {
  const book = await house.deps.rulebooks.current(tx as never, workspace);
  if (!book.segments.some((segment) => segment.key === key)) throw new Problem('definition-unknown', { kind: 'segment', key });
}
