import type { Fact } from '#contract/fact.ts';
import { type Instant, isoOrNull, ms, toIso } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import { type MessageReason, sayReason } from '#contract/message.ts';
import type { Rule } from '#contract/rule.ts';
import { valueAt } from '#contract/rule/values.ts';
import type { Step } from '#contract/steps/index.ts';
import { fullStop } from '#contract/sentence.ts';
import { triggerOf } from '#contract/steps/trigger.ts';
import type { Assumption, Moment, MomentMessage, Tried, WayEnd } from '#contract/trial.ts';
import { decide, type Decision } from '../decide.ts';
import type { Effect, EffectOf } from '../effect.ts';
import { sayInstant } from '../local-time.ts';
import type { Circumstances, Sent } from '../message/circumstances.ts';
import { betterOf, decideMessage, type Rival, waitsForSomebody } from '../message/policy.ts';
import { type Person, unknownEntryPoint } from '../person.ts';
import { explainRule } from '../rule/explain.ts';
import { always, never, type Question } from '../rule/question.ts';
import type { CompiledSegment, Published, Rulebook } from '../rulebook.ts';
import { stableId } from '../stable-id.ts';
import { type CompiledEntry, type CompiledJourney, compileJourney, endedBy } from './advance.ts';
import { endOf, type Run } from './run.ts';
import { rulesOfStep, sayStep } from './steps/index.ts';
import { factOf, labelOf, sayAssumption } from './trial-words.ts';

/** A way is followed through so many instants; a journey that needs more goes round and round. */
const turnsMax = 5_000;

/** What a message says to somebody, or why it cannot be written for them. */
type Written = { subject: string | null; unknown: string[] } | { failed: string };

/** Somebody who is taken through a journey without anything being written or sent. */
export interface Trial {
  person: Person;
  /** Their live runs of the journey: they only say whether another may begin. */
  runs: readonly Run[];
  /** Segments that they belong to whatever the rules say. */
  belongs: readonly string[];
  journey: string;
  /** The key of the entry by which they come. */
  entry: string;
  at: Instant;
  /** What the event says by which they come, where it is one. */
  properties: JsonObject;
  assumptions: readonly Assumption[];
  /** What the last check of a message looks at besides the person. */
  given: Omit<Circumstances, 'person'>;
  /** Messages of other journeys that wait and let the best of those that wait take their place, and the priorities of those journeys. */
  rivals: readonly Rival[];
  priorityOf: (journey: string | null) => number;
  write: (template: Published<'template'>, person: Person, event: { name: string; properties: JsonObject } | null, now: Instant) => Written;
}

/**
 * Takes somebody through a journey as it would go: by the very code that decides about people, at each instant at which something is due. The rulebook holds
 * the version that is tried, and no other journey. What others would have to do does not happen unless it is supposed.
 */
export const tryJourney = (trial: Trial, rulebook: Rulebook): Tried => new Walk(trial, rulebook).go();

type AskedMessage = EffectOf<'message'>;

/** A message that has been asked for and has not gone out. */
interface Waiting {
  effect: AskedMessage;
  template: Published<'template'>;
  topic: Published<'topic'>;
  dueAt: Instant;
  /** Whether it was told to wait. */
  held: boolean;
  shown: MomentMessage;
}

/** One way through a journey; it lives for one call of `tryJourney`. */
class Walk {
  private readonly trial: Trial;
  private rulebook: Rulebook;
  private readonly journey: CompiledJourney;
  private readonly zone: string;
  private book: Rulebook;
  private person: Person;
  private run: Run | null = null;
  private now: Instant;
  private wakeAt: Instant;
  private readonly moments: Moment[] = [];
  private readonly visits = new Map<string, number>();
  /** What is supposed to happen and is still to come. */
  private supposed: { at: Instant; fact: Fact }[] = [];
  private facts = 0;
  private waiting: Waiting[] = [];
  private sent: Sent[];
  private rivals: Rival[];
  /** How the run would have ended by what happened after it had come to its end. */
  private overtaken: string | null = null;
  private event: { name: string; properties: JsonObject } | null = null;
  /** The rules that were asked since the last moment was written down. */
  private asked: { step: string; rule: Moment['rules'][number] }[] = [];

  constructor(trial: Trial, rulebook: Rulebook) {
    const { key, version, body } = rulebook.journeys.get(trial.journey)!;
    this.trial = trial;
    this.rulebook = withMembers(rulebook, trial.belongs);
    this.journey = compileJourney(key, version, body, { ...rulebook.context, watch: this.watching(body.steps) });
    this.zone = trial.person.zone ?? trial.given.workspaceZone;
    this.person = trial.person;
    this.now = trial.at;
    this.wakeAt = trial.at;
    this.book = this.bookOf(this.journey, null);
    this.sent = [...trial.given.sent];
    this.rivals = [...trial.rivals];
  }

