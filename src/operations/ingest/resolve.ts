import { LRUCache } from 'lru-cache';
import type { IdentityKind, RefusedName, SharedName } from '#contract/fact.ts';
import type { Instant } from '#contract/instant.ts';
import { type CompiledKind, type CompiledPolicy, compilePolicy, mayMerge, type Name } from '#engine/identity/policy.ts';
import type { Transaction } from '#store/database.ts';
import { holdsOf } from '#store/holds.ts';
import {
  countIdentities,
  findIdentities,
  type Identity,
  type IdentityClaim,
  insertIdentities,
  nobody,
  peopleWithUser,
} from '#store/identities.ts';

/** Whom a message names, strongest first. */
export interface Names {
  workspace: number;
  user: string | null;
  anonymous: string | null;
  /** For alias: the name that the person had before; a name of theirs from now on. */
  previous?: string | null;
  email: string | null;
  phone: string | null;
  /** Ids of other systems. */
  external?: readonly Name[];
  /** Whether whoever sent it may say that two known people are one. */
  trusted: boolean;
  /** What the workspace says about identifiers; what holds everywhere when missing. */
  policy?: CompiledPolicy;
  /** The fact: names a new person when nothing else in it names anybody. */
  fact?: string;
}

export interface Resolved {
  person: string;
  /** Another person whose history belongs to this one, and the kind of identifier that says so. */
  joins: string | null;
  by: string | null;
  /** Addresses that are claimed here and belong to somebody else. */
  foreign: { email: boolean; phone: boolean };
  /** Names that were not joined to the person. */
  withheld: RefusedName[];
  /** Names that come with this person and belong to somebody else. */
  shared: SharedName[];
}

interface Claim extends IdentityClaim {
  /** The kind as the policy calls it. */
  label: string;
  key: string;
}

/** Names that the cache cannot answer for. */
interface Asked {
  names: Names;
  claims: Claim[];
  index: number;
}

const noneForeign = { email: false, phone: false };
const noneWithheld: RefusedName[] = [];
const noneShared: SharedName[] = [];

const keyOf = (claim: IdentityClaim): string => `${claim.workspace}\u0000${claim.kind}\u0000${claim.value}`;
const usualPolicy = compilePolicy();
const policyOf = (names: Names): CompiledPolicy => names.policy ?? usualPolicy;
/** Under this an anonymous person stands who was named by nothing but one fact. */
const factName = (fact: string): string => `fact:${fact}`;

/** How many identities somebody has who gains one, and whether they are held for review. */
interface Standing {
  held: string | null;
  counts: Map<string, { all: number; lately: number }>;
  /** Kind → how many they had when a colleague let them have more. */
  allowed: Map<string, number>;
}

/**
 * Finds out who is meant, and makes people who are not known yet. A cache answers for identities seen lately: an identity changes its person only by a merge,
 * or when one is undone, and facts for a person who has become, or has given a name back to, somebody else are handed on when they are processed.
 */
export class Resolver {
  private readonly people = new LRUCache<string, string>({ max: 200_000 });
  private readonly withUser = new LRUCache<string, true>({ max: 200_000 });
  /** Names of others that people came with and that have been told of. */
  private readonly told = new LRUCache<string, true>({ max: 50_000 });
  private readonly newId: () => string;

  constructor(newId: () => string) {
    this.newId = newId;
  }

  forget(): void {
    this.people.clear();
    this.withUser.clear();
    this.told.clear();
  }

