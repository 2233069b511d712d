import type { Fact } from '#contract/fact.ts';
import { hour, type Instant } from '#contract/instant.ts';
import type { MessageReason } from '#contract/message.ts';
import { decide, type Decision } from '../decide.ts';
import type { Effect, EffectOf } from '../effect.ts';
import { endedBy } from '../journey/advance.ts';
import { endsMessages, type Run } from '../journey/run.ts';
import { nextDue } from '../journey/trigger.ts';
import { isRecycle } from '../lifecycle/stall.ts';
import type { Circumstances, Sent } from '../message/circumstances.ts';
import { endedByPeople, endsEarly } from '../message/holds.ts';
import { betterOf, decideMessage, type Rival } from '../message/policy.ts';
import { takesOffer } from '../offers.ts';
import type { Person } from '../person.ts';
import type { Occurrence } from '../rule/match.ts';
import { type CompiledRule, never } from '../rule/question.ts';
import { compileRule } from '../rule/rule.ts';
import type { Rulebook } from '../rulebook.ts';

/**
 * One person's life under a rulebook, without anything being written or sent: facts arrive, time passes, messages are asked for and are checked as if they were
 * claimed, each at its instant and in the order in which a live system would. Pure, and by the very code that decides about people.
 */

/** What somebody's life begins with, and what comes to them. */
export interface Life {
  person: Person;
  /** The first fact makes the person. */
  isNew: boolean;
  /** Live runs, and when time alone may change something; for somebody who begins in the middle of things. */
  runs: readonly Run[];
  wakeAt: Instant | null;
  /** Messages that wait already, and until when. */
  waiting: readonly { effect: EffectOf<'message'>; dueAt: Instant }[];
  /** Marketing that was handed over before, and what the policy's holds have heard. */
  sent: readonly Sent[];
  events: readonly Occurrence[];
  /** In the order in which they arrive, which is `acceptedAt`. */
  facts: readonly Fact[];
  /** What they did with messages that have really gone out. It happens only when the message goes out here too, as long after it. */
  answers: readonly Answered[];
  /** Marketing that went out beside all journeys: broadcasts. */
  beside: readonly Sent[];
  suppressed: readonly { since: Instant; scope: 'marketing' | 'all'; because: string }[];
  /** What they do with a message of which nothing is known; null where nobody does anything. */
  react: React | null;
}
/** What somebody does with a message that goes out at an instant: facts that come after it, as `acceptedAt` says. */
export type React = (message: EffectOf<'message'>, channel: string, at: Instant) => readonly Fact[];

/** A message that has really gone out, and what somebody did with it, in their order. */
export interface Answered {
  id: string;
  journey: string | null;
  step: string | null;
  askedAt: Instant;
  sentAt: Instant;
  facts: readonly Fact[];
}

/** Under what it is lived. */
export interface Terms {
  book: Rulebook;
  workspaceZone: string;
  /** From here on it is counted; what came before only leads up to it. */
  from: Instant;
  /** With this instant. */
  until: Instant;
  /** Schedules that are due in that time. */
  schedules: readonly DueSchedule[];
  /** Message id of a fact → the id that it has in this workspace. */
  factId: (messageId: string) => string;
}

export interface DueSchedule {
  journey: string;
  entry: string;
  when: CompiledRule;
  at: Instant;
}

/** The schedules of a rulebook that are due within a time, in their order. */
export function schedulesDue(book: Rulebook, from: Instant, until: Instant): DueSchedule[] {
  const due = book.schedules.flatMap(({ journey, entry, on, when }) => {
    const holds = compileRule(when, book.context);
    const list: DueSchedule[] = [];
    for (let at = nextDue(on, from - 1, book.context.zone); at <= until; at = nextDue(on, at, book.context.zone))
      list.push({ journey, entry, when: holds, at });
    return list;
  });
  return due.sort((a, b) => a.at - b.at);
}

