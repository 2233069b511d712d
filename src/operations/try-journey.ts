import { readAddress } from '#contract/address.ts';
import { isSame } from '#contract/diff.ts';
import { type Instant, instantOf } from '#contract/instant.ts';
import type { Json, JsonObject } from '#contract/json.ts';
import type { Journey } from '#contract/journey.ts';
import { Problem } from '#contract/problems.ts';
import type { StepOf } from '#contract/steps/index.ts';
import type { Assumption, Invented, Tried } from '#contract/trial.ts';
import { samplePropertiesOf } from '#engine/journey/sample-event.ts';
import { templatesOf } from '#engine/journey/templates.ts';
import { tryJourney as walk, type Trial } from '#engine/journey/try.ts';
import { isZone } from '#engine/local-time.ts';
import { RenderFailed } from '#engine/message/liquid.ts';
import { renderEmail, renderWebhook } from '#engine/message/render.ts';
import { traitsNamed } from '#engine/message/traits-named.ts';
import { newPerson, type Person } from '#engine/person.ts';
import { traitOf } from '#engine/rule/kinds/person.ts';
import { memoName, remember } from '#engine/rule/memory.ts';
import type { Published, Rulebook } from '#engine/rulebook.ts';
import { stableId } from '#engine/stable-id.ts';
import { nameFrom } from '#engine/traits.ts';
import type { Transaction } from '#store/database.ts';
import { findVersions, listDefinitions, type StoredDefinition } from '#store/definitions.ts';
import { stoppedScopes } from '#store/kill-switches.ts';
import { findSuppressions, rivalsOf } from '#store/messages.ts';
import { loadLiveRuns } from '#store/runs.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import { policyPast } from './circumstances.ts';
import type { Deps } from './deps.ts';
import { findPerson } from './edit-person.ts';
import { depthMax, storable, tooDeep } from './ingest/normalise.ts';
import { hasDraft, mistakesOfOne, toCandidate } from './plan.ts';
import { memosOfBook, pastOf, remembering } from './remember.ts';
import { hashAddress, toPerson, toRun } from './rows.ts';
import { rulebookFor } from './rulebooks.ts';
import { compiledOnce, scopeOf } from './write-message.ts';

/** What a request asks to be tried. */
export interface ToTry {
  person?: string | undefined;
  invented?: Invented | undefined;
  /** In place of the stored draft. */
  body?: unknown;
  /** A published version in place of a draft. */
  version?: number | undefined;
  entry?: string | undefined;
  properties?: Record<string, unknown> | undefined;
  at?: string | undefined;
  assumptions: readonly Assumption[];
}

/**
 * The way that somebody would take through a journey, as a draft says it or a version. Everything is read in one transaction, and nothing is written: what the
 * engine asks for is only shown.
 */
export async function tryJourney(deps: Deps, workspace: Workspace, key: string, given: ToTry): Promise<Tried> {
  if ((given.person === undefined) === (given.invented === undefined))
    throw new Problem('body-invalid', [{ path: 'person', message: 'give either "person" or "invented"' }]);
  const now = workspaceNow(workspace, deps.now());
  const at = Math.max(now, beginningOf(given, now));
  const stored = given.person === undefined ? null : await findPerson(deps, workspace, given.person);
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const definitions = await definitionsToTry(tx, workspace, key, given);
    const [journey] = definitions;
    const current = await deps.rulebooks.current(tx, workspace.id);
    const book = await rulebookFor(tx, workspace.id, current.revision, definitions);
    const entry = entryOf(journey.body, given.entry);
    const person =
      stored === null ? invent(given.invented!, book, at) : await remembered(tx, workspace, current, book, toPerson(stored), now);
    const trial: Trial = {
      person,
      runs: stored === null ? [] : (await loadLiveRuns(tx, [stored.id])).filter((run) => run.journey === key).map(toRun),
      belongs: given.invented?.segments ?? [],
      journey: key,
      entry: entry.key,
      at,
      properties: keepable(given.properties ?? ('event' in entry.on ? samplePropertiesOf(entry.on) : {}), 'properties'),
      assumptions: given.assumptions.map((each, index) => readable(each, `assumptions.${index}`)),
      given: await circumstances(tx, workspace, book, person, stored === null ? null : stored.id, at),
      rivals: stored === null ? [] : (await rivalsOf(tx, [stored.id])).filter((rival) => rival.journey !== key),
      priorityOf: (other) => current.journeys.get(other ?? '')?.body.priority ?? 0,
      write: (template, whom, event, when) => write(workspace, template, whom, event && { name: event.name, ...event.properties }, when),
    };
    return walk(trial, book);
  });
}

