import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LooseDefinition } from '#contract/definition.ts';
import { diff, isSame } from '#contract/diff.ts';
import { Problem } from '#contract/problems.ts';
import { type FileMistake, readFolder, writeFolder } from '#operations/definition-files.ts';
import { readDefinition, writeDefinition } from '#operations/definition-text.ts';
import { mistakesOfSet, toCandidate } from '#operations/plan.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'definitions-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function put(file: string, text: string | Buffer): void {
  mkdirSync(dirname(join(dir, file)), { recursive: true });
  writeFileSync(join(dir, file), text);
}
const read = (file: string): string => readFileSync(join(dir, file), 'utf8');

/** Every file in a folder with its text. */
const everything = (): Record<string, string> =>
  Object.fromEntries(
    (readdirSync(dir, { recursive: true }) as string[])
      .filter((file) => statSync(join(dir, file)).isFile())
      .sort()
      .map((file) => [file, read(file)]),
  );

async function refusal(): Promise<FileMistake[]> {
  const problem = await readFolder(dir).then(
    () => null,
    (error: unknown) => error,
  );
  expect(problem).toBeInstanceOf(Problem);
  expect((problem as Problem).code).toBe('file-invalid');
  return (problem as Problem).details as FileMistake[];
}

const topic: LooseDefinition = { kind: 'topic', key: 'news', body: { name: 'News', meaning: '', purpose: 'marketing' } };
const journey = `name: Welcome
intent: Greet people
steps:
  - key: start
    kind: entry
    on: { event: Signed Up }
    next: wait
  - key: wait
    kind: wait
    until: { event: Order Completed }
    timeout: 3 days
    next: null
`;

