import { z } from 'zod';
import type { ProblemCode } from '../problems.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Who may call a route: anybody, a signed-in colleague or an API key of the workspace, or a signed-in colleague only. */
export type Access = 'anybody' | 'workspace' | 'session';

/** One route as data: the server, the typed client, OpenAPI and the API page are made from it. */
export interface Route<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  method: Method;
  /** Parameters as {name}. */
  path: string;
  tag: string;
  summary: string;
  access: Access;
  params: P;
  query: Q;
  body: B;
  reply: R;
  /** The body is a file, taken byte by byte, of at most so many bytes. */
  file?: { bytesMax: number; type: string };
  /** The media type of the answer when it is not JSON. */
  answers?: string;
  /** It needs an Idempotency-Key and keeps it itself, for as long as what it made: the answer is not kept beside it. */
  ownKey?: boolean;
  /** Refusals beyond those that every route can give. */
  problems: readonly ProblemCode[];
}

const none = z.undefined();
type None = typeof none;

export function route<
  P extends z.ZodType = None,
  Q extends z.ZodType = None,
  B extends z.ZodType = None,
  R extends z.ZodType = None,
>(given: {
  method: Method;
  path: string;
  tag: string;
  summary: string;
  access?: Access;
  params?: P;
  query?: Q;
  body?: B;
  reply?: R;
  file?: { bytesMax: number; type: string };
  answers?: string;
  ownKey?: boolean;
  problems?: readonly ProblemCode[];
}): Route<P, Q, B, R> {
  return {
    access: 'workspace',
    problems: [],
    ...given,
    params: (given.params ?? none) as P,
    query: (given.query ?? none) as Q,
    body: (given.body ?? none) as B,
    reply: (given.reply ?? none) as R,
  };
}

/** Cursor paging, the same on every list: hand `next` back as `cursor`; null is the end. */
export const paging = {
  cursor: z.string().max(500).optional().describe('`next` of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Rows on a page'),
};
export const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });
