import { standardLoops } from '#contract/breaker.ts';
import type { ConsentChange } from '#contract/consent.ts';
import type { EnterFact, EventFact, Fact, IdentifyFact, IdentityKind, MembershipFact, MigrateFact, RefusedName } from '#contract/fact.ts';
import type { FieldSource } from '#contract/field.ts';
import type { Instant } from '#contract/instant.ts';
import { ms, sayDuration } from '#contract/instant.ts';
import { isObject, type JsonObject, textAt } from '#contract/json.ts';
import { isArrival, placeOf, sourceFrom } from './arrival.ts';
import type { Effect } from './effect.ts';
import { expiredFields, marked, mayClaim, nextExpiry, screen, sourceOf } from './fields.ts';
import {
  advance,
  type Advanced,
  type CompiledEntry,
  type CompiledJourney,
  ended,
  type JourneyFact,
  migrated,
  movedBack,
  newRun,
  wakesAt,
} from './journey/advance.ts';
import { type Chain, circleIn, isTurn, joined, led, sayBudget, sayCircle, turnsWithin } from './journey/loop.ts';
import { isAmongFirst } from './journey/ramp.ts';
import { endReasons, type Run, type Word } from './journey/run.ts';
import { allows, missingFor, stageAfter } from './lifecycle/lifecycle.ts';
import { recycleActor, recycled, stallOf } from './lifecycle/stall.ts';
import { nameKey } from './identity/names.ts';
import { sayKind } from './identity/words.ts';
import { isZone, sayInstant } from './local-time.ts';
import { clickSettles } from './message/click-verdict.ts';
import { type FollowedLink, type Person, unknownEntryPoint } from './person.ts';
import { type Explained, explainRule, partsOf } from './rule/explain.ts';
import type { Occurrence } from './rule/match.ts';
import { type Memo, remember } from './rule/memory.ts';
import { never, type Question } from './rule/question.ts';
import type { Rulebook } from './rulebook.ts';
import { stableId } from './stable-id.ts';
import { mergeTraits, nameFrom, withTrait } from './traits.ts';

/** How many instants at which time alone changes something are gone through one by one, after a time in which nobody worked. */
const instantsMax = 10_000;

/** How often one fact may change what rules read before the engine stops asking: two rules that undo each other cannot hold it. */
const roundsMax = 20;

type Ground = Extract<Effect, { kind: 'decision' }>['because'][number];

/** Under this name stands a link that was followed and has not been judged. */
export const linkFollowed = 'Email Link Followed';

/** What came of some facts for one person. */
export interface Decision {
  person: Person;
  /** All runs that were live before or were begun, as they stand now. */
  runs: Run[];
  effects: Effect[];
  /** The earliest instant at which time alone may change something; Infinity when nothing is pending. */
  wakeAt: Instant;
  /** A fact came so late that what is remembered has to be made anew: the answer holds only once `history` was given. */
  needsHistory: boolean;
}

export interface Given {
  person: Person;
  runs: readonly Run[];
  /** In the order of the person's lane. */
  facts: readonly Fact[];
  /** When the person's wake was due, if it is: rules are asked again at that instant, and at each later one that they name. */
  wokenAt: Instant | null;
  /** The first fact makes the person: they begin where their entry point says. */
  isNew: boolean;
  /** Two people became this one, or this one two, since they were last decided. What that alone changes begins nothing. */
  isRegrouped?: boolean;
  /** What the person did before these facts, oldest first; only when an earlier answer asked for it. */
  history?: readonly Occurrence[];
}

/**
 * Decides what some facts and the passing of time mean for one person. Whatever was due before a fact was accepted happens before it, so that the
 * answer does not depend on when the facts are taken. Pure: the same person, rulebook, facts and `now` give the same answer.
 */
export function decide(given: Given, rulebook: Rulebook, now: Instant): Decision {
  const desk = new Desk(given, rulebook, now);
  if (given.isNew && given.facts[0]) desk.welcome(given.facts[0]);
  if (given.isRegrouped) desk.regroup();
  for (const fact of given.facts) {
    desk.letTimePass(fact.acceptedAt);
    desk.take(fact);
  }
  desk.letTimePass(now);
  return desk.decision();
}

/** The desk at which one person's facts are worked through: values in, values out; it lives for one call of `decide`. */
class Desk {
  person: Person;
  runs: Run[];
  private readonly effects: Effect[] = [];
  private readonly rulebook: Rulebook;
  private readonly now: Instant;
  /** The instant up to which time has passed for this person: rules are asked as of then. */
  private at: Instant;
  private changesAt: Instant;
  /** What happened before, and in these facts. */
  private readonly history: Occurrence[] | null;
  private needsHistory = false;
  /** What changed and has not been asked about yet, as `reads` names it. */
  private changed = new Set<string>();
  /** What changed that runs may wait for, and has not been told to them. */
  private unheard = new Set<string>();
  /** What happened that journeys may begin with, as `listensFor` names it, and has not been looked at. */
  private begun: { name: string; evidence: string; chain: Chain | null }[] = [];
  private beginsNothing = false;
  /** Events that runs wrote, and of which runs and journeys have not heard. */
  private raised: { event: Occurrence; chain: Chain | null }[] = [];
  private evidence = '';
  /** How automation led to what is being done; null where something from outside did. */
  private chain: Chain | null = null;
  /** The same for what it changed, as `reads` names it, since something last came from outside. */
  private caused: Record<string, Chain>;
  /** What changed that rules are being asked about; null where time alone makes them be asked. */
  private asking: ReadonlySet<string> | null = null;

  constructor(given: Given, rulebook: Rulebook, now: Instant) {
    const { state } = given.person;
    this.person = {
      ...given.person,
      state: {
        ...state,
        consents: { ...state.consents },
        segments: { ...state.segments },
        scores: { ...state.scores },
        above: { ...state.above },
        grades: { ...state.grades },
        dead: { ...state.dead },
        journeys: { ...state.journeys },
        memory: { ...state.memory },
      },
    };
    this.runs = [...given.runs];
    this.caused = { ...state.caused };
    this.rulebook = rulebook;
    this.now = now;
    this.at = Math.min(given.facts[0]?.acceptedAt ?? now, given.wokenAt ?? now, now);
    this.changesAt = given.wokenAt ?? never;
    this.history = given.history ? [...given.history] : null;
  }

  decision(): Decision {
    let wakeAt = this.changesAt;
    for (const click of this.person.state.clicks) wakeAt = Math.min(wakeAt, click.at + clickSettles);
    for (const run of this.runs) if (run.status === 'live') wakeAt = Math.min(wakeAt, this.wakeOf(run));
    wakeAt = Math.min(wakeAt, nextExpiry(this.rulebook.fields, this.person.state.written));
    this.keepCaused();
    return { person: this.person, runs: this.runs, effects: this.effects, wakeAt, needsHistory: this.needsHistory };
  }

