import type { SendingDeps } from '#operations/deliver.ts';
import type { Deps } from '#operations/deps.ts';
import { countLargeWorkspaces } from '#operations/fields.ts';
import { Breaker } from '#operations/breaker.ts';
import { backfillRound } from '#operations/backfill.ts';
import { experimentRound, experimentsLookedAt } from '#operations/experiments.ts';
import { importRound } from '#operations/imports/run.ts';
import { Acceptor } from '#operations/ingest/accept.ts';
import { estimateRound } from '#operations/estimate-broadcast.ts';
import { rampRound, rampsLookedAt } from '#operations/ramps.ts';
import { retireUnused } from '#operations/retire-journey.ts';
import { broadcastRound } from '#operations/run-broadcasts.ts';
import { rehearseRound } from '#operations/rehearse.ts';
import { scheduleRound } from '#operations/schedules.ts';
import { settleDeadSenders } from '#operations/senders.ts';
import { sweepQueues, upkeep } from '#operations/upkeep.ts';
import { deliverRound, Processor } from '#operations/work.ts';
import { runPractice } from '#operations/practice/run.ts';
import { type Loop, startLoop } from './loop.ts';

export interface Workers {
  stop(): Promise<void>;
}

/** At most this long until a process notices work that another one's lost notification spoke of. */
const poll = 250;

/** The loops of the role "work": process what happened, wake who is due, play the practice people, keep the house. */
export function startWork(deps: Deps): Workers {
  const atOnce = deps.db.dialect === 'postgres' ? 2 : 1;
  const processor: Processor = new Processor(deps, atOnce, () => process.poke());
  const process = startLoop('process', poll, () => processor.round(), deps.log);
  const bulk = startLoop('bulk', poll, () => processor.bulkRound(), deps.log);
  const backfill = startLoop('backfill', poll, () => backfillRound(deps), deps.log);
  const schedules = startLoop('schedules', 1_000, () => scheduleRound(deps), deps.log);
  const ramps = startLoop('ramps', rampsLookedAt, () => rampRound(deps), deps.log);
  const experiments = startLoop('experiments', experimentsLookedAt, () => experimentRound(deps), deps.log);
  const broadcasts = startLoop('broadcasts', poll, () => broadcastRound(deps), deps.log);
  const estimates = startLoop('estimates', poll, () => estimateRound(deps), deps.log);
  const breaker = new Breaker(deps);
  const breaking = startLoop('breaker', 1_000, () => breaker.round(), deps.log);
  const rehearsals = startLoop('rehearsals', 1_000, () => rehearseRound(deps), deps.log);
  const practice = startLoop('practice', 1_000, async () => runPractice(deps), deps.log);
  const house = startLoop(
    'upkeep',
    600_000,
    async () => {
      await upkeep(deps);
      await retireUnused(deps);
      return false;
    },
    deps.log,
  );
  const sweep = startLoop(
    'sweep',
    30_000,
    async () => {
      await sweepQueues(deps);
      return false;
    },
    deps.log,
  );
  const counts = startLoop(
    'field counts',
    3_600_000,
    async () => {
      await countLargeWorkspaces(deps);
      return false;
    },
    deps.log,
  );
  const acceptor = new Acceptor(deps);
  const imports = startLoop('imports', 500, () => importRound(deps, acceptor), deps.log);
  return gather(
    deps,
    [process, bulk, backfill],
    [
      process,
      bulk,
      backfill,
      schedules,
      ramps,
      experiments,
      broadcasts,
      estimates,
      rehearsals,
      breaking,
      practice,
      house,
      sweep,
      counts,
      imports,
    ],
    (lanes) => processor.hear(lanes),
  );
}

/** The loops of the role "send": deliver what is due, and settle what dead senders left. */
export function startSend(deps: SendingDeps): Workers {
  const atOnce = deps.db.dialect === 'postgres' ? 3 : 1;
  const deliver = startLoop('deliver', poll, async () => deps.sender() !== 0 && (await deliverRound(deps, atOnce)).more, deps.log);
  const dead = startLoop(
    'dead senders',
    2_000,
    async () => {
      await settleDeadSenders(deps, deps.sender(), deps.ledger.hasInHand);
      return false;
    },
    deps.log,
  );
  return gather(deps, [deliver], [deliver, dead]);
}

function gather(deps: Deps, poked: Loop[], all: Loop[], hear: (lanes: readonly number[]) => void = () => undefined): Workers {
  const off = deps.bus.onWork((lanes) => {
    hear(lanes);
    for (const loop of poked) loop.poke();
  });
  return {
    async stop() {
      off();
      await Promise.all(all.map((loop) => loop.stop()));
    },
  };
}
