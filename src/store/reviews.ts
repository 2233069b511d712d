import type { DefinitionKind } from '#contract/definition.ts';
import { type Instant, toIso } from '#contract/instant.ts';
import type { Queryable, Row } from './database.ts';

/** Somebody asked that a draft be reviewed. It speaks of the body that the draft had then, and of no other. */
export interface StoredReview {
  id: string;
  kind: DefinitionKind;
  key: string;
  body: unknown;
  note: string;
  askedBy: string;
  askedAt: Instant;
  /** Null while nobody has answered. */
  answer: { by: string; at: Instant; approved: boolean; comment: string } | null;
}

const toReview = (row: Row): StoredReview => ({
  id: row.review_id,
  kind: row.kind,
  key: row.key,
  body: row.body,
  note: row.note,
  askedBy: row.asked_by,
  askedAt: row.asked_at,
  answer:
    row.answered_at === null ? null : { by: row.answered_by, at: row.answered_at, approved: row.approved, comment: row.comment ?? '' },
});

/** Keeps a request. It comes after every other about the same definition, also where both were made within one tick of the clock. */
export async function insertReview(tx: Queryable, workspace: number, review: StoredReview): Promise<void> {
  await tx.query(
    `insert into review (review_id, workspace_id, kind, key, body, note, asked_by, asked_at)
     select $1, $2, $3, $4, $5, $6, $7, greatest($8::timestamptz, max(asked_at) + interval '1 millisecond') from review where workspace_id = $2 and kind = $3 and key = $4`,
    [review.id, workspace, review.kind, review.key, JSON.stringify(review.body), review.note, review.askedBy, toIso(review.askedAt)],
  );
}

export async function answerReview(
  tx: Queryable,
  workspace: number,
  id: string,
  answer: NonNullable<StoredReview['answer']>,
): Promise<void> {
  await tx.query(
    `update review set answered_by = $3, answered_at = $4, approved = $5, comment = $6 where workspace_id = $1 and review_id = $2`,
    [workspace, id, answer.by, toIso(answer.at), answer.approved, answer.comment],
  );
}

/** The latest request about each definition, by kind and key. */
export async function latestReviews(tx: Queryable, workspace: number): Promise<StoredReview[]> {
  const rows = await tx.query(
    'select distinct on (kind, key) * from review where workspace_id = $1 order by kind, key, asked_at desc, review_id desc',
    [workspace],
  );
  return rows.map(toReview);
}