  private wakeOf(run: Run): Instant {
    const journey = this.rulebook.versions.get(`${run.journey}@${run.version}`);
    // While a human has taken over, time changes nothing.
    return journey && !this.person.state.paused && !this.person.state.stopped ? wakesAt(journey, run) : never;
  }

  /** Keeps what time may still turn into a change of a rule's answer, until something comes from outside. */
  private keepCaused(): void {
    const { segmentsReading, scoresReading, gradesReading, lifecycle } = this.rulebook;
    const stall = lifecycle?.stalls.get(this.person.stage ?? '');
    const kept = Object.entries(this.caused).filter(
      ([name]) => segmentsReading.has(name) || scoresReading.has(name) || gradesReading.has(name) || stall?.reads.has(name),
    );
    if (kept.length > 0) this.person.state.caused = Object.fromEntries(kept);
    else if (this.person.state.caused) delete this.person.state.caused;
  }

  /** Notes that something changed, and whether automation did it. */
  private touch(names: readonly string[], chain: Chain | null = this.chain): void {
    for (const name of names) {
      this.changed.add(name);
      if (chain === null) delete this.caused[name];
      else this.caused[name] = chain;
    }
  }

  /** How automation led to a change of what some rules read; null where something from outside had a part in it. */
  private ledTo(reads: Iterable<string>, changed: ReadonlySet<string> | null): Chain | null {
    // Nearly always nothing: most of what happens to people comes from outside.
    if (isEmpty(this.caused)) return null;
    const names = [...reads].filter((name) => (changed === null ? name in this.caused : changed.has(name)));
    if (names.length === 0 || names.some((name) => !(name in this.caused))) return null;
    return joined(names.map((name) => this.caused[name]!));
  }

  /** Lets happen what time alone brings up to an instant, in order: rules whose answer changes, and runs that wait. */
  letTimePass(until: Instant): void {
    this.judgeClicks(until);
    this.dropExpired(until);
    for (let round = 0; round < instantsMax; round++) {
      const due = this.runs.filter((run) => run.status === 'live' && this.wakeOf(run) <= until);
      const next = due.reduce((earliest, run) => Math.min(earliest, this.wakeOf(run)), this.changesAt);
      if (next > until) break;
      this.at = Math.max(this.at, next);
      if (this.changesAt <= this.at) {
        this.evidence = stableId('time', this.person.id, this.at);
        this.askEverything();
      }
      for (const run of due)
        if (this.wakeOf(run) <= this.at) {
          this.evidence = run.entryEvidence;
          this.tell(run, { kind: 'time', person: this.person });
        }
      this.carryOn();
    }
    this.at = Math.max(this.at, until);
  }

  /** A new person begins in the stage and with the owner that their entry point declares, in the transaction that makes them. */
  welcome(fact: Fact): void {
    this.evidence = fact.id;
    this.askEverything();
    const entryPoint = this.rulebook.entryPoints.get(this.person.entryPoint)?.body;
    if (!entryPoint) return;
    this.person.owner = entryPoint.owner;
    if (entryPoint.stage !== null && this.rulebook.lifecycle?.stages.has(entryPoint.stage))
      this.move(entryPoint.stage, {
        override: false,
        reason: `came in through ${entryPoint.name}`,
        actor: 'entry-point',
        evidence: fact.id,
      });
    this.carryOn();
  }

  /** Asks every rule about a person who has another history than before. Runs that wait for what changes hear of it; nothing begins because of it. */
  regroup(): void {
    this.evidence = stableId('time', this.person.id, this.at);
    this.beginsNothing = true;
    this.leaveGroups();
    this.askEverything();
    this.beginsNothing = false;
    this.carryOn();
  }

  take(fact: Fact): void {
    this.evidence = fact.id;
    if (this.person.erasedAt !== null) return;
    // What another system answers follows from what a run asked; everything else that is taken comes from outside.
    if (fact.kind !== 'answer') this.caused = {};
    if (fact.joins) this.joins(fact, fact.joins);
    for (const name of fact.refused ?? []) this.refuseName(name);
    for (const kind of fact.notTaken ?? [])
      this.refuse(
        'identity',
        `${kind} not taken`,
        `The ${kind === 'email' ? 'address' : 'number'} was not taken: it belongs to another person, and only a trusted source may say that the two are one.`,
        [{ rule: 'an address belongs to whoever gave it first', version: null, held: false, evidence: [fact.id] }],
      );
    if ('claims' in fact && fact.claims) this.claim(fact.claims, sourceOf(fact));
    if ('consent' in fact && fact.consent) for (const change of fact.consent) this.consent(change, fact.at);
    switch (fact.kind) {
      case 'identify':
        this.traits(fact.traits, sourceOf(fact));
        this.person.userId ??= this.saidUser(fact);
        this.context(fact.envelope, fact.at);
        break;
      case 'alias':
        break;
      case 'edit':
        this.traits(fact.traits, sourceOf(fact));
        break;
      case 'consent':
        for (const change of fact.changes) this.consent(change, fact.at);
        break;
      case 'owner':
        this.person.owner = fact.owner;
        this.touch(['profile:owner']);
        break;
      case 'membership':
        this.listed(fact);
        break;
      case 'disown':
        this.disown(fact.name, fact.because);
        break;
      case 'override':
        this.override(fact.to, fact.reason, fact.actor);
        break;
      case 'erase':
        for (const run of this.runs) if (run.status === 'live') this.replace(ended(run, endReasons.erased, this.now, fact.id));
        this.effects.push({ kind: 'erase', actor: fact.actor });
        this.person.erasedAt = this.now;
        return;
      case 'event':
        this.event(fact);
        break;
      case 'enter':
        this.sendIn(fact);
        break;
      case 'end-runs':
        this.endRuns(fact.journey, `${endReasons.takenOut}: ${fact.actor} took the person out: ${fact.reason}`);
        break;
      case 'answer':
        this.word(fact.run, fact.step, { kind: 'answer', ok: fact.ok, says: fact.says, body: fact.body });
        break;
      case 'migrate':
        this.migrate(fact);
        break;
      case 'approval':
        this.word(fact.run, fact.step, { kind: 'approval', yes: fact.yes, actor: fact.actor, reason: fact.reason });
        break;
      case 'take-over':
        this.takeOver(fact.actor, fact.reason);
        break;
      case 'release':
        this.release(fact.actor);
        break;
      case 'stop':
        this.person.state.stopped ??= { since: this.now, by: fact.actor, reason: fact.reason };
        break;
      case 'let-go':
        this.letGo();
        break;
      case 'unlock':
        this.unlock();
        break;
    }
    this.carryOn();
  }

