import type { DefinitionDocument } from '#contract/definition.ts';
import type { HouseMap, MapEdge, MapNode } from '#contract/map.ts';
import { type Condition, conditionOf, conditionsOf, type Rule } from '#contract/rule.ts';
import { type Trigger, triggerOf } from '#contract/steps/trigger.ts';
import { rulesOfStep } from '../journey/steps/index.ts';
import { nameOf } from '../name-of.ts';
import { rulesIn } from '../rulebook.ts';
import { isWrittenHere } from '../written-events.ts';
import { findCircles } from './circles.ts';

/** The house as it is drawn: journeys, segments, scores, grades, stages and the events that begin something, and what leads from one to another. */

const drawnKinds = ['journey', 'segment', 'score', 'grade'] as const;
const isDrawn = (kind: string): boolean => (drawnKinds as readonly string[]).includes(kind);

/** What a rule asks about, a few words each. */
const asked = (rule: Rule): string[] => conditionsOf(rule).map(askedBy);

function askedBy(condition: Condition): string {
  const { kind, test } = conditionOf(condition);
  switch (kind) {
    case 'trait':
      return `trait ${test.path}`;
    case 'profile':
      return test.field;
    case 'event':
    case 'measure':
    case 'trend':
      return `event ${test.name}`;
    case 'sequence':
      return `event ${test.first.event}, then ${test.then.event}`;
    case 'stage':
      return `stage ${test.in.join(', ')}`;
    case 'segment':
    case 'score':
    case 'grade':
      return `${kind} ${test.key}`;
    case 'consent':
      return `consent to ${test.purpose ?? test.topic}`;
    case 'reachable':
      return `reachable by ${test.channel}`;
    case 'bucket':
      return `draw ${test.draw}`;
    case 'moment':
      return 'the clock';
  }
}

/** What begins a journey, a few words each; with the place on the map where it happens, where there is one. */
interface Beginning {
  words: string;
  from: string | null;
  does: string;
}
const beginnings = (document: Extract<DefinitionDocument, { kind: 'journey' }>): Beginning[] =>
  document.body.steps.flatMap((step) => (step.kind === 'entry' ? beginningOf(step.on) : []));

function beginningOf(on: Trigger): Beginning {
  const trigger = triggerOf(on);
  switch (trigger.kind) {
    case 'event':
      return {
        words: `event ${trigger.on.event}`,
        from: isWrittenHere(trigger.on.event) ? null : `event/${trigger.on.event}`,
        does: 'begins',
      };
    case 'segment':
      return { words: `segment ${trigger.on.segment}`, from: `segment/${trigger.on.segment}`, does: `is ${trigger.on.change}` };
    case 'score':
      return {
        words: `score ${trigger.on.score}`,
        from: `score/${trigger.on.score}`,
        does: trigger.on.change === 'risen' ? `rises to ${trigger.on.threshold}` : `falls below ${trigger.on.threshold}`,
      };
    case 'stage':
      return { words: `stage ${trigger.on.stage}`, from: `stage/${trigger.on.stage}`, does: `is ${trigger.on.change}` };
    case 'date':
      return { words: `the date in ${trigger.on.date}`, from: null, does: '' };
    case 'schedule':
      return { words: `every ${trigger.on.every}`, from: null, does: '' };
    case 'call':
      return { words: trigger.on.by === 'api' ? 'colleagues and the API' : 'other journeys', from: null, does: '' };
  }
}

/** What a journey brings about by its steps, whoever it takes to get there. */
const writtenBy = (document: Extract<DefinitionDocument, { kind: 'journey' }>): string[] =>
  document.body.steps.flatMap((step) => {
    switch (step.kind) {
      case 'tag':
        return [...step.add.map((tag) => `tag ${tag}`), ...step.remove.map((tag) => `takes away tag ${tag}`)];
      case 'set-trait':
        return [`trait ${step.path}`];
      case 'move-stage':
        return [`stage ${step.to}`];
      case 'add-points':
        return [`points of ${step.score}`];
      case 'note':
        return ['a note'];
      case 'webhook':
        return ['the answer of another system'];
      case 'assign':
        return ['the owner'];
      case 'start-journey':
        return [`journey ${step.journey}`];
      case 'end-journey':
        return [`ends journey ${step.journey}`];
      default:
        return [];
    }
  });

