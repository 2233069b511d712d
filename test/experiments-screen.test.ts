import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { axeOn, beginningMax, expectKeyboardIn, inBrowser, type Practice, signIn, startPractice, tooWide } from './browser.ts';

/** An experiment is put into a journey, refused while too few people do what it wants, begun, looked at, and decided, in a real browser and by keys. */

inBrowser('experiments in a browser', () => {
  let practice: Practice;
  let base: string;
  let page: Page;

  const rest = (key: string, length: string) => ({ key, kind: 'wait', for: length, next: null });
  const journey = (step: object) => ({
    name: 'Which welcome works',
    intent: 'To find out what people like to read first',
    goal: { on: { event: 'Page Viewed' }, name: 'Looked around' },
    steps: [{ key: 'start', kind: 'entry', on: { by: 'api' }, next: 'try' }, step, rest('a', 'P60D'), rest('b', 'P50D')],
  });
  const trial = (lift: number) => ({
    key: 'try',
    kind: 'experiment',
    note: 'Warm or plain',
    arms: [
      { key: 'plain', label: 'As it is', share: 50, next: 'a' },
      { key: 'warm', label: 'Warm words', share: 50, next: 'b' },
    ],
    control: 'plain',
    lift,
    lasts: 'P3650D',
  });
  const dialog = () => page.getByRole('dialog');

  beforeAll(async () => {
    practice = await startPractice();
    base = practice.base;
    page = await signIn(practice);
    await practice.api(page, 'PUT', '/api/definitions/journey/which', { body: journey(trial(5)) });
  }, beginningMax);

  test('before the first, the list says how one begins', async () => {
    await page.goto(`${base}/journeys`);
    await page.getByRole('link', { name: 'Experiments' }).first().press('Enter');
    await page.waitForURL('**/experiments');
    await page.getByRole('heading', { name: 'No experiment yet' }).waitFor();
    expect(await axeOn(page)).toEqual([]);
  });

  test('it is not published while too few people do what it wants; a larger lift needs fewer', async () => {
    await page.goto(`${base}/journeys/which?edit=1&step=try`);
    await page
      .getByText(/conversions are missing/)
      .first()
      .waitFor();
    expect(await page.getByRole('button', { name: 'Publish' }).isDisabled()).toBe(true);
    const lift = page.getByLabel('Lift worth seeing');
    await lift.fill('100');
    await lift.press('Tab');
    await page.getByText(/people are needed to see a lift of 100 %/).waitFor();
    await page.getByRole('button', { name: 'Add an arm' }).press('Enter');
    await page.getByRole('textbox', { name: 'Arm 3' }).waitFor();
    await page.getByText('The shares add up to 100 %.').waitFor();
    await page.getByRole('button', { name: 'Remove the arm Arm 3' }).press('Enter');
    await expect.poll(() => page.getByRole('textbox', { name: 'Arm 3' }).count()).toBe(0);
    await expect.poll(() => page.getByRole('button', { name: 'Publish' }).isEnabled()).toBe(true);
    expect(await axeOn(page)).toEqual([]);
  });

  test('once people have come, the step and the list say what is known, and an arm is given to new people', async () => {
    await practice.api(page, 'PUT', '/api/definitions/journey/which', { body: journey(trial(100)) });
    await practice.api(page, 'POST', '/api/definitions/journey/which/publish', {});
    const { items } = await practice.api(page, 'GET', '/api/people?limit=40');
    await practice.api(page, 'POST', '/api/journeys/which/enter', { people: items.map(({ id }: { id: string }) => id) });
    await page.goto(`${base}/journeys/which?step=try`);
    const result = page.getByRole('region', { name: 'What the experiment has shown' });
    await result.getByRole('row', { name: /^Warm words Undecided/ }).waitFor();
    await result.getByText(/^Too early to say/).waitFor();
    await result.getByRole('button', { name: 'Give new people “Warm words”' }).press('Enter');
    await expectKeyboardIn(dialog());
    await dialog()
      .getByText(/Nothing shows yet that it is better/)
      .waitFor();
    await page.keyboard.type('We like it');
    await page.keyboard.press('Enter');
    await result.getByText(/gave new people Warm words/).waitFor();
    expect(await axeOn(page)).toEqual([]);

    await page.goto(`${base}/experiments`);
    const row = page.getByRole('row', { name: /Warm or plain/ });
    await row.getByText('Decided').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page
      .getByRole('region', { name: 'What the experiment has shown' })
      .getByText(/We like it/)
      .waitFor();
    await page.getByRole('button', { name: 'Divide new people again' }).waitFor();
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await tooWide(page)).toEqual([]);
    }
    expect(await axeOn(page)).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('a broadcast asks what else is tried out, and says what is missing', async () => {
    const { id } = await practice.api(page, 'POST', '/api/broadcasts', { name: 'News' });
    await page.goto(`${base}/broadcasts/${id}`);
    await page.getByLabel('Try other content on some first').press('Space');
    await page.getByRole('combobox', { name: 'What arm 1 gets' }).waitFor();
    await page.getByLabel('Share of the audience that takes part').fill('30');
    await page.keyboard.press('Tab');
    await page.getByRole('status').getByText('Saved').waitFor();
    expect((await practice.api(page, 'GET', `/api/broadcasts/${id}`)).plan.experiment).toMatchObject({
      share: 30,
      arms: [{ label: 'Other words', template: null }],
    });
    expect(await axeOn(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 900 });
    expect(await tooWide(page)).toEqual([]);
  });
});
