import type { z } from 'zod';
import { type DefinitionKind, definitionKinds, type LooseDefinition } from '#contract/definition.ts';
import { isSame } from '#contract/diff.ts';
import { type Instant, isoOrNull, toIso } from '#contract/instant.ts';
import { isObject } from '#contract/json.ts';
import type { HouseMap } from '#contract/map.ts';
import { type Mistake, Problem } from '#contract/problems.ts';
import type { RampPlan } from '#contract/ramp.ts';
import type { DefinitionDetail, DefinitionRow, Plan, VersionRow } from '#contract/routes/definitions.ts';
import { definitionId } from '#engine/check.ts';
import { beyondBudget } from '#engine/house/check.ts';
import { signalAsks, signalFindings } from '#engine/house/signals.ts';
import { policyReasons } from '#engine/message/policy.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import { recordAudit } from '#store/audit.ts';
import type { Transaction } from '#store/database.ts';
import * as store from '#store/definitions.ts';
import type { StoredDefinition } from '#store/definitions.ts';
import { waitForClaims } from '#store/kill-switches.ts';
import { releaseHeld } from '#store/messages.ts';
import { bringBack, listRetirements, retire } from '#store/retirements.ts';
import { latestReviews } from '#store/reviews.ts';
import { peopleAtSteps, peopleInStages } from '#store/standing.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { whyNotKeepable } from './keepable.ts';
import { beginBackfill } from './backfill.ts';
import { type Asked, askedOf, askedWithUses } from './house.ts';
import { keepExperiments } from './experiments.ts';
import { endRamp, keepRamps } from './ramps.ts';
import { refuseUnreviewed, reviewersOf, reviewOf } from './reviews.ts';
import { loadRulebook } from './rulebooks.ts';
import { keepSchedules } from './schedules.ts';
import { seenLately } from './seen-events.ts';
import {
  type Candidate,
  eventsWatched,
  hasDraft,
  houseWith,
  inKindOrder,
  makePlan,
  mapOf,
  mistakesOfOne,
  stagesTaken,
  toCandidate,
  warningsOf,
} from './plan.ts';
import { signalsWithin } from './signals.ts';
import { standingDefinition } from './standing-definition.ts';

/**
 * Definitions: a draft is edited, checked and published as a version that never changes. Whoever writes holds the workspace's revision, so that no
 * draft is lost between two hands and a plan means what it says.
 */

type DefinitionDeps = Pick<Deps, 'db' | 'now' | 'workspaces' | 'bus' | 'newId'>;
type Row = z.infer<typeof DefinitionRow>;
type Detail = z.infer<typeof DefinitionDetail>;
type Version = z.infer<typeof VersionRow>;
export interface Published {
  version: number;
  revision: number;
}

