import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LooseDefinition } from '#contract/definition.ts';
import { isSame } from '#contract/diff.ts';
import {
  applySet,
  discardDraft,
  exportSet,
  getDefinition,
  getVersion,
  listDefinitions,
  listVersions,
  planSet,
  publishDefinition,
  putDraft,
  rollbackDefinition,
} from '#operations/definitions.ts';
import { readBlueprint } from '#operations/blueprint.ts';
import { Workspaces } from '#operations/workspaces.ts';
import { listAudit } from '#store/audit.ts';
import type { Database } from '#store/database.ts';
import { migrate } from '#store/migrate.ts';
import { openPglite } from '#store/pglite.ts';
import { createWorkspace, type Workspace } from '#store/workspaces.ts';

/** Definitions over a real database: drafts, versions, plans. Every test has a workspace of its own. */

const now = Date.parse('2026-03-02T12:00:00Z');
const blueprint = await readBlueprint('service-business');
let db: Database;
let deps: Parameters<typeof planSet>[0];
let workspace: Workspace;
let poked: number;

beforeAll(async () => {
  db = await openPglite({ dataDir: null });
  await migrate(db, now);
});
afterAll(() => db.close());
beforeEach(async () => {
  const id = (await db.asOwner((tx) =>
    createWorkspace(tx, { slug: crypto.randomUUID(), practice: false, settings: {} as Workspace['settings'] }, now),
  ))!;
  poked = 0;
  const bus = {
    changed: () => undefined,
    pokeWork: () => void poked++,
    onWork: () => () => undefined,
    onChange: () => () => undefined,
    close: async () => undefined,
  };
  deps = { db, now: () => now, workspaces: new Workspaces(db, () => now), bus, newId: () => crypto.randomUUID() };
  workspace = await deps.workspaces.byId(id);
});

const sql = (statement: string, ...values: (string | number)[]) =>
  db.transaction({ workspaces: [workspace.id] }, (tx) => tx.query(statement, values));
const publishBlueprint = () => applySet(deps, workspace, 'ana', { definitions: blueprint, publish: true, note: 'first' });
/** A definition of the blueprint, edited. */
// biome-ignore lint/suspicious/noExplicitAny: an edit may put anything anywhere, as a hand in a file may.
type Loose = any;
const edited = (kind: LooseDefinition['kind'], key: string, edit: (body: Loose) => void): LooseDefinition => {
  const copy = structuredClone(blueprint.find((each) => each.kind === kind && each.key === key)!);
  edit(copy.body);
  return copy;
};

test('a set is planned, applied as one revision, and comes out as it went in', async () => {
  const plan = await planSet(deps, workspace, blueprint);
  expect(plan).toMatchObject({ mistakes: [], revision: 0 });
  expect(new Set(plan.changes.map((each) => each.change))).toEqual(new Set(['add']));
  expect(await applySet(deps, workspace, 'ana', { definitions: blueprint, publish: true, note: 'first', revision: 0 })).toMatchObject({
    published: blueprint.length,
    revision: 1,
  });
  expect(isSame((await exportSet(deps, workspace, 'published')).definitions, blueprint)).toBe(true);

  expect(
    (await planSet(deps, workspace, blueprint)).changes.every(
      (each) => each.change === 'same' && each.lines.length === 0 && each.unsafe.length === 0,
    ),
  ).toBe(true);
  expect(await publishBlueprint()).toMatchObject({ published: 0, revision: 1 });
  await expect(applySet(deps, workspace, 'ana', { definitions: blueprint, publish: true, note: '', revision: 0 })).rejects.toMatchObject({
    code: 'plan-stale',
  });
  expect(poked).toBe(1);
});

test('all or nothing: one mistake keeps the whole set out', async () => {
  const broken = edited('journey', 'welcome', (body) => (body.steps[1].template = 'nowhere'));
  await expect(
    applySet(deps, workspace, 'ana', {
      definitions: [...blueprint.filter((each) => each.kind !== 'journey'), broken],
      publish: true,
      note: '',
    }),
  ).rejects.toMatchObject({
    code: 'definition-invalid',
    details: [{ kind: 'journey', key: 'welcome', path: 'steps.1.template', message: 'there is no template "nowhere"' }],
  });
  expect(await listDefinitions(deps, workspace)).toMatchObject({ items: [], revision: 0 });
  await expect(
    applySet(deps, workspace, 'ana', { definitions: [blueprint[0]!, blueprint[0]!], publish: false, note: '' }),
  ).rejects.toMatchObject({ code: 'definition-invalid' });
});

