import type { Instant } from '#contract/instant.ts';
import { heardBy, reachOf } from '#engine/message/holds.ts';
import { takenBy, takesOffer } from '#engine/offers.ts';
import type { Circumstances, Sent } from '#engine/message/circumstances.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import type { Transaction } from '#store/database.ts';
import { eventsSince } from '#store/events.ts';
import { type SentMessage, sentSince } from '#store/messages.ts';
import { toOccurrence } from './rows.ts';

/** What the policy has to know of people's past. */
export interface PolicyPast {
  sent: Map<string, (SentMessage & Sent)[]>;
  events: Map<string, Circumstances['events'][number][]>;
}

/** Reads, for people of these workspaces, as much of their past as the policies look at. `earliest` is the earliest of their clocks. */
export async function policyPast(
  tx: Transaction,
  books: ReadonlyMap<number, Rulebook>,
  people: readonly string[],
  earliest: Instant,
): Promise<PolicyPast> {
  const policies = [...books.values()].map((book) => ({ policy: book.capPolicy?.body ?? null, offers: book.offers, taken: takenBy(book) }));
  const since = earliest - Math.max(...policies.map(({ policy, offers }) => reachOf(policy, offers)), 0);
  const [sent, events] = await Promise.all([
    sentSince(tx, people, since),
    eventsSince(tx, people, [...new Set(policies.flatMap(({ policy, taken }) => [...heardBy(policy), ...taken]))], since),
  ]);
  const byPerson = Map.groupBy(events, (event) => event.person);
  return {
    sent: Map.groupBy(
      sent.map((each) => ({
        ...each,
        taken: each.offer === null ? null : takesOffer(books.get(each.workspace)!, each.journey, each.version),
      })),
      (each) => each.person,
    ),
    events: new Map([...byPerson].map(([person, list]) => [person, list.map(toOccurrence)])),
  };
}
