import type { Breaker } from '#contract/breaker.ts';
import { sayDuration } from '#contract/instant.ts';

/** What became of messages that were handed over. `sent` arrived; the last two are those of them that were answered so. */
export interface Outcomes {
  sent: number;
  bounced: number;
  failed: number;
  complained: number;
  unsubscribed: number;
}

export const noOutcomes: Outcomes = { sent: 0, bounced: 0, failed: 0, complained: 0, unsubscribed: 0 };

/** One-sided 99.9 %: the question is asked again every few seconds, and each time chance gets another throw. */
const chanceMax = 0.001;

/**
 * Whether `count` of `of` messages are more than a share of `limit` explains: whether the exact one-sided lower confidence bound of the share lies above the limit
 * (C. J. Clopper, E. S. Pearson, The use of confidence or fiducial limits illustrated in the case of the binomial, Biometrika 26, 1934, 404–413). It does when so many
 * or more come by chance, at the limit, less than once in a thousand. Wilson's bound is cheaper, and too sure of itself where shares are as small as those of
 * complaints: at 0.3 % of 50 messages it is crossed by chance once in a hundred.
 */
export const isBeyond = (count: number, of: number, limit: number): boolean => count > limit * of && tail(count, of, limit) < chanceMax;

/** How probable it is that of so many at least `count` turn out so, when each does with probability `share`. `count` lies above what is expected: terms become fewer. */
export function tail(count: number, of: number, share: number): number {
  if (count <= 0) return 1;
  if (share <= 0) return 0;
  if (share >= 1) return 1;
  let term = Math.exp(
    logFactorial(of) - logFactorial(count) - logFactorial(of - count) + count * Math.log(share) + (of - count) * Math.log1p(-share),
  );
  let sum = 0;
  for (let each = count; each <= of && term > sum * 1e-12; each++) {
    sum += term;
    term *= ((of - each) / (each + 1)) * (share / (1 - share));
  }
  return sum;
}

/** Stirling's series (NIST DLMF 5.11.1); the first ones term by term, where it is not exact yet. */
function logFactorial(n: number): number {
  if (n < 20) return Array.from({ length: n }, (_, index) => Math.log(index + 1)).reduce((sum, each) => sum + each, 0);
  return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + 1 / (12 * n) - 1 / (360 * n ** 3);
}

const watched = [
  ['complained', 'were marked as spam'],
  ['bounced', 'went to addresses that do not exist'],
  ['failed', 'could not be handed over, or got no answer'],
  ['unsubscribed', 'were answered by unsubscribing'],
] as const satisfies readonly (readonly [keyof Outcomes, string])[];

/** Which limit some messages broke beyond what chance explains, as a part of a sentence; null while all hold. */
export function brokenLimit(breaker: Breaker, counts: Outcomes): string | null {
  const handed = counts.sent + counts.bounced;
  for (const [what, words] of watched) {
    const limit = breaker[what];
    const all = what === 'failed' ? handed + counts.failed : handed;
    if (limit === null || all < breaker.after || !isBeyond(counts[what], all, limit)) continue;
    return `${counts[what]} of ${all} messages in ${sayDuration(breaker.within)} ${words} (${sayShare(counts[what] / all)}); the limit is ${sayShare(limit)}`;
  }
  return null;
}

/** Whether a journey writes far more than it usually does, as a part of a sentence. `largest`: its largest hour before this one; 0 when it has no usual. */
export function brokenVolume({ volume }: Breaker, lastHour: number, largest: number): string | null {
  if (volume === null || lastHour < volume.least || largest === 0 || lastHour <= volume.times * largest) return null;
  return `${lastHour} messages in an hour; its largest hour of the last 14 days had ${largest}, and the limit is ${volume.times} times as many`;
}

const sayShare = (share: number): string => `${Math.round(share * 1000) / 10} %`;

/** A journey or a broadcast by one channel; neither for what belongs to none. */
export interface Source {
  journey: string | null;
  broadcast: string | null;
  channel: string;
  /** Since it was last let go on. */
  own: Outcomes;
  /** Since its channel was let go on too. */
  ofChannel: Outcomes;
}

export interface Tripped {
  /** journey:KEY, broadcast:ID or channel:KEY, as kill switches name them. */
  scope: string;
  because: string;
}

export const scopeOf = ({ journey, broadcast }: Pick<Source, 'journey' | 'broadcast'>): string | null =>
  journey !== null ? `journey:${journey}` : broadcast !== null ? `broadcast:${broadcast}` : null;

/**
 * What has to be stopped now. Journeys and broadcasts are asked first, and what one of them did that stops, or is stopped, is not held against its channel: a bad list does
 * not silence everybody.
 */
export function trips(breaker: Breaker, sources: readonly Source[], stopped: ReadonlySet<string>): Tripped[] {
  const found: Tripped[] = [];
  const out = new Set(stopped);
  const bySource = Map.groupBy(sources, scopeOf);
  for (const [scope, parts] of bySource) {
    if (scope === null || out.has(scope)) continue;
    const because = brokenLimit(breaker, sum(parts.map((part) => part.own)));
    if (because === null) continue;
    found.push({ scope, because });
    out.add(scope);
  }
  for (const [channel, parts] of Map.groupBy(sources, (source) => source.channel)) {
    const scope = `channel:${channel}`;
    if (out.has(scope)) continue;
    const because = brokenLimit(breaker, sum(parts.filter((part) => !out.has(scopeOf(part) ?? '')).map((part) => part.ofChannel)));
    if (because !== null) found.push({ scope, because });
  }
  return found;
}

const sum = (parts: readonly Outcomes[]): Outcomes =>
  parts.reduce(
    (all, part) => ({
      sent: all.sent + part.sent,
      bounced: all.bounced + part.bounced,
      failed: all.failed + part.failed,
      complained: all.complained + part.complained,
      unsubscribed: all.unsubscribed + part.unsubscribed,
    }),
    noOutcomes,
  );
