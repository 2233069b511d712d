import { describe, expect, test } from 'vitest';
import { second, toIso } from '#contract/instant.ts';
import { conditionOf, conditionsOf, type Rule } from '#contract/rule.ts';
import { stretchAt, startOfDay } from '#engine/local-calendar.ts';
import { nextLocal, offsetAt } from '#engine/local-time.ts';
import { chanceOf, pick } from '#engine/practice/random.ts';
import { addMemo, type Memo, remember } from '#engine/rule/memory.ts';
import { never, type Question, type RuleContext } from '#engine/rule/question.ts';
import { compileRule, memosOf } from '#engine/rule/rule.ts';
import { sayRule } from '#engine/rule/say.ts';
import type { Database } from '#store/database.ts';
import { insertEvents } from '#store/events.ts';
import { changeMemberships } from '#store/memberships.ts';
import { savePeople } from '#store/people.ts';
import type { RuleSqlContext } from '#store/rule-sql/context.ts';
import { distinctZones, holdingPeople, selectAnswers } from '#store/rule-sql/rule-sql.ts';
import { freshDatabase, dialects } from '../databases.ts';
import { anchors, clockDays, type Drawn, drawPerson, drawPlainRules, drawRule, segments } from './draw.ts';

/**
 * Two roads, one answer: random rules about random people at random instants, read by the engine from a person's memory and by the database from events
 * and columns. RULES_SEED tells another seed, RULES_ROUNDS more rounds; a failing case prints what replays it.
 */

const seed = process.env.RULES_SEED ?? 'agreement';
const rounds = Number(process.env.RULES_ROUNDS ?? 16);
const peopleInRound = 24;
const rulesInRound = 36;
const zone = 'Europe/Berlin';
const workspace = 1;

const context: RuleContext = {
  zone,
  purposeOf: (topic) => (topic === 'newsletter' ? 'marketing' : undefined),
  scoreOf: (key) => ({
    valueAt: ({ person }) => person.state.scores[key] ?? 0,
    isWithin: ({ person }, least, most) => (person.state.scores[key] ?? 0) >= least && (person.state.scores[key] ?? 0) <= most,
  }),
  gradeOf:
    (key) =>
    ({ person }) =>
      person.state.grades[key] ?? null,
};

/** What a rule is made of, by the names under which the table counts. */
function featuresOf(rule: Rule): Set<string> {
  const features = new Set<string>();
  for (const condition of conditionsOf(rule)) {
    const { kind, test } = conditionOf(condition) as { kind: string; test: Record<string, unknown> };
    features.add(`condition ${kind}`);
    if ('op' in test) features.add(`operator ${test.op}`);
    if ('take' in test) features.add(`measure ${test.take}`);
    for (const property of (test.where ?? []) as { op: string }[]) features.add(`operator ${property.op}`);
    if (test.within !== undefined && kind !== 'sequence') features.add('window rolling');
    if (test.since !== undefined) features.add(test.since === 'stage' ? 'window since stage' : 'window since date');
    if (test.calendar) {
      const { unit, ago } = test.calendar as { unit: string; ago: number };
      features.add(`window ${unit}`).add(ago === 0 ? 'window current' : 'window before');
    }
    if (kind === 'sequence') features.add(test.happened ? 'sequence happened' : 'sequence did not happen');
    if (test.weekdays || test.hours) features.add('hours and weekdays');
    if (test.forAtLeast || test.forLessThan) features.add('time in stage');
  }
  if ('not' in rule) features.add('not');
  return features;
}

interface Tally {
  cases: number;
  held: number;
  /** Of rules that are this alone, or its opposite: how many there were, and for how many the thing itself held. */
  alone: number;
  aloneHeld: number;
}

const plain = (rule: Rule): Rule => ('not' in rule ? plain(rule.not) : rule);

