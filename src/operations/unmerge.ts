import type { Fact } from '#contract/fact.ts';
import { day, type Instant } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import { divide, goes, type LaterFact, type LaterJoin, stays } from '#engine/identity/divide.ts';
import { type Call, nameKey, namesOf } from '#engine/identity/names.ts';
import { onlyProfile, profiled, unexplained } from '#engine/identity/replay.ts';
import { remains, strictest, united, unitedAs } from '#engine/identity/unite.ts';
import { emptyState, type Person, type PersonState } from '#engine/person.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import { stableId } from '#engine/stable-id.ts';
import { recordAudit } from '#store/audit.ts';
import type { Transaction } from '#store/database.ts';
import { type LaterEvent, laterEvents, loadEvents } from '#store/events.ts';
import { appendConsents, appendDecisions, consentsOf, movesOf } from '#store/histories.ts';
import { keepApart } from '#store/holds.ts';
import { type HeldIdentity, identitiesOf, laneOf, nameOf } from '#store/identities.ts';
import { lockLanesInOrder, takeFactsOf } from '#store/inbox.ts';
import { membersOf, type StoredMerge, standingMerges } from '#store/merges.ts';
import { messagesOfPerson } from '#store/messages.ts';
import { changeMemberships } from '#store/memberships.ts';
import { loadPeople, type StoredPerson, savePeople } from '#store/people.ts';
import { runsOfPerson } from '#store/runs.ts';
import { countOrigins, giveBack, markUndone, pointTo, rewriteUndo, takeStageOf } from '#store/unmerges.ts';
import { armWakes } from '#store/wakes.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import { decideAndWrite, type Written } from './decide-batch.ts';
import type { Deps } from './deps.ts';
import { findPerson } from './edit-person.ts';
import { sayWho } from './merge.ts';
import { announce } from './process.ts';
import { factOf } from './rows.ts';

/**
 * Undoes a merge: both people are there again, each with their own facts. Those from before the merge go back as they were; later ones are divided by the names that
 * they came by. Nothing is triggered again: each keeps their runs, both keep the stricter consent, and the two are kept apart from then on.
 */

type Whole = StoredPerson & Person;

/** What undoing would do. */
interface Plan {
  merge: StoredMerge;
  /** Whoever goes, with those who had become them. */
  people: string[];
  /** Everybody else who is this person. */
  staying: string[];
  joins: StoredMerge[];
  joinsGoing: Set<string>;
  /** Merges by which whoever remains has become who they are now, in order. */
  chain: StoredMerge[];
  later: LaterEvent[];
  /** Facts and merges that came later, in their order. */
  timeline: ({ event: LaterEvent; merge: null } | { event: null; merge: StoredMerge })[];
  facts: Set<string>;
  identities: HeldIdentity[];
  going: HeldIdentity[];
}

export interface Undone {
  person: string;
  facts: number;
  names: { kind: string; value: string }[];
}

/** What undoing a merge would give back. */
export async function previewUnmerge(deps: Deps, workspace: Workspace, id: string, loser: string): Promise<Undone> {
  const root = await findPerson(deps, workspace, id);
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const book = await deps.rulebooks.current(tx, workspace.id);
    return toUndone(tx, root.id, loser, await planUndoing(tx, book, root.id, loser));
  });
}

const toUndone = async (tx: Transaction, from: string, person: string, plan: Plan): Promise<Undone> => ({
  person,
  facts: (await countOrigins(tx, from, plan.people)) + plan.facts.size,
  names: plan.going.map(nameOf),
});

export async function unmerge(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  id: string,
  given: { person: string; reason: string },
): Promise<Undone> {
  const { id: root } = await findPerson(deps, workspace, id);
  // Whoever opens the one that was joined and names the other means the same.
  const loser = given.person.toLowerCase() === root ? id.toLowerCase() : given.person.toLowerCase();
  const ids = await deps.workspaces.ids();
  for (let attempt = 0; ; attempt++) {
    const members = await deps.db.transaction({ workspaces: [workspace.id] }, (tx) => membersOf(tx, [root]));
    const done = await deps.db.asOwner(async (tx) => {
      const lanes = new Set(members.map((each) => laneOf(each.person)));
      await lockLanesInOrder(tx, [...lanes]);
      // Somebody may have joined them while their lanes were waited for.
      const now = await membersOf(tx, [root]);
      if (now.some((each) => !lanes.has(laneOf(each.person))) && attempt < 5) return null;
      const older = await applyWaiting(
        deps,
        tx,
        ids,
        now.map((each) => each.person),
      );
      const undone = await undo(deps, tx, workspace, actor, root, loser, given.reason);
      return { older, undone };
    });
    if (!done) continue;
    for (const { written, taken } of done.older) announce(deps, written, taken, []);
    deps.bus.changed(workspace.id, ['people', 'events', 'messages', 'runs', 'identities']);
    deps.bus.pokeWork([laneOf(root), laneOf(loser)]);
    return done.undone;
  }
}

