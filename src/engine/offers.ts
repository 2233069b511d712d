import type { Matches } from './rule/match.ts';
import type { Rulebook } from './rulebook.ts';

/** The events that take the offers of journeys, by name. */
export function takenBy(book: Rulebook): string[] {
  const known = taking.get(book);
  if (known) return known;
  const offering = [...book.versions.values()].filter(({ body }) =>
    body.steps.some((step) => step.kind === 'send' && step.offer !== undefined),
  );
  const names = [...new Set(offering.flatMap(({ body }) => body.goal?.on.event ?? []))];
  taking.set(book, names);
  return names;
}
const taking = new WeakMap<Rulebook, string[]>();

/** What takes an offer that a journey made; a version that nobody is under way in any more offered what the one of today does. */
export const takesOffer = (book: Rulebook, journey: string | null, version: number | null): Matches | null =>
  journey === null ? null : ((book.versions.get(`${journey}@${version}`) ?? book.journeys.get(journey))?.goal ?? null);
