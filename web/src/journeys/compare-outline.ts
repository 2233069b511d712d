import type { Journey } from '#contract/journey.ts';
import type { Comparison } from '#engine/journey/compare.ts';
import { spotId, waysOf } from './edit/ways.ts';
import { type Measure, type Outline, outlineOf } from './lay-out.ts';
import type { Names } from './named.ts';

/** How a card or a way differs from the version before. */
export type Mark = 'added' | 'changed' | 'removed';

export interface ComparedOutline {
  outline: Outline;
  cards: ReadonlyMap<string, Mark>;
  ways: ReadonlyMap<string, Mark>;
}

/** Two versions in one drawing: the newer one, with what is gone from the older as ghosts beside it. */
export function compareOutline(
  before: Journey,
  after: Journey,
  { steps, ways: moved }: Comparison,
  names: Names,
  measure: Measure,
): ComparedOutline {
  const newer = outlineOf(after, undefined, names, measure);
  const older = outlineOf(before, undefined, names, measure, { apart: true });
  const cards = new Map<string, Mark>([...steps].map(([key, change]) => [key, change.kind]));
  const isDrawn = (key: string | null): key is string =>
    key !== null && (steps.get(key)?.kind === 'removed' || after.steps.some((step) => step.key === key));
  const ways = new Map<string, Mark>();
  for (const way of newer.ways) {
    const isMoved = moved.some(({ from, at }) => from === way.from && way.ways.some((each) => each.join() === at.join()));
    if (isMoved) ways.set(way.id, 'changed');
    else if (cards.get(way.from) === 'added' || cards.get(way.to) === 'added') ways.set(way.id, 'added');
  }
  const ghosts = before.steps.flatMap((step) =>
    waysOf(step).flatMap(({ at, label, next }): Outline['ways'] => {
      const touchesGone = cards.get(step.key) === 'removed' || (next !== null && cards.get(next) === 'removed');
      const wasMoved = moved.some((each) => each.from === step.key && each.label === label);
      if (!isDrawn(next) || !(touchesGone || wasMoved)) return [];
      const id = `gone/${spotId({ from: step.key, at })}`;
      ways.set(id, 'removed');
      return [{ id, from: step.key, to: next, ways: [at], label: '', count: 0, width: 0, height: 0 }];
    }),
  );
  const gone = older.cards.filter((card) => cards.get(card.id) === 'removed');
  return { outline: { cards: [...newer.cards, ...gone], ways: [...newer.ways, ...ghosts], apart: false }, cards, ways };
}
