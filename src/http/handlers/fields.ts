import { listFields, refusedValues } from '#operations/fields.ts';
import type { HandlersOf } from '../api.ts';

export const fields: HandlersOf<'listFields' | 'refusedValues'> = {
  listFields: (house, { caller }) => listFields(house.deps, caller.workspace),
  refusedValues: (house, { caller, params, query }) => refusedValues(house.deps, caller.workspace, params.path, query),
};
