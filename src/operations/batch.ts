import type { Fact, IdentityKind } from '#contract/fact.ts';
import { isSame } from '#contract/diff.ts';
import type { Instant } from '#contract/instant.ts';
import type { LiveTopic } from '#contract/routes/operate.ts';
import type { Decision } from '#engine/decide.ts';
import type { EffectOf } from '#engine/effect.ts';
import { endsMessages } from '#engine/journey/run.ts';
import { endsEarly } from '#engine/message/holds.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import { stableId } from '#engine/stable-id.ts';
import { changeLocks, type LoopLock } from '#store/breaker.ts';
import type { Transaction } from '#store/database.ts';
import { holdPeople, noteSeen, recordRefusedNames, type SeenName, type StoredHold, type StoredRefusedName } from '#store/holds.ts';
import { disownIdentity, forgetIdentities } from '#store/identities.ts';
import { insertEvents, type StoredEvent } from '#store/events.ts';
import {
  appendConsents,
  appendDecisions,
  appendMoves,
  closeTasksOf,
  insertNewTasks,
  type StoredConsent,
  type StoredDecision,
  type StoredMove,
  type StoredTask,
} from '#store/histories.ts';
import { appendExposures, type StoredExposure } from '#store/experiments.ts';
import { appendFieldRefusals, noteSources, type SeenSource, type StoredFieldRefusal } from '#store/fields.ts';
import { appendToInbox, askForMerges, type InboxEntry, type WantedMerge } from '#store/inbox.ts';
import { moveNames } from '#store/merges.ts';
import {
  changeMessages,
  countOn,
  findMessage,
  insertMessages,
  letGoAgain,
  type NewMessage,
  suppress,
  type Suppression,
  takeBackFor,
} from '#store/messages.ts';
import { appendCrossings, appendMembershipLog, changeMemberships, type MembershipChange, type ScoreCrossing } from '#store/memberships.ts';
import { savePeople, type StoredPerson } from '#store/people.ts';
import { appendSteps, saveRuns, type StoredRun, type StoredStep } from '#store/runs.ts';
import { armWakes, type Wake } from '#store/wakes.ts';
import type { Workspace } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { fromPerson, fromRun, hashAddress, toEvent } from './rows.ts';

export interface Work {
  workspace: Workspace;
  rulebook: Rulebook;
  now: Instant;
}

export type WorkOf = (workspace: number, person: string) => Promise<Work | null>;

/** Everything a batch writes, gathered so that each table gets one statement. */
export class Batch {
  readonly events: StoredEvent[] = [];
  readonly people: StoredPerson[] = [];
  readonly runs: StoredRun[] = [];
  readonly steps: StoredStep[] = [];
  /** Whoever did something that may end what holds their messages. */
  readonly letGo: { person: string; at: Instant }[] = [];
  /** Whoever said or did something after which messages that were about to leave may not leave. */
  readonly saidNo: string[] = [];
  /** Runs that waited before and have ended, and steps that ask for a word and have been left. */
  readonly nobodyWaits: { person: string; run: string; step?: string }[] = [];
  readonly moves: StoredMove[] = [];
  readonly consents: StoredConsent[] = [];
  readonly memberships: MembershipChange[] = [];
  readonly crossings: ScoreCrossing[] = [];
  readonly exposures: StoredExposure[] = [];
  readonly messages: NewMessage[] = [];
  readonly messageEvents: { person: string; message: string; what: 'opened' | 'clicked' }[] = [];
  readonly bounces: { workspace: number; message: string; answer: string | null }[] = [];
  readonly suppressions: Suppression[] = [];
  readonly tasks: Omit<StoredTask, 'doneAt' | 'doneBy'>[] = [];
  readonly locks: LoopLock[] = [];
  readonly decisions: StoredDecision[] = [];
  readonly fieldRefusals: StoredFieldRefusal[] = [];
  readonly sources: SeenSource[] = [];
  readonly wakes: Wake[] = [];
  readonly merges: Omit<WantedMerge, 'id'>[] = [];
  readonly forwards: InboxEntry[] = [];
  readonly erased: string[] = [];
  readonly refusedNames: StoredRefusedName[] = [];
  readonly holds: Omit<StoredHold, 'status'>[] = [];
  readonly seen: SeenName[] = [];
  readonly disowned: { workspace: number; owner: string; kind: IdentityKind; value: string }[] = [];
  /** Whoever was merged away and got a fact still → who they have become. */
  readonly strays = new Map<string, string>();
  readonly topics = new Map<number, Set<LiveTopic>>();

