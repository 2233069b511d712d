import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig, type Running, startThroughline } from '#main';

/** A segment is written, published and looked at in a real browser, by the keyboard alone. */

const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const built = existsSync(new URL('../web/dist/index.html', import.meta.url));
const reason = !existsSync(chromiumPath) ? 'there is no Chromium' : !built ? 'the web pages are not built' : null;

describe.skipIf(reason !== null)(`segments in a browser${reason ? `: skipped, ${reason}` : ''}`, () => {
  let dataDir: string;
  let running: Running;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let base: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'throughline-segments-'));
    running = await startThroughline(readConfig({ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent' }));
    base = running.address!;
    browser = await chromium.launch({
      executablePath: chromiumPath,
      args: [
        '--no-sandbox',
        '--headless',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' && !/401|422/.test(message.text())) complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
    await page.goto(`${base}/signin#token=${await running.house.doorkeeper.newSignInToken()}`);
    await page.waitForURL('**/w/practice**');
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  const press = (...keys: string[]): Promise<void> =>
    keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const type = (text: string): Promise<void> => page.keyboard.type(text);
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const at = document.activeElement;
      return at?.getAttribute('aria-label') ?? at?.textContent ?? '';
    });
  /** Goes on by Tab until what has the focus is called so. */
  const tabTo = async (name: RegExp, key = 'Tab'): Promise<void> => {
    const seen: string[] = [];
    for (let step = 0; step < 80; step++) {
      await press(key);
      seen.push(await focused());
      if (name.test(seen.at(-1)!)) return;
    }
    throw new Error(`Tab never came to ${name}; it came to: ${seen.join(' | ')}`);
  };
  /** Waits until the focus is on something called so, as after something was chosen. */
  const expectFocus = (name: RegExp): Promise<void> => expect.poll(focused, { timeout: 15_000 }).toMatch(name);
  /** What the chips of the rule say, row by row. */
  const rows = (): Promise<string[]> =>
    page.getByRole('group', { name: /^Condition/ }).evaluateAll((found) => found.map((row) => row.getAttribute('aria-label')!));
  const published = async (): Promise<{ key: string; body: { rule: unknown } }[]> => {
    const reply = await context.request.get(`${base}/api/export`, { headers: { 'x-workspace': 'practice' } });
    return (await reply.json()).definitions.filter((each: { kind: string }) => each.kind === 'segment');
  };

  test('a segment is named, its rule written in words, undone and done again, and published, by keys alone', async () => {
    await page.getByRole('heading', { level: 1 }).waitFor();
    // Two keys make a shortcut when they come within a second, which a busy machine may not manage at first.
    await expect.poll(async () => press('g', 'n').then(() => page.url()), { timeout: 30_000, interval: 500 }).toContain('/segments');
    await page.getByRole('grid', { name: 'Segments' }).waitFor();
    await tabTo(/^New segment$/);
    await press('Enter');
    await expectFocus(/^$/); // the field for the name
    await type('Looked at prices');
    await press('Enter');
    await page.getByRole('group', { name: 'Rule' }).waitFor();
    await expectFocus(/^Looked at prices/); // the heading of its page

    await tabTo(/^Add a condition$/);
    await press('Enter');
    await expectFocus(/^Add a condition$/);
    await type('page viewed');
    await press('Enter');
    await expectFocus(/Event: Page Viewed|Did or did not/);
    await press('ArrowLeft', 'ArrowLeft', 'ArrowRight');
    await expectFocus(/^Event: Page Viewed$/);

    // Say more about it: where path contains "/pricing".
    await press('ArrowRight', 'ArrowRight', 'ArrowRight', 'Enter');
    await type('where');
    await press('Enter');
    await expectFocus(/^Property$/);
    await type('path');
    await press('Enter');
    await expectFocus(/^Value of path$/);
    await press('Escape');
    await expectFocus(/^Value of path: which value$/);
    await press('ArrowLeft', 'Enter');
    await type('contains');
    await press('Enter');
    await expectFocus(/^Value of path$/);
    await type('/pricing');
    await press('Enter');
    await expectFocus(/“\/pricing”/);
    await press('ArrowRight', 'ArrowRight', 'Enter');
    await type('2');
    await press('Enter');
    await expectFocus(/at least 2 times/);
    await press('ArrowRight', 'Enter');
    await type('45 days');
    await press('Enter');
    await expectFocus(/in the last 45 days/);

    await press('a');
    await expectFocus(/^Add a condition$/);
    await type('have not done');
    await press('Enter');
    await expectFocus(/^Event$/);
    await type('meeting booked');
    await press('Enter');
    await expectFocus(/^Event: Meeting Booked$/);
    const first = 'Condition 1 of 2: Page Viewed where path contains “/pricing” at least 2 times in the last 45 days';
    expect(await rows()).toEqual([first, 'Condition 2 of 2: no Meeting Booked']);

    await press('Delete');
    expect(await rows()).toEqual([first.replace('of 2', 'of 1')]);
    await press('Control+z');
    expect(await rows()).toEqual([first, 'Condition 2 of 2: no Meeting Booked']);
    await press('Control+Shift+z');
    expect(await rows()).toHaveLength(1);
    await press('Control+z');
    expect(await rows()).toHaveLength(2);
    await press('w', 'g');
    await expectFocus(/How many must hold: all/); // a new group in the one of “any”
    await press('Control+z', 'Control+z'); // also when what had the focus is gone
    expect(await rows()).toEqual([first, 'Condition 2 of 2: no Meeting Booked']);

    await page.getByText(/of \d+ people/).waitFor();
    await tabTo(/^Save draft$/, 'Shift+Tab');
    await press('Enter');
    await page
      .getByText(/^Saved/)
      .first()
      .waitFor();
    await expectFocus(/^Publish$/); // there is nothing left to save
    await press('Enter');
    await page.getByRole('dialog', { name: /Publish/ }).waitFor();
    await tabTo(/^Publish$/);
    await press('Enter');
    await page.getByText(/Version 1 is live/).waitFor();
    await expectFocus(/^Looked at prices/);

    expect((await published()).find((each) => each.key === 'looked-at-prices')?.body.rule).toEqual({
      all: [
        { event: { name: 'Page Viewed', where: [{ property: 'path', op: 'contains', value: '/pricing' }], atLeast: 2, within: 'P45D' } },
        { event: { name: 'Meeting Booked', atMost: 0 } },
      ],
    });
  });

  test('a field that does not exist is refused with a sentence, where it stands, and is not published', async () => {
    await page.goto(`${base}/w/practice/segments/looked-at-prices?tab=edit`);
    await page.getByRole('group', { name: 'Rule' }).waitFor();
    await tabTo(/^Add a condition$/);
    await press('Enter');
    await type('a field of theirs');
    await press('Enter');
    await expectFocus(/^Field$/);
    await type('shoe_size');
    await press('Enter');
    await expectFocus(/^Value of shoe_size$/);
    expect(await rows()).toContain('Condition 3 of 3: shoe_size. Not finished: Choose a value.');
    await page.getByText('Finish the rule, and it is counted again.').waitFor();
    await type('43');
    await press('Enter');
    const row = page.getByRole('group', { name: /Condition 3 of 3: shoe_size is 43/ });
    await row.getByText('there is no field "shoe_size"; define it first').waitFor();
    await page.getByText('It cannot be counted before its mistakes are mended.').waitFor();

    await press('Control+s');
    await page
      .getByText(/Saved, with mistakes/)
      .first()
      .waitFor();
    await tabTo(/^Publish$/, 'Shift+Tab');
    await press('Enter');
    const dialog = page.getByRole('dialog', { name: /Publish/ });
    await dialog.getByText(/1 mistake must be mended first/).waitFor();
    await dialog.getByText('there is no field "shoe_size"; define it first').waitFor();
    expect(await dialog.getByRole('button', { name: 'Publish' }).isDisabled()).toBe(true);
    const refused = await context.request.post(`${base}/api/definitions/segment/looked-at-prices/publish`, {
      headers: { 'x-workspace': 'practice', 'x-requested-with': 'throughline' },
      data: { note: '' },
    });
    expect(refused.status()).toBe(422);
    expect(await refused.text()).toContain('there is no field');
    expect(JSON.stringify((await published()).find((each) => each.key === 'looked-at-prices')?.body.rule)).not.toContain('shoe_size');
    await press('Escape');
  });

  test('a name that nothing is called by is taken only when it was gone to', async () => {
    await page.goto(`${base}/w/practice/segments/engaged-this-week?tab=edit`);
    await page.getByRole('group', { name: 'Rule' }).waitFor();
    const before = await rows();
    await tabTo(/^Add a condition$/);
    await press('Enter');
    await expectFocus(/^Add a condition$/);
    await type('shoe_size');
    await page.getByText('No field, event or segment is called “shoe_size”.').waitFor();
    expect(await page.getByRole('option').allTextContents()).toEqual([
      'Event “shoe_size”never seen so far',
      'Field “shoe_size”no such field',
    ]);
    await press('Enter');
    expect(await rows()).toEqual(before);
    await press('ArrowDown', 'Enter');
    await expectFocus(/shoe_size|Did or did not/);
    expect((await rows()).at(-1)).toMatch(/shoe_size$/);
  });

  test('whoever leaves a draft that is not saved is asked once', async () => {
    await page.getByRole('link', { name: 'Fields' }).focus();
    await press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Leave without saving' });
    await dialog.waitFor();
    await press('Escape');
    await expectFocus(/^Fields$/);
    expect(page.url()).toContain('/segments/engaged-this-week');
    await press('Enter');
    await dialog.waitFor();
    await tabTo(/^Leave$/);
    await press('Enter');
    await expectFocus(/^Fields$/);
    expect(page.url()).toContain('/fields');
  });

  test('asking whether somebody is in shows what each part saw', async () => {
    await page.goto(`${base}/w/practice/segments/engaged-this-week`);
    await page.getByText(/^began /).waitFor();
    await page.getByRole('slider', { name: /People over/ }).focus();
    await press('Home');
    expect(await page.getByRole('slider', { name: /People over/ }).getAttribute('aria-valuetext')).toContain('not begun yet');
    await press('End');
    expect(await page.getByRole('slider', { name: /People over/ }).getAttribute('aria-valuetext')).toMatch(
      /\d+ (person|people), \d+ in, \d+ out/,
    );
    await tabTo(/^Ask whether somebody is in/);
    await type('an');
    await page.getByRole('option').first().waitFor();
    await press('ArrowDown', 'Enter');
    await page
      .getByText(/is (not )?in/)
      .first()
      .waitFor();
    await page
      .getByRole('img', { name: /Held|Did not hold/ })
      .first()
      .waitFor();
  });

  test('a list is kept by hand: somebody is added by address, and an address of nobody stays', async () => {
    const headers = { 'x-workspace': 'practice', 'x-requested-with': 'throughline' };
    const at = `${base}/api/definitions/segment/vips`;
    await context.request.put(at, { headers, data: { body: { name: 'VIPs', rule: null } } });
    expect((await context.request.post(`${at}/publish`, { headers, data: { note: '' } })).ok()).toBe(true);
    const { items } = await (await context.request.get(`${base}/api/people?limit=50`, { headers })).json();
    const { email } = items.find((row: { email: string | null }) => row.email !== null);

    await page.goto(`${base}/w/practice/segments/vips?tab=people`);
    await page.getByText('Nobody is on the list yet').waitFor();
    await tabTo(/^Add people$/);
    await press('Enter');
    await tabTo(/^Or paste|^$/); // past the search to the field for addresses
    await page.getByLabel('Or paste addresses').focus();
    await type(`${email}, nobody@nowhere.example`);
    await tabTo(/^Add 2 people$/);
    await press('Enter');
    await page.getByText(/1 address belongs to nobody/).waitFor();
    await press('Escape');
    await page.getByRole('grid', { name: 'People in VIPs' }).getByText(email).first().waitFor();
  });

  test.each(['light', 'dark'] as const)(
    'axe finds nothing serious, also with a chooser open (%s)',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
      const found: string[] = [];
      const look = async (screen: string): Promise<void> => {
        await page.evaluate(axe);
        const result = await page.evaluate(async () => {
          const { violations } = await (
            window as never as { axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }
          ).axe.run();
          return violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`);
        });
        found.push(...result.map((each) => `${screen} ${each}`));
      };
      for (const screen of [
        '/segments',
        '/segments/engaged-this-week',
        '/segments/engaged-this-week?tab=people',
        '/segments/engaged-this-week?tab=log',
        '/segments/engaged-this-week?tab=overlap&with=customers',
        '/segments/engaged-this-week?tab=edit',
      ]) {
        await page.goto(`${base}/w/practice${screen}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.waitForTimeout(800);
        await look(screen);
      }
      await page.getByRole('button', { name: 'Event: Page Viewed' }).first().click();
      await page.getByRole('option').first().waitFor();
      await look('a chooser');
      expect(found).toEqual([]);
      await press('Escape');
    },
    120_000,
  );

  test('nothing was written to the console', () => expect(complaints).toEqual([]));
});
