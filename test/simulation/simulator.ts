import { createHash } from 'node:crypto';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import { CapPolicy } from '#contract/cap-policy.ts';
import { day, hour, type Instant, minute, second, toIso } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import { Problem } from '#contract/problems.ts';
import { between, type Chance, chanceOf, happens, pick, pickByShare, someTime } from '#engine/practice/random.ts';
import { breakOff } from '#operations/breaker.ts';
import {
  cancelBroadcast,
  createBroadcast,
  decideBroadcast,
  pauseBroadcast,
  resumeBroadcast,
  startBroadcast,
  unscheduleBroadcast,
} from '#operations/broadcasts.ts';
import { applySet, publishDefinition, putDraft } from '#operations/definitions.ts';
import { experimentRound } from '#operations/experiments.ts';
import { migrateRuns, undoMigration } from '#operations/migrate-runs.ts';
import { steerRamp } from '#operations/ramps.ts';
import { archiveJourney, restoreJourney, retireJourney } from '#operations/retire-journey.ts';
import { release, sendIn } from '#operations/steer-runs.ts';
import { changeConsent, editPerson, erasePerson, overrideStage } from '#operations/edit-person.ts';
import { settleDeadSenders } from '#operations/senders.ts';
import { firstStart } from '#operations/setup.ts';
import { unmerge } from '#operations/unmerge.ts';
import { setStop } from '#operations/stop.ts';
import { upkeep } from '#operations/upkeep.ts';
import { deliverRound, processRound } from '#operations/work.ts';
import type { Bindable, Database, Row } from '#store/database.ts';
import { migrate } from '#store/migrate.ts';
import { openPglite, type PgliteDatabase } from '#store/pglite.ts';
import type { Workspace } from '#store/workspaces.ts';
import { type Call, type Client, Crowd, randomDate, reactTo } from './clients.ts';
import { Definitions, practised, randomMap, randomRamp } from './definitions.ts';
import { Inspector } from './inspector.ts';
import { apiKey, bury, type Machine, publicUrl, startMachine, writeKey } from './machine.ts';
import { type Life, places } from './mortal.ts';
import { type Handed, PostOffice } from './post-office.ts';
import { insist, Violation } from './violation.ts';

export interface Options {
  seed: string;
  days: number;
  /** [60] */
  people?: number;
  /** [a new one] Opens a migrated database with nothing in it. */
  open?: () => Promise<Database>;
  /** Hears of each day that has passed. */
  onDay?: (progress: Progress) => void;
}

export interface Progress {
  day: number;
  ticks: number;
  people: number;
  events: number;
  handed: number;
  deaths: number;
  seconds: number;
}

export interface Outcome extends Progress {
  seed: string;
  /** The same for two runs of one seed: everything that was sent, every step, every move, in their order. */
  history: string;
  /** How many there were at the end: messages by what became of them, runs, moves, merges. */
  counts: Record<string, number>;
  failure: null | { day: number; at: string; invariant: string; sentence: string; saw: unknown };
}

/** Instants at which a simulation begins: each a little before clocks change somewhere. */
const beginnings = ['2026-03-06T07:00:00Z', '2026-03-27T20:00:00Z', '2026-10-22T05:00:00Z', '2026-09-25T10:00:00Z'].map((text) =>
  Date.parse(text),
);
/** So many have done what is practised before anybody looks: an experiment may begin only where enough people do what it asks for. */
const strangers = 32;
/** So long is the world at most asked to go on until nothing is due any more. */
const roundsMax = 2_000;
/** So many rounds others interfere while the work goes on; then they let it end, for what they do is work too, and may come to more than what is done. */
const restlessRounds = 150;

/** The earliest of them: databases are prepared for the time around it. */
export const firstBeginning = Math.min(...beginnings);

/** A migrated database with nothing in it. */
export async function openPrepared(): Promise<PgliteDatabase> {
  const db = await openPglite({ dataDir: null });
  await migrate(db, firstBeginning);
  return db;
}

/** Plays one world from its seed; answers how it went. Throws only for mistakes of the simulator itself. */
export async function simulate(options: Options): Promise<Outcome> {
  const db = await (options.open ?? openPrepared)();
  const world = new World(options, db);
  try {
    return await world.play();
  } finally {
    await world.close();
    await db.close();
  }
}

/** Definitions that are drawn may lead people round for ever, or name a journey that was retired meanwhile: that is refused, and nothing else of them is. */
const unlessRefused = (publishing: Promise<unknown>): Promise<unknown> =>
  publishing.catch((error: unknown) => {
    const mistakes = error instanceof Problem && error.code === 'definition-invalid' && Array.isArray(error.details) ? error.details : [];
    const isForeseen = ({ circle, message }: { circle?: unknown; message: string }): boolean =>
      circle !== undefined || /journey "journey-\d"/.test(message);
    if (mistakes.length > 0 && mistakes.every(isForeseen)) return 'refused';
    throw error;
  });

/** What a colleague asks for may be refused, because others were quicker; anything else that goes wrong is a fault. Answers whether it was done. */
const unlessTooLate = (asked: Promise<unknown>): Promise<boolean> =>
  asked.then(
    () => true,
    (error: unknown) => {
      if (error instanceof Problem && error.status < 500) return false;
      throw error;
    },
  );

interface Slot {
  machine: Machine | null;
  startsAt: Instant;
}

interface Pending {
  at: Instant;
  do: 'open' | 'click' | 'scan' | 'unsubscribe';
  path: string;
}

