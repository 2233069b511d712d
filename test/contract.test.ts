import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ProblemCode, problems } from '#contract/problems.ts';
import { routeList } from '#contract/routes/index.ts';
import { handlers } from '#http/handlers/index.ts';
import { problemsPage } from '../scripts/write-docs.mjs';
import { openWorld, type World } from './world.ts';

/** What is promised to everybody outside: every refusal explained, every address described, none of them open. */

describe('refusals', () => {
  test('each has a status, a sentence and a next step, and the handbook says the same', () => {
    for (const [code, { status, sentence, hint }] of Object.entries(problems)) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(status, code).toBeGreaterThanOrEqual(400);
      expect(sentence, code).toMatch(/^[A-Z].*\.$/);
      expect(hint.length, code).toBeGreaterThan(10);
    }
    expect(readFileSync(new URL('../docs/problems.md', import.meta.url), 'utf8'), 'write it with: node scripts/write-docs.mjs').toBe(
      problemsPage(),
    );
  });

  test('each is given somewhere', () => {
    const code = sources(new URL('../src/', import.meta.url))
      .filter((file) => !file.endsWith('contract/problems.ts'))
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    const unused = Object.keys(problems).filter((each) => !code.includes(`'${each}'`));
    expect(unused).toEqual([]);
  });
});

