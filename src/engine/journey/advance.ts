import { type Instant, ms } from '#contract/instant.ts';
import type { Journey, Step } from '#contract/journey.ts';
import type { JsonObject } from '#contract/json.ts';
import type { Effect } from '../effect.ts';
import type { Person } from '../person.ts';
import { compileMatch, type Matches } from '../rule/match.ts';
import { always, type CompiledRule, type RuleContext } from '../rule/question.ts';
import { compileRule } from '../rule/rule.ts';
import { stableId } from '../stable-id.ts';
import { endReasons, type Run } from './run.ts';
import { logicOf } from './steps/index.ts';
import type { Outcome, StepContext } from './steps/step.ts';

/** A run takes at most this many steps for one fact, and this many in all: a circle without a wait cannot hold the engine. */
export const stepsPerFactMax = 100;
export const stepsPerRunMax = 2_000;

/** A version of a journey, ready to be asked. */
export interface CompiledJourney {
  key: string;
  version: number;
  body: Journey;
  steps: Map<string, { step: Step; compiled: unknown }>;
  entry: { step: Extract<Step, { kind: 'entry' }>; matches: Matches; when: CompiledRule } | null;
  goal: Matches | null;
  exits: { matches: Matches; reason: string }[];
  endsAt: Instant | null;
}

export function compileJourney(key: string, version: number, body: Journey, context: RuleContext): CompiledJourney {
  const entry = body.steps.find((step) => step.kind === 'entry');
  return {
    key,
    version,
    body,
    steps: new Map(body.steps.map((step) => [step.key, { step, compiled: logicOf(step.kind).compile(step as never, context) }])),
    entry: entry
      ? { step: entry, matches: compileMatch(entry.on, context.zone), when: entry.when ? compileRule(entry.when, context) : always }
      : null,
    goal: body.goal ? compileMatch(body.goal.on, context.zone) : null,
    exits: body.exits.map((exit) => ({ matches: compileMatch(exit.on, context.zone), reason: exit.reason })),
    endsAt: body.ends === null ? null : Date.parse(body.ends),
  };
}

/** What a run is told. */
export type JourneyFact =
  | { kind: 'enter'; person: Person; evidence: string; actAt: Instant }
  | { kind: 'event'; person: Person; evidence: string; actAt: Instant; name: string; properties: JsonObject }
  | { kind: 'time'; person: Person };

/** A new run, before its first step. */
export const newRun = (journey: CompiledJourney, person: string, evidence: string, now: Instant): Run => ({
  id: stableId('run', journey.key, person, evidence),
  journey: journey.key,
  version: journey.version,
  status: 'live',
  step: journey.entry!.step.key,
  enteredAt: now,
  entryEvidence: evidence,
  seq: 0,
  wait: null,
  endedAt: null,
  endReason: null,
  endEvidence: null,
});

/**
 * One fact for one run. Answers the run as it stands afterwards and what it asks for; the given run stays as it was. A goal or an exit ends the run
 * wherever it stands, also inside a wait.
 */
export function advance(journey: CompiledJourney, run: Run, fact: JourneyFact, now: Instant): { run: Run; effects: Effect[] } {
  const effects: Effect[] = [];
  if (run.status === 'ended') return { run, effects };
  const evidence = fact.kind === 'time' ? run.entryEvidence : fact.evidence;
  const context: StepContext = {
    run,
    journeyKey: journey.key,
    person: fact.person,
    now,
    evidence,
    actAt: fact.kind === 'time' ? null : fact.actAt,
  };

  if (fact.kind === 'event') {
    const event = { name: fact.name, at: fact.actAt, properties: fact.properties };
    if (journey.goal?.(event)) return { run: ended(run, `${endReasons.goal}: ${journey.body.goal!.name}`, now, fact.evidence), effects };
    const exit = journey.exits.find((each) => each.matches(event));
    if (exit) return { run: ended(run, `${endReasons.exit}: ${exit.reason}`, now, fact.evidence), effects };
  }
  if (journey.endsAt !== null && now >= journey.endsAt) return { run: ended(run, endReasons.over, now, null), effects };
  if (now >= run.enteredAt + ms(journey.body.maxTime)) return { run: ended(run, endReasons.tooLong, now, null), effects };

  let outcome = firstOutcome(journey, run, fact, context);
  if (!outcome) return { run, effects };
  let current = run;
  for (let taken = 0; ; taken++) {
    if (outcome.to === 'wait') return { run: { ...current, wait: { since: now, until: outcome.until } }, effects };
    if (outcome.to === 'end') {
      effects.push(stepEffect(current, null, now, evidence, null));
      return { run: ended({ ...current, seq: current.seq + 1 }, outcome.reason, now, null), effects };
    }
    effects.push(...(outcome.effects ?? []), stepEffect(current, outcome.next, now, evidence, outcome.because ?? null));
    if (outcome.person) context.person = outcome.person;
    const next: string | null = outcome.next;
    if (next === null)
      return { run: ended({ ...current, seq: current.seq + 1 }, `${endReasons.end}: reached the end`, now, null), effects };
    current = { ...current, step: next, seq: current.seq + 1, wait: null };
    context.run = current;
    if (taken >= stepsPerFactMax || current.seq >= stepsPerRunMax) return { run: ended(current, endReasons.budget, now, null), effects };
    outcome = begin(journey, current, context);
  }
}

/** What the fact means to the step at which the run stands; null when nothing. */
function firstOutcome(journey: CompiledJourney, run: Run, fact: JourneyFact, context: StepContext): Outcome | null {
  if (fact.kind === 'enter') return begin(journey, run, context);
  const here = journey.steps.get(run.step ?? '');
  if (!here || !run.wait) return null;
  const logic = logicOf(here.step.kind);
  if (fact.kind === 'event') return logic.onEvent?.(here.step as never, fact, context, here.compiled) ?? null;
  return context.now >= run.wait.until ? (logic.onTime?.(here.step as never, context, here.compiled) ?? null) : null;
}

function begin(journey: CompiledJourney, run: Run, context: StepContext): Outcome {
  const here = journey.steps.get(run.step ?? '');
  if (!here) return { to: 'end', reason: `${endReasons.end}: the step ${run.step} is missing` };
  return logicOf(here.step.kind).begin(here.step as never, context, here.compiled);
}

const ended = (run: Run, reason: string, now: Instant, evidence: string | null): Run => ({
  ...run,
  status: 'ended',
  step: run.step,
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
  return Math.min(run.wait?.until ?? Number.POSITIVE_INFINITY, end);
}
