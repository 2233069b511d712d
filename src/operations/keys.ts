import { LRUCache } from 'lru-cache';
import { day, hour, second } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import { recordAudit } from '#store/audit.ts';
import {
  deleteSession,
  findKeys,
  findSession,
  insertKey,
  insertSession,
  insertSignInLink,
  revokeKey,
  type StoredKey,
  touchKeys,
  takeSignInLink,
} from '#store/keys.ts';
import { ensureOwner, listColleagues } from '#store/colleagues.ts';
import type { Workspace } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { hashToken, newToken } from './tokens.ts';

/** A revoked key stops working in less than a second: so long does an answer stay in the cache. */
const keyCacheFor = 0.8 * second;
const sessionFor = 30 * day;
const linkFor = hour;
const invitationFor = 3 * day;

/** Who may come in: keys of programs, sessions of colleagues. */
export class Doorkeeper {
  private readonly deps: Deps;
  private readonly keys = new LRUCache<string, StoredKey[]>({ max: 5_000, ttl: keyCacheFor });
  private readonly used = new Map<string, number>();
  /** The secret by which commands on the same machine speak to this process; it lives as long as the process. */
  readonly localSecret = newToken('tll_');

  constructor(deps: Deps) {
    this.deps = deps;
  }

  /** The live keys that this secret is; none when it is unknown or revoked. */
  async keysOf(secret: string): Promise<StoredKey[]> {
    const hash = hashToken(secret);
    const cached = this.keys.get(hash);
    if (cached) return cached;
    const found = await findKeys(this.deps.db, hash);
    this.keys.set(hash, found);
    const stale = found.filter((key) => (this.used.get(key.id) ?? 0) < this.deps.now() - 60 * second);
    if (stale.length > 0) {
      for (const key of stale) this.used.set(key.id, this.deps.now());
      await touchKeys(
        this.deps.db,
        stale.map((key) => key.id),
        this.deps.now(),
      );
    }
    return found;
  }

  async createKey(workspace: Workspace, kind: 'write' | 'api', name: string, actor: string): Promise<StoredKey & { key: string }> {
    const key = newToken(kind === 'write' ? 'tlw_' : 'tla_');
    const now = this.deps.now();
    const stored: StoredKey = {
      id: this.deps.newId(now),
      workspace: workspace.id,
      kind,
      name,
      prefix: key.slice(0, 8),
      createdAt: now,
      lastUsedAt: null,
      revokedAt: null,
    };
    await insertKey(this.deps.db, stored, hashToken(key));
    await this.deps.db.transaction({ workspaces: [workspace.id] }, (tx) =>
      recordAudit(tx, { workspace: workspace.id, actor, what: `created the ${kind} key “${name}”`, details: { id: stored.id } }, now),
    );
    return { ...stored, key };
  }

  /** Accepts a key that the operator gave in the environment, for some workspaces. */
  async acceptBootstrapKey(secret: string, kind: 'write' | 'api', workspaces: readonly Workspace[]): Promise<void> {
    const now = this.deps.now();
    for (const workspace of workspaces)
      await insertKey(
        this.deps.db,
        {
          id: this.deps.newId(now),
          workspace: workspace.id,
          kind,
          name: 'from the environment',
          prefix: secret.slice(0, 4),
          createdAt: now,
          lastUsedAt: null,
          revokedAt: null,
        },
        `${hashToken(secret)}:${workspace.slug}`,
      );
  }

  async revokeKey(workspace: Workspace, id: string, actor: string): Promise<StoredKey> {
    const now = this.deps.now();
    const key = await revokeKey(this.deps.db, workspace.id, id, now);
    if (!key) throw new Problem('key-unknown');
    this.keys.clear();
    await this.deps.db.transaction({ workspaces: [workspace.id] }, (tx) =>
      recordAudit(tx, { workspace: workspace.id, actor, what: `revoked the ${key.kind} key “${key.name}”`, details: { id } }, now),
    );
    return key;
  }

  /** A one-time sign-in token, good for an hour; one for a colleague, which has to reach them first, for three days. */
  async newSignInToken(colleague: string | null = null): Promise<string> {
    const token = newToken('');
    await insertSignInLink(this.deps.db, hashToken(token), colleague, this.deps.now() + (colleague === null ? linkFor : invitationFor));
    return token;
  }

  /** Uses a sign-in token up and answers the session's secret. */
  async signIn(token: string): Promise<{ session: string; name: string }> {
    const now = this.deps.now();
    const link = await takeSignInLink(this.deps.db, hashToken(token), now);
    if (!link) throw new Problem('link-used');
    const colleague =
      link.colleague === null
        ? await ensureOwner(this.deps.db, this.deps.newId(now), 'Owner', now)
        : (await listColleagues(this.deps.db)).find((each) => each.id === link.colleague);
    if (!colleague) throw new Problem('link-used');
    const session = newToken('');
    await insertSession(this.deps.db, hashToken(session), colleague, now, now + sessionFor);
    return { session, name: colleague.name };
  }

  sessionOf(secret: string): Promise<{ name: string; email: string | null } | null> {
    return findSession(this.deps.db, hashToken(secret), this.deps.now());
  }

  signOut(secret: string): Promise<void> {
    return deleteSession(this.deps.db, hashToken(secret));
  }
}
