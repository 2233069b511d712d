import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { axeOn, beginningMax, inBrowser, type Practice, pressOn, signIn, startPractice, tooWide } from './browser.ts';

/** Journeys are found, put in order, compared, and their people moved and answered for, in a real browser. */

inBrowser('the list of journeys in a browser', () => {
  let practice: Practice;
  let base: string;
  let page: Page;

  const course = (steps: object[], more: object = {}) => ({
    kind: 'journey',
    key: 'course',
    body: {
      name: 'Course',
      intent: 'To be changed while people are in it',
      folder: 'Teaching',
      steps: [{ key: 'start', kind: 'entry', on: { by: 'api' }, next: 'rest' }, ...steps],
      ...more,
    },
  });
  const first = [
    { key: 'rest', kind: 'wait', for: 'P5D', next: 'ask' },
    { key: 'ask', kind: 'approve', question: 'Go on?', timeout: 'P9D', next: null, onRefused: null, onTimeout: null },
  ];

  beforeAll(async () => {
    practice = await startPractice();
    base = practice.base;
    page = await signIn(practice, { forgives: /ERR_/ });
    await practice.api(page, 'POST', '/api/apply', { publish: true, definitions: [course(first)] });
  }, beginningMax);

  const press = (...keys: string[]): Promise<void> => pressOn(page, ...keys);
  /** The lines of the list: folders and journeys, from top to bottom. */
  const lines = (): Promise<string[]> =>
    page
      .getByRole('grid', { name: 'Journeys' })
      .locator('[aria-rowindex]')
      .evaluateAll((rows) =>
        rows
          .toSorted((a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex')))
          .map((row) => row.querySelector('strong')?.textContent ?? ''),
      );

  const expectLines = (wanted: string[]): Promise<void> => expect.poll(lines).toEqual(wanted);

  test('it is filtered, put in order and folded by the keyboard, and the address says how', async () => {
    await page.goto(`${base}/journeys`);
    await expectLines(['Starters', 'Abandoned cart', 'Nurture', 'Onboarding', 'Re-engagement', 'Welcome', 'Teaching', 'Course']);
    await page.getByRole('button', { name: '1 of 6 live journeys serves no stage move' }).press('Enter');
    await expectLines(['Teaching', 'Course']);
    expect(new URL(page.url()).searchParams.get('serves')).toBe('none');
    await page.getByRole('button', { name: /^Take "serving no stage move" away/ }).press('Enter');
    await page.getByRole('button', { name: 'Complexity' }).press('Enter');
    await expectLines(['Starters', 'Onboarding', 'Re-engagement', 'Abandoned cart', 'Nurture', 'Welcome', 'Teaching', 'Course']);
    expect(new URL(page.url()).searchParams.get('sort')).toBe('-complexity');
    await page.getByRole('heading', { name: 'Journeys' }).focus();
    await press('j', 'Enter');
    await expectLines(['Starters', 'Teaching', 'Course']);
    await page.reload();
    await expectLines(['Starters', 'Teaching', 'Course']);
  });

  test('chosen journeys are put into a folder, at once and without a publication', async () => {
    await page.goto(`${base}/journeys?search=course`);
    await expectLines(['Teaching', 'Course']);
    await press('j', 'j', 'x', 'm');
    const dialog = page.getByRole('dialog', { name: 'Folder of Course' });
    await dialog.getByLabel('Folder').fill('Teaching / Winter');
    await dialog.getByLabel('Folder').press('Escape');
    await dialog.getByRole('button', { name: 'Put there' }).press('Enter');
    await page.getByText('Course: in Teaching/Winter now.').waitFor();
    await expectLines(['Teaching / Winter', 'Course']);
    await page.getByRole('gridcell', { name: 'Live', exact: true }).waitFor(); // and not: + draft
  });

  test('people are sent in; the next version is compared before it is published, and they are moved to it and back', async () => {
    const people = (await practice.api(page, 'GET', '/api/people?limit=50')).items as { id: string; email: string | null }[];
    await page.goto(`${base}/journeys/course`);
    await page.getByRole('button', { name: 'More', exact: true }).press('Enter');
    await page.getByRole('menuitem', { name: 'Send people in' }).press('Enter');
    const sendIn = page.getByRole('dialog', { name: 'Send people into Course' });
    const known = people.flatMap((each) => each.email ?? []).slice(0, 3);
    await sendIn.getByLabel('Or paste addresses').fill([...known, 'nobody@nowhere.example'].join('\n'));
    await sendIn.getByRole('button', { name: /^Send \d people in$/ }).press('Enter');
    await sendIn.getByText('1 address belongs to nobody who is known; they stay here.').waitFor();
    await press('Escape');
    await page.getByRole('link', { name: `${known.length} in it now` }).waitFor();

    const next = [
      { key: 'note', kind: 'note', text: 'Half of it', next: 'rest' },
      { key: 'rest', kind: 'wait', for: 'P30D', next: null },
    ];
    const later = course(next);
    later.body.steps[0] = { key: 'start', kind: 'entry', on: { by: 'api' }, next: 'note' };
    later.body.folder = 'Teaching/Winter';
    await practice.api(page, 'POST', '/api/apply', { publish: false, definitions: [later] });
    await page.goto(`${base}/journeys/course?edit=1`);
    await page.getByRole('button', { name: 'Publish' }).click();
    const publish = page.getByRole('dialog', { name: 'Publish Course' });
    const changes = publish.getByRole('list', { name: 'What differs' }).getByRole('listitem');
    await expect
      .poll(async () => (await changes.allTextContents()).map((each) => each.trim()))
      .toEqual([
        'Added Note “Half of it”, after Enter when the API or a colleague sends somebody in.',
        'Changed Wait 30 days. How long: was 5 days, is 30 days.',
        'Removed Ask “Go on?”, at most 9 days, which stood after Wait 5 days.',
        expect.stringContaining('The journey The folder'),
      ]);
    expect(await publish.locator('[data-mark="removed"] [data-step="ask"]').count()).toBe(1);
    await publish.getByRole('checkbox', { name: /^Publish with \d+ things left open$/ }).check();
    await publish.getByRole('button', { name: 'Publish' }).click();

    const move = page.getByRole('dialog', { name: 'People in older versions' });
    await move.getByText(`${known.length} of ${known.length} people would be moved to version 2.`).waitFor();
    await move.getByRole('button', { name: `Move ${known.length} people` }).press('Enter');
    await page
      .getByRole('dialog', { name: /^Move \d people to version 2/ })
      .getByRole('button', { name: 'Move', exact: true })
      .press('Enter');
    await move.getByText('Nobody has to be moved.').waitFor();
    await move.getByRole('button', { name: 'Take back' }).press('Enter');
    await page.getByRole('dialog', { name: 'Take it back' }).getByRole('button', { name: 'Take back' }).press('Enter');
    await move.getByText(`${known.length} of ${known.length} people would be moved`).waitFor();
  });

  test('a colleague takes over and gives back, and answers what a journey asks', async () => {
    await practice.api(page, 'POST', '/api/practice/clock', { advance: 'P6D' });
    await page.goto(`${base}/tasks?asks=approval`);
    const grid = page.getByRole('grid', { name: 'Tasks' });
    await grid
      .getByRole('button', { name: /^No: Go on\?/ })
      .first()
      .waitFor();
    const before = await grid.getByRole('button', { name: /^No: Go on\?/ }).count();
    await grid
      .getByRole('button', { name: /^No: Go on\?/ })
      .first()
      .press('Enter');
    await page.getByRole('dialog', { name: 'Say no' }).getByLabel('Why').fill('They asked for a pause');
    await page.getByRole('dialog', { name: 'Say no' }).getByRole('button', { name: 'Say no' }).press('Enter');
    await expect.poll(() => grid.getByRole('button', { name: /^No: Go on\?/ }).count()).toBe(before - 1);

    const [task] = (await practice.api(page, 'GET', '/api/tasks?asks=approval')).items as { person: { id: string } }[];
    await page.goto(`${base}/people/${task!.person.id}`);
    await page.getByRole('button', { name: 'More' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Take over from the automation' }).press('Enter');
    const take = page.getByRole('dialog', { name: /^Take over/ });
    await take.getByLabel('Why').fill('She wants to talk');
    await take.getByRole('button', { name: 'Take over' }).press('Enter');
    await page.getByText('She wants to talk').first().waitFor();
    await page.getByRole('button', { name: 'Yes: Go on?' }).waitFor();
    await page.getByRole('button', { name: 'Give back to the automation' }).press('Enter');
    await page.getByRole('button', { name: 'Give back to the automation' }).waitFor({ state: 'detached' });
  });

  test.each(['light', 'dark'] as const)('axe finds nothing serious, wide and narrow (%s)', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    const found: string[] = [];
    for (const width of [1440, 390])
      for (const screen of [
        'journeys',
        'journeys/course?compare=1..2&step=rest',
        'journeys/course?compare=1..2&view=text',
        'journeys/course?move=1',
        'tasks',
      ]) {
        await page.setViewportSize({ width, height: 860 });
        await page.goto(`${base}/${screen}`);
        await page.getByRole('heading').first().waitFor();
        found.push(...[...(await axeOn(page)), ...(await tooWide(page))].map((each) => `${width} ${screen} ${each}`));
      }
    expect(found).toEqual([]);
  });
});
