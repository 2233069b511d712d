import { lanesWithFacts } from '#store/inbox.ts';
import { lanesWithMessages } from '#store/messages.ts';
import { lanesWithWakes } from '#store/wakes.ts';
import { type SendingDeps, deliverLanes } from './deliver.ts';
import type { Deps } from './deps.ts';
import { mergeWanted } from './merge.ts';
import { processLanes } from './process.ts';

/** A group of lanes is locked and taken together, so that batches are large. */
const groupSize = 32;

export interface Round {
  facts: number;
  wakes: number;
  messages: number;
  /** Whether there may be more to do right away. */
  more: boolean;
}

/** One round of processing: every lane that has facts or due wakes, a group at a time, `atOnce` groups beside each other. */
export async function processRound(deps: Deps, atOnce: number): Promise<Round> {
  const clocks = await deps.workspaces.clocks();
  const found = await deps.db.transaction({ workspaces: await deps.workspaces.ids() }, async (tx) => ({ facts: await lanesWithFacts(tx), wakes: await lanesWithWakes(tx, clocks) }));
  const lanes = [...new Set([...found.wakes, ...found.facts.lanes])];
  const done = await eachGroup(lanes, atOnce, (group) => processLanes(deps, group));
  const merges = found.facts.merges || done.length > 0 ? await mergeWanted(deps) : 0;
  const facts = done.reduce((sum, each) => sum + each.facts, 0);
  const wakes = done.reduce((sum, each) => sum + each.wakes, 0);
  return { facts, wakes, messages: 0, more: facts + wakes + merges > 0 };
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
  const groups = Array.from({ length: Math.ceil(lanes.length / groupSize) }, (_, index) => lanes.slice(index * groupSize, (index + 1) * groupSize)).values();
  const done: T[] = [];
  const take = async (): Promise<void> => {
    for (const group of groups) done.push(await work(group));
  };
  await Promise.all(Array.from({ length: atOnce }, take));
  return done;
}
