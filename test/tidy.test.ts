import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** The repository tells on itself: floors, circles, forgotten files, habits. Reads text only, so that it takes a second or two. */

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const filesIn = (folder: string, ending: RegExp): string[] =>
  !existsSync(join(root, folder))
    ? []
    : readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
        const path = `${folder}/${entry.name}`;
        if (entry.isDirectory()) return ['node_modules', 'dist', '.cache'].includes(entry.name) ? [] : filesIn(path, ending);
        return ending.test(entry.name) ? [path] : [];
      });

interface Import {
  from: string;
  /** As written. */
  name: string;
  /** The file of ours that it leads to; null for a package. */
  to: string | null;
  onlyTypes: boolean;
}

const code = [...filesIn('src', /\.ts$/), ...filesIn('web/src', /\.tsx?$/), ...filesIn('sdk/src', /\.ts$/)];
const texts = new Map(code.map((file) => [file, read(file)]));
const { imports: shortcuts } = JSON.parse(read('package.json')) as { imports: Record<string, string> };

/** Comments and the insides of strings are not code. */
const bare = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`\\/])\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '));

const importsOf = (file: string): Import[] => {
  const text = bare(texts.get(file) ?? read(file));
  const found: Import[] = [];
  const statement =
    /(?:^|\n)\s*(?:import|export)\s+(type\s+)?((?:[\w*{}\s,$]+)\s+from\s+)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g;
  for (const match of text.matchAll(statement)) {
    const name = match[3] ?? match[4]!;
    const names = match[2] ?? '';
    const onlyTypes =
      match[1] !== undefined ||
      (/^\s*\{/.test(names) &&
        names
          .replace(/\s+from\s+$/, '')
          .replace(/[{}]/g, '')
          .split(',')
          .map((each) => each.trim())
          .filter(Boolean)
          .every((each) => each.startsWith('type ')));
    found.push({ from: file, name, to: target(file, name), onlyTypes });
  }
  return found;
};

function target(from: string, name: string): string | null {
  if (name.startsWith('.')) return normalize(join(dirname(from), name.replace(/\?.*$/, '')));
  for (const [short, long] of Object.entries(shortcuts)) {
    if (short === name) return normalize(long);
    if (short.endsWith('*') && name.startsWith(short.slice(0, -1))) return normalize(long.replace('*', name.slice(short.length - 1)));
  }
  return null;
}

const all = code.flatMap(importsOf);

/** DESIGN §4. A floor may import what stands beside its name. */
const mayImport: Record<string, string[]> = {
  contract: [],
  engine: ['contract'],
  store: ['contract'],
  channels: ['contract'],
  operations: ['contract', 'engine', 'store'],
  workers: ['operations', 'store', 'contract'],
  http: ['contract', 'operations', 'store'],
  main: ['contract', 'engine', 'store', 'channels', 'operations', 'workers', 'http'],
  cli: ['main', 'contract'],
  web: ['contract', 'engine'],
  sdk: [],
};
/** Interfaces that lie on a floor which is closed otherwise. */
const open: Record<string, string[]> = { operations: ['src/channels/channel.ts'], http: ['src/channels/channel.ts'] };

function floorOf(file: string): string {
  if (file.startsWith('web/')) return 'web';
  if (file.startsWith('sdk/')) return 'sdk';
  const [, first, ...rest] = file.split('/');
  return rest.length === 0 ? 'main' : first!;
}

describe('floors', () => {
  test('there is code to look at, and every import of ours leads to a file', () => {
    expect(code.length).toBeGreaterThan(150);
    expect(all.filter((each) => each.to !== null && !existsSync(join(root, each.to))).map((each) => `${each.from} → ${each.name}`)).toEqual(
      [],
    );
    expect([...new Set(code.map(floorOf))].filter((floor) => !(floor in mayImport))).toEqual([]);
  });

  test('a floor imports only what the table allows', () => {
    const climbs = all.filter(({ from, to, onlyTypes }) => {
      if (to === null || (to.startsWith('web/') === false && !to.startsWith('src/') && !to.startsWith('sdk/'))) return false;
      const [here, there] = [floorOf(from), floorOf(to)];
      // The simulator plays the real house, and the command only starts it.
      if (from === 'src/cli/simulate.ts') return false;
      if (here === there || mayImport[here]!.includes(there)) return false;
      return !(open[here]?.includes(to) && onlyTypes);
    });
    expect(climbs.map((each) => `${each.from} (${floorOf(each.from)}) → ${each.to} (${floorOf(each.to!)})`)).toEqual([]);
  });

  test('across floors of src by #names, within one relative', () => {
    const wrong = all.filter(
      ({ from, name, to }) =>
        from.startsWith('src/') &&
        to?.startsWith('src/') &&
        (floorOf(from) === floorOf(to) ? name.startsWith('#') : name.startsWith('.') && !(floorOf(from) === 'main')),
    );
    expect(wrong.map((each) => `${each.from} → ${each.name}`)).toEqual([]);
    expect(
      all
        .filter(({ from, name, to }) => from.startsWith('src/') && to !== null && !/\.(ts|json)$/.test(name) && name !== '#main')
        .map((each) => `${each.from} → ${each.name}`),
    ).toEqual([]);
  });

  test('packages: the pure floors need none but zod and text tools, the tracker none at all', () => {
    // node:url for domainToASCII, which is a table and a rule.
    const allowed: Record<string, RegExp> = { contract: /^zod$/, engine: /^(zod|liquidjs|html-to-text|node:url)$/, sdk: /^$/ };
    const needed = all.filter(({ from, to, name }) => to === null && floorOf(from) in allowed && !allowed[floorOf(from)]!.test(name));
    expect(needed.map((each) => `${each.from} → ${each.name}`)).toEqual([]);
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >;
    const unknown = all.filter(
      ({ from, to, name }) =>
        to === null &&
        !name.startsWith('node:') &&
        name !== 'contract:words' &&
        !(
          (name.startsWith('@') ? name.split('/', 2).join('/') : name.split('/')[0]!) in
          (from.startsWith('src/') ? dependencies : { ...dependencies, ...devDependencies })
        ),
    );
    // An image holds the dependencies only. (contract:words is made by web/vite.config.ts.)
    expect([...new Set(unknown.map((each) => `${each.from} → ${each.name}`))]).toEqual([]);
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      expect(version, `${name} is pinned`).toMatch(/^\d+\.\d+\.\d+/);
  });

  test('no two files need each other', () => {
    const edges = new Map<string, string[]>();
    for (const { from, to } of all) if (to !== null && texts.has(to)) edges.set(from, [...(edges.get(from) ?? []), to]);
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, way: string[]): void => {
      const at = way.indexOf(file);
      if (at >= 0) return void circles.push([...way.slice(at), file].join(' → '));
      if (done.has(file)) return;
      for (const next of edges.get(file) ?? []) visit(next, [...way, file]);
      done.add(file);
    };
    for (const file of code) visit(file, []);
    expect(circles).toEqual([]);
  });

  test('no file that nobody imports', () => {
    const outside = [
      ...filesIn('test', /\.ts$/),
      ...filesIn('bench', /\.ts$/),
      ...filesIn('sdk', /\.(ts|mjs|mts)$/),
      ...filesIn('scripts', /\.mjs$/),
    ].filter((file) => !texts.has(file));
    const used = new Set([...all, ...outside.flatMap(importsOf)].map((each) => each.to));
    const doors = new Set(['src/cli/main.ts', 'src/main.ts', 'web/src/main.tsx', 'sdk/src/main.ts']);
    const inText = (file: string): boolean =>
      [...texts].some(
        ([other, text]) => other !== file && new RegExp(`new URL\\(['"]\\./${file.split('/').at(-1)!.replace('.', '\\.')}['"]`).test(text),
      );
    expect(code.filter((file) => !file.endsWith('.d.ts') && !used.has(file) && !doors.has(file) && !inText(file))).toEqual([]);
  });
});

