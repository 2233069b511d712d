import type { Instant } from '#contract/instant.ts';
import { conditionsOf, type Rule } from '#contract/rule.ts';
import { startOfDay, stretchAt } from '#engine/local-calendar.ts';
import { nextLocal, offsetAt } from '#engine/local-time.ts';
import { never } from '#engine/rule/question.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import type { Transaction } from '#store/database.ts';
import { peopleNearScore } from '#store/people.ts';
import type { RuleSqlContext, Worths } from '#store/rule-sql/context.ts';
import { distinctZones } from '#store/rule-sql/rule-sql.ts';
import type { Workspace } from '#store/workspaces.ts';
import { withMemory } from './remember.ts';
import { toPerson } from './rows.ts';

/** How the database reads a rule of a workspace: by the same clocks and the same book as the engine, and scores as they are now. */
export const ruleSqlContextFor = async (
  tx: Transaction,
  workspace: Workspace,
  book: Rulebook,
  now: Instant,
  rule: Rule,
): Promise<RuleSqlContext> => ({
  ...(await ruleSqlContext(tx, workspace, book, now)),
  faded: await fadedScores(tx, workspace, book, now, rule),
});

/** The same, where no rule asks for a score. */
export async function ruleSqlContext(tx: Transaction, workspace: Workspace, book: Rulebook, now: Instant): Promise<RuleSqlContext> {
  return {
    workspace: workspace.id,
    now,
    zone: book.context.zone,
    zones: await distinctZones(tx, workspace.id),
    local: { offsetAt, startOfDay, nextLocal, stretchAt },
    purposeOf: book.context.purposeOf,
    realTime: workspace.clock === null,
  };
}

/** How the database reads what events have to be, where nothing is asked about people. */
export const eventSqlContext = (workspace: Workspace, now: Instant): RuleSqlContext => ({
  workspace: workspace.id,
  now,
  zone: workspace.settings.zone,
  zones: [],
  local: { offsetAt, startOfDay, nextLocal, stretchAt },
  purposeOf: () => undefined,
  realTime: workspace.clock === null,
});

/** Whoever's score is looked at more closely is loaded so many at a time. */
const closelyAtOnce = 5_000;

/**
 * What fading scores that a rule asks for are worth now, to those for whom that may decide. What is written is never a whole point off, because whoever loses a
 * point is decided about again; so these are the people within a point of a bound.
 */
async function fadedScores(
  tx: Transaction,
  workspace: Workspace,
  book: Rulebook,
  now: Instant,
  rule: Rule,
): Promise<ReadonlyMap<string, Worths>> {
  const bounds = new Map<string, number[]>();
  for (const condition of conditionsOf(rule)) {
    if (!('score' in condition)) continue;
    const { key, atLeast, atMost } = condition.score;
    bounds.set(key, [...(bounds.get(key) ?? []), ...[atLeast, atMost].filter((bound) => bound !== undefined)]);
  }
  const faded = new Map<string, Worths>();
  for (const score of book.scores) {
    const near = bounds.get(score.key);
    if (!score.fades || !near) continue;
    const [ids, worths]: [string[], number[]] = [[], []];
    for (;;) {
      const people = await peopleNearScore(tx, workspace.id, score.key, near, { limit: closelyAtOnce, cursor: ids.at(-1) });
      const made = await withMemory(
        tx,
        people.map((person) => ({ person, workspace, book, at: now })),
      );
      for (const person of people) {
        ids.push(person.id);
        worths.push(score.valueAt({ person: toPerson(made.get(person.id) ?? person), now, changesAt: never }));
      }
      if (people.length < closelyAtOnce) break;
    }
    faded.set(score.key, { ids, worths });
  }
  return faded;
}