  touch(workspace: number, ...topics: LiveTopic[]): void {
    const there = this.topics.get(workspace);
    if (there) for (const topic of topics) there.add(topic);
    else this.topics.set(workspace, new Set(topics));
  }
}

export const wakeOf = (workspace: Workspace, person: string, dueAt: Instant): Wake => ({
  workspace: workspace.id,
  person,
  clock: workspace.clock?.clock ?? 0,
  dueAt: Math.max(dueAt, 0),
});

/** Whether somebody has a task as long as a run stands at the step that it left. */
const asksForWord = ({ versions }: Rulebook, { journey, version, step }: EffectOf<'step'>): boolean =>
  ['approve', 'hand-over'].includes(versions.get(`${journey}@${version}`)?.steps.get(step)?.step.kind ?? '');

/** Whether something was decided after which a message that was let go before may not be any more. */
function saysNo(facts: readonly Fact[], before: readonly StoredRun[], { person: { state }, effects, runs }: Decision): boolean {
  if ((state.paused || state.stopped) && facts.length > 0) return true;
  if (effects.some((effect) => effect.kind === 'suppress' || effect.kind === 'erase')) return true;
  if (effects.some((effect) => effect.kind === 'consent' && effect.change.state !== 'granted')) return true;
  return before.some(({ id }) => runs.some((run) => run.id === id && run.status === 'ended' && endsMessages(run.endReason)));
}