describe.each(dialects)('on %s', (dialect) => {
  test('the engine and the database answer every rule alike', async () => {
    const { db, close } = await freshDatabase(dialect);
    const tallies = new Map<string, Tally>();
    let [cases, edges, clockDayCases, changes] = [0, 0, 0, 0];
    try {
      for (let round = 0; round < rounds; round++) {
        const anchor = anchors[round % anchors.length]!;
        const chance = chanceOf(seed, round);
        const people = await populate(db, chance, anchor, round);
        const rules = [...Array.from({ length: rulesInRound }, () => drawRule(chance, anchor)), ...drawPlainRules(chance, anchor)];
        for (const [nth, rule] of rules.entries()) {
          // Everybody's past lies around the anchor, so that hairs before and after it are edges of many windows at once.
          const now = anchor + pick(chance, [0, 0, 0, 1, 2, 999, second, 1001, 3_600_000]);
          const engine = askEngine(rule, people, now);
          const database = await askDatabase(db, rule, now);
          const features = featuresOf(rule);
          const itself = plain(rule);
          for (const { person, past } of people) {
            const { held, changesAt, later } = engine.get(person.id)!;
            const say = (): string =>
              JSON.stringify(
                {
                  seed,
                  round,
                  nth,
                  rule,
                  words: sayRule(rule),
                  now: toIso(now),
                  person: { ...person, state: { ...person.state, memory: {} } },
                  past: past.map((each) => ({ ...each, at: toIso(each.at) })),
                },
                null,
                1,
              );
            if (held !== database.holding.has(person.id)) throw new Error(`the engine says ${held}, the database does not: ${say()}`);
            const bound = database.changes.get(person.id) ?? never;
            if (later !== null && bound > later)
              throw new Error(
                `the answer is another one at ${toIso(later)}, and the database says it stays until ${bound === never ? 'ever' : toIso(bound)}: ${say()}`,
              );
            if (later !== null && changesAt > later)
              throw new Error(`the answer is another one at ${toIso(later)}, and the engine says it stays until ${changesAt}: ${say()}`);
            if (later !== null) changes++;
            cases++;
            if (clockDays.has(round % anchors.length)) clockDayCases++;
            else if (isNearEdge(changesAt, now, past)) edges++;
            for (const feature of features) {
              const tally = tallies.get(feature) ?? { cases: 0, held: 0, alone: 0, aloneHeld: 0 };
              tallies.set(feature, tally);
              tally.cases++;
              if (held) tally.held++;
              if (!('all' in itself) && !('any' in itself)) {
                tally.alone++;
                if (held === (nots(rule) % 2 === 0)) tally.aloneHeld++;
              }
            }
          }
        }
      }
    } finally {
      await close();
    }
    const share = (part: number, whole: number): string => (whole === 0 ? '–' : `${Math.round((100 * part) / whole)} %`);
    const lines = [...tallies]
      .sort()
      .map(
        ([feature, tally]) =>
          `${feature.padEnd(28)} ${String(tally.cases).padStart(6)} cases, ${share(tally.held, tally.cases).padStart(5)} true; alone held ${share(tally.aloneHeld, tally.alone)}`,
      );
    process.stdout.write(
      `\nrules on ${dialect}, seed ${seed}: ${cases} cases, ${share(edges + clockDayCases, cases)} at an edge or on a day of changing clocks (${edges} and ${clockDayCases}), ${changes} changes by time looked at\n${lines.join('\n')}\n`,
    );
    expect(cases).toBeGreaterThanOrEqual(rounds * peopleInRound * rulesInRound);
    if (rounds < 16) return;
    expect((edges + clockDayCases) / cases).toBeGreaterThan(0.2);
    for (const [feature, tally] of tallies) {
      expect(tally.cases, feature).toBeGreaterThanOrEqual(200);
      expect(tally.held / tally.cases, feature).toBeGreaterThanOrEqual(0.2);
      expect(tally.held / tally.cases, feature).toBeLessThanOrEqual(0.8);
    }
  }, 600_000);
});

const nots = (rule: Rule): number => ('not' in rule ? 1 + nots(rule.not) : 0);

