import type { Claims, Fact, FactClass, RefusedName } from '#contract/fact.ts';
import type { Instant } from '#contract/instant.ts';
import { isObject } from '#contract/json.ts';
import { Problem } from '#contract/problems.ts';
import { type CompiledPolicy, externalNames, whyNobody } from '#engine/identity/policy.ts';
import { laneOf } from '#store/identities.ts';
import { appendToInbox } from '#store/inbox.ts';
import { type NewRefusal, recordRefusals } from '#store/refusals.ts';
import type { Deps } from '../deps.ts';
import { IdentityPolicies } from './policies.ts';
import { type Names, type Resolved, Resolver } from './resolve.ts';

/** A fact on its way in: about whom, as named, and the fact. */
export interface Arrival {
  names: Names;
  class: FactClass;
  fact: Fact;
}

interface Waiting {
  arrivals: readonly Arrival[];
  refusals: readonly NewRefusal[];
  done: (people: string[]) => void;
  failed: (error: unknown) => void;
}

/** Facts that wait in memory for their transaction; beyond this the answer is 503, never a false yes. */
const waitingMax = 50_000;
/** Facts in one transaction. */
const togetherMax = 5_000;

/**
 * The way in: requests that arrive while a transaction runs share the next one, so that a commit serves many. Each is answered after the commit that holds
 * its facts.
 */
export class Acceptor {
  private readonly deps: Deps;
  private readonly resolver: Resolver;
  private readonly policies: IdentityPolicies;
  private queue: Waiting[] = [];
  private waiting = 0;
  private running = 0;
  /** Transactions under way at once: two on Postgres, so that one gathers while the other commits. */
  private readonly atOnce: number;

  constructor(deps: Deps) {
    this.deps = deps;
    this.resolver = new Resolver(() => deps.newId(deps.now()));
    this.policies = new IdentityPolicies(deps);
    // A merge that was undone somewhere has given names back.
    deps.bus.onChange((_workspace, topics) => {
      if (topics.includes('identities')) this.resolver.forget();
    });
    this.atOnce = deps.db.dialect === 'postgres' ? 2 : 1;
  }

  /** Appends facts to the inbox and answers the person of each, after they are durable. */
  accept(arrivals: readonly Arrival[], refusals: readonly NewRefusal[] = []): Promise<string[]> {
    if (this.waiting + arrivals.length > waitingMax) return Promise.reject(new Problem('too-busy'));
    this.waiting += arrivals.length;
    return new Promise((done, failed) => {
      this.queue.push({ arrivals, refusals, done, failed });
      this.pump();
    });
  }

  private pump(): void {
    while (this.running < this.atOnce && this.queue.length > 0) {
      const together: Waiting[] = [];
      let facts = 0;
      while (this.queue.length > 0 && (together.length === 0 || facts + this.queue[0]!.arrivals.length <= togetherMax)) {
        const next = this.queue.shift()!;
        facts += next.arrivals.length;
        together.push(next);
      }
      this.running++;
      void this.commit(together).finally(() => {
        this.running--;
        this.waiting -= facts;
        this.pump();
      });
    }
  }

  private async commit(together: Waiting[]): Promise<void> {
    try {
      const people = await this.write(
        together.flatMap((each) => each.arrivals),
        together.flatMap((each) => each.refusals),
      );
      this.deps.failpoint('accept.committed');
      let from = 0;
      for (const each of together) {
        each.done(people.slice(from, from + each.arrivals.length));
        from += each.arrivals.length;
      }
      this.deps.bus.pokeWork(new Set(people.map(laneOf)));
    } catch (error) {
      // What the cache learned in a transaction that was rolled back is not so.
      this.resolver.forget();
      const problem = error instanceof Problem ? error : new Problem('store-unavailable', null, error);
      for (const each of together) each.failed(problem);
    }
  }

