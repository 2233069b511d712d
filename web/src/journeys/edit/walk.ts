import type { Placed, PlacedNode } from '../lay-out.ts';

export type Direction = 'up' | 'down' | 'left' | 'right';

const middle = (node: PlacedNode): { x: number; y: number } => ({ x: node.x + node.width / 2, y: node.y + node.height / 2 });

/** The step to which an arrow key leads: down and up along the ways, sideways to what stands beside. Null where there is none. */
export function walk({ nodes, edges }: Placed, from: string, direction: Direction): string | null {
  const steps = new Map(nodes.filter((node) => node.step !== null).map((node) => [node.id, node]));
  const here = steps.get(from);
  if (!here) return nodes.find((node) => node.step !== null)?.id ?? null;
  if (direction === 'down') return edges.find((edge) => edge.from === from && steps.has(edge.to) && !edge.back)?.to ?? null;
  if (direction === 'up') return edges.find((edge) => edge.to === from && !edge.back)?.from ?? null;
  const sign = direction === 'right' ? 1 : -1;
  const own = middle(here);
  const distance = (node: PlacedNode): number => Math.abs(middle(node).x - own.x) + 3 * Math.abs(middle(node).y - own.y);
  const beside = [...steps.values()].filter((node) => (middle(node).x - own.x) * sign > 40);
  return beside.toSorted((a, b) => distance(a) - distance(b))[0]?.id ?? null;
}
