import { beforeAll, describe, expect, test } from 'vitest';
import { dialects } from '../databases.ts';
import { openWorld, type World } from '../world.ts';

/** Colleagues work on people by hand: they add, correct, move and erase them, and look through long lists. */

const yes = { consent: { categoryPreferences: { marketing: true } } };

describe.each(dialects)('on %s', (database) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ database });
  });
  const add = (body: object): Promise<{ id: string }> => world.must('POST', '/api/people', body);

  test('somebody who is added by hand stands where their way in says, and the audit says who did it', async () => {
    const { id } = await add({ email: 'Ada@Example.com ', phone: '+43 660 123 45 67', traits: { firstName: 'Ada', lastName: 'Lovelace' } });
    const ada = await world.must('GET', `/api/people/${id}`);
    expect(ada).toMatchObject({
      email: 'ada@example.com',
      phone: '+436601234567',
      name: 'Ada Lovelace',
      entryPoint: 'manual',
      stage: 'capture',
    });
    expect((await world.why(id, 'stage')).answer).toMatch(/they came in through Added by hand\.$/);
    const [line] = (await world.must('GET', '/api/audit?limit=1')).items;
    expect(line).toMatchObject({
      what: 'added a person',
      actor: expect.stringMatching(/^key tla_/),
      at: world.iso,
      details: { person: id },
    });
  });

  test.each([
    ['no identity at all', { traits: { a: 1 } }, 400, 'body-invalid'],
    ['an address that is none', { email: 'not an address' }, 422, 'address-invalid'],
    ['an address with a line break', { email: 'a@b.example\r\nBcc: c@d.example' }, 422, 'address-invalid'],
    ['a phone number without its country', { phone: '0660 1234567' }, 400, 'body-invalid'],
    ['a field that does not exist', { email: 'x@example.com', stage: 'conversion' }, 400, 'body-invalid'],
    ['a list for traits', { email: 'x@example.com', traits: [] }, 400, 'body-invalid'],
  ])('%s is refused, and nobody is made', async (_what, body, status, code) => {
    const before = (await world.must('GET', '/api/people/count')).total;
    expect(await world.api('POST', '/api/people', body)).toMatchObject({
      status,
      body: { code, hint: expect.any(String), details: expect.anything() },
    });
    expect((await world.must('GET', '/api/people/count')).total).toBe(before);
  });

  test('traits are set, changed and removed, and an empty way back', async () => {
    const { id } = await add({ email: 'bob@example.com', traits: { plan: 'basic', city: 'Graz' } });
    await world.must('PATCH', `/api/people/${id}`, { traits: { plan: 'gold', city: null, company: { name: 'Acme' } } });
    expect((await world.must('GET', `/api/people/${id}`)).traits).toEqual({
      email: 'bob@example.com',
      plan: 'gold',
      company: { name: 'Acme' },
    });
    await world.must('PATCH', `/api/people/${id}`, { traits: { email: 'robert@example.com', name: 'Robert' } });
    expect(await world.person('robert@example.com')).toMatchObject({ id, name: 'Robert' });
    expect(await world.api('PATCH', '/api/people/00000000-0000-7000-8000-000000000000', { traits: {} })).toMatchObject({
      status: 404,
      body: { code: 'person-unknown' },
    });
    expect(await world.api('PATCH', '/api/people/nobody', { traits: {} })).toMatchObject({ status: 400, body: { code: 'query-invalid' } });
  });

  test('an identity that somebody else has is refused with their id', async () => {
    const carl = await add({ email: 'carl@example.com', userId: 'carl' });
    const dave = await add({ email: 'dave@example.com' });
    for (const body of [{ email: 'carl@example.com' }, { email: 'new@example.com', userId: 'carl' }])
      expect(await world.api('POST', '/api/people', body)).toMatchObject({
        status: 409,
        body: { code: 'identity-taken', details: { id: carl.id } },
      });
    expect(await world.api('PATCH', `/api/people/${dave.id}`, { traits: { email: 'CARL@example.com' } })).toMatchObject({
      status: 409,
      body: { code: 'identity-taken', details: { id: carl.id } },
    });
    expect((await world.must('GET', `/api/people/${dave.id}`)).email).toBe('dave@example.com');
    // What was refused left nothing behind: the address can still be given to whoever comes with it.
    expect((await world.api('POST', '/api/people', { email: 'new@example.com' })).status).toBe(200);
  });

  test('an override needs a reason and a stage that exists, and is counted as one', async () => {
    const { id } = await add({ email: 'eve@example.com' });
    expect(await world.api('POST', `/api/people/${id}/stage`, { to: 'conversion', reason: '  ' })).toMatchObject({
      status: 422,
      body: { code: 'reason-needed' },
    });
    expect(await world.api('POST', `/api/people/${id}/stage`, { to: 'conversion' })).toMatchObject({ status: 400 });
    expect(await world.api('POST', `/api/people/${id}/stage`, { to: 'heaven', reason: 'she asked' })).toMatchObject({
      status: 422,
      body: { code: 'stage-unknown', details: { stages: expect.arrayContaining(['capture', 'conversion']) } },
    });
    expect(await world.stages(id)).toEqual(['capture']);
    await world.turn('PT1H');
    await world.must('POST', `/api/people/${id}/stage`, { to: 'expansion', reason: 'bought in the shop, twice' });
    expect(await world.stages(id)).toEqual(['capture', 'expansion']);
    const why = await world.why(id, 'stage');
    expect(why.answer).toMatch(/moved them by hand: bought in the shop, twice\.$/);
    const board = await world.must('GET', '/api/lifecycle');
    expect(board.stages.find((stage: { key: string }) => stage.key === 'expansion')).toMatchObject({ count: 1, overrides7d: 1 });
  });

  test('a consent can be recorded by a colleague, but a withdrawal can be lifted by nobody but the person', async () => {
    const { id } = await add({ email: 'finn@example.com' });
    await world.must('POST', `/api/people/${id}/consents`, {
      purpose: 'marketing',
      state: 'granted',
      wording: 'Said so at the fair in Linz.',
    });
    expect((await world.person('finn@example.com')).consents).toMatchObject([
      { state: 'granted', method: 'admin', wording: 'Said so at the fair in Linz.' },
    ]);
    await world.must('POST', `/api/people/${id}/consents`, { purpose: 'marketing', state: 'withdrawn' });
    for (const channel of ['*', 'email'])
      expect(await world.api('POST', `/api/people/${id}/consents`, { purpose: 'marketing', channel, state: 'granted' })).toMatchObject({
        status: 409,
        body: { code: 'consent-withdrawn' },
      });
    expect((await world.person('finn@example.com')).reachability[0]!.reachable).toBe(false);
  });

  test('the same request with the same Idempotency-Key is carried out once', async () => {
    const key = { 'idempotency-key': 'add-gina' };
    const first = await world.api('POST', '/api/people', { email: 'gina@example.com' }, key);
    const second = await world.api('POST', '/api/people', { email: 'gina@example.com' }, key);
    expect(second).toMatchObject({ status: 200, body: first.body, headers: { 'idempotent-replay': 'true' } });
    expect(await world.api('POST', '/api/people', { email: 'other@example.com' }, key)).toMatchObject({
      status: 409,
      body: { code: 'idempotency-mismatch' },
    });
    // A refusal is an answer too.
    const refused = { 'idempotency-key': 'add-gina-again' };
    expect((await world.api('POST', '/api/people', { email: 'gina@example.com' }, refused)).status).toBe(409);
    expect(await world.api('POST', '/api/people', { email: 'gina@example.com' }, refused)).toMatchObject({
      status: 409,
      headers: { 'idempotent-replay': 'true' },
    });
    // Without a key, each request counts.
    expect((await world.api('POST', '/api/people', { email: 'gina@example.com' })).body.code).toBe('identity-taken');
  });

  test('ten at once under one key make one person', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => world.api('POST', '/api/people', { email: 'henk@example.com' }, { 'idempotency-key': 'henk' })),
    );
    expect(answers.filter((answer) => answer.status === 200).length).toBeGreaterThanOrEqual(1);
    for (const answer of answers) expect([200, 409]).toContain(answer.status);
    expect((await world.must('GET', '/api/people?email=henk@example.com')).items).toHaveLength(1);
  });
});

