import { type DefinitionKind, definitionKinds } from '#contract/definition.ts';
import type { Template } from '#contract/definition-bodies.ts';
import { compileRulebook, type Published, type Rulebook } from '#engine/rulebook.ts';
import type { Transaction } from '#store/database.ts';
import { findVersions, publishedAt, revisionsOf, zoneOf } from '#store/definitions.ts';
import { takenArms } from '#store/experiments.ts';
import { versionsWithMessages } from '#store/messages.ts';
import { openRamps } from '#store/ramps.ts';
import { versionsMovedBetween } from '#store/run-migrations.ts';
import { pinnedVersions } from '#store/runs.ts';

interface JourneyVersion {
  journey: string;
  version: number;
}

/** Compiled rulebooks, one a workspace, kept until the revision moves on. */
export class Rulebooks {
  /** The latest few of each workspace: while a backfill is open, lanes are decided by two. */
  private readonly books = new Map<number, Rulebook[]>();
  private readonly templates = new Map<string, Template>();

  /** A version of a template, also when a newer one is in force: a message keeps the one it was made with. */
  async template(tx: Transaction, book: Rulebook, key: string, version: number): Promise<Template> {
    const current = book.templates.get(key);
    if (current?.version === version) return current.body;
    const name = `${book.workspace}/${key}@${version}`;
    const kept = this.templates.get(name);
    if (kept) return kept;
    const [found] = await findVersions(tx, book.workspace, 'template', [{ key, version }]);
    const body = found!.body as Template;
    this.templates.set(name, body);
    return body;
  }

  /** The rulebook that is in force now. */
  async current(tx: Transaction, workspace: number): Promise<Rulebook> {
    return this.at(tx, workspace, (await revisionsOf(tx, [workspace])).get(workspace) ?? 0);
  }

  /**
   * The rulebook of a workspace at a revision that was read in this transaction, with these versions of journeys too: those by which people are under way who are
   * decided about, and those between which they are moved. (Another process may have let somebody enter by an older version while this one was reading.)
   */
  async at(tx: Transaction, workspace: number, revision: number, needed: readonly JourneyVersion[] = []): Promise<Rulebook> {
    const kept = this.books.get(workspace) ?? [];
    const known = kept.find((book) => book.revision === revision);
    if (known && needed.every(({ journey, version }) => known.versions.has(`${journey}@${version}`))) return known;
    const book = await loadRulebook(tx, workspace, revision, [], needed);
    this.books.set(workspace, [book, ...kept.filter((each) => each.revision !== revision)].slice(0, 3));
    return book;
  }
}

/** A rulebook read from the database, without keeping it: also one that is about to be published, or one in which other definitions stand in place of those of their keys. */
export async function loadRulebook(
  tx: Transaction,
  workspace: number,
  revision: number,
  instead: readonly Published[] = [],
  needed: readonly JourneyVersion[] = [],
): Promise<Rulebook> {
  const published = [...(await publishedBut(tx, workspace, revision, instead)), ...instead];
  const current = new Set(published.filter((each) => each.kind === 'journey').map((each) => `${each.key}@${each.version}`));
  const ramps = (await openRamps(tx, [workspace])).filter(
    ({ journey }) => !instead.some(({ kind, key }) => kind === 'journey' && key === journey),
  );
  const used = [
    ...ramps.flatMap(({ journey, previous }) => (previous === null ? [] : [{ journey, version: previous }])),
    ...(await pinnedVersions(tx, workspace)),
    ...(await versionsWithMessages(tx, workspace)),
    ...(await versionsMovedBetween(tx, workspace)),
    ...needed,
  ];
  const pinned = [...new Map(used.map((each) => [`${each.journey}@${each.version}`, each])).entries()]
    .filter(([name]) => !current.has(name))
    .map(([, each]) => each);
  const versions = await findVersions(
    tx,
    workspace,
    'journey' satisfies DefinitionKind,
    pinned.map((each) => ({ key: each.journey, version: each.version })),
  );
  return compileRulebook(
    workspace,
    revision,
    published,
    versions.map((each) => ({
      kind: 'journey',
      key: each.key,
      version: each.version,
      body: complete('journey', each.body) as Published<'journey'>['body'],
    })),
    await zoneOf(tx, workspace),
    ramps.map(({ journey, version, previous, plan, place, state }) => ({
      journey,
      version,
      previous,
      share: state === 'held' ? 0 : plan.shares[place]!,
    })),
    await takenArms(tx, workspace),
  );
}

/** A rulebook for trying a journey out: these definitions stand in place of what is published under their keys, and there is no other journey. */
export async function rulebookFor(tx: Transaction, workspace: number, revision: number, given: readonly Published[]): Promise<Rulebook> {
  const published = (await publishedBut(tx, workspace, revision, given)).filter(({ kind }) => kind !== 'journey');
  return compileRulebook(workspace, revision, [...published, ...given], [], await zoneOf(tx, workspace));
}

/** What is published at a revision, but for what stands under these keys. */
async function publishedBut(tx: Transaction, workspace: number, revision: number, given: readonly Published[]): Promise<Published[]> {
  const named = new Set(given.map(({ kind, key }) => `${kind}/${key}`));
  return (await publishedAt(tx, workspace, revision))
    .filter(({ kind, key }) => !named.has(`${kind}/${key}`))
    .map(({ kind, key, version, body }): Published => ({ kind, key, version, body: complete(kind, body) }));
}

/** A body with the defaults of today: it may have been published before a field was known. */
function complete(kind: DefinitionKind, body: unknown): Published['body'] {
  const parsed = definitionKinds[kind].body.safeParse(body);
  return (parsed.success ? parsed.data : body) as Published['body'];
}
