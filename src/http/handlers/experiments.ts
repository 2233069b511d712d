import { listExperiments, readExperiment, takeArm } from '#operations/experiments.ts';
import type { HandlersOf } from '../api.ts';

export const experiments: HandlersOf<'listExperiments' | 'getExperiment' | 'takeArm'> = {
  listExperiments: (house, { caller }) => listExperiments(house.deps, caller.workspace),
  getExperiment: (house, { caller, params }) => readExperiment(house.deps, caller.workspace, params.id),
  takeArm: (house, { caller, params, body }) => takeArm(house.deps, caller.workspace, caller.actor, params.id, body),
};