export class World {
  now: Instant;
  readonly crowd: Crowd;
  readonly post: PostOffice;
  readonly slots: Slot[];
  workspace = 0;
  /** Counts everything that may have to be put in order: claims, acknowledged withdrawals, stops. */
  order = 0;
  /** The limits in force; two while a change is under way. */
  policies: (CapPolicy | null)[] = [null];
  /** Who withdrew by a link, and when that was acknowledged. */
  readonly unsubscribed = new Map<string, number>();
  /** Scope → since when it is stopped; a paused or cancelled broadcast is stopped too. */
  readonly stopped = new Map<string, number>();
  /** [ms] The farthest that the clock was ever set back. */
  setBack = 0;
  /** The latest instant that was before the clock was set back. */
  reached = 0;
  /** Whether others interfere with work that is under way. */
  private restless = true;
  /** Clients of whom something arrived after they were erased. */
  readonly cameBack = new Set<Client>();
  readonly erased: { person: string; canary: string; client: Client }[] = [];
  deaths = 0;

  private readonly options: Options;
  private readonly db: Database;
  private readonly definitions: Definitions;
  private readonly inspector: Inspector;
  private readonly ids: Chance;
  private readonly faults: Chance;
  private readonly ticks: Chance;
  private readonly admin: Chance;
  private readonly undoing: Chance;
  private readonly sending: Chance;
  private readonly changing: Chance;
  private readonly traffic: Chance;
  private readonly start: Instant;
  private readonly history = createHash('sha256');
  private readonly errors: string[] = [];
  private accused: Violation | null = null;
  private pending: Pending[] = [];
  private readonly read = new Set<string>();
  private busy = false;
  /** Whether others have acted since the machines were last seen at rest. */
  private disturbed = false;
  private events = 0;
  private tick = 0;
  private readonly concurrency: number;

  constructor(options: Options, db: Database) {
    const { seed } = options;
    this.options = options;
    this.db = db;
    const plan = chanceOf(seed, 'plan');
    this.start = pick(plan, beginnings);
    this.now = this.start;
    this.concurrency = pick(plan, [1, 1, 4]);
    this.slots = Array.from({ length: pick(plan, [1, 2, 2]) }, () => ({ machine: null, startsAt: this.start }));
    this.ids = chanceOf(seed, 'ids');
    this.faults = chanceOf(seed, 'faults');
    this.ticks = chanceOf(seed, 'ticks');
    this.admin = chanceOf(seed, 'admin');
    this.undoing = chanceOf(seed, 'undoing');
    this.sending = chanceOf(seed, 'sending');
    this.changing = chanceOf(seed, 'changing');
    this.traffic = chanceOf(seed, 'traffic');
    this.crowd = new Crowd(chanceOf(seed, 'crowd'), options.people ?? 60);
    this.definitions = new Definitions(chanceOf(seed, 'definitions'), this.start);
    this.post = new PostOffice({
      seed,
      now: () => this.now,
      pass: (milliseconds) => {
        this.now += milliseconds;
      },
      meanwhile: (life) => this.meanwhile(life),
      claimOf: (life) => this.machineOf(life).claim,
      onBody: (handed, before) => {
        try {
          this.inspector.onBody(handed, before);
        } catch (error) {
          // The product would only report it: a hand-over that fails on our side is left to the check on dead senders.
          this.accused ??= error as Violation;
          throw error;
        }
      },
    });
    this.inspector = new Inspector(this, chanceOf(seed, 'inspector'));
  }

  // ------------------------------------------------------------------------------------------------------------------------------ the play

  async play(): Promise<Outcome> {
    const began = performance.now();
    const end = this.start + this.options.days * day;
    let failure: Outcome['failure'] = null;
    let dayNow = 0;
    const progress = (): Progress => ({
      day: dayNow,
      ticks: this.tick,
      people: this.crowd.clients.length,
      events: this.events,
      handed: this.post.handed.length,
      deaths: this.deaths,
      seconds: (performance.now() - began) / 1000,
    });
    try {
      await this.begin();
      while (this.now < end) {
        await this.turn();
        for (; Math.floor((this.now - this.start) / day) > dayNow; ) {
          dayNow++;
          this.options.onDay?.(progress());
        }
      }
      // The last machine may die while it settles; only what one left at rest is looked over.
      do {
        for (const slot of this.slots) slot.startsAt = this.now;
        await this.revive();
        await this.settle();
      } while (this.alive().length === 0);
      await this.inspector.inspect(true);
      this.history.update(await this.inspector.digest());
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      failure = {
        day: Math.floor((this.now - this.start) / day),
        at: toIso(this.now),
        invariant: error.invariant,
        sentence: error.message,
        saw: error.saw,
      };
    }
    return {
      seed: this.options.seed,
      ...progress(),
      history: this.history.digest('hex').slice(0, 16),
      counts: await this.inspector.counts(),
      failure,
    };
  }

