import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import {
  axeOn,
  beginningMax,
  expectKeyboardIn,
  inBrowser,
  keyboardAt,
  type Practice,
  signIn,
  standsAlone,
  startPractice,
  tooWide,
} from './browser.ts';

/** The map of what leads to what, a circle drawn where it is found, and what settings ask for, in a real browser. */

inBrowser('checks across the house in a browser', () => {
  let practice: Practice;
  let base: string;
  let page: Page;

  const warm = {
    name: 'Warm up',
    intent: 'Make people warm',
    reentry: 'after-exit',
    steps: [
      { key: 'sent-in', kind: 'entry', on: { by: 'journey' }, next: 'tag' },
      { key: 'tag', kind: 'tag', add: ['hot'], remove: [], next: null },
    ],
  };
  const cool = {
    name: 'Cool down',
    intent: 'Cool people down',
    reentry: 'after-exit',
    steps: [
      { key: 'hot', kind: 'entry', on: { segment: 'hot', change: 'entered' }, next: 'untag' },
      { key: 'untag', kind: 'tag', add: [], remove: ['hot'], next: 'again' },
      { key: 'again', kind: 'start-journey', journey: 'warm', next: null },
    ],
  };
  const dialog = () => page.getByRole('dialog');
  const circle = () => page.getByRole('group', { name: /^Circle: / });
  const hops = async (): Promise<string[]> =>
    (await circle().first().getByRole('listitem').allTextContents()).map((each) => each.replace(/\s+/g, ' '));

  beforeAll(async () => {
    practice = await startPractice();
    base = practice.base;
    page = await signIn(practice, { forgives: /ERR_|422/ });
    const put = (kind: string, key: string, body: object) => practice.api(page, 'PUT', `/api/definitions/${kind}/${key}`, { body });
    const publish = (kind: string, key: string) => practice.api(page, 'POST', `/api/definitions/${kind}/${key}/publish`, {});
    await put('segment', 'hot', { name: 'Hot', rule: { trait: { path: 'tags', op: 'contains', value: 'hot' } } });
    await put('journey', 'warm', warm);
    await publish('segment', 'hot');
    await publish('journey', 'warm');
    await put('journey', 'cool', cool);
  }, beginningMax);

  test('the map says what leads to what, and is walked by the keyboard', async () => {
    await page.goto(`${base}/map`);
    const map = page.getByRole('region', { name: 'Map' });
    await map.getByRole('button', { name: 'Event Signed Up' }).waitFor();
    expect(await page.getByRole('button', { name: /^Circles/ }).count(), 'what is in force turns nothing').toBe(0);
    await map.getByRole('button', { name: 'Segment Gone quiet' }).focus();
    await page.keyboard.press('Enter');
    const details = page.getByRole('complementary', { name: 'Details' });
    await details.getByRole('button', { name: 'Re-engagement' }).waitFor();
    await details.getByText('journey · is entered').waitFor();
    await details.getByRole('button', { name: 'Re-engagement' }).press('Enter');
    await details.getByRole('heading', { name: 'Writes' }).waitFor();
    await details.getByRole('link', { name: 'Open journey' }).press('Enter');
    await page.waitForURL('**/journeys/re-engagement');
  });

  test('with the drafts, a circle is drawn and marked', async () => {
    await page.goto(`${base}/map?what=drafts`);
    await page.getByText('Turns for ever although nobody does anything.').waitFor();
    expect(await hops()).toEqual(['JourneyCool downstarts', 'JourneyWarm upadds the tag “hot”', 'SegmentHotis entered']);
    await page.getByRole('button', { name: /^Journey Cool down ?, on a circle/ }).waitFor();
  });

  test('beside the journey the circle stands among what is wrong, and leads to the others', async () => {
    await page.goto(`${base}/journeys/cool?edit=1&panel=problems`);
    await page.getByText(/^It turns for ever although nobody does anything: Journey “Cool down” → starts → Journey “Warm up”/).waitFor();
    expect(await hops()).toEqual(['JourneyCool downstarts', 'JourneyWarm upadds the tag “hot”', 'SegmentHotis entered']);
    expect(await page.getByRole('button', { name: 'Publish' }).isDisabled()).toBe(true);
    await circle().getByRole('link', { name: 'Segment Hot' }).press('Enter');
    await page.waitForURL('**/segments/hot');
  });

  test('publishing draws it too, where the segment is what closes it', async () => {
    // The journey is published while nothing is hot, and the draft of the segment closes the circle.
    const cold = { name: 'Hot', rule: { trait: { path: 'tags', op: 'contains', value: 'cold' } } };
    const hot = { name: 'Hot', rule: { trait: { path: 'tags', op: 'contains', value: 'hot' } } };
    await practice.api(page, 'POST', '/api/apply', {
      publish: true,
      definitions: [
        { kind: 'segment', key: 'hot', body: cold },
        { kind: 'journey', key: 'cool', body: cool },
      ],
    });
    await practice.api(page, 'PUT', '/api/definitions/segment/hot', { body: hot });
    await page.goto(`${base}/definitions/segment/hot`);
    await page.getByRole('button', { name: 'Publish' }).click();
    await dialog().getByText('It turns for ever although nobody does anything:').waitFor();
    expect(
      await dialog()
        .getByRole('group', { name: /^Circle: / })
        .count(),
    ).toBe(1);
    expect(await dialog().getByRole('button', { name: 'Publish' }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
  });

  test('what is left open is said in words with how to mend it, and it is published only with a tick, by the keyboard alone', async () => {
    await practice.api(page, 'PUT', '/api/definitions/journey/loose', {
      body: {
        name: 'Loose',
        intent: 'To be asked about',
        architecture: 'linear',
        brief: { signs: 'They came', needs: 'A hello', objections: 'None', nextStep: 'Come again' },
        owner: 'ana@linden.example',
        goal: { on: { event: 'Order Completed' }, name: 'Ordered' },
        steps: [
          { key: 'start', kind: 'entry', on: { by: 'api' }, next: 'shade' },
          { key: 'shade', kind: 'set-trait', path: 'shade', value: 'green', next: null },
        ],
      },
    });
    await page.goto(`${base}/journeys/loose?edit=1`);
    await page.getByRole('button', { name: 'Publish' }).click();
    await expectKeyboardIn(dialog());
    const open = dialog().getByRole('list', { name: '2 things left open' });
    await expect
      .poll(async () => (await open.getByRole('listitem').allTextContents()).sort())
      .toEqual([
        'Set shade to "green"It sets "shade", for which no field is defined: nothing says what it may hold, and no rule can ask for it.Choose a field that exists, or define this one.',
        'The journeyIt serves no stage move.Name the move that it is for, or ask whether it is needed.',
      ]);
    const publish = dialog().getByRole('button', { name: 'Publish' });
    expect(await publish.isDisabled()).toBe(true);
    await dialog().getByLabel('Note').press('Tab');
    expect(await keyboardAt(page)).toBe('input “Publish with 2 things left open”');
    const found: string[] = [];
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width: 1440, height: 900 });
      found.push(...(await axeOn(page)));
      await page.setViewportSize({ width: 390, height: 844 });
      found.push(...(await axeOn(page)), ...(await tooWide(page)));
    }
    expect(found).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.keyboard.press('Space');
    await expect.poll(() => publish.isEnabled()).toBe(true);
    // What is taken back, or left, is asked again.
    await page.keyboard.press('Space');
    await expect.poll(() => publish.isDisabled()).toBe(true);
    await page.keyboard.press('Space');
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Publish' }).click();
    const tick = dialog().getByRole('checkbox', { name: 'Publish with 2 things left open' });
    await tick.waitFor();
    expect(await tick.isChecked()).toBe(false);
    await tick.press('Space');
    await expect.poll(() => publish.isEnabled()).toBe(true);
    await publish.press('Enter');
    await page.getByText('Version 1 is live.').waitFor();
  });

  test('settings ask for a bound, and publishing asks why it goes beyond', async () => {
    await page.goto(`${base}/settings?tab=checks`);
    await page.getByLabel('For one journey').fill('3');
    await page.getByRole('checkbox', { name: 'Lifecycle clarity' }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await practice.api(page, 'PUT', '/api/definitions/journey/short', {
      body: {
        name: 'Short',
        intent: 'To be counted',
        architecture: 'linear',
        goal: { on: { event: 'Order Completed' }, name: 'Ordered' },
        steps: [
          { key: 'start', kind: 'entry', on: { by: 'api' }, next: 'rest' },
          { key: 'rest', kind: 'wait', for: 'P1D', next: null },
        ],
      },
    });
    await page.goto(`${base}/journeys/short?edit=1`);
    await page.getByRole('button', { name: 'Publish' }).click();
    await expectKeyboardIn(dialog());
    const why = dialog().getByLabel('Why it goes beyond the budget');
    await why.waitFor();
    await dialog()
      .getByText(/It has 4 points of complexity; a journey may have 3 here\./)
      .waitFor();
    expect(await dialog().getByRole('button', { name: 'Publish' }).isDisabled()).toBe(true);
    await why.fill('Two steps are few.');
    await dialog().getByRole('checkbox', { name: 'Publish with 3 things left open' }).check();
    await dialog().getByRole('button', { name: 'Publish' }).click();
    await dialog().waitFor({ state: 'detached' });
  });

  test('a branch says what it rests on', async () => {
    await page.goto(`${base}/journeys/onboarding?step=under-way`);
    const rests = page.getByRole('region', { name: 'What it rests on' });
    await rests.getByText(/^has made a start: “Page Viewed”/).waitFor();
    await rests.getByRole('heading', { name: /^Ways taken in 90 days/ }).waitFor();
  });

  test('axe finds nothing serious, light or dark, wide or narrow', standsAlone, async () => {
    const found: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [1440, 390]) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 900 });
        for (const screen of ['map?what=drafts&peek=segment/hot', 'settings?tab=checks', 'journeys/onboarding?step=under-way']) {
          await page.goto(`${base}/${screen}`);
          await page.getByRole('heading').first().waitFor();
          found.push(...[...(await axeOn(page)), ...(await tooWide(page))].map((each) => `${screen} ${colorScheme} ${width}: ${each}`));
        }
      }
    expect(found).toEqual([]);
  });
});
