import { setTimeout as pause } from 'node:timers/promises';
import { day, hour, type Instant, second } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import { nextPassBy } from '#engine/practice/behaviour.ts';
import { chanceOf } from '#engine/practice/random.ts';
import type { Transaction } from '#store/database.ts';
import { lanesWithMessages } from '#store/messages.ts';
import { dropActs, lockBook, type Pending, pendingByClock, type PracticeBook, scheduleActs } from '#store/practice.ts';
import { lanesWithWakes } from '#store/wakes.ts';
import { setClock, type Workspace } from '#store/workspaces.ts';
import { breakOff } from '../breaker.ts';
import { deliverLanes, type SendingDeps } from '../deliver.ts';
import { mergeWanted } from '../merge.ts';
import { rampsOf } from '../ramps.ts';
import { runBroadcasts } from '../run-broadcasts.ts';
import { sendInByScheduleOf } from '../schedules.ts';
import { processLanes } from '../process.ts';
import { planAnew, sweepQueues } from '../upkeep.ts';
import { readClock, turnLock } from './clock.ts';
import { Play, unnoticed } from './play.ts';
import { standingHouse } from './standing-house.ts';

export interface Turned {
  now: Instant;
  did: Did;
}
export interface Did {
  facts: number;
  wakes: number;
  messages: number;
}

const turnMax = 366 * day;

/**
 * Turns the clock of a practice workspace forward: from one instant at which something is due to the next, and at each does everything that is due,
 * until nothing is. So each thing happens at exactly its time, however far the clock is turned at once. Answers when that is done.
 */
export async function turnClock(
  deps: SendingDeps,
  workspace: Workspace,
  advanceMs: number,
  progress: (share: number) => void = () => undefined,
): Promise<Turned> {
  if (workspace.clock === null) throw new Problem('clock-real');
  if (!(advanceMs > 0 && advanceMs <= turnMax)) throw new Problem('clock-backwards');
  const turned = await whileTurning(deps, workspace, async (turn) => {
    const from = await turn.stop((now) => now);
    const to = from + advanceMs;
    await turn.to(to, (at) => progress((at - from) / advanceMs));
    await turn.run(to);
    progress(1);
    return { now: to, did: turn.did };
  });
  if (turned === null) throw new Problem('clock-turning');
  return turned;
}

/** Holds the turn lock of a workspace while `work` turns its clock; null when somebody else turns it. However that ends, the clock runs afterwards. */
export async function whileTurning<T>(deps: SendingDeps, workspace: Workspace, work: (turn: Turn) => Promise<T>): Promise<T | null> {
  let lost = false;
  const lock = await deps.db.holdLock(turnLock(workspace), () => {
    lost = true;
  });
  if (lock === null) return null;
  const turn = new Turn(deps, workspace, () => lost);
  try {
    return await work(turn);
  } finally {
    try {
      if (!lost) await turn.runOn();
    } finally {
      await lock.release();
    }
    await deps.workspaces.refresh();
    turn.tell();
    deps.bus.pokeWork();
  }
}

/** What waits at an instant, and for whom. */
interface Waiting {
  process: number[];
  deliver: number[];
  merges: boolean;
  schedules: boolean;
  ramps: boolean;
  broadcasts: boolean;
  /** Somebody hands over a message of this clock right now. */
  sending: boolean;
}

/** A group of lanes is locked and taken together, as everywhere. */
const groupSize = 32;
/** Fewer than so many more messages say nothing new. */
const messagesBetweenLooks = 20;
/** Rounds at one instant before we take it that something goes in circles. */
const roundsMax = 2_000;
/** How long somebody else's work on this clock is waited for: a dead sender is noticed within two seconds. */
const patience = 30 * second;

/** One clock while it is turned. It stands at `at`, and only here is it moved. */
export class Turn {
  readonly did: Did = { facts: 0, wakes: 0, messages: 0 };
  private at: Instant = 0;
  private running = true;
  /** How much had been sent when it was last looked for what goes wrong, and when that was. */
  private brokeOff = { messages: 0, at: 0 };
  /** As it was read when the clock was stopped: while it stands, nobody else writes in it. Null when nobody behaves in this workspace. */
  private book: PracticeBook | null = null;
  private readonly deps: SendingDeps;
  private readonly workspace: Workspace;
  private readonly clock: number;
  private readonly lost: () => boolean;
  private readonly play: Play;
  private readonly house: ReturnType<typeof standingHouse>;

