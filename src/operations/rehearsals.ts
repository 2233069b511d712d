import { isSame } from '#contract/diff.ts';
import { type Instant, isoOrNull, ms, toIso } from '#contract/instant.ts';
import type { MessageReason } from '#contract/message.ts';
import { sayReason } from '#contract/message.ts';
import { fullStop } from '#contract/sentence.ts';
import { Problem } from '#contract/problems.ts';
import { reasonWords } from '#contract/reason-words.ts';
import type { RehearsalSide, RehearsedRun } from '#contract/rehearsal.ts';
import type { AskedRehearsal, RehearsalDetail, RehearsalRow } from '#contract/routes/rehearsals.ts';
import { sayEnd } from '#engine/journey/run.ts';
import { meanOf, type Tally } from '#engine/rehearsal/tally.ts';
import type { Published } from '#engine/rulebook.ts';
import type { Transaction } from '#store/database.ts';
import { listDefinitions, type StoredDefinition } from '#store/definitions.ts';
import { countPeople } from '#store/lives.ts';
import { namesOf } from '#store/people.ts';
import * as store from '#store/rehearsals.ts';
import type { StoredRehearsal } from '#store/rehearsals.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { type Candidate, hasDraft, inKindOrder, mistakesOfSet, toCandidate } from './plan.ts';
import { type KeptRun, noResult, type RehearsalResult, type RehearsalSpec } from './rehearsal-spec.ts';

/** What colleagues and programs do with rehearsals. They are carried out by a loop (rehearse.ts). */

export async function startRehearsal(deps: Deps, workspace: Workspace, actor: string, asked: AskedRehearsal): Promise<RehearsalRow> {
  const id = deps.newId(deps.now());
  const row = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const now = workspaceNow(workspace, deps.now());
    const standing = await listDefinitions(tx, workspace.id);
    const given = candidatesOf(asked, standing);
    const mistakes = mistakesOfSet(given, standing);
    if (mistakes.length > 0) throw new Problem('definition-invalid', mistakes);
    const instead = given.filter((each) => isOther(each, standing)).map((each) => publishedAs(each, standing));
    const { revision } = await deps.rulebooks.current(tx, workspace.id);
    const people = await countPeople(tx, workspace.id);
    const spec: RehearsalSpec = {
      ...spanOf(asked, now, people * asked.share),
      share: asked.share,
      revision,
      instead,
      runsOf: runsOf(instead, standing),
    };
    const result = noResult(instead.length > 0);
    await store.insertRehearsal(tx, { id, workspace: workspace.id, spec, people, result, askedAt: deps.now(), askedBy: actor });
    return store.findRehearsal(tx, workspace.id, id);
  });
  deps.bus.pokeWork();
  return toRow(row!);
}

/** Of fewer people more is chance, and they are lived through the sooner: lives that are lived of a future, and futures, at most, where nobody says how many. */
const [livesEnough, futuresMost] = [5_000, 10];

function spanOf(
  { over }: AskedRehearsal,
  now: Instant,
  people: number,
): Pick<RehearsalSpec, 'kind' | 'from' | 'until' | 'seed' | 'futures'> {
  const long = ms('past' in over ? over.past : over.future);
  const [least, most] = [ms('PT1H'), ms('P400D')];
  if (long < least || long > most)
    throw new Problem('body-invalid', [{ path: 'over', message: 'must be between an hour and 400 days long' }]);
  return 'past' in over
    ? { kind: 'past', from: now - long, until: now, seed: '1', futures: 1 }
    : {
        kind: 'future',
        from: now,
        until: now + long,
        seed: over.seed,
        futures: over.futures ?? Math.min(futuresMost, Math.ceil(livesEnough / Math.max(1, people))),
      };
}

function candidatesOf({ drafts, definitions }: AskedRehearsal, standing: readonly StoredDefinition[]): Candidate[] {
  const wanted =
    drafts === 'all'
      ? standing.filter((each) => !each.retired && hasDraft(each))
      : drafts.map(({ kind, key }) => {
          const there = standing.find((each) => each.kind === kind && each.key === key);
          if (!there) throw new Problem('definition-unknown', { kind, key });
          return there;
        });
  const named = new Set(definitions.map(({ kind, key }) => `${kind}/${key}`));
  return inKindOrder([
    ...wanted
      .filter(({ kind, key }) => !named.has(`${kind}/${key}`))
      .map(({ kind, key, draft }) => toCandidate({ kind, key, body: draft })),
    ...definitions.map(({ kind, key, body }) => toCandidate({ kind, key, body })),
  ]);
}

