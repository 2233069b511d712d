import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Analytics } from '@segment/analytics-node';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build } from 'vite';
import { launchChromium, whyNoChromium } from './chromium.ts';
import { basic, openWorld, type World } from './world.ts';

/** Segment's own clients, unmodified, pointed at this house. */

interface Recorded {
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}
type Message = Record<string, unknown> & { messageId: string };

/** A house that listens behind a gate, which writes down each request for events as it came. `after` may give another answer than the house did. */
async function openRecording(
  after: (path: string, status: number) => number = (_path, status) => status,
): Promise<{ world: World; url: string; recorded: Recorded[] }> {
  const recorded: Recorded[] = [];
  let house = '';
  const gate = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const path = request.url ?? '/';
    const {
      host: _host,
      connection: _connection,
      'content-length': _length,
      'transfer-encoding': _transfer,
      ...headers
    } = request.headers as Record<string, string>;
    const answer = await fetch(house + path, { method: request.method ?? 'GET', headers, ...(body.length > 0 ? { body } : {}) });
    const text = await answer.text();
    if (request.method === 'POST' && path.startsWith('/v1/')) recorded.push({ path, headers, body });
    response.writeHead(
      request.method === 'POST' ? after(path, answer.status) : answer.status,
      Object.fromEntries(
        [...answer.headers].filter(([name]) => !['content-length', 'content-encoding', 'transfer-encoding', 'connection'].includes(name)),
      ),
    );
    response.end(answer.status === 204 ? undefined : text);
  });
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
  gates.push(gate);
  const { port } = gate.address() as AddressInfo;
  const world = await openWorld({ port, at: new Date().toISOString() });
  house = await world.listen();
  return { world, url: `http://127.0.0.1:${port}`, recorded };
}
const gates: Server[] = [];
afterAll(() => {
  for (const gate of gates) {
    gate.closeAllConnections();
    gate.close();
  }
});

const messagesOf = (recorded: readonly Recorded[]): Message[] =>
  recorded.flatMap(({ body }) => {
    const parsed = JSON.parse(body.toString()) as Message & { batch?: Message[] };
    return parsed.batch ?? [parsed];
  });

/** Every field of every message that was sent stands in the event that is kept. */
async function expectAllKept(world: World, recorded: readonly Recorded[]): Promise<void> {
  for (const { writeKey: _key, type, messageId, event, ...rest } of messagesOf(recorded)) {
    const [kept] = await world.rows("select name, call, body from event where body ->> 'messageId' = $1", [messageId]);
    expect(kept, `${String(type)} ${String(event ?? '')}`).toBeDefined();
    expect(kept!.call).toBe(type);
    if (event) expect(kept!.name).toBe(event);
    const { properties, traits, ...others } = rest as { properties?: object; traits?: object };
    expect(type === 'alias' ? kept!.body.envelope : kept!.body).toMatchObject(JSON.parse(JSON.stringify(others)));
    if (properties) expect(kept!.body.properties).toMatchObject(JSON.parse(JSON.stringify(properties)));
    if (traits && type === 'identify') expect(kept!.body.traits).toMatchObject(JSON.parse(JSON.stringify(traits)));
    if (traits && type === 'group') expect(kept!.body.properties).toMatchObject({ traits: JSON.parse(JSON.stringify(traits)) });
  }
}

async function expectRepeatsChangeNothing(world: World, recorded: readonly Recorded[]): Promise<void> {
  const before = await world.everything();
  for (const { path, headers, body } of [...recorded, ...[...recorded].reverse()])
    expect((await world.post(path, body, headers)).status).toBe(200);
  await world.settle();
  expect(await world.everything()).toEqual(before);
}

