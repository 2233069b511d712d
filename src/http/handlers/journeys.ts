import { countJourney, listJourneys, listOverlaps, moveJourneys } from '#operations/journeys.ts';
import { journeyTiming } from '#operations/journey-timing.ts';
import { listMigrations, migrateRuns, previewMigration, undoMigration } from '#operations/migrate-runs.ts';
import { readSignals } from '#operations/signals.ts';
import { readRamp, steerRamp } from '#operations/ramps.ts';
import { archiveJourney, restoreJourney, retireJourney } from '#operations/retire-journey.ts';
import { decideTask, release, sendIn, takeOut, takeOver, unlock } from '#operations/steer-runs.ts';
import { traceRun } from '#operations/trace-run.ts';
import { tryJourney } from '#operations/try-journey.ts';
import type { HandlersOf } from '../api.ts';

export const journeys: HandlersOf<
  | 'listJourneys'
  | 'moveJourneys'
  | 'getJourneyCounts'
  | 'getJourneyTiming'
  | 'listOverlaps'
  | 'readSignals'
  | 'enterJourney'
  | 'leaveJourney'
  | 'tryJourney'
  | 'traceRun'
  | 'takeOverPerson'
  | 'releasePerson'
  | 'unlockPerson'
  | 'decideTask'
  | 'previewMigration'
  | 'migrateRuns'
  | 'listMigrations'
  | 'undoMigration'
  | 'getRamp'
  | 'steerRamp'
  | 'retireJourney'
  | 'archiveJourney'
  | 'restoreJourney'
> = {
  listJourneys: (house, { caller }) => listJourneys(house.deps, caller.workspace),
  moveJourneys: (house, { caller, body }) => moveJourneys(house.deps, caller.workspace, caller.actor, body),
  getJourneyCounts: (house, { caller, params, query }) => countJourney(house.deps, caller.workspace, params.key, query.version ?? null),
  getJourneyTiming: (house, { caller, query }) => journeyTiming(house.deps, caller.workspace, query.from, query.to),
  readSignals: (house, { caller, params, body }) => readSignals(house.deps, caller.workspace, params.key, body),
  listOverlaps: (house, { caller, params }) => listOverlaps(house.deps, caller.workspace, params.key),
  enterJourney: (house, { caller, params, body }) => sendIn(house.deps, caller.workspace, caller.actor, params.key, body),
  leaveJourney: (house, { caller, params, body }) => takeOut(house.deps, caller.workspace, caller.actor, params.key, body, body.reason),
  tryJourney: (house, { caller, params, body }) => tryJourney(house.deps, caller.workspace, params.key, body),
  traceRun: (house, { caller, params, query }) => traceRun(house.deps, caller.workspace, params.key, query),
  async takeOverPerson(house, { caller, params, body }) {
    await takeOver(house.deps, caller.workspace, caller.actor, params.id, body.reason);
    return { id: params.id };
  },
  async releasePerson(house, { caller, params }) {
    await release(house.deps, caller.workspace, caller.actor, params.id);
    return { id: params.id };
  },
  async unlockPerson(house, { caller, params, body }) {
    await unlock(house.deps, caller.workspace, caller.actor, params.id, body.reason);
    return { id: params.id };
  },
  previewMigration: (house, { caller, params, body }) => previewMigration(house.deps, caller.workspace, params.key, body),
  migrateRuns: (house, { caller, params, body }) => migrateRuns(house.deps, caller.workspace, caller.actor, params.key, body),
  listMigrations: (house, { caller, params }) => listMigrations(house.deps, caller.workspace, params.key),
  undoMigration: (house, { caller, params }) => undoMigration(house.deps, caller.workspace, caller.actor, params.key, params.id),
  getRamp: async (house, { caller, params }) => ({ ramp: await readRamp(house.deps, caller.workspace, params.key) }),
  steerRamp: (house, { caller, params, body }) => steerRamp(house.deps, caller.workspace, caller.actor, params.key, body.to, body.reason),
  retireJourney: (house, { caller, params, body }) => retireJourney(house.deps, caller.workspace, caller.actor, params.key, body.reason),
  archiveJourney: (house, { caller, params, body }) => archiveJourney(house.deps, caller.workspace, caller.actor, params.key, body.reason),
  restoreJourney: (house, { caller, params }) => restoreJourney(house.deps, caller.workspace, caller.actor, params.key),
  async decideTask(house, { caller, params, body }) {
    await decideTask(house.deps, caller.workspace, caller.actor, params.id, body);
    return { id: params.id };
  },
};
