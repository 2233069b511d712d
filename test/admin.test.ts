import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import {
  axeOn,
  beginningMax,
  expectComplaint,
  expectKeyboardIn,
  inBrowser,
  openPage,
  type Practice,
  pressOn,
  signIn,
  standsAlone,
  startPractice,
  typeOn,
} from './browser.ts';

/** The admin in a real browser, on a real server with its practice workspace. */

/** Every screen of a filled workspace. */
const screens = [
  '',
  '/install',
  '/events',
  '/people',
  '/fields',
  '/fields?peek=city',
  '/identities',
  '/identities?tab=refused',
  '/import',
  '/lifecycle',
  '/journeys',
  '/broadcasts',
  '/rehearsals',
  '/journeys/welcome',
  '/messages',
  '/stops',
  '/mailbox',
  '/definitions',
  '/definitions/journey/welcome',
  '/audit',
  '/settings',
  '/settings?tab=keys',
];

inBrowser('the admin in a browser', () => {
  let practice: Practice;
  let base: string;
  let page: Page;

  beforeAll(async () => {
    practice = await startPractice();
    base = practice.base;
    page = await openPage();
  }, beginningMax);

  test('the printed link signs in, once, and shows a practice workspace that is alive', async () => {
    const token = await practice.house.doorkeeper.newSignInToken();
    await page.goto(`${practice.address}/signin#token=${token}`);
    await page.waitForURL('**/w/practice**');
    await page.getByRole('link', { name: 'People' }).first().click();
    await page.getByRole('row').nth(5).waitFor();
    expect(await page.getByRole('row').count()).toBeGreaterThan(10);

    const again = await openPage();
    await again.goto(`${practice.address}/signin#token=${token}`);
    await again.getByText('used before or has expired').waitFor();
    await expectComplaint(/status of 410/);
  });

  test('turning the clock by three days shows what would happen', async () => {
    await page.goto(`${base}/mailbox`);
    await page.getByRole('row').nth(3).waitFor();
    const clock = async (): Promise<number> => Date.parse((await practice.api(page, 'GET', '/api/practice/clock')).now);
    const before = await clock();
    await page.getByRole('button', { name: /Turn$/ }).first().click();
    await page.getByRole('button', { name: /3 days/ }).click();
    await page
      .getByText(/The clock was turned/)
      .first()
      .waitFor({ timeout: 60_000 });
    expect(await clock()).toBeGreaterThanOrEqual(before + 3 * 86_400_000);
  });

  test('asking why, from a person in the list to one sentence', async () => {
    await page.goto(`${base}/people?stage=conversion`);
    await page.getByRole('row').nth(1).click();
    await page.getByRole('complementary', { name: 'Details' }).waitFor();
    await pressOn(page, 'Enter');
    await page
      .getByRole('button', { name: /^Why: Moved/ })
      .first()
      .click();
    await page
      .getByText(/is the evidence/)
      .first()
      .waitFor();
  });

  test('a list of people is brought: looked at, run by keyboard alone, and seen where its fields are', async () => {
    await page.goto(`${base}/import`);
    await page.getByLabel('A CSV file of people').setInputFiles({
      name: 'fair.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(
        'E-Mail;Name;Ort;Signed\nana@fair.example;Ana;Graz;15.01.2026\nben@fair.example;Ben;Linz;16.01.2026\nnobody;Nobody;;\n',
      ),
    });
    await page.getByRole('heading', { name: /fair\.csv/ }).waitFor();
    await page.getByText('Say why these people may be written to').waitFor();
    await page.getByRole('radio', { name: 'They agreed to marketing' }).press('Space');
    await pressOn(page, 'Tab');
    await typeOn(page, 'Yes, write to me about websites.');
    await pressOn(page, 'Tab');
    await typeOn(page, 'Sign-up sheets, folder 12');
    await page.getByRole('radio', { name: 'A column says it' }).check();
    await page.getByRole('combobox', { name: 'The column with the date' }).click();
    await page.getByRole('option', { name: 'Signed' }).click();
    await page.getByText('Rows that would be refused').waitFor();
    await expect.poll(() => page.getByText('with consent').locator('..').textContent()).toContain('2');
    await page.getByRole('button', { name: 'Import 3 rows' }).press('Enter');
    await expectKeyboardIn(page.getByRole('dialog'));
    await page.getByRole('button', { name: 'Import', exact: true }).press('Enter');
    await page.getByText('2 rows became facts about people, 1 was refused.').waitFor();
    await page.getByText(/Signed → .*day of the consent/).waitFor();
    await page.getByText('"nobody" is not an address that mail can be sent to.').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download as CSV' }).click()]);
    expect(await readFile(await download.path(), 'utf8')).toContain('nobody,Nobody');
    await page.goto(`${base}/fields?peek=city`);
    await page.getByText('an import brings it').waitFor();
    await page
      .getByRole('link', { name: /people$/ })
      .last()
      .click();
    await page.getByRole('row').nth(2).waitFor();
    await page.getByRole('button', { name: 'with City', exact: true }).waitFor();
  });

  test.each(['light', 'dark'] as const)(
    'axe finds nothing serious on any screen (%s)',
    { ...standsAlone, timeout: 240_000 },
    async (colorScheme) => {
      const page = await signIn(practice);
      await page.emulateMedia({ colorScheme });
      const found: string[] = [];
      for (const screen of screens) {
        await page.goto(`${base}${screen}`);
        await page.getByRole('heading', { level: 1 }).first().waitFor();
        found.push(...(await axeOn(page)).map((each) => `${screen || '/'} ${each}`));
      }
      expect(found).toEqual([]);
    },
  );
});
