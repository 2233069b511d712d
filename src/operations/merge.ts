import type { DecisionLine } from '#contract/history.ts';
import type { Instant } from '#contract/instant.ts';
import { nameKey } from '#engine/identity/names.ts';
import { mayMerge } from '#engine/identity/policy.ts';
import { remains, stageFrom, united } from '#engine/identity/unite.ts';
import type { Person, PersonState } from '#engine/person.ts';
import { sayBy, sayKind } from '#engine/identity/words.ts';
import { stableId } from '#engine/stable-id.ts';
import { isOurFault, type Transaction } from '#store/database.ts';
import { appendDecisions } from '#store/histories.ts';
import { apartPairs, holdPeople, holdsOf, liftApart, waitJoin } from '#store/holds.ts';
import { countIdentities, identitiesOf, laneOf, nameOf, peopleWithUser } from '#store/identities.ts';
import { askForMerges, lockLanesInOrder, takeFactsOf, takeMerge, type WantedMerge, wantedMerges } from '#store/inbox.ts';
import { eventsStoredAt, membersOf, moveHistory, recordMerge } from '#store/merges.ts';
import { loadPeople, type StoredPerson, savePeople } from '#store/people.ts';
import { loadLiveRuns } from '#store/runs.ts';
import { armWakes } from '#store/wakes.ts';
import { loadWorkspaces, workspaceNow } from '#store/workspaces.ts';
import { decideAndWrite } from './decide-batch.ts';
import type { Deps } from './deps.ts';
import { announce } from './process.ts';

/**
 * Carries out the merges that wait. Each is a transaction of its own that locks both lanes in order, first applies the older facts of both people, and then
 * moves the rows of the one to the other. Nothing is triggered again: runs, stage and segments stay those of the person that remains; the strictest consent wins.
 */
export async function mergeWanted(deps: Deps): Promise<number> {
  const ids = await deps.workspaces.ids();
  const wanted = await deps.db.transaction({ workspaces: ids }, (tx) => wantedMerges(tx, 50));
  for (const merge of wanted) {
    try {
      await mergeOne(deps, merge, ids);
    } catch (error) {
      if (!isOurFault(error)) throw error;
      await giveUp(deps, merge, error);
    }
  }
  return wanted.length;
}

/** Leaves two people as they are whose merge the database refuses for good, and says so on the timeline; other merges go on. */
async function giveUp(deps: Deps, merge: WantedMerge, error: unknown): Promise<void> {
  deps.log.error({ workspace: merge.workspace, person: merge.person, error: String(error) }, 'a merge failed and was given up');
  const at = await deps.workspaces.nowOf(merge.workspace);
  await deps.db.transaction({ workspaces: [merge.workspace] }, async (tx) => {
    await lockLanesInOrder(tx, [laneOf(merge.person)]);
    if (await takeMerge(tx, merge))
      await tell(deps, tx, merge, merge.person, at, 0, {
        id: stableId('decision', 'merge fault', merge.evidence),
        decided: 'not merged',
        answer: 'Not merged: something went wrong on our side. Both people are as they were.',
        rule: null,
      });
  });
}

async function mergeOne(deps: Deps, merge: WantedMerge, ids: readonly number[]): Promise<void> {
  const outcome = await deps.db.asOwner(async (tx) => {
    await lockLanesInOrder(tx, [laneOf(merge.person), laneOf(merge.joins)]);
    if (!(await takeMerge(tx, merge))) return null;
    const older = await takeFactsOf(tx, [merge.person, merge.joins]);
    const written = older.length > 0 ? await decideAndWrite(deps, tx, ids, older, []) : null;
    const held = await join(deps, tx, merge);
    return { older, written, held };
  });
  if (outcome?.written) announce(deps, outcome.written, outcome.older, []);
  deps.bus.changed(merge.workspace, outcome?.held ? ['people', 'identities'] : ['people']);
}

