import type { Instant } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import type { Character } from './character.ts';
import type { Chance } from './random.ts';

/**
 * What somebody of a practice workspace is going to do at an instant. Plain values: acts wait in the store until they are due, are carried out by
 * `perform`, and may have others follow.
 */
export type Act =
  /** A day (UTC) begins: its visitors are drawn, so many times as many as usual [1]; of those who would say who they are, so many have come already [0]. */
  | { do: 'day'; crowd?: number; ahead?: number }
  | ActBy<{ do: 'visit'; source: number | null; ends: Ending }>
  | ActBy<{ do: 'shop' }>
  | ActBy<{ do: 'order'; services: string[]; nth: number }>
  | ActBy<{ do: 'book' }>
  | ActBy<{ do: 'meet' }>
  | ActBy<{ do: 'cancel-meeting' }>
  | ActBy<{ do: 'sign'; value: number; service: string }>
  | ActBy<{ do: 'lose' }>
  | ActBy<{ do: 'refer' }>
  | ActBy<{ do: 'upgrade' }>
  | ActBy<{ do: 'cancel-plan' }>
  | ActBy<{ do: 'use'; left: number }>
  | ActBy<{ do: 'open'; mail: MailAct; machine: boolean }>
  | ActBy<{ do: 'click'; mail: MailAct; machine: boolean; leadsTo: Ending | null }>
  | ActBy<{ do: 'reply'; mail: MailAct }>
  | ActBy<{ do: 'unsubscribe'; mail: MailAct }>
  /** Somebody whom nobody knows passes by; keeps the live pages alive between the others, and is left out while the clock is turned. */
  | { do: 'pass-by'; nth: number; since: Instant };

export type ActKind = Act['do'];
export type ActOf<K extends ActKind> = Extract<Act, { do: K }>;

/** How a visit ends. */
export type Ending = 'leaves' | 'signs up' | 'writes' | 'books' | 'shops';

type ActBy<A> = A & By;
export interface By {
  /** The key of the character. */
  who: string;
  /** Which of their acts of this kind it is: with the seed, the source of its chance. */
  key: string;
  /** The person whom they became, when they are one already. */
  person?: string;
}

/** A mail as somebody who reacts to it sees it. */
export interface MailAct {
  id: string;
  journey: string | null;
  template: string;
  topic: string;
  marketing: boolean;
  /** Where its first link leads; null when it has none. */
  url: string | null;
}

export interface Planned {
  at: Instant;
  act: Act;
}

/** What an act says to the product. */
export type Said =
  /** A call as Segment's spec writes it, to be read like everybody's. */
  | { as: 'call'; raw: JsonObject }
  /** The unsubscribe link of a message was followed. */
  | { as: 'withdrawal'; messageId: string; message: string };

export interface Outcome {
  says: Said[];
  next: Planned[];
}

/** Everything that an act is carried out with. */
export interface Doing<A extends Act = Act> {
  act: A;
  at: Instant;
  seed: string;
  chance: Chance;
  who: Character;
}
