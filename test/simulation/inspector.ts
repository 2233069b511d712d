import { createHash } from 'node:crypto';
import type { CapPolicy } from '#contract/cap-policy.ts';
import type { Lifecycle, Score, Segment, Signal } from '#contract/definition-bodies.ts';
import type { Fact } from '#contract/fact.ts';
import type { BroadcastPlan } from '#contract/broadcast.ts';
import { type Instant, ms, toIso } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import type { Journey } from '#contract/journey.ts';
import { seedOf } from '#contract/rule/bucket.ts';
import { exitsOf } from '#contract/steps/index.ts';
import { type TriggerOf, triggerOf } from '#contract/steps/trigger.ts';
import { recycleActor } from '#engine/lifecycle/stall.ts';
import { recycledEvent } from '#engine/written-events.ts';
import { decide } from '#engine/decide.ts';
import { isZone } from '#engine/local-time.ts';
import { newPerson, type PersonState } from '#engine/person.ts';
import { type Chance, pick } from '#engine/practice/random.ts';
import { remember } from '#engine/rule/memory.ts';
import type { CountTrace } from '#engine/rule/traces.ts';
import { stableId } from '#engine/stable-id.ts';
import { compileRulebook, type Published } from '#engine/rulebook.ts';
import { readExperiment } from '#operations/experiments.ts';
import { factId } from '#operations/ingest/normalise.ts';
import type { Row } from '#store/database.ts';
import { type Book, holds, isQuiet, type Kept, matches, scoreOf, stretchOf, type Subject, wallMinutes } from './naive.ts';
import type { Handed } from './post-office.ts';
import type { World } from './simulator.ts';
import { insist } from './violation.ts';

interface Version {
  kind: string;
  key: string;
  version: number;
  body: unknown;
  revision: number;
}

interface KnownRun {
  journey: string;
  version: number;
  /** The version by which it began. */
  enteredBy: number;
  status: string;
  endedAt: Instant | null;
  endReason: string | null;
  /** The steps that it has taken, as far as they were seen. */
  seq: number;
  next: string | null;
  /** Since when it waits there: since it came, or, led from one wait to another, since it came to the first. */
  since: Instant;
  /** When it came to where it stands. */
  cameAt: Instant;
  /** Until when it waited when it was last seen, and after how many steps that was. */
  waits?: { seq: number; until: Instant | null };
  /** Where it stood before a migration put it where it stands. */
  before?: Pick<KnownRun, 'version' | 'next' | 'since' | 'waits'> & { migration: string };
}

/** People under way who were moved to another version, as the product keeps it. */
interface Migration {
  id: string;
  journey: string;
  from: number;
  to: number;
  map: Record<string, string | null>;
  at: Instant;
  undoneAt: Instant | null;
}

/** By which version of a journey people enter, and since when nothing about that has changed. */
interface InForce {
  version: number;
  isRetired: boolean;
  isArchived: boolean;
  ramp: { version: number; previous: number | null; share: number } | null;
  mark: string;
}

/** What the limits look at in somebody, before a turn and after it. */
interface Standing {
  zone: string | null;
  country: string | null;
  stage: string | null;
  stageSince: Instant | null;
  /** Segment → since when. */
  segments: Record<string, unknown>;
  seenAt: Instant | null;
  /** Score → the thresholds at which it stands or above. */
  above: Record<string, string[]>;
  dates: Record<string, string | null>;
}

/** What is known for good of a message that was handed over. */
interface Letter {
  person: string;
  topic: string;
  marketing: boolean;
  run: string | null;
  offer: string | null;
}

interface Heard {
  person: string;
  id: string;
  kept: Kept;
}

/** Looks the world over after every turn: what must hold at rest, by SQL over all rows and by a model of its own for what was seen on the way. */
export class Inspector {
  private readonly world: World;
  private readonly chance: Chance;
  private versions: Version[] = [];
  private readonly journeys = new Map<string, Journey>();
  private seenSteps: Instant = 0;
  private readonly runs = new Map<string, KnownRun>();
  /** Loser → winner, as far as merges were known before this turn. */
  private mergedInto = new Map<string, string>();
  /** Whoever had been merged into somebody when everything was last looked over, also where that was undone since. */
  private mergedBefore: ReadonlySet<string> = new Set();
  private readonly suppressed = new Map<string, string>();
  private standings = new Map<string, Standing>();
  private isLookedOver = true;
  /** What holds listen for, as it was heard before this turn: event and person. */
  private heard = new Map<string, Heard>();
  /** Broadcast → its state before this turn. */
  private broadcastsBefore = new Map<string, string>();
  /** Bodies that left during this turn, each with what was stopped when it began. */
  private fresh: { handed: Handed; stopped: readonly string[] }[] = [];
  private readonly letters = new Map<string, Letter>();
  /** Broadcast → who had it, and by which message. */
  private readonly had = new Map<string, { person: string; key: string }[]>();
  /** Person and experiment → the arm to which they came. */
  private readonly arms = new Map<string, string>();
  private readonly frozen = new Map<string, Set<string>>();
  /** Person, version and step → the path of a split. */
  private readonly paths = new Map<string, string | null>();
  private history: unknown[] = [];
  private owed: string[] = [];
  private asked = new Set<string>();
  private readonly withdrawn = new Set<string>();
  /** What was in force when everything last stood still, and when that was. */
  private inForce = new Map<string, InForce>();
  private atRest = new Map<string, Standing>();
  private restedAt: Instant = 0;
  private scoresAtRest = '';
  private readonly entered = new Set<string>();
  /** Runs that were over when everything last stood still. */
  private doneAtRest = new Set<string>();
  /** Who entered on a day or by an occurrence of a schedule. */
  private readonly occurrences = new Map<string, string>();
  /** How often the new inspections had something to look at. */
  private readonly looked: Record<string, number> = {};

  constructor(world: World, chance: Chance) {
    this.world = world;
    this.chance = chance;
  }

  // ---------------------------------------------------------------------------------------------------------------------- before and during

  /** Learns what has been published; answers the limits in force. */
  async learnDefinitions(): Promise<CapPolicy | null> {
    const rows = await this.world.rows(
      'select kind, key, version, body, revision from definition_version where workspace_id = $1 order by revision, kind, key',
      [this.world.workspace],
    );
    this.versions = rows as Version[];
    for (const each of this.versions) if (each.kind === 'journey') this.journeys.set(`${each.key}@${each.version}`, each.body as Journey);
    return (this.current('cap-policy')[0]?.body as CapPolicy | undefined) ?? null;
  }

  versionOf(journey: string, version: number): Journey {
    return this.journeys.get(`${journey}@${version}`)!;
  }

  private current(kind: string): Version[] {
    return [...new Map(this.versions.filter((each) => each.kind === kind).map((each) => [each.key, each])).values()];
  }

  /** How everybody stands before a turn; or before the first of several, where all machines died and nothing was looked over. */
  async before(): Promise<void> {
    if (!this.isLookedOver) return;
    this.isLookedOver = false;
    this.standings = await this.readStandings();
    this.heard = await this.readHeard();
    this.broadcastsBefore = new Map(
      (await this.world.rows('select broadcast_id, state from broadcast')).map((row) => [row.broadcast_id, row.state]),
    );
  }

  private async readStandings(): Promise<Map<string, Standing>> {
    const rows = await this.world.rows(
      "select person_id, zone, place ->> 'country' as country, stage, stage_since, state -> 'segments' as segments, last_seen_at, state -> 'above' as above, traits ->> 'renewal' as renewal, traits ->> 'birthday' as birthday from person where merged_into is null and erased_at is null",
    );
    return new Map(
      rows.map((row) => [
        row.person_id,
        {
          zone: row.zone !== null && isZone(row.zone) ? row.zone : null,
          country: row.country,
          stage: row.stage,
          stageSince: row.stage_since,
          segments: row.segments ?? {},
          seenAt: row.last_seen_at,
          above: row.above ?? {},
          dates: { renewal: row.renewal, birthday: row.birthday },
        },
      ]),
    );
  }

  private async readHeard(): Promise<Map<string, Heard>> {
    const names = this.world.policies.flatMap(
      (policy) => policy?.holds.flatMap(({ on, until }) => [on?.event ?? [], until?.event ?? []].flat()) ?? [],
    );
    if (names.length === 0) return new Map();
    const rows = await this.world.rows(
      'select person_id, event_id, call, name, happened_at, body from event where name = any($1::text[])',
      [names],
    );
    return new Map(
      rows.map((row) => [
        `${row.person_id} ${row.event_id}`,
        {
          person: row.person_id,
          id: row.event_id,
          kept: { name: row.name, call: row.call, at: row.happened_at, properties: row.body.properties ?? {} },
        },
      ]),
    );
  }

  private person(id: string): string {
    let at = id;
    for (let hops = 0; this.mergedInto.has(at) && hops < 50; hops++) at = this.mergedInto.get(at)!;
    return at;
  }

