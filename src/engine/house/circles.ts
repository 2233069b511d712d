import { type DefinitionDocument, definitionKinds } from '#contract/definition.ts';
import type { Circle, Hop } from '#contract/map.ts';
import type { Rule } from '#contract/rule.ts';
import { pushOfRule } from './facts.ts';
import { houseGraph, type HouseEdge, type HouseGraph, type HouseNode } from './graph.ts';

/**
 * Circles that turn although nobody does anything. Something can happen again and again only if something that happens again and again leads to it, and,
 * where it is so or is not so (a tag, a segment, a stage), what undoes it happens again and again too. The largest set of which this holds is what may
 * go on for ever; it is found by taking away what cannot, until nothing more has to go.
 */

interface Looser {
  /** Count also what hangs on values that nobody knows before. */
  unsure?: boolean;
  /** As if everybody might enter again at any time. */
  reentry?: boolean;
  /** An entry is shut for good only by what every way of the run does; else also by what one of them does. */
  doors?: boolean;
}

interface Ways {
  into: ReadonlyMap<string, HouseEdge[]>;
  outOf: ReadonlyMap<string, HouseEdge[]>;
}

const waysOf = (edges: readonly HouseEdge[]): Ways => ({
  into: Map.groupBy(edges, (edge) => edge.to),
  outOf: Map.groupBy(edges, (edge) => edge.from),
});

/** The parts of an entry's rule that all have to hold, as far as each is a single condition. */
const conjunctsOf = (rule: Rule): Rule[] =>
  ('all' in rule ? rule.all : [rule]).filter(
    (part) => !('all' in part) && !('any' in part) && !('not' in part && ('all' in part.not || 'any' in part.not)),
  );

/** Whether a run shuts its own entry for good: its rule asks for what the run takes away, and nothing that goes on brings it back. */
function shutsItself({ entry, id }: HouseNode, { outOf }: Ways, graph: HouseGraph, alive: ReadonlySet<string>, strictly: boolean): boolean {
  const when = entry?.step.when;
  if (!when) return false;
  const factAt = (node: string) => graph.nodes.get(node)?.fact ?? null;
  return conjunctsOf(when).some((part) => {
    const shut = (outOf.get(id) ?? []).some((edge) => {
      const fact = factAt(edge.to);
      const push = fact && pushOfRule(part, fact);
      return push?.down === true && !push.up && push.sure && (edge.always || !strictly);
    });
    return (
      shut &&
      ![...alive].some((node) => {
        const fact = factAt(node);
        return fact !== null && pushOfRule(part, fact)?.up === true;
      })
    );
  });
}

/** Whether a run that has entered can come by its own doing to the entry again at a time at which it lets somebody in. */
function comesBackInTime({ entry, id }: HouseNode, { outOf }: Ways, alive: ReadonlySet<string>): boolean {
  const { reentry } = entry!.journey;
  if (reentry === 'any-time') return true;
  const seen = new Set<string>();
  let returns = false;
  const open = (outOf.get(id) ?? []).map((edge) => ({ at: edge.to, free: reentry === 'after-exit' && edge.endsAtOnce }));
  for (let each = open.pop(); each; each = open.pop()) {
    if (each.at === id) {
      returns = true;
      if (each.free) return true;
      continue;
    }
    const state = `${each.at} ${each.free}`;
    if (!alive.has(each.at) || seen.has(state)) continue;
    seen.add(state);
    for (const edge of outOf.get(each.at) ?? []) open.push({ at: edge.to, free: each.free || edge.later });
  }
  // What does not lead back to itself is driven by others, whenever they like.
  return !returns;
}

/** What may go on for ever. */
function goesOn(graph: HouseGraph, { unsure = false, reentry = false, doors = false }: Looser): { alive: Set<string>; edges: HouseEdge[] } {
  const edges = graph.edges.filter((edge) => edge.sure || unsure);
  const ways = waysOf(edges);
  const alive = new Set(graph.nodes.keys());
  const isCaused = (id: string): boolean =>
    (ways.into.get(id) ?? []).some(
      (edge) =>
        alive.has(edge.from) &&
        (!edge.byTime || (ways.into.get(edge.from) ?? []).some((before) => !before.byTime && alive.has(before.from))),
    );
  /** Whether people come into the stage from one that they come into again and again. */
  const isReached = (id: string): boolean =>
    (ways.outOf.get(id) ?? []).some(({ to }) => to.endsWith(' left') && alive.has(to.replace(/ left$/, ' entered')));
  const mayStay = (node: HouseNode): boolean => {
    if (!isCaused(node.id)) return false;
    if (node.opposites && !node.opposites.some((each) => alive.has(each))) return false;
    if (node.fact?.kind === 'stage' && node.fact.entered && !isReached(node.id)) return false;
    if (!node.entry) return true;
    if (!reentry && (node.entry.journey.reentry === 'never' || !comesBackInTime(node, ways, alive))) return false;
    return !shutsItself(node, ways, graph, alive, doors);
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const id of alive)
      if (!mayStay(graph.nodes.get(id)!)) {
        alive.delete(id);
        changed = true;
      }
  }
  return { alive, edges: edges.filter((edge) => alive.has(edge.from) && alive.has(edge.to)) };
}

