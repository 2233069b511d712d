import type { CapPolicy } from '#contract/cap-policy.ts';
import type { Fact } from '#contract/fact.ts';
import { hour, type Instant, ms, sayDuration } from '#contract/instant.ts';
import type { MessageReason } from '#contract/message.ts';
import type { Effect } from '../effect.ts';
import type { Person } from '../person.ts';
import { compileMatch, type Matches, type Occurrence } from '../rule/match.ts';
import type { Rulebook } from '../rulebook.ts';
import { capsReach } from './caps.ts';
import type { Circumstances, Sent } from './circumstances.ts';

/** What a hold listens for; compiled once a policy, because a version of it never changes. */
const compiled = new WeakMap<CapPolicy, { on: Matches | null; until: Matches | null }[]>();
function matchesOf(policy: CapPolicy, zone: string): { on: Matches | null; until: Matches | null }[] {
  const known = compiled.get(policy);
  if (known) return known;
  const made = policy.holds.map(({ on, until }) => ({
    on: on ? compileMatch(on, zone) : null,
    until: until ? compileMatch(until, zone) : null,
  }));
  compiled.set(policy, made);
  return made;
}

/** The events that the policy has to see, by name. */
export const heardBy = (policy: CapPolicy | null): string[] => [
  ...new Set((policy?.holds ?? []).flatMap(({ on, until }) => [on?.event ?? [], until?.event ?? []].flat())),
];

/** What holds a message until people do something, or until its time. The store finds them by an index of its own. */
export const endedByPeople: ReadonlySet<MessageReason | null> = new Set<MessageReason | null>(['policy-hold', 'fatigue', 'offer']);

/** Whether what somebody did, or a segment that they left, may end what holds messages to them before its time. */
export function endsEarly(book: Rulebook, facts: readonly Fact[], effects: readonly Effect[]): boolean {
  if (
    facts.some(({ kind }) => kind === 'event') &&
    (book.offers.size > 0 || book.capPolicy?.body.fatigue || book.capPolicy?.body.holds.length)
  )
    return true;
  return effects.some((effect) => effect.kind === 'segment' && !effect.entered && holdsWhileIn(book, effect.segment));
}

/** Whether messages wait for people as long as they are in a segment. */
export const holdsWhileIn = ({ capPolicy }: Rulebook, segment: string): boolean =>
  capPolicy?.body.holds.some((hold) => hold.segment === segment) ?? false;

/** [ms] How far back the policy looks, at messages and at what people did. */
export const reachOf = (policy: CapPolicy | null, offers: Circumstances['offers']): number =>
  Math.max(
    0,
    ...[...offers.values()].map(({ lasts }) => lasts),
    ...(policy
      ? [capsReach(policy), policy.fatigue ? ms(policy.fatigue.within) : 0, ...policy.holds.map(({ lasts }) => (lasts ? ms(lasts) : 0))]
      : []),
  );

/** What may end early is looked at again at once when it does; and after so long even if nobody says that it did. */
const lookAgain = hour;

/** The hold that lasts longest: until when at the latest (null is for as long as they are in the segment), and when it is looked at again. */
export function heldBy(
  policy: CapPolicy,
  channel: string,
  { person, events, workspaceZone }: { person: Person; events: readonly Occurrence[]; workspaceZone: string },
  now: Instant,
): Hold | null {
  let longest: Hold | null = null;
  for (const [index, hold] of policy.holds.entries()) {
    if (hold.channels && !hold.channels.includes(channel)) continue;
    if (hold.segment !== undefined) {
      if (hold.segment in person.state.segments) return { says: hold.says, until: null, again: now + lookAgain };
      continue;
    }
    const { on, until } = matchesOf(policy, workspaceZone)[index]!;
    const began = events.findLast((event) => event.at <= now && on!(event))?.at;
    if (began === undefined || now >= began + ms(hold.lasts!)) continue;
    if (until && events.some((event) => event.at >= began && event.at <= now && until(event))) continue;
    const over = began + ms(hold.lasts!);
    if (longest === null || over > longest.until!)
      longest = { says: hold.says, until: over, again: until ? Math.min(over, now + lookAgain) : over };
  }
  return longest;
}

interface Hold {
  says: string;
  until: Instant | null;
  again: Instant;
}

/** Somebody who was written to often and never came back is left alone from the last message on; null when they are not. */
export function restsUntil(
  { fatigue }: CapPolicy,
  { person, sent }: { person: Person; sent: readonly Sent[] },
  now: Instant,
): { until: Instant; details: Record<string, unknown> } | null {
  if (fatigue === null) return null;
  const since = Math.max(now - ms(fatigue.within), person.lastSeenAt ?? Number.NEGATIVE_INFINITY);
  const unanswered = sent.filter(({ at }) => at > since);
  if (unanswered.length < fatigue.messages) return null;
  const until = Math.max(...unanswered.map(({ at }) => at)) + ms(fatigue.rest);
  return until > now ? { until, details: { messages: unanswered.length, within: sayDuration(fatigue.within) } } : null;
}

/** Another offer that is open to somebody, and until when; of several the one that is open longest. */
export function openOffer(
  offer: string,
  { sent, events, offers }: Pick<Circumstances, 'sent' | 'events' | 'offers'>,
  now: Instant,
): { name: string; until: Instant } | null {
  let longest: { name: string; until: Instant } | null = null;
  for (const each of sent) {
    const known = each.offer === null || each.offer === offer ? undefined : offers.get(each.offer);
    if (!known || each.at + known.lasts <= now) continue;
    if (each.taken && events.some((event) => event.at >= each.at && event.at <= now && each.taken!(event))) continue;
    const until = each.at + known.lasts;
    if (longest === null || until > longest.until) longest = { name: known.name, until };
  }
  return longest;
}
