import { setImmediate as breathe } from 'node:timers/promises';
import { type Instant, minute } from '#contract/instant.ts';
import { chanceOf, happens } from '#engine/practice/random.ts';
import { actsOf, answersAs, donorFor, type Learned, newcomers, stands } from '#engine/rehearsal/future.ts';
import { type Course, type Life, live, schedulesDue, type Terms } from '#engine/rehearsal/live.ts';
import { addCourse, dayNames, howItEnded } from '#engine/rehearsal/tally.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import type { Transaction } from '#store/database.ts';
import { allLanes } from '#store/identities.ts';
import { liveRunsOfLanes, waitingOfLanes } from '#store/lives.ts';
import * as store from '#store/rehearsals.ts';
import type { StoredRehearsal } from '#store/rehearsals.ts';
import type { Workspace } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { sayFault } from './fault.ts';
import { factId } from './ingest/normalise.ts';
import { learn } from './learn.ts';
import { keptOfLanes, lanesInTurn, doneBy, lifeFrom, newLife, wholeLife } from './lives.ts';
import type { KeptRun, RehearsalResult, RehearsalSpec } from './rehearsal-spec.ts';
import { loadRulebook } from './rulebooks.ts';

/** How a rehearsal goes on: the people of some lanes are read, their lives are lived in memory, and what came of them is added to its counts. */

/** [ms] So long a process may take for them before another one takes over. */
const takenFor = 5 * minute;
/** [ms] So long lives are lived before others get a turn. */
const breathEvery = 20;

/** Goes on with a rehearsal, in any workspace. Answers whether there may be more right away. */
export async function rehearseRound(deps: Deps): Promise<boolean> {
  const ids = await deps.workspaces.ids();
  const now = deps.now();
  const open = await deps.db.transaction({ workspaces: ids }, (tx) => store.takeOpenRehearsal(tx, ids, now, now + takenFor));
  if (!open) {
    // However the last one ended, what was learned of people for it goes.
    [lastBooks, lastLearned] = [null, null];
    return false;
  }
  const workspace = await deps.workspaces.byId(open.workspace);
  try {
    await goOn(deps, workspace, open);
  } catch (error) {
    deps.log.error({ workspace: workspace.id, rehearsal: open.id, error: sayFault(error) }, 'a rehearsal failed');
    const failed = {
      ...open,
      state: 'failed' as const,
      endedAt: deps.now(),
      reason: 'Something went wrong on our side; the log says what.',
    };
    await deps.db.transaction({ workspaces: [workspace.id] }, (tx) => store.saveRehearsal(tx, failed, open.lanesDone));
  }
  deps.bus.changed(workspace.id, ['rehearsals']);
  return true;
}

interface Books {
  standing: Rulebook;
  changed: Rulebook | null;
}

/** Whose life is lived under a rulebook, in each of the futures, and who they are when they exist. */
interface Subject {
  person: string | null;
  life(book: Rulebook, future: number): Life | null;
}
/** Each future has a seed of its own. */
const seedOf = ({ seed }: RehearsalSpec, future: number): string => (future === 0 ? seed : `${seed} ${future}`);

async function goOn(deps: Deps, workspace: Workspace, open: StoredRehearsal): Promise<void> {
  const spec = open.spec as RehearsalSpec;
  const learned = spec.kind === 'future' ? await learnedFor(deps, workspace, open, spec) : null;
  const [lanes = []] = lanesInTurn(open.people, open.lanesDone);
  const lanesDone = open.lanesDone + lanes.length;
  const isDone = lanesDone === allLanes;
  const { books, subjects } = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => ({
    books: await booksOf(tx, workspace, open),
    subjects: learned === null ? await livesLived(tx, workspace, spec, lanes) : await livesToCome(tx, workspace, spec, lanes, learned),
  }));
  const result = open.result as RehearsalResult;
  if (learned) result.windows = learned.windows;
  const runs: store.RehearsedRun[] = [];
  const terms = termsOf(workspace, spec, books);
  const dayOf = dayNames(workspace.settings.zone);
  const rehearse = ({ person, life }: Subject, future: number): void => {
    try {
      const [before, after] = [life(books.standing, future), books.changed && life(books.changed, future)];
      if (!before) return;
      const standing = live(before, terms.standing);
      const changed = after && live(after, terms.changed!);
      addCourse(result.standing, standing, spec, dayOf, future);
      if (changed) addCourse(result.changed!, changed, spec, dayOf, future);
      if (future === 0) runs.push(...runsToKeep(open, spec, person, changed ?? standing));
    } catch (error) {
      result.faults += 1;
      deps.log.error({ workspace: workspace.id, person, error: sayFault(error) }, 'a life could not be rehearsed');
    }
  };
  let breath = performance.now();
  const inTurn = async (): Promise<void> => {
    if (performance.now() - breath < breathEvery) return;
    await breathe();
    breath = performance.now();
  };
  for (const subject of subjects) {
    result.looked += 1;
    for (let future = 0; future < spec.futures; future++) {
      rehearse(subject, future);
      await inTurn();
    }
  }
  // Whoever is to come is lived last, when all who are there have been.
  if (learned !== null && isDone)
    for (let future = 0; future < spec.futures; future++) {
      const seed = seedOf(spec, future);
      for (const newcomer of newcomers(learned, seed, spec.from)) {
        const life = () => newLife(newcomer, answersAs(learned, newcomer.as, seed));
        if (isChosen(spec, newcomer.id)) rehearse({ person: null, life }, future);
        await inTurn();
      }
    }
  await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const state = isDone ? ('done' as const) : ('running' as const);
    const there = { id: open.id, lanesDone, result, state, endedAt: isDone ? deps.now() : null, reason: null };
    if (await store.saveRehearsal(tx, there, open.lanesDone)) await store.insertRehearsedRuns(tx, runs);
  });
}

