import { Graph, layout } from '@dagrejs/dagre';
import type { HouseMap, MapEdge, MapNode } from '#contract/map.ts';

/** Where everything on the map stands: what leads to something stands left of it. */

export const cardSize = { width: 190, height: 44 };
interface Point {
  x: number;
  y: number;
}
export interface Placed {
  width: number;
  height: number;
  nodes: (MapNode & Point)[];
  edges: (MapEdge & { points: Point[]; labelAt: Point })[];
}

export function layOutMap({ nodes, edges }: Pick<HouseMap, 'nodes' | 'edges'>): Placed {
  const graph = new Graph({ multigraph: false });
  graph.setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 96, edgesep: 14, marginx: 24, marginy: 24 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of nodes) graph.setNode(id, { ...cardSize });
  for (const { from, to } of edges) if (from !== to) graph.setEdge(from, to, { width: 1, height: 1 });
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const at = (id: string): Point => {
    const { x, y } = graph.node(id) as Point;
    return { x: x - cardSize.width / 2, y: y - cardSize.height / 2 };
  };
  return {
    width,
    height,
    nodes: nodes.map((node) => ({ ...node, ...at(node.id) })),
    edges: edges.map((edge) => {
      const points =
        edge.from === edge.to
          ? ownWay(at(edge.from))
          : sideways((graph.edge(edge.from, edge.to) as { points: Point[] }).points, at(edge.from), at(edge.to));
      return { ...edge, points, labelAt: points[Math.floor(points.length / 2)]! };
    }),
  };
}

/** A way on leaves a card on its right and arrives on the left of the next. */
const sideways = (points: Point[], from: Point, to: Point): Point[] =>
  to.x <= from.x
    ? points
    : [{ x: from.x + cardSize.width, y: from.y + cardSize.height / 2 }, ...points.slice(1, -1), { x: to.x, y: to.y + cardSize.height / 2 }];

/** From a card back to itself, above it. */
const ownWay = ({ x, y }: Point): Point[] => [
  { x: x + cardSize.width - 30, y },
  { x: x + cardSize.width + 14, y: y - 14 },
  { x: x + cardSize.width, y: y + cardSize.height / 2 },
];

/** A soft line through the points. */
export function lineOf(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  const parts = rest.map((point, index) => {
    const next = rest[index + 1];
    return next ? `Q${point.x},${point.y} ${(point.x + next.x) / 2},${(point.y + next.y) / 2}` : `L${point.x},${point.y}`;
  });
  return `M${first.x},${first.y}${parts.join('')}`;
}
