import { isObject } from '#contract/json.ts';
import type { Journey } from '#contract/journey.ts';
import { type Step, withExit } from '#contract/steps/index.ts';
import { freshKey, keysOf, lead, leadAll, placeAfter } from './moves.ts';
import { nextAt, reachedFrom, type Spot, spotId, waysOf } from './ways.ts';

/** Steps that were copied out of a journey. A way that led out of them ends, and is among `ends`. */
export interface Clip {
  steps: Step[];
  ends: Spot[];
}

/** Copies steps, as they hang together. Entries stay: where people come in belongs to a journey. */
export function copy(journey: Journey, keys: ReadonlySet<string>): Clip {
  const taken = journey.steps.filter((step) => keys.has(step.key) && step.kind !== 'entry');
  const inside = new Set(taken.map((step) => step.key));
  const isOut = (next: string | null): boolean => next !== null && !inside.has(next);
  return {
    steps: taken.map((step) => structuredClone(leadAll(step, null, isOut))),
    ends: taken.flatMap((step) =>
      waysOf(step)
        .filter(({ next }) => isOut(next))
        .map(({ at }) => ({ from: step.key, at })),
    ),
  };
}

/** Parts of a clip that do not hang together follow one another; each is its first step and all below it. */
function partsOf({ steps }: Clip): { head: string; keys: Set<string> }[] {
  const led = new Set(steps.flatMap((step) => waysOf(step).flatMap(({ next }) => (next === null || next === step.key ? [] : [next]))));
  const heads = steps.filter((step) => !led.has(step.key)).map((step) => step.key);
  const all = { steps } as Journey;
  const seen = new Set<string>();
  return (heads.length > 0 ? heads : steps.slice(0, 1).map((step) => step.key)).map((head) => {
    const keys = new Set([...reachedFrom(all, [head])].filter((key) => !seen.has(key)));
    for (const key of keys) seen.add(key);
    return { head, keys };
  });
}

/** The open ends of a part: the ways that led out of it; else the first that leads nowhere, from the top down. */
function endsOf(clip: Clip, { head, keys }: { head: string; keys: ReadonlySet<string> }): Spot[] {
  const out = clip.ends.filter((end) => keys.has(end.from));
  if (out.length > 0) return out;
  const seen = new Set<string>();
  for (let key: string | null = head; key !== null && !seen.has(key); ) {
    seen.add(key);
    const way = waysOf(clip.steps.find((step) => step.key === key)!)[0];
    if (!way) return [];
    if (way.next === null) return [{ from: key, at: way.at }];
    key = way.next;
  }
  return [];
}

/** Puts copied steps on a way; what stood there follows them. Keys that are taken get a number. */
export function paste(journey: Journey, spot: Spot, clip: Clip): { journey: Journey; keys: string[] } {
  if (clip.steps.length === 0) return { journey, keys: [] };
  const taken = keysOf(journey);
  const names = new Map<string, string>();
  for (const { key } of clip.steps) {
    const name = freshKey(taken, key);
    taken.add(name);
    names.set(key, name);
  }
  const nameOf = (key: string | null): string | null => (key === null ? null : (names.get(key) ?? null));
  const parts = partsOf(clip);
  const after = nextAt(journey, spot);
  const links = new Map(
    parts.flatMap((part, index) =>
      endsOf(clip, part).map((end) => [spotId(end), index + 1 < parts.length ? nameOf(parts[index + 1]!.head) : after] as const),
    ),
  );
  const steps = clip.steps.map((step) =>
    waysOf(step).reduce<Step>(
      (now, { at, next }) => {
        const id = spotId({ from: step.key, at });
        return withExit(now, at, links.has(id) ? links.get(id)! : nameOf(next));
      },
      { ...structuredClone(step), key: names.get(step.key)! },
    ),
  );
  return { journey: lead(placeAfter(journey, spot.from, steps), spot, nameOf(parts[0]!.head)), keys: steps.map((step) => step.key) };
}

const mark = 'throughline-steps';
/** A clip as text, for the clipboard: it can be pasted into another journey, or looked at. */
export const writeClip = (clip: Clip): string => JSON.stringify({ [mark]: 1, ...clip }, null, 2);

/** What somebody pastes, when it is a clip of ours; null for any other text. */
export function readClip(text: string): Clip | null {
  try {
    const read: unknown = JSON.parse(text);
    if (!isObject(read) || read[mark] !== 1 || !Array.isArray(read.steps) || !Array.isArray(read.ends)) return null;
    const steps = read.steps.filter((step) => isObject(step) && typeof step.key === 'string' && typeof step.kind === 'string');
    return { steps: steps as unknown as Step[], ends: read.ends as unknown as Spot[] };
  } catch {
    return null;
  }
}
