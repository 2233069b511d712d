import type { ConsentChange } from './consent.ts';
import type { Instant } from './instant.ts';
import type { JsonObject } from './json.ts';

/**
 * A fact: what happened to a person, appended to the inbox and taken by the engine in order.
 * `id` is made from the workspace and the message id, so the same fact given twice has the same id and takes effect once.
 */
export type Fact = FactBase &
  (
    | EventFact
    | IdentifyFact
    | AliasFact
    | ConsentFact
    | OverrideFact
    | TraitEditFact
    | OwnerFact
    | MembershipFact
    | EraseFact
    | DisownFact
    | EnterFact
    | EndRunsFact
    | AnswerFact
    | MigrateFact
    | ApprovalFact
    | TakeOverFact
    | ReleaseFact
    | StopFact
    | LetGoFact
    | UnlockFact
  );

/** Under which names page, screen and group calls stand among events. */
export const callNames = { page: 'Page Viewed', screen: 'Screen Viewed', group: 'Group Joined' } as const;

export interface FactBase {
  id: string;
  messageId: string;
  /** When it happened, by the sender's clock corrected by sentAt. Never later than the acceptance. */
  at: Instant;
  acceptedAt: Instant;
  source: FactSource;
  /** Another person whose history belongs to this one: an anonymous visitor who has said who they are. */
  joins?: string;
  /** The kind of identifier by which they turned out to be one. */
  joinsBy?: string;
  /** Why, where a colleague says so. */
  joinsReason?: string;
  /** Addresses that were claimed and belong to somebody else, so they were not taken. */
  notTaken?: ('email' | 'phone')[];
  /** Names that were given and name nobody, or were not joined to this person. */
  refused?: RefusedName[];
  /** Names that were given and belong to somebody else: seen with many people, they belong to nobody. */
  shared?: SharedName[];
}

export interface RefusedName {
  kind: string;
  value: string;
  /** What is against it, to stand after "because". */
  because: string;
  /** Whether the person has attracted too many of the kind and is held for review. */
  held?: true;
}
export interface SharedName {
  kind: IdentityKind;
  value: string;
  owner: string;
}

/** Who says so. `write` is anybody with a write key (a browser); `trusted` is the product itself, an API key or a colleague. */
export interface FactSource {
  trust: 'write' | 'trusted';
  /** write-key, api-key, admin, form:KEY, practice, link, channel. */
  by: string;
  entryPoint: string | null;
}

/** track, page, screen, group: something the person did. `call` keeps which of them. */
export interface EventFact {
  kind: 'event';
  call: 'track' | 'page' | 'screen' | 'group';
  name: string;
  properties: JsonObject;
  /** Everything else that came with it: context, integrations, names, identities; kept whole. */
  envelope: JsonObject;
  /** The first address of each kind that the event claims for the person. */
  claims?: Claims;
  consent?: ConsentChange[];
  /** Trait changes that come along, from a form. */
  traits?: JsonObject;
}
export interface IdentifyFact {
  kind: 'identify';
  traits: JsonObject;
  envelope: JsonObject;
  claims?: Claims;
  consent?: ConsentChange[];
}
export interface AliasFact {
  kind: 'alias';
  envelope: JsonObject;
}
export interface ConsentFact {
  kind: 'consent';
  changes: ConsentChange[];
  /** The message whose link was used, when there was one. */
  message: string | null;
}
/** A move by hand: it needs a reason and is counted. */
export interface OverrideFact {
  kind: 'override';
  to: string;
  reason: string;
  actor: string;
}
export interface TraitEditFact {
  kind: 'edit';
  traits: JsonObject;
  claims?: Claims;
  actor: string;
}
export interface OwnerFact {
  kind: 'owner';
  owner: string | null;
  actor: string;
}
/** Somebody is put on a list that is kept by hand, or taken off. */
export interface MembershipFact {
  kind: 'membership';
  segment: string;
  entered: boolean;
  actor: string;
}
export interface EraseFact {
  kind: 'erase';
  actor: string;
}

/** Somebody is sent into a journey: by a call of the API, by a colleague, or because a schedule is due. */
export interface EnterFact {
  kind: 'enter';
  journey: string;
  /** The entry whose schedule is due; null for the one that the API and colleagues use. */
  entry: string | null;
  actor: string;
}
/** A colleague takes somebody out of a journey, or out of all. */
export interface EndRunsFact {
  kind: 'end-runs';
  journey: string | null;
  reason: string;
  actor: string;
}
/** A colleague moves a run to another version of its journey, or back. */
export interface MigrateFact {
  kind: 'migrate';
  migration: string;
  journey: string;
  from: number;
  to: number;
  /** The steps of the one, and those of the other to which they lead; null puts a run out. Missing where the migration is taken back. */
  map: Record<string, string | null> | null;
  actor: string;
}
/** What another system said to a run that waits for it. */
export interface AnswerFact {
  kind: 'answer';
  run: string;
  step: string;
  ok: boolean;
  /** In a few words: "answered 200". */
  says: string;
  body: JsonObject;
}
/** What a human said to a run that waits for their word. */
export interface ApprovalFact {
  kind: 'approval';
  run: string;
  step: string;
  yes: boolean;
  reason: string;
  actor: string;
}
/** A human takes over: nothing automatic happens to the person until they are released. */
export interface TakeOverFact {
  kind: 'take-over';
  reason: string;
  actor: string;
}
export interface ReleaseFact {
  kind: 'release';
  actor: string;
}
/** Everything is stopped for one person: no run moves, nobody enters; sending is stopped beside it. */
export interface StopFact {
  kind: 'stop';
  reason: string;
  actor: string;
}
export interface LetGoFact {
  kind: 'let-go';
  actor: string;
}
/** A colleague lets journeys that led to each other act on the person again. */
export interface UnlockFact {
  kind: 'unlock';
  actor: string;
}

/** A name turned out to be shared by many and is taken from whoever had it. */
export interface DisownFact {
  kind: 'disown';
  name: { kind: IdentityKind; value: string };
  because: string;
  actor: string;
}

export interface Claims {
  email?: string;
  phone?: string;
}

export type FactKind = Fact['kind'];

/** Which queue a fact waits in. Lower goes first; a person's own order holds across classes. */
export const factClasses = { admin: 0, live: 1, practice: 2, bulk: 3 } as const;
export type FactClass = keyof typeof factClasses;

/** An external identity's value begins with the name of its kind and a colon. */
export const identityKinds = { user: 1, anonymous: 2, email: 3, phone: 4, push: 5, external: 6 } as const;
export type IdentityKind = keyof typeof identityKinds;
