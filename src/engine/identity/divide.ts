/**
 * Undoing a merge: whose is what came after it? A fact is whose strongest name it gives; a name that was new with it is theirs from then on; somebody who joined
 * later goes with the side whose fact brought them. A fact that names nobody stays with the person who remains.
 */

export const stays = 'stays';
export const goes = 'goes';

/** A fact that came after the merge, with its names as `nameKey` writes them, strongest first. */
export interface LaterFact {
  id: string;
  /** Where it stands among the facts and joins that came later. */
  place: number;
  names: readonly string[];
  /** Names that it makes the person's own although they decide nothing: the earlier name of an alias. */
  brings: readonly string[];
}

/** Somebody who was merged in after the merge that is undone, with the names of the fact that said so. */
export interface LaterJoin {
  loser: string;
  place: number;
  names: readonly string[];
}

export interface Division {
  facts: Set<string>;
  names: Set<string>;
  people: Set<string>;
}

/** What goes back. `owners` says of the names that were known when the merge was made, and of those of people who joined later, whose they are: stays, goes, or who. */
export function divide(owners: ReadonlyMap<string, string>, facts: readonly LaterFact[], joins: readonly LaterJoin[]): Division {
  const owner = new Map(owners);
  const sides = new Map<string, string>([
    [stays, stays],
    [goes, goes],
  ]);
  const factOwner = new Map<string, string>();
  const fresh = new Set<string>();
  const strongest = (names: readonly string[], but: string | null = null): string => {
    for (const name of names) {
      const whose = owner.get(name);
      if (whose !== undefined && whose !== but) return whose;
    }
    return stays;
  };
  const timeline = [
    ...facts.map((fact) => ({ place: fact.place, fact, join: null })),
    ...joins.map((join) => ({ place: join.place, fact: null, join })),
  ].sort((a, b) => a.place - b.place);
  for (const { fact, join } of timeline) {
    if (join) {
      const whose = strongest(join.names, join.loser);
      sides.set(join.loser, sides.get(whose) ?? stays);
      continue;
    }
    const whose = strongest(fact!.names);
    factOwner.set(fact!.id, whose);
    for (const name of [...fact!.names, ...fact!.brings])
      if (!owner.has(name)) {
        owner.set(name, whose);
        fresh.add(name);
      }
  }
  const back = (whose: string): boolean => sides.get(whose) === goes;
  return {
    facts: new Set([...factOwner].filter(([, whose]) => back(whose)).map(([id]) => id)),
    names: new Set([...fresh].filter((name) => back(owner.get(name)!))),
    people: new Set(joins.filter((join) => back(join.loser)).map((join) => join.loser)),
  };
}
