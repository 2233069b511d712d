import type { BodyOf, DefinitionKind } from '#contract/definition.ts';
import { mainKey } from '#contract/definition.ts';
import type { Rule } from '#contract/rule.ts';
import { compileJourney, type CompiledJourney } from './journey/advance.ts';
import { compileLifecycle, type CompiledLifecycle } from './lifecycle/lifecycle.ts';
import { collectMatchers, type Matcher } from './rule/memory.ts';
import { type CompiledRule, compileRule, readsOf } from './rule/rule.ts';
import { stableId } from './stable-id.ts';

/** A published version of a definition. */
export interface Published<K extends DefinitionKind = DefinitionKind> {
  kind: K;
  key: string;
  version: number;
  body: BodyOf<K>;
}

export interface CompiledSegment {
  key: string;
  version: number;
  name: string;
  rule: Rule;
  holds: CompiledRule;
  reads: Set<string>;
}
export interface CompiledScore {
  key: string;
  version: number;
  body: BodyOf<'score'>;
  points: { holds: CompiledRule; points: number }[];
  reads: Set<string>;
}

/** All published definitions of a workspace at one revision, compiled. The engine reads nothing else. */
export interface Rulebook {
  workspace: number;
  revision: number;
  lifecycle: CompiledLifecycle | null;
  /** In an order in which a segment stands after those that it asks about. */
  segments: CompiledSegment[];
  scores: CompiledScore[];
  /** The version by which people enter now. */
  journeys: Map<string, CompiledJourney>;
  /** `key@version` → every version that somebody is under way in, and the current ones. */
  versions: Map<string, CompiledJourney>;
  entriesByEvent: Map<string, CompiledJourney[]>;
  matchersByEvent: Map<string, Matcher[]>;
  /** Changes whenever another set of memories is needed. */
  memoryVersion: string;
  /** What reads a thing: `event:NAME`, traits, stage, consent, segment:KEY, score:KEY, time → segments and scores to ask again. */
  segmentsReading: Map<string, CompiledSegment[]>;
  scoresReading: Map<string, CompiledScore[]>;
  topics: Map<string, Published<'topic'>>;
  templates: Map<string, Published<'template'>>;
  entryPoints: Map<string, Published<'entry-point'>>;
  capPolicy: Published<'cap-policy'> | null;
}

export function compileRulebook(
  workspace: number,
  revision: number,
  published: readonly Published[],
  pinned: readonly Published<'journey'>[],
): Rulebook {
  const of = <K extends DefinitionKind>(kind: K): Published<K>[] => published.filter((each): each is Published<K> => each.kind === kind);
  const journeys = of('journey').map((each) => compileJourney(each.key, each.version, each.body));
  const versions = new Map(
    [...pinned.map((each) => compileJourney(each.key, each.version, each.body)), ...journeys].map((journey) => [
      `${journey.key}@${journey.version}`,
      journey,
    ]),
  );
  const lifecycle = of('lifecycle').find((each) => each.key === mainKey);
  const segments = inOrder(
    of('segment').map((each) => ({
      key: each.key,
      version: each.version,
      name: each.body.name,
      rule: each.body.rule,
      holds: compileRule(each.body.rule),
      reads: readsOf(each.body.rule),
    })),
  );
  const scores = of('score').map((each) => {
    const reads = new Set<string>();
    for (const line of each.body.points) readsOf(line.rule, reads);
    return {
      key: each.key,
      version: each.version,
      body: each.body,
      points: each.body.points.map((line) => ({ holds: compileRule(line.rule), points: line.points })),
      reads,
    };
  });

  const matchers = new Map<string, Matcher>();
  for (const rule of rulesOf(published)) collectMatchers(rule, matchers);
  for (const rule of rulesOf(pinned)) collectMatchers(rule, matchers);
  const sorted = [...matchers.values()].sort((a, b) => (a.id < b.id ? -1 : 1));

  return {
    workspace,
    revision,
    lifecycle: lifecycle ? compileLifecycle(lifecycle.version, lifecycle.body) : null,
    segments,
    scores,
    journeys: new Map(journeys.map((journey) => [journey.key, journey])),
    versions,
    entriesByEvent: group(
      journeys.filter((journey) => journey.entry),
      (journey) => [journey.entry!.step.on.event],
    ),
    matchersByEvent: group(sorted, (matcher) => [matcher.event]),
    memoryVersion: sorted.length === 0 ? '' : stableId(...sorted.map((matcher) => `${matcher.id}:${matcher.keep}`)).slice(0, 13),
    segmentsReading: group(segments, (segment) => segment.reads),
    scoresReading: group(scores, (score) => score.reads),
    topics: byKey(of('topic')),
    templates: byKey(of('template')),
    entryPoints: byKey(of('entry-point')),
    capPolicy: of('cap-policy').find((each) => each.key === mainKey) ?? null,
  };
}

const byKey = <T extends { key: string }>(list: T[]): Map<string, T> => new Map(list.map((each) => [each.key, each]));

function group<T>(list: readonly T[], keys: (each: T) => Iterable<string>): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of list)
    for (const key of keys(each)) {
      const there = groups.get(key);
      if (there) there.push(each);
      else groups.set(key, [each]);
    }
  return groups;
}

/** Every rule in some definitions. */
export function* rulesOf(published: readonly Published[]): Generator<Rule> {
  for (const each of published) {
    if (each.kind === 'segment') yield (each as Published<'segment'>).body.rule;
    if (each.kind === 'score') for (const line of (each as Published<'score'>).body.points) yield line.rule;
    if (each.kind === 'lifecycle')
      for (const stage of (each as Published<'lifecycle'>).body.stages) for (const entry of stage.entry) if (entry.when) yield entry.when;
    if (each.kind === 'journey')
      for (const step of (each as Published<'journey'>).body.steps) {
        if (step.kind === 'entry' && step.when) yield step.when;
        if (step.kind === 'branch') for (const path of step.paths) yield path.when;
      }
  }
}

/** Segments so that each stands after those it reads; members of a circle, which the check refuses, keep the order they came in. */
function inOrder(segments: CompiledSegment[]): CompiledSegment[] {
  const sorted: CompiledSegment[] = [];
  const seen = new Set<string>();
  const all = byKey(segments);
  const visit = (segment: CompiledSegment): void => {
    if (seen.has(segment.key)) return;
    seen.add(segment.key);
    for (const read of segment.reads) {
      const other = read.startsWith('segment:') ? all.get(read.slice(8)) : undefined;
      if (other) visit(other);
    }
    sorted.push(segment);
  };
  for (const segment of segments) visit(segment);
  return sorted;
}
