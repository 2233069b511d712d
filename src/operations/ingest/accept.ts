import type { Fact, FactClass } from '#contract/fact.ts';
import type { Instant } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import { laneOf } from '#store/identities.ts';
import { appendToInbox } from '#store/inbox.ts';
import { type NewRefusal, recordRefusals } from '#store/refusals.ts';
import type { Deps } from '../deps.ts';
import { type Names, Resolver } from './resolve.ts';

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
  private queue: Waiting[] = [];
  private waiting = 0;
  private running = 0;
  /** Transactions under way at once: two on Postgres, so that one gathers while the other commits. */
  private readonly atOnce: number;

  constructor(deps: Deps) {
    this.deps = deps;
    this.resolver = new Resolver(deps.newId);
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
    return this.deps.db.transaction({ workspaces }, async (tx) => {
      const resolved = await this.resolver.resolve(
        tx,
        arrivals.map((each) => each.names),
        now,
      );
      const entries = arrivals.map((arrival, index) => {
        const { person, joins, foreign } = resolved[index]!;
        return {
          workspace: arrival.names.workspace,
          person,
          class: arrival.class,
          fact: withClaims(withJoin(arrival.fact, joins), foreign),
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

const withJoin = (fact: Fact, joins: string | null): Fact => (joins === null ? fact : { ...fact, joins });
