import { describe, expect, test } from 'vitest';
import { toIso } from '#contract/instant.ts';
import { conditionOf, conditionsOf, type Rule } from '#contract/rule.ts';
import { chanceOf, pick } from '#engine/practice/random.ts';
import type { Person, PersonState } from '#engine/person.ts';
import { never } from '#engine/rule/question.ts';
import { memosOf } from '#engine/rule/rule.ts';
import { compileRulebook, type Published, type Rulebook } from '#engine/rulebook.ts';
import { eventsSayAll, segmentsOnly, shiftLanes } from '#operations/backfill-segments.ts';
import { decideAndWrite } from '#operations/decide-batch.ts';
import type { Deps } from '#operations/deps.ts';
import { owedAfter } from '#operations/remember.ts';
import type { Database, Transaction } from '#store/database.ts';
import { insertEvents } from '#store/events.ts';
import { savePeople } from '#store/people.ts';
import { loadWorkspaces, saveOwedMemos } from '#store/workspaces.ts';
import { dialects, freshDatabase } from '../databases.ts';
import { anchors, type Drawn, drawPerson, drawRule } from './draw.ts';

/**
 * Two roads, one answer: random segments are published over random people, and everybody is brought along by the engine, one by one, and by statements for all of them.
 * BACKFILL_SEED tells another seed, BACKFILL_ROUNDS more rounds.
 */

const seed = process.env.BACKFILL_SEED ?? 'backfill';
const rounds = Number(process.env.BACKFILL_ROUNDS ?? 24);
const zone = 'Europe/Berlin';
const lanes = Array.from({ length: 256 }, (_, lane) => lane);

interface LogRow {
  segment: string;
  because: { saw: { what: string; at: number | null }[] }[];
}

/** What the two roads left behind. */
interface Left {
  states: Map<string, Record<string, unknown>>;
  members: string[];
  log: LogRow[];
  wakes: Map<string, number>;
}

