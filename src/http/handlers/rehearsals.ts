import { cancelRehearsal, listRehearsals, listRehearsedRuns, readRehearsal, startRehearsal } from '#operations/rehearsals.ts';
import type { HandlersOf } from '../api.ts';

export const rehearsals: HandlersOf<'startRehearsal' | 'listRehearsals' | 'getRehearsal' | 'cancelRehearsal' | 'listRehearsedRuns'> = {
  startRehearsal: (house, { caller, body }) => startRehearsal(house.deps, caller.workspace, caller.actor, body),
  listRehearsals: (house, { caller, query }) => listRehearsals(house.deps, caller.workspace, query),
  getRehearsal: (house, { caller, params }) => readRehearsal(house.deps, caller.workspace, params.id),
  cancelRehearsal: (house, { caller, params }) => cancelRehearsal(house.deps, caller.workspace, caller.actor, params.id),
  listRehearsedRuns: (house, { caller, params, query }) => listRehearsedRuns(house.deps, caller.workspace, params, query),
};