/** Applies the facts that wait for people whose lanes are locked; those for somebody who has become another come a second time. */
async function applyWaiting(deps: Deps, tx: Transaction, ids: readonly number[], people: readonly string[]) {
  const done: { written: Written; taken: Awaited<ReturnType<typeof takeFactsOf>> }[] = [];
  for (let round = 0; round < 10; round++) {
    const taken = await takeFactsOf(tx, people);
    if (taken.length === 0) break;
    done.push({ written: await decideAndWrite(deps, tx, ids, taken, []), taken });
  }
  return done;
}

async function planUndoing(tx: Transaction, book: Rulebook, root: string, loser: string): Promise<Plan> {
  const members = await membersOf(tx, [root]);
  const merges = await standingMerges(
    tx,
    members.map((each) => each.person),
  );
  const merge = merges.find((each) => each.loser === loser);
  if (!merge) throw new Problem('merge-unknown', { person: loser });
  if (!merge.undo) throw new Problem('merge-final', { person: loser });
  const into = new Map(members.map((each) => [each.person, each.into]));
  const under = (top: string): string[] => members.map((each) => each.person).filter((person) => isUnder(into, person, top));
  const later = merges.slice(merges.indexOf(merge) + 1);
  const line = lineFrom(into, merge.person);
  const chain = later.filter((each) => line.includes(each.loser));
  /** The merge since when facts of theirs came to somebody of the line: what they had before is in what that merge keeps. */
  const since = (person: string): StoredMerge => chain.find((each) => each.person === person) ?? merge;
  const joins = later.filter(
    (each) => line.includes(each.person) && !line.includes(each.loser) && merges.indexOf(each) > merges.indexOf(since(each.person)),
  );
  const first = under(loser);
  const joined = new Map(joins.flatMap((join) => under(join.loser).map((person): [string, string] => [person, join.loser])));

  const identities = await identitiesOf(tx, root);
  const owners = new Map<string, string>();
  const known = new Set([merge, ...chain].flatMap((each) => each.undo?.names ?? []));
  for (const identity of identities) {
    const key = nameKey(nameOf(identity));
    const whose = identity.origin === null ? undefined : first.includes(identity.origin) ? goes : joined.get(identity.origin);
    if (whose !== undefined) owners.set(key, whose);
    else if (known.has(key)) owners.set(key, stays);
  }
  const before = new Map([merge, ...chain].map((each) => [each.id, new Set(each.undo?.before)]));
  const events = (await laterEvents(tx, root, merge.storedAt)).filter((event) => {
    const home = event.origin ?? root;
    if (!line.includes(home)) return false;
    const began = since(home);
    return event.storedAt >= began.storedAt && !before.get(began.id)!.has(event.id);
  });
  const evidence = new Map(
    (
      await loadEvents(
        tx,
        joins.map((join) => ({ person: root, id: join.evidence })),
      )
    ).map((event) => [event.id, event]),
  );
  const steps = later.filter((each) => chain.includes(each) || joins.includes(each));
  const place = new Map(steps.map((each, index) => [each.id, index + 1]));
  /** Facts come before the merges that were made after they were stored; of those of one instant the merge says which were there. */
  const placeOf = (event: LaterEvent): number => {
    const home = line.indexOf(event.origin ?? root);
    const passed = steps.filter((step) => {
      if (event.storedAt !== step.storedAt) return event.storedAt > step.storedAt;
      const [from, to] = [line.indexOf(step.loser), line.indexOf(step.person)];
      if (from >= 0) return home > from && !(home === to && step.undo?.before.includes(event.id));
      return home > to || (home === to && !step.undo?.before.includes(event.id));
    });
    return passed.length + 0.5;
  };
  const places = new Map(events.map((event) => [event.id, placeOf(event)]));
  const keysOf = (event: { body: unknown } | undefined): string[] => (event ? namesOf(book.identity, event.body as Call).map(nameKey) : []);
  const division = divide(
    owners,
    events.map((event): LaterFact => {
      const previous = event.call === 'alias' && typeof event.body.previousId === 'string' ? event.body.previousId : null;
      return {
        id: event.id,
        place: places.get(event.id)!,
        names: keysOf(event),
        brings: previous === null ? [] : [nameKey({ kind: 'anonymous', value: previous })],
      };
    }),
    joins.map((join): LaterJoin => ({ loser: join.loser, place: place.get(join.id)!, names: keysOf(evidence.get(join.evidence)) })),
  );
  const people = [...first, ...[...division.people].flatMap(under)];
  return {
    merge,
    timeline: [
      ...events.map((event) => ({ place: places.get(event.id)!, event, merge: null })),
      ...steps.map((step) => ({ place: place.get(step.id)!, event: null, merge: step })),
    ].sort((a, b) => a.place - b.place),
    people,
    staying: members.map((each) => each.person).filter((person) => !people.includes(person)),
    joins,
    joinsGoing: division.people,
    chain,
    later: events,
    facts: division.facts,
    identities,
    going: identities.filter(
      (identity) =>
        (identity.origin !== null && people.includes(identity.origin)) ||
        (!owners.has(nameKey(nameOf(identity))) && division.names.has(nameKey(nameOf(identity)))),
    ),
  };
}