  go(): Tried {
    // What time alone brings until then, before anything begins.
    this.take(this.decide([]));
    const enters = this.enter();
    const end = this.follow();
    return { zone: this.zone, at: toIso(this.trial.at), enters, moments: this.moments, end };
  }

  /** A rulebook in which this journey stands as it is given, and nobody enters but by one entry. */
  private bookOf(journey: CompiledJourney, entry: CompiledEntry | null): Rulebook {
    const name = entry && 'event' in entry.step.on ? `event:${entry.step.on.event}` : null;
    return {
      ...this.rulebook,
      journeys: new Map([[journey.key, journey]]),
      versions: new Map([[`${journey.key}@${journey.version}`, journey]]),
      listeners: new Map(entry && name !== null ? [[name, [{ journey, entry }]]] : []),
    };
  }

  /** Has each rule of these steps noted when it is asked, with what it saw then. */
  private watching(steps: readonly Step[]) {
    const known = new Map<Rule, { step: Step; at: string }>();
    for (const step of steps) for (const { at, rule } of rulesOfStep(step)) known.set(rule, { step, at });
    return (rule: Rule) => {
      const place = known.get(rule);
      if (!place) return undefined;
      return (question: Question, held: boolean): void => {
        const parts = explainRule(rule, this.rulebook.context, question.person, question.now, question.journeySince);
        this.asked.push({
          step: place.step.key,
          rule: {
            at: place.at,
            label: labelOf(place.step, place.at),
            held,
            parts: parts.map((part) => ({ ...part, saw: part.saw.map(({ what, at }) => ({ what, at: isoOrNull(at) })) })),
          },
        });
      };
    };
  }

  private decide(facts: readonly Fact[]): Decision {
    const woken = this.wakeAt <= this.now ? this.wakeAt : null;
    const decision = decide(
      { person: this.person, runs: this.run ? [this.run] : [], facts, wokenAt: woken, isNew: false },
      this.book,
      this.now,
    );
    this.wakeAt = woken === null ? Math.min(this.wakeAt, decision.wakeAt) : decision.wakeAt;
    return decision;
  }

  // -------------------------------------------------------------------------------------------------------------------------- entering

  private enter(): Tried['enters'] {
    const entry = this.journey.entries.find(({ step }) => step.key === this.trial.entry)!;
    const supposed = this.supposeTrigger(entry);
    const fact = this.entryFact(entry);
    this.asked = [];
    const tried = this.begin(this.journey, entry, this.person, this.trial.runs, fact);
    const refusal = tried.effects.find((effect) => effect.kind === 'decision' && effect.about === `journey:${this.journey.key}`);
    if (this.took(tried, fact)) return { may: supposed === null, answer: supposed, because: [] };

    // Supposing that nothing stood against it.
    this.asked = [];
    const open: CompiledEntry = { ...entry, matches: () => true, when: (question) => entry.when(question) || always(question) };
    const journey = { ...this.journey, endsAt: null, entries: [open] };
    const { paused: _paused, stopped: _stopped, locked: _locked, ...state } = this.person.state;
    const { [journey.key]: _past, ...journeys } = state.journeys;
    const entryPoint = this.person.entryPoint === unknownEntryPoint ? 'manual' : this.person.entryPoint;
    this.took(this.begin(journey, open, { ...this.person, entryPoint, state: { ...state, journeys } }, [], fact), fact);
    return refusal?.kind === 'decision'
      ? { may: false, answer: refusal.answer, because: refusal.because.map(({ rule, held }) => ({ rule, held })) }
      : { may: false, answer: `Not entered: this is not what it listens for: ${sayStep(entry.step)}.`, because: [] };
  }

