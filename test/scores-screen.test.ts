import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig, type Running, startThroughline } from '#main';

/** Scores in a real browser: written, counted before anybody has them, published, looked into for one person. */

const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const built = existsSync(new URL('../web/dist/index.html', import.meta.url));
const reason = !existsSync(chromiumPath) ? 'there is no Chromium' : !built ? 'the web pages are not built' : null;

describe.skipIf(reason !== null)(`scores on the screen${reason ? `: skipped, ${reason}` : ''}`, () => {
  let dataDir: string;
  let running: Running;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let base: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'throughline-scores-'));
    running = await startThroughline(readConfig({ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent' }));
    base = `${running.address!}/w/practice`;
    browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ['--no-sandbox', '--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    });
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('401')) complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
    await page.goto(`${running.address!}/signin#token=${await running.house.doorkeeper.newSignInToken()}`);
    await page.waitForURL('**/w/practice**');
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  test('a score is written by keyboard, and everybody is counted before it is published', async () => {
    await page.goto(`${base}/scores`);
    await page.getByRole('link', { name: 'Engagement' }).waitFor();
    const commands = page.getByPlaceholder('Go to, find a person, do something');
    // The commands come a moment after the screen.
    await expect
      .poll(async () => page.keyboard.press('Control+k').then(() => commands.isVisible()), { timeout: 30_000, interval: 500 })
      .toBe(true);
    await commands.fill('new score');
    await page.locator('[data-action][data-selected]', { hasText: 'New score' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByLabel('Name').fill('Interest');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/scores/interest**');
    await page.getByText('Nothing to count yet').waitFor();

    await page.getByRole('button', { name: 'Add what is done' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('Visited a page'); // the new line has the focus
    await page.getByText('1 thing to finish').waitFor();
    await page.getByRole('button', { name: /^Event/ }).press('Enter');
    await page.keyboard.type('Page Viewed');
    await page.keyboard.press('Enter');
    await page.getByText('No mistakes').waitFor();
    const live = page.getByRole('complementary', { name: 'What everybody would have' });
    await live.getByRole('slider').waitFor();

    await page.getByRole('button', { name: 'Add a threshold' }).click();
    await live.getByRole('rowheader', { name: /^Warm/ }).waitFor();
    await page.getByRole('button', { name: 'Undo: add a threshold' }).click();
    await live.getByRole('rowheader', { name: /^Warm/ }).waitFor({ state: 'detached' });
    await page.keyboard.press('Control+y');
    await live.getByRole('rowheader', { name: /^Warm/ }).waitFor();
    expect(await scores()).not.toContain('interest');
  }, 60_000);

  test('what is wrong stands at its place, and what is half written keeps the rest counted', async () => {
    const live = page.getByRole('complementary', { name: 'What everybody would have' });
    await page.getByLabel('At most', { exact: true }).last().fill('0');
    await page.keyboard.press('Tab');
    await page
      .getByText(/Must be less than the most/)
      .first()
      .waitFor();
    await live.getByRole('slider').waitFor();
    await page.keyboard.press('Control+z');
    await page
      .getByText(/Must be less than the most/)
      .first()
      .waitFor({ state: 'detached' });
  }, 30_000);

  test('published, it is brought to everybody, and the list shows how many stand above', async () => {
    await page.getByRole('button', { name: 'Save draft' }).click();
    await page.getByText('Saved. Nothing changes for anybody').waitFor();
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Version 1 is live.').waitFor();
    await page.goto(`${base}/backfills`);
    await page.getByRole('row').nth(1).getByText('Done').waitFor({ timeout: 60_000 });
    await page.goto(`${base}/scores`);
    const card = page.getByRole('article').filter({ hasText: 'Interest' });
    await card.getByRole('slider').focus();
    await page.keyboard.press('ArrowRight');
    expect(await card.getByRole('slider').getAttribute('aria-valuetext')).toMatch(/^0 to 5: \d+ (person|people)$/);
    await page.goto(`${base}/scores/interest`);
    await page.getByText('Each threshold shows the share').waitFor();
    await page.goto(`${base}/scores/engagement`); // it has none
    await page.getByText(/^\d+ people, 0 to 100\.$/).waitFor();
  }, 90_000);

  test('the ledger of a person adds up, now and as of a day before', async () => {
    const [crossed] = (await ask<{ items: { person: { id: string } }[] }>('scores/interest/log')).items;
    await page.goto(`${base}/people/${crossed!.person.id}?score=interest`);
    const panel = page.getByRole('dialog', { name: /^Interest/ });
    const sum = panel.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Sum', exact: true }) });
    const value = async (at?: string): Promise<string> =>
      String(
        Math.round((await ask<{ value: number }>(`people/${crossed!.person.id}/scores/interest${at ? `?at=${at}` : ''}`)).value * 10) / 10,
      );
    await sum.getByText(await value()).waitFor();
    expect(await panel.getByText('The value differs').count()).toBe(0);
    await panel.getByRole('button', { name: 'A day before' }).click();
    await page.waitForURL(/[?&]at=/);
    await sum.getByText(await value(new URL(page.url()).searchParams.get('at')!), { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
  }, 60_000);

  test('two scores make a grade', async () => {
    await page.goto(`${base}/scores?new=grade`);
    await page.getByRole('dialog').getByLabel('Name').fill('Priority');
    await page.getByRole('button', { name: 'Save draft' }).click();
    const card = page.getByRole('article').filter({ hasText: 'Priority' });
    await card.getByRole('button', { name: 'Publish' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
    await card.getByRole('button', { name: /^D4 \d+ (person|people)/ }).click();
    await page
      .getByRole('dialog')
      .getByText(/^D4: \d+/)
      .waitFor();
    await page.keyboard.press('Escape');
  }, 60_000);

  test.each([
    ['light', 1440],
    ['dark', 390],
  ] as const)(
    'axe finds nothing serious (%s, %i wide), and nothing is wider than the screen',
    async (colorScheme, width) => {
      await page.setViewportSize({ width, height: 844 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
      const [crossed] = (await ask<{ items: { person: { id: string } }[] }>('scores/interest/log')).items;
      const found: string[] = [];
      for (const screen of [
        '/scores',
        '/scores?new=score',
        '/scores?grade=priority',
        '/scores/interest',
        '/scores/interest?tab=edit',
        '/backfills',
        `/people/${crossed!.person.id}?score=interest`,
      ]) {
        await page.goto(base + screen);
        await page.waitForLoadState('networkidle').catch(() => undefined);
        await page.waitForTimeout(500);
        if (screen.endsWith('edit'))
          await page
            .getByRole('button', { name: /Visited a page/ })
            .first()
            .click();
        if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) found.push(`${screen} is wider than the screen`);
        await page.evaluate(axe);
        const serious = await page.evaluate(async () => {
          const { violations } = await (
            globalThis as unknown as {
              axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { target: string[] }[] }[] }> };
            }
          ).axe.run();
          return violations
            .filter((each) => each.impact === 'serious' || each.impact === 'critical')
            .map(
              (each) =>
                `${each.id}: ${each.nodes
                  .slice(0, 3)
                  .map((node) => node.target.join(' '))
                  .join(', ')}`,
            );
        });
        found.push(...serious.map((each) => `${screen} ${each}`));
      }
      expect(found).toEqual([]);
    },
    120_000,
  );

  test('no screen complained in the console', () => {
    expect(complaints).toEqual([]);
  });

  const ask = async <T>(path: string): Promise<T> =>
    (await (await context.request.get(`${running.address!}/api/${path}`, { headers: { 'x-workspace': 'practice' } })).json()) as T;
  const scores = async (): Promise<string[]> => (await ask<{ items: { key: string }[] }>('scores')).items.map((row) => row.key);
});
