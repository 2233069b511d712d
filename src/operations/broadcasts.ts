import { type BroadcastPlan, type BroadcastState, controlArm } from '#contract/broadcast.ts';
import { type Instant, isoOrNull, toIso } from '#contract/instant.ts';
import type { MessageReason } from '#contract/message.ts';
import { Problem } from '#contract/problems.ts';
import type { BroadcastDetail, BroadcastPerson, BroadcastRow } from '#contract/routes/broadcasts.ts';
import { freshPace, madeAhead } from '#engine/broadcast/pace.ts';
import { trialPlan } from '#engine/broadcast/trial.ts';
import { contentOf, turnOf } from '#engine/broadcast/turn-of.ts';
import { baselineSince } from '#engine/experiment/experiments-of.ts';
import { trialTrouble } from '#engine/experiment/lock.ts';
import { sayInstant } from '#engine/local-time.ts';
import { pausedFor } from '#engine/message/policy.ts';
import { recordAudit } from '#store/audit.ts';
import * as store from '#store/broadcasts.ts';
import type { StoredBroadcast } from '#store/broadcasts.ts';
import type { Transaction } from '#store/database.ts';
import { countDoers } from '#store/experiments.ts';
import { allLanes } from '#store/identities.ts';
import { listMessages } from '#store/messages.ts';
import { namesOf } from '#store/people.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { eventSqlContext } from './rule-sql-context.ts';
import { takeForRest } from './run-broadcasts.ts';
import { sayMessage } from './say-message.ts';

/** What colleagues do with broadcasts. Sending itself is done by the loops (run-broadcasts.ts, deliver.ts). */

const toRow = (broadcast: StoredBroadcast): BroadcastRow => ({
  id: broadcast.id,
  name: broadcast.plan.name,
  purpose: broadcast.plan.purpose,
  state: broadcast.state,
  plan: broadcast.plan,
  audience: broadcast.frozenLanes === allLanes ? broadcast.audience : null,
  figures: broadcast.figures,
  figuresAt: isoOrNull(broadcast.figuresAt),
  startsAt: isoOrNull(broadcast.startsAt),
  endedAt: isoOrNull(broadcast.endedAt),
  createdAt: toIso(broadcast.createdAt),
  createdBy: broadcast.createdBy,
  updatedAt: toIso(broadcast.updatedAt),
  updatedBy: broadcast.updatedBy,
});

/** With figures that are counted now. */
async function toDetail(tx: Transaction, workspace: Workspace, broadcast: StoredBroadcast, now: Instant): Promise<BroadcastDetail> {
  const isBegun = !['draft', 'scheduled'].includes(broadcast.state);
  const { figures, reasons } = isBegun ? await store.countFigures(tx, broadcast.id) : { figures: broadcast.figures, reasons: [] };
  const next = broadcast.state === 'running' ? await store.nextTurn(tx, broadcast.id) : null;
  return {
    ...toRow(broadcast),
    figures,
    figuresAt: isBegun ? toIso(now) : null,
    channel: broadcast.content?.channel ?? null,
    templateVersion: broadcast.content?.templateVersion ?? null,
    frozenAt: isoOrNull(broadcast.frozenAt),
    frozenShare: broadcast.frozenLanes / allLanes,
    pausedAt: isoOrNull(broadcast.pausedAt),
    reason: broadcast.reason,
    nextAt: next !== null && next > now ? toIso(next) : null,
    reasons,
    experiment: broadcast.experiment,
    locked: broadcast.state === 'draft' ? await lockOf(tx, workspace, broadcast.plan, now) : null,
  };
}

/** What keeps the experiment of a plan from beginning. */
async function lockOf(tx: Transaction, workspace: Workspace, { name, experiment }: BroadcastPlan, now: Instant): Promise<string | null> {
  if (experiment === null) return null;
  const { goal } = trialPlan({ name, experiment });
  return trialTrouble(experiment, await countDoers(tx, eventSqlContext(workspace, now), goal, now - baselineSince));
}

