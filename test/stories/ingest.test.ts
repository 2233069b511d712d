import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { dialects } from '../databases.ts';
import { type Answer, basic, openWorld, type SegmentCall, type World } from '../world.ts';

/** What comes in at the door of events, in every form in which clients and their networks bring it. */

const order = (id: string, extra: object = {}) => ({
  type: 'track' as const,
  userId: `u-${id}`,
  event: 'Order Completed',
  messageId: `msg-${id}`,
  properties: { total: 10 },
  ...extra,
});
const json = { 'content-type': 'application/json' };

describe('whatever clients send', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });

  const stored = async (messageId: string) =>
    (
      await world.rows("select e.*, p.user_id from event e join person p on p.person_id = e.person_id where e.body ->> 'messageId' = $1", [
        messageId,
      ])
    )[0];
  const arrives = async (answer: Promise<Answer>, messageId: string): Promise<void> => {
    const { status, body } = await answer;
    expect({ status, body }).toEqual({ status: 200, body: { success: true } });
    await world.settle();
    expect(await stored(messageId), `${messageId} is kept`).toBeDefined();
  };
  const refusals = async (): Promise<{ code: string; raw: string; sentence: string }[]> => (await world.must('GET', '/api/refusals')).items;

  describe('the body', () => {
    const body = (id: string) => JSON.stringify({ batch: [order(id)], writeKey: world.writeKey });
    test.each([
      ['as JSON', 'a1', (text: string) => text, { 'content-type': 'application/json' }],
      ['as text/plain, which browsers send without asking', 'a2', (text: string) => text, { 'content-type': 'text/plain' }],
      ['as text/plain with a charset', 'a3', (text: string) => text, { 'content-type': 'text/plain; charset=UTF-8' }],
      ['as a form', 'a4', (text: string) => text, { 'content-type': 'application/x-www-form-urlencoded' }],
      ['as something unheard of', 'a5', (text: string) => text, { 'content-type': 'application/x-analytics; v=2' }],
      ['gzipped, and says so', 'a6', (text: string) => gzipSync(text), { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
      ['gzipped without saying so', 'a7', (text: string) => gzipSync(text), { 'content-type': 'text/plain' }],
      ['plain, but says gzip', 'a8', (text: string) => text, { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
      ['with a byte order mark', 'a9', (text: string) => `\ufeff${text}`, { 'content-type': 'application/json' }],
    ] as const)('%s', async (_how, id, write, headers) => arrives(world.post('/v1/batch', write(body(id)), headers), `msg-${id}`));

    test.each([
      ['without any type', 'a10', {}],
      ['with an empty type', 'a11', { 'content-type': '' }],
      ['with a type that is none', 'a12', { 'content-type': 'json' }],
    ])('%s', async (_how, id, headers) => {
      const response = await world.app.inject({ method: 'POST', url: '/v1/batch', payload: Buffer.from(body(id)), headers });
      await arrives(Promise.resolve({ status: response.statusCode, body: response.json(), headers: {}, text: response.body }), `msg-${id}`);
    });
  });

  describe('the key', () => {
    const batch = (id: string, more: object = {}) => ({ batch: [order(id)], ...more });
    test('by Basic auth, as node clients give it', () =>
      arrives(world.post('/v1/batch', batch('k1'), { authorization: basic(world.writeKey) }), 'msg-k1'));
    test('in the body, as browsers give it', () => arrives(world.post('/v1/batch', batch('k2', { writeKey: world.writeKey })), 'msg-k2'));
    test('in the first event', () => arrives(world.post('/v1/batch', { batch: [order('k3', { writeKey: world.writeKey })] }), 'msg-k3'));
    test('as a bearer, an API key, with the workspace named', async () => {
      await arrives(world.post('/v1/batch', batch('k4'), { authorization: `Bearer ${world.apiKey}`, 'x-workspace': 'main' }), 'msg-k4');
      expect((await stored('msg-k4'))!.body.source).toBe('api-key');
    });
    test('for a batch by its short name, as browsers send it', () =>
      arrives(world.post('/v1/b', batch('k5', { writeKey: world.writeKey })), 'msg-k5'));
    test('for a single call, in each short and long form', async () => {
      for (const [path, more] of [
        ['t', { event: 'Tea Drunk' }],
        ['track', { event: 'Tea Drunk' }],
        ['p', { name: 'Home' }],
        ['page', { name: 'Home' }],
        ['s', {}],
        ['screen', {}],
        ['i', { traits: { a: 1 } }],
        ['identify', {}],
        ['g', { groupId: 'g' }],
        ['group', { groupId: 'g' }],
        ['a', { previousId: 'was' }],
        ['alias', { previousId: 'was-2' }],
      ] as const)
        await arrives(
          world.post(`/v1/${path}`, { userId: 'singles', messageId: `single-${path}`, ...more }, { authorization: basic(world.writeKey) }),
          `single-${path}`,
        );
    });
    test.each([
      ['none', {}, 'key-missing'],
      ['an unknown one', { authorization: basic('tlw_nothing') }, 'key-unknown'],
      ['an unknown bearer', { authorization: 'Bearer tla_nothing' }, 'key-unknown'],
      ['an empty one', { authorization: basic('') }, 'key-missing'],
      ['broken Basic auth', { authorization: 'Basic %%%' }, 'key-missing'],
    ])('%s is refused with 401', async (_what, headers, code) => {
      expect(await world.post('/v1/batch', batch('k9'), headers as Record<string, string>)).toMatchObject({ status: 401, body: { code } });
      expect(await stored('msg-k9')).toBeUndefined();
    });
    test('one that was revoked does nothing any more', async () => {
      const { id, key } = await world.must('POST', '/api/keys', { kind: 'write', name: 'old page' });
      await arrives(world.post('/v1/batch', batch('k10'), { authorization: basic(key) }), 'msg-k10');
      await world.must('DELETE', `/api/keys/${id}`);
      expect(await world.post('/v1/batch', batch('k11'), { authorization: basic(key) })).toMatchObject({
        status: 401,
        body: { code: 'key-unknown' },
      });
    });
    test('keys are kept as hashes only', async () => {
      const all = JSON.stringify(await world.everything());
      for (const key of [world.writeKey, world.apiKey, world.practiceKey]) expect(all.includes(key)).toBe(false);
      expect(all).toContain(createHash('sha256').update(world.writeKey).digest('hex'));
    });
  });

  test('a write key only writes: every route of the API refuses it', async () => {
    const { routeList } = await import('#contract/routes/index.ts');
    const id = '00000000-0000-7000-8000-000000000000';
    for (const [name, route] of routeList.filter(([, each]) => each.access !== 'anybody')) {
      const url = route.path.replace(/\{(\w+)\}/g, (_, part: string) =>
        part === 'kind' ? 'journey' : part === 'id' ? id : part === 'scope' ? 'workspace' : part === 'version' ? '1' : 'welcome',
      );
      for (const authorization of [`Bearer ${world.writeKey}`, basic(world.writeKey)]) {
        const response = await world.app.inject({
          method: route.method,
          url,
          headers: { authorization, ...json },
          ...(route.method === 'GET' ? {} : { payload: '{}' }),
        });
        expect([response.statusCode, response.json().code], name).toEqual(
          authorization.startsWith('Bearer') ? [403, 'key-cannot'] : [401, 'session-missing'],
        );
      }
    }
    expect((await world.get('/api/live', { authorization: `Bearer ${world.writeKey}` })).status).toBe(403);
  });

  test('sizes: an event over 32 kB is refused alone, a body over 500 kB and a batch over 2,500 events whole', async () => {
    const big = order('big', { properties: { text: 'x'.repeat(33 * 1024) } });
    const answer = await world.accept([order('small-1'), big, order('small-2')]);
    expect(answer).toMatchObject({
      status: 200,
      body: { success: true, accepted: 2, refused: [{ index: 1, code: 'event-too-large', hint: expect.any(String) }] },
    });
    await world.settle();
    expect(await stored('msg-small-1')).toBeDefined();
    expect(await stored('msg-small-2')).toBeDefined();
    expect(await stored('msg-big')).toBeUndefined();
    expect((await refusals())[0]).toMatchObject({ code: 'event-too-large', raw: expect.stringContaining('msg-big') });

    expect(await world.accept([order('b1', { properties: { text: 'x'.repeat(501 * 1024) } })])).toMatchObject({
      status: 413,
      body: { code: 'body-too-large' },
    });
    const bomb = gzipSync(JSON.stringify({ batch: [order('b2', { properties: { text: 'x'.repeat(20 * 1024 * 1024) } })] }));
    expect(bomb.length).toBeLessThan(100 * 1024);
    expect(await world.post('/v1/batch', bomb, { authorization: basic(world.writeKey), 'content-encoding': 'gzip' })).toMatchObject({
      status: 413,
      body: { code: 'body-too-large' },
    });
    expect((await world.post('/v1/batch', Buffer.alloc(7 * 1024 * 1024, 32), { authorization: basic(world.writeKey) })).status).toBe(413);

    const many = (count: number, of: string) => ({
      batch: Array.from({ length: count }, (_, index) => ({ type: 'page', anonymousId: of, messageId: `${of}-${index}` })),
    });
    expect(await world.post('/v1/batch', many(2_501, 'a'), { authorization: basic(world.writeKey) })).toMatchObject({
      status: 400,
      body: { code: 'batch-too-long' },
    });
    expect((await world.post('/v1/batch', many(2_500, 'b'), { authorization: basic(world.writeKey) })).status).toBe(200);
    await world.settle();
    expect((await world.rows("select count(*) as n from event where body ->> 'messageId' like 'b-%'"))[0]!.n).toBe(2_500);
    expect((await world.rows("select count(*) as n from event where body ->> 'messageId' like 'a-%'"))[0]!.n).toBe(0);
  });

  test.each([
    ['nothing', ''],
    ['half of it', '{"batch": [{"type": "track"'],
    ['no JSON', 'userId=ana&event=Signed+Up'],
    ['a number that is none', '{"batch": [NaN]}'],
  ])('broken JSON is a 400 that says where: %s', async (_what, body) => {
    expect(await world.post('/v1/batch', Buffer.from(body), { authorization: basic(world.writeKey) })).toMatchObject({
      status: 400,
      body: { code: 'body-not-json', message: expect.any(String), hint: expect.any(String) },
    });
  });

  test.each([
    ['a list', '[]'],
    ['a text', '"hello"'],
    ['null', 'null'],
    ['no batch', '{}'],
    ['a batch that is no list', '{"batch": {}}'],
  ])('JSON of another shape is a 400: %s', async (_what, body) => {
    expect(await world.post('/v1/batch', body, { authorization: basic(world.writeKey) })).toMatchObject({
      status: 400,
      body: { code: 'body-invalid' },
    });
  });

  test('half a gzip is a 400', async () => {
    expect(
      await world.post('/v1/batch', gzipSync('{"batch": []}').subarray(0, 15), { authorization: basic(world.writeKey) }),
    ).toMatchObject({ status: 400, body: { code: 'encoding-unreadable' } });
  });

  const strange: [string, unknown, string, string][] = [
    ['no type', { userId: 'u' }, 'event-invalid', 'type'],
    ['an unknown type', { type: 'purchase', userId: 'u' }, 'event-invalid', 'type'],
    ['nobody', { type: 'track', event: 'E' }, 'event-no-identity', 'userId'],
    ['an empty name', { type: 'track', userId: 'u', event: '  ' }, 'event-invalid', 'event'],
    ['no name', { type: 'track', userId: 'u' }, 'event-invalid', 'event'],
    ['a list for a user', { type: 'page', userId: ['u'] }, 'event-invalid', 'userId'],
    ['a user of 600 letters', { type: 'page', userId: 'u'.repeat(600) }, 'event-invalid', 'userId'],
    ['properties as text', { type: 'track', userId: 'u', event: 'E', properties: 'none' }, 'event-invalid', 'properties'],
    ['traits as a list', { type: 'identify', userId: 'u', traits: [] }, 'event-invalid', 'traits'],
    ['a message id of 300 letters', { type: 'page', userId: 'u', messageId: 'm'.repeat(300) }, 'event-invalid', 'messageId'],
    ['40 objects in each other', { type: 'track', userId: 'u', event: 'E', properties: nested(40) }, 'event-invalid', '(all)'],
    ['alias without a previous id', { type: 'alias', userId: 'u' }, 'event-invalid', 'previousId'],
    ['a number', 42, 'event-invalid', '(all)'],
    ['null', null, 'event-invalid', '(all)'],
  ];
  test.each(strange)('an event with %s is refused alone, recorded and listed', async (what, event, code, path) => {
    const good = order(`beside-${what}`);
    const answer = await world.post('/v1/batch', { batch: [good, event] }, { authorization: basic(world.writeKey) });
    expect(answer).toMatchObject({ status: 200, body: { success: true, accepted: 1, refused: [{ index: 1, code, path }] } });
    await world.settle();
    expect(await stored(good.messageId)).toBeDefined();
    expect((await refusals())[0]).toMatchObject({
      code,
      details: [{ path }],
      raw: JSON.stringify(event).slice(0, 2000),
      sentence: expect.stringMatching(/\.$/),
    });
    expect(await world.post('/v1/batch', { batch: [event] }, { authorization: basic(world.writeKey) })).toMatchObject({
      status: 400,
      body: { code, details: [{ path: `batch.0.${path}` }] },
    });
  });

  test('a hundred thousand levels of nesting cost nothing but a 400', async () => {
    const deep = `{"batch":[{"type":"track","userId":"u","event":"E","properties":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}}]}`;
    expect(await world.post('/v1/batch', deep, { authorization: basic(world.writeKey) })).toMatchObject({
      status: 400,
      body: { code: 'event-invalid' },
    });
    expect(await world.post('/v1/batch', deep.replace('"E"', '"E\\u0000"'), { authorization: basic(world.writeKey) })).toMatchObject({
      status: 400,
      body: { code: 'event-invalid' },
    });
    const { id } = await world.personBy('user', 'u-a1');
    const edit = await world.app.inject({
      method: 'PATCH',
      url: `/api/people/${id}`,
      headers: { ...json, authorization: `Bearer ${world.apiKey}` },
      payload: `{"traits":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}}`,
    });
    expect(edit.statusCode).toBe(400);
    const draft = await world.app.inject({
      method: 'PUT',
      url: '/api/definitions/journey/deep',
      headers: { ...json, authorization: `Bearer ${world.apiKey}` },
      payload: `{"body":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}}`,
    });
    expect(draft.statusCode).toBe(400);
  });

  test('numbers as ids, missing message ids, null properties and dates of every kind are taken', async () => {
    const answer = await world.accept([
      { type: 'identify', userId: 4711, traits: null },
      { type: 'track', userId: 4711, event: 'Counted', properties: null, messageId: undefined },
      { type: 'track', userId: 4711, event: 'Counted', messageId: '', timestamp: 'yesterday' },
      { type: 'track', userId: 4711, event: 'Counted', timestamp: 1_700_000_000_000 },
      { type: 'track', userId: 4711, event: 'Counted', timestamp: '0001-01-01T00:00:00Z' },
      { type: 'track', userId: 4711, event: 'Counted', timestamp: null, originalTimestamp: '2026-03-01T00:00:00Z' },
    ] as SegmentCall[]);
    expect(answer.body).toEqual({ success: true });
    await world.settle();
    const person = await world.personBy('user', '4711');
    const counted = (await world.timeline(person.id, 'event')).filter((item) => item.title.includes('Counted'));
    expect(counted).toHaveLength(5);
  });

  test('NUL and half characters become U+FFFD instead of costing the batch', async () => {
    const text = `{"batch":[{"type":"track","userId":"nul","event":"Odd","messageId":"odd","properties":{"nul":"a\\u0000b","half":"\\ud800","pair":"\\ud83d\\ude00","k\\u0000ey":1}},{"type":"page","userId":"nul","messageId":"odd-2"}]}`;
    await arrives(world.post('/v1/batch', text, { authorization: basic(world.writeKey) }), 'odd');
    expect((await stored('odd'))!.body.properties).toEqual({ nul: 'a\ufffdb', half: '\ufffd', pair: '😀', 'k\ufffdey': 1 });
    expect(await stored('odd-2')).toBeDefined();
    const raw = Buffer.concat([
      Buffer.from('{"batch":[{"type":"page","userId":"nul","messageId":"odd-3","name":"a'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}]}'),
    ]);
    await arrives(world.post('/v1/batch', raw, { authorization: basic(world.writeKey) }), 'odd-3');
  });

  test('refusals with odd characters are kept too', async () => {
    const answer = await world.post('/v1/batch', `{"batch":[{"type":"odd\\u0000","x":"${'\\ud800'.repeat(600)}"}]}`, {
      authorization: basic(world.writeKey),
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'event-invalid' } });
    expect((await refusals())[0]!.code).toBe('event-invalid');
    // Cut at 2,000 characters in the middle of a pair.
    const pairs = await world.post('/v1/batch', JSON.stringify({ batch: [{ type: 'x', y: `${'z'.repeat(1980)}${'😀'.repeat(50)}` }] }), {
      authorization: basic(world.writeKey),
    });
    expect(pairs).toMatchObject({ status: 400, body: { code: 'event-invalid' } });
  });

  test('names of JavaScript are only names', async () => {
    const before = Object.keys(Object.prototype).length;
    const text = `{"batch":[{"type":"identify","userId":"proto","messageId":"proto-1","traits":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":"mine","email":"proto@example.com"}},
      {"type":"track","userId":"proto","messageId":"proto-2","event":"__proto__","properties":{"__proto__":{"polluted":true},"hasOwnProperty":1}},{"type":"track","userId":"__proto__","messageId":"proto-3","event":"constructor"},{"type":"track","userId":"constructor","event":"toString","messageId":"proto-4"}]}`;
    await arrives(world.post('/v1/batch', text, { authorization: basic(world.writeKey) }), 'proto-1');
    for (const id of ['proto-2', 'proto-3', 'proto-4']) expect(await stored(id), id).toBeDefined();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.keys(Object.prototype)).toHaveLength(before);
    const person = await world.person('proto@example.com');
    expect(person.traits).toMatchObject({ toString: 'mine', email: 'proto@example.com' });
    expect((await world.personBy('user', '__proto__')).id).not.toBe((await world.personBy('user', 'constructor')).id);
  });

  test('traits cannot give what only rules and people give: stage, owner, score, consent, role', async () => {
    await world.send([
      {
        type: 'identify',
        userId: 'mallory',
        traits: {
          email: 'mallory@example.com',
          stage: 'conversion',
          owner: 'boss@example.com',
          score: 100,
          consent: { marketing: true },
          consents: { 'marketing/*': { state: 'granted' } },
          state: { consents: { 'marketing/*': { state: 'granted' } } },
          role: 'admin',
          workspace_id: 2,
          entryPoint: 'manual',
          mergedInto: '0',
          id: '0',
          segments: ['customers'],
        },
      },
    ]);
    const mallory = await world.person('mallory@example.com');
    expect(mallory).toMatchObject({
      stage: null,
      owner: null,
      score: 0,
      entryPoint: 'website',
      consents: [],
      segments: [],
      scores: [{ key: 'engagement', value: 0 }],
    });
    expect(mallory.reachability).toMatchObject([{ reachable: false, why: 'There is no consent to marketing.' }]);
    await world.send([
      {
        type: 'track',
        userId: 'mallory',
        event: 'Email Link Clicked',
        properties: { actor: 'human', messageId: '00000000-0000-7000-8000-000000000000' },
      },
      { type: 'track', userId: 'mallory', event: 'Email Bounced', properties: { permanent: true } },
    ]);
    expect(await world.rows('select * from suppression')).toEqual([]);
  });

  test('the sender’s clock is put right by sentAt, and nothing happens in the future', async () => {
    const at = async (id: string) => new Date((await stored(id))!.happened_at as number).toISOString();
    const now = Date.parse(world.iso);
    const iso = (offset: number) => new Date(now + offset).toISOString();
    const send = (id: string, timestamp: string | undefined, sentAt: string) =>
      world.send([{ type: 'page', userId: 'clock', messageId: id, timestamp }], { sentAt });
    await send('right', iso(-60_000), iso(0));
    await send('ahead', iso(3_600_000 - 60_000), iso(3_600_000)); // its clock runs an hour ahead
    await send('behind', iso(-86_400_000 - 60_000), iso(-86_400_000)); // a day behind
    await send('future', iso(500_000), iso(0));
    await send('queued for three days', iso(-3 * 86_400_000), iso(0));
    expect(await Promise.all(['right', 'ahead', 'behind', 'future', 'queued for three days'].map(at))).toEqual([
      iso(-60_000),
      iso(-60_000),
      iso(-60_000),
      iso(0),
      iso(-3 * 86_400_000),
    ]);
  });

  test('a shared context of the batch counts for each event', async () => {
    await world.post(
      '/v1/batch',
      {
        batch: [
          { type: 'page', userId: 'shared', messageId: 'shared-1' },
          { type: 'page', userId: 'shared', messageId: 'shared-2', context: { locale: 'de' } },
        ],
        context: { ip: '192.0.2.1', locale: 'en' },
      },
      { authorization: basic(world.writeKey) },
    );
    await world.settle();
    expect((await stored('shared-1'))!.body.context).toEqual({ ip: '192.0.2.1', locale: 'en' });
    expect((await stored('shared-2'))!.body.context).toEqual({ ip: '192.0.2.1', locale: 'de' });
  });

  test('a page on another origin may ask and send', async () => {
    const asked = await world.app.inject({
      method: 'OPTIONS',
      url: '/v1/batch',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(asked.statusCode).toBe(204);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-allow-headers': expect.stringContaining('authorization'),
    });
    const retried = await world.app.inject({
      method: 'OPTIONS',
      url: '/v1/t',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-retry-count',
      },
    });
    expect(retried.headers['access-control-allow-headers']).toContain('x-retry-count');
    const sent = await world.post('/v1/t', order('cors'), { origin: 'https://shop.example', authorization: basic(world.writeKey) });
    expect(sent).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': '*' } });
    expect((await world.post('/v1/t', '{', { origin: 'https://shop.example' })).headers['access-control-allow-origin']).toBe('*');
    const admin = await world.app.inject({
      method: 'OPTIONS',
      url: '/api/people',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'GET' },
    });
    expect(admin.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('the settings that Segment’s browser client asks for name this house', async () => {
    const answer = await world.get(`/v1/projects/${world.writeKey}/settings`);
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'access-control-allow-origin': '*' },
      body: { integrations: { 'Segment.io': { apiKey: world.writeKey, apiHost: 'throughline.example/v1', protocol: 'https' } } },
    });
    expect(await world.get('/v1/projects/unknown/settings')).toMatchObject({ status: 401, body: { code: 'key-unknown' } });
  });
});