  /** The moment at which a body begins to leave: nothing may forbid it that was known when its message was claimed. */
  onBody(handed: Handed, before: readonly Handed[]): void {
    this.fresh.push({ handed, stopped: [...this.world.stopped.keys()] });
    // A webhook's other side knows keys, so the same one may come again when nobody knows what became of it.
    const over = handed.channel === 'email' ? before.find((each) => each.result !== 'not taken') : undefined;
    insist(!over, 'I3', 'a message was handed over again after it had been sent or may have been', {
      handed: brief(handed),
      before: over && brief(over),
    });
    const { world } = this;
    // What was claimed before a stop and had not begun was taken back, so nothing begins once the stop was answered.
    for (const scope of world.stopped.keys())
      insist(
        scope !== 'workspace' &&
          scope !== `channel:${handed.channel}` &&
          !(scope.startsWith('person:') && this.person(scope.slice('person:'.length)) === this.person(handed.person)),
        'I4',
        'a message was handed over although sending was stopped',
        { scope, handed: brief(handed) },
      );
    if (handed.channel !== 'email') return;
    const scope = this.suppressed.get(hashOf(handed.to!));
    insist(
      scope === undefined || (scope === 'marketing' && !handed.marketing),
      'I4',
      'mail was handed over to an address that had been suppressed',
      { scope, handed: brief(handed) },
    );
    if (!handed.marketing) return;
    const who = this.person(handed.person);
    for (const [person, since] of world.unsubscribed)
      insist(this.person(person) !== who || since > handed.claimedAs, 'I4', 'marketing was handed over to somebody who had unsubscribed', {
        person,
        handed: brief(handed),
      });
    const number = Number(/^person(\d+)/.exec(handed.to!)?.[1]);
    const client = world.crowd.clients[number];
    if (!client) return;
    insist(
      client.tangled || client.erased || client.lastNo <= client.lastYes || handed.claimedAs < client.lastNo,
      'I4',
      'marketing was handed over to somebody whose last word was no',
      { client: number, lastNo: client.lastNo, lastYes: client.lastYes, handed: brief(handed) },
    );
  }

  // ------------------------------------------------------------------------------------------------------------------------------- at rest

  async inspect(thoroughly: boolean): Promise<void> {
    // Two who were parted since are two people: what each of them got since then is no repeat.
    const now = await this.readMerges();
    this.mergedBefore = new Set(this.mergedInto.keys());
    this.mergedInto = new Map([...this.mergedInto].filter(([loser, winner]) => now.get(loser) === winner));
    const leftovers = await this.leftovers();
    insist(
      Object.values(leftovers).every((count) => count === 0),
      'quiet',
      'something is due although nothing is going on',
      { ...leftovers, facts: await this.world.rows('select lane, person_id, class, fact, accepted_at from inbox order by id limit 5') },
    );
    const [silent] = await this.world.rows(
      "select message_id, person_id, status from message where status in ('held', 'skipped', 'failed', 'bounced', 'uncertain') and reason is null limit 1",
    );
    insist(!silent, 'reasons', 'a message that was not sent has no reason', silent);
    const migrations = await this.readMigrations();
    await this.lookAtSteps(migrations);
    await this.lookAtRuns(thoroughly, migrations);
    await this.lookAtEntries();
    await this.lookAtSuppressions();
    await this.lookAtHandedOver();
    await this.lookAtAcknowledged(thoroughly);
    await this.lookAtPeople(thoroughly ? 10 : 3);
    if (thoroughly) {
      await this.lookAtIdentities();
      await this.lookAtStages();
      await this.lookAtConsents();
      await this.lookAtMemberships();
      await this.lookAtErased();
      await this.lookAtExperiments();
    }
    await this.lookAtBroadcasts();
    await this.learnMerges();
    this.isLookedOver = true;
  }

  /** How much is due now. */
  async leftovers(): Promise<Record<string, number>> {
    const now = toIso(this.world.now);
    const [row] = await this.world.rows(
      `select (select count(*) from inbox) as facts, (select count(*) from wake where due_at <= $1) as wakes, (select count(*) from message where status in ('queued', 'held') and due_at <= $1) as messages,
        (select count(*) from journey_schedule where due_at <= $1) as schedules, (select count(*) from ramp where state = 'rising' and next_at <= $1) as ramps,
        (select count(*) from message where status = 'sending') as sending, (select count(*) from message where status = 'sending' and sender is null) as ownerless`,
      [now],
    );
    return row as Record<string, number>;
  }

  /** I10, I11: every step follows from the one before it, along an edge of its version, and no wait ends early. */
  private async lookAtSteps(migrations: readonly Migration[]): Promise<void> {
    const steps = await this.world.rows(
      `select s.*, r.entered_at, r.state ->> 'entry' as entry from run_step s join run r on r.lane = s.lane and r.person_id = s.person_id and r.run_id = s.run_id where s.stored_at >= $1 order by s.run_id, s.seq`,
      [toIso(this.seenSteps - this.world.setBack)],
    );
    const moves = steps.some(saysMoved) ? await this.factsOf(migrations) : new Map<string, Migration & { back: boolean }>();
    for (const row of steps) {
      const known = this.runs.get(row.run_id) ?? begun(row);
      // What was stored at the instant of the last look may come again.
      if (row.seq < known.seq) continue;
      const saw = {
        run: row.run_id,
        person: row.person_id,
        journey: `${row.journey}@${row.version}`,
        seq: row.seq,
        step: row.step,
        next: row.next,
        at: toIso(row.at),
        known,
      };
      insist(row.seq === known.seq, 'I11', 'a run has skipped or repeated a step', saw);
      insist(row.journey === known.journey && row.version === known.version, 'I11', 'a run has changed its version', saw);
      insist(row.step === known.next, 'I11', 'a run took a step at which it did not stand', saw);
      if (saysMoved(row)) {
        this.runs.set(row.run_id, this.moved(row, known, moves.get(row.evidence), saw));
        this.history.push([row.run_id, row.seq, row.step, row.next, row.at]);
        continue;
      }
      const step = this.journeys.get(`${row.journey}@${row.version}`)?.steps.find((each) => each.key === row.step);
      insist(step, 'I11', 'a run took a step that its version does not have', saw);
      insist(
        step.kind === 'exit' || step.kind === 'goal' ? row.next === null : exitsOf(step).some((exit) => (exit.next ?? null) === row.next),
        'I11',
        'a run left a step by a way that it does not have',
        saw,
      );
      // Where the clock was set back, what came after shows an earlier time.
      insist(row.at >= known.since - this.world.setBack, 'I10', 'a run took a step before it had come to it', saw);
      if (step.kind === 'wait') {
        const isOpen = step.until !== undefined || step.untilRule !== undefined;
        const happened = isOpen && !/did not (happen|hold) in /.test(String(row.because));
        const long = step.for ?? step.timeout;
        const due = long === undefined ? known.since : known.since + ms(long);
        insist(happened || row.at >= due, 'I10', 'a wait ended early', { ...saw, due: toIso(due) });
        insist(!isOpen || row.next === (happened ? step.next : step.onTimeout), 'I11', 'a wait ended on the wrong side', saw);
      }
      if (step.kind === 'split') {
        // Who was somebody else then went the way of that one.
        const place = `${row.origin ?? row.person_id} ${row.journey}@${row.version} ${row.step}`;
        insist((this.paths.get(place) ?? row.next) === row.next, 'I18', 'somebody went another path of a split than before', saw);
        this.paths.set(place, row.next);
      }
      const { before: _, ...rest } = known;
      this.runs.set(row.run_id, { ...rest, seq: row.seq + 1, next: row.next, since: row.at, cameAt: row.at });
      this.history.push([row.run_id, row.seq, row.step, row.next, row.at]);
    }
    this.seenSteps = Math.max(this.seenSteps, ...steps.map((row) => row.stored_at as number));
  }

  private async readMigrations(): Promise<Migration[]> {
    const rows = await this.world.rows('select * from run_migration order by at, migration_id');
    return rows.map((row) => ({
      id: row.migration_id,
      journey: row.journey,
      from: row.from_version,
      to: row.to_version,
      map: row.map,
      at: row.at,
      undoneAt: row.undone_at,
    }));
  }

  /** What each migration tells each person, there and back, by the id of that fact. */
  private async factsOf(migrations: readonly Migration[]): Promise<Map<string, Migration & { back: boolean }>> {
    const people = (await this.world.rows('select person_id from person')).map((row) => row.person_id as string);
    return new Map(
      migrations.flatMap((migration) =>
        [false, true].flatMap((back) =>
          people.map((person): [string, Migration & { back: boolean }] => [
            factId(this.world.workspace, `migrate:${back ? 'back:' : ''}${migration.id}:${person}`),
            { ...migration, back },
          ]),
        ),
      ),
    );
  }

  /** I11: whoever is moved to another version goes where the map of a migration leads them, and back to where they stood. */
  private moved(row: Row, known: KnownRun, migration: (Migration & { back: boolean }) | undefined, saw: object): KnownRun {
    insist(
      migration && migration.journey === row.journey,
      'I11',
      'somebody was moved to another version although no migration says so',
      saw,
    );
    const more = { ...saw, migration };
    this.look(migration.back ? 'moved back' : 'moved');
    const { before, ...rest } = known;
    if (migration.back) {
      insist(migration.undoneAt !== null, 'I11', 'somebody was moved back although nobody took the migration back', more);
      insist(
        before?.migration === migration.id && before.next === row.next,
        'I11',
        'somebody was moved back to where they had not stood',
        more,
      );
      const { version, next, since, waits } = before;
      return {
        ...rest,
        version,
        next,
        since,
        seq: row.seq + 1,
        cameAt: row.at,
        ...(waits ? { waits: { ...waits, seq: row.seq + 1 } } : {}),
      };
    }
    insist(
      row.version === migration.from && row.step in migration.map && migration.map[row.step] === row.next,
      'I11',
      'somebody was moved elsewhere than the map of the migration leads',
      more,
    );
    if (row.next === null) return { ...rest, seq: row.seq + 1, next: null, cameAt: row.at };
    const there = this.journeys.get(`${row.journey}@${migration.to}`)?.steps.find((each) => each.key === row.next);
    insist(there, 'I11', 'somebody was moved to a step that the version does not have', more);
    const { version, next, since, waits } = known;
    return {
      ...rest,
      version: migration.to,
      next: row.next,
      // What began ahead of a clock that was set back begins at the latest now.
      since: there.kind === 'wait' ? Math.min(since, row.at) : row.at,
      seq: row.seq + 1,
      cameAt: row.at,
      before: { migration: migration.id, version, next, since, ...(waits?.seq === row.seq ? { waits } : {}) },
    };
  }