  /**
   * One resolution for each of the names, in their order; three statements at most for all of them, none when all are known. Only where somebody who was there
   * before gains an identity are theirs counted, by two more. `timeIn` tells the time in a workspace, since when its people have the names that are new.
   */
  async resolve(tx: Transaction, all: readonly Names[], timeIn: (workspace: number) => Instant): Promise<Resolved[]> {
    const found = new Map<string, string>();
    const learn = (identity: Identity): void => {
      found.set(keyOf(identity), identity.person);
      this.people.set(keyOf(identity), identity.person);
      if (identity.kind === 'user') this.withUser.set(identity.person, true);
    };
    const unknown = new Map<string, IdentityClaim>();
    const answers = new Array<Resolved>(all.length);
    /** What the cache cannot answer, and where its answer stands. */
    const asked: Asked[] = [];
    for (let index = 0; index < all.length; index++) {
      const names = all[index]!;
      const claims = claimsOf(names);
      // The cache may name somebody who has been merged away since. That matters where a name is new or two names differ, so there the table answers.
      const agreed = this.agreed(claims);
      if (agreed !== undefined && !names.previous) {
        answers[index] = { person: agreed, joins: null, by: null, foreign: noneForeign, withheld: noneWithheld, shared: noneShared };
        continue;
      }
      asked.push({ names, claims, index });
      for (const claim of claims) {
        if (agreed === undefined) unknown.set(claim.key, claim);
        else found.set(claim.key, agreed);
      }
    }
    if (asked.length === 0) return answers;
    // A previous name may be a user id as well; then it is one already, and is not made an anonymous one.
    for (const { workspace, previous } of asked.map((each) => each.names))
      if (previous) unknown.set(keyOf({ workspace, kind: 'user', value: previous }), { workspace, kind: 'user', value: previous });
    for (const identity of await findIdentities(tx, [...unknown.values()])) learn(identity);

    const taken = await peopleWithUser(tx, this.doubtful(asked, found));
    for (const person of taken) this.withUser.set(person, true);

    const standings = await this.standings(tx, asked, found, timeIn);
    const fresh = new Map<string, Identity>();
    const settled = asked.map((each) => this.settleUnknown(each, found, fresh, standings));
    if (fresh.size > 0) {
      await insertIdentities(tx, [...fresh.values()], timeIn);
      // Somebody else may have been first with one of them: what stands in the table counts.
      for (const identity of await findIdentities(tx, [...fresh.values()])) learn(identity);
    }
    for (const [at, each] of asked.entries()) answers[each.index] = this.answer(each, found, settled[at]!);
    return answers;
  }

  /** Whom the cache names for all of these; undefined when it does not know one of them, or they differ. */
  private agreed(claims: readonly Claim[]): string | undefined {
    let person: string | undefined;
    for (const claim of claims) {
      const there = this.people.get(claim.key);
      if (there === undefined || there === nobody || (person !== undefined && there !== person)) return undefined;
      person = there;
    }
    return person;
  }

  /** People of whom it matters whether they have a user id: names that differ, where one may join the other or take its user id. */
  private doubtful(asked: readonly Asked[], found: ReadonlyMap<string, string>): string[] {
    const doubtful = new Set<string>();
    const ask = (person: string | undefined): void => {
      if (person !== undefined && person !== nobody && !this.withUser.has(person)) doubtful.add(person);
    };
    for (const { names, claims } of asked) {
      if (names.user === null && !names.trusted) continue;
      const one = claims[0] && found.get(claims[0].key);
      if (claims.every((claim) => found.get(claim.key) === one)) continue;
      for (const claim of claims) if (claim.kind !== 'user') ask(found.get(claim.key));
    }
    return [...doubtful];
  }

  /** Of people who were there before and gain an identity: how many they have. */
  private async standings(
    tx: Transaction,
    asked: readonly Asked[],
    found: ReadonlyMap<string, string>,
    timeIn: (workspace: number) => Instant,
  ): Promise<Map<string, Standing>> {
    const gaining = new Map<string, CompiledPolicy>();
    const policies = new Map<number, CompiledPolicy>();
    for (const { names, claims } of asked) {
      if (claims.length < 2 || claims.every((claim) => found.has(claim.key))) continue;
      for (const claim of claims) {
        const there = found.get(claim.key);
        if (there === undefined || there === nobody) continue;
        gaining.set(there, policyOf(names));
        policies.set(names.workspace, policyOf(names));
      }
    }
    if (gaining.size === 0) return new Map();
    const since = [...policies].flatMap(([workspace, policy]) =>
      policy.order.map((kind) => ({ workspace, kind: kind.kind, since: timeIn(workspace) - (kind.hold?.within ?? 0) })),
    );
    const ids = [...gaining.keys()];
    const [counts, holds] = await Promise.all([countIdentities(tx, ids, since), holdsOf(tx, ids)]);
    const standings = new Map(ids.map((id): [string, Standing] => [id, { held: null, counts: new Map(), allowed: new Map() }]));
    for (const each of counts) standings.get(each.person)!.counts.set(each.kind, each);
    for (const hold of holds) {
      if (hold.status === 'held') standings.get(hold.person)!.held = hold.kind;
      if (hold.status === 'allowed') standings.get(hold.person)!.allowed.set(hold.kind, hold.identities);
    }
    return standings;
  }