describe.each(dialects)('on %s', (database) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ database });
  });

  const yes = { consent: { categoryPreferences: { marketing: true } } };
  const story = (who: string): SegmentCall[] => [
    { type: 'page', anonymousId: `anon-${who}`, messageId: `${who}-1`, name: 'Home', timestamp: ago(50) },
    { type: 'page', anonymousId: `anon-${who}`, messageId: `${who}-2`, name: 'Prices', timestamp: ago(40) },
    {
      type: 'identify',
      anonymousId: `anon-${who}`,
      userId: who,
      messageId: `${who}-3`,
      traits: { email: `${who}@example.com` },
      context: yes,
      timestamp: ago(30),
    },
    { type: 'track', userId: who, event: 'Signed Up', messageId: `${who}-4`, timestamp: ago(20), context: yes },
    { type: 'group', userId: who, groupId: 'acme', messageId: `${who}-5`, traits: { name: 'Acme' }, timestamp: ago(10) },
    { type: 'track', userId: who, event: 'Meeting Booked', messageId: `${who}-6`, timestamp: ago(5) },
  ];
  const ago = (minutes: number): string => new Date(Date.parse('2026-03-02T09:00:00Z') - minutes * 60_000).toISOString();

  test('events sent again, at once, later and in other batches, change nothing at all', async () => {
    await world.send(story('ana'));
    const before = await world.everything();
    for (let times = 0; times < 3; times++) await world.send(story('ana'));
    await world.send(story('ana').reverse());
    for (const call of story('ana')) await world.send([call, call]);
    expect(await world.everything()).toEqual(before);
    await world.turn('P4D');
    const later = await world.everything();
    await world.send(story('ana'));
    expect(await world.everything()).toEqual(later);
    expect(await world.mailsTo('ana@example.com')).toHaveLength(2);
  });

  test('a batch that arrives twice at the same moment takes effect once', async () => {
    await Promise.all(Array.from({ length: 5 }, () => world.accept(story('ben'))));
    await world.settle();
    const ben = await world.person('ben@example.com');
    expect((await world.rows('select count(*) as n from event where person_id = $1', [ben.id]))[0]!.n).toBe(6);
    expect(await world.messages(ben.id)).toHaveLength(1);
  });

  test('the same message id in two workspaces is two events', async () => {
    await world.send([{ type: 'page', userId: 'both', messageId: 'same' }]);
    await world.send([{ type: 'page', userId: 'both', messageId: 'same' }], { key: world.practiceKey });
    expect((await world.rows("select count(*) as n from event where body ->> 'messageId' = 'same'"))[0]!.n).toBe(2);
  });
});

