import type { z } from 'zod';
import type { DefinitionKind } from '#contract/definition.ts';
import { isSame } from '#contract/diff.ts';
import { type Instant, ms, toIso } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import type { DraftReview, ReviewRow } from '#contract/routes/definitions.ts';
import { recordAudit } from '#store/audit.ts';
import { listColleagues } from '#store/colleagues.ts';
import type { Transaction } from '#store/database.ts';
import * as store from '#store/definitions.ts';
import type { StoredDefinition } from '#store/definitions.ts';
import * as reviews from '#store/reviews.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { askedOf } from './house.ts';
import { type Candidate, hasDraft, mistakesOfOne, toCandidate } from './plan.ts';
import { standingDefinition } from './standing-definition.ts';

/**
 * Where a workspace asks for it, a draft is published only after somebody else than its last editor approved it as it stands: a request carries the body that it was
 * made for, so that any edit leaves it behind. Whoever asks cannot answer either: the last change may have been made with a key, which is nobody's. Somebody who works alone waits instead until the draft has stood unchanged for a while.
 */

type ReviewDeps = Pick<Deps, 'db' | 'now' | 'bus' | 'newId'>;

/** How many there are who could review; 0 where nobody is asked for it. Read before a transaction: colleagues belong to no workspace. */
export const reviewersOf = async (deps: ReviewDeps, { settings }: Workspace): Promise<number> =>
  settings.review === 'off' ? 0 : (await listColleagues(deps.db)).length;

/** What publishing this body of a definition still takes. */
export function reviewOf(
  { settings }: Workspace,
  there: StoredDefinition,
  latest: readonly reviews.StoredReview[],
  reviewers: number,
  body: unknown = there.draft,
): DraftReview {
  const given = sameBody(there, body);
  const review = latest.find((each) => each.kind === there.kind && each.key === there.key && isSame(sameBody(there, each.body), given));
  const asked = review ? { by: review.askedBy, at: toIso(review.askedAt), note: review.note } : null;
  const answer = review?.answer ? { ...review.answer, at: toIso(review.answer.at) } : null;
  const isAsked = settings.review === 'everything' || (settings.review === 'journeys' && there.kind === 'journey');
  const isInForce = there.version !== null && !there.retired && isSame(sameBody(there, there.published), given);
  if (!isAsked || isInForce) return { needs: 'nothing', asked, answer, publishableAt: toIso(there.updatedAt) };
  if (reviewers > 1) return { needs: 'another-person', asked, answer, publishableAt: answer?.approved ? answer.at : null };
  // Only the draft itself has stood for a while; another body has not stood at all.
  const stands = isSame(sameBody(there, there.draft), given);
  return { needs: 'cooling-off', asked, answer, publishableAt: stands ? toIso(there.updatedAt + ms(settings.coolingOff)) : null };
}

const sameBody = ({ kind, key }: { kind: DefinitionKind; key: string }, body: unknown): unknown => toCandidate({ kind, key, body }).body;

/** Refuses to publish what still waits for somebody, or for its time. */
export async function refuseUnreviewed(
  tx: Transaction,
  workspace: Workspace,
  reviewers: number,
  given: readonly Candidate[],
  standing: readonly StoredDefinition[],
  now: Instant,
): Promise<void> {
  if (workspace.settings.review === 'off') return;
  const latest = await reviews.latestReviews(tx, workspace.id);
  const waiting = given.flatMap(({ kind, key, body }) => {
    const there = standing.find((each) => each.kind === kind && each.key === key) ?? nobodys(kind, key, body, now);
    const review = reviewOf(workspace, there, latest, reviewers, body);
    return review.publishableAt !== null && Date.parse(review.publishableAt) <= now
      ? []
      : [{ kind, key, needs: review.needs, publishableAt: review.publishableAt }];
  });
  if (waiting.length > 0)
    throw new Problem(waiting.some((each) => each.needs === 'another-person') ? 'review-missing' : 'cooling-off', waiting);
}

