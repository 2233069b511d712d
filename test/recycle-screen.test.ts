import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { axeOn, beginningMax, expectKeyboardIn, inBrowser, type Practice, signIn, startPractice, tooWide } from './browser.ts';

/** Who is recycled from a stage because they stand still: read on the board, said as a sentence, in a real browser. */

inBrowser('standing still in a browser', () => {
  let practice: Practice;
  let page: Page;
  const change = () => page.getByRole('button', { name: 'Recycle who stands still in Nurture' });

  beforeAll(async () => {
    practice = await startPractice();
    page = await signIn(practice);
  }, beginningMax);

  test('the board says who is recycled from a stage, and leads to where that is said', async () => {
    await page.goto(`${practice.base}/lifecycle?peek=qualification`);
    await page.getByText(/^Whoever has been here for 21 days is recycled to/).waitFor();
    await page.getByRole('link', { name: 'Change who is recycled from Qualification' }).press('Enter');
    await page.waitForURL('**/definitions/lifecycle/main?*tab=stalls*');
    await page.getByText('Whoever has been in Qualification for').waitFor();
    expect(await axeOn(page)).toEqual([]);
  });

  test('a stage gets a stall by the keyboard, and the draft keeps it', async () => {
    await change().focus();
    await page.keyboard.press('Enter');
    const days = page.getByLabel('How long in Nurture', { exact: true });
    await days.fill('60');
    await page.getByLabel('Because').fill('no answer to two months of advice');
    await expectKeyboardIn(page.getByLabel('Because'));
    await page.getByRole('button', { name: 'Save draft' }).press('Enter');
    await page.getByText('Saved. Nothing changes for anybody before it is published.').waitFor();
    const { draft } = await practice.api(page, 'GET', '/api/definitions/lifecycle/main');
    expect(draft.stages.find(({ key }: { key: string }) => key === 'nurture').stall).toEqual({
      after: 'P60D',
      to: 're-engagement',
      reason: 'no answer to two months of advice',
    });
  });

  test('on a phone nothing is cut off', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await tooWide(page)).toEqual([]);
  });
});
