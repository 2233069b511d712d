import type { z } from 'zod';
import { day, isoOrNull } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import type { getJourneyCounts, JourneyRow } from '#contract/routes/journeys.ts';
import { sayEnd } from '#engine/journey/run.ts';
import { listDefinitions } from '#store/definitions.ts';
import { listKillSwitches } from '#store/kill-switches.ts';
import { journeyCounts, pinnedVersions, stepCounts } from '#store/runs.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { hasDraft } from './plan.ts';

/** The journeys of a workspace with how many went through them. */
export async function listJourneys(deps: Deps, workspace: Workspace): Promise<{ items: z.infer<typeof JourneyRow>[]; next: null }> {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const counts = await journeyCounts(tx, workspace.id, workspaceNow(workspace, deps.now()) - 7 * day);
    const stopped = new Set((await listKillSwitches(tx, workspace.id)).map((each) => each.scope));
    const journeys = (await listDefinitions(tx, workspace.id)).filter((definition) => definition.kind === 'journey');
    return {
      items: journeys.map((definition) => {
        const body = (definition.published ?? definition.draft) as { name?: unknown; intent?: unknown };
        const count = counts.get(definition.key);
        return {
          key: definition.key,
          name: String(body.name ?? definition.key),
          intent: String(body.intent ?? ''),
          version: definition.version,
          hasDraft: hasDraft(definition),
          stopped: stopped.has(`journey:${definition.key}`) || stopped.has('workspace'),
          live: count?.live ?? 0,
          entered: count?.entered ?? 0,
          entered7d: count?.entered7d ?? 0,
          goalMet: count?.goalMet ?? 0,
          ended: count?.ended ?? 0,
          lastEntryAt: isoOrNull(count?.lastEntryAt),
        };
      }),
      next: null,
    };
  });
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