  private async begin(): Promise<void> {
    // Secrets are chance too: from the seed, so that links are the same in a replay.
    await this.rows('insert into secret (name, value) values ($1, $2), ($3, $4)', [
      'links',
      `links of ${this.options.seed}`,
      'webhooks',
      `whsec_${Buffer.from(this.options.seed).toString('base64')}`,
    ]);
    await this.revive();
    const { house } = this.slots[0]!.machine!;
    await firstStart(house.deps, false);
    const main = await house.deps.workspaces.bySlug('main');
    this.workspace = main.id;
    await house.doorkeeper.acceptBootstrapKey(writeKey, 'write', [main]);
    await house.doorkeeper.acceptBootstrapKey(apiKey, 'api', [main]);
    // Half of them may be written to, each in another place.
    const batch = Array.from({ length: strangers }, (_, index) => {
      const call = { userId: `stranger-${index}`, timestamp: toIso(this.now - day) };
      const bought = { ...call, type: 'track', event: practised, messageId: `bought-${index}` };
      if (index % 2 === 0) return [bought];
      const place = {
        timezone: ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland'][(index >> 1) % 4],
        location: { country: ['DE', 'US', 'IN'][(index >> 1) % 3] },
      };
      return [
        {
          ...call,
          type: 'identify',
          messageId: `stranger-${index}`,
          traits: { email: `stranger${index}@strangers.example`, timezone: place.timezone },
          context: { ...place, consent: { categoryPreferences: { marketing: true } } },
        },
        bought,
      ];
    }).flat();
    await this.slots[0]!.machine!.app.inject({
      method: 'POST',
      url: '/v1/batch',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      payload: JSON.stringify({ batch }),
    });
    await processRound(house.deps, 1);
    const publish = async (): Promise<unknown> =>
      applySet(house.deps, main, 'simulator', { definitions: await this.definitions.begin(), publish: true, note: '' });
    // Another draw where journeys would lead each other round for ever.
    while ((await unlessRefused(publish())) === 'refused');
    this.policies = [await this.inspector.learnDefinitions()];
    // Where a journey was there before, a new version is for some of those who enter first.
    for (let index = 0; index < 4; index++)
      if (happens(this.changing, 0.3))
        await this.publish(this.slots[0]!.machine!, this.definitions.journey(index), randomRamp(this.changing));
  }

  /** One turn of the world: time passes, people act, colleagues act, the machines work until nothing is due, and everything is looked over. */
  private async turn(): Promise<void> {
    this.tick++;
    const before = this.now;
    await this.passTime();
    await this.revive();
    await this.inspector.before();
    this.crowd.live(this.now, this.now - before);
    if (this.alive().length > 0) {
      if (happens(this.faults, 0.05)) this.post.down = !this.post.down;
      await this.flush(1);
      await this.react();
      await this.govern();
      await this.settle();
    }
    if (this.alive().length > 0) await this.inspector.inspect(this.tick % 5 === 0);
    this.history.update(JSON.stringify([this.tick, this.now, await this.inspector.newHistory()]));
  }

  /** To the next instant at which something is due, just before it, or by some time. */
  private async passTime(): Promise<void> {
    const chance = this.ticks;
    // Clocks are set: a leap that nobody lived through, or some minutes a second time.
    if (happens(chance, 0.03)) {
      this.now += Math.ceil(Math.min(day, someTime(chance, 2 * hour)));
      return;
    }
    if (happens(chance, 0.03)) {
      const back = between(chance, 1, 15) * minute;
      this.reached = Math.max(this.reached, this.now);
      this.now -= back;
      this.setBack = Math.max(this.setBack, this.reached - this.now);
      return;
    }
    if (happens(chance, 0.4)) {
      const [row] = await this.rows(
        `select least((select min(due_at) from wake), (select min(due_at) from message where status in ('queued', 'held')),
           (select min(due_at) from journey_schedule), (select min(next_at) from ramp where state = 'rising')) as due`,
      );
      const due = row!.due as Instant | null;
      if (due !== null && due > this.now && due < this.now + day) {
        this.now = pickByShare(chance, [
          { share: 6, at: due },
          { share: 2, at: Math.max(this.now, due - 1) },
          { share: 2, at: due + between(chance, 1, 600) * second },
        ]).at;
        return;
      }
    }
    this.now += Math.ceil(Math.min(18 * hour, someTime(chance, 2.5 * hour)));
  }

  // -------------------------------------------------------------------------------------------------------------------------- the machines

  private machineOf(life: Life): Machine {
    return this.slots.find((slot) => slot.machine?.life === life)!.machine!;
  }

  alive(): Machine[] {
    return this.slots.flatMap((slot) => (slot.machine && !slot.machine.life.dead ? [slot.machine] : []));
  }

  /** Starts the machines that are down and whose time has come. */
  private async revive(): Promise<void> {
    for (const [index, slot] of this.slots.entries()) {
      if (slot.machine && !slot.machine.life.dead) continue;
      if (slot.startsAt > this.now) continue;
      if (slot.machine) await bury(slot.machine);
      const machine = await startMachine(`machine-${index}`, {
        db: this.db,
        now: () => this.now,
        newId: (at) => this.newId(at),
        post: this.post,
        concurrency: this.concurrency,
        onError: (fields, message, life) => {
          if (!life.dead) this.errors.push(`${message} ${JSON.stringify(fields)}`);
        },
      });
      machine.life.onPass = (place) => {
        if (place === 'deliver.claiming') machine.claim = { at: this.now, order: ++this.order, policies: [...this.policies] };
      };
      machine.life.meanwhile = () => (this.restless && happens(this.faults, 0.04) ? this.meanwhile(machine.life) : Promise.resolve());
      slot.machine = machine;
    }
  }

