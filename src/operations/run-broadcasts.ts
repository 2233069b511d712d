import { controlArm } from '#contract/broadcast.ts';
import { day, type Instant, minute, ms, second, toIso } from '#contract/instant.ts';
import { armOf, trialOf, trialPlan } from '#engine/broadcast/trial.ts';
import { turnOf } from '#engine/broadcast/turn-of.ts';
import { stableId } from '#engine/stable-id.ts';
import { recordAudit } from '#store/audit.ts';
import {
  armsWait,
  assignArms,
  countAhead,
  countFigures,
  freeze,
  frozenIn,
  isReached,
  isUnderWay,
  lockBroadcast,
  lockToSend,
  nextWaiting,
  openBroadcasts,
  saveFigures,
  staleFigures,
  type StoredBroadcast,
  tickOff,
  tickOffAs,
  updateBroadcast,
  zonesOf,
} from '#store/broadcasts.ts';
import type { Transaction } from '#store/database.ts';
import { appendExposures, findExperiment, keepExperiment, takeArm } from '#store/experiments.ts';
import { allLanes, laneOf } from '#store/identities.ts';
import { lockLanes, lockLanesInOrder } from '#store/inbox.ts';
import { insertMessages, type NewMessage } from '#store/messages.ts';
import { loadPeople, type StoredPerson } from '#store/people.ts';
import { loadWorkspaces, type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { resultOf } from './experiments.ts';

/**
 * Broadcasts on their way. Each step is a transaction: the audience is written down a group of lanes after another, and whoever is in it is ticked off in the transaction
 * that asks for their message. So a process may die at any point, any number of them may work, and nobody is asked for twice.
 */

const lanesAtOnce = 32;
const peopleAtOnce = 1_000;

/** Every broadcast of every workspace whose clock runs. Answers whether there may be more to do right away. */
export async function broadcastRound(deps: Deps): Promise<boolean> {
  const workspaces = (await deps.workspaces.all()).filter(({ clock }) => clock === null || clock.running);
  const ids = workspaces.map(({ id }) => id);
  const more = await runBroadcasts(deps, ids);
  await countStale(deps, ids);
  return more;
}

export async function runBroadcasts(deps: Deps, ids: readonly number[]): Promise<boolean> {
  // What time it is by a clock that is being turned, only the database says.
  const { open, workspaces } = await deps.db.transaction({ workspaces: ids }, async (tx) => {
    const open = await openBroadcasts(tx, ids);
    return { open, workspaces: open.length === 0 ? [] : await loadWorkspaces(tx, ids) };
  });
  let moved = false;
  for (const broadcast of open) {
    const workspace = workspaces.find(({ id }) => id === broadcast.workspace)!;
    if (!(await step(deps, workspace, broadcast))) continue;
    moved = true;
    deps.bus.changed(workspace.id, ['broadcasts']);
  }
  return moved;
}

async function step(deps: Deps, workspace: Workspace, broadcast: StoredBroadcast): Promise<boolean> {
  const now = workspaceNow(workspace, deps.now());
  if (broadcast.state === 'scheduled') return broadcast.startsAt! <= now && begin(deps, workspace, broadcast.id, now);
  if (['freezing', 'paused'].includes(broadcast.state))
    return broadcast.frozenLanes < allLanes && freezeNext(deps, workspace, broadcast.id, now);
  return (
    (await makeMessages(deps, workspace, broadcast, now)) ||
    (await decide(deps, workspace, broadcast, now)) ||
    end(deps, workspace, broadcast.id, now)
  );
}

/** Does something about a broadcast whose row is locked; null from `work` leaves it as it is. */
const changing = (
  deps: Deps,
  workspace: Workspace,
  id: string,
  work: (tx: Transaction, broadcast: StoredBroadcast) => Promise<StoredBroadcast | null>,
): Promise<boolean> =>
  deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const broadcast = await lockBroadcast(tx, workspace.id, id);
    const changed = broadcast && (await work(tx, broadcast));
    if (!changed) return false;
    await updateBroadcast(tx, changed);
    return true;
  });

