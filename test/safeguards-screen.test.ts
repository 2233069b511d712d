import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { axeOn, beginningMax, inBrowser, type Practice, signIn, startPractice, tooWide, typeOn } from './browser.ts';

/** Everything is stopped for one person by the keyboard and let go again, and what stops by itself is set, in a real browser. */

inBrowser('safeguards in a browser', () => {
  let practice: Practice;
  let page: Page;
  let id = '';

  beforeAll(async () => {
    practice = await startPractice();
    page = await signIn(practice);
    const { items } = await practice.api(page, 'GET', '/api/people?limit=1');
    id = items[0].id;
  }, beginningMax);

  test('a colleague stops everything for somebody, with a reason, and everybody sees it', async () => {
    await page.goto(`${practice.base}/people/${id}`);
    await page.getByRole('button', { name: 'More' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Stop everything for them' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Why is it stopped').focus();
    await typeOn(page, 'a dispute');
    await dialog.getByRole('button', { name: 'Stop everything' }).press('Enter');
    const strip = page.getByRole('status').filter({ hasText: 'Everything is stopped' });
    await strip.getByText('a dispute').waitFor();
    expect(await axeOn(page)).toEqual([]);
    await page.goto(`${practice.base}/stops`);
    await page.getByRole('heading', { name: 'People' }).waitFor();
    expect(await axeOn(page)).toEqual([]);
    await page.goto(practice.base);
    await page.getByText('Everything is stopped for one person: a dispute').click();
    await page.waitForURL(`**/people/${id}`);
    await strip.getByRole('button', { name: 'Let it go on' }).press('Enter');
    await strip.waitFor({ state: 'detached' });
    expect((await practice.api(page, 'GET', '/api/kill-switches')).items).toEqual([]);
  });

  test('what stops by itself is set as a draft of the policy', async () => {
    await page.goto(`${practice.base}/settings?tab=caps`);
    const complained = page.getByLabel('Percent marked as spam');
    await complained.fill('0.1');
    await page.getByLabel('Watch how much a journey writes').press('Space');
    await page.getByText('However much a journey writes in an hour').waitFor();
    expect(await axeOn(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 900 });
    expect(await tooWide(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save draft' }).press('Enter');
    await page.getByText('Saved as a draft.').waitFor();
    const { draft } = await practice.api(page, 'GET', '/api/definitions/cap-policy/main');
    expect(draft.breaker).toMatchObject({ complained: 0.001, bounced: 0.05, volume: null });
  });
});
