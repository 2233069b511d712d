import { useMemo, useRef } from 'react';
import { alike, keepSame } from './keep-same.ts';
import { arrange, drawn, type Outline, type Placed, type PlacedEdge, sizesOf } from './lay-out.ts';

const isSameEdge = (a: PlacedEdge, b: PlacedEdge): boolean => alike({ ...a, ways: a.ways.join(';') }, { ...b, ways: b.ways.join(';') });

/** An outline drawn. Nothing is laid out anew while only words change, and what stays as it is stays the same object. */
export function usePlaced(outline: Outline): Placed {
  const sizes = sizesOf(outline);
  // biome-ignore lint/correctness/useExhaustiveDependencies: outlines of the same sizes have the same places
  const places = useMemo(() => arrange(outline), [sizes]);
  const before = useRef<Placed>({ nodes: [], edges: [] });
  return useMemo(() => {
    const now = drawn(outline, places);
    before.current = { nodes: keepSame(before.current.nodes, now.nodes), edges: keepSame(before.current.edges, now.edges, isSameEdge) };
    return before.current;
  }, [outline, places]);
}