describe('the API', () => {
  let world: World;
  let document: OpenApi;
  beforeAll(async () => {
    world = await openWorld();
    document = (await world.get('/api/openapi.json')).body;
  });

  interface OpenApi {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> };
  }
  interface Operation {
    operationId: string;
    summary: string;
    tags: string[];
    parameters: { name: string; in: string; required?: boolean; schema: object }[];
    requestBody?: { content: Record<string, { schema: object }> };
    responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
    security?: unknown[];
  }

  test('every route has one handler, and no handler is without a route', () => {
    expect(Object.keys(handlers).sort()).toEqual(routeList.map(([name]) => name).sort());
    const addresses = routeList.map(([, route]) => `${route.method} ${route.path.replace(/\{\w+\}/g, '{}')}`);
    expect(new Set(addresses).size).toBe(addresses.length);
    for (const [name, route] of routeList) {
      expect(route.path, name).toMatch(/^\/api(\/[a-z-]+|\/\{[a-z]+\})+$/);
      expect(route.summary, name).toMatch(/^[A-Z]/);
    }
  });

  test('the document describes each route: parameters, body, reply, refusals', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
    expect(operations.map((each) => `${each.method.toUpperCase()} ${each.path}`).sort()).toEqual(
      routeList.map(([, route]) => `${route.method} ${route.path}`).sort(),
    );
    expect(new Set(operations.map((each) => each.operation.operationId)).size).toBe(operations.length);
    for (const { path, method, operation } of operations) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      expect(
        operation.parameters
          .filter((each) => each.in === 'path')
          .map((each) => each.name)
          .sort(),
        path,
      ).toEqual(named.sort());
      for (const parameter of operation.parameters) expect(parameter.schema, `${path} ${parameter.name}`).toBeTypeOf('object');
      if (method === 'get') expect(operation.requestBody, path).toBeUndefined();
      expect(operation.responses['200'], path).toBeDefined();
      expect(
        Object.keys(operation.responses).every((status) => /^[2345]\d\d$/.test(status)),
        path,
      ).toBe(true);
      if (!operation.security) expect(operation.responses['401'], path).toBeDefined();
    }
  });

  test('every reference of the document leads somewhere inside it', () => {
    const references = new Set([...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]!));
    expect(references.size).toBeGreaterThan(0);
    for (const reference of references) {
      const target = reference
        .replace(/^#\//, '')
        .split('/')
        .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], document);
      expect(target, reference).toBeDefined();
    }
  });

  test('nobody gets in without a key: every route but the sign-in answers 401', async () => {
    for (const [name, route] of routeList) {
      const url = route.path.replace(/\{(\w+)\}/g, (_, part: string) =>
        part === 'kind' ? 'journey' : part === 'id' ? '00000000-0000-7000-8000-000000000000' : part === 'version' ? '1' : 'x',
      );
      for (const headers of [
        {},
        { authorization: 'Bearer wrong' },
        { authorization: 'Bearer ' },
        { cookie: 'throughline_session=wrong' },
        { authorization: `Basic ${Buffer.from(`${world.apiKey}:`).toString('base64')}` },
      ] as Record<string, string>[]) {
        const response = await world.app.inject({
          method: route.method,
          url,
          headers: { 'content-type': 'application/json', ...headers },
          ...(route.method === 'GET' ? {} : { payload: '{}' }),
        });
        if (route.access === 'anybody') expect(response.statusCode, name).toBe(400);
        else
          expect([response.statusCode, response.json().code], `${name} ${JSON.stringify(headers)}`).toEqual([
            401,
            headers.authorization === 'Bearer wrong' ? 'key-unknown' : 'session-missing',
          ]);
      }
    }
    for (const url of ['/api/live', '/local/backup']) expect((await world.get(url)).status, url).toBeGreaterThanOrEqual(401);
    expect((await world.post('/local/link', '')).status).toBe(404);
  });

  test('a sign-in link works once, a session changes nothing from another site, and ends', async () => {
    const token = await world.house.doorkeeper.newSignInToken();
    const signedIn = await world.post('/api/session', { token });
    const cookie = String(signedIn.headers['set-cookie']);
    expect(cookie).toMatch(/^throughline_session=[\w-]{20,}; .*HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/);
    expect(cookie).toMatch(/Secure/);
    expect(await world.post('/api/session', { token })).toMatchObject({ status: 410, body: { code: 'link-used' } });
    const session = { cookie: cookie.split(';')[0]! };
    expect(await world.get('/api/session', session)).toMatchObject({ status: 200, body: { name: 'Owner', kind: 'colleague' } });
    expect(await world.post('/api/keys', { kind: 'api', name: 'stolen' }, session)).toMatchObject({
      status: 403,
      body: { code: 'origin-refused' },
    });
    expect(
      await world.post(
        '/api/keys',
        { kind: 'api', name: 'stolen' },
        { ...session, 'sec-fetch-site': 'cross-site', 'x-requested-with': 'throughline' },
      ),
    ).toMatchObject({ status: 403 });
    expect((await world.post('/api/keys', { kind: 'api', name: 'ours' }, { ...session, 'sec-fetch-site': 'same-origin' })).status).toBe(
      200,
    );
    const out = await world.app.inject({ method: 'DELETE', url: '/api/session', headers: { ...session, 'sec-fetch-site': 'same-origin' } });
    expect(out.statusCode).toBe(200);
    expect((await world.get('/api/session', session)).status).toBe(401);

    const late = await world.house.doorkeeper.newSignInToken();
    await world.turn('PT2H');
    expect(await world.post('/api/session', { token: late })).toMatchObject({ status: 410, body: { code: 'link-used' } });
  });

  test('replies have the shape that the document promises, on every list', async () => {
    await world.send([
      {
        type: 'identify',
        userId: 'ana',
        traits: { email: 'ana@example.com' },
        context: { consent: { categoryPreferences: { marketing: true } } },
      },
      { type: 'track', userId: 'ana', event: 'Signed Up' },
      { type: 'track', userId: 'ana', event: '' },
    ]);
    const { id } = await world.person('ana@example.com');
    const [message] = await world.messages(id);
    const brought = await world.post('/api/imports', 'email\nx@example.com\n', { authorization: `Bearer ${world.apiKey}` });
    const broadcast = await world.must('POST', '/api/broadcasts', { name: 'News' });
    const rehearsal = await world.must('POST', '/api/rehearsals', { over: { past: 'P7D' } });
    const asked: Record<string, string> = {
      personWhy: '?about=stage',
      segmentOverlap: '?a=customers&b=repeat-customers',
      getJourneyTiming: '?from=Signed%20Up&to=Order%20Completed',
      traceRun: `?person=${id}`,
    };
    const checked: string[] = [];
    for (const [name, route] of routeList.filter(([, each]) => each.method === 'GET' && each.access === 'workspace')) {
      const url = route.path.replace(/\{(\w+)\}/g, (_, part: string) =>
        part === 'kind'
          ? 'journey'
          : part === 'key'
            ? route.path.startsWith('/api/segments')
              ? 'customers'
              : route.path.includes('/scores/')
                ? 'engagement'
                : 'welcome'
            : part === 'journey'
              ? 'welcome'
              : part === 'version'
                ? '1'
                : route.path.startsWith('/api/messages')
                  ? message!.id
                  : route.path.startsWith('/api/imports')
                    ? brought.body.id
                    : route.path.startsWith('/api/broadcasts')
                      ? broadcast.id
                      : route.path.startsWith('/api/rehearsals')
                        ? rehearsal.id
                        : id,
      );
      const answer = await world.api(
        'GET',
        `${url}${asked[name] ?? ''}`,
        undefined,
        name === 'getClock' || name === 'listMailbox' || name === 'getMail' ? { authorization: `Bearer ${world.practiceKey}` } : {},
      );
      if (name === 'getMail') continue; // nothing lies in the mailbox here
      if (name === 'previewUnmerge') continue; // nobody was joined here
      if (name === 'getExperiment') continue; // nothing is tried out here
      expect(answer.status, `${name} ${answer.text.slice(0, 300)}`).toBe(200);
      const parsed = route.reply.safeParse(answer.body);
      expect(parsed.success ? null : parsed.error.issues, name).toBeNull();
      expect(strayKeys(answer.body, parsed.data), `${name} answers what the document does not say`).toEqual([]);
      checked.push(name);
    }
    expect(checked.length).toBeGreaterThan(25);
  });

  test('every list can be paged through: small pages hold the same rows in the same order as a large one', async () => {
    const users = Array.from({ length: 23 }, (_, n) => `page-${n}`);
    const yes = { consent: { categoryPreferences: { marketing: true } } };
    await world.send(
      users.flatMap((user) => [
        { type: 'identify' as const, userId: user, traits: { email: `${user}@example.com` }, context: yes },
        { type: 'track' as const, userId: user, event: 'Signed Up' },
        { type: 'track' as const, userId: user, event: '' },
      ]),
    );
    await world.send(
      users.map((user) => ({ type: 'track' as const, userId: user, event: 'Signed Up' })),
      { key: world.practiceKey },
    );
    for (const user of users.slice(0, 9))
      await world.send(
        [
          { type: 'identify', userId: user, traits: { email: `${user}@practice.example` }, context: yes },
          { type: 'track', userId: user, event: 'Signed Up' },
        ],
        { key: world.practiceKey },
      );
    const { id } = await world.person('page-0@example.com');
    for (let n = 0; n < 12; n++) {
      await world.send([
        { type: 'page', userId: 'page-0', name: `Page ${n}` },
        { type: 'track', userId: 'page-0', event: 'Meeting Booked' },
      ]);
      if (n % 3 === 0) await world.turn('PT1H');
      await world.must('PATCH', `/api/people/${id}`, { traits: { n } });
    }
    for (const [path, key] of [
      ['/api/people', ''],
      ['/api/events', ''],
      ['/api/events?name=Signed%20Up', ''],
      ['/api/messages', ''],
      ['/api/refusals', ''],
      ['/api/audit', ''],
      [`/api/people/${id}/timeline`, ''],
      ['/api/segments/open-to-mail/people', ''],
      ['/api/people?search=page', ''],
      ['/api/people?stage=capture', ''],
      ['/api/people?journey=welcome', ''],
      ['/api/mailbox', world.practiceKey],
    ] as const) {
      const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
      const ask = (limit: number, cursor: string | null) =>
        world.must<{ items: { id: string }[]; next: string | null }>(
          'GET',
          `${path}${path.includes('?') ? '&' : '?'}limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
          undefined,
          headers,
        );
      const whole = await ask(200, null);
      expect(whole.items.length, path).toBeGreaterThan(7);
      expect(whole.next, path).toBeNull();
      const rows: { id: string }[] = [];
      for (let next: string | null = null, pages = 0; pages === 0 || next !== null; pages++) {
        const page = await ask(4, next);
        expect(page.items.length, path).toBeLessThanOrEqual(4);
        rows.push(...page.items);
        next = page.next;
        expect(pages, path).toBeLessThan(100);
      }
      expect(
        rows.map((row) => row.id),
        path,
      ).toEqual(whole.items.map((row) => row.id));
    }
  });

  test('an address that is not there is a 404 that says where to look', async () => {
    for (const url of ['/api/nothing', '/v1/nothing', '/api', '/metrics/x', '/hooks/x'])
      expect(await world.get(url), url).toMatchObject({
        status: 404,
        body: { code: 'route-unknown' satisfies ProblemCode, hint: expect.any(String) },
      });
    expect((await world.get(`/api/people/${'x'.repeat(9000)}`)).status).toBeLessThan(500);
    expect((await world.get('/api/people/%E0%A4%A')).status).toBeLessThan(500);
  });

  test('operators see whether it lives and how it fares, and nothing about people', async () => {
    expect(await world.get('/health/live')).toMatchObject({ status: 200, body: { status: 'live' } });
    expect(await world.get('/health/ready')).toMatchObject({ status: 200, body: { status: 'ready' } });
    const metrics = await world.get('/metrics');
    expect(metrics.status).toBe(200);
    expect(metrics.text).toContain('throughline_lag_ms');
    expect(metrics.text).not.toContain('example.com');
  });
});

/** Keys of an answer that its schema dropped. */
function strayKeys(given: unknown, kept: unknown, path = ''): string[] {
  if (Array.isArray(given) && Array.isArray(kept))
    return given.slice(0, 3).flatMap((each, index) => strayKeys(each, kept[index], `${path}.${index}`));
  if (typeof given !== 'object' || given === null || typeof kept !== 'object' || kept === null) return [];
  return Object.entries(given).flatMap(([key, value]) =>
    key in kept ? strayKeys(value, (kept as Record<string, unknown>)[key], `${path}.${key}`) : [`${path}.${key}`],
  );
}

function sources(folder: URL): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? sources(new URL(`${entry.name}/`, folder))
      : entry.name.endsWith('.ts')
        ? [new URL(entry.name, folder).pathname]
        : [],
  );
}
