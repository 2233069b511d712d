import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { day, hour } from '#contract/instant.ts';
import {
  axeOn,
  beginningMax,
  expectComplaint,
  inBrowser,
  type Practice,
  pressOn,
  signIn,
  standsAlone,
  startPractice,
  tooWide,
  typeOn,
} from './browser.ts';

/** A stranger with a lifecycle and events of their own takes a starter through its questions in a real browser, by the keyboard. */

const stranger = [
  {
    kind: 'lifecycle',
    key: 'main',
    body: {
      name: 'Ours',
      stages: [
        { key: 'lead', name: 'Lead', meaning: 'Asked', first: true, next: ['client'] },
        { key: 'client', name: 'Client', meaning: 'Pays' },
      ],
    },
  },
  { kind: 'topic', key: 'letters', body: { name: 'Letters', purpose: 'marketing' } },
  { kind: 'field', key: 'given-name', body: { name: 'Given name', path: 'givenName', type: 'text' } },
];

inBrowser('starters in a browser', () => {
  let practice: Practice;
  let base: string;
  let key: string;
  let page: Page;

  const api = async (path: string, body?: unknown) => {
    const answer = await fetch(`${practice.address}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(answer.status, `${path} ${answer.status === 200 ? '' : await answer.clone().text()}`).toBe(200);
    return answer.json();
  };

  beforeAll(async () => {
    practice = await startPractice();
    base = `${practice.address}/w/main`;
    const main = await practice.house.deps.workspaces.bySlug('main');
    ({ key } = await practice.house.doorkeeper.createKey(main, 'api', 'own systems', 'test'));
    await api('/api/apply', { definitions: stranger, publish: true, note: '' });
    // Forty who filled a basket a hundred days ago and paid one to forty hours later.
    const began = Date.now() - 100 * day;
    const did = (person: number, event: string, at: number) => ({
      type: 'track',
      userId: `c${person}`,
      messageId: `${event}-${person}-${at}`,
      event,
      timestamp: new Date(at).toISOString(),
    });
    const batch = Array.from({ length: 40 }, (_, person) => [
      did(person, 'Basket Filled', began),
      did(person, 'Invoice Paid', began + (person + 1) * hour),
    ]).flat();
    await api('/v1/batch', { batch: [...batch, did(1, 'Basket Filled', Date.now() - day), did(2, 'Basket Filled', Date.now() - day)] });

    page = await signIn(practice);
  }, beginningMax);

  const press = (...keys: string[]): Promise<void> => pressOn(page, ...keys);
  const field = (label: string | RegExp) => page.locator('input, textarea').and(page.getByLabel(label));
  /** Goes to a field and writes into it. */
  const write = async (label: string | RegExp, text: string): Promise<void> => {
    await field(label).focus();
    await press('Control+a');
    await typeOn(page, text);
    await press('Escape');
  };
  /** Takes one of what a field offers. */
  const take = async (option: RegExp): Promise<void> => {
    const wanted = page.getByRole('option', { name: option });
    await wanted.waitFor();
    for (let turn = 0; turn < 30 && (await wanted.getAttribute('data-combobox-selected')) === null; turn++) await press('ArrowDown');
    await press('Enter');
  };
  const pick = async (label: string, option: RegExp): Promise<void> => {
    await field(label).focus();
    await press('Enter');
    await take(option);
    await expect.poll(() => field(label).inputValue()).toMatch(option);
  };
  const enter = (name: string | RegExp): Promise<void> => page.getByRole('button', { name }).press('Enter');
  const choose = async (name: string): Promise<void> => {
    const radio = page.getByRole('radio', { name, exact: true });
    await radio.press('Space');
    await expect.poll(() => radio.isChecked()).toBe(true);
  };

  test('what it takes for granted is asked, and nothing is answered by itself', async () => {
    await expect
      .poll(async () => (await api('/api/journeys/timing?from=Basket%20Filled&to=Invoice%20Paid')).converted, { timeout: 30_000 })
      .toBe(40);
    await page.goto(`${base}/journeys?new=1`);
    await page.getByRole('link', { name: 'begin from a starter or a copy' }).press('Enter');
    await page
      .getByRole('link', { name: /^Abandoned cart/ })
      .first()
      .press('Enter');
    await page.getByRole('heading', { name: 'From “Abandoned cart”' }).waitFor();
    const steps = page.getByRole('navigation', { name: 'Questions' });
    await expect.poll(() => steps.getByText(/open$/).count()).toBe(4);
    await page.getByText('Product Added: never seen in 30 days').waitFor();

    await field('What “Product Added” is called here').focus();
    await typeOn(page, 'Basket');
    await take(/^Basket Filled/);
    await page.getByText('seen 2 times in 30 days', { exact: true }).waitFor();
    await enter('They are called the same here');
    await page.getByText('never seen in 30 days', { exact: true }).first().waitFor();
    await pick('What “Conversion” is here', /^Client$/);
    await pick('What “First name” is here', /^Given name \(givenName\)$/);
    await pick('What “Reminders and offers” is here', /^Letters$/);
    await pick('What “marketing” is here', /^marketing$/);
    await choose('Its own');
    await expect.poll(() => steps.getByRole('img', { name: 'answered' }).count()).toBe(1);
  });

  test('the other questions follow, and what was answered stays when one goes back', async () => {
    await enter('Next: audience and sales');
    await choose('A stage');
    await pick('Which stage', /^Lead$/);
    await write('What these people expect to hear from you, and why', 'Whether their basket is still there, because they left it with us.');
    await choose('They buy after a talk with us');
    await enter('Back');
    await expect.poll(() => field('What “Product Added” is called here').inputValue()).toBe('Basket Filled');
    await page.reload();
    await expect.poll(() => field('What “Product Added” is called here').inputValue()).toBe('Basket Filled');
    await enter('Next: audience and sales');
    await enter('Next: goal and timing');

    await page.getByText('Name the goal first; then it can be seen how long people take.').waitFor();
    await write('The event by which it succeeds', 'Invoice Paid');
    await enter('Keep 7 days');
    await page
      .getByText(/^Of 40 who did Invoice Paid after Basket Filled, half did so within 1 day, three quarters within 2 days/)
      .waitFor();
    await page
      .getByRole('group', { name: /Wait until no Product Added in the last 1 hour/ })
      .getByRole('button', { name: 'Use 1 day' })
      .press('Enter');
    await enter('Keep the starter’s 3 times');
    await enter('Next: name and care');

    await write('Name', 'Basket reminder');
    await page.getByRole('button', { name: 'Name who answers for it, by e-mail.' }).waitFor();
    expect(await page.getByRole('button', { name: 'Make the draft' }).isDisabled()).toBe(true);
    await write('Who answers for it', 'ana@linden.example');
    await page.getByText('Everything is answered.').waitFor();
  });

  test('it opens on the canvas as a draft without mistakes, and its waits tell what real people do', async () => {
    await enter('Make the draft');
    await page.waitForURL('**/journeys/basket-reminder?**');
    await page.locator('[data-step="product-added"]').waitFor();
    await expect.poll(() => page.locator('[data-step="product-added"]').textContent()).toContain('Enter on Basket Filled');
    await page.getByText('Saved', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: /errors?$/ }).count()).toBe(0);
    const { version, draft, mistakes } = await api('/api/definitions/journey/basket-reminder');
    expect(version).toBeNull();
    expect(mistakes.map(({ message }: { message: string }) => message)).toEqual(
      ['cart-reminder', 'cart-what-others-say', 'cart-offer'].map(
        (mail) => `there is no template "basket-reminder-${mail}": its draft is not published yet`,
      ),
    );
    expect(draft).toMatchObject({
      owner: 'ana@linden.example',
      serves: { from: null, to: 'client' },
      goal: { on: { event: 'Invoice Paid' }, within: 'P7D' },
    });
    expect(draft.brief.needs).toContain('Whether their basket is still there');
    expect(draft.steps.find((step: { key: string }) => step.key === 'call')).toMatchObject({ kind: 'make-task', next: 'not-now' });

    // The second wait: three quarters within 2 days; used, and undone.
    await page.locator('[data-step="a-day"]').click();
    const panel = page.getByRole('complementary', { name: 'Details' });
    await panel.getByText(/three quarters did so within 2 days/).waitFor();
    await panel.getByRole('button', { name: 'Use 2 days' }).press('Enter');
    await expect.poll(() => page.locator('[data-step="a-day"]').textContent()).toContain('no Basket Filled in the last 2 days');
    await page.getByRole('button', { name: /^Undo: change how long of a-day/ }).click();
    await expect.poll(() => page.locator('[data-step="a-day"]').textContent()).toContain('no Basket Filled in the last 1 day');
  });

  test('a goal that has not come lately is said before it goes live', async () => {
    await page.goto(`${base}/journeys/basket-reminder?edit=1&panel=problems`);
    await page.getByText(/^No "Invoice Paid" has arrived in the last 30 days/).waitFor();
  });

  test('the file of a journey is dropped in, and one that cannot be read says where', async () => {
    const { draft } = await api('/api/definitions/journey/basket-reminder');
    await page.goto(`${base}/starters`);
    const input = page.getByLabel('The YAML file of a journey');
    await input.setInputFiles({ name: 'mine.yaml', mimeType: 'text/yaml', buffer: Buffer.from(JSON.stringify(draft)) });
    await page.getByRole('heading', { name: 'From “Basket reminder”' }).waitFor();
    await page.goto(`${base}/starters`);
    await input.setInputFiles({ name: 'broken.yaml', mimeType: 'text/yaml', buffer: Buffer.from('name: [') });
    await page.getByRole('alert').getByText('A definition file cannot be read.').waitFor();
    await page.getByText('line 1').first().waitFor();
    await expectComplaint(/status of 4\d\d/);
  });

  test.each(['light', 'dark'] as const)(
    'axe finds nothing serious, and nothing is wider than a phone (%s)',
    standsAlone,
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      const found: string[] = [];
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 900 });
        for (const place of ['', ...['names', 'audience', 'goal', 'care'].map((part) => `?from=shipped&key=onboarding&part=${part}`)]) {
          await page.goto(`${base}/starters${place}`);
          await page.getByRole('heading', { name: /^(Shipped with Throughline|From “Onboarding”)$/ }).waitFor();
          found.push(...[...(await tooWide(page)), ...(await axeOn(page))].map((each) => `${width} ${place} ${each}`));
        }
      }
      expect(found).toEqual([]);
    },
  );
});
