import type { Instant } from '#contract/instant.ts';
import { heardBy, reachOf } from '#engine/message/holds.ts';
import type { Circumstances } from '#engine/message/circumstances.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import type { Transaction } from '#store/database.ts';
import { eventsSince } from '#store/events.ts';
import { type SentMessage, sentSince } from '#store/messages.ts';
import { toOccurrence } from './rows.ts';

/** What the policy has to know of people's past. */
export interface PolicyPast {
  sent: Map<string, SentMessage[]>;
  events: Map<string, Circumstances['events'][number][]>;
}

/** Reads, for people of these workspaces, as much of their past as the policies look at. `earliest` is the earliest of their clocks. */
export async function policyPast(
  tx: Transaction,
  books: Iterable<Rulebook>,
  people: readonly string[],
  earliest: Instant,
): Promise<PolicyPast> {
  const policies = [...books].map((book) => ({ policy: book.capPolicy?.body ?? null, offers: book.offers }));
  const since = earliest - Math.max(...policies.map(({ policy, offers }) => reachOf(policy, offers)), 0);
  const [sent, events] = await Promise.all([
    sentSince(tx, people, since),
    eventsSince(tx, people, [...new Set(policies.flatMap(({ policy }) => heardBy(policy)))], since),
  ]);
  const byPerson = Map.groupBy(events, (event) => event.person);
  return {
    sent: Map.groupBy(sent, (each) => each.person),
    events: new Map([...byPerson].map(([person, list]) => [person, list.map(toOccurrence)])),
  };
}