/** What became of a message. */
export interface LivedMessage {
  id: string;
  run: string;
  journey: string;
  step: string;
  template: string;
  channel: string;
  topic: string;
  marketing: boolean;
  createdAt: Instant;
  /** waiting: it is held still when the time is over. */
  status: 'sent' | 'skipped' | 'waiting';
  /** When it went out, or was given up. */
  at: Instant;
  reason: MessageReason | null;
  /** Each "not yet" on the way, once a reason. */
  held: MessageReason[];
  details: Record<string, unknown>;
}

export interface LivedRun {
  id: string;
  journey: string;
  version: number;
  entry: string;
  enteredAt: Instant;
  steps: { step: string; next: string | null; at: Instant }[];
  /** Where it stands when the time is over; null when it has ended. */
  step: string | null;
  endedAt: Instant | null;
  endReason: string | null;
}

/** What came of a life: everything of it that falls into the time that is counted. */
export interface Course {
  person: Person;
  /** Runs that were live in that time. */
  runs: LivedRun[];
  messages: LivedMessage[];
  moves: { from: string | null; to: string; at: Instant; recycled: boolean }[];
  segments: { segment: string; entered: boolean; at: Instant }[];
  crossings: { score: string; threshold: string; up: boolean; at: Instant }[];
  /** Journeys that were not entered, and the rule that stood against it. */
  refusals: { journey: string; at: Instant; rule: string }[];
}

/** A message that has been asked for and has not gone out. */
interface Waiting {
  effect: EffectOf<'message'>;
  purpose: string;
  dueAt: Instant;
  /** Looked at again so often [ms] while nothing is known of when that ends. */
  every: number | null;
  lived: LivedMessage;
}

/** More instants than this in one life mean that something goes round and round. */
const turnsMax = 50_000;

export const live = (life: Life, terms: Terms): Course => new Living(life, terms).go();

class Living {
  private readonly life: Life;
  private readonly terms: Terms;
  private readonly book: Rulebook;
  private readonly queue: Fact[];
  private next = 0;
  private nextSchedule = 0;
  private person: Person;
  private isNew: boolean;
  private runs: Run[];
  /** Runs that ended, while messages of theirs may wait. */
  private readonly ended = new Map<string, Run>();
  private wakeAt: Instant;
  private waiting: Waiting[] = [];
  private rivals: Rival[] = [];
  private readonly sent: Sent[];
  private readonly heard: Occurrence[];
  private suppressed: Circumstances['suppressed'] = null;
  private besides = 0;
  private readonly lived = new Map<string, LivedRun>();
  private readonly course: Course;

  constructor(life: Life, terms: Terms) {
    this.life = life;
    this.terms = terms;
    this.book = terms.book;
    this.queue = [...life.facts];
    this.person = life.person;
    this.isNew = life.isNew;
    this.runs = [...life.runs];
    this.wakeAt = life.wakeAt ?? never;
    this.sent = [...life.sent];
    this.heard = [...life.events];
    this.course = { person: life.person, runs: [], messages: [], moves: [], segments: [], crossings: [], refusals: [] };
    for (const run of life.runs) this.known(run);
    for (const { effect, dueAt } of life.waiting) this.ask(effect, dueAt);
  }

  go(): Course {
    const { from, until } = this.terms;
    for (let turns = 0; turns < turnsMax; turns++) {
      const now = this.nextInstant();
      if (now > until) break;
      this.turn(now);
    }
    const { course } = this;
    for (const { lived } of this.waiting) {
      lived.at = until;
      course.messages.push(lived);
    }
    course.person = this.person;
    for (const run of this.runs) this.stands(run);
    course.runs = [...this.lived.values()].filter(({ endedAt }) => endedAt === null || endedAt >= from);
    return course;
  }