describe.each(dialects)('on %s', (dialect) => {
  test('a backfill by statements leaves what a backfill by the engine leaves', async () => {
    const { db, close } = await freshDatabase(dialect);
    const seen = { rounds: 0, changes: 0, due: 0, memories: 0, stale: 0 };
    try {
      for (let round = 0; round < rounds; round++) {
        const chance = chanceOf(seed, round);
        const now = anchors[round % anchors.length]!;
        const people = await populate(db, chance, now, round);
        const alive = people.filter(({ person }) => !person.mergedInto && !person.erasedAt).map(({ person }) => person.id);
        const rule = (): Rule => {
          for (;;) {
            const drawn = drawRule(chance, now);
            if (conditionsOf(drawn).every((each) => !['score', 'grade'].includes(conditionOf(each).kind))) return drawn;
          }
        };
        const rules = Array.from({ length: 6 }, rule);
        const before = bookOf(
          1,
          [...rules, { segment: { key: 's1' } }].map((each) => [each, 1]),
        );
        const after = bookOf(2, [
          [rules[0]!, 1],
          [rule(), 2],
          [chance() < 0.3 ? null : { any: [rule(), { segment: { key: 's1' } }] }, 2],
          [rules[3]!, 1],
          // The fifth is gone; of the others one is as it was but reads another that is not, and two are new.
          null,
          [rules[5]!, 1],
          [{ segment: { key: 's1' } }, 1],
          [rule(), 1],
          [{ all: [rule(), { not: { segment: { key: 's7' } } }] }, 1],
        ]);
        const depsFor = (book: Rulebook): Deps =>
          ({
            now: () => now,
            rulebooks: { at: async () => book },
            seenSources: { in: () => [] },
            log: { error: (fields: object) => expect(fields).toBeNull() },
          }) as unknown as Deps;
        const one = async (tx: Transaction, book: Rulebook): Promise<number> => {
          const wakes = alive.map((person) => ({ workspace: 1, person, clock: 0, dueAt: now }));
          return (await decideAndWrite(depsFor(book), tx, [1], [], wakes, { revision: book.revision })).changes;
        };
        const owed = owedAfter({}, bookOf(0, []), before);
        await db.transaction({ workspaces: [1] }, async (tx) => {
          await saveOwedMemos(tx, 1, owed);
          await one(tx, before);
          await saveOwedMemos(tx, 1, owedAfter(owed, before, after));
        });
        const stale = new Set(alive.filter(() => chance() < 0.1));
        await db.asOwner((tx) =>
          tx.query(`update person set state = state || '{"memoryVersion": "fault"}' where person_id = any($1::uuid[])`, [[...stale]]),
        );

        const byEngine = await leave(db, async (tx) => void (await one(tx, after)));
        const shift = async (tx: Transaction): Promise<void> => {
          const change = segmentsOnly(before, after);
          if (change === null) throw new Error('only segments changed');
          const [workspace] = await loadWorkspaces(tx, [1]);
          expect(await eventsSayAll(depsFor(after), tx, workspace!, after, change)).toBe(true);
          for (let left: readonly number[] = lanes; left.length > 0; ) {
            const given = { ids: [1], workspace: workspace!, book: after, now, lanes: left, change, atMost: Math.ceil(people.length / 10) };
            const { lanes: brought } = await shiftLanes(depsFor(after), tx, given);
            expect(brought.length, 'lanes go over a few at a time').toBeGreaterThan(0);
            left = left.filter((lane) => !brought.includes(lane));
          }
        };
        const byStatement = await leave(db, shift);
        const lookedAt = await leave(db, async (tx) => {
          await shift(tx);
          expect(await one(tx, after), 'whoever is looked at then stands where the statements put them').toBe(0);
        });

        const say = `seed ${seed}, round ${round}: ${JSON.stringify(after.segments.map(({ key, rule: is }) => [key, is]))}`;
        expect(byStatement.members, say).toEqual(byEngine.members);
        expect(
          byStatement.log.map((row) => seenNow(row, after, now)),
          say,
        ).toEqual(byEngine.log.map((row) => seenNow(row, after, now)));
        for (const [id, state] of byEngine.states) {
          if (stale.has(id)) continue;
          expect(lasting(lookedAt.states.get(id)!, after, now), `${id}, ${say}`).toEqual(lasting(state, after, now));
        }
        for (const { person } of people) {
          if (stale.has(person.id) || !alive.includes(person.id)) continue;
          const state = byEngine.states.get(person.id) as unknown as PersonState;
          const change = firstChange({ ...person, state }, after, now);
          expect(byStatement.wakes.get(person.id) ?? never, `wake of ${person.id}, ${say}`).toBeLessThanOrEqual(change);
          if (change !== never) seen.due++;
        }
        seen.rounds++;
        seen.changes += byEngine.log.length;
        seen.stale += stale.size;
        seen.memories += [...byEngine.states.values()].reduce((sum, state) => sum + Object.keys(state.memory as object).length, 0);
      }
    } finally {
      await close();
    }
    process.stdout.write(`\nbackfills on ${dialect}, seed ${seed}: ${JSON.stringify(seen)}\n`);
    expect(seen.changes).toBeGreaterThan(rounds * 10);
  }, 600_000);
});

const bookOf = (revision: number, rules: readonly (readonly [Rule | null, number] | null)[]): Rulebook => {
  const segment = (key: string, rule: Rule | null, version: number): Published<'segment'> => ({
    kind: 'segment',
    key,
    version,
    body: { name: key, meaning: '', rule } as Published<'segment'>['body'],
  });
  const drawn = rules.flatMap((each, nth) => (each ? [segment(`s${nth}`, each[0], each[1])] : []));
  return compileRulebook(1, revision, [segment('customers', null, 1), segment('quiet', null, 1), ...drawn], [], zone);
};

/** An entry of the log, without the instants of what lies before a window of its rule: some measures say when they last saw anything at all. */
function seenNow(row: LogRow, book: Rulebook, now: number): LogRow {
  const rule = book.segments.find(({ key }) => key === row.segment)?.rule;
  const horizons = rule ? memosOf(rule, zone).map(({ horizon }) => horizon) : [];
  const from = now - Math.min(...horizons.filter(Number.isFinite));
  const isSeen = (at: number | null): boolean => at !== null && (horizons.length === 0 || at > from);
  return {
    ...row,
    because: row.because.map((part) => ({ ...part, saw: part.saw.map((each) => (isSeen(each.at) ? each : { ...each, at: null })) })),
  };
}

/** When time alone first changes where somebody belongs, as far as the engine is asked at the instants that it names. */
function firstChange(person: Person, book: Rulebook, now: number): number {
  let at = now;
  for (let step = 0; step < 40; step++) {
    const question = { person, now: at, changesAt: never };
    if (book.segments.some((segment) => segment.holds(question) !== (person.state.segments[segment.key] !== undefined))) return at;
    if (question.changesAt === never) return never;
    at = question.changesAt;
  }
  return never;
}