/** Whoever a person has become, one after another, themselves first. */
function lineFrom(into: ReadonlyMap<string, string | null>, person: string): string[] {
  const line = [person];
  for (let next = into.get(person); next; next = into.get(next)) line.push(next);
  return line;
}
const isUnder = (into: ReadonlyMap<string, string | null>, person: string, top: string): boolean => lineFrom(into, person).includes(top);

async function undo(
  deps: Deps,
  tx: Transaction,
  workspace: Workspace,
  actor: string,
  root: string,
  loser: string,
  reason: string,
): Promise<Undone> {
  const real = deps.now();
  const now = workspaceNow(workspace, real);
  const book = await deps.rulebooks.current(tx, workspace.id);
  const plan = await planUndoing(tx, book, root, loser);
  const { merge } = plan;
  const found = new Map((await loadPeople(tx, [root, loser])).map((person) => [person.id, person]));
  const [whole, away] = [found.get(root) as Whole | undefined, found.get(loser)];
  if (!whole || !away || whole.erasedAt !== null || away.erasedAt !== null || whole.workspace !== workspace.id)
    throw new Problem('merge-unknown', { person: loser });
  const answer = await toUndone(tx, root, loser, plan);

  const profiles = divideProfiles(plan, whole, book, now);
  await giveBack(tx, {
    from: root,
    to: loser,
    people: plan.people,
    facts: [...plan.facts],
    names: plan.going,
    workspace: workspace.id,
    reason: `the merge of two people was undone: ${reason}`,
    dropped: merge.undo!.dropped,
    since: merge.storedAt,
    addressGoes: whole.email !== null && plan.going.some((identity) => identity.kind === 'email' && identity.value === whole.email),
  });
  await markUndone(tx, merge.id, merge.person, { at: now, by: actor, reason });
  for (const each of plan.chain) await rewriteUndo(tx, { ...each, undo: { ...each.undo!, loser: profiles.before.get(each.id)! } });
  for (const each of plan.joins) {
    const winner = profiles.before.get(each.id);
    if (each.undo && winner)
      await rewriteUndo(tx, { ...each, undo: { ...each.undo, winner } }, plan.joinsGoing.has(each.loser) ? loser : each.person);
  }
  await pointTo(tx, [...plan.joinsGoing], loser);

  const theirs = new Set((await messagesOfPerson(tx, loser, Math.max(now, real) + day, 10_000)).map((message) => message.id));
  const rest = { whole, actor, evidence: merge.evidence, at: now };
  const stay = await settled(tx, { ...rest, profile: profiles.stay, staying: true, clickOf: (message) => !theirs.has(message) });
  const back = await settled(tx, { ...rest, profile: profiles.back, staying: false, clickOf: (message) => theirs.has(message) });
  const names = plan.going.map((identity) => nameKey(nameOf(identity)));
  stay.state.gone = { ...stay.state.gone, ...Object.fromEntries(names.map((name) => [name, loser])) };
  const gone = Object.entries(back.state.gone ?? {}).filter(([name, whose]) => !names.includes(name) && !plan.people.includes(whose));
  back.state.gone = Object.fromEntries(gone);
  stay.state.apart = [...new Set([...(whole.state.apart ?? []), ...plan.people])];
  back.state.apart = [...new Set([...(back.state.apart ?? []), ...plan.staying])];
  const onlyTheirs = Object.keys((merge.undo!.loser.state as PersonState).segments).filter(
    (segment) => (merge.undo!.winner.state as PersonState).segments[segment] === undefined,
  );
  stay.state.segments = Object.fromEntries(Object.entries(whole.state.segments).filter(([segment]) => !onlyTheirs.includes(segment)));
  await savePeople(tx, [stay, back]);
  await changeMemberships(tx, [
    ...Object.entries(back.state.segments).map(([segment, at]) => ({ person: loser, workspace: workspace.id, segment, entered: true, at })),
    ...onlyTheirs.map((segment) => ({ person: root, workspace: workspace.id, segment, entered: false, at: now })),
  ]);
  await keepApart(
    tx,
    plan.staying.slice(0, 500).map((other) => ({ person: loser, other })),
    { workspace: workspace.id, at: real, by: actor, reason },
  );
  const clock = workspace.clock?.clock ?? 0;
  await armWakes(
    tx,
    [root, loser].map((person) => ({ workspace: workspace.id, person, clock, dueAt: now })),
  );
  await appendDecisions(
    tx,
    [stay, back].map((person) => ({
      person: person.id,
      workspace: workspace.id,
      id: stableId('decision', 'undone', merge.id, person.id, real),
      at: now,
      about: 'merge',
      decided: 'set apart',
      answer: `Set apart from ${sayWho(person === stay ? back : stay)}: ${actor} undid the merge (${reason}).`,
      because: [],
      revision: workspace.revision,
      evidence: merge.evidence,
    })),
    real,
  );
  await recordAudit(
    tx,
    {
      workspace: workspace.id,
      actor,
      what: 'undid a merge of two people',
      details: { person: root, from: loser, merge: merge.id, reason, facts: answer.facts, names: answer.names.length },
    },
    real,
  );
  return answer;
}

