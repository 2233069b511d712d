import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { axeOn, beginningMax, inBrowser, type Practice, pressOn, signIn, startPractice, tooWide, typeOn } from './browser.ts';

/** Scores in a real browser: written, counted before anybody has them, published, looked into for one person. */

inBrowser('scores on the screen', () => {
  let practice: Practice;
  let base: string;
  let page: Page;

  beforeAll(async () => {
    practice = await startPractice();
    base = practice.base;
    page = await signIn(practice);
  }, beginningMax);

  const press = (...keys: string[]): Promise<void> => pressOn(page, ...keys);
  const ask = <T>(path: string): Promise<T> => practice.api(page, 'GET', `/api/${path}`);
  const scores = async (): Promise<string[]> => (await ask<{ items: { key: string }[] }>('scores')).items.map((row) => row.key);

  test('a score is written by keyboard, and everybody is counted before it is published', async () => {
    await page.goto(`${base}/scores`);
    await page.getByRole('link', { name: 'Engagement' }).waitFor();
    const commands = page.getByPlaceholder('Go to, find a person, do something');
    // The commands come a moment after the screen.
    await expect.poll(() => press('Control+k').then(() => commands.isVisible()), { timeout: 30_000, interval: 500 }).toBe(true);
    await commands.fill('new score');
    await page.locator('[data-action][data-selected]', { hasText: 'New score' }).waitFor();
    await press('Enter');
    await page.getByRole('dialog').getByLabel('Name').fill('Interest');
    await press('Enter');
    await page.waitForURL('**/scores/interest**');
    await page.getByText('Nothing to count yet').waitFor();

    await page.getByRole('button', { name: 'Add what is done' }).press('Enter');
    await typeOn(page, 'Visited a page'); // the new line has the focus
    await page.getByText('1 thing to finish').waitFor();
    await page.getByRole('button', { name: /^Event/ }).press('Enter');
    await typeOn(page, 'Page Viewed');
    await press('Enter');
    await page.getByText('No mistakes').waitFor();
    const live = page.getByRole('complementary', { name: 'What everybody would have' });
    await live.getByRole('slider').waitFor();

    await page.getByRole('button', { name: 'Add a threshold' }).click();
    await live.getByRole('rowheader', { name: /^Warm/ }).waitFor();
    await page.getByRole('button', { name: 'Undo: add a threshold' }).click();
    await live.getByRole('rowheader', { name: /^Warm/ }).waitFor({ state: 'detached' });
    await press('Control+y');
    await live.getByRole('rowheader', { name: /^Warm/ }).waitFor();
    expect(await scores()).not.toContain('interest');
  });

  test('what is wrong stands at its place, and what is half written keeps the rest counted', async () => {
    const live = page.getByRole('complementary', { name: 'What everybody would have' });
    await page.getByLabel('At most', { exact: true }).last().fill('0');
    await press('Tab');
    await page
      .getByText(/Must be less than the most/)
      .first()
      .waitFor();
    await live.getByRole('slider').waitFor();
    await press('Control+z');
    await page
      .getByText(/Must be less than the most/)
      .first()
      .waitFor({ state: 'detached' });
  });

  test('published, it is brought to everybody, and the list shows how many stand above', async () => {
    await page.getByRole('button', { name: 'Save draft' }).click();
    await page.getByText('Saved. Nothing changes for anybody').waitFor();
    await page.getByRole('button', { name: 'Publish' }).click();
    await page
      .getByRole('dialog')
      .getByRole('checkbox', { name: /^Publish with \d+ things? left open$/ })
      .check();
    await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Version 1 is live.').waitFor();
    await page.goto(`${base}/backfills`);
    await page.getByRole('row').nth(1).getByText('Done').waitFor({ timeout: 60_000 });
    await page.goto(`${base}/scores`);
    const card = page.getByRole('article').filter({ hasText: 'Interest' });
    await card.getByRole('slider').press('ArrowRight');
    await expect.poll(() => card.getByRole('slider').getAttribute('aria-valuetext')).toMatch(/^0 to 5: \d+ (person|people)$/);
    await page.goto(`${base}/scores/interest`);
    await page.getByText('Each threshold shows the share').waitFor();
    await page.goto(`${base}/scores/engagement`); // it has none
    await page.getByText(/^\d+ people, 0 to 100\.$/).waitFor();
  });

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
    await press('Escape');
    await panel.waitFor({ state: 'detached' });
  });

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
    await press('Escape');
  });

  test.each([
    ['light', 1440],
    ['dark', 390],
  ] as const)('axe finds nothing serious (%s, %i wide), and nothing is wider than the screen', async (colorScheme, width) => {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme });
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
      if (screen.endsWith('edit'))
        await page
          .getByRole('button', { name: /Visited a page/ })
          .first()
          .click();
      found.push(...[...(await tooWide(page)), ...(await axeOn(page))].map((each) => `${screen} ${each}`));
    }
    expect(found).toEqual([]);
  });
});
