import { Graph, layout } from '@dagrejs/dagre';
import type { Journey } from '#contract/journey.ts';
import type { Exit, Step } from '#contract/steps/index.ts';
import type { Reply } from '../api.ts';
import { waysOf } from './edit/ways.ts';
import { type Names, sayCard } from './read-journey.ts';

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
  /** The ways of the step that this edge is; several when they lead to the same step and are drawn as one. */
  ways: Exit['at'][];
  label: string;
  count: number;
  /** From the foot of one card to the head of the next, by way of the label; from side to side when it leads back up. */
  points: Point[];
  back: boolean;
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

interface Drawing {
  /** Each way is an edge of its own, with room for a button on it; else ways from one step to the same next step are one edge (false). */
  apart?: boolean;
}
interface Way {
  id: string;
  from: string;
  to: string;
  ways: Exit['at'][];
  label: string;
  count: number;
}

/** The ways of a step as they are drawn, each with where it leads; null is the end of the run. */
function drawnWays(step: Step, apart: boolean): { next: string | null; labels: string[]; ways: Exit['at'][] }[] {
  const drawn: { next: string | null; labels: string[]; ways: Exit['at'][] }[] = [];
  for (const { label, next, at } of waysOf(step)) {
    const same = apart ? undefined : drawn.find((each) => each.next === next);
    const labels = label === null ? [] : [label];
    if (same) {
      same.labels.push(...labels);
      same.ways.push(at);
    } else drawn.push({ next, labels, ways: [at] });
  }
  return drawn;
}

const lineHeight = 18;
const plusHeight = 26;

/** A journey from top to bottom: cards, and edges that go around them. */
export function layOut(
  journey: Journey,
  counts: Counts | undefined,
  names: Names,
  measure: Measure,
  { apart = false }: Drawing = {},
): Placed {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 36, ranksep: apart ? 20 : 34, edgesep: 24, marginx: 24, marginy: 24 });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(journey.steps.map((step) => step.key));
  const cards = new Map<string, { step: Step | null; sentence: string }>();
  const countOf = (from: string, to: string | null): number =>
    (counts?.edges ?? []).filter((edge) => edge.from === from && edge.to === to).reduce((sum, edge) => sum + edge.count, 0);
  const ways: Way[] = [];

  for (const step of journey.steps) {
    const sentence = sayCard(step, names);
    const lines = Math.min(4, linesOf(sentence, cardWidth - 66, measure)) + (counts ? 1 : 0) + (step.note ? 1 : 0);
    cards.set(step.key, { step, sentence });
    graph.setNode(step.key, { width: cardWidth, height: 34 + lines * lineHeight });
  }
  for (const step of journey.steps)
    for (const { next, labels, ways: at } of drawnWays(step, apart)) {
      if (next !== null && !known.has(next) && !apart) continue; // a draft may lead nowhere; the list of mistakes says so
      const there = next !== null && known.has(next) ? next : null;
      const to = there ?? (apart ? `${step.key}:end:${at[0]!.join('.')}` : `${step.key}:end`);
      if (there === null) {
        cards.set(to, { step: null, sentence: 'End' });
        graph.setNode(to, { ...endSize }); // the place is written into it
      }
      const isOnly = drawnWays(step, apart).filter((each) => each.next === next).length === 1;
      const count = isOnly ? countOf(step.key, next) : 0; // of two ways to the same step nobody knows which was taken
      ways.push({ id: `${step.key}/${at[0]!.join('.')}`, from: step.key, to, ways: at, label: labels.join(' or '), count });
    }
  for (const way of ways) {
    const text = way.label === '' ? (apart && way.count > 0 ? `${way.count}` : '') : `${way.label} ${way.count}`;
    const width = text === '' ? 0 : Math.min(190, measure(text, 400) + 26);
    graph.setEdge(
      way.from,
      way.to,
      {
        width: apart ? Math.max(plusHeight, width) : width,
        height: (text === '' || (apart && way.label === '') ? 0 : 24) + (apart ? plusHeight : 0),
        labelpos: 'c',
        minlen: 1,
      },
      way.id,
    );
  }
  layout(graph);

  const nodes = [...cards].map(([id, card]) => {
    const { x, y, width, height } = graph.node(id) as { x: number; y: number; width: number; height: number };
    return { id, x: x - width / 2, y: y - height / 2, width, height, ...card };
  });
  const placed = new Map(nodes.map((node) => [node.id, node]));
  const edges = ways.map((way): PlacedEdge => {
    const made = graph.edge(way.from, way.to, way.id) as { points: Point[]; x?: number; y?: number };
    const [from, to] = [placed.get(way.from)!, placed.get(way.to)!];
    const back = to.y <= from.y;
    const inner = made.points.slice(1, -1);
    const points = back ? sideWays(from, to, inner) : [footOf(from), ...inner, headOf(to)];
    const middle = points[Math.floor(points.length / 2)]!;
    return { ...way, points, back, labelAt: { x: made.x ?? middle.x, y: made.y ?? middle.y } };
  });
  return firstWaysLeft({ nodes, edges });
}

/** The drawing or its mirror image: the one in which more steps have their first way on the left, where one begins to read. */
function firstWaysLeft({ nodes, edges }: Placed): Placed {
  const byStep = Map.groupBy(edges, (edge) => edge.from);
  const wrong = [...byStep.values()].reduce((sum, ways) => sum + Math.sign(ways[0]!.labelAt.x - ways.at(-1)!.labelAt.x), 0);
  if (wrong <= 0) return { nodes, edges };
  const right = Math.max(...nodes.map((node) => node.x + node.width)) + Math.min(...nodes.map((node) => node.x));
  const turned = (point: Point): Point => ({ x: right - point.x, y: point.y });
  return {
    nodes: nodes.map((node) => ({ ...node, x: right - node.x - node.width })),
    edges: edges.map((edge) => ({ ...edge, points: edge.points.map(turned), labelAt: turned(edge.labelAt) })),
  };
}

const footOf = (node: PlacedNode): Point => ({ x: node.x + node.width / 2, y: node.y + node.height });
const headOf = (node: PlacedNode): Point => ({ x: node.x + node.width / 2, y: node.y });

/** A way back up leaves and arrives at the side on which it runs. */
function sideWays(from: PlacedNode, to: PlacedNode, inner: readonly Point[]): Point[] {
  const mean = inner.reduce((sum, point) => sum + point.x, 0) / Math.max(1, inner.length);
  const isRight = inner.length === 0 || mean >= from.x + from.width / 2;
  const side = (node: PlacedNode): Point => ({ x: node.x + (isRight ? node.width : 0), y: node.y + node.height / 2 });
  const lane = inner.length > 0 ? inner : [{ x: from.x + from.width + 40, y: (from.y + to.y + to.height) / 2 }];
  return [side(from), ...lane, side(to)];
}

/** A soft line through the points: each piece leaves and arrives upright. A way back leaves and arrives level. */
export function pathOf(points: readonly Point[], back = false): string {
  return points
    .map((point, index) => {
      const before = points[index - 1];
      if (!before) return `M${point.x},${point.y}`;
      if (back && index === 1) return `C${point.x},${before.y} ${point.x},${before.y} ${point.x},${point.y}`;
      if (back && index === points.length - 1) return `C${before.x},${point.y} ${before.x},${point.y} ${point.x},${point.y}`;
      const middle = (before.y + point.y) / 2;
      return `C${before.x},${middle} ${point.x},${middle} ${point.x},${point.y}`;
    })
    .join('');
}
