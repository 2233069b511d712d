import { type Instant, ms } from '#contract/instant.ts';
import type { Journey } from '#contract/journey.ts';
import type { JsonObject } from '#contract/json.ts';
import type { Step, StepOf } from '#contract/steps/index.ts';
import type { Effect } from '../effect.ts';
import { experimentsOf } from '../experiment/experiments-of.ts';
import type { Person } from '../person.ts';
import { compileMatch, type Matches } from '../rule/match.ts';
import { always, type CompiledRule, type RuleContext } from '../rule/question.ts';
import { compileRule } from '../rule/rule.ts';
import { stableId } from '../stable-id.ts';
import { endReasons, type Run, type RunWait, type Word } from './run.ts';
import { logicOf } from './steps/index.ts';
import type { Outcome, StepContext } from './steps/step.ts';

/** A run takes at most this many steps for one fact, and this many in all: a circle without a wait cannot hold the engine. */
export const stepsPerFactMax = 100;
export const stepsPerRunMax = 2_000;

/** A way into a journey: its step, and what must hold. `matches` is for entries on an event; what else they listen for is found by name. */
export interface CompiledEntry {
  step: StepOf<'entry'>;
  matches: Matches;
  when: CompiledRule;
}

/** A version of a journey, ready to be asked. */
export interface CompiledJourney {
  key: string;
  version: number;
  body: Journey;
  /** `reads`: what the rules that a run waits for here read; null where it waits for none. */
  steps: Map<string, { step: Step; compiled: unknown; reads: ReadonlySet<string> | null }>;
  entries: CompiledEntry[];
  goal: Matches | null;
  exits: { matches: Matches; reason: string }[];
  endsAt: Instant | null;
  zone: string;
  experiments: StepContext['experiments'];
}

/** @param taken by experiment: the arm that new people are given once one was taken */
export function compileJourney(
  key: string,
  version: number,
  body: Journey,
  context: RuleContext,
  taken: ReadonlyMap<string, string> = new Map(),
): CompiledJourney {
  const compile = (step: Step) => {
    const logic = logicOf(step.kind);
    const reads = new Set(logic.waitsFor?.(step as never));
    return {
      step,
      compiled: logic.compile(step as never, context),
      reads: reads.size > 0 ? reads : null,
    };
  };
  return {
    key,
    version,
    body,
    steps: new Map(body.steps.map((step) => [step.key, compile(step)])),
    entries: body.steps
      .filter((step) => step.kind === 'entry')
      .map((step) => ({
        step,
        matches: 'event' in step.on ? compileMatch(step.on, context.zone) : () => true,
        when: step.when ? compileRule(step.when, context) : always,
      })),
    goal: body.goal ? compileMatch(body.goal.on, context.zone) : null,
    exits: body.exits.map((exit) => ({ matches: compileMatch(exit.on, context.zone), reason: exit.reason })),
    endsAt: body.ends === null ? null : Date.parse(body.ends),
    zone: context.zone,
    experiments: new Map(experimentsOf(key, body).map(({ step, id }) => [step.key, { id, taken: taken.get(id) ?? null }])),
  };
}

/** What a run is told. */
export type JourneyFact =
  | { kind: 'enter'; person: Person; evidence: string; actAt: Instant | null }
  | { kind: 'event'; person: Person; evidence: string; actAt: Instant; name: string; properties: JsonObject }
  /** What rules read has changed. */
  | { kind: 'change'; person: Person; evidence: string }
  | { kind: 'word'; person: Person; evidence: string; word: Word }
  | { kind: 'time'; person: Person }
  /** What the step before asked for has been carried out. */
  | { kind: 'go-on'; person: Person; evidence: string; actAt: Instant | null };

/** What later steps may read: a run goes on only when it has been carried out. */
const firstCarriedOut: ReadonlySet<Effect['kind']> = new Set(['event', 'move-stage', 'set-trait', 'owner', 'start-journey', 'end-journey']);

/** A new run, before its first step: the nth of this person in the journey, because one fact may lead somebody into it more than once. */
export const newRun = (
  journey: CompiledJourney,
  entry: CompiledEntry,
  person: string,
  evidence: string,
  nth: number,
  now: Instant,
): Run => ({
  id: stableId('run', journey.key, person, evidence, nth),
  journey: journey.key,
  version: journey.version,
  status: 'live',
  step: entry.step.key,
  enteredAt: now,
  entry: entry.step.key,
  entryEvidence: evidence,
  seq: 0,
  wait: null,
  endedAt: null,
  endReason: null,
  endEvidence: null,
});

/** What came of a fact for a run. */
export interface Advanced {
  run: Run;
  effects: Effect[];
  /** What the person has had of streams, when that changed. */
  streams?: NonNullable<Person['state']['streams']>;
  /** It stands before its next step until the effects have been carried out. */
  goesOn?: true;
}

