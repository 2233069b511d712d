import { second } from '#contract/instant.ts';
import { lanesWithFacts } from '#store/inbox.ts';
import { lanesWithMessages } from '#store/messages.ts';
import { lanesWithWakes } from '#store/wakes.ts';
import { backfillRound } from './backfill.ts';
import { type SendingDeps, deliverLanes } from './deliver.ts';
import type { Deps } from './deps.ts';
import { mergeWanted } from './merge.ts';
import { isOurFault } from '#store/database.ts';
import { rampRound } from './ramps.ts';
import { broadcastRound } from './run-broadcasts.ts';
import { estimateRound } from './estimate-broadcast.ts';
import { rehearseRound } from './rehearse.ts';
import { scheduleRound } from './schedules.ts';
import { largePortion, type Portion, processApart, type Processed, processLanes } from './process.ts';

/** A group of lanes is locked and taken together, so that batches are large. */
const groupSize = 32;

export interface Round {
  facts: number;
  wakes: number;
  messages: number;
  /** Whether there may be more to do right away. */
  more: boolean;
}

/** One round of processing, of schedules, ramps, broadcasts and of a backfill, for those who have no loops. */
export async function processRound(deps: Deps, atOnce: number): Promise<Round> {
  const sent = await scheduleRound(deps);
  const risen = await rampRound(deps);
  const round = await processEverything(deps, atOnce);
  const filled = await backfillRound(deps);
  // Who belongs to its audience is known only when everything that happened has been heard.
  const broadcast = !round.more && !filled && (await broadcastRound(deps));
  const estimated = await estimateRound(deps);
  const rehearsed = await rehearseRound(deps);
  return { ...round, more: round.more || filled || sent || risen || broadcast || estimated || rehearsed };
}

/** Every lane that has facts or due wakes, a group at a time, `atOnce` groups beside each other. A backfill has a loop of its own, for which nobody waits here. */
async function processEverything(deps: Deps, atOnce: number): Promise<Round> {
  const { prompt, bulk, wakes } = await findWork(deps);
  const round = await processGroups(deps, portionsOf([...new Set([...wakes, ...prompt, ...bulk])], largePortion), atOnce);
  return { ...round, messages: 0 };
}

async function findWork(deps: Deps): Promise<{ prompt: number[]; bulk: number[]; wakes: number[] }> {
  const clocks = await deps.workspaces.clocks();
  return deps.db.transaction({ workspaces: await deps.workspaces.ids() }, async (tx) => ({
    ...(await lanesWithFacts(tx)),
    wakes: await lanesWithWakes(tx, clocks),
  }));
}

const groupsOf = (lanes: readonly number[]): number[][] =>
  Array.from({ length: Math.ceil(lanes.length / groupSize) }, (_, index) => lanes.slice(index * groupSize, (index + 1) * groupSize));

/** Lanes that are locked together, and what is taken of them. */
interface Group {
  lanes: readonly number[];
  portion: Portion;
}

const portionsOf = (lanes: readonly number[], portion: Portion): Group[] => groupsOf(lanes).map((group) => ({ lanes: group, portion }));

interface GroupsDone extends Omit<Round, 'messages'> {
  /** By group, in order. */
  done: Processed[];
}

async function processGroups(deps: Deps, groups: readonly Group[], atOnce: number): Promise<GroupsDone> {
  const processGroup = async ({ lanes, portion }: Group): Promise<Processed> => {
    try {
      return await processLanes(deps, lanes, portion);
    } catch (error) {
      // Only what the database refuses for good is taken apart; a lost connection or a deadlock is tried again as it was.
      if (!isOurFault(error)) throw error;
      deps.log.error({ lanes, error: String(error) }, 'a batch was refused by the database; it is taken apart');
      return processApart(deps, lanes);
    }
  };
  const done = await each(groups, atOnce, processGroup);
  const merges = await mergeWanted(deps);
  const facts = done.reduce((sum, group) => sum + group.facts, 0);
  const wakes = done.reduce((sum, group) => sum + group.wakes, 0);
  return { facts, wakes, more: facts + wakes + merges > 0, done };
}

/** How often every lane is looked at although nobody spoke of it: a notification can be lost, a process can die. */
const fullScanEvery = 1 * second;
const wakeScanEvery = 20;
/** Rounds for lanes that were spoken of begin at least this far apart, so that single events gather into batches; the first after a rest begins at once. */
const roundEvery = 12;
/** What somebody waits for is taken without what was brought in bulk. */
const promptPortion: Portion = { ...largePortion, promptly: true };
/** Of what was brought in bulk, a group of lanes is taken at a time; while somebody waits for other things, as many facts of a lane as take about so long [ms], because their lanes wait as long. */
const bulkFor = 120;
const bulkAtFirst = 16;

/**
 * Processing as the loops do it: the lanes that were spoken of at once, all lanes now and then, and what was brought in bulk beside them. (Looking through all of them
 * costs 40 ms while a hundred thousand deleted facts wait to be vacuumed; a third of the database's time went there.)
 */
