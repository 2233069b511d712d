import type { z } from 'zod';
import { type DefinitionDocument, type DefinitionKind, definitionKinds, type LooseDefinition } from '#contract/definition.ts';
import { diff, isSame } from '#contract/diff.ts';
import type { HouseMap, Hop } from '#contract/map.ts';
import type { Mistake } from '#contract/problems.ts';
import type { Plan, PlanChange } from '#contract/routes/definitions.ts';
import { checkMeaning, findingsOf, checkShape, definitionId } from '#engine/check.ts';
import { beyondBudget, checkHouse, isOnCircle } from '#engine/house/check.ts';
import { circleId } from '#engine/house/circles.ts';
import { type House, openHouse } from '#engine/house/house.ts';
import { houseMap } from '#engine/house/map.ts';
import { sayTemplateMistakes } from '#engine/message/render.ts';
import { type PeopleThere, secondLook, stagesGone } from '#engine/second-look.ts';
import type { Finding } from '#engine/journey/check.ts';
import type { StoredDefinition } from '#store/definitions.ts';
import type { Asked } from './house.ts';

type Change = z.infer<typeof PlanChange>;
type Warning = Change['warnings'][number];
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
  standing
    .filter((each) => each.version !== null && !each.retired)
    .map((each) => ({ kind: each.kind, key: each.key, body: each.published }));

/**
 * Everything that keeps these definitions from being published together on top of what stands: their shape, their meaning, and what would no longer
 * hold elsewhere. What they mean is asked once every shape is right; before that most answers would only repeat the first mistake.
 */
export function mistakesOfSet(given: readonly Candidate[], standing: readonly StoredDefinition[], asked: Asked = {}): PlanMistake[] {
  const about = (each: { kind: DefinitionKind; key: string }, list: readonly Mistake[]): PlanMistake[] =>
    list.map((mistake) => ({ kind: each.kind, key: each.key, ...mistakeOf(mistake) }));
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
    if (!seen.has(id)) {
      mistakes.push(...about(document, brokenBy(document, before, found)));
      continue;
    }
    const evenSo = checkMeaning(document, drafted);
    /** The draft of something new that mends it by itself. */
    const needed = (mistake: Mistake): Mistake['needs'] => {
      const found = standing.find(({ kind, key, version }) => {
        const id = definitionId(kind, key);
        const draft = drafted.get(id);
        return version === null && !after.has(id) && draft && !has(checkMeaning(document, new Map([...after, [id, draft]])), mistake);
      });
      return found && { kind: found.kind, key: found.key };
    };
    mistakes.push(
      ...about(
        document,
        found.map((mistake) =>
          has(evenSo, mistake)
            ? mistake
            : {
                ...mistake,
                message: `${mistake.message}: its draft is not published yet`,
                mend: 'Publish that draft first, or together with this one.',
                needs: needed(mistake),
              },
        ),
      ),
    );
  }
  return [...mistakes, ...mistakesAcross(given, before, after, asked), ...texts];
}

/** What is wrong with what is given because of all that would be in force beside it. */
function mistakesAcross(given: readonly Candidate[], before: Documents, after: Documents, asked: Asked): PlanMistake[] {
  const house = openHouse(after.values(), { ...asked, before: [...before.values()] });
  const mistakes = given.flatMap(({ kind, key, document }) =>
    checkHouse(document!, house)
      .filter(({ level }) => level === 'error')
      .map((finding): PlanMistake => ({ kind, key, ...mistakeOf(finding) })),
  );
  // What is given may let others turn, by undoing what they do, without being on the circle itself.
  const others = house.circles().filter((circle) => circle.endless && !given.some((each) => isOnCircle(each, circle)));
  if (others.length === 0) return mistakes;
  const known = new Set(
    openHouse(before.values())
      .circles()
      .flatMap((circle) => (circle.endless ? [circleId(circle)] : [])),
  );
  for (const circle of others) {
    const [{ kind, key }] = circle.hops as [Hop];
    if (known.has(circleId(circle)) || kind === 'stage') continue;
    mistakes.push({ kind, key, path: '(all)', message: `would turn for ever although nobody does anything: ${circle.says}`, circle });
  }
  return mistakes;
}

/** What a list of mistakes says of one, or of what a check found. */
const mistakeOf = ({ path, message, mend, circle, needs }: Mistake): Mistake => ({
  path,
  message,
  ...(mend === undefined ? {} : { mend }),
  ...(circle ? { circle } : {}),
  ...(needs ? { needs } : {}),
});

const has = (list: readonly Mistake[], mistake: Mistake): boolean => list.some((each) => isSame(each, mistake));

/** Of what is wrong with something that stands and is not given, what was not wrong before. */
function brokenBy(document: DefinitionDocument, before: Documents, found: readonly Mistake[]): Mistake[] {
  const known = checkMeaning(document, before);
  return found
    .filter((mistake) => !has(known, mistake))
    .map((mistake) => ({ ...mistake, message: `would no longer hold: ${mistake.message}` }));
}

/** What would no longer hold elsewhere if a definition were not in force any more. */
export function mistakesWithout(kind: DefinitionKind, key: string, standing: readonly StoredDefinition[]): PlanMistake[] {
  const before = toDocuments(publishedOf(standing));
  const after: Documents = new Map(before);
  after.delete(definitionId(kind, key));
  return [...after.values()].flatMap((document) =>
    brokenBy(document, before, checkMeaning(document, after)).map((mistake) => ({ kind: document.kind, key: document.key, ...mistake })),
  );
}

