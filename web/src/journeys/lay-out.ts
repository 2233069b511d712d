import { Graph, layout } from '@dagrejs/dagre';
import type { Journey } from '#contract/journey.ts';
import type { Exit, Step } from '#contract/steps/index.ts';
import type { Reply } from '../api.ts';
import { waysOf } from './edit/ways.ts';
import type { Names } from './named.ts';
import { sayCard } from './read-journey.ts';

const cardWidth = 240;
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
type Counts = Pick<Reply<'getJourneyCounts'>, 'edges'>;
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

export interface Drawing {
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

/** What has to find a place: cards and ways with their sizes. */
export interface Outline {
  cards: { id: string; step: Step | null; sentence: string; width: number; height: number }[];
  ways: (Way & { width: number; height: number })[];
  apart: boolean;
}

/** A journey as cards and ways, before they have a place. */
export function outlineOf(
  journey: Journey,
  counts: Counts | undefined,
  names: Names,
  measure: Measure,
  { apart = false }: Drawing = {},
): Outline {
  const known = new Set(journey.steps.map((step) => step.key));
  const cards: Outline['cards'] = [];
  const ends = new Map<string, Outline['cards'][number]>();
  const ways: Outline['ways'] = [];
  const countOf = (from: string, to: string | null): number =>
    (counts?.edges ?? []).filter((edge) => edge.from === from && edge.to === to).reduce((sum, edge) => sum + edge.count, 0);

  for (const step of journey.steps) {
    const sentence = sayCard(step, names);
    const lines = Math.min(4, linesOf(sentence, cardWidth - 66, measure)) + (counts ? 1 : 0) + (step.note ? 1 : 0);
    cards.push({ id: step.key, step, sentence, width: cardWidth, height: 34 + lines * lineHeight });
    const drawn = drawnWays(step, apart);
    for (const { next, labels, ways: at } of drawn) {
      if (next !== null && !known.has(next) && !apart) continue; // a draft may lead nowhere; the list of mistakes says so
      const there = next !== null && known.has(next) ? next : null;
      const to = there ?? (apart ? `${step.key}:end:${at[0]!.join('.')}` : `${step.key}:end`);
      if (there === null) ends.set(to, { id: to, step: null, sentence: 'End', ...endSize });
      const isOnly = drawn.filter((each) => each.next === next).length === 1;
      const count = isOnly ? countOf(step.key, next) : 0; // of two ways to the same step nobody knows which was taken
      const way = { id: `${step.key}/${at[0]!.join('.')}`, from: step.key, to, ways: at, label: labels.join(' or '), count };
      ways.push({ ...way, ...sizeOf(way, apart, measure) });
    }
  }
  return { cards: [...cards, ...ends.values()], ways, apart };
}

/** The room of what is written on a way, and of the button on it. */
function sizeOf({ label, count }: Way, apart: boolean, measure: Measure): { width: number; height: number } {
  const width = label === '' ? 0 : Math.min(190, measure(`${label} ${count}`, 400) + 26);
  return { width: apart ? Math.max(plusHeight, width) : width, height: (label === '' ? 0 : 24) + (apart ? plusHeight : 0) };
}

/** Where everything stands, by id. */
interface Places {
  cards: ReadonlyMap<string, Point>;
  ways: ReadonlyMap<string, { points: Point[]; labelAt: Point; back: boolean }>;
}

/** The same text for outlines that are laid out alike: words may change as long as sizes do not. */
export const sizesOf = ({ cards, ways, apart }: Outline): string =>
  JSON.stringify([
    apart,
    cards.map(({ id, width, height }) => [id, width, height]),
    ways.map(({ id, to, width, height }) => [id, to, Math.ceil(width / 8), height]),
  ]);

/** Finds a place for everything, from top to bottom; the costly part of a drawing. */
export function arrange({ cards, ways, apart }: Outline): Places {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 36, ranksep: apart ? 20 : 34, edgesep: 24, marginx: 24, marginy: 24 });
  graph.setDefaultEdgeLabel(() => ({}));
  // The place is written into what is handed over, so each has an object of its own.
  for (const { id, width, height } of cards) graph.setNode(id, { width, height });
  for (const { id, from, to, width, height } of ways) graph.setEdge(from, to, { width, height, labelpos: 'c', minlen: 1 }, id);
  layout(graph);

  const boxes = new Map(
    cards.map(({ id, width, height }) => {
      const { x, y } = graph.node(id) as Point;
      return [id, { x: x - width / 2, y: y - height / 2, width, height }];
    }),
  );
  const lines = ways.map((way) => {
    const made = graph.edge(way.from, way.to, way.id) as { points: Point[]; x?: number; y?: number };
    const [from, to] = [boxes.get(way.from)!, boxes.get(way.to)!];
    const back = to.y <= from.y;
    const inner = made.points.slice(1, -1);
    const points = back ? sideWays(from, to, inner) : [footOf(from), ...inner, headOf(to)];
    const middle = points[Math.floor(points.length / 2)]!;
    return { id: way.id, from: way.from, points, back, labelAt: { x: made.x ?? middle.x, y: made.y ?? middle.y } };
  });
  return firstWaysLeft([...boxes], lines);
}

/** A journey drawn: its outline with everything at its place. */
export const drawn = ({ cards, ways }: Outline, places: Places): Placed => ({
  nodes: cards.map((card) => ({ ...card, ...places.cards.get(card.id)! })),
  edges: ways.map(({ width: _width, height: _height, ...way }) => ({ ...way, ...places.ways.get(way.id)! })),
});

/** A journey from top to bottom: cards, and edges that go around them. */
export function layOut(...given: Parameters<typeof outlineOf>): Placed {
  const outline = outlineOf(...given);
  return drawn(outline, arrange(outline));
}

type Box = Point & { width: number; height: number };
interface Line {
  id: string;
  from: string;
  points: Point[];
  labelAt: Point;
  back: boolean;
}
/** The drawing or its mirror image: the one in which more steps have their first way on the left, where one begins to read. */
function firstWaysLeft(boxes: [string, Box][], lines: Line[]): Places {
  const byStep = Map.groupBy(lines, (line) => line.from);
  const wrong = [...byStep.values()].reduce((sum, ways) => sum + Math.sign(ways[0]!.labelAt.x - ways.at(-1)!.labelAt.x), 0);
  const [left, right] = [Math.min(...boxes.map(([, box]) => box.x)), Math.max(...boxes.map(([, box]) => box.x + box.width))];
  const turned = (point: Point, width = 0): Point => ({ x: wrong > 0 ? left + right - point.x - width : point.x, y: point.y });
  return {
    cards: new Map(boxes.map(([id, box]) => [id, turned(box, box.width)])),
    ways: new Map(
      lines.map(({ id, points, labelAt, back }) => [id, { points: points.map((point) => turned(point)), labelAt: turned(labelAt), back }]),
    ),
  };
}

const footOf = (node: Box): Point => ({ x: node.x + node.width / 2, y: node.y + node.height });
const headOf = (node: Box): Point => ({ x: node.x + node.width / 2, y: node.y });

/** A way back up leaves and arrives at the side on which it runs. */
function sideWays(from: Box, to: Box, inner: readonly Point[]): Point[] {
  const mean = inner.reduce((sum, point) => sum + point.x, 0) / Math.max(1, inner.length);
  const isRight = inner.length === 0 || mean >= from.x + from.width / 2;
  const side = (node: Box): Point => ({ x: node.x + (isRight ? node.width : 0), y: node.y + node.height / 2 });
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
