interface Part {
  held: boolean;
  depth?: number | undefined;
  denies?: true | undefined;
}

/** The parts of a rule that made it hold, or not: of a group those that did, and of one that is denied nothing but itself. */
export function decisive<T extends Part>(parts: readonly T[], held: boolean): T[] {
  let within = Number.POSITIVE_INFINITY;
  return parts.filter((part) => {
    const depth = part.depth ?? 0;
    if (depth > within) return false;
    const isSo = part.held === held;
    within = isSo && !part.denies ? Number.POSITIVE_INFINITY : depth;
    return isSo;
  });
}