  private async write(arrivals: readonly Arrival[], refusals: readonly NewRefusal[]): Promise<string[]> {
    const workspaces = [...new Set([...arrivals.map((each) => each.names.workspace), ...refusals.map((each) => each.workspace)])];
    const now: Instant = this.deps.now();
    const policies = new Map<number, CompiledPolicy>();
    for (const { names } of arrivals)
      if (!policies.has(names.workspace)) policies.set(names.workspace, await this.policies.of(names.workspace));
    const times = new Map(arrivals.map(({ names, fact }) => [names.workspace, fact.acceptedAt]));
    const screened = arrivals.map((arrival) => screen(arrival, policies.get(arrival.names.workspace)!));
    return this.deps.db.transaction({ workspaces }, async (tx) => {
      const resolved = await this.resolver.resolve(
        tx,
        screened.map((each) => each.names),
        (workspace) => times.get(workspace)!,
      );
      const entries = arrivals.map((arrival, index) => {
        const whom = resolved[index]!;
        const fact = withClaims(withJoin(arrival.fact, whom), whom.foreign);
        return {
          workspace: arrival.names.workspace,
          person: whom.person,
          class: arrival.class,
          fact: withRefused(fact, [...screened[index]!.refused, ...whom.withheld]),
        };
      });
      await appendToInbox(tx, entries);
      this.deps.failpoint('accept.written');
      if (refusals.length > 0) await recordRefusals(tx, refusals, now);
      return entries.map((entry) => entry.person);
    });
  }
}

/**
 * Takes addresses away from a fact that belong to somebody else: a browser may say any address, and the person whose it is has agreed to nothing. What was
 * said stays among the traits, and the person's page says that the address was not taken.
 */
function withClaims(fact: Fact, foreign: { email: boolean; phone: boolean }): Fact {
  if ((!foreign.email && !foreign.phone) || !('claims' in fact) || !fact.claims) return fact;
  const { email, phone } = fact.claims;
  return {
    ...fact,
    claims: { ...(email && !foreign.email ? { email } : {}), ...(phone && !foreign.phone ? { phone } : {}) },
    notTaken: [...(email && foreign.email ? ['email' as const] : []), ...(phone && foreign.phone ? ['phone' as const] : [])],
  };
}

function withJoin(fact: Fact, { joins, by, shared }: Resolved): Fact {
  if (joins === null && shared.length === 0) return fact;
  return {
    ...fact,
    ...(joins === null ? {} : { joins, ...(by === null ? {} : { joinsBy: by }) }),
    ...(shared.length > 0 ? { shared } : {}),
  };
}

const noneRefused: readonly RefusedName[] = [];

/**
 * Takes away the names that name nobody, or that whoever sent them may not say; what was said stays in the fact as it was. Adds the ids of other systems.
 */
function screen({ names, fact }: Arrival, policy: CompiledPolicy): { names: Names; refused: readonly RefusedName[] } {
  const refused: RefusedName[] = [];
  const passes = (kind: string, value: string | null | undefined): boolean => {
    if (value === null || value === undefined) return false;
    const because =
      whyNobody(policy, kind, value) ??
      (policy.kinds.get(kind)?.assert === 'trusted' && !names.trusted ? 'only a trusted source may say it' : null);
    if (because === null) return true;
    refused.push({ kind, value, because });
    return false;
  };
  const whole: Names = {
    ...names,
    policy,
    fact: fact.id,
    user: passes('user', names.user) ? names.user : null,
    anonymous: passes('anonymous', names.anonymous) ? names.anonymous : null,
    email: passes('email', names.email) ? names.email : null,
    phone: passes('phone', names.phone) ? names.phone : null,
  };
  if (names.previous) whole.previous = passes('user', names.previous) ? names.previous : null;
  if (policy.external.length > 0) whole.external = externalNames(policy, callOf(fact)).filter((each) => passes(each.kind, each.value));
  return { names: whole, refused: refused.length > 0 ? refused : noneRefused };
}

const callOf = (fact: Fact): { context?: unknown; traits?: unknown; properties?: unknown; integrations?: unknown } => ({
  ...('envelope' in fact && isObject(fact.envelope) ? fact.envelope : {}),
  ...('traits' in fact ? { traits: fact.traits } : {}),
  ...('properties' in fact ? { properties: fact.properties } : {}),
});

function withRefused(fact: Fact, refused: readonly RefusedName[]): Fact {
  if (refused.length === 0) return fact;
  if (!('claims' in fact) || !fact.claims) return { ...fact, refused: [...refused] };
  const { email, phone } = fact.claims;
  const stays = (kind: 'email' | 'phone', value: string | undefined): boolean =>
    value !== undefined && !refused.some((each) => each.kind === kind && each.value === value);
  const claims: Claims = { ...(stays('email', email) ? { email: email! } : {}), ...(stays('phone', phone) ? { phone: phone! } : {}) };
  return { ...fact, claims, refused: [...refused] };
}