  private look(what: string): void {
    this.looked[what] = (this.looked[what] ?? 0) + 1;
  }

  /** I10, I11: at rest nobody is overdue, whoever waits will be woken, what has ended stays as it was, and everybody is where migrations put them. */
  private async lookAtRuns(all: boolean, migrations: readonly Migration[]): Promise<void> {
    const { world } = this;
    const rows = await world.rows(
      `select r.*, w.due_at as wakes_at, (p.state ? 'paused' or p.state ? 'stopped') as paused, p.merged_into, p.erased_at from run r join person p on p.lane = r.lane and p.person_id = r.person_id left join wake w on w.lane = r.lane and w.person_id = r.person_id
       ${all ? '' : "where r.status = 'live'"}`,
    );
    const live = new Set<string>();
    const undone = new Set(migrations.filter(({ undoneAt }) => undoneAt !== null).map(({ id }) => id));
    const divided = new Set(
      (await world.rows('select person_id, loser_id from merge where undone_at is not null')).flatMap((row) => [
        row.person_id,
        row.loser_id,
      ]),
    );
    if (all && !world.crowd.clients.some((client) => client.erased)) {
      const there = new Set(rows.map((row) => row.run_id as string));
      const lost = [...this.runs].find(([id]) => !there.has(id));
      insist(!lost, 'I11', 'a run is not there any more', lost);
    }
    for (const row of rows) {
      const saw = {
        run: row.run_id,
        person: row.person_id,
        journey: `${row.journey}@${row.version}`,
        step: row.step,
        state: row.state,
        status: row.status,
        enteredAt: toIso(row.entered_at),
        end: row.end_reason,
      };
      // Whoever waits at the entry for an hour of the day has taken no step.
      const known = this.runs.get(row.run_id) ?? begun({ ...row, entry: row.state.entry });
      this.runs.set(row.run_id, known);
      if (row.status === 'ended') {
        if (known.status === 'ended')
          insist(known.endedAt === row.ended_at && known.endReason === row.end_reason, 'I11', 'an ended run has changed', {
            ...saw,
            known,
          });
        insist(row.ended_at !== null && row.end_reason !== null, 'I11', 'a run has ended without saying why', saw);
        insist(!/ is missing$/.test(row.end_reason), 'I11', 'a run ended because its version or its step was not there', saw);
        Object.assign(known, { status: 'ended', endedAt: row.ended_at, endReason: row.end_reason });
        continue;
      }
      insist(known.status !== 'ended', 'I11', 'an ended run lives again', saw);
      insist(row.merged_into === null && row.erased_at === null, 'I11', 'a run goes on for somebody who is not there any more', saw);
      const key = `${row.person_id} ${row.journey}`;
      insist(!live.has(key), 'I11', 'somebody is in one journey twice', saw);
      live.add(key);
      const { seq, wait, movedBy } = row.state as {
        seq: number;
        wait: { since: number; until: number | null; looksAt?: number } | null;
        movedBy?: { migration: string };
      };
      insist(seq === known.seq && row.step === known.next, 'I11', 'a run stands elsewhere than its steps led', { ...saw, known });
      const journey = this.journeys.get(`${row.journey}@${row.version}`);
      const here = journey?.steps.find((each) => each.key === row.step);
      insist(
        journey && here && row.version === known.version,
        'I11',
        'a run stands in another version than its steps led to, or at a step that the version does not have',
        { ...saw, known },
      );
      insist(wait, 'I11', 'a run stands still without waiting', saw);
      // Whoever should have come in while nobody worked came in then, and waits from when somebody did.
      const isSince = wait.since === known.since || (seq === 0 && wait.since > known.since);
      insist(isSince, 'I10', 'a wait began at another instant than the step before it ended', { ...saw, known });
      // A stream waits at one step again and again; a time of day is by the clock that the person turns out to have.
      const mayMove = here.kind === 'nurture' || (here.kind === 'wait' && (here.untilTime || here.untilDate) !== undefined);
      insist(
        known.waits?.seq !== seq || known.waits.until === wait.until || mayMove,
        'I10',
        'a wait ends at another instant than before, or than before somebody was moved there and back',
        { ...saw, known },
      );
      known.waits = { seq, until: wait.until };
      insist(
        movedBy?.migration === known.before?.migration && !undone.has(movedBy?.migration ?? ''),
        'I11',
        'somebody still stands where a migration put them that was taken back',
        { ...saw, known },
      );
      const passed = divided.has(row.person_id)
        ? undefined
        : migrations.find(
            (each) =>
              each.undoneAt === null &&
              each.journey === row.journey &&
              each.from === row.version &&
              row.step in each.map &&
              known.cameAt < each.at - world.setBack,
          );
      insist(!passed, 'I11', 'somebody was left where a migration should have moved them from', { ...saw, known, migration: passed });
      const end = Math.min(
        wait.until ?? Number.POSITIVE_INFINITY,
        wait.looksAt ?? Number.POSITIVE_INFINITY,
        row.entered_at + ms(journey.maxTime),
        journey.ends === null ? Number.POSITIVE_INFINITY : Date.parse(journey.ends),
      );
      // While a human has taken over, or everything is stopped for them, time changes nothing.
      if (row.paused) continue;
      insist(end > world.now, 'I10', 'a wait is over and nothing has happened', { ...saw, due: toIso(end) });
      insist(row.wakes_at !== null && row.wakes_at <= end, 'I10', 'nobody will wake a run when its wait is over', {
        ...saw,
        due: toIso(end),
        wakes: row.wakes_at,
      });
    }
  }

  /** What is in force of each journey that was ever published. */
  private async readInForce(): Promise<Map<string, InForce>> {
    const rows = await this.world.rows(
      `select d.key, d.version, d.archived_at, r.revision as retired, r.at as retired_at, d.restored_at, m.version as ramped, m.previous, m.plan, m.place, m.state, m.since
       from definition d left join retirement r on r.workspace_id = d.workspace_id and r.kind = d.kind and r.key = d.key and r.until_revision is null
       left join ramp m on m.workspace_id = d.workspace_id and m.journey = d.key and m.state in ('rising', 'held')
       where d.workspace_id = $1 and d.kind = 'journey' and d.version is not null`,
      [this.world.workspace],
    );
    return new Map(
      rows.map((row) => [
        row.key as string,
        {
          version: row.version,
          isRetired: row.retired !== null,
          isArchived: row.archived_at !== null,
          ramp:
            row.ramped === null
              ? null
              : { version: row.ramped, previous: row.previous, share: row.state === 'held' ? 0 : row.plan.shares[row.place] },
          mark: JSON.stringify([row.version, row.retired, row.restored_at, row.ramped, row.place, row.state, row.since]),
        },
      ]),
    );
  }

  /** By which version, by which entry and why people have entered since everything last stood still; and that whoever had to has. */
  private async lookAtEntries(): Promise<void> {
    const { world } = this;
    const inForce = await this.readInForce();
    const standings = await this.readStandings();
    const rows = await world.rows(
      `select r.run_id, r.person_id, coalesce(r.origin, r.person_id) as who, r.journey, r.version, r.entered_at, r.entry_evidence, r.state ->> 'entry' as entry,
         e.name as event, e.body ->> 'messageId' as said, e.body ->> 'source' as source
       from run r left join event e on e.lane = r.lane and e.person_id = r.person_id and e.event_id = r.entry_evidence order by r.run_id`,
    );
    const known = new Set(this.entered);
    for (const row of rows) {
      if (known.has(row.run_id)) continue;
      this.entered.add(row.run_id);
      const [was, is] = [this.inForce.get(row.journey), inForce.get(row.journey)];
      const version = this.runs.get(row.run_id)?.enteredBy ?? (row.version as number);
      const saw = { ...row, version, entered_at: toIso(row.entered_at), rested: toIso(this.restedAt), was, is };
      const steady = was !== undefined && was.mark === is?.mark;
      if (steady) {
        insist(!is.isRetired, 'retired', 'somebody entered a journey that was retired', saw);
        if (is.ramp) {
          const [{ bucket }] = (await world.rows('select rule_bucket($1::uuid, $2) as bucket', [
            row.who,
            seedOf(`ramp/${row.journey}@${is.ramp.version}`),
          ])) as [{ bucket: number }];
          this.look('entered during a ramp');
          insist(
            version === (bucket < is.ramp.share * 100 ? is.ramp.version : is.ramp.previous),
            'ramp',
            'somebody entered by another version than their draw says while a version was brought in step by step',
            { ...saw, bucket },
          );
        } else insist(version === is.version, 'I11', 'somebody entered by a version that is not in force', saw);
      } else {
        const may = [was, is].flatMap((each) => (each ? [each.version, each.ramp?.previous] : []));
        insist(
          version >= (was?.ramp?.previous ?? was?.version ?? 0) || may.includes(version),
          'I11',
          'somebody entered by a version that was not in force any more',
          saw,
        );
      }
      const entry = this.versionOf(row.journey, version).steps.find((each) => each.key === row.entry);
      insist(entry?.kind === 'entry', 'I11', 'somebody entered by an entry that the version does not have', saw);
      const triggers = [version, was?.version, is?.version]
        .map((each) =>
          each === undefined ? undefined : this.journeys.get(`${row.journey}@${each}`)?.steps.find(({ key }) => key === row.entry),
        )
        .flatMap((each) => (each?.kind === 'entry' ? [triggerOf(each.on)] : []));
      this.look(`entered by ${triggers[0]!.kind}${'by' in entry.on ? ` (${entry.on.by})` : ''}`);
      await this.lookAtTrigger(row, triggers, standings, steady ? is.mark : null, saw);
    }
    await this.lookAtCrossings(inForce, standings, rows);
    // Whoever comes in by the definitions from before while a journey is archived goes on; whoever was under way keeps it from being archived.
    // Who was done when everything last stood still was done before, whatever the clock says that was put back since.
    for (const [key, { isArchived }] of inForce) {
      if (!isArchived || this.inForce.get(key)?.isArchived !== false) continue;
      const [under] = await this.world.rows(
        `select r.* from run r join definition d on d.workspace_id = r.workspace_id and d.kind = 'journey' and d.key = r.journey
         where r.journey = $1 and r.run_id = any($2::uuid[]) and (r.ended_at is null or r.ended_at > d.archived_at) limit 1`,
        [key, [...known].filter((run) => !this.doneAtRest.has(run))],
      );
      insist(!under, 'retired', 'a journey was archived in which somebody was under way', under);
    }
    [this.inForce, this.atRest, this.restedAt] = [inForce, standings, world.now];
    this.doneAtRest = new Set((await world.rows("select run_id from run where status = 'ended'")).map((row) => row.run_id));
    this.scoresAtRest = this.scoresNow();
  }

