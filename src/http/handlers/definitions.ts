import { toIso, day } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import { sayEnd } from '#engine/journey/run.ts';
import { applySet, checkDefinition, discardDraft, exportSet, getDefinition, getVersion, listDefinitions, listVersions, planSet, publishDefinition, putDraft, rollbackDefinition } from '#operations/definitions.ts';
import { listDefinitions as storedDefinitions } from '#store/definitions.ts';
import { listKillSwitches } from '#store/kill-switches.ts';
import { journeyCounts, pinnedVersions, stepCounts } from '#store/runs.ts';
import { workspaceNow } from '#store/workspaces.ts';
import type { HandlersOf } from '../api.ts';
import { within } from './within.ts';

export const definitions: HandlersOf<
  | 'listDefinitions' | 'getDefinition' | 'putDefinition' | 'discardDraft' | 'checkDefinition' | 'publishDefinition' | 'rollbackDefinition' | 'listVersions' | 'getVersion' | 'makePlan' | 'applySet' | 'exportSet' | 'listJourneys' | 'getJourneyCounts'
> = {
  listDefinitions: (house, { caller, query }) => listDefinitions(house.deps, caller.workspace, query.kind),
  getDefinition: (house, { caller, params }) => getDefinition(house.deps, caller.workspace, params.kind, params.key),
  putDefinition: (house, { caller, params, body }) => putDraft(house.deps, caller.workspace, caller.actor, params.kind, params.key, body.body),
  discardDraft: (house, { caller, params }) => discardDraft(house.deps, caller.workspace, caller.actor, params.kind, params.key),
  checkDefinition: (house, { caller, params }) => checkDefinition(house.deps, caller.workspace, params.kind, params.key),
  publishDefinition: (house, { caller, params, body }) => publishDefinition(house.deps, caller.workspace, caller.actor, params.kind, params.key, body.note),
  rollbackDefinition: (house, { caller, params, body }) => rollbackDefinition(house.deps, caller.workspace, caller.actor, params.kind, params.key, body.version, body.note),
  listVersions: (house, { caller, params }) => listVersions(house.deps, caller.workspace, params.kind, params.key),
  getVersion: (house, { caller, params }) => getVersion(house.deps, caller.workspace, params.kind, params.key, params.version),
  makePlan: (house, { caller, body }) => planSet(house.deps, caller.workspace, body.definitions),
  applySet: (house, { caller, body }) => applySet(house.deps, caller.workspace, caller.actor, body),
  exportSet: (house, { caller, query }) => exportSet(house.deps, caller.workspace, query.what),
  listJourneys: (house, { caller }) =>
    within(house, caller, async (tx) => {
      const { workspace } = caller;
      const counts = await journeyCounts(tx, workspace.id, workspaceNow(workspace, house.deps.now()) - 7 * day);
      const stopped = new Set((await listKillSwitches(tx, workspace.id)).map((each) => each.scope));
      const items = (await storedDefinitions(tx, workspace.id))
        .filter((definition) => definition.kind === 'journey')
        .map((definition) => {
          const body = (definition.published ?? definition.draft) as { name?: unknown; intent?: unknown };
          const count = counts.get(definition.key);
          return {
            key: definition.key, name: String(body.name ?? definition.key), intent: String(body.intent ?? ''), version: definition.version, hasDraft: definition.version === null || JSON.stringify(definition.draft) !== JSON.stringify(definition.published),
            stopped: stopped.has(`journey:${definition.key}`) || stopped.has('workspace'), live: count?.live ?? 0, entered: count?.entered ?? 0, entered7d: count?.entered7d ?? 0, goalMet: count?.goalMet ?? 0, ended: count?.ended ?? 0,
            lastEntryAt: count?.lastEntryAt ? toIso(count.lastEntryAt) : null,
          };
        });
      return { items, next: null };
    }),
  getJourneyCounts: (house, { caller, params, query }) =>
    within(house, caller, async (tx) => {
      const { workspace } = caller;
      const known = (await storedDefinitions(tx, workspace.id)).some((definition) => definition.kind === 'journey' && definition.key === params.key);
      if (!known) throw new Problem('definition-unknown', { kind: 'journey', key: params.key });
      const counts = await stepCounts(tx, workspace.id, params.key, query.version ?? null);
      const steps = new Map<string, { here: number; passed: number }>();
      const at = (step: string): { here: number; passed: number } => {
        const there = steps.get(step) ?? { here: 0, passed: 0 };
        steps.set(step, there);
        return there;
      };
      for (const row of counts.here) at(row.step).here = row.count;
      for (const row of counts.edges) at(row.from).passed += row.count;
      return {
        steps: [...steps].map(([step, count]) => ({ step, ...count })), edges: counts.edges, ends: counts.ends.map((end) => ({ reason: sayEnd(end.reason ?? ''), count: end.count })),
        versions: (await pinnedVersions(tx, workspace.id)).filter((each) => each.journey === params.key).map(({ version, live }) => ({ version, live })),
      };
    }),
};
