import { type Duration, ms, toDuration } from '#contract/instant.ts';
import type { Journey } from '#contract/journey.ts';
import { conditionsOf, type Rule } from '#contract/rule.ts';
import { exitsOf, type Step, type StepOf } from '#contract/steps/index.ts';
import type { Suggestion } from './timing.ts';

/**
 * How long a wait keeps people: `for` a while; until they have been quiet for so long, where its rule says "none of these in the last hour", whatever its timeout; or its
 * timeout, when what it waits for does not come.
 */
export interface WaitLength {
  how: 'for' | 'quiet' | 'timeout';
  length: Duration;
}

type Wait = StepOf<'wait'>;

/** The one stretch in which none of the events of a rule may lie; null when it asks for anything else. */
function quietOf(rule: Rule): Duration | null {
  if ('any' in rule || 'not' in rule) return null;
  const lengths = conditionsOf(rule).map((condition) =>
    'event' in condition && condition.event.atMost === 0 && condition.event.atLeast === undefined ? condition.event.within : undefined,
  );
  const isOne = !('all' in rule) || rule.all.every((part) => !('all' in part || 'any' in part || 'not' in part));
  return isOne && lengths[0] !== undefined && lengths.every((length) => length === lengths[0]) ? lengths[0] : null;
}

/** Null for a wait that the calendar or the clock ends. */
export function lengthOf(step: Step): WaitLength | null {
  if (step.kind !== 'wait') return null;
  if (step.for !== undefined) return { how: 'for', length: step.for };
  const quiet = step.untilRule ? quietOf(step.untilRule) : null;
  if (quiet !== null) return { how: 'quiet', length: quiet };
  return step.timeout === undefined ? null : { how: 'timeout', length: step.timeout };
}

/** The wait with another length. Where people have to be quiet for longer, the timeout grows by as much, so that it still ends only what never becomes quiet. */
export function withLength(step: Wait, length: Duration): Wait {
  const now = lengthOf(step);
  if (now === null || now.length === length) return step;
  if (now.how === 'for') return { ...step, for: length };
  if (now.how === 'timeout') return { ...step, timeout: length };
  const quiet = (part: Rule): Rule =>
    'all' in part ? { all: part.all.map(quiet) } : 'event' in part ? { event: { ...part.event, within: length } } : part;
  const more = Math.max(0, ms(length) - ms(now.length));
  return { ...step, untilRule: quiet(step.untilRule!), ...(step.timeout ? { timeout: toDuration(ms(step.timeout) + more) } : {}) };
}

/** Where a wait stands on the shortest way to it: how many waits before it have a length, and what those take, in milliseconds. */
interface Place {
  nth: number;
  before: number;
}

/** The places of all steps that an entry leads to. A wait for something takes its timeout on the way that is taken then, and no time that is known on the other. */
function placesOf(journey: Journey): Map<string, Place> {
  const steps = new Map(journey.steps.map((step) => [step.key, step]));
  const places = new Map<string, Place>();
  const open: [string, Place][] = journey.steps
    .filter((step) => step.kind === 'entry')
    .map(({ key }): [string, Place] => [key, { nth: 0, before: 0 }]);
  for (let next = open.shift(); next; next = open.shift()) {
    const [key, place] = next;
    const known = places.get(key);
    const step = steps.get(key);
    if (!step || (known && (known.nth < place.nth || (known.nth === place.nth && known.before <= place.before)))) continue;
    places.set(key, place);
    const length = lengthOf(step);
    for (const { next: to, at } of exitsOf(step)) {
      if (to === null) continue;
      const late = at[0] === 'onTimeout';
      const takes =
        length === null || step.kind !== 'wait' ? 0 : late ? ms(step.timeout ?? 'PT0S') : length.how === 'timeout' ? 0 : ms(length.length);
      // What people have to be quiet for counts from the last thing they did, as the beginning does for whoever does no more.
      const before = length?.how === 'quiet' && !late ? Math.max(place.before, takes) : place.before + takes;
      open.push([to, { nth: place.nth + (length === null ? 0 : 1), before }]);
    }
  }
  return places;
}

/** What the times of others say about one wait. */
export interface WaitSuggestion extends Suggestion {
  /** What waits before it take, in milliseconds. */
  before: number;
  /** How long the wait should be; null when those before it take that long already. */
  length: Duration | null;
}

/** The first wait of a way answers to the first suggestion, the next to the next. Null where there is none, or for a wait without a length. */
export function suggestionFor(journey: Journey, step: Step, suggestions: readonly Suggestion[]): WaitSuggestion | null {
  const length = lengthOf(step);
  const place = placesOf(journey).get(step.key);
  const suggestion = place && suggestions[place.nth];
  if (length === null || !suggestion) return null;
  const { before } = place;
  const rest = length.how === 'quiet' ? ms(suggestion.after) : ms(suggestion.after) - before;
  return { ...suggestion, before, length: rest > 0 && ms(suggestion.after) > before ? toDuration(rest) : null };
}