  /** Asks for a merge, unless one with that person was undone: then only a trusted source may say anew that the two are one. */
  private joins(fact: Fact, joins: string): void {
    if (this.person.state.apart?.includes(joins) && fact.source.trust !== 'trusted') return;
    this.effects.push({
      kind: 'merge',
      joins,
      evidence: fact.id,
      actor: fact.source.by,
      by: fact.joinsBy ?? null,
      reason: fact.joinsReason ?? null,
    });
  }

  private refuseName({ kind, value, because }: RefusedName): void {
    const shown = value.length > 60 ? `${value.slice(0, 60)}…` : value;
    this.refuse('identity', `${kind} refused`, `The ${sayKind(kind)} "${shown}" was not joined to anybody: ${because}.`, [
      { rule: `${because}`, version: null, held: false, evidence: [this.evidence] },
    ]);
  }

  /** A name that many share is this person's no longer. */
  private disown(name: { kind: IdentityKind; value: string }, because: string): void {
    this.person.state.gone = { ...this.person.state.gone, [nameKey(name)]: '' };
    this.effects.push({ kind: 'disown', name, because, at: this.now });
    this.refuseName({ ...name, because });
  }

  private event(fact: EventFact & Fact): void {
    if (fact.traits) this.traits(fact.traits, sourceOf(fact));
    if (fact.call !== 'group') this.context(fact.envelope, fact.at);
    this.person.userId ??= this.saidUser(fact);
    if (fact.source.trust === 'trusted' && fact.name === linkFollowed) this.followed(fact);
    else {
      if (fact.source.trust === 'trusted') this.messageEvent(fact);
      this.happened(fact);
    }
  }

  /** What an event means: for memory, segments and scores, for the stage, for the runs under way, and for journeys that begin with it. */
  private happened(event: Occurrence): void {
    this.learn(event);
    this.hear(event);
    this.carryOn();
  }

  /** What is remembered of an event, and the rules that read it. */
  private learn(event: Occurrence): void {
    this.history?.push(event);
    for (const memo of this.rulebook.memosByEvent.get(event.name) ?? []) this.remember(memo, event);
    this.touch([`event:${event.name}`]);
    this.settle();
  }

  private hear(event: Occurrence): void {
    const { name, properties } = event;
    this.stage(event);
    for (const run of this.runs)
      if (run.status === 'live')
        this.tell(run, { kind: 'event', person: this.person, evidence: event.id, actAt: event.at, name, properties }, this.chain === null);
    this.settle();
    for (const { journey, entry } of this.rulebook.listeners.get(`event:${name}`) ?? [])
      if (entry.matches(event)) this.enter(journey, entry, { id: event.id, actAt: event.at });
  }

  /** Folds an event into one memory. One that comes too late for its order has the memory made anew from all that happened. */
  private remember(memo: Memo, event: Occurrence): void {
    const { memory } = this.person.state;
    const trace = memo.fold(memory[memo.id], event);
    if (trace) memory[memo.id] = trace;
    if (trace !== null) return;
    if (this.history === null) {
      this.needsHistory = true;
      return;
    }
    const anew = remember(
      [memo],
      this.history.toSorted((a, b) => a.at - b.at),
    )[memo.id];
    if (anew) memory[memo.id] = anew;
  }

  /** A link was followed by what looks like a browser. With another link of the message within two seconds, a scanner follows them all. */
  private followed(fact: EventFact & Fact): void {
    const message = textAt(fact.properties, 'messageId') ?? '';
    const link = Number(fact.properties.linkIndex ?? 0);
    const { clicks } = this.person.state;
    const beside = clicks.filter((each) => each.message === message && each.link !== link && Math.abs(each.at - fact.at) <= clickSettles);
    const click: FollowedLink = { id: fact.id, message, link, at: fact.at, properties: fact.properties, machine: beside.length > 0 };
    this.person.state.clicks = [...clicks.map((each) => (beside.includes(each) ? { ...each, machine: true } : each)), click];
    if (beside.length > 0)
      for (const each of [...beside.filter((other) => !other.machine), click])
        this.judged(each, 'machine', 'followed several links within two seconds');
  }

  /** Judges the links that were followed two seconds before `until`: nothing showed that a machine followed them. */
  private judgeClicks(until: Instant): void {
    const { clicks } = this.person.state;
    const due = clicks.filter((each) => each.at + clickSettles <= until);
    if (due.length === 0) return;
    this.person.state.clicks = clicks.filter((each) => !due.includes(each));
    for (const each of due) if (!each.machine) this.judged(each, 'human', 'an ordinary browser followed one link');
  }

  /** The verdict is an event of its own; what was followed is kept beside it as it was. */
  private judged(click: FollowedLink, actor: 'human' | 'machine', because: string): void {
    const event = {
      id: stableId('verdict', click.id),
      name: 'Email Link Clicked',
      at: click.at,
      properties: { ...click.properties, actor, because },
      by: 'link' as const,
    };
    this.evidence = event.id;
    this.effects.push(
      { kind: 'event', ...event, from: click.id },
      { kind: 'message-event', message: click.message, what: 'clicked', answer: null },
    );
    this.happened(event);
  }

  /** Opens, clicks, bounces and complaints of our own messages come back as events. */
  private messageEvent(fact: EventFact & Fact): void {
    // Whoever marks a mail as spam wants no more of them, whatever they said before.
    if (fact.name === 'Email Complained')
      this.consent(
        { purpose: 'marketing', channel: '*', state: 'withdrawn', wording: null, method: 'complaint', actor: fact.source.by },
        fact.at,
      );
    const message = textAt(fact.properties, 'messageId');
    if (!message) return;
    if (fact.name === 'Email Opened') this.effects.push({ kind: 'message-event', message, what: 'opened', answer: null });
    if (fact.name === 'Email Link Clicked') this.effects.push({ kind: 'message-event', message, what: 'clicked', answer: null });
    if (fact.name === 'Email Bounced')
      this.effects.push({ kind: 'message-event', message, what: 'bounced', answer: textAt(fact.properties, 'answer') });
    if (fact.name === 'Email Bounced' && fact.properties.permanent === true && this.person.email) {
      this.person.state.dead.email = this.person.email;
      this.touch(['reach:email']);
      this.effects.push({
        kind: 'suppress',
        channel: 'email',
        address: this.person.email,
        scope: 'all',
        because: 'the address does not exist',
        at: this.now,
      });
    }
  }