/** Joins two people, unless something stands against it. Answers whether the join waits because one of them is held for review. */
async function join(deps: Deps, tx: Transaction, merge: WantedMerge): Promise<boolean> {
  const people = new Map((await loadPeople(tx, [merge.person, merge.joins])).map((person) => [person.id, person]));
  const [one, other] = [people.get(merge.person), people.get(merge.joins)];
  if (!one || !other) return false;
  const [now1, now2] = [one.mergedInto ?? one.id, other.mergedInto ?? other.id];
  if (now1 === now2) return false;
  if (one.mergedInto !== null || other.mergedInto !== null) {
    // Whoever they have become meanwhile lives in another lane: the merge is asked for anew, about them.
    const { id: _id, ...wanted } = merge;
    await askForMerges(tx, [{ ...wanted, person: now1, joins: now2 }], deps.now());
    return false;
  }
  if (one.erasedAt !== null || other.erasedAt !== null || one.workspace !== other.workspace) return false;
  const [workspace] = await loadWorkspaces(tx, [merge.workspace]);
  const now = workspaceNow(workspace!, deps.now());
  const against = await whyNot(deps, tx, merge, one, other, now);
  if (against !== null) {
    await tell(deps, tx, merge, one.id, now, workspace!.revision, { decided: 'not merged', ...against });
    return against.held === true;
  }
  const [winner, loser] = remains(one as StoredPerson & Person, other as StoredPerson & Person);
  const runs = await loadLiveRuns(tx, [winner.id]);
  const storedAt = deps.now();
  const before = await eventsStoredAt(tx, winner.id, storedAt);
  const names = (await identitiesOf(tx, winner.id)).map((each) => nameKey(nameOf(each)));
  const whole = united(winner, loser);
  const dropped = await moveHistory(tx, {
    winner: winner.id,
    loser: loser.id,
    keepJourneys: runs.map((run) => run.journey),
    stage: stageFrom(winner, loser) === loser ? 'loser' : 'winner',
    at: now,
  });
  await recordMerge(tx, {
    id: stableId('merge', winner.id, loser.id, merge.evidence, storedAt),
    person: winner.id,
    loser: loser.id,
    workspace: merge.workspace,
    at: now,
    storedAt,
    evidence: merge.evidence,
    actor: merge.actor,
    reason: merge.reason ?? null,
    undo: { winner: keepable(winner), loser: keepable(loser), before, dropped, names },
  });
  await savePeople(tx, [whole, { ...loser, mergedInto: winner.id }]);
  // The memory of both is rebuilt from their events, and every rule asked again, when the person wakes at once.
  await armWakes(tx, [{ workspace: merge.workspace, person: winner.id, clock: workspace!.clock?.clock ?? 0, dueAt: now }]);
  await tell(deps, tx, merge, winner.id, now, workspace!.revision, {
    id: stableId('decision', 'merged', winner.id, loser.id, merge.evidence),
    decided: 'merged',
    answer: `Joined with ${sayWho(loser)}: ${sayWhy(merge)}.`,
    rule: null,
  });
  return false;
}

/** A person as they are kept, so that the merge can be undone; memory is computed from events. */
export const keepable = (person: StoredPerson): StoredPerson => ({
  ...person,
  state: { ...(person.state as PersonState), memory: {} },
});

/** Somebody on the timeline of another, without anything that would outlive them when they are erased. */
export const sayWho = (person: Pick<StoredPerson, 'id' | 'userId'>): string =>
  `the ${person.userId === null ? 'visitor' : 'person'} ${person.id.slice(-6)}`;

const sayWhy = (merge: WantedMerge): string =>
  merge.reason !== undefined
    ? `${merge.actor} said so: ${merge.reason}`
    : `both came with the same ${sayKind(merge.by ?? 'name')}, as ${sayBy(merge.actor)} said`;

interface Against {
  /** The join waits for a colleague. */
  held?: true;
  id?: string;
  answer: string;
  rule: string;
}