  constructor(deps: SendingDeps, workspace: Workspace, lost: () => boolean) {
    this.deps = deps;
    this.workspace = workspace;
    this.clock = workspace.clock!.clock;
    this.lost = lost;
    this.play = new Play(workspace.id);
    this.house = standingHouse(deps, workspace, () => this.at);
  }

  /** Stops the clock at an instant made of its reading, `also` in the same transaction. Those who only pass by are sent away until it runs again. */
  async stop(where: (now: Instant) => Instant, also: (tx: Transaction) => Promise<void> = async () => undefined): Promise<Instant> {
    this.at = await this.transaction(async (tx) => {
      await also(tx);
      const at = where((await readClock(tx, this.clock, this.deps.now())).now);
      await this.set(tx, at, false);
      await dropActs(tx, this.workspace.id, 'pass-by');
      this.book = await lockBook(tx, this.workspace.id);
      return at;
    });
    this.running = false;
    await this.deps.workspaces.refresh();
    return this.at;
  }

  /** Does all that is due up to an instant, each at its time. */
  async to(target: Instant, progress: (at: Instant) => void): Promise<void> {
    let rounds = 0;
    let waitedSince: Instant | null = null;
    for (;;) {
      if (this.lost()) throw new Error('the lock of the turning clock was lost; whoever looks next lets it run on');
      this.house.step();
      const before = this.at;
      const waiting = await this.look(target);
      if (waiting === null) return;
      if (this.at !== before) {
        rounds = 0;
        await this.tidy(before);
        // The other loops, and the mailbox, learn at once what time it is: a mail lies there under its instant.
        await this.deps.workspaces.refresh();
        progress(this.at);
      }
      if (++rounds > roundsMax) throw new Error(`what is due at ${new Date(this.at).toISOString()} is due again and again`);
      if (await this.work(waiting)) waitedSince = null;
      else {
        // Somebody else has it: a loop of this process or another one. It does the same at the same reading of the clock.
        waitedSince ??= this.deps.now();
        if (this.deps.now() - waitedSince > patience) throw new Error('somebody else holds what is due by this clock and does not finish');
        await pause(5);
      }
    }
  }

  /** Lets the clock run on from an instant, and people pass by again. */
  async run(from: Instant): Promise<void> {
    await this.transaction(async (tx) => {
      await this.set(tx, from, true);
      if (this.book === null) return;
      const first = nextPassBy(chanceOf(this.book.seed, 'pass by', from), from, from, Math.floor(from / second) % 24);
      await scheduleActs(tx, this.workspace.id, [{ dueAt: first.at, act: first.act }]);
    });
    this.at = from;
    this.running = true;
  }

  async runOn(): Promise<void> {
    if (!this.running) await this.run(this.at);
  }

  tell(): void {
    this.house.tell();
  }

  private set(tx: Transaction, reading: Instant, running: boolean): Promise<void> {
    return setClock(tx, { clock: this.clock, reading, setAt: this.deps.now(), running });
  }

