import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig, type Running, startThroughline } from '#main';

/** A broadcast is written, estimated, sent, paused and cancelled in a real browser, by the keyboard alone. */

const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const built = existsSync(new URL('../web/dist/index.html', import.meta.url));
const reason = !existsSync(chromiumPath) ? 'there is no Chromium' : !built ? 'the web pages are not built' : null;

describe.skipIf(reason !== null)(`broadcasts in a browser${reason ? `: skipped, ${reason}` : ''}`, { timeout: 300_000 }, () => {
  let dataDir: string;
  let running: Running;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let base: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'throughline-broadcasts-'));
    running = await startThroughline(readConfig({ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent' }));
    base = `${running.address!}/w/practice`;
    browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ['--no-sandbox', '--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    });
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('console', (message) => {
      if (message.type() === 'error' && !/401|ERR_/.test(message.text())) complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
    await page.goto(`${running.address!}/signin#token=${await running.house.doorkeeper.newSignInToken()}`);
    await page.waitForURL('**/w/practice**');
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  // biome-ignore lint/suspicious/noExplicitAny: answers as they come
  const read = async (path: string): Promise<any> =>
    (await context.request.get(`${running.address!}${path}`, { headers: { 'x-workspace': 'practice' } })).json();
  const press = (...keys: string[]): Promise<void> =>
    keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const at = document.activeElement;
      const label = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement ? at.labels?.[0]?.textContent : null;
      return label || at?.getAttribute('aria-label') || at?.textContent || '';
    });
  const tabTo = async (name: RegExp): Promise<void> => {
    const seen: string[] = [];
    for (let step = 0; step < 90; step++) {
      await press('Tab');
      seen.push(await focused());
      if (name.test(seen.at(-1)!)) return;
    }
    throw new Error(`Tab never came to ${name}; it came to: ${seen.join(' | ')}`);
  };
  /** Types into a field that offers choices, and takes the first that fits. */
  const choose = async (field: RegExp, text: string): Promise<void> => {
    await tabTo(field);
    await page.keyboard.type(text);
    await page.getByRole('option', { name: text }).first().waitFor();
    await press('ArrowDown', 'Enter');
  };
  const axe = async (): Promise<string[]> => {
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    return page.evaluate(async () => {
      type Found = { violations: { id: string; impact: string; nodes: { target: string[] }[] }[] };
      const { violations } = await (globalThis as unknown as { axe: { run: () => Promise<Found> } }).axe.run();
      return violations
        .filter((each) => each.impact === 'serious' || each.impact === 'critical')
        .map((each) => `${each.id}: ${each.nodes.map((node) => node.target.join(' ')).join(', ')}`);
    });
  };
  /** What is serious in the light, in the dark, and on a phone, where nothing is wider than the screen. */
  const looks = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
      await page.waitForTimeout(500);
      found.push(...(await axe()).map((each) => `${colorScheme} ${each}`));
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await page.waitForTimeout(500);
    found.push(...(await axe()).map((each) => `phone ${each}`));
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) found.push('wider than a phone');
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    return found;
  };
  const idHere = (): string => /broadcasts\/([0-9a-f-]{36})/.exec(page.url())![1]!;

  test('a draft is written, says who it is for, and is estimated', async () => {
    await page.goto(`${base}/broadcasts`);
    await page.getByRole('heading', { name: 'No broadcast yet' }).waitFor();
    expect(await looks()).toEqual([]);
    await tabTo(/^New broadcast$/);
    await press('Enter');
    await page.waitForURL('**/broadcasts/*-*');
    await page.getByRole('heading', { level: 1, name: /A new broadcast/ }).waitFor();
    await tabTo(/^Name$/);
    await press('Control+a');
    await page.keyboard.type('Closed on Monday');
    await tabTo(/^What it is for/);
    await page.keyboard.type('So that nobody stands before a closed door');
    await choose(/^Content$/, 'Welcome');
    await choose(/^Topic/, 'Newsletter');
    await choose(/^Whoever is in any of these segments/, 'Open to mail');
    await press('Escape');
    await page.getByText(/^\d+ (people|person)$/).waitFor();
    await page.getByText('What it says').waitFor();
    await tabTo(/^Keep to a pace/);
    await press('Space');
    await tabTo(/^At most so many a minute/);
    await press('Control+a');
    await page.keyboard.type('6');
    await page.getByText('Saved', { exact: true }).waitFor();
    await tabTo(/^Estimate$/);
    await press('Enter');
    await page.getByText(/looked at/).waitFor();
    await expect.poll(async () => (await read(`/api/broadcasts/${idHere()}/estimate`)).estimate?.state, { timeout: 60_000 }).toBe('done');
    const { estimate } = await read(`/api/broadcasts/${idHere()}/estimate`);
    expect(estimate).toMatchObject({ current: true });
    expect(estimate.groups.reduce((sum: number, group: { people: number }) => sum + group.people, 0)).toBe(estimate.of);
    await page.getByRole('button', { name: 'Estimate again' }).waitFor();
    expect(await looks()).toEqual([]);
  });

  test('it is sent, paused and cancelled; each number leads to who is behind it', async () => {
    const id = idHere();
    await page.getByRole('heading', { level: 1 }).focus();
    await tabTo(/^Send$/);
    await press('Enter');
    await page
      .getByRole('dialog')
      .getByText('as fast as it goes')
      .or(page.getByRole('dialog').getByText(/6 messages a minute/))
      .waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Send' }).focus();
    await press('Enter');
    await page.getByText(/ had it, /).waitFor();
    await page.getByRole('heading', { level: 1 }).focus();
    await tabTo(/^Pause$/);
    await press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).focus();
    await press('Enter');
    await page.getByText(/^Paused: \d+ of/).waitFor();
    expect((await read(`/api/broadcasts/${id}`)).state).toBe('paused');
    expect(await looks()).toEqual([]);

    const { figures } = await read(`/api/broadcasts/${id}`);
    await tabTo(new RegExp(`^${figures.waiting}$`));
    await press('Enter');
    await page.getByRole('heading', { name: 'Whose turn comes' }).waitFor();
    await page
      .getByText(/Their turn comes/)
      .first()
      .waitFor();

    await page.getByRole('heading', { level: 1 }).focus();
    await tabTo(/^Cancel it$/);
    await press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel it' }).focus();
    await press('Enter');
    await page
      .getByText(/^Cancelled: /)
      .first()
      .waitFor();
    await expect.poll(async () => (await read(`/api/broadcasts/${id}`)).figures.waiting, { timeout: 60_000 }).toBe(0);
    const after = await read(`/api/broadcasts/${id}`);
    expect(after.figures.sent + after.figures.skipped).toBe(after.audience);
    const skipped = page.getByRole('link', { name: String(after.figures.skipped), exact: true }).first();
    await skipped.focus();
    await press('Enter');
    await page.waitForURL(`**/messages?**broadcast=${id}**`);
    await page
      .getByText(/Not sent: the broadcast was cancelled/)
      .first()
      .waitFor();
  });

  test('the list says how each does', async () => {
    await page.goto(`${base}/broadcasts`);
    const row = page.getByRole('row').filter({ hasText: 'Closed on Monday' });
    await row.getByText('Cancelled').waitFor();
    expect(await looks()).toEqual([]);
    await page.getByRole('button', { name: 'Finished' }).click();
    await page.getByText('No broadcast is finished').waitFor();
    expect(complaints).toEqual([]);
  });
});
