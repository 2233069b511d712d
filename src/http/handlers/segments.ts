import { changeList, getSegment, listSegments, segmentLog, segmentOverlap } from '#operations/segments.ts';
import type { HandlersOf } from '../api.ts';

export const segments: HandlersOf<'listSegments' | 'getSegment' | 'segmentLog' | 'segmentOverlap' | 'addToSegment' | 'removeFromSegment'> =
  {
    listSegments: (house, { caller }) => listSegments(house.deps, caller.workspace),
    getSegment: (house, { caller, params, query }) => getSegment(house.deps, caller.workspace, params.key, query.days),
    segmentLog: (house, { caller, params, query }) => segmentLog(house.deps, caller.workspace, params.key, query),
    segmentOverlap: (house, { caller, query }) => segmentOverlap(house.deps, caller.workspace, query.a, query.b),
    async addToSegment(house, { caller, params, body }) {
      const { changed, unknown } = await changeList(house.deps, caller.workspace, caller.actor, params.key, body, true);
      return { added: changed, unknown };
    },
    async removeFromSegment(house, { caller, params, body }) {
      const { changed, unknown } = await changeList(house.deps, caller.workspace, caller.actor, params.key, body, false);
      return { removed: changed, unknown };
    },
  };
