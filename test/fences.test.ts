import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { routeList } from '#contract/routes/index.ts';
import type { Transaction } from '#store/database.ts';
import { dialects } from './databases.ts';
import { openWorld, type World } from './world.ts';

/** What keeps one business's rows from another's, and the past from being rewritten: tried from inside, as somebody with a mistake in a statement would. */

const appendOnly = [
  'event',
  'run_step',
  'decision',
  'stage_history',
  'consent',
  'merge',
  'definition_version',
  'audit',
  'refusal',
  'field_refusal',
];
const yes = { consent: { categoryPreferences: { marketing: true } } };
const canary = 'kestrel4242';

describe.each(dialects)('on %s', (database) => {
  let world: World;
  let main: number;
  let practice: number;
  let tables: string[];
  let fenced: string[];

  beforeAll(async () => {
    world = await openWorld({ database });
    main = (await world.house.deps.workspaces.bySlug('main')).id;
    practice = (await world.house.deps.workspaces.bySlug('practice')).id;
    await life(world);
    tables = (
      await world.rows(
        "select relname from pg_class where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace order by 1",
      )
    ).map((row) => row.relname);
    fenced = (
      await world.rows(
        "select table_name from information_schema.columns where table_schema = 'public' and column_name = 'workspace_id' and table_name = any($1::text[]) order by 1",
        [tables as never],
      )
    ).map((row) => row.table_name);
  });

  const as = <T>(workspaces: number[], work: (tx: Transaction) => Promise<T>): Promise<T> =>
    world.house.deps.db.transaction({ workspaces }, work);
  const refused = (workspaces: number[], statement: string, values: never[] = []) =>
    expect(
      as(workspaces, (tx) => tx.query(statement, values)),
      statement,
    ).rejects.toThrow(/permission denied|row-level security|must be (owner|superuser)/);
  /** Whether the application may do this to a table at all. */
  const may = async (table: string, right: string): Promise<boolean> =>
    (await world.rows('select has_table_privilege($1, $2, $3) as may', ['throughline_app', table, right]))[0]!.may;

  test('every table with a workspace has a fence, and the application owns nothing', async () => {
    const unfenced = await world.rows(
      "select relname from pg_class c where relname = any($1::text[]) and (not relrowsecurity or not exists (select 1 from pg_policies p where p.tablename = c.relname and p.qual like '%app_workspaces%' and p.with_check like '%app_workspaces%'))",
      [fenced as never],
    );
    expect(unfenced).toEqual([]);
    expect(fenced.length).toBeGreaterThan(20);
    const [role] = await world.rows(
      "select rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb from pg_roles where rolname = 'throughline_app'",
    );
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcanlogin: false, rolcreaterole: false, rolcreatedb: false });
    expect(await world.rows("select relname from pg_class where relowner = 'throughline_app'::regrole")).toEqual([]);
    expect(await world.rows("select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace")).toEqual([]);
  });

  test('what has no workspace is out of its reach, but the lanes and clocks', async () => {
    for (const table of tables.filter((each) => !fenced.includes(each))) {
      const rights = await Promise.all(
        ['select', 'insert', 'update', 'delete'].map(async (right) => ((await may(table, right)) ? right : null)),
      );
      expect({ [table]: rights.filter(Boolean) }).toEqual({ [table]: ['lane', 'clock'].includes(table) ? ['select', 'update'] : [] });
    }
  });

  test('no way leads round a fence by a partition', async () => {
    const partitions = await world.rows(
      "select relname from pg_class where relispartition and relkind = 'r' and relnamespace = 'public'::regnamespace",
    );
    expect(partitions.length).toBeGreaterThan(8);
    for (const { relname } of partitions)
      for (const right of ['select', 'insert', 'update', 'delete']) expect(await may(relname, right), `${right} on ${relname}`).toBe(false);
  });

  test('nothing set means nothing seen', async () => {
    for (const table of fenced) expect(await as([], (tx) => tx.query(`select 1 from ${table} limit 1`)), table).toEqual([]);
  });

  test('each sees its own rows and no others, by whatever statement', async () => {
    for (const table of fenced) {
      const [own, both, all] = [
        await as([practice], (tx) => tx.query(`select workspace_id from ${table}`)),
        await as([main, practice], (tx) => tx.query(`select 1 from ${table}`)),
        await world.rows(`select 1 from ${table}`),
      ];
      expect(
        own.every((row) => row.workspace_id === practice),
        table,
      ).toBe(true);
      expect(both.length, table).toBe(all.length);
      expect(await as([practice], (tx) => tx.query(`select 1 from ${table} where workspace_id = $1`, [main])), table).toEqual([]);
    }
    const [person] = await as([main], (tx) => tx.query('select person_id from person limit 1'));
    expect(await as([practice], (tx) => tx.query('select 1 from person where person_id = $1', [person!.person_id]))).toEqual([]);
    expect(
      await as([practice], (tx) =>
        tx.query(
          'select (select count(*) from person where workspace_id = $1) as n, exists (select 1 from identity where workspace_id = $1) as there',
          [main],
        ),
      ),
    ).toEqual([{ n: 0, there: false }]);
  });

  test('rows of another are neither changed nor removed, and none are put among them', async () => {
    const before = await world.everything();
    for (const table of fenced) {
      if (await may(table, 'delete'))
        expect(await as([practice], (tx) => tx.query(`delete from ${table} where workspace_id = $1 returning 1`, [main])), table).toEqual(
          [],
        );
      if (await may(table, 'update'))
        expect(
          await as([practice], (tx) =>
            tx.query(`update ${table} set workspace_id = workspace_id where workspace_id = $1 returning 1`, [main]),
          ),
          table,
        ).toEqual([]);
      const [row] = await world.rows(`select to_jsonb(t)::text as row from ${table} t where workspace_id = $1 limit 1`, [main]);
      if (row && (await may(table, 'insert'))) {
        // The row of another as it is, and one of one's own that is moved over there.
        await refused([practice], `insert into ${table} select * from jsonb_populate_record(null::${table}, $1::jsonb)`, [
          row.row,
        ] as never[]);
        const [own] = await world.rows(`select to_jsonb(t)::text as row from ${table} t where workspace_id = $1 limit 1`, [practice]);
        if (own && (await may(table, 'update'))) await refused([practice], `update ${table} set workspace_id = ${main}`);
      }
    }
    expect(await world.everything()).toEqual(before);
  });

  test('the past is only ever added to', async () => {
    for (const table of appendOnly) {
      expect(await may(table, 'insert'), table).toBe(true);
      await refused([main], `update ${table} set workspace_id = workspace_id`);
      await refused([main], `delete from ${table}`);
      await refused([main], `truncate ${table}`);
      await refused([main], `drop table ${table}`);
      await refused([main], `alter table ${table} disable row level security`);
      await refused([main], `drop policy workspace_only on ${table}`);
    }
  });

  test('the application makes no workspaces, and changes keys only by revoking them', async () => {
    await refused([main], "insert into workspace (slug, practice, clock, settings, created_at) values ('x', false, 0, '{}', '2026-01-01')");
    await refused([main], 'delete from workspace');
    await refused([main], "update workspace set slug = 'x'");
    await refused([main], 'update workspace set clock = 1');
    await refused([main], "update api_key set hash = 'x'");
    await refused([main], "update api_key set kind = 'api'");
    await refused([main], 'update api_key set workspace_id = 2');
    await refused([main], 'delete from api_key');
    for (const table of ['secret', 'session', 'sign_in_link', 'sender', 'migration'])
      await refused([main, practice], `select * from ${table}`);
    await refused([main], "select pg_read_file('/etc/passwd')");
    await refused([main], "copy person to program 'cat'");
    await refused([main], 'create table mine (a int)');
    await refused([main], 'create function mine() returns int language sql as $$ select 1 $$');
  });

  test('what a transaction could see ends with it, however it ends', async () => {
    await as([main], (tx) => tx.query('select 1 from person limit 1'));
    await expect(as([main], (tx) => tx.query('select 1 from nothing'))).rejects.toThrow();
    await expect(as([main], () => Promise.reject(new Error('ours')))).rejects.toThrow('ours');
    for (let times = 0; times < 10; times++) {
      expect(await as([], (tx) => tx.query('select 1 from person limit 1'))).toEqual([]);
      expect((await world.rows("select current_user as who, current_setting('throughline.workspaces', true) as seen"))[0]).toMatchObject({
        seen: expect.stringMatching(/^$/),
      });
    }
    await expect(world.house.deps.db.transaction({ workspaces: ['1; drop table person' as never] }, async () => 1)).rejects.toThrow(
      TypeError,
    );
  });

  describe('through the API', () => {
    const idsOf = async () => {
      const { id } = await world.person(`${canary}@example.com`);
      const [message] = await world.messages(id);
      const [task] = await world.rows('select task_id from task where person_id = $1', [id]);
      const keys = (await world.must('GET', '/api/keys')).items;
      return { id, message: message!.id, task: task!.task_id as string, key: keys[0].id as string };
    };
    /** Each route with ids of main put into it, as somebody of the practice workspace would try. */
    const attempts = async (methods: (method: string) => boolean) => {
      const { id, message, task, key } = await idsOf();
      const urls: { name: string; method: 'GET'; url: string }[] = [];
      for (const [name, route] of routeList.filter(([, each]) => each.access === 'workspace' && methods(each.method)))
        for (const candidate of new Set([id, message, task, key]))
          urls.push({
            name,
            method: route.method as 'GET',
            url:
              route.path.replace(
                /\{(\w+)\}/g,
                (_, part: string) =>
                  ({ id: candidate, kind: 'journey', key: 'only-in-main', scope: 'journey:only-in-main', version: '1' })[part] ?? 'x',
              ) +
              (name === 'personWhy'
                ? `?about=message:${message}`
                : name === 'listMessages' || name === 'listMailbox'
                  ? `?person=${id}`
                  : ''),
          });
      return [...new Map(urls.map((each) => [each.method + each.url, each])).values()];
    };

    test('every GET with ids of another workspace answers as if there were no such thing', async () => {
      const nobody = '00000000-0000-7000-8000-0000000000ff';
      const { id, message, task, key } = await idsOf();
      for (const { name, method, url } of await attempts((each) => each === 'GET')) {
        const tried = await world.api(method, url, undefined, { authorization: `Bearer ${world.practiceKey}` });
        const unknown = await world.api(
          method,
          [id, message, task, key].reduce((text, each) => text.replaceAll(each, nobody), url).replaceAll('only-in-main', 'nowhere'),
          undefined,
          { authorization: `Bearer ${world.practiceKey}` },
        );
        expect(tried.text.toLowerCase(), name).not.toContain(canary);
        expect(tried.status, name).toBe(unknown.status);
        const plain = (text: string): string =>
          [id, message, task, key, 'only-in-main'].reduce(
            (all, each) => all.replaceAll(each, each === 'only-in-main' ? 'nowhere' : nobody),
            text,
          );
        if (!['getLag', 'getHome', 'getClock', 'getSession'].includes(name)) expect(plain(tried.text), name).toBe(plain(unknown.text));
      }
      for (const path of [
        '/api/people',
        '/api/messages',
        '/api/events',
        '/api/mailbox',
        '/api/refusals',
        '/api/audit',
        '/api/keys',
        '/api/definitions',
        '/api/export',
        '/api/journeys',
        '/api/home',
        `/api/people?search=${canary}`,
        `/api/people?email=${canary}@example.com`,
        '/api/events?name=Signed%20Up',
        '/api/segments/customers/people',
      ])
        expect(
          (await world.api('GET', path, undefined, { authorization: `Bearer ${world.practiceKey}` })).text.toLowerCase(),
          path,
        ).not.toContain(canary);
    });

    test('no change with ids of another workspace changes anything there', async () => {
      const inMain = async () => {
        const all = await world.everything();
        const mine = (row: string): boolean => (JSON.parse(row) as { workspace_id?: number }).workspace_id === main;
        return Object.fromEntries(Object.entries(all).map(([table, rows]) => [table, rows.filter(mine)]));
      };
      const before = await inMain();
      const bodies: Record<string, unknown> = {
        addPerson: { email: `${canary}@example.com` },
        editPerson: { traits: { a: 1 } },
        overrideStage: { to: 'nurture', reason: 'x' },
        withdrawConsent: { purpose: 'marketing', state: 'withdrawn' },
        settleUncertain: { as: 'sent' },
        retryMessage: { reason: 'x' },
        setKillSwitch: { stopped: true, reason: 'x' },
        putDefinition: { body: { name: 'X' } },
        publishDefinition: {},
        rollbackDefinition: { version: 1 },
        makePlan: { definitions: [] },
        applySet: { definitions: [] },
        putSettings: { name: 'Practice' },
        testMail: { to: 'x@example.com' },
        createKey: { kind: 'write', name: 'x' },
        turnClock: { advance: 'PT1S' },
      };
      for (const { name, method, url } of await attempts((each) => each !== 'GET')) {
        const answer = await world.api(method, url, bodies[name] ?? {}, { authorization: `Bearer ${world.practiceKey}` });
        expect(answer.status, `${name} ${answer.text.slice(0, 300)}`).toBeLessThan(500);
      }
      expect(await inMain()).toEqual(before);
    });

    test('a key reaches the workspaces that are its own, by whatever name', async () => {
      for (const header of [{ 'x-workspace': 'main' }, { 'x-workspace': 'MAIN' }, { 'x-workspace': '1' }, { 'x-workspace': '' }]) {
        const answer = await world.api('GET', '/api/people', undefined, { authorization: `Bearer ${world.practiceKey}`, ...header });
        expect(answer.text).not.toContain(canary);
        if (header['x-workspace'] === 'main') expect(answer).toMatchObject({ status: 404, body: { code: 'workspace-unknown' } });
      }
      expect(
        await world.api('GET', '/api/people?workspace=main', undefined, { authorization: `Bearer ${world.practiceKey}` }),
      ).toMatchObject({ status: 404 });
      expect(
        (await world.must('GET', '/api/session', undefined, { authorization: `Bearer ${world.practiceKey}` })).workspaces,
      ).toHaveLength(1);
    });

    test('hostile words in every parameter are only words', async () => {
      const before = Object.keys(await world.everything());
      const hostile = [
        "'; drop table person; --",
        "' or 1=1 --",
        '\\',
        '%',
        '_',
        '$1',
        '{}',
        '[]',
        '\u0000',
        '\ud800',
        '\u{1f600}',
        'x'.repeat(199),
        "a'->>'b",
        '1e400',
        '-1',
        '../../etc/passwd',
        '<script>alert(1)</script>',
        '$' + '{7*7}',
        '__proto__',
      ];
      for (const [name, route] of routeList.filter(([, each]) => each.method === 'GET' && each.access === 'workspace')) {
        const shape = (route.query as { shape?: Record<string, unknown> }).shape ?? {};
        for (const parameter of [...Object.keys(shape), 'workspace'])
          for (const word of hostile) {
            const url = `${route.path.replace(/\{(\w+)\}/g, (_, part: string) => ({ id: '00000000-0000-7000-8000-0000000000ff', kind: 'journey', key: 'welcome', version: '1' })[part] ?? 'x')}?${parameter}=${encodeURIComponent(word.toWellFormed())}`;
            const answer = await world.api('GET', url);
            expect(answer.status, `${name} ${parameter}=${word.slice(0, 40)}: ${answer.text.slice(0, 200)}`).toBeLessThan(500);
          }
        for (const word of hostile) {
          if (!route.path.includes('{')) continue;
          const answer = await world.api(
            'GET',
            route.path.replace(/\{(\w+)\}/g, () => encodeURIComponent(word.toWellFormed())),
          );
          expect(answer.status, `${name} ${word.slice(0, 40)}: ${answer.text.slice(0, 200)}`).toBeLessThan(500);
        }
      }
      for (const [method, url, body] of [
        ['POST', '/api/keys', { kind: 'write', name: 'a\u0000b' }],
        ['PUT', '/api/kill-switches/workspace', { stopped: true, reason: '\u0000' }],
        ['PATCH', '/api/settings', { postalAddress: '\ud800' }],
        ['POST', '/api/apply', { definitions: [], note: '\u0000' }],
        ['POST', '/api/people', { userId: '\u0000' }],
      ] as const)
        expect((await world.api(method, url, body)).status, url).toBe(400);
      expect(Object.keys(await world.everything())).toEqual(before);
    });
  });
});