  private claim(claims: { email?: string; phone?: string }, source: FieldSource): void {
    const may = (kind: 'email' | 'phone'): boolean => mayClaim(this.rulebook.fields, this.person, kind, source);
    if (claims.email && claims.email !== this.person.email && may('email')) {
      this.person.email = claims.email;
      this.touch(['trait:email', 'reach:email']);
    }
    if (claims.phone && claims.phone !== this.person.phone && may('phone')) {
      this.person.phone = claims.phone;
      this.touch(['trait:phone', 'reach:sms']);
    }
  }

  private traits(given: JsonObject, source: FieldSource): void {
    const { traits, state } = this.person;
    const { changes, refused, written } = screen(this.rulebook.fields, traits, state.written, given, source, this.now);
    state.written = written;
    for (const each of refused) {
      const id = stableId('field', this.person.id, this.evidence, each.path, each.source, JSON.stringify(each.value), this.now);
      this.effects.push({ kind: 'field-refused', id, at: this.now, evidence: this.evidence, ...each });
    }
    this.change(changes);
  }

  private change(changes: JsonObject): void {
    if (Object.keys(changes).length === 0) return;
    const { person } = this;
    const before = { name: person.name, zone: person.zone };
    person.traits = mergeTraits(person.traits, changes);
    person.name = nameFrom(person.traits);
    const zone = textAt(person.traits, 'timezone');
    if (zone && isZone(zone)) person.zone = zone;
    if (changes.email === null) person.email = null;
    if (changes.phone === null) person.phone = null;
    for (const root of Object.keys(changes)) this.touch([`trait:${root}`]);
    if (person.name !== before.name) this.touch(['trait:name']);
    if (person.zone !== before.zone) this.touch(['profile:zone']);
    if (changes.email === null) this.touch(['reach:email']);
    if (changes.phone === null) this.touch(['reach:sms']);
  }

  /** Removes values that have been kept for as long as their field says. */
  private dropExpired(until: Instant): void {
    for (const field of expiredFields(this.rulebook.fields, this.person.state.written, until)) {
      const { [field.path]: mark, ...written } = this.person.state.written;
      this.person.state.written = written;
      this.evidence = stableId('expired', this.person.id, field.path, mark!.at);
      this.change(withTraitChange(this.person.traits, field.path, null));
      this.effects.push({ kind: 'expired', id: this.evidence, at: this.now, path: field.path, field: field.body.name });
      this.settle();
    }
  }

  /** What the context of a call says about the person: when last seen, in which zone, and, the first time, where from. */
  private context(envelope: JsonObject, at: Instant): void {
    const { person } = this;
    if (person.lastSeenAt === null || at > person.lastSeenAt) {
      person.lastSeenAt = at;
      this.touch(['profile:lastSeenAt']);
    }
    const context = isObject(envelope.context) ? (envelope.context as JsonObject) : null;
    if (!context) return;
    const zone = textAt(context, 'timezone');
    if (zone && zone !== person.zone && person.traits.timezone === undefined && isZone(zone)) {
      person.zone = zone;
      this.touch(['profile:zone']);
    }
    const place = placeOf(context);
    if (place && JSON.stringify(place) !== JSON.stringify(person.place)) {
      person.place = place;
      this.touch(['profile:place']);
    }
    const source = sourceFrom(context, person.entryPoint, at);
    if (source === null) return;
    if (person.firstSource === null) {
      person.firstSource = source;
      this.touch(['profile:firstSource']);
    }
    if (isArrival(source, context) && (person.lastSource === null || at >= Date.parse(String(person.lastSource.at)))) {
      person.lastSource = source;
      this.touch(['profile:lastSource']);
    }
  }

  private saidUser(fact: (EventFact | IdentifyFact) & Fact): string | null {
    const user = fact.refused?.some((each) => each.kind === 'user') ? null : textAt(fact.envelope, 'userId');
    if (user !== null && this.person.userId === null) this.touch(['profile:userId']);
    return user;
  }

  private consent(change: ConsentChange, at: Instant): void {
    const key = `${change.purpose}/${change.channel}`;
    const { consents } = this.person.state;
    const standing = Object.entries(consents).some(
      ([name, consent]) => consent.state === 'withdrawn' && (name === key || name === `${change.purpose}/*`),
    );
    // A withdrawal stands: nobody but the person can lift it, by a confirmed act; a repeated "yes" from a page or an import cannot.
    // A file is no act of theirs at all: it lifts no "no" either.
    const refused = change.method === 'import' && consents[key] !== undefined && consents[key].state !== 'granted';
    const lifts = change.state === 'granted' && (standing || refused);
    // Taking back what was given is a withdrawal, by whatever words it came.
    const state = change.state === 'denied' && (consents[key]?.state === 'granted' || standing) ? 'withdrawn' : change.state;
    // Every page view may repeat what a banner was told; only what changes something is a line in the ledger.
    if (consents[key]?.state === state || (lifts && change.method === 'event')) return;
    const tookEffect = !lifts;
    this.effects.push({
      kind: 'consent',
      seq: this.person.state.consentChanges++,
      change: { ...change, state },
      at,
      evidence: this.evidence,
      tookEffect,
    });
    if (!tookEffect) return;
    consents[key] = { state, at };
    if (state === 'withdrawn' && change.channel === '*')
      for (const name of Object.keys(consents)) if (name.startsWith(`${change.purpose}/`)) consents[name] = { state, at };
    if (
      state === 'withdrawn' &&
      change.purpose === 'marketing' &&
      this.person.email &&
      (change.channel === '*' || change.channel === 'email')
    )
      this.effects.push({
        kind: 'suppress',
        channel: 'email',
        address: this.person.email,
        scope: 'marketing',
        because: 'unsubscribed',
        at: this.now,
      });
    this.touch(['consent']);
  }

  private stage(event: Occurrence): void {
    const { lifecycle } = this.rulebook;
    if (!lifecycle) return;
    const answer = stageAfter(lifecycle, this.person, event, this.now);
    if (answer === null) return;
    if ('move' in answer) this.move(answer.move.key, { override: false, reason: null, actor: 'rule', evidence: event.id });
    else
      this.refuse(
        'stage',
        `not moved to ${answer.refused.key}`,
        `Stayed in ${this.person.stage ?? 'no stage'}: ${answer.refused.name} needs ${answer.missing.join(', ')}.`,
        [
          {
            rule: `${answer.refused.name} requires ${answer.missing.join(', ')}`,
            version: lifecycle.version,
            held: false,
            evidence: [event.id],
          },
        ],
      );
  }

  private override(to: string, reason: string, actor: string): void {
    if (this.rulebook.lifecycle?.stages.has(to) && this.person.stage !== to)
      this.move(to, { override: true, reason, actor, evidence: this.evidence });
  }

