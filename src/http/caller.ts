import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Problem } from '#contract/problems.ts';
import type { Workspace } from '#store/workspaces.ts';
import type { HttpHouse } from './house.ts';

export const sessionCookie = 'throughline_session';

/** Who asks, and in which workspace. */
export interface Caller {
  kind: 'colleague' | 'api-key';
  name: string;
  /** A colleague's own address, as far as it is known. */
  email: string | null;
  /** How the audit names them. */
  actor: string;
  workspace: Workspace;
  /** Workspaces that they may use. */
  workspaces: readonly Workspace[];
}

const header = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

/** The caller behind a request: an API key, or a session whose changes must come from the admin itself. */
export async function readCaller(house: HttpHouse, request: FastifyRequest): Promise<Caller> {
  const asked = header(request, 'x-workspace') ?? (request.query as { workspace?: string } | undefined)?.workspace;
  const bearer = /^Bearer (\S+)$/i.exec(header(request, 'authorization') ?? '')?.[1];
  if (bearer !== undefined) return byKey(house, bearer, asked);
  const secret = request.cookies[sessionCookie];
  const session = secret ? await house.doorkeeper.sessionOf(secret) : null;
  if (!session) throw new Problem('session-missing');
  if (request.method !== 'GET' && request.method !== 'HEAD') refuseOtherSites(request);
  const workspaces = await house.deps.workspaces.all();
  const workspace = asked === undefined ? workspaces[0]! : await house.deps.workspaces.bySlug(asked);
  return { kind: 'colleague', name: session.name, email: session.email, actor: session.name, workspace, workspaces };
}

async function byKey(house: HttpHouse, secret: string, asked: string | undefined): Promise<Caller> {
  if (isLocal(house, secret)) {
    const workspaces = await house.deps.workspaces.all();
    return {
      kind: 'api-key',
      name: 'local command',
      email: null,
      actor: 'local command',
      workspace: asked === undefined ? workspaces[0]! : await house.deps.workspaces.bySlug(asked),
      workspaces,
    };
  }
  const keys = await house.doorkeeper.keysOf(secret);
  if (keys.length === 0) throw new Problem('key-unknown');
  const api = keys.filter((key) => key.kind === 'api');
  if (api.length === 0) throw new Problem('key-cannot');
  const workspaces = await Promise.all(api.map((key) => house.deps.workspaces.byId(key.workspace)));
  const workspace = asked === undefined ? workspaces.toSorted((a, b) => a.id - b.id)[0]! : workspaces.find((each) => each.slug === asked);
  if (!workspace) {
    // A key learns nothing about workspaces that are not its own.
    throw new Problem('workspace-unknown', { slug: asked });
  }
  return { kind: 'api-key', name: api[0]!.name, email: null, actor: `key ${api[0]!.prefix}…`, workspace, workspaces };
}

/** Whether a secret is the one that commands on this machine use. */
export function isLocal(house: HttpHouse, secret: string): boolean {
  const [given, wanted] = [Buffer.from(secret), Buffer.from(house.doorkeeper.localSecret)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function refuseOtherSites(request: FastifyRequest): void {
  const site = header(request, 'sec-fetch-site');
  if (site !== undefined ? site === 'same-origin' || site === 'none' : header(request, 'x-requested-with') === 'throughline') return;
  throw new Problem('origin-refused');
}