/** Something in every table of both workspaces. */
async function life(world: World): Promise<void> {
  const journey = (title: string) => ({
    name: 'A journey',
    intent: 'Fences',
    reentry: 'after-exit',
    steps: [
      { key: 'in', kind: 'entry', on: { event: 'Help' }, next: 'task' },
      { key: 'task', kind: 'make-task', title, next: null },
    ],
  });
  await world.define('journey', 'only-in-main', journey(canary));
  for (const [key, name] of [
    [undefined, canary],
    [world.practiceKey, 'practice-person'],
  ] as const) {
    const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
    if (key)
      await world.must(
        'POST',
        '/api/apply',
        { definitions: [{ kind: 'journey', key: 'only-in-practice', body: journey(name) }], publish: true },
        headers,
      );
    await world.send(
      [
        { type: 'page', anonymousId: `${name}-a`, name },
        { type: 'identify', anonymousId: `${name}-a`, userId: name, traits: { email: `${name}@example.com`, name }, context: yes },
        { type: 'track', userId: name, event: 'Signed Up', properties: { canary: name } },
        { type: 'track', userId: name, event: 'Signed Up', messageId: `${name}-again` },
        { type: 'track', userId: name, event: 'Help' },
        { type: 'track', userId: name, event: 'Order Completed', messageId: `${name}-o` },
        { type: 'page', anonymousId: `${name}-b` },
        { type: 'identify', anonymousId: `${name}-b`, userId: name },
        { type: 'track', userId: name, event: '' },
        { type: 'track', userId: 'undefined', event: 'By Nobody' },
      ],
      key ? { key } : {},
    );
    await world.must('PUT', '/api/kill-switches/channel:sms', { stopped: true, reason: name }, headers);
    await world.must('POST', '/api/people', { email: `second-${name}@example.com` }, { ...headers, 'idempotency-key': name });
    await world.send(
      [
        { type: 'identify', userId: `${name}-2`, traits: { email: `${name}-2@example.com` }, context: yes },
        { type: 'page', userId: `${name}-2`, context: { consent: { categoryPreferences: { marketing: false } } } },
      ],
      key ? { key } : {},
    );
    await world.accept([{ type: 'page', anonymousId: `${name}-waiting` }], key ? { key } : {});
  }
}

