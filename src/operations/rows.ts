import { createHash } from 'node:crypto';
import type { ConsentChange } from '#contract/consent.ts';
import type { Claims, Fact, FactKind } from '#contract/fact.ts';
import type { Instant } from '#contract/instant.ts';
import { isObject, type JsonObject } from '#contract/json.ts';
import type { Run, RunWait } from '#engine/journey/run.ts';
import { emptyState, type Person, type PersonState } from '#engine/person.ts';
import type { Occurrence } from '#engine/rule/match.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import type { StoredEvent } from '#store/events.ts';
import type { StoredPerson } from '#store/people.ts';
import type { StoredRun, StoredWait } from '#store/runs.ts';
import { claimsFrom } from './ingest/normalise.ts';

/** An address as the suppression list keeps it. It outlives the person, so that an erased and re-imported address is not mailed again. */
export const hashAddress = (address: string): string => createHash('sha256').update(address.trim().toLowerCase()).digest('hex');

const factNames: Record<Exclude<FactKind, 'event'>, string> = {
  identify: 'Identify',
  alias: 'Alias',
  consent: 'Consent Changed',
  override: 'Stage Overridden',
  edit: 'Person Edited',
  owner: 'Owner Changed',
  membership: 'List Changed',
  erase: 'Erased',
  disown: 'Name Taken Away',
  enter: 'Sent Into Journey',
  'end-runs': 'Taken Out Of Journey',
  answer: 'Answer Received',
  approval: 'Approval Given',
  'take-over': 'Taken Over',
  release: 'Released',
  stop: 'Stopped',
  'let-go': 'Let Go On',
  unlock: 'Lock Lifted',
  migrate: 'Moved To Version',
};

/** A kept event as rules see it. */
export const toOccurrence = (event: StoredEvent): Occurrence => ({
  id: event.id,
  at: event.happenedAt,
  name: event.name,
  properties: (event.body.properties ?? {}) as JsonObject,
});

/** A fact as it is kept for good: what was sent, whole, and who says so. */
export function toEvent(fact: Fact, person: string, workspace: number, storedAt: Instant): StoredEvent {
  const { id, messageId, at, acceptedAt, source, kind, ...rest } = fact;
  const base = { id, person, workspace, happenedAt: at, acceptedAt, storedAt };
  if (fact.kind === 'event')
    return {
      ...base,
      call: fact.call,
      name: fact.name,
      body: {
        ...fact.envelope,
        properties: fact.properties,
        messageId,
        source: source.by,
        ...(fact.traits ? { traits: fact.traits } : {}),
      },
    };
  if (fact.kind === 'identify')
    return { ...base, call: kind, name: factNames.identify, body: { ...fact.envelope, traits: fact.traits, messageId, source: source.by } };
  return {
    ...base,
    call: fact.kind,
    name: factNames[fact.kind],
    body: { ...(rest as unknown as JsonObject), messageId, source: source.by },
  };
}

/** Whether an event was written by the engine itself, which would write it again. */
export const isWrittenByEngine = ({ call, body: { source, messageId } }: StoredEvent): boolean =>
  call === 'expired' ||
  source === 'journey' ||
  source === 'lifecycle' ||
  (source === 'link' && typeof messageId === 'string' && messageId.startsWith('verdict:'));

/**
 * The fact of an event as it came, with the consent that came with it: what a life is lived again by. Null for what the engine wrote, and for facts about the keeping of
 * people: merges, names, versions.
 */
export function factAgain(
  event: StoredEvent,
  consent: readonly ConsentChange[],
  owns: (kind: 'email' | 'phone', value: string) => boolean,
): Fact | null {
  if (isWrittenByEngine(event)) return null;
  const said = factOf(event, owns);
  if (said !== null)
    return consent.length > 0 && (said.kind === 'event' || said.kind === 'identify') ? { ...said, consent: [...consent] } : said;
  if (!livedAgain.has(event.call)) return null;
  const { messageId, source, ...rest } = event.body;
  const by = typeof source === 'string' ? source : 'unknown';
  return {
    id: event.id,
    messageId: typeof messageId === 'string' ? messageId : event.id,
    at: event.happenedAt,
    acceptedAt: event.acceptedAt,
    source: { trust: 'trusted', by, entryPoint: null },
    ...rest,
    kind: event.call,
  } as unknown as Fact;
}
const livedAgain: ReadonlySet<string> = new Set<FactKind>([
  'consent',
  'override',
  'membership',
  'enter',
  'end-runs',
  'answer',
  'approval',
  'take-over',
  'release',
]);

export const callsOfEvents: readonly string[] = ['track', 'page', 'screen', 'group'];

/**
 * The fact of an event, as far as it says what is known of somebody: the other way round of `toEvent`. Null for facts that say nothing of that. An address is claimed
 * only where `owns` says that it is theirs.
 */