  /** What has to be supposed so that this entry is meant: a sentence; null when it is so already. Of segments and stages it is so from here on. */
  private supposeTrigger({ step }: CompiledEntry): string | null {
    const trigger = triggerOf(step.on);
    const { person, rulebook } = this;
    const shown = (is: string, then: string): string => `${is}. What is shown supposes that ${then}.`;
    switch (trigger.kind) {
      case 'segment': {
        const { segment: key, change } = trigger.on;
        const [isIn, comes] = [person.state.segments[key] !== undefined, change === 'entered'];
        if (isIn === comes) return null;
        const { [key]: _since, ...segments } = person.state.segments;
        this.person = { ...person, state: { ...person.state, segments: comes ? { ...segments, [key]: this.now } : segments } };
        this.rulebook = withMembers(rulebook, [key]);
        const name = rulebook.segments.find((segment) => segment.key === key)?.name ?? key;
        return shown(`They ${isIn ? 'are' : 'are not'} in the segment ${name}`, `they ${comes ? 'come into' : 'leave'} it`);
      }
      case 'stage': {
        const { stage: key, change } = trigger.on;
        if ((person.stage === key) === (change === 'entered')) return null;
        const name = (stage: string): string => rulebook.lifecycle?.stages.get(stage)?.name ?? stage;
        if (change === 'entered') this.person = { ...person, stage: key, stageSince: this.now };
        return shown(
          person.stage === null ? 'They are in no stage' : `They are in the stage ${name(person.stage)}`,
          `they ${change === 'entered' ? `come into ${name(key)}` : 'leave it'}`,
        );
      }
      case 'score': {
        const { score: key, threshold, change } = trigger.on;
        if ((person.state.above[key] ?? []).includes(threshold) === (change === 'risen')) return null;
        const name = rulebook.scores.find((score) => score.key === key)?.body.name ?? key;
        return shown(`${name} is ${person.state.scores[key] ?? 0}`, `it ${change === 'risen' ? 'rises to' : 'falls below'} ${threshold}`);
      }
      case 'date':
        return valueAt(person.traits, trigger.on.date) === undefined
          ? shown(`No date is known at ${trigger.on.date}`, 'the day has come')
          : null;
      default:
        return null;
    }
  }

  private begin(journey: CompiledJourney, entry: CompiledEntry, person: Person, runs: readonly Run[], fact: Fact): Decision {
    this.book = this.bookOf(journey, entry);
    // Runs that are under way in earnest stand still.
    const standing = runs.map((run) => ({ ...run, version: 0 }));
    return decide({ person, runs: standing, facts: [fact], wokenAt: null, isNew: false }, this.book, this.now);
  }

  /** Whether a run began; if so, from here on nobody enters a second time. */
  private took(decision: Decision, fact: Fact): boolean {
    const run = decision.runs.find((each) => each.entryEvidence === fact.id);
    if (!run) return false;
    this.run = run;
    this.book = this.bookOf(this.book.journeys.get(this.journey.key)!, null);
    this.wakeAt = Math.min(this.wakeAt, decision.wakeAt);
    this.come(this.trial.entry, this.now);
    this.take(decision);
    return true;
  }

  private entryFact({ step }: CompiledEntry): Fact {
    const trigger = triggerOf(step.on);
    if (trigger.kind !== 'event') return this.fact({ kind: 'enter', journey: this.journey.key, entry: step.key, actor: 'a trial' });
    this.event = { name: trigger.on.event, properties: this.trial.properties };
    return this.fact({ kind: 'event', call: 'track', ...this.event, envelope: {} });
  }

  private fact(what: object, at: Instant = this.now): Fact {
    const id = stableId('trial', this.person.id, this.trial.journey, this.facts++);
    const base = { id, messageId: id, at, acceptedAt: at, source: { trust: 'trusted', by: 'a trial', entryPoint: null } };
    return { ...base, ...what } as Fact;
  }

  // ------------------------------------------------------------------------------------------------------------------------- following

  /** Goes from one instant at which something is due to the next, until the run has ended and nothing waits to be sent any more. */
  private follow(): WayEnd {
    const last = this.trial.at + Math.min(ms(this.journey.body.maxTime), ms('P1100D')) + 1;
    for (let turns = 0; turns < turnsMax; turns++) {
      this.post();
      const due = this.nextDue();
      if (due === null || (due > last && this.run!.status === 'live')) break;
      this.now = due;
      const facts = this.supposed.filter(({ at }) => at <= due).map(({ fact }) => fact);
      this.supposed = this.supposed.filter(({ at }) => at > due);
      if (facts.length === 0 && this.wakeAt > due) continue;
      if (this.run!.status === 'ended') for (const fact of facts) this.overtake(fact);
      this.take(this.decide(facts));
    }
    return endOf(this.run!, Date.parse(this.moments.at(-1)!.at));
  }

  /** The next instant at which something happens; null when nothing does, unless somebody says a word. */
  private nextDue(): Instant | null {
    const messages = Math.min(never, ...this.waiting.map(({ dueAt }) => dueAt));
    const supposed = Math.min(never, ...this.supposed.map(({ at }) => at));
    if (this.run!.status === 'ended') return messages === never ? null : Math.min(messages, supposed, this.wakeAt);
    // While a human has taken over, time changes nothing.
    const time = this.person.state.paused ? never : this.wakeAt;
    const next = Math.min(time, messages, supposed);
    return next === never ? null : next;
  }

