import { createHash } from 'node:crypto';
import { readAddress, readPhone } from '#contract/address.ts';
import type { ConsentChange } from '#contract/consent.ts';
import { callNames, type Claims, type Fact, type FactSource } from '#contract/fact.ts';
import type { Instant } from '#contract/instant.ts';
import { isObject, type Json, type JsonObject } from '#contract/json.ts';
import type { ProblemCode } from '#contract/problems.ts';
import { isWrittenHere } from '#engine/written-events.ts';

/** Segment's calls, which of them a message is when it does not say so itself. */
export const calls = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const;
export type Call = (typeof calls)[number];

/** Segment's limits: 32 kB an event, 500 kB a batch, 2,500 events. */
export const eventBytesMax = 32 * 1024;
export const batchBytesMax = 500 * 1024;
export const batchEventsMax = 2_500;

/** How many objects and lists may stand in each other. */
export const depthMax = 32;

/** A message as it was sent, turned into a fact, and whom it names. */
export interface Incoming {
  fact: Fact;
  user: string | null;
  anonymous: string | null;
  /** For alias: the identity that the person had before. */
  previous: string | null;
  claims: Claims;
}

export interface Refusal {
  code: ProblemCode;
  path: string;
  message: string;
}

export interface ArrivalContext {
  workspace: number;
  /** When it arrived, by the workspace's clock. */
  now: Instant;
  /** The client's clock when it sent the request, to correct its timestamps by. */
  sentAt: Instant | null;
  source: FactSource;
  /** What stands in for a message id that a client did not give. */
  newId: () => string;
}

/**
 * Reads one message of Segment's spec (https://segment.com/docs/connections/spec/): tolerant of what clients send, strict in what it lets through.
 * Numbers as ids become text; a missing messageId gets one; timestamps are corrected by sentAt and never lie in the future.
 */
export function readMessage(
  raw: unknown,
  defaultCall: Call | null,
  context: ArrivalContext,
): { ok: true; incoming: Incoming } | { ok: false; refusal: Refusal } {
  const refuse = (path: string, message: string, code: ProblemCode = 'event-invalid') => ({
    ok: false as const,
    refusal: { code, path, message },
  });
  if (!isObject(raw)) return refuse('(all)', 'must be an object');
  const message = raw as JsonObject;
  const type = defaultCall ?? message.type;
  if (typeof type !== 'string' || !(calls as readonly string[]).includes(type)) return refuse('type', `must be one of ${calls.join(', ')}`);
  const call = type as Call;
  for (const key of ['properties', 'traits', 'context', 'integrations'] as const)
    if (message[key] !== undefined && message[key] !== null && !isObject(message[key])) return refuse(key, 'must be an object');
  if (tooDeep(message, depthMax)) return refuse('(all)', `nests deeper than ${depthMax}`);

  const user = identity(message.userId);
  const anonymous = identity(message.anonymousId);
  if (user === undefined) return refuse('userId', 'must be a text of at most 500 characters');
  if (anonymous === undefined) return refuse('anonymousId', 'must be a text of at most 500 characters');
  if (user === null && anonymous === null) return refuse('userId', 'give a userId or an anonymousId', 'event-no-identity');
  const messageId =
    message.messageId === undefined || message.messageId === null || message.messageId === '' ? context.newId() : message.messageId;
  if (typeof messageId !== 'string' || messageId.length > 200) return refuse('messageId', 'must be a text of at most 200 characters');

  const { properties, traits, writeKey: _writeKey, ...envelope } = message;
  const inner = isObject(message.context) ? (message.context as JsonObject) : {};
  const consent = consentFrom(inner, context.source.by);
  const base = {
    id: factId(context.workspace, messageId),
    messageId,
    at: happenedAt(message, context),
    acceptedAt: context.now,
    source: context.source,
  };
  const incoming = (fact: Fact, claims: Claims, previous: string | null = null) => ({
    ok: true as const,
    incoming: { fact, user, anonymous, previous, claims },
  });
  const withConsent = consent.length > 0 ? { consent } : {};

  switch (call) {
    case 'identify': {
      const all = { ...(isObject(inner.traits) ? (inner.traits as JsonObject) : {}), ...((traits as JsonObject | null | undefined) ?? {}) };
      const claims = claimsFrom(all);
      return incoming({ ...base, kind: 'identify', traits: all, envelope, claims, ...withConsent }, claims);
    }
    case 'alias': {
      const previous = identity(message.previousId);
      if (previous === undefined || previous === null) return refuse('previousId', 'must be a text of at most 500 characters');
      if (user === null) return refuse('userId', 'must be a text of at most 500 characters');
      return incoming({ ...base, kind: 'alias', envelope }, {}, previous);
    }
    case 'track': {
      if (typeof message.event !== 'string' || message.event.trim() === '' || message.event.length > 200)
        return refuse('event', 'must be a text of 1 to 200 characters');
      if (context.source.trust === 'write' && isWrittenHere(message.event.trim()))
        return refuse('event', 'is written by Throughline itself, and a write key cannot send it');
      return incoming(
        {
          ...base,
          kind: 'event',
          call,
          name: message.event.trim(),
          properties: (properties as JsonObject | null | undefined) ?? {},
          envelope,
          ...withConsent,
        },
        {},
      );
    }
    case 'group': {
      if (identity(message.groupId) === undefined || message.groupId === undefined)
        return refuse('groupId', 'must be a text of at most 500 characters');
      return incoming(
        {
          ...base,
          kind: 'event',
          call,
          name: callNames.group,
          properties: { groupId: message.groupId, traits: (traits as JsonObject | undefined) ?? {} } as JsonObject,
          envelope,
          ...withConsent,
        },
        {},
      );
    }
    default: {
      const named: JsonObject = typeof message.name === 'string' ? { name: message.name } : {};
      const category: JsonObject = typeof message.category === 'string' ? { category: message.category } : {};
      return incoming(
        {
          ...base,
          kind: 'event',
          call,
          name: callNames[call],
          properties: { ...named, ...category, ...((properties as JsonObject | null | undefined) ?? {}) },
          envelope,
          ...withConsent,
        },
        {},
      );
    }
  }
}

