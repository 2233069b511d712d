import { beforeAll, expect, test } from 'vitest';
import type { LooseDefinition } from '#contract/definition.ts';
import { StarterAnswers, type StarterSource } from '#contract/starter.ts';
import { writeDefinition } from '#operations/definition-text.ts';
import { openWorld, type World } from '../world.ts';

/** A stranger begins a journey from a starter, through the API. */

const shipped: StarterSource = { from: 'shipped', key: 'welcome' };
const answers = StarterAnswers.parse({
  names: {
    event: { 'Signed Up': { take: 'Account Opened' } },
    stage: { capture: { take: 'lead' }, conversion: { take: 'client' } },
    purpose: { marketing: { take: 'marketing' } },
    topic: { onboarding: { take: 'letters' } },
    field: { firstName: { make: true }, interests: { make: true }, city: { take: 'town' } },
  },
  audience: { who: 'stage', stage: 'lead' },
  expects: 'How to begin, because they have just opened an account.',
  motion: 'talk',
  goal: { event: 'Invoice Paid', within: 'P30D' },
  waits: { 'two-days': 'P3D' },
  owner: 'ana@linden.example',
  folder: 'First weeks',
  name: 'First letters',
  key: 'first-letters',
});

let world: World;
beforeAll(async () => {
  world = await openWorld({ blueprint: false });
  // Of the drafts that a workspace begins with, the stranger keeps none that this starter could use.
  const { items } = await world.must('GET', '/api/definitions');
  for (const { kind, key } of items as { kind: string; key: string }[])
    if (['template', 'journey', 'segment', 'field'].includes(kind)) await world.must('DELETE', `/api/definitions/${kind}/${key}/draft`);
  await world.publish([
    {
      kind: 'lifecycle',
      key: 'main',
      body: {
        name: 'Ours',
        stages: [
          { key: 'lead', name: 'Lead', meaning: 'Asked', first: true, next: ['client'] },
          { key: 'client', name: 'Client', meaning: 'Pays' },
        ],
      },
    },
    { kind: 'field', key: 'town', body: { name: 'Town', path: 'town', type: 'text' } },
    { kind: 'topic', key: 'letters', body: { name: 'Letters', purpose: 'marketing' } },
  ]);
});
const draft = (source: StarterSource, given: object) => world.api('POST', '/api/starters/drafts', { source, answers: given });
const drafts = async (): Promise<string[]> =>
  (await world.must('GET', '/api/definitions')).items
    .filter(({ version }: { version: number | null }) => version === null)
    .map(({ kind, key }: { kind: string; key: string }) => `${kind}/${key}`)
    .filter((each: string) => /^(template|journey|field)\//.test(each));

test('the five that are shipped are offered, with what they bring along', async () => {
  const { items } = await world.must('GET', '/api/starters');
  expect(items.map(({ from, key }: { from: string; key: string }) => `${from} ${key}`)).toEqual(
    ['abandoned-cart', 'nurture', 'onboarding', 're-engagement', 'welcome'].map((key) => `shipped ${key}`),
  );
  const { brings } = await world.must('POST', '/api/starters/look', shipped);
  expect(brings.map(({ kind, key }: LooseDefinition) => `${kind}/${key}`)).toEqual([
    'field/interests',
    'field/first-name',
    'field/city',
    'topic/onboarding',
    'lifecycle/main',
    'template/welcome-hello',
    'template/welcome-how-we-work',
  ]);
});

test('while a question is open nothing is made, and each is named', async () => {
  const before = await drafts();
  const refused = await draft(shipped, { ...answers, motion: null, names: { ...answers.names, stage: { capture: { take: 'capture' } } } });
  expect(refused.status).toBe(422);
  expect(refused.body).toMatchObject({ code: 'starter-open' });
  expect(refused.body.details).toEqual([
    { path: 'names', message: 'Say what “Capture” and “Conversion” are here.' },
    { path: 'audience', message: 'Say how your customers buy.' },
  ]);
  expect(await drafts()).toEqual(before);
});

test('with every answer it becomes a draft and what it needs beside it; nobody enters before it is published', async () => {
  expect((await draft(shipped, answers)).body).toEqual({
    key: 'first-letters',
    drafts: [
      { kind: 'field', key: 'interests' },
      { kind: 'field', key: 'first-name' },
      { kind: 'template', key: 'welcome-hello' },
      { kind: 'template', key: 'welcome-how-we-work' },
      { kind: 'journey', key: 'first-letters' },
    ],
  });
  expect(await drafts()).toEqual([
    'field/first-name',
    'field/interests',
    'template/welcome-hello',
    'template/welcome-how-we-work',
    'journey/first-letters',
  ]);
  const { version, draft: body } = await world.must('GET', '/api/definitions/journey/first-letters');
  expect(version).toBeNull();
  expect(body).toMatchObject({
    name: 'First letters',
    owner: 'ana@linden.example',
    folder: 'First weeks',
    serves: { from: 'lead', to: 'client' },
  });
  const audit = await world.must('GET', '/api/audit');
  expect(audit.items[0].what).toBe('began the journey “first-letters” from “Welcome”');

  // All of it can be published together, and then a stranger's people go through it.
  const { definitions } = await world.must('GET', '/api/export?what=drafts');
  const made = (definitions as LooseDefinition[]).filter(
    ({ kind, key }) => ['field', 'template'].includes(kind) || key === 'first-letters',
  );
  await world.publish(made);
  expect((await draft(shipped, answers)).body.details).toEqual([
    { path: 'names', message: 'Say what “Interests” and “First name” are here.' },
    { path: 'names', message: 'Say whether it uses the mails that are here, or gets its own.' },
    { path: 'care', message: 'The key “first-letters” is taken; choose another.' },
  ]);
});

test('a journey that is here is copied with mails of its own', async () => {
  const copied = await draft(
    { from: 'workspace', key: 'first-letters' },
    {
      ...answers,
      names: {
        event: { 'Account Opened': { take: 'Account Opened' }, 'Email Replied': { take: 'Email Replied' } },
        stage: { lead: { take: 'lead' }, client: { take: 'client' } },
        purpose: { marketing: { take: 'marketing' } },
        topic: { letters: { take: 'letters' } },
        field: { firstName: { take: 'firstName' }, interests: { take: 'interests' }, town: { take: 'town' } },
      },
      mails: 'own',
      name: 'Other letters',
      key: 'other-letters',
    },
  );
  expect(copied.body).toEqual({
    key: 'other-letters',
    drafts: [
      { kind: 'template', key: 'other-letters-welcome-hello' },
      { kind: 'template', key: 'other-letters-welcome-how-we-work' },
      { kind: 'journey', key: 'other-letters' },
    ],
  });
  expect((await draft({ from: 'workspace', key: 'nothing' }, answers)).body).toMatchObject({ code: 'starter-unknown' });
});

test('a file is read as it is written, and its mistakes are named with their lines', async () => {
  const { draft: body } = await world.must('GET', '/api/definitions/journey/first-letters');
  const text = writeDefinition({ kind: 'journey', body });
  const look = (given: string) => world.api('POST', '/api/starters/look', { from: 'file', text: given });
  expect((await look(text)).body).toMatchObject({
    key: '',
    journey: { name: 'First letters' },
    brings: [{ kind: 'template' }, { kind: 'template' }],
  });
  expect((await look('name: [')).body).toMatchObject({ code: 'file-invalid', details: [{ path: 'line 1' }] });
  const broken = await look(text.replace('kind: send', 'kind: shout'));
  expect(broken.body).toMatchObject({ code: 'definition-invalid' });
  expect(broken.body.details[0].path).toMatch(/^line \d+, steps\.1/);
});
