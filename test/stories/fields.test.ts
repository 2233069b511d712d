import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DefinitionDocument } from '#contract/definition.ts';
import { fieldUsage } from '#engine/field-usage.ts';
import { dialects } from '../databases.ts';
import { openWorld, type World } from '../world.ts';

/** What is known about people is governed: each field says what it may hold and who may write it, and what does not fit is kept aside with its reason. */

describe.each(dialects)('on %s', (database) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ database });
    await world.publish([
      {
        kind: 'field',
        key: 'size',
        body: { name: 'Company size', path: 'company.size', type: 'number', owner: 'mia@linden.example', class: 'none' },
      },
      {
        kind: 'field',
        key: 'tier',
        body: { name: 'Tier', path: 'tier', type: 'text', allowed: ['gold', 'silver'], writers: ['admin', 'api', 'website'] },
      },
      {
        kind: 'field',
        key: 'budget',
        body: { name: 'Budget', path: 'budget', type: 'money', currency: 'EUR', class: 'sensitive', writers: ['form'] },
      },
      { kind: 'field', key: 'birthday', body: { name: 'Birthday', path: 'birthday', type: 'date', retention: 'P30D' } },
      { kind: 'field', key: 'country', body: { name: 'Country', path: 'country', type: 'text', format: 'country' } },
      { kind: 'field', key: 'site', body: { name: 'Site', path: 'site', type: 'text', format: 'url', maxLength: 40 } },
    ]);
  });
  // What is listed newest first needs one thing after another.
  beforeEach(() => world.turn('PT1M'));
  const identify = (userId: string, traits: object, trusted = false) =>
    (trusted ? world.sendTrusted : world.send).call(world, [
      { type: 'identify', userId, traits: { email: `${userId}@example.com`, ...traits } },
    ]);
  const traitsOf = async (userId: string) => (await world.person(`${userId}@example.com`)).traits;
  const field = async (path: string) => (await world.must('GET', '/api/fields')).items.find((each: { path: string }) => each.path === path);
  const refused = async (path: string) => (await world.must('GET', `/api/fields/${path}/refused`)).items;

  test('what fits is taken, what does not is kept aside, and everything else of the same call goes on', async () => {
    await identify('ana', {
      company: { name: 'Acme', size: '12' },
      tier: 'bronze',
      country: 'Austria',
      site: 'acme.example',
      birthday: '1990-02-30',
      interests: 'web, seo',
      nickname: 'Ani',
    });
    expect(await traitsOf('ana')).toEqual({ email: 'ana@example.com', company: { name: 'Acme' }, nickname: 'Ani' });
    const ana = await world.person('ana@example.com');
    for (const [path, value, reason] of [
      ['company.size', '"12"', 'Company size must be a number; this is a text.'],
      ['tier', '"bronze"', 'Tier may be gold or silver.'],
      ['country', '"Austria"', 'Country must be an ISO country code such as AT.'],
      ['site', '"acme.example"', 'Site must be an address such as https://example.com.'],
      ['birthday', '"1990-02-30"', 'Birthday must be a date; this is a text.'],
      ['interests', '"web, seo"', 'Interests must be a list; this is a text.'],
    ]) {
      const [row] = await refused(path!);
      expect(row, path).toMatchObject({ value, reason, source: 'website', person: { id: ana.id, email: 'ana@example.com' } });
      expect((await field(path!)).refused, path).toBe(1);
    }
    expect((await world.timeline(ana.id, 'traits')).map((item) => item.title)).toContain('Not taken: Tier may be gold or silver.');
  });

  test('the value that stands stays when a later one does not fit', async () => {
    await identify('bo', { company: { name: 'Bolt', size: 7 }, country: 'DE', site: 'https://bolt.example' });
    await identify('bo', { company: { size: 'many' }, country: 'Germany', site: `https://bolt.example/${'x'.repeat(40)}` });
    expect(await traitsOf('bo')).toEqual({ email: 'bo@example.com', company: { size: 7 }, country: 'DE', site: 'https://bolt.example' });
    await identify('bo', { company: 'Bolt Ltd' });
    expect(await traitsOf('bo')).toMatchObject({ company: { size: 7 } });
    expect((await refused('company'))[0]).toMatchObject({ value: '"Bolt Ltd"', reason: expect.stringContaining('must be an object') });
  });

  test('who counts for more keeps the word: a colleague over a server over the website', async () => {
    await identify('cy', { tier: 'silver' });
    await identify('cy', { tier: 'gold' }, true);
    expect(await traitsOf('cy')).toMatchObject({ tier: 'gold' });
    await identify('cy', { tier: 'silver', city: 'Graz' });
    expect(await traitsOf('cy')).toMatchObject({ tier: 'gold', city: 'Graz' });
    expect((await refused('tier'))[0]).toMatchObject({
      what: 'outranked',
      reason: 'Tier was written by a server, which counts for more than the website.',
    });
    const { id } = await world.person('cy@example.com');
    await world.must('PATCH', `/api/people/${id}`, { traits: { tier: 'silver' } });
    await identify('cy', { tier: null }, true);
    await identify('cy', { tier: 'gold' }, true);
    expect(await traitsOf('cy')).toMatchObject({ tier: 'silver' });
    // Taken away by who may, it may be written by anybody of the list again.
    await world.must('PATCH', `/api/people/${id}`, { traits: { tier: null } });
    await identify('cy', { tier: 'gold' });
    expect(await traitsOf('cy')).toMatchObject({ tier: 'gold' });
  });

  test('a source that is not in the list writes nothing, and saying again what stands is no refusal', async () => {
    await identify('di', { budget: 1200, tier: 'gold' }, true);
    expect(await traitsOf('di')).not.toHaveProperty('budget');
    expect((await refused('budget'))[0]).toMatchObject({ what: 'source', reason: 'Budget may not be written by a server.' });
    const before = (await field('tier')).refused;
    await identify('di', { tier: 'gold' });
    expect((await field('tier')).refused).toBe(before);
  });

  test('a form says beside the field what it must be, and reads numbers as numbers', async () => {
    await world.publish([
      {
        kind: 'entry-point',
        key: 'quote',
        body: {
          name: 'Quote',
          entry: 'form',
          source: 'quote form',
          form: {
            title: 'A quote',
            fields: [
              { path: 'email', label: 'E-mail', type: 'email', required: true },
              { path: 'budget', label: 'Budget in euro', type: 'text' },
              { path: 'country', label: 'Country', type: 'text' },
            ],
          },
        },
      },
    ]);
    const submit = async (fields: Record<string, string>) => {
      const answer = await world.post('/f/quote', new URLSearchParams(fields).toString(), {
        'content-type': 'application/x-www-form-urlencoded',
      });
      await world.settle();
      return answer;
    };
    const wrong = await submit({ email: 'eva@example.com', budget: 'a lot', country: 'Austria' });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('Budget must be an amount; this is a text.');
    expect(wrong.text).toContain('Country must be an ISO country code such as AT.');
    expect((await submit({ email: 'eva@example.com', budget: '1500.50', country: 'AT' })).status).toBe(200);
    expect(await traitsOf('eva')).toMatchObject({ budget: 1500.5, country: 'AT' });
    expect(await field('budget')).toMatchObject({
      people: 1,
      collected: [{ kind: 'entry-point', key: 'quote', as: 'the form asks "Budget in euro"' }],
      sources: expect.arrayContaining([expect.objectContaining({ source: 'form', by: 'quote' })]),
    });
  });

  test('a value is removed when it has been kept for as long as its field says, and the timeline says so', async () => {
    await identify('fay', { birthday: '1990-05-01', city: 'Linz' });
    await world.turn('P29D');
    expect(await traitsOf('fay')).toHaveProperty('birthday');
    await identify('fay', { birthday: '1990-05-02' });
    await world.turn('P29D');
    expect(await traitsOf('fay')).toMatchObject({ birthday: '1990-05-02' });
    await world.turn('P2D');
    expect(await traitsOf('fay')).toEqual({ email: 'fay@example.com', city: 'Linz' });
    const fay = await world.person('fay@example.com');
    const [item] = await world.timeline(fay.id, 'traits');
    expect(item).toMatchObject({ by: 'machine', title: 'Birthday was removed: it had been kept for as long as the field says' });
    expect(JSON.stringify(await world.timeline(fay.id, 'traits'))).toContain('1990-05-02');
  });

  test('a retention that comes later counts from then on for what stands already', async () => {
    await identify('gil', { plan: 'basic' });
    await world.define('field', 'plan', { name: 'Plan', path: 'plan', type: 'text', class: 'none', retention: 'P7D' });
    await world.turn('P6D');
    expect(await traitsOf('gil')).toHaveProperty('plan');
    await world.turn('P2D');
    expect(await traitsOf('gil')).not.toHaveProperty('plan');
  });

  test('the map says where a field comes from and where it goes, what nobody uses, what is asked twice, what is not defined', async () => {
    await world.publish([
      {
        kind: 'segment',
        key: 'from-austria',
        body: { name: 'From Austria', rule: { trait: { path: 'country', op: 'equals', value: 'AT' } } },
      },
      { kind: 'segment', key: 'big', body: { name: 'Big', rule: { trait: { path: 'company.size', op: 'at-least', value: 50 } } } },
      {
        kind: 'template',
        key: 'greeting',
        body: {
          channel: 'email',
          name: 'Greeting',
          subject: 'Hello from {{ person.site | default: "us" }}',
          blocks: [{ block: 'text', text: '{% if person.company.name %}x{% endif %}' }],
        },
      },
      {
        kind: 'entry-point',
        key: 'call',
        body: {
          name: 'Call me',
          entry: 'form',
          source: 'call form',
          form: {
            title: 'A call',
            fields: [
              { path: 'email', label: 'E-mail', type: 'email', required: true },
              { path: 'country', label: 'Your country', type: 'text' },
            ],
          },
        },
      },
    ]);
    expect(await field('country')).toMatchObject({
      key: 'country',
      used: [{ kind: 'segment', key: 'from-austria', name: 'From Austria', as: 'a rule asks about it' }],
      neverUsed: false,
      askedTwice: ['2 forms ask for it: Call me, Quote.'],
    });
    expect(await field('email')).toMatchObject({ askedTwice: [], neverUsed: false, ownUse: 'mail goes there' });
    expect((await field('company.size')).used).toEqual([expect.objectContaining({ kind: 'segment', key: 'big' })]);
    expect((await field('site')).used).toEqual([expect.objectContaining({ kind: 'template', key: 'greeting', as: 'the text says it' })]);
    expect((await field('company.name')).used).toEqual([expect.objectContaining({ kind: 'template', key: 'greeting' })]);
    expect(await field('budget')).toMatchObject({ neverUsed: true, used: [] });
    expect(await field('nickname')).toMatchObject({ key: null, name: 'nickname', people: 1, neverUsed: true, notDefined: false });
    // Each number leads to the people behind it.
    for (const path of ['company.size', 'nickname', 'email'])
      expect((await world.must('GET', `/api/people?trait=${path}&limit=200`)).items.length, path).toBe((await field(path)).people);
    expect(await field('company.size')).toMatchObject({ owner: 'mia@linden.example', class: 'none', people: 1 });
  });

  test('a rule about a field that nobody has defined is refused with a sentence', async () => {
    const leftHanded = { name: 'Left-handed', rule: { trait: { path: 'hand', op: 'equals', value: 'left' } } } as const;
    const answer = await world.api('POST', '/api/apply', {
      definitions: [{ kind: 'segment', key: 'left-handed', body: leftHanded }],
      publish: true,
      note: '',
    });
    expect(answer).toMatchObject({ status: 422 });
    expect(JSON.stringify(answer.body.details)).toContain('there is no field \\"hand\\"; define it first');
    // What was published before the field went is named by the map.
    const segment = { kind: 'segment', key: 'left-handed', body: { meaning: '', ...leftHanded } } as DefinitionDocument;
    expect(fieldUsage([segment], [])).toMatchObject([{ path: 'hand', field: null, notDefined: true, neverUsed: false }]);
  });

  test('a journey that names a field that nobody has defined is refused, step by step; what it only writes is warned of', async () => {
    const stepsWith = (renewal: string, visit: string, needed: string, set: string) => [
      { key: 'start', kind: 'entry', on: { date: renewal, days: -7 }, next: 'mail' },
      { key: 'mail', kind: 'send', template: 'renewal', topic: 'letters', needs: ['email', needed], next: 'wait', onMissing: 'bye' },
      { key: 'wait', kind: 'wait', untilDate: { trait: visit, days: -1 }, next: 'set', onMissing: 'bye' },
      { key: 'set', kind: 'set-trait', path: set, value: 'gold', next: 'bye' },
      { key: 'bye', kind: 'exit', reason: 'done' },
    ];
    const renewal = (steps: object[]) => ({ name: 'Renewal', intent: 'They renew in time', steps });
    await world.publish([
      { kind: 'topic', key: 'letters', body: { name: 'Letters', purpose: 'marketing' } },
      {
        kind: 'template',
        key: 'renewal',
        body: { channel: 'email', name: 'Renewal', subject: 'Soon', blocks: [{ block: 'text', text: 'Soon.' }] },
      },
      { kind: 'field', key: 'renews', body: { name: 'Renews on', path: 'renews', type: 'date' } },
    ]);
    const check = async (...paths: Parameters<typeof stepsWith>) => {
      await world.must('PUT', '/api/definitions/journey/renewal', { body: renewal(stepsWith(...paths)) });
      return world.must('POST', '/api/definitions/journey/renewal/check');
    };
    const typed = await check('renewz', 'birthdy', 'countri', 'tierr');
    expect(typed.mistakes).toEqual([
      { path: 'steps.0.on.date', message: 'there is no field "renewz"; define it first' },
      { path: 'steps.1.needs.1', message: 'there is no field "countri"; define it first' },
      { path: 'steps.2.untilDate.trait', message: 'there is no field "birthdy"; define it first' },
    ]);
    const setting = (warnings: { path: string }[]) => warnings.filter(({ path }) => path === 'steps.3.path');
    expect(setting(typed.warnings)).toMatchObject([{ message: expect.stringContaining('it sets "tierr", for which no field is defined') }]);
    const refused = await world.api('POST', '/api/definitions/journey/renewal/publish', { note: '' });
    expect(refused.status).toBe(422);
    expect(JSON.stringify(refused.body)).toContain('there is no field \\"countri\\"');

    const right = await check('renews', 'birthday', 'country', 'tier');
    expect(right.mistakes).toEqual([]);
    expect(setting(right.warnings)).toEqual([]);
    await world.must('POST', '/api/definitions/journey/renewal/publish', { note: '' });
    // Each field says that the journey uses it.
    for (const [path, as] of [
      ['renews', 'the date in it begins the journey'],
      ['birthday', 'a wait ends by the date in it'],
      ['country', 'a mail needs it'],
    ] as const) {
      const there = await field(path);
      expect(there.used).toContainEqual({ kind: 'journey', key: 'renewal', name: 'Renewal', as });
      expect(there.neverUsed).toBe(false);
    }
    expect((await field('tier')).collected).toContainEqual(expect.objectContaining({ kind: 'journey', key: 'renewal' }));
  });

  test('two fields cannot share a path, and a field says what does not go together', async () => {
    const check = async (key: string, body: object) => {
      await world.must('PUT', `/api/definitions/field/${key}`, { body });
      return (await world.must('POST', `/api/definitions/field/${key}/check`)).mistakes;
    };
    expect(await check('tier-too', { name: 'Tier too', path: 'tier', type: 'text' })).toContainEqual({
      path: 'path',
      message: 'the field "tier" has this path already',
    });
    for (const [body, path] of [
      [{ type: 'money' }, 'currency'],
      [{ type: 'number', format: 'email' }, 'format'],
      [{ type: 'text', writers: ['api', 'api'] }, 'writers'],
      [{ type: 'boolean', allowed: ['a'] }, 'allowed'],
      [{ type: 'text', path: 'email', retention: 'P1D' }, 'retention'],
    ] as const)
      expect(
        (await check('odd', { name: 'Odd', path: 'odd', ...body })).map((each: { path: string }) => each.path),
        path,
      ).toContain(path);
  });

  test('an address that its field may not take from a source is not claimed for the person either', async () => {
    await world.define('field', 'email', { name: 'E-mail', path: 'email', type: 'text', format: 'email', writers: ['admin', 'api'] });
    await world.send([{ type: 'identify', userId: 'hal', traits: { email: 'hal@example.com', city: 'Wels' } }]);
    const hal = await world.personBy('user', 'hal');
    expect(hal).toMatchObject({ email: null, traits: { city: 'Wels' } });
    await world.sendTrusted([{ type: 'identify', userId: 'hal', traits: { email: 'hal@example.com' } }]);
    expect(await world.person('hal@example.com')).toMatchObject({ id: hal.id });
  });

  test('what was kept aside goes with the person, and with time', async () => {
    const ana = await world.person('ana@example.com');
    expect((await refused('tier')).some((row: { person: { id: string } }) => row.person.id === ana.id)).toBe(true);
    await world.must('DELETE', `/api/people/${ana.id}`);
    expect(await world.rows('select 1 from field_refusal where person_id = $1', [ana.id])).toEqual([]);
  });

  test('another workspace sees nothing of it', async () => {
    const theirs = await world.must('GET', '/api/fields', undefined, { authorization: `Bearer ${world.practiceKey}` });
    expect(JSON.stringify(theirs)).not.toContain('nickname');
    expect(
      (await world.must('GET', '/api/fields/tier/refused', undefined, { authorization: `Bearer ${world.practiceKey}` })).items,
    ).toEqual([]);
  });
});
