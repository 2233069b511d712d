import type { Score } from '#contract/definition-bodies.ts';
import { day, type Instant, isoOrNull, toIso } from '#contract/instant.ts';
import { isObject, type JsonObject } from '#contract/json.ts';
import { Problem } from '#contract/problems.ts';
import type { ScoreDetail, ScorePreview, ScoreRow, SignalReport } from '#contract/routes/scores.ts';
import type { Rule } from '#contract/rule.ts';
import { localDay, sayDay, startOfDay, weekdayOf } from '#engine/local-calendar.ts';
import type { Person } from '#engine/person.ts';
import { addMemo, type Memo, namesSince, remember } from '#engine/rule/memory.ts';
import { never, type Question } from '#engine/rule/question.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import { type CompiledScore, compileScore, type LedgerLine, withEachAdded } from '#engine/score/score.ts';
import { mergeTraits } from '#engine/traits.ts';
import { pointsEvent } from '#engine/written-events.ts';
import type { Transaction } from '#store/database.ts';
import { listDefinitions } from '#store/definitions.ts';
import { countNamed, eventsForMemory, eventsOfPerson, eventsPerWeek, eventsSince } from '#store/events.ts';
import { consentsOf, movesOf } from '#store/histories.ts';
import { crossingsByWeek, listCrossings, membershipsAt, scoreMarks, scoreSteps } from '#store/memberships.ts';
import { countPeople, loadPeople, namesOf, peopleInLanes } from '#store/people.ts';
import { countHolding, liftOf } from '#store/rule-sql/rule-sql.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import { everyLane } from './backfill.ts';
import type { Deps } from './deps.ts';
import { findPerson } from './edit-person.ts';
import { publishedDocuments } from './fields.ts';
import { hasDraft, mistakesOfOne, toCandidate } from './plan.ts';
import { remembering } from './remember.ts';
import { toOccurrence, toPerson } from './rows.ts';
import { ruleSqlContextFor } from './rule-sql-context.ts';
import { usesOf } from './segments.ts';

