import { LRUCache } from 'lru-cache';
import type { IdentityKind } from '#contract/fact.ts';
import type { Instant } from '#contract/instant.ts';
import type { Transaction } from '#store/database.ts';
import { findIdentities, type Identity, type IdentityClaim, insertIdentities, peopleWithUser } from '#store/identities.ts';

/** Whom a message names, strongest first. */
export interface Names {
  workspace: number;
  user: string | null;
  anonymous: string | null;
  /** For alias: the name that the person had before; a name of theirs from now on. */
  previous?: string | null;
  email: string | null;
  phone: string | null;
  /** Whether whoever sent it may say that two known people are one. */
  trusted: boolean;
}

export interface Resolved {
  person: string;
  /** Another person whose history belongs to this one. */
  joins: string | null;
  /** Addresses that are claimed here and belong to somebody else. */
  foreign: { email: boolean; phone: boolean };
}

const keyOf = (claim: IdentityClaim): string => `${claim.workspace}\u0000${claim.kind}\u0000${claim.value}`;

/**
 * Finds out who is meant, and makes people who are not known yet. A cache answers for identities seen lately: an identity never changes its person but by
 * a merge, and facts for a merged person are handed on when they are processed.
 */
export class Resolver {
  private readonly people = new LRUCache<string, string>({ max: 200_000 });
  private readonly withUser = new LRUCache<string, true>({ max: 200_000 });
  private readonly newId: (at: Instant) => string;

  constructor(newId: (at: Instant) => string) {
    this.newId = newId;
  }

  forget(): void {
    this.people.clear();
    this.withUser.clear();
  }

  /** One resolution for each of the names, in their order; three statements at most for all of them, none when all are known. */
  async resolve(tx: Transaction, all: readonly Names[], now: Instant): Promise<Resolved[]> {
    const found = new Map<string, string>();
    const learn = (identity: Identity): void => {
      found.set(keyOf(identity), identity.person);
      this.people.set(keyOf(identity), identity.person);
      if (identity.kind === 'user') this.withUser.set(identity.person, true);
    };
    const unknown = new Map<string, IdentityClaim>();
    for (const names of all) {
      const claims = claimsOf(names);
      const people = new Set(claims.map((claim) => this.people.get(keyOf(claim))));
      // The cache may name somebody who has been merged away since. That matters where a name is new or two names differ, so there the table answers.
      const agreed = people.size === 1 ? [...people][0] : undefined;
      for (const claim of claims) {
        if (agreed === undefined) unknown.set(keyOf(claim), claim);
        else found.set(keyOf(claim), agreed);
      }
    }
    // A previous name may be a user id as well; then it is one already, and is not made an anonymous one.
    for (const { workspace, previous } of all)
      if (previous) unknown.set(keyOf({ workspace, kind: 'user', value: previous }), { workspace, kind: 'user', value: previous });
    for (const identity of await findIdentities(tx, [...unknown.values()])) learn(identity);

    // An anonymous person may take a user id only if they have none: ask about those for whom it matters.
    const doubtful = new Set<string>();
    for (const names of all) {
      const anonymous =
        names.anonymous === null ? undefined : found.get(keyOf({ workspace: names.workspace, kind: 'anonymous', value: names.anonymous }));
      if (anonymous && names.user !== null && !this.withUser.has(anonymous)) doubtful.add(anonymous);
    }
    const taken = await peopleWithUser(tx, [...doubtful]);
    for (const person of taken) this.withUser.set(person, true);

    const fresh = new Map<string, Identity>();
    for (const names of all) this.settleUnknown(names, found, fresh, now);
    if (fresh.size > 0) {
      await insertIdentities(tx, [...fresh.values()], now);
      // Somebody else may have been first with one of them: what stands in the table counts.
      for (const identity of await findIdentities(tx, [...fresh.values()])) learn(identity);
    }
    return all.map((names) => this.answer(names, found));
  }

  private settleUnknown(names: Names, found: Map<string, string>, fresh: Map<string, Identity>, now: Instant): void {
    const claims = claimsOf(names);
    let person: string | undefined;
    for (const claim of claims) {
      const there = found.get(keyOf(claim));
      if (there === undefined) continue;
      if (claim.kind === 'anonymous' && names.user !== null && this.withUser.has(there)) continue;
      // An address that somebody else gave first does not make two user ids one person, unless a trusted source says so.
      if ((claim.kind === 'email' || claim.kind === 'phone') && (names.user !== null || names.anonymous !== null) && !names.trusted)
        continue;
      person = there;
      break;
    }
    person ??= this.newId(now);
    if (names.user !== null && claims.some((claim) => claim.kind === 'user' && !found.has(keyOf(claim)))) this.withUser.set(person, true);
    for (const claim of claims) {
      const key = keyOf(claim);
      if (found.has(key) || (claim.value === names.previous && found.has(keyOf({ ...claim, kind: 'user' })))) continue;
      found.set(key, person);
      fresh.set(key, { ...claim, person });
    }
  }

  private answer(names: Names, found: Map<string, string>): Resolved {
    const { person, joins } = this.whoIsMeant(names, found);
    const isForeign = (kind: 'email' | 'phone'): boolean => {
      const holder = names[kind] === null ? undefined : found.get(keyOf({ workspace: names.workspace, kind, value: names[kind] }));
      return holder !== undefined && holder !== person && holder !== joins;
    };
    return { person, joins, foreign: { email: isForeign('email'), phone: isForeign('phone') } };
  }

  private whoIsMeant(names: Names, found: Map<string, string>): Omit<Resolved, 'foreign'> {
    const at = (kind: IdentityKind, value: string | null): string | undefined =>
      value === null ? undefined : found.get(keyOf({ workspace: names.workspace, kind, value }));
    const user = at('user', names.user);
    const anonymous = at('anonymous', names.anonymous);
    const known = at('email', names.email) ?? at('phone', names.phone);
    const previous = at('user', names.previous ?? null) ?? at('anonymous', names.previous ?? null);
    if (user !== undefined && previous !== undefined && previous !== user) return { person: user, joins: previous };
    if (user !== undefined) {
      if (anonymous !== undefined && anonymous !== user && !this.withUser.has(anonymous)) return { person: user, joins: anonymous };
      return { person: user, joins: names.trusted && known !== undefined && known !== user && !this.withUser.has(known) ? known : null };
    }
    if (anonymous !== undefined)
      return { person: anonymous, joins: names.trusted && known !== undefined && known !== anonymous ? known : null };
    return { person: known!, joins: null };
  }
}

function claimsOf(names: Names): IdentityClaim[] {
  const claims: IdentityClaim[] = [];
  const { workspace } = names;
  if (names.user !== null) claims.push({ workspace, kind: 'user', value: names.user });
  if (names.anonymous !== null) claims.push({ workspace, kind: 'anonymous', value: names.anonymous });
  if (names.previous) claims.push({ workspace, kind: 'anonymous', value: names.previous });
  if (names.email !== null) claims.push({ workspace, kind: 'email', value: names.email });
  if (names.phone !== null) claims.push({ workspace, kind: 'phone', value: names.phone });
  return claims;
}
