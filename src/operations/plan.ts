import type { z } from 'zod';
import { type DefinitionDocument, type DefinitionKind, definitionKinds, type LooseDefinition } from '#contract/definition.ts';
import { diff, isSame } from '#contract/diff.ts';
import type { Mistake } from '#contract/problems.ts';
import type { Plan, PlanChange } from '#contract/routes/definitions.ts';
import { checkMeaning, findingsOf, checkShape, definitionId } from '#engine/check.ts';
import { sayTemplateMistakes } from '#engine/message/render.ts';
import { type PeopleThere, secondLook, stagesGone } from '#engine/second-look.ts';
import type { StoredDefinition } from '#store/definitions.ts';

type Change = z.infer<typeof PlanChange>;
export type PlanMistake = Plan['mistakes'][number];

/** A definition as it was given, made complete where its shape is right. */
export interface Candidate {
  kind: DefinitionKind;
  key: string;
  /** With defaults; as it was given when the shape is wrong. */
  body: unknown;
  document: DefinitionDocument | null;
  shapeMistakes: Mistake[];
}

const kinds = Object.keys(definitionKinds) as DefinitionKind[];
/** The order of kinds, then of keys: the same everywhere. */
export const inKindOrder = <T extends { kind: DefinitionKind; key: string }>(list: readonly T[]): T[] =>
  list.toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));

export function toCandidate({ kind, key, body }: LooseDefinition): Candidate {
  const checked = checkShape(kind, key, body);
  return checked.ok
    ? { kind, key, body: checked.document.body, document: checked.document, shapeMistakes: [] }
    : { kind, key, body, document: null, shapeMistakes: checked.mistakes };
}

type Documents = Map<string, DefinitionDocument>;
const toDocuments = (list: Iterable<LooseDefinition>): Documents => {
  const documents: Documents = new Map();
  for (const each of list) {
    const { document } = toCandidate(each);
    if (document) documents.set(definitionId(document.kind, document.key), document);
  }
  return documents;
};
const publishedOf = (standing: readonly StoredDefinition[]): LooseDefinition[] =>
  standing.filter((each) => each.version !== null).map((each) => ({ kind: each.kind, key: each.key, body: each.published }));

/**
 * Everything that keeps these definitions from being published together on top of what stands: their shape, their meaning, and what would no longer
 * hold elsewhere. What they mean is asked once every shape is right; before that most answers would only repeat the first mistake.
 */
export function mistakesOfSet(given: readonly Candidate[], standing: readonly StoredDefinition[]): PlanMistake[] {
  const about = (each: { kind: DefinitionKind; key: string }, list: readonly Mistake[]): PlanMistake[] =>
    list.map((mistake) => ({ kind: each.kind, key: each.key, path: mistake.path, message: mistake.message }));
  const seen = new Set<string>();
  const twice = given.filter((each) => seen.size === seen.add(definitionId(each.kind, each.key)).size);
  const shape = [
    ...twice.flatMap((each) => about(each, [{ path: '(all)', message: 'is given twice' }])),
    ...given.flatMap((each) => about(each, each.shapeMistakes)),
  ];
  const texts = given.flatMap((each) => (each.document?.kind === 'template' ? about(each, sayTemplateMistakes(each.document.body)) : []));
  if (shape.length > 0) return [...shape, ...texts];

  const before = toDocuments(publishedOf(standing));
  const after: Documents = new Map(before);
  for (const each of given) after.set(definitionId(each.kind, each.key), each.document!);
  const drafted: Documents = new Map([
    ...toDocuments(standing.map((each) => ({ kind: each.kind, key: each.key, body: each.draft }))),
    ...after,
  ]);
  const mistakes: PlanMistake[] = [];
  for (const [id, document] of after) {
    const found = checkMeaning(document, after);
    if (found.length === 0) continue;
    const has = (list: readonly Mistake[], mistake: Mistake): boolean => list.some((each) => isSame(each, mistake));
    if (!seen.has(id)) {
      // Something that stands and is not given: only what this change would break is told.
      const known = checkMeaning(before.get(id)!, before);
      mistakes.push(
        ...about(
          document,
          found
            .filter((mistake) => !has(known, mistake))
            .map((mistake) => ({ ...mistake, message: `would no longer hold: ${mistake.message}` })),
        ),
      );
      continue;
    }
    const evenSo = checkMeaning(document, drafted);
    mistakes.push(
      ...about(
        document,
        found.map((mistake) =>
          has(evenSo, mistake) ? mistake : { ...mistake, message: `${mistake.message}: its draft is not published yet` },
        ),
      ),
    );
  }
  return [...mistakes, ...texts];
}

