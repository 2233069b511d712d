import { z } from 'zod';
import { Duration } from './instant.ts';
import { Key, Line } from './key.ts';

/** Kinds of identifiers that every workspace has. Any other is an id of a system beside us. */
export const ownKinds = ['user', 'anonymous', 'email', 'phone', 'push'] as const;

export const IdentifierKind = z
  .strictObject({
    kind: Key.describe('user, anonymous, email, phone, push, or a name of your own for the id of another system, such as crm-id'),
    from: z
      .string()
      .regex(/^(traits|context|properties|integrations)(\.[A-Za-z_][A-Za-z0-9_-]*)+$/, {
        message: 'must be a place in a call, such as traits.crm_id',
      })
      .optional()
      .describe('Where the id of another system stands in a call, such as traits.crm_id; in context.externalIds it is found by its type'),
    unique: z.boolean().default(true).describe('One value names one person; without it a value says nothing about who somebody is'),
    most: z.int().min(1).max(1000).nullable().default(null).describe('How many of them a person may have; null is any number'),
    assert: z.enum(['anyone', 'trusted']).default('anyone').describe('Who may say it: anyone with a write key, or trusted sources only'),
    mergeKnown: z
      .enum(['never', 'trusted', 'always'])
      .default('never')
      .describe('Whether two people who both have a user id become one by it: never, when a trusted source says so, or always'),
    hold: z
      .strictObject({ more: z.int().min(1).max(10_000), within: Duration })
      .nullable()
      .default(null)
      .describe('Whoever attracts more of them within this time is held for review, and no further joins are made'),
    sharedBy: z
      .int()
      .min(1)
      .max(10_000)
      .nullable()
      .default(null)
      .describe('A value that comes with more people than this belongs to nobody, as the id of a shared device does'),
  })
  .refine((kind) => kind.from === undefined || !(ownKinds as readonly string[]).includes(kind.kind), {
    message: 'only the id of another system says where it stands',
    path: ['from'],
  });
export type IdentifierKind = z.infer<typeof IdentifierKind>;

/** Who is who: which identifiers there are, in the order in which they decide, and what they may do. A workspace has one, with the key "main". */
export const IdentityPolicy = z
  .strictObject({
    name: Line,
    kinds: z
      .array(IdentifierKind)
      .max(30)
      .describe('The strongest first: where two name different people, the first decides whom a fact is about'),
    refused: z
      .array(z.string().min(1).max(500))
      .max(1000)
      .default([])
      .describe('Values that stand for nobody here, beside those that never name anybody such as "null", "undefined" or "guest"'),
  })
  .superRefine((body, context) => {
    const keys = body.kinds.map((each) => each.kind);
    if (new Set(keys).size !== keys.length) context.addIssue({ code: 'custom', path: ['kinds'], message: 'two kinds have the same name' });
  });
export type IdentityPolicy = z.infer<typeof IdentityPolicy>;
