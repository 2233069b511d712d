import { cancelImport, checkImport, getImport, listImports, refusedCsv, runImport, uploadImport } from '#operations/imports/imports.ts';
import type { HandlersOf } from '../api.ts';

export const imports: HandlersOf<
  'uploadImport' | 'listImports' | 'getImport' | 'checkImport' | 'runImport' | 'cancelImport' | 'refusedImportRows'
> = {
  uploadImport: (house, { caller, query, file }) => uploadImport(house.deps, caller.workspace, caller.actor, query.name, file),
  listImports: (house, { caller, query }) => listImports(house.deps, caller.workspace, query),
  getImport: (house, { caller, params }) => getImport(house.deps, caller.workspace, params.id),
  checkImport: (house, { caller, params, body }) => checkImport(house.deps, caller.workspace, params.id, body),
  runImport: (house, { caller, params, body }) => runImport(house.deps, caller.workspace, caller.actor, params.id, body),
  cancelImport: (house, { caller, params }) => cancelImport(house.deps, caller.workspace, caller.actor, params.id),
  async refusedImportRows(house, { caller, params, reply }) {
    const text = await refusedCsv(house.deps, caller.workspace, params.id);
    reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="refused-${params.id}.csv"`)
      .header('cache-control', 'no-store');
    // With a byte order mark, because spreadsheets take a file without one for something older.
    return `\ufeff${text}`;
  },
};