  private overtake(fact: Fact): void {
    if (fact.kind === 'event') this.overtaken ??= endedBy(this.journey, { name: fact.name, at: fact.at, properties: fact.properties });
  }

  // --------------------------------------------------------------------------------------------------------------------------- moments

  /** Writes down that the run comes to a step, and what is supposed to happen while it stands there. */
  private come(key: string, at: Instant): void {
    const step = this.journey.steps.get(key)?.step;
    const visit = (this.visits.get(key) ?? 0) + 1;
    this.visits.set(key, visit);
    const moment: Moment = {
      step: key,
      visit,
      says: step ? sayStep(step) : key,
      at: toIso(at),
      left: null,
      next: null,
      because: null,
      until: null,
      rules: [],
      messages: [],
      did: [],
      supposed: [],
    };
    this.moments.push(moment);
    this.trial.assumptions.forEach((assumption, index) => {
      if (assumption.step !== key || assumption.visit !== visit) return;
      const when = at + ms(assumption.after);
      moment.supposed.push({ index, at: toIso(when), says: sayAssumption(assumption) });
      this.supposed.push({ at: when, fact: this.fact(factOf(assumption, this.run!.id), when) });
    });
    this.supposed.sort((a, b) => a.at - b.at);
  }

  /** Takes what was decided over, and writes it down at the moments to which it belongs. */
  private take(decision: Decision): void {
    this.person = decision.person;
    const { run } = this;
    if (!run) return;
    for (const effect of decision.effects) this.note(effect, run.id);
    this.run = decision.runs.find((each) => each.id === run.id)!;
    const here = this.moments.at(-1)!;
    this.noteRules(here);
    const until = this.run.wait?.until ?? never;
    if (this.run.status === 'live') here.until = until === never ? null : toIso(until);
    if (!this.person.state.paused) for (const each of this.waiting) if (each.shown.reason === 'handed-over') each.dueAt = this.now;
  }

  private note(effect: Effect, run: string): void {
    const here = this.moments.at(-1)!;
    if (effect.kind === 'message') {
      if (effect.run === run) this.ask(effect, here);
      return;
    }
    if (effect.kind === 'step') {
      if (effect.run !== run) return;
      Object.assign(here, { left: toIso(effect.at), next: effect.next, because: effect.because });
      this.noteRules(here);
      if (effect.next !== null) this.come(effect.next, effect.at);
      return;
    }
    const says = this.sayEffect(effect);
    if (says !== null) here.did.push(says);
  }

  private noteRules(here: Moment): void {
    const own = this.asked.filter(({ step }) => step === here.step);
    this.asked = this.asked.filter(({ step }) => step !== here.step);
    for (const { rule } of own) here.rules = [...here.rules.filter(({ at }) => at !== rule.at), rule];
  }

  private sayEffect(effect: Effect): string | null {
    const { lifecycle, segments } = this.rulebook;
    switch (effect.kind) {
      case 'move':
        return `Moves to the stage ${lifecycle?.stages.get(effect.to)?.name ?? effect.to}.`;
      case 'segment': {
        const name = segments.find(({ key }) => key === effect.segment)?.name;
        return name === undefined ? null : `${effect.entered ? 'Comes into' : 'Leaves'} the segment ${name}.`;
      }
      case 'score': {
        const name = this.rulebook.scores.find(({ key }) => key === effect.score)?.body.name ?? effect.score;
        return `${name} ${effect.up ? 'rises to' : 'falls below'} ${effect.threshold}.`;
      }
      case 'task':
        return `A task for ${effect.owner ?? 'nobody yet'}: ${effect.title}, due ${sayInstant(effect.dueAt, this.zone)}.`;
      case 'field-refused':
        return `${effect.path} is not taken: ${effect.reason}.`;
      case 'decision':
        return effect.about === 'stage' ? effect.answer : null;
      default:
        return null;
    }
  }

  // -------------------------------------------------------------------------------------------------------------------------- messages

  private ask(effect: AskedMessage, here: Moment): void {
    const [template, topic] = [this.rulebook.templates.get(effect.template), this.rulebook.topics.get(effect.topic)];
    const shown: MomentMessage = {
      id: effect.id,
      template: effect.template,
      channel: template?.body.channel ?? 'email',
      subject: null,
      status: 'skipped',
      reason: null,
      at: null,
      says: '',
      holds: [],
      unknown: [],
    };
    here.messages.push(shown);
    if (!template || !topic) {
      shown.says = `Not sent: the ${template ? `topic ${effect.topic}` : `template ${effect.template}`} is not published.`;
      return;
    }
    const written = this.trial.write(template, this.person, this.event, effect.createdAt);
    if ('subject' in written) Object.assign(shown, written);
    this.waiting.push({ effect, template, topic, dueAt: effect.createdAt, held: false, shown });
  }

