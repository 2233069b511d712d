import { hour, type Instant, ms, toIso } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import { RampPlan } from '#contract/ramp.ts';
import type { RampView } from '#contract/routes/journeys.ts';
import { brokenGuardrail, nextOfRamp } from '#engine/journey/ramp.ts';
import { recordAudit } from '#store/audit.ts';
import type { Transaction } from '#store/database.ts';
import { lockRevision, setRevision } from '#store/definitions.ts';
import { countRamp, insertRamp, latestRamp, openRamps, type RampCounts, type StoredRamp, updateRamp } from '#store/ramps.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { standingDefinition } from './standing-definition.ts';

/**
 * A new version of a journey is brought to a growing share of those who enter. Each change of the share is a revision of the rulebook, so that everybody is decided by
 * one share or the other, never by half of both.
 */

/** How often the guardrails of a ramp are looked at [ms]. */
export const rampsLookedAt = 5_000;

/** Called in the transaction that publishes versions: whatever ramp was open for their journeys is over, and a new one may begin. */
export async function keepRamps(
  tx: Transaction,
  workspace: Workspace,
  published: readonly { key: string; version: number; previous: number | null }[],
  plan: RampPlan | null,
  by: string,
  now: { workspace: Instant; real: Instant },
): Promise<void> {
  const open = await openRamps(tx, [workspace.id]);
  for (const { key, version, previous } of published) {
    const before = open.find((each) => each.journey === key);
    if (before) await updateRamp(tx, { ...before, state: 'ended', reason: `Version ${version} took its place.`, since: now.workspace });
    if (plan === null || plan.shares[0] === 100) continue;
    await insertRamp(tx, {
      workspace: workspace.id,
      journey: key,
      version,
      // Whoever is not among the first goes on by the version that held for everybody; where there was none, nobody else enters, as before.
      previous: before ? before.previous : previous,
      plan,
      place: 0,
      state: 'rising',
      reason: null,
      startedAt: now.workspace,
      since: now.workspace,
      nextAt: now.workspace + ms(plan.every),
      storedAt: now.real,
      by,
    });
  }
}

/** Ends the ramp of a journey that is not in force any more. */
export async function endRamp(tx: Transaction, workspace: Workspace, key: string, reason: string, now: Instant): Promise<void> {
  for (const ramp of await openRamps(tx, [workspace.id]))
    if (ramp.journey === key) await updateRamp(tx, { ...ramp, state: 'ended', reason, since: now });
}

/** Looks at every ramp that rises, in every workspace whose clock runs. Answers whether there may be more right away. */
export async function rampRound(deps: Deps): Promise<boolean> {
  const workspaces = await deps.workspaces.all();
  const ids = workspaces.filter(({ clock }) => clock === null || clock.running).map((each) => each.id);
  const rising = await deps.db.transaction({ workspaces: ids }, async (tx) =>
    (await openRamps(tx, ids)).filter((ramp) => ramp.state === 'rising').map((ramp) => ramp.workspace),
  );
  let moved = false;
  for (const id of new Set(rising)) moved = (await rampsOf(deps, await deps.workspaces.byId(id))) || moved;
  return moved;
}

/** A ramp that rises goes on when its time has come, and is held as soon as a guardrail breaks. */
export async function rampsOf(deps: Deps, workspace: Workspace): Promise<boolean> {
  const now = workspaceNow(workspace, deps.now());
  // Counting takes a while among many messages: the revision is locked only for those that something is done about.
  const due = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const found: StoredRamp[] = [];
    for (const ramp of await openRamps(tx, [workspace.id]))
      if (ramp.state === 'rising' && (ramp.nextAt <= now || nextOfRamp(ramp, await countRamp(tx, ramp), now).does !== 'stays'))
        found.push(ramp);
    return found;
  });
  let moved = false;
  for (const { journey } of due)
    moved =
      (await changeRamp(deps, workspace, journey, 'the ramp', async (tx, ramp, now) => {
        if (ramp.state !== 'rising') return null;
        const next = nextOfRamp(ramp, await countRamp(tx, ramp), now);
        if (next.does === 'holds') return { ...ramp, state: 'held', reason: next.because, since: now };
        if (next.does === 'rises') return risen(ramp, now, next.because);
        if (ramp.nextAt <= now) await updateRamp(tx, { ...ramp, reason: next.because, nextAt: now + Math.min(hour, ms(ramp.plan.every)) });
        return null;
      })) || moved;
  return moved;
}

