import type { BodyOf, DefinitionDocument, DefinitionKind } from '#contract/definition.ts';
import { mainKey } from '#contract/definition.ts';
import { ms } from '#contract/instant.ts';
import type { Rule } from '#contract/rule.ts';
import { compileFields, type FieldBook } from './fields.ts';
import { type CompiledPolicy, compilePolicy } from './identity/policy.ts';
import type { TriggerOf } from '#contract/steps/trigger.ts';
import { type CompiledEntry, compileJourney, type CompiledJourney } from './journey/advance.ts';
import { rulesOfStep } from './journey/steps/index.ts';
import type { Ramp } from './journey/ramp.ts';
import { dateRule, dateSegment, listensFor, sayTrigger } from './journey/trigger.ts';
import { compileLifecycle, type CompiledLifecycle } from './lifecycle/lifecycle.ts';
import { addMemo, type Memo } from './rule/memory.ts';
import type { CompiledRule, RuleContext } from './rule/question.ts';
import { compileRule, memosOf, readsOf } from './rule/rule.ts';
import { stableId } from './stable-id.ts';
import { type CompiledGrade, compileGrade } from './score/grade.ts';
import { type CompiledScore, compileScore } from './score/score.ts';

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
  meaning: string;
  /** Null for a list that is kept by hand. */
  rule: Rule | null;
  holds: CompiledRule;
  reads: Set<string>;
}

/** All published definitions of a workspace at one revision, compiled. The engine reads nothing else. */
export interface Rulebook {
  workspace: number;
  revision: number;
  lifecycle: CompiledLifecycle | null;
  /** In an order in which a segment stands after those that it asks about. */
  segments: CompiledSegment[];
  /** Those, and one for each date entry: who has their day today. Nobody is shown these. */
  everySegment: CompiledSegment[];
  scores: CompiledScore[];
  grades: CompiledGrade[];
  /** What a rule reads besides the person. */
  context: RuleContext;
  /** The version by which people enter now, or, while it is brought in step by step, a share of them. */
  journeys: Map<string, CompiledJourney>;
  /** Journeys whose new version only a share of those who enter enters by. */
  ramps: Map<string, Ramp>;
  /** `key@version` → every version that somebody is under way in, and the current ones. */
  versions: Map<string, CompiledJourney>;
  /** What may begin a journey, as `listensFor` names it → the entries that listen for it. */
  listeners: Map<string, { journey: CompiledJourney; entry: CompiledEntry }[]>;
  /** Entries on a schedule. */
  schedules: { journey: string; entry: string; on: TriggerOf<'schedule'>; when: Rule }[];
  /** Event name → what has to be remembered of it. */
  memosByEvent: Map<string, Memo[]>;
  /** What everybody remembers at this revision. What only older versions ask for, in which some are under way, is remembered by these. */
  memos: readonly Memo[];
  /** Who reads a thing, by the names that `RuleKind.reads` gives: the segments, scores and grades to ask again when it changed. */
  segmentsReading: Map<string, CompiledSegment[]>;
  scoresReading: Map<string, CompiledScore[]>;
  gradesReading: Map<string, CompiledGrade[]>;
  topics: Map<string, Published<'topic'>>;
  templates: Map<string, Published<'template'>>;
  entryPoints: Map<string, Published<'entry-point'>>;
  fields: FieldBook;
  capPolicy: Published<'cap-policy'> | null;
  /** How each offer is called, and for how long it is open [ms]. */
  offers: ReadonlyMap<string, { name: string; lasts: number }>;
  identity: CompiledPolicy;
}