const within = <T>(deps: Deps, workspace: Workspace, work: (tx: Transaction, now: Instant) => Promise<T>): Promise<T> =>
  deps.db.transaction({ workspaces: [workspace.id] }, (tx) => work(tx, workspaceNow(workspace, deps.now())));

async function standing(tx: Transaction, workspace: Workspace, id: string): Promise<StoredBroadcast> {
  const found = await store.findBroadcast(tx, workspace.id, id);
  if (!found) throw new Problem('broadcast-unknown', { id });
  return found;
}

export const listBroadcasts = (
  deps: Deps,
  workspace: Workspace,
  filter: { state?: BroadcastState | undefined; cursor?: string | undefined; limit: number },
): Promise<{ items: BroadcastRow[]; next: string | null }> =>
  within(deps, workspace, async (tx) => {
    const { items, next } = await store.listBroadcasts(tx, workspace.id, filter);
    return { items: items.map(toRow), next };
  });

export const readBroadcast = (deps: Deps, workspace: Workspace, id: string): Promise<BroadcastDetail> =>
  within(deps, workspace, async (tx, now) => toDetail(tx, workspace, await standing(tx, workspace, id), now));

export async function countAudience(
  deps: Deps,
  workspace: Workspace,
  of: { segments: readonly string[]; without: readonly string[] },
): Promise<{ people: number; before: number; taken: number }> {
  const { before, people } = await within(deps, workspace, (tx) => store.countAudience(tx, workspace.id, of));
  return { people, before, taken: before - people };
}

export async function createBroadcast(deps: Deps, workspace: Workspace, actor: string, plan: BroadcastPlan): Promise<BroadcastDetail> {
  const id = deps.newId(deps.now());
  const detail = await within(deps, workspace, async (tx, at) => {
    await store.insertBroadcast(tx, { id, workspace: workspace.id, plan, by: actor, at });
    await note(tx, workspace, actor, `created the broadcast “${plan.name}”`, id, at);
    return toDetail(tx, workspace, await standing(tx, workspace, id), at);
  });
  deps.bus.changed(workspace.id, ['broadcasts']);
  return detail;
}

const note = (
  tx: Transaction,
  workspace: Workspace,
  actor: string,
  what: string,
  id: string,
  now: Instant,
  details: object = {},
): Promise<void> => recordAudit(tx, { workspace: workspace.id, actor, what, details: { broadcast: id, ...details } }, now);

/** Changes a broadcast under its lock, where it is in one of these states. */
async function change<T>(
  deps: Deps,
  workspace: Workspace,
  id: string,
  states: readonly BroadcastState[],
  work: (tx: Transaction, broadcast: StoredBroadcast, now: Instant) => Promise<T>,
): Promise<T> {
  const done = await within(deps, workspace, async (tx, now) => {
    const broadcast = await store.lockBroadcast(tx, workspace.id, id);
    if (!broadcast) throw new Problem('broadcast-unknown', { id });
    if (!states.includes(broadcast.state)) throw new Problem('broadcast-state', { id, state: broadcast.state, needs: states });
    return work(tx, broadcast, now);
  });
  deps.bus.changed(workspace.id, ['broadcasts', 'messages']);
  deps.bus.pokeWork();
  return done;
}

async function save(
  tx: Transaction,
  workspace: Workspace,
  actor: string,
  broadcast: StoredBroadcast,
  now: Instant,
): Promise<BroadcastDetail> {
  const changed = { ...broadcast, updatedAt: now, updatedBy: actor };
  await store.updateBroadcast(tx, changed);
  return toDetail(tx, workspace, changed, now);
}

export const editBroadcast = (deps: Deps, workspace: Workspace, actor: string, id: string, plan: BroadcastPlan): Promise<BroadcastDetail> =>
  change(deps, workspace, id, ['draft'], (tx, broadcast, now) => save(tx, workspace, actor, { ...broadcast, plan }, now));