test('drafts wait, and a definition says what it lacks before it can be published', async () => {
  expect(await applySet(deps, workspace, 'ana', { definitions: blueprint, publish: false, note: '' })).toMatchObject({
    published: 0,
    revision: 0,
  });
  const { mistakes } = await getDefinition(deps, workspace, 'journey', 'welcome');
  expect(mistakes).toContainEqual({
    path: 'steps.1.template',
    message: 'there is no template "welcome-hello": its draft is not published yet',
    mend: 'Publish that draft first, or together with this one.',
    needs: { kind: 'template', key: 'welcome-hello' },
  });
  await expect(publishDefinition(deps, workspace, 'ana', 'journey', 'welcome')).rejects.toMatchObject({ code: 'definition-invalid' });
});

test('what fits no shape of a choice says which were wanted, or what is wrong in the one that was meant', async () => {
  await publishBlueprint();
  const wrong = async (reentry: unknown) =>
    (await putDraft(deps, workspace, 'ben', 'journey', 'welcome', edited('journey', 'welcome', (body) => (body.reentry = reentry)).body))
      .mistakes;
  expect(await wrong('always')).toEqual([{ path: 'reentry', message: 'must be "never", "after-exit", "any-time" or a set of fields' }]);
  expect(await wrong({ afterwards: 'P1D' })).toEqual([
    { path: 'reentry.after', message: 'is missing; it must be a text' },
    { path: 'reentry.afterwards', message: 'is not a field here' },
  ]);
  expect(await wrong({ after: 'soon' })).toEqual([{ path: 'reentry.after', message: expect.stringContaining('such as PT1H') }]);
});

test.each<[string, LooseDefinition['kind'], object, Record<string, string | RegExp>]>([
  [
    'what is missing',
    'topic',
    {},
    { name: 'is missing; it must be a text', purpose: 'is missing; it must be one of marketing, transactional' },
  ],
  [
    'a word that is not known, a name of nothing, a field too many',
    'topic',
    { name: '', purpose: 'fun', colour: 'red' },
    { name: 'must not be empty', purpose: 'must be one of marketing, transactional', colour: 'is not a field here' },
  ],
  ['a number that is none', 'journey', { priority: 3.5 }, { priority: 'must be a whole number' }],
  ['a number that is too large', 'journey', { priority: 101 }, { priority: 'must be at most 100' }],
  ['a step of no kind', 'journey', { steps: [{ key: 'a' }] }, { 'steps.0.kind': /^is missing; it must be one of entry, send, wait, / }],
  ['a text that is too long', 'topic', { name: 'a'.repeat(201), purpose: 'marketing' }, { name: 'must have at most 200 characters' }],
  ['a list that is none', 'segment', { name: 'S', rule: { all: { any: [] } } }, { 'rule.all': 'must be a list' }],
  [
    'a condition of no kind',
    'segment',
    { name: 'S', rule: { evnt: {} } },
    { 'rule.evnt': /^is not a field here; it must be one of all, any, not, trait, / },
  ],
  ['no condition', 'segment', { name: 'S', rule: {} }, { rule: /^must have one of all, any, not, trait, / }],
  ['two conditions in one', 'segment', { name: 'S', rule: { all: [], any: [] } }, { rule: 'takes only one of any and all' }],
  [
    'a value of no use',
    'segment',
    { name: 'S', rule: { trait: { path: 'a', op: 'equals', value: {} } } },
    { 'rule.trait.value': 'must be a text, a number, true or false or a list' },
  ],
])('a draft says in sentences what is wrong: %s', async (_, kind, body, said) => {
  const whole =
    kind === 'journey' ? { name: 'J', intent: 'Try', steps: [{ key: 'in', kind: 'entry', on: { event: 'X' } }], ...body } : body;
  const { mistakes } = await putDraft(deps, workspace, 'ben', kind, 'fresh', whole);
  expect(Object.fromEntries(mistakes.map(({ path, message }) => [path, message]))).toEqual(
    Object.fromEntries(
      Object.entries(said).map(([path, message]) => [path, typeof message === 'string' ? message : expect.stringMatching(message)]),
    ),
  );
});

