import * as operations from '#operations/identities.ts';
import { previewUnmerge, unmerge } from '#operations/unmerge.ts';
import type { HandlersOf } from '../api.ts';

export const identities: HandlersOf<
  | 'listMerges'
  | 'mergePeople'
  | 'previewUnmerge'
  | 'unmergePeople'
  | 'listRefusedNames'
  | 'listReview'
  | 'settleReview'
  | 'listUndoneMerges'
> = {
  listMerges: (house, { caller, params }) => operations.listMerges(house.deps, caller.workspace, params.id),
  mergePeople: async (house, { caller, params, body }) => ({
    id: await operations.mergePeople(house.deps, caller.workspace, caller.actor, params.id, body),
  }),
  previewUnmerge: (house, { caller, params }) => previewUnmerge(house.deps, caller.workspace, params.id, params.person.toLowerCase()),
  unmergePeople: (house, { caller, params, body }) => unmerge(house.deps, caller.workspace, caller.actor, params.id, body),
  listRefusedNames: (house, { caller, query }) => operations.listRefused(house.deps, caller.workspace, query),
  listReview: (house, { caller, query }) => operations.listReview(house.deps, caller.workspace, query),
  settleReview: (house, { caller, params, body }) => operations.settleReview(house.deps, caller.workspace, caller.actor, params.id, body),
  listUndoneMerges: (house, { caller, query }) => operations.listUndoneMerges(house.deps, caller.workspace, query),
};