  private settleUnknown(
    { names, claims }: Asked,
    found: Map<string, string>,
    fresh: Map<string, Identity>,
    standings: ReadonlyMap<string, Standing>,
  ): { person: string; withheld: RefusedName[] } {
    const policy = policyOf(names);
    let person: string | undefined;
    for (const claim of claims) {
      const there = found.get(claim.key);
      if (there === undefined || there === nobody) continue;
      if (claim.kind === 'anonymous' && names.user !== null && this.withUser.has(there)) continue;
      const known = names.user !== null && this.withUser.has(there);
      if (claim.kind === 'external' && known && !mayMerge(policy.kinds.get(claim.label), names.trusted, true)) continue;
      // An address that somebody else gave first does not make two user ids one person, unless a trusted source says so.
      if (isAddress(claim.kind) && namesMore(names) && !names.trusted && !mayMerge(policy.kinds.get(claim.label), false, known)) continue;
      person = there;
      break;
    }
    const isNew = person === undefined;
    person ??= this.newId();
    const standing = isNew ? undefined : standings.get(person);
    const withheld: RefusedName[] = [];
    let named = !isNew;
    for (const claim of claims) {
      const { key } = claim;
      if (found.has(key)) {
        named ||= found.get(key) !== nobody;
        continue;
      }
      if (claim.value === names.previous && found.has(keyOf({ ...claim, kind: 'user' }))) continue;
      const against = standing && whyWithheld(standing, policy.kinds.get(claim.label)!);
      if (against) {
        withheld.push({ kind: claim.label, value: plainValue(claim), ...against });
        continue;
      }
      named = true;
      if (claim.kind === 'user') this.withUser.set(person, true);
      found.set(key, person);
      fresh.set(key, { workspace: claim.workspace, kind: claim.kind, value: claim.value, person });
      const count = standing?.counts.get(claim.label) ?? { all: 0, lately: 0 };
      standing?.counts.set(claim.label, { all: count.all + 1, lately: count.lately + 1 });
    }
    if (!named) {
      const claim = { workspace: names.workspace, kind: 'anonymous' as const, value: factName(names.fact ?? person) };
      if (!found.has(keyOf(claim))) {
        found.set(keyOf(claim), person);
        fresh.set(keyOf(claim), { ...claim, person });
      }
    }
    return { person, withheld };
  }

  private answer(
    { names, claims }: Asked,
    found: ReadonlyMap<string, string>,
    settled: { person: string; withheld: RefusedName[] },
  ): Resolved {
    const at = (claim: IdentityClaim): string | undefined => {
      const holder = found.get(keyOf(claim));
      return holder === nobody ? undefined : holder;
    };
    const { person, joins, by } = this.whoIsMeant(names, claims, at, settled.person);
    const shared: SharedName[] = [];
    const isForeign = (kind: 'email' | 'phone'): boolean => {
      const value = names[kind];
      const holder = value === null ? undefined : found.get(keyOf({ workspace: names.workspace, kind, value }));
      const foreign = holder !== undefined && holder !== person && holder !== joins;
      if (foreign && holder !== nobody) this.tell(shared, names, { kind, value: value!, owner: holder }, person);
      return foreign;
    };
    const foreign = { email: isForeign('email'), phone: isForeign('phone') };
    if (names.user !== null && names.anonymous !== null) {
      const owner = at({ workspace: names.workspace, kind: 'anonymous', value: names.anonymous });
      if (owner !== undefined && owner !== person && owner !== joins)
        this.tell(shared, names, { kind: 'anonymous', value: names.anonymous, owner }, person);
    }
    return { person, joins, by, foreign, withheld: settled.withheld, shared };
  }

