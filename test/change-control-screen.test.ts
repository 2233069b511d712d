import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import {
  axeOn,
  beginningMax,
  expectKeyboardIn,
  inBrowser,
  openPage,
  type Practice,
  pressOn,
  signIn,
  startPractice,
  tooWide,
} from './browser.ts';

/** Two colleagues, each in a browser of their own: one changes a journey and asks, the other approves; it is brought to a few first, held, taken back, and has an end. */

/** What somebody may not do, or no longer, is refused, and the browser writes that to its console. */
const forgives = /status of 40\d|ERR_/;

inBrowser('change control in two browsers', () => {
  let practice: Practice;
  let base: string;
  let owner: Page;
  let berta: Page;

  beforeAll(async () => {
    practice = await startPractice();
    base = practice.base;
    owner = await signIn(practice, { forgives });
  }, beginningMax);

  const api: Practice['api'] = (...request) => practice.api(...request);
  /** A change of the draft by whoever sits at the page. */
  const edit = async (page: Page, key: string, change: (body: { intent: string }) => void): Promise<void> => {
    const { draft } = await api(page, 'GET', `/api/definitions/journey/${key}`);
    change(draft);
    await api(page, 'PUT', `/api/definitions/journey/${key}`, { body: draft });
  };
  const strip = (page: Page) => page.getByRole('region', { name: 'Version 2 is brought in step by step' });
  const dialog = (page: Page) => page.getByRole('dialog');

  test('a colleague is let in by a link that is shown once, and the settings say what a change takes then', async () => {
    await owner.goto(`${base}/settings?tab=colleagues`);
    await owner.getByRole('radio', { name: 'Those of journeys' }).check();
    await owner.getByRole('button', { name: 'Save' }).click();
    await owner.getByText(/^You work alone here: a draft of a journey cools off for 1 hour/).waitFor();

    await owner.getByRole('button', { name: 'Invite' }).click();
    await dialog(owner).getByLabel('Name').fill('owner');
    await dialog(owner).getByLabel('E-mail').fill('berta@example.com');
    await dialog(owner).getByRole('button', { name: 'Invite' }).click();
    await dialog(owner).getByText('Another colleague has this name or this address.').waitFor();
    await dialog(owner).getByLabel('Name').fill('Berta');
    await dialog(owner).getByRole('button', { name: 'Invite' }).click();
    const shown = dialog(owner).getByRole('group', { name: 'link' });
    const link = await shown.textContent();
    await dialog(owner).getByRole('button', { name: 'I have copied it' }).click();
    await owner.getByText(/^Another colleague approves: a draft of a journey/).waitFor();
    const rows = owner.getByRole('list', { name: 'Colleagues' }).getByRole('listitem');
    await expect
      .poll(() => rows.allTextContents())
      .toEqual([expect.stringMatching(/^OwnerYouOwner/), expect.stringMatching(/^Bertaberta@example\.com/)]);

    await owner.getByRole('button', { name: 'What can be done with Owner' }).click();
    await owner.getByRole('menuitem', { name: 'New sign-in link' }).waitFor();
    expect(await owner.getByRole('menuitem', { name: 'Remove' }).count(), 'the owner stays').toBe(0);

    berta = await openPage({ forgives });
    await berta.goto(new URL(link!.trim()).hash.replace(/^/, `${practice.address}/signin`));
    await berta.waitForURL('**/w/practice**');
  });

  test('one asks for a review; the other is told, sees what changes, and approves by the keyboard alone', async () => {
    await edit(owner, 'welcome', (body) => {
      body.intent = 'Greet somebody who has just signed up.';
    });
    await owner.goto(`${base}/journeys/welcome?edit=1`);
    await owner.getByRole('button', { name: 'Publish', exact: true }).click();
    await dialog(owner).getByLabel('Note').fill('Shorter');
    await dialog(owner).getByRole('button', { name: 'Ask for a review' }).click();
    await dialog(owner).getByText('Nobody has answered yet.').waitFor();
    await expect.poll(() => dialog(owner).getByRole('button', { name: 'Publish' }).isDisabled()).toBe(true);

    await berta.goto(base);
    await berta.getByRole('link', { name: /1 draft waits for your review/ }).click();
    await berta.getByRole('row', { name: /Welcome/ }).waitFor();
    await pressOn(berta, 'j', 'Enter');
    const details = berta.getByRole('complementary', { name: 'Details' });
    await details.getByText('Shorter').waitFor();
    await details.getByText('intent: Greet somebody who has just signed up.').waitFor();
    await details.getByRole('link', { name: 'See it drawn, beside version 1' }).waitFor();
    await details.getByRole('button', { name: 'Approve' }).waitFor();

    const alone = await owner.context().newPage();
    await alone.goto(`${base}/reviews?peek=journey/welcome`);
    await alone.getByText('You made the last change, so somebody else has to answer.').waitFor();
    expect(await alone.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await alone.close();

    await pressOn(berta, 'a');
    await expectKeyboardIn(dialog(berta));
    await dialog(berta).getByLabel('Comment').fill('good');
    await dialog(berta).getByRole('button', { name: 'Approve' }).press('Enter');
    await berta.getByText('Nothing waits for a review').waitFor();
  });

  test('approved, it is published to a growing share, and the page says how far it is', async () => {
    await dialog(owner).getByText('Approved by Berta').waitFor();
    await dialog(owner).getByText(': good').waitFor();
    await dialog(owner).getByRole('radio', { name: 'A growing share' }).check();
    await dialog(owner).getByLabel('Shares, in % of those who enter').fill('10, 5');
    await expect.poll(() => dialog(owner).getByRole('button', { name: 'Publish' }).isDisabled(), { message: 'no such shares' }).toBe(true);
    await dialog(owner).getByLabel('Shares, in % of those who enter').fill('10, 50, 100');
    await dialog(owner).getByRole('button', { name: 'Publish' }).click();
    await dialog(owner).waitFor({ state: 'detached' });

    await owner.goto(`${base}/journeys/welcome`);
    await strip(owner).getByText('Version 2 is for 10 % of those who enter; the others enter by version 1.').waitFor();
    await expect.poll(() => strip(owner).locator('[aria-current=step]').textContent()).toBe('10 %');
    await strip(owner)
      .getByText(/50 % may follow .*once 5 more people have entered/)
      .waitFor();
  });

  test('held by one it is held for all, with the reason; then it goes on, and back', async () => {
    await berta.goto(`${base}/journeys/welcome`);
    await strip(berta).waitFor();
    await strip(owner).getByRole('button', { name: 'Hold' }).click();
    await dialog(owner).getByLabel('Why is it held').fill('The offer is wrong.');
    await dialog(owner).getByRole('button', { name: 'Hold' }).click();
    await strip(berta).getByText('Version 2 is held: everybody enters by version 1 meanwhile.').waitFor();
    await strip(berta).getByText('Owner: The offer is wrong.').waitFor();
    await berta.goto(base);
    await berta.getByRole('link', { name: /Version 2 of Welcome is held: Owner: The offer is wrong\./ }).click();

    await strip(berta).getByRole('button', { name: 'Go on at 10 %' }).click();
    await dialog(berta).getByRole('button', { name: 'Go on' }).click();
    await strip(owner).getByRole('button', { name: 'Go on to 50 %' }).click();
    await dialog(owner).getByRole('button', { name: 'Go on' }).click();
    await expect.poll(() => strip(owner).locator('[aria-current=step]').textContent()).toBe('50 %');
    await strip(owner).getByRole('button', { name: 'Roll back' }).click();
    await dialog(owner).getByLabel('Why').fill('Wrong after all');
    await dialog(owner).getByRole('button', { name: 'Roll back' }).click();
    await strip(owner).waitFor({ state: 'detached' });
    await owner.getByRole('button', { name: 'Version 3, live' }).click();
    await owner.getByText('Ended at 50 %: Version 3 took its place.').waitFor();
    await pressOn(owner, 'Escape');
  });

  test('who is under way stands against archiving, not against retiring; and it is put in force again', async () => {
    const people = (await api(owner, 'GET', '/api/journeys')).items.find(({ key }: { key: string }) => key === 'welcome').live;
    expect(people).toBeGreaterThan(0);
    const end = async (how: 'Retire' | 'Archive'): Promise<void> => {
      await owner.getByRole('button', { name: 'More', exact: true }).click();
      await owner.getByRole('menuitem', { name: how }).click();
      await dialog(owner).getByLabel('Why').fill('The season is over.');
      await dialog(owner).getByRole('button', { name: how }).click();
    };
    await end('Archive');
    const link = dialog(owner).getByRole('link', { name: /under way in it$/ });
    await link.waitFor();
    expect(await link.getAttribute('href')).toContain('journey=welcome');
    await dialog(owner).getByRole('button', { name: 'Cancel' }).click();
    await dialog(owner).waitFor({ state: 'detached' });
    await end('Retire');
    const retired = owner.getByRole('region', { name: 'Retired' });
    await retired.getByText(/^Retired by Owner .*: The season is over\.$/).waitFor();
    await retired.getByRole('button', { name: 'Put in force again' }).click();
    await dialog(owner).getByRole('button', { name: 'Put in force' }).click();
    await retired.waitFor({ state: 'detached' });
    await owner.getByRole('button', { name: 'Version 3, live' }).waitFor();
  });

  test('what other definitions refer to is named, and what is archived leaves the list until it is asked for', async () => {
    const rest = { key: 'rest', kind: 'wait', for: 'P1D', next: null };
    const entry = (on: object) => ({ key: 'start', kind: 'entry', on, next: 'rest' });
    const journey = (name: string, steps: object[]) => ({ name, intent: 'To be ended', reentry: 'after-exit', steps });
    await api(owner, 'PATCH', '/api/settings', { review: 'off' });
    const publish = async (key: string, body: object): Promise<void> => {
      await api(owner, 'PUT', `/api/definitions/journey/${key}`, { body });
      await api(owner, 'POST', `/api/definitions/journey/${key}/publish`, {});
    };
    await publish('thaw', journey('Thaw', [entry({ by: 'journey' }), rest]));
    await publish(
      'frost',
      journey('Frost', [
        { ...entry({ event: 'Nothing like it' }), next: 'then' },
        { key: 'then', kind: 'start-journey', journey: 'thaw', next: 'rest' },
        rest,
      ]),
    );
    await owner.goto(`${base}/journeys/thaw`);
    await owner.getByRole('button', { name: 'More', exact: true }).click();
    await owner.getByRole('menuitem', { name: 'Retire' }).click();
    await dialog(owner).getByLabel('Why').fill('Over');
    await dialog(owner).getByRole('button', { name: 'Retire' }).click();
    await dialog(owner).getByText('Other published definitions refer to this journey.').waitFor();
    await dialog(owner).getByRole('link', { name: 'Frost' }).click();

    await owner.waitForURL('**/journeys/frost');
    await owner.getByRole('button', { name: 'More', exact: true }).click();
    await owner.getByRole('menuitem', { name: 'Archive' }).click();
    await dialog(owner).getByLabel('Why').fill('Over');
    await dialog(owner).getByRole('button', { name: 'Archive' }).click();
    await owner.getByRole('region', { name: 'Archived' }).waitFor();
    await owner.goto(`${base}/journeys?search=frost`);
    await owner.getByText('No journey fits').waitFor();
    await owner.goto(`${base}/journeys?state=archived`);
    await owner.getByRole('row', { name: /Frost/ }).waitFor();
  });

  test('somebody who works alone again sees when the draft has cooled off, and publishes then without asking anew', async () => {
    await owner.goto(`${base}/settings?tab=colleagues`);
    await owner.getByRole('button', { name: 'What can be done with Berta' }).click();
    await owner.getByRole('menuitem', { name: 'Remove' }).click();
    await dialog(owner).getByRole('button', { name: 'Remove' }).click();
    await owner.getByText('Berta is removed.').waitFor();
    await berta.goto(`${base}/people`);
    await berta.waitForURL('**/signin**');

    await api(owner, 'PATCH', '/api/settings', { review: 'everything' });
    const { draft } = await api(owner, 'GET', '/api/definitions/segment/customers');
    await api(owner, 'PUT', '/api/definitions/segment/customers', { body: { ...draft, name: 'Our customers' } });
    await owner.goto(`${base}/definitions/segment/customers`);
    await owner.getByRole('button', { name: 'Publish', exact: true }).click();
    await dialog(owner)
      .getByText(/^It may be published (at|on)/)
      .waitFor();
    await expect.poll(() => dialog(owner).getByRole('button', { name: 'Publish' }).isDisabled()).toBe(true);
    await api(owner, 'POST', '/api/practice/clock', { advance: 'PT1H' });
    await expect.poll(() => dialog(owner).getByRole('button', { name: 'Publish' }).isEnabled(), { timeout: 30_000 }).toBe(true);
    await dialog(owner).getByRole('button', { name: 'Publish' }).click();
    await owner.getByText('Version 2 is live.').waitFor();
  });

  test.each(['light', 'dark'] as const)('axe finds nothing serious, and nothing is wider than a phone (%s)', async (scheme) => {
    const found: string[] = [];
    await api(owner, 'PATCH', '/api/settings', { review: 'off' });
    await edit(owner, 'nurture', (body) => {
      body.intent += ' Slowly.';
    });
    await api(owner, 'POST', '/api/definitions/journey/nurture/publish', { ramp: {} });
    await api(owner, 'POST', '/api/journeys/nurture/ramp', { to: 'hold', reason: 'Looked at' });
    await api(owner, 'PATCH', '/api/settings', { review: 'journeys' });
    const { id } = await api(owner, 'POST', '/api/colleagues', { name: `Cem ${scheme}`, email: `${scheme}@example.com` });
    await edit(owner, 'onboarding', (body) => {
      body.intent += ' Slowly.';
    });
    await api(owner, 'POST', '/api/definitions/journey/onboarding/review', { note: 'Please' });
    await owner.emulateMedia({ colorScheme: scheme });
    for (const [at, there] of [
      ['/settings?tab=colleagues', owner.getByRole('list', { name: 'Colleagues' })],
      ['/reviews?peek=journey/onboarding', owner.getByText('You made the last change')],
      ['/journeys/nurture', owner.getByRole('region', { name: /is brought in step by step/ })],
      ['/journeys/frost', owner.getByRole('region', { name: 'Archived' })],
      ['/journeys/onboarding?edit=1', owner.getByText('Review asked')],
    ] as const) {
      await owner.setViewportSize({ width: 1440, height: 900 });
      await owner.goto(`${base}${at}`);
      await there.first().waitFor();
      if (at.includes('edit=1')) {
        await owner.getByRole('button', { name: 'Publish', exact: true }).click();
        await dialog(owner).getByText('Nobody has answered yet.').waitFor();
      }
      found.push(...(await axeOn(owner)).map((each) => `${at} ${each}`));
      await owner.setViewportSize({ width: 390, height: 844 });
      found.push(...(await tooWide(owner)).map((each) => `${at} on a phone: ${each}`));
    }
    await api(owner, 'DELETE', `/api/colleagues/${id}`);
    expect(found).toEqual([]);
  });
});
