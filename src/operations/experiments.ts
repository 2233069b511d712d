import type { ExperimentResult, ExperimentView } from '#contract/experiment.ts';
import { keptShare } from '#contract/experiment.ts';
import { type Instant, minute, toIso } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import { checkShape } from '#engine/check.ts';
import { experimentsOf, planOf } from '#engine/experiment/experiments-of.ts';
import { judge } from '#engine/experiment/judge.ts';
import { wholeError } from '#engine/experiment/people-needed.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import { recordAudit } from '#store/audit.ts';
import { findBroadcast } from '#store/broadcasts.ts';
import type { Transaction } from '#store/database.ts';
import { lockRevision, setRevision, type StoredVersion } from '#store/definitions.ts';
import * as store from '#store/experiments.ts';
import type { StoredExperiment } from '#store/experiments.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { eventSqlContext } from './rule-sql-context.ts';

/**
 * Experiments: what each asks is kept when its journey is published, who came to which arm when they come, and what it has shown is counted when somebody looks. An experiment in a journey
 * is in force → an arm is taken for new people, by a colleague or by itself → over, when the journey does without it.
 */

/** How often it is looked at whether an experiment that decides by itself has a winner [ms]. */
export const experimentsLookedAt = minute;

/** Called in the transaction that publishes versions: what their experiments ask is kept from then on. */
export async function keepExperiments(
  tx: Transaction,
  workspace: Workspace,
  versions: readonly StoredVersion[],
  now: Instant,
): Promise<void> {
  for (const { kind, key, body } of versions) {
    if (kind !== 'journey') continue;
    const shape = checkShape('journey', key, body);
    if (!shape.ok || shape.document.kind !== 'journey') continue;
    for (const { id, step, goal } of experimentsOf(key, shape.document.body))
      if (goal)
        await store.keepExperiment(tx, {
          workspace: workspace.id,
          id,
          place: { in: 'journey', key, step: step.key },
          plan: planOf({ id, step, goal }),
          beganAt: now,
        });
  }
}

/** Whether people are divided by it now: the version in force, or the one that others enter by while a new one is brought in, has it. */
function isInForce({ id, place }: StoredExperiment, book: Rulebook): boolean {
  if (place.in === 'broadcast') return false;
  const current = book.journeys.get(place.key);
  const previous = book.versions.get(`${place.key}@${book.ramps.get(place.key)?.previous}`);
  return [current, previous].some((journey) => journey?.experiments.get(place.step)?.id === id);
}

/** What was counted of each arm: of those who count, or of those who came when an arm had been taken. */
const countsOf = ({ plan }: StoredExperiment, counted: readonly store.ExposureCount[], counts: boolean) =>
  plan.arms.map(({ key }) => {
    const found = counted.find((each) => each.arm === key && each.counts === counts);
    return { key, people: found?.people ?? 0, conversions: found?.conversions ?? 0 };
  });

/** What an experiment has shown by now. */
export async function resultOf(
  tx: Transaction,
  workspace: Workspace,
  experiment: StoredExperiment,
  now: Instant,
): Promise<ExperimentResult> {
  const { arms } = await store.countExposures(tx, eventSqlContext(workspace, now), experiment);
  return judge(experiment.plan, countsOf(experiment, arms, true));
}

async function viewOf(
  tx: Transaction,
  workspace: Workspace,
  experiment: StoredExperiment,
  book: Rulebook,
  now: Instant,
): Promise<ExperimentView> {
  const { id, place, plan, taken, beganAt } = experiment;
  const counted = await store.countExposures(tx, eventSqlContext(workspace, now), experiment);
  const broadcast = place.in === 'broadcast' ? await findBroadcast(tx, workspace.id, place.id) : null;
  const isOpen = broadcast ? ['freezing', 'running', 'paused'].includes(broadcast.state) : isInForce(experiment, book);
  return {
    id,
    place,
    where: place.in === 'broadcast' ? (broadcast?.plan.name ?? place.id) : (book.journeys.get(place.key)?.body.name ?? place.key),
    plan,
    state: !isOpen ? 'over' : taken ? 'won' : 'running',
    beganAt: toIso(beganAt),
    error: wholeError,
    result: judge(plan, countsOf(experiment, counted.arms, true)),
    leftOut: counted.leftOut,
    taken: taken && {
      ...taken,
      at: toIso(taken.at),
      kept: place.in === 'journey' ? keptShare : 0,
      since: countsOf(experiment, counted.arms, false),
    },
  };
}

const within = <T>(deps: Deps, workspace: Workspace, work: (tx: Transaction, now: Instant) => Promise<T>): Promise<T> =>
  deps.db.transaction({ workspaces: [workspace.id] }, (tx) => work(tx, workspaceNow(workspace, deps.now())));