  private scoresNow(): string {
    return JSON.stringify(this.current('score').map(({ key, version }) => [key, version]));
  }

  /** Whether what is said to have begun a run has happened: the day, the occurrence, the call, the step of another journey. */
  private async lookAtTrigger(
    row: Row,
    triggers: readonly ReturnType<typeof triggerOf>[],
    standings: ReadonlyMap<string, Standing>,
    mark: string | null,
    saw: object,
  ): Promise<void> {
    const { world } = this;
    const once = (occurrence: string): void => {
      const before = this.occurrences.get(occurrence);
      insist(before === undefined, 'once', 'somebody entered twice by one occurrence', { ...saw, occurrence, before });
      this.occurrences.set(occurrence, row.run_id);
    };
    const { kind } = triggers[0]!;
    if (kind === 'schedule') {
      const [, due, person] = /^schedule:[^:]+:[^:]+:(\d+):(.+)$/.exec(row.said ?? '') ?? [];
      insist(due !== undefined && row.source === 'schedule', 'schedule', 'somebody entered by a schedule that did not send them in', saw);
      insist(
        Number(due) <= row.entered_at + world.setBack && triggers.some((each) => each.kind === 'schedule' && isDue(each.on, Number(due))),
        'schedule',
        'somebody entered by a schedule at an instant at which it was not due',
        { ...saw, due: toIso(Number(due)), triggers },
      );
      once(`${row.journey} ${row.entry} ${due} ${person}`);
    }
    if (kind === 'call') {
      const asked = await world.rows('select journey, version, step from run_step where person_id = $1 and evidence = $2', [
        row.person_id,
        row.entry_evidence,
      ]);
      const isStarted = asked.some((each) => {
        const step = this.journeys.get(`${each.journey}@${each.version}`)?.steps.find(({ key }) => key === each.step);
        return step?.kind === 'start-journey' && step.journey === row.journey;
      });
      const by = triggers[0]!.kind === 'call' ? triggers[0]!.on.by : null;
      insist(
        by === 'journey' ? isStarted : row.event === 'Sent Into Journey',
        'sent in',
        'somebody was sent in although nobody, and no step of a journey, sent them',
        { ...saw, asked },
      );
    }
    if (kind === 'date') {
      const [was, is] = [this.atRest.get(row.person_id), standings.get(row.person_id)];
      if (row.who !== row.person_id || !was || !is || was.zone !== is.zone || JSON.stringify(was.dates) !== JSON.stringify(is.dates))
        return;
      const zone = is.zone ?? workspaceZone;
      const days: string[] = [];
      for (let at = Math.min(this.restedAt, row.entered_at) - world.setBack; at < row.entered_at + 3_600_000; at += 3_600_000)
        days.push(stretchOf('day', Math.min(at, row.entered_at), zone));
      const fits = triggers.filter((each) => {
        if (each.kind !== 'date') return false;
        const { date, days: after, yearly } = each.on;
        const value = is.dates[date];
        return (
          value !== null &&
          days.some((day) =>
            yearly ? dayBefore(day, after).slice(5) === value!.slice(5, 10) : dayBefore(day, after) === value!.slice(0, 10),
          )
        );
      });
      insist(fits.length > 0, 'date', 'somebody entered on a day that is not theirs', {
        ...saw,
        zone,
        dates: is.dates,
        days: [...new Set(days)],
        triggers,
      });
      if (mark !== null) once(`${row.journey} ${mark} ${row.who} ${zone} ${JSON.stringify(is.dates)} ${days.at(-1)}`);
    }
  }

  /** Whether somebody did what the journey of an offer wanted since they had it: also after the run was over. */
  private async isTaken(handed: Handed, person: string): Promise<boolean> {
    const done = await this.world.rows(
      `select 1 from message m join definition_version v on v.workspace_id = m.workspace_id and v.kind = 'journey' and v.key = m.journey and v.version = m.version
       join event e on e.workspace_id = m.workspace_id and e.name = v.body #>> '{goal,on,event}'
       where m.message_id = $1 and e.person_id in (m.person_id, $2) and e.happened_at >= coalesce(m.sent_at, m.claimed_at) limit 1`,
      [handed.key, person],
    );
    return done.length > 0;
  }

  /** Whoever's score crossed a threshold, by time alone too, began the journeys that begin there, or was told why not. */
  private async lookAtCrossings(
    inForce: ReadonlyMap<string, InForce>,
    standings: ReadonlyMap<string, Standing>,
    runs: readonly Row[],
  ): Promise<void> {
    const { world } = this;
    if (this.scoresAtRest !== this.scoresNow()) return;
    const since = Math.min(this.restedAt, world.now) - world.setBack;
    const regrouped = new Set(
      (await world.rows('select person_id, loser_id from merge where at >= $1 or undone_at >= $1', [toIso(since)])).flatMap((row) => [
        row.person_id,
        row.loser_id,
      ]),
    );
    for (const [key, { version, isRetired, ramp, mark }] of inForce) {
      if (isRetired || ramp || this.inForce.get(key)?.mark !== mark) continue;
      for (const step of this.versionOf(key, version).steps) {
        if (step.kind !== 'entry' || !('threshold' in step.on)) continue;
        const { score, threshold, change } = step.on;
        for (const [person, is] of standings) {
          const was = this.atRest.get(person);
          if (!was || regrouped.has(person)) continue;
          const [before, now] = [was, is].map(({ above }) => (above[score] ?? []).includes(threshold));
          if (before === now || (change === 'risen') !== now) continue;
          this.look(`threshold ${change}`);
          if (runs.some((run) => run.person_id === person && run.journey === key && run.entered_at >= since)) continue;
          const [told] = await world.rows(
            "select 1 from decision where person_id = $1 and about = $2 and decided = 'not entered' and at >= $3",
            [person, `journey:${key}`, toIso(since)],
          );
          const gone = await world.rows(
            'select 1 from person where person_id = $1 and (erased_at is not null or merged_into is not null)',
            [person],
          );
          insist(
            told || gone.length > 0,
            'threshold',
            'a score crossed a threshold, and the journey that begins there did not hear of it',
            {
              journey: key,
              person,
              on: step.on,
              was: was.above,
              is: is.above,
            },
          );
        }
      }
    }
  }

  /** I5: what is suppressed stays suppressed. */
  private async lookAtSuppressions(): Promise<void> {
    const rows = new Map(
      (await this.world.rows('select address_hash, scope from suppression where channel = $1', ['email'])).map((row) => [
        row.address_hash as string,
        row.scope as string,
      ]),
    );
    for (const [hash, scope] of this.suppressed)
      insist(rows.get(hash) === 'all' || rows.get(hash) === scope, 'I5', 'a suppression was lifted or made narrower', {
        hash,
        before: scope,
        now: rows.get(hash) ?? null,
      });
    for (const [hash, scope] of rows) this.suppressed.set(hash, scope);
  }