export const removeBroadcast = (deps: Deps, workspace: Workspace, actor: string, id: string): Promise<{ id: string }> =>
  change(deps, workspace, id, ['draft'], async (tx, broadcast, now) => {
    await store.deleteBroadcast(tx, id);
    await note(tx, workspace, actor, `removed the draft of the broadcast “${broadcast.plan.name}”`, id, now);
    return { id };
  });

/** Begins at once, or is scheduled for the first instant at which it is somebody's turn. What is sent is fixed here. */
export const startBroadcast = (deps: Deps, workspace: Workspace, actor: string, id: string): Promise<BroadcastDetail> =>
  change(deps, workspace, id, ['draft'], async (tx, broadcast, now) => {
    const { plan } = broadcast;
    const { content, lacks } = contentOf(plan, await deps.rulebooks.current(tx, workspace.id));
    if (content === null) throw new Problem('broadcast-incomplete', lacks);
    const locked = await lockOf(tx, workspace, plan, now);
    if (locked !== null) throw new Problem('broadcast-incomplete', [{ path: 'experiment', message: locked }]);
    const { zone } = workspace.settings;
    const zones = plan.when.at === 'local' ? await store.zonesOf(tx, workspace.id, plan, null) : [];
    const startsAt = Math.min(...[null, ...zones].map((each) => turnOf(plan.when, each, zone, now)));
    const isDue = startsAt <= now;
    await note(
      tx,
      workspace,
      actor,
      isDue ? `sent the broadcast “${plan.name}”` : `scheduled the broadcast “${plan.name}” for ${sayInstant(startsAt, zone)} (${zone})`,
      id,
      now,
      { plan },
    );
    return save(
      tx,
      workspace,
      actor,
      {
        ...broadcast,
        content,
        startsAt,
        pace: freshPace,
        ahead: madeAhead(plan.perMinute),
        state: isDue ? 'freezing' : 'scheduled',
        settled: false,
        reason: null,
        experiment: plan.experiment ? { decideAt: null, taken: null } : null,
      },
      now,
    );
  });

export const unscheduleBroadcast = (deps: Deps, workspace: Workspace, actor: string, id: string): Promise<BroadcastDetail> =>
  change(deps, workspace, id, ['scheduled'], async (tx, broadcast, now) => {
    await note(tx, workspace, actor, `made the scheduled broadcast “${broadcast.plan.name}” a draft again`, id, now);
    return save(
      tx,
      workspace,
      actor,
      { ...broadcast, state: 'draft', startsAt: null, content: null, settled: true, experiment: null },
      now,
    );
  });

/** Says what the rest gets, before or after it would be decided by itself. */
export const decideBroadcast = (
  deps: Deps,
  workspace: Workspace,
  actor: string,
  id: string,
  { arm, reason }: { arm: string; reason: string },
): Promise<BroadcastDetail> =>
  change(deps, workspace, id, ['running', 'paused'], async (tx, broadcast, now) => {
    const { plan, experiment, frozenLanes } = broadcast;
    const arms = [controlArm, ...(plan.experiment?.arms.map(({ key }) => key) ?? [])];
    if (!experiment || experiment.taken || frozenLanes < allLanes || !arms.includes(arm))
      throw new Problem('experiment-state', {
        id,
        because: !experiment ? 'it tries nothing out' : experiment.taken ? 'it is decided' : `it has no arm "${arm}"`,
      });
    return save(tx, workspace, actor, await takeForRest(tx, workspace, broadcast, { arm, by: actor, says: reason }, now), now);
  });

/** Holds it. What was claimed and has not begun to leave is taken back, so that nothing is handed over after this has been answered but what had begun. */
export const pauseBroadcast = (deps: Deps, workspace: Workspace, actor: string, id: string, reason: string): Promise<BroadcastDetail> =>
  change(deps, workspace, id, ['freezing', 'running'], async (tx, broadcast, now) => {
    await store.takeBack(tx, id, now + pausedFor);
    await note(tx, workspace, actor, `paused the broadcast “${broadcast.plan.name}”${reason && `: ${reason}`}`, id, now);
    return save(tx, workspace, actor, { ...broadcast, state: 'paused', pausedAt: now, reason: reason || null }, now);
  });