const within = <T>(deps: DefinitionDeps, workspace: Workspace, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  deps.db.transaction({ workspaces: [workspace.id] }, work);

// Reading

export async function listDefinitions(
  deps: DefinitionDeps,
  workspace: Workspace,
  kind?: DefinitionKind,
): Promise<{ items: Row[]; next: null; revision: number }> {
  return within(deps, workspace, async (tx) => {
    const revision = await revisionOf(tx, workspace);
    const standing = await store.listDefinitions(tx, workspace.id);
    return {
      items: inKindOrder(standing)
        .filter((each) => kind === undefined || each.kind === kind)
        .map(toRow),
      next: null,
      revision,
    };
  });
}

export async function getDefinition(deps: DefinitionDeps, workspace: Workspace, kind: DefinitionKind, key: string): Promise<Detail> {
  const reviewers = await reviewersOf(deps, workspace);
  return within(deps, workspace, (tx) => detailOf(deps, tx, workspace, kind, key, reviewers));
}

/** What keeps the draft from being published, and what should be answered first. */
export const checkDefinition = (
  deps: DefinitionDeps,
  workspace: Workspace,
  kind: DefinitionKind,
  key: string,
): Promise<{ mistakes: Mistake[]; warnings: (Mistake & { mend: string })[] }> =>
  within(deps, workspace, async (tx) => {
    const standing = await store.listDefinitions(tx, workspace.id);
    const { draft } = await standingDefinition(tx, workspace, kind, key);
    const candidate = toCandidate({ kind, key, body: draft });
    const seen = await seenLately(tx, workspace, eventsWatched(candidate), timeIn(deps, workspace));
    const asked = await askedWithUses(tx, workspace, timeIn(deps, workspace));
    const warnings = warningsOf(candidate, standing, seen, asked);
    if (candidate.document?.kind === 'journey') {
      const { body } = candidate.document;
      const steps = body.steps.filter((step) => step.kind === 'branch' || step.kind === 'split').map((step) => step.key);
      const now = timeIn(deps, workspace);
      const signals = steps.length > 0 ? await signalsWithin(tx, workspace, key, { asks: signalAsks(body), steps }, now) : null;
      if (signals) for (const { path, message, mend } of signalFindings(body, signals, now)) warnings.push({ path, message, mend });
    }
    return { mistakes: mistakesOfOne(candidate, standing, [], asked), warnings };
  });

/** What every definition reads and writes, and the circles among them. */
export const getMap = (deps: DefinitionDeps, workspace: Workspace, what: 'published' | 'drafts'): Promise<HouseMap> =>
  within(deps, workspace, async (tx) => mapOf(await store.listDefinitions(tx, workspace.id), what));

export async function listVersions(
  deps: DefinitionDeps,
  workspace: Workspace,
  kind: DefinitionKind,
  key: string,
): Promise<{ items: Version[]; next: null }> {
  return within(deps, workspace, async (tx) => {
    const { version } = await standingDefinition(tx, workspace, kind, key);
    return { items: (await store.listVersions(tx, workspace.id, kind, key)).map((each) => toVersionRow(each, version)), next: null };
  });
}

export async function getVersion(
  deps: DefinitionDeps,
  workspace: Workspace,
  kind: DefinitionKind,
  key: string,
  version: number,
): Promise<Version & { body: unknown }> {
  return within(deps, workspace, async (tx) => {
    const standing = await standingDefinition(tx, workspace, kind, key);
    const found = await findVersion(tx, workspace, kind, key, version);
    return { ...toVersionRow(found, standing.version), body: found.body };
  });
}

export async function planSet(deps: DefinitionDeps, workspace: Workspace, definitions: readonly LooseDefinition[]): Promise<Plan> {
  const given = toCandidates(definitions);
  return within(deps, workspace, async (tx) =>
    planWithin(deps, tx, workspace, given, await revisionOf(tx, workspace), await store.listDefinitions(tx, workspace.id)),
  );
}

export async function exportSet(
  deps: DefinitionDeps,
  workspace: Workspace,
  what: 'published' | 'drafts',
): Promise<{ definitions: LooseDefinition[] }> {
  const standing = inKindOrder(await within(deps, workspace, (tx) => store.listDefinitions(tx, workspace.id)));
  const wanted = standing.filter((each) => what === 'drafts' || (each.version !== null && !each.retired));
  return { definitions: wanted.map((each) => ({ kind: each.kind, key: each.key, body: what === 'drafts' ? each.draft : each.published })) };
}

// Drafts

/** Saves a draft, mistakes and all. */
export async function putDraft(
  deps: DefinitionDeps,
  workspace: Workspace,
  actor: string,
  kind: DefinitionKind,
  key: string,
  body: unknown,
): Promise<Detail> {
  const [given] = toCandidates([{ kind, key, body }]);
  const reviewers = await reviewersOf(deps, workspace);
  const detail = await within(deps, workspace, async (tx) => {
    await store.lockRevision(tx, workspace.id);
    const there = await store.findDefinition(tx, workspace.id, kind, key);
    if (!there || !isSame(there.draft, given!.body))
      await store.saveDraft(tx, workspace.id, kind, key, given!.body, actor, timeIn(deps, workspace));
    return detailOf(deps, tx, workspace, kind, key, reviewers);
  });
  deps.bus.changed(workspace.id, ['definitions']);
  return detail;
}

/** Throws the draft away: what is published stands again; a definition that was never published goes. */
export async function discardDraft(
  deps: DefinitionDeps,
  workspace: Workspace,
  actor: string,
  kind: DefinitionKind,
  key: string,
): Promise<{ kind: DefinitionKind; key: string }> {
  await within(deps, workspace, async (tx) => {
    await store.lockRevision(tx, workspace.id);
    const there = await standingDefinition(tx, workspace, kind, key);
    if (there.version === null) await store.deleteDefinition(tx, workspace.id, kind, key);
    else await store.saveDraft(tx, workspace.id, kind, key, there.published, actor, timeIn(deps, workspace));
    await recordAudit(
      tx,
      { workspace: workspace.id, actor, what: `threw away the draft of ${sayDefinition(kind, key)}`, details: { kind, key } },
      timeIn(deps, workspace),
    );
  });
  deps.bus.changed(workspace.id, ['definitions']);
  return { kind, key };
}

// Publishing

/** Publishes the draft. A draft that says what is in force already changes nothing and answers that version. */
export async function publishDefinition(
  deps: DefinitionDeps,
  workspace: Workspace,
  actor: string,
  kind: DefinitionKind,
  key: string,
  note = '',
  ramp: RampPlan | null = null,
  reason = '',
): Promise<Published> {
  if (ramp && kind !== 'journey')
    throw new Problem('body-invalid', [{ path: 'ramp', message: 'only journeys are brought in step by step' }]);
  const reviewers = await reviewersOf(deps, workspace);
  return publishOne(deps, workspace, actor, kind, key, async (tx, there) => {
    const given = toCandidate({ kind, key, body: there.draft });
    if (there.version !== null && !there.retired && !hasDraft(there)) return null;
    await refuseUnreviewed(tx, workspace, reviewers, [given], [there], timeIn(deps, workspace));
    const asked = await askedOf(tx, workspace, timeIn(deps, workspace));
    const beyond = refuseUnreasoned([given], await store.listDefinitions(tx, workspace.id), asked, { note, reason });
    return { given, note, did: 'published', details: { ...(ramp ? { ramp } : {}), ...beyond }, ramp };
  });
}

/** Publishes the body of an earlier version as a new version. It is checked like any other: what it needs may be gone by now. */
export async function rollbackDefinition(
  deps: DefinitionDeps,
  workspace: Workspace,
  actor: string,
  kind: DefinitionKind,
  key: string,
  version: number,
  note = '',
): Promise<Published> {
  return publishOne(deps, workspace, actor, kind, key, async (tx) => {
    const { body } = await findVersion(tx, workspace, kind, key, version);
    return {
      given: toCandidate({ kind, key, body }),
      note: note || `back to version ${version}`,
      did: `brought back version ${version} of`,
      details: { backTo: version },
    };
  });
}

interface ToPublish {
  given: Candidate;
  note: string;
  /** What the audit says of it: "published" the journey … */
  did: string;
  details: Record<string, unknown>;
  ramp?: RampPlan | null;
}

async function publishOne(
  deps: DefinitionDeps,
  workspace: Workspace,
  actor: string,
  kind: DefinitionKind,
  key: string,
  choose: (tx: Transaction, there: StoredDefinition) => Promise<ToPublish | null>,
): Promise<Published> {
  const { answer, isNew } = await within(deps, workspace, async (tx) => {
    const revision = await store.lockRevision(tx, workspace.id);
    const there = await standingDefinition(tx, workspace, kind, key);
    const chosen = await choose(tx, there);
    if (!chosen) return { answer: { version: there.version!, revision }, isNew: false };
    const asked = await askedOf(tx, workspace, timeIn(deps, workspace), [chosen.given.body]);
    const mistakes = mistakesOfOne(chosen.given, await store.listDefinitions(tx, workspace.id), [], asked);
    if (mistakes.length > 0) throw new Problem('definition-invalid', mistakes);
    const [published] = await publishWithin(deps, tx, workspace, actor, [chosen.given], chosen.note, revision + 1, chosen.ramp ?? null);
    const details = { kind, key, version: published!.version, revision: revision + 1, note: chosen.note, ...chosen.details };
    await recordAudit(
      tx,
      { workspace: workspace.id, actor, what: `${chosen.did} ${sayDefinition(kind, key)} as version ${published!.version}`, details },
      timeIn(deps, workspace),
    );
    return { answer: { version: published!.version, revision: revision + 1 }, isNew: true };
  });
  if (isNew) await tellPublished(deps, workspace);
  return answer;
}

export interface SetToApply {
  definitions: readonly LooseDefinition[];
  publish: boolean;
  note: string;
  /** Why it may go beyond the budget of complexity. */
  reason?: string;
  /** The revision of the plan that was looked at. */
  revision?: number | undefined;
}

/** Saves a set as drafts, or publishes what it changes, as one revision; all or nothing. Definitions that are not in the set stay as they are. */
export async function applySet(
  deps: DefinitionDeps,
  workspace: Workspace,
  actor: string,
  set: SetToApply,
): Promise<{ plan: Plan; published: number; revision: number }> {
  const given = toCandidates(set.definitions);
  const reviewers = set.publish ? await reviewersOf(deps, workspace) : 0;
  const answer = await within(deps, workspace, async (tx) => {
    const revision = await store.lockRevision(tx, workspace.id);
    if (set.revision !== undefined && set.revision !== revision) throw new Problem('plan-stale', { planned: set.revision, revision });
    const standing = await store.listDefinitions(tx, workspace.id);
    const plan = await planWithin(deps, tx, workspace, given, revision, standing);
    const twice = plan.mistakes.filter((mistake) => mistake.message === 'is given twice');
    if (set.publish ? plan.mistakes.length > 0 : twice.length > 0)
      throw new Problem('definition-invalid', set.publish ? plan.mistakes : twice);

    const stored = new Map(standing.map((each) => [definitionId(each.kind, each.key), each]));
    const changed = new Set(plan.changes.filter((each) => each.change !== 'same').map((each) => definitionId(each.kind, each.key)));
    const wanted = given.filter((each) =>
      set.publish
        ? changed.has(definitionId(each.kind, each.key))
        : !isSame(stored.get(definitionId(each.kind, each.key))?.draft, each.body),
    );
    if (wanted.length === 0) return { plan, published: 0, revision };
    if (set.publish) await refuseUnreviewed(tx, workspace, reviewers, wanted, standing, timeIn(deps, workspace));
    const beyond = set.publish
      ? refuseUnreasoned(wanted, standing, { policy: workspace.settings }, { note: set.note, reason: set.reason ?? '' })
      : {};
    if (!set.publish)
      for (const each of wanted) await store.saveDraft(tx, workspace.id, each.kind, each.key, each.body, actor, timeIn(deps, workspace));
    const published = set.publish ? await publishWithin(deps, tx, workspace, actor, wanted, set.note, revision + 1) : [];
    const many = `${wanted.length} ${wanted.length === 1 ? 'definition' : 'definitions'}`;
    const what = set.publish ? `applied ${many}` : `saved ${many} as drafts`;
    const named = wanted.map((each) => ({
      kind: each.kind,
      key: each.key,
      version: published.find((one) => one.kind === each.kind && one.key === each.key)?.version ?? null,
    }));
    await recordAudit(
      tx,
      {
        workspace: workspace.id,
        actor,
        what,
        details: { definitions: named, note: set.note, revision: revision + (set.publish ? 1 : 0), ...beyond },
      },
      timeIn(deps, workspace),
    );
    return { plan, published: published.length, revision: revision + (set.publish ? 1 : 0) };
  });
  if (answer.published > 0) await tellPublished(deps, workspace);
  else deps.bus.changed(workspace.id, ['definitions']);
  return answer;
}

export interface GoneBack {
  revision: number;
  /** With the version that stands again; null where there was none before. */
  back: { kind: DefinitionKind; key: string; version: number | null }[];
}

/**
 * Puts in force again what was at an earlier revision, in the transaction that chooses it: what was published since goes back to its version of then, and
 * what is new since goes out of force. It held together then, so nothing is checked, and nobody has to review it a second time.
 */
export async function goBack(
  deps: DefinitionDeps,
  workspace: Workspace,
  actor: string,
  choose: (tx: Transaction) => Promise<{ to: number; reason: string; details: Record<string, unknown> }>,
): Promise<GoneBack> {
  const answer = await within(deps, workspace, async (tx) => {
    const now = timeIn(deps, workspace);
    const revision = await store.lockRevision(tx, workspace.id);
    const { to, reason, details } = await choose(tx);
    const was = await store.publishedAt(tx, workspace.id, to);
    const is = await store.publishedAt(tx, workspace.id, revision);
    const versionIn = (those: readonly store.StoredVersion[], { kind, key }: store.StoredVersion): number | null =>
      those.find((each) => each.kind === kind && each.key === key)?.version ?? null;
    const again = was.filter((each) => versionIn(is, each) !== each.version);
    const isNew = is.filter((each) => versionIn(was, each) === null);
    const back = [...again, ...isNew].map((each) => ({ kind: each.kind, key: each.key, version: versionIn(was, each) }));
    if (back.length === 0) return { revision, back };
    for (const { kind, key } of isNew) {
      await retire(tx, workspace.id, { kind, key, at: now, by: actor, reason }, revision + 1);
      if (kind === 'journey') await endRamp(tx, workspace, key, `It went out of force: ${reason}.`, now);
    }
    const standing = await store.listDefinitions(tx, workspace.id);
    const isLatest = (each: store.StoredVersion): boolean =>
      standing.some(({ kind, key, version }) => kind === each.kind && key === each.key && version === each.version);
    for (const { kind, key } of again.filter(isLatest)) {
      await bringBack(tx, workspace.id, kind, key, revision + 1);
      await store.markRestored(tx, workspace.id, kind, key, now);
    }
    const given = again.filter((each) => !isLatest(each)).map(({ kind, key, body }) => toCandidate({ kind, key, body }));
    await publishWithin(deps, tx, workspace, actor, given, reason, revision + 1);
    await recordAudit(
      tx,
      {
        workspace: workspace.id,
        actor,
        what: `took definitions back: ${reason}`,
        details: { ...details, definitions: back, revision: revision + 1 },
      },
      now,
    );
    return { revision: revision + 1, back };
  });
  await tellPublished(deps, workspace);
  return answer;
}

/** Refuses what goes beyond the budget of complexity without a reason, and a score that does not say why it was made where signals have to be accurate. */
function refuseUnreasoned(
  given: readonly Candidate[],
  standing: readonly StoredDefinition[],
  asked: Asked,
  { note, reason }: { note: string; reason: string },
): { beyondBudget?: { why: string; how: string[] } } {
  const unsaid = asked.policy?.needs.includes('signal-accuracy') && note.trim() === '' ? given.filter(({ kind }) => kind === 'score') : [];
  if (unsaid.length > 0)
    throw new Problem(
      'definition-invalid',
      unsaid.map(({ kind, key }) => ({ kind, key, path: 'note', message: 'each version of a score says why it was made: write a note' })),
    );
  const house = houseWith(given, standing, asked);
  const beyond = given.flatMap(({ key, document }) => (document ? beyondBudget(document, house).map((how) => ({ key, how })) : []));
  if (beyond.length === 0) return {};
  if (reason.trim() === '')
    throw new Problem(
      'over-budget',
      beyond.map(({ key, how }) => ({ kind: 'journey', key, path: 'reason', message: how })),
    );
  return { beyondBudget: { why: reason.trim(), how: [...new Set(beyond.map(({ how }) => how))] } };
}

/** Publishes checked definitions as one revision, which the caller has locked. */
async function publishWithin(
  deps: DefinitionDeps,
  tx: Transaction,
  workspace: Workspace,
  actor: string,
  given: readonly Candidate[],
  note: string,
  revision: number,
  ramp: RampPlan | null = null,
): Promise<store.StoredVersion[]> {
  const now = timeIn(deps, workspace);
  const before = await store.listDefinitions(tx, workspace.id);
  const highest = await store.highestVersions(tx, workspace.id);
  const versions: store.StoredVersion[] = [];
  for (const { kind, key, body } of given) {
    const version = {
      kind,
      key,
      version: (highest.get(definitionId(kind, key)) ?? 0) + 1,
      body,
      revision,
      publishedAt: now,
      publishedBy: actor,
      note,
    };
    await store.saveDraft(tx, workspace.id, kind, key, body, actor, now);
    await store.addVersion(tx, workspace.id, version);
    await bringBack(tx, workspace.id, kind, key, revision);
    await store.archive(tx, workspace.id, kind, key, null);
    versions.push(version);
  }
  const journeys = versions
    .filter((each) => each.kind === 'journey')
    .map(({ key, version }) => {
      const there = before.find((each) => each.kind === 'journey' && each.key === key);
      return { key, version, previous: there && !there.retired ? there.version : null };
    });
  await keepRamps(tx, workspace, journeys, ramp, actor, { workspace: now, real: deps.now() });
  await keepExperiments(tx, workspace, versions, now);
  await store.setRevision(tx, workspace.id, revision);
  await beginBackfill(tx, workspace, revision - 1, revision, actor, now);
  const book = await loadRulebook(tx, workspace.id, revision);
  await keepSchedules(tx, workspace, book, workspaceNow(workspace, now));
  if (policyOf(await loadRulebook(tx, workspace.id, revision - 1)) !== policyOf(book)) {
    await waitForClaims(tx, workspace.id);
    await releaseHeld(tx, workspace.id, [...policyReasons, 'offer'], now);
  }
  return versions;
}

/** By what messages are held: when it is another one, whatever is held is asked again. */
const policyOf = ({ capPolicy, offers }: Rulebook): string => JSON.stringify([capPolicy?.version ?? null, [...offers]]);

async function tellPublished(deps: DefinitionDeps, workspace: Workspace): Promise<void> {
  await deps.workspaces.refresh();
  deps.bus.changed(workspace.id, ['definitions']);
  deps.bus.pokeWork();
}

// Parts

const sayDefinition = (kind: DefinitionKind, key: string): string => `the ${definitionKinds[kind].name.toLowerCase()} “${key}”`;

const timeIn = (deps: DefinitionDeps, workspace: Workspace): Instant => workspaceNow(workspace, deps.now());

const revisionOf = async (tx: Transaction, workspace: Workspace): Promise<number> =>
  (await store.revisionsOf(tx, [workspace.id])).get(workspace.id) ?? 0;

async function findVersion(
  tx: Transaction,
  workspace: Workspace,
  kind: DefinitionKind,
  key: string,
  version: number,
): Promise<store.StoredVersion> {
  const [found] = await store.findVersions(tx, workspace.id, kind, [{ key, version }]);
  if (!found) throw new Problem('version-unknown', { kind, key, version });
  return found;
}

/** What was given, read; refuses what cannot be kept at all. A shape with mistakes can: as a draft. */
function toCandidates(definitions: readonly LooseDefinition[]): Candidate[] {
  const mistakes: { kind: DefinitionKind; key: string; path: string; message: string }[] = [];
  for (const { kind, key, body } of definitions) {
    const strange = isObject(body) ? whyNotKeepable(body) : { path: [], message: 'must be an object' };
    if (strange) mistakes.push({ kind, key, path: ['body', ...strange.path].join('.'), message: strange.message });
  }
  if (mistakes.length > 0) throw new Problem('body-invalid', mistakes);
  return definitions.map(toCandidate);
}

async function planWithin(
  deps: DefinitionDeps,
  tx: Transaction,
  workspace: Workspace,
  given: readonly Candidate[],
  revision: number,
  standing: readonly StoredDefinition[],
): Promise<Plan> {
  const steps = await peopleAtSteps(
    tx,
    workspace.id,
    given.filter((each) => each.kind === 'journey').map((each) => each.key),
  );
  const stages = await peopleInStages(tx, workspace.id, stagesTaken(given, standing));
  const asked = await askedWithUses(
    tx,
    workspace,
    timeIn(deps, workspace),
    given.map(({ body }) => body),
  );
  const seen = await seenLately(tx, workspace, [...new Set(given.flatMap(eventsWatched))], timeIn(deps, workspace));
  return makePlan(given, standing, { steps, stages }, revision, seen, asked);
}

async function detailOf(
  deps: DefinitionDeps,
  tx: Transaction,
  workspace: Workspace,
  kind: DefinitionKind,
  key: string,
  reviewers: number,
): Promise<Detail> {
  const standing = await store.listDefinitions(tx, workspace.id);
  const there = standing.find((each) => each.kind === kind && each.key === key);
  if (!there) throw new Problem('definition-unknown', { kind, key });
  const retirement = there.retired
    ? (await listRetirements(tx, workspace.id)).find((each) => each.kind === kind && each.key === key)
    : null;
  return {
    ...toRow(there),
    draft: there.draft,
    published: there.published,
    mistakes: mistakesOfOne(
      toCandidate({ kind, key, body: there.draft }),
      standing,
      [],
      await askedOf(tx, workspace, timeIn(deps, workspace)),
    ),
    review: reviewOf(workspace, there, workspace.settings.review === 'off' ? [] : await latestReviews(tx, workspace.id), reviewers),
    retirement: retirement ? { at: toIso(retirement.at), by: retirement.by, reason: retirement.reason } : null,
  };
}

const toRow = (stored: StoredDefinition): Row => ({
  kind: stored.kind,
  key: stored.key,
  name: nameOf(stored),
  version: stored.version,
  hasDraft: hasDraft(stored),
  updatedAt: toIso(stored.updatedAt),
  updatedBy: stored.updatedBy,
  retired: stored.retired,
  archivedAt: isoOrNull(stored.archivedAt),
});
const nameOf = ({ draft, key }: StoredDefinition): string =>
  isObject(draft) && typeof draft.name === 'string' && draft.name.trim() !== '' ? draft.name : key;

const toVersionRow = (stored: store.StoredVersion, live: number | null): Version => ({
  version: stored.version,
  publishedAt: toIso(stored.publishedAt),
  publishedBy: stored.publishedBy,
  note: stored.note,
  live: stored.version === live,
});
