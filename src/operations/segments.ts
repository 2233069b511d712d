import type { z } from 'zod';
import type { DefinitionDocument } from '#contract/definition.ts';
import { day, type Instant, isoOrNull, toIso } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import type { MembershipEntry, SegmentDetail, SegmentRow } from '#contract/routes/segments.ts';
import { localDay, sayDay, startOfDay } from '#engine/local-calendar.ts';
import { sayRule } from '#engine/rule/say.ts';
import type { CompiledSegment, Rulebook } from '#engine/rulebook.ts';
import { isTimedRule } from '#engine/rule/rule.ts';
import { asksAbout } from '#engine/uses.ts';
import type { Transaction } from '#store/database.ts';
import { findVersions, listDefinitions, type StoredDefinition } from '#store/definitions.ts';
import { changesByDay, changesBySegment, countInBoth, countMembers, listChanges, membersBySegment } from '#store/memberships.ts';
import { countPeople, namesOf } from '#store/people.ts';
import { loadWorkspaces, type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { carryOutAll } from './edit-person.ts';
import { publishedDocuments } from './fields.ts';
import { hasDraft } from './plan.ts';
import { readWhom, type Whom } from './steer-runs.ts';

/** How far back "when did somebody last enter or leave" looks. */
const logDays = 400;

interface Seen {
  standing: readonly StoredDefinition[];
  documents: readonly DefinitionDocument[];
  counts: Map<string, number>;
  lately: Map<string, { entered: number; left: number; last: Instant }>;
  ever: Map<string, { last: Instant }>;
}

const look = async (tx: Transaction, workspace: Workspace, now: Instant): Promise<Seen> => ({
  standing: await listDefinitions(tx, workspace.id),
  documents: await publishedDocuments(tx, workspace.id),
  counts: await membersBySegment(tx, workspace.id),
  lately: await changesBySegment(tx, workspace.id, now - 7 * day),
  ever: await changesBySegment(tx, workspace.id, now - logDays * day),
});

const nameOf = (document: DefinitionDocument): string => ('name' in document.body ? document.body.name : document.key);

/** The definitions that ask about one. */
export const usesOf = (documents: readonly DefinitionDocument[], kind: DefinitionDocument['kind'], key: string) =>
  documents
    .filter((each) => asksAbout(each).some((named) => named.kind === kind && named.key === key))
    .map((each) => ({ kind: each.kind, key: each.key, name: nameOf(each) }));

function toRow(segment: CompiledSegment, seen: Seen): SegmentRow {
  const stored = seen.standing.find((each) => each.kind === 'segment' && each.key === segment.key)!;
  const lately = seen.lately.get(segment.key);
  return {
    key: segment.key,
    name: segment.name,
    meaning: segment.meaning,
    words: segment.rule ? sayRule(segment.rule) : null,
    version: segment.version,
    people: seen.counts.get(segment.key) ?? 0,
    entered7d: lately?.entered ?? 0,
    left7d: lately?.left ?? 0,
    lastChangeAt: isoOrNull(seen.ever.get(segment.key)?.last),
    timed: segment.rule !== null && isTimedRule(segment.rule),
    usedBy: usesOf(seen.documents, 'segment', segment.key).length,
    hasDraft: hasDraft(stored),
    updatedAt: toIso(stored.updatedAt),
  };
}

export async function listSegments(deps: Deps, workspace: Workspace) {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const book = await deps.rulebooks.current(tx, workspace.id);
    const seen = await look(tx, workspace, workspaceNow(workspace, deps.now()));
    const [{ laneRevisions, revision }] = (await loadWorkspaces(tx, [workspace.id])) as [Workspace];
    return {
      items: book.segments.map((segment) => toRow(segment, seen)).sort((a, b) => (a.name < b.name ? -1 : 1)),
      next: null,
      people: await countPeople(tx, workspace.id),
      backfill: laneRevisions === null ? null : laneRevisions.filter((each) => each === revision).length / laneRevisions.length,
    };
  });
}