export function compileRulebook(
  workspace: number,
  revision: number,
  published: readonly Published[],
  pinned: readonly Published<'journey'>[],
  zone: string,
  ramps: readonly Ramp[] = [],
  taken: ReadonlyMap<string, string> = new Map(),
): Rulebook {
  const of = <K extends DefinitionKind>(kind: K): Published<K>[] => published.filter((each): each is Published<K> => each.kind === kind);
  const topics = byKey(of('topic'));
  const context: RuleContext = {
    zone,
    purposeOf: (topic) => topics.get(topic)?.body.purpose,
    scoreOf: (key) => scoresByKey.get(key) ?? null,
    gradeOf: (key) => gradesByKey.get(key)?.at ?? null,
  };
  const scores = of('score').map((each) => compileScore(each.key, each.version, each.body, context));
  const scoresByKey = byKey(scores);
  const grades = of('grade').map((each) => compileGrade(each.key, each.version, each.body, context));
  const gradesByKey = byKey(grades);
  const journeys = of('journey').map((each) => compileJourney(each.key, each.version, each.body, context, taken));
  const versions = new Map(
    [...pinned.map((each) => compileJourney(each.key, each.version, each.body, context, taken)), ...journeys].map((journey) => [
      `${journey.key}@${journey.version}`,
      journey,
    ]),
  );
  const rising = new Map(
    ramps
      .filter((ramp) => journeys.some((journey) => journey.key === ramp.journey && journey.version === ramp.version))
      .map((ramp) => [ramp.journey, ramp]),
  );
  const others = [...rising.values()].flatMap(({ journey, previous }) => versions.get(`${journey}@${previous}`) ?? []);
  const lifecycle = of('lifecycle').find((each) => each.key === mainKey);
  const days = journeys.flatMap((journey) =>
    journey.entries.flatMap(({ step }) => {
      if (!('date' in step.on)) return [];
      const rule = dateRule(step.on);
      // The same day in another version is the same segment.
      const version = Number.parseInt(stableId(JSON.stringify(rule)).slice(0, 7), 16);
      const key = dateSegment(journey.key, step.key);
      return [{ key, version, name: sayTrigger(step.on), meaning: '', rule, holds: compileRule(rule, context), reads: readsOf(rule) }];
    }),
  );
  const segments = inOrder(
    of('segment').map(
      (each): CompiledSegment => ({
        key: each.key,
        version: each.version,
        name: each.body.name,
        meaning: each.body.meaning,
        rule: each.body.rule,
        holds: each.body.rule ? compileRule(each.body.rule, context) : ({ person }) => person.state.segments[each.key] !== undefined,
        reads: each.body.rule ? readsOf(each.body.rule) : new Set<string>(),
      }),
    ),
  );
  const everySegment = [...days, ...segments];
  const sortedMemos = (rules: Iterable<Rule>): Memo[] => {
    const memos = new Map<string, Memo>();
    for (const rule of rules) for (const memo of memosOf(rule, zone)) addMemo(memos, memo);
    for (const score of scores) for (const memo of score.memos) addMemo(memos, memo);
    return [...memos.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  const isOther = ({ key, version }: Published): boolean => others.some((each) => each.key === key && each.version === version);

  return {
    workspace,
    revision,
    lifecycle: lifecycle ? compileLifecycle(lifecycle.version, lifecycle.body, context) : null,
    segments,
    everySegment,
    scores,
    grades,
    context,
    journeys: new Map(journeys.map((journey) => [journey.key, journey])),
    ramps: rising,
    versions,
    listeners: group(
      // The one that goes first enters first, so that of a group no other has begun before it.
      [...journeys, ...others]
        .sort((a, b) => b.body.priority - a.body.priority)
        .flatMap((journey) => journey.entries.map((entry) => ({ journey, entry }))),
      ({ journey, entry }) => [listensFor(journey.key, entry.step.key, entry.step.on)].filter((name) => name !== null),
    ),
    schedules: journeys.flatMap(({ key, entries }) =>
      entries.flatMap(({ step }) => ('every' in step.on ? [{ journey: key, entry: step.key, on: step.on, when: step.when! }] : [])),
    ),
    memosByEvent: group(sortedMemos([...rulesOf(published), ...rulesOf(pinned)]), (memo) => memo.names),
    memos: sortedMemos([...rulesOf(published), ...rulesOf(pinned.filter(isOther))]),
    segmentsReading: group(everySegment, (segment) => segment.reads),
    scoresReading: group(scores, (score) => score.reads),
    gradesReading: group(grades, (grade) => [`score:${grade.body.fit}`, `score:${grade.body.engagement}`]),
    topics,
    templates: byKey(of('template')),
    entryPoints: byKey(of('entry-point')),
    fields: compileFields(of('field')),
    capPolicy: of('cap-policy').find((each) => each.key === mainKey) ?? null,
    offers: new Map(of('offer').map(({ key, body }) => [key, { name: body.name, lasts: ms(body.lasts) }])),
    identity: compilePolicy(of('identity-policy').find((each) => each.key === mainKey)?.body),
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
const rulesOf = (published: readonly Published[]): Rule[] =>
  published.flatMap((each) => rulesIn(each as DefinitionDocument).map(({ rule }) => rule));

/** Every rule of a definition, and the path at which it stands. */
export function rulesIn({ kind, body }: DefinitionDocument): { rule: Rule; at: string }[] {
  switch (kind) {
    case 'segment':
      return body.rule ? [{ rule: body.rule, at: 'rule' }] : [];
    case 'score':
      return body.points.map(({ rule }, index) => ({ rule, at: `points.${index}.rule` }));
    case 'lifecycle':
      return body.stages.flatMap(({ entry, stall }, index) => [
        ...entry.flatMap(({ when }, nth) => (when ? [{ rule: when, at: `stages.${index}.entry.${nth}.when` }] : [])),
        ...(stall?.unless ? [{ rule: stall.unless, at: `stages.${index}.stall.unless` }] : []),
      ]);
    case 'journey':
      return body.steps.flatMap((step, index) => rulesOfStep(step).map(({ rule, at }) => ({ rule, at: `steps.${index}.${at}` })));
    default:
      return [];
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