  /** I6, I7, and that each message says what its version of the template says. */
  private async lookAtHandedOver(): Promise<void> {
    const fresh = this.fresh.splice(0);
    if (fresh.length === 0) return;
    const { world } = this;
    const rows = new Map(
      (await world.rows('select * from message where message_id = any($1::uuid[])', [fresh.map(({ handed }) => handed.key)])).map((row) => [
        row.message_id as string,
        row,
      ]),
    );
    for (const [key, row] of rows)
      this.letters.set(key, {
        person: row.person_id,
        topic: row.topic,
        marketing: row.purpose === 'marketing',
        run: row.run_id,
        offer: row.details.offer ?? null,
      });
    const after = await this.readStandings();
    const heard = await this.readHeard();
    const won = new Set((await world.rows("select run_id from run where end_reason like 'goal%'")).map((row) => row.run_id as string));
    for (const { handed, stopped } of fresh) {
      this.history.push([handed.key, handed.at, handed.result]);
      const row = rows.get(handed.key);
      if (!row) {
        insist(
          this.world.erased.length > 0 || world.crowd.clients.some((client) => client.erased),
          'I1',
          'a message was handed over that nobody has heard of',
          brief(handed),
        );
        continue;
      }
      const marketing = row.purpose === 'marketing';
      insist(
        handed.channel !== 'email' || marketing === handed.marketing,
        'I4',
        'a message says of itself that it is something else than it is',
        brief(handed),
      );
      insist(handed.claimedAt < row.expires_at, 'expiry', 'a message was claimed after it had expired', {
        ...brief(handed),
        expires: toIso(row.expires_at),
      });
      for (const scope of stopped)
        insist(
          scope !== `journey:${row.journey}` && scope !== `broadcast:${row.broadcast_id}`,
          'I4',
          'a message was handed over although its journey or broadcast was stopped',
          { scope, handed: brief(handed) },
        );
      if (row.broadcast_id !== null) await this.lookAtBroadcastMessage(handed, row);
      if (handed.channel === 'email') {
        const template = this.versions.find(
          (each) => each.kind === 'template' && each.key === row.template && each.version === row.template_version,
        )?.body as { subject: string } | undefined;
        insist(
          handed.subject!.startsWith(template!.subject.split(' ')[0]!),
          'I11',
          'a message was written from another version of its template',
          { ...brief(handed), wanted: template!.subject },
        );
      }
      if (!marketing) continue;
      const was = this.standings.get(handed.person);
      const is = after.get(handed.person);
      const standings = [was, is].filter((each) => each !== undefined);
      const zones = new Set([...standings.map(({ zone }) => zone ?? workspaceZone), ...(was ? [] : [workspaceZone])]);
      const countries = new Set([...standings.map(({ country }) => country), ...(was ? [] : [null])]);
      /** Whoever was it all the time, was it when the message was claimed. */
      const stands = {
        in: (stage: string) => was?.stage === stage && is?.stage === stage && was.stageSince === is.stageSince,
        belongs: (segment: string) => was?.segments[segment] !== undefined && was.segments[segment] === is?.segments[segment],
      };
      const before = this.marketingBefore(handed);
      const saw = {
        ...brief(handed),
        topic: row.topic,
        zones: [...zones],
        countries: [...countries],
        before: before.slice(-6).map((each) => ({ ...brief(each), ...this.letters.get(each.key) })),
      };
      const some = (holds: (policy: CapPolicy) => boolean): boolean => handed.policies.some((policy) => policy === null || holds(policy));
      insist(
        some(({ caps }) =>
          caps
            .filter(
              (cap) =>
                (cap.channel === undefined || cap.channel === handed.channel) &&
                (cap.topic === undefined || cap.topic === row.topic) &&
                (cap.stage === undefined || stands.in(cap.stage)) &&
                (cap.segment === undefined || stands.belongs(cap.segment)),
            )
            .every((cap) => [...zones].some((zone) => this.hasRoom(cap, handed, before, zone))),
        ),
        'I6',
        'somebody got more messages than the limits allow',
        { ...saw, policies: handed.policies.map((policy) => policy?.caps), was, is },
      );
      const { actAt } = row.details as { actAt?: number };
      insist(
        some((policy) =>
          [...countries].some((country) => {
            const fits = (hours: { channels?: string[] | undefined }) => !hours.channels || hours.channels.includes(handed.channel);
            const hours =
              policy.quietElsewhere.find((each) => country !== null && each.countries.includes(country) && fits(each)) ??
              (policy.quietHours && fits(policy.quietHours) ? policy.quietHours : null);
            if (!hours) return true;
            if (actAt !== undefined && ms(hours.answersWithin) > 0 && handed.claimedAt - actAt <= ms(hours.answersWithin)) return true;
            return [...zones].some((zone) => !isQuiet(handed.claimedAt, zone, hours.from, hours.to));
          }),
        ),
        'I7',
        'somebody got a message in their quiet hours',
        { ...saw, policies: handed.policies.map((policy) => [policy?.quietHours, policy?.quietElsewhere]) },
      );
      const theirs = [...heard.entries()].filter(([, { person }]) => person === handed.person);
      insist(
        some(({ holds: all }) =>
          all.every((hold) => {
            if (hold.channels && !hold.channels.includes(handed.channel)) return true;
            if (hold.segment !== undefined) return !stands.belongs(hold.segment);
            return !theirs.some(
              ([key, { kept }]) =>
                this.heard.has(key) &&
                matches(kept, hold.on!.event, hold.on!.where) &&
                kept.at <= handed.claimedAt &&
                handed.claimedAt < kept.at + ms(hold.lasts!) &&
                !theirs.some(([, end]) => hold.until && end.kept.at >= kept.at && matches(end.kept, hold.until.event, hold.until.where)),
            );
          }),
        ),
        'hold',
        'somebody got a message although it was to wait for something',
        { ...saw, policies: handed.policies.map((policy) => policy?.holds), heard: theirs },
      );
      insist(
        some(({ fatigue }) => {
          if (fatigue === null) return true;
          const since = Math.max(handed.claimedAt - ms(fatigue.within), ...standings.map(({ seenAt }) => seenAt ?? 0));
          // What was claimed together went at that instant, whenever its answer came: a visit of that instant stands behind it.
          const wentAt = (each: Handed): Instant => (each.claimedAs === handed.claimedAs ? each.claimedAt : countsFrom(each));
          const unanswered = before.map(wentAt).filter((at) => at > since);
          return unanswered.length < fatigue.messages || Math.max(...unanswered) + ms(fatigue.rest) <= handed.claimedAt;
        }),
        'fatigue',
        'somebody who was to be left alone got a message',
        { ...saw, policies: handed.policies.map((policy) => policy?.fatigue), was, is },
      );
      const offers = new Map(this.current('offer').map(({ key, body }) => [key, ms((body as { lasts: string }).lasts)]));
      const { offer } = this.letters.get(handed.key)!;
      const open =
        offer === null
          ? undefined
          : before.find((each) => {
              const other = this.letters.get(each.key)!;
              return (
                other.offer !== null &&
                other.offer !== offer &&
                !won.has(other.run ?? '') &&
                handed.claimedAt < countsFrom(each) + offers.get(other.offer)!
              );
            });
      insist(!open || (await this.isTaken(open, row.person_id)), 'offer', 'somebody has two offers open at once', {
        ...saw,
        offer,
        open: open && brief(open),
      });
    }
  }

  /** Marketing to the same person that left or may have left earlier, each message once. */
  private marketingBefore(handed: Handed): Handed[] {
    const who = this.person(handed.person);
    const all = this.world.post.handed;
    const before = all
      .slice(0, all.indexOf(handed))
      .filter(
        (each) =>
          each.key !== handed.key &&
          this.person(each.person) === who &&
          each.result !== 'not taken' &&
          each.claimedAs <= handed.claimedAs &&
          this.letters.get(each.key)?.marketing,
      );
    return [...new Map(before.map((each) => [each.key, each])).values()];
  }

  private hasRoom(cap: CapPolicy['caps'][number], handed: Handed, before: readonly Handed[], zone: string): boolean {
    const counted = before.filter(
      (each) =>
        (cap.channel === undefined || each.channel === cap.channel) &&
        (cap.topic === undefined || this.letters.get(each.key)!.topic === cap.topic) &&
        (cap.per === undefined
          ? countsFrom(each) > handed.claimedAt - ms(cap.within!)
          : stretchOf(cap.per, countsFrom(each), zone) === stretchOf(cap.per, handed.claimedAt, zone)),
    );
    return counted.length < cap.max;
  }

  // ---------------------------------------------------------------------------------------------------------------------------- broadcasts

  /** Whoever gets a broadcast belongs to its frozen audience, gets it once, and gets what their arm gets. */
  private async lookAtBroadcastMessage(handed: Handed, row: Row): Promise<void> {
    const { world } = this;
    const id = row.broadcast_id as string;
    const who = this.person(handed.person);
    const had = this.had.get(id) ?? [];
    const saw = { broadcast: id, handed: brief(handed), had };
    if (handed.result !== 'not taken') {
      insist(
        !had.some(({ person, key }) => this.person(person) === who && key !== handed.key),
        'I3',
        'somebody got a broadcast twice',
        saw,
      );
      this.had.set(id, [...had.filter(({ key }) => key !== handed.key), { person: handed.person, key: handed.key }]);
    }
    const audience = await world.rows(
      'select b.person_id, b.arm, b.state, p.merged_into from broadcast_person b left join person p on p.lane = b.lane and p.person_id = b.person_id where b.broadcast_id = $1',
      [id],
    );
    const place = audience.find((each) => stableId('broadcast', id, each.person_id) === handed.key);
    insist(
      place && (place.person_id === handed.person || place.merged_into !== null || this.mergedBefore.has(place.person_id)),
      'broadcast',
      'somebody got a broadcast without belonging to its audience',
      saw,
    );
    const [{ plan, experiment }] = (await world.rows('select plan, experiment from broadcast where broadcast_id = $1', [id])) as [
      { plan: BroadcastPlan; experiment: { taken: { arm: string } | null } | null },
    ];
    const arm = place.arm ?? experiment?.taken?.arm ?? 'control';
    const template = plan.experiment?.arms.find(({ key }) => key === arm)?.template ?? plan.template;
    insist(row.template === template, 'I18', 'somebody got something else of a broadcast than their arm gets', {
      ...saw,
      arm,
      got: row.template,
      template,
    });
  }