const segmentOf = (book: Rulebook, key: string): CompiledSegment => {
  const segment = book.segments.find((each) => each.key === key);
  if (!segment) throw new Problem('definition-unknown', { kind: 'segment', key });
  return segment;
};

export async function getSegment(deps: Deps, workspace: Workspace, key: string, days: number): Promise<SegmentDetail> {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const book = await deps.rulebooks.current(tx, workspace.id);
    const segment = segmentOf(book, key);
    const now = workspaceNow(workspace, deps.now());
    const seen = await look(tx, workspace, now);
    const document = seen.documents.find((each) => each.kind === 'segment' && each.key === key)!;
    const { zone } = book.context;
    const today = localDay(now, zone);
    const changes = await changesByDay(tx, workspace.id, key, startOfDay(today - days + 1, zone), zone);
    const [first] = await findVersions(tx, workspace.id, 'segment', [{ key, version: 1 }]);
    // It began when it was first published, or with the first change: a practice workspace has a past that is older than its definitions.
    const began = [...changes.keys(), sayDay(localDay(first?.publishedAt ?? now, zone))].sort()[0]!;
    // What stands now is known; each day before it is what came in less, and what went out more.
    const history: SegmentDetail['history'] = [];
    let people = seen.counts.get(key) ?? 0;
    for (let back = 0; back < days; back++) {
      const on = sayDay(today - back);
      const { entered, left } = changes.get(on) ?? { entered: 0, left: 0 };
      history.unshift({ day: on, people: on < began && people <= 0 ? null : Math.max(0, people), entered, left });
      people += left - entered;
    }
    return {
      ...toRow(segment, seen),
      uses: usesOf(seen.documents, 'segment', key),
      reads: asksAbout(document).map((named) => {
        const there = seen.documents.find((each) => each.kind === named.kind && each.key === named.key);
        return { ...named, name: there ? nameOf(there) : named.key };
      }),
      history,
    };
  });
}

export async function segmentLog(
  deps: Deps,
  workspace: Workspace,
  key: string,
  filter: { cursor?: string | undefined; limit: number; person?: string | undefined; entered?: boolean | undefined },
): Promise<{ items: z.infer<typeof MembershipEntry>[]; next: string | null }> {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    segmentOf(await deps.rulebooks.current(tx, workspace.id), key);
    const { items, next } = await listChanges(tx, workspace.id, key, filter);
    const names = await namesOf(
      tx,
      items.map((each) => each.person),
    );
    return {
      items: items.map(({ id, at, entered, version, person, because }) => ({
        id,
        at: toIso(at),
        entered,
        version,
        person: { id: person, email: names.get(person)?.email ?? null, name: names.get(person)?.name ?? null },
        because: because.map((part) => ({ ...part, saw: part.saw.map((saw) => ({ what: saw.what, at: isoOrNull(saw.at) })) })),
      })),
      next,
    };
  });
}

export async function segmentOverlap(deps: Deps, workspace: Workspace, a: string, b: string) {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const book = await deps.rulebooks.current(tx, workspace.id);
    for (const key of [a, b]) segmentOf(book, key);
    return {
      a: await countMembers(tx, workspace.id, a),
      b: await countMembers(tx, workspace.id, b),
      both: await countInBoth(tx, workspace.id, a, b),
      people: await countPeople(tx, workspace.id),
    };
  });
}

/** Puts people on a list that is kept by hand, or takes them off; answers how many facts that were, and which addresses nobody has. */
export async function changeList(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  key: string,
  whom: Whom,
  entered: boolean,
): Promise<{ changed: number; unknown: string[] }> {
  await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    if (segmentOf(await deps.rulebooks.current(tx, workspace.id), key).rule !== null) throw new Problem('segment-not-static', { key });
  });
  const { people, unknown } = await readWhom(deps, workspace, whom);
  await carryOutAll(
    deps,
    workspace,
    people,
    actor,
    { kind: 'membership', segment: key, entered, actor },
    `${entered ? 'put people on' : 'took people off'} the list “${key}”`,
  );
  return { changed: people.length, unknown };
}