export function factOf(event: StoredEvent, owns: (kind: 'email' | 'phone', value: string) => boolean): Fact | null {
  const { messageId, source, properties, traits, actor, owner, ...envelope } = event.body;
  const by = typeof source === 'string' ? source : 'unknown';
  const base = {
    id: event.id,
    messageId: typeof messageId === 'string' ? messageId : event.id,
    at: event.happenedAt,
    acceptedAt: event.acceptedAt,
    source: { trust: by === 'write-key' || by.startsWith('form:') ? ('write' as const) : ('trusted' as const), by, entryPoint: null },
  };
  const said = isObject(traits) ? (traits as JsonObject) : null;
  const claimed = said === null ? {} : claimsFrom(said);
  const claims: Claims = {
    ...(claimed.email && owns('email', claimed.email) ? { email: claimed.email } : {}),
    ...(claimed.phone && owns('phone', claimed.phone) ? { phone: claimed.phone } : {}),
  };
  if (callsOfEvents.includes(event.call))
    return {
      ...base,
      kind: 'event',
      call: event.call as 'track',
      name: event.name,
      properties: isObject(properties) ? (properties as JsonObject) : {},
      envelope,
      claims,
      ...(said === null ? {} : { traits: said }),
    };
  if (event.call === 'identify') return { ...base, kind: 'identify', traits: said ?? {}, envelope, claims };
  if (event.call === 'edit') return { ...base, kind: 'edit', traits: said ?? {}, claims, actor: String(actor ?? by) };
  if (event.call === 'owner')
    return { ...base, kind: 'owner', owner: typeof owner === 'string' ? owner : null, actor: String(actor ?? by) };
  return null;
}

export const toPerson = (stored: StoredPerson): Person => {
  const { workspace: _workspace, score: _score, state, ...rest } = stored;
  return { ...rest, state: { ...emptyState(), ...(state as PersonState) } };
};

/** The score that stands in lists: the one called engagement, or the first there is. */
const mainScore = (scores: Record<string, number>, rulebook: Rulebook): number | null => {
  const key = rulebook.scores.find((score) => score.key === 'engagement')?.key ?? rulebook.scores[0]?.key;
  return key === undefined ? null : (scores[key] ?? 0);
};

export const fromPerson = (person: Person, workspace: number, rulebook: Rulebook): StoredPerson => {
  if (person.erasedAt !== null)
    return {
      id: person.id,
      workspace,
      email: null,
      phone: null,
      name: null,
      userId: null,
      traits: {},
      state: { ...emptyState(), erasing: true },
      stage: null,
      stageSince: null,
      score: null,
      owner: null,
      zone: null,
      entryPoint: person.entryPoint,
      firstSource: null,
      lastSource: null,
      place: null,
      createdAt: person.createdAt,
      lastSeenAt: null,
      mergedInto: null,
      erasedAt: person.erasedAt,
    };
  return { ...person, workspace, score: mainScore(person.state.scores, rulebook) };
};

/** JSON has no Infinity: what only somebody's word ends has no instant. */
const toWait = (wait: StoredWait | null): RunWait | null => wait && { ...wait, until: wait.until ?? Number.POSITIVE_INFINITY };
const fromWait = (wait: RunWait | null): StoredWait | null => wait && { ...wait, until: Number.isFinite(wait.until) ? wait.until : null };

export const toRun = (stored: StoredRun): Run => ({
  id: stored.id,
  journey: stored.journey,
  version: stored.version,
  status: stored.status,
  step: stored.step,
  enteredAt: stored.enteredAt,
  entry: stored.state.entry ?? '',
  entryEvidence: stored.entryEvidence,
  seq: stored.state.seq,
  wait: toWait(stored.state.wait),
  ...(stored.state.movedBy ? { movedBy: { ...stored.state.movedBy, wait: toWait(stored.state.movedBy.wait) } } : {}),
  ...(stored.state.passed ? { passed: stored.state.passed } : {}),
  ...(stored.state.chain ? { chain: stored.state.chain } : {}),
  endedAt: stored.endedAt,
  endReason: stored.endReason,
  endEvidence: stored.endEvidence,
});

export const fromRun = (run: Run, person: string, workspace: number): StoredRun => ({
  id: run.id,
  person,
  workspace,
  journey: run.journey,
  version: run.version,
  status: run.status,
  step: run.step,
  state: {
    entry: run.entry,
    seq: run.seq,
    wait: fromWait(run.wait),
    ...(run.movedBy ? { movedBy: { ...run.movedBy, wait: fromWait(run.movedBy.wait) } } : {}),
    ...(run.passed ? { passed: run.passed } : {}),
    ...(run.chain ? { chain: run.chain } : {}),
  },
  enteredAt: run.enteredAt,
  entryEvidence: run.entryEvidence,
  endedAt: run.endedAt,
  endReason: run.endReason,
  endEvidence: run.endEvidence,
});

/** What a message was asked for with, as its row keeps it. */
export const askedWith = ({
  actAt,
  ifHeld,
  offer,
}: JsonObject): { actAt: Instant | null; ifHeld: 'wait' | 'drop' | 'best'; offer: string | null } => ({
  actAt: typeof actAt === 'number' ? actAt : null,
  ifHeld: ifHeld === 'drop' || ifHeld === 'best' ? ifHeld : 'wait',
  offer: typeof offer === 'string' ? offer : null,
});
