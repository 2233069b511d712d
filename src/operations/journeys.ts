import type { z } from 'zod';
import { isSame } from '#contract/diff.ts';
import { day, isoOrNull, ms, toIso } from '#contract/instant.ts';
import { isObject } from '#contract/json.ts';
import { Problem } from '#contract/problems.ts';
import type { getJourneyCounts, JourneyRow, listOverlaps as overlapsRoute } from '#contract/routes/journeys.ts';
import { folderParts, goalWindowOf, ownerOf, reviewDayOf } from '#engine/journey/care.ts';
import { complexityOf } from '#engine/journey/complexity.ts';
import { sayEnd } from '#engine/journey/run.ts';
import { recordAudit } from '#store/audit.ts';
import { listDefinitions, lockRevision, saveDraft, type StoredDefinition } from '#store/definitions.ts';
import { listKillSwitches } from '#store/kill-switches.ts';
import { failedByJourney } from '#store/messages.ts';
import { namesOf } from '#store/people.ts';
import { openRamps } from '#store/ramps.ts';
import { type JourneyCounts, journeyCounts, liveBeside, pinnedVersions, stepCounts } from '#store/runs.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { eventsWatched, journeyFindings, toCandidate } from './plan.ts';
import { seenLately } from './seen-events.ts';
import { standingDefinition } from './standing-definition.ts';

type Row = z.infer<typeof JourneyRow>;

/** The journeys of a workspace: how many went through them, how they stand, and what is wrong with them. */
export async function listJourneys(deps: Deps, workspace: Workspace): Promise<{ items: Row[]; next: null }> {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const now = workspaceNow(workspace, deps.now());
    const stopped = new Set((await listKillSwitches(tx, workspace.id)).map((each) => each.scope));
    const stages = (await deps.rulebooks.current(tx, workspace.id)).lifecycle?.body.stages ?? [];
    const standing = await listDefinitions(tx, workspace.id);
    const journeys = standing.filter((each) => each.kind === 'journey').map(readStored);
    const windows = new Map(journeys.map(({ key, body }) => [key, body && goalWindowOf(body)] as const));
    const ramps = new Map((await openRamps(tx, [workspace.id])).map((ramp) => [ramp.journey, ramp]));
    const settled = new Map([...windows].flatMap(([key, within]) => (within === null ? [] : [[key, now - ms(within)] as const])));
    const counts = await journeyCounts(tx, workspace.id, now - 7 * day, settled);
    const failed = await failedByJourney(tx, workspace.id, now - 30 * day);
    const watched = [...new Set(journeys.flatMap(({ candidate }) => eventsWatched(candidate)))];
    const uses = new Map(
      journeys.map(({ key, stored }) => [
        key,
        {
          goalMet: counts.get(key)?.goalMet ?? 0,
          lastEntryAt: counts.get(key)?.lastEntryAt ?? null,
          inForceSince: stored.retired ? null : stored.publishedAt,
        },
      ]),
    );
    const findings = journeyFindings(journeys, standing, await seenLately(tx, workspace, watched, now), {
      policy: workspace.settings,
      uses,
      now,
    });
    return {
      items: journeys.map(({ key, stored, body, loose, folder, hasDraft }): Row => {
        const count = counts.get(key) ?? noCounts;
        const within = windows.get(key) ?? null;
        const ramp = ramps.get(key);
        return {
          key,
          name: String(loose.name ?? key),
          intent: String(loose.intent ?? ''),
          version: stored.version,
          hasDraft,
          stopped: stopped.has(`journey:${key}`) || stopped.has('workspace'),
          ramp: ramp ? { share: ramp.plan.shares[ramp.place]!, held: ramp.state === 'held' } : null,
          retired: stored.retired,
          archivedAt: isoOrNull(stored.archivedAt),
          ends: body?.ends ?? null,
          folder,
          owner: body && ownerOf(body, stages),
          serves: body?.serves ?? null,
          live: count.live,
          entered: count.entered,
          entered7d: count.entered7d,
          goalMet: count.goalMet,
          ended: count.ended,
          goal:
            within === null
              ? null
              : { met: count.settledMet, of: count.settled, rate: count.settled === 0 ? null : count.settledMet / count.settled, within },
          lastEntryAt: isoOrNull(count.lastEntryAt),
          changedAt: toIso(stored.updatedAt),
          changedBy: stored.updatedBy,
          problems: { ...findings.get(key)!, people30d: failed.get(key) ?? 0 },
          complexity: body && complexityOf(body),
          reviewBy: body && reviewDayOf(body, stored.publishedAt),
        };
      }),
      next: null,
    };
  });
}

const noCounts: JourneyCounts = { live: 0, entered: 0, entered7d: 0, goalMet: 0, ended: 0, settled: 0, settledMet: 0, lastEntryAt: null };