/**
 * One fact for one run. Answers the run as it stands afterwards and what it asks for; the given run stays as it was. A goal or an exit ends the run
 * wherever it stands, also inside a wait; of a run that stands still, nothing else happens.
 */
export function advance(journey: CompiledJourney, run: Run, fact: JourneyFact, now: Instant, standsStill = false): Advanced {
  const effects: Effect[] = [];
  if (run.status === 'ended') return { run, effects };
  const evidence = fact.kind === 'time' ? run.entryEvidence : fact.evidence;
  const context: StepContext = {
    run,
    journeyKey: journey.key,
    person: fact.person,
    now,
    zone: fact.person.zone ?? journey.zone,
    evidence,
    actAt: 'actAt' in fact ? fact.actAt : null,
    experiments: journey.experiments,
  };

  if (fact.kind === 'event') {
    const event = { name: fact.name, at: fact.actAt, properties: fact.properties };
    if (journey.goal?.(event)) {
      const { name, within } = journey.body.goal!;
      // What comes later ends the run all the same: nobody is asked to do what they have done.
      const reason =
        fact.actAt < run.enteredAt + ms(within)
          ? `${endReasons.goal}: ${name}`
          : `${endReasons.exit}: ${name}, too late to count as the goal`;
      return { run: ended(run, reason, now, fact.evidence), effects };
    }
    const exit = journey.exits.find((each) => each.matches(event));
    if (exit) return { run: ended(run, `${endReasons.exit}: ${exit.reason}`, now, fact.evidence), effects };
  }
  if (journey.endsAt !== null && now >= journey.endsAt) return { run: ended(run, endReasons.over, now, null), effects };
  if (now >= run.enteredAt + ms(journey.body.maxTime)) return { run: ended(run, endReasons.tooLong, now, null), effects };

  if (standsStill) return { run, effects };

  const streams = (): Pick<Advanced, 'streams'> =>
    context.person.state.streams === undefined ? {} : { streams: context.person.state.streams };
  let outcome = firstOutcome(journey, run, fact, context);
  if (!outcome) return { run, effects };
  let current = run;
  for (let taken = 0; ; taken++) {
    if (outcome.to === 'end') {
      effects.push(stepEffect(current, null, now, evidence, null));
      return { run: ended({ ...current, seq: current.seq + 1 }, outcome.reason, now, null), effects };
    }
    effects.push(...(outcome.effects ?? []));
    if (outcome.person) context.person = outcome.person;
    if (outcome.to === 'wait') {
      const since = current === run && run.wait && current.step === run.step ? run.wait.since : now;
      return { run: { ...current, wait: waitOf(since, outcome) }, effects, ...streams() };
    }
    effects.push(stepEffect(current, outcome.next, now, evidence, outcome.because ?? null));
    const next: string | null = outcome.next;
    if (next === null)
      return { run: ended({ ...current, seq: current.seq + 1 }, `${endReasons.end}: reached the end`, now, null), effects, ...streams() };
    const { movedBy: _, ...rest } = current;
    current = { ...rest, ...passedBy(journey, current, now), step: next, seq: current.seq + 1, wait: null };
    context.run = current;
    if (taken >= stepsPerFactMax || current.seq >= stepsPerRunMax) return { run: ended(current, endReasons.budget, now, null), effects };
    if (outcome.effects?.some(({ kind }) => firstCarriedOut.has(kind))) return { run: current, effects, goesOn: true, ...streams() };
    outcome = begin(journey, current, context);
  }
}

/**
 * The run at a step of another version, as a colleague's map says. A step that is the same goes on as it was; a wait is as long as it would have been, counted
 * from when the old one began; at any other step it arrives now. Null puts it out.
 */
export function migrated(
  to: CompiledJourney,
  run: Run,
  step: string | null,
  by: { migration: string; actor: string },
  person: Person,
  evidence: string,
  now: Instant,
): Advanced {
  const because = `moved to version ${to.version} by ${by.actor}`;
  if (step === null)
    return {
      run: ended({ ...run, seq: run.seq + 1 }, `${endReasons.takenOut}: ${because}`, now, evidence),
      effects: [stepEffect(run, null, now, evidence, because)],
    };
  const there = to.steps.get(step)!;
  const moved: Run = {
    ...run,
    version: to.version,
    step,
    seq: run.seq + 1,
    wait: null,
    movedBy: { migration: by.migration, version: run.version, step: run.step!, wait: run.wait },
  };
  const effects = [stepEffect(run, step, now, evidence, because)];
  // What began ahead of a clock that was put back begins at the latest now.
  const began = there.step.kind === 'wait' && run.wait !== null ? Math.min(run.wait.since, now) : null;
  if (began === null) return { run: moved, effects, goesOn: true };
  const beginAt = (at: Instant): Outcome =>
    begin(to, moved, {
      run: moved,
      journeyKey: to.key,
      person,
      now: at,
      zone: person.zone ?? to.zone,
      evidence,
      actAt: null,
      experiments: to.experiments,
    });
  const then = beginAt(began);
  if (then.to === 'wait') return { run: { ...moved, wait: waitOf(began, then) }, effects };
  // What is waited for may have been so when the old wait began, and be so no longer.
  const asOfNow = beginAt(now);
  if (asOfNow.to !== 'wait') return { run: moved, effects, goesOn: true };
  const until = asOfNow.until - (now - began);
  return { run: { ...moved, wait: waitOf(began, { ...asOfNow, until }) }, effects };
}