  /** An audience that was frozen stays as it is, and at rest each of it has had it, waits for something, or has a reason. */
  private async lookAtBroadcasts(): Promise<void> {
    const { world } = this;
    const standings = await this.readStandings();
    const erased = world.crowd.clients.some((client) => client.erased);
    const gone = new Set(
      (await world.rows('select person_id from person where merged_into is not null or erased_at is not null')).map((row) => row.person_id),
    );
    for (const broadcast of await world.rows(
      'select *, frozen_lanes = 256 as is_frozen from broadcast order by created_at, broadcast_id',
    )) {
      const { broadcast_id: id, state, plan } = broadcast as { broadcast_id: string; state: string; plan: BroadcastPlan };
      const people = await world.rows('select person_id, state, arm from broadcast_person where broadcast_id = $1 order by person_id', [
        id,
      ]);
      const saw = { broadcast: id, state, plan };
      insist(state !== 'freezing', 'quiet', 'an audience is not frozen although nothing is going on', saw);
      const messages = new Map(
        (await world.rows('select message_id, person_id, status, reason from message where broadcast_id = $1', [id])).map((row) => [
          row.message_id as string,
          row,
        ]),
      );
      // What was on its way when it was cancelled, and came back to be tried later, is given up then.
      const cameBack = (message: Row): boolean => state === 'cancelled' && message.status === 'held' && message.reason === 'try-later';
      const isSettled = broadcast.settled || [...messages.values()].some(cameBack);
      insist(state !== 'cancelled' || isSettled, 'quiet', 'a cancelled broadcast is not settled although nothing is going on', saw);
      if (broadcast.is_frozen && state !== 'draft') {
        const before = this.frozen.get(id);
        if (!before) {
          insist(erased || broadcast.audience === people.length, 'broadcast', 'the audience has another size than it says', {
            ...saw,
            says: broadcast.audience,
            is: people.length,
          });
          this.frozen.set(id, new Set(people.map((each) => each.person_id)));
          const wasOpen = ['draft', 'scheduled', undefined].includes(this.broadcastsBefore.get(id));
          if (wasOpen && plan.without.length === 0)
            for (const [person, is] of standings) {
              const was = this.standings.get(person);
              const belongs = plan.segments.some(
                (segment) =>
                  was?.segments[segment] !== undefined &&
                  was.segments[segment] === is.segments[segment] &&
                  Number(was.segments[segment]) <= broadcast.starts_at,
              );
              insist(
                !belongs || gone.has(person) || people.some((each) => each.person_id === person),
                'broadcast',
                'somebody who belonged to the audience all the time was not frozen with it',
                { ...saw, person, was, is },
              );
            }
        } else {
          const joined = people.find((each) => !before.has(each.person_id));
          insist(!joined, 'broadcast', 'somebody joined an audience after it was frozen', { ...saw, joined });
          const left = [...before].find((person) => !people.some((each) => each.person_id === person));
          insist(erased || left === undefined, 'broadcast', 'somebody left an audience after it was frozen', { ...saw, left });
        }
      }
      for (const { person_id: person, arm } of people) {
        const known = this.arms.get(`${person} broadcast ${id}`);
        insist(known === undefined || known === String(arm), 'I18', 'somebody of a broadcast changed the arm', {
          ...saw,
          person,
          known,
          arm,
        });
        if (broadcast.is_frozen) this.arms.set(`${person} broadcast ${id}`, String(arm));
      }
      const isOver = ['finished', 'cancelled'].includes(state);
      for (const { person_id: person, state: place } of people) {
        if (gone.has(person)) continue;
        insist(place !== 'waiting' || !isOver, 'broadcast', 'somebody still waits for a broadcast that is over', { ...saw, person });
        const message = messages.get(stableId('broadcast', id, person));
        insist(place !== 'asked' || message || erased, 'broadcast', 'somebody was ticked off without a message', { ...saw, person });
        insist(
          !isOver || !message || !['queued', 'held', 'sending'].includes(message.status) || cameBack(message),
          'broadcast',
          'a message of a broadcast that is over still waits',
          { ...saw, person, message },
        );
      }
    }
  }

  /** I18: whoever came to an arm stays in it, and the arms add up to those who came. */
  private async lookAtExperiments(): Promise<void> {
    const { world } = this;
    const rows = await world.rows('select e.person_id, e.experiment, e.arm from exposure e order by e.experiment, e.person_id');
    for (const { person_id: person, experiment, arm } of rows) {
      const known = this.arms.get(`${person} ${experiment}`);
      insist(known === undefined || known === arm, 'I18', 'somebody changed the arm of an experiment', { person, experiment, known, arm });
      this.arms.set(`${person} ${experiment}`, arm);
    }
    const merged = new Map(
      (await world.rows('select person_id, merged_into from person where merged_into is not null')).map((row) => [
        row.person_id,
        row.merged_into,
      ]),
    );
    const rootOf = (id: string): string => {
      let at = id;
      while (merged.has(at)) at = merged.get(at)!;
      return at;
    };
    const [machine] = world.alive();
    if (!machine) return;
    const { deps } = machine.house;
    const workspace = await deps.workspaces.byId(world.workspace);
    for (const [experiment, came] of Map.groupBy(rows, (row) => row.experiment as string)) {
      const { result, leftOut, taken } = await readExperiment(deps, workspace, experiment);
      const arms = new Map<string, Set<string>>();
      for (const { person_id: person, arm } of came) {
        const who = rootOf(person);
        arms.set(who, (arms.get(who) ?? new Set()).add(arm));
      }
      const mixed = [...arms.values()].filter((each) => each.size > 1).length;
      for (const { key, people } of result.arms) {
        const since = taken?.since.find((each) => each.key === key)?.people ?? 0;
        const mine = [...arms.values()].filter((each) => each.size === 1 && each.has(key)).length;
        insist(people + since === mine, 'I18', 'an arm counts other people than came to it', { experiment, key, people, since, mine });
      }
      insist(leftOut === mixed, 'I18', 'an experiment leaves out others than those who came to two arms', { experiment, leftOut, mixed });
    }
  }

  /** I1, I14: what was acknowledged is there exactly once, with the person whom it names. */
  private async lookAtAcknowledged(all: boolean): Promise<void> {
    const { world } = this;
    const gone = world.crowd.clients.filter((client) => client.erased);
    const devicesGone = new Set(gone.flatMap((client) => client.devices));
    const lost = new Set([...gone, ...world.crowd.clients.filter((client) => client.devices.some((device) => devicesGone.has(device)))]);
    for (const call of world.crowd.calls.values())
      if (call.acknowledged && !this.asked.has(call.messageId)) {
        this.asked.add(call.messageId);
        this.owed.push(call.messageId);
      }
    const fresh = all ? [...this.asked] : this.owed;
    this.owed = [];
    if (fresh.length === 0) return;
    const found = new Map(
      (
        await world.rows(
          'select event_id, count(*) as n, array_agg(person_id) as people, min(happened_at) as at from event where workspace_id = $1 and event_id = any($2::uuid[]) group by event_id',
          [world.workspace, fresh.map((id) => factId(world.workspace, id))],
        )
      ).map((row) => [row.event_id as string, row]),
    );
    const identities = await this.identities();
    for (const id of fresh) {
      const call = world.crowd.calls.get(id)!;
      if (lost.has(call.client)) continue;
      const row = found.get(factId(world.workspace, id));
      const saw = { messageId: id, body: call.body, found: row ?? null };
      insist(row, 'I1', 'an acknowledged call is not there', saw);
      insist(new Set(row.people).size === row.people.length, 'I1', 'one person has the same call twice', saw);
      const twin = String(call.body.anonymousId ?? '').includes('twin') || call.client.tangled;
      insist(row.n === 1 || twin, 'I1', 'an acknowledged call is there more than once', saw);
      const who = call.body.userId === undefined ? identities.get(`2 ${call.body.anonymousId}`) : identities.get(`1 ${call.body.userId}`);
      if (who === undefined || !row.people.includes(who))
        insist(false, 'I14', 'a call is with somebody else than whom it names', {
          ...saw,
          named: who ?? null,
          people: await this.whoAre([...row.people, ...(who ? [who] : [])]),
        });
      insist(call.at === null || row.at === Math.min(call.at, row.at), 'I1', 'a call happened at another time than it says', saw);
    }
    const [twice] = await world.rows(
      'select person_id, event_id from event where workspace_id = $1 group by person_id, event_id having count(*) > 1 limit 1',
      [world.workspace],
    );
    insist(!twice, 'I2', 'one person has the same event twice', twice);
  }

  /** What is to be known of people when something is wrong with them. */
  private async whoAre(ids: readonly string[]): Promise<unknown> {
    return {
      people: await this.world.rows(
        'select person_id, user_id, email, created_at, merged_into, erased_at from person where person_id = any($1::uuid[])',
        [[...ids]],
      ),
      identities: await this.world.rows('select kind, value, person_id, since from identity where person_id = any($1::uuid[])', [[...ids]]),
      merges: await this.world.rows(
        'select person_id, loser_id, at, actor from merge where person_id = any($1::uuid[]) or loser_id = any($1::uuid[])',
        [[...ids]],
      ),
      events: await this.world.rows(
        "select person_id, call, name, accepted_at, stored_at, body ->> 'messageId' as message from event where person_id = any($1::uuid[]) order by stored_at, accepted_at",
        [[...ids]],
      ),
    };
  }

  private async identities(): Promise<Map<string, string>> {
    return new Map(
      (await this.world.rows('select kind, value, person_id from identity where workspace_id = $1', [this.world.workspace])).map((row) => [
        `${row.kind} ${row.value}`,
        row.person_id,
      ]),
    );
  }

