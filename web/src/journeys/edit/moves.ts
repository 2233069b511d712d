import type { Journey } from '#contract/journey.ts';
import { type Step, type StepOf, withExit } from '#contract/steps/index.ts';
import { entriesOf, firstNext, nextAt, reachedFrom, type Spot, stepOf, waysOf } from './ways.ts';

/** Edits of a journey: a journey comes in, a journey goes out. */

/** A key that no step has: wait, then wait-2. */
export function freshKey(taken: ReadonlySet<string>, wish: string): string {
  if (!taken.has(wish)) return wish;
  const stem = wish.replace(/-\d+$/, '').slice(0, 58);
  for (let number = 2; ; number++) if (!taken.has(`${stem}-${number}`)) return `${stem}-${number}`;
}
export const keysOf = (journey: Journey): Set<string> => new Set(journey.steps.map((step) => step.key));

export const change = (journey: Journey, key: string, to: (step: Step) => Step): Journey => ({
  ...journey,
  steps: journey.steps.map((step) => (step.key === key ? to(step) : step)),
});

/** One way leads elsewhere. */
export const lead = (journey: Journey, { from, at }: Spot, next: string | null): Journey =>
  change(journey, from, (step) => withExit(step, at, next));

/** Every way of a step for which `which` holds leads to `next`. */
export const leadAll = (step: Step, next: string | null, which: (now: string | null) => boolean = () => true): Step =>
  waysOf(step).reduce((now, way) => (which(way.next) ? withExit(now, way.at, next) : now), step);

/** Steps stand in the list behind the one that leads to them, so that the file reads from top to bottom. */
export function placeAfter(journey: Journey, key: string, added: readonly Step[]): Journey {
  const at = journey.steps.findIndex((step) => step.key === key);
  return { ...journey, steps: journey.steps.toSpliced(at + 1, 0, ...added) };
}

/** A new step on a way. All its ways lead to what stood there, so that nobody is lost by it. */
export function insert(journey: Journey, spot: Spot, step: Step): Journey {
  const after = nextAt(journey, spot);
  return lead(placeAfter(journey, spot.from, [leadAll(step, after)]), spot, step.key);
}

/** One more entry; it leads to where the first one leads. */
export function addEntry(journey: Journey, entry: StepOf<'entry'>): Journey {
  const [first] = entriesOf(journey);
  const next = first === undefined ? (journey.steps[0]?.key ?? null) : firstNext(stepOf(journey, first)!);
  return first === undefined
    ? { ...journey, steps: [leadAll(entry, next), ...journey.steps] }
    : placeAfter(journey, first, [leadAll(entry, next)]);
}

/** Steps go. What led to them leads to what their first way led to; what only they led to goes too, unless an entry was among them. */
export function remove(journey: Journey, keys: ReadonlySet<string>): { journey: Journey; gone: string[] } {
  const after = (key: string | null, seen: ReadonlySet<string> = new Set()): string | null => {
    if (key === null || !keys.has(key)) return key;
    const step = stepOf(journey, key);
    return step && !seen.has(key) ? after(firstNext(step), new Set([...seen, key])) : null;
  };
  const left: Journey = {
    ...journey,
    steps: journey.steps
      .filter((step) => !keys.has(step.key))
      .map((step) =>
        waysOf(step).reduce((now, way) => (way.next !== null && keys.has(way.next) ? withExit(now, way.at, after(way.next)) : now), step),
      ),
  };
  const lost = entriesOf(journey).some((key) => keys.has(key)) ? new Set<string>() : lostBetween(journey, left);
  return withoutSteps(
    left,
    lost,
    [...journey.steps].filter((step) => keys.has(step.key)).map((step) => step.key),
  );
}

/** What could be reached before and cannot be any more. */
function lostBetween(before: Journey, after: Journey): Set<string> {
  const now = reachedFrom(after, entriesOf(after));
  return new Set([...reachedFrom(before, entriesOf(before))].filter((key) => !now.has(key)));
}
function withoutSteps(journey: Journey, lost: ReadonlySet<string>, gone: string[]): { journey: Journey; gone: string[] } {
  const more = journey.steps.filter((step) => lost.has(step.key)).map((step) => step.key);
  return { journey: { ...journey, steps: journey.steps.filter((step) => !lost.has(step.key)) }, gone: [...gone, ...more] };
}

