import type { ConsentState } from '#contract/consent.ts';
import type { Instant } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import type { KnownPerson } from '#contract/person.ts';
import type { WrittenBy } from './fields.ts';
import type { Chain } from './journey/loop.ts';
import type { Word } from './journey/run.ts';
import type { Memory } from './rule/traces.ts';

/** All that the engine knows of a person when it decides. Values are never changed in place; a decision makes a new one. */
export interface Person extends KnownPerson {
  state: PersonState;
}

/** The part of a person that only the engine writes: where they belong and what it remembers of the past. */
export interface PersonState {
  /** `purpose/channel` → the consent in force; * is every channel. */
  consents: Record<string, { state: ConsentState; at: Instant }>;
  /** Segment key → member since. */
  segments: Record<string, Instant>;
  /** Score key → what it was worth when it was last computed, and which of its thresholds it stood at or above. */
  scores: Record<string, number>;
  above: Record<string, string[]>;
  /** Grade key → letter and digit. */
  grades: Record<string, string>;
  /** Channel → an address that is known not to exist. */
  dead: Record<string, string>;
  /** Journey key → how often entered, when last, when last ended. */
  journeys: Record<string, { entered: number; lastEntered: Instant; lastEnded: Instant | null }>;
  memory: Memory;
  /** Why the memory has to be made anew from events before it is used; empty when it need not. */
  memoryVersion: '' | 'merged' | 'unmerged' | 'fault';
  /** Which revision of the rulebook segments and scores were last computed by. */
  revision: number;
  /** Links of messages that were followed lately, oldest first, until it is known whether a person or a scanner followed them. */
  clicks: FollowedLink[];
  /** Who wrote the values of fields that have writers or a retention, and when. */
  written: WrittenBy;
  /** How many rows of stage history and consent there are. */
  moves: number;
  consentChanges: number;
  /** Evidence of the stage that the person is in. */
  stageEvidence: string | null;
  /** Stream of contents → the templates of it that this person has had. */
  streams?: Record<string, string[]>;
  /** Experiment → the arm that this person came to, and when first. */
  arms?: Record<string, { arm: string; at: Instant }>;
  /** A human has taken over: nothing automatic happens until they release the person. */
  paused?: { since: Instant; by: string; reason: string };
  /** When a human last gave them back, or everything was let go on: nobody has stalled by what passed before. */
  released?: Instant;
  /** Everything is stopped for them, messages of every kind too: until somebody lets go. `unsaid`: what runs were told meanwhile. */
  stopped?: { since: Instant; by: string; reason: string; unsaid?: { run: string; step: string; word: Word }[] };
  /** What automation changed since something last came from outside, as `reads` names it, and how it was led there. */
  caused?: Record<string, Chain>;
  /** Journey → when it was entered again by what it led to itself, lately. */
  turns?: Record<string, Instant[]>;
  /** Journeys that led to each other again and again, and do not act on this person until a colleague lets them. */
  locked?: { since: Instant; journeys: string[] };
  /** After a merge: what somebody lower than the person who remains has given. Missing for what is the person's own. */
  given?: Record<string, Given>;
  /** People that are kept apart from this one, because a merge with them was undone. */
  apart?: string[];
  /** Names that were this person's and went back to somebody when a merge was undone: `kind value` → whose they are; '' is nobody. */
  gone?: Record<string, string>;
}

/** After a merge: who a value came from, by how high they stand, and a mark of the value: what has been written since is the whole person's own. */
export interface Given {
  by: string;
  as: string;
}

/** A link that was followed by something that looks like a browser. */
export interface FollowedLink {
  /** The fact that says so. */
  id: string;
  message: string;
  link: number;
  at: Instant;
  properties: JsonObject;
  /** Already judged to be a scanner's; kept while other links of the message may follow. */
  machine: boolean;
}

export const emptyState = (): PersonState => ({
  consents: {},
  segments: {},
  scores: {},
  above: {},
  grades: {},
  dead: {},
  journeys: {},
  memory: {},
  memoryVersion: '',
  revision: 0,
  clicks: [],
  written: {},
  moves: 0,
  consentChanges: 0,
  stageEvidence: null,
});

export const newPerson = (id: string, entryPoint: string, now: Instant): Person => ({
  id,
  traits: {},
  email: null,
  phone: null,
  name: null,
  userId: null,
  zone: null,
  owner: null,
  stage: null,
  stageSince: null,
  entryPoint,
  firstSource: null,
  lastSource: null,
  place: null,
  createdAt: now,
  lastSeenAt: null,
  mergedInto: null,
  erasedAt: null,
  state: emptyState(),
});

/** The entry point of which nothing is known: such a person enters no journey until somebody has said how they came. */
export const unknownEntryPoint = 'unknown';

/** Whether there is consent to a purpose on a channel now: a "no" for the channel or for all channels outweighs any "yes". */
export function consentTo(person: Person, purpose: string, channel: string): { given: boolean; withdrawnAt: Instant | null } {
  const here = person.state.consents[`${purpose}/${channel}`];
  const everywhere = person.state.consents[`${purpose}/*`];
  for (const consent of [here, everywhere])
    if (consent && consent.state !== 'granted') return { given: false, withdrawnAt: consent.state === 'withdrawn' ? consent.at : null };
  return { given: here?.state === 'granted' || everywhere?.state === 'granted', withdrawnAt: null };
}

/** Where a person can be reached on a channel; null when nowhere. */
export const addressOf = (person: Person, channel: string): string | null =>
  channel === 'email' ? person.email : channel === 'sms' ? person.phone : channel === 'webhook' ? person.id : null;