/** A journey as the list reads it. What counts is what is published, else the draft; the folder is always the draft's, for it decides nothing. */
function readStored(stored: StoredDefinition) {
  const { kind, key } = stored;
  const draft = toCandidate({ kind, key, body: stored.draft });
  const published = stored.version === null ? null : toCandidate({ kind, key, body: stored.published });
  const { body, document } = published ?? draft;
  const loose = isObject(body) ? body : {};
  const folder = isObject(draft.body) && typeof draft.body.folder === 'string' ? folderParts(draft.body.folder).join('/') : '';
  const hasDraft = published === null || !isSame(withoutFolder(draft.body), withoutFolder(published.body));
  return {
    key,
    stored,
    loose,
    folder,
    hasDraft,
    body: document?.kind === 'journey' ? document.body : null,
    candidate: hasDraft ? draft : published!,
    isDraft: hasDraft,
  };
}

const withoutFolder = (body: unknown): unknown => (isObject(body) ? { ...body, folder: undefined } : body);

/** Puts journeys into a folder: their drafts say so at once, and what is published with their next version. */
export async function moveJourneys(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  { keys, folder: given }: { keys: readonly string[]; folder: string },
): Promise<{ moved: number; folder: string }> {
  const folder = folderParts(given).join('/');
  const moved = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    await lockRevision(tx, workspace.id);
    const now = workspaceNow(workspace, deps.now());
    const changed: string[] = [];
    for (const key of new Set(keys)) {
      const there = await standingDefinition(tx, workspace, 'journey', key);
      if (!isObject(there.draft) || (there.draft.folder ?? '') === folder) continue;
      // Who moves it has looked at nothing: the last change is still whose it was, and a draft that cools off goes on doing so.
      await saveDraft(tx, workspace.id, 'journey', key, { ...there.draft, folder }, there.updatedBy, there.updatedAt);
      changed.push(key);
    }
    const where = folder === '' ? 'out of their folder' : `into the folder “${folder}”`;
    const what = `put ${changed.length} ${changed.length === 1 ? 'journey' : 'journeys'} ${where}`;
    if (changed.length > 0) await recordAudit(tx, { workspace: workspace.id, actor, what, details: { journeys: changed, folder } }, now);
    return changed.length;
  });
  deps.bus.changed(workspace.id, ['definitions']);
  return { moved, folder };
}

/** Where the people of a journey are, how many passed each step and edge, and how their runs ended. */
export async function countJourney(
  deps: Deps,
  workspace: Workspace,
  key: string,
  version: number | null,
): Promise<z.infer<(typeof getJourneyCounts)['reply']>> {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const known = (await listDefinitions(tx, workspace.id)).some((definition) => definition.kind === 'journey' && definition.key === key);
    if (!known) throw new Problem('definition-unknown', { kind: 'journey', key });
    const counts = await stepCounts(tx, workspace.id, key, version);
    const steps = new Map<string, { here: number; passed: number }>();
    const at = (step: string): { here: number; passed: number } => {
      const there = steps.get(step) ?? { here: 0, passed: 0 };
      steps.set(step, there);
      return there;
    };
    for (const row of counts.here) at(row.step).here = row.count;
    for (const row of counts.edges) at(row.from).passed += row.count;
    return {
      steps: [...steps].map(([step, count]) => ({ step, ...count })),
      edges: counts.edges,
      ends: counts.ends.map((end) => ({ reason: sayEnd(end.reason), count: end.count })),
      versions: (await pinnedVersions(tx, workspace.id))
        .filter((each) => each.journey === key)
        .map((each) => ({ version: each.version, live: each.live })),
    };
  });
}

/** Other journeys that people of one are in at this moment. */
export async function listOverlaps(deps: Deps, workspace: Workspace, key: string): Promise<z.infer<(typeof overlapsRoute)['reply']>> {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    await standingDefinition(tx, workspace, 'journey', key);
    const beside = await liveBeside(tx, workspace.id, key);
    const people = await namesOf(tx, [...new Set(beside.flatMap(({ some }) => some))]);
    const journeys = new Map(
      (await listDefinitions(tx, workspace.id)).filter((each) => each.kind === 'journey').map((each) => [each.key, each]),
    );
    return {
      items: beside.map((each) => ({
        ...each,
        name: nameOfBody(journeys.get(each.journey)?.published) ?? each.journey,
        some: each.some.map((id) => ({ id, name: people.get(id)?.name ?? people.get(id)?.email ?? id })),
      })),
      next: null,
    };
  });
}

const nameOfBody = (body: unknown): string | null => (isObject(body) && typeof body.name === 'string' ? body.name : null);
