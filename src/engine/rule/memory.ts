import type { Instant } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import type { EventMatch, EventTest, PropertyTest, Rule } from '#contract/rule.ts';
import { atPath } from '#contract/json.ts';
import { stableId } from '../stable-id.ts';
import { compare } from './compare.ts';

/**
 * What a person remembers of one kind of event: how many there were in all, and the latest instants, oldest first, as many as the rules
 * need and no more. So "3 visits in 7 days" is answered without reading events, and the instant at which it stops holding is known.
 */
export interface Trace {
  n: number;
  t: Instant[];
}

/** Matcher id → trace. A matcher that never matched has no entry. */
export type Memory = Record<string, Trace>;

/** One kind of event that some rule counts, and how many instants of it are kept. */
export interface Matcher {
  id: string;
  event: string;
  matches: (properties: JsonObject) => boolean;
  keep: number;
}

export function compileWhere(where: readonly PropertyTest[] | undefined): (properties: JsonObject) => boolean {
  if (!where || where.length === 0) return () => true;
  return (properties) => where.every((test) => compare(atPath(properties, test.property), test.op, test.value));
}

/** Whether an event is the one that a definition waits for. */
export const compileMatch = (match: EventMatch): ((name: string, properties: JsonObject) => boolean) => {
  const where = compileWhere(match.where);
  return (name, properties) => name === match.event && where(properties);
};

export const matcherId = (test: Pick<EventTest, 'name' | 'where'>): string =>
  stableId('matcher', JSON.stringify([test.name, test.where ?? []])).slice(0, 13);

/** How many instants a test needs: the N-th latest decides "at least N", the one beyond decides "at most N". */
const keepFor = (test: EventTest): number => Math.max(test.atLeast ?? 1, test.atMost === undefined ? 0 : test.atMost + 1);

/** Adds the matchers that a rule needs to a set, keeping the largest `keep` of equal ones. */
export function collectMatchers(rule: Rule, into: Map<string, Matcher>): void {
  if ('all' in rule) for (const part of rule.all) collectMatchers(part, into);
  else if ('any' in rule) for (const part of rule.any) collectMatchers(part, into);
  else if ('not' in rule) collectMatchers(rule.not, into);
  else if ('event' in rule) {
    const id = matcherId(rule.event);
    const known = into.get(id);
    const keep = keepFor(rule.event);
    if (known) known.keep = Math.max(known.keep, keep);
    else into.set(id, { id, event: rule.event.name, matches: compileWhere(rule.event.where), keep });
  }
}

/** Adds one event to a memory that the caller has made its own; traces are replaced, never changed. Late events are put where they belong. */
export function remember(own: Memory, matcher: Matcher, at: Instant): void {
  const before = own[matcher.id];
  if (!before) {
    own[matcher.id] = { n: 1, t: [at] };
    return;
  }
  const t = before.t.slice();
  let place = t.length;
  while (place > 0 && t[place - 1]! > at) place--;
  t.splice(place, 0, at);
  if (t.length > matcher.keep) t.splice(0, t.length - matcher.keep);
  own[matcher.id] = { n: before.n + 1, t };
}
