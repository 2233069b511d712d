import { z } from 'zod';

/** The name of a definition within its kind: lower case, digits and hyphens, starting with a letter. */
export const Key = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, {
    message: 'must be lower case letters, digits and hyphens, starting with a letter, at most 63 characters',
  })
  .describe('Key of a definition: lower case letters, digits and hyphens');

/** One line of text that a person reads: no control characters, so it can stand in a mail header. */
export const Line = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u, { message: 'must be one line without control characters' });

/** Where a value lives in the traits of a person. */
export const TraitPath = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/, { message: 'must be the path of a trait, as plan or address.city' });