describe('erasure', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });

  test('after it no value of the person is in any table, but a hash of the address that may not be mailed', async () => {
    const canary = 'quokka7731';
    const [mark, address] = [`Canary-${canary}`, `${canary}@example.com`];
    await world.send([
      {
        type: 'page',
        anonymousId: `anon-${canary}`,
        properties: { path: `/${canary}` },
        context: { page: { url: `https://x.example/${canary}`, referrer: `https://${canary}.example/` } },
      },
      {
        type: 'identify',
        anonymousId: `anon-${canary}`,
        userId: `user-${canary}`,
        traits: { email: address, name: mark, phone: '+43660773100', note: mark },
        context: yes,
      },
      { type: 'track', userId: `user-${canary}`, event: 'Signed Up', properties: { text: mark } },
      { type: 'track', userId: `user-${canary}`, event: mark, messageId: `message-${canary}` },
      { type: 'identify', anonymousId: `second-${canary}`, traits: { device: mark } },
      { type: 'identify', anonymousId: `second-${canary}`, userId: `user-${canary}` },
    ]);
    await world.turn('P3D');
    const person = await world.person(address);
    await world.must('PATCH', `/api/people/${person.id}`, { traits: { note: `${mark} again`, email: `new-${address}` } });
    await world.must('POST', `/api/people/${person.id}/stage`, { to: 'nurture', reason: `because of ${mark}` });
    const mails = await world.mailsTo(address);
    expect(mails.length).toBeGreaterThan(0);
    await world.post(mails[0]!.unsubscribe!, 'List-Unsubscribe=One-Click');
    await world.settle();
    // Refused events of theirs, and replies kept for repeats, hold what they sent.
    await world.accept([{ type: 'track', userId: `user-${canary}`, event: '' } as never, { type: 'page', userId: 'other' }]);
    await world.must('POST', '/api/people', { email: `${canary}.two@example.com`, traits: { name: mark } }, { 'idempotency-key': 'k-2' });
    await world.must('DELETE', `/api/people/${(await world.person(`${canary}.two@example.com`)).id}`);

    await world.must('DELETE', `/api/people/${person.id}`);
    await world.settle();
    const left = Object.entries(await world.everything()).flatMap(([table, rows]) =>
      rows
        .filter((row) => row.toLowerCase().includes(canary) || row.includes('+43660773100'))
        .map((row) => `${table}: ${row.slice(0, 300)}`),
    );
    expect(left).toEqual([]);
    expect(await world.api('GET', `/api/people/${person.id}`)).toMatchObject({ status: 404, body: { code: 'person-unknown' } });
    expect((await world.must('GET', `/api/people?search=${canary}`)).items).toEqual([]);
    expect(await world.rows('select channel, scope, because from suppression')).toContainEqual({
      channel: 'email',
      scope: 'marketing',
      because: 'unsubscribed',
    });
  });

  test('an address that was unsubscribed stays so when it comes again after the erasure', async () => {
    await world.send([
      { type: 'identify', userId: 'iris', traits: { email: 'iris@example.com' }, context: yes },
      { type: 'track', userId: 'iris', event: 'Signed Up' },
    ]);
    const [mail] = await world.mailsTo('iris@example.com');
    await world.post(mail!.unsubscribe!, 'List-Unsubscribe=One-Click');
    await world.settle();
    const before = await world.person('iris@example.com');
    await world.must('DELETE', `/api/people/${before.id}`);
    await world.turn('P30D');
    await world.must('POST', '/api/people', { email: 'Iris@Example.com', traits: {} });
    await world.send([
      { type: 'identify', userId: 'iris', traits: { email: 'iris@example.com' }, context: yes },
      { type: 'track', userId: 'iris', event: 'Signed Up' },
    ]);
    for (const each of (await world.must('GET', '/api/people?search=iris')).items)
      expect((await world.must('GET', `/api/people/${each.id}`)).reachability[0], each.id).toMatchObject({ reachable: false });
    await world.turn('P5D');
    expect(await world.mailsTo('iris@example.com')).toHaveLength(1);
  });

  test('an erasure ends what is under way: the run, the next mail, the wake', async () => {
    await world.send([
      { type: 'identify', userId: 'jonas', traits: { email: 'jonas@example.com' }, context: yes },
      { type: 'track', userId: 'jonas', event: 'Signed Up' },
    ]);
    const jonas = await world.person('jonas@example.com');
    await world.must('DELETE', `/api/people/${jonas.id}`);
    await world.turn('P10D');
    expect(await world.mailsTo('jonas@example.com')).toHaveLength(1);
    for (const table of ['run', 'wake', 'message', 'event', 'inbox', 'membership', 'consent', 'identity'])
      expect(await world.rows(`select 1 from ${table} where person_id = $1`, [jonas.id]), table).toEqual([]);
    const links = (await world.mailsTo('jonas@example.com'))[0]!;
    for (const answer of [await world.post(links.unsubscribe!, 'List-Unsubscribe=One-Click'), await world.click(links.links[0]!)])
      expect(answer.status).toBeLessThan(500);
    await world.settle();
    expect(await world.rows('select 1 from event where person_id = $1', [jonas.id])).toEqual([]);
  });

  test('events that were on their way belong to somebody new', async () => {
    await world.send([{ type: 'identify', userId: 'kira', traits: { email: 'kira@example.com' } }]);
    const kira = await world.person('kira@example.com');
    await world.must('DELETE', `/api/people/${kira.id}`);
    await world.send([{ type: 'track', userId: 'kira', event: 'Order Completed' }]);
    const anew = await world.personBy('user', 'kira');
    expect(anew.id).not.toBe(kira.id);
    expect(anew.email).toBeNull();
  });
});

