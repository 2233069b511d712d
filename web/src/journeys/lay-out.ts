import { Graph, layout } from '@dagrejs/dagre';
import type { Journey } from '#contract/journey.ts';
import type { Step } from '#contract/steps/index.ts';
import type { Reply } from '../api.ts';
import { leadsOf, type Names, sayCard } from './read-journey.ts';

export const cardWidth = 240;
const endSize = { width: 64, height: 26 };

export interface Point {
  x: number;
  y: number;
}
export interface PlacedNode extends Point {
  id: string;
  width: number;
  height: number;
  /** Null for the mark at which a run ends without an exit step. */
  step: Step | null;
  sentence: string;
}
export interface PlacedEdge {
  id: string;
  from: string;
  to: string;
  label: string;
  count: number;
  /** From the foot of one card to the head of the next, by way of the label. */
  points: Point[];
  labelAt: Point;
}
export interface Placed {
  nodes: PlacedNode[];
  edges: PlacedEdge[];
}
type Counts = Reply<'getJourneyCounts'>;
/** How wide a text is in pixels. Handed in, so that this file is without a browser. */
export type Measure = (text: string, weight: 400 | 500) => number;

/** How many lines a text takes in a box of this width. */
export function linesOf(text: string, width: number, measure: Measure): number {
  let lines = 1;
  let used = 0;
  const space = measure(' ', 500);
  for (const word of text.split(' ')) {
    const size = measure(word, 500);
    if (used > 0 && used + space + size > width) {
      lines += 1;
      used = 0;
    }
    used += (used > 0 ? space : 0) + size;
    if (used > width) {
      lines += Math.floor(used / width);
      used %= width;
    }
  }
  return lines;
}

/** A journey from top to bottom: cards, and edges that go around them. Ways from one step to the same next step are one edge. */
export function layOut(journey: Journey, counts: Counts | undefined, names: Names, measure: Measure): Placed {
  const graph = new Graph({ multigraph: false });
  graph.setGraph({ rankdir: 'TB', nodesep: 36, ranksep: 34, edgesep: 24, marginx: 24, marginy: 24 });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(journey.steps.map((step) => step.key));
  const cards = new Map<string, { step: Step | null; sentence: string }>();
  const countOf = (from: string, to: string | null): number =>
    (counts?.edges ?? []).filter((edge) => edge.from === from && edge.to === to).reduce((sum, edge) => sum + edge.count, 0);
  const ways: { from: string; to: string; label: string; count: number }[] = [];

  for (const step of journey.steps) {
    const sentence = sayCard(step, names);
    cards.set(step.key, { step, sentence });
    graph.setNode(step.key, { width: cardWidth, height: 52 + Math.min(4, linesOf(sentence, cardWidth - 66, measure)) * 18 });
  }
  for (const step of journey.steps) {
    const byNext = new Map<string | null, string[]>();
    for (const { label, next } of leadsOf(step)) byNext.set(next, [...(byNext.get(next) ?? []), ...(label === null ? [] : [label])]);
    for (const [next, labels] of byNext) {
      if (next !== null && !known.has(next)) continue; // a draft may lead nowhere; the list of mistakes says so
      const to = next ?? `${step.key}:end`;
      if (next === null) {
        cards.set(to, { step: null, sentence: 'End' });
        graph.setNode(to, endSize);
      }
      ways.push({ from: step.key, to, label: labels.join(' or '), count: countOf(step.key, next) });
    }
  }
  for (const way of ways) {
    const text = way.label === '' ? '' : `${way.label} ${way.count}`;
    graph.setEdge(way.from, way.to, {
      width: text === '' ? 0 : Math.min(190, measure(text, 400) + 26),
      height: text === '' ? 0 : 24,
      labelpos: 'c',
      minlen: 1,
    });
  }
  layout(graph);

  const nodes = [...cards].map(([id, card]) => {
    const { x, y, width, height } = graph.node(id) as { x: number; y: number; width: number; height: number };
    return { id, x: x - width / 2, y: y - height / 2, width, height, ...card };
  });
  const placed = new Map(nodes.map((node) => [node.id, node]));
  const edges = ways.map((way) => {
    const made = graph.edge(way.from, way.to) as { points: Point[]; x?: number; y?: number };
    const from = placed.get(way.from)!;
    const to = placed.get(way.to)!;
    const points = [
      { x: from.x + from.width / 2, y: from.y + from.height },
      ...made.points.slice(1, -1),
      { x: to.x + to.width / 2, y: to.y },
    ];
    const middle = points[Math.floor(points.length / 2)]!;
    return { id: `${way.from}→${way.to}`, ...way, points, labelAt: { x: made.x ?? middle.x, y: made.y ?? middle.y } };
  });
  return { nodes, edges };
}

/** A soft line through the points: each piece leaves and arrives upright. */
export function pathOf(points: readonly Point[]): string {
  return points
    .map((point, index) => {
      const before = points[index - 1];
      if (!before) return `M${point.x},${point.y}`;
      const middle = (before.y + point.y) / 2;
      return `C${before.x},${middle} ${point.x},${middle} ${point.x},${point.y}`;
    })
    .join('');
}
