import { z } from 'zod';
import { Key } from './key.ts';

/** 20 MB of file, 200,000 rows, 200 columns: what one import takes. */
export const importBytesMax = 20 * 1024 * 1024;
export const importRowsMax = 200_000;
export const importColumnsMax = 200;

/** What a column becomes: an identity, the path of a trait, or nothing. */
export const ImportTarget = z
  .string()
  .max(200)
  .regex(/^(userId|[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*)$/, {
    message: 'must be email, phone, userId or the path of a trait such as company.name',
  })
  .nullable();

/**
 * Why the people of a file may be written to. Only consent with its exact words, where the proof lies and when it was given is recorded as consent; the other
 * grounds are kept beside the import and allow no marketing.
 */
export const ImportBasis = z.discriminatedUnion('basis', [
  z.strictObject({ basis: z.literal('none') }),
  z.strictObject({
    basis: z.literal('consent'),
    purpose: Key.default('marketing'),
    wording: z.string().trim().min(10).max(1000).describe('The exact words that people agreed to'),
    proof: z.string().trim().min(3).max(500).describe('Where the proof lies: which system, form or folder'),
    given: z
      .union([
        z.strictObject({ column: z.int().min(0).max(importColumnsMax) }),
        z.strictObject({ on: z.iso.date({ error: 'must be a date such as 2026-03-01' }) }),
      ])
      .describe('When: a column with the date of each, or one date for all. Whoever has no date is imported without consent'),
  }),
  z.strictObject({ basis: z.literal('contract'), note: z.string().trim().min(3).max(500).describe('Which contract') }),
  z.strictObject({
    basis: z.literal('legitimate-interest'),
    note: z.string().trim().min(3).max(500).describe('Whose interest, and where it was weighed'),
  }),
]);
export type ImportBasis = z.infer<typeof ImportBasis>;

export const ImportSettings = z
  .strictObject({
    entryPoint: Key.describe('An entry point of kind import: the source that new people carry for good'),
    mapping: z.array(ImportTarget).max(importColumnsMax).describe('What each column becomes, in their order; null leaves one out'),
    basis: ImportBasis,
    list: Key.nullable().default(null).describe('A segment that is kept by hand, on which everybody of the file is put'),
  })
  .superRefine((settings, context) => {
    const named = settings.mapping.filter((target) => target !== null);
    for (const target of new Set(named))
      if (named.filter((each) => each === target).length > 1)
        context.addIssue({ code: 'custom', path: ['mapping'], message: `two columns become ${target}` });
    if (!named.some((target) => target === 'email' || target === 'phone' || target === 'userId'))
      context.addIssue({
        code: 'custom',
        path: ['mapping'],
        message: 'one column must become email, phone or userId, so that people can be told apart',
      });
    const { basis } = settings;
    if (basis.basis === 'consent' && 'column' in basis.given && basis.given.column >= settings.mapping.length)
      context.addIssue({ code: 'custom', path: ['basis', 'given', 'column'], message: 'the file has no such column' });
  });
export type ImportSettings = z.infer<typeof ImportSettings>;

export const importStates = ['uploaded', 'running', 'finished', 'cancelled'] as const;
