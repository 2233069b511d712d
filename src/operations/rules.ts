import { type Instant, isoOrNull, toIso } from '#contract/instant.ts';
import { isObject, type JsonObject } from '#contract/json.ts';
import { type Mistake, Problem } from '#contract/problems.ts';
import type { RuleExplained, RulePreview, SeenPath, Vocabulary } from '#contract/routes/rules.ts';
import type { Rule } from '#contract/rule.ts';
import { explainRule } from '#engine/rule/explain.ts';
import { addMemo, type Memo, remember } from '#engine/rule/memory.ts';
import { never } from '#engine/rule/question.ts';
import { compileRule, memosOf } from '#engine/rule/rule.ts';
import { sayRule } from '#engine/rule/say.ts';
import { listColleagues } from '#store/colleagues.ts';
import type { Transaction } from '#store/database.ts';
import { listDefinitions } from '#store/definitions.ts';
import { latestEvents } from '#store/events.ts';
import { countPeople, latestTraits, ownersOf, peopleRows } from '#store/people.ts';
import { countHolding, holdingPeople } from '#store/rule-sql/rule-sql.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import { backfillsOf, cancelOpenBackfill } from './backfill.ts';
import { type GoneBack, goBack } from './definitions.ts';
import type { Deps } from './deps.ts';
import { findPerson } from './edit-person.ts';
import { mistakesOfOne, toCandidate } from './plan.ts';
import { pastOf } from './remember.ts';
import { toOccurrence, toPerson } from './rows.ts';
import { ruleSqlContextFor } from './rule-sql-context.ts';

/** What stands against a rule, as the check of a segment with it would say. */
async function mistakesOfRule(tx: Transaction, workspace: Workspace, rule: Rule): Promise<Mistake[]> {
  const candidate = toCandidate({ kind: 'segment', key: 'a-rule-that-is-tried', body: { name: 'A rule that is tried', rule } });
  return mistakesOfOne(candidate, await listDefinitions(tx, workspace.id));
}

export async function previewRule(deps: Deps, workspace: Workspace, rule: Rule, sample: number): Promise<RulePreview> {
  const started = performance.now();
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const mistakes = await mistakesOfRule(tx, workspace, rule);
    const people = await countPeople(tx, workspace.id);
    const words = sayRule(rule);
    if (mistakes.length > 0) return { words, count: null, people, sample: [], mistakes, took: 0 };
    const book = await deps.rulebooks.current(tx, workspace.id);
    const context = await ruleSqlContextFor(tx, workspace, book, workspaceNow(workspace, deps.now()), rule);
    const count = await countHolding(tx, rule, context);
    const ids = sample > 0 && count > 0 ? await holdingPeople(tx, rule, context, { limit: sample }) : [];
    return { words, count, people, sample: await peopleRows(tx, ids), mistakes, took: Math.round(performance.now() - started) };
  });
}

/** Whether any rule holds for a person now: read from their events, because nothing may be remembered for it yet. */
export async function explainFor(deps: Deps, workspace: Workspace, rule: Rule, id: string): Promise<RuleExplained> {
  const stored = await findPerson(deps, workspace, id);
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const mistakes = await mistakesOfRule(tx, workspace, rule);
    if (mistakes.length > 0) throw new Problem('definition-invalid', mistakes);
    const { context } = await deps.rulebooks.current(tx, workspace.id);
    const now = workspaceNow(workspace, deps.now());
    const memos = new Map<string, Memo>();
    for (const memo of memosOf(rule, context.zone)) addMemo(memos, memo);
    const past = (await pastOf(tx, stored.id, [...memos.values()])).filter(({ at }) => at <= now);
    const known = toPerson(stored);
    const person = { ...known, state: { ...known.state, memory: { ...known.state.memory, ...remember(memos.values(), past) } } };
    const question = { person, now, changesAt: never };
    const held = compileRule(rule, context)(question);
    return {
      held,
      words: sayRule(rule),
      changesAt: question.changesAt === never ? null : toIso(question.changesAt),
      parts: explainRule(rule, context, person, now).map((part) => ({
        ...part,
        saw: part.saw.map((saw) => ({ what: saw.what, at: isoOrNull(saw.at) })),
      })),
    };
  });
}

// What rules can be made of

const eventsLookedAt = 4_000;
const peopleLookedAt = 1_500;
const valuesMax = 20;

/** Paths of what came, with the types and, where that says nothing about anybody, the values. */
class SeenPaths {
  private readonly paths = new Map<
    string,
    { types: Map<SeenPath['types'][number], number>; values: Map<string | number | boolean, number> }
  >();
  private readonly mayShow: (path: string) => boolean;

  constructor(mayShow: (path: string) => boolean) {
    this.mayShow = mayShow;
  }

  look(object: JsonObject, prefix = ''): void {
    for (const [name, value] of Object.entries(object)) {
      const path = prefix + name;
      if (value === null || path.length > 200 || !/^[^.[\]]+$/.test(name)) continue;
      const type = typeOf(value);
      const there = this.paths.get(path) ?? { types: new Map(), values: new Map() };
      if (!this.paths.has(path) && this.paths.size >= 300) continue;
      this.paths.set(path, there);
      there.types.set(type, (there.types.get(type) ?? 0) + 1);
      for (const each of Array.isArray(value) ? value : [value])
        if ((typeof each === 'string' || typeof each === 'number' || typeof each === 'boolean') && this.mayShow(path) && isTelling(each))
          there.values.set(each, (there.values.get(each) ?? 0) + 1);
      if (isObject(value) && prefix.split('.').length < 4) this.look(value as JsonObject, `${path}.`);
    }
  }