/** A definition that is published without ever having been a draft. */
const nobodys = (kind: DefinitionKind, key: string, draft: unknown, updatedAt: Instant): StoredDefinition => ({
  kind,
  key,
  draft,
  version: null,
  updatedAt,
  updatedBy: '',
  published: null,
  publishedAt: null,
  retired: false,
  archivedAt: null,
  restoredAt: null,
});

export async function askForReview(
  deps: ReviewDeps,
  workspace: Workspace,
  actor: string,
  kind: DefinitionKind,
  key: string,
  note: string,
): Promise<DraftReview> {
  const reviewers = await reviewersOf(deps, workspace);
  const now = workspaceNow(workspace, deps.now());
  const review = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    await store.lockRevision(tx, workspace.id);
    const there = await standingDefinition(tx, workspace, kind, key);
    const mistakes = mistakesOfOne(
      toCandidate({ kind, key, body: there.draft }),
      await store.listDefinitions(tx, workspace.id),
      [],
      await askedOf(tx, workspace, now),
    );
    if (mistakes.length > 0) throw new Problem('definition-invalid', mistakes);
    await reviews.insertReview(tx, workspace.id, {
      id: deps.newId(deps.now()),
      kind,
      key,
      body: there.draft,
      note,
      askedBy: actor,
      askedAt: now,
      answer: null,
    });
    await recordAudit(
      tx,
      { workspace: workspace.id, actor, what: `asked for a review of the ${kind} “${key}”`, details: { kind, key, note } },
      now,
    );
    return reviewOf(workspace, there, await reviews.latestReviews(tx, workspace.id), reviewers);
  });
  deps.bus.changed(workspace.id, ['definitions']);
  return review;
}

export async function answerReview(
  deps: ReviewDeps,
  workspace: Workspace,
  actor: string,
  kind: DefinitionKind,
  key: string,
  { approve, comment }: { approve: boolean; comment: string },
): Promise<DraftReview> {
  const reviewers = await reviewersOf(deps, workspace);
  const now = workspaceNow(workspace, deps.now());
  const review = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    await store.lockRevision(tx, workspace.id);
    const there = await standingDefinition(tx, workspace, kind, key);
    const latest = (await reviews.latestReviews(tx, workspace.id)).find((each) => each.kind === kind && each.key === key);
    if (!latest || latest.answer !== null || !isSame(sameBody(there, latest.body), sameBody(there, there.draft)))
      throw new Problem('review-none', { kind, key });
    if (there.updatedBy === actor || latest.askedBy === actor) throw new Problem('review-own', { kind, key });
    await reviews.answerReview(tx, workspace.id, latest.id, { by: actor, at: now, approved: approve, comment });
    await recordAudit(
      tx,
      {
        workspace: workspace.id,
        actor,
        what: `${approve ? 'approved' : 'declined'} the draft of the ${kind} “${key}”${comment ? `: ${comment}` : ''}`,
        details: { kind, key, review: latest.id },
      },
      now,
    );
    return reviewOf(workspace, there, await reviews.latestReviews(tx, workspace.id), reviewers);
  });
  deps.bus.changed(workspace.id, ['definitions']);
  return review;
}

/** Drafts that wait for an answer, as they stand. */
export async function listReviews(deps: ReviewDeps, workspace: Workspace): Promise<{ items: z.infer<typeof ReviewRow>[]; next: null }> {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const standing = await store.listDefinitions(tx, workspace.id);
    const open = (await reviews.latestReviews(tx, workspace.id)).filter((each) => each.answer === null);
    return {
      items: open
        .toSorted((a, b) => a.askedAt - b.askedAt)
        .flatMap((each) => {
          const there = standing.find((one) => one.kind === each.kind && one.key === each.key);
          if (!there || !hasDraft(there) || !isSame(sameBody(there, each.body), sameBody(there, there.draft))) return [];
          const { name } = there.draft as { name?: unknown };
          return [
            {
              kind: each.kind,
              key: each.key,
              name: typeof name === 'string' ? name : each.key,
              askedBy: each.askedBy,
              askedAt: toIso(each.askedAt),
              note: each.note,
              lastChangeBy: there.updatedBy,
            },
          ];
        }),
      next: null,
    };
  });
}