/** Those in force first, then the newest. */
export const listExperiments = (deps: Deps, workspace: Workspace): Promise<{ items: ExperimentView[]; next: null }> =>
  within(deps, workspace, async (tx, now) => {
    const book = await deps.rulebooks.current(tx, workspace.id);
    const items: ExperimentView[] = [];
    for (const each of await store.listExperiments(tx, workspace.id)) items.push(await viewOf(tx, workspace, each, book, now));
    return { items: items.toSorted((a, b) => Number(a.state === 'over') - Number(b.state === 'over')), next: null };
  });

async function standing(tx: Transaction, workspace: Workspace, id: string): Promise<StoredExperiment> {
  const found = await store.findExperiment(tx, workspace.id, id);
  if (!found) throw new Problem('experiment-unknown', { id });
  return found;
}

export const readExperiment = (deps: Deps, workspace: Workspace, id: string): Promise<ExperimentView> =>
  within(deps, workspace, async (tx, now) =>
    viewOf(tx, workspace, await standing(tx, workspace, id), await deps.rulebooks.current(tx, workspace.id), now),
  );

/** Gives new people one arm, whatever has been shown, or lets them be divided again. Whoever has come to an arm keeps it. */
export async function takeArm(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  id: string,
  { arm, reason }: { arm: string | null; reason: string },
): Promise<ExperimentView> {
  await change(deps, workspace, actor, id, async (experiment, book) => {
    if (experiment.place.in === 'broadcast')
      throw new Problem('experiment-state', { id, because: 'the rest of a broadcast is decided on its own page' });
    if (arm !== null && !experiment.plan.arms.some(({ key }) => key === arm))
      throw new Problem('experiment-state', { id, because: `it has no arm "${arm}"` });
    if (!isInForce(experiment, book)) throw new Problem('experiment-state', { id, because: 'it is not in force any more' });
    return { arm, reason };
  });
  return readExperiment(deps, workspace, id);
}

/** Changes which arm new people are given: a revision, so that everybody is decided by the old or by the new. */
async function change(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  id: string,
  choose: (
    experiment: StoredExperiment,
    book: Rulebook,
    tx: Transaction,
    now: Instant,
  ) => Promise<{ arm: string | null; reason: string } | null>,
): Promise<boolean> {
  const changed = await within(deps, workspace, async (tx, now) => {
    const revision = await lockRevision(tx, workspace.id);
    const experiment = await standing(tx, workspace, id);
    const chosen = await choose(experiment, await deps.rulebooks.current(tx, workspace.id), tx, now);
    if (!chosen) return false;
    const { arm, reason } = chosen;
    await store.takeArm(tx, workspace.id, id, arm === null ? null : { arm, at: now, by: actor, reason });
    await setRevision(tx, workspace.id, revision + 1);
    const label = experiment.plan.arms.find(({ key }) => key === arm)?.label;
    await recordAudit(
      tx,
      {
        workspace: workspace.id,
        actor,
        what:
          arm === null
            ? `let new people be divided again by the experiment “${experiment.plan.name}”`
            : `gave new people “${label}” of the experiment “${experiment.plan.name}”${reason && `: ${reason}`}`,
        details: { experiment: id, arm, reason, revision: revision + 1 },
      },
      now,
    );
    return true;
  });
  if (!changed) return false;
  await deps.workspaces.refresh();
  deps.bus.changed(workspace.id, ['definitions']);
  return true;
}

/** Looks at every experiment that decides by itself, in every workspace whose clock runs. Answers whether something was decided. */
export async function experimentRound(deps: Deps): Promise<boolean> {
  const workspaces = (await deps.workspaces.all()).filter(({ clock }) => clock === null || clock.running);
  let moved = false;
  for (const workspace of workspaces) moved = (await experimentsDecided(deps, workspace)) || moved;
  return moved;
}

export async function experimentsDecided(deps: Deps, workspace: Workspace): Promise<boolean> {
  const open = await within(deps, workspace, async (tx) => {
    const book = await deps.rulebooks.current(tx, workspace.id);
    return (await store.listExperiments(tx, workspace.id)).filter((each) => each.plan.byItself && !each.taken && isInForce(each, book));
  });
  let moved = false;
  for (const { id } of open)
    moved =
      (await change(deps, workspace, 'the experiment', id, async (experiment, _book, tx, now) => {
        if (experiment.taken) return null;
        const { winner, says } = await resultOf(tx, workspace, experiment, now);
        return winner === null ? null : { arm: winner, reason: says };
      })) || moved;
  return moved;
}
