import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { composeEmail, type EmailParts } from '#engine/message/compose.ts';
import { HeaderRefused, wireAddress } from '#engine/message/header.ts';

const base: EmailParts = {
  from: { name: 'Acme', address: 'hello@acme.example' },
  to: { name: 'Ana', address: 'ana@example.com' },
  subject: 'Welcome',
  html: '<p>Hello</p>',
  text: 'Hello',
  messageId: 'm1@acme.example',
  date: Date.UTC(2026, 2, 1, 9, 30),
  headers: {},
  boundarySeed: 'm1',
};
const compose = (change: Partial<EmailParts>): Buffer => composeEmail({ ...base, ...change });
const read = (raw: Buffer) => new PostalMime().parse(raw);
/** Readers hand line ends out as they came; trailing ones are not part of the text. */
const bodyText = (text: string | undefined): string => (text ?? '').replaceAll('\r\n', '\n').replace(/\n+$/, '');
const headOf = (raw: Buffer): string => raw.toString('latin1').split('\r\n\r\n', 1)[0]!;

/** What must hold of every mail, whatever was put into it. */
function expectSound(raw: Buffer): void {
  const text = raw.toString('latin1');
  expect(text).toMatch(/^[\t\r\n\x20-\x7e]*$/);
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  for (const line of text.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
  for (const line of text.slice(text.indexOf('\r\n\r\n')).split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
}

describe('composing a mail', () => {
  test('what went in is read back', async () => {
    const raw = compose({
      from: { name: 'Café "Zoë", Ltd.', address: 'hello@acme.example' },
      to: { name: 'Søren Ångström', address: 'soren@bücher.example' },
      replyTo: { address: 'answers@acme.example' },
      subject: 'Ваш заказ № 12 ✅ is on its way — see “details”',
      html: '<p>Grüße = ünïcode 🎉 </p>\n<p>trailing blank \n</p>',
      text: 'Grüße 🎉\nzweite Zeile \n\n-- \nAcme',
      headers: {
        'List-Unsubscribe': '<https://acme.example/u/abc>, <mailto:u@acme.example>',
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        'Auto-Submitted': 'auto-generated',
      },
    });
    expectSound(raw);
    const mail = await read(raw);
    expect(mail.from).toMatchObject({ name: 'Café "Zoë", Ltd.', address: 'hello@acme.example' });
    expect(mail.to?.[0]).toMatchObject({ name: 'Søren Ångström', address: 'soren@xn--bcher-kva.example' });
    expect(mail.replyTo?.[0]?.address).toBe('answers@acme.example');
    expect(mail.subject).toBe('Ваш заказ № 12 ✅ is on its way — see “details”');
    expect(mail.messageId).toBe('<m1@acme.example>');
    expect(new Date(mail.date!).getTime()).toBe(base.date);
    expect(bodyText(mail.html)).toBe('<p>Grüße = ünïcode 🎉 </p>\n<p>trailing blank \n</p>');
    expect(bodyText(mail.text)).toBe('Grüße 🎉\nzweite Zeile \n\n-- \nAcme');
    const header = (name: string) => mail.headers.find((one) => one.key === name)?.value;
    expect(header('list-unsubscribe')).toBe('<https://acme.example/u/abc>, <mailto:u@acme.example>');
    expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    expect(headOf(raw)).toContain('\r\nDate: Sun, 01 Mar 2026 09:30:00 +0000\r\n');
  });

  test('the same message is the same bytes', () => {
    expect(compose({ subject: 'Grüße' }).equals(compose({ subject: 'Grüße' }))).toBe(true);
  });

  const breaks = ['\r\nBcc: eve@example.com', '\nX-Evil: 1', '\rX-Evil: 1', '\0', '\u000b', '\u007f', '\r\n\r\n<script>'];
  const places: [string, (evil: string) => Partial<EmailParts>][] = [
    ['subject', (evil) => ({ subject: `Hello${evil}` })],
    ['from name', (evil) => ({ from: { name: `Acme${evil}`, address: 'hello@acme.example' } })],
    ['from address', (evil) => ({ from: { address: `hello${evil}@acme.example` } })],
    ['from domain', (evil) => ({ from: { address: `hello@acme.example${evil}` } })],
    ['to name', (evil) => ({ to: { name: `Ana${evil}`, address: 'ana@example.com' } })],
    ['to address', (evil) => ({ to: { address: `ana@example.com${evil}` } })],
    ['reply-to', (evil) => ({ replyTo: { name: evil, address: 'x@acme.example' } })],
    ['message id', (evil) => ({ messageId: `m1${evil}@acme.example` })],
    ['header value', (evil) => ({ headers: { 'X-Campaign': `spring${evil}` } })],
    ['header name', (evil) => ({ headers: { [`X-A${evil}`]: 'spring' } })],
  ];
  test.each(places)('a line break or control character in the %s is refused', (_place, change) => {
    for (const evil of breaks) expect(() => compose(change(evil))).toThrow(HeaderRefused);
  });

  test('a refusal names the header, never the value', () => {
    expect(() => compose({ subject: 'top secret\r\nBcc: eve@example.com' })).toThrow(
      /^Subject: holds a line break or another control character$/,
    );
  });

  test.each(['From', 'to', 'Bcc', 'SUBJECT', 'Content-Type', 'content-transfer-encoding', 'MIME-Version', 'Message-ID'])(
    'a second %s cannot be smuggled in',
    (name) => {
      expect(() => compose({ headers: { [name]: 'x' } })).toThrow(HeaderRefused);
    },
  );

  test('a boundary seed cannot break out of its quotes', async () => {
    const raw = compose({ boundarySeed: 'a"; charset=x\r\nX-Evil: 1' });
    expectSound(raw);
    expect(headOf(raw)).not.toContain('X-Evil:');
    expect((await read(raw)).text?.trim()).toBe('Hello');
  });

  test.each([
    ['Ana Lee', 'Ana Lee <'],
    ['Lee, Ana', '"Lee, Ana" <'],
    ['Ana "the boss" \\o/', '"Ana \\"the boss\\" \\\\o/" <'],
    ['ana@evil.example', '"ana@evil.example" <'],
    ['=?UTF-8?Q?Boss?=', '=?UTF-8?'],
  ])('the name %s is written as %s', async (name, written) => {
    const raw = compose({ from: { name, address: 'hello@acme.example' } });
    expect(headOf(raw)).toContain(`From: ${written}`);
    expect((await read(raw)).from).toMatchObject({ name, address: 'hello@acme.example' });
  });

  test('a subject that looks encoded is shown as it was written', async () => {
    expect((await read(compose({ subject: '=?UTF-8?B?SGVsbG8=?= you' }))).subject).toBe('=?UTF-8?B?SGVsbG8=?= you');
  });

  test.each([
    ['ASCII', 'word '.repeat(59).trim()],
    ['one long word', 'x'.repeat(300)],
    ['accents', 'déjà vu '.repeat(37).trim()],
    ['Chinese', '您的订单已发货'.repeat(40)],
    ['emoji', '🎉🇩🇪👩‍👩‍👧'.repeat(30)],
    ['two blanks', 'a  b'],
    ['blanks at the ends', ' a '],
    ['tabs', 'a\tb'],
    ['half a surrogate', 'a\ud83d b'],
    ['nothing', ''],
  ])('a long or odd subject (%s) is folded and read back', async (_kind, subject) => {
    const raw = compose({ subject });
    expectSound(raw);
    for (const line of headOf(raw).split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
    for (const word of headOf(raw).match(/=\?[^\s]+\?=/g) ?? []) expect(word.length).toBeLessThanOrEqual(75);
    expect((await read(raw)).subject ?? '').toBe(subject.toWellFormed());
  });

  test('long machine headers are folded at their blanks, an endless one is refused', async () => {
    const value = `<https://acme.example/u/${'a'.repeat(300)}>, <mailto:u@acme.example?subject=${'b'.repeat(200)}>`;
    const raw = compose({ headers: { 'List-Unsubscribe': value } });
    expectSound(raw);
    expect((await read(raw)).headers.find((one) => one.key === 'list-unsubscribe')?.value).toBe(value);
    expect(() => compose({ headers: { 'X-Long': 'x'.repeat(1_200) } })).toThrow(HeaderRefused);
  });

  test.each([
    ['bare line feeds', 'a\nb\n\nc'],
    ['bare returns', 'a\rb'],
    ['dots', '.\n..\n.x'],
    ['a line of 5,000', 'x'.repeat(5_000)],
    ['a line of 5,000 blanks', `x${' '.repeat(5_000)}y`],
    ['blank at the end of a line', 'a \nb\t\nc '],
    ['equals signs', '='.repeat(300)],
    ['exactly 75, 76, 77', `${'x'.repeat(75)}\n${'x'.repeat(76)}\n${'x'.repeat(77)}`],
    ['Japanese', '日本語のメール。'.repeat(100)],
    ['nothing', ''],
    ['From at the start', 'From here on'],
    ['a boundary', '--=_m1_tl--'],
  ])('a body with %s is read back', async (_kind, text) => {
    const raw = compose({ text, html: text });
    expectSound(raw);
    const mail = await read(raw);
    const expected = text.replace(/\r\n?/g, '\n').replace(/\n+$/, '');
    expect(bodyText(mail.text)).toBe(expected);
    expect(bodyText(mail.html)).toBe(expected);
  });

  test('Japanese takes base64, English quoted-printable', () => {
    expect(compose({ text: '日本語'.repeat(50) }).toString()).toMatch(/text\/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64/);
    expect(compose({}).toString()).toMatch(/text\/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable/);
  });

  test('whatever text is put in, the mail is sound and read back', async () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 120 }).map((text) => text.replace(/[\p{Cc}]/gu, ''));
    await fc.assert(
      fc.asyncProperty(line, line, fc.string({ unit: 'binary', maxLength: 400 }), async (subject, name, body) => {
        const text = body.replace(/[\r\0\ufeff]/g, '').toWellFormed();
        const raw = compose({ subject, from: { name, address: 'hello@acme.example' }, text, html: text });
        expectSound(raw);
        const mail = await read(raw);
        expect(mail.subject ?? '').toBe(subject.toWellFormed());
        expect(bodyText(mail.text)).toBe(bodyText(text));
        expect(mail.from?.address).toBe('hello@acme.example');
      }),
      { numRuns: 300 },
    );
  });
});

describe('addresses on the wire', () => {
  test.each([
    ['ana@example.com', 'ana@example.com'],
    ['Ana.Lee+news@Example.COM', 'Ana.Lee+news@example.com'],
    ['ana@bücher.example', 'ana@xn--bcher-kva.example'],
    ["o'neil@example.com", "o'neil@example.com"],
    ['jörg@example.com', null],
    ['"ana lee"@example.com', null],
    ['ana@', null],
    ['@example.com', null],
    ['ana', null],
    ['ana@exa mple.com', null],
    ['ana@example.com, eve@example.com', null],
    ['ana@example.com>', null],
    ['.ana@example.com', null],
    ['ana..lee@example.com', null],
    ['ana@-example.com', null],
    [`${'a'.repeat(65)}@example.com`, null],
    ['ana\r\n@example.com', null],
  ])('%j becomes %j', (address, written) => expect(wireAddress(address)).toBe(written));
});
