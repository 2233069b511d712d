import type { PersonState } from '#engine/person.ts';
import { isOurFault, type Transaction } from '#store/database.ts';
import { loadLiveRuns } from '#store/runs.ts';
import { askForMerges, lockLanesInOrder, takeFactsOf, takeMerge, wantedMerges, type WantedMerge } from '#store/inbox.ts';
import { laneOf, peopleWithUser } from '#store/identities.ts';
import { moveHistory, recordMerge } from '#store/merges.ts';
import { loadPeople, savePeople, type StoredPerson } from '#store/people.ts';
import { appendDecisions } from '#store/histories.ts';
import { loadWorkspaces, workspaceNow } from '#store/workspaces.ts';
import { stableId } from '#engine/stable-id.ts';
import { armWakes } from '#store/wakes.ts';
import type { Deps } from './deps.ts';
import { decideAndWrite } from './decide-batch.ts';
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
      await appendDecisions(
        tx,
        [
          {
            person: merge.person,
            workspace: merge.workspace,
            id: stableId('decision', 'merge fault', merge.evidence),
            at,
            about: 'merge',
            decided: 'not merged',
            answer: 'Not merged: something went wrong on our side. Both people are as they were.',
            because: [],
            revision: 0,
            evidence: merge.evidence,
          },
        ],
        deps.now(),
      );
  });
}

async function mergeOne(deps: Deps, merge: WantedMerge, ids: readonly number[]): Promise<void> {
  const outcome = await deps.db.asOwner(async (tx) => {
    await lockLanesInOrder(tx, [laneOf(merge.person), laneOf(merge.joins)]);
    if (!(await takeMerge(tx, merge))) return null;
    const older = await takeFactsOf(tx, [merge.person, merge.joins]);
    const written = older.length > 0 ? await decideAndWrite(deps, tx, ids, older, []) : null;
    await join(deps, tx, merge);
    return { older, written };
  });
  if (outcome?.written) announce(deps, outcome.written, outcome.older, []);
  deps.bus.changed(merge.workspace, ['people']);
}

async function join(deps: Deps, tx: Transaction, merge: WantedMerge): Promise<void> {
  const people = new Map((await loadPeople(tx, [merge.person, merge.joins])).map((person) => [person.id, person]));
  const winner = people.get(merge.person);
  const loser = people.get(merge.joins);
  if (winner?.mergedInto) {
    // Whoever the winner has become meanwhile lives in another lane: the merge is asked for anew, about them.
    await askForMerges(
      tx,
      [
        {
          workspace: merge.workspace,
          person: winner.mergedInto,
          joins: merge.joins,
          evidence: merge.evidence,
          actor: merge.actor,
          trusted: merge.trusted,
        },
      ],
      deps.now(),
    );
    return;
  }
  if (
    !winner ||
    !loser ||
    winner.id === loser.id ||
    loser.mergedInto !== null ||
    loser.erasedAt !== null ||
    winner.erasedAt !== null ||
    winner.workspace !== loser.workspace
  )
    return;
  const [workspace] = await loadWorkspaces(tx, [merge.workspace]);
  const now = workspaceNow(workspace!, deps.now());
  const known = await peopleWithUser(tx, [loser.id]);
  if (known.size > 0 && !merge.trusted) {
    await appendDecisions(
      tx,
      [
        {
          person: winner.id,
          workspace: merge.workspace,
          id: stableId('decision', 'merge', merge.evidence),
          at: now,
          about: 'merge',
          decided: 'not merged',
          answer: 'Not merged: both people have a user id, and only a trusted source may say that they are one.',
          because: [{ rule: 'a write key never merges two known people', version: null, held: false, evidence: [merge.evidence] }],
          revision: workspace!.revision,
          evidence: merge.evidence,
        },
      ],
      deps.now(),
    );
    return;
  }
  const runs = await loadLiveRuns(tx, [winner.id]);
  await recordMerge(tx, {
    person: winner.id,
    loser: loser.id,
    workspace: merge.workspace,
    at: now,
    evidence: merge.evidence,
    actor: merge.actor,
    undo: { winner: keepable(winner), loser: keepable(loser) },
  });
  await moveHistory(tx, {
    winner: winner.id,
    loser: loser.id,
    keepJourneys: runs.map((run) => run.journey),
    takesStage: winner.stage === null,
    at: now,
  });
  await savePeople(tx, [united(winner, loser), { ...loser, mergedInto: winner.id }]);
  // The memory of both is rebuilt from their events, and every rule asked again, when the person wakes at once.
  await armWakes(tx, [{ workspace: merge.workspace, person: winner.id, clock: workspace!.clock?.clock ?? 0, dueAt: now }]);
}

const keepable = ({ state, ...rest }: StoredPerson): object => ({
  ...rest,
  state: { consents: (state as PersonState).consents, journeys: (state as PersonState).journeys },
});

/** One person out of two: what the winner knows counts, what only the loser knows is added, the strictest consent wins. */
function united(winner: StoredPerson, loser: StoredPerson): StoredPerson {
  const [a, b] = [winner.state as PersonState, loser.state as PersonState];
  const consents: PersonState['consents'] = { ...b.consents, ...a.consents };
  for (const [key, theirs] of Object.entries(b.consents)) {
    const ours = a.consents[key];
    if (theirs.state !== 'granted' || (ours && ours.state !== 'granted')) consents[key] = ours && ours.state !== 'granted' ? ours : theirs;
  }
  const journeys = { ...b.journeys, ...a.journeys };
  for (const [key, theirs] of Object.entries(b.journeys)) {
    const ours = a.journeys[key];
    if (ours)
      journeys[key] = {
        entered: ours.entered + theirs.entered,
        lastEntered: Math.max(ours.lastEntered, theirs.lastEntered),
        lastEnded: Math.max(ours.lastEnded ?? 0, theirs.lastEnded ?? 0) || null,
      };
  }
  const earlier = loser.createdAt < winner.createdAt ? loser : winner;
  const takesStage = winner.stage === null && loser.stage !== null;
  return {
    ...winner,
    email: winner.email ?? loser.email,
    phone: winner.phone ?? loser.phone,
    name: winner.name ?? loser.name,
    userId: winner.userId ?? loser.userId,
    traits: { ...loser.traits, ...winner.traits },
    owner: winner.owner ?? loser.owner,
    zone: winner.zone ?? loser.zone,
    entryPoint: earlier.entryPoint,
    firstSource: earlier.firstSource ?? winner.firstSource ?? loser.firstSource,
    createdAt: earlier.createdAt,
    lastSeenAt: Math.max(winner.lastSeenAt ?? 0, loser.lastSeenAt ?? 0) || null,
    ...(takesStage ? { stage: loser.stage, stageSince: loser.stageSince } : {}),
    // An empty memory version differs from every rulebook's: the memory is rebuilt from the events of both.
    state: {
      ...a,
      clicks: [...(a.clicks ?? []), ...(b.clicks ?? [])],
      written: { ...b.written, ...a.written },
      consents,
      journeys,
      memory: {},
      memoryVersion: 'merged',
      consentChanges: a.consentChanges + b.consentChanges,
      ...(takesStage ? { moves: b.moves, stageEvidence: b.stageEvidence } : {}),
    } satisfies PersonState,
  };
}