const begin = (deps: Deps, workspace: Workspace, id: string, now: Instant): Promise<boolean> =>
  changing(deps, workspace, id, async (_, broadcast) =>
    broadcast.state === 'scheduled' && broadcast.startsAt! <= now ? { ...broadcast, state: 'freezing' } : null,
  );

/** Writes down who of the next lanes is in the audience, and when it is their turn. */
async function freezeNext(deps: Deps, workspace: Workspace, id: string, now: Instant): Promise<boolean> {
  const moved = await changing(deps, workspace, id, async (tx, broadcast) => {
    const { plan, state, startsAt, frozenLanes } = broadcast;
    if (!['freezing', 'paused'].includes(state) || frozenLanes >= allLanes) return null;
    const lanes = Array.from({ length: lanesAtOnce }, (_, index) => frozenLanes + index);
    const zones = plan.when.at === 'local' ? await zonesOf(tx, workspace.id, plan, lanes) : [];
    const turn = (zone: string | null): Instant => turnOf(plan.when, zone, workspace.settings.zone, startsAt!);
    const people = await freeze(tx, {
      id,
      workspace: workspace.id,
      of: plan,
      lanes,
      since: startsAt!,
      turns: zones.map((zone) => ({ zone, at: turn(zone) })),
      otherwise: turn(null),
    });
    if (plan.experiment) {
      const { experiment } = plan;
      const takePart = (await frozenIn(tx, id, lanes)).flatMap((person) => {
        const arm = armOf(id, experiment, person);
        return arm === null ? [] : [{ person, arm }];
      });
      await assignArms(tx, id, takePart);
      await keepExperiment(tx, {
        workspace: workspace.id,
        id: trialOf(id),
        place: { in: 'broadcast', id },
        plan: trialPlan({ name: plan.name, experiment }),
        beganAt: startsAt!,
      });
    }
    deps.failpoint('broadcast.freezing');
    const isDone = frozenLanes + lanesAtOnce >= allLanes;
    const after: StoredBroadcast = { ...broadcast, frozenLanes: frozenLanes + lanesAtOnce, audience: broadcast.audience + people };
    if (!isDone) return after;
    await recordAudit(
      tx,
      {
        workspace: workspace.id,
        actor: 'the broadcast',
        what: `froze the audience of the broadcast “${plan.name}”`,
        details: { broadcast: id, people: after.audience },
      },
      now,
    );
    return { ...after, frozenAt: now, state: state === 'freezing' ? 'running' : state };
  });
  deps.failpoint('broadcast.frozen');
  return moved;
}

/** Asks for the messages of the next people: of one that runs as many as it has room for, of one that was cancelled all, to be skipped. */
async function makeMessages(
  deps: Deps,
  workspace: Workspace,
  { id, state, ahead, experiment }: StoredBroadcast,
  now: Instant,
): Promise<boolean> {
  const isOver = state === 'cancelled';
  const waiting = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const room = isOver ? peopleAtOnce : ahead - (await countAhead(tx, id, ahead));
    return room <= 0 ? [] : nextWaiting(tx, id, isOver ? null : now, Math.min(room, peopleAtOnce), !isOver && isOpenTrial(experiment));
  });
  if (waiting.length === 0) return false;
  const own = waiting.filter(({ mergedInto }) => mergedInto === null).map(({ person }) => person);
  const arms = new Map(waiting.map(({ person, arm }) => [person, arm]));
  let made = 0;
  if (own.length > 0)
    made += await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
      // Nobody is merged while their lane is locked.
      const lanes = new Set(await lockLanes(tx, [...new Set(own.map(laneOf))]));
      const messageTo = await maker(deps, tx, workspace, id);
      if (messageTo === null) return 0;
      const people = await tickOff(
        tx,
        id,
        own.filter((person) => lanes.has(laneOf(person))),
      );
      const messages = people.map((person) => messageTo(person, person, arms.get(person) ?? null));
      await insertMessages(tx, messages);
      await expose(tx, workspace, id, messages, arms);
      deps.failpoint('broadcast.making');
      return people.length;
    });
  deps.failpoint('broadcast.made');
  for (const { person, arm } of waiting.filter(({ mergedInto }) => mergedInto !== null))
    if (await makeForMerged(deps, workspace, id, person, arm)) made++;
  if (made > 0) deps.bus.pokeWork();
  return made > 0;
}

