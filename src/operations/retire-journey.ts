import { isoOrNull } from '#contract/instant.ts';
import type { Journey } from '#contract/journey.ts';
import { Problem } from '#contract/problems.ts';
import { whyUnused } from '#engine/journey/care.ts';
import { recordAudit } from '#store/audit.ts';
import { openBackfills } from '#store/backfills.ts';
import type { Transaction } from '#store/database.ts';
import * as store from '#store/definitions.ts';
import { lockLanesInOrder } from '#store/inbox.ts';
import { bringBack, retire } from '#store/retirements.ts';
import { lastUse, pinnedVersions } from '#store/runs.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import { beginBackfill, everyLane } from './backfill.ts';
import type { Deps } from './deps.ts';
import { askedOf } from './house.ts';
import { mistakesOfOne, mistakesWithout, toCandidate } from './plan.ts';
import { endRamp } from './ramps.ts';
import { loadRulebook } from './rulebooks.ts';
import { keepSchedules } from './schedules.ts';
import { standingDefinition } from './standing-definition.ts';

/** A journey's last days: retired, nobody enters any more and whoever is under way goes on; archived, it is out of the lists as well. Nothing that it did is lost. */

export interface Standing {
  key: string;
  retired: boolean;
  archivedAt: string | null;
  revision: number;
}

export const retireJourney = (deps: Deps, workspace: Workspace, actor: string, key: string, reason: string): Promise<Standing> =>
  change(
    deps,
    workspace,
    key,
    async (tx, there, step) => {
      if (there.version === null || there.retired) throw new Problem('journey-retired', { key });
      await takeOutOfForce(tx, workspace, actor, key, reason, step);
      return `retired the journey “${key}”: ${reason}`;
    },
    actor,
  );

export const archiveJourney = (deps: Deps, workspace: Workspace, actor: string, key: string, reason: string): Promise<Standing> =>
  change(
    deps,
    workspace,
    key,
    async (tx, there, step) => {
      // Whoever is being decided comes in before it or not at all; where a change is still on its way, lanes decide by what was in force before.
      if ((await openBackfills(tx, [workspace.id])).length > 0) throw new Problem('backfill-open', {});
      await lockLanesInOrder(tx, everyLane);
      const live = (await pinnedVersions(tx, workspace.id))
        .filter((each) => each.journey === key)
        .reduce((sum, each) => sum + each.live, 0);
      if (live > 0) throw new Problem('journey-used', { people: live });
      if (there.version !== null && !there.retired) await takeOutOfForce(tx, workspace, actor, key, reason, step);
      await store.archive(tx, workspace.id, 'journey', key, { at: step.now, by: actor });
      return `archived the journey “${key}”: ${reason}`;
    },
    actor,
  );

export const restoreJourney = (deps: Deps, workspace: Workspace, actor: string, key: string): Promise<Standing> =>
  change(
    deps,
    workspace,
    key,
    async (tx, there, step) => {
      if (there.archivedAt !== null) {
        await store.archive(tx, workspace.id, 'journey', key, null);
        return `brought the journey “${key}” back from the archive`;
      }
      if (!there.retired) return null;
      const standing = await store.listDefinitions(tx, workspace.id);
      const mistakes = mistakesOfOne(
        toCandidate({ kind: 'journey', key, body: there.published }),
        standing,
        [],
        await askedOf(tx, workspace, step.now),
      );
      if (mistakes.length > 0) throw new Problem('definition-invalid', mistakes);
      await bringBack(tx, workspace.id, 'journey', key, step.revision);
      await store.markRestored(tx, workspace.id, 'journey', key, step.now);
      step.isNewRevision = true;
      return `put the journey “${key}” in force again as version ${there.version}`;
    },
    actor,
  );

/** Retires journeys that ask for it once nobody enters them any more, or nobody meets their goal. One that another refers to stays, until nothing does. */
export async function retireUnused(deps: Deps): Promise<void> {
  for (const workspace of await deps.workspaces.all()) {
    const now = workspaceNow(workspace, deps.now());
    const unused = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
      const found: { key: string; why: string }[] = [];
      for (const there of await store.listDefinitions(tx, workspace.id)) {
        const document = there.kind === 'journey' && !there.retired && there.version !== null ? publishedOf(there) : null;
        if (document === null || (document.retireWithoutEntry === null && document.retireWithoutGoal === null)) continue;
        const inForceSince = Math.max(there.publishedAt!, there.restoredAt ?? 0);
        const why = whyUnused(document, { inForceSince, ...(await lastUse(tx, workspace.id, there.key)) }, now);
        if (why !== null) found.push({ key: there.key, why });
      }
      return found;
    });
    for (const { key, why } of unused)
      await retireJourney(deps, workspace, 'the journey itself', key, why).catch((error: unknown) => {
        if (!(error instanceof Problem)) throw error;
        deps.log.info({ workspace: workspace.id, journey: key, code: error.code }, 'a journey that nobody uses is not retired');
      });
  }
}

function publishedOf({ key, published }: store.StoredDefinition): Journey | null {
  const { document } = toCandidate({ kind: 'journey', key, body: published });
  return document?.kind === 'journey' ? document.body : null;
}

interface Step {
  now: number;
  /** The one that this change would make. */
  revision: number;
  isNewRevision: boolean;
}

async function takeOutOfForce(
  tx: Transaction,
  workspace: Workspace,
  actor: string,
  key: string,
  reason: string,
  step: Step,
): Promise<void> {
  const mistakes = mistakesWithout('journey', key, await store.listDefinitions(tx, workspace.id));
  if (mistakes.length > 0) throw new Problem('journey-needed', mistakes);
  await retire(tx, workspace.id, { kind: 'journey', key, at: step.now, by: actor, reason }, step.revision);
  await endRamp(tx, workspace, key, 'The journey was retired.', step.now);
  step.isNewRevision = true;
}

/** Carries out one change under the lock of the revision; what changes what is in force is a revision of its own. */
async function change(
  deps: Deps,
  workspace: Workspace,
  key: string,
  work: (tx: Transaction, there: store.StoredDefinition, step: Step) => Promise<string | null>,
  actor: string,
): Promise<Standing> {
  const now = workspaceNow(workspace, deps.now());
  const after = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const revision = await store.lockRevision(tx, workspace.id);
    const there = await standingDefinition(tx, workspace, 'journey', key);
    const step: Step = { now, revision: revision + 1, isNewRevision: false };
    const what = await work(tx, there, step);
    if (step.isNewRevision) {
      await store.setRevision(tx, workspace.id, step.revision);
      await beginBackfill(tx, workspace, revision, step.revision, actor, now);
      await keepSchedules(tx, workspace, await loadRulebook(tx, workspace.id, step.revision), now);
    }
    if (what !== null) await recordAudit(tx, { workspace: workspace.id, actor, what, details: { kind: 'journey', key } }, now);
    const then = (await store.findDefinition(tx, workspace.id, 'journey', key))!;
    return { key, retired: then.retired, archivedAt: isoOrNull(then.archivedAt), revision: step.isNewRevision ? step.revision : revision };
  });
  await deps.workspaces.refresh();
  deps.bus.changed(workspace.id, ['definitions']);
  deps.bus.pokeWork();
  return after;
}
