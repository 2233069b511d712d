import { readFile } from 'node:fs/promises';
import type { Download, Locator, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { atRest, axeOn, beginningMax, expectKeyboardIn, inBrowser, keyboardAt, pressOn, signIn, typeOn } from './browser.ts';
import { browser as agent, openWorld, type World } from './world.ts';

/** A journey is drawn, written and published in a real browser, by the keyboard and by the mouse, and then people go through it, with mail by a real SMTP server. */

const consent = { consent: { categoryPreferences: { marketing: true } } };

inBrowser('journeys in a browser', () => {
  let world: World;
  let page: Page;
  let base: string;

  beforeAll(async () => {
    world = await openWorld({ mail: 'smtp' });
    const address = await world.listen();
    base = `${address}/w/main`;
    await world.send([
      { type: 'identify', userId: 'mia', traits: { email: 'mia@example.com', firstName: 'Mia' }, context: consent },
      { type: 'track', userId: 'mia', event: 'Document Downloaded', properties: { name: 'Guide' } },
      { type: 'page', userId: 'mia', properties: { path: '/prices' } },
    ]);
    await world.must('PUT', '/api/definitions/topic/letters', { body: { name: 'Letters', meaning: '', purpose: 'marketing' } });
    page = await signIn({ address, house: world.house }, { forgives: /ERR_/ });
  }, beginningMax);

  const press = (...keys: string[]): Promise<void> => pressOn(page, ...keys);
  const card = (key: string) => page.locator(`[data-step="${key}"]`);
  const panel = () => page.getByRole('complementary', { name: 'Details' });
  /** The step at which the keyboard is. */
  const expectAt = (key: string): Promise<void> => expect.poll(() => keyboardAt(page)).toMatch(new RegExp(`, data-step=${key}$`));
  /** Puts a step after the one at which the keyboard is, as one who knows its name. */
  const put = async (words: string, key: string, way?: string): Promise<void> => {
    await press('n');
    const palette = page.getByRole('dialog', { name: 'Insert a step' });
    await expectKeyboardIn(palette);
    if (way !== undefined)
      for (let turn = 0; turn < 4 && (await palette.locator('[aria-pressed=true]').textContent()) !== way; turn++)
        await press('ArrowRight');
    await typeOn(page, words);
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
    world.must('GET', `/api/definitions/journey/${key}`);

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
    await typeOn(page, 'Document Downloaded');
    await press('Enter');
    await expect.poll(() => card('start').textContent()).toContain('Enter on Document Downloaded');
    await press('Escape');
    await expectAt('start');

    await put('send', 'mail');
    await put('until a rule', 'until-rule');
    await put('points', 'points', 'held');
    await put('wait for', 'wait');
    await put('send', 'mail-2');
    await press('ArrowUp', 'ArrowUp', 'ArrowUp');
    await expectAt('until-rule');
    await put('tag', 'tag', 'timed out');
    await put('note', 'note');
    await press('Control+z');
    await expectAt('tag');
    await put('note', 'note');
    await saved();
    const { steps } = (await draft('guide')).draft;
    expect(steps.map(({ key, next, onTimeout }) => [key, next, onTimeout].filter((each) => each !== undefined))).toEqual([
      ['start', 'mail'],
      ['mail', 'until-rule'],
      ['until-rule', 'points', 'tag'],
      ['tag', 'note'],
      ['note', null],
      ['points', 'wait'],
      ['wait', 'mail-2'],
      ['mail-2', null],
    ]);
  });

  test('what is waited for is a rule, written by the keyboard: they opened the mail or looked at the prices', async () => {
    await card('until-rule').press('Enter');
    const answer = async (button: Locator, words: string): Promise<void> => {
      await button.press('Enter');
      await typeOn(page, words);
      await press('Enter');
    };
    await answer(panel().getByRole('button', { name: 'Add a condition' }), 'email opened');
    const second = panel().getByRole('group', { name: /^Condition 2 of 2: Email Opened/ });
    await answer(second.getByRole('button', { name: /^When/ }), 'since entering the journey');
    await answer(panel().getByRole('button', { name: 'How many must hold: all' }), 'any');
    await expect
      .poll(async () => (await draft('guide')).draft.steps.find((step) => step.key === 'until-rule')?.untilRule)
      .toEqual({ any: ['Page Viewed', 'Email Opened'].map((name) => ({ event: { name, since: 'journey' } })) });
    // A rule that is half written is in no draft, and so it is said.
    await saved();
    await answer(panel().getByRole('button', { name: 'Add a condition' }), 'Engagement');
    const half = page.getByRole('status').getByText('Saved, but for a rule that is not finished', { exact: true });
    await half.waitFor();
    await press('Escape');
    await panel().getByRole('button', { name: /^Undo/ }).press('Enter');
    await half.waitFor({ state: 'detached' });
    await saved();
    await press('Escape');
  });

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
  });

  test('a kind of step is dragged from the palette onto a way, and a step onto another', async () => {
    await page.locator('[data-choice="task"]').dragTo(page.locator('[data-spot="note/next"]'));
    await expectAt('task');
    await panel().waitFor();
    await card('task').dragTo(page.locator('[data-spot="tag/next"]'));
    await expect.poll(async () => (await draft('guide')).draft.steps.find((step) => step.key === 'task')?.next).toBe('note');
    await press('Control+z', 'Control+z');
    await card('task').waitFor({ state: 'detached' });
  });

  test('wherever the canvas was pushed, what the keyboard comes to is in sight', async () => {
    const spot = page.locator('[data-spot="start/next"]');
    /** [pixels] How far it stands out of the canvas; the browser scrolls by whole ones. */
    const outOfSight = async (): Promise<number> => {
      const [own, canvas] = await Promise.all([spot.boundingBox(), page.locator('[data-canvas]').boundingBox()]);
      return Math.floor(Math.max(0, canvas!.y - own!.y, own!.y + own!.height - canvas!.y - canvas!.height));
    };
    await page.locator('[data-canvas]').hover();
    await page.mouse.wheel(0, -4_000);
    // Pushed, and no longer moving: what the wheel brings later would push it away again.
    let before = 0;
    await expect
      .poll(async () => {
        const now = await outOfSight();
        const isStill = now > 0 && now === before;
        before = now;
        return isStill;
      })
      .toBe(true);
    await spot.focus();
    // The browser scrolls at once; whether that lasts is seen when it has drawn.
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    await expect.poll(outOfSight).toBe(0);
    await spot.click();
    await expectKeyboardIn(page.getByRole('dialog', { name: 'Insert a step' }));
    await press('Escape');
    await expectAt('start');
  });

  test('what is wrong leads to its field; a mail is written where it is sent', async () => {
    await page.getByRole('button', { name: /errors?$/ }).click();
    await panel()
      .getByRole('button', { name: /Step "mail" has no content yet/ })
      .click();
    await expectKeyboardIn(panel().getByRole('combobox', { name: 'Content' }));
    await panel().getByRole('button', { name: 'Write the mail here' }).press('Enter');
    await expectKeyboardIn(panel().getByLabel('Subject'));
    expect(await panel().getByLabel('Subject').inputValue(), 'nothing is written for them').toBe('');
    await typeOn(page, 'Your guide, ');
    await panel().getByLabel('Subject').press('End');
    await panel().getByRole('button', { name: 'Insert a field' }).click();
    await page.getByLabel('Search fields').fill('firstName');
    await page.getByRole('menuitem').first().click();
    await expect.poll(() => panel().getByLabel('Subject').inputValue()).toMatch(/^Your guide, \{\{ person\.firstName \}\}$/);
    await panel().getByRole('textbox', { name: 'Text', exact: true }).fill('Here it is.\n\nShall we talk?');
    await panel().getByRole('button', { name: 'Preview' }).click();
    // A frame that nobody can see is not drawn, and nothing in it is visible.
    await page.locator('iframe[title="The mail"]').scrollIntoViewIfNeeded();
    await page.frameLocator('iframe[title="The mail"]').getByText('Shall we talk?').waitFor();
    await panel().getByText('Your guide, there').waitFor();
    await panel().getByText('Saved', { exact: true }).waitFor();
    await press('Escape');
    await panel().waitFor({ state: 'detached' });
    await expectAt('mail');

    // The card of the mail has got its name meanwhile, and those below may have made room.
    await atRest(page);
    await card('mail-2').click();
    await panel().getByRole('button', { name: 'Write the mail here' }).click();
    await panel().getByLabel('Subject').fill('One more thought');
    await page.getByRole('button', { name: '1 error' }).waitFor();
    await panel().getByRole('textbox', { name: 'Text', exact: true }).fill('The prices, once more.');
    await panel().getByText('Saved', { exact: true }).waitFor();
    await panel().getByRole('combobox', { name: 'Topic' }).click();
    await page.getByRole('option', { name: 'Letters', exact: true }).click();
    await atRest(page);
    await card('tag').click();
    await panel().getByLabel('Note', { exact: true }).fill('Ask Ana whether we keep this.');
    await expect.poll(() => page.getByText('Ask Ana whether we keep this.').count()).toBeGreaterThan(1);
    await expect.poll(() => page.getByRole('button', { name: /error/ }).count()).toBe(0);
  });

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
    await expect
      .poll(async () => (await draft('guide')).draft.steps.find((step) => step.key === 'note')?.text)
      .toBe('Did not look at the prices.');
  });

  test('its settings are written, its mails go live, then the journey itself', async () => {
    await press('Escape');
    await expectAt('note');
    await panel().waitFor({ state: 'detached' });
    await press(',');
    await panel().getByLabel('Signs').fill('They took the guide.');
    await panel().getByRole('button', { name: 'Add a goal' }).press('Enter');
    await expectKeyboardIn(panel().getByRole('button', { name: 'Event: which event' }));
    await press('Enter');
    await typeOn(page, 'Conversation Booked');
    await press('Enter');
    await panel().getByLabel('It is called').fill('Conversation booked');
    await page.getByRole('button', { name: 'Publish' }).click();
    const first = page.getByRole('dialog', { name: 'What it needs goes live first' });
    await first.getByText('Letters topic, new').waitFor();
    await first.getByRole('button', { name: 'Publish 3 drafts' }).click();
    const dialog = page.getByRole('dialog', { name: 'Publish Guide' });
    await dialog.getByRole('checkbox', { name: /^Publish with \d+ things? left open$/ }).check();
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Version 1 is live.').waitFor();
    const { version, draft: body } = await draft('guide');
    expect(version).toBe(1);
    expect(body.steps.find((step) => step.key === 'until-rule')).toMatchObject({
      timeout: 'P2D',
      next: 'points',
      onTimeout: 'tag',
    });
    expect(body.goal).toMatchObject({ name: 'Conversation booked', on: { event: 'Conversation Booked' } });
    expect(await world.must('GET', '/api/definitions/topic/letters')).toMatchObject({ version: 1 });
    await world.settle();
  });

  test('it is saved as a picture', async () => {
    const save = async (as: string): Promise<Download> => {
      await page.getByRole('button', { name: 'Save as a picture' }).click();
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: as }).click()]);
      return file;
    };
    const drawing = await save('As SVG');
    expect(drawing.suggestedFilename()).toBe('guide.svg');
    expect(await readFile((await drawing.path())!, 'utf8')).toMatch(/<svg[\s\S]+Document[\s\S]+timed out[\s\S]+<\/svg>$/);
    const picture = await save('As PNG');
    expect(picture.suggestedFilename()).toBe('guide.png');
    expect((await readFile((await picture.path())!)).subarray(1, 4).toString()).toBe('PNG');
  });

  test('people go through it: who opened the mail gets points and another one a day later, who did not is tagged and noted', async () => {
    for (const [userId, firstName] of [
      ['lea', 'Lea'],
      ['tom', 'Tom'],
    ] as const)
      await world.send([
        { type: 'identify', userId, traits: { email: `${userId}@example.com`, firstName }, context: consent },
        { type: 'track', userId, event: 'Document Downloaded', properties: { name: 'Guide' } },
      ]);
    const [first] = await world.mailsTo('lea@example.com');
    expect([first!.mail.subject, first!.mail.text]).toEqual(['Your guide, Lea', expect.stringContaining('Shall we talk?')]);
    await world.turn('PT1H');
    await world.get(/src="https?:\/\/[^/]+(\/o\/[^"]+)"/.exec(first!.mail.html!)![1]!, { 'user-agent': agent });
    await world.settle();
    const lea = await world.person('lea@example.com');
    await world.expectPath(lea.id, 'guide', ['start', 'mail', 'until-rule', 'points', 'wait']);
    expect((await world.rows("select body from event where person_id = $1 and name = 'Points Added'", [lea.id]))[0]!.body).toMatchObject({
      properties: { points: 10 },
    });
    await world.turn('P1D');
    expect((await world.mailsTo('lea@example.com')).map(({ mail }) => mail.subject)).toEqual(['Your guide, Lea', 'One more thought']);

    const tom = await world.person('tom@example.com');
    await world.expectPath(tom.id, 'guide', ['start', 'mail', 'until-rule']);
    await world.turn('PT23H');
    await world.expectPath(tom.id, 'guide', ['start', 'mail', 'until-rule', 'tag', 'note', 'end: reached the end']);
    expect((await world.person('tom@example.com')).traits.tags).toEqual(['interested']);
    expect((await world.timeline(tom.id)).map((line) => JSON.stringify(line)).join()).toContain('Did not look at the prices.');
    expect(await world.mailsTo('tom@example.com')).toHaveLength(1);
    expect((await world.why(tom.id, 'journey:guide')).answer).not.toBe('');

    // The canvas shows which ways they took.
    await page.goto(`${base}/journeys/guide`);
    await expect.poll(() => page.locator('path[data-taken]').count()).toBeGreaterThan(5);
  });

  test.each(['light', 'dark'] as const)(
    'axe finds nothing serious on the canvas, in its panels and its palette (%s)',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      const found: string[] = [];
      const look = async (screen: string): Promise<void> => {
        found.push(...(await axeOn(page)).map((each) => `${screen} ${each}`));
      };
      for (const key of ['start', 'mail', 'until-rule', 'points', 'tag']) {
        await page.goto(`${base}/journeys/guide?edit=1&step=${key}`);
        await card(key).waitFor();
        await panel().waitFor();
        await look(key);
      }
      for (const which of ['settings', 'problems']) {
        await page.goto(`${base}/journeys/guide?edit=1&panel=${which}`);
        await card('start').waitFor();
        await panel().waitFor();
        await look(which);
      }
      await page.locator('[data-spot="until-rule/next"]').click();
      await page.getByRole('dialog', { name: 'Insert a step' }).waitFor();
      await look('palette');
      await press('Escape');
      expect(found).toEqual([]);
    },
  );
});