test('no statement is put together from values', () => {
  const folder = new URL('../src/store/', import.meta.url);
  /**
   * What may stand inside a statement besides bound values: lists of columns, names of our own tables, conditions made of `bind`, dates of the machine, and
   * statements that the rule language made, which bind what they are about.
   */
  const ours = [
    /^bind\(/,
    /^(columns|eventColumns|personColumns|runColumns|messageColumns)$/,
    /^columns\.replace\(/,
    /^qualified$/,
    /^\w+Columns$/,
    /^statement$/,
    /^where\.join\(' and '\)$/,
    /^from$/,
    /^table$/,
    /^column$/,
    /^name$/,
    /^chunk$/,
    /^tail$/,
    /^like$/,
    /^[a-f]$/,
    /^names\./,
    /^columns\[name\]$/,
    /^index \+ 1$/,
    /^backupTables\.join\(/,
    /^(from|to)\.toISOString\(\)$/,
    /^sql$/,
    /^place\(\d\)$/,
    /^lane\('[cdt]\.person_id'\)$/,
    /^alive$/,
    /^broadcastDue$/,
  ];
  const strange: string[] = [];
  for (const file of readdirSync(folder).filter((each) => each.endsWith('.ts'))) {
    const source = ts.createSourceFile(file, readFileSync(new URL(file, folder), 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (
        ts.isTemplateExpression(node) &&
        /\b(select|insert into|update|delete from|truncate|create table|drop table|declare|fetch|alter|where|join|order by|limit|and)\b|[<>=] $/i.test(
          node.getText(),
        ) &&
        isStatement(node)
      )
        for (const span of node.templateSpans) {
          const text = span.expression.getText();
          if (
            !ours.some((allowed) => allowed.test(text)) &&
            !(
              ts.isConditionalExpression(span.expression) &&
              [span.expression.whenTrue, span.expression.whenFalse].every(
                (branch) => ts.isStringLiteralLike(branch) || /^` and [\w.]+ = \$\{bind\([^`]*\)\}`$/.test(branch.getText()),
              )
            )
          )
            strange.push(`${file}:${source.getLineAndCharacterOfPosition(span.getStart()).line + 1} \${${text}}`);
        }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  expect(strange).toEqual([]);

  /** Whether a text goes to the database: an argument of query or script, a condition, or a statement's constant. */
  function isStatement(node: ts.Node): boolean {
    const { parent } = node;
    if (ts.isCallExpression(parent)) return /(^|\.)(query|script)$|^where\.push$/.test(parent.expression.getText());
    if (ts.isBinaryExpression(parent)) return /^from$/.test(parent.left.getText());
    return ts.isVariableDeclaration(parent) && /statement|sql/i.test(parent.name.getText());
  }
});