describe('habits', () => {
  const findIn = (files: readonly string[], pattern: RegExp): string[] =>
    files.flatMap((file) =>
      bare(texts.get(file) ?? read(file))
        .split('\n')
        .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1} ${line.trim().slice(0, 100)}`] : [])),
    );

  test('no stray console outside the commands', () => {
    // The tracker warns whoever builds the page that it stands in; nothing else has anybody to speak to.
    expect(
      findIn(
        code.filter((file) => !file.startsWith('src/cli/')),
        /\bconsole\.\w+\(/,
      ).filter((line) => !/^sdk\/.*console\.warn\(/.test(line)),
    ).toEqual([]);
  });

  test('no test alone, and none left out without a reason', () => {
    const tests = [...filesIn('test', /\.test\.ts$/), ...filesIn('sdk/test', /\.test\.ts$/)].filter(
      (file) => !file.endsWith('tidy.test.ts'),
    );
    expect(findIn(tests, /\b(test|it|describe)\.only\b/)).toEqual([]);
    expect(findIn(tests, /\b(test|it|describe)\.(skip|todo|fails)\(/)).toEqual([]);
    expect(findIn(tests, /\bvi\.mock\(/), 'modules of ours are not mocked').toEqual([]);
  });

  test('contract and engine know neither time nor chance nor the world', () => {
    const pure = code.filter((file) => /^src\/(contract|engine)\//.test(file));
    expect(
      findIn(
        pure,
        /new Date\(\s*\)|Date\.now|Math\.random|performance\.now|randomUUID|crypto\.|\bprocess\.|setTimeout|setInterval|\bfetch\(|\basync\b|\bawait\b/,
      ),
    ).toEqual([]);
  });

  test('time comes in as an argument below the doors: no statement asks the database what time it is', () => {
    const store = code.filter((file) => file.startsWith('src/store/'));
    expect(
      findIn(store, /\bnow\(\)(?!\s*=>)|current_timestamp|clock_timestamp|localtime/i).filter(
        (line) => !/deps\.now|\(now\)|Date/.test(line),
      ),
    ).toEqual([]);
    // The lock on a folder stands between processes of one machine, and asks that machine.
    expect(
      findIn(
        code.filter((file) => /^src\/(operations|store|workers)\//.test(file) && file !== 'src/store/folder-lock.ts'),
        /Date\.now\(|Math\.random\(/,
      ),
    ).toEqual([]);
  });

  test('only types that vanish: no enum, no namespace, no parameter property', () => {
    expect(
      findIn(
        code.filter((file) => file.startsWith('src/')),
        /^\s*(export\s+)?(const\s+)?enum\s|^\s*(export\s+)?namespace\s|constructor\([^)]*\b(private|public|protected|readonly)\s/,
      ),
    ).toEqual([]);
  });

  test('no empty catch', () => {
    expect(code.filter((file) => /catch\s*(\([^)]*\))?\s*\{\s*\}/.test(texts.get(file)!))).toEqual([]);
  });

  test('comments speak of the code, not of plans', () => {
    const marks = new RegExp(`\\b(TO${''}DO|FIX${''}ME|X${''}XX|HA${''}CK)\\b`);
    expect(
      [...code, ...filesIn('test', /\.ts$/), ...filesIn('scripts', /\.mjs$/)].flatMap((file) =>
        (texts.get(file) ?? read(file)).split('\n').flatMap((line, index) => (marks.test(line) ? [`${file}:${index + 1}`] : [])),
      ),
    ).toEqual([]);
  });
});

describe('papers', () => {
  test('every migration has a number, a name, and a first line that says what it costs', () => {
    const files = readdirSync(join(root, 'src/store/migrations')).sort();
    expect(files).toEqual(files.map((file, index) => `${String(index + 1).padStart(4, '0')}-${file.slice(5)}`));
    for (const file of files) {
      expect(file).toMatch(/^\d{4}-[a-z]+(-[a-z]+)*\.sql$/);
      const [first] = read(`src/store/migrations/${file}`).split('\n');
      expect(first, file).toMatch(/^-- .*\b(lock|block|scan|rewrite|nothing|cost|break)\w*\b.*\.$/i);
    }
  });

  test('every command that a page names exists, with the options that it names', () => {
    const main = read('src/cli/main.ts');
    const commands = new Map(
      [...main.matchAll(/\.command\('([a-z]+)([^']*)'\)([\s\S]*?)(?=\.command\(|program\.parse)/g)].map((match) => [match[1]!, match[3]!]),
    );
    expect(commands.size).toBeGreaterThan(8);
    const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts);
    const pages = [
      'README.md',
      'CONTRIBUTING.md',
      'ARCHITECTURE.md',
      ...filesIn('docs', /\.md$/),
      ...filesIn('.github', /\.ya?ml$/),
      'Dockerfile',
      'compose.yaml',
    ].filter((file) => existsSync(join(root, file)));
    const wrong: string[] = [];
    for (const page of pages) {
      const text = read(page);
      for (const [, command, rest] of text.matchAll(/npx throughline ([a-z]+)([^\n`]*)/g)) {
        if (!commands.has(command!)) wrong.push(`${page}: npx throughline ${command}`);
        else
          for (const [option] of rest!.matchAll(/--[a-z-]+/g))
            if (
              option !== '--help' &&
              !commands.get(command!)!.includes(option) &&
              !(option === '--json' && commands.get(command!)!.includes('...json'))
            )
              wrong.push(`${page}: ${command} ${option}`);
      }
      for (const [, script] of text.matchAll(/npm run ([a-z]+)/g)) if (!scripts.includes(script!)) wrong.push(`${page}: npm run ${script}`);
      for (const [, script] of text.matchAll(/npm (start|test)\b/g)) if (!scripts.includes(script!)) wrong.push(`${page}: npm ${script}`);
    }
    expect(wrong).toEqual([]);
  });

  test('every link of a page leads to a file', () => {
    const pages = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', ...filesIn('docs', /\.md$/)].filter((file) =>
      existsSync(join(root, file)),
    );
    const dead = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|mailto:|#|\/)([^)#\s]+)[^)]*\)/g)]
        .map((match) => match[1]!)
        .filter((link) => !existsSync(join(root, dirname(page), link)))
        .map((link) => `${page}: ${link}`),
    );
    expect(dead).toEqual([]);
  });

  test('docs/configuration.md names each variable that the program reads, and no other', () => {
    const declared = [...read('src/config.ts').matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map((match) => match[1]!);
    const read_ = [...texts.values()].flatMap((text) =>
      [
        ...text.matchAll(
          /process\.env\.([A-Z][A-Z0-9_]+)|environment\.([A-Z][A-Z0-9_]+)|\{ ([A-Z][A-Z0-9_]+): \w+, ([A-Z][A-Z0-9_]+): \w+ \} = environment/g,
        ),
      ].flatMap((match) => match.slice(1).filter(Boolean)),
    );
    const written = [...read('docs/configuration.md').matchAll(/^\| `([A-Z][A-Z0-9_]+)` \|/gm)].map((match) => match[1]!);
    expect(declared.length).toBeGreaterThan(10);
    expect(written.toSorted()).toEqual([...new Set([...declared, ...read_])].filter((name) => !name.startsWith('npm_')).toSorted());
  });

  test('every kind of step is one file in the engine and one line in its roll-call', () => {
    const kinds = readdirSync(join(root, 'src/contract/steps'))
      .filter((file) => !['index.ts', 'base.ts', 'trigger.ts'].includes(file))
      .map((file) => file.replace('.ts', ''));
    const files = readdirSync(join(root, 'src/engine/journey/steps'))
      .filter((file) => !['index.ts', 'step.ts'].includes(file))
      .map((file) => relative('.', file).replace('.ts', ''));
    expect(files.sort()).toEqual([...new Set(kinds)].sort());
  });
});