  /** Tells once that somebody came with a name of somebody else's, where the policy counts such. */
  private tell(shared: SharedName[], names: Names, name: SharedName, person: string): void {
    if (policyOf(names).kinds.get(name.kind)?.sharedBy == null) return;
    const key = `${keyOf({ ...name, workspace: names.workspace })}\u0000${person}`;
    if (this.told.has(key)) return;
    this.told.set(key, true);
    shared.push(name);
  }

  private whoIsMeant(
    names: Names,
    claims: readonly Claim[],
    at: (claim: IdentityClaim) => string | undefined,
    otherwise: string,
  ): Pick<Resolved, 'person' | 'joins' | 'by'> {
    const policy = policyOf(names);
    const holders: { label: string; person: string }[] = [];
    for (const claim of claims) {
      const person =
        claim.value === names.previous && claim.kind === 'anonymous' && claim.value !== names.anonymous ? undefined : at(claim);
      if (person !== undefined) holders.push({ label: claim.label, person });
    }
    const [first] = holders;
    if (first === undefined) {
      const name = { workspace: names.workspace, kind: 'anonymous' as const, value: factName(names.fact ?? otherwise) };
      return { person: at(name) ?? otherwise, joins: null, by: null };
    }
    const { person } = first;
    if (names.previous) {
      const { workspace, previous: value } = names;
      const before = at({ workspace, kind: 'user', value }) ?? at({ workspace, kind: 'anonymous', value });
      if (before !== undefined && before !== person) return { person, joins: before, by: 'user' };
    }
    // Two addresses alone say nothing of each other; of two addresses beside a name the stronger one counts.
    if (holders.every((each) => isAddress(each.label))) return { person, joins: null, by: null };
    const known = first.label === 'user' || this.withUser.has(person);
    let addressSeen = false;
    for (const { label, person: other } of holders) {
      if (isAddress(label)) {
        if (addressSeen) continue;
        addressSeen = true;
      }
      if (other === person) continue;
      if (mayMerge(policy.kinds.get(label), names.trusted, known && this.withUser.has(other))) return { person, joins: other, by: label };
    }
    return { person, joins: null, by: null };
  }
}

const isAddress = (label: string): boolean => label === 'email' || label === 'phone';
const namesMore = (names: Names): boolean => names.user !== null || names.anonymous !== null || (names.external?.length ?? 0) > 0;
/** An external identity's value without the name of its kind. */
const plainValue = (claim: Claim): string => (claim.kind === 'external' ? claim.value.slice(claim.label.length + 1) : claim.value);

/** Why somebody gains no identity of a kind; null when they may. */
function whyWithheld(standing: Standing, kind: CompiledKind): { because: string; held?: true } | null {
  if (standing.held !== null) return { because: 'the person is held for review', held: true };
  const count = standing.counts.get(kind.kind) ?? { all: 0, lately: 0 };
  if (kind.most !== null && count.all >= kind.most) return { because: `a person has at most ${kind.most} of them` };
  const allowed = standing.allowed.get(kind.kind);
  const counted = allowed === undefined ? count.lately : count.all - allowed;
  return kind.hold !== null && counted >= kind.hold.more
    ? { because: `the person has attracted more than ${kind.hold.more} of them in a short time`, held: true }
    : null;
}

/** The names of a fact as claims, the strongest kind first. */
function claimsOf(names: Names): Claim[] {
  const { workspace } = names;
  const policy = policyOf(names);
  let list: Claim[] = [];
  const claim = (kind: IdentityKind, value: string | null | undefined, label: string = kind): void => {
    if (value !== null && value !== undefined && value !== '')
      list.push({ workspace, kind, value, label, key: keyOf({ workspace, kind, value }) });
  };
  claim('user', names.user);
  for (const { kind, value } of names.external ?? []) claim('external', `${kind}:${value}`, kind);
  claim('anonymous', names.anonymous);
  claim('anonymous', names.previous);
  claim('email', names.email);
  claim('phone', names.phone);
  if (!policy.usual)
    list = list
      .filter((each) => policy.kinds.get(each.label)?.unique ?? true)
      .sort((a, b) => policy.kinds.get(a.label)!.place - policy.kinds.get(b.label)!.place);
  return list;
}
