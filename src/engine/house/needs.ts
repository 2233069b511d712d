import type { Lifecycle, Score } from '#contract/definition-bodies.ts';
import { type DefinitionDocument, mainKey } from '#contract/definition.ts';
import { hour, sayDuration } from '#contract/instant.ts';
import type { Journey } from '#contract/journey.ts';
import { conditionsOf } from '#contract/rule.ts';
import { rulesOfStep } from '../journey/steps/index.ts';
import { isTimedRule } from '../rule/rule.ts';
import { soonest } from './collisions.ts';
import type { House } from './house.ts';

/** What the needs of a workspace ask of journeys and scores. */

/** Whoever comes forward is to be with somebody after so long. */
export const leadWithin = hour;

export const lifecycleOf = ({ documents }: Pick<House, 'documents'>): Lifecycle | null => {
  const found = documents.find((each) => each.kind === 'lifecycle' && each.key === mainKey);
  return found?.kind === 'lifecycle' ? found.body : null;
};

/** The stages that a journey hears, moves to, serves or asks about; each once. */
export function stagesTouched({ steps, serves }: Journey): string[] {
  return [
    ...new Set([
      ...(serves ? [serves.to, ...(serves.from === null ? [] : [serves.from])] : []),
      ...steps.flatMap((step) => [
        ...(step.kind === 'move-stage' ? [step.to] : []),
        ...(step.kind === 'entry' && 'stage' in step.on ? [step.on.stage] : []),
        ...rulesOfStep(step).flatMap(({ rule }) =>
          conditionsOf(rule).flatMap((condition) => ('stage' in condition ? condition.stage.in : [])),
        ),
      ]),
    ]),
  ];
}

/** The stages that a journey has to do with and that nobody answers for, by name. */
export function ownerless(journey: Journey, house: House): string[] {
  const lifecycle = lifecycleOf(house);
  if (!lifecycle || lifecycle.owner !== null) return [];
  const touched = stagesTouched(journey);
  return lifecycle.stages.filter((stage) => stage.owner === null && touched.includes(stage.key)).map(({ name }) => name);
}

/** The events by which people come forward: those that lead into a first stage, and what forms are recorded as. */
function leadEvents(house: House): Set<string> {
  const stages = lifecycleOf(house)?.stages.filter(({ first }) => first) ?? [];
  return new Set([
    ...stages.flatMap(({ entry }) => entry.filter(({ from, when }) => from === undefined && when === undefined).map(({ on }) => on.event)),
    ...house.documents.flatMap((each) => (each.kind === 'entry-point' && each.body.form ? [each.body.form.event] : [])),
  ]);
}

/** Whether a journey gives whoever comes in by such an entry to somebody soon. */
function routes(journey: Journey, event: string): boolean {
  const givers = new Set(
    journey.steps.filter(({ kind }) => ['assign', 'make-task', 'hand-over', 'approve'].includes(kind)).map(({ key }) => key),
  );
  return journey.steps.some(
    (step) =>
      step.kind === 'entry' &&
      'event' in step.on &&
      step.on.event === event &&
      [...soonest(journey, step)].some(([key, at]) => givers.has(key) && at <= leadWithin),
  );
}

/** The event by which people come forward and are only written to, in this journey and in every other; null when somebody is told. */
export function onlyWritten(journey: Journey, house: House): string | null {
  if (!journey.steps.some(({ kind }) => kind === 'send' || kind === 'nurture')) return null;
  const events = leadEvents(house);
  for (const step of journey.steps)
    if (step.kind === 'entry' && 'event' in step.on && events.has(step.on.event)) {
      const { event } = step.on;
      if (!house.documents.some((each) => each.kind === 'journey' && routes(each.body, event)) && !routes(journey, event)) return event;
    }
  return null;
}

/** What of a score counts without bounds, or for ever: a sentence each. */
export function* looseness(score: Score): Generator<{ path: string; message: string; mend: string }> {
  const bounded = new Set(score.groups.filter(({ max, min }) => max !== undefined || min !== undefined).map(({ key }) => key));
  for (const [index, signal] of score.signals.entries()) {
    if (signal.halfLife === undefined && signal.expires === undefined)
      yield {
        path: `signals.${index}`,
        message: `“${signal.because}” counts for ever`,
        mend: 'Let it fade or end: what was done a year ago says little of today.',
      };
    if (signal.times === undefined && !(signal.group !== undefined && bounded.has(signal.group)))
      yield {
        path: `signals.${index}`,
        message: `“${signal.because}” counts however often it is done`,
        mend: 'Say how many times it counts, or put it into a group with a bound.',
      };
  }
  for (const [index, line] of score.points.entries())
    if (score.about === 'engagement' && conditionsOf(line.rule).some((condition) => 'event' in condition) && !isTimedRule(line.rule))
      yield {
        path: `points.${index}`,
        message: `“${line.because}” counts for ever`,
        mend: 'Let its rule look at the last days or weeks.',
      };
}

/** The journey in force whose goal was met most often, and how often. */
export function bestGoal(house: House): { name: string; met: number } | null {
  const all = house.documents.flatMap((each: DefinitionDocument) =>
    each.kind === 'journey' && (each.body.goal !== null || each.body.steps.some(({ kind }) => kind === 'goal'))
      ? [{ name: each.body.name, met: house.uses?.get(each.key)?.goalMet ?? 0 }]
      : [],
  );
  return all.toSorted((a, b) => b.met - a.met)[0] ?? null;
}

export const sayLeadWithin = sayDuration(leadWithin);