export const resumeBroadcast = (deps: Deps, workspace: Workspace, actor: string, id: string): Promise<BroadcastDetail> =>
  change(deps, workspace, id, ['paused'], async (tx, broadcast, now) => {
    await store.releasePaused(tx, id, now, Math.max(0, now - broadcast.pausedAt!));
    await note(tx, workspace, actor, `let the broadcast “${broadcast.plan.name}” go on`, id, now);
    const state = broadcast.frozenLanes < allLanes ? 'freezing' : 'running';
    return save(tx, workspace, actor, { ...broadcast, state, pausedAt: null, reason: null }, now);
  });

/** Ends it for whoever has not had it. Each of them gets a message that was not sent, with this as the reason: those who have none yet in the next seconds. */
export const cancelBroadcast = (
  deps: Deps,
  workspace: Workspace,
  actor: string,
  id: string,
  reason: string,
): Promise<{ broadcast: BroadcastDetail; had: number; without: number }> =>
  change(deps, workspace, id, ['scheduled', 'freezing', 'running', 'paused'], async (tx, broadcast, now) => {
    const isBegun = broadcast.state !== 'scheduled';
    const skipped = isBegun ? await store.skipOpen(tx, id, { by: actor, decidedAt: now }) : 0;
    const detail = await save(
      tx,
      workspace,
      actor,
      { ...broadcast, state: 'cancelled', endedAt: now, pausedAt: null, settled: !isBegun, reason: reason || null },
      now,
    );
    const { sent, bounced, uncertain, sending, waiting } = detail.figures;
    const outcome = { had: sent + bounced + uncertain + sending, without: isBegun ? skipped + waiting : 0 };
    await note(tx, workspace, actor, `cancelled the broadcast “${broadcast.plan.name}”${reason && `: ${reason}`}`, id, now, outcome);
    return { broadcast: detail, ...outcome };
  });

/** The people of a broadcast by what became of it for them. */
export const peopleOfBroadcast = (
  deps: Deps,
  workspace: Workspace,
  id: string,
  query: { outcome: BroadcastPerson['outcome']; reason?: MessageReason | undefined; cursor?: string | undefined; limit: number },
): Promise<{ items: BroadcastPerson[]; next: string | null }> =>
  within(deps, workspace, async (tx) => {
    await standing(tx, workspace, id);
    const { outcome, reason, cursor, limit } = query;
    const book = await deps.rulebooks.current(tx, workspace.id);
    if (outcome === 'waiting' || outcome === 'joined') {
      const { items, next } = await store.listFrozen(tx, id, { state: outcome, cursor, limit });
      const names = await namesOf(
        tx,
        items.map(({ person }) => person),
      );
      return {
        items: items.map(({ person, dueAt }) => {
          const { zone, ...known } = names.get(person) ?? { id: person, email: null, name: null, zone: null };
          const own = zone ?? workspace.settings.zone;
          return {
            person: known,
            outcome,
            sentence:
              outcome === 'waiting'
                ? `Their turn comes, at ${sayInstant(dueAt, own)} (${own}) at the earliest.`
                : 'They became one with somebody else of the audience, who gets it once.',
            dueAt: toIso(dueAt),
            message: null,
          };
        }),
        next,
      };
    }
    const { items, next } = await listMessages(tx, workspace.id, { broadcast: id, status: outcome, reason, cursor, limit });
    const names = await namesOf(
      tx,
      items.map(({ person }) => person),
    );
    return {
      items: items.map((message) => {
        const { zone, ...known } = names.get(message.person) ?? { id: message.person, email: null, name: null, zone: null };
        return {
          person: known,
          outcome,
          sentence: sayMessage(message, zone ?? workspace.settings.zone, book),
          dueAt: toIso(message.dueAt),
          message: message.id,
        };
      }),
      next,
    };
  });
