import type { CapPolicy } from '#contract/cap-policy.ts';
import type { Instant } from '#contract/instant.ts';
import type { MessageReason } from '#contract/message.ts';
import type { Person } from '../person.ts';
import type { Matches, Occurrence } from '../rule/match.ts';

/** A message that wants to go out. */
export interface Candidate {
  channel: string;
  topic: string;
  purpose: string;
  journey: string | null;
  expiresAt: Instant;
  /** When the person did what this message answers; null when time led here. */
  actAt: Instant | null;
  /** How its run ended, when it has. */
  runEnded: string | null;
  /** What becomes of it when it may not go out now [wait]. */
  ifHeld?: 'wait' | 'drop' | 'best';
  /** The journey whose message takes its place, of those that waited. */
  betterFrom?: string | null;
  /** The offer that it makes. */
  offer?: string | null;
  /** The broadcast that it belongs to, and why nothing more of that goes to this person. */
  broadcast?: string | null;
  over?: { reason: MessageReason; details: Record<string, unknown> } | null;
}

/** A marketing message that was handed over, or is under way. */
export interface Sent {
  at: Instant;
  channel: string;
  topic: string;
  /** The offer that it made. */
  offer: string | null;
  /** The goal of the journey that made the offer: whoever meets it has taken it. */
  taken?: Matches | null;
}

/** Who stopped something, and why; the breaker does too. */
export interface Stop {
  by: string;
  because: string | null;
}

/** Everything that the last check looks at, read in the transaction that claims the message. */
export interface Circumstances {
  person: Person;
  policy: CapPolicy | null;
  /** The zone that counts when the person's is not known. */
  workspaceZone: string;
  /** As far back as `reachOf` says. */
  sent: readonly Sent[];
  /** Events that the policy's holds listen for and that take an offer, as far back as `reachOf` says, oldest first. */
  events: readonly Occurrence[];
  /** Offer → how it is called, and for how long it is open [ms]. */
  offers: ReadonlyMap<string, { name: string; lasts: number }>;
  suppressed: { scope: 'marketing' | 'all'; because: string } | null;
  /** Scopes that are stopped (workspace, channel:KEY, journey:KEY, broadcast:ID, person:ID), each with who did it and why. */
  stopped: ReadonlyMap<string, Stop>;
}