/** Whether a second more or less may matter. */
const isNearEdge = (changesAt: number, now: number, past: Drawn['past']): boolean =>
  changesAt - now <= second ||
  past.some(
    (event) =>
      now - event.at <= second ||
      [60, 3600, 86_400, 172_800, 604_800, 2_592_000].some((length) => Math.abs(now - event.at - length * second) <= second),
  );

/** Draws people and puts them, and what they did, into an otherwise empty workspace. */
async function populate(db: Database, chance: () => number, anchor: number, round: number): Promise<Drawn[]> {
  let nth = 0;
  const newId = (): string => {
    const hex = (digits: number): string =>
      Math.floor(chance() * 16 ** digits)
        .toString(16)
        .padStart(digits, '0');
    return `${round.toString(16).padStart(4, '0')}${(nth++).toString(16).padStart(4, '0')}-${hex(4)}-7${hex(3)}-8${hex(3)}-${hex(8)}${hex(4)}`;
  };
  const people = Array.from({ length: peopleInRound }, () => drawPerson(chance, newId, anchor));
  await db.asOwner(async (tx) => {
    for (const table of ['person', 'event', 'membership']) await tx.query(`delete from ${table}`);
    await savePeople(
      tx,
      people.map(({ person }) => ({ ...person, workspace, score: null })),
    );
    await insertEvents(
      tx,
      people.flatMap(({ person, past }) =>
        past.map((event) => ({
          id: event.id,
          person: person.id,
          workspace,
          call: 'track',
          name: event.name,
          happenedAt: event.at,
          acceptedAt: event.at,
          storedAt: event.at,
          body: { properties: event.properties },
        })),
      ),
    );
    await changeMemberships(
      tx,
      people.flatMap(({ person }) =>
        segments
          .filter((key) => person.state.segments[key] !== undefined)
          .map((segment) => ({ person: person.id, workspace, segment, entered: true, at: person.state.segments[segment]! })),
      ),
    );
  });
  return people;
}

interface Answer {
  held: boolean;
  changesAt: number;
  /** An instant, of some that were looked at, at which the answer is another one. */
  later: number | null;
}

function askEngine(rule: Rule, people: readonly Drawn[], now: number): Map<string, Answer> {
  const holds = compileRule(rule, context);
  const memos = new Map<string, Memo>();
  for (const memo of memosOf(rule, zone)) addMemo(memos, memo);
  return new Map(
    people.map(({ person, past }) => {
      const known = past.filter((event) => event.at <= now);
      const remembering = { ...person, state: { ...person.state, memory: remember(memos.values(), known) } };
      const question: Question = { person: remembering, now, changesAt: never };
      const held = holds(question);
      const at = (later: number): boolean => holds({ person: remembering, now: later, changesAt: never });
      const looks = [
        now + 1,
        now + second,
        now + 3_600_000,
        now + 86_400_000,
        now + 40 * 86_400_000,
        question.changesAt,
        question.changesAt - 1,
      ].filter((each) => each > now && each < now + 400 * 86_400_000);
      const later = looks.filter((each) => at(each) !== held).sort((a, b) => a - b)[0] ?? null;
      return [person.id, { held, changesAt: question.changesAt, later }];
    }),
  );
}

async function askDatabase(db: Database, rule: Rule, now: number): Promise<{ holding: Set<string>; changes: Map<string, number> }> {
  return db.transaction({ workspaces: [workspace] }, async (tx) => {
    const asked: RuleSqlContext = {
      workspace,
      now,
      zone,
      zones: await distinctZones(tx, workspace),
      local: { offsetAt, startOfDay, nextLocal, stretchAt },
      purposeOf: context.purposeOf,
      realTime: true,
    };
    const { sql, values } = selectAnswers(rule, asked);
    const answers = await tx.query(sql, values);
    const page = await holdingPeople(tx, rule, asked, { limit: answers.length + peopleInRound });
    const holding = new Set<string>(answers.filter((row) => row.holds).map((row) => row.person_id));
    expect([...holding].sort()).toEqual(page.toSorted());
    return {
      holding,
      changes: new Map(answers.filter((row) => row.changes_at !== null).map((row) => [row.person_id, row.changes_at])),
    };
  });
}
