import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig, type Running, startThroughline } from '#main';

/** A journey is drawn, written and published in a real browser, by the keyboard and by the mouse. */

const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const built = existsSync(new URL('../web/dist/index.html', import.meta.url));
const reason = !existsSync(chromiumPath) ? 'there is no Chromium' : !built ? 'the web pages are not built' : null;

describe.skipIf(reason !== null)(`journeys in a browser${reason ? `: skipped, ${reason}` : ''}`, () => {
  let dataDir: string;
  let running: Running;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let base: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'throughline-journeys-'));
    running = await startThroughline(readConfig({ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent' }));
    base = `${running.address!}/w/practice`;
    browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ['--no-sandbox', '--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    });
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' && !/401|ERR_/.test(message.text())) complaints.push(`${page.url()}: ${message.text()}`);
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

  const press = (...keys: string[]): Promise<void> =>
    keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const card = (key: string) => page.locator(`[data-step="${key}"]`);
  const panel = () => page.getByRole('complementary', { name: 'Details' });
  /** The step at which the keyboard is. */
  const expectAt = (key: string): Promise<void> =>
    expect.poll(() => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.step), { timeout: 10_000 }).toBe(key);
  /** Puts a step after the one at which the keyboard is, as one who knows its name. */
  const put = async (words: string, key: string, way?: string): Promise<void> => {
    await press('n');
    const palette = page.getByRole('dialog', { name: 'Insert a step' });
    await palette.getByRole('combobox').waitFor();
    if (way !== undefined)
      for (let turn = 0; turn < 4 && (await palette.locator('[aria-pressed=true]').textContent()) !== way; turn++)
        await press('ArrowRight');
    await page.keyboard.type(words);
    await press('Enter');
    await expectAt(key);
  };
  const saved = () =>
    page
      .getByRole('status')
      .getByText('Saved', { exact: true })
      .or(page.getByText('Saved', { exact: true }))
      .first()
      .waitFor();
  const draft = async (
    key: string,
  ): Promise<{ version: number | null; draft: { steps: Record<string, unknown>[] } & Record<string, unknown> }> =>
    (await context.request.get(`${running.address!}/api/definitions/journey/${key}`, { headers: { 'x-workspace': 'practice' } })).json();

  test('it is named, and its steps are put down by the keyboard alone', async () => {
    await page.goto(`${base}/journeys?new=1`);
    const dialog = page.getByRole('dialog', { name: 'New journey' });
    await dialog.getByLabel('Name').fill('Guide');
    await dialog.getByLabel('What it is for').fill('Help whoever took the guide to book a conversation.');
    await dialog.getByLabel('Name').press('Enter');
    await page.waitForURL('**/journeys/guide?**');
    await card('start').waitFor();

    // What starts it is chosen in the panel.
    await panel()
      .getByRole('button', { name: /^Event/ })
      .press('Enter');
    await page.keyboard.type('Document Downloaded');
    await press('Enter');
    await expect.poll(() => card('start').textContent()).toContain('Enter on Document Downloaded');
    await press('Escape');
    await expectAt('start');

    await put('send', 'mail');
    await put('until some', 'until');
    await put('points', 'points', 'happened');
    await put('wait for', 'wait');
    await put('send', 'mail-2');
    await press('ArrowUp', 'ArrowUp', 'ArrowUp');
    await expectAt('until');
    await put('tag', 'tag', 'timed out');
    await put('note', 'note');
    await saved();
    const { steps } = (await draft('guide')).draft;
    expect(steps.map(({ key, next, onTimeout }) => [key, next, onTimeout].filter((each) => each !== undefined))).toEqual([
      ['start', 'mail'],
      ['mail', 'until'],
      ['until', 'points', 'tag'],
      ['tag', 'note'],
      ['note', null],
      ['points', 'wait'],
      ['wait', 'mail-2'],
      ['mail-2', null],
    ]);
  }, 90_000);

  test('undo says what it undoes, copies are pasted, and what is removed comes back', async () => {
    await card('wait').click();
    await press('Control+c');
    await card('note').click();
    await press('Control+v');
    await expectAt('wait-2');
    await press('Delete');
    await card('wait-2').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Undo: remove “Wait 1 day”/ }).click();
    await card('wait-2').waitFor();
    await page.getByRole('button', { name: /^Undo: paste “Wait 1 day”/ }).click();
    await card('wait-2').waitFor({ state: 'detached' });
    await card('tag').click();
    await press('Shift+ArrowDown');
    await page.getByText('2 steps chosen').waitFor();
    await press('Control+d');
    await expectAt('tag-2');
    await press('Control+z');
    await card('tag-2').waitFor({ state: 'detached' });
  }, 60_000);

  test('a kind of step is dragged from the palette onto a way, and a step onto another', async () => {
    await page.locator('[data-choice="task"]').dragTo(page.locator('[data-spot="note/next"]'));
    await card('task').waitFor();
    await card('task').dragTo(page.locator('[data-spot="tag/next"]'));
    await expect
      .poll(async () => (await draft('guide')).draft.steps.find((step) => step.key === 'task')?.next, { timeout: 10_000 })
      .toBe('note');
    await press('Control+z', 'Control+z');
    await card('task').waitFor({ state: 'detached' });
  }, 60_000);

  test('what is wrong leads to its field; a mail is written where it is sent', async () => {
    await page.getByRole('button', { name: /errors?$/ }).click();
    await panel()
      .getByRole('button', { name: /Step "mail" has no content yet/ })
      .click();
    await panel().getByRole('button', { name: 'Write the mail here' }).click();
    await panel().getByLabel('Subject').fill('Your guide, ');
    await panel().getByLabel('Subject').press('End');
    await panel().getByRole('button', { name: 'Insert a field' }).click();
    await page.getByLabel('Search fields').fill('firstName');
    await page.getByRole('menuitem').first().click();
    await expect.poll(() => panel().getByLabel('Subject').inputValue()).toMatch(/^Your guide, \{\{ person\.firstName \}\}$/);
    await panel().getByRole('textbox', { name: 'Text', exact: true }).fill('Here it is.\n\nShall we talk?');
    await panel().getByRole('button', { name: 'Preview' }).click();
    await page.frameLocator('iframe[title="The mail"]').getByText('Shall we talk?').waitFor();
    await panel().getByText('Your guide, there').waitFor();
    await panel().getByText('Saved', { exact: true }).waitFor();
    await press('Escape');
    await panel().waitFor({ state: 'detached' });

    await card('mail-2').click();
    await panel().getByRole('button', { name: 'Write the mail here' }).click();
    await panel().getByLabel('Subject').fill('One more thought');
    await panel().getByText('Saved', { exact: true }).waitFor();
    await card('tag').click();
    await panel().getByLabel('Note', { exact: true }).fill('Ask Ana whether we keep this.');
    await expect.poll(() => page.getByText('Ask Ana whether we keep this.').count()).toBeGreaterThan(1);
    await expect.poll(() => page.getByRole('button', { name: /error/ }).count()).toBe(0);
  }, 90_000);

  test('what cannot be saved says so, and is saved when the server is back', async () => {
    await page.route('**/api/definitions/journey/guide', (route) =>
      route.request().method() === 'PUT' ? route.abort() : route.continue(),
    );
    await card('note').click();
    await panel().getByLabel('Words on the timeline').fill('Did not look at the prices.');
    await page.getByText(/Not saved: The server does not answer/).waitFor();
    await page.unroute('**/api/definitions/journey/guide');
    await page.getByRole('button', { name: 'Try again' }).click();
    await saved();
    expect((await draft('guide')).draft.steps.find((step) => step.key === 'note')?.text).toBe('Did not look at the prices.');
  }, 60_000);

  test('its settings are written, its mails go live, then the journey itself', async () => {
    await press('Escape', ',');
    await panel().getByLabel('Signs').fill('They took the guide.');
    await panel().getByRole('button', { name: 'Add a goal' }).click();
    await panel().getByLabel('It is called').fill('Conversation booked');
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByRole('dialog', { name: 'Its mails go live first' }).getByRole('button', { name: 'Publish 2 mails' }).click();
    const dialog = page.getByRole('dialog', { name: 'Publish Guide' });
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Version 1 is live.').waitFor();
    const { version, draft: body } = await draft('guide');
    expect(version).toBe(1);
    expect(body.steps.find((step) => step.key === 'until')).toMatchObject({
      until: { event: 'Page Viewed' },
      timeout: 'P2D',
      next: 'points',
      onTimeout: 'tag',
    });
    expect(body.goal).toMatchObject({ name: 'Conversation booked' });
  }, 60_000);

  test('it is saved as a picture', async () => {
    await page.getByRole('button', { name: 'Save as a picture' }).click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'As SVG' }).click()]);
    expect(file.suggestedFilename()).toBe('guide.svg');
    expect(await readFile((await file.path())!, 'utf8')).toMatch(/<svg[\s\S]+Document[\s\S]+timed out[\s\S]+<\/svg>$/);
  }, 30_000);

  test.each(['light', 'dark'] as const)(
    'axe finds nothing serious on the canvas, in its panels and its palette (%s)',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
      const found: string[] = [];
      const look = async (screen: string): Promise<void> => {
        await page.waitForTimeout(600);
        await page.evaluate(axe);
        const result = await page.evaluate(async () => {
          const { violations } = await (
            window as never as { axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }
          ).axe.run();
          return violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 300)}`);
        });
        found.push(...result.map((each) => `${screen} ${each}`));
      };
      for (const key of ['start', 'mail', 'until', 'points', 'tag']) {
        await page.goto(`${base}/journeys/guide?edit=1&step=${key}`);
        await card(key).waitFor();
        await look(key);
      }
      for (const which of ['settings', 'problems']) {
        await page.goto(`${base}/journeys/guide?edit=1&panel=${which}`);
        await card('start').waitFor();
        await look(which);
      }
      await page.locator('[data-spot="until/next"]').click();
      await page.getByRole('dialog', { name: 'Insert a step' }).waitFor();
      await look('palette');
      await press('Escape');
      expect(found).toEqual([]);
    },
    120_000,
  );

  test('nothing was written to the console', () => expect(complaints).toEqual([]));
});
