import type { DefinitionDocument } from '#contract/definition.ts';
import type { FieldSource } from '#contract/field.ts';
import { type Instant, isoOrNull, toIso } from '#contract/instant.ts';
import type { z } from 'zod';
import type { FieldRow, RefusedValue } from '#contract/routes/fields.ts';
import { fieldUsage, sayOwnUse } from '#engine/field-usage.ts';
import type { Transaction } from '#store/database.ts';
import { listDefinitions } from '#store/definitions.ts';
import {
  countFieldRefusals,
  countPeopleUpTo,
  countTraits,
  listFieldRefusals,
  listSources,
  refusedPaths,
  savedTraitCounts,
  saveTraitCounts,
} from '#store/fields.ts';
import { namesOf } from '#store/people.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { toCandidate } from './plan.ts';

/** Up to here people are counted when somebody looks (40 ms); beyond, once an hour. */
export const countedAtOnce = 20_000;
const refusalsCounted = 10_000;

/** Every field and every other trait that is known of anybody: what it is, who has it, where it comes from and where it goes. */
export async function listFields(deps: Deps, workspace: Workspace): Promise<{ items: FieldRow[]; next: null; countedAt: string | null }> {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const documents = await publishedDocuments(tx, workspace.id);
    const sources = await listSources(tx, workspace.id);
    const usage = new Map(
      fieldUsage(
        documents,
        sources.map((each) => ({ path: each.path, source: each.source as FieldSource, by: each.by })),
      ).map((each) => [each.path, each]),
    );
    const fields = new Map(documents.flatMap((each) => (each.kind === 'field' ? [[each.body.path, each] as const] : [])));
    const deeper = [...usage.keys()].filter((path) => path.includes('.'));
    const { counts, at } =
      (await countPeopleUpTo(tx, workspace.id, countedAtOnce + 1)) <= countedAtOnce
        ? { counts: await countTraits(tx, workspace.id, deeper), at: workspaceNow(workspace, deps.now()) }
        : await savedTraitCounts(tx, workspace.id);
    const roots = new Set([...usage.keys()].filter((path) => path.includes('.')).map((path) => path.split('.')[0]!));
    const paths = [
      ...new Set([...usage.keys(), ...[...counts.keys()].filter((path) => !roots.has(path)), ...(await refusedPaths(tx, workspace.id))]),
    ];
    const refused = await countFieldRefusals(tx, workspace.id, paths, refusalsCounted);
    const items = paths.map((path): FieldRow => {
      const field = fields.get(path);
      const use = usage.get(path);
      const seen = sources.filter((each) => each.path === path).sort((a, b) => b.at - a.at);
      return {
        path,
        key: field?.key ?? null,
        name: field?.body.name ?? path,
        meaning: field?.body.meaning ?? '',
        type: field?.body.type ?? null,
        format: field?.body.format ?? 'none',
        class: field?.body.class ?? null,
        owner: field?.body.owner ?? null,
        writers: field?.body.writers ?? null,
        retention: field?.body.retention ?? null,
        people: counts.get(path) ?? 0,
        refused: refused.get(path) ?? 0,
        lastWrittenAt: isoOrNull(seen[0]?.at ?? null),
        sources: seen.map((each) => ({ source: each.source as FieldSource, by: each.by === '' ? null : each.by, at: toIso(each.at) })),
        collected: use?.collected ?? [],
        used: use?.used ?? [],
        ownUse: sayOwnUse(path),
        neverUsed: use?.neverUsed ?? ((counts.get(path) ?? 0) > 0 && sayOwnUse(path) === null),
        askedTwice: use?.askedTwice ?? [],
        notDefined: use?.notDefined ?? false,
      };
    });
    return {
      items: items.sort(
        (a, b) => Number(a.key === null) - Number(b.key === null) || a.name.localeCompare(b.name, 'en') || (a.path < b.path ? -1 : 1),
      ),
      next: null,
      countedAt: isoOrNull(at),
    };
  });
}

export async function publishedDocuments(tx: Transaction, workspace: number): Promise<DefinitionDocument[]> {
  return (await listDefinitions(tx, workspace)).flatMap(({ kind, key, version, published }) => {
    const document = version === null ? null : toCandidate({ kind, key, body: published }).document;
    return document ? [document] : [];
  });
}

export async function refusedValues(
  deps: Deps,
  workspace: Workspace,
  path: string,
  query: { cursor?: string | undefined; limit: number },
): Promise<{ items: z.infer<typeof RefusedValue>[]; next: string | null }> {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const { items, next } = await listFieldRefusals(tx, workspace.id, path, query);
    const names = await namesOf(
      tx,
      items.map((each) => each.person),
    );
    return {
      items: items.map(({ person, evidence, at, path: _path, ...each }) => ({
        ...(each as { id: string; value: string; what: z.infer<typeof RefusedValue>['what']; reason: string; source: FieldSource }),
        at: toIso(at),
        person: { id: person, email: names.get(person)?.email ?? null, name: names.get(person)?.name ?? null },
        event: evidence,
      })),
      next,
    };
  });
}

/** Counts who has what in workspaces that are too large to be counted when somebody looks. */
export async function countLargeWorkspaces(deps: Deps): Promise<void> {
  for (const workspace of await deps.workspaces.all()) {
    const at: Instant = workspaceNow(workspace, deps.now());
    await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
      if ((await countPeopleUpTo(tx, workspace.id, countedAtOnce + 1)) <= countedAtOnce) return;
      const usage = fieldUsage(await publishedDocuments(tx, workspace.id), []);
      const deeper = usage.map((each) => each.path).filter((path) => path.includes('.'));
      await saveTraitCounts(tx, workspace.id, await countTraits(tx, workspace.id, deeper), at);
    });
  }
}