  private newId(at: Instant): string {
    const hex = (digits: number): string => Array.from({ length: digits }, () => Math.floor(this.ids() * 16).toString(16)).join('');
    const time = Math.floor(at).toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-${pick(this.ids, ['8', '9', 'a', 'b'])}${hex(3)}-${hex(12)}`;
  }

  /** Lets a machine do something, during which it may die. Null when it did. What fails in a living machine is a fault of the product. */
  private async perform<T>(machine: Machine, what: string, work: () => Promise<T>, interruptible: boolean): Promise<T | null> {
    const { life } = machine;
    if (life.dead) return null;
    const nested = life.interruptible;
    if (!nested && happens(this.faults, 0.03)) life.doom = { place: pick(this.faults, places), times: between(this.faults, 1, 4) };
    life.interruptible = interruptible;
    try {
      const answer = await work();
      return life.dead ? null : answer;
    } catch (error) {
      if (error instanceof Violation) throw error;
      if (life.dead) return null;
      throw new Violation(
        'works',
        `${what} failed by itself: ${String(error)}`,
        error instanceof Error ? [error.stack, error.cause] : error,
      );
    } finally {
      life.interruptible = nested;
      if (!nested) life.doom = null;
      if (life.dead) this.bereave(machine);
      // biome-ignore lint/correctness/noUnsafeFinally: what was seen goes before what came of it
      if (this.accused) throw this.accused;
      insist(this.errors.length === 0, 'works', `${what} reported an error of its own`, this.errors.splice(0));
    }
  }

  private bereave(machine: Machine): void {
    const slot = this.slots.find((each) => each.machine === machine)!;
    if (slot.startsAt > this.now) return;
    this.deaths++;
    slot.startsAt =
      this.now +
      pickByShare(this.faults, [
        { share: 6, after: 1 },
        { share: 3, after: between(this.faults, 1, 120) * minute },
        { share: 1, after: between(this.faults, 2, 30) * hour },
      ]).after;
  }

  /** Turns the machines' loops until nothing is due. */
  private async settle(): Promise<void> {
    let idle = 0;
    for (let round = 0; idle < 2; round++) {
      this.restless = round < restlessRounds;
      insist(round < roundsMax, 'quiet', 'the same things are due again and again', await this.inspector.leftovers());
      const machines = this.alive();
      if (machines.length === 0) return;
      const machine = pick(this.faults, machines);
      const { deps, sending, sender } = machine.house;
      let more = false;
      more = ((await this.perform(machine, 'processing', () => processRound(deps, 1), true))?.more ?? true) || more;
      more = ((await this.perform(machine, 'delivering', () => deliverRound(sending, 1), true))?.more ?? true) || more;
      const settled = await this.perform(machine, 'settling', () => settleDeadSenders(deps, sender.current()), true);
      more = settled === null || settled.requeued + settled.uncertain > 0 || more;
      if (happens(this.faults, 0.1)) await this.breakOff(machine);
      if (happens(this.faults, 0.02))
        more = ((await this.perform(machine, 'deciding experiments', () => experimentRound(deps), true)) ?? true) || more;
      if (happens(this.faults, 0.01)) {
        await this.perform(machine, 'upkeep', () => upkeep(deps), false);
        // Upkeep wakes whoever owes memories that would be lost.
        more = true;
      }
      idle = more || this.disturbed ? 0 : idle + 1;
      this.disturbed = false;
    }
  }

  /** What others do between two transactions of one machine, or while it hands something over. */
  private async meanwhile(life: Life): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.disturbed = true;
    try {
      // A turn of the loop first, so that what the machine has asked of the database already goes first, in a replay too.
      await turn();
      const other = this.alive().find((machine) => machine.life !== life);
      const self = this.machineOf(life);
      const does = pickByShare(this.faults, [
        { share: other ? 4 : 0, it: 'process' },
        { share: other ? 4 : 0, it: 'deliver' },
        { share: other ? 2 : 0, it: 'settle' },
        { share: 3, it: 'flush' },
        { share: 3, it: 'react' },
        { share: 1, it: 'stop' },
        { share: 1, it: 'publish' },
        { share: 1, it: 'broadcast' },
        { share: 1, it: 'steer' },
        { share: 2, it: 'time' },
      ] as const).it;
      if (does === 'time')
        this.now += happens(this.faults, 0.03) ? between(this.faults, 1, 1_440) * minute : between(this.faults, 1, 90) * second;
      else if (does === 'flush') await this.flush(0.1);
      else if (does === 'react') await this.react(true);
      else if (does === 'stop') await this.toggleStop(other ?? self);
      else if (does === 'publish') await this.publish(other ?? self);
      else if (does === 'broadcast') await this.steerBroadcast(other ?? self);
      else if (does === 'steer') await this.steerSomeJourney(other ?? self);
      else if (does === 'process') await this.perform(other!, 'processing', () => processRound(other!.house.deps, 1), true);
      else if (does === 'deliver') await this.perform(other!, 'delivering', () => deliverRound(other!.house.sending, 1), true);
      else await this.perform(other!, 'settling', () => settleDeadSenders(other!.house.deps, other!.house.sender.current()), true);
    } finally {
      this.busy = false;
    }
  }

  // --------------------------------------------------------------------------------------------------------------------------- the clients

  /** Clients send what waits in their outboxes; some of it late, twice, out of order, or without hearing the answer. */
  private async flush(share: number): Promise<void> {
    const chance = this.traffic;
    const waiting = this.crowd.clients.filter((client) => client.outbox.length > 0 && happens(chance, share * 0.8));
    const calls: Call[] = [];
    for (const client of waiting) {
      const taken = client.outbox.splice(0);
      if (happens(chance, 0.15)) taken.sort(() => chance() - 0.5);
      calls.push(...taken);
    }
    // Now and then a client sends again what has arrived long since.
    const old = [...this.crowd.calls.values()];
    while (old.length > 0 && happens(chance, 0.3)) calls.push(pick(chance, old));
    for (const trusted of [true, false]) {
      const same = calls.filter((call) => call.trusted === trusted);
      while (same.length > 0) {
        const batch = same.splice(0, between(chance, 1, 8));
        const heard = await this.send(batch, trusted);
        if (happens(chance, 0.05)) await this.send(batch, trusted);
        if (!heard) for (const call of batch) if (!call.acknowledged && !call.client.outbox.includes(call)) call.client.outbox.push(call);
      }
    }
  }

  /** Sends one batch; answers whether the client heard a yes. */
  private async send(batch: readonly Call[], trusted: boolean): Promise<boolean> {
    const machines = this.alive();
    if (machines.length === 0) return false;
    const machine = pick(this.traffic, machines);
    for (const call of batch) {
      this.order++;
      call.firstSent ??= this.order;
      if (call.consent === true && !call.acknowledged) call.client.lastYes = this.order;
      if (call.client.erased) this.cameBack.add(call.client);
    }
    const response = await this.perform(
      machine,
      'accepting',
      () =>
        machine.app.inject({
          method: 'POST',
          url: '/v1/batch',
          headers: { authorization: `Bearer ${trusted ? apiKey : writeKey}`, 'content-type': 'application/json' },
          payload: JSON.stringify({ batch: batch.map((call) => call.body) }),
        }),
      false,
    );
    if (response === null) return false;
    insist(
      response.statusCode === 200 && (JSON.parse(response.body) as JsonObject).refused === undefined,
      'works',
      'a batch of good calls was not taken',
      { status: response.statusCode, body: response.body.slice(0, 500) },
    );
    if (happens(this.traffic, 0.08)) return false;
    for (const call of batch) {
      if (!call.acknowledged) {
        this.events++;
        if (call.consent === false && typeof call.body.userId === 'string')
          // It may have been taken when nobody heard the answer; then the next one is a repeat, and says nothing again.
          call.client.lastNo = Math.max(call.client.lastNo, call.firstSent!);
      }
      call.acknowledged = true;
      const at = call.client.outbox.indexOf(call);
      if (at >= 0) call.client.outbox.splice(at, 1);
    }
    return true;
  }

  /** People read their mail: the links of what arrived are followed when their time comes. */
  private async react(one = false): Promise<void> {
    for (const handed of this.post.handed) {
      if (!handed.arrived || handed.raw === null || this.read.has(handed.key)) continue;
      this.read.add(handed.key);
      await this.expect(handed);
    }
    const due = this.pending.filter((each) => each.at <= this.now);
    const now = one ? due.slice(0, 1) : due;
    this.pending = this.pending.filter((each) => !now.includes(each));
    for (const reaction of now) await this.follow(reaction);
  }

  private async expect(handed: Handed): Promise<void> {
    const chance = chanceOf(this.options.seed, 'reader', handed.key);
    const reactions = reactTo(chance);
    if (reactions.length === 0) return;
    const mail = await PostalMime.parse(handed.raw!);
    const inside = (address: string): string => address.replaceAll('&amp;', '&').slice(publicUrl.length);
    const clicks = [...(mail.html ?? '').matchAll(/href="(https:\/\/go\.example\/c\/[^"]+)"/g)].map((match) => inside(match[1]!));
    const pixel = /src="(https:\/\/go\.example\/o\/[^"]+)"/.exec(mail.html ?? '')?.[1];
    const leave = /<(https:\/\/go\.example\/u\/[^>]+)>/.exec(
      mail.headers.find((header) => header.key === 'list-unsubscribe')?.value ?? '',
    )?.[1];
    insist(clicks.length > 0 && pixel, 'works', 'a mail has no tracked links', { key: handed.key });
    for (const { do: what, after } of reactions) {
      const at = handed.at + Math.floor(after);
      if (what === 'open') this.pending.push({ at, do: what, path: inside(pixel) });
      else if (what === 'unsubscribe') {
        if (leave) this.pending.push({ at, do: what, path: inside(leave) });
      } else for (const path of what === 'scan' ? clicks : [pick(chance, clicks)]) this.pending.push({ at, do: what, path });
    }
  }

  private async follow({ do: what, path }: Pending): Promise<void> {
    const machines = this.alive();
    if (machines.length === 0) return;
    const machine = pick(this.traffic, machines);
    const agent =
      what === 'scan'
        ? pick(this.traffic, ['', 'Mozilla/5.0 (compatible; bingbot/2.0)', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0'])
        : 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0';
    const post = what === 'unsubscribe';
    const person = post ? machine.house.links.read('unsubscribe', path.slice(3)).person : null;
    const response = await this.perform(
      machine,
      `the link of ${what}`,
      () =>
        machine.app.inject({
          method: post ? 'POST' : what === 'scan' && happens(this.traffic, 0.3) ? 'HEAD' : 'GET',
          url: path,
          headers: { 'user-agent': agent },
          ...(post ? { payload: 'List-Unsubscribe=One-Click' } : {}),
        }),
      false,
    );
    // Somebody whose click leads nowhere tries again; a link of a message that was erased is refused.
    if (response === null) this.pending.push({ at: this.now + 5 * minute, do: what, path });
    else {
      insist([200, 302, 404, 400, 410].includes(response.statusCode), 'works', 'a link did not work', {
        what,
        status: response.statusCode,
        body: response.body.slice(0, 300),
      });
      if (person && response.statusCode === 200 && !this.unsubscribed.has(person)) this.unsubscribed.set(person, ++this.order);
    }
  }

  // ------------------------------------------------------------------------------------------------------------------------- the colleagues

  private async govern(): Promise<void> {
    const chance = this.admin;
    const does: [number, (machine: Machine) => Promise<unknown>][] = [
      [0.06, (machine) => this.publish(machine)],
      [0.08, (machine) => this.toggleStop(machine)],
      [0.2, (machine) => this.steerBroadcast(machine)],
      [
        0.08,
        (machine) =>
          this.byHand(machine, (person, workspace) =>
            overrideStage(
              machine.house.deps,
              workspace,
              'colleague',
              person,
              pick(chance, ['capture', 'qualification', 'nurture', 'conversion']),
              'a colleague knows better',
            ),
          ),
      ],
      [
        0.06,
        (machine) =>
          this.byHand(machine, (person, workspace) =>
            editPerson(
              machine.house.deps,
              workspace,
              'colleague',
              person,
              pick<JsonObject>(chance, [
                { plan: 'team' },
                { firstName: 'Renamed' },
                { timezone: 'Asia/Tokyo' },
                { note: null },
                randomDate(chance, this.now),
              ]),
            ),
          ),
      ],
      [
        0.04,
        (machine) =>
          this.byHand(machine, async (person, workspace) => {
            const channel = pick(chance, ['*', 'email']);
            const state = pick(chance, ['withdrawn', 'denied', 'granted'] as const);
            if (state === 'granted') await this.mayHaveSaidYes(person);
            await changeConsent(machine.house.deps, workspace, 'colleague', person, {
              purpose: 'marketing',
              channel,
              state,
              wording: null,
            });
          }),
      ],
      [0.5, (machine) => this.byHand(machine, (person, workspace) => release(machine.house.deps, workspace, 'colleague', person))],
      [0.03, (machine) => this.erase(machine)],
    ];
    for (const [probability, act] of does) {
      const machines = this.alive();
      if (happens(chance, probability) && machines.length > 0) await act(pick(chance, machines));
    }
    const [machine] = this.alive();
    if (machine && happens(this.undoing, 0.06)) await this.undoMerge(machine);
    await this.steerJourneys();
  }

  /** What colleagues do with journeys as a whole, besides publishing and stopping them. */
  private async steerJourneys(): Promise<void> {
    const chance = this.changing;
    const does: [number, (machine: Machine) => Promise<unknown>][] = [
      [0.25, (machine) => this.migrate(machine)],
      [0.15, (machine) => this.migrateBack(machine)],
      [0.15, (machine) => this.steerRamp(machine)],
      [0.08, (machine) => this.retireOrRestore(machine)],
      [0.25, (machine) => this.sendIn(machine)],
    ];
    for (const [probability, act] of does) {
      const machines = this.alive();
      if (happens(chance, probability) && machines.length > 0) await act(pick(chance, machines));
    }
  }

  /** The same while a machine is at work; whoever waits until a machine has carried something out is not among them. */
  private async steerSomeJourney(machine: Machine): Promise<void> {
    const does = pick(this.changing, ['migrate', 'migrate', 'migrateBack', 'steerRamp', 'retireOrRestore'] as const);
    await this[does](machine);
  }

  /** A colleague leads those who are under way in an older version of a journey into the one in force. */
  private async migrate(machine: Machine): Promise<void> {
    const chance = this.changing;
    const older = await this.rows(
      `select distinct r.journey, r.version as old, d.version as new from run r join definition d on d.workspace_id = r.workspace_id and d.kind = 'journey' and d.key = r.journey
       where r.status = 'live' and r.version <> d.version order by 1, 2`,
    );
    if (older.length === 0) return;
    const { journey, old, new: current } = pick(chance, older) as { journey: string; old: number; new: number };
    const [before, after] = [this.inspector.versionOf(journey, old), this.inspector.versionOf(journey, current)];
    const map = randomMap(chance, before, after);
    await this.asColleague(machine, 'migrating', (workspace) =>
      migrateRuns(machine.house.deps, workspace, 'colleague', journey, { from: old, map }),
    );
    // Most are taken back later, some before anybody was moved.
    if (happens(chance, 0.15)) await this.migrateBack(machine);
  }

  private async migrateBack(machine: Machine): Promise<void> {
    const made = await this.rows(
      'select migration_id as id, journey from run_migration where undone_at is null order by at desc, migration_id',
    );
    if (made.length === 0) return;
    const { id, journey } = (happens(this.changing, 0.7) ? made[0] : pick(this.changing, made)) as { id: string; journey: string };
    await this.asColleague(machine, 'taking a migration back', (workspace) =>
      undoMigration(machine.house.deps, workspace, 'colleague', journey, id),
    );
  }

  private async steerRamp(machine: Machine): Promise<void> {
    const open = await this.rows("select journey from ramp where state in ('rising', 'held') order by journey");
    if (open.length === 0) return;
    const { journey } = pick(this.changing, open) as { journey: string };
    const what = pick(this.changing, ['go-on', 'go-on', 'hold', 'finish'] as const);
    await this.asColleague(machine, `letting a ramp ${what}`, (workspace) =>
      steerRamp(machine.house.deps, workspace, 'colleague', journey, what, 'to be sure'),
    );
  }

  /** A colleague retires a journey or archives it, or brings one back step by step. */
  private async retireOrRestore(machine: Machine): Promise<void> {
    const chance = this.changing;
    const { deps } = machine.house;
    const away = await this.rows(
      `select d.key from definition d where d.kind = 'journey' and (d.archived_at is not null
         or exists (select 1 from retirement r where r.workspace_id = d.workspace_id and r.kind = d.kind and r.key = d.key and r.until_revision is null)) order by d.key`,
    );
    if (away.length > 0 && happens(chance, 0.6)) {
      const { key } = pick(chance, away) as { key: string };
      await this.asColleague(machine, 'restoring', (workspace) => restoreJourney(deps, workspace, 'colleague', key));
      return;
    }
    const key = `journey-${between(chance, 0, 4)}`;
    const put = happens(chance, 0.75) ? retireJourney : archiveJourney;
    await this.asColleague(machine, 'retiring', (workspace) => put(deps, workspace, 'colleague', key, 'not needed'));
  }

  /** A colleague, or a program, sends somebody into a journey that has an entry for it. */
  private async sendIn(machine: Machine): Promise<void> {
    const open = await this.rows(
      `select d.key from definition d join definition_version v on v.workspace_id = d.workspace_id and v.kind = d.kind and v.key = d.key and v.version = d.version
       where d.kind = 'journey' and v.body @> '{"steps": [{"on": {"by": "api"}}]}' order by d.key`,
    );
    if (open.length === 0) return;
    const { key } = pick(this.changing, open) as { key: string };
    await this.byHand(machine, (person, workspace) =>
      sendIn(machine.house.deps, workspace, 'colleague', key, { people: [person], emails: [] }).then(() => undefined),
    );
  }

  private async asColleague(machine: Machine, what: string, work: (workspace: Workspace) => Promise<unknown>): Promise<void> {
    const workspace = await machine.house.deps.workspaces.byId(this.workspace);
    await this.perform(machine, what, () => unlessTooLate(work(workspace)), false);
  }

  private async publish(
    machine: Machine,
    change = this.definitions.change(),
    ramp = change.kind === 'journey' && happens(this.changing, 0.5) ? randomRamp(this.changing) : null,
  ): Promise<void> {
    const before = this.policies;
    if (change.kind === 'cap-policy') this.policies = [...before, CapPolicy.parse(change.body)];
    await this.perform(
      machine,
      `publishing ${change.kind} ${change.key}`,
      async () => {
        const { deps } = machine.house;
        const workspace = await deps.workspaces.byId(this.workspace);
        const { kind, key, body } = change;
        if (ramp === null) return unlessRefused(applySet(deps, workspace, 'colleague', { definitions: [change], publish: true, note: '' }));
        await putDraft(deps, workspace, 'colleague', kind, key, body);
        return unlessRefused(publishDefinition(deps, workspace, 'colleague', kind, key, '', ramp));
      },
      false,
    );
    this.policies = [await this.inspector.learnDefinitions()];
  }

  private async toggleStop(machine: Machine): Promise<void> {
    const { deps } = machine.house;
    const workspace = await deps.workspaces.byId(this.workspace);
    const kind = pick(this.admin, ['workspace', 'channel:email', 'channel:webhook', 'journey', 'journey', 'person', 'person']);
    const scope = kind === 'journey' ? `journey:journey-${between(this.admin, 0, 3)}` : kind;
    // A stop is lifted twice as often as it is set, so that things go on.
    const stop = happens(this.admin, 0.35);
    const set = async (each: string, on: boolean): Promise<boolean> => {
      await setStop(deps, workspace, 'colleague', each, on, on ? 'to be sure' : '');
      return true;
    };
    if (stop && scope === 'person') {
      const person = await this.byHand(machine, (id) => setStop(deps, workspace, 'colleague', `person:${id}`, true, 'to be sure'));
      if (person) this.stopped.set(`person:${person}`, ++this.order);
      return;
    }
    if (stop) {
      if (!this.stopped.has(scope) && (await this.perform(machine, 'a stop', () => set(scope, true), false)))
        this.stopped.set(scope, ++this.order);
      return;
    }
    for (const each of this.stopped.keys()) if (each.startsWith('person:')) this.stopped.delete(each);
    const switches = await this.rows('select scope from kill_switch where workspace_id = $1 order by scope', [this.workspace]);
    for (const { scope: each } of switches as { scope: string }[]) {
      // Whether or not the machine lives to answer, sending may go on from here.
      this.stopped.delete(each);
      if (!each.startsWith('person:')) await this.perform(machine, 'lifting a stop', () => set(each, false), false);
      else await this.untilAnswered(machine, 'lifting a stop', () => set(each, false));
    }
  }

  /** What the breaker stops is stopped like anything else. */
  private async breakOff(machine: Machine): Promise<void> {
    const { deps } = machine.house;
    const work = async (): Promise<unknown> => breakOff(deps, await deps.workspaces.byId(this.workspace));
    if (!(await this.perform(machine, 'breaking off', work, true))) return;
    const rows = await this.rows(
      "select scope from kill_switch where workspace_id = $1 union select 'broadcast:' || broadcast_id from broadcast where state = 'paused' order by scope",
      [this.workspace],
    );
    for (const { scope } of rows as { scope: string }[]) if (!this.stopped.has(scope)) this.stopped.set(scope, ++this.order);
  }

  /** A colleague makes a broadcast and starts it, or does something about one that there is. */
  private async steerBroadcast(machine: Machine): Promise<void> {
    const chance = this.sending;
    const { deps } = machine.house;
    const workspace = await deps.workspaces.byId(this.workspace);
    const broadcasts = await this.rows('select broadcast_id as id, state from broadcast order by created_at, broadcast_id');
    const open = broadcasts.filter(({ state }) => !['finished', 'cancelled'].includes(state));
    /** Answers whether it was done; false when it was refused, or nobody heard. */
    const does = async (what: string, work: () => Promise<unknown>): Promise<boolean> =>
      (await this.perform(machine, `${what} a broadcast`, () => unlessTooLate(work()), false)) === true;
    if (open.length === 0 || (open.length < 3 && happens(chance, 0.3))) {
      let id: string | null = null;
      await does('making', async () => {
        id = (await createBroadcast(deps, workspace, 'colleague', this.definitions.broadcast(this.now))).id;
      });
      if (id !== null) await does('starting', () => startBroadcast(deps, workspace, 'colleague', id!));
      return;
    }
    const { id, state } = pick(chance, open) as { id: string; state: string };
    const scope = `broadcast:${id}`;
    if (state === 'draft') await does('starting', () => startBroadcast(deps, workspace, 'colleague', id));
    else if (state === 'scheduled' && happens(chance, 0.3))
      await does('unscheduling', () => unscheduleBroadcast(deps, workspace, 'colleague', id));
    else if (happens(chance, 0.15)) {
      if (await does('cancelling', () => cancelBroadcast(deps, workspace, 'colleague', id, 'not needed')))
        this.stopped.set(scope, ++this.order);
    } else if (state === 'paused' && happens(chance, 0.7)) {
      this.stopped.delete(scope);
      await does('resuming', () => resumeBroadcast(deps, workspace, 'colleague', id));
    } else if (happens(chance, 0.3)) {
      const arm = pick(chance, ['control', 'other']);
      await does('deciding', () => decideBroadcast(deps, workspace, 'colleague', id, { arm, reason: 'a colleague knows better' }));
    } else if (await does('pausing', () => pauseBroadcast(deps, workspace, 'colleague', id, 'to be sure')))
      this.stopped.set(scope, ++this.order);
  }

  /** A colleague changes a person and waits for the answer, while the loops of the machine go on. */
  private async byHand(
    machine: Machine,
    change: (person: string, workspace: Workspace) => Promise<void>,
    who?: Client,
  ): Promise<string | null> {
    const { deps } = machine.house;
    const client = who ?? pick(this.admin, this.crowd.clients);
    const [row] = await this.rows('select person_id from identity where workspace_id = $1 and kind = 1 and value = $2', [
      this.workspace,
      client.users[0]!,
    ]);
    if (!row) return null;
    const workspace = await deps.workspaces.byId(this.workspace);
    const done = await this.untilAnswered(machine, 'a change by hand', () => change(row.person_id, workspace));
    return done ? row.person_id : null;
  }

  /** A colleague writes down what somebody told them: after a no that is a yes, and after a withdrawal nothing. */
  private async mayHaveSaidYes(person: string): Promise<void> {
    const names = await this.rows('select value from identity where workspace_id = $1 and kind = 1 and person_id = $2', [
      this.workspace,
      person,
    ]);
    this.order++;
    for (const client of this.crowd.clients) if (names.some(({ value }) => client.users.includes(value))) client.lastYes = this.order;
  }

  /** Does what is answered only when the loops of the machine have carried it out. Answers whether it was done; a machine that dies answers nothing. */
  private async untilAnswered(machine: Machine, what: string, work: () => Promise<unknown>): Promise<boolean> {
    const done = await this.perform(
      machine,
      what,
      async () => {
        let answered = false;
        // Nothing that may be refused is a fault: the person may be gone, or may have withdrawn.
        const asked = unlessTooLate(work()).finally(() => {
          answered = true;
        });
        // Of a machine that dies meanwhile nobody waits for the answer.
        asked.catch(() => undefined);
        while (!answered && !machine.life.dead) {
          await processRound(machine.house.deps, 1);
          await pause(1);
        }
        return asked;
      },
      false,
    );
    return done === true;
  }

  /** A colleague undoes some merge that stands. */
  private async undoMerge(machine: Machine): Promise<void> {
    const { deps } = machine.house;
    const standing = await this.rows(
      'select person_id, loser_id from merge where workspace_id = $1 and undone_at is null order by loser_id',
      [this.workspace],
    );
    if (standing.length === 0) return;
    const { person_id: person, loser_id: loser } = pick(this.undoing, standing);
    const workspace = await deps.workspaces.byId(this.workspace);
    const names = await this.rows(
      `with recursive root (person_id, into_id) as (select person_id, merged_into from person where person_id = $1
         union all select p.person_id, p.merged_into from person p join root r on p.person_id = r.into_id)
       select i.value from identity i join root r on r.person_id = i.person_id`,
      [person],
    );
    const known = new Set(names.map((row) => row.value as string));
    for (const client of this.crowd.clients)
      if ([...client.users, ...client.devices, client.email, `d${client.number}-second`].some((name) => known.has(name)))
        client.tangled = client.apart = true;
    await this.perform(
      machine,
      'undoing a merge',
      async () => {
        await unlessTooLate(unmerge(deps, workspace, 'colleague', person, { person: loser, reason: 'they are two' }));
        return true;
      },
      false,
    );
  }

  private async erase(machine: Machine): Promise<void> {
    const { deps } = machine.house;
    const client = pick(this.admin, this.crowd.clients);
    if (client.erased || !client.signedUp) return;
    // From here on nothing that this client sent is owed to anybody, whether the erasure is answered or not.
    client.erased = true;
    const theirs = await this.rows(
      'select distinct person_id from identity where workspace_id = $1 and kind = 1 and value = any($2::text[])',
      [this.workspace, client.users],
    );
    const clean = client.outbox.length === 0 && theirs.length === 1 && !client.apart;
    const person = await this.byHand(machine, (id, workspace) => erasePerson(deps, workspace, 'colleague', id), client);
    if (person && clean) this.erased.push({ person, canary: `canary${client.number}.example`, client });
  }

  // ------------------------------------------------------------------------------------------------------------------------------- the rest

  /** Rows as the database's owner sees them, past every machine. */
  rows<R extends Row = Row>(statement: string, values: readonly Bindable[] = []): Promise<R[]> {
    return this.db.asOwner((tx) => tx.query<R>(statement, values));
  }

  async close(): Promise<void> {
    for (const slot of this.slots) if (slot.machine) await bury(slot.machine);
  }
}
