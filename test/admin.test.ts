import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig, type Running, startThroughline } from '#main';

/** The admin in a real browser, on a real server with its practice workspace. */

const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const built = existsSync(new URL('../web/dist/index.html', import.meta.url));
const reason = !existsSync(chromiumPath) ? 'there is no Chromium' : !built ? 'the web pages are not built' : null;

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

describe.skipIf(reason !== null)(`the admin in a browser${reason ? `: skipped, ${reason}` : ''}`, () => {
  let dataDir: string;
  let running: Running;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let base: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'throughline-admin-'));
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
      if (message.type() === 'error' && !message.text().includes('401')) complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  test('the printed link signs in, once, and shows a practice workspace that is alive', async () => {
    const token = await running.house.doorkeeper.newSignInToken();
    await page.goto(`${base}/signin#token=${token}`);
    await page.waitForURL('**/w/practice**');
    await page.getByRole('link', { name: 'People' }).first().click();
    await page.getByRole('row').nth(5).waitFor();
    expect(await page.getByRole('row').count()).toBeGreaterThan(10);

    const again = await (await browser.newContext()).newPage();
    await again.goto(`${base}/signin#token=${token}`);
    await again.getByText('used before or has expired').waitFor();
  });

  test('turning the clock by three days shows what would happen', async () => {
    await page.goto(`${base}/w/practice/mailbox`);
    await page.getByRole('row').nth(3).waitFor();
    const clock = async (): Promise<number> =>
      Date.parse((await (await context.request.get(`${base}/api/practice/clock`, { headers: { 'x-workspace': 'practice' } })).json()).now);
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
    await page.goto(`${base}/w/practice/people?stage=conversion`);
    await page.getByRole('row').nth(1).click();
    await page.keyboard.press('Enter');
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
    await page.goto(`${base}/w/practice/import`);
    await page.getByLabel('A CSV file of people').setInputFiles({
      name: 'fair.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(
        'E-Mail;Name;Ort;Signed\nana@fair.example;Ana;Graz;15.01.2026\nben@fair.example;Ben;Linz;16.01.2026\nnobody;Nobody;;\n',
      ),
    });
    await page.getByRole('heading', { name: /fair\.csv/ }).waitFor();
    await page.getByText('Say why these people may be written to').waitFor();
    await page.getByRole('radio', { name: 'They agreed to marketing' }).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Yes, write to me about websites.');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Sign-up sheets, folder 12');
    await page.getByRole('radio', { name: 'A column says it' }).check();
    await page.getByRole('combobox', { name: 'The column with the date' }).click();
    await page.getByRole('option', { name: 'Signed' }).click();
    await page.getByText('Rows that would be refused').waitFor();
    expect(await page.getByText('with consent').locator('..').textContent()).toContain('2');
    await page.getByRole('button', { name: 'Import 3 rows' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Import', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('2 rows became facts about people, 1 was refused.').waitFor({ timeout: 30_000 });
    await page.getByText(/Signed → .*day of the consent/).waitFor();
    await page.getByText('"nobody" is not an address that mail can be sent to.').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download as CSV' }).click()]);
    expect(await readFile(await download.path(), 'utf8')).toContain('nobody,Nobody');
    await page.goto(`${base}/w/practice/fields?peek=city`);
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
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
      const found: string[] = [];
      for (const screen of screens) {
        await page.goto(`${base}/w/practice${screen}`);
        await page.waitForLoadState('networkidle').catch(() => undefined);
        await page.getByRole('heading', { level: 1 }).first().waitFor();
        await page.waitForTimeout(300);
        // By the debugger, because the page's own policy lets no foreign script in.
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
        found.push(...serious.map((each) => `${screen || '/'} ${each}`));
      }
      expect(found).toEqual([]);
    },
    180_000,
  );

  test('no screen complained in the console', () => {
    expect(complaints).toEqual([]);
  });
});