  private nextInstant(): Instant {
    let next = this.wakeAt;
    const fact = this.queue[this.next];
    if (fact && fact.acceptedAt < next) next = fact.acceptedAt;
    const schedule = this.terms.schedules[this.nextSchedule];
    if (schedule && schedule.at < next) next = schedule.at;
    for (const { dueAt } of this.waiting) if (dueAt < next) next = dueAt;
    return next;
  }

  /** Everything of one instant: what arrives, what time brings, and then what is to go out. */
  private turn(now: Instant): void {
    const facts: Fact[] = [];
    for (let fact = this.queue[this.next]; fact && fact.acceptedAt <= now; fact = this.queue[++this.next]) facts.push(fact);
    for (let due = this.terms.schedules[this.nextSchedule]; due && due.at <= now; due = this.terms.schedules[++this.nextSchedule])
      if (!this.isNew && this.isMeant(due)) facts.push(this.sentIn(due));
    if (this.isNew && facts.length === 0) return;
    if (facts.length > 0 || this.wakeAt <= now) this.take(this.decide(facts, now), facts, now);
    for (const message of this.waiting.filter(({ dueAt }) => dueAt <= now)) this.judge(message, now);
  }

  private decide(facts: readonly Fact[], now: Instant): Decision {
    const woken = this.wakeAt <= now ? this.wakeAt : null;
    const given = { person: this.person, runs: this.runs, facts, wokenAt: woken, isNew: this.isNew };
    let decision = decide(given, this.book, now);
    if (decision.needsHistory) decision = decide({ ...given, history: this.past(facts) }, this.book, now);
    this.isNew = false;
    this.wakeAt = woken === null ? Math.min(this.wakeAt, decision.wakeAt) : Math.max(decision.wakeAt, now + 1);
    return decision;
  }

  /** What happened before these facts. */
  private past(facts: readonly Fact[]): Occurrence[] {
    const news = new Set(facts.map(({ id }) => id));
    return this.queue
      .slice(0, this.next)
      .filter((fact) => fact.kind === 'event' && !news.has(fact.id))
      .map((fact) => fact as Occurrence & Fact);
  }

  private isMeant({ when, at }: DueSchedule): boolean {
    return when({ person: this.person, now: at, changesAt: never });
  }

  private sentIn({ journey, entry, at }: DueSchedule): Fact {
    const messageId = `schedule:${journey}:${entry}:${at}:${this.person.id}`;
    return {
      kind: 'enter',
      id: this.terms.factId(messageId),
      messageId,
      at,
      acceptedAt: at,
      source: { trust: 'trusted', by: 'schedule', entryPoint: null },
      journey,
      entry,
      actor: 'the schedule',
    };
  }

  // ------------------------------------------------------------------------------------------------------------------------ what is decided

  private take(decision: Decision, facts: readonly Fact[], now: Instant): void {
    this.person = decision.person;
    for (const fact of facts)
      if (fact.kind === 'event') this.heard.push({ id: fact.id, at: fact.at, name: fact.name, properties: fact.properties });
    for (const run of decision.runs) {
      this.known(run);
      if (run.status === 'ended') {
        this.stands(run);
        this.ended.set(run.id, run);
      }
    }
    this.runs = decision.runs.filter(({ status }) => status === 'live');
    for (const effect of decision.effects) this.carryOut(effect);
    // What somebody does, or a segment that they leave, may let a message go at once; what waits for the end of something else is looked at again when anything has changed, as often as it would be.
    const maybeEnded = endsEarly(this.book, facts, decision.effects);
    for (const message of this.waiting)
      if (maybeEnded && endedByPeople.has(message.lived.reason)) message.dueAt = Math.min(message.dueAt, now);
      else if (message.every !== null && message.dueAt > now) {
        const looks = Math.ceil((now - message.lived.at) / message.every);
        message.dueAt = Math.min(message.dueAt, message.lived.at + looks * message.every);
      }
  }

