import { second } from '#contract/instant.ts';
import { lanesWithFacts } from '#store/inbox.ts';
import { lanesWithMessages } from '#store/messages.ts';
import { lanesWithWakes } from '#store/wakes.ts';
import { backfillRound } from './backfill.ts';
import { type SendingDeps, deliverLanes } from './deliver.ts';
import type { Deps } from './deps.ts';
import { mergeWanted } from './merge.ts';
import { isOurFault } from '#store/database.ts';
import { processApart, processLanes } from './process.ts';

/** A group of lanes is locked and taken together, so that batches are large. */
const groupSize = 32;

export interface Round {
  facts: number;
  wakes: number;
  messages: number;
  /** Whether there may be more to do right away. */
  more: boolean;
}

/** One round of processing and of a backfill, for those who have no loops. */
export async function processRound(deps: Deps, atOnce: number): Promise<Round> {
  const round = await processEverything(deps, atOnce);
  const filled = await backfillRound(deps);
  return { ...round, more: round.more || filled };
}

/** Every lane that has facts or due wakes, a group at a time, `atOnce` groups beside each other. A backfill has a loop of its own, for which nobody waits here. */
async function processEverything(deps: Deps, atOnce: number): Promise<Round> {
  const clocks = await deps.workspaces.clocks();
  const found = await deps.db.transaction({ workspaces: await deps.workspaces.ids() }, async (tx) => ({
    facts: await lanesWithFacts(tx),
    wakes: await lanesWithWakes(tx, clocks),
  }));
  return processThese(deps, [...new Set([...found.wakes, ...found.facts])], atOnce);
}

async function processThese(deps: Deps, lanes: readonly number[], atOnce: number): Promise<Round & { full: number[] }> {
  const done = await eachGroup(lanes, atOnce, async (group) => {
    try {
      return await processLanes(deps, group);
    } catch (error) {
      // Only what the database refuses for good is taken apart; a lost connection or a deadlock is tried again as it was.
      if (!isOurFault(error)) throw error;
      deps.log.error({ lanes: group, error: String(error) }, 'a batch was refused by the database; it is taken apart');
      return processApart(deps, group);
    }
  });
  const merges = await mergeWanted(deps);
  const facts = done.reduce((sum, each) => sum + each.facts, 0);
  const wakes = done.reduce((sum, each) => sum + each.wakes, 0);
  return { facts, wakes, messages: 0, more: facts + wakes + merges > 0, full: done.flatMap((each) => each.full) };
}

/** How often every lane is looked at although nobody spoke of it: a notification can be lost, a process can die. */
const fullScanEvery = 1 * second;
const wakeScanEvery = 20;
/** Rounds for lanes that were spoken of begin at least this far apart, so that single events gather into batches; the first after a rest begins at once. */
const roundEvery = 12;

/**
 * Processing as the loop does it: the lanes that were spoken of at once, all lanes now and then. (Looking through all of them costs 40 ms while a hundred
 * thousand deleted facts wait to be vacuumed; a third of the database's time went there.)
 */
export class Processor {
  private readonly deps: Deps;
  private readonly atOnce: number;
  private readonly spokenOf = new Set<number>();
  private fullAt = Number.NEGATIVE_INFINITY;
  private wakesAt = Number.NEGATIVE_INFINITY;
  private roundAt = Number.NEGATIVE_INFINITY;
  /** Whether the last round left facts in full lanes. */
  private behind = false;

  constructor(deps: Deps, atOnce: number) {
    this.deps = deps;
    this.atOnce = atOnce;
  }

  hear(lanes: readonly number[]): void {
    for (const lane of lanes) this.spokenOf.add(lane);
  }

  async round(): Promise<boolean> {
    const now = performance.now();
    if (now - this.fullAt > fullScanEvery) {
      this.fullAt = this.wakesAt = now;
      this.spokenOf.clear();
      const round = await processEverything(this.deps, this.atOnce);
      return round.more || this.spokenOf.size > 0;
    }
    const early = roundEvery - (now - this.roundAt);
    if (early > 0 && this.spokenOf.size > 0 && !this.behind) await new Promise((resolve) => setTimeout(resolve, early));
    this.roundAt = performance.now();
    const lanes = [...this.spokenOf];
    this.spokenOf.clear();
    if (now - this.wakesAt > wakeScanEvery) {
      this.wakesAt = now;
      const clocks = await this.deps.workspaces.clocks();
      lanes.push(...(await this.deps.db.transaction({ workspaces: await this.deps.workspaces.ids() }, (tx) => lanesWithWakes(tx, clocks))));
    }
    if (lanes.length === 0) return false;
    const round = await processThese(this.deps, [...new Set(lanes)], this.atOnce);
    this.hear(round.full);
    this.behind = round.full.length > 0;
    return this.spokenOf.size > 0;
  }
}

/** One round of delivery: every lane that has a due message. */
export async function deliverRound(deps: SendingDeps, atOnce: number): Promise<Round> {
  const clocks = await deps.workspaces.clocks();
  const lanes = await deps.db.transaction({ workspaces: await deps.workspaces.ids() }, (tx) => lanesWithMessages(tx, clocks));
  const done = await eachGroup(lanes, atOnce, (group) => deliverLanes(deps, group));
  const messages = done.reduce((sum, each) => sum + each.claimed + each.decided, 0);
  return { facts: 0, wakes: 0, messages, more: messages > 0 };
}

async function eachGroup<T>(lanes: readonly number[], atOnce: number, work: (group: number[]) => Promise<T>): Promise<T[]> {
  const groups = Array.from({ length: Math.ceil(lanes.length / groupSize) }, (_, index) =>
    lanes.slice(index * groupSize, (index + 1) * groupSize),
  ).values();
  const done: T[] = [];
  const take = async (): Promise<void> => {
    for (const group of groups) done.push(await work(group));
  };
  await Promise.all(Array.from({ length: atOnce }, take));
  return done;
}
