import type { Cap, CapPolicy } from '#contract/cap-policy.ts';
import { day, type Instant, ms, sayDuration, toIso } from '#contract/instant.ts';
import { stretchAt } from '../local-calendar.ts';
import type { Person } from '../person.ts';
import type { Sent } from './circumstances.ts';

/** Who is counted for, where, and what they got: what a cap looks at. */
interface Counted {
  person: Pick<Person, 'stage' | 'zone' | 'state'>;
  workspaceZone: string;
  sent: readonly Sent[];
}

/** Whether a cap is about this person at all. */
const concerns = (cap: Cap, { person }: Counted): boolean =>
  (cap.stage === undefined || cap.stage === person.stage) && (cap.segment === undefined || cap.segment in person.state.segments);

const counts = (cap: Cap, message: { channel: string; topic: string }): boolean =>
  (cap.channel === undefined || cap.channel === message.channel) && (cap.topic === undefined || cap.topic === message.topic);

/** How much of a cap is used, and from when there is room again; null when there is, or never will be. */
function usage(cap: Cap, given: Counted, now: Instant): { used: number; frees: Instant | null } {
  const counted = given.sent.filter((each) => counts(cap, each));
  if (cap.per !== undefined) {
    const stretch = stretchAt({ unit: cap.per, ago: 0 }, now, given.person.zone ?? given.workspaceZone);
    const used = counted.filter((each) => each.at >= stretch.from).length;
    return { used, frees: used >= cap.max && cap.max > 0 ? stretch.shifts : null };
  }
  const window = ms(cap.within!);
  const inside = counted
    .map((each) => each.at)
    .filter((at) => at > now - window)
    .sort((a, b) => a - b);
  // There is room again when so many of the oldest have left the window that fewer than max remain.
  const frees = inside.length >= cap.max && cap.max > 0 ? inside[inside.length - cap.max]! + window : null;
  return { used: inside.length, frees };
}

const stretchWords = { day: 'a calendar day', week: 'a calendar week', month: 'a calendar month' } as const;
/** "7 days", "a calendar week". */
export const sayWindow = (cap: Cap): string => (cap.per === undefined ? sayDuration(cap.within!) : stretchWords[cap.per]);
/** "email", "all channels about newsletter, for people in vip". */
export const sayScope = ({ channel, topic, stage, segment }: Cap): string =>
  `${channel ?? 'all channels'}${topic === undefined ? '' : ` about ${topic}`}${stage === undefined ? '' : `, for people in the stage ${stage}`}${segment === undefined ? '' : `, for people in the segment ${segment}`}`;

/** The cap that stands longest against a message, and until when (null is for good); null when there is room in all of them. */
export function capFrees(
  policy: CapPolicy,
  message: { channel: string; topic: string },
  given: Counted,
  now: Instant,
): { until: Instant | null; details: Record<string, unknown> } | null {
  let worst: { until: Instant | null; details: Record<string, unknown> } | null = null;
  for (const cap of policy.caps) {
    if (!counts(cap, message) || !concerns(cap, given)) continue;
    const { used, frees } = usage(cap, given, now);
    if (used < cap.max || (worst !== null && (worst.until === null || (frees !== null && frees <= worst.until)))) continue;
    worst = {
      until: frees,
      details: { max: cap.max, within: sayWindow(cap), channel: sayScope(cap), used, ...(frees === null ? {} : { until: toIso(frees) }) },
    };
  }
  return worst;
}

/** [ms] The longest stretches of a calendar, with the hour that a change of clocks adds. */
const longest = { day: 1, week: 7, month: 31 } as const;

/** [ms] How far back the caps look. */
export const capsReach = (policy: CapPolicy): number =>
  Math.max(0, ...policy.caps.map((cap) => (cap.per === undefined ? ms(cap.within!) : (longest[cap.per] + 1) * day)));

export interface CapUse {
  /** * is all of them. */
  channel: string;
  /** What it counts and for whom, in words. */
  of: string;
  max: number;
  within: string | null;
  per: NonNullable<Cap['per']> | null;
  used: number;
  left: number;
  frees: Instant | null;
}

/** How much of each cap that concerns a person is used, for their page. */
export function capsLeft(policy: CapPolicy | null, given: Counted, now: Instant): CapUse[] {
  return (policy?.caps ?? [])
    .filter((cap) => concerns(cap, given))
    .map((cap) => {
      const { used, frees } = usage(cap, given, now);
      return {
        channel: cap.channel ?? '*',
        of: sayScope(cap),
        max: cap.max,
        within: cap.within ?? null,
        per: cap.per ?? null,
        used,
        left: Math.max(0, cap.max - used),
        frees,
      };
    });
}
