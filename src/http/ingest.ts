import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isObject, type Json, type JsonObject } from '#contract/json.ts';
import { Problem, problems } from '#contract/problems.ts';
import type { Arrival } from '#operations/ingest/accept.ts';
import {
  batchBytesMax,
  batchEventsMax,
  type Call,
  depthMax,
  eventBytesMax,
  type Incoming,
  instant,
  mayBeUnstorable,
  readMessage,
  type Refusal,
  storable,
  tooDeep,
} from '#operations/ingest/normalise.ts';
import type { NewRefusal } from '#store/refusals.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import { bodyText, readJson } from './body.ts';
import type { HttpHouse } from './house.ts';

const singles: Record<string, Call> = {
  track: 'track',
  t: 'track',
  identify: 'identify',
  i: 'identify',
  page: 'page',
  p: 'page',
  screen: 'screen',
  s: 'screen',
  group: 'group',
  g: 'group',
  alias: 'alias',
  a: 'alias',
};

/** The way in for events, as Segment's unmodified clients speak it. */
export function registerIngest(app: FastifyInstance, house: HttpHouse): void {
  // Segment's browser client names its batches /v1/b, its servers' clients /v1/batch.
  for (const path of ['batch', 'b'])
    app.route({ method: 'POST', url: `/v1/${path}`, handler: (request, reply) => take(house, request, reply, null) });
  for (const [path, call] of Object.entries(singles))
    app.route({ method: 'POST', url: `/v1/${path}`, handler: (request, reply) => take(house, request, reply, call) });
  app.route({
    method: 'GET',
    url: '/v1/projects/:writeKey/settings',
    handler: async (request, reply) => {
      const { writeKey } = request.params as { writeKey: string };
      await keyHolder(house, [writeKey], request);
      reply.header('cache-control', 'public, max-age=60');
      return clientSettings(writeKey, house.publicUrl);
    },
  });
}

/** What Segment's browser client needs in order to start: one destination, which is here. */
function clientSettings(writeKey: string, publicUrl: string): object {
  const { host, protocol } = new URL(publicUrl);
  return {
    integrations: {
      'Segment.io': {
        apiKey: writeKey,
        apiHost: `${host}/v1`,
        protocol: protocol.replace(':', ''),
        unbundledIntegrations: [],
        addBundledMetadata: false,
        versionSettings: { version: '4.4.7', componentTypes: ['browser'] },
      },
    },
    plan: {
      track: { __default: { enabled: true, integrations: {} } },
      identify: { __default: { enabled: true } },
      group: { __default: { enabled: true } },
    },
    edgeFunction: {},
    analyticsNextEnabled: true,
    middlewareSettings: {},
    enabledMiddleware: {},
    metrics: { sampleRate: 0 },
    legacyVideoPluginsEnabled: false,
    remotePlugins: [],
  };
}

/** The workspace that a key writes to, and how far the key is believed. Keys are tried in the order in which clients give them. */
async function keyHolder(
  house: HttpHouse,
  secrets: (string | undefined)[],
  request: FastifyRequest,
): Promise<{ workspace: Workspace; trusted: boolean; by: string }> {
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const given = [bearer, ...secrets].filter((secret) => secret !== undefined && secret !== '') as string[];
  if (given.length === 0) throw new Problem('key-missing');
  const asked = request.headers['x-workspace'];
  for (const secret of given) {
    const keys = await house.doorkeeper.keysOf(secret);
    const workspaces = await Promise.all(keys.map((key) => house.deps.workspaces.byId(key.workspace)));
    const index =
      typeof asked === 'string' && secret === bearer
        ? workspaces.findIndex((workspace) => workspace.slug === asked)
        : workspaces.findIndex((workspace) => workspace.id === Math.min(...workspaces.map((each) => each.id)));
    const key = keys[index];
    if (key) return { workspace: workspaces[index]!, trusted: key.kind === 'api', by: key.kind === 'api' ? 'api-key' : 'write-key' };
  }
  throw new Problem('key-unknown');
}

function basicUser(request: FastifyRequest): string | undefined {
  const match = /^Basic (\S+)$/i.exec(request.headers.authorization ?? '');
  return match ? Buffer.from(match[1]!, 'base64').toString('utf8').split(':')[0] : undefined;
}

interface RefusedEvent extends Refusal {
  index: number;
}