test('a draft may have mistakes; thrown away, what is published stands again, and what never was goes', async () => {
  await publishBlueprint();
  const detail = await putDraft(deps, workspace, 'ben', 'topic', 'newsletter', { name: '' });
  expect(detail).toMatchObject({ hasDraft: true, version: 1, updatedBy: 'ben', name: 'newsletter' });
  expect(detail.mistakes.length).toBeGreaterThan(0);
  expect((await planSet(deps, workspace, [edited('topic', 'newsletter', (body) => (body.name = 'Letters'))])).changes[0]!.unsafe).toEqual([
    'There is a draft by ben that says something else; this would replace it.',
  ]);
  await discardDraft(deps, workspace, 'ben', 'topic', 'newsletter');
  expect(await getDefinition(deps, workspace, 'topic', 'newsletter')).toMatchObject({ hasDraft: false, mistakes: [] });

  await putDraft(deps, workspace, 'ben', 'topic', 'fresh', { name: 'Fresh' });
  await discardDraft(deps, workspace, 'ben', 'topic', 'fresh');
  await expect(getDefinition(deps, workspace, 'topic', 'fresh')).rejects.toMatchObject({ code: 'definition-unknown' });
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['a text', 'x'],
  ['a character that no database keeps', { name: 'a\u0000' }],
  ['half a character', { name: 'a\ud800' }],
  ['a nest without end', JSON.parse('{"a":'.repeat(500) + '1' + '}'.repeat(500))],
])('a draft that cannot be kept is refused: %s', async (_, body) => {
  await expect(putDraft(deps, workspace, 'ana', 'topic', 'fresh', body)).rejects.toMatchObject({ code: 'body-invalid' });
});

test('versions count up for ever; a rollback is a new version, and publishing what stands is none', async () => {
  await publishBlueprint();
  await putDraft(deps, workspace, 'ana', 'topic', 'newsletter', { name: ' Letters ', purpose: 'marketing' });
  expect(await publishDefinition(deps, workspace, 'ana', 'topic', 'newsletter', 'renamed')).toEqual({ version: 2, revision: 2 });
  expect((await getVersion(deps, workspace, 'topic', 'newsletter', 2)).body).toEqual({
    name: 'Letters',
    meaning: '',
    purpose: 'marketing',
  });
  expect(await publishDefinition(deps, workspace, 'ana', 'topic', 'newsletter')).toEqual({ version: 2, revision: 2 });
  expect(await rollbackDefinition(deps, workspace, 'ben', 'topic', 'newsletter', 1)).toEqual({ version: 3, revision: 3 });
  expect((await listVersions(deps, workspace, 'topic', 'newsletter')).items).toMatchObject([
    { version: 3, live: true, publishedBy: 'ben', note: 'back to version 1' },
    { version: 2, live: false, note: 'renamed' },
    { version: 1, live: false, note: 'first' },
  ]);
  await expect(rollbackDefinition(deps, workspace, 'ben', 'topic', 'newsletter', 9)).rejects.toMatchObject({ code: 'version-unknown' });
  const audit = await db.transaction({ workspaces: [workspace.id] }, (tx) => listAudit(tx, workspace.id, { limit: 2 }));
  expect(audit.items.map((each) => `${each.actor} ${each.what}`)).toEqual([
    'ben brought back version 1 of the topic “newsletter” as version 3',
    'ana published the topic “newsletter” as version 2',
  ]);
  const rest = await db.transaction({ workspaces: [workspace.id] }, (tx) => listAudit(tx, workspace.id, { limit: 2, cursor: audit.next! }));
  expect(rest).toMatchObject({ items: [{ what: `applied ${blueprint.length} definitions` }], next: null });
});

test('nobody publishes what would break something else', async () => {
  await publishBlueprint();
  const without = edited('lifecycle', 'main', (body) => {
    body.stages = [{ ...body.stages[1], key: 'begun', first: true, next: [], entry: [] }];
  });
  const { mistakes } = await putDraft(deps, workspace, 'ana', 'lifecycle', 'main', without.body);
  expect(mistakes).toContainEqual({
    path: '(all)',
    message: 'Entry point "contact-form" would no longer hold: the lifecycle has no stage "capture"',
  });
  await expect(publishDefinition(deps, workspace, 'ana', 'lifecycle', 'main')).rejects.toMatchObject({ code: 'definition-invalid' });
});