/** Makes messages of a broadcast, whose row it locks against a pause and an end; null when it neither runs nor was cancelled. */
async function maker(
  deps: Deps,
  tx: Transaction,
  workspace: Workspace,
  id: string,
): Promise<((person: string, frozenAs: string, arm: string | null) => NewMessage) | null> {
  const [broadcast] = await lockToSend(tx, [id]);
  if (!broadcast || !['running', 'cancelled'].includes(broadcast.state)) return null;
  const { plan, content, updatedBy, experiment } = broadcast;
  // Somebody else has decided, or paused and gone on, since these people were chosen: what holds is the row that is locked now.
  const rest = experiment?.taken?.arm ?? controlArm;
  const contentFor = (arm: string) =>
    content!.arms?.find(({ key }) => key === arm) ?? { template: plan.template!, templateVersion: content!.templateVersion };
  const [current] = await loadWorkspaces(tx, [workspace.id]);
  const real = deps.now();
  const now = workspaceNow(current!, real);
  return (person, frozenAs, arm) => ({
    id: stableId('broadcast', id, frozenAs),
    person,
    workspace: workspace.id,
    clock: workspace.clock?.clock ?? 0,
    journey: null,
    version: null,
    run: null,
    step: null,
    broadcast: id,
    channel: content!.channel,
    template: contentFor(arm ?? rest).template,
    templateVersion: contentFor(arm ?? rest).templateVersion,
    topic: plan.topic!,
    purpose: content!.purpose,
    details: { broadcast: plan.name, ifHeld: plan.ifHeld, ...(broadcast.state === 'cancelled' ? { by: updatedBy, decidedAt: now } : {}) },
    revision: current!.revision,
    evidence: null,
    createdAt: now,
    dueAt: now,
    expiresAt: now + ms(plan.expiresAfter),
    storedAt: real,
    ...(broadcast.state === 'cancelled' ? { status: 'skipped', reason: 'broadcast-cancelled' } : {}),
  });
}

/**
 * Somebody of the audience has become somebody else since. Whoever remains gets it once for both: by their own place in the audience where they have one, by this one
 * otherwise.
 */
function makeForMerged(deps: Deps, workspace: Workspace, id: string, person: string, arm: string | null): Promise<boolean> {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const remains = await whoRemains(tx, person);
    await lockLanesInOrder(tx, [laneOf(person), ...(remains ? [laneOf(remains.id)] : [])]);
    // They may have been divided, or joined with yet another one, before the lanes were locked: then it is looked at anew.
    if ((await whoRemains(tx, person))?.id !== remains?.id || remains?.id === person) return false;
    const messageTo = await maker(deps, tx, workspace, id);
    if (messageTo === null) return false;
    const isNew = remains !== null && remains.erasedAt === null && !(await isReached(tx, id, remains.id));
    if (!(await tickOffAs(tx, id, person, isNew ? 'asked' : 'joined'))) return false;
    if (isNew) {
      const message = messageTo(remains.id, person, arm);
      await insertMessages(tx, [message]);
      await expose(tx, workspace, id, [message], new Map([[remains.id, arm]]));
    }
    return true;
  });
}

const isOpenTrial = (experiment: StoredBroadcast['experiment']): boolean => experiment !== null && experiment.taken === null;

/** Keeps who came to which arm of the experiment: whoever takes part with the arm that they are in. One that is cancelled tries nothing any more. */
async function expose(
  tx: Transaction,
  workspace: Workspace,
  id: string,
  messages: readonly NewMessage[],
  arms: ReadonlyMap<string, string | null>,
): Promise<void> {
  await appendExposures(
    tx,
    messages.flatMap((message) => {
      const arm = arms.get(message.person) ?? null;
      if (arm === null || message.status === 'skipped') return [];
      const { person, createdAt: at } = message;
      return [{ person, workspace: workspace.id, experiment: trialOf(id), arm, at, evidence: message.id, counts: true }];
    }),
  );
}