/** What is remembered of a wait for a time of day that is passed now. */
function passedBy({ steps }: CompiledJourney, { step, passed }: Run, now: Instant): Pick<Run, 'passed'> {
  const left = steps.get(step!)?.step;
  if (left?.kind !== 'wait' || left.untilTime === undefined) return {};
  const before = passed?.at === now ? passed.waits.filter((key) => key !== left.key) : [];
  return { passed: { at: now, waits: [...before, left.key] } };
}

const waitOf = (since: Instant, { until, looksAt, isPaused }: Outcome & { to: 'wait' }): RunWait => ({
  since,
  until,
  ...(looksAt === undefined ? {} : { looksAt }),
  ...(isPaused ? { isPaused } : {}),
});

/** The run where it stood before a migration; null when it has gone on since. */
export function movedBack(run: Run, by: { migration: string; actor: string }, evidence: string, now: Instant): Advanced | null {
  const { movedBy: before, ...rest } = run;
  if (run.status !== 'live' || before?.migration !== by.migration) return null;
  const back: Run = { ...rest, version: before.version, step: before.step, wait: before.wait, seq: run.seq + 1 };
  return { run: back, effects: [stepEffect(run, before.step, now, evidence, `moved back to version ${before.version} by ${by.actor}`)] };
}

/** What the fact means to the step at which the run stands; null when nothing. */
function firstOutcome(journey: CompiledJourney, run: Run, fact: JourneyFact, context: StepContext): Outcome | null {
  if (fact.kind === 'enter' || fact.kind === 'go-on') return begin(journey, run, context);
  const here = journey.steps.get(run.step ?? '');
  if (!here || !run.wait) return null;
  const logic = logicOf(here.step.kind);
  switch (fact.kind) {
    case 'event':
      return logic.onEvent?.(here.step as never, fact, context, here.compiled) ?? null;
    case 'change':
      return logic.onChange?.(here.step as never, context, here.compiled) ?? null;
    case 'word':
      return logic.onWord?.(here.step as never, fact.word, context, here.compiled) ?? null;
    case 'time':
      return context.now >= Math.min(run.wait.until, run.wait.looksAt ?? run.wait.until)
        ? (logic.onTime?.(here.step as never, context, here.compiled) ?? null)
        : null;
  }
}

function begin(journey: CompiledJourney, run: Run, context: StepContext): Outcome {
  const here = journey.steps.get(run.step ?? '');
  if (!here) return { to: 'end', reason: `${endReasons.end}: the step ${run.step} is missing` };
  return logicOf(here.step.kind).begin(here.step as never, context, here.compiled);
}

/** How a run would have ended by something that happened, had it not come to its end before: a goal or an exit; null when neither. */
export function endedBy(journey: CompiledJourney, event: Parameters<Matches>[0]): string | null {
  if (journey.goal?.(event)) return `${endReasons.goal}: ${journey.body.goal!.name}`;
  const exit = journey.exits.find((each) => each.matches(event));
  return exit ? `${endReasons.exit}: ${exit.reason}` : null;
}

/** A run that is over, and why. */
export const ended = (run: Run, reason: string, now: Instant, evidence: string | null): Run => ({
  ...run,
  status: 'ended',
  wait: null,
  endedAt: now,
  endReason: reason,
  endEvidence: evidence,
});

const stepEffect = (run: Run, next: string | null, at: Instant, evidence: string, because: string | null): Effect => ({
  kind: 'step',
  run: run.id,
  seq: run.seq,
  journey: run.journey,
  version: run.version,
  step: run.step ?? '',
  next,
  at,
  evidence,
  because,
});

/** The next instant at which time alone changes something for a live run. */
export function wakesAt(journey: CompiledJourney, run: Run): Instant {
  const end = Math.min(run.enteredAt + ms(journey.body.maxTime), journey.endsAt ?? Number.POSITIVE_INFINITY);
  return Math.min(run.wait?.until ?? Number.POSITIVE_INFINITY, run.wait?.looksAt ?? Number.POSITIVE_INFINITY, end);
}
