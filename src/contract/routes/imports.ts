import { z } from 'zod';
import { importBytesMax, ImportSettings, importStates, ImportTarget } from '../import.ts';
import { IsoInstant } from '../instant.ts';
import { page, paging, route } from './route.ts';

const id = z.object({ id: z.uuid() });

export const ImportRow = z.object({
  id: z.uuid(),
  fileName: z.string(),
  status: z.enum(importStates),
  rows: z.number(),
  taken: z.number().describe('Rows whose facts are in the inbox'),
  refused: z.number(),
  createdAt: IsoInstant,
  createdBy: z.string(),
  startedAt: IsoInstant.nullable(),
  finishedAt: IsoInstant.nullable(),
});
export type ImportRow = z.infer<typeof ImportRow>;

export const ImportDetail = ImportRow.extend({
  encoding: z.string(),
  delimiter: z.string(),
  columns: z.array(
    z.object({ name: z.string(), guess: ImportTarget.describe('What the column probably is'), samples: z.array(z.string()) }),
  ),
  firstRows: z.array(z.array(z.string())).describe('As they are in the file; none once they were taken'),
  settings: ImportSettings.nullable(),
  entryPoints: z.array(z.object({ key: z.string(), name: z.string() })).describe('Published entry points that an import can come in by'),
  lists: z.array(z.object({ key: z.string(), name: z.string() })).describe('Published segments that are kept by hand'),
  sameFileAt: IsoInstant.nullable().describe('When the same file was imported before'),
  refusedRows: z
    .array(z.object({ row: z.number().describe('Line of the table, the first after the names is 1'), reason: z.string() }))
    .describe('The first of them'),
});
export type ImportDetail = z.infer<typeof ImportDetail>;

const Reason = z.object({ reason: z.string(), rows: z.number(), example: z.number().describe('The first such row') });
export const ImportCheck = z.object({
  rows: z.number(),
  withEmail: z.number(),
  withPhone: z.number(),
  people: z.number().describe('Different people in the file'),
  repeated: z.number().describe('Rows about somebody who stands further up; the later one adds to them'),
  known: z.number().describe('Of the people, those who are known already'),
  withConsent: z.number(),
  withoutConsentDate: z.number().describe('With consent as the basis: rows without a date that can be read'),
  suppressed: z.number().describe('Addresses that are suppressed and stay so'),
  refused: z.array(Reason).describe('Rows that would be refused, by reason'),
  unfit: z
    .array(z.object({ path: z.string(), reason: z.string(), rows: z.number(), example: z.string() }))
    .describe('Values that fields would not take'),
});
export type ImportCheck = z.infer<typeof ImportCheck>;

export const uploadImport = route({
  method: 'POST',
  path: '/api/imports',
  tag: 'Imports',
  summary: 'Bring a CSV file of people; nothing happens to anybody before it is run',
  query: z.object({ name: z.string().max(200).default('people.csv').describe('Name of the file') }),
  file: { bytesMax: importBytesMax, type: 'text/csv' },
  reply: ImportDetail,
  problems: ['file-unreadable', 'file-too-large'],
});
export const listImports = route({
  method: 'GET',
  path: '/api/imports',
  tag: 'Imports',
  summary: 'Imports, newest first',
  query: z.object(paging),
  reply: page(ImportRow),
  problems: ['query-invalid'],
});
export const getImport = route({
  method: 'GET',
  path: '/api/imports/{id}',
  tag: 'Imports',
  summary: 'An import: its columns, what they probably are, and how far it is',
  params: id,
  reply: ImportDetail,
  problems: ['import-unknown'],
});
export const checkImport = route({
  method: 'POST',
  path: '/api/imports/{id}/check',
  tag: 'Imports',
  summary: 'What running it with these settings would do',
  params: id,
  body: ImportSettings,
  reply: ImportCheck,
  problems: ['import-unknown', 'import-state', 'body-invalid'],
});
export const runImport = route({
  method: 'POST',
  path: '/api/imports/{id}/run',
  tag: 'Imports',
  summary: 'Run it: rows become facts, in the background; a restart goes on where it was',
  params: id,
  body: ImportSettings,
  reply: ImportRow,
  problems: ['import-unknown', 'import-state', 'body-invalid'],
});
export const cancelImport = route({
  method: 'POST',
  path: '/api/imports/{id}/cancel',
  tag: 'Imports',
  summary: 'Stop it: what was taken stays, the rest is thrown away',
  params: id,
  reply: ImportRow,
  problems: ['import-unknown'],
});
export const refusedImportRows = route({
  method: 'GET',
  path: '/api/imports/{id}/refused',
  tag: 'Imports',
  summary: 'The refused rows as a file to mend and bring again, each with its reason; kept for 30 days',
  params: id,
  reply: z.string(),
  answers: 'text/csv',
  problems: ['import-unknown'],
});
