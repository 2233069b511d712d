import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildTracker, gzipBytesMax, target } from '../build.mjs';
import type { Throughline } from '../src/main.ts';
import { type Message, startCollector, startSite } from './collector.ts';

const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const chromiumFlags = ['--no-sandbox', '--headless', '--disable-gpu', '--disable-quic', '--no-first-run'];
const chromiumQuiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

const uuidV4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const consentEvent = 'Segment Consent Preference Updated';

let script: string;
beforeAll(async () => {
  await buildTracker();
  script = await readFile(target, 'utf8');
});

test('the script is at most 5 kB after gzip, and one classic script', () => {
  expect(gzipSync(script).length).toBeLessThanOrEqual(gzipBytesMax);
  expect(gzipBytesMax).toBeLessThanOrEqual(5000);
  expect(() => new Function(script)).not.toThrow();
  // Syntax that came after ES2019.
  expect(script).not.toMatch(/\?\.[a-z[(]|\?\?/i);
});

describe('in Chromium', () => {
  let browser: Browser;
  let collector: Awaited<ReturnType<typeof startCollector>>;
  let site: Awaited<ReturnType<typeof startSite>>;
  let context: BrowserContext;
  let page: Page;
  const trouble: string[] = [];

  beforeAll(async () => {
    if (!existsSync(chromiumPath)) return;
    [browser, site] = await Promise.all([
      chromium.launch({ executablePath: chromiumPath, args: [...chromiumFlags, ...chromiumQuiet] }),
      startSite(),
    ]);
  }, 60_000);
  afterAll(() => Promise.all([browser?.close(), site?.stop()]));

  beforeEach(async ({ skip }) => {
    skip(!existsSync(chromiumPath), `no Chromium at ${chromiumPath}; set CHROMIUM_PATH`);
    // One for each test: a page that closes may still send what it has not heard the answer to.
    collector = await startCollector(script);
    trouble.length = 0;
    context = await browser.newContext({ locale: 'de-CH', timezoneId: 'Europe/Zurich' });
    page = await newTab();
  });
  afterEach(async () => {
    await context?.close();
    await collector?.stop();
    expect(trouble).toEqual([]);
    // No preflight, ever.
    expect(collector?.received.filter(({ method }) => method !== 'POST') ?? []).toEqual([]);
  });

  async function newTab(): Promise<Page> {
    const tab = await context.newPage();
    tab.on('pageerror', (error) => trouble.push(String(error)));
    return tab;
  }

  /** Installs the tracker on every page of the site. */
  function install(attributes = '', before = '') {
    site.head = `<script>${before}</script><script async src="${collector.origin}/t.js" data-key="wk_test" ${attributes}></script>`;
  }

  async function visit(path = '/', tab = page, options: Parameters<Page['goto']>[1] = {}) {
    await tab.goto(site.origin + path, options);
    await tab.waitForFunction(() => window.throughline && !Array.isArray(window.throughline));
  }

  /** Calls a method of the tracker in the page. */
  function call(method: Exclude<keyof Throughline, 'push'>, ...args: unknown[]): Promise<unknown> {
    return page.evaluate(([name, given]) => ((window.throughline as Throughline)[name] as (...args: unknown[]) => unknown)(...given), [
      method,
      args,
    ] as const);
  }

  const stored = (tab = page): Promise<Record<string, string>> => tab.evaluate(() => ({ ...localStorage }));
  /** Longer than a batch waits, so that silence means something. */
  const quietly = () => new Promise((done) => setTimeout(done, 700));
  const arrived = (count: number) =>
    vi.waitFor(() => expect(collector.messages().length).toBeGreaterThanOrEqual(count), { timeout: 8000, interval: 20 });
  const names = (messages: Message[] = collector.messages()) => messages.map(({ type, event, name }) => event ?? name ?? type);
  const ids = (batch: Message[]) => batch.map(({ messageId }) => messageId);

  describe('before anybody answers', () => {
    test('nothing is stored, nothing is sent, and only the answer is looked for', async () => {
      install();
      await context.addInitScript(() => {
        const touched: string[] = [];
        Object.assign(window, { touched });
        for (const act of ['getItem', 'setItem', 'removeItem'] as const) {
          const original = Storage.prototype[act] as (...args: string[]) => unknown;
          Storage.prototype[act] = function (this: Storage, ...args: string[]) {
            touched.push(`${act} ${args[0]}`);
            return original.apply(this, args);
          } as never;
        }
      });
      await visit('/offer?utm_source=mail');
      await call('track', 'Product Viewed', { sku: 'a' });
      await call('identify', 'u-1', { email: 'ada@example.org' });
      await quietly();
      expect(await page.evaluate(() => (window as { touched?: string[] }).touched)).toEqual(['getItem throughline:consent']);
      expect(await stored()).toEqual({});
      expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
      expect(await context.cookies()).toEqual([]);
      expect(await call('anonymousId')).toBeUndefined();
      await visit('/next');
      await page.goto('about:blank');
      await quietly();
      expect(collector.received).toEqual([]);
    });

    test('after a yes the kept calls go, in order, as of when they were made', async () => {
      install();
      await visit('/offer?utm_campaign=spring');
      await call('track', 'Product Viewed', { sku: 'a' });
      await page.evaluate(() => history.pushState({}, '', '/later'));
      await quietly();
      const answeredAt = Date.now();
      await call('consent', { marketing: true });
      await arrived(3);
      expect(names()).toEqual([consentEvent, 'page', 'Product Viewed']);
      const [answer, view, viewed] = collector.messages();
      for (const message of [answer, view, viewed]) expect(message!.context.consent).toEqual({ categoryPreferences: { marketing: true } });
      expect(Date.parse(viewed!.timestamp)).toBeLessThan(answeredAt);
      expect(viewed!.context.page.path).toBe('/offer');
      expect(new Set(collector.messages().map(({ anonymousId }) => anonymousId)).size).toBe(1);
    });

    test('at most 100 calls are kept, the newest', async () => {
      install('data-page="off"');
      await visit();
      await page.evaluate(() => {
        for (let n = 1; n <= 130; n++) (window.throughline as Throughline).track(`Step ${n}`);
      });
      await call('consent', { marketing: true });
      await arrived(101);
      expect(names().slice(1)).toEqual(Array.from({ length: 100 }, (_, n) => `Step ${n + 31}`));
      // 101 messages make two batches.
      expect(collector.received.map(({ body }) => body.batch.length)).toEqual([100, 1]);
    });

    test('a yes is remembered: the next page is sent without asking, and says the same once', async () => {
      install();
      await visit('/one');
      await call('consent', { marketing: true });
      await arrived(2);
      const anonymousId = await call('anonymousId');
      await visit('/two');
      await call('consent', { marketing: true });
      await arrived(3);
      await quietly();
      expect(names()).toEqual([consentEvent, 'page', 'page']);
      expect(collector.messages()[2]!.anonymousId).toBe(anonymousId);
    });
  });

  describe('after a no', () => {
    test('the kept calls are dropped, and nothing is stored or sent, now or on the next page', async () => {
      install();
      await visit();
      await call('track', 'Product Viewed');
      await call('consent', { marketing: false, analytics: false });
      await call('track', 'Product Added');
      await call('identify', 'u-1');
      await quietly();
      expect(await stored()).toEqual({});
      await visit('/next');
      await page.goto('about:blank');
      await quietly();
      expect(collector.received).toEqual([]);
    });

    test('who agreed before and now refuses is taken off the list by one last message, and forgotten here', async () => {
      install();
      await visit();
      await call('consent', { marketing: true });
      await call('identify', 'u-1');
      await arrived(3);
      const { anonymousId } = collector.messages()[0]!;
      collector.forget();
      await page.evaluate(() => {
        const tracker = window.throughline as Throughline;
        tracker.track('Not Sent Yet');
        tracker.consent({ marketing: false });
        tracker.track('Product Added');
      });
      expect(await stored()).toEqual({});
      await arrived(1);
      await quietly();
      expect(names()).toEqual([consentEvent]);
      expect(collector.messages()[0]).toMatchObject({
        anonymousId,
        userId: 'u-1',
        context: { consent: { categoryPreferences: { marketing: false } } },
      });
      // A later yes begins a new person.
      await call('consent', { marketing: true });
      await arrived(2);
      expect(collector.messages()[1]!.anonymousId).not.toBe(anonymousId);
      expect(collector.messages()[1]!.userId).toBeUndefined();
    });

    test('a no in one tab silences the other', async () => {
      install();
      await visit();
      await call('consent', { marketing: true });
      await arrived(2);
      const other = await newTab();
      await visit('/other', other);
      await arrived(3);
      await call('consent', { marketing: false });
      await arrived(4);
      await other.evaluate(() => (window.throughline as Throughline).track('Product Added'));
      await quietly();
      expect(names()).not.toContain('Product Added');
      expect(collector.messages()).toHaveLength(4);
      expect(await stored(other)).toEqual({});
    });

    test('where the site answers for consent, a no is remembered, since forgetting it would undo it', async () => {
      install('data-consent="given"');
      await visit();
      await arrived(1);
      await call('consent', { marketing: false });
      await arrived(2);
      expect(names()).toEqual(['page', consentEvent]);
      expect(Object.keys(await stored())).toEqual(['throughline:consent']);
      await visit('/next');
      await call('track', 'Product Added');
      await quietly();
      expect(collector.messages()).toHaveLength(2);
    });
  });

  describe('what arrives', () => {
    test('page, track and identify carry every field, in one batch', async () => {
      install(
        'data-consent="given"',
        `throughline=[['track','Product Added',{sku:'a',price:12.5}],['identify','u-1',{email:'ada@example.org'}],
         ['page','Checkout',{step:2}],['identify',{plan:'pro'}]]`,
      );
      await visit('/offer?utm_source=news&utm_medium=email&utm_campaign=spring&utm_term=shoes&utm_content=top#part', page, {
        referer: 'https://search.example/',
      });
      await arrived(5);

      expect(collector.received).toHaveLength(1);
      const [request] = collector.received;
      expect(request).toMatchObject({ method: 'POST', path: '/v1/batch' });
      expect(request!.headers['content-type']).toMatch(/^text\/plain/);
      expect(request!.headers.cookie).toBeUndefined();
      expect(request!.body).toMatchObject({ writeKey: 'wk_test', sentAt: expect.stringMatching(instant) });

      const [view, added, identified, checkout, traits] = request!.body.batch as [Message, Message, Message, Message, Message];
      const where = {
        url: `${site.origin}/offer?utm_source=news&utm_medium=email&utm_campaign=spring&utm_term=shoes&utm_content=top`,
        path: '/offer',
        referrer: 'https://search.example/',
        title: '/offer',
        search: '?utm_source=news&utm_medium=email&utm_campaign=spring&utm_term=shoes&utm_content=top',
      };
      const campaign = { source: 'news', medium: 'email', name: 'spring', term: 'shoes', content: 'top' };
      for (const message of request!.body.batch) {
        expect(message.messageId).toMatch(uuidV4);
        expect(message.anonymousId).toMatch(uuidV4);
        expect(message.timestamp).toMatch(instant);
        expect(message.sentAt).toMatch(instant);
        expect(message.context).toEqual({
          page: where,
          campaign,
          locale: 'de-CH',
          userAgent: await page.evaluate(() => navigator.userAgent),
          timezone: 'Europe/Zurich',
          library: { name: 'throughline', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
          ...(message.context.firstTouch ? { firstTouch: expect.anything() } : {}),
        });
      }
      expect(new Set(ids(request!.body.batch)).size).toBe(5);
      expect(view).toMatchObject({ type: 'page', properties: where });
      expect(view.userId).toBeUndefined();
      expect(added).toMatchObject({ type: 'track', event: 'Product Added', properties: { sku: 'a', price: 12.5 } });
      expect(identified).toMatchObject({ type: 'identify', userId: 'u-1', traits: { email: 'ada@example.org' } });
      expect(checkout).toMatchObject({
        type: 'page',
        name: 'Checkout',
        userId: 'u-1',
        properties: { name: 'Checkout', step: 2, path: '/offer' },
      });
      expect(traits).toMatchObject({ type: 'identify', userId: 'u-1', traits: { plan: 'pro' } });
      // The first message of a person, and each identify, say where the person came from.
      const first = { ...where, campaign, at: expect.stringMatching(instant) };
      expect(view.context.firstTouch).toEqual({ url: first.url, referrer: first.referrer, campaign, at: first.at });
      expect(added.context.firstTouch).toBeUndefined();
      expect(identified.context.firstTouch).toEqual(view.context.firstTouch);
    });

    test('the first touch stays with the person on later pages', async () => {
      install('data-consent="given"');
      await visit('/landing?utm_source=news');
      await visit('/pricing');
      await call('identify', 'u-1');
      await arrived(3);
      const identified = collector.messages().find(({ type }) => type === 'identify')!;
      expect(identified.context.firstTouch).toMatchObject({ url: `${site.origin}/landing?utm_source=news`, campaign: { source: 'news' } });
      expect(identified.context.campaign).toBeUndefined();
    });

    test('reset begins a new anonymous person; another user on the same computer does not inherit the history', async () => {
      install('data-consent="given" data-page="off"');
      await visit();
      const first = await call('anonymousId');
      await call('identify', 'u-1');
      await call('reset');
      await call('track', 'Signed Out');
      await call('identify', 'u-2');
      await call('identify', 'u-3');
      await arrived(4);
      const [one, out, two, three] = collector.messages() as [Message, Message, Message, Message];
      expect(one.anonymousId).toBe(first);
      expect(out.userId).toBeUndefined();
      expect(out.anonymousId).not.toBe(first);
      expect(two.anonymousId).toBe(out.anonymousId);
      expect(three.anonymousId).not.toBe(two.anonymousId);
    });

    test('the queue stub: calls made before the script arrived go through it, answers first', async () => {
      install(
        '',
        `throughline=window.throughline||[];
         throughline.push(['track','Before Load',{a:1}]); throughline.push(['consent',{marketing:true}]);`,
      );
      await visit();
      await page.evaluate(() => (window.throughline as Throughline).push(['track', 'After Load']));
      await page.evaluate(() => (window.throughline as Throughline).push(['nonsense' as 'track']));
      await arrived(4);
      expect(names()).toEqual([consentEvent, 'page', 'Before Load', 'After Load']);
    });

    test('what cannot be sent does not break the page', async () => {
      install('data-consent="given" data-page="off"');
      await visit();
      await page.evaluate(() => {
        const circle: Record<string, unknown> = {};
        circle.self = circle;
        (window.throughline as Throughline).track('Circle', circle);
        (window.throughline as Throughline).track('Big', { text: 'x'.repeat(460_000) });
        (window.throughline as Throughline).track('Fine', { text: 'ü' });
      });
      await arrived(1);
      await quietly();
      expect(names()).toEqual(['Fine']);
    });

    test('a batch has at most 450 kB', async () => {
      install('data-consent="given" data-page="off"');
      await visit();
      await page.evaluate(() => {
        for (let n = 0; n < 40; n++) (window.throughline as Throughline).track('Big', { text: 'é'.repeat(10_000) });
      });
      await arrived(40);
      for (const { bytes } of collector.received) expect(bytes).toBeLessThanOrEqual(450_000);
      expect(collector.received).toHaveLength(2);
    });
  });

  describe('when the server is unwell', () => {
    test.each([
      ['503', { status: 503 }],
      ['a cut line', 'cut'],
    ] as const)('%s: the same messages go again under the same ids', async (_, failure) => {
      install('data-consent="given"', `throughline=[['track','Product Added']]`);
      collector.failures.push(failure, failure);
      await visit();
      await vi.waitFor(() => expect(collector.received).toHaveLength(3), { timeout: 8000 });
      const batches = collector.received.map(({ body }) => ids(body.batch));
      expect(batches[1]).toEqual(batches[0]);
      expect(batches[2]).toEqual(batches[0]);
      // Backoff: the second wait is longer than the first.
      const [first, second, third] = collector.received.map(({ at }) => at) as [number, number, number];
      expect(second - first).toBeGreaterThanOrEqual(450);
      expect(third - second).toBeGreaterThanOrEqual(950);
      await quietly();
      expect(collector.received).toHaveLength(3);
    });

    test('429: not before Retry-After', async () => {
      install('data-consent="given"');
      collector.failures.push({ status: 429, retryAfter: '2' });
      await visit();
      await arrived(1);
      await call('track', 'Meanwhile');
      await arrived(2);
      const [refused, again] = collector.received;
      expect(again!.at - refused!.at).toBeGreaterThanOrEqual(1950);
      expect(ids(again!.body.batch)[0]).toBe(ids(refused!.body.batch)[0]);
    });

    test('400: repeating would not help, so the batch is given up and the next one goes', async () => {
      install('data-consent="given"');
      collector.failures.push({ status: 400 });
      await visit();
      await arrived(1);
      await call('track', 'Product Added');
      await arrived(2);
      await quietly();
      expect(collector.received.map(({ body }) => names(body.batch))).toEqual([['page'], ['Product Added']]);
      expect(JSON.parse((await stored())['throughline:queue']!)).toEqual([]);
    });

    test('the undelivered survive a reload, at most 200, and go from the next page', async () => {
      install('data-consent="given" data-page="off"');
      // The first page has no line, for beacons neither.
      await context.addInitScript(() => {
        if (location.pathname !== '/') return;
        window.fetch = () => Promise.reject(new TypeError('offline'));
        navigator.sendBeacon = () => false;
      });
      await visit();
      await page.evaluate(() => {
        for (let n = 1; n <= 250; n++) (window.throughline as Throughline).track(`Step ${n}`);
      });
      await quietly();
      const queue: string[] = JSON.parse((await stored())['throughline:queue']!);
      expect(queue).toHaveLength(200);
      await visit('/next');
      await arrived(200);
      await quietly();
      expect(ids(collector.messages())).toEqual(queue.map((message) => JSON.parse(message).messageId));
      expect(names().at(-1)).toBe('Step 250');
      expect(JSON.parse((await stored())['throughline:queue']!)).toEqual([]);
    });
  });

  describe('on leaving', () => {
    test('what waits goes by beacon, and not again from the next page', async () => {
      install('data-consent="given" data-page="off"');
      // However slow the machine: before leaving, no timer sends.
      await context.addInitScript(() => {
        if (location.pathname === '/') window.setTimeout = (() => 1) as unknown as typeof setTimeout;
      });
      await visit();
      await page.evaluate(() => {
        (window.throughline as Throughline).track('Link Clicked');
        location.href = '/next';
      });
      await page.waitForURL('**/next');
      await arrived(1);
      await quietly();
      expect(collector.received.map(({ body }) => names(body.batch))).toEqual([['Link Clicked']]);
      // A beacon: not a fetch, which would be cors.
      expect(collector.received[0]!.headers['sec-fetch-mode']).toBe('no-cors');
      expect(collector.received[0]!.headers['content-type']).toMatch(/^text\/plain/);
      expect(JSON.parse((await stored())['throughline:queue']!)).toEqual([]);
    });

    test('more than 60 kB goes in parts, and what the browser will not take goes from the next page', async () => {
      install('data-consent="given" data-page="off"');
      await visit();
      await page.evaluate(() => {
        for (let n = 1; n <= 15; n++) (window.throughline as Throughline).track(`Step ${n}`, { text: 'x'.repeat(10_000) });
        dispatchEvent(new Event('pagehide'));
        location.href = '/next';
      });
      await page.waitForURL('**/next');
      await vi.waitFor(() => expect(new Set(names()).size).toBe(15), { timeout: 8000 });
      expect(new Set(ids(collector.messages())).size).toBe(15);
      expect(collector.received[0]!.bytes).toBeLessThanOrEqual(60_000);
    });

    test('hidden counts as leaving; without beacons a keepalive request goes', async () => {
      install('data-consent="given" data-page="off"');
      await context.addInitScript(() => {
        navigator.sendBeacon = () => false;
        const { fetch } = window;
        window.fetch = (input, init) => {
          Object.assign(window, { keptAlive: init?.keepalive });
          return fetch(input, init);
        };
      });
      await visit();
      const keptAlive = await page.evaluate(() => {
        (window.throughline as Throughline).track('Tab Switched');
        Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
        document.dispatchEvent(new Event('visibilitychange'));
        return (window as { keptAlive?: boolean }).keptAlive;
      });
      expect(keptAlive).toBe(true);
      await arrived(1);
      await quietly();
      expect(names()).toEqual(['Tab Switched']);
    });
  });

  test.each([
    [
      'throws on access',
      () =>
        Object.defineProperty(window, 'localStorage', {
          get: () => {
            throw new DOMException('denied', 'SecurityError');
          },
        }),
    ],
    [
      'is full',
      () => {
        Storage.prototype.setItem = () => {
          throw new DOMException('full', 'QuotaExceededError');
        };
      },
    ],
  ])('storage that %s costs only what would have survived the page', async (_, refuse) => {
    install();
    await context.addInitScript(refuse);
    await visit();
    await call('consent', { marketing: true });
    await call('track', 'Product Added');
    await call('identify', 'u-1');
    await arrived(4);
    expect(names()).toEqual([consentEvent, 'page', 'Product Added', 'identify']);
    expect(new Set(collector.messages().map(({ anonymousId }) => anonymousId))).toEqual(new Set([await call('anonymousId')]));
  });

  describe('single-page apps', () => {
    test('pushState and going back are page views, with the page before as referrer', async () => {
      install('data-consent="given" data-spa="on"');
      await visit('/a');
      await page.evaluate(() => {
        history.pushState({}, '', '/b');
        document.title = 'B';
      });
      await page.waitForTimeout(50);
      await page.evaluate(() => history.pushState({}, '', '/b#part'));
      await page.waitForTimeout(50);
      await page.evaluate(() => history.back());
      await page.waitForTimeout(50);
      await page.evaluate(() => history.back());
      await arrived(3);
      await quietly();
      const views = collector.messages();
      expect(views.map(({ properties }) => properties.path)).toEqual(['/a', '/b', '/a']);
      expect(views[1]!.properties).toMatchObject({ title: 'B', referrer: `${site.origin}/a` });
      expect(views[2]!.properties.referrer).toBe(`${site.origin}/b`);
    });

    test('without data-spa, and with data-page="off", only what the site says is a page view', async () => {
      install('data-consent="given" data-page="off"');
      await visit('/a');
      await page.evaluate(() => history.pushState({}, '', '/b'));
      await quietly();
      expect(collector.received).toEqual([]);
    });
  });

  describe('Global Privacy Control', () => {
    const signal = () => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true });

    test('a yes to marketing does not count', async () => {
      install();
      await context.addInitScript(signal);
      await visit();
      await call('consent', { marketing: true });
      await call('track', 'Product Added');
      await quietly();
      expect(collector.received).toEqual([]);
      expect(await stored()).toEqual({});
    });

    test('a yes to other things does, and every message says so', async () => {
      install();
      await context.addInitScript(signal);
      await visit();
      await call('consent', { marketing: true, advertising: true, analytics: true });
      await arrived(2);
      for (const message of collector.messages()) {
        expect(message.context.consent!.categoryPreferences).toEqual({ marketing: false, advertising: false, analytics: true });
        expect(message.context.globalPrivacyControl).toBe(true);
      }
    });

    test('the signal, once switched on, takes back a remembered yes', async () => {
      install();
      await visit();
      await call('consent', { marketing: true });
      await arrived(2);
      collector.forget();
      await context.addInitScript(signal);
      await visit('/next');
      await arrived(1);
      await quietly();
      expect(names()).toEqual([consentEvent]);
      expect(collector.messages()[0]!.context).toMatchObject({
        globalPrivacyControl: true,
        consent: { categoryPreferences: { marketing: false } },
      });
      expect(await stored()).toEqual({});
    });

    test('where the site answers for consent, pages are counted and marketing is refused', async () => {
      install('data-consent="given"');
      await context.addInitScript(signal);
      await visit();
      await arrived(2);
      await visit('/next');
      await arrived(3);
      expect(names()).toEqual([consentEvent, 'page', 'page']);
      for (const message of collector.messages()) expect(message.context.consent!.categoryPreferences).toEqual({ marketing: false });
    });
  });

  test('data-host sends elsewhere than where the script came from', async () => {
    const elsewhere = await startCollector('');
    try {
      install(`data-consent="given" data-host="${elsewhere.origin}/"`);
      await visit();
      await vi.waitFor(() => expect(elsewhere.received[0]?.path).toBe('/v1/batch'), { timeout: 5000 });
      expect(collector.received).toEqual([]);
    } finally {
      await elsewhere.stop();
    }
  });
});
