import type { CapPolicy, QuietHours } from '#contract/cap-policy.ts';
import { type Instant, minute, ms, sayDuration, toIso } from '#contract/instant.ts';
import { minuteOfDay, minutesOf, nextLocal, sayInstant } from '../local-time.ts';
import type { Person } from '../person.ts';

interface Where {
  person: Pick<Person, 'zone' | 'place'>;
  workspaceZone: string;
}

const countryOf = ({ person }: Where): string | null => {
  const country = person.place?.country;
  return typeof country === 'string' ? country : null;
};

/** The quiet hours that hold for somebody on a channel; null when there are none. */
function hoursFor(policy: CapPolicy, channel: string, where: Where): QuietHours | null {
  const fits = (hours: QuietHours): boolean => !hours.channels || hours.channels.includes(channel);
  const country = countryOf(where);
  const elsewhere = policy.quietElsewhere.find((each) => country !== null && each.countries.includes(country) && fits(each));
  return elsewhere ?? (policy.quietHours && fits(policy.quietHours) ? policy.quietHours : null);
}

const zonesKept = new Map<string, readonly string[]>();
/** Every zone of a country, as the time zone database has them. */
function zonesOf(country: string): readonly string[] {
  const known = zonesKept.get(country);
  if (known) return known;
  const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & { getTimeZones?: () => string[] | undefined };
  const zones = locale.getTimeZones?.() ?? [];
  zonesKept.set(country, zones);
  return zones;
}

/**
 * The zones by which somebody's night is told: theirs. Where it is not known, mail goes by the workspace's, and what rings at once by every zone
 * in which they may be, as far as their country tells.
 */
function zonesFor(channel: string, where: Where): readonly string[] {
  if (where.person.zone !== null) return [where.person.zone];
  const country = countryOf(where);
  if (channel === 'email' || channel === 'webhook' || country === null) return [where.workspaceZone];
  const zones = zonesOf(country);
  return zones.length > 0 ? zones : [where.workspaceZone];
}

const isInside = (hours: QuietHours, at: Instant, zone: string): boolean => {
  const [from, to, shown] = [minutesOf(hours.from), minutesOf(hours.to), minuteOfDay(at, zone)];
  return from < to ? shown >= from && shown < to : shown >= from || shown < to;
};

/** Goes from zone to zone at most so often: a country's nights overlap, and a day has an end. */
const rounds = 8;

type Night = { until: Instant; details: Record<string, unknown> } | { answersWithin: string };

/** Whether it is night for a message, and until when, or that it may go out all the same because it answers what they just did. Null by day. */
export function quietUntil(
  policy: CapPolicy,
  message: { channel: string; actAt: Instant | null },
  where: Where,
  now: Instant,
): Night | null {
  const hours = hoursFor(policy, message.channel, where);
  if (!hours || hours.from === hours.to) return null;
  const zones = zonesFor(message.channel, where);
  let until = now;
  let last = zones[0]!;
  for (let round = 0; round < rounds; round++) {
    const night = zones.find((zone) => isInside(hours, until, zone));
    if (night === undefined) break;
    last = night;
    // Where the change of clocks skips the end of the night and the next one begins at once, the gap itself is no end.
    const end = nextLocal(until, minutesOf(hours.to), night);
    until = end > until ? end : nextLocal(until + minute, minutesOf(hours.to), night);
  }
  if (until === now) return null;
  const allowance = ms(hours.answersWithin);
  if (allowance > 0 && message.actAt !== null && now - message.actAt <= allowance)
    return { answersWithin: sayDuration(hours.answersWithin) };
  return {
    until,
    details: {
      from: hours.from,
      to: hours.to,
      zone: last,
      until: toIso(until),
      says: `Held until ${sayInstant(until, last)} in ${last}`,
    },
  };
}