  private transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.deps.db.transaction({ workspaces: [this.workspace.id] }, work);
  }

  /**
   * What waits at this instant; when nothing does, the clock is moved to the next one at which something is due, and the people act. Null when nothing
   * is due any more before the target. All in one transaction, because looking is most of what a turn costs.
   */
  private async look(target: Instant): Promise<Waiting | null> {
    try {
      return await this.transaction(async (tx) => {
        let pending = await this.pending(tx);
        const here = await this.waiting(tx, pending);
        if (here !== null) return here;
        // Only now has everything been sent that is sent at this instant, so people may react to it.
        if (pending.mail && this.book) {
          this.book = await this.play.notice(tx, this.book, this.at);
          pending = await this.pending(tx);
        }
        const earliest = Math.min(
          pending.act ?? Infinity,
          pending.wake ?? Infinity,
          pending.message ?? Infinity,
          pending.schedule ?? Infinity,
          pending.ramp ?? Infinity,
          pending.broadcast ?? Infinity,
        );
        if (earliest > target) return null;
        if (earliest > this.at) {
          await this.set(tx, earliest, false);
          this.at = earliest;
        }
        if (pending.act !== null && pending.act <= this.at && this.book) {
          await this.play.act(tx, this.book, this.at);
          pending = await this.pending(tx);
        }
        return (
          (await this.waiting(tx, pending)) ?? {
            process: [],
            deliver: [],
            merges: false,
            schedules: false,
            ramps: false,
            broadcasts: false,
            sending: false,
          }
        );
      });
    } catch (error) {
      this.play.forget();
      throw error;
    }
  }

  private pending(tx: Transaction): Promise<Pending> {
    const [since, but] = this.book ? unnoticed(this.book) : [this.at, []];
    return pendingByClock(tx, this.workspace.id, this.clock, since, but);
  }

  private async waiting(tx: Transaction, pending: Pending): Promise<Waiting | null> {
    const clocks = [{ clock: this.clock, now: this.at }];
    const wakes = pending.wake !== null && pending.wake <= this.at ? await lanesWithWakes(tx, clocks) : [];
    const process = [...new Set([...wakes, ...pending.lanes])];
    // A mail goes out only when all that its person did before it has been heard.
    const deliver =
      process.length === 0 && pending.message !== null && pending.message <= this.at ? await lanesWithMessages(tx, clocks) : [];
    const schedules = pending.schedule !== null && pending.schedule <= this.at;
    const ramps = pending.ramp !== null && pending.ramp <= this.at;
    // Who belongs to its audience is known only when everything that happened has been heard.
    const broadcasts = process.length === 0 && pending.broadcast !== null && pending.broadcast <= this.at;
    if (process.length + deliver.length === 0 && !pending.merges && !schedules && !ramps && !broadcasts && !pending.sending) return null;
    return { process, deliver, merges: pending.merges, schedules, ramps, broadcasts, sending: pending.sending };
  }

  /** Does what waits; answers whether anything came of it. */
  private async work(waiting: Waiting): Promise<boolean> {
    let came = 0;
    for (const group of groups(waiting.process)) {
      const done = await processLanes(this.house.deps, group);
      this.did.facts += done.facts;
      this.did.wakes += done.wakes;
      came += done.facts + done.wakes;
    }
    if (waiting.schedules && (await sendInByScheduleOf(this.house.deps, await this.standing()))) came++;
    if (waiting.ramps && (await rampsOf(this.house.deps, await this.standing()))) came++;
    if (waiting.broadcasts && (await runBroadcasts(this.house.deps, [this.workspace.id]))) came++;
    if (waiting.merges) came += await mergeWanted(this.house.deps);
    if (waiting.deliver.length > 0 && this.deps.sender() !== 0) {
      for (const group of groups(waiting.deliver)) {
        const done = await deliverLanes(this.house.deps, group);
        this.did.messages += done.claimed;
        came += done.claimed + done.decided;
      }
      await this.breakOff();
    }
    return came > 0 || (waiting.process.length === 0 && waiting.deliver.length === 0 && !waiting.sending);
  }

  /** What is tidied up every half minute of ours is tidied up here while days go by in it: after a hundred days, four parts in five of a turn were spent on looking past what had been done. */
  private async tidy(before: Instant): Promise<void> {
    const crossed = (span: number): boolean => Math.floor(this.at / span) !== Math.floor(before / span);
    if (crossed(day)) await sweepQueues(this.deps);
    if (crossed(7 * day)) await planAnew(this.deps);
  }

  /** The workspace as its clock stands. */
  private standing(): Promise<Workspace> {
    return this.house.deps.workspaces.byId(this.workspace.id);
  }

  /** The loop that looks for what goes wrong looks every few seconds of ours; while days go by in one of them, it is looked for here. */
  private async breakOff(): Promise<void> {
    if (this.did.messages < this.brokeOff.messages + messagesBetweenLooks || this.at < this.brokeOff.at + hour) return;
    this.brokeOff = { messages: this.did.messages, at: this.at };
    await breakOff(this.house.deps, await this.standing());
  }
}

function* groups(lanes: readonly number[]): Generator<number[]> {
  for (let from = 0; from < lanes.length; from += groupSize) yield lanes.slice(from, from + groupSize);
}