/** What of a state lasts: no revision; of memories only what a window of now or later can still see, values of one instant in an order of their own. */
function lasting(state: Record<string, unknown>, book: Rulebook, now: number): Record<string, unknown> {
  const horizons = new Map([...book.memosByEvent.values()].flat().map(({ id, horizon }) => [id, horizon]));
  const memory: Record<string, unknown> = {};
  for (const [id, trace] of Object.entries(state.memory as Record<string, { t?: number[]; v?: unknown[] }>)) {
    const horizon = horizons.get(id);
    if (horizon === undefined || !Number.isFinite(horizon) || !trace.t) {
      memory[id] = trace.v ? { ...trace, v: inOrder(trace.t!, trace.v) } : trace;
      continue;
    }
    const first = trace.t.findIndex((at) => at > now - horizon);
    if (first < 0) continue;
    const t = trace.t.slice(first);
    memory[id] = trace.v ? { ...trace, t, v: inOrder(t, trace.v.slice(first)) } : { ...trace, t };
  }
  return { ...state, revision: 0, memory };
}

const inOrder = (t: readonly number[], v: readonly unknown[]): string[] => v.map((each, nth) => `${t[nth]} ${JSON.stringify(each)}`).sort();

/** Goes one road, looks at what it left, and goes back. */
async function leave(db: Database, road: (tx: Transaction) => Promise<void>): Promise<Left> {
  const back = new Error('back');
  let left: Left | null = null;
  await db
    .transaction({ workspaces: [1] }, async (tx) => {
      await road(tx);
      const states = await tx.query('select person_id, state from person order by person_id');
      const members = await tx.query('select person_id, segment, since from membership order by person_id, segment');
      const log = await tx.query(
        'select person_id, segment, version, entered, at, evidence, because from membership_log order by person_id, segment, entered',
      );
      const wakes = await tx.query('select person_id, due_at from wake');
      left = {
        states: new Map(states.map((row) => [row.person_id, row.state])),
        members: members.map((row) => JSON.stringify(row)),
        log: log as LogRow[],
        wakes: new Map(wakes.map((row) => [row.person_id, row.due_at])),
      };
      throw back;
    })
    .catch((error: unknown) => {
      if (error !== back) throw error;
    });
  return left!;
}

/** Draws people and what they did into an otherwise empty workspace; some of them were merged into others, or are being erased. */
async function populate(db: Database, chance: () => number, now: number, round: number): Promise<Drawn[]> {
  let nth = 0;
  const hex = (digits: number): string =>
    Math.floor(chance() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  const newId = (): string =>
    `${round.toString(16).padStart(4, '0')}${(nth++).toString(16).padStart(4, '0')}-${hex(4)}-7${hex(3)}-8${hex(3)}-${hex(8)}${hex(4)}`;
  const people = Array.from({ length: 40 }, () => drawPerson(chance, newId, now));
  for (const { person } of people.slice(1)) {
    const fate = chance();
    if (fate < 0.04) person.mergedInto = people[0]!.person.id;
    else if (fate < 0.08) person.erasedAt = now;
    // Nobody has been asked yet.
    person.state.segments = {};
  }
  people[0]!.person.state.segments = {};
  await db.asOwner(async (tx) => {
    for (const table of ['person', 'event', 'membership', 'membership_log', 'wake', 'workspace']) await tx.query(`delete from ${table}`);
    await tx.query(
      `insert into workspace (workspace_id, slug, practice, clock, settings, created_at) values (1, 'main', false, 0, '{"eventRetentionDays": 396}', $1)`,
      [toIso(now)],
    );
    await savePeople(
      tx,
      people.map(({ person }) => ({ ...person, workspace: 1, score: null })),
    );
    await insertEvents(
      tx,
      people.flatMap(({ person, past }) =>
        past.map((event) => ({
          id: event.id,
          person: person.id,
          workspace: 1,
          call: pick(chance, ['track', 'track', 'page']),
          name: event.name,
          happenedAt: event.at,
          acceptedAt: event.at,
          storedAt: event.at,
          body: { properties: event.properties },
        })),
      ),
    );
  });
  return people;
}
