import { addresses } from 'contract:words';
import type { z } from 'zod';
import type { Mistake, ProblemBody } from '#contract/problems.ts';
import type { routes } from '#contract/routes/index.ts';
import type { Route } from '#contract/routes/route.ts';

type Routes = typeof routes;
/** The name of a route of the contract: listPeople, getPerson, … */
export type RouteName = { [N in keyof Routes]: Routes[N] extends Route ? N : never }[keyof Routes];
type RouteOf<N extends RouteName> = Extract<Routes[N], { method: string }>;
type In<S> = S extends z.ZodType ? z.input<S> : never;

export type Reply<N extends RouteName> = RouteOf<N> extends { reply: infer S extends z.ZodType } ? z.output<S> : never;
export type Body<N extends RouteName> = In<RouteOf<N>['body']>;
export type Query<N extends RouteName> = In<RouteOf<N>['query']>;
export type Params<N extends RouteName> = RouteOf<N> extends { params: infer S extends z.ZodType } ? z.output<S> : never;

type Part<K extends string, T> = [T] extends [undefined] ? { [P in K]?: undefined } : {} extends T ? { [P in K]?: T } : { [P in K]: T };
type LooseQuery<Q> = Q extends object ? { [K in keyof Q]: Q[K] | undefined } : Q;
/** What a call needs: params, query and body, each only where the route has one; a file where it takes one. */
export type Args<N extends RouteName> = Part<'params', Params<N>> &
  Part<'query', LooseQuery<Query<N>>> &
  Part<'body', Body<N>> & { file?: Blob };
/** Args may be left out when nothing in them is needed. */
export type ArgsOf<N extends RouteName> = {} extends Args<N> ? [args?: Args<N>] : [args: Args<N>];

/** A refusal of the API: what is wrong (message), and the next step (hint). */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: ProblemBody['code'] | 'offline';
  readonly hint: string;
  readonly details: unknown;
  constructor(status: number, body: Omit<ProblemBody, 'code'> & { code: ProblemBody['code'] | 'offline' }) {
    super(body.message);
    this.name = 'ProblemError';
    this.status = status;
    this.code = body.code;
    this.hint = body.hint;
    this.details = body.details;
  }
  /** The same without its details, where these stand elsewhere. */
  get bare(): ProblemError {
    return new ProblemError(this.status, { code: this.code, message: this.message, hint: this.hint, details: null });
  }
  /** The field mistakes in the details, when there are some. */
  get mistakes(): Mistake[] {
    const given = Array.isArray(this.details) ? this.details : ((this.details as { mistakes?: unknown } | null)?.mistakes ?? []);
    return Array.isArray(given) ? given.filter((row): row is Mistake => typeof row?.message === 'string') : [];
  }
}

/** The workspace that the address bar names, or null outside of one. */
export const workspaceOfAddress = (): string | null => /^\/w\/([^/]+)/.exec(location.pathname)?.[1] ?? null;

function addressOf(name: RouteName, args: { params?: unknown; query?: unknown }): string {
  const [, pattern] = addresses[name]!;
  const params = (args.params ?? {}) as Record<string, unknown>;
  const path = pattern.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(String(params[key])));
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries((args.query ?? {}) as Record<string, unknown>))
    if (value !== undefined && value !== null && value !== '') query.set(key, String(value));
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

async function problemOf(answer: Response): Promise<ProblemError> {
  const body = (await answer.json().catch(() => null)) as ProblemBody | null;
  if (body !== null && typeof body.message === 'string') return new ProblemError(answer.status, body);
  return new ProblemError(answer.status, {
    code: 'unexpected',
    message: `The server answered ${answer.status} without saying why.`,
    hint: 'Try again; if it stays, look at the server log.',
    details: null,
  });
}

/** Calls a route of the contract by its name, in the workspace of the address bar. Throws a ProblemError. */
export const call = <N extends RouteName>(name: N, ...args: ArgsOf<N>): Promise<Reply<N>> => callUntil(null, name, ...args);

/** The same, given up when the signal says so. */
export async function callUntil<N extends RouteName>(signal: AbortSignal | null, name: N, ...[args]: ArgsOf<N>): Promise<Reply<N>> {
  const given = (args ?? {}) as { params?: unknown; query?: unknown; body?: unknown; file?: Blob };
  const method = addresses[name]![0];
  const workspace = workspaceOfAddress();
  const headers: Record<string, string> = { accept: 'application/json' };
  if (workspace !== null) headers['x-workspace'] = workspace;
  if (method !== 'GET') headers['x-requested-with'] = 'throughline';
  if (given.file) headers['content-type'] = 'text/csv';
  else if (given.body !== undefined) headers['content-type'] = 'application/json';
  let answer: Response;
  try {
    answer = await fetch(addressOf(name, given), {
      method,
      headers,
      credentials: 'same-origin',
      signal,
      ...(given.file ? { body: given.file } : given.body === undefined ? {} : { body: JSON.stringify(given.body) }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ProblemError(0, {
      code: 'offline',
      message: 'The server does not answer.',
      hint: 'Check that Throughline is running, then try again.',
      details: null,
    });
  }
  if (!answer.ok) throw await problemOf(answer);
  return (answer.status === 204 ? {} : await answer.json()) as Reply<N>;
}