function beginningOf({ at }: ToTry, now: Instant): Instant {
  if (at === undefined) return now;
  const instant = instantOf(at);
  if (instant === null) throw new Problem('body-invalid', [{ path: 'at', message: 'must be an instant such as 2026-03-01T09:30:00Z' }]);
  return instant;
}

/** The journey that is tried, and the drafts of what it sends that would go live before it. */
async function definitionsToTry(
  tx: Transaction,
  workspace: Workspace,
  key: string,
  { body, version }: ToTry,
): Promise<[Published<'journey'>, ...Published[]]> {
  const standing = await listDefinitions(tx, workspace.id);
  const there = standing.find((each) => each.kind === 'journey' && each.key === key);
  if (!there) throw new Problem('definition-unknown', { kind: 'journey', key });
  if (version !== undefined) {
    const [found] = await findVersions(tx, workspace.id, 'journey', [{ key, version }]);
    if (!found) throw new Problem('version-unknown', { kind: 'journey', key, version });
    return [{ kind: 'journey', key, version, body: toCandidate({ kind: 'journey', key, body: found.body }).body as Journey }];
  }
  const draft = toCandidate({ kind: 'journey', key, body: body ?? there.draft });
  const mails = draft.document?.kind === 'journey' ? draftsOf(draft.document.body, standing) : [];
  const changed = there.version === null || !isSame(draft.body, toCandidate({ kind: 'journey', key, body: there.published }).body);
  const mistakes = changed || mails.length > 0 ? mistakesOfOne(draft, standing, mails.map(toCandidateOf)) : [];
  if (mistakes.length > 0) throw new Problem('definition-invalid', mistakes);
  return [
    { kind: 'journey', key, version: (there.version ?? 0) + 1, body: draft.body as Journey },
    ...mails.map(
      (each): Published => ({
        kind: each.kind,
        key: each.key,
        version: (each.version ?? 0) + 1,
        body: toCandidateOf(each).body as Published['body'],
      }),
    ),
  ];
}

const toCandidateOf = ({ kind, key, draft }: StoredDefinition) => toCandidate({ kind, key, body: draft });

function draftsOf(journey: Journey, standing: readonly StoredDefinition[]): StoredDefinition[] {
  const used = templatesOf(journey);
  return standing.filter((each) => each.kind === 'template' && used.has(each.key) && hasDraft(each));
}

function entryOf({ steps }: Journey, wanted: string | undefined): StepOf<'entry'> {
  const entries = steps.filter((step) => step.kind === 'entry');
  const entry = wanted === undefined ? entries[0] : entries.find(({ key }) => key === wanted);
  if (!entry)
    throw new Problem('body-invalid', [
      { path: 'entry', message: `must be one of ${entries.map(({ key }) => key).join(', ') || 'no entries'}` },
    ]);
  return entry;
}

/** Values that an event or a trait may hold. */
function keepable(values: Record<string, unknown>, path: string): JsonObject {
  if (tooDeep(values as Json, depthMax)) throw new Problem('body-invalid', [{ path, message: `nests deeper than ${depthMax}` }]);
  return storable(values as Json) as JsonObject;
}

function readable(assumption: Assumption, path: string): Assumption {
  const { does } = assumption;
  if (does.what === 'event') return { ...assumption, does: { ...does, properties: keepable(does.properties, path) } };
  if (does.what === 'traits') return { ...assumption, does: { ...does, traits: keepable(does.traits, path) } };
  if (does.what === 'answer') return { ...assumption, does: { ...does, body: keepable(does.body, path) } };
  return assumption;
}