  /** Recycles somebody who has stalled in their stage, at the instant at which they have. */
  private askStall(): void {
    const { lifecycle, context } = this.rulebook;
    if (!lifecycle) return;
    const question = this.question();
    const stall = stallOf(lifecycle.stalls, question);
    this.answered(question);
    if (!stall) return;
    const event = recycled(stall, this.person, context, this.at);
    this.under(this.ledTo(stall.reads, this.asking), () => {
      const { to, reason } = stall.body;
      this.move(to, { override: false, reason, actor: recycleActor, evidence: event.id });
      this.effects.push({ kind: 'event', ...event, from: this.evidence, by: 'lifecycle' });
      this.learn(event);
      if (!this.beginsNothing) this.raised.push({ event, chain: this.chain });
    });
  }

  private move(to: string, how: { override: boolean; reason: string | null; actor: string; evidence: string }): void {
    const { person } = this;
    // History has no two rows for one instant: a second move in the same millisecond stands one later.
    const at = person.stageSince !== null && person.stageSince >= this.at ? person.stageSince + 1 : this.at;
    this.effects.push({ kind: 'move', seq: person.state.moves++, from: person.stage, to, at, ...how });
    if (person.stage !== null) this.begins(`stage:${person.stage} left`, how.evidence);
    this.begins(`stage:${to} entered`, how.evidence);
    person.stage = to;
    person.stageSince = at;
    person.state.stageEvidence = how.evidence;
    person.owner ??= this.rulebook.lifecycle?.stages.get(to)?.owner ?? null;
    this.touch(['stage', 'profile:owner']);
  }

  /** Notes what journeys may begin with, when one listens for it. */
  private begins(name: string, evidence: string, chain: Chain | null = this.chain): void {
    if (this.rulebook.listeners.has(name) && !this.beginsNothing) this.begun.push({ name, evidence, chain });
  }

  /** Goes on until nothing follows any more: rules that read what changed, runs that wait for it, journeys that begin with it. */
  private carryOn(): void {
    for (let round = 0; round < roundsMax; round++) {
      this.settle();
      const { begun, unheard, raised } = this;
      if (begun.length + unheard.size + raised.length === 0) return;
      this.begun = [];
      this.raised = [];
      this.unheard = new Set();
      for (const run of this.runs)
        if (this.waitsFor(run, unheard))
          this.tell(
            run,
            { kind: 'change', person: this.person, evidence: this.evidence },
            this.ledTo(this.readsOf(run) ?? [], unheard) === null,
          );
      for (const { event, chain } of raised) this.under(chain, () => this.hear(event));
      for (const { name, evidence, chain } of begun)
        for (const { journey, entry } of this.rulebook.listeners.get(name) ?? [])
          this.under(chain, () => this.enter(journey, entry, { id: evidence, actAt: null }));
    }
    // What still begins after so many rounds goes round: nobody waits in that circle, and nothing of it is left to a later fact.
    for (const { name, chain } of this.begun.splice(0))
      for (const { journey } of this.rulebook.listeners.get(name) ?? []) if (isTurn(chain, journey.key)) this.lockOut(journey, chain!);
  }

  /** Does something that automation led to, or something from outside. */
  private under(chain: Chain | null, work: () => void): void {
    const before = this.chain;
    this.chain = chain;
    work();
    this.chain = before;
  }

  private readsOf(run: Run): ReadonlySet<string> | null {
    return this.rulebook.versions.get(`${run.journey}@${run.version}`)?.steps.get(run.step ?? '')?.reads ?? null;
  }

  private waitsFor(run: Run, changed: ReadonlySet<string>): boolean {
    if (run.status !== 'live' || run.wait === null || changed.size === 0) return false;
    const reads = this.readsOf(run);
    return reads !== null && [...reads].some((read) => changed.has(read));
  }

  /** The version of a journey by which this person enters now; undefined when nobody does. */
  private versionFor(key: string): CompiledJourney | undefined {
    const journey = this.rulebook.journeys.get(key);
    const ramp = this.rulebook.ramps.get(key);
    return !ramp || isAmongFirst(ramp, this.person.id) ? journey : (this.rulebook.versions.get(`${key}@${ramp.previous}`) ?? journey);
  }

  private sendIn({ journey: key, entry: step, actor, id }: EnterFact & Fact): void {
    const journey = this.versionFor(key);
    const entry = journey?.entries.find((each) =>
      step === null ? 'by' in each.step.on && each.step.on.by === 'api' : each.step.key === step,
    );
    if (journey && entry) this.enter(journey, entry, { id, actAt: null });
    else
      this.refuse(`journey:${key}`, 'not entered', `Not entered: the journey has no entry through which ${actor} can send people in.`, [
        { rule: 'an entry for the API and colleagues', version: journey?.version ?? null, held: false, evidence: [id] },
      ]);
  }

  private enter(journey: CompiledJourney, entry: CompiledEntry, by: { id: string; actAt: Instant | null }): void {
    // While a version is brought in step by step, two of a journey listen: each takes its own share.
    if (this.versionFor(journey.key) !== journey) return;
    const refusal = this.whyNotEnter(journey, entry, by.id);
    if (refusal) {
      this.refuse(`journey:${journey.key}`, 'not entered', refusal.answer, refusal.because);
      return;
    }
    const past = this.person.state.journeys[journey.key];
    // Two entries of a journey that hear the same thing begin one run.
    if (this.runs.some((each) => each.journey === journey.key && each.entryEvidence === by.id && each.enteredAt === this.at)) return;
    if (isTurn(this.chain, journey.key) && !this.takesTurn(journey.key)) {
      this.lockOut(journey, this.chain!);
      return;
    }
    for (const other of this.inGroupOf(journey)) this.endRuns(other.key, `${endReasons.outranked}: ${journey.body.name}`);
    const nth = (past?.entered ?? 0) + 1;
    const run = { ...newRun(journey, entry, this.person.id, by.id, nth, this.at), ...(this.chain ? { chain: this.chain } : {}) };
    this.person.state.journeys[journey.key] = {
      entered: nth,
      lastEntered: this.at,
      lastEnded: past?.lastEnded ?? null,
    };
    this.runs.push(run);
    this.tell(run, { kind: 'enter', person: this.person, evidence: by.id, actAt: by.actAt });
    this.settle();
  }

  /** Counts a turn of a journey, where its budget has room for one. */
  private takesTurn(journey: string): boolean {
    const budget = this.loops();
    const turns = turnsWithin(this.person.state.turns?.[journey] ?? [], budget, this.now);
    const has = turns.length < budget.turns;
    this.person.state.turns = { ...this.person.state.turns, [journey]: has ? [...turns, this.now] : turns };
    return has;
  }

