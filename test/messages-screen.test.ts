import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import {
  asPractice,
  axeOn,
  beginningMax,
  expectKeyboardIn,
  inBrowser,
  type Practice,
  signIn,
  startPractice,
  tooWide,
  typeOn,
} from './browser.ts';

/** Messages that could not be written are sent again after their template was mended, one and then several, by the keyboard alone. */

inBrowser('messages that are sent again, in a browser', () => {
  let practice: Practice;
  let page: Page;
  const ids: string[] = [];

  const publish = (text: string) =>
    practice.api(page, 'POST', '/api/apply', {
      definitions: [
        { kind: 'topic', key: 'codes', body: { name: 'Codes', purpose: 'transactional' } },
        {
          kind: 'template',
          key: 'code',
          body: { channel: 'email', name: 'Code', subject: 'Your code', blocks: [{ block: 'text', text }] },
        },
      ],
      publish: true,
      note: 'for a story',
    });
  const ask = async (email: string): Promise<string> => {
    const answer = await page.context().request.post(`${practice.address}/api/messages`, {
      headers: { ...asPractice, 'idempotency-key': email },
      data: { template: 'code', topic: 'codes', email },
    });
    expect(answer.ok(), await answer.text()).toBe(true);
    return (await answer.json()).id;
  };
  const became = async (id: string) => practice.api(page, 'GET', `/api/messages/${id}`);

  beforeAll(async () => {
    practice = await startPractice();
    page = await signIn(practice);
  }, beginningMax);

  test('three mails cannot be written, until their template is mended', async () => {
    await publish('{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}');
    for (const name of ['ana', 'bea', 'cem']) ids.push(await ask(`${name}.code@example.com`));
    for (const id of ids) await expect.poll(async () => (await became(id)).reason, { timeout: 30_000 }).toBe('render-failed');
    await publish('Your code is 1234.');
  });

  test('one is sent again with a reason, and says who did it', async () => {
    await page.goto(`${practice.base}/messages?reason=render-failed&peek=${ids[0]}`);
    await page.getByText('Publish a mended template first').waitFor();
    expect(await axeOn(page)).toEqual([]);
    await page.getByRole('button', { name: 'Send again' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await expectKeyboardIn(dialog);
    await dialog.getByLabel('Why is it sent again').focus();
    await typeOn(page, 'the template was mended');
    expect(await axeOn(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'Decided by colleagues' }).getByText('sent it again: the template was mended').waitFor();
    await expect.poll(async () => (await became(ids[0]!)).status).toBe('sent');
    await page.getByRole('button', { name: 'Send again' }).waitFor({ state: 'detached' });
  });

  test('several are chosen and sent again at once', async () => {
    await page.goto(`${practice.base}/messages?reason=render-failed`);
    await page.getByRole('grid', { name: 'Messages' }).getByText('bea.code@example.com').waitFor();
    for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
    const bar = page.getByRole('toolbar', { name: 'Chosen messages' });
    await bar.getByText('2 messages chosen').waitFor();
    await page.getByRole('checkbox', { name: 'Choose none' }).press('Space');
    await bar.waitFor({ state: 'detached' });
    await page.getByRole('checkbox', { name: 'Choose all that are shown' }).press('Space');
    await bar.getByText('2 messages chosen').waitFor();
    expect(await axeOn(page)).toEqual([]);
    await bar.getByRole('button', { name: 'Send again' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await expectKeyboardIn(dialog);
    await dialog.getByLabel('Why are they sent again').focus();
    await typeOn(page, 'mended too');
    await page.keyboard.press('Enter');
    await page.getByText('2 messages will be sent again.').waitFor();
    for (const id of ids.slice(1)) await expect.poll(async () => (await became(id)).status).toBe('sent');
    await bar.waitFor({ state: 'detached' });
  });

  test('what was sent offers nothing, and fits a small window', async () => {
    await page.setViewportSize({ width: 390, height: 900 });
    await page.goto(`${practice.base}/messages?peek=${ids[1]}`);
    await page.getByRole('list', { name: 'Decided by colleagues' }).getByText('mended too').waitFor();
    expect(await page.getByRole('button', { name: 'Send again' }).count()).toBe(0);
    expect(await tooWide(page)).toEqual([]);
    expect(await axeOn(page)).toEqual([]);
  });
});
