import type { z } from 'zod';
import type { DefinitionDocument, LooseDefinition } from '#contract/definition.ts';
import type { Journey } from '#contract/journey.ts';
import { Problem } from '#contract/problems.ts';
import type { draftStarter, listStarters, lookAtStarter } from '#contract/routes/starters.ts';
import type { StarterAnswers, StarterSource } from '#contract/starter.ts';
import { broughtBy, draftOf, hereOf, mailsOf, missingOf, type Starter } from '#engine/journey/starter.ts';
import { recordAudit } from '#store/audit.ts';
import type { Transaction } from '#store/database.ts';
import { listDefinitions, lockRevision, saveDraft, type StoredDefinition } from '#store/definitions.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import { readBlueprint } from './blueprint.ts';
import { readDefinition } from './definition-text.ts';
import type { Deps } from './deps.ts';
import { toCandidate } from './plan.ts';

/** Journeys to begin from, and the drafts that they become by the answers to their questions. */

const shippedIn = 'service-business';
const documentsOf = (list: readonly LooseDefinition[]): DefinitionDocument[] => list.flatMap((each) => toCandidate(each).document ?? []);
const draftsOf = (standing: readonly StoredDefinition[]): LooseDefinition[] =>
  standing.map(({ kind, key, draft }) => ({ kind, key, body: draft }));

export async function starters(deps: Deps, workspace: Workspace): Promise<z.infer<(typeof listStarters)['reply']>> {
  const here = await deps.db.transaction({ workspaces: [workspace.id] }, (tx) => listDefinitions(tx, workspace.id));
  const rows = (from: 'shipped' | 'workspace', list: readonly LooseDefinition[]) =>
    documentsOf(list).flatMap((each) =>
      each.kind === 'journey'
        ? [
            {
              from,
              key: each.key,
              name: each.body.name,
              intent: each.body.intent,
              steps: each.body.steps.length,
              mails: mailsOf(each.body).size,
            },
          ]
        : [],
    );
  return { items: [...rows('shipped', await readBlueprint(shippedIn)), ...rows('workspace', draftsOf(here))], next: null };
}

/** A mail can be copied from here, whatever journey it was written for; all else that is here can be named as it is. */
const mailsHere = (standing: readonly StoredDefinition[]): DefinitionDocument[] =>
  documentsOf(draftsOf(standing.filter(({ kind, retired }) => kind === 'template' && !retired)));

/** The definitions that are shipped, where a source is among them; read before a transaction, in which nothing but SQL is awaited. */
const shippedFor = async ({ from }: StarterSource): Promise<DefinitionDocument[]> =>
  from === 'shipped' ? documentsOf(await readBlueprint(shippedIn)) : [];

function starterOf(source: StarterSource, shipped: readonly DefinitionDocument[], standing: readonly StoredDefinition[]): Starter {
  if (source.from === 'file') {
    const journey = readJourney(source.text);
    return { key: '', journey, brings: broughtBy('', journey, mailsHere(standing)) };
  }
  const { key } = source;
  const given = source.from === 'shipped' ? shipped : documentsOf(draftsOf(standing));
  const found = given.find((each) => each.kind === 'journey' && each.key === key);
  if (found?.kind !== 'journey') throw new Problem('starter-unknown', { key });
  return { key, journey: found.body, brings: broughtBy(key, found.body, source.from === 'shipped' ? shipped : mailsHere(standing)) };
}

function readJourney(text: string): Journey {
  const read = readDefinition(text);
  if (!read.ok)
    throw new Problem(
      'file-invalid',
      read.mistakes.map((each) => ({ path: `line ${each.line}`, message: each.message })),
    );
  const { document, shapeMistakes } = toCandidate({ kind: 'journey', key: 'a-file', body: read.body });
  if (document?.kind !== 'journey')
    throw new Problem(
      'definition-invalid',
      shapeMistakes.map(({ path, message }) => ({ path: `line ${read.placeOf(path).line}, ${path}`, message })),
    );
  return document.body;
}

export async function lookAt(deps: Deps, workspace: Workspace, source: StarterSource): Promise<z.infer<(typeof lookAtStarter)['reply']>> {
  const shipped = await shippedFor(source);
  const standing = await deps.db.transaction({ workspaces: [workspace.id] }, (tx) => listDefinitions(tx, workspace.id));
  const { key, journey, brings } = starterOf(source, shipped, standing);
  return { key, journey, brings: brings.map((each) => ({ kind: each.kind, key: each.key, body: each.body })) };
}

/** Saves the drafts of a starter whose questions are all answered; nothing that is here is written over. */
export async function draftFrom(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  source: StarterSource,
  answers: StarterAnswers,
): Promise<z.infer<(typeof draftStarter)['reply']>> {
  const at = workspaceNow(workspace, deps.now());
  const shipped = await shippedFor(source);
  const drafts = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx: Transaction) => {
    await lockRevision(tx, workspace.id);
    const standing = await listDefinitions(tx, workspace.id);
    const starter = starterOf(source, shipped, standing);
    const here = hereOf(
      draftsOf(standing.filter((each) => !each.retired)),
      standing.filter((each) => each.retired),
    );
    const open = missingOf(starter, answers, here);
    if (open.length > 0)
      throw new Problem(
        'starter-open',
        open.map(({ part, says }) => ({ path: part, message: says })),
      );
    const made = draftOf(starter, answers, here).drafts.map(toCandidate);
    const wrong = made.flatMap(({ kind, key, shapeMistakes }) =>
      shapeMistakes.map((each) => ({ ...each, path: `${kind}/${key} ${each.path}` })),
    );
    if (wrong.length > 0) throw new Problem('definition-invalid', wrong);
    for (const { kind, key, body } of made) await saveDraft(tx, workspace.id, kind, key, body, actor, at);
    const details = { from: source.from, starter: starter.key, definitions: made.map(({ kind, key }) => ({ kind, key })) };
    await recordAudit(
      tx,
      { workspace: workspace.id, actor, what: `began the journey “${answers.key}” from “${starter.journey.name}”`, details },
      at,
    );
    return made.map(({ kind, key }) => ({ kind, key }));
  });
  deps.bus.changed(workspace.id, ['definitions']);
  return { key: answers.key, drafts };
}
