import type { Fact } from '#contract/fact.ts';
import type { Instant } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import { decide } from '../decide.ts';
import type { Person } from '../person.ts';
import type { Rulebook } from '../rulebook.ts';
import { canonical } from './unite.ts';

/** A rulebook that knows what may be known of a person and nothing else: no rule is asked, no journey entered. */
export const onlyProfile = (book: Rulebook): Rulebook => ({
  ...book,
  lifecycle: null,
  segments: [],
  everySegment: [],
  scores: [],
  journeys: new Map(),
  versions: new Map(),
  listeners: new Map(),
  memosByEvent: new Map(),
  segmentsReading: new Map(),
  scoresReading: new Map(),
  gradesReading: new Map(),
  entryPoints: new Map(),
});

/** What some facts make of what is known of a person: traits, addresses, owner, where they come from. Everything that rules computed stays as it was. */
export function profiled<P extends Person>(person: P, facts: readonly Fact[], book: Rulebook, now: Instant): P {
  if (facts.length === 0) return person;
  const { state } = person;
  const before = { ...person, state: { ...state, clicks: [], revision: book.revision } };
  const after = decide({ person: before, runs: [], facts, wokenAt: null, isNew: false }, book, now).person;
  return {
    ...person,
    ...after,
    stage: person.stage,
    stageSince: person.stageSince,
    state: { ...state, written: after.state.written, dead: after.state.dead },
  };
}

/**
 * What stands in the merged person and came by no fact of either, a trait that a journey set: kept by the person who remains. A value that only facts of the other wrote is
 * theirs, although the order of facts of one instant is not known any more.
 */
export function unexplained(now: JsonObject, explained: JsonObject, theirs: readonly JsonObject[]): JsonObject {
  const wrote = new Set(theirs.flatMap((traits) => Object.entries(traits).map(([key, value]) => `${key}=${canonical(value)}`)));
  return Object.fromEntries(
    Object.entries(now).filter(
      ([key, value]) => canonical(explained[key]) !== canonical(value) && !wrote.has(`${key}=${canonical(value)}`),
    ),
  );
}
