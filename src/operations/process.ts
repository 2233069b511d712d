import { isOurFault } from '#store/database.ts';
import { lockLanes, lockLanesInOrder, takeFacts, type TakenFact } from '#store/inbox.ts';
import { recordRefusals } from '#store/refusals.ts';
import { armWakes, takeWakes, type Wake } from '#store/wakes.ts';
import type { Deps } from './deps.ts';
import { faultWait } from './fault.ts';
import { decideAndWrite, type Written } from './decide-batch.ts';

export interface Processed {
  facts: number;
  wakes: number;
  /** Lanes that somebody else held. */
  busy: number[];
  /** Lanes of which so much was taken that more may wait. */
  full: number[];
}

/** What is taken at once: of each lane so many facts, `promptly` none for which nobody waits, and so many wakes of all lanes together. */
export interface Portion {
  facts: number;
  wakes: number;
  promptly?: boolean;
}

const wakesAtOnce = 2_000;
/** Facts taken of each lane at once: 32 lanes of 64 make a batch of about two thousand, where a fact costs least. */
export const largePortion: Portion = { facts: 64, wakes: wakesAtOnce };

/**
 * Takes the next facts and due wakes of some lanes, decides, and writes everything that follows, in one transaction. What it wrote has happened; after
 * a crash nothing of it has, and the facts are in the inbox again.
 */
export async function processLanes(deps: Deps, lanes: readonly number[], most: Portion = largePortion): Promise<Processed> {
  const ids = await deps.workspaces.ids();
  const clocks = await deps.workspaces.clocks();
  const outcome = await deps.db.transaction({ workspaces: ids }, async (tx) => {
    const locked = await lockLanes(tx, lanes);
    if (locked.length === 0) return { taken: [], wakes: [], written: null, busy: lanes };
    const [taken, wakes] = await Promise.all([takeFacts(tx, locked, most.facts, most.promptly), takeWakes(tx, locked, clocks, most.wakes)]);
    deps.failpoint('process.taken');
    const written = taken.length + wakes.length > 0 ? await decideAndWrite(deps, tx, ids, taken, wakes) : null;
    deps.failpoint('process.written');
    return { taken, wakes, written, busy: lanes.filter((lane) => !locked.includes(lane)) };
  });
  deps.failpoint('process.committed');
  if (outcome.written) announce(deps, outcome.written, outcome.taken, outcome.wakes);
  const taken = Map.groupBy(outcome.taken, (each) => each.lane);
  return {
    facts: outcome.taken.length,
    wakes: outcome.wakes.length,
    busy: [...outcome.busy],
    full: [...taken].filter(([, list]) => list.length >= most.facts).map(([lane]) => lane),
  };
}

/**
 * Processes a group whose batch the database refused, by a fault of ours, in ever smaller parts: lane by lane, then one fact at a time. What is refused even alone is set
 * aside whole, among the refusals, so that one poisoned fact holds up nobody.
 */
export async function processApart(deps: Deps, lanes: readonly number[]): Promise<Processed> {
  const sum: Processed = { facts: 0, wakes: 0, busy: [], full: [] };
  const add = (done: Processed): void => {
    sum.facts += done.facts;
    sum.wakes += done.wakes;
    sum.busy.push(...done.busy);
    sum.full.push(...done.full);
  };
  for (const lane of lanes) {
    try {
      add(await processLanes(deps, [lane]));
    } catch (error) {
      if (!isOurFault(error)) throw error;
      for (let taken = 0; taken < largePortion.facts; taken++) {
        try {
          const done = await processLanes(deps, [lane], { facts: 1, wakes: 0 });
          add(done);
          if (done.facts === 0) break;
        } catch (error) {
          if (!isOurFault(error)) throw error;
          await setAside(deps, lane, error);
        }
      }
      await processLanes(deps, [lane], { facts: 0, wakes: wakesAtOnce }).then(add, (error) => {
        if (!isOurFault(error)) throw error;
        return putOffWakes(deps, lane, error);
      });
    }
  }
  return sum;
}

async function setAside(deps: Deps, lane: number, error: unknown): Promise<void> {
  const now = deps.now();
  const ids = await deps.workspaces.ids();
  const aside = await deps.db.transaction({ workspaces: ids }, async (tx) => {
    await lockLanesInOrder(tx, [lane]);
    const taken = await takeFacts(tx, [lane], 1);
    await recordRefusals(
      tx,
      taken.map(({ workspace, fact, person }) => ({
        workspace,
        code: 'fact-undecided',
        details: { person, fact: fact.id, fault: String(error).slice(0, 300) },
        raw: JSON.stringify(fact),
      })),
      now,
      1_000_000,
    );
    return taken;
  });
  deps.log.error(
    { lane, facts: aside.map((each) => each.fact.id), error: String(error) },
    'a fact could not be processed and was set aside',
  );
  for (const workspace of new Set(aside.map((each) => each.workspace))) deps.bus.changed(workspace, ['refusals']);
}

async function putOffWakes(deps: Deps, lane: number, error: unknown): Promise<void> {
  deps.log.error({ lane, error: String(error) }, 'the wakes of a lane could not be processed and are put off');
  const clocks = await deps.workspaces.clocks();
  const ids = await deps.workspaces.ids();
  await deps.db.transaction({ workspaces: ids }, async (tx) => {
    await lockLanesInOrder(tx, [lane]);
    await armWakes(
      tx,
      (await takeWakes(tx, [lane], clocks, wakesAtOnce)).map((wake) => ({
        ...wake,
        dueAt: Math.max(wake.dueAt, clocks.find((each) => each.clock === wake.clock)?.now ?? 0) + faultWait,
      })),
    );
  });
}

/** Lets the loops, the views and the measurements know what a committed batch did. */
export function announce(deps: Deps, written: Written, taken: readonly TakenFact[], wakes: readonly Wake[]): void {
  const real = deps.now();
  for (const { fact, workspace } of taken)
    if (!written.ownClock.has(workspace)) deps.lags.add('acceptToDecide', real - fact.acceptedAt, real);
  for (const wake of wakes) if (wake.clock === 0) deps.lags.add('dueToWoken', real - wake.dueAt, real);
  for (const [workspace, topics] of written.topics) deps.bus.changed(workspace, [...topics]);
  if (written.pokes) deps.bus.pokeWork(written.forwardedTo);
}
