import { type Draft, type Group, groupOf, type Mode, toDraft } from './draft.ts';

/**
 * Edits of a rule. Each takes a rule and a place and gives another rule; nothing is changed in place, so undoing is going back to the rule before.
 * A place is the index of a part, of a part of that part, and so on; [] is the whole.
 */
export type Path = readonly number[];

/** An edit, and where the part that was edited stands now. */
export interface Moved {
  draft: Draft;
  path: Path;
}

const groupAt = (draft: Draft, path: Path): Group | null => {
  const part = partAt(draft, path);
  return part ? groupOf(part) : null;
};
const above = (path: Path): Path => path.slice(0, -1);
const place = (path: Path): number => path[path.length - 1]!;
const withIndex = (path: Path, index: number): Path => [...above(path), index];

export function partAt(draft: Draft, path: Path): Draft | null {
  if (path.length === 0) return draft;
  const part = groupOf(draft)?.parts[path[0]!];
  return part === undefined ? null : partAt(part, path.slice(1));
}

/** Puts something else in the place of a part. */
export function replace(draft: Draft, path: Path, by: Draft): Draft {
  if (path.length === 0) return by;
  const group = groupOf(draft);
  if (!group?.parts[path[0]!]) return draft;
  return toDraft({ ...group, parts: group.parts.map((part, index) => (index === path[0] ? replace(part, path.slice(1), by) : part)) });
}

const changeParts = (draft: Draft, path: Path, change: (parts: Draft[]) => Draft[]): Draft => {
  const group = groupAt(draft, path);
  return group ? replace(draft, path, toDraft({ ...group, parts: change(group.parts) })) : draft;
};

/** Puts a part into the group at `path`, before its part number `index`. */
export const insert = (draft: Draft, path: Path, index: number, part: Draft): Draft =>
  changeParts(draft, path, (parts) => parts.toSpliced(index, 0, part));

/** Takes a part away, and the groups that are empty without it. The whole becomes an empty group. */
export function remove(draft: Draft, path: Path): Draft {
  if (path.length === 0) return { all: [] };
  const less = changeParts(draft, above(path), (parts) => parts.toSpliced(place(path), 1));
  return path.length > 1 && groupAt(less, above(path))?.parts.length === 0 ? remove(less, above(path)) : less;
}

export function duplicate(draft: Draft, path: Path): Moved {
  const part = partAt(draft, path);
  if (!part || path.length === 0) return { draft, path };
  return { draft: insert(draft, above(path), place(path) + 1, structuredClone(part)), path: withIndex(path, place(path) + 1) };
}

/** Puts a part into a group of its own, which others can join. */
export function wrap(draft: Draft, path: Path, mode: Mode = 'any'): Moved {
  const part = partAt(draft, path);
  return part ? { draft: replace(draft, path, toDraft({ mode, parts: [part] })), path: [...path, 0] } : { draft, path };
}

/** The parts of a group take its place. */
export function unwrap(draft: Draft, path: Path): Moved {
  const group = groupAt(draft, path);
  if (!group || path.length === 0) return { draft, path };
  return { draft: changeParts(draft, above(path), (parts) => parts.toSpliced(place(path), 1, ...group.parts)), path };
}

/** The opposite of a part. */
export function negate(draft: Draft, path: Path): Draft {
  const part = partAt(draft, path);
  if (!part) return draft;
  const opposite: Record<Mode, Mode> = { all: 'not-all', 'not-all': 'all', any: 'none', none: 'any' };
  const group = groupOf(part);
  return replace(draft, path, group ? toDraft({ ...group, mode: opposite[group.mode] }) : 'not' in part ? part.not : { not: part });
}

export function setMode(draft: Draft, path: Path, mode: Mode): Draft {
  const group = groupAt(draft, path);
  return group ? replace(draft, path, toDraft({ ...group, mode })) : draft;
}

/** One line up: past a condition, into a group, or out of its own. */
export function moveUp(draft: Draft, path: Path): Moved {
  const part = partAt(draft, path);
  if (!part || path.length === 0) return { draft, path };
  const index = place(path);
  if (index === 0) return path.length === 1 ? { draft, path } : leave(draft, path, part, 0);
  const before = withIndex(path, index - 1);
  const group = groupAt(draft, before);
  const without = removeOnly(draft, path);
  if (group) return { draft: insert(without, before, group.parts.length, part), path: [...before, group.parts.length] };
  return { draft: insert(without, above(path), index - 1, part), path: before };
}

/** One line down: past a condition, into a group, or out of its own. */
export function moveDown(draft: Draft, path: Path): Moved {
  const part = partAt(draft, path);
  if (!part || path.length === 0) return { draft, path };
  const index = place(path);
  if (index === (groupAt(draft, above(path))?.parts.length ?? 0) - 1)
    return path.length === 1 ? { draft, path } : leave(draft, path, part, 1);
  const next = withIndex(path, index + 1);
  const without = removeOnly(draft, path);
  // Without it, what came after stands in its place.
  if (groupAt(draft, next)) return { draft: insert(without, path, 0, part), path: [...path, 0] };
  return { draft: insert(without, above(path), index + 1, part), path: next };
}

const removeOnly = (draft: Draft, path: Path): Draft => changeParts(draft, above(path), (parts) => parts.toSpliced(place(path), 1));

/** Out of its group, to stand before (0) or after (1) it; a group that is left empty goes. */
function leave(draft: Draft, path: Path, part: Draft, after: 0 | 1): Moved {
  const parent = above(path);
  const left = removeOnly(draft, path);
  const empty = groupAt(left, parent)?.parts.length === 0;
  const target = place(parent) + (empty ? 0 : after);
  return { draft: insert(empty ? removeOnly(left, parent) : left, above(parent), target, part), path: withIndex(parent, target) };
}