  /** I2, I9, I12: what some people remember, where they belong and how much they have is what their kept events say. */
  private async lookAtPeople(many: number): Promise<void> {
    const { world } = this;
    const ids = (
      await world.rows(
        'select person_id from person where workspace_id = $1 and merged_into is null and erased_at is null order by person_id',
        [world.workspace],
      )
    ).map((row) => row.person_id as string);
    if (ids.length === 0) return;
    const chosen = [...new Set(Array.from({ length: many }, () => pick(this.chance, ids)))];
    const people = await world.rows('select * from person where person_id = any($1::uuid[]) order by person_id', [chosen]);
    const events = Map.groupBy(
      await world.rows(
        'select person_id, event_id, call, name, happened_at, accepted_at, body from event where person_id = any($1::uuid[]) order by accepted_at, happened_at, event_id',
        [chosen],
      ),
      (row) => row.person_id as string,
    );
    const [{ owed_memos: owedMemos }] = (await world.rows('select owed_memos from workspace where workspace_id = $1', [
      world.workspace,
    ])) as [Row];
    const book: Book = {
      segments: new Map(this.current('segment').map((each) => [each.key, (each.body as Segment).rule!])),
      scores: new Map(this.current('score').map((each) => [each.key, each.body as Score])),
    };
    const memos = new Set(
      [
        ...compileRulebook(
          1,
          1,
          this.current('segment').concat(this.current('score')) as unknown as Published[],
          [],
          'UTC',
        ).memosByEvent.values(),
      ].flat(),
    );
    for (const row of people) {
      const state = row.state as PersonState;
      const own = events.get(row.person_id) ?? [];
      const kept: Kept[] = own.map((each) => ({
        name: each.name,
        call: each.call,
        at: each.happened_at,
        properties: each.body.properties ?? {},
      }));
      const subject: Subject = {
        events: kept,
        traits: row.traits,
        email: row.email,
        phone: row.phone,
        name: row.name,
        stage: row.stage,
        consents: state.consents,
      };
      const past = kept
        .map((event, index) => ({ id: own[index]!.event_id as string, ...event, properties: event.properties as JsonObject }))
        .filter((event) => ['track', 'page', 'screen', 'group'].includes(event.call))
        .sort((a, b) => a.at - b.at);
      const anew = remember(memos, past);
      const owed = Object.entries(owedMemos as Record<string, number>).filter(([, revision]) => revision > state.revision);
      for (const memo of memos) {
        // What they owe they will remember when they are next looked at.
        if (owed.some(([name]) => name.startsWith(`${memo.id}:`))) continue;
        // Journeys and stages may have more of the same remembered.
        const is = (state.memory[memo.id] ?? { n: 0, t: [] }) as CountTrace;
        const whole = (anew[memo.id] ?? { n: 0, t: [] }) as CountTrace;
        // What no window can see any more need not be there.
        const anewTrace = { ...whole, t: whole.t.filter((at) => at > world.now - memo.horizon) };
        insist(
          (anewTrace.n === 0 || is.n === anewTrace.n) &&
            JSON.stringify(anewTrace.t.length === 0 ? [] : is.t.slice(-anewTrace.t.length)) === JSON.stringify(anewTrace.t),
          'I2',
          'a person remembers something else than the events that are kept say',
          { person: row.person_id, events: memo.names, kept: past, remembered: is, anew: anewTrace },
        );
      }
      const now = world.now;
      // Where the clock was put back, somebody may have been looked at last at what is yet to come: when something happened, or when a window closed.
      const instants = [now, ...(world.reached > now ? [world.reached, ...past.map(({ at }) => at).filter((at) => at > now)] : [])];
      for (const [key, rule] of book.segments) {
        const belongs = instants.map((at) => holds(rule, subject, book, at));
        insist(
          belongs.includes(state.segments[key] !== undefined),
          'I12',
          belongs[0] ? 'somebody is not in a segment to which they belong' : 'somebody is in a segment to which they do not belong',
          { person: row.person_id, segment: key, rule, now: toIso(now), since: state.segments[key] ?? null, scores: state.scores },
        );
      }
      for (const [key, score] of book.scores) {
        const values = instants.map((at) => scoreOf(key, subject, book, at));
        const is = state.scores[key] ?? 0;
        const fades = score.signals.some(isFading);
        const saw = { person: row.person_id, score: key, now: toIso(now), is, shouldBe: values[0] };
        // What fades is kept to the point between two looks; the thresholds are kept to the millisecond.
        insist(
          values.some((value) => (fades ? Math.abs(is - value) < 1 : is === value)),
          'I13',
          'somebody has another score than their events say',
          saw,
        );
        const aboveWith = (points: number): string =>
          JSON.stringify(score.thresholds.filter(({ at }) => points >= at).map((each) => each.key));
        if (fades && values[0] !== 0) this.look('fading score');
        insist(
          values.some((value) => aboveWith(value) === JSON.stringify(state.above[key] ?? [])),
          'I13',
          'somebody stands at another threshold of a score than their events say',
          { ...saw, above: state.above[key] ?? [], thresholds: score.thresholds },
        );
      }
      this.lookAtOrder(own);
    }
  }

  /** I9: the engine alone, told the same events in another order and in other portions, remembers and decides the same. */
  private lookAtOrder(own: readonly Row[]): void {
    const book = compileRulebook(1, 1, this.current('segment').concat(this.current('score')) as unknown as Published[], [], 'UTC');
    const now = this.world.now;
    const facts = own
      .filter((row) => row.call === 'track' || row.call === 'page')
      .map(
        (row): Fact => ({
          kind: 'event',
          call: row.call,
          name: row.name,
          id: row.event_id,
          messageId: row.event_id,
          at: row.happened_at,
          acceptedAt: now,
          source: { trust: 'write', by: 'simulator', entryPoint: null },
          properties: row.body.properties ?? {},
          envelope: {},
        }),
      );
    const tell = (order: readonly Fact[], portion: number): string => {
      let person = { ...newPerson('00000000-0000-7000-8000-000000000000', 'api', 0) };
      for (let from = 0; from < order.length; from += portion)
        person = decide({ person, runs: [], facts: order.slice(from, from + portion), wokenAt: null, isNew: from === 0 }, book, now).person;
      const { memory, segments, scores } = person.state;
      return JSON.stringify([
        Object.entries(memory).sort(),
        Object.keys(segments).sort(),
        Object.entries(scores)
          .filter(([, value]) => value !== 0)
          .sort(),
      ]);
    };
    const shuffled = facts
      .map((fact) => ({ fact, at: this.chance() }))
      .sort((a, b) => a.at - b.at)
      .map((each) => each.fact);
    insist(tell(facts, facts.length || 1) === tell(shuffled, 3), 'I9', 'the order of arrival decides what a person remembers', {
      events: facts.length,
    });
  }

  /** I14: an identity names one person who is there, and names that were given together name one person. */
  private async lookAtIdentities(): Promise<void> {
    const { world } = this;
    const [stray] = await world.rows(
      'select i.kind, i.value, i.person_id, p.merged_into, p.erased_at from identity i join person p on p.lane = i.lane and p.person_id = i.person_id where p.merged_into is not null or p.erased_at is not null limit 1',
    );
    insist(!stray, 'I14', 'an identity names somebody who is not there any more', stray);
    const [chain] = await world.rows(
      'select p.person_id, q.person_id as into_whom, q.merged_into from person p join person q on q.person_id = p.merged_into where q.merged_into = p.person_id limit 1',
    );
    insist(!chain, 'I14', 'two people were merged into each other', chain);
    const identities = await this.identities();
    for (const call of world.crowd.calls.values()) {
      if (call.acknowledged && call.body.type === 'alias' && !call.client.erased && !call.client.apart) {
        const [user, previous] = [identities.get(`1 ${call.body.userId}`), identities.get(`2 ${call.body.previousId}`)];
        insist(user === previous, 'I14', 'somebody who has our trust said that two names are one person, and they are two', {
          body: call.body,
          whoTheyAre: await this.whoAre([user, previous].filter((id) => id !== undefined)),
        });
      }
      if (
        !call.acknowledged ||
        call.client.tangled ||
        call.client.erased ||
        call.body.userId === undefined ||
        call.body.anonymousId === undefined
      )
        continue;
      const [user, anonymous] = [identities.get(`1 ${call.body.userId}`), identities.get(`2 ${call.body.anonymousId}`)];
      insist(user === anonymous, 'I14', 'two names that were given together name two people', { body: call.body, user, anonymous });
    }
  }

