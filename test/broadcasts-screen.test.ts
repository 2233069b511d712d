import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import {
  atRest,
  axeOn,
  beginningMax,
  expectKeyboardIn,
  inBrowser,
  keyboardAt,
  pressOn,
  signIn,
  startPractice,
  tooWide,
} from './browser.ts';

/** A broadcast is written, estimated, sent, paused and cancelled in a real browser, by the keyboard alone. */

inBrowser('broadcasts in a browser', () => {
  let page: Page;
  let base: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers as they come
  let read: (path: string) => Promise<any>;

  beforeAll(async () => {
    const practice = await startPractice();
    base = practice.base;
    page = await signIn(practice);
    page.setDefaultTimeout(60_000);
    read = (path) => practice.api(page, 'GET', path);
  }, beginningMax);

  const press = (...keys: string[]): Promise<void> => pressOn(page, ...keys);
  /** Goes on from where the keyboard is until it is at what is called like that. */
  const tabTo = async (name: RegExp): Promise<void> => {
    const seen: string[] = [];
    for (let step = 0; step < 90; step++) {
      await press('Tab');
      const at = /“(.*)”/s.exec(await keyboardAt(page))?.[1] ?? '';
      seen.push(at);
      if (name.test(at)) return;
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
  /** Asks for something from the head of the page, and says yes in the dialog that asks back with this sentence. */
  const sayYes = async (action: string, sentence: RegExp): Promise<void> => {
    await page.getByRole('heading', { level: 1 }).focus();
    await tabTo(new RegExp(`^${action}$`));
    await press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(sentence).waitFor();
    await expectKeyboardIn(dialog);
    await tabTo(new RegExp(`^${action}$`));
    await press('Enter');
    await dialog.waitFor({ state: 'hidden' });
  };
  /** What is serious in the light, in the dark, and on a phone, where nothing is wider than the screen. */
  const looks = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
      found.push(...(await axeOn(page)).map((each) => `${colorScheme} ${each}`));
    }
    await page.setViewportSize({ width: 390, height: 844 });
    found.push(...[...(await axeOn(page)), ...(await tooWide(page))].map((each) => `phone ${each}`));
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await atRest(page);
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
    await page.keyboard.type('2');
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
    await sayYes('Send', /at most 2 messages a minute/);
    await page.getByText(/ had it, /).waitFor();
    await sayYes('Pause', /Nothing more is handed over/);
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

    await sayYes('Cancel it', /Whoever has not had it/);
    await page
      .getByText(/^Cancelled: /)
      .first()
      .waitFor();
    const settled = async (): Promise<boolean> => {
      const { figures, audience } = await read(`/api/broadcasts/${id}`);
      return figures.sent + figures.skipped === audience;
    };
    await expect.poll(settled, { timeout: 60_000 }).toBe(true);
    const after = await read(`/api/broadcasts/${id}`);
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
  });
});