interface Profiles {
  stay: Whole;
  back: Whole;
  /** Merge → its remaining person as they were before it, without those who go; for merges that stand. */
  before: Map<string, Whole>;
}

/** What is known of each: from what both were before the merge, by the facts that came since, in their order. */
function divideProfiles(plan: Plan, whole: Whole, book: Rulebook, now: Instant): Profiles {
  const { winner, loser } = plan.merge.undo!;
  const before = new Map<string, Whole>();
  const profile = onlyProfile(book);
  const goingKeys = new Set(plan.going.map((identity) => nameKey(nameOf(identity))));
  const keys = new Set(plan.identities.map((identity) => nameKey(nameOf(identity))));

  const play = (side: 'stay' | 'back' | 'both', start: Whole): Whole => {
    let person = start;
    let facts: Fact[] = [];
    const flush = (): void => {
      person = profiled(person, facts, profile, now);
      facts = [];
    };
    const owns = (kind: 'email' | 'phone', value: string): boolean => {
      const key = nameKey({ kind, value });
      return keys.has(key) && (side === 'both' || goingKeys.has(key) === (side === 'back'));
    };
    for (const { event, merge } of plan.timeline) {
      if (event) {
        const fact = side === 'both' || plan.facts.has(event.id) === (side === 'back') ? factOf(event, owns) : null;
        if (fact) facts.push(fact);
        continue;
      }
      const joinsUs = plan.chain.includes(merge)
        ? side !== 'back'
        : side === 'both' || plan.joinsGoing.has(merge.loser) === (side === 'back');
      if (!joinsUs || !merge.undo) continue;
      flush();
      if (side !== 'both') before.set(merge.id, person);
      const other = (plan.chain.includes(merge) ? merge.undo.winner : merge.undo.loser) as Whole;
      person = side === 'back' ? unitedAs(...remains(person, other), start.id) : united(person, other);
    }
    flush();
    return person;
  };
  const [one, other] = [complete(winner), complete(loser)];
  const stay = play('stay', one);
  const back = play('back', other);
  const both = play('both', united(one, other));
  const written = plan.later.filter((event) => plan.facts.has(event.id)).map((event) => traitsOf(event));
  const extra = unexplained(whole.traits, both.traits, written);
  return {
    stay: { ...stay, traits: { ...stay.traits, ...extra }, owner: whole.owner === both.owner ? stay.owner : whole.owner },
    back,
    before,
  };
}

