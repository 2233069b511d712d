import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import {
  asPractice,
  axeOn,
  beginningMax,
  expectKeyboardIn,
  inBrowser,
  type Practice,
  pressOn,
  signIn,
  standsAlone,
  startPractice,
  typeOn,
} from './browser.ts';

/** A segment is written, published and looked at in a real browser, by the keyboard alone. */

inBrowser('segments in a browser', () => {
  let practice: Practice;
  let base: string;
  let page: Page;

  beforeAll(async () => {
    practice = await startPractice();
    base = practice.base;
    page = await signIn(practice, { forgives: /status of 422/ });
  }, beginningMax);

  const press = (...keys: string[]): Promise<void> => pressOn(page, ...keys);
  const type = (text: string): Promise<void> => typeOn(page, text);
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const at = document.activeElement;
      if (at === null || at === document.body) return 'nothing';
      return at.getAttribute('aria-label') ?? at.textContent ?? '';
    });
  /** Goes on by Tab until what has the focus is called so. */
  const tabTo = async (name: RegExp, key = 'Tab'): Promise<void> => {
    const seen: string[] = [];
    for (let step = 0; step < 80; step++) {
      await press(key);
      seen.push(await focused());
      if (name.test(seen.at(-1)!)) return;
    }
    throw new Error(`Tab never came to ${name}; it came to: ${seen.join(' | ')}`);
  };
  /** Waits until the focus is on something called so, as after something was chosen. */
  const expectFocus = (name: RegExp): Promise<void> => expect.poll(focused).toMatch(name);
  /** What the chips of the rule say, row by row. */
  const rows = (): Promise<string[]> =>
    page.getByRole('group', { name: /^Condition/ }).evaluateAll((found) => found.map((row) => row.getAttribute('aria-label')!));
  const expectRows = (wanted: string[]): Promise<void> => expect.poll(rows).toEqual(wanted);
  const published = async (): Promise<{ key: string; body: { rule: unknown } }[]> =>
    (await practice.api(page, 'GET', '/api/export')).definitions.filter((each: { kind: string }) => each.kind === 'segment');

  test('a segment is named, its rule written in words, undone and done again, and published, by keys alone', async () => {
    await page.getByRole('heading', { level: 1 }).waitFor();
    // Two keys make a shortcut when they come within a second, which a busy machine may not manage at first.
    await expect.poll(async () => press('g', 'n').then(() => page.url()), { timeout: 30_000, interval: 500 }).toContain('/segments');
    await page.getByRole('grid', { name: 'Segments' }).waitFor();
    await tabTo(/^New segment$/);
    await press('Enter');
    await expectFocus(/^$/); // the field for the name
    await type('Looked at prices');
    await press('Enter');
    await page.getByRole('group', { name: 'Rule' }).waitFor();
    await expectFocus(/^Looked at prices/); // the heading of its page

    await tabTo(/^Add a condition$/);
    await press('Enter');
    await type('page viewed');
    await press('Enter');
    await expectFocus(/Event: Page Viewed|Did or did not/);
    await press('ArrowLeft', 'ArrowLeft', 'ArrowRight');
    await expectFocus(/^Event: Page Viewed$/);

    // Say more about it: where path contains "/pricing".
    await press('ArrowRight', 'ArrowRight', 'ArrowRight', 'Enter');
    await type('where');
    await press('Enter');
    await expectFocus(/^Property$/);
    await type('path');
    await press('Enter');
    await expectFocus(/^Value of path$/);
    await press('Escape');
    await expectFocus(/^Value of path: which value$/);
    await press('ArrowLeft', 'Enter');
    await type('contains');
    await press('Enter');
    await expectFocus(/^Value of path$/);
    await type('/pricing');
    await press('Enter');
    await expectFocus(/“\/pricing”/);
    await press('ArrowRight', 'ArrowRight', 'Enter');
    await type('2');
    await press('Enter');
    await expectFocus(/at least 2 times/);
    await press('ArrowRight', 'Enter');
    await type('45 days');
    await press('Enter');
    await expectFocus(/in the last 45 days/);

    await press('a');
    await type('have not done');
    await press('Enter');
    await expectFocus(/^Event$/);
    await type('meeting booked');
    await press('Enter');
    await expectFocus(/^Event: Meeting Booked$/);
    const first = 'Condition 1 of 2: Page Viewed where path contains “/pricing” at least 2 times in the last 45 days';
    await expectRows([first, 'Condition 2 of 2: no Meeting Booked']);

    await press('Delete');
    await expectRows([first.replace('of 2', 'of 1')]);
    await press('Control+z');
    await expectRows([first, 'Condition 2 of 2: no Meeting Booked']);
    await press('Control+Shift+z');
    await expect.poll(rows).toHaveLength(1);
    await press('Control+z');
    await expect.poll(rows).toHaveLength(2);
    await press('w', 'g');
    await expectFocus(/How many must hold: all/); // a new group in the one of “any”
    await press('Control+z', 'Control+z'); // also when what had the focus is gone
    await expectRows([first, 'Condition 2 of 2: no Meeting Booked']);

    await page.getByText(/of \d+ people/).waitFor();
    await tabTo(/^Save draft$/, 'Shift+Tab');
    await press('Enter');
    await page
      .getByText(/^Saved/)
      .first()
      .waitFor();
    await expectFocus(/^Publish$/); // there is nothing left to save
    await press('Enter');
    await expectKeyboardIn(page.getByRole('dialog', { name: /Publish/ }));
    await tabTo(/^Publish$/);
    await press('Enter');
    await page.getByText(/Version 1 is live/).waitFor();
    await expectFocus(/^Looked at prices/);

    expect((await published()).find((each) => each.key === 'looked-at-prices')?.body.rule).toEqual({
      all: [
        { event: { name: 'Page Viewed', where: [{ property: 'path', op: 'contains', value: '/pricing' }], atLeast: 2, within: 'P45D' } },
        { event: { name: 'Meeting Booked', atMost: 0 } },
      ],
    });
  });

  test('a field that does not exist is refused with a sentence, where it stands, and is not published', async () => {
    await page.goto(`${base}/segments/looked-at-prices?tab=edit`);
    await page.getByRole('group', { name: 'Rule' }).waitFor();
    await tabTo(/^Add a condition$/);
    await press('Enter');
    await type('a field of theirs');
    await press('Enter');
    await expectFocus(/^Field$/);
    await type('shoe_size');
    await press('Enter');
    await expectFocus(/^Value of shoe_size$/);
    await expect.poll(rows).toContain('Condition 3 of 3: shoe_size. Not finished: Choose a value.');
    await page.getByText('Finish the rule, and it is counted again.').waitFor();
    await type('43');
    await press('Enter');
    const row = page.getByRole('group', { name: /Condition 3 of 3: shoe_size is 43/ });
    await row.getByText('there is no field "shoe_size"; define it first').waitFor();
    await page.getByText('It cannot be counted before its mistakes are mended.').waitFor();

    await press('Control+s');
    await page
      .getByText(/Saved, with mistakes/)
      .first()
      .waitFor();
    await tabTo(/^Publish$/, 'Shift+Tab');
    await press('Enter');
    const dialog = page.getByRole('dialog', { name: /Publish/ });
    await dialog.getByText(/1 mistake must be mended first/).waitFor();
    await dialog.getByText('there is no field "shoe_size"; define it first').waitFor();
    expect(await dialog.getByRole('button', { name: 'Publish' }).isDisabled()).toBe(true);
    const refused = await page.context().request.post(`${practice.address}/api/definitions/segment/looked-at-prices/publish`, {
      headers: asPractice,
      data: { note: '' },
    });
    expect(refused.status()).toBe(422);
    expect(await refused.text()).toContain('there is no field');
    expect(JSON.stringify((await published()).find((each) => each.key === 'looked-at-prices')?.body.rule)).not.toContain('shoe_size');
    await press('Escape');
  });

  test('a name that nothing is called by is taken only when it was gone to', async () => {
    await page.goto(`${base}/segments/engaged-this-week?tab=edit`);
    await page.getByRole('group', { name: 'Rule' }).waitFor();
    const before = await rows();
    await tabTo(/^Add a condition$/);
    await press('Enter');
    await type('shoe_size');
    await page.getByText('No field, event or segment is called “shoe_size”.').waitFor();
    await expect
      .poll(() => page.getByRole('option').allTextContents())
      .toEqual(['Event “shoe_size”never seen so far', 'Field “shoe_size”no such field']);
    await press('Enter');
    await expectRows(before);
    await press('ArrowDown', 'Enter');
    await expectFocus(/shoe_size|Did or did not/);
    await expect.poll(async () => (await rows()).at(-1)).toMatch(/shoe_size$/);
  });

  test('whoever leaves a draft that is not saved is asked once', async () => {
    await page.getByRole('link', { name: 'Fields' }).focus();
    await press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Leave without saving' });
    await dialog.waitFor();
    await press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expectFocus(/^Fields$/);
    expect(page.url()).toContain('/segments/engaged-this-week');
    await press('Enter');
    await expectKeyboardIn(dialog);
    await tabTo(/^Leave$/);
    await press('Enter');
    await expectFocus(/^Fields$/);
    expect(page.url()).toContain('/fields');
  });

  test('asking whether somebody is in shows what each part saw', async () => {
    await page.goto(`${base}/segments/engaged-this-week`);
    await page.getByText(/^began /).waitFor();
    const slider = page.getByRole('slider', { name: /People over/ });
    await slider.press('Home');
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toContain('not begun yet');
    await slider.press('End');
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toMatch(/\d+ (person|people), \d+ in, \d+ out/);
    await tabTo(/^Ask whether somebody is in/);
    await type('an');
    await page.getByRole('option').first().waitFor();
    await press('ArrowDown', 'Enter');
    await page
      .getByText(/is (not )?in/)
      .first()
      .waitFor();
    await page
      .getByRole('img', { name: /Held|Did not hold/ })
      .first()
      .waitFor();
  });

  test('a list is kept by hand: somebody is added by address, and an address of nobody stays', async () => {
    const at = '/api/definitions/segment/vips';
    await practice.api(page, 'PUT', at, { body: { name: 'VIPs', rule: null } });
    await practice.api(page, 'POST', `${at}/publish`, { note: '' });
    const { items } = await practice.api(page, 'GET', '/api/people?limit=50');
    const { email } = items.find((row: { email: string | null }) => row.email !== null);

    await page.goto(`${base}/segments/vips?tab=people`);
    await page.getByText('Nobody is on the list yet').waitFor();
    await tabTo(/^Add people$/);
    await press('Enter');
    await tabTo(/^Or paste|^$/); // past the search to the field for addresses
    await page.getByLabel('Or paste addresses').focus();
    await type(`${email}, nobody@nowhere.example`);
    await tabTo(/^Add 2 people$/);
    await press('Enter');
    await page.getByText(/1 address belongs to nobody/).waitFor();
    await press('Escape');
    await page.getByRole('grid', { name: 'People in VIPs' }).getByText(email).first().waitFor();
  });

  test.each(['light', 'dark'] as const)('axe finds nothing serious, also with a chooser open (%s)', standsAlone, async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    const found: string[] = [];
    const look = async (screen: string): Promise<void> => {
      found.push(...(await axeOn(page)).map((each) => `${screen} ${each}`));
    };
    for (const screen of [
      '/segments',
      '/segments/engaged-this-week',
      '/segments/engaged-this-week?tab=people',
      '/segments/engaged-this-week?tab=log',
      '/segments/engaged-this-week?tab=overlap&with=customers',
      '/segments/engaged-this-week?tab=edit',
    ]) {
      await page.goto(`${base}${screen}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await look(screen);
    }
    await page.getByRole('button', { name: 'Event: Page Viewed' }).first().click();
    await page.getByRole('option').first().waitFor();
    await look('a chooser');
    expect(found).toEqual([]);
    await press('Escape');
  });
});