/** What rules, lists and journeys know of people, without ids and the times at which they were stored. */
async function standing(world: World, users: readonly string[]): Promise<unknown> {
  return Promise.all(
    users.map(async (user) => {
      const person = await world.personBy('user', user);
      const events = await world.rows("select body ->> 'messageId' as id, happened_at from event where person_id = $1 order by 1", [
        person.id,
      ]);
      const [row] = await world.rows('select state from person where person_id = $1', [person.id]);
      const { memory } = row!.state as { memory: Record<string, { n: number; t: number[] }> };
      return {
        user,
        traits: person.traits,
        segments: person.segments.map((each) => each.key).sort(),
        scores: person.scores,
        lastSeenAt: person.lastSeenAt,
        memory: Object.entries(memory).sort(),
        events,
      };
    }),
  );
}

test('late and shuffled events, each one to three times, lead to the same people as in order', async () => {
  const at = (minutes: number): string => new Date(Date.parse('2026-03-02T09:00:00Z') - minutes * 60_000).toISOString();
  const users = ['one', 'two'];
  const calls = users.flatMap((user): SegmentCall[] => [
    { type: 'identify', userId: user, traits: { email: `${user}@example.com` }, messageId: `${user}-id`, timestamp: at(100 * 24 * 60) },
    { type: 'track', userId: user, event: 'Signed Up', messageId: `${user}-up`, timestamp: at(31 * 24 * 60) },
    ...[1, 2, 3, 4, 9 * 24 * 60].map(
      (minutes): SegmentCall => ({
        type: 'page',
        userId: user,
        messageId: `${user}-page-${minutes}`,
        properties: { path: '/pricing' },
        timestamp: at(minutes),
      }),
    ),
    { type: 'track', userId: user, event: 'Order Completed', messageId: `${user}-o1`, timestamp: at(60) },
    { type: 'track', userId: user, event: 'Order Completed', messageId: `${user}-o2`, timestamp: at(120 * 24 * 60) },
    { type: 'track', userId: user, event: 'Meeting Booked', messageId: `${user}-m`, timestamp: at(61 * 24 * 60) },
  ]);
  const world = await openWorld();
  const inOrder = [...calls].sort((a, b) => String(a.timestamp).localeCompare(String(b.timestamp)));
  const renamed = (list: readonly SegmentCall[], round: number): SegmentCall[] =>
    list.map((call) => ({
      ...call,
      userId: `${call.userId}~${round}`,
      messageId: `${call.messageId}~${round}`,
      ...(call.traits ? { traits: { email: `${call.userId}~${round}@example.com` } } : {}),
    }));
  const plain = (value: unknown, round: number): unknown => JSON.parse(JSON.stringify(value).replaceAll(`~${round}`, ''));

  await world.send(renamed(inOrder, 0));
  const expected = plain(
    await standing(
      world,
      users.map((user) => `${user}~0`),
    ),
    0,
  );
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(2), { minLength: calls.length, maxLength: calls.length }),
      fc.shuffledSubarray(calls, { minLength: calls.length }),
      fc.integer({ min: 1, max: 8 }),
      async (repeats, order, batchSize) => {
        round++;
        const sent = order.flatMap((call, index) => Array.from({ length: 1 + repeats[index]! }, () => call));
        for (let from = 0; from < sent.length; from += batchSize) {
          await world.accept(renamed(sent.slice(from, from + batchSize), round));
          if (from % 2 === 0) await world.settle();
        }
        await world.settle();
        expect(
          plain(
            await standing(
              world,
              users.map((user) => `${user}~${round}`),
            ),
            round,
          ),
        ).toEqual(expected);
      },
    ),
    { numRuns: 12, endOnFailure: true }, // a failure prints the seed and the path to replay it by
  );
});

function nested(depth: number): object {
  return depth === 0 ? {} : { a: nested(depth - 1) };
}
