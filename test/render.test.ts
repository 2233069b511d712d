import { describe, expect, test } from 'vitest';
import type { Block, Template } from '#contract/definition-bodies.ts';
import { safeAddress } from '#engine/message/links.ts';
import {
  compileTemplate,
  type EmailShape,
  renderEmail,
  type RenderedEmail,
  type RenderScope,
  renderWebhook,
  sayTemplateMistakes,
} from '#engine/message/render.ts';

type EmailBody = Extract<Template, { channel: 'email' }>;
const unsubscribe = 'https://acme.example/u/abc?x=1&y=2';
const shape: EmailShape = {
  wrapLink: (url, index) => `https://t.acme.example/c/${index}?u=${encodeURIComponent(url)}`,
  openPixel: 'https://t.acme.example/o/1',
  postalAddress: 'Acme GmbH\n1 High Street, Berlin',
  footer: { why: 'You get this because you signed up.', unsubscribe: 'Unsubscribe', preferences: 'Choose what you get' },
  language: 'en',
};
const email = (change: Partial<EmailBody>): EmailBody => ({
  channel: 'email',
  name: 'Test',
  subject: 'Hello',
  preheader: '',
  fallbacks: {},
  ...(change.html === undefined ? { blocks: [] } : {}),
  ...change,
});
const scope = (person: Record<string, unknown> = {}, more: Partial<RenderScope> = {}): RenderScope => ({
  person,
  workspace: { name: 'Acme' },
  links: { unsubscribe, preferences: 'https://acme.example/p/abc' },
  ...more,
});
const render = (
  change: Partial<EmailBody>,
  person: Record<string, unknown> = {},
  more: Partial<RenderScope> = {},
  look: Partial<EmailShape> = {},
): RenderedEmail => renderEmail(compileTemplate(email(change)), scope(person, more), { ...shape, ...look });
const subject = (
  text: string,
  person: Record<string, unknown> = {},
  more: Partial<RenderScope> = {},
  fallbacks: Record<string, string> = {},
): string => render({ subject: text, fallbacks }, person, more).subject;
const textBlock = (text: string): Block[] => [{ block: 'text', text }];
const bodyOf = (html: string): string => html.slice(html.indexOf('<body'));

describe('values', () => {
  test.each([
    ['Hello {{ person.first_name }}', { first_name: 'Ana' }, {}, 'Hello Ana'],
    ['Hello {{ person.first_name }}', {}, { first_name: 'there' }, 'Hello there'],
    ['Hello {{ person.first_name }}', { first_name: '' }, { first_name: 'there' }, 'Hello there'],
    ['Hello {{ person.first_name }}', {}, {}, 'Hello'],
    ['Hello {{ person.first_name | default: "friend" }}', {}, { first_name: 'there' }, 'Hello friend'],
    ['Hello {{ person.first_name | default: "friend" }}', { first_name: 'Ana' }, {}, 'Hello Ana'],
    ['Hello {{ person.first_name | upcase }}', {}, { first_name: 'there' }, 'Hello THERE'],
    ['{% if person.first_name %}yes{% else %}no{% endif %}', {}, { first_name: 'there' }, 'no'],
    ['{{ person.company.name }}', { company: { name: 'Acme' } }, {}, 'Acme'],
    ['{{ person.company.name }}', { company: 'Acme' }, { 'company.name': 'your company' }, 'your company'],
    [
      '{{ person.tags }} {{ person.count }} {{ person.vip }} {{ person.address }}',
      { tags: ['a', 'b'], count: 3, vip: true, address: { city: 'x' } },
      {},
      'a, b 3 true',
    ],
    [
      '{% for item in person.items %}{{ item.name }}{% unless forloop.last %}, {% endunless %}{% endfor %}',
      { items: [{ name: 'hat' }, { name: 'coat' }] },
      {},
      'hat, coat',
    ],
    ['{% capture tier %}gold{% endcapture %}{% if tier == "gold" %}{{ tier }}!{% endif %}', {}, {}, 'gold!'],
    ['{{ workspace.name }}', {}, {}, 'Acme'],
  ])('%s', (text, person, fallbacks, expected) => expect(subject(text, person, {}, fallbacks as Record<string, string>)).toBe(expected));

  test('the word "now" is the time that was given, never the clock', () => {
    expect(subject('{{ "now" | date: "%Y-%m-%d %H:%M" }}', {}, { now: Date.UTC(2031, 4, 6, 7, 8) })).toBe('2031-05-06 07:08');
    expect(subject('[{{ "now" | date: "%Y" }}]')).toBe('[]');
  });

  test('the same message is the same text', () => {
    expect(render({ blocks: textBlock('Hi {{ person.a }}') }, { a: 'x' })).toEqual(
      render({ blocks: textBlock('Hi {{ person.a }}') }, { a: 'x' }),
    );
  });
});

