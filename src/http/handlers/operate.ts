import { toIso } from '#contract/instant.ts';
import { Problem, problems } from '#contract/problems.ts';
import { home } from '#operations/home.ts';
import { saveSettings, sendTestMail } from '#operations/settings.ts';
import { ms } from '#contract/instant.ts';
import { turnClock } from '#operations/practice/turn.ts';
import { listAudit } from '#store/audit.ts';
import { listEvents } from '#store/events.ts';
import { listKeys, type StoredKey } from '#store/keys.ts';
import { namesOf } from '#store/people.ts';
import { listRefusals } from '#store/refusals.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { HandlersOf } from '../api.ts';
import { sessionCookie } from '../caller.ts';
import { version } from '../version.ts';
import { within } from './within.ts';

const toKeyRow = (key: StoredKey) => ({
  id: key.id,
  kind: key.kind,
  name: key.name,
  prefix: key.prefix,
  createdAt: toIso(key.createdAt),
  lastUsedAt: key.lastUsedAt === null ? null : toIso(key.lastUsedAt),
  revokedAt: key.revokedAt === null ? null : toIso(key.revokedAt),
});

const nameOf = (person: { id: string; email: string | null; name: string | null } | undefined) =>
  person ? { id: person.id, email: person.email, name: person.name } : null;

/** Progress of turns under way, by workspace. */
const turning = new Map<number, number>();

function practiceOf(workspace: Workspace): Workspace {
  if (workspace.clock === null) throw new Problem('clock-real');
  return workspace;
}

export const operate: HandlersOf<
  | 'getSession'
  | 'signIn'
  | 'signOut'
  | 'getSettings'
  | 'putSettings'
  | 'testMail'
  | 'listKeys'
  | 'createKey'
  | 'revokeKey'
  | 'listEvents'
  | 'listRefusals'
  | 'getClock'
  | 'turnClock'
  | 'getLag'
  | 'getHome'
  | 'listAudit'
> = {
  async getSession(house, { caller }) {
    const real = house.deps.now();
    return {
      name: caller.name,
      email: caller.email,
      kind: caller.kind,
      version,
      database: house.deps.db.dialect,
      mail: house.email ? 'smtp' : 'mailbox',
      publicUrl: house.publicUrl,
      workspaces: caller.workspaces.map((workspace) => ({
        slug: workspace.slug,
        name: workspace.settings.name,
        practice: workspace.practice,
        now: toIso(workspaceNow(workspace, real)),
        zone: workspace.settings.zone,
        language: workspace.settings.language,
        currency: workspace.settings.currency,
      })),
    };
  },
  async signIn(house, { body, reply }) {
    const { session, name } = await house.doorkeeper.signIn(body.token);
    reply.setCookie(sessionCookie, session, {
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      secure: house.publicUrl.startsWith('https:'),
      maxAge: 30 * 24 * 3600,
    });
    return { name };
  },
  async signOut(house, { request, reply }) {
    const secret = request.cookies[sessionCookie];
    if (secret) await house.doorkeeper.signOut(secret);
    reply.clearCookie(sessionCookie, { path: '/' });
    return {};
  },
  getSettings: async (_house, { caller }) => caller.workspace.settings,
  putSettings: (house, { caller, body }) => saveSettings(house.deps, caller.workspace, caller.actor, body),
  testMail: (house, { caller, body }) => sendTestMail(house.deps, house.email, caller.workspace, body.to),
  listKeys: async (house, { caller }) => ({ items: (await listKeys(house.deps.db, caller.workspace.id)).map(toKeyRow), next: null }),
  async createKey(house, { caller, body }) {
    const { key, ...stored } = await house.doorkeeper.createKey(caller.workspace, body.kind, body.name, caller.actor);
    return { ...toKeyRow(stored), key };
  },
  revokeKey: async (house, { caller, params }) => toKeyRow(await house.doorkeeper.revokeKey(caller.workspace, params.id, caller.actor)),
  listEvents: (house, { caller, query }) =>
    within(house, caller, async (tx) => {
      const found = await listEvents(tx, caller.workspace.id, query);
      const names = await namesOf(
        tx,
        found.items.map((event) => event.person),
      );
      return {
        items: found.items.map((event) => ({
          id: event.id,
          name: event.name,
          call: event.call,
          person: nameOf(names.get(event.person)),
          at: toIso(event.happenedAt),
          storedAt: toIso(event.storedAt),
          raw: event.body,
        })),
        next: found.next,
      };
    }),
  listRefusals: (house, { caller, query }) =>
    within(house, caller, async (tx) => {
      const found = await listRefusals(tx, caller.workspace.id, query);
      return {
        items: found.items.map((each) => ({
          ...each,
          at: toIso(each.at),
          sentence: problems[each.code as keyof typeof problems]?.sentence ?? each.code,
        })),
        next: found.next,
      };
    }),
  async getClock(house, { caller }) {
    const workspace = practiceOf(caller.workspace);
    return {
      now: toIso(workspaceNow(workspace, house.deps.now())),
      turning: workspace.clock?.running === false,
      progress: turning.get(workspace.id) ?? null,
    };
  },
  async turnClock(house, { caller, body }) {
    const workspace = practiceOf(caller.workspace);
    if (turning.has(workspace.id)) throw new Problem('clock-turning');
    turning.set(workspace.id, 0);
    try {
      const turned = await turnClock(house.sending, workspace, ms(body.advance), (progress) => void turning.set(workspace.id, progress));
      return { now: toIso(turned.now), turning: false, progress: null, did: turned.did };
    } finally {
      turning.delete(workspace.id);
      house.deps.bus.changed(workspace.id, ['clock', 'people', 'messages', 'mailbox', 'events', 'runs']);
    }
  },
  getLag: async (house) => house.deps.lags.read(house.deps.now()),
  getHome: (house, { caller }) => home(house.deps, caller.workspace, house.email !== null),
  listAudit: (house, { caller, query }) =>
    within(house, caller, async (tx) => {
      const found = await listAudit(tx, caller.workspace.id, query);
      return { items: found.items.map((each) => ({ ...each, at: toIso(each.at) })), next: found.next };
    }),
};
