import type { z } from 'zod';
import type { Fact } from '#contract/fact.ts';
import { day, isoOrNull, toIso } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import type { HeldPerson, MergeRow, RefusedNameRow, UndoneRow } from '#contract/routes/identities.ts';
import { recordAudit } from '#store/audit.ts';
import { decisionsOf } from '#store/histories.ts';
import * as holds from '#store/holds.ts';
import { countIdentities, laneOf } from '#store/identities.ts';
import { appendToInbox, askForMerges, lockLanesInOrder } from '#store/inbox.ts';
import { listUndone, membersOf, mergesInto, type StoredMerge } from '#store/merges.ts';
import { namesOf, type StoredPerson } from '#store/people.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { findPerson, until } from './edit-person.ts';
import { factId } from './ingest/normalise.ts';

/** Who is who, as a colleague sees and settles it: joining two people, what was joined, what was refused, who is held for review. */

type Paging = { cursor?: string | undefined; limit: number };
type Page<T> = { items: T[]; next: string | null };

/** Joins two people because a colleague says so: a fact like any other that says the same, with a reason. Answers when it has been carried out. */
export async function mergePeople(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  id: string,
  given: { person: string; reason: string },
): Promise<string> {
  const [one, other] = [await findPerson(deps, workspace, id), await findPerson(deps, workspace, given.person)];
  if (one.id === other.id) throw new Problem('merge-same', { person: one.id });
  const now = deps.now();
  const at = workspaceNow(workspace, now);
  const messageId = `admin:${deps.newId(now)}`;
  const fact: Fact = {
    kind: 'alias',
    envelope: { reason: given.reason, joins: other.id },
    id: factId(workspace.id, messageId),
    messageId,
    at,
    acceptedAt: at,
    source: { trust: 'trusted', by: actor, entryPoint: 'manual' },
    joins: other.id,
    joinsReason: given.reason,
  };
  const scope = { workspaces: [workspace.id] };
  await deps.db.transaction(scope, async (tx) => {
    await appendToInbox(tx, [{ workspace: workspace.id, person: one.id, class: 'admin', fact }]);
    await recordAudit(
      tx,
      { workspace: workspace.id, actor, what: 'joined two people', details: { person: one.id, with: other.id, reason: given.reason } },
      now,
    );
  });
  deps.bus.pokeWork([laneOf(one.id)]);
  let answer = '';
  await until(async () => {
    const rootOf = async (person: string): Promise<string> => (await findPerson(deps, workspace, person)).id;
    const roots = [await rootOf(one.id), await rootOf(other.id)];
    if (roots[0] === roots[1]) return true;
    const lines = await deps.db.transaction(scope, (tx) => decisionsOf(tx, roots[0]!, Math.max(now, at) + day, 20, 'merge'));
    answer = lines.find((line) => line.evidence === fact.id && line.decided === 'not merged')?.answer ?? '';
    return answer !== '';
  });
  if (answer !== '') throw new Problem('merge-refused', { why: answer });
  return (await findPerson(deps, workspace, one.id)).id;
}

const toMergeRow = (merge: StoredMerge, into: string, standing: boolean): MergeRow => ({
  person: merge.loser,
  into,
  who: whoOf(merge.undo?.loser),
  at: toIso(merge.at),
  by: merge.actor,
  reason: merge.reason,
  evidence: merge.evidence,
  undone: merge.undone && { ...merge.undone, at: toIso(merge.undone.at) },
  canUndo: merge.undone === null && merge.undo !== null && standing,
});

const whoOf = (person: StoredPerson | undefined) => ({
  email: person?.email ?? null,
  name: person?.name ?? null,
  userId: person?.userId ?? null,
  firstSeen: isoOrNull(person?.createdAt ?? null),
});

/** Who was joined with a person, newest first; undone merges too. */
export async function listMerges(deps: Deps, workspace: Workspace, id: string): Promise<Page<MergeRow>> {
  const { id: root } = await findPerson(deps, workspace, id);
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const members = (await membersOf(tx, [root])).map((each) => each.person);
    const rows = await mergesInto(tx, members);
    return { items: rows.map((merge) => toMergeRow(merge, merge.person, members.includes(merge.loser))), next: null };
  });
}

export async function listUndoneMerges(deps: Deps, workspace: Workspace, filter: Paging): Promise<Page<UndoneRow>> {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const { items, next } = await listUndone(tx, workspace.id, filter);
    const names = await namesOf(
      tx,
      items.flatMap((each) => [each.person, each.loser]),
    );
    const who = (id: string) => ({ id, email: names.get(id)?.email ?? null, name: names.get(id)?.name ?? null });
    return {
      items: items.map((each) => ({
        people: [who(each.person), who(each.loser)],
        mergedAt: toIso(each.at),
        undoneAt: toIso(each.undone!.at),
        by: each.undone!.by,
        reason: each.undone!.reason,
      })),
      next,
    };
  });
}

export const listRefused = (deps: Deps, workspace: Workspace, filter: Paging): Promise<Page<RefusedNameRow>> =>
  deps.db.transaction({ workspaces: [workspace.id] }, (tx) => holds.listRefusedNames(tx, workspace.id, filter));

export async function listReview(deps: Deps, workspace: Workspace, filter: Paging): Promise<Page<z.infer<typeof HeldPerson>>> {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const { items, next } = await holds.listHeld(tx, workspace.id, filter);
    const names = await namesOf(
      tx,
      items.flatMap((each) => [each.person, ...each.waiting.map((join) => join.person)]),
    );
    const who = (id: string) => ({ id, email: names.get(id)?.email ?? null, name: names.get(id)?.name ?? null });
    return {
      items: items.map((each) => ({
        person: who(each.person),
        since: each.since,
        kinds: each.kinds,
        waiting: each.waiting.map((join) => ({ ...join, person: who(join.person) })),
      })),
      next,
    };
  });
}

/** Settles who is held: what waits is joined, or kept apart from them. */
export async function settleReview(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  id: string,
  given: { as: 'allow' | 'apart'; reason: string },
): Promise<{ joins: number }> {
  const person = await findPerson(deps, workspace, id);
  const now = deps.now();
  const joins = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    await lockLanesInOrder(tx, [laneOf(person.id)]);
    const counts = new Map((await countIdentities(tx, [person.id], [])).map((each) => [each.kind, each.all]));
    const kinds = await holds.settleHolds(tx, person.id, {
      status: given.as === 'allow' ? 'allowed' : 'apart',
      by: actor,
      reason: given.reason,
      counts,
    });
    if (kinds.length === 0) throw new Problem('review-unknown', { person: person.id });
    const waiting = await holds.takeWaitingJoins(tx, person.id);
    if (given.as === 'allow')
      await askForMerges(
        tx,
        waiting.map((join) => ({
          workspace: workspace.id,
          person: person.id,
          joins: join.other,
          evidence: join.evidence,
          actor,
          trusted: true,
          by: join.by,
          reason: given.reason,
          allowed: true,
        })),
        now,
      );
    else
      await holds.keepApart(
        tx,
        waiting.map((join) => ({ person: person.id, other: join.other })),
        { workspace: workspace.id, at: now, by: actor, reason: given.reason },
      );
    await recordAudit(
      tx,
      {
        workspace: workspace.id,
        actor,
        what: given.as === 'allow' ? 'let a held person be joined' : 'kept a held person apart',
        details: { person: person.id, kinds, joins: waiting.length, reason: given.reason },
      },
      now,
    );
    return waiting.length;
  });
  deps.bus.changed(workspace.id, ['identities', 'people']);
  deps.bus.pokeWork([laneOf(person.id)]);
  return { joins };
}