/** What stands against a merge; null when nothing does. Both lanes are locked. */
async function whyNot(
  deps: Deps,
  tx: Transaction,
  merge: WantedMerge,
  one: StoredPerson,
  other: StoredPerson,
  now: Instant,
): Promise<Against | null> {
  const members = await membersOf(tx, [one.id, other.id]);
  const of = (root: string): string[] => members.filter((each) => each.root === root).map((each) => each.person);
  const apart = await apartPairs(tx, of(one.id), of(other.id));
  if (apart.length > 0 && !merge.trusted)
    return {
      // Said once of the two: they may go on to come together.
      id: stableId('decision', 'kept apart', one.id, other.id),
      answer: `Not merged with ${sayWho(other)}: a merge of the two was undone, and only a trusted source may say anew that they are one.`,
      rule: 'whoever was set apart stays apart until a trusted source says otherwise',
    };
  const { identity } = await deps.rulebooks.current(tx, merge.workspace);
  const known = await peopleWithUser(tx, [one.id, other.id]);
  const bothKnown = known.size === 2;
  const trusted = merge.trusted || merge.allowed === true;
  // Whoever has no user id may be joined by anybody who names both, but not take over somebody known whom only an address names.
  if (!merge.allowed && (bothKnown || known.has(other.id)) && !mayMerge(identity.kinds.get(merge.by ?? 'user'), trusted, bothKnown))
    return bothKnown
      ? {
          answer: 'Not merged: both people have a user id, and only a trusted source may say that they are one.',
          rule: 'a write key never merges two known people',
        }
      : {
          answer: 'Not merged: the other person is known, and only a trusted source may say that the two are one.',
          rule: 'a write key never takes over somebody who is known',
        };
  if (!merge.allowed) {
    const held = await whyHeld(tx, merge, one, other, identity, now);
    if (held) {
      await waitJoin(tx, {
        person: one.id,
        other: other.id,
        workspace: merge.workspace,
        at: now,
        evidence: merge.evidence,
        actor: merge.actor,
        by: merge.by ?? null,
      });
      return { ...held, held: true };
    }
  }
  if (apart.length > 0) await liftApart(tx, apart);
  return null;
}

async function whyHeld(
  tx: Transaction,
  merge: WantedMerge,
  one: StoredPerson,
  other: StoredPerson,
  policy: Awaited<ReturnType<Deps['rulebooks']['current']>>['identity'],
  now: Instant,
): Promise<Against | null> {
  const pair = [one.id, other.id];
  const holds = await holdsOf(tx, pair);
  const rule = 'whoever attracts too many identities is looked at by a colleague';
  const answer = `Not merged with ${sayWho(other)}: held for review.`;
  if (holds.some((hold) => hold.status === 'held')) return { answer, rule };
  const counts = await countIdentities(
    tx,
    pair,
    policy.order.map((kind) => ({ workspace: merge.workspace, kind: kind.kind, since: now - (kind.hold?.within ?? 0) })),
  );
  for (const kind of policy.order) {
    if (kind.hold === null) continue;
    const of = counts.filter((each) => each.kind === kind.kind);
    const all = of.reduce((sum, each) => sum + each.all, 0);
    const allowed = holds.find((hold) => hold.kind === kind.kind && hold.status === 'allowed');
    const counted = allowed ? all - allowed.identities : of.reduce((sum, each) => sum + each.lately, 0);
    if (counted <= kind.hold.more) continue;
    await holdPeople(tx, [{ person: one.id, workspace: merge.workspace, kind: kind.kind, identities: all, since: now }]);
    return {
      answer: `${answer.slice(0, -1)}, because the two together have attracted ${counted} times a new ${sayKind(kind.kind)}.`,
      rule,
    };
  }
  return null;
}

/** A line on somebody's timeline about a merge. */
async function tell(
  deps: Deps,
  tx: Transaction,
  merge: WantedMerge,
  person: string,
  at: Instant,
  revision: number,
  line: { id?: string; rule: string | null } & Pick<DecisionLine, 'decided' | 'answer'>,
): Promise<void> {
  await appendDecisions(
    tx,
    [
      {
        person,
        workspace: merge.workspace,
        id: line.id ?? stableId('decision', 'merge', merge.evidence),
        at,
        about: 'merge',
        decided: line.decided,
        answer: line.answer,
        because: line.rule === null ? [] : [{ rule: line.rule, version: null, held: false, evidence: [merge.evidence] }],
        revision,
        evidence: merge.evidence,
      },
    ],
    deps.now(),
  );
}
