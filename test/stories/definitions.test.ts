import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LooseDefinition } from '#contract/definition.ts';
import type { Plan } from '#contract/routes/definitions.ts';
import { readFolder, writeFolder } from '#main';
import { dialects } from '../databases.ts';
import { openWorld, type World } from '../world.ts';

/** The system as files: out, changed by hand, looked at, back in; and every way in which that must not go wrong. */

const yes = { consent: { categoryPreferences: { marketing: true } } };

describe.each(dialects)('on %s', (database) => {
  let world: World;
  let folder: string;
  beforeAll(async () => {
    world = await openWorld({ database });
    folder = mkdtempSync(join(tmpdir(), 'throughline-definitions-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const exported = async (): Promise<LooseDefinition[]> => (await world.must('GET', '/api/export')).definitions;
  const plan = (definitions: LooseDefinition[]): Promise<Plan> => world.must('POST', '/api/plan', { definitions });
  const revision = async (): Promise<number> => (await world.must('GET', '/api/definitions')).revision;
  const changes = (made: Plan) => made.changes.filter((change) => change.change !== 'same');

  test('exported as files, one wait edited, planned, applied, exported again: the same files', async () => {
    for (const user of ['ana', 'ben'])
      await world.send([
        { type: 'identify', userId: user, traits: { email: `${user}@example.com` }, context: yes },
        { type: 'track', userId: user, event: 'Signed Up' },
      ]);
    await writeFolder(folder, await exported());
    const file = join(folder, 'journeys/welcome.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('for: P2D', 'for: PT36H'));

    const edited = (await readFolder(folder)).definitions;
    const made = await plan(edited);
    expect(made.mistakes).toEqual([]);
    expect(changes(made)).toMatchObject([
      {
        kind: 'journey',
        key: 'welcome',
        change: 'change',
        inFlight: 2,
        lines: [{ path: 'steps.two-days.for', before: 'P2D', after: 'PT36H' }],
      },
    ]);

    const applied = await world.must('POST', '/api/apply', { definitions: edited, publish: true, note: 'sooner', revision: made.revision });
    expect(applied).toMatchObject({ published: 1, revision: made.revision + 1 });
    const again = mkdtempSync(join(tmpdir(), 'throughline-definitions-'));
    await writeFolder(again, await exported());
    for (const each of edited) {
      const name = `${each.kind.endsWith('-policy') ? `${each.kind.slice(0, -1)}ies` : `${each.kind}s`}/${each.key}.yaml`;
      expect(readFileSync(join(again, name), 'utf8'), name).toBe(readFileSync(join(folder, name), 'utf8'));
    }
    expect((await writeFolder(again, await exported())).written).toEqual([]);
    rmSync(again, { recursive: true });
    expect(changes(await plan(edited))).toEqual([]);
  });

  test('whoever is under way keeps the old wait; whoever comes later has the new one', async () => {
    await world.send([
      { type: 'identify', userId: 'cleo', traits: { email: 'cleo@example.com' }, context: yes },
      { type: 'track', userId: 'cleo', event: 'Signed Up' },
    ]);
    const wakes = async (email: string) =>
      Date.parse((await world.person(email)).runs[0]!.wakesAt!) - Date.parse((await world.person(email)).runs[0]!.enteredAt);
    expect([await wakes('ana@example.com'), await wakes('cleo@example.com')]).toEqual([48 * 3_600_000, 36 * 3_600_000]);
  });

  test('a plan that was looked at before somebody else published is refused', async () => {
    const edited = await exported();
    const { revision: planned } = await plan(edited);
    await world.define('topic', 'news-of-others', { name: 'News of others', purpose: 'marketing' });
    expect(await world.api('POST', '/api/apply', { definitions: edited, publish: true, revision: planned })).toMatchObject({
      status: 409,
      body: { code: 'plan-stale' },
    });
  });

  test('a broken definition refuses the whole set, names each place, and changes nothing', async () => {
    const [before, at] = [await world.everything(), await revision()];
    const definitions = [
      { kind: 'topic', key: 'good', body: { name: 'Good', purpose: 'marketing' } },
      {
        kind: 'journey',
        key: 'bad',
        body: {
          name: 'Bad',
          intent: 'Bad',
          steps: [
            { key: 'in', kind: 'entry', on: { event: 'X' }, next: 'gone' },
            { key: 'mail', kind: 'send', template: 'nothing', topic: 'nothing', next: null },
            { key: 'wait', kind: 'wait', until: { event: 'Y' }, next: null },
          ],
        },
      },
      { kind: 'segment', key: 'odd', body: { name: 'Odd', rule: { evnt: { name: 'X' } } } },
    ];
    const answer = await world.api('POST', '/api/apply', { definitions, publish: true });
    expect(answer).toMatchObject({ status: 422, body: { code: 'definition-invalid' } });
    const said = (answer.body.details as { key: string; path: string; message: string }[])
      .map((line) => `${line.key} ${line.path}: ${line.message}`)
      .join('\n');
    expect(said).toMatch(/bad steps\.2.*timeout/);
    expect(said).toMatch(/odd rule/);
    const meaning = await world.api('POST', '/api/apply', {
      definitions: [
        definitions[0],
        { kind: 'segment', key: 'odd', body: { name: 'Odd', rule: { segment: { key: 'odd' } } } },
        {
          kind: 'journey',
          key: 'bad',
          body: { name: 'Bad', intent: 'Bad', steps: [definitions[1]!.body.steps![0], definitions[1]!.body.steps![1]] },
        },
      ],
      publish: true,
    });
    expect(
      (meaning.body.details as { key: string; path: string; message: string }[])
        .map((line) => `${line.key} ${line.path}: ${line.message}`)
        .sort(),
    ).toEqual([
      'bad steps.0.next: step "in" leads to "gone", which does not exist',
      'bad steps.1.template: there is no template "nothing"',
      'bad steps.1.topic: there is no topic "nothing"',
      'bad steps.1: nothing leads to step "mail"',
      'odd rule.segment.key: the segment asks about itself, through others',
    ]);
    expect(await world.everything()).toEqual(before);
    expect(await revision()).toBe(at);
  });

  test('a draft may be broken and is shown with its mistakes; publishing it is refused', async () => {
    const detail = await world.must('PUT', '/api/definitions/journey/draft', {
      body: { name: 'Draft', intent: 'Try', steps: [{ key: 'in', kind: 'entry', on: { event: 'X' }, next: 'gone' }] },
    });
    expect(detail).toMatchObject({
      version: null,
      hasDraft: true,
      mistakes: [{ path: 'steps.0.next', message: 'step "in" leads to "gone", which does not exist' }],
    });
    expect(await world.api('POST', '/api/definitions/journey/draft/publish', {})).toMatchObject({
      status: 422,
      body: { code: 'definition-invalid' },
    });
    await world.must('PUT', '/api/definitions/journey/draft', {
      body: { name: 'Draft', intent: 'Try', steps: [{ key: 'in', kind: 'entry', on: { event: 'X' }, next: null }] },
    });
    expect((await world.must('POST', '/api/definitions/journey/draft/check')).mistakes).toEqual([]);
    expect(await world.must('POST', '/api/definitions/journey/draft/publish', { note: 'first' })).toMatchObject({ version: 1 });
  });

  test('a rollback publishes what was, as a new version; nothing that was published changes', async () => {
    const versions = async () => (await world.must('GET', '/api/definitions/journey/welcome/versions')).items;
    const first = await world.must('GET', '/api/definitions/journey/welcome/versions/1');
    expect((await versions()).map((each: { version: number; live: boolean }) => [each.version, each.live])).toEqual([
      [2, true],
      [1, false],
    ]);
    expect(await world.must('POST', '/api/definitions/journey/welcome/rollback', { version: 1 })).toMatchObject({ version: 3 });
    expect(
      (await versions()).map((each: { version: number; note: string; live: boolean }) => [each.version, each.note, each.live]),
    ).toEqual([
      [3, 'back to version 1', true],
      [2, 'sooner', false],
      [1, 'for a story', false],
    ]);
    expect((await world.must('GET', '/api/definitions/journey/welcome/versions/3')).body).toEqual(first.body);
    expect(await world.api('POST', '/api/definitions/journey/welcome/rollback', { version: 99 })).toMatchObject({
      status: 404,
      body: { code: 'version-unknown' },
    });
    expect((await world.must('GET', '/api/audit?limit=1')).items[0].what).toBe(
      'brought back version 1 of the journey “welcome” as version 3',
    );
  });

  test('throwing a draft away brings back what is published, or removes what never was', async () => {
    await world.must('PUT', '/api/definitions/topic/newsletter', { body: { name: 'Other', purpose: 'marketing' } });
    await world.must('DELETE', '/api/definitions/topic/newsletter/draft');
    expect(await world.must('GET', '/api/definitions/topic/newsletter')).toMatchObject({ hasDraft: false, draft: { name: 'Newsletter' } });
    await world.must('PUT', '/api/definitions/topic/idea', { body: { name: 'Idea' } });
    await world.must('DELETE', '/api/definitions/topic/idea/draft');
    expect((await world.api('GET', '/api/definitions/topic/idea')).status).toBe(404);
  });

  test('applied without publishing, a set is drafts only, and nobody notices', async () => {
    const at = await revision();
    const set = (await exported()).map((each) =>
      each.key === 'newsletter' && each.kind === 'topic' ? { ...each, body: { ...(each.body as object), name: 'Letters' } } : each,
    );
    expect(await world.must('POST', '/api/apply', { definitions: set, publish: false })).toMatchObject({ published: 0, revision: at });
    expect(await world.must('GET', '/api/definitions/topic/newsletter')).toMatchObject({
      hasDraft: true,
      published: { name: 'Newsletter' },
      draft: { name: 'Letters' },
    });
    await world.must('DELETE', '/api/definitions/topic/newsletter/draft');
  });

  test('a new segment and score count everybody who is there already', async () => {
    await world.publish([
      { kind: 'segment', key: 'greeted', body: { name: 'Greeted', rule: { event: { name: 'Signed Up', within: 'P30D' } } } },
      {
        kind: 'score',
        key: 'interest',
        body: { name: 'Interest', points: [{ because: 'Signed up', points: 7, rule: { event: { name: 'Signed Up' } } }] },
      },
    ]);
    await world.settle();
    expect((await world.must('GET', '/api/segments/greeted/count')).count).toBe(3);
    expect((await world.must('GET', '/api/segments/greeted/people')).items).toHaveLength(3);
    expect((await world.person('ana@example.com')).scores).toContainEqual({ key: 'interest', name: 'Interest', value: 7 });
    await world.turn('P30D');
    expect((await world.must('GET', '/api/segments/greeted/count')).count).toBe(0);
  });

  test('two who publish at once both succeed, one after the other, without losing a version', async () => {
    const at = await revision();
    await Promise.all(
      Array.from({ length: 6 }, (_, n) => world.define('topic', `together-${n % 2}`, { name: `Together ${n}`, purpose: 'marketing' })),
    );
    const versions = (await world.must('GET', '/api/definitions/topic/together-0/versions')).items;
    expect(versions.map((each: { version: number }) => each.version)).toEqual([3, 2, 1]);
    expect(await revision()).toBe(at + 6);
  });

  test.each([
    ['PUT', '/api/definitions/journey/__proto__'],
    ['PUT', '/api/definitions/journey/..%2f..%2fetc'],
    ['PUT', '/api/definitions/nothing/welcome'],
    ['GET', '/api/definitions/journey/WELCOME'],
  ])('%s %s is refused', async (method, url) => {
    expect((await world.api(method as 'PUT', url, method === 'PUT' ? { body: {} } : undefined)).status).toBe(400);
  });
});