/** Whether it says something else than what is in force. */
function isOther({ kind, key, body }: Candidate, standing: readonly StoredDefinition[]): boolean {
  const there = standing.find((each) => each.kind === kind && each.key === key);
  return !there || there.version === null || there.retired || !isSame(toCandidate({ kind, key, body: there.published }).body, body);
}

function publishedAs({ kind, key, body }: Candidate, standing: readonly StoredDefinition[]): Published {
  const there = standing.find((each) => each.kind === kind && each.key === key);
  return { kind, key, version: (there?.version ?? 0) + 1, body: body as Published['body'] };
}

/** Whose ways are kept: of the journeys that are rehearsed, and where it is something else, of all. */
function runsOf(instead: readonly Published[], standing: readonly StoredDefinition[]): string[] {
  const journeys = instead.filter(({ kind }) => kind === 'journey').map(({ key }) => key);
  if (journeys.length > 0 && instead.every(({ kind }) => kind === 'journey' || kind === 'template')) return journeys;
  const live = standing.filter((each) => each.kind === 'journey' && each.version !== null && !each.retired).map(({ key }) => key);
  return [...new Set([...journeys, ...live])];
}

// ------------------------------------------------------------------------------------------------------------------------------ reading

const nameIn = (body: unknown): string | null => {
  const { name } = (body ?? {}) as { name?: unknown };
  return typeof name === 'string' && name !== '' ? name : null;
};

function toRow(rehearsal: StoredRehearsal): RehearsalRow {
  const { kind, from, until, seed, futures, share, instead } = rehearsal.spec as RehearsalSpec;
  return {
    id: rehearsal.id,
    state: rehearsal.state,
    over: { kind, from: toIso(from), until: toIso(until), ...(kind === 'future' ? { seed, futures } : { seed: null, futures: null }) },
    definitions: instead.map((each) => ({ kind: each.kind, key: each.key, name: nameIn(each.body) ?? each.key })),
    share,
    people: rehearsal.people,
    looked: (rehearsal.result as RehearsalResult).looked,
    askedAt: toIso(rehearsal.askedAt),
    askedBy: rehearsal.askedBy,
    endedAt: isoOrNull(rehearsal.endedAt),
    reason: rehearsal.reason,
  };
}

async function found(tx: Transaction, workspace: Workspace, id: string): Promise<StoredRehearsal> {
  const rehearsal = await store.findRehearsal(tx, workspace.id, id);
  if (!rehearsal) throw new Problem('rehearsal-unknown', { id });
  return rehearsal;
}

export const listRehearsals = (deps: Deps, workspace: Workspace, query: { cursor?: string | undefined; limit: number }) =>
  deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const { items, next } = await store.listRehearsals(tx, workspace.id, query);
    return { items: items.map(toRow), next };
  });

export const readRehearsal = (deps: Deps, workspace: Workspace, id: string): Promise<RehearsalDetail> =>
  deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const rehearsal = await found(tx, workspace, id);
    const { standing, changed, faults, windows = null } = rehearsal.result as RehearsalResult;
    const { instead, runsOf, futures } = rehearsal.spec as RehearsalSpec;
    const names = new Map<string, string>();
    for (const each of await listDefinitions(tx, workspace.id))
      names.set(`${each.kind}/${each.key}`, nameIn(each.published) ?? nameIn(each.draft) ?? each.key);
    for (const each of instead) names.set(`${each.kind}/${each.key}`, nameIn(each.body) ?? each.key);
    const side = (tally: Tally): RehearsalSide => toSide(meanOf(tally, futures), (kind, key) => names.get(`${kind}/${key}`) ?? key);
    const given = instead.filter(({ kind }) => kind === 'journey').map(({ key, version, body }) => ({ key, version, body }));
    return { ...toRow(rehearsal), standing: side(standing), changed: changed && side(changed), faults, windows, runsOf, given };
  });

export const cancelRehearsal = (deps: Deps, workspace: Workspace, actor: string, id: string): Promise<RehearsalRow> =>
  deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    await found(tx, workspace, id);
    await store.cancelRehearsal(tx, workspace.id, id, `${actor} stopped it`, deps.now());
    return toRow(await found(tx, workspace, id));
  });