export class Processor {
  private readonly deps: Deps;
  private readonly atOnce: number;
  private readonly freed: () => void;
  private readonly spokenOf = new Set<number>();
  /** Lanes with facts in bulk, the one that has waited longest first. */
  private readonly bulk = new Set<number>();
  /** Lanes of which facts in bulk are being taken: they are locked. */
  private held: readonly number[] = [];
  private fullAt = Number.NEGATIVE_INFINITY;
  private wakesAt = Number.NEGATIVE_INFINITY;
  private roundAt = Number.NEGATIVE_INFINITY;
  private promptAt = Number.NEGATIVE_INFINITY;
  private bulkFacts = bulkAtFirst;
  /** Whether the last round left facts that it could have taken. */
  private behind = false;

  /** `freed` hears that lanes which were held are free again: somebody may wait for one. */
  constructor(deps: Deps, atOnce: number, freed: () => void = () => undefined) {
    this.deps = deps;
    this.atOnce = atOnce;
    this.freed = freed;
  }

  hear(lanes: readonly number[]): void {
    for (const lane of lanes) this.spokenOf.add(lane);
  }

  /** Takes what somebody waits for; answers whether there may be more right away. */
  async round(): Promise<boolean> {
    const everywhere = await this.look();
    const free = this.free();
    // Merges wait in no lane: with each look everywhere they are asked for too.
    if (free.length === 0 && !everywhere) return false;
    const early = roundEvery - (performance.now() - this.roundAt);
    if (early > 0 && !this.behind) await new Promise((resolve) => setTimeout(resolve, early));
    this.roundAt = performance.now();

    const lanes = this.free();
    for (const lane of lanes) this.spokenOf.delete(lane);
    const { done, more } = await processGroups(this.deps, portionsOf(lanes, promptPortion), this.atOnce);
    for (const { full, busy } of done) this.hear([...full, ...busy]);
    if (done.some(({ facts }) => facts > 0)) this.promptAt = this.roundAt;
    this.behind = done.some(({ full }) => full.length > 0);
    return this.free().length > 0 || (everywhere && more);
  }

  /** Takes facts in bulk from the group of lanes that has waited longest; answers whether there are more. */
  async bulkRound(): Promise<boolean> {
    const lanes = [...this.bulk].slice(0, groupSize);
    if (lanes.length === 0) return false;
    for (const lane of lanes) this.bulk.delete(lane);
    const began = performance.now();
    const isAwaited = began - this.promptAt < 1 * second;
    this.held = lanes;
    const { done } = await processGroups(
      this.deps,
      [{ lanes, portion: isAwaited ? { facts: Math.round(this.bulkFacts), wakes: 0 } : largePortion }],
      1,
    ).finally(() => {
      this.held = [];
      this.freed();
    });
    const took = performance.now() - began;
    for (const { full, busy } of done) for (const lane of [...full, ...busy]) this.bulk.add(lane);
    if (isAwaited && done.some(({ full }) => full.length > 0))
      this.bulkFacts = Math.min(bulkAtFirst, Math.max(1, this.bulkFacts * Math.min(2, Math.max(0.25, bulkFor / took))));
    return this.bulk.size > 0;
  }

  private free(): number[] {
    return [...this.spokenOf].filter((lane) => !this.held.includes(lane));
  }

  /** Looks where something waits of which nobody has spoken; answers whether everywhere. */
  private async look(): Promise<boolean> {
    const now = performance.now();
    if (now - this.fullAt > fullScanEvery) {
      this.fullAt = this.wakesAt = now;
      const { prompt, bulk, wakes } = await findWork(this.deps);
      this.hear([...prompt, ...wakes]);
      for (const lane of bulk) this.bulk.add(lane);
      return true;
    }
    if (now - this.wakesAt > wakeScanEvery) {
      this.wakesAt = now;
      const clocks = await this.deps.workspaces.clocks();
      this.hear(await this.deps.db.transaction({ workspaces: await this.deps.workspaces.ids() }, (tx) => lanesWithWakes(tx, clocks)));
    }
    return false;
  }
}

/** One round of delivery: every lane that has a due message. */
export async function deliverRound(deps: SendingDeps, atOnce: number): Promise<Round> {
  const clocks = await deps.workspaces.clocks();
  const lanes = await deps.db.transaction({ workspaces: await deps.workspaces.ids() }, (tx) => lanesWithMessages(tx, clocks));
  const done = await each(groupsOf(lanes), atOnce, (group) => deliverLanes(deps, group));
  const messages = done.reduce((sum, group) => sum + group.claimed + group.decided, 0);
  return { facts: 0, wakes: 0, messages, more: messages > 0 };
}

/** Does the work for each, at most `atOnce` at a time; answers in their order. */
async function each<G, T>(groups: readonly G[], atOnce: number, work: (group: G) => Promise<T>): Promise<T[]> {
  const waiting = groups.entries();
  const done: T[] = [];
  const take = async (): Promise<void> => {
    for (const [index, group] of waiting) done[index] = await work(group);
  };
  await Promise.all(Array.from({ length: atOnce }, take));
  return done;
}