/** When everybody who takes part was asked for, the time begins; when it is over, the rest gets what did more, or what was planned. */
async function decide(deps: Deps, workspace: Workspace, { id, state, experiment }: StoredBroadcast, now: Instant): Promise<boolean> {
  if (state !== 'running' || !isOpenTrial(experiment)) return false;
  return changing(deps, workspace, id, async (tx, broadcast) => {
    const { plan } = broadcast;
    if (broadcast.state !== 'running' || !isOpenTrial(broadcast.experiment) || !plan.experiment) return null;
    if (broadcast.experiment!.decideAt === null) {
      if (await armsWait(tx, id)) return null;
      return { ...broadcast, experiment: { decideAt: toIso(now + ms(plan.experiment.wait)), taken: null } };
    }
    if (plan.experiment.decides === 'by-hand' || Date.parse(broadcast.experiment!.decideAt) > now) return null;
    const { winner, says } = await resultOf(tx, workspace, (await findExperiment(tx, workspace.id, trialOf(id)))!, now);
    return takeForRest(tx, workspace, broadcast, { arm: winner ?? controlArm, by: 'the experiment', says }, now);
  });
}

/** The broadcast with what its rest gets. */
export async function takeForRest(
  tx: Transaction,
  workspace: Workspace,
  broadcast: StoredBroadcast,
  { arm, by, says }: { arm: string; by: string; says: string },
  now: Instant,
): Promise<StoredBroadcast> {
  const { id, plan } = broadcast;
  await takeArm(tx, workspace.id, trialOf(id), { arm, at: now, by, reason: says });
  const label = plan.experiment?.arms.find(({ key }) => key === arm)?.label ?? 'what was planned';
  await recordAudit(
    tx,
    {
      workspace: workspace.id,
      actor: by,
      what: `gave the rest of the broadcast “${plan.name}” ${arm === controlArm ? 'what was planned' : `“${label}”`}${says && `: ${says}`}`,
      details: { broadcast: id, arm, says },
    },
    now,
  );
  return {
    ...broadcast,
    experiment: { decideAt: broadcast.experiment?.decideAt ?? null, taken: { arm, at: toIso(now), by, says } },
  };
}

async function whoRemains(tx: Transaction, person: string): Promise<StoredPerson | null> {
  let [now] = await loadPeople(tx, [person]);
  for (let hops = 0; now && now.mergedInto !== null && hops < 1_000; hops++) [now] = await loadPeople(tx, [now.mergedInto]);
  return now ?? null;
}

/** Ends a broadcast of which nobody waits and nothing may go out any more. */
async function end(deps: Deps, workspace: Workspace, id: string, now: Instant): Promise<boolean> {
  const isOpen = await deps.db.transaction({ workspaces: [workspace.id] }, (tx) => isUnderWay(tx, id));
  if (isOpen) return false;
  return changing(deps, workspace, id, async (tx, broadcast) => {
    if (broadcast.state === 'cancelled' ? broadcast.settled : broadcast.state !== 'running') return null;
    if (await isUnderWay(tx, id)) return null;
    const { figures } = await countFigures(tx, id);
    await saveFigures(tx, id, figures, deps.now());
    if (broadcast.state === 'cancelled') return { ...broadcast, settled: true };
    await recordAudit(
      tx,
      {
        workspace: workspace.id,
        actor: 'the broadcast',
        what: `finished the broadcast “${broadcast.plan.name}”`,
        details: { broadcast: id, ...figures },
      },
      now,
    );
    return { ...broadcast, state: 'finished', endedAt: now };
  });
}

/** The list shows figures that were counted lately: seconds ago while it runs, minutes ago afterwards, when opens and clicks come in still. */
async function countStale(deps: Deps, ids: readonly number[]): Promise<void> {
  const now = deps.now();
  const before = { active: now - 3 * second, ended: now - 10 * minute, endedSince: now - 30 * day };
  const stale = await deps.db.transaction({ workspaces: ids }, (tx) => staleFigures(tx, ids, before));
  for (const { id, workspace } of stale) {
    await deps.db.transaction({ workspaces: [workspace] }, async (tx) => saveFigures(tx, id, (await countFigures(tx, id)).figures, now));
    deps.bus.changed(workspace, ['broadcasts']);
  }
}