/** How many paths a step of a kind keeps at least. */
const pathsMin = { branch: 1, split: 2, experiment: 2 } as const;

/** A path of a branch or a split, or an arm of an experiment, goes, and all that only it led to. Shares are made to add up again. */
export function removePath(journey: Journey, key: string, index: number): { journey: Journey; gone: string[] } {
  const step = stepOf(journey, key);
  if (step?.kind === 'experiment') {
    if (step.arms.length <= pathsMin.experiment || !step.arms[index]) return { journey, gone: [] };
    const arms = evened(step.arms.toSpliced(index, 1));
    const control = arms.some((arm) => arm.key === step.control) ? step.control : arms[0]!.key;
    const left = change(journey, key, () => ({ ...step, arms, control }));
    return withoutSteps(left, lostBetween(journey, left), []);
  }
  if ((step?.kind !== 'branch' && step?.kind !== 'split') || step.paths.length <= pathsMin[step.kind] || !step.paths[index])
    return { journey, gone: [] };
  const left = change(journey, key, () =>
    step.kind === 'branch'
      ? { ...step, paths: step.paths.toSpliced(index, 1) }
      : { ...step, paths: evened(step.paths.toSpliced(index, 1)) },
  );
  return withoutSteps(left, lostBetween(journey, left), []);
}

/** The same proportions, adding up to 100. */
function evened<T extends { share: number }>(paths: T[]): T[] {
  const sum = paths.reduce((all, path) => all + path.share, 0);
  const whole = paths.map((path) => Math.floor(sum === 0 ? 100 / paths.length : (path.share / sum) * 100));
  const rest = 100 - whole.reduce((all, share) => all + share, 0);
  return paths.map((path, index) => ({ ...path, share: whole[index]! + (index === 0 ? rest : 0) }));
}

/** One more path; a split gives it an equal share. */
export function addPath(journey: Journey, key: string, path: StepOf<'branch'>['paths'][number]): Journey {
  return change(journey, key, (step) => {
    if (step.kind === 'branch') return { ...step, paths: [...step.paths, path] };
    if (step.kind !== 'split') return step;
    const share = 100 / (step.paths.length + 1);
    const smaller = step.paths.map((each) => ({ ...each, share: each.share * (1 - share / 100) }));
    return { ...step, paths: evened([...smaller, { label: path.label, share, next: path.next }]) };
  });
}

/** One more arm of an experiment, with an equal share. */
export function addArm(journey: Journey, key: string): Journey {
  return change(journey, key, (step) => {
    if (step.kind !== 'experiment') return step;
    const share = 100 / (step.arms.length + 1);
    const smaller = step.arms.map((each) => ({ ...each, share: each.share * (1 - share / 100) }));
    const taken = new Set(step.arms.map((arm) => arm.key));
    const name = freshKey(taken, [...'abcdefgh'].find((letter) => !taken.has(letter)) ?? 'arm');
    return { ...step, arms: evened([...smaller, { key: name, label: `Arm ${step.arms.length + 1}`, share, next: null }]) };
  });
}

/** A step stands on another way: what led to it leads past it, and only its first way is turned. */
export function moveTo(journey: Journey, key: string, spot: Spot): Journey {
  const step = stepOf(journey, key);
  const onto = nextAt(journey, spot);
  if (!step || step.kind === 'entry' || spot.from === key || onto === key) return journey;
  const past = firstNext(step) === key ? null : firstNext(step);
  const [first] = waysOf(step);
  const lifted: Journey = {
    ...journey,
    steps: journey.steps.filter((each) => each.key !== key).map((each) => leadAll(each, past, (next) => next === key)),
  };
  const target = nextAt(lifted, spot);
  return lead(placeAfter(lifted, spot.from, [first ? withExit(step, first.at, target) : step]), spot, key);
}

/** A step by another key; every way that led to it still does. */
export function rename(journey: Journey, key: string, to: string): Journey {
  if (key === to || keysOf(journey).has(to) || !/^[a-z][a-z0-9-]{0,62}$/.test(to)) return journey;
  return {
    ...journey,
    steps: journey.steps.map((step) => leadAll(step.key === key ? { ...step, key: to } : step, to, (next) => next === key)),
  };
}
