import { draftFrom, lookAt, starters as listed } from '#operations/starters.ts';
import type { HandlersOf } from '../api.ts';

export const starters: HandlersOf<'listStarters' | 'lookAtStarter' | 'draftStarter'> = {
  listStarters: (house, { caller }) => listed(house.deps, caller.workspace),
  lookAtStarter: (house, { caller, body }) => lookAt(house.deps, caller.workspace, body),
  draftStarter: (house, { caller, body }) => draftFrom(house.deps, caller.workspace, caller.actor, body.source, body.answers),
};