  all(): SeenPath[] {
    const often = <T>(counts: Map<T, number>): T[] => [...counts].sort((a, b) => b[1] - a[1]).map(([each]) => each);
    return [...this.paths]
      .map(([path, { types, values }]) => ({ path, types: often(types), values: often(values).slice(0, valuesMax) }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}

function typeOf(value: unknown): SeenPath['types'][number] {
  if (Array.isArray(value)) return 'list';
  if (isObject(value)) return 'object';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  return /^\d{4}-\d{2}-\d{2}(T|$)/.test(String(value)) ? 'date' : 'text';
}

/** Whether a value is worth offering: short, and neither an address nor an id. */
const isTelling = (value: string | number | boolean): boolean =>
  typeof value !== 'string' ||
  (value.length > 0 && value.length <= 60 && !value.includes('@') && !/[0-9a-f]{8}-[0-9a-f]{4}-|^[0-9a-f]{16,}$/i.test(value));

/** Read anew at most this often: it looks at thousands of events, and says what people might choose from. */
const vocabularyFor = 20_000;
const kept = new Map<string, { at: Instant; said: Promise<Vocabulary> }>();

export function vocabulary(deps: Deps, workspace: Workspace): Promise<Vocabulary> {
  const name = `${workspace.id}@${workspace.revision}`;
  const known = kept.get(name);
  if (known && performance.now() - known.at < vocabularyFor) return known.said;
  const said = readVocabulary(deps, workspace);
  if (kept.size > 200) kept.clear();
  kept.set(name, { at: performance.now(), said });
  said.catch(() => kept.delete(name));
  return said;
}

const readVocabulary = async (deps: Deps, workspace: Workspace): Promise<Vocabulary> => {
  const colleagues = (await listColleagues(deps.db)).flatMap(({ email }) => email ?? []);
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const book = await deps.rulebooks.current(tx, workspace.id);
    const events = new Map<string, { count: number; lastAt: Instant; seen: SeenPaths }>();
    for (const event of await latestEvents(tx, workspace.id, eventsLookedAt)) {
      const there = events.get(event.name) ?? { count: 0, lastAt: event.happenedAt, seen: new SeenPaths(() => true) };
      events.set(event.name, there);
      there.count++;
      there.lastAt = Math.max(there.lastAt, event.happenedAt);
      if (isObject(event.body.properties)) there.seen.look(event.body.properties as JsonObject);
    }
    const isPersonal = (path: string): boolean => {
      const field = book.fields.byPath.get(path);
      return field === undefined || field.body.class !== 'none';
    };
    const traits = new SeenPaths((path) => !isPersonal(path));
    for (const each of await latestTraits(tx, workspace.id, peopleLookedAt)) traits.look(each);
    const seen = new Map(traits.all().map((each) => [each.path, each]));
    for (const field of book.fields.byPath.values())
      if (!seen.has(field.path))
        seen.set(field.path, { path: field.path, types: [field.body.type === 'money' ? 'number' : field.body.type], values: [] });
    const named = (list: Iterable<{ key: string; body: { name: string } }>): { key: string; name: string }[] =>
      [...list].map(({ key, body }) => ({ key, name: body.name })).sort((a, b) => (a.name < b.name ? -1 : 1));
    return {
      events: [...events]
        .map(([name, { count, lastAt, seen: properties }]) => ({ name, count, lastAt: toIso(lastAt), properties: properties.all() }))
        .sort((a, b) => b.count - a.count),
      traits: [...seen.values()]
        .map((each) => ({ ...each, name: book.fields.byPath.get(each.path)?.body.name ?? null }))
        .sort((a, b) => (a.path < b.path ? -1 : 1)),
      stages: (book.lifecycle?.body.stages ?? []).map(({ key, name }) => ({ key, name })),
      segments: book.segments.map(({ key, name }) => ({ key, name })),
      scores: named(book.scores),
      grades: named(book.grades),
      topics: named(book.topics.values()),
      entryPoints: named(book.entryPoints.values()),
      owners: [
        ...new Set([
          ...(await ownersOf(tx, workspace.id, 100)),
          ...[book.lifecycle?.body.owner, ...(book.lifecycle?.body.stages ?? []).map(({ owner }) => owner)].flatMap((owner) => owner ?? []),
          ...colleagues,
        ]),
      ],
      channels: ['email', 'sms', 'webhook'],
    };
  });
};

// How changes reach everybody

export async function listBackfills(deps: Deps, workspace: Workspace) {
  const items = await backfillsOf(deps, workspace);
  return {
    items: items.map((each) => ({ ...each, startedAt: toIso(each.startedAt), finishedAt: isoOrNull(each.finishedAt) })),
    next: null,
  };
}

/** Takes a publication back while it is being brought to everybody: what stood before it stands again. */
export const cancelBackfill = (deps: Deps, workspace: Workspace, actor: string, id: number): Promise<GoneBack> =>
  goBack(deps, workspace, actor, async (tx) => {
    const open = await cancelOpenBackfill(tx, workspace, id, actor);
    return { to: Math.min(...open.revisions), reason: 'the backfill was cancelled', details: { backfill: id } };
  });
