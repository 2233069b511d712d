import {
  cancelBroadcast,
  countAudience,
  createBroadcast,
  decideBroadcast,
  editBroadcast,
  listBroadcasts,
  pauseBroadcast,
  peopleOfBroadcast,
  readBroadcast,
  removeBroadcast,
  resumeBroadcast,
  startBroadcast,
  unscheduleBroadcast,
} from '#operations/broadcasts.ts';
import { cancelEstimate, readEstimate, startEstimate } from '#operations/estimate-broadcast.ts';
import type { HandlersOf } from '../api.ts';

export const broadcasts: HandlersOf<
  | 'listBroadcasts'
  | 'createBroadcast'
  | 'countAudience'
  | 'getBroadcast'
  | 'putBroadcast'
  | 'deleteBroadcast'
  | 'startBroadcast'
  | 'unscheduleBroadcast'
  | 'pauseBroadcast'
  | 'resumeBroadcast'
  | 'cancelBroadcast'
  | 'decideBroadcast'
  | 'listBroadcastPeople'
  | 'startEstimate'
  | 'getEstimate'
  | 'cancelEstimate'
> = {
  listBroadcasts: (house, { caller, query }) => listBroadcasts(house.deps, caller.workspace, query),
  createBroadcast: (house, { caller, body }) => createBroadcast(house.deps, caller.workspace, caller.actor, body),
  countAudience: (house, { caller, body }) => countAudience(house.deps, caller.workspace, body),
  getBroadcast: (house, { caller, params }) => readBroadcast(house.deps, caller.workspace, params.id),
  putBroadcast: (house, { caller, params, body }) => editBroadcast(house.deps, caller.workspace, caller.actor, params.id, body),
  deleteBroadcast: (house, { caller, params }) => removeBroadcast(house.deps, caller.workspace, caller.actor, params.id),
  startBroadcast: (house, { caller, params }) => startBroadcast(house.deps, caller.workspace, caller.actor, params.id),
  unscheduleBroadcast: (house, { caller, params }) => unscheduleBroadcast(house.deps, caller.workspace, caller.actor, params.id),
  pauseBroadcast: (house, { caller, params, body }) => pauseBroadcast(house.deps, caller.workspace, caller.actor, params.id, body.reason),
  resumeBroadcast: (house, { caller, params }) => resumeBroadcast(house.deps, caller.workspace, caller.actor, params.id),
  decideBroadcast: (house, { caller, params, body }) => decideBroadcast(house.deps, caller.workspace, caller.actor, params.id, body),
  cancelBroadcast: (house, { caller, params, body }) => cancelBroadcast(house.deps, caller.workspace, caller.actor, params.id, body.reason),
  listBroadcastPeople: (house, { caller, params, query }) => peopleOfBroadcast(house.deps, caller.workspace, params.id, query),
  startEstimate: (house, { caller, params }) => startEstimate(house.deps, caller.workspace, caller.actor, params.id),
  getEstimate: async (house, { caller, params }) => ({ estimate: await readEstimate(house.deps, caller.workspace, params.id) }),
  cancelEstimate: async (house, { caller, params }) => ({ estimate: await cancelEstimate(house.deps, caller.workspace, params.id) }),
};
