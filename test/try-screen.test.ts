import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import {
  axeOn,
  beginningMax,
  expectKeyboardIn,
  inBrowser,
  keyboardAt,
  type Practice,
  pressOn,
  signIn,
  standsAlone,
  startPractice,
  typeOn,
} from './browser.ts';

/** A journey is tried with one person, and the way that somebody has gone is drawn, in a real browser, by keys and by mouse. */

inBrowser('trying a journey in a browser', () => {
  let practice: Practice;
  let base: string;
  let page: Page;

  beforeAll(async () => {
    practice = await startPractice();
    base = practice.base;
    page = await signIn(practice, { forgives: /ERR_/ });
  }, beginningMax);

  const ask = (path: string) => practice.api(page, 'GET', `/api/${path}`);
  const card = (key: string) => page.locator(`[data-step="${key}"]`);
  const panel = () => page.getByRole('complementary', { name: 'Details' });
  const moment = (key: string) => panel().locator(`[data-moment="${key}"]`);
  /** How the card of a step is drawn while a way is. */
  const expectDrawn = (key: string, how: 'gone' | 'last' | 'off'): Promise<void> =>
    expect.poll(() => page.locator('[data-way]', { has: card(key) }).getAttribute('data-way'), { message: key }).toBe(how);
  const press = (...keys: string[]): Promise<void> => pressOn(page, ...keys);

  test('somebody is found by the keyboard alone, and the way that they would take is drawn', async () => {
    const [person] = (await ask('people?limit=200')).items.filter(
      (row: { name: string | null; email: string | null }) => row.name && row.email,
    );
    await page.goto(`${base}/journeys/onboarding`);
    await card('settle').waitFor();
    await press('t');
    await expect.poll(() => keyboardAt(page)).toBe('input “Try with somebody”');
    // Until the whole address was looked for, others may stand in the list, and it changes.
    const answered = page.waitForResponse((response) => new URL(response.url()).searchParams.get('search') === person.email);
    await typeOn(page, person.email);
    await answered;
    await page.getByRole('option', { name: person.email }).waitFor();
    await press('ArrowDown', 'Enter');
    await panel().getByRole('link', { name: person.name }).waitFor();
    expect(page.url()).toContain(`try=${person.id}`);
    await moment('settle').waitFor();
    await expectDrawn('settle', 'gone');
    // The same way after the page is loaded anew, and nothing of it when it is closed.
    await page.reload();
    await moment('settle').waitFor();
    await page.locator('h1').click();
    await press('Escape');
    await panel().waitFor({ state: 'detached' });
    await expect.poll(() => page.locator('[data-way]').count()).toBe(0);
  });

  test('somebody is invented while the draft is edited, and what is supposed leads another way', async () => {
    await page.goto(`${base}/journeys/onboarding?edit=1`);
    await card('settle').waitFor();
    await page.getByRole('button', { name: 'Try with a person' }).click();
    await panel().getByRole('button', { name: 'Somebody invented' }).click();
    await moment('settle').waitFor();
    await expectDrawn('first-steps', 'gone');
    await expectDrawn('put-right', 'off');

    // A moment chooses its card, and a card its moment.
    await moment('settle').getByRole('button').first().click();
    await expect.poll(() => card('settle').getAttribute('aria-pressed')).toBe('true');
    await card('first-steps').click();
    await expect.poll(() => moment('first-steps').getAttribute('data-chosen')).toBe('true');

    const waiting = moment('settle');
    await waiting.getByRole('button', { name: 'Suppose something' }).click();
    const form = waiting.getByRole('form', { name: 'What is supposed' });
    await expectKeyboardIn(form);
    await press('Escape');
    await form.waitFor({ state: 'detached' });
    await expect.poll(() => keyboardAt(page)).toBe('button “Suppose something”');
    await press('Enter');
    await waiting.getByRole('button', { name: 'Suppose it' }).press('Enter');
    await panel().getByText('Supposing that Order Refunded happens after 1 hour').waitFor();
    await expectDrawn('put-right', 'last');
    await expectDrawn('first-steps', 'off');
    await panel().getByRole('button', { name: 'Take back' }).click();
    await expectDrawn('put-right', 'off');

    // What is on the screen is tried, saved or not; the step is edited, and the way is there again.
    await moment('settle').getByRole('button').first().click();
    await panel().getByRole('button', { name: 'Edit this step' }).click();
    await panel().getByLabel('Key', { exact: true }).waitFor();
    await panel().getByRole('button', { name: 'Close the panel' }).click();
    await moment('settle').waitFor();
  });

  test('from a person leads a link to the way that they have gone, with where they stand', async () => {
    const [person] = (await ask('people?journey=onboarding&limit=1')).items;
    const { runs } = await ask(`people/${person.id}`);
    const run = runs.find((each: { journey: string }) => each.journey === 'onboarding');
    await page.goto(`${base}/people/${person.id}`);
    await page.getByRole('link', { name: 'The way through Onboarding' }).first().click();
    await moment(run.step).waitFor();
    await expectDrawn(run.step, 'last');
    await expect.poll(() => card(run.step).textContent()).toMatch(/Stands (until|since) /);
    // And so does the list of the people at a step, from its side panel.
    await page.goto(`${base}/people?journey=onboarding&step=${run.step}&peek=${person.id}`);
    await panel().getByRole('link', { name: 'The way through Onboarding' }).first().click();
    await moment(run.step).waitFor();
  });

  test('a mail is sent to oneself where it is written, and stands in the mailbox', async () => {
    await page.goto(`${base}/journeys/welcome?edit=1&step=hello`);
    await panel().getByRole('button', { name: 'Send a test' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Send a test' });
    await dialog.getByLabel('Your address').fill('me@linden.example');
    await press('Enter');
    await dialog.getByText('“Test: Welcome to Practice” was sent to me@linden.example.').waitFor();
    await dialog.getByRole('link', { name: 'It stands in the mailbox' }).press('Enter');
    await page.frameLocator('iframe').first().getByText('This is a test of').waitFor();
    // From then on the address is known, also where the journey is only looked at.
    await page.goto(`${base}/journeys/welcome?step=hello`);
    await panel().getByRole('button', { name: 'Send a test' }).click();
    await expect.poll(() => page.getByRole('dialog', { name: 'Send a test' }).getByLabel('To').inputValue()).toContain('me@linden.example');
  });

  test.each(['light', 'dark'] as const)('axe finds nothing serious where a way is drawn (%s)', standsAlone, async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    const [person] = (await ask('people?journey=onboarding&limit=1')).items;
    const found: string[] = [];
    for (const screen of ['try=invented', 'edit=1&try=invented&step=settle', `trace=${person.id}`]) {
      await page.goto(`${base}/journeys/onboarding?${screen}`);
      await moment('settle').waitFor();
      if (screen.startsWith('edit')) await panel().getByRole('button', { name: 'Suppose something' }).first().click();
      if (screen === 'try=invented') await panel().getByRole('button', { name: 'Change who it is' }).click();
      found.push(...(await axeOn(page)).map((each) => `${screen} ${each}`));
    }
    expect(found).toEqual([]);
  });
});