  /** Has what is due handed over, held or skipped, by the last check that every message passes. */
  private post(): void {
    for (const message of this.waiting.filter(({ dueAt }) => dueAt <= this.now)) this.judge(message);
  }

  private judge(message: Waiting): void {
    const { effect, template, topic, shown, dueAt } = message;
    const { channel } = template.body;
    const mine = { id: effect.id, channel, journey: effect.journey, createdAt: effect.createdAt, expiresAt: effect.expiresAt };
    const rival =
      effect.ifHeld === 'best' && message.held ? betterOf({ ...mine, handedAt: null, dueAt }, this.rivals, this.priority) : null;
    const verdict = decideMessage(
      {
        channel,
        topic: effect.topic,
        purpose: topic.body.purpose,
        journey: effect.journey,
        expiresAt: effect.expiresAt,
        actAt: effect.actAt,
        runEnded: this.overtaken ?? this.run!.endReason,
        ifHeld: effect.ifHeld ?? 'wait',
        betterFrom: rival?.journey ?? null,
        offer: effect.offer ?? null,
      },
      { ...this.trial.given, person: this.person, sent: this.sent },
      this.now,
    );
    if (verdict.do === 'hold') {
      const until = waitsForSomebody(verdict.reason) ? null : verdict.until;
      message.dueAt = until ?? never;
      message.held = true;
      if (effect.ifHeld === 'best') this.rivals = [...this.rivals.filter(({ id }) => id !== effect.id), { ...mine, handedAt: null }];
      const why = this.sayWhy(verdict.reason, verdict.details);
      const says = until === null ? `Held: ${why}` : `Held until ${sayInstant(until, this.zone)}: ${why}`;
      if (until !== null) shown.holds.push({ at: toIso(this.now), until: toIso(until), says });
      Object.assign(shown, { status: 'held', reason: verdict.reason, at: isoOrNull(until), says });
      return;
    }
    this.waiting = this.waiting.filter((each) => each !== message);
    this.rivals = this.rivals.filter(({ id }) => id !== effect.id);
    const skipped = (reason: MessageReason, details: Record<string, unknown>): void => {
      Object.assign(shown, { status: 'skipped', reason, at: null, says: `Not sent: ${this.sayWhy(reason, details)}` });
    };
    if (verdict.do === 'skip') {
      skipped(verdict.reason, verdict.details);
      return;
    }
    const written = this.trial.write(template, this.person, this.event, this.now);
    if ('failed' in written) {
      skipped('render-failed', { because: written.failed });
      return;
    }
    if (topic.body.purpose === 'marketing') this.sent.push({ at: this.now, channel, topic: effect.topic, offer: effect.offer ?? null });
    if (effect.ifHeld === 'best' && message.held) this.rivals.push({ ...mine, handedAt: this.now });
    const night = verdict.details ? `, although it is night: it answers an act of theirs within ${verdict.details.answersWithin}` : '';
    const when = this.now === effect.createdAt ? 'at once' : `on ${sayInstant(this.now, this.zone)}`;
    const says = `Would be ${channel === 'webhook' ? 'called' : 'sent'} ${when}${night}.`;
    Object.assign(shown, written, { status: 'sent', reason: null, at: toIso(this.now), says });
  }

  private sayWhy(reason: MessageReason, details: Record<string, unknown>): string {
    return fullStop(
      sayReason(reason, details, {
        instant: (iso) => sayInstant(Date.parse(iso), this.zone),
        journey: (key) => this.rulebook.journeys.get(key)?.body.name ?? key,
      }),
    );
  }

  private readonly priority = (journey: string | null): number =>
    journey === this.journey.key ? this.journey.body.priority : this.trial.priorityOf(journey);
}

/** A rulebook in which nobody comes into these segments or leaves them by a rule. */
function withMembers(rulebook: Rulebook, keys: readonly string[]): Rulebook {
  const keep = (segment: CompiledSegment): CompiledSegment =>
    keys.includes(segment.key)
      ? { ...segment, rule: null, holds: ({ person }) => person.state.segments[segment.key] !== undefined }
      : segment;
  return {
    ...rulebook,
    everySegment: rulebook.everySegment.map(keep),
    segmentsReading: new Map([...rulebook.segmentsReading].map(([read, segments]) => [read, segments.map(keep)])),
  };
}
