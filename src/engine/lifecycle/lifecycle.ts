import type { Lifecycle, Stage } from '#contract/definition-bodies.ts';
import type { Instant } from '#contract/instant.ts';
import type { Person } from '../person.ts';
import { isMissing } from '#contract/rule/values.ts';
import { traitOf } from '../rule/kinds/person.ts';
import { compileMatch, type Occurrence } from '../rule/match.ts';
import { always, type CompiledRule, never, type RuleContext } from '../rule/question.ts';
import { compileRule } from '../rule/rule.ts';
import { type CompiledStall, compileStall } from './stall.ts';

export interface CompiledLifecycle {
  version: number;
  body: Lifecycle;
  stages: Map<string, Stage>;
  /** Event name → the ways into a stage that it can be evidence for, in the order of the stages. */
  byEvent: Map<string, { stage: Stage; from: Set<string> | null; matches: (event: Occurrence) => boolean; when: CompiledRule }[]>;
  /** Stage → when somebody has stalled in it. */
  stalls: Map<string, CompiledStall>;
}

export function compileLifecycle(version: number, body: Lifecycle, context: RuleContext): CompiledLifecycle {
  const byEvent: CompiledLifecycle['byEvent'] = new Map();
  for (const stage of body.stages)
    for (const entry of stage.entry) {
      const ways = byEvent.get(entry.on.event) ?? [];
      ways.push({
        stage,
        from: entry.from ? new Set(entry.from) : null,
        matches: compileMatch(entry.on, context.zone),
        when: entry.when ? compileRule(entry.when, context) : always,
      });
      byEvent.set(entry.on.event, ways);
    }
  const stalls = new Map(body.stages.flatMap(({ key, stall }) => (stall ? [[key, compileStall(key, stall, context)]] : [])));
  return { version, body, stages: new Map(body.stages.map((stage) => [stage.key, stage])), byEvent, stalls };
}

/** Whether a move is one that the lifecycle knows: from nothing into a first stage, or along `next`. */
export function allows(lifecycle: CompiledLifecycle, from: string | null, to: string): boolean {
  if (from === to) return false;
  if (from === null) return lifecycle.stages.get(to)?.first ?? false;
  const stage = lifecycle.stages.get(from);
  return stage ? stage.next.includes(to) : lifecycle.stages.has(to);
}

/** Traits that a stage requires and the person lacks. */
export const missingFor = (stage: Stage, person: Person): string[] => stage.requires.filter((path) => isMissing(traitOf(person, path)));

export type StageAnswer = { move: Stage } | { refused: Stage; missing: string[] } | null;

/**
 * What an event means for a person's stage: the first way in that matches, is allowed from where the person stands, and whose rule holds. A stage whose
 * required data is missing is refused, and says what is missing. An event that could lead to where the person already is, or back, moves nobody.
 */
export function stageAfter(lifecycle: CompiledLifecycle, person: Person, event: Occurrence, now: Instant): StageAnswer {
  for (const way of lifecycle.byEvent.get(event.name) ?? []) {
    if (!allows(lifecycle, person.stage, way.stage.key)) continue;
    if (way.from && (person.stage === null || !way.from.has(person.stage))) {
      // A person without a stage may begin where the way leads, when that stage is a first one.
      if (!(person.stage === null && way.stage.first)) continue;
    }
    if (!way.matches(event) || !way.when({ person, now, changesAt: never })) continue;
    const missing = missingFor(way.stage, person);
    return missing.length > 0 ? { refused: way.stage, missing } : { move: way.stage };
  }
  return null;
}