  private loops() {
    return this.rulebook.capPolicy?.body.loops ?? standardLoops;
  }

  /** Journeys that lead to each other without anything from outside do not act on this person any more, until a colleague lets them. */
  private lockOut(journey: CompiledJourney, chain: Chain): void {
    const { state } = this.person;
    if (state.locked?.journeys.includes(journey.key)) return;
    const circle = circleIn(chain);
    const journeys = [...new Set([...(state.locked?.journeys ?? []), ...circle])].sort();
    const since = this.now;
    state.locked = { since, journeys };
    this.effects.push({ kind: 'lock', journeys, at: since });
    const says = sayCircle(circle.map((key) => this.nameOf(key)));
    for (const key of circle) this.endRuns(key, `${endReasons.looped}: ${says}`);
    this.refuse(
      `journey:${journey.key}`,
      'not entered',
      `Not entered: ${says}, although nothing came from outside. They do not act on this person any more until a colleague lets them.`,
      [{ rule: `at most ${sayBudget(this.loops())} by itself`, version: journey.version, held: false, evidence: [this.evidence] }],
    );
  }

  private unlock(): void {
    const { state } = this.person;
    if (!state.locked) return;
    delete state.locked;
    delete state.turns;
    this.effects.push({ kind: 'lock', journeys: [], at: this.now });
  }

  private nameOf(journey: string): string {
    return this.rulebook.journeys.get(journey)?.body.name ?? journey;
  }

  /** What stands against entering now; null when nothing does. */
  private whyNotEnter(journey: CompiledJourney, entry: CompiledEntry, evidence: string): { answer: string; because: Ground[] } | null {
    const past = this.person.state.journeys[journey.key];
    const { reentry } = journey.body;
    const no = (answer: string, rule: string) => ({
      answer,
      because: [{ rule, version: journey.version, held: false, evidence: [evidence] }],
    });
    const { paused, stopped, locked } = this.person.state;
    if (stopped)
      return no(
        `Not entered: ${stopped.by} stopped everything for this person (${stopped.reason}).`,
        'nothing automatic happens to somebody for whom everything is stopped',
      );
    if (locked?.journeys.includes(journey.key))
      return no(
        `Not entered: ${sayCircle(locked.journeys.map((key) => this.nameOf(key)))}. A colleague can let them act on this person again.`,
        'journeys that lead to each other by themselves are locked for a person',
      );
    if (paused)
      return no(`Not entered: ${paused.by} has taken over (${paused.reason}).`, 'nothing automatic happens while a human has taken over');
    const ramp = this.rulebook.ramps.get(journey.key);
    if (ramp?.version === journey.version && !isAmongFirst(ramp, this.person.id))
      return no(
        ramp.share === 0 ? 'Not entered: the journey is held back.' : `Not entered: the journey is for ${ramp.share} % of people so far.`,
        'a new journey is brought to a growing share of people',
      );
    if (this.person.entryPoint === unknownEntryPoint)
      return no('Not entered: nobody knows how this person came in.', 'a person enters only when their entry point is known');
    if (journey.endsAt !== null && this.now >= journey.endsAt)
      return no(
        `Not entered: the journey ended on ${sayInstant(journey.endsAt, this.person.zone ?? this.rulebook.context.zone)}.`,
        'the journey has an end date',
      );
    if (reentry !== 'any-time' && this.runs.some((run) => run.journey === journey.key && run.status === 'live'))
      return no('Not entered again: a run is under way.', 'one run at a time');
    const other = this.inGroupOf(journey).find((each) => each.body.priority >= journey.body.priority);
    if (other)
      return no(
        `Not entered: ${other.body.name} is under way, and the two exclude each other.`,
        `one journey of the group ${journey.body.group} at a time`,
      );
    if (past && reentry === 'never') return no('Not entered again: people go through this journey once.', 're-entry: never');
    if (past && typeof reentry === 'object' && this.now < (past.lastEnded ?? past.lastEntered) + ms(reentry.after))
      return no(
        `Not entered again: re-entry is possible ${sayDuration(reentry.after)} after the last run.`,
        `re-entry after ${sayDuration(reentry.after)}`,
      );
    if (entry.when({ person: this.person, now: this.now, changesAt: never })) return null;
    const parts = partsOf(explainRule(entry.step.when!, this.rulebook.context, this.person, this.now));
    return {
      answer: `Not entered, because this did not hold: ${parts
        .filter((part) => !part.held)
        .map((part) => part.rule)
        .join('; ')}.`,
      because: parts.map((part) => ({ rule: part.rule, version: journey.version, held: part.held, evidence: [evidence] })),
    };
  }

  /** The other journeys of its group in which this person is, as they stand now. */
  private inGroupOf(journey: CompiledJourney): CompiledJourney[] {
    const { group } = journey.body;
    if (group === undefined) return [];
    const live = new Set(this.runs.flatMap((run) => (run.status === 'live' && run.journey !== journey.key ? [run.journey] : [])));
    return [...live].flatMap((key) => {
      const other = this.rulebook.journeys.get(key);
      return other?.body.group === group ? [other] : [];
    });
  }

  /** Of journeys that exclude each other, into which two histories have brought one person, the one of highest priority goes on; of several the one that was entered first. */
  private leaveGroups(): void {
    const inThem = this.runs.flatMap(({ status, journey, enteredAt }) => {
      const body = status === 'live' ? this.rulebook.journeys.get(journey)?.body : undefined;
      return body?.group === undefined ? [] : [{ ...body, journey, enteredAt }];
    });
    for (const those of Map.groupBy(inThem, ({ group }) => group).values()) {
      const [first, ...others] = those.toSorted((a, b) => b.priority - a.priority || a.enteredAt - b.enteredAt);
      for (const { journey } of others) if (journey !== first!.journey) this.endRuns(journey, `${endReasons.outranked}: ${first!.name}`);
    }
  }

  /** `pushed`: something from outside moves it on, so that what follows is not led to by what led to the run. */
  private tell(run: Run, fact: JourneyFact, pushed = false): void {
    const journey = this.rulebook.versions.get(`${run.journey}@${run.version}`);
    if (!journey) return;
    const { paused, stopped } = this.person.state;
    // While a human has taken over, goals and exits still end a run, and their own word still counts.
    if ((paused || stopped) && (fact.kind === 'change' || fact.kind === 'time')) return;
    const answer = advance(journey, run, fact, this.now, (paused ?? stopped) !== undefined && fact.kind === 'event');
    const { chain: _, ...anew } = answer.run;
    this.follow(
      pushed && anew.seq > run.seq ? { ...answer, run: anew } : answer,
      fact.kind === 'time' ? run.entryEvidence : fact.evidence,
      'actAt' in fact ? fact.actAt : null,
    );
  }