  private carryOut(effect: Effect): void {
    const { course } = this;
    const counts = (at: Instant): boolean => at >= this.terms.from;
    switch (effect.kind) {
      case 'message':
        this.ask(effect);
        break;
      case 'step':
        this.lived.get(effect.run)?.steps.push({ step: effect.step, next: effect.next, at: effect.at });
        break;
      case 'move':
        if (counts(effect.at)) course.moves.push({ from: effect.from, to: effect.to, at: effect.at, recycled: isRecycle(effect) });
        break;
      case 'segment':
        if (counts(effect.at)) course.segments.push({ segment: effect.segment, entered: effect.entered, at: effect.at });
        break;
      case 'score':
        if (counts(effect.at)) course.crossings.push({ score: effect.score, threshold: effect.threshold, up: effect.up, at: effect.at });
        break;
      case 'event':
        this.heard.push({ id: effect.id, at: effect.at, name: effect.name, properties: effect.properties });
        break;
      case 'suppress':
        this.suppressed = { scope: effect.scope, because: effect.because };
        break;
      case 'decision':
        if (counts(effect.at) && effect.about.startsWith('journey:'))
          course.refusals.push({
            journey: effect.about.slice('journey:'.length),
            at: effect.at,
            rule: (effect.because.find(({ held }) => !held) ?? effect.because[0])?.rule ?? effect.answer,
          });
        break;
    }
  }

  private known(run: Run): void {
    if (this.lived.has(run.id)) return;
    const { id, journey, version, entry, enteredAt } = run;
    this.lived.set(id, { id, journey, version, entry, enteredAt, steps: [], step: run.step, endedAt: null, endReason: null });
  }

  private stands(run: Run): void {
    const { step, endedAt, endReason, status } = run;
    Object.assign(this.lived.get(run.id)!, { step: status === 'ended' ? null : step, endedAt, endReason });
  }

  // ------------------------------------------------------------------------------------------------------------------------------ messages

  private ask(effect: EffectOf<'message'>, dueAt = effect.createdAt): void {
    const [template, topic] = [this.book.templates.get(effect.template), this.book.topics.get(effect.topic)];
    if (!template || !topic) return;
    this.waiting.push({
      effect,
      purpose: topic.body.purpose,
      dueAt,
      every: null,
      lived: {
        id: effect.id,
        run: effect.run,
        journey: effect.journey,
        step: effect.step,
        template: effect.template,
        channel: template.body.channel,
        topic: effect.topic,
        marketing: topic.body.purpose === 'marketing',
        createdAt: effect.createdAt,
        status: 'waiting',
        at: effect.createdAt,
        reason: null,
        held: [],
        details: {},
      },
    });
  }