describe('@segment/analytics-node', () => {
  test('every call arrives whole; a repeat changes nothing', async () => {
    const { world, url, recorded } = await openRecording();
    const errors: unknown[] = [];
    const analytics = new Analytics({ writeKey: world.writeKey, host: url, flushAt: 4, flushInterval: 50, maxRetries: 0 });
    analytics.on('error', (error) => errors.push(error));
    const timestamp = new Date(Date.now() - 60_000);
    const context = {
      consent: { categoryPreferences: { marketing: true } },
      locale: 'de-AT',
      campaign: { source: 'mail', medium: 'email', name: 'spring' },
    };
    analytics.page({
      anonymousId: 'n-anon',
      name: 'Prices',
      category: 'Shop',
      properties: { path: '/prices', url: 'https://shop.example/prices' },
      timestamp,
    });
    analytics.identify({
      anonymousId: 'n-anon',
      userId: 'nina',
      traits: { email: 'nina@example.com', firstName: 'Nina', subscription: { name: 'gold', seats: 3 } as never },
      context,
    });
    analytics.track({
      userId: 'nina',
      event: 'Signed Up',
      properties: { plan: 'gold', price: 12.5, when: timestamp, list: [1, 'ü', null] },
    });
    analytics.group({ userId: 'nina', groupId: 'acme', traits: { name: 'Acme' } });
    analytics.screen({ userId: 'nina', name: 'Start', properties: { version: '1' } });
    analytics.alias({ userId: 'nina', previousId: 'n-older' });
    await analytics.closeAndFlush();
    await world.settle();

    expect(errors).toEqual([]);
    expect(messagesOf(recorded)).toHaveLength(6);
    expect(recorded.every((each) => each.headers.authorization === basic(world.writeKey))).toBe(true);
    await expectAllKept(world, recorded);
    const nina = await world.person('nina@example.com');
    expect(nina).toMatchObject({
      name: 'Nina',
      stage: 'capture',
      traits: { subscription: { name: 'gold', seats: 3 } },
      consents: [{ state: 'granted' }],
    });
    expect(nina.identities.map((each) => `${each.kind} ${each.value}`).sort()).toEqual([
      'anonymous n-anon',
      'anonymous n-older',
      'email nina@example.com',
      'user nina',
    ]);
    expect((await world.rows("select happened_at from event where name = 'Page Viewed'"))[0]!.happened_at).toBeLessThan(world.now - 55_000);
    expect(await world.mailsTo('nina@example.com')).toHaveLength(1);
    await expectRepeatsChangeNothing(world, recorded);
  });

  test('it keeps what could not be taken and sends it again: nothing is lost, nothing counts twice', async () => {
    let failures = 2;
    // The events are stored, but the answer that comes back says otherwise: the client cannot know.
    const { world, url, recorded } = await openRecording((path, status) => (path === '/v1/batch' && failures-- > 0 ? 503 : status));
    const analytics = new Analytics({ writeKey: world.writeKey, host: url, flushAt: 1, maxRetries: 5 });
    analytics.track({ userId: 'otto', event: 'Order Completed', properties: { total: 1 } });
    await analytics.closeAndFlush({ timeout: 20_000 });
    await world.settle();
    expect(recorded).toHaveLength(3);
    expect((await world.rows("select count(*) as n from event where name = 'Order Completed'"))[0]!.n).toBe(1);
  });
});