  /** Keeps what came of a run, carries out what it asks for, and lets it go on. */
  private follow(answer: Advanced, evidence: string, actAt: Instant | null = null): void {
    const { run } = answer;
    this.replace(run);
    const past = this.person.state.journeys[run.journey];
    if (run.status === 'ended' && past) this.person.state.journeys[run.journey] = { ...past, lastEnded: this.now };
    if (answer.streams) this.person.state.streams = answer.streams;
    this.under(led(run.chain ?? {}, run.journey), () => {
      for (const effect of answer.effects) this.carryOut(effect);
    });
    if (!answer.goesOn) return;
    this.settle();
    // What was carried out may have ended the run.
    const current = this.runs.find((each) => each.id === run.id)!;
    if (current.status === 'live') this.tell(current, { kind: 'go-on', person: this.person, evidence, actAt });
  }

  /** Carries out what a run asks of the person at once, and passes on what others do. */
  private carryOut(effect: Effect): void {
    switch (effect.kind) {
      case 'set-trait':
        this.traits(withTraitChange(this.person.traits, effect.path, effect.value), 'journey');
        break;
      case 'move-stage':
        this.moveByJourney(effect.to, effect.journey, effect.evidence);
        break;
      case 'owner':
        this.person.owner = effect.owner;
        this.touch(['profile:owner']);
        break;
      case 'event':
        // What runs write is remembered at once; who listens for it hears it when they have come to rest.
        this.effects.push(effect);
        this.learn(effect);
        this.raised.push({ event: effect, chain: this.chain });
        break;
      case 'take-over':
        this.takeOver(effect.by, effect.reason);
        break;
      case 'expose':
        if (this.person.state.arms?.[effect.experiment]) break;
        this.person.state.arms = { ...this.person.state.arms, [effect.experiment]: { arm: effect.arm, at: effect.at } };
        this.effects.push(effect);
        break;
      case 'start-journey':
        if (this.rulebook.listeners.has(`journey:${effect.journey}`)) this.begins(`journey:${effect.journey}`, effect.evidence);
        else
          this.refuse(
            `journey:${effect.journey}`,
            'not entered',
            `Not entered: it has no entry for people whom the journey ${effect.from} sends in.`,
            [{ rule: 'an entry for other journeys', version: null, held: false, evidence: [effect.evidence] }],
          );
        break;
      case 'end-journey':
        this.endRuns(effect.journey, `${endReasons.exit}: the journey ${effect.from} ended it`);
        break;
      default:
        this.effects.push(effect);
    }
  }

  /** Ends the live runs of a journey, or of all. */
  private endRuns(journey: string | null, reason: string): void {
    for (const run of this.runs)
      if (run.status === 'live' && (journey === null || run.journey === journey)) {
        this.replace(ended(run, reason, this.now, this.evidence));
        const past = this.person.state.journeys[run.journey];
        if (past) this.person.state.journeys[run.journey] = { ...past, lastEnded: this.now };
      }
  }

  /** Moves the runs of a version to another, or back where they have not gone on. */
  private migrate({ journey: key, from, to, map, migration, actor, id }: MigrateFact & Fact): void {
    const journey = this.rulebook.versions.get(`${key}@${to}`);
    for (const run of this.runs) {
      if (run.status !== 'live' || run.journey !== key) continue;
      const by = { migration, actor };
      if (map === null) {
        const back = run.version === to ? movedBack(run, by, id, this.now) : null;
        if (back) this.follow(back, id);
      } else if (journey && run.version === from && run.step !== null && run.step in map) {
        this.follow(migrated(journey, run, map[run.step]!, by, this.person, id, this.now), id);
      }
    }
  }

  private word(id: string, step: string, word: Word): void {
    const { stopped } = this.person.state;
    const run = this.runs.find((each) => each.id === id && each.status === 'live' && each.step === step);
    if (!run) return;
    // A word is said once: it is kept until the run may hear it.
    if (stopped) this.person.state.stopped = { ...stopped, unsaid: [...(stopped.unsaid ?? []), { run: id, step, word }] };
    else this.tell(run, { kind: 'word', person: this.person, evidence: this.evidence, word }, word.kind !== 'answer');
  }

  private takeOver(by: string, reason: string): void {
    this.person.state.paused ??= { since: this.now, by, reason };
  }

  /** Everything goes on: first the runs that handed the person over, then what fell due meanwhile. */
  private release(actor: string): void {
    if (!this.person.state.paused) return;
    delete this.person.state.paused;
    this.person.state.released = this.at;
    for (const run of this.runs) if (run.status === 'live' && run.step !== null) this.word(run.id, run.step, { kind: 'release', actor });
    this.lookAgain();
  }

  /** Everything goes on for somebody: first the words that runs were given meanwhile. */
  private letGo(): void {
    const { stopped } = this.person.state;
    if (!stopped) return;
    delete this.person.state.stopped;
    this.person.state.released = this.at;
    for (const { run, step, word } of stopped.unsaid ?? []) this.word(run, step, word);
    this.lookAgain();
  }

  private lookAgain(): void {
    // Rules that runs wait for may answer otherwise by now.
    for (const run of this.runs) {
      for (const read of this.readsOf(run) ?? []) this.unheard.add(read);
    }
    this.askStall();
  }

  private moveByJourney(to: string, journey: string, evidence: string): void {
    const { lifecycle } = this.rulebook;
    const stage = lifecycle?.stages.get(to);
    if (!lifecycle || !stage || this.person.stage === to) return;
    const missing = missingFor(stage, this.person);
    if (allows(lifecycle, this.person.stage, to) && missing.length === 0)
      this.move(to, { override: false, reason: null, actor: `journey:${journey}`, evidence });
    else
      this.refuse(
        'stage',
        `not moved to ${to}`,
        missing.length > 0
          ? `Stayed in ${this.person.stage ?? 'no stage'}: ${stage.name} needs ${missing.join(', ')}.`
          : `Stayed in ${this.person.stage ?? 'no stage'}: the lifecycle has no way from there to ${stage.name}.`,
        [
          {
            rule: `the lifecycle allows ${this.person.stage ?? 'no stage'} → ${to}`,
            version: lifecycle.version,
            held: false,
            evidence: [evidence],
          },
        ],
      );
  }

  private replace(run: Run): void {
    const index = this.runs.findIndex((each) => each.id === run.id);
    this.runs[index] = run;
  }

  private refuse(about: string, decided: string, answer: string, because: Ground[]): void {
    this.effects.push({
      kind: 'decision',
      id: stableId('decision', about, decided, this.evidence),
      at: this.now,
      about,
      decided,
      answer,
      because,
      evidence: this.evidence,
    });
  }