/** What a colleague does with a ramp: let it go on to the next share, hold it, or bring the version to everybody. */
export async function steerRamp(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  key: string,
  wanted: 'go-on' | 'hold' | 'finish',
  reason: string,
): Promise<RampView> {
  const changed = await changeRamp(deps, workspace, key, actor, async (tx, ramp, now) => {
    const because = reason === '' ? `${actor} decided so.` : `${actor}: ${reason}`;
    if (wanted === 'hold') return { ...ramp, state: 'held', reason: because, since: now };
    if (wanted === 'finish') return { ...ramp, place: ramp.plan.shares.length - 1, state: 'done', reason: because, since: now };
    if (ramp.state === 'rising') return risen(ramp, now, because);
    // One that is held goes on where it was held; messages that broke a guardrail would hold it again at once, so they count no more.
    const isBroken = brokenGuardrail(ramp.plan, await countRamp(tx, ramp)) !== null;
    return {
      ...ramp,
      state: 'rising',
      reason: because,
      since: now,
      nextAt: now + ms(ramp.plan.every),
      storedAt: isBroken ? deps.now() : ramp.storedAt,
    };
  });
  if (!changed) throw new Problem('ramp-none', { key });
  return (await readRamp(deps, workspace, key))!;
}

function risen(ramp: StoredRamp, now: Instant, reason: string): StoredRamp {
  const place = ramp.place + 1;
  const isDone = (ramp.plan.shares[place] ?? 100) === 100;
  return {
    ...ramp,
    place: Math.min(place, ramp.plan.shares.length - 1),
    state: isDone ? 'done' : 'rising',
    reason,
    since: now,
    nextAt: now + ms(ramp.plan.every),
  };
}

async function changeRamp(
  deps: Deps,
  workspace: Workspace,
  key: string,
  actor: string,
  change: (tx: Transaction, ramp: StoredRamp, now: Instant) => Promise<StoredRamp | null>,
): Promise<boolean> {
  const now = workspaceNow(workspace, deps.now());
  const changed = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const revision = await lockRevision(tx, workspace.id);
    const ramp = (await openRamps(tx, [workspace.id])).find((each) => each.journey === key);
    const after = ramp && (await change(tx, ramp, now));
    if (!after) return false;
    await updateRamp(tx, after);
    await setRevision(tx, workspace.id, revision + 1);
    await recordAudit(
      tx,
      {
        workspace: workspace.id,
        actor,
        what: sayChange(after),
        details: { kind: 'journey', key, version: after.version, revision: revision + 1 },
      },
      now,
    );
    return true;
  });
  if (!changed) return false;
  await deps.workspaces.refresh();
  deps.bus.changed(workspace.id, ['definitions']);
  deps.bus.pokeWork();
  return true;
}

function sayChange({ journey, version, plan, place, state, reason }: StoredRamp): string {
  const what = `version ${version} of the journey “${journey}”`;
  if (state === 'held') return `held ${what} back: ${reason}`;
  if (state === 'done') return `brought ${what} to everybody: ${reason}`;
  return `brought ${what} to ${plan.shares[place]} % of those who enter: ${reason}`;
}

/** The ramp of a journey, open or the last one, with what came of it so far. Null when there never was one; refuses a journey that is not there. */
export async function readRamp(deps: Deps, workspace: Workspace, key: string): Promise<RampView | null> {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    await standingDefinition(tx, workspace, 'journey', key);
    const ramp = await latestRamp(tx, workspace.id, key);
    return ramp && toView(ramp, await countRamp(tx, ramp));
  });
}

function toView(ramp: StoredRamp, counts: RampCounts): RampView {
  const { version, previous, plan, place, state, reason } = ramp;
  return {
    version,
    previous,
    plan,
    state,
    share: state === 'held' ? 0 : plan.shares[place]!,
    place,
    reason,
    startedAt: toIso(ramp.startedAt),
    startedBy: ramp.by,
    since: toIso(ramp.since),
    nextAt: state === 'rising' ? toIso(ramp.nextAt) : null,
    counts,
  };
}