  /** I8: stages follow each other without a gap, each by a way that the lifecycle knew, or by hand with a reason. */
  private async lookAtStages(): Promise<void> {
    const { world } = this;
    const lifecycles = this.versions.filter((each) => each.kind === 'lifecycle');
    const rows = await world.rows(
      'select h.*, e.name as event, e.body as evidence_body, p.stage as stands_in, p.merged_into, p.erased_at from stage_history h join person p on p.lane = h.lane and p.person_id = h.person_id left join event e on e.lane = h.lane and e.person_id = h.person_id and e.event_id = h.evidence order by h.person_id, h.seq',
    );
    let before: Row | null = null;
    for (const [index, row] of rows.entries()) {
      if (before?.person_id !== row.person_id) before = null;
      const saw = {
        person: row.person_id,
        seq: row.seq,
        from: row.from_stage,
        to: row.stage,
        actor: row.actor,
        at: toIso(row.entered_at),
        event: row.event,
        before,
      };
      insist(row.seq === (before === null ? 0 : before.seq + 1), 'I8', 'the history of stages has a gap', saw);
      insist(row.from_stage === (before?.stage ?? null), 'I8', 'a move began at a stage in which the person was not', saw);
      insist(before === null || row.entered_at > before.entered_at, 'I8', 'two moves have the wrong order', saw);
      const lifecycle = lifecycles.findLast((each) => each.revision <= row.revision)?.body as Lifecycle | undefined;
      const from = lifecycle?.stages.find((stage) => stage.key === row.from_stage);
      const to = lifecycle?.stages.find((stage) => stage.key === row.stage);
      insist(to, 'I8', 'somebody was moved to a stage that the lifecycle does not have', saw);
      if (row.override) insist(row.reason, 'I8', 'a move by hand has no reason', saw);
      else if (row.actor !== 'entry-point') {
        insist(
          row.from_stage === null ? row.actor !== 'rule' || to.first : !from || from.next.includes(row.stage),
          'I8',
          'a move went a way that the lifecycle does not have',
          saw,
        );
        if (row.actor === recycleActor) {
          const stalls = lifecycles.flatMap(({ body }) =>
            (body as Lifecycle).stages.flatMap(({ key, stall }) => (key === row.from_stage && stall ? [stall] : [])),
          );
          insist(
            stalls.some(({ after, to: where }) => where === row.stage && row.entered_at - before!.entered_at >= ms(after)),
            'I8',
            'somebody was recycled who had not stalled',
            saw,
          );
          insist(row.event === recycledEvent || row.merged_into !== null, 'I8', 'somebody was recycled, and nothing says so', saw);
        }
        if (row.actor === 'rule' && row.merged_into === null)
          insist(
            row.event !== null && to.entry.some((way) => way.on.event === row.event),
            'I8',
            'the evidence of a move is not there, or is none',
            saw,
          );
      }
      if (rows[index + 1]?.person_id !== row.person_id && row.merged_into === null && row.erased_at === null)
        insist(row.stands_in === row.stage, 'I8', 'somebody stands in another stage than their history says', saw);
      before = row;
    }
    const [unexplained] = await world.rows(
      'select person_id, stage from person p where stage is not null and merged_into is null and not exists (select 1 from stage_history h where h.lane = p.lane and h.person_id = p.person_id) limit 1',
    );
    insist(!unexplained, 'I8', 'somebody stands in a stage without a history', unexplained);
  }

  /** I14, I15: the ledger of consents has no gap, says what is in force, and a withdrawal stands, through merges too. */
  private async lookAtConsents(): Promise<void> {
    const { world } = this;
    const [gap] = await world.rows(
      'select person_id, count(*) as n, max(seq) + 1 as upto from consent group by person_id having count(*) <> max(seq) + 1 limit 1',
    );
    insist(!gap, 'I15', 'the ledger of consents has a gap', gap);
    const states = new Map(
      (await world.rows("select person_id, state -> 'consents' as consents, erased_at from person")).map((row) => [
        row.person_id as string,
        row,
      ]),
    );
    await this.learnMerges();
    for (const id of this.withdrawn) {
      const row = states.get(this.person(id));
      if (!row || row.erased_at !== null) continue;
      insist(row.consents['marketing/*']?.state === 'withdrawn', 'I14', 'a withdrawal does not stand any more', {
        person: id,
        now: this.person(id),
        consents: row.consents,
      });
    }
    for (const [id, row] of states) if (row.consents?.['marketing/*']?.state === 'withdrawn') this.withdrawn.add(id);
  }

  private async lookAtMemberships(): Promise<void> {
    const [other] = await this.world.rows(
      `select p.person_id, m.rows, k.keys from person p
       cross join lateral (select coalesce(array_agg(segment order by segment collate "C"), '{}') as rows from membership m where m.lane = p.lane and m.person_id = p.person_id) m
       cross join lateral (select coalesce(array_agg(key order by key collate "C"), '{}') as keys from jsonb_object_keys(coalesce(p.state -> 'segments', '{}')) key) k
       where p.merged_into is null and p.erased_at is null and m.rows <> k.keys limit 1`,
    );
    insist(!other, 'I12', 'the list of members says something else than the person', other);
  }

  /** I17: of somebody who was erased nothing is left in any table. */
  private async lookAtErased(): Promise<void> {
    for (const { person, canary, client } of this.world.erased) {
      // Whoever sends something again under an old name is somebody new.
      if (client.outbox.length > 0 || this.world.cameBack.has(client)) continue;
      // Listed here again: a table that the store's own list of what is erased forgets must not be forgotten by the check too.
      for (const table of [
        'person',
        'identity',
        'event',
        'message',
        'decision',
        'task',
        'run_step',
        'run',
        'consent',
        'stage_history',
        'membership',
        'wake',
        'merge',
        'inbox',
        'mail',
        'suppression',
        'audit',
        'refusal',
        'kept_apart',
        'identity_refused',
        'identity_seen',
        'identity_hold',
        'held_join',
      ]) {
        const [row] = await this.world.rows(`select * from ${table} t where t::text like $1 limit 1`, [`%${canary}%`]);
        insist(!row, 'I17', `something of an erased person is left in ${table}`, { person, canary, row });
      }
    }
  }

  private async learnMerges(): Promise<void> {
    this.mergedInto = await this.readMerges();
  }

  private async readMerges(): Promise<Map<string, string>> {
    const rows = await this.world.rows('select person_id, merged_into from person where merged_into is not null');
    return new Map(rows.map((row) => [row.person_id, row.merged_into]));
  }

  // ------------------------------------------------------------------------------------------------------------------------------- history

  /** What happened since the last call, for the fingerprint of a run. */
  async newHistory(): Promise<unknown[]> {
    const [counts] = await this.world.rows(
      'select (select count(*) from event) as events, (select count(*) from person) as people, (select count(*) from stage_history) as moves, (select count(*) from decision) as decisions, (select count(*) from consent) as consents, (select count(*) from message) as messages',
    );
    return [counts, this.history.splice(0)];
  }

  async counts(): Promise<Record<string, number>> {
    const rows = await this.world.rows(
      `select status || coalesce(': ' || reason, '') as what, count(*) as n from message group by 1 union all select 'runs: ' || journey || '@' || version || ' ' || split_part(coalesce(end_reason, 'live'), ':', 1), count(*) from run group by 1
       union all select 'merges', count(*) from merge union all select 'migrations', count(*) from run_migration union all select 'migrations taken back', count(undone_at) from run_migration
       union all select 'ramps: ' || state, count(*) from ramp group by 1 union all select 'retirements', count(*) from retirement union all select 'moves', count(*) from stage_history union all select 'not entered', count(*) from decision where decided = 'not entered' order by 1`,
    );
    return { ...Object.fromEntries(rows.map((row) => [row.what, row.n])), ...this.looked };
  }

  async digest(): Promise<string> {
    const [row] = await this.world.rows(
      `select (select md5(string_agg(person_id::text || coalesce(stage, '') || coalesce(score, 0) || state::text, ',' order by person_id)) from person) as people,
        (select md5(string_agg(message_id::text || status || coalesce(reason, '') || opens || clicks, ',' order by message_id)) from message) as messages,
        (select md5(string_agg(run_id::text || status || coalesce(end_reason, ''), ',' order by run_id)) from run) as runs`,
    );
    return JSON.stringify(row);
  }
}

const workspaceZone = 'Europe/Berlin';

/** Whether a step says that it was taken by hand, from one version to another. */
const saysMoved = (row: Row): boolean => /^moved (back )?to version \d+ by /.test(row.because ?? '');

const isFading = ({ halfLife, expires }: Signal): boolean => halfLife !== undefined || expires !== undefined;

/** A run of which nothing has been seen before its first step. */
const begun = (row: Row): KnownRun => ({
  journey: row.journey,
  version: row.version,
  enteredBy: row.version,
  status: 'live',
  endedAt: null,
  endReason: null,
  seq: 0,
  next: row.entry,
  since: row.entered_at,
  cameAt: row.entered_at,
});

const dayBefore = (day: string, days: number): string => toIso(Date.parse(`${day}T12:00:00Z`) - days * 86_400_000).slice(0, 10);

/** Whether the workspace's clock and calendar show an occurrence of a schedule. */
function isDue({ every, weekdays, day, at }: TriggerOf<'schedule'>, due: Instant): boolean {
  const today = stretchOf('day', due, workspaceZone);
  const noon = new Date(`${today}T12:00:00Z`);
  if (every === 'week' && !weekdays!.includes(((noon.getUTCDay() + 6) % 7) + 1)) return false;
  const last = new Date(Date.UTC(noon.getUTCFullYear(), noon.getUTCMonth() + 1, 0)).getUTCDate();
  if (every === 'month' && noon.getUTCDate() !== Math.min(day!, last)) return false;
  const shows = wallMinutes(due, workspaceZone);
  const wanted = Number(at.slice(0, 2)) * 60 + Number(at.slice(3));
  // An hour that the change to summer time skips is over at once.
  return shows === wanted || (shows === 180 && wallMinutes(due - 1, workspaceZone) === 119 && wanted >= 120 && wanted < 180);
}

/** Of an uncertain one the product knows when it was claimed; whether it arrived, and when, nobody knows. */
const countsFrom = (each: Handed): Instant => (each.result === 'sent' ? each.at : each.claimedAt);

const hashOf = (address: string): string => createHash('sha256').update(address).digest('hex');

const brief = ({ key, person, to, channel, at, claimedAt, claimedAs, result }: Handed): object => ({
  key,
  person,
  to,
  channel,
  at: toIso(at),
  claimedAt: toIso(claimedAt),
  claimedAs,
  result,
});