/** Sorts what was decided for one person into the tables that it goes to. */
export function gather(
  batch: Batch,
  deps: Deps,
  { workspace, rulebook, now }: Work,
  person: string,
  facts: readonly Fact[],
  before: readonly StoredRun[],
  decision: Decision,
  real: Instant,
): void {
  const { id: workspaceId } = workspace;
  const at = { person, workspace: workspaceId };
  for (const fact of facts) {
    batch.events.push(toEvent(fact, person, workspaceId, real));
    if (fact.refused || fact.shared) gatherNames(batch, rulebook, at, fact, now);
  }
  batch.sources.push(...deps.seenSources.in(workspaceId, rulebook.fields, facts, now));
  batch.people.push(fromPerson(decision.person, workspaceId, rulebook));
  if (endsEarly(rulebook, facts, decision.effects)) batch.letGo.push({ person, at: now });
  if (saysNo(facts, before, decision)) batch.saidNo.push(person);
  const known = new Map(before.map((run) => [run.id, run]));
  for (const run of decision.runs) {
    const [old, is] = [known.get(run.id), fromRun(run, person, workspaceId)];
    if (!old || old.status !== is.status || old.step !== is.step || !isSame(old.state, is.state)) batch.runs.push(is);
    if (old && is.status === 'ended') batch.nobodyWaits.push({ person, run: run.id });
  }
  if (decision.wakeAt !== Number.POSITIVE_INFINITY) batch.wakes.push(wakeOf(workspace, person, decision.wakeAt));
  batch.touch(workspaceId, 'people', ...(facts.length > 0 ? (['events'] as const) : []));

  for (const effect of decision.effects) {
    switch (effect.kind) {
      case 'move':
        batch.moves.push({ ...effect, ...at, revision: rulebook.revision });
        break;
      case 'segment':
        batch.memberships.push({ ...effect, ...at, id: stableId('membership', person, effect.segment, effect.at, String(effect.entered)) });
        break;
      case 'score':
        batch.crossings.push({
          ...effect,
          ...at,
          id: stableId('crossing', person, effect.score, effect.threshold, effect.at, String(effect.up)),
        });
        break;
      case 'consent':
        batch.consents.push({ ...effect, ...at });
        break;
      case 'suppress':
        batch.suppressions.push({
          workspace: workspaceId,
          channel: effect.channel,
          addressHash: hashAddress(effect.address),
          scope: effect.scope,
          because: effect.because,
          at: effect.at,
        });
        break;
      case 'step':
        batch.steps.push({ ...effect, ...at });
        if (asksForWord(rulebook, effect)) batch.nobodyWaits.push({ person, run: effect.run, step: effect.step });
        batch.touch(workspaceId, 'runs');
        break;
      case 'expose':
        batch.exposures.push({ ...effect, ...at });
        break;
      case 'task':
        batch.tasks.push({
          ...effect,
          ...at,
          createdAt: effect.at,
          asks: effect.asks ?? null,
          run: effect.run ?? null,
          step: effect.step ?? null,
        });
        break;
      case 'decision':
        batch.decisions.push({ ...effect, ...at, revision: rulebook.revision });
        break;
      case 'message': {
        const template = rulebook.templates.get(effect.template);
        const topic = rulebook.topics.get(effect.topic);
        if (!template || !topic) {
          const missing = template ? `topic ${effect.topic}` : `template ${effect.template}`;
          batch.decisions.push({
            ...at,
            id: stableId('decision', effect.id),
            at: now,
            about: `journey:${effect.journey}`,
            decided: 'not sent',
            answer: `Not sent: the ${missing} is not published.`,
            because: [{ rule: `${missing} is published`, version: effect.version, held: false, evidence: [effect.evidence] }],
            revision: rulebook.revision,
            evidence: effect.evidence,
          });
          break;
        }
        batch.messages.push({
          ...at,
          id: effect.id,
          clock: workspace.clock?.clock ?? 0,
          journey: effect.journey,
          version: effect.version,
          run: effect.run,
          step: effect.step,
          channel: template.body.channel,
          template: effect.template,
          templateVersion: template.version,
          topic: effect.topic,
          purpose: topic.body.purpose,
          details: {
            ...(effect.actAt === null ? {} : { actAt: effect.actAt }),
            ...(effect.ifHeld ? { ifHeld: effect.ifHeld } : {}),
            ...(effect.offer === undefined ? {} : { offer: effect.offer }),
            ...(effect.asks ? { asks: true } : {}),
          },
          revision: rulebook.revision,
          evidence: effect.evidence,
          createdAt: effect.createdAt,
          dueAt: effect.createdAt,
          expiresAt: effect.expiresAt,
          storedAt: real,
        });
        batch.touch(workspaceId, 'messages');
        break;
      }
      case 'event':
        batch.events.push({
          ...at,
          id: effect.id,
          call: 'track',
          name: effect.name,
          happenedAt: effect.at,
          acceptedAt: now,
          storedAt: real,
          body: {
            properties: effect.properties,
            messageId: effect.by === 'link' ? `verdict:${effect.from}` : `${effect.by}:${effect.id}`,
            source: effect.by,
          },
        });
        batch.touch(workspaceId, 'events');
        break;
      case 'expired':
        batch.events.push({
          ...at,
          id: effect.id,
          call: 'expired',
          name: 'Value Expired',
          happenedAt: effect.at,
          acceptedAt: now,
          storedAt: real,
          body: { path: effect.path, field: effect.field, messageId: `expired:${effect.id}`, source: 'retention' },
        });
        break;
      case 'field-refused':
        batch.fieldRefusals.push({ ...effect, ...at, storedAt: real });
        batch.touch(workspaceId, 'refusals');
        break;
      case 'message-event':
        if (effect.what === 'bounced') batch.bounces.push({ workspace: workspaceId, message: effect.message, answer: effect.answer });
        else batch.messageEvents.push({ person, message: effect.message, what: effect.what });
        batch.touch(workspaceId, 'messages');
        break;
      case 'merge':
        batch.merges.push({
          workspace: workspaceId,
          person,
          joins: effect.joins,
          evidence: effect.evidence,
          actor: effect.actor,
          by: effect.by,
          // Whoever gives a reason is a colleague who has looked at both.
          ...(effect.reason === null ? {} : { reason: effect.reason, allowed: true }),
          trusted: facts.some((fact) => fact.id === effect.evidence && fact.source.trust === 'trusted'),
        });
        break;
      case 'disown':
        batch.disowned.push({ workspace: workspaceId, owner: person, ...effect.name });
        batch.refusedNames.push({ ...at, ...effect.name, because: effect.because, at: effect.at });
        batch.touch(workspaceId, 'identities');
        break;
      case 'lock':
        batch.locks.push({ ...at, journeys: effect.journeys, since: effect.at });
        batch.touch(workspaceId, 'messages');
        break;
      case 'erase':
        batch.erased.push(person);
        deps.log.info({ workspace: workspaceId }, 'a person was erased');
        break;
    }
  }
}