function invent({ email, traits, stage, consent, zone, segments }: Invented, book: Rulebook, at: Instant): Person {
  const wrong = (path: string, message: string): never => {
    throw new Problem('body-invalid', [{ path: `invented.${path}`, message }]);
  };
  const address = email === null ? null : readAddress(email);
  if (email !== null && address === null) wrong('email', 'must be one address such as ana@example.com');
  if (stage !== null && !book.lifecycle?.stages.has(stage)) wrong('stage', 'is no stage of the lifecycle');
  if (zone !== null && !isZone(zone)) wrong('zone', 'must be an IANA zone such as Europe/Vienna');
  const unknown = segments.find((key) => !book.segments.some((segment) => segment.key === key));
  if (unknown !== undefined) wrong('segments', `there is no segment ${unknown}`);
  const known = keepable(traits, 'invented.traits');
  const person = newPerson(stableId('invented', book.workspace, address ?? ''), 'manual', at);
  return {
    ...person,
    email: address,
    traits: known,
    name: nameFrom(known),
    zone,
    stage,
    stageSince: stage === null ? null : at,
    owner: stage === null ? null : (book.lifecycle?.stages.get(stage)?.owner ?? null),
    state: {
      ...person.state,
      consents: consent ? { 'marketing/*': { state: 'granted', at } } : {},
      segments: Object.fromEntries(segments.map((key) => [key, at])),
    },
  };
}

/** Somebody with all that the rules of the rulebook in force remember of them, and what those that are tried would. */
async function remembered(
  tx: Transaction,
  workspace: Workspace,
  current: Rulebook,
  book: Rulebook,
  person: Person,
  now: Instant,
): Promise<Person> {
  const known = toPerson(await remembering(tx, workspace, current, { ...person, workspace: workspace.id, score: null }, now));
  const names = new Set(memosOfBook(current).map(memoName));
  const anew = memosOfBook(book).filter((memo) => !names.has(memoName(memo)));
  if (anew.length === 0) return known;
  const past = (await pastOf(tx, person.id, anew)).filter(({ at }) => at <= now);
  return { ...known, state: { ...known.state, memory: { ...known.state.memory, ...remember(anew, past) } } };
}

/** What the last check of a message looks at besides the person, as it stands now. */
async function circumstances(
  tx: Transaction,
  workspace: Workspace,
  book: Rulebook,
  person: Person,
  id: string | null,
  at: Instant,
): Promise<Trial['given']> {
  const policy = book.capPolicy?.body ?? null;
  const past = id === null ? null : await policyPast(tx, new Map([[workspace.id, book]]), [id], at);
  const addressHash = person.email === null ? null : hashAddress(person.email);
  const suppressed =
    addressHash === null
      ? null
      : (await findSuppressions(tx, [{ workspace: workspace.id, channel: 'email', addressHash }])).values().next().value;
  return {
    policy,
    workspaceZone: workspace.settings.zone,
    sent: past?.sent.get(id!) ?? [],
    events: past?.events.get(id!) ?? [],
    offers: book.offers,
    suppressed: suppressed ?? null,
    stopped: (await stoppedScopes(tx, [workspace.id], id === null ? [] : [id])).get(workspace.id) ?? new Map(),
  };
}

/** What a message would say to somebody; nothing of it is kept. */
function write({ settings }: Workspace, template: Published<'template'>, person: Person, event: JsonObject | null, now: Instant) {
  const form = compiledOnce(template.body);
  const scope = scopeOf(person, event, settings, '#', now);
  const unknown = traitsNamed(template.body).filter(
    (path) => !(path in template.body.fallbacks) && [undefined, null, ''].includes(traitOf(person, path) as never),
  );
  try {
    if (form.channel === 'webhook') {
      renderWebhook(form, scope);
      return { subject: null, unknown };
    }
    const shape = {
      language: settings.language,
      wrapLink: (url: string) => url,
      openPixel: null,
      postalAddress: '',
      footer: { why: '', unsubscribe: '', preferences: '' },
    };
    return { subject: renderEmail(form, scope, shape).subject, unknown };
  } catch (error) {
    if (error instanceof RenderFailed) return { failed: error.message };
    throw error;
  }
}