/** The mistakes of one definition, and of others that would be published before it, with those that it would cause elsewhere named. */
export const mistakesOfOne = (
  candidate: Candidate,
  standing: readonly StoredDefinition[],
  before: readonly Candidate[] = [],
  asked: Asked = {},
): Mistake[] =>
  mistakesOfSet([...before, candidate], standing, asked).map(({ kind, key, ...mistake }) =>
    kind === candidate.kind && key === candidate.key
      ? mistake
      : { ...mistake, path: '(all)', message: `${kind === null ? '' : definitionKinds[kind].name} "${key}" ${mistake.message}` },
  );

/** The events about which the warnings of a definition want to know whether they came lately. */
export const eventsWatched = ({ document }: Candidate): string[] =>
  document?.kind === 'journey' && document.body.goal ? [document.body.goal.on.event] : [];

/** What a definition leaves open without being wrong; `seen` are those of the events that it watches that came lately. */
export const warningsOf = (
  candidate: Candidate,
  standing: readonly StoredDefinition[],
  seen: ReadonlySet<string>,
  asked: Asked = {},
): Warning[] => warningsWithin(candidate, houseWith([candidate], standing, asked), seen).map(toWarning);

/** The same within a house in which it stands. */
function warningsWithin({ document }: Candidate, house: House, seen: ReadonlySet<string>): Finding[] {
  if (!document) return [];
  const own =
    document.kind === 'journey'
      ? findingsOf(document, new Map(house.documents.map((each) => [definitionId(each.kind, each.key), each])), seen)
      : [];
  return [...own, ...checkHouse(document, house)].filter(({ level }) => level === 'warning');
}
const toWarning = (finding: Finding): Warning => ({ ...mistakeOf(finding), mend: finding.mend });

/**
 * How many errors and warnings the checks find in each journey: in its draft, beside the drafts of everything else, where it has one that is not
 * published; else in what is published, beside what is published. `seen` are those of the events that they watch that came lately.
 */
export function journeyFindings(
  journeys: readonly { key: string; candidate: Candidate; isDraft: boolean }[],
  standing: readonly StoredDefinition[],
  seen: ReadonlySet<string>,
  asked: Asked = {},
): Map<string, { errors: number; warnings: number }> {
  const published = toDocuments(publishedOf(standing));
  const drafted: Documents = new Map([
    ...published,
    ...toDocuments(standing.map((each) => ({ kind: each.kind, key: each.key, body: each.draft }))),
  ]);
  const houses = new Map([published, drafted].map((set) => [set, openHouse(set.values(), { ...asked, before: [...published.values()] })]));
  return new Map(
    journeys.map(({ key, candidate: { document, shapeMistakes }, isDraft }) => {
      if (document?.kind !== 'journey') return [key, { errors: shapeMistakes.length, warnings: 0 }];
      const set = isDraft ? drafted : published;
      const across = checkHouse(document, houses.get(set)!);
      const warnings = [...findingsOf(document, set, seen), ...across].filter(({ level }) => level === 'warning').length;
      return [key, { errors: checkMeaning(document, set).length + across.filter(({ level }) => level === 'error').length, warnings }];
    }),
  );
}

/** The house as it is drawn: what is in force, or the drafts of all that is not retired. */
export function mapOf(standing: readonly StoredDefinition[], what: 'published' | 'drafts'): HouseMap {
  const there = standing.filter((each) => !each.retired && (what === 'drafts' || each.version !== null));
  const live = new Set(there.flatMap((each) => (each.version === null ? [] : [definitionId(each.kind, each.key)])));
  const documents = toDocuments(
    there.map(({ kind, key, draft, published }) => ({ kind, key, body: what === 'drafts' ? draft : published })),
  );
  return houseMap(documents.values(), ({ kind, key }) => live.has(definitionId(kind, key)));
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

/**
 * What would change, what deserves a second look and what is left open, if these definitions stood in place of what is published. The others stay as
 * they are.
 */
export function makePlan(
  given: readonly Candidate[],
  standing: readonly StoredDefinition[],
  people: PeopleThere,
  revision: number,
  seen: ReadonlySet<string>,
  asked: Asked = {},
): Plan {
  const stored = new Map(standing.map((each) => [definitionId(each.kind, each.key), each]));
  const house = houseWith(given, standing, asked);
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
      ...(there?.retired
        ? [change === 'same' ? 'It is retired, and stays so.' : 'It is retired; publishing this puts it in force again.']
        : []),
    ];
    return {
      kind: each.kind,
      key: each.key,
      change,
      lines: lines.map((line) => ({ path: line.path, before: line.before ?? null, after: line.after ?? null })),
      inFlight,
      unsafe,
      // What goes beyond the budget is asked for by itself.
      warnings:
        change === 'same' ? [] : warningsWithin(each, house, seen).flatMap((one) => (one.check === 'budget' ? [] : [toWarning(one)])),
      beyond: change !== 'same' && each.document ? beyondBudget(each.document, house) : [],
    };
  });
  return { changes, mistakes: mistakesOfSet(given, standing, asked), revision };
}

/** The house as it would be with these definitions in force. */
export function houseWith(given: readonly Candidate[], standing: readonly StoredDefinition[], asked: Asked): House {
  const before = toDocuments(publishedOf(standing));
  const after: Documents = new Map(before);
  for (const { document } of given) if (document) after.set(definitionId(document.kind, document.key), document);
  return openHouse(after.values(), { ...asked, before: [...before.values()] });
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