/** Names that a fact gave and that name nobody, or somebody else. */
function gatherNames(
  batch: Batch,
  rulebook: Rulebook,
  { person, workspace }: { person: string; workspace: number },
  { refused, shared }: Fact,
  at: Instant,
): void {
  for (const name of refused ?? []) {
    batch.refusedNames.push({ ...name, person, workspace, at });
    if (name.held)
      batch.holds.push({
        person,
        workspace,
        kind: name.kind,
        identities: rulebook.identity.kinds.get(name.kind)?.hold?.more ?? 0,
        since: at,
      });
  }
  for (const name of shared ?? []) batch.seen.push({ ...name, person, workspace });
}

/** Has names taken from their owners that were seen with more people than the policy lets one belong to. */
async function disownShared(tx: Transaction, batch: Batch, workOf: WorkOf): Promise<InboxEntry[]> {
  const entries: InboxEntry[] = [];
  for (const { workspace, kind, value, owner, person, others } of await noteSeen(tx, batch.seen)) {
    const work = await workOf(workspace, person);
    const most = work?.rulebook.identity.kinds.get(kind)?.sharedBy ?? null;
    // The owner is one of those that it was seen with.
    if (!work || most === null || others + 1 <= most) continue;
    const messageId = `disown:${kind}:${value}:${owner}`;
    const fact: Fact = {
      kind: 'disown',
      id: stableId('disown', workspace, messageId),
      messageId,
      at: work.now,
      acceptedAt: work.now,
      source: { trust: 'trusted', by: 'identity-policy', entryPoint: null },
      name: { kind, value },
      because: `it came with more than ${most} people`,
      actor: 'identity-policy',
    };
    entries.push({ workspace, person: owner, class: 'live', fact });
  }
  return entries;
}

/** Writes the batch. The statements do not wait for each other's answers: they go out in one breath and are carried out in this order. */
export async function write(tx: Transaction, batch: Batch, workOf: WorkOf, real: Instant): Promise<{ messagesWait: boolean }> {
  if (batch.seen.length > 0) batch.forwards.push(...(await disownShared(tx, batch, workOf)));
  const [givenBack, letGo] = await Promise.all([
    takeBackFor(tx, batch.saidNo),
    letGoAgain(tx, batch.letGo),
    insertEvents(tx, batch.events),
    savePeople(tx, batch.people),
    saveRuns(tx, batch.runs),
    appendSteps(tx, batch.steps, real),
    appendMoves(tx, batch.moves),
    appendConsents(tx, batch.consents),
    changeMemberships(tx, batch.memberships),
    appendMembershipLog(tx, batch.memberships, real),
    appendCrossings(tx, batch.crossings, real),
    appendExposures(tx, batch.exposures),
    insertMessages(tx, batch.messages),
    countOn(tx, batch.messageEvents),
    suppress(tx, batch.suppressions),
    insertNewTasks(tx, batch.tasks),
    closeTasksOf(tx, batch.nobodyWaits, real),
    appendDecisions(tx, batch.decisions, real),
    appendFieldRefusals(tx, batch.fieldRefusals),
    noteSources(tx, batch.sources),
    armWakes(tx, batch.wakes),
    askForMerges(tx, batch.merges, real),
    appendToInbox(tx, batch.forwards),
    recordRefusedNames(tx, batch.refusedNames),
    holdPeople(tx, batch.holds),
    changeLocks(tx, batch.locks),
    batch.erased.length > 0 ? forgetIdentities(tx, batch.erased) : null,
  ]);
  for (const each of batch.disowned) await disownIdentity(tx, each, each.owner);
  for (const [stray, into] of batch.strays) await moveNames(tx, stray, into);
  for (const bounce of batch.bounces) {
    const message = await findMessage(tx, bounce.workspace, bounce.message);
    if (message)
      await changeMessages(tx, [
        {
          ...message,
          status: 'bounced',
          reason: 'refused-address',
          details: { ...message.details, answer: bounce.answer },
          answer: bounce.answer,
        },
      ]);
  }
  return { messagesWait: givenBack || letGo };
}