const complete = (person: StoredPerson): Whole => ({ ...person, state: { ...emptyState(), ...(person.state as PersonState) } });
const traitsOf = (event: LaterEvent) =>
  (typeof event.body.traits === 'object' && event.body.traits !== null ? event.body.traits : {}) as Whole['traits'];

/** A person as they are stored after the rows have gone where they belong: histories say the stage, the consents and which journeys were entered. */
async function settled(
  tx: Transaction,
  given: {
    whole: Whole;
    profile: Whole;
    staying: boolean;
    actor: string;
    evidence: string;
    at: Instant;
    clickOf: (message: string) => boolean;
  },
): Promise<Whole> {
  const { whole, profile, staying } = given;
  const id = staying ? whole.id : profile.id;
  let moves = await movesOf(tx, id);
  const giver = profile.state.given?.stage?.by.slice(2);
  if (moves.length === 0 && profile.stage !== null && giver !== undefined && giver !== id) {
    await takeStageOf(tx, id, giver);
    moves = await movesOf(tx, id);
  }
  const last = moves[0];
  const runs = await runsOfPerson(tx, id);
  const journeys: PersonState['journeys'] = { ...profile.state.journeys };
  for (const [journey, list] of Map.groupBy(runs, (run) => run.journey)) {
    const ended = list.flatMap((run) => (run.endedAt === null ? [] : [run.endedAt]));
    journeys[journey] = {
      entered: list.length,
      lastEntered: Math.max(...list.map((run) => run.enteredAt)),
      lastEnded: ended.length > 0 ? Math.max(...ended) : null,
    };
  }
  const ledger = (await consentsOf(tx, id)).reverse();
  const lines = (ledger.at(-1)?.seq ?? -1) + 1;
  const own = consentsBy(ledger);
  const noes = Object.fromEntries(Object.entries(whole.state.consents).filter(([, consent]) => consent.state !== 'granted'));
  const consents = strictest(own, noes);
  const inherited = Object.entries(consents).filter(([key, consent]) => own[key]?.state !== consent.state);
  await appendConsents(
    tx,
    inherited.map(([key, { state }], index) => {
      const [purpose, channel] = key.split('/') as [string, string];
      return {
        person: id,
        workspace: whole.workspace,
        seq: lines + index,
        change: { purpose, channel, state, wording: null, method: 'unmerge', actor: given.actor },
        at: given.at,
        evidence: given.evidence,
        tookEffect: true,
      };
    }),
  );
  const state = staying ? whole.state : profile.state;
  return {
    ...profile,
    id,
    workspace: whole.workspace,
    score: staying ? whole.score : profile.score,
    stage: last?.to ?? null,
    stageSince: last?.at ?? null,
    mergedInto: null,
    erasedAt: null,
    state: {
      ...state,
      given: profile.state.given ?? {},
      written: profile.state.written,
      dead: profile.state.dead,
      consents,
      journeys,
      clicks: (whole.state.clicks ?? []).filter((click) => given.clickOf(click.message)),
      memory: {},
      memoryVersion: 'unmerged',
      moves: last ? last.seq + 1 : 0,
      stageEvidence: last?.evidence ?? null,
      consentChanges: lines + inherited.length,
    },
  };
}

/** The consents that a ledger leads to, by when each line was said. */
function consentsBy(ledger: Awaited<ReturnType<typeof consentsOf>>): PersonState['consents'] {
  const consents: PersonState['consents'] = {};
  for (const { change, at, tookEffect } of ledger.toSorted((a, b) => a.at - b.at || a.seq - b.seq)) {
    if (!tookEffect) continue;
    consents[`${change.purpose}/${change.channel}`] = { state: change.state, at };
    if (change.state === 'withdrawn' && change.channel === '*')
      for (const key of Object.keys(consents)) if (key.startsWith(`${change.purpose}/`)) consents[key] = { state: 'withdrawn', at };
  }
  return consents;
}