test('several who publish at once get a revision each, and no draft is lost', async () => {
  await Promise.all(
    ['a', 'b', 'c', 'd'].map(async (key) => {
      await putDraft(deps, workspace, key, 'topic', key, { name: key, purpose: 'marketing' });
      await publishDefinition(deps, workspace, key, 'topic', key);
    }),
  );
  const { items, revision } = await listDefinitions(deps, workspace);
  expect(revision).toBe(4);
  expect(items.map((each) => [each.key, each.version, each.hasDraft])).toEqual(['a', 'b', 'c', 'd'].map((key) => [key, 1, false]));
});

describe('with people under way', () => {
  beforeEach(async () => {
    const person = crypto.randomUUID();
    await publishBlueprint();
    await sql(
      "insert into person (lane, person_id, workspace_id, traits, state, stage, entry_point, created_at) values (1, $1, $2, '{}', '{}', 'nurture', 'api', '2026-01-01')",
      person,
      workspace.id,
    );
    for (const version of [1, 1, 1, 2])
      await sql(
        "insert into run (lane, person_id, run_id, workspace_id, journey, version, status, step, state, entered_at, entry_evidence) values (1, $1, $2, $3, 'welcome', $4, 'live', 'two-days', '{}', '2026-01-01', $1)",
        person,
        crypto.randomUUID(),
        workspace.id,
        version,
      );
  });

  test.each<[string, LooseDefinition, string[]]>([
    [
      'a wait that becomes shorter',
      edited('journey', 'welcome', (body) => (body.steps[2].for = 'P1D')),
      [
        'The wait "two-days" becomes shorter: 1 day in place of 2 days. 1 person is waiting there under version 2, 3 under version 1; they keep their version.',
      ],
    ],
    [
      'another way in',
      edited('journey', 'welcome', (body) => (body.steps[0].on.event = 'Account Created')),
      ['People enter on Account Created, no longer on Signed Up.'],
    ],
    [
      'an exit that is gone',
      edited('journey', 'welcome', (body) => (body.exits = [])),
      ['A run no longer ends when this happens: Unsubscribed.'],
    ],
    [
      'a cap that is loosened',
      edited('cap-policy', 'main', (body) => (body.caps[0].max = 3)),
      ['People may hear from you more often: "at most 2 in 1 day on email" no longer holds.'],
    ],
    [
      'other words beside the box',
      edited('entry-point', 'contact-form', (body) => (body.consent.wording = 'Send me whatever you like.')),
      ['The consent wording changes; consents that were given stand under the words that were shown.'],
    ],
    [
      'marketing called something else',
      edited('topic', 'newsletter', (body) => (body.purpose = 'transactional')),
      ['Messages on this topic need no consent any more, count toward no cap and keep no quiet hours.'],
    ],
    [
      'a stage that people are in',
      edited('lifecycle', 'main', (body) => {
        body.stages = body.stages.filter((stage: Loose) => stage.key !== 'nurture');
        for (const stage of body.stages) {
          stage.next = stage.next.filter((key: string) => key !== 'nurture');
          for (const entry of stage.entry) if (entry.from) entry.from = entry.from.filter((key: string) => key !== 'nurture');
        }
      }),
      ['The stage "Nurture" goes. 1 person is in it, until something moves them.'],
    ],
    ['a kinder text', edited('template', 'welcome-hello', (body) => (body.subject = 'Hello')), []],
  ])('a plan says what deserves a second look: %s', async (_, definition, unsafe) => {
    const [change] = (await planSet(deps, workspace, [definition])).changes;
    expect(change).toMatchObject({ change: 'change', unsafe, inFlight: definition.kind === 'journey' ? 4 : 0 });
  });

  test('a changed segment is brought to everybody, a changed text to nobody', async () => {
    const backfills = async (): Promise<number> =>
      (await sql('select count(*) as n from backfill where workspace_id = $1 and finished_at is null', workspace.id))[0]!.n;
    await applySet(deps, workspace, 'ana', {
      definitions: [edited('template', 'welcome-hello', (body) => (body.subject = 'Hello'))],
      publish: true,
      note: '',
    });
    expect(await backfills()).toBe(0);
    await applySet(deps, workspace, 'ana', {
      definitions: [edited('segment', 'customers', (body) => (body.name = 'Clients'))],
      publish: true,
      note: '',
    });
    expect(await backfills()).toBe(1);
  });
});
