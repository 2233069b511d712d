import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import {
  axeOn,
  beginningMax,
  expectComplaint,
  expectKeyboardIn,
  inBrowser,
  keyboardAt,
  type Practice,
  pressOn,
  signIn,
  standsAlone,
  startPractice,
  tooWide,
} from './browser.ts';

/** A changed journey is rehearsed from its canvas by the keyboard alone, and what would have come of it is read: in sentences, by day, as flow, by person. */

inBrowser('rehearsals in a browser', () => {
  let practice: Practice;
  let base: string;
  let page: Page;
  /** The rehearsal of the welcome whose second mail goes out earlier. */
  let id: string | undefined;

  const details = () => page.getByRole('complementary', { name: 'Details' });
  // biome-ignore lint/suspicious/noExplicitAny: answers as they come
  const rehearsal = (of = id!): Promise<any> => practice.api(page, 'GET', `/api/rehearsals/${of}`);
  const idHere = (): string => /rehearsals\/([0-9a-f-]{36})/.exec(page.url())![1]!;
  /** Presses Tab until the keyboard is at what is called so. */
  const tabTo = async (name: RegExp): Promise<void> => {
    const seen: string[] = [];
    for (let presses = 0; presses < 120; presses++) {
      await pressOn(page, 'Tab');
      seen.push(await keyboardAt(page));
      if (name.test(seen.at(-1)!)) return;
    }
    throw new Error(`Tab never came to ${name}; it came to: ${seen.join(' | ')}`);
  };

  beforeAll(async () => {
    practice = await startPractice();
    base = practice.base;
    page = await signIn(practice);
  }, beginningMax);

  test('an empty list says what a rehearsal is, and rehearses what is in force', async () => {
    await page.goto(`${base}/rehearsals`);
    await page.getByRole('heading', { name: 'Nothing has been rehearsed yet' }).waitFor();
    await tabTo(/^button “Rehearse”/);
    await pressOn(page, 'Enter');
    await expectKeyboardIn(page.getByRole('dialog'));
    await page.getByRole('radio', { name: 'What is in force' }).waitFor();
    expect(await page.getByRole('radio').count(), 'there is no draft to choose').toBe(1);
    await tabTo(/^input “Over/);
    await pressOn(page, 'Enter');
    await page.getByRole('option', { name: 'The next 14 days' }).waitFor();
    const over14 = page.getByRole('combobox', { name: 'Over' });
    for (let presses = 0; presses < 2; presses++) await pressOn(page, 'ArrowDown');
    await pressOn(page, 'Enter');
    await expect.poll(() => over14.inputValue()).toBe('The next 14 days, simulated');
    await tabTo(/^button “Rehearse”/);
    await pressOn(page, 'Enter');
    await page.waitForURL('**/rehearsals/*-*');
    await page.getByRole('heading', { level: 1, name: /What is in force.*Done/ }).waitFor();
    const { over, changed, standing } = await rehearsal(idHere());
    expect({ kind: over.kind, changed }).toEqual({ kind: 'future', changed: null });
    expect(standing.journeys.length).toBeGreaterThan(0);
    expect(await page.getByRole('button', { name: 'Difference' }).count(), 'nothing is compared').toBe(0);
  });

  test('an earlier second mail is rehearsed from the canvas', async () => {
    const { published } = await practice.api(page, 'GET', '/api/definitions/journey/welcome');
    const steps = published.steps.map((step: { key: string }) => (step.key === 'two-days' ? { ...step, for: 'PT6H' } : step));
    await practice.api(page, 'PUT', '/api/definitions/journey/welcome', { body: { ...published, steps } });
    await page.goto(`${base}/journeys/welcome?edit=1`);
    await page.getByText('Wait 6 hours').first().waitFor();
    await tabTo(/^button “Rehearse”/);
    await pressOn(page, 'Enter');
    await page.waitForURL('**/rehearsals/*-*');
    await page.getByRole('heading', { level: 1, name: /Welcome.*Done/ }).waitFor();
    id = idHere();
    const { changed, standing, definitions } = await rehearsal();
    expect(definitions).toEqual([{ kind: 'journey', key: 'welcome', name: 'Welcome' }]);
    const welcome = (side: { journeys: { key: string; entered: number }[] }) => side.journeys.find(({ key }) => key === 'welcome')!;
    const said = await page.getByRole('list', { name: 'What would come of it' }).getByRole('listitem').allTextContents();
    expect(said[0]).toBe(`Welcome would have been entered ${welcome(changed).entered} times (as now).`);
    expect(welcome(changed).entered).toBe(welcome(standing).entered);
    expect(said[1]).toMatch(/^\d+ messages would have gone out \((now \d+|as now)\), at most \d+ on /);
  });

  test('the calendar says each day, and one day opens with both sides', async () => {
    const { changed, standing } = await rehearsal();
    type Side = { days: { day: string; channels: { sent: number }[] }[] };
    const sent = (side: Side, day: string): number =>
      side.days.find((each) => each.day === day)?.channels.reduce((sum, channel) => sum + channel.sent, 0) ?? 0;
    const other = (changed as Side).days.find(({ day }) => sent(changed, day) > 1 && sent(changed, day) !== sent(standing, day))!.day;
    const calendar = page.getByRole('table', { name: 'Messages a day' });
    const shown = await calendar.getByRole('button').allTextContents();
    expect(shown.length, 'from the week in which anything happened').toBeGreaterThanOrEqual(20);

    await page.getByRole('button', { name: 'Difference' }).focus();
    await pressOn(page, 'Enter');
    await page.waitForURL('**show=difference**');
    await tabTo(/^button “.*messages?, /);
    await pressOn(page, 'Home');
    const days = await calendar.getByRole('button').evaluateAll((buttons) => buttons.map((each) => (each as HTMLElement).dataset.day!));
    const at = days.indexOf(other);
    for (let week = 0; week < Math.floor(at / 7); week++) await pressOn(page, 'ArrowDown');
    for (let day = 0; day < at % 7; day++) await pressOn(page, 'ArrowRight');
    await pressOn(page, 'Enter');
    await page.waitForURL(`**day=${other}**`);
    const difference = sent(changed, other) - sent(standing, other);
    expect(await calendar.locator(`[data-day="${other}"] b`).textContent()).toBe(`${difference > 0 ? '+' : '−'}${Math.abs(difference)}`);
    await details()
      .getByRole('row', { name: new RegExp(`E-mail, sent ${sent(changed, other)}\\s*now ${sent(standing, other)}`) })
      .waitFor();
    await pressOn(page, 'Escape');
    await details().waitFor({ state: 'detached' });
  });

  test('the flow is drawn with what changes, and a person’s whole way is read', async () => {
    await page.getByRole('button', { name: 'Journeys', exact: true }).focus();
    await pressOn(page, 'Enter');
    await tabTo(/^a “Welcome”/);
    await pressOn(page, 'Enter');
    await page.waitForURL('**journey=welcome**');
    const { changed } = await rehearsal();
    const flow = changed.journeys.find(({ key }: { key: string }) => key === 'welcome');
    const hello = flow.steps.find(({ step }: { step: string }) => step === 'hello');
    const card = page.locator('[data-step="hello"]').locator('..');
    await card.getByText(`${hello.passed} passed`).waitFor();
    expect(await card.getByRole('link').count(), 'what is rehearsed leads to no real people').toBe(0);
    await page.getByRole('button', { name: /Wait 6 hours.*Changed/ }).waitFor();

    await page.getByRole('button', { name: 'Side by side' }).focus();
    await pressOn(page, 'Enter');
    await page.getByRole('button', { name: /Wait 2 days/ }).waitFor();

    const { items } = await practice.api(page, 'GET', `/api/rehearsals/${id}/runs/welcome?limit=100`);
    const run = items.find(
      (each: { messages: { status: string }[] }) => each.messages.filter(({ status }) => status === 'sent').length === 2,
    );
    await tabTo(new RegExp(`^button “[^”]*${run.person.name}`));
    await pressOn(page, 'Enter');
    await details().getByRole('link', { name: run.person.name }).waitFor();
    expect(await details().getByRole('listitem').count()).toBe(4);
    expect(await details().getByText('Goes out').count()).toBe(2);
    await details().getByText('Reached the end.').or(details().getByText(/^Goal/)).first().waitFor();
    await page.locator('[data-kind][data-way="gone"]').first().waitFor();
    await details().getByRole('link', { name: run.person.name }).press('Enter');
    await page.waitForURL(`**/people/${run.person.id}**`);
  });

  test('what bites and what meets is told with both sides', async () => {
    const { changed, standing } = await rehearsal();
    await page.goto(`${base}/rehearsals/${id}?tab=bites`);
    const [first] = changed.reasons;
    const before = standing.reasons.find(
      (each: typeof first) => each.status === first.status && each.reason === first.reason && each.journey === first.journey,
    );
    const row = page.getByRole('table', { name: 'Reasons' }).getByRole('row').nth(1);
    expect(await row.textContent()).toContain(String(first.messages));
    if (before && before.messages !== first.messages) expect(await row.textContent()).toContain(`now ${before.messages}`);
    await page.goto(`${base}/rehearsals/${id}?tab=together`);
    await page.getByRole('table', { name: 'Moves between stages' }).getByText('Capture').first().waitFor();
  });

  test('one that runs is stopped, or was faster', async () => {
    await page.goto(`${base}/rehearsals`);
    await page.getByRole('row').nth(2).waitFor();
    const { id: started } = await practice.api(page, 'POST', '/api/rehearsals', { over: { past: 'P90D' }, drafts: 'all' });
    await page.goto(`${base}/rehearsals/${started}`);
    const over = page.getByRole('heading', { level: 1, name: /Done|Stopped/ });
    const stop = page.getByRole('button', { name: 'Stop', exact: true });
    await stop.or(over).first().waitFor();
    await stop.click({ timeout: 2_000 }).catch(() => undefined);
    await over.waitFor();
    const { state, looked, people } = await rehearsal(started);
    expect(['done', 'cancelled']).toContain(state);
    if (state === 'done') expect(looked).toBe(people);
    else await page.getByText(/stopped it, after \d+ of/).waitFor();
  });

  test('a draft that cannot stand is refused, and says where', async () => {
    await practice.api(page, 'PUT', '/api/definitions/segment/lost', { body: { name: 'Lost', rule: { segment: { key: 'nowhere' } } } });
    await page.goto(`${base}/rehearsals`);
    await page.getByRole('button', { name: 'Rehearse' }).press('Enter');
    await page.getByRole('radio', { name: 'Some of the drafts' }).press('Space');
    await page.getByRole('checkbox', { name: /Lost/ }).press('Space');
    await page.getByRole('dialog').getByRole('button', { name: 'Rehearse' }).press('Enter');
    await page
      .getByRole('alert')
      .getByText(/nowhere/)
      .waitFor();
    await expectComplaint(/status of 422/);
    await practice.api(page, 'DELETE', '/api/definitions/segment/lost/draft');
  });

  test('axe finds nothing serious, light or dark, wide or narrow', standsAlone, async () => {
    const found: string[] = [];
    const started = id ?? (await practice.api(page, 'POST', '/api/rehearsals', { over: { past: 'P30D' } })).id;
    await expect.poll(async () => (await rehearsal(started)).state, { timeout: 60_000 }).not.toBe('running');
    const of = `rehearsals/${started}`;
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [1440, 390]) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 900 });
        for (const screen of [
          'rehearsals',
          of,
          `${of}?tab=journeys`,
          `${of}?tab=journeys&journey=welcome&drawn=both`,
          `${of}?tab=bites`,
          `${of}?tab=together`,
        ]) {
          await page.goto(`${base}/${screen}`);
          await page.getByRole('heading', { level: 1 }).first().waitFor();
          found.push(...[...(await axeOn(page)), ...(await tooWide(page))].map((each) => `${screen} ${colorScheme} ${width}: ${each}`));
        }
      }
    expect(found).toEqual([]);
  });
});