const steps = 20;
const within = <T>(deps: Deps, workspace: Workspace, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  deps.db.transaction({ workspaces: [workspace.id] }, work);

const scoreOf = (book: Rulebook, key: string): CompiledScore => {
  const score = book.scores.find((each) => each.key === key);
  if (!score) throw new Problem('definition-unknown', { kind: 'score', key });
  return score;
};

/** Equal steps from the least to the most that a score can be, with how many people stand on each. */
const toDistribution = ({ min, max }: Score, counts: readonly number[]): ScoreRow['distribution'] =>
  counts.map((people, nth) => ({
    from: round(min + ((max - min) * nth) / steps),
    to: round(min + ((max - min) * (nth + 1)) / steps),
    people,
  }));
const round = (value: number): number => Math.round(value * 1000) / 1000;

const sorted = (score: Score): Score['thresholds'] => [...score.thresholds].sort((a, b) => a.at - b.at);

async function toRow(tx: Transaction, workspace: Workspace, score: CompiledScore, now: Instant, book: Rulebook): Promise<ScoreRow> {
  const { body } = score;
  const stored = (await listDefinitions(tx, workspace.id)).find((each) => each.kind === 'score' && each.key === score.key)!;
  const thresholds = sorted(body);
  const marks = await scoreMarks(
    tx,
    workspace.id,
    score.key,
    thresholds.map((each) => each.at),
  );
  const row: ScoreRow = {
    key: score.key,
    name: body.name,
    meaning: body.meaning,
    about: body.about,
    version: score.version,
    min: body.min,
    max: body.max,
    median: marks.median === null ? null : round(marks.median),
    distribution: toDistribution(body, await scoreSteps(tx, workspace.id, score.key, body.min, body.max, steps)),
    thresholds: thresholds.map((each, nth) => ({ ...each, people: marks.above[nth]! })),
    warnings: [],
    hasDraft: hasDraft(stored),
    updatedAt: toIso(stored.updatedAt),
  };
  return { ...row, warnings: await warningsOf(tx, workspace, score, row, now, book) };
}

export const listScores = (deps: Deps, workspace: Workspace): Promise<{ items: ScoreRow[]; next: null }> =>
  within(deps, workspace, async (tx) => {
    const book = await deps.rulebooks.current(tx, workspace.id);
    const now = workspaceNow(workspace, deps.now());
    const items: ScoreRow[] = [];
    for (const score of book.scores) items.push(await toRow(tx, workspace, score, now, book));
    return { items: items.sort((a, b) => (a.name < b.name ? -1 : 1)), next: null };
  });

/** The event that counts as a conversion: the evidence of the stage called so, or an order. */
function conversionOf(book: Rulebook): string {
  const stage = book.lifecycle?.body.stages.find((each) => ['conversion', 'customer', 'won'].includes(each.key));
  return stage?.entry[0]?.on.event ?? 'Order Completed';
}

const weeksShown = 12;

async function weeksOf(
  tx: Transaction,
  workspace: Workspace,
  score: CompiledScore,
  above: number,
  conversion: string,
  now: Instant,
  zone: string,
): Promise<ScoreDetail['weeks']> {
  const today = localDay(now, zone);
  const monday = today - (weekdayOf(today) - 1);
  const since = startOfDay(monday - 7 * (weeksShown - 1), zone);
  const highest = sorted(score.body).at(-1);
  const net = highest ? await crossingsByWeek(tx, workspace.id, score.key, highest.key, since, zone) : new Map<string, number>();
  const conversions = await eventsPerWeek(tx, workspace.id, conversion, since, zone);
  const weeks: ScoreDetail['weeks'] = [];
  let standing = above;
  for (let back = 0; back < weeksShown; back++) {
    const week = sayDay(monday - 7 * back);
    weeks.unshift({ week, above: Math.max(0, standing), conversions: conversions.get(week) ?? 0 });
    standing -= net.get(week) ?? 0;
  }
  return weeks;
}

/** Inflation: more and more people stand above the highest threshold, and no more of them convert. */
async function warningsOf(
  tx: Transaction,
  workspace: Workspace,
  score: CompiledScore,
  row: ScoreRow,
  now: Instant,
  book: Rulebook,
): Promise<string[]> {
  const warnings: string[] = [];
  const highest = row.thresholds.at(-1);
  if (highest) {
    const weeks = await weeksOf(tx, workspace, score, highest.people, conversionOf(book), now, book.context.zone);
    const sum = (from: number, to: number): number => weeks.slice(from, to).reduce((total, week) => total + week.conversions, 0);
    const [before, after] = [weeks.at(-5)!.above, weeks.at(-1)!.above];
    // A score that was published since says nothing about four weeks ago.
    if (before >= 20 && after > before * 1.25 && sum(-4, weeks.length) <= sum(-8, -4))
      warnings.push(
        `${after} people stand above ${highest.name}, ${before} did four weeks ago, and conversions did not rise: the points may have become too easy.`,
      );
  }
  const silent: string[] = [];
  for (const signal of score.body.signals)
    if ((await countNamed(tx, workspace.id, signal.on.event, now - 30 * day)).count === 0) silent.push(signal.because);
  if (silent.length > 0) warnings.push(`Nothing has come of ${silent.map((each) => `“${each}”`).join(', ')} for 30 days.`);
  return warnings;
}
/** The rule that says for whom a line counts. */
function ruleOf(signal: Score['signals'][number]): Rule {
  const { event: name, ...rest } = signal.on;
  const life = signal.expires ?? signal.halfLife;
  return { event: { name, ...rest, ...(life === undefined ? {} : { within: life }) } };
}

export const getScore = (deps: Deps, workspace: Workspace, key: string): Promise<ScoreDetail> =>
  within(deps, workspace, async (tx) => {
    const book = await deps.rulebooks.current(tx, workspace.id);
    const score = scoreOf(book, key);
    const now = workspaceNow(workspace, deps.now());
    const { zone } = book.context;
    const conversion = conversionOf(book);
    const row = await toRow(tx, workspace, score, now, book);
    const then = now - 30 * day;
    const lines = [
      ...score.body.signals.map((line) => ({ kind: 'signal' as const, line, rule: ruleOf(line), event: line.on.event })),
      ...score.body.points.map((line) => ({ kind: 'rule' as const, line, rule: line.rule, event: null })),
    ];
    const signals: SignalReport[] = [];
    for (const { kind, line, rule, event } of lines) {
      const context = await ruleSqlContextFor(tx, workspace, book, now, rule);
      const people = await countHolding(tx, rule, context);
      const seen = event === null ? null : await countNamed(tx, workspace.id, event, then);
      const converted = await liftOf(tx, rule, { ...context, now: then }, conversion, now);
      signals.push({
        because: line.because,
        kind,
        points: line.points,
        group: line.group ?? null,
        people,
        times: seen?.count ?? null,
        lastAt: isoOrNull(seen?.last),
        stale: seen ? seen.count === 0 : people === 0,
        lift: liftIn(converted),
        converted,
      });
    }
    return {
      ...row,
      signals,
      uses: usesOf(await publishedDocuments(tx, workspace.id), 'score', key),
      weeks: await weeksOf(tx, workspace, score, row.thresholds.at(-1)?.people ?? 0, conversion, now, zone),
      conversion,
    };
  });

/** How much more often those with it converted. Fewer than 20 on either side say nothing. */
function liftIn({ withIt, ofThem, without, ofOthers }: SignalReport['converted']): number | null {
  if (withIt < 20 || without < 20 || ofOthers === 0) return null;
  return round(ofThem / withIt / (ofOthers / without));
}

/** About so many people are looked at one by one at a time when a score is tried: of more, those of some lanes, and of the next when that is asked for. */
const triedAtOnce = 10_000;

/** What people of some lanes, from one of them on, would have. */
export const previewScore = (
  deps: Deps,
  workspace: Workspace,
  { key, body, from: first }: { key: string; body: Score; from: number },
): Promise<ScorePreview> =>
  within(deps, workspace, async (tx) => {
    const mistakes = mistakesOfOne(toCandidate({ kind: 'score', key, body }), await listDefinitions(tx, workspace.id));
    if (mistakes.length > 0) return { people: 0, of: 0, next: null, distribution: [], thresholds: [], before: [], sample: [], mistakes };
    const book = await deps.rulebooks.current(tx, workspace.id);
    const now = workspaceNow(workspace, deps.now());
    const published = book.scores.find((each) => each.key === key) ?? null;
    const tried = compileScore(key, 0, body, book.context);
    const memos = new Map<string, Memo>();
    for (const memo of [...tried.memos, ...(published?.memos ?? [])]) addMemo(memos, memo);
    const names = namesSince([...memos.values()], now);
    const total = await countPeople(tx, workspace.id);
    const last = Math.min(everyLane.length, first + Math.max(1, Math.floor((everyLane.length * triedAtOnce) / Math.max(1, total))));
    const ids = await peopleInLanes(tx, workspace.id, everyLane.slice(first, last));
    const after = new Array<number>(steps).fill(0);
    const before = new Array<number>(steps).fill(0);
    const above = body.thresholds.map(() => 0);
    const sample: ScorePreview['sample'] = [];
    for (let from = 0; from < ids.length; from += 1_000) {
      const some = ids.slice(from, from + 1_000);
      const pasts = Map.groupBy(await eventsForMemory(tx, some, names, workspace.clock === null), (event) => event.person);
      for (const stored of await loadPeople(tx, some)) {
        const known = toPerson(stored);
        const past = (pasts.get(stored.id) ?? []).filter((event) => event.happenedAt <= now).map(toOccurrence);
        const person: Person = {
          ...known,
          state: { ...known.state, memory: { ...known.state.memory, ...remember(memos.values(), past) } },
        };
        const question = { person, now, changesAt: never };
        const value = tried.valueAt(question);
        const was = published ? published.valueAt(question) : null;
        after[stepOf(value, body)]!++;
        if (was !== null) before[stepOf(was, published!.body)]!++;
        sorted(body).forEach((threshold, nth) => {
          if (value >= threshold.at) above[nth]!++;
        });
        if (sample.length < 8 && (was === null ? value !== 0 : value !== was))
          sample.push({ id: stored.id, email: stored.email, name: stored.name, before: was, after: value });
      }
    }
    return {
      people: ids.length,
      of: total,
      next: last < everyLane.length ? last : null,
      distribution: toDistribution(body, after),
      thresholds: sorted(body).map((each, nth) => ({ ...each, people: above[nth]! })),
      before: published ? toDistribution(published.body, before) : [],
      sample,
      mistakes,
    };
  });

const stepOf = (value: number, { min, max }: Score): number =>
  Math.min(steps - 1, Math.max(0, Math.floor(((value - min) / (max - min)) * steps)));

/**
 * A person as they stood at an instant: what they remember, their traits, stage, consents and segments, made anew from what is kept. What journeys
 * set by themselves leaves no event and is taken as it is now.
 */
async function personAt(tx: Transaction, now: Person, at: Instant, memos: Iterable<Memo>): Promise<Person> {
  const events = (await eventsOfPerson(tx, now.id, at, 100_000)).reverse();
  const past = events.filter((event) => ['track', 'page', 'screen', 'group'].includes(event.call)).map(toOccurrence);
  let traits: JsonObject = {};
  for (const event of events) if (isObject(event.body.traits)) traits = mergeTraits(traits, event.body.traits as JsonObject);
  const move = (await movesOf(tx, now.id)).filter((each) => each.at <= at).sort((a, b) => b.at - a.at)[0];
  const consents: Person['state']['consents'] = {};
  for (const line of (await consentsOf(tx, now.id)).filter((each) => each.at <= at && each.tookEffect).sort((a, b) => a.at - b.at))
    consents[`${line.change.purpose}/${line.change.channel}`] = { state: line.change.state, at: line.at };
  return {
    ...now,
    traits,
    stage: move?.to ?? null,
    stageSince: move?.at ?? null,
    state: { ...now.state, consents, segments: await membershipsAt(tx, now.id, at), memory: remember(memos, past) },
  };
}

/** What a score is made of for somebody, with each time that a journey added to it. */
export async function ledgerOf(tx: Transaction, score: CompiledScore, question: Question): Promise<LedgerLine[]> {
  const lines = score.ledger(question);
  if (!lines.some(({ event }) => event === pointsEvent)) return lines;
  const added = (await eventsSince(tx, [question.person.id], [pointsEvent], 0)).filter(({ happenedAt }) => happenedAt <= question.now);
  return withEachAdded(lines, score.key, added.map(toOccurrence));
}

export const personScore = async (deps: Deps, workspace: Workspace, id: string, key: string, at?: string) => {
  const stored = await findPerson(deps, workspace, id);
  return within(deps, workspace, async (tx) => {
    const book = await deps.rulebooks.current(tx, workspace.id);
    const score = scoreOf(book, key);
    const now = workspaceNow(workspace, deps.now());
    const asked = at === undefined ? now : Math.min(now, Date.parse(at));
    const memos = new Map<string, Memo>();
    for (const memo of score.memos) addMemo(memos, memo);
    const known = toPerson(at === undefined ? await remembering(tx, workspace, book, stored, now) : stored);
    const person = at === undefined ? known : await personAt(tx, known, asked, memos.values());
    const question = { person, now: asked, changesAt: never };
    return {
      value: score.valueAt(question),
      at: toIso(asked),
      version: score.version,
      ledger: (await ledgerOf(tx, score, question)).map(({ event: _, ...line }) => ({ ...line, at: isoOrNull(line.at) })),
    };
  });
};

export const scoreLog = (deps: Deps, workspace: Workspace, key: string, filter: { cursor?: string | undefined; limit: number }) =>
  within(deps, workspace, async (tx) => {
    scoreOf(await deps.rulebooks.current(tx, workspace.id), key);
    const { items, next } = await listCrossings(tx, workspace.id, key, filter);
    const names = await namesOf(
      tx,
      items.map((each) => each.person),
    );
    return {
      items: items.map(({ person, at, ...rest }) => ({
        ...rest,
        at: toIso(at),
        person: { id: person, email: names.get(person)?.email ?? null, name: names.get(person)?.name ?? null },
      })),
      next,
    };
  });