  private judge(message: Waiting, now: Instant): void {
    const { effect, lived } = message;
    this.sendBeside(now);
    this.hearSuppressions(now);
    const { channel, topic, journey, createdAt } = lived;
    const mine: Rival = { id: effect.id, channel, journey, createdAt, expiresAt: effect.expiresAt, handedAt: null };
    const isBest = effect.ifHeld === 'best' && lived.held.length > 0;
    const rival = isBest ? betterOf({ ...mine, dueAt: message.dueAt }, this.rivals, this.priority) : null;
    const verdict = decideMessage(
      {
        channel,
        topic,
        purpose: message.purpose,
        journey,
        expiresAt: effect.expiresAt,
        actAt: effect.actAt,
        runEnded: this.endOf(message),
        ifHeld: effect.ifHeld ?? 'wait',
        betterFrom: rival?.journey ?? null,
        offer: effect.offer ?? null,
      },
      {
        person: this.person,
        policy: this.book.capPolicy?.body ?? null,
        workspaceZone: this.terms.workspaceZone,
        sent: this.sent,
        events: this.heard,
        offers: this.book.offers,
        suppressed: this.suppressed,
        stopped: nothing,
      },
      now,
    );
    if (verdict.do === 'hold') {
      if (!lived.held.includes(verdict.reason)) lived.held.push(verdict.reason);
      Object.assign(lived, { reason: verdict.reason, details: verdict.details, at: now });
      if (effect.ifHeld === 'best') this.rivals = [...this.rivals.filter(({ id }) => id !== effect.id), mine];
      // What another event may end is looked at again and again; nothing changes between two of those events.
      const until = typeof verdict.details.until === 'string' ? Date.parse(verdict.details.until) : effect.expiresAt;
      const isOpen = verdict.reason === 'policy-hold' || verdict.reason === 'handed-over';
      message.every = isOpen ? Math.max(1, verdict.until - now) : null;
      message.dueAt = isOpen ? Math.max(until, now + 1) : verdict.until;
      return;
    }
    this.waiting = this.waiting.filter((each) => each !== message);
    this.rivals = this.rivals.filter(({ id }) => id !== effect.id);
    if (verdict.do === 'send' && lived.marketing) {
      const taken = effect.offer === undefined ? null : takesOffer(this.book, effect.journey, effect.version);
      this.sent.push({ at: now, channel, topic, offer: effect.offer ?? null, taken });
      if (isBest) this.rivals.push({ ...mine, handedAt: now });
    }
    Object.assign(
      lived,
      verdict.do === 'send'
        ? { status: 'sent', at: now, reason: null, details: {} }
        : { status: 'skipped', at: now, reason: verdict.reason, details: verdict.details },
    );
    if (now >= this.terms.from) this.course.messages.push(lived);
    if (verdict.do === 'send') this.answer(message, now);
  }

  private readonly priority = (journey: string | null): number => this.book.journeys.get(journey ?? '')?.body.priority ?? 0;

  /** How the run of a message ended; also how it would have, had it not come to its last step before. */
  private endOf({ effect }: Waiting): string | null {
    const run = this.ended.get(effect.run);
    if (!run) return null;
    const journey = this.book.versions.get(`${run.journey}@${run.version}`);
    if (endsMessages(run.endReason) || !journey) return run.endReason;
    for (const event of this.heard) {
      const end = event.at < effect.createdAt ? null : endedBy(journey, event);
      if (end !== null) return end;
    }
    return run.endReason;
  }

  /** Marketing that journeys know nothing of counts from when it went out. */
  private sendBeside(now: Instant): void {
    const { beside } = this.life;
    for (let each = beside[this.besides]; each && each.at <= now; each = beside[++this.besides]) this.sent.push(each);
  }

  private hearSuppressions(now: Instant): void {
    for (const { since, scope, because } of this.life.suppressed)
      if (since <= now && this.suppressed?.scope !== 'all') this.suppressed = { scope, because };
  }

  /** What they do with a message: what they really did with this very one, or what somebody did with one like it. */
  private answer({ effect, lived }: Waiting, now: Instant): void {
    const { answers } = this.life;
    const isSame = (each: Answered): boolean =>
      each.journey === effect.journey && each.step === effect.step && Math.abs(each.askedAt - effect.createdAt) < sameSending;
    // Of two facts of one instant the other may have come first, and begun the run: its messages have other ids.
    const really = answers.find(({ id }) => id === effect.id) ?? answers.find(isSame);
    const facts = really?.facts ?? this.life.react?.(effect, lived.channel, now) ?? [];
    // A clock that is turned hands over a little later than it was asked; what came then came no sooner.
    const later = really && Math.abs(now - really.sentAt) > sameSending ? now - really.sentAt : 0;
    for (const fact of facts) {
      const arrives = Math.max(fact.acceptedAt + later, now + 1);
      let place = this.queue.length;
      while (place > this.next && this.queue[place - 1]!.acceptedAt > arrives) place--;
      this.queue.splice(place, 0, arrives === fact.acceptedAt ? fact : { ...fact, at: arrives, acceptedAt: arrives });
    }
  }
}

/** [ms] A message that goes out this close to when it really did has gone out when it did. */
const sameSending = hour;
const nothing: Circumstances['stopped'] = new Map();