async function take(house: HttpHouse, request: FastifyRequest, reply: FastifyReply, call: Call | null): Promise<unknown> {
  const text = await bodyText(
    Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    request.headers['content-encoding'],
    batchBytesMax,
  );
  const fromHeader = basicUser(request);
  // Somebody without a key learns nothing about their body.
  const early =
    fromHeader !== undefined || request.headers.authorization?.startsWith('Bearer ') ? await keyHolder(house, [fromHeader], request) : null;
  let parsed = readJson(text) as Json;
  if (mayBeUnstorable(text)) parsed = storable(parsed);
  if (!isObject(parsed)) throw new Problem('body-invalid', [{ path: '(all)', message: 'must be an object' }]);
  const body = parsed as JsonObject;
  const holder =
    early ?? (await keyHolder(house, [typeof body.writeKey === 'string' ? body.writeKey : undefined, firstKey(body)], request));

  const messages = call === null ? body.batch : [body];
  if (!Array.isArray(messages)) throw new Problem('body-invalid', [{ path: 'batch', message: 'must be a list of events' }]);
  if (messages.length > batchEventsMax) throw new Problem('batch-too-long', { events: messages.length });
  const { arrivals, refused, recorded } = readAll(house, messages, call, body, holder, text.length);
  if (arrivals.length > 0 || recorded.length > 0) await house.acceptor.accept(arrivals, recorded);
  if (recorded.length > 0) house.deps.bus.changed(holder.workspace.id, ['refusals']);

  if (arrivals.length === 0 && refused.length > 0) {
    const first = refused[0]!;
    throw new Problem(
      first.code,
      refused.slice(0, 100).map(({ index, path, message }) => ({ path: call === null ? `batch.${index}.${path}` : path, message })),
    );
  }
  reply.code(200);
  if (refused.length === 0) return { success: true };
  return {
    success: true,
    accepted: arrivals.length,
    refused: refused.map(({ index, code, path, message }) => ({ index, code, path, message, hint: problems[code].hint })),
  };
}

const firstKey = (body: JsonObject): string | undefined => {
  const first = Array.isArray(body.batch) ? body.batch[0] : undefined;
  return isObject(first) && typeof first.writeKey === 'string' ? first.writeKey : undefined;
};

function readAll(
  house: HttpHouse,
  messages: Json[],
  call: Call | null,
  body: JsonObject,
  holder: { workspace: Workspace; trusted: boolean; by: string },
  bodyBytes: number,
) {
  const { workspace, trusted } = holder;
  const now = workspaceNow(workspace, house.deps.now());
  const shared = call === null && isObject(body.context) ? (body.context as JsonObject) : null;
  const context = {
    workspace: workspace.id,
    now,
    sentAt: instant(body.sentAt),
    source: { trust: trusted ? ('trusted' as const) : ('write' as const), by: holder.by, entryPoint: trusted ? 'api' : 'website' },
    newId: () => house.deps.newId(house.deps.now()),
  };
  const arrivals: Arrival[] = [];
  const refused: RefusedEvent[] = [];
  const recorded: NewRefusal[] = [];
  messages.forEach((message, index) => {
    const whole =
      shared && isObject(message) ? { ...message, context: { ...shared, ...(isObject(message.context) ? message.context : {}) } } : message;
    // One event cannot be larger than its body, so most need not be measured. What nests too deeply is refused before it is written out.
    const read =
      bodyBytes > eventBytesMax && !tooDeep(whole, depthMax) && Buffer.byteLength(JSON.stringify(whole)) > eventBytesMax
        ? { ok: false as const, refusal: { code: 'event-too-large' as const, path: '(all)', message: 'must be at most 32 kB' } }
        : readMessage(whole, call, context);
    if (read.ok) arrivals.push(arrivalOf(read.incoming, workspace.id, trusted));
    else {
      refused.push({ ...read.refusal, index });
      recorded.push({
        workspace: workspace.id,
        code: read.refusal.code,
        details: [{ path: read.refusal.path, message: read.refusal.message }],
        raw: tooDeep(message, depthMax * 2) ? '(nests too deeply to be shown)' : JSON.stringify(message).slice(0, 2000).toWellFormed(),
      });
    }
  });
  return { arrivals, refused, recorded };
}

function arrivalOf({ fact, user, anonymous, previous, claims }: Incoming, workspace: number, trusted: boolean): Arrival {
  const names = { workspace, user, anonymous, email: claims.email ?? null, phone: claims.phone ?? null, previous, trusted };
  return { names, class: 'live', fact };
}
