import {
  applySet,
  checkDefinition,
  discardDraft,
  exportSet,
  getDefinition,
  getMap,
  getVersion,
  listDefinitions,
  listVersions,
  planSet,
  publishDefinition,
  putDraft,
  rollbackDefinition,
} from '#operations/definitions.ts';
import { answerReview, askForReview, listReviews } from '#operations/reviews.ts';
import type { HandlersOf } from '../api.ts';

export const definitions: HandlersOf<
  | 'listDefinitions'
  | 'getDefinition'
  | 'putDefinition'
  | 'discardDraft'
  | 'checkDefinition'
  | 'publishDefinition'
  | 'rollbackDefinition'
  | 'listVersions'
  | 'getVersion'
  | 'makePlan'
  | 'applySet'
  | 'exportSet'
  | 'getMap'
  | 'askForReview'
  | 'answerReview'
  | 'listReviews'
> = {
  listDefinitions: (house, { caller, query }) => listDefinitions(house.deps, caller.workspace, query.kind),
  getDefinition: (house, { caller, params }) => getDefinition(house.deps, caller.workspace, params.kind, params.key),
  putDefinition: (house, { caller, params, body }) =>
    putDraft(house.deps, caller.workspace, caller.actor, params.kind, params.key, body.body),
  discardDraft: (house, { caller, params }) => discardDraft(house.deps, caller.workspace, caller.actor, params.kind, params.key),
  checkDefinition: (house, { caller, params }) => checkDefinition(house.deps, caller.workspace, params.kind, params.key),
  publishDefinition: (house, { caller, params, body }) =>
    publishDefinition(house.deps, caller.workspace, caller.actor, params.kind, params.key, body.note, body.ramp, body.reason),
  rollbackDefinition: (house, { caller, params, body }) =>
    rollbackDefinition(house.deps, caller.workspace, caller.actor, params.kind, params.key, body.version, body.note),
  listVersions: (house, { caller, params }) => listVersions(house.deps, caller.workspace, params.kind, params.key),
  getVersion: (house, { caller, params }) => getVersion(house.deps, caller.workspace, params.kind, params.key, params.version),
  makePlan: (house, { caller, body }) => planSet(house.deps, caller.workspace, body.definitions),
  applySet: (house, { caller, body }) => applySet(house.deps, caller.workspace, caller.actor, body),
  askForReview: (house, { caller, params, body }) =>
    askForReview(house.deps, caller.workspace, caller.actor, params.kind, params.key, body.note),
  answerReview: (house, { caller, params, body }) =>
    answerReview(house.deps, caller.workspace, caller.actor, params.kind, params.key, body),
  listReviews: (house, { caller }) => listReviews(house.deps, caller.workspace),
  getMap: (house, { caller, query }) => getMap(house.deps, caller.workspace, query.what),
  exportSet: (house, { caller, query }) => exportSet(house.deps, caller.workspace, query.what),
};
