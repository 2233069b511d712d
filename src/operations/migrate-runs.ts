import type { Fact } from '#contract/fact.ts';
import { isoOrNull, toIso } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import { isSame } from '#contract/diff.ts';
import type { MigrationPreview, MigrationRow } from '#contract/routes/journeys.ts';
import { sayStep } from '#engine/journey/steps/index.ts';
import type { Transaction } from '#store/database.ts';
import { recordAudit } from '#store/audit.ts';
import { lockRevision } from '#store/definitions.ts';
import { laneOf } from '#store/identities.ts';
import { appendToInbox } from '#store/inbox.ts';
import {
  findRunMigration,
  insertRunMigration,
  listRunMigrations,
  markUndone,
  peopleAt,
  peopleMovedBy,
  runsAt,
  type StoredRunMigration,
} from '#store/run-migrations.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { factId } from './ingest/normalise.ts';

/** People under way keep their version; whoever wants them in another one says for each step where it leads. */

interface Wanted {
  from: number;
  map: Readonly<Record<string, string | null>>;
}

/** Where everybody stands, where they would go, and what is the same in both versions; nothing is moved. */
export async function previewMigration(deps: Deps, workspace: Workspace, key: string, wanted: Wanted): Promise<MigrationPreview> {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const { to, before, after } = await versionsOf(deps, tx, workspace, key, wanted.from);
    const map = readMap(wanted.map, before, after);
    const steps = (await runsAt(tx, workspace.id, key, wanted.from)).map(({ step, people }) => {
      const [old, same] = [before.get(step)?.step, after.get(step)?.step];
      const target = map[step];
      return {
        step,
        says: old ? sayStep(old) : step,
        people,
        to: target === undefined ? null : { step: target, says: target === null ? 'out of the journey' : sayStep(after.get(target)!.step) },
        suggested: old && same && old.kind === same.kind ? step : null,
        same: isSame(old, same),
      };
    });
    return { from: wanted.from, to, steps, people: steps.reduce((sum, each) => sum + (each.to ? each.people : 0), 0) };
  });
}

/** Tells everybody who stands at a step of the map to go where it leads, at most `limit` of them. */
export async function migrateRuns(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  key: string,
  wanted: Wanted & { limit?: number | undefined },
): Promise<MigrationRow> {
  const real = deps.now();
  const now = workspaceNow(workspace, real);
  const { migration, people } = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    // Whoever publishes next has to know to which version people are on their way.
    await lockRevision(tx, workspace.id);
    const { to, before, after } = await versionsOf(deps, tx, workspace, key, wanted.from);
    const map = readMap(wanted.map, before, after);
    const given = { workspace: workspace.id, journey: key, version: wanted.from, steps: Object.keys(map) };
    const found = await peopleAt(tx, given, wanted.limit ?? 2 ** 31 - 1);
    const migration: StoredRunMigration = {
      id: deps.newId(real),
      workspace: workspace.id,
      journey: key,
      from: wanted.from,
      to,
      map,
      runs: found.length,
      at: now,
      by: actor,
      undoneAt: null,
      undoneBy: null,
    };
    await insertRunMigration(tx, migration);
    await tell(deps, tx, workspace, migration, found, actor, map);
    const what = `moved people in the journey “${key}” from version ${wanted.from} to version ${to}`;
    await recordAudit(tx, { workspace: workspace.id, actor, what, details: { people: found.length, migration: migration.id } }, real);
    return { migration, people: found };
  });
  deps.bus.pokeWork([...new Set(people.map(laneOf))]);
  return toRow(migration);
}

/** Puts everybody back who stands where a migration put them; whoever has gone on since goes on. */
export async function undoMigration(deps: Deps, workspace: Workspace, actor: string, key: string, id: string): Promise<MigrationRow> {
  const real = deps.now();
  const now = workspaceNow(workspace, real);
  const { migration, people } = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const migration = await findRunMigration(tx, workspace.id, id);
    if (!migration || migration.journey !== key) throw new Problem('migration-unknown', { id });
    const people = await peopleMovedBy(tx, workspace.id, id);
    if (!(await markUndone(tx, workspace.id, id, actor, now))) throw new Problem('migration-undone', { id });
    await tell(deps, tx, workspace, migration, people, actor, null);
    const what = `moved people in the journey “${key}” back to version ${migration.from}`;
    await recordAudit(tx, { workspace: workspace.id, actor, what, details: { people: people.length, migration: id } }, real);
    return { migration: { ...migration, undoneAt: now, undoneBy: actor }, people };
  });
  deps.bus.pokeWork([...new Set(people.map(laneOf))]);
  return toRow(migration);
}

export const listMigrations = (deps: Deps, workspace: Workspace, key: string): Promise<{ items: MigrationRow[]; next: null }> =>
  deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => ({
    items: (await listRunMigrations(tx, workspace.id, key)).map(toRow),
    next: null,
  }));

const toRow = (migration: StoredRunMigration): MigrationRow => ({
  id: migration.id,
  from: migration.from,
  to: migration.to,
  map: migration.map,
  runs: migration.runs,
  at: toIso(migration.at),
  by: migration.by,
  undoneAt: isoOrNull(migration.undoneAt),
  undoneBy: migration.undoneBy,
});

type Steps = ReadonlyMap<string, { step: Parameters<typeof sayStep>[0] }>;

/** The version that people are to leave, and the published one, to which they go. */
async function versionsOf(
  deps: Deps,
  tx: Transaction,
  workspace: Workspace,
  key: string,
  from: number,
): Promise<{ to: number; before: Steps; after: Steps }> {
  const book = await deps.rulebooks.current(tx, workspace.id);
  const [before, after] = [book.versions.get(`${key}@${from}`), book.journeys.get(key)];
  if (!after) throw new Problem('definition-unknown', { kind: 'journey', key });
  if (!before || before.version === after.version) throw new Problem('migration-empty', { from, published: after.version });
  return { to: after.version, before: before.steps, after: after.steps };
}

/** The map, when every step of it exists and nobody is led to where journeys begin. */
function readMap(map: Wanted['map'], before: Steps, after: Steps): Record<string, string | null> {
  const mistakes = Object.entries(map).flatMap(([step, target]) => {
    if (!before.has(step)) return [{ path: `map.${step}`, message: `the old version has no step "${step}"` }];
    if (target !== null && !after.has(target)) return [{ path: `map.${step}`, message: `the published version has no step "${target}"` }];
    if (target !== null && after.get(target)!.step.kind === 'entry')
      return [{ path: `map.${step}`, message: 'nobody is moved to an entry' }];
    return [];
  });
  if (mistakes.length > 0) throw new Problem('body-invalid', mistakes);
  return { ...map };
}

const tell = (
  deps: Deps,
  tx: Transaction,
  workspace: Workspace,
  { id, journey, from, to }: StoredRunMigration,
  people: readonly string[],
  actor: string,
  map: Record<string, string | null> | null,
): Promise<void> => {
  const at = workspaceNow(workspace, deps.now());
  return appendToInbox(
    tx,
    people.map((person) => {
      const messageId = `migrate:${map === null ? 'back:' : ''}${id}:${person}`;
      const fact: Fact = {
        kind: 'migrate',
        id: factId(workspace.id, messageId),
        messageId,
        at,
        acceptedAt: at,
        source: { trust: 'trusted', by: actor, entryPoint: null },
        migration: id,
        journey,
        from,
        to,
        map,
        actor,
      };
      return { workspace: workspace.id, person, class: 'live' as const, fact };
    }),
  );
};