/** The id of a fact: the same workspace and message id give the same one, for ever. */
export function factId(workspace: number, messageId: string): string {
  const hex = createHash('md5').update(`${workspace}:${messageId}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** A text identity; null when there is none; undefined when what is there cannot be one. */
function identity(value: Json | undefined): string | null | undefined {
  if (value === undefined || value === null || value === '') return null;
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text.length <= 500 ? text : undefined;
}

/** The sender's timestamp, moved by how wrong the sender's clock was when it sent; the arrival when there is none. */
function happenedAt(message: JsonObject, context: ArrivalContext): Instant {
  const stamp = instant(message.timestamp) ?? instant(message.originalTimestamp);
  if (stamp === null) return context.now;
  const sentAt = instant(message.sentAt) ?? context.sentAt;
  const corrected = sentAt === null ? stamp : context.now - (sentAt - stamp);
  return Math.min(corrected, context.now);
}

export function instant(value: unknown): Instant | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const at = new Date(value).getTime();
  // Years that Postgres and every calendar know; anything else is a clock that was never set.
  return Number.isNaN(at) || at < Date.UTC(1990, 0) || at > Date.UTC(2200, 0) ? null : at;
}

/** Segment's consent object: context.consent.categoryPreferences, a yes or no for each purpose. */
function consentFrom(context: JsonObject, actor: string): ConsentChange[] {
  const consent = isObject(context.consent) ? context.consent : null;
  const preferences = consent && isObject(consent.categoryPreferences) ? consent.categoryPreferences : {};
  const changes: ConsentChange[] = [];
  for (const [name, given] of Object.entries(preferences)) {
    const purpose = name
      .toLowerCase()
      .replace(/[^a-z0-9-]/g, '-')
      .slice(0, 60);
    if (typeof given === 'boolean' && /^[a-z]/.test(purpose))
      changes.push({ purpose, channel: '*', state: given ? 'granted' : 'denied', wording: null, method: 'event', actor });
  }
  return changes;
}

export function claimsFrom(traits: JsonObject): Claims {
  const email = readAddress(traits.email);
  const phone = readPhone(traits.phone);
  return { ...(email ? { email } : {}), ...(phone ? { phone } : {}) };
}

export function tooDeep(value: Json | undefined, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (left === 0) return true;
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null && tooDeep(inner, left - 1)) return true;
  return false;
}

const unstorable = /\\u0000|\\u[dD][89a-fA-F][0-9a-fA-F]{2}/;
/** Whether a JSON text names a character that no database text can hold. Looked for in the text, because most bodies have none. */
export const mayBeUnstorable = (text: string): boolean => unstorable.test(text) || text.includes('\u0000');

/** The same value with NUL and lone surrogates replaced by U+FFFD, in keys too. Stops where no event may nest any more. */
export function storable(value: Json, left = depthMax * 2): Json {
  if (typeof value === 'string')
    return value.includes('\u0000') || !value.isWellFormed() ? value.toWellFormed().replaceAll('\u0000', '\ufffd') : value;
  if (left === 0) return value;
  if (Array.isArray(value)) return value.map((inner) => storable(inner, left - 1));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storable(key) as string, storable(inner, left - 1)]));
  return value;
}