/** The mistakes of one definition, with those that it would cause elsewhere named. */
export const mistakesOfOne = (candidate: Candidate, standing: readonly StoredDefinition[]): Mistake[] =>
  mistakesOfSet([candidate], standing).map(({ kind, key, path, message }) =>
    kind === candidate.kind && key === candidate.key
      ? { path, message }
      : { path: '(all)', message: `${kind === null ? '' : definitionKinds[kind].name} "${key}" ${message}` },
  );

/** What a journey leaves open without being wrong. */
export function warningsOf({ document }: Candidate, standing: readonly StoredDefinition[]): (Mistake & { mend: string })[] {
  if (document?.kind !== 'journey') return [];
  return findingsOf(document, toDocuments(publishedOf(standing)))
    .filter(({ level }) => level === 'warning')
    .map(({ path, message, mend }) => ({ path, message, mend }));
}

/** The stages that these definitions would take away. */
export function stagesTaken(given: readonly Candidate[], standing: readonly StoredDefinition[]): string[] {
  return given.flatMap((each) => {
    const before = publishedDocument(each, standing);
    return before?.kind === 'lifecycle' && each.document?.kind === 'lifecycle' ? stagesGone(before.body, each.document.body) : [];
  });
}

function publishedDocument(candidate: Candidate, standing: readonly StoredDefinition[]): DefinitionDocument | null {
  const stored = standing.find((each) => each.kind === candidate.kind && each.key === candidate.key);
  return stored && stored.version !== null ? toCandidate({ kind: stored.kind, key: stored.key, body: stored.published }).document : null;
}

/** What would change, and what deserves a second look, if these definitions stood in place of what is published. The others stay as they are. */
export function makePlan(given: readonly Candidate[], standing: readonly StoredDefinition[], people: PeopleThere, revision: number): Plan {
  const stored = new Map(standing.map((each) => [definitionId(each.kind, each.key), each]));
  const changes = inKindOrder(given).map((each): Change => {
    const there = stored.get(definitionId(each.kind, each.key));
    const before = publishedDocument(each, standing);
    const change = !there || there.version === null ? 'add' : isSame(before?.body ?? there.published, each.body) ? 'same' : 'change';
    const lines = change === 'same' ? [] : diff(change === 'add' ? {} : (before?.body ?? there!.published), each.body);
    const inFlight =
      each.kind === 'journey' ? people.steps.filter((at) => at.journey === each.key).reduce((sum, at) => sum + at.people, 0) : 0;
    const unsafe = [
      ...(change === 'change' && before && each.document ? secondLook(before, each.document, people) : []),
      ...(there ? lookAtDraft(there, each, change) : []),
    ];
    return {
      kind: each.kind,
      key: each.key,
      change,
      lines: lines.map((line) => ({ path: line.path, before: line.before ?? null, after: line.after ?? null })),
      inFlight,
      unsafe,
    };
  });
  return { changes, mistakes: mistakesOfSet(given, standing), revision };
}

/** Whether somebody is at work on a draft that is neither what stands nor what is given. */
function lookAtDraft(there: StoredDefinition, given: Candidate, change: Change['change']): string[] {
  const draft = toCandidate({ kind: there.kind, key: there.key, body: there.draft }).body;
  if (isSame(draft, given.body) || !hasDraft(there)) return [];
  // What is published already is not published again, so only saving it as a draft touches the one that is there.
  return [
    `There is a draft by ${there.updatedBy} that says something else; ${change === 'same' ? 'saving this as a draft' : 'this'} would replace it.`,
  ];
}

/** Whether the draft says something else than what is published. */
export const hasDraft = (stored: StoredDefinition): boolean =>
  stored.version === null ||
  !isSame(
    toCandidate({ kind: stored.kind, key: stored.key, body: stored.draft }).body,
    toCandidate({ kind: stored.kind, key: stored.key, body: stored.published }).body,
  );