describe('@segment/analytics-next', () => {
  let browser: Browser;
  let site: { url: string; server: Server };
  beforeAll(async () => {
    if (whyNoChromium !== null) return;
    const script = await bundle();
    [browser, site] = await Promise.all([launchChromium(), serve(script)]);
  });
  afterAll(async () => {
    await browser?.close();
    site?.server.closeAllConnections();
    site?.server.close();
  });

  test('in a page of another origin: anonymous history belongs to the person, every field arrives, a repeat changes nothing', async ({
    skip,
  }) => {
    skip(whyNoChromium !== null, whyNoChromium ?? '');
    const { world, url, recorded } = await openRecording();
    const page = await (await browser.newContext({ locale: 'de-AT', timezoneId: 'Europe/Vienna' })).newPage();
    const trouble: string[] = [];
    page.on('pageerror', (error) => trouble.push(String(error)));
    page.on('requestfailed', (request) => trouble.push(`${request.url()} ${request.failure()?.errorText}`));
    await page.goto(`${site.url}/prices?utm_source=search&utm_medium=cpc&utm_campaign=spring`);
    await load(page, world.writeKey, url);

    await page.evaluate(async () => {
      const { analytics } = window as unknown as { analytics: Segment };
      await analytics.page('Shop', 'Prices', { extra: 'x' });
      await analytics.track('Price Viewed', { plan: 'gold', price: 12.5 });
    });
    await arrived(recorded, 2);
    await world.settle();
    const [anonymous] = messagesOf(recorded).map((each) => each.anonymousId as string);
    const visitor = await world.personBy('anonymous', anonymous!);
    expect(visitor.email).toBeNull();
    expect(visitor.firstSource).toMatchObject({ source: 'search', channel: 'cpc', campaign: 'spring' });

    await page.evaluate(async () => {
      const { analytics } = window as unknown as { analytics: Segment };
      await analytics.identify(
        'paula',
        { email: 'paula@example.com', firstName: 'Paula' },
        { context: { consent: { categoryPreferences: { marketing: true } } } },
      );
      await analytics.track('Signed Up', { plan: 'gold' });
      await analytics.group('acme', { name: 'Acme' });
    });
    await arrived(recorded, 5);
    await world.settle();

    const paula = await world.person('paula@example.com');
    expect(paula, 'she is the visitor').toMatchObject({
      id: visitor.id,
      name: 'Paula',
      stage: 'capture',
      zone: 'Europe/Vienna',
      consents: [{ state: 'granted' }],
    });
    expect((await world.timeline(paula.id, 'event')).map((item) => item.title).join('\n')).toMatch(
      /Price Viewed[\s\S]*Page Viewed|Page Viewed[\s\S]*Price Viewed/,
    );
    expect(await world.mailsTo('paula@example.com')).toHaveLength(1);
    await expectAllKept(world, recorded);
    expect(trouble).toEqual([]);
    await expectRepeatsChangeNothing(world, recorded);
  });

  test('what a page sends while it is being left arrives too', async ({ skip }) => {
    skip(whyNoChromium !== null, whyNoChromium ?? '');
    const { world, url, recorded } = await openRecording();
    const page = await (await browser.newContext()).newPage();
    await page.goto(site.url);
    await load(page, world.writeKey, url, {
      integrations: { 'Segment.io': { deliveryStrategy: { strategy: 'batching', config: { size: 10, timeout: 60_000 } } } },
    });
    await page.evaluate(async () => {
      const { analytics } = window as unknown as { analytics: Segment };
      void analytics.track('Left', { n: 1 });
      void analytics.track('Left', { n: 2 });
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
    await page.goto('about:blank');
    await arrived(recorded, 1);
    await world.settle();
    expect((await world.rows("select count(*) as n from event where name = 'Left'"))[0]!.n).toBe(2);
    await expectRepeatsChangeNothing(world, recorded);
  });

  test('what the house could not take, the page sends again', async ({ skip }) => {
    skip(whyNoChromium !== null, whyNoChromium ?? '');
    let failures = 1;
    const { world, url, recorded } = await openRecording((path, status) => (path === '/v1/t' && failures-- > 0 ? 503 : status));
    const page = await (await browser.newContext()).newPage();
    await page.goto(site.url);
    await load(page, world.writeKey, url);
    await page.evaluate(() => void (window as unknown as { analytics: Segment }).analytics.track('Kept', { n: 1 }));
    await arrived(recorded, 2);
    await world.settle();
    expect(messagesOf(recorded).map((message) => message.messageId)).toEqual([
      messagesOf(recorded)[0]!.messageId,
      messagesOf(recorded)[0]!.messageId,
    ]);
    expect((await world.rows("select count(*) as n from event where name = 'Kept'"))[0]!.n).toBe(1);
  });

  interface Segment {
    page(...given: unknown[]): Promise<unknown>;
    track(...given: unknown[]): Promise<unknown>;
    identify(...given: unknown[]): Promise<unknown>;
    group(...given: unknown[]): Promise<unknown>;
  }

  /** Starts the client as its documentation says: a write key, and where its settings are. */
  async function load(page: Page, writeKey: string, cdnURL: string, options: object = {}): Promise<void> {
    await page.evaluate(
      async ([key, address, more]) => {
        const {
          Segment: { AnalyticsBrowser },
        } = window as unknown as { Segment: { AnalyticsBrowser: { load(settings: object, options: object): PromiseLike<[unknown]> } } };
        const [analytics] = await AnalyticsBrowser.load({ writeKey: key, cdnURL: address }, more as object);
        (window as unknown as { analytics: unknown }).analytics = analytics;
      },
      [writeKey, cdnURL, options] as const,
    );
  }
});

async function arrived(recorded: readonly Recorded[], count: number): Promise<void> {
  const until = Date.now() + 20_000;
  while (recorded.length < count && Date.now() < until) await pause(25);
  expect(recorded.length, 'requests that arrived').toBeGreaterThanOrEqual(count);
}

/** The client as one script for a page, as a site's own build would make it. */
async function bundle(): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      minify: false,
      lib: {
        entry: fileURLToPath(import.meta.resolve('@segment/analytics-next')),
        formats: ['iife'],
        name: 'Segment',
        fileName: 'segment',
      },
    },
  });
  const [first] = Array.isArray(output) ? output : [output];
  const chunks = (first as { output: { type: string; code?: string }[] }).output.filter((each) => each.type === 'chunk');
  expect(chunks).toHaveLength(1);
  return chunks[0]!.code!;
}

async function serve(script: string): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    if (request.url === '/segment.js') return void response.setHeader('content-type', 'text/javascript').end(script);
    response
      .setHeader('content-type', 'text/html')
      .end('<!doctype html><title>Shop</title><script src="/segment.js"></script><h1>Prices</h1>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, server };
}
