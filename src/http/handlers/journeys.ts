import { countJourney, listJourneys } from '#operations/journeys.ts';
import { listMigrations, migrateRuns, previewMigration, undoMigration } from '#operations/migrate-runs.ts';
import { decideTask, release, sendIn, takeOut, takeOver } from '#operations/steer-runs.ts';
import type { HandlersOf } from '../api.ts';

export const journeys: HandlersOf<
  | 'listJourneys'
  | 'getJourneyCounts'
  | 'enterJourney'
  | 'leaveJourney'
  | 'takeOverPerson'
  | 'releasePerson'
  | 'decideTask'
  | 'previewMigration'
  | 'migrateRuns'
  | 'listMigrations'
  | 'undoMigration'
> = {
  listJourneys: (house, { caller }) => listJourneys(house.deps, caller.workspace),
  getJourneyCounts: (house, { caller, params, query }) => countJourney(house.deps, caller.workspace, params.key, query.version ?? null),
  enterJourney: (house, { caller, params, body }) => sendIn(house.deps, caller.workspace, caller.actor, params.key, body),
  leaveJourney: (house, { caller, params, body }) => takeOut(house.deps, caller.workspace, caller.actor, params.key, body, body.reason),
  async takeOverPerson(house, { caller, params, body }) {
    await takeOver(house.deps, caller.workspace, caller.actor, params.id, body.reason);
    return { id: params.id };
  },
  async releasePerson(house, { caller, params }) {
    await release(house.deps, caller.workspace, caller.actor, params.id);
    return { id: params.id };
  },
  previewMigration: (house, { caller, params, body }) => previewMigration(house.deps, caller.workspace, params.key, body),
  migrateRuns: (house, { caller, params, body }) => migrateRuns(house.deps, caller.workspace, caller.actor, params.key, body),
  listMigrations: (house, { caller, params }) => listMigrations(house.deps, caller.workspace, params.key),
  undoMigration: (house, { caller, params }) => undoMigration(house.deps, caller.workspace, caller.actor, params.key, params.id),
  async decideTask(house, { caller, params, body }) {
    await decideTask(house.deps, caller.workspace, caller.actor, params.id, body);
    return { id: params.id };
  },
};