describe('a file that cannot be read is refused with its place and a sentence', () => {
  test.each<[string, string, Omit<FileMistake, 'file'>]>([
    ['a bracket that is left open', 'name: [News\npurpose: marketing\n', { line: 2, column: 1, message: expect.any(String) as string }],
    [
      'a key that stands twice',
      'name: News\nmeaning: a\nname: Other\n',
      { line: 3, column: 1, message: '"name" stands here a second time' },
    ],
    ['a tab in place of spaces', 'name: News\nform:\n\ttitle: x\n', { line: 3, column: 1, message: 'is indented with a tab; use spaces' }],
    [
      'two documents',
      'name: News\n---\nname: Other\n',
      { line: 2, column: 1, message: 'a file holds one definition; a second one begins here' },
    ],
    ['nothing', '# only a remark\n', { line: 1, column: 1, message: 'the file is empty' }],
    ['a list', '- News\n', { line: 1, column: 1, message: 'must hold the fields of one definition, each as "name: value"' }],
    ['a tag', 'name: !secret News\n', { line: 1, column: 7, message: 'a tag (a word that begins with !) means nothing here' }],
    [
      'a number without an end',
      'name: News\nmax: .inf\n',
      { line: 2, column: 1, message: 'must be a number that can be written in digits' },
    ],
    ['an alias to nothing', 'name: *news\n', { line: 1, column: 7, message: '*news repeats &news, which is not there yet' }],
    ['an alias to itself', 'name: &a\n  b: *a\n', { line: 2, column: 3, message: 'nests too deeply' }],
  ])('%s', async (_, text, mistake) => {
    put('topics/news.yaml', text);
    expect(await refusal()).toContainEqual({ file: 'topics/news.yaml', ...mistake });
  });

  test('aliases that multiply themselves do not hold the machine', async () => {
    const levels = Array.from({ length: 30 }, (_, level) => `l${level + 1}: &l${level + 1} [${Array(10).fill(`*l${level}`).join(', ')}]`);
    put('topics/news.yaml', `l0: &l0 [a]\n${levels.join('\n')}\n`);
    const began = Date.now();
    expect(await refusal()).toEqual([
      { file: 'topics/news.yaml', line: 12, column: 12, message: 'repeats itself too often through aliases' },
    ]);
    put('topics/news.yaml', `l0: &l0 [${Array(90).fill('a')}]\n${levels.slice(0, 4).join('\n')}\n`);
    expect(await refusal()).toEqual([
      { file: 'topics/news.yaml', line: 1, column: 1, message: 'repeats itself too often through aliases' },
    ]);
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  test('a file that nests without end', async () => {
    put('topics/deep.yaml', `name: ${'['.repeat(50_000)}\n`);
    put('topics/deeper.yaml', `name: ${'[ '.repeat(100)}${']'.repeat(100)}\n`);
    const mistakes = await refusal();
    expect(mistakes.map((mistake) => mistake.file)).toContain('topics/deep.yaml');
    expect(mistakes).toContainEqual({
      file: 'topics/deeper.yaml',
      line: 1,
      column: expect.any(Number) as number,
      message: 'nests too deeply',
    });
  });

  test('a file that is not UTF-8, and one that is far too long', async () => {
    put('topics/latin.yaml', Buffer.from('name: Gr\xfc\xdfe\n', 'latin1'));
    put('topics/long.yaml', `name: ${'x'.repeat(1_000_001)}\n`);
    expect((await refusal()).map((mistake) => [mistake.file, mistake.message])).toEqual([
      ['topics/latin.yaml', 'must be text in UTF-8'],
      ['topics/long.yaml', 'the file is longer than 1,000,000 characters'],
    ]);
  });

  test('all files at once, and what is not where a definition lives', async () => {
    put('topics/news.yaml', 'name: [\n');
    put('journey/welcome.yaml', journey);
    put('topics/Big News.yaml', 'name: News\n');
    put('topics/other.yml', 'name: News\n');
    put('welcome.yaml', journey);
    put('topics/inner/deep.yaml', 'name: News\n');
    symlinkSync('/etc/hostname', join(dir, 'topics/link.yaml'));
    const mistakes = await refusal();
    expect(new Set(mistakes.map((mistake) => mistake.file))).toEqual(
      new Set([
        'topics/news.yaml',
        'journey',
        'topics/Big News.yaml',
        'topics/other.yml',
        'welcome.yaml',
        'topics/inner',
        'topics/link.yaml',
      ]),
    );
    for (const mistake of mistakes)
      expect(mistake).toMatchObject({ line: expect.any(Number), column: expect.any(Number), message: expect.stringMatching(/\S/) });
  });

  test('a folder that is not there', async () => {
    dir = join(dir, 'missing');
    expect((await refusal())[0]!.message).toBe('there is no such folder');
    mkdirSync(dir);
  });
});

describe('a folder is read', () => {
  test('by kind and key, past what is no definition', async () => {
    put('topics/news.yaml', 'name: News\npurpose: marketing\n');
    put('journeys/welcome.yaml', journey);
    put('README.md', '# Ours\n');
    put('.git/config', 'x');
    put('topics/.news.yaml.swp', 'x');
    put('topics/notes.txt', 'x');
    put('schemas/topic.json', '{}');
    const folder = await readFolder(dir);
    expect(folder.definitions.map(({ kind, key }) => `${kind} ${key}`)).toEqual(['topic news', 'journey welcome']);
    expect(folder.ignored).toEqual(['README.md', 'topics/notes.txt']);
  });

  test('whatever the editor did to line ends and the beginning of the file', async () => {
    put('topics/news.yaml', '\uFEFFname: News\r\nmeaning: |-\r\n  One\r\n  Two\r\npurpose: marketing\r\n');
    const { definitions } = await readFolder(dir);
    expect(definitions[0]!.body).toEqual({ name: 'News', meaning: 'One\nTwo', purpose: 'marketing' });
  });

  test('with the words that other readers take for truth values, times and keys of objects', () => {
    expect(readDefinition('a: yes\nb: on\nc: 21:00\n__proto__: x\non: y\n')).toMatchObject({
      ok: true,
      body: { a: 'yes', b: 'on', c: '21:00', on: 'y' },
    });
    expect(Object.prototype).not.toHaveProperty('x');
  });

  test('and a mistake is found again at its line', async () => {
    put('journeys/welcome.yaml', journey);
    const { definitions, placeOf } = await readFolder(dir);
    const { shapeMistakes } = toCandidate(definitions[0]!);
    expect(shapeMistakes.map((mistake) => placeOf('journey', 'welcome', mistake.path))).toContainEqual({
      file: 'journeys/welcome.yaml',
      line: 11,
      column: 5,
    });

    const place = (path: string): [number, number] => [
      placeOf('journey', 'welcome', path).line,
      placeOf('journey', 'welcome', path).column,
    ];
    expect(place('steps.1.timeout')).toEqual([11, 5]);
    expect(place('steps.0.on.event')).toEqual([6, 11]);
    expect(place('steps.1.onTimeout'), 'a field that is missing: the step that lacks it').toEqual([8, 5]);
    expect(place('goal.on'), 'nothing of it is there: the beginning').toEqual([1, 1]);
    expect(place('(all)')).toEqual([1, 1]);
    expect(placeOf('journey', 'other', 'steps')).toEqual({ file: 'journeys/other.yaml', line: 1, column: 1 });
  });

  test('a wait for something without a timeout is told at the step that lacks it, with what is wrong', async () => {
    put('journeys/welcome.yaml', journey.replace('    timeout: 3 days\n', ''));
    const { definitions, placeOf } = await readFolder(dir);
    const { shapeMistakes } = toCandidate(definitions[0]!);
    expect(shapeMistakes.map(({ path, message }) => ({ ...placeOf('journey', 'welcome', path), message }))).toEqual([
      {
        file: 'journeys/welcome.yaml',
        line: 8,
        column: 5,
        message: 'waiting for something needs a timeout and onTimeout: what happens if nothing happens?',
      },
    ]);
  });
});

describe('what a rule names that is not there is found at its line', () => {
  const about = `    - not:
        any:
          - event: { name: Left }
          - trait: { path: plann, op: exists }
          - segment:
              key: gone
    - score: { key: gone, atLeast: 3 }
    - stage:
        in:
          - gone
    - consent: { topic: gone }
    - event: { name: Came, since: journey }
`;
  const within = (blanks: number): string => about.replace(/^/gm, ' '.repeat(blanks)).trimEnd();
  const lines = [
    [4, 'there is no field "plann"; define it first'],
    [6, 'there is no segment "gone"'],
    [7, 'there is no score "gone"'],
    [10, 'the lifecycle has no stage "gone"'],
    [11, 'there is no topic "gone"'],
    [12, 'only a rule of a journey can look since entering the journey'],
  ] as const;
  const branch = `  - key: pick
    kind: branch
    paths:
      - label: Some
        next: null
        when:
          all:
`;
  const found = async (kind: 'segment' | 'score' | 'lifecycle' | 'journey') => {
    const { definitions, placeOf } = await readFolder(dir);
    return mistakesOfSet(definitions.map(toCandidate), [])
      .filter((mistake) => mistake.kind === kind)
      .map(({ key, path, message }) => [placeOf(kind, key, path).line, message] as const)
      .sort(([a], [b]) => a - b);
  };
  const below = (head: string, known: readonly (readonly [number, string])[] = lines) =>
    known.map(([line, message]) => [line + head.split('\n').length - 1, message]);

  test('of a segment', async () => {
    const head = 'name: Odd\nrule:\n  all:\n';
    put('segments/odd.yaml', head + about);
    expect(await found('segment')).toEqual(below(head));
  });

  test('of a score, in its second line of points', async () => {
    const head = `name: Odd
points:
  - { because: They came, points: 1, rule: { event: { name: Came } } }
  - because: They did not leave
    points: 1
    rule:
      all:
`;
    put('scores/odd.yaml', head + within(4));
    expect(await found('score')).toEqual(below(head));
  });

  test('of the way into a stage', async () => {
    const head = `name: Life
stages:
  - key: new
    name: New
    meaning: Somebody
    first: true
    entry:
      - on: { event: Came }
        when:
          all:
`;
    put('lifecycles/main.yaml', head + within(8));
    expect(await found('lifecycle')).toEqual(below(head));
  });

  test('of a branch, which may look since entering the journey', async () => {
    const head = journey.replace(/ {2}- key: wait[\s\S]*/, branch);
    put('journeys/odd.yaml', `${head}${within(8)}\n    otherwise: null\n`);
    const said = await found('journey');
    for (const line of below(head, lines.slice(0, 5))) expect(said).toContainEqual(line);
    expect(said.some(([, message]) => message.startsWith('only a rule'))).toBe(false);
  });
});

describe('a folder is written', () => {
  const definitions: LooseDefinition[] = [
    { kind: 'topic', key: 'news', body: { purpose: 'marketing', meaning: 'One\n\nTwo', name: 'News' } },
    {
      kind: 'template',
      key: 'hello',
      body: {
        fallbacks: { b: 'x', a: 'y' },
        subject: 'Hi',
        name: 'Hello',
        channel: 'email',
        preheader: '',
        blocks: [{ text: 'a\r\nb', block: 'text' }],
      },
    },
  ];

  test('in the order of the schema, long texts as blocks, nothing folded', async () => {
    await writeFolder(dir, definitions);
    expect(read('topics/news.yaml')).toBe(
      '# yaml-language-server: $schema=../schemas/topic.json\nname: News\nmeaning: |-\n  One\n\n  Two\npurpose: marketing\n',
    );
    expect(read('templates/hello.yaml')).toContain('channel: email\nname: Hello\nsubject: Hi\n');
    expect(read('templates/hello.yaml')).toContain('fallbacks:\n  a: "y"\n  b: x\n');
    expect(JSON.parse(read('schemas/journey.json'))).toMatchObject({ title: 'Journey', type: 'object' });
  });

  test('twice to the same bytes, and read again to the same definitions', async () => {
    await writeFolder(dir, definitions);
    const first = everything();
    const again = await writeFolder(dir, definitions.toReversed());
    expect(everything()).toEqual(first);
    expect(again.written).toEqual([]);
    const { definitions: back } = await readFolder(dir);
    expect(isSame(back, definitions)).toBe(true);
    rmSync(join(dir, 'topics'), { recursive: true });
    await writeFolder(dir, back);
    expect(everything()).toEqual(first);
  });

  test('leaving a file as its author laid it out while it says the same', async () => {
    const own = '# asked for by the board\nname: "News"\npurpose: marketing # since May\n';
    put('topics/news.yaml', own);
    expect((await writeFolder(dir, [topic])).kept).toEqual(['topics/news.yaml']);
    expect(read('topics/news.yaml')).toBe(own);
    expect((await writeFolder(dir, [{ ...topic, body: { name: 'Other', meaning: '', purpose: 'marketing' } }])).written).toEqual([
      'topics/news.yaml',
    ]);
  });

  test('and only on request loses files of definitions that are gone, never anything of a stranger', async () => {
    const strangers = [
      'README.md',
      'old.yaml',
      'topics/notes.md',
      'topics/Our Plans.yaml',
      'topics/draft.yml',
      'topics/.hidden.yaml',
      'topics/archive/gone.yaml',
      'attic/gone.yaml',
      'schemas/mine.json',
      '.git/config',
    ];
    for (const file of strangers) put(file, 'mine');
    put('topics/gone.yaml', 'name: Gone\npurpose: marketing\n');
    put('journeys/gone.yaml', 'name: Gone\n');
    symlinkSync(join(dir, 'README.md'), join(dir, 'topics/linked.yaml'));
    mkdirSync(join(dir, 'elsewhere'));
    put('elsewhere/safe.txt', 'mine');
    symlinkSync(join(dir, 'elsewhere'), join(dir, 'segments'));
    put('segments/theirs.yaml', 'name: Theirs\n');

    expect((await writeFolder(dir, [topic])).removed).toEqual([]);
    expect(read('topics/gone.yaml')).toContain('Gone');
    expect((await writeFolder(dir, [topic], { prune: true })).removed).toEqual(['topics/gone.yaml', 'journeys/gone.yaml']);
    for (const file of strangers) expect(read(file)).toBe('mine');
    expect(lstatSync(join(dir, 'topics/linked.yaml')).isSymbolicLink()).toBe(true);
    expect(read('elsewhere/theirs.yaml')).toContain('Theirs');
    expect(readdirSync(join(dir, 'topics')).filter((file) => file.endsWith('.new'))).toEqual([]);
  });

  test('never outside the folder', async () => {
    await expect(writeFolder(dir, [{ ...topic, key: '../../escaped' }])).rejects.toThrow();
    await expect(writeFolder(dir, [{ ...topic, kind: '../x' as 'topic' }])).rejects.toThrow();
    symlinkSync(tmpdir(), join(dir, 'topics'));
    await expect(writeFolder(dir, [topic])).rejects.toMatchObject({ code: 'file-invalid' });
  });

  test('so that any body comes back as it was', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom(
          '\n',
          '\r',
          '\t',
          ' ',
          ':',
          '#',
          '-',
          '"',
          "'",
          '|',
          '>',
          '&',
          '*',
          '{',
          '[',
          '%',
          '@',
          '\u0085',
          '\u2028',
          '\ufeff',
          '\u0001',
          'a',
          'é',
          '😀',
        ),
        fc.constantFrom('yes', 'null', '1e3', '0x1', '~', '---', '...'),
      ),
      maxLength: 12,
    });
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(text, tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    fc.assert(
      fc.property(fc.dictionary(text, value, { minKeys: 1, maxKeys: 4 }), (body) => {
        const written = writeDefinition({ kind: 'topic', body });
        const back = readDefinition(written);
        expect(back).toMatchObject({ ok: true });
        expect(isSame((back as { body: unknown }).body, body)).toBe(true);
        expect(writeDefinition({ kind: 'topic', body: (back as { body: unknown }).body })).toBe(written);
        expect(written).not.toMatch(/\r/);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the difference of two bodies', () => {
  test.each<[string, unknown, unknown, [string, unknown, unknown][]]>([
    ['nothing, whatever the order of keys', { a: 1, b: [{ key: 'x' }] }, { b: [{ key: 'x' }], a: 1 }, []],
    ['a value', { a: { b: 1 } }, { a: { b: 2 } }, [['a.b', 1, 2]]],
    [
      'what came and what went',
      { a: 1 },
      { b: null },
      [
        ['b', undefined, null],
        ['a', 1, undefined],
      ],
    ],
    [
      'a step between others',
      { steps: [{ key: 'a' }, { key: 'c' }] },
      { steps: [{ key: 'a' }, { key: 'b', for: 'P1D' }, { key: 'c' }] },
      [['steps.b', undefined, { key: 'b', for: 'P1D' }]],
    ],
    [
      'steps that changed places',
      { steps: [{ key: 'a' }, { key: 'b' }] },
      { steps: [{ key: 'b' }, { key: 'a' }] },
      [['steps.(order)', ['a', 'b'], ['b', 'a']]],
    ],
    [
      'a line taken out of a list',
      { caps: [{ max: 1 }, { max: 2 }, { max: 3 }] },
      { caps: [{ max: 1 }, { max: 3 }] },
      [['caps.1', { max: 2 }, undefined]],
    ],
    ['a line changed within a list', { caps: [{ max: 1 }, { max: 2 }] }, { caps: [{ max: 1 }, { max: 5 }] }, [['caps.1.max', 2, 5]]],
    ['another sort of value', { reentry: 'never' }, { reentry: { after: 'P1D' } }, [['reentry', 'never', { after: 'P1D' }]]],
  ])('%s', (_, before, after, lines) => expect(diff(before, after).map((line) => [line.path, line.before, line.after])).toEqual(lines));
});