export function houseMap(documents: Iterable<DefinitionDocument>, isLive: (document: DefinitionDocument) => boolean): HouseMap {
  const all = [...documents];
  const { graph, circles } = findCircles(all);
  const nodes = new Map<string, MapNode>();
  const edges = new Map<string, MapEdge>();
  const once = (list: string[]): string[] => [...new Set(list)];
  const node = (kind: MapNode['kind'], key: string, name: string, more: Partial<MapNode> = {}): string => {
    const id = `${kind}/${key}`;
    if (!nodes.has(id)) nodes.set(id, { id, kind, key, name, live: true, reads: [], writes: [], ...more });
    return id;
  };
  const edge = (from: string, to: string, does: string, leads: boolean): void => {
    if (!nodes.has(from) || !nodes.has(to)) return;
    const there = edges.get(`${from} ${to}`);
    if (!there) edges.set(`${from} ${to}`, { from, to, does: does === '' ? [] : [does], leads });
    else {
      if (does !== '' && !there.does.includes(does)) there.does.push(does);
      there.leads ||= leads;
    }
  };

  for (const document of all) {
    const rules = rulesIn(document).flatMap(({ rule }) => asked(rule));
    if (document.kind === 'lifecycle')
      for (const stage of document.body.stages)
        node('stage', stage.key, stage.name, {
          live: isLive(document),
          reads: once([
            ...stage.entry.flatMap((way) => [`event ${way.on.event}`, ...(way.when ? asked(way.when) : [])]),
            ...(stage.stall?.unless ? asked(stage.stall.unless) : []),
          ]),
        });
    else if (isDrawn(document.kind))
      node(document.kind, document.key, nameOf(document), {
        live: isLive(document),
        reads: once([...(document.kind === 'journey' ? beginnings(document).map(({ words }) => words) : []), ...rules]),
        writes: document.kind === 'journey' ? once(writtenBy(document)) : [],
      });
  }
  for (const document of all) {
    if (document.kind === 'journey') {
      const id = `journey/${document.key}`;
      for (const { from, does } of beginnings(document)) {
        if (from?.startsWith('event/')) node('event', from.slice(6), from.slice(6));
        if (from !== null) edge(from, id, does, true);
      }
      for (const step of document.body.steps) {
        if (step.kind === 'move-stage') edge(id, `stage/${step.to}`, 'moves people to it', true);
        if (step.kind === 'start-journey') edge(id, `journey/${step.journey}`, 'starts', true);
        if (step.kind === 'end-journey') edge(id, `journey/${step.journey}`, 'ends', true);
        if (step.kind === 'add-points') edge(id, `score/${step.score}`, 'adds points', true);
        for (const { rule } of rulesOfStep(step)) readEdges(rule, id, edge);
      }
    }
    if (document.kind === 'lifecycle')
      for (const { key, entry, stall } of document.body.stages) {
        for (const way of entry) {
          if (nodes.has(`event/${way.on.event}`)) edge(`event/${way.on.event}`, `stage/${key}`, 'moves people to it', true);
          if (way.when) readEdges(way.when, `stage/${key}`, edge);
        }
        if (!stall) continue;
        edge(`stage/${key}`, `stage/${stall.to}`, 'recycles people to it', true);
        if (stall.unless) readEdges(stall.unless, `stage/${key}`, edge);
      }
    if (document.kind === 'segment' && document.body.rule) readEdges(document.body.rule, `segment/${document.key}`, edge);
    if (document.kind === 'score') for (const line of document.body.points) readEdges(line.rule, `score/${document.key}`, edge);
    if (document.kind === 'grade')
      for (const score of [document.body.fit, document.body.engagement]) edge(`score/${score}`, `grade/${document.key}`, 'is graded', true);
  }
  // What leads from one definition to another by a tag, a trait or a note, which is no place of its own.
  for (const from of graph.edges) {
    const start = graph.nodes.get(from.from)!.of;
    const between = graph.nodes.get(from.to)!;
    if (!start || between.of) continue;
    for (const on of graph.edges)
      if (on.from === between.id) {
        const end = graph.nodes.get(on.to)!.of;
        if (end) edge(`${start.kind}/${start.key}`, `${end.kind}/${end.key}`, from.does, true);
      }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()], circles };
}

/** What a rule reads of other definitions. */
function readEdges(rule: Rule, to: string, edge: (from: string, to: string, does: string, leads: boolean) => void): void {
  for (const condition of conditionsOf(rule)) {
    const { kind, test } = conditionOf(condition);
    if (kind === 'segment' || kind === 'score' || kind === 'grade') edge(`${kind}/${test.key}`, to, 'is asked about', false);
    if (kind === 'stage') for (const stage of test.in) edge(`stage/${stage}`, to, 'is asked about', false);
  }
}
