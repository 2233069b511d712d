import { beforeAll, describe, expect, test } from 'vitest';
import { openWorld, type World } from '../world.ts';

/** The hosted form: a page without script that says who somebody is and what they agreed to. */

describe('the contact form', () => {
  let world: World;
  let wording: string;
  beforeAll(async () => {
    world = await openWorld();
    wording = ((await world.must('GET', '/api/definitions/entry-point/contact-form')).published as { consent: { wording: string } }).consent
      .wording;
  });

  const submit = async (fields: Record<string, string>, headers: Record<string, string> = {}) => {
    const answer = await world.post('/f/contact-form', new URLSearchParams(fields).toString(), {
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    });
    await world.settle();
    return answer;
  };
  const tick = { consent: 'yes' };

  test('the page works without script, keeps out of search engines, and its box is not ticked', async () => {
    const { status, text, headers } = await world.get('/f/contact-form');
    expect(status).toBe(200);
    expect(text).not.toMatch(/<script|\son\w+=|javascript:/i);
    expect(headers['content-security-policy']).toMatch(/default-src 'none'/);
    expect(text).toMatch(/<form method="post" action="\/f\/contact-form">/);
    expect(text).toContain(`<input type="checkbox" name="consent" value="yes"><span>${wording}</span>`);
    expect(text).not.toMatch(/type="checkbox"[^>]*checked/);
    for (const field of ['email', 'name', 'message'])
      expect(text, field).toMatch(new RegExp(`<label for="field-${field}">[^<]+.*name="${field}"`));
    expect(text).toContain('noindex');
  });

  test('a submission makes a person who came in through the form, with the consent in the words that stood there', async () => {
    const answer = await submit(
      { email: ' Lena@Example.com', name: 'Lena Lang', message: 'Hello\nthere', ...tick },
      { referer: 'https://search.example/' },
    );
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.text).toContain('Thank you. We have your message');
    const lena = await world.person('lena@example.com');
    expect(lena).toMatchObject({
      name: 'Lena Lang',
      entryPoint: 'contact-form',
      stage: 'capture',
      traits: { message: 'Hello\nthere' },
      consents: [{ purpose: 'marketing', channel: '*', state: 'granted', method: 'form', actor: 'person', wording }],
    });
    expect(lena.firstSource).toMatchObject({ entryPoint: 'contact-form', source: 'search.example' });
    expect((await world.why(lena.id, 'stage')).answer).toMatch(/came in through Contact form\.$/);
    expect(await world.rows("select name from event where person_id = $1 and call = 'track'", [lena.id])).toEqual([
      { name: 'Form Submitted' },
    ]);
  });

  test('an unticked box is no consent, and no "no" either', async () => {
    await submit({ email: 'mia@example.com', message: 'Hi' });
    expect((await world.person('mia@example.com')).consents).toEqual([]);
    await submit({ email: 'mia@example.com', message: 'Hi again', consent: 'no' });
    expect((await world.person('mia@example.com')).consents).toEqual([]);
    await submit({ email: 'mia@example.com', message: 'Now yes', ...tick });
    expect(await world.person('mia@example.com')).toMatchObject({ consents: [{ state: 'granted' }], traits: { message: 'Now yes' } });
  });

  test('a yes by form lifts a withdrawal of one’s own: the person gave it again', async () => {
    await submit({ email: 'nora@example.com', message: 'Hi', ...tick });
    const { id } = await world.person('nora@example.com');
    await world.must('POST', `/api/people/${id}/consents`, { purpose: 'marketing', state: 'withdrawn' });
    await world.turn('PT1M');
    await submit({ email: 'nora@example.com', message: 'Hi', ...tick });
    const nora = await world.person('nora@example.com');
    // Anybody can type an address into a form, so the withdrawal stands; the attempt is in the ledger.
    expect(nora.reachability[0]).toMatchObject({ reachable: false });
    expect(await world.rows('select state, method, took_effect from consent where person_id = $1 order by seq', [id])).toEqual([
      { state: 'granted', method: 'form', took_effect: true },
      { state: 'withdrawn', method: 'admin', took_effect: true },
      { state: 'granted', method: 'form', took_effect: false },
    ]);
  });

  test('what is missing is said beside the field, and what was typed stays', async () => {
    const { status, text } = await submit({ email: 'not an address', name: 'O"Neill <b>', message: '', ...tick });
    expect(status).toBe(422);
    expect(text).toContain('This is not an address that mail can be sent to.');
    expect(text).toContain('What can we do for you? is needed.');
    expect(text).toMatch(/name="email"[^>]*aria-invalid="true"[^>]*value="not an address"/);
    expect(text).toContain('value="O&quot;Neill &lt;b&gt;"');
    expect(text).not.toContain('O"Neill <b>');
    expect((await world.must('GET', '/api/people?search=O')).items).toEqual([]);
  });

  test('a box that was ticked is still ticked when something else was missing', async () => {
    const { text } = await submit({ email: '', message: 'x', ...tick });
    expect(text).toMatch(/name="consent" value="yes" checked/);
  });

  test('programs that fill in every field are thanked, and nothing is kept', async () => {
    const { status, text } = await submit({
      email: 'bot@example.com',
      message: 'Buy now',
      website_confirm: 'https://spam.example',
      ...tick,
    });
    expect(status).toBe(200);
    expect(text).toContain('Thank you');
    expect((await world.must('GET', '/api/people?email=bot@example.com')).items).toEqual([]);
  });

  test('a form with a file part, as browsers send multipart, is read too', async () => {
    const boundary = 'x1';
    const part = (name: string, value: string) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const answer = await world.post('/f/contact-form', `${part('email', 'olaf@example.com')}${part('message', 'Hi')}--${boundary}--\r\n`, {
      'content-type': `multipart/form-data; boundary=${boundary}`,
    });
    expect(answer.status).toBe(200);
    await world.settle();
    expect(await world.person('olaf@example.com')).toMatchObject({ entryPoint: 'contact-form' });
  });

  test('fields that the form does not have, and names of JavaScript, are left out', async () => {
    await submit({
      email: 'pia@example.com',
      message: 'Hi',
      stage: 'conversion',
      owner: 'x',
      __proto__x: '1',
      'constructor.prototype.y': '1',
      plan: 'gold',
    });
    expect((await world.person('pia@example.com')).traits).toEqual({ email: 'pia@example.com', message: 'Hi' });
  });

  test('somebody who is known is recognised by their address, and keeps what they came by', async () => {
    await world.send([{ type: 'identify', userId: 'quinn', traits: { email: 'quinn@example.com', plan: 'gold' } }]);
    const before = await world.person('quinn@example.com');
    await submit({ email: 'quinn@example.com', message: 'It is me', name: 'Quinn' });
    expect(await world.person('quinn@example.com')).toMatchObject({
      id: before.id,
      entryPoint: 'website',
      name: 'Quinn',
      traits: { plan: 'gold' },
    });
  });

  test('forms that are not there, or not published, are not there', async () => {
    expect(await world.get('/f/nothing')).toMatchObject({ status: 404, body: { code: 'form-unknown' } });
    expect(await world.get('/f/manual')).toMatchObject({ status: 404, body: { code: 'form-unknown' } });
    expect(await world.get('/f/contact-form?workspace=nobody')).toMatchObject({ status: 404, body: { code: 'form-unknown' } });
  });

  test('another workspace’s form lands in that workspace', async () => {
    const answer = await world.post(
      '/f/contact-form?workspace=practice',
      new URLSearchParams({ email: 'rosa@example.com', message: 'Hi' }).toString(),
      { 'content-type': 'application/x-www-form-urlencoded' },
    );
    expect(answer.status).toBe(200);
    await world.settle();
    expect((await world.must('GET', '/api/people?email=rosa@example.com')).items).toEqual([]);
    expect(
      (await world.must('GET', '/api/people?email=rosa@example.com', undefined, { authorization: `Bearer ${world.practiceKey}` })).items,
    ).toHaveLength(1);
  });

  test('a page that cannot be opened any more is a sentence for people, not for programs', async () => {
    const { text, headers } = await world.get('/f/nothing', { accept: 'text/html' });
    expect(String(headers['content-type'])).toContain('text/html');
    expect(text).toContain('There is no such form.');
  });

  test('somebody who comes by a link of their own mail is not asked for what is known, and no value of theirs is shown', async () => {
    const form = { ...(await world.must('GET', '/api/definitions/entry-point/contact-form')).published, key: undefined };
    await world.publish([
      { kind: 'entry-point', key: 'feedback', body: { ...form, name: 'Feedback', form: { ...form.form, title: 'How was it?' } } },
      {
        kind: 'template',
        key: 'ask',
        body: {
          channel: 'email',
          name: 'Ask',
          subject: 'How was it?',
          blocks: [{ block: 'button', label: 'Say it', link: 'https://throughline.example/f/feedback' }],
        },
      },
      {
        kind: 'journey',
        key: 'ask',
        body: {
          name: 'Ask',
          intent: 'Ask how it was.',
          goal: null,
          exits: [],
          reentry: 'never',
          maxTime: 'P30D',
          steps: [
            { key: 'start', kind: 'entry', on: { event: 'Visited' }, next: 'mail' },
            { key: 'mail', kind: 'send', template: 'ask', topic: 'account', next: null },
          ],
        },
      },
    ]);
    await world.sendTrusted([
      { type: 'identify', userId: 'sara', traits: { email: 'sara@example.com', name: 'Sara Secret', message: 'Earlier' } },
      { type: 'track', userId: 'sara', event: 'Visited' },
    ]);
    const sara = await world.person('sara@example.com');
    const [mail] = await world.mailsTo('sara@example.com');
    const followed = await world.click(mail!.links[0]!);
    expect(followed.status).toBe(302);
    const path = String(followed.headers.location).replace('https://throughline.example', '');
    const { text } = await world.get(path);
    // What somebody says in their own words is asked each time.
    expect(text).toContain('name="message"');
    expect(text).not.toMatch(/name="(email|name)"/);
    expect(text).not.toMatch(/sara|secret|Earlier/i);
    expect(text).toMatch(/<a href="\/f\/feedback(\?utm_[^"]*)?">This is not you\? Fill in the whole form\.<\/a>/);
    const answer = await world.post(path, new URLSearchParams({ message: 'It was good', ...tick }).toString(), {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(answer.status).toBe(200);
    await world.settle();
    const after = await world.person('sara@example.com');
    expect(after).toMatchObject({
      id: sara.id,
      name: 'Sara Secret',
      traits: { message: 'It was good' },
      consents: [{ state: 'granted', method: 'form' }],
    });

    // Changed, of another kind, too old, or of another workspace, it recognises nobody.
    const token = new URL(`https://x.example${path}`).searchParams.get('visitor')!;
    for (const wrong of [
      `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
      mail!.links[0]!.slice(3),
      mail!.unsubscribe?.slice(3) ?? 'x',
      '',
      'x'.repeat(2_000),
    ])
      expect((await world.get(`/f/feedback?visitor=${encodeURIComponent(wrong)}`)).text, wrong.slice(0, 20)).toContain('name="email"');
    expect((await world.get(`/f/contact-form?workspace=practice&visitor=${encodeURIComponent(token)}`)).text).toContain('name="email"');
    await world.turn('P31D');
    expect((await world.get(path)).text).toContain('name="email"');
  });

  test('more than twenty at once from one address have to wait', async () => {
    const other = await openWorld();
    let refused = 0;
    for (let n = 0; n < 30; n++) {
      const answer = await other.post('/f/contact-form', new URLSearchParams({ email: `n${n}@example.com`, message: 'x' }).toString(), {
        'content-type': 'application/x-www-form-urlencoded',
      });
      if (answer.status === 429) refused++;
    }
    expect(refused).toBe(10);
    await other.turn('PT1M');
    expect(
      (await other.post('/f/contact-form', 'email=a%40b.example&message=x', { 'content-type': 'application/x-www-form-urlencoded' }))
        .status,
    ).toBe(200);
    await other.close();
  });
});