test('paging through 120 people finds each of them once, while others come and go', async () => {
  const world = await openWorld();
  const calls = Array.from({ length: 120 }, (_, index) => ({
    type: 'identify' as const,
    userId: `p-${index}`,
    traits: { email: `p${String(index).padStart(3, '0')}@example.com`, name: index % 2 ? `Anna ${index}` : `Bert ${index}` },
    messageId: `p-${index}`,
  }));
  for (let from = 0; from < 120; from += 40) {
    await world.send(calls.slice(from, from + 40));
    await world.turn('PT1S');
  }
  const seen: string[] = [];
  let next: string | null = null;
  let pages = 0;
  do {
    const page: { items: { email: string }[]; next: string | null } = await world.must(
      'GET',
      `/api/people?limit=25${next ? `&cursor=${encodeURIComponent(next)}` : ''}`,
    );
    seen.push(...page.items.map((item) => item.email));
    next = page.next;
    if (++pages === 2) await world.send([{ type: 'identify', userId: 'newcomer', traits: { email: 'newcomer@example.com' } }]);
  } while (next);
  expect(pages).toBe(5);
  expect(new Set(seen).size).toBe(120);
  expect(seen).toHaveLength(120);
  expect((await world.must('GET', '/api/people/count')).total).toBe(121);

  const search = async (query: string): Promise<number> => (await world.must('GET', `/api/people?limit=200&${query}`)).items.length;
  expect(await search('search=p01')).toBe(10);
  expect(await search('search=anna')).toBe(60);
  expect(await search('search=Bert%201')).toBe(15);
  expect(await search('search=p-11')).toBe(11);
  expect(await search('search=%25')).toBe(0);
  expect(await search('stage=none')).toBe(121);
  expect(await search('stage=capture')).toBe(0);
  expect(await search('email=P007@example.com')).toBe(1);
  for (const query of ['limit=0', 'limit=201', 'limit=x']) expect((await world.api('GET', `/api/people?${query}`)).status, query).toBe(400);
  for (const cursor of ['x', 'W10', 'WyJ4Il0', '%00', Buffer.from('["' + "'; drop table person; --" + '"]').toString('base64url')])
    expect((await world.api('GET', `/api/people?cursor=${cursor}`)).status, cursor).toBe(400);
});