export const listRehearsedRuns = (
  deps: Deps,
  workspace: Workspace,
  { id, journey }: { id: string; journey: string },
  query: { cursor?: string | undefined; limit: number },
): Promise<{ items: RehearsedRun[]; next: string | null }> =>
  deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    await found(tx, workspace, id);
    const { items, next } = await store.listRehearsedRuns(tx, id, { journey, ...query });
    const people = await namesOf(
      tx,
      items.flatMap(({ person }) => person ?? []),
    );
    return {
      items: items.map(({ run, person, enteredAt, body }) => {
        const known = person === null ? undefined : people.get(person);
        return { run, person: known ? { id: known.id, email: known.email, name: known.name } : null, ...toRun(enteredAt, body as KeptRun) };
      }),
      next,
    };
  });

function toRun(
  enteredAt: Instant,
  { version, entry, endedAt, endReason, how, step, steps, messages }: KeptRun,
): Omit<RehearsedRun, 'run' | 'person'> {
  return {
    version,
    entry,
    enteredAt: toIso(enteredAt),
    endedAt: isoOrNull(endedAt),
    how,
    says: endReason === null ? 'under way when the time is over' : sayEnd(endReason),
    step,
    steps: steps.map(([name, next, at]) => ({ step: name, next, at: toIso(at) })),
    messages: messages.map(({ id, step: from, template, channel, createdAt, status, at, held, reason, details }) => ({
      id,
      step: from,
      template,
      channel,
      askedAt: toIso(createdAt),
      status,
      at: toIso(at),
      held,
      reason,
      says:
        status === 'sent'
          ? 'Would be sent.'
          : `${status === 'waiting' ? 'Would be held' : 'Would not be sent'}: ${reason === null ? '' : fullStop(sayReason(reason, details))}`,
    })),
  };
}

/** Counts as the API says them: lists with names, the largest first. */
function toSide(tally: Tally, nameOf: (kind: string, key: string) => string): RehearsalSide {
  const by = <T>(record: Record<string, T>): [string, T][] => Object.entries(record);
  return {
    people: tally.people,
    born: tally.born,
    days: by(tally.days)
      .map(([day, { entered, goals, channels }]) => ({
        day,
        entered,
        goals,
        channels: by(channels).map(([channel, counts]) => ({ channel, ...counts })),
      }))
      .sort((a, b) => (a.day < b.day ? -1 : 1)),
    journeys: by(tally.journeys)
      .map(([key, each]) => ({
        key,
        name: nameOf('journey', key),
        entered: each.entered,
        goals: each.goal,
        ended: each.end,
        left: each.left,
        inside: each.inside,
        messages: each.messages,
        ...flowOf(each),
        refused: by(each.refused)
          .map(([rule, times]) => ({ rule, times }))
          .sort((a, b) => b.times - a.times),
      }))
      .sort((a, b) => b.entered - a.entered || (a.key < b.key ? -1 : 1)),
    reasons: by(tally.reasons)
      .map(([name, messages]) => {
        const [status, reason, journey] = name.split(' ') as ['held' | 'skipped', MessageReason, string];
        return { status, reason, journey, messages, says: reasonWords[reason] };
      })
      .sort((a, b) => b.messages - a.messages),
    moves: by(tally.moves)
      .map(([move, count]) => {
        const [from, to] = move.split('>') as [string, string];
        return { from: from === '' ? null : from, to, count, recycled: tally.recycles?.[move] ?? 0 };
      })
      .sort((a, b) => b.count - a.count),
    segments: by(tally.segments).map(([key, counts]) => ({ key, name: nameOf('segment', key), ...counts })),
    crossings: by(tally.crossings).map(([name, counts]) => {
      const [score, threshold] = name.split(' ') as [string, string];
      return { score, threshold, ...counts };
    }),
    together: by(tally.together)
      .map(([pair, counts]) => ({ journeys: pair.split(' ') as [string, string], ...counts }))
      .sort((a, b) => b.people - a.people),
    mostInAWeek: by(tally.mostInAWeek).map(([channel, messages]) => ({ channel, messages })),
    futures: tally.futures,
  };
}

function flowOf({ ways, here }: Tally['journeys'][string]): Pick<RehearsalSide['journeys'][number], 'steps' | 'ways'> {
  const list = Object.entries(ways).map(([way, count]) => {
    const [from, next] = way.split('>') as [string, string];
    return { from, next: next === '' ? null : next, count };
  });
  const steps = new Set([...list.map(({ from }) => from), ...Object.keys(here)]);
  const passed = (step: string): number => list.filter(({ from }) => from === step).reduce((sum, { count }) => sum + count, 0);
  return { ways: list, steps: [...steps].map((step) => ({ step, here: here[step] ?? 0, passed: passed(step) })) };
}