/** What people of some lanes have lived: it is the same under any rulebook. */
async function livesLived(tx: Transaction, workspace: Workspace, spec: RehearsalSpec, lanes: readonly number[]): Promise<Subject[]> {
  const kept = await keptOfLanes(tx, workspace.id, lanes, spec.until);
  return kept
    .filter(({ person }) => isChosen(spec, person.id))
    .map((each) => {
      const life = wholeLife(each);
      return { person: each.person.id, life: () => life };
    });
}

/** How people of some lanes stand, and what they are going to do. */
async function livesToCome(
  tx: Transaction,
  workspace: Workspace,
  spec: RehearsalSpec,
  lanes: readonly number[],
  learned: Learned,
): Promise<Subject[]> {
  const now = spec.from;
  const [kept, runs, waiting] = await Promise.all([
    keptOfLanes(tx, workspace.id, lanes, now),
    liveRunsOfLanes(tx, workspace.id, lanes),
    waitingOfLanes(tx, workspace.id, lanes),
  ]);
  const [runsOf, waitingOf] = [Map.groupBy(runs, ({ person }) => person), Map.groupBy(waiting, ({ person }) => person)];
  return kept
    .filter(({ person }) => isChosen(spec, person.id))
    .map((each) => {
      const { id, stage } = each.person;
      const standing = { runs: runsOf.get(id) ?? [], waiting: waitingOf.get(id) ?? [] };
      const done = doneBy(each, now);
      const stood = stands({ stage, runs: standing.runs, ...done }, now);
      const life = (book: Rulebook, future: number): Life => {
        const seed = seedOf(spec, future);
        const donor = donorFor(learned, id, stood, seed);
        return lifeFrom(each, standing, book, now, actsOf(donor, id, seed, now), answersAs(learned, donor, seed, done.habit));
      };
      return { person: id, life };
    });
}

/** What was learned for a rehearsal, the first time by reading all that is kept. */
async function learnedFor(deps: Deps, workspace: Workspace, open: StoredRehearsal, spec: RehearsalSpec): Promise<Learned> {
  if (lastLearned?.id === open.id) return lastLearned.learned;
  const inside = { workspaces: [workspace.id] };
  const known = await deps.db.transaction(inside, (tx) => store.findLearned(tx, open.id));
  const learned =
    (known as Learned | null) ??
    (await learn(deps, workspace, spec, open.people, () =>
      deps.db.transaction(inside, (tx) => store.holdRehearsal(tx, open.id, deps.now() + takenFor)),
    ));
  if (known === null) await deps.db.transaction(inside, (tx) => store.saveLearned(tx, open.id, learned));
  lastLearned = { id: open.id, learned };
  return learned;
}
let lastLearned: { id: string; learned: Learned } | null = null;

/** The rulebook in force when it was asked for, and the one in which other definitions stand in their place. Compiled once while a rehearsal goes on. */
async function booksOf(tx: Transaction, workspace: Workspace, { id, spec: asked }: StoredRehearsal): Promise<Books> {
  const spec = asked as RehearsalSpec;
  if (lastBooks?.id !== id) {
    const standing = await loadRulebook(tx, workspace.id, spec.revision);
    const other = spec.instead.length > 0 ? await loadRulebook(tx, workspace.id, spec.revision, spec.instead) : null;
    // As if it were published: whoever was decided by the other one is asked about everything.
    const changed = other && { ...other, revision: spec.revision + 1 };
    lastBooks = { id, books: { standing, changed } };
  }
  return lastBooks.books;
}
let lastBooks: { id: string; books: Books } | null = null;

function termsOf(
  workspace: Workspace,
  { from, until }: RehearsalSpec,
  { standing, changed }: Books,
): { standing: Terms; changed: Terms | null } {
  const terms = (book: Rulebook): Terms => ({
    book,
    workspaceZone: workspace.settings.zone,
    from,
    until,
    schedules: schedulesDue(book, from, until),
    factId: (messageId) => factId(workspace.id, messageId),
  });
  return { standing: terms(standing), changed: changed && terms(changed) };
}

/** Everybody, or those of them whom chance chooses. */
const isChosen = ({ share, seed }: RehearsalSpec, person: string): boolean => happens(chanceOf('share', seed, person), share);

function runsToKeep(open: StoredRehearsal, { runsOf, from }: RehearsalSpec, person: string | null, course: Course): store.RehearsedRun[] {
  return course.runs
    .filter(({ journey, enteredAt }) => enteredAt >= from && runsOf.includes(journey))
    .map((run) => {
      const { id, journey, enteredAt, steps, ...rest } = run;
      const body: KeptRun = {
        ...rest,
        how: run.endedAt === null ? 'stands' : howItEnded(run),
        steps: steps.map(({ step, next, at }) => [step, next, at]),
        messages: course.messages
          .filter((message) => message.run === id)
          .map(({ run: _run, journey: _journey, marketing: _marketing, topic: _topic, ...message }) => message),
      };
      return { rehearsal: open.id, workspace: open.workspace, journey, enteredAt, run: id, person, body };
    });
}