/** The shortest way from a node back to it; null when there is none. */
function wayBack(start: string, outOf: Ways['outOf']): HouseEdge[] | null {
  const came = new Map<string, HouseEdge>();
  let rim = [start];
  while (rim.length > 0) {
    const next: string[] = [];
    for (const at of rim)
      for (const edge of outOf.get(at) ?? []) {
        if (edge.to === start) {
          const way = [edge];
          for (let from = at; from !== start; from = way[0]!.from) way.unshift(came.get(from)!);
          return way;
        }
        if (came.has(edge.to)) continue;
        came.set(edge.to, edge);
        next.push(edge.to);
      }
    rim = next;
  }
  return null;
}

/** A way as the definitions on it, each with what of it leads to the next. */
function hopsOf(way: readonly HouseEdge[], nodes: HouseGraph['nodes']): Hop[] {
  const hops: Hop[] = [];
  for (const edge of way) {
    const { of } = nodes.get(edge.from)!;
    const last = hops.at(-1);
    if (of && !(last && last.kind === of.kind && last.key === of.key && !nodes.get(edge.from)!.entry))
      hops.push({ ...of, does: edge.does });
    else if (last && last.does === '') last.does = edge.does;
  }
  return hops;
}

const sayPlace = ({ kind, name }: Pick<Hop, 'kind' | 'name'>): string =>
  `${kind === 'stage' ? 'Stage' : definitionKinds[kind].name} “${name}”`;

/** “Journey “Warm” → adds the tag “hot” → Segment “Hot” → is entered → Journey “Warm””. */
export const sayHops = (hops: readonly Hop[]): string =>
  [...hops.flatMap((hop) => [sayPlace(hop), ...(hop.does === '' ? [] : [hop.does])]), sayPlace(hops[0]!)].join(' → ');

/** The same circle, told from one of its definitions on. */
export function toldFrom(circle: Circle, isFirst: (hop: Hop) => boolean): Circle {
  const first = Math.max(0, circle.hops.findIndex(isFirst));
  const hops = [...circle.hops.slice(first), ...circle.hops.slice(0, first)];
  return { ...circle, hops, says: sayHops(hops) };
}

/** The same for every way to tell one circle. */
export const circleId = ({ hops }: Pick<Circle, 'hops'>): string =>
  [...new Set(hops.map(({ kind, key }) => `${kind}/${key}`))].sort().join();

const circlesIn = ({ alive, edges }: ReturnType<typeof goesOn>, graph: HouseGraph): HouseEdge[][] => {
  const { outOf } = waysOf(edges);
  const found = new Map<string, HouseEdge[]>();
  for (const id of alive) {
    if (!graph.nodes.get(id)!.entry) continue;
    const way = wayBack(id, outOf);
    if (!way) continue;
    const name = circleId({ hops: hopsOf(way, graph.nodes) });
    if (!found.has(name)) found.set(name, way);
  }
  return [...found.values()];
};

/** Every circle among these definitions: those that may turn for ever first. */
export function findCircles(documents: Iterable<DefinitionDocument>): { graph: HouseGraph; circles: Circle[] } {
  const graph = houseGraph(documents);
  const circles = new Map<string, Circle>();
  const add = (looser: Looser, endless: boolean, because: (way: readonly HouseEdge[]) => string): void => {
    for (const way of circlesIn(goesOn(graph, looser), graph)) {
      const hops = hopsOf(way, graph.nodes);
      const name = circleId({ hops });
      if (!circles.has(name)) circles.set(name, { hops, endless, says: sayHops(hops), because: because(way) });
    }
  };
  add({}, true, () => '');
  add({ reentry: true }, false, (way) => {
    const held = way.flatMap(({ from }) => {
      const { entry } = graph.nodes.get(from)!;
      return entry && entry.journey.reentry !== 'any-time' ? [entry.journey] : [];
    });
    const never = held.find(({ reentry }) => reentry === 'never');
    const name = (never ?? held[0])?.name ?? '';
    return never ? `“${name}” takes nobody a second time` : `“${name}” lets nobody in again so soon`;
  });
  add({ doors: true }, false, () => 'it hangs on the way that people take through it');
  add({ unsure: true }, false, () => 'it hangs on values that nobody knows before');
  return { graph, circles: [...circles.values()] };
}
