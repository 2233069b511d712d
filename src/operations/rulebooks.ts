import type { DefinitionKind } from '#contract/definition.ts';
import { compileRulebook, type Published, type Rulebook } from '#engine/rulebook.ts';
import type { Transaction } from '#store/database.ts';
import { findVersions, listDefinitions, revisionsOf } from '#store/definitions.ts';
import { versionsWithMessages } from '#store/messages.ts';
import { pinnedVersions } from '#store/runs.ts';

/** Compiled rulebooks, one a workspace, kept until the revision moves on. */
export class Rulebooks {
  private readonly books = new Map<number, Rulebook>();

  /** The rulebook that is in force now. */
  async current(tx: Transaction, workspace: number): Promise<Rulebook> {
    return this.at(tx, workspace, (await revisionsOf(tx, [workspace])).get(workspace) ?? 0);
  }

  /** The rulebook of a workspace at a revision that was read in this transaction. */
  async at(tx: Transaction, workspace: number, revision: number): Promise<Rulebook> {
    const known = this.books.get(workspace);
    if (known?.revision === revision) return known;
    const book = await loadRulebook(tx, workspace, revision);
    this.books.set(workspace, book);
    return book;
  }
}

async function loadRulebook(tx: Transaction, workspace: number, revision: number): Promise<Rulebook> {
  const published = (await listDefinitions(tx, workspace))
    .filter((definition) => definition.version !== null)
    .map((definition): Published => ({ kind: definition.kind, key: definition.key, version: definition.version!, body: definition.published as Published['body'] }));
  const current = new Set(published.filter((each) => each.kind === 'journey').map((each) => `${each.key}@${each.version}`));
  const used = [...(await pinnedVersions(tx, workspace)), ...(await versionsWithMessages(tx, workspace))];
  const pinned = [...new Map(used.map((each) => [`${each.journey}@${each.version}`, each])).entries()].filter(([name]) => !current.has(name)).map(([, each]) => each);
  const versions = await findVersions(tx, workspace, 'journey' satisfies DefinitionKind, pinned.map((each) => ({ key: each.journey, version: each.version })));
  return compileRulebook(workspace, revision, published, versions.map((each) => ({ kind: 'journey', key: each.key, version: each.version, body: each.body as Published<'journey'>['body'] })));
}
