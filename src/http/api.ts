import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { readBy } from '#contract/mistakes.ts';
import { Problem } from '#contract/problems.ts';
import { routeList, routes } from '#contract/routes/index.ts';
import type { Route } from '#contract/routes/route.ts';
import { whyNotKeepable } from '#operations/keepable.ts';
import { finishOnce, startOnce } from '#store/idempotency.ts';
import { bodyBytes, bodyText, readJson } from './body.ts';
import { type Caller, readCaller } from './caller.ts';
import type { HttpHouse } from './house.ts';

/** What a handler is given: the checked input, who asks, and the raw exchange for cookies. */
export interface Call<R extends Route> {
  params: z.output<R['params']>;
  query: z.output<R['query']>;
  body: z.output<R['body']>;
  /** The bytes of a file, where the route takes one. */
  file: Buffer;
  caller: Caller;
  request: FastifyRequest;
  reply: FastifyReply;
}
type Routes = typeof routes;
export type RouteName = { [K in keyof Routes]: Routes[K] extends Route ? K : never }[keyof Routes];
type RouteOf<K extends RouteName> = Extract<Routes[K], Route>;
/** One handler for each route of the contract; a missing one does not compile. */
export type Handlers = { [K in RouteName]: (house: HttpHouse, call: Call<RouteOf<K>>) => Promise<z.input<RouteOf<K>['reply']>> };
export type HandlersOf<N extends RouteName> = Pick<Handlers, N>;

const apiBytesMax = 5 * 1024 * 1024;

/** Puts every route of the contract onto the server. */
export function registerApi(app: FastifyInstance, house: HttpHouse, handlers: Handlers): void {
  for (const [name, route] of routeList) {
    const handler = handlers[name as RouteName] as (house: HttpHouse, call: Call<Route>) => Promise<unknown>;
    app.route({
      method: route.method,
      url: route.path.replace(/\{(\w+)\}/g, ':$1'),
      ...(route.file ? { bodyLimit: route.file.bytesMax } : {}),
      handler: async (request, reply) => {
        const caller = route.access === 'anybody' ? (undefined as unknown as Caller) : await readCaller(house, request);
        if (route.access === 'session' && caller.kind !== 'colleague') throw new Problem('session-missing');
        const params = parse(route.params, request.params, 'query-invalid');
        const query = parse(route.query, request.query, 'query-invalid');
        const file = route.file ? await fileOf(request, route.file.bytesMax) : noFile;
        const text =
          !route.file && Buffer.isBuffer(request.body) && request.body.length > 0
            ? await bodyText(request.body, request.headers['content-encoding'], apiBytesMax)
            : null;
        const body = route.body.type === 'undefined' ? undefined : parse(route.body, text === null ? {} : readJson(text), 'body-invalid');
        const run = (): Promise<unknown> => handler(house, { params, query, body, file, caller, request, reply });
        const key = request.headers['idempotency-key'];
        return typeof key === 'string' && route.method !== 'GET' && caller && !route.ownKey
          ? once(house, caller, key, `${route.method} ${request.url}\n${text ?? file.toString('latin1')}`, run, reply)
          : run();
      },
    });
  }
}

const noFile = Buffer.alloc(0);
async function fileOf(request: FastifyRequest, bytesMax: number): Promise<Buffer> {
  if (!Buffer.isBuffer(request.body)) return noFile;
  return bodyBytes(request.body, request.headers['content-encoding'], bytesMax).catch((error: unknown) =>
    Promise.reject(error instanceof Problem && error.code === 'body-too-large' ? new Problem('file-too-large') : error),
  );
}

function parse<S extends z.ZodType>(schema: S, value: unknown, code: 'query-invalid' | 'body-invalid'): z.output<S> {
  if (schema.type === 'undefined') return undefined as z.output<S>;
  const read = readBy(schema, value ?? {});
  if (!read.ok) throw new Problem(code, read.mistakes);
  // Whatever is bound to a statement must be text that a database can hold.
  const strange = whyNotKeepable(read.value);
  if (strange) throw new Problem(code, [{ path: strange.path.join('.') || '(all)', message: strange.message }]);
  return read.value;
}

/** Carries out a request once for its Idempotency-Key: a repeat gets the first answer, another request under the same key is refused. */
async function once(
  house: HttpHouse,
  caller: Caller,
  key: string,
  request: string,
  run: () => Promise<unknown>,
  reply: FastifyReply,
): Promise<unknown> {
  const workspace = caller.workspace.id;
  const hash = createHash('sha256').update(request).digest('hex');
  const scope = { workspaces: [workspace] };
  const before = await house.deps.db.transaction(scope, (tx) => startOnce(tx, workspace, key.slice(0, 200), hash, house.deps.now()));
  if (before) {
    if (before.requestHash !== hash) throw new Problem('idempotency-mismatch');
    if (before.status === null) throw new Problem('idempotency-running');
    reply.code(before.status).header('idempotent-replay', 'true');
    return before.reply;
  }
  try {
    const answer = await run();
    await house.deps.db.transaction(scope, (tx) => finishOnce(tx, workspace, key.slice(0, 200), 200, answer));
    return answer;
  } catch (error) {
    // A refusal of the request is its answer; a fault of ours is not, and may be tried again.
    if (error instanceof Problem && error.status < 500)
      await house.deps.db.transaction(scope, (tx) => finishOnce(tx, workspace, key.slice(0, 200), error.status, error.toJSON()));
    else await house.deps.db.transaction(scope, (tx) => finishOnce(tx, workspace, key.slice(0, 200), null, null));
    throw error;
  }
}