describe('hostile values', () => {
  const hostile = '<img src=x onerror=alert(1)>"\'&{{ person.secret }}{% if true %}';
  test('HTML in a trait is text, in every block', () => {
    const { html } = render(
      {
        subject: 'S {{ person.name }}',
        preheader: 'P {{ person.name }}',
        blocks: [
          { block: 'heading', text: 'H {{ person.name }}' },
          { block: 'text', text: 'T {{ person.name }} **{{ person.name }}** [{{ person.name }}](https://acme.example/)' },
          { block: 'button', label: 'B {{ person.name }}', link: 'https://acme.example/?n={{ person.name }}' },
          { block: 'image', source: 'https://acme.example/{{ person.name }}.png', alt: 'A {{ person.name }}' },
        ],
      },
      { name: hostile, secret: 'the-secret' },
    );
    expect(html).not.toContain('<img src=x');
    expect(html).not.toContain('the-secret');
    expect(html.match(/onerror=alert\(1\)&gt;/g)?.length).toBeGreaterThan(4);
    for (const attribute of html.match(/(?:href|src|alt|style)="[^"]*"/g) ?? []) expect(attribute).not.toMatch(/[<>]/);
  });

  test('a value that holds Liquid is shown, never run, in subject, blocks, captures, HTML and webhooks', () => {
    const person = { name: '{{ person.secret }}', secret: 'the-secret' };
    const block =
      '{% capture greeting %}Hi {{ person.name }}{% endcapture %}{{ greeting }} {{ greeting | upcase }} {{ person.name | append: "!" }}';
    for (const made of [render({ subject: block, blocks: textBlock(block) }, person), render({ html: `<p>${block}</p>` }, person)]) {
      expect(made.subject + made.html + made.text).not.toContain('the-secret');
      expect(made.text).toContain('Hi {{ person.name }}'.replace('name', 'secret'));
    }
    const webhook = compileTemplate({
      channel: 'webhook',
      name: 'W',
      url: 'https://a.example/',
      body: '{"n":"{{ person.name }}"}',
      fallbacks: {},
    });
    expect(JSON.parse(renderWebhook(webhook, scope(person)).body)).toEqual({ n: '{{ person.secret }}' });
  });

  test('a value cannot put a link or bold type into the mail', () => {
    const { html, text, links } = render(
      { blocks: textBlock('Hi {{ person.name }}, **welcome**') },
      { name: '[win](https://evil.example/) **now** *x*' },
    );
    expect(links).toEqual([]);
    expect(bodyOf(html)).toContain('Hi [win](https://evil.example/) **now** *x*, <strong>welcome</strong>');
    expect(text).toContain('Hi [win](https://evil.example/) **now** *x*, welcome');
  });

  test('an address in a value is no link, however it is written around', () => {
    const { html, links } = render(
      { blocks: textBlock('Hi {{ person.name }}, see {{ person.page }}') },
      { name: 'https://evil.example/', page: 'http://x.example' },
    );
    expect(links).toEqual([]);
    expect(bodyOf(html)).toContain('Hi https://evil.example/, see http://x.example');
  });

  test('a subject stays one line without control characters', () => {
    expect(subject('Hi {{ person.name }}', { name: 'Ana\r\nBcc: eve@example.com\0\u0007\u2028x' })).toBe('Hi Ana Bcc: eve@example.com x');
  });

  test('captured markup of the author is not escaped, captured values are, once', () => {
    const { html } = render({ html: '{% capture b %}<b>{{ person.name }}</b>{% endcapture %}<p>{{ b }}</p>' }, { name: "O'Neil & <i>" });
    expect(html).toContain('<p><b>O&#39;Neil &amp; &lt;i&gt;</b></p>');
  });

  test('prototypes, functions and other inherited things are empty', () => {
    expect(
      subject(
        '[{{ constructor }}{{ person.constructor }}{{ person.__proto__ }}{{ person.toString }}{{ person.name.constructor.name }}{{ person["__proto__"].polluted }}]',
        { name: 'x' },
      ),
    ).toBe('[]');
  });

  test.each([
    "{% include '/etc/passwd' %}",
    "{% render '/etc/passwd' %}",
    "{% layout '/etc/passwd' %}",
    '{% echo person.name %}',
    '{% liquid echo person.name %}',
    '{% cycle person.name %}',
    '{% tablerow x in person.l %}{% endtablerow %}',
    '{{ person.name | raw }}',
    '{{ person.l | sample }}',
    '{{ person.name | strip_html }}',
    '{{ person.l | where_exp: "x", "true" }}',
    '{{ person.name | sha256 }}',
  ])('%s is not part of the language', (text) => {
    expect(() => compileTemplate(email({ subject: text }))).toThrow(/not found|undefined filter/);
  });

  test.each([
    ['a huge range', '{% for i in (1..1000000000) %}x{% endfor %}'],
    ['loops in loops', '{% for a in person.l %}{% for b in person.l %}{% for c in person.l %}{% endfor %}{% endfor %}{% endfor %}'],
    ['doubling by append', '{% assign x = "0123456789" %}{% for i in (1..100) %}{% assign x = x | append: x %}{% endfor %}'],
    [
      'doubling by capture',
      '{% assign x = "0123456789" %}{% for i in (1..100) %}{% capture x %}{{ x }}{{ x }}{% endcapture %}{% endfor %}',
    ],
    [
      'replacing by something longer',
      '{% assign x = "aaaaaaaaaa" %}{% for i in (1..40) %}{% assign x = x | replace: "a", "aa" %}{% endfor %}',
    ],
    ['a wide date', '{{ 0 | date: "%999999999d" }}'],
    ['a long literal in a loop', `{% for i in (1..5000) %}${'x'.repeat(1_000)}{% endfor %}`],
  ])('%s ends soon and always the same way', (_kind, text) => {
    const started = performance.now();
    expect(() => render({ blocks: textBlock(text) }, { l: Array.from({ length: 1_000 }, (_, index) => index) })).toThrow(
      /repeats too often|grows too long/,
    );
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('links', () => {
  test.each([
    ['https://acme.example/a?b=c#d', 'https://acme.example/a?b=c#d'],
    ['HTTP://acme.example', 'HTTP://acme.example'],
    ['mailto:ana@example.com', 'mailto:ana@example.com'],
    ['tel:+49-30-1234', 'tel:+49-30-1234'],
    [' https://acme.example/a b ', 'https://acme.example/a%20b'],
    ['javascript:alert(1)', null],
    ['JaVa\tScRiPt:alert(1)', null],
    ['\u0001javascript:alert(1)', null],
    ['data:text/html,x', null],
    ['vbscript:x', null],
    ['//evil.example', null],
    ['/path', null],
    ['https:evil.example', null],
    ['https://acme.example\\@evil.example', null],
    ['https://acme.example@evil.example/', null],
    ['http://u:p@evil.example', null],
    ['file:///etc/passwd', null],
    ['', null],
  ])('%j is written as %j', (address, written) => expect(safeAddress(address)).toBe(written));

  test('web links are wrapped in order; unsubscribe, preferences, mailto and tel stay', () => {
    const { html, text, links } = render({
      blocks: [
        {
          block: 'text',
          text: 'See [one](https://acme.example/1) and [two](https://acme.example/2?a=1&b=2). [Stop]({{ links.unsubscribe }}), [write](mailto:a@acme.example), [bad](javascript:alert%281%29).',
        },
        { block: 'button', label: 'Three', link: 'https://acme.example/3' },
        { block: 'image', source: 'https://acme.example/i.png', alt: 'Picture', link: 'https://acme.example/4' },
      ],
    });
    expect(links).toEqual(['https://acme.example/1', 'https://acme.example/2?a=1&b=2', 'https://acme.example/3', 'https://acme.example/4']);
    for (const index of [0, 1, 2, 3]) expect(html).toContain(`href="https://t.acme.example/c/${index}?u=`);
    expect(html).not.toMatch(/href="https:\/\/acme\.example\/[1-4]/);
    expect(html).toContain('href="https://acme.example/u/abc?x=1&amp;y=2"');
    expect(html).toContain('href="mailto:a@acme.example"');
    expect(html).not.toContain('javascript:');
    expect(text).toContain('one (https://t.acme.example/c/0?');
    expect(text).toContain('write (a@acme.example), bad.');
    expect(text).toContain('Three: https://t.acme.example/c/2?');
    expect(text).toContain('[Picture] https://t.acme.example/c/3?');
  });

  test('an address that stands by itself is a link as well, without the stop after it', () => {
    const { html, text, links } = render(
      {
        blocks: textBlock(
          'See https://acme.example/a?b=1&c=2, **https://acme.example/bold** and [https://acme.example/named](https://acme.example/other). Yours: https://acme.example/{{ person.page }}.',
        ),
      },
      { page: 'p(1)' },
    );
    expect(links).toEqual([
      'https://acme.example/a?b=1&c=2',
      'https://acme.example/bold',
      'https://acme.example/other',
      'https://acme.example/p(1)',
    ]);
    expect(html).toMatch(/<a class="link" href="https:[^"]*\/c\/0\?[^"]*"[^>]*>https:\/\/acme\.example\/a\?b=1&amp;c=2<\/a>, <strong><a /);
    expect(html).toContain('>https://acme.example/named</a>. Yours: <a ');
    expect(html).toContain('>https://acme.example/p(1)</a>.');
    expect(text).toMatch(/^See https:\/\/t\.acme\.example\/c\/0\?\S*, https:\/\/t\.acme\.example\/c\/1\?/);
  });

  test('a button whose link is missing or not allowed is left out', () => {
    const { html, text } = render(
      { blocks: [{ block: 'button', label: 'Pay now', link: '{{ person.link }}' }] },
      { link: 'javascript:alert(1)' },
    );
    expect(html + text).not.toContain('Pay now');
  });

  test('a finished HTML body: links rewritten, tricks taken out, footer and pixel put in', () => {
    const { html, text, links } = render(
      {
        html: `<html><body class="x"><h1>Hi {{ person.name }}</h1>
<a title="a > b" href='https://acme.example/1?a=1&amp;b=2'>one</a> <A HREF=https://acme.example/2?q=3>two</A>
<a href="java&#x73;cript:alert(1)">bad</a> <a href="&#106;avascript&colon;alert(1)">bad</a> <a href="{{ person.link }}">own</a>
<form action="javascript:x"></form> <svg><a xlink:href="javascript:x">s</a></svg> <a href="#top">top</a> <a href="{{ links.preferences }}">prefs</a></body></html>`,
        preheader: 'Peek',
      },
      { name: '<b>', link: '"><script>' },
    );
    expect(links).toEqual(['https://acme.example/1?a=1&b=2', 'https://acme.example/2?q=3']);
    expect(html).toContain('href="https://t.acme.example/c/0?u=');
    expect(html).toContain('href="https://t.acme.example/c/1?u=');
    expect(html).not.toMatch(/javascript|java&#|<script/i);
    expect(html).toContain('href="#top"');
    expect(html).toContain('Hi &lt;b&gt;');
    expect(html.indexOf('Peek')).toBeGreaterThan(html.indexOf('<body class="x">'));
    expect(html).toContain('1 High Street');
    expect(html.indexOf('https://t.acme.example/o/1')).toBeLessThan(html.indexOf('</body>'));
    expect(text).toContain('Hi <b>');
    expect(text).toContain('one [https://t.acme.example/c/0?');
    expect(text).toContain(`Unsubscribe: ${unsubscribe}`);
  });

  test('an HTML body with an unsubscribe link of its own gets no second footer', () => {
    const { html } = render({ html: '<p>Hi</p><p><a href="{{ links.unsubscribe }}">stop</a> 1 Own Street</p>' });
    expect(html).not.toContain('High Street');
    expect(html).toContain('href="https://acme.example/u/abc?x=1&amp;y=2"');
  });
});

describe('the look', () => {
  const all: Block[] = [
    { block: 'heading', text: 'Title' },
    { block: 'text', text: 'First **bold** and *quiet*.\n\n\nSecond\nline < 3 & more' },
    { block: 'divider' },
    { block: 'button', label: 'Go', link: 'https://acme.example/' },
    { block: 'image', source: 'https://acme.example/i.png', alt: 'A cat' },
  ];
  test('blocks become a 600 px table mail with everything that mail needs', () => {
    const { html } = render({ preheader: 'A peek', blocks: all }, {}, {}, { brand: 'Acme & Co' });
    for (const part of [
      '<html lang="en" dir="ltr">',
      'max-width:600px',
      'prefers-color-scheme:dark',
      'name="color-scheme"',
      'role="presentation"',
      '<strong>bold</strong>',
      '<em>quiet</em>',
      'Second<br>\nline &lt; 3 &amp; more',
      'bgcolor="#3b5bdb"',
      'alt="A cat"',
      'Acme &amp; Co',
      'You get this because',
      '>Unsubscribe</a>',
      '>Choose what you get</a>',
      'Acme GmbH, 1 High Street, Berlin',
      'width="1" height="1"',
    ])
      expect(html).toContain(part);
    expect(html.indexOf('A peek')).toBeLessThan(html.indexOf('Title</h1>'));
    expect(html.match(/<p class="ink"/g)).toHaveLength(2);
    expect(html.match(/<t(?:able|r|d)[ >]/g)?.length).toBe(html.match(/<\/t(?:able|r|d)>/g)?.length);
    expect(html.length).toBeLessThan(20_000);
  });

  test('the text part reads well by itself', () => {
    expect(render({ blocks: all }).text).toBe(`Title
=====

First bold and quiet.

Second
line < 3 & more

----------

Go: https://t.acme.example/c/0?u=https%3A%2F%2Facme.example%2F

[A cat]

-- 
You get this because you signed up.
Unsubscribe: ${unsubscribe}
Choose what you get: https://acme.example/p/abc
Acme GmbH
1 High Street, Berlin
`);
  });

  test('language and accent only take what they should', () => {
    expect(render({ blocks: all }, {}, {}, { language: 'ar-EG' }).html).toContain('<html lang="ar-EG" dir="rtl">');
    const { html } = render({ blocks: all }, {}, {}, { language: 'en"><script>', accent: 'red;background:url(x)' });
    expect(html).not.toMatch(/<script|url\(x\)/);
    expect(render({ blocks: all }, {}, {}, { accent: '#FFE066' }).html).toMatch(/bgcolor="#ffe066".*color:#111111/s);
  });

  test('a transactional message without an unsubscribe link says where it comes from all the same', () => {
    const { html, text } = render({ blocks: all }, {}, { links: { unsubscribe: null } });
    expect(html + text).not.toContain('Unsubscribe');
    expect(text).toContain('1 High Street');
  });
});

describe('webhooks', () => {
  const webhook = (body: string, person: Record<string, unknown>): unknown =>
    JSON.parse(
      renderWebhook(compileTemplate({ channel: 'webhook', name: 'W', url: 'https://a.example/', body, fallbacks: {} }), scope(person)).body,
    );
  test('values stay inside their quotation marks; json writes them with theirs', () => {
    expect(
      webhook('{"name": "{{ person.name }}", "all": {{ person | json }}, "n": {{ person.n }}, "none": {{ person.none | json }}}', {
        name: '","admin":true,"x":"\n\\',
        n: 3,
      }),
    ).toEqual({
      name: '","admin":true,"x":"\n\\',
      all: { name: '","admin":true,"x":"\n\\', n: 3 },
      n: 3,
      none: null,
    });
  });
  test('what is not JSON is said, without the value', () => {
    expect(() => webhook('{"n": {{ person.name }}}', { name: 'secret words' })).toThrow(/^the body is not one JSON document; write/);
  });
});

describe('mistakes in a template', () => {
  test('each has its place', () => {
    expect(
      sayTemplateMistakes(
        email({
          subject: '{{ first_name }}',
          preheader: 'Hi {% if person.a %}',
          blocks: [
            {
              block: 'text',
              text: 'fine {{ person.name }} {% for i in event.items %}{{ i.name }}{{ forloop.index }}{% endfor %}{% assign x = 1 %}{{ x }}',
            },
            { block: 'text', text: '{{ person.name | shout }}' },
            { block: 'button', label: 'Go', link: 'javascript:alert(1)' },
            { block: 'image', source: '/cat.png', alt: 'cat' },
            { block: 'button', label: 'Go', link: '{{ event.url }}' },
          ],
        }),
      ),
    ).toEqual([
      { path: 'subject', message: expect.stringContaining('nothing is called "first_name"') },
      { path: 'preheader', message: expect.stringContaining('not closed') },
      { path: 'blocks.1.text', message: expect.stringContaining('undefined filter: shout') },
      { path: 'blocks.2.link', message: expect.stringContaining('must begin with https://') },
      { path: 'blocks.3.source', message: expect.stringContaining('must begin with https://') },
    ]);
  });
  test('a sound template has none', () => {
    expect(
      sayTemplateMistakes(
        email({ subject: 'Hi {{ person.first_name | default: "you" }}', html: '<p>{{ event.total | times: 2 | round: 2 }}</p>' }),
      ),
    ).toEqual([]);
    expect(
      sayTemplateMistakes({ channel: 'webhook', name: 'W', url: 'https://a.example/', body: '{"p": {{ person | json }}}', fallbacks: {} }),
    ).toEqual([]);
  });
});
