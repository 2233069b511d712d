import { getScore, listScores, personScore, previewScore, scoreLog } from '#operations/scores.ts';
import type { HandlersOf } from '../api.ts';

export const scores: HandlersOf<'listScores' | 'getScore' | 'previewScore' | 'personScore' | 'scoreLog'> = {
  listScores: (house, { caller }) => listScores(house.deps, caller.workspace),
  getScore: (house, { caller, params }) => getScore(house.deps, caller.workspace, params.key),
  previewScore: (house, { caller, body }) => previewScore(house.deps, caller.workspace, body),
  personScore: (house, { caller, params, query }) => personScore(house.deps, caller.workspace, params.id, params.key, query.at),
  scoreLog: (house, { caller, params, query }) => scoreLog(house.deps, caller.workspace, params.key, query),
};