  /** Asks the segments, scores and grades that read what changed, until nothing changes any more. */
  private settle(): void {
    for (let round = 0; this.changed.size > 0 && round < roundsMax; round++) {
      const changed = this.changed;
      this.changed = new Set();
      for (const each of changed) this.unheard.add(each);
      this.asking = changed;
      for (const score of readersOf(this.rulebook.scoresReading, changed)) this.askScore(score);
      for (const grade of readersOf(this.rulebook.gradesReading, changed)) this.askGrade(grade);
      for (const segment of readersOf(this.rulebook.segmentsReading, changed)) this.askSegment(segment);
      if (this.mayStall(changed)) this.askStall();
    }
    this.asking = null;
  }

  /** Whether what changed is read by the stall of the stage that somebody stands in. */
  private mayStall(changed: ReadonlySet<string>): boolean {
    const stall = this.rulebook.lifecycle?.stalls.get(this.person.stage ?? '');
    if (stall) for (const each of changed) if (stall.reads.has(each)) return true;
    return false;
  }

  private askEverything(): void {
    const { state, lastSeenAt } = this.person;
    // What they did at an instant that is yet to come, because the clock was put back, counts from then.
    this.changesAt = lastSeenAt !== null && lastSeenAt > this.at ? lastSeenAt : never;
    for (const score of this.rulebook.scores) this.askScore(score);
    for (const grade of this.rulebook.grades) this.askGrade(grade);
    for (const segment of this.rulebook.everySegment) this.askSegment(segment);
    for (const key of Object.keys(state.segments))
      if (!this.rulebook.everySegment.some((segment) => segment.key === key)) this.leave(key, null, []);
    for (const key of Object.keys(state.scores))
      if (!this.rulebook.scores.some((score) => score.key === key)) {
        delete state.scores[key];
        delete state.above[key];
      }
    for (const key of Object.keys(state.grades)) if (!this.rulebook.grades.some((grade) => grade.key === key)) delete state.grades[key];
    state.revision = this.rulebook.revision;
    state.written = marked(this.rulebook.fields, this.person.traits, state.written, this.now);
    this.askStall();
    this.settle();
  }

  private question(): Question {
    return { person: this.person, now: this.at, changesAt: never };
  }

  private answered(question: Question): void {
    this.changesAt = Math.min(this.changesAt, question.changesAt);
  }

  private askSegment(segment: Rulebook['segments'][number]): void {
    const question = this.question();
    const holds = segment.holds(question);
    this.answered(question);
    const { segments } = this.person.state;
    if (holds === (segments[segment.key] !== undefined)) return;
    const because = segment.rule ? explainRule(segment.rule, this.rulebook.context, this.person, this.at) : [];
    const chain = this.ledTo(segment.reads, this.asking);
    if (holds) this.join(segment, because, chain);
    else this.leave(segment.key, segment.version, because, chain);
  }

  /** A colleague or an import puts somebody on a list that is kept by hand, or takes them off. */
  private listed(fact: MembershipFact): void {
    const segment = this.rulebook.segments.find((each) => each.key === fact.segment);
    if (!segment || segment.rule !== null || fact.entered === (this.person.state.segments[fact.segment] !== undefined)) return;
    const because = [
      { rule: `${fact.entered ? 'put on the list' : 'taken off the list'} by ${fact.actor}`, held: true, saw: [], depth: 0 },
    ];
    if (fact.entered) this.join(segment, because);
    else this.leave(segment.key, segment.version, because);
  }

  private join(segment: Rulebook['segments'][number], because: Explained[], chain: Chain | null = null): void {
    this.person.state.segments[segment.key] = this.at;
    this.effects.push({
      kind: 'segment',
      segment: segment.key,
      version: segment.version,
      entered: true,
      at: this.at,
      evidence: this.evidence,
      because,
    });
    this.touch([`segment:${segment.key}`], chain);
    this.begins(`segment:${segment.key} entered`, this.evidence, chain);
  }

  private leave(key: string, version: number | null, because: Explained[], chain: Chain | null = null): void {
    delete this.person.state.segments[key];
    this.effects.push({ kind: 'segment', segment: key, version, entered: false, at: this.at, evidence: this.evidence, because });
    this.touch([`segment:${key}`], chain);
    this.begins(`segment:${key} left`, this.evidence, chain);
  }

  private askScore(score: Rulebook['scores'][number]): void {
    const question = this.question();
    const { state } = this.person;
    const value = score.valueAt(question);
    const above = score.body.thresholds.filter((each) => score.isWithin(question, each.at, never)).map((each) => each.key);
    // What stands in lists is kept to the point.
    if (score.fades) score.isWithin(question, value - 0.999, value + 0.999);
    this.answered(question);
    const before = state.above[score.key] ?? [];
    const chain = this.ledTo(score.reads, this.asking);
    for (const { key, at } of score.body.thresholds)
      if (above.includes(key) !== before.includes(key)) {
        this.begins(`score:${score.key}/${key} ${above.includes(key) ? 'risen' : 'fallen'}`, this.evidence, chain);
        this.effects.push({
          kind: 'score',
          score: score.key,
          version: score.version,
          threshold: key,
          from: at,
          up: above.includes(key),
          value,
          at: this.at,
          evidence: this.evidence,
        });
      }
    if (above.length > 0 || before.length > 0) state.above[score.key] = above;
    // A score that fades is another one from now on even when it is worth the same at this instant.
    if (state.scores[score.key] !== value || score.fades) this.touch([`score:${score.key}`], chain);
    state.scores[score.key] = value;
  }

  private askGrade(grade: Rulebook['grades'][number]): void {
    const question = this.question();
    const is = grade.at(question);
    this.answered(question);
    const { grades } = this.person.state;
    if ((grades[grade.key] ?? null) === is) return;
    if (is === null) delete grades[grade.key];
    else grades[grade.key] = is;
    this.touch([`grade:${grade.key}`], this.ledTo([`score:${grade.body.fit}`, `score:${grade.body.engagement}`], this.asking));
  }
}

function readersOf<T>(reading: Map<string, T[]>, changed: Set<string>): T[] | Set<T> {
  if (changed.size === 1) for (const read of changed) return reading.get(read) ?? [];
  const readers = new Set<T>();
  for (const read of changed) for (const reader of reading.get(read) ?? []) readers.add(reader);
  return readers;
}

function isEmpty(object: object): boolean {
  for (const _ in object) return false;
  return true;
}

/** The change to the top-level trait that setting a dotted path makes. */
function withTraitChange(traits: JsonObject, path: string, value: JsonObject[string]): JsonObject {
  const first = path.split('.')[0]!;
  return { [first]: withTrait(traits, path, value)[first] ?? null };
}
