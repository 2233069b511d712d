import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Problem } from '#contract/problems.ts';
import { type Bindable, type Database, sqlState } from '#store/database.ts';
import { lockFolder } from '#store/folder-lock.ts';
import { openDatabase } from '#store/open.ts';
import { openPglite } from '#store/pglite.ts';
import { openPostgres } from '#store/postgres.ts';

/** The exam that both databases sit: whatever passes here, the rest of the house may rely on. */

// On a busy machine everything takes longer, and nothing here asks how long.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });
const eventually = <T>(ask: () => T) => expect.poll(ask, { timeout: 20_000, interval: 20 });

const serverUrl = process.env.TEST_DATABASE_URL;

interface Candidate {
  name: string;
  /** Why it does not sit the exam here; null when it does. */
  absent: string | null;
  open(): Promise<{ database: Database; close(): Promise<void> }>;
}

const candidates: Candidate[] = [
  {
    name: 'pglite in memory',
    absent: null,
    async open() {
      const database = await openPglite({ dataDir: null });
      return { database, close: () => database.close() };
    },
  },
  {
    name: 'postgres',
    absent: serverUrl ? null : 'TEST_DATABASE_URL is not set',
    async open() {
      const own = await ownDatabase();
      const database = await openPostgres(own.url, { poolSize: 6, applicationName: 'exam' });
      return {
        database,
        async close() {
          await database.close();
          await own.drop();
        },
      };
    },
  },
];

/** A database of this file's own on the server. */
async function ownDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `test_exam_${process.pid}_${Date.now()}`;
  const admin = await openPostgres(serverUrl!, { poolSize: 1, applicationName: 'exam-admin' });
  await admin.script(`create database ${name}`);
  const url = new URL(serverUrl!);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async drop() {
      await admin.script(`drop database ${name} with (force)`);
      await admin.close();
    },
  };
}

const schema = `
  do $$ begin create role throughline_app; exception when duplicate_object or unique_violation then null; end $$;
  create table note (workspace_id bigint not null, id bigint generated always as identity primary key, body text not null unique);
  alter table note enable row level security;
  create policy own on note using (workspace_id = any (string_to_array(current_setting('throughline.workspaces', true), ',')::bigint[]));
  create table wide (id uuid primary key, lane smallint, seq bigint, name text, props jsonb, at timestamptz, ok boolean, score numeric);
  create table counter (id int primary key, value int not null);
  insert into counter values (1, 0), (2, 0);
  grant select, insert, update, delete on note, wide, counter to throughline_app;
`;

for (const candidate of candidates) {
  describe.skipIf(candidate.absent)(candidate.absent ? `${candidate.name} (skipped: ${candidate.absent})` : candidate.name, () => {
    let db: Database;
    let close: () => Promise<void>;
    const all = { workspaces: [1, 2, 3] };
    const isPostgres = candidate.name === 'postgres';

    /** One statement in a transaction of its own. */
    const ask = async (statement: string, values: Bindable[] = []) => (await db.transaction(all, (tx) => tx.query(statement, values)))[0]!;
    /** The SQLSTATE that the statement fails with. */
    const failureOf = async (statement: string, values: Bindable[] = []) => {
      const error = await ask(statement, values).catch((thrown: unknown) => thrown);
      return sqlState(error) ?? `no SQLSTATE: ${String(error)}`;
    };

    beforeAll(async () => {
      const opened = await candidate.open();
      db = opened.database;
      close = opened.close;
      await db.script(schema);
    });
    afterAll(() => close?.(), 60_000);

    describe('values', () => {
      const instant = Date.parse('2026-03-01T09:30:00.123Z');
      test.each([
        ['int2', '-7::int2', -7],
        ['int4', '2147483647', 2147483647],
        ['int8', '9007199254740991::int8', 9007199254740991],
        ['numeric', '12.5000::numeric', 12.5],
        ['float8', "'NaN'::float8", Number.NaN],
        ['count', '(select count(*) from counter)', 2],
        ['boolean', 'false', false],
        ['null', 'null::timestamptz', null],
        ['text', "'a\"b\\c{}'", 'a"b\\c{}'],
        ['uuid', "'018f0000-0000-7000-8000-0000000000ff'::uuid", '018f0000-0000-7000-8000-0000000000ff'],
        ['date', "'2026-03-01'::date", '2026-03-01'],
        ['json', '\'{"a":[1,null]}\'::json', { a: [1, null] }],
        ['jsonb', '\'"text"\'::jsonb', 'text'],
        ['jsonb null', "'null'::jsonb", null],
        ['instant', "'2026-03-01T09:30:00.123Z'::timestamptz", instant],
        ['instant of another zone', "'2026-03-01T10:30:00.123+01'::timestamptz", instant],
        ['instant, microseconds cut off', "'2026-03-01T09:30:00.123999Z'::timestamptz", instant],
        ['instant, whole second', "'2026-03-01T09:30:00Z'::timestamptz", instant - 123],
        ['instant, tenths', "'2026-03-01T09:30:00.1Z'::timestamptz", instant - 23],
        ['instant before 1970', "'1960-02-29T23:59:59.999Z'::timestamptz", Date.parse('1960-02-29T23:59:59.999Z')],
        ['instant, for ever', "'infinity'::timestamptz", Infinity],
        ['array of int8', 'array[1,null,3]::int8[]', [1, null, 3]],
        ['array of int2', 'array[1,2]::int2[]', [1, 2]],
        ['array of numeric', 'array[1.5,2]::numeric[]', [1.5, 2]],
        ['array of instants', "array['2026-03-01T09:30:00.123Z',null]::timestamptz[]", [instant, null]],
        ['array of dates', "array['2026-03-01']::date[]", ['2026-03-01']],
        ['array of json', 'array[\'{"a":"x,\\"y\\""}\',null]::json[]', [{ a: 'x,"y"' }, null]],
        ['array of jsonb', 'array[\'{"a":{"b":[1,2]}}\',\'"NULL"\']::jsonb[]', [{ a: { b: [1, 2] } }, 'NULL']],
        ['array of uuid', "array['018f0000-0000-7000-8000-0000000000ff']::uuid[]", ['018f0000-0000-7000-8000-0000000000ff']],
        ['array of booleans', 'array[true,false,null]', [true, false, null]],
        ['empty array', 'array[]::int8[]', []],
        [
          'array of arrays',
          "array[array['a','b'],array['','NULL']]",
          [
            ['a', 'b'],
            ['', 'NULL'],
          ],
        ],
        ['array that starts at 0', "'[0:1]={5,6}'::int[]", [5, 6]],
      ])('%s comes out', async (_, expression, expected) => {
        expect((await ask(`select ${expression} as value`)).value).toEqual(expected);
      });

      test('an integer that a number cannot hold is refused, and the database goes on', async () => {
        await expect(ask('select 9007199254740993::int8 as value')).rejects.toThrow(/too large/);
        expect(await ask('select 1 as value')).toEqual({ value: 1 });
      });

      test.each<[string, string, Bindable]>([
        ['text', 'text', 'né "q" \\ {a,b} \u{1F600} NULL'],
        ['empty text', 'text', ''],
        ['number', 'int8', 9007199254740991],
        ['fraction', 'numeric', 0.1],
        ['boolean', 'boolean', true],
        ['null', 'uuid', null],
        ['jsonb', 'jsonb', '{"a": "b"}'],
      ])('%s goes in and comes out', async (_, type, value) => {
        const answer = await ask(`select $1::${type} as value`, [value]);
        expect(answer.value).toEqual(type === 'jsonb' ? JSON.parse(value as string) : value);
      });

      const texts = [
        'plain',
        '',
        'NULL',
        'null',
        'a"b',
        'a\\b',
        '\\"',
        '{x}',
        '}',
        'a,b',
        ' space ',
        'line\nbreak',
        'tab\t',
        "it's",
        'né 漢字 \u{1F600}',
        null,
      ];
      test.each<[string, Bindable[]]>([
        ['text', texts],
        ['text', []],
        ['uuid', ['018f0000-0000-7000-8000-0000000000ff', null]],
        ['int', [1, -2, null]],
        ['bigint', [9007199254740991, null]],
        ['smallint', [255]],
        ['boolean', [true, false, null]],
        ['numeric', [1.5, 1e21, null]],
        ['float8', [Number.NaN, Infinity, -0.5]],
      ])('an array of %s arrives intact', async (type, values) => {
        const rows = await db.transaction(all, (tx) =>
          tx.query(`select value from unnest($1::${type}[]) with ordinality as u(value, n) order by n`, [values]),
        );
        expect(rows.map((row) => row.value)).toEqual(values);
        expect((await ask(`select $1::${type}[] as value`, [values])).value).toEqual(values);
      });

      test('an array of JSON texts arrives intact', async () => {
        const documents = [{ a: 'x"y\\z', b: [1, { c: null }] }, [], 'NULL', null, 'né {} \u{1F600}', { '"': '\\' }];
        const rows = await db.transaction(all, (tx) =>
          tx.query('select value from unnest($1::jsonb[]) with ordinality as u(value, n) order by n', [
            documents.map((one) => JSON.stringify(one)),
          ]),
        );
        expect(rows.map((row) => row.value)).toEqual(documents);
      });

      test('an array of ISO instants arrives intact', async () => {
        const instants = [
          0,
          1,
          -1,
          Date.parse('2026-03-01T09:30:00.123Z'),
          Date.parse('1969-12-31T23:59:59.999Z'),
          Date.parse('9999-12-31T23:59:59.999Z'),
        ];
        const answer = await ask('select $1::timestamptz[] as value', [instants.map((at) => new Date(at).toISOString())]);
        expect(answer.value).toEqual(instants);
      });

      test('an object or nothing at all is our mistake and is refused before it is sent', async () => {
        await expect(ask('select $1::jsonb', [{ a: 1 } as never])).rejects.toThrow(TypeError);
        await expect(ask('select $1::text', [undefined as never])).rejects.toThrow(TypeError);
        await expect(ask('select $1::text[]', [['a', undefined as never]])).rejects.toThrow(TypeError);
      });

      test('5,000 rows of 8 columns go in with one statement and come out with one', async () => {
        const columns: Bindable[][] = [[], [], [], [], [], [], [], []];
        for (let n = 0; n < 5_000; n++) {
          const row = [
            crypto.randomUUID(),
            n % 256,
            n,
            `name "${n}" \\`,
            JSON.stringify({ n, tags: ['a', '"'] }),
            new Date(n * 1_000).toISOString(),
            n % 2 === 0,
            n / 4,
          ];
          for (const [column, value] of row.entries()) columns[column]!.push(value);
        }
        await db.transaction(all, (tx) =>
          tx.query(
            `insert into wide select * from unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::text[], $5::jsonb[], $6::timestamptz[], $7::boolean[], $8::numeric[])`,
            columns,
          ),
        );
        const rows = await db.transaction(all, (tx) => tx.query('select * from wide order by seq'));
        expect(rows).toHaveLength(5_000);
        expect(rows[4_321]).toEqual({
          id: columns[0]![4_321],
          lane: 4_321 % 256,
          seq: 4_321,
          name: 'name "4321" \\',
          props: { n: 4_321, tags: ['a', '"'] },
          at: 4_321_000,
          ok: false,
          score: 1_080.25,
        });
      });
    });

    describe('transactions', () => {
      test('keep what was done when they end well, and nothing when the work throws', async () => {
        await db.transaction(all, (tx) => tx.query('insert into note (workspace_id, body) values (1, $1)', ['kept']));
        const failing = db.transaction(all, async (tx) => {
          await tx.query('insert into note (workspace_id, body) values (1, $1)', ['lost']);
          throw new Error('changed my mind');
        });
        await expect(failing).rejects.toThrow('changed my mind');
        const rows = await db.transaction(all, (tx) => tx.query("select body from note where body in ('kept', 'lost')"));
        expect(rows).toEqual([{ body: 'kept' }]);
      });

      test('after a failed statement the next transaction works', async () => {
        expect(await failureOf('select * from nowhere')).toBe('42P01');
        expect(await ask('select 1 as value')).toEqual({ value: 1 });
      });

      test('an error that is swallowed inside does not pass for success', async () => {
        const swallowing = db.transaction(all, async (tx) => {
          await tx.query('insert into note (workspace_id, body) values (1, $1)', ['half']);
          await tx.query('select 1/0').catch(() => undefined);
        });
        await expect(swallowing).rejects.toThrow(/kept nothing/);
        expect((await ask("select count(*) as n from note where body = 'half'")).n).toBe(0);
      });

      test('statements sent at once are answered in order, and one failure undoes all', async () => {
        const answers = await db.transaction(all, (tx) => Promise.all([1, 2, 3].map((n) => tx.query('select $1::int as n', [n]))));
        expect(answers.map((rows) => rows[0]!.n)).toEqual([1, 2, 3]);
        const failing = db.transaction(all, (tx) =>
          Promise.all([
            tx.query("insert into note (workspace_id, body) values (1, 'together')"),
            tx.query('select 1/0'),
            tx.query('select 2'),
          ]),
        );
        expect(sqlState(await failing.catch((error: unknown) => error))).toBe('22012');
        expect((await ask("select count(*) as n from note where body = 'together'")).n).toBe(0);
      });

      test('run concurrently without losing a change', async () => {
        await Promise.all(
          Array.from({ length: 20 }, () =>
            db.transaction(all, async (tx) => {
              const [row] = await tx.query('select value from counter where id = 1 for update');
              await tx.query('update counter set value = $1 where id = 1', [row!.value + 1]);
            }),
          ),
        );
        expect((await ask('select value from counter where id = 1')).value).toBe(20);
      });

      test('are refused inside one another instead of waiting for ever', async () => {
        await expect(db.transaction(all, () => db.transaction(all, async () => 1))).rejects.toThrow(/inside a transaction/);
        await expect(db.asOwner(() => db.transaction(all, async () => 1))).rejects.toThrow(/inside a transaction/);
        await expect(db.transaction(all, () => db.asOwner(async () => 1))).rejects.toThrow(/inside a transaction/);
        await expect(db.transaction(all, () => db.script('select 1'))).rejects.toThrow(/inside a transaction/);
        expect(await ask('select 1 as value')).toEqual({ value: 1 });
      });

      test('work that began inside one may open its own when that has ended', async () => {
        let later: Promise<number> | undefined;
        await db.transaction(all, async () => {
          later = pause(50).then(() => db.transaction(all, async () => 7));
        });
        expect(await later).toBe(7);
      });

      test('cannot be used after their end', async () => {
        const escaped = await db.transaction(all, async (tx) => ({ tx }));
        await expect(escaped.tx.query('select 1')).rejects.toThrow(/has ended/);
      });
    });

    describe('role and scope', () => {
      const whoAndWhat = "select current_user::text as who, coalesce(current_setting('throughline.workspaces', true), '') as what";

      beforeAll(() =>
        db
          .asOwner((tx) => tx.query("insert into note (workspace_id, body) values (1, 'one'), (2, 'two'), (3, 'three')"))
          .then(() => undefined),
      );

      test('are set inside and gone afterwards, also after a failure', async () => {
        const owner = (await db.asOwner((tx) => tx.query(whoAndWhat)))[0]!;
        expect(owner.who).not.toBe('throughline_app');
        const inside = await db.transaction({ workspaces: [2, 3] }, (tx) => tx.query(whoAndWhat));
        expect(inside).toEqual([{ who: 'throughline_app', what: '2,3' }]);
        for (const bad of ['select 1/0', 'syntax error', "insert into note (workspace_id, body) values (9, 'foreign')"]) {
          await db.transaction({ workspaces: [2] }, (tx) => tx.query(bad)).catch(() => undefined);
          // As many as there are connections, so that each one is asked.
          const after = await Promise.all(Array.from({ length: 6 }, () => db.asOwner((tx) => tx.query(whoAndWhat))));
          for (const rows of after) expect(rows).toEqual([{ who: owner.who, what: '' }]);
        }
      });

      test('show the rows of the scope and no others; no scope shows nothing', async () => {
        const seen = async (workspaces: number[]) =>
          (
            await db.transaction({ workspaces }, (tx) =>
              tx.query("select body from note where body in ('one', 'two', 'three') order by id"),
            )
          ).map((row) => row.body);
        expect(await seen([1])).toEqual(['one']);
        expect(await seen([1, 3])).toEqual(['one', 'three']);
        expect(await seen([9])).toEqual([]);
        expect(await seen([])).toEqual([]);
      });

      test('let nobody write into another workspace', async () => {
        const writing = db.transaction({ workspaces: [1] }, (tx) =>
          tx.query("insert into note (workspace_id, body) values (2, 'foreign')"),
        );
        expect(sqlState(await writing.catch((error: unknown) => error))).toBe('42501');
      });

      test('take numbers only', async () => {
        await expect(db.transaction({ workspaces: ["1'; reset role; --" as never] }, async () => 1)).rejects.toThrow(TypeError);
        await expect(db.transaction({ workspaces: [1.5] }, async () => 1)).rejects.toThrow(TypeError);
      });
    });

    describe('errors', () => {
      test.each<[string, string, Bindable[], string]>([
        ['a second row with the same key', 'insert into counter values (1, 1)', [], '23505'],
        ['a missing value', 'insert into counter values (7, null)', [], '23502'],
        ['a malformed number', 'select $1::int as value', ['zz'], '22P02'],
        ['a malformed uuid', 'select $1::uuid as value', ['zz'], '22P02'],
        ['malformed JSON', 'select $1::jsonb as value', ['{'], '22P02'],
        ['a malformed array', 'select $1::int[] as value', [['zz']], '22P02'],
        ['a zero byte', 'select $1::text as value', ['a\u0000b'], '22021'],
        ['a zero byte in JSON', 'select $1::jsonb as value', ['"a\\u0000b"'], '22P05'],
        ['a division by zero', 'select 1/$1::int as value', [0], '22012'],
        ['an unknown column', 'select nope from counter', [], '42703'],
        ['a syntax error', 'selekt 1', [], '42601'],
        ['two statements at once', 'select 1; select 2', [], '42601'],
      ])('%s has the SQLSTATE that Postgres gives it', async (_, statement, values, expected) => {
        expect(await failureOf(statement, values)).toBe(expected);
        expect(await failureOf(statement, values)).toBe(expected); // the second time it may be prepared
      });

      test.runIf(isPostgres)('a deadlock ends one of the two', async () => {
        const both = Promise.withResolvers<void>();
        let arrived = 0;
        const cross = (first: number, then: number) =>
          db.transaction(all, async (tx) => {
            await tx.query('update counter set value = value + 1 where id = $1', [first]);
            if (++arrived === 2) both.resolve();
            await both.promise;
            await tx.query('update counter set value = value + 1 where id = $1', [then]);
          });
        const outcomes = await Promise.allSettled([cross(1, 2), cross(2, 1)]);
        const losers = outcomes.filter((outcome) => outcome.status === 'rejected');
        expect(losers.map((outcome) => sqlState(outcome.reason))).toEqual(['40P01']);
      });
    });

    describe('statements', () => {
      test('are prepared once per connection', async () => {
        const statement = 'select value, $1::int as given from counter where id = 2 /* prepared */';
        const count = await db.transaction(all, async (tx) => {
          for (let n = 0; n < 5; n++) await tx.query(statement, [n]);
          return tx.query("select count(*) as n from pg_prepared_statements where statement like '%prepared */'");
        });
        expect(count).toEqual([{ n: 1 }]);
      });

      test('see a changed schema after a script', async () => {
        await db.script('create table shape (a int); insert into shape values (1); grant select on shape to throughline_app');
        expect(await ask('select * from shape')).toEqual({ a: 1 });
        await db.script('alter table shape add column b int default 2');
        expect(await Promise.all(Array.from({ length: 6 }, () => ask('select * from shape')))).toEqual(Array(6).fill({ a: 1, b: 2 }));
      });

      test('a script that fails halfway leaves the database usable and the session as it was', async () => {
        await expect(db.script("begin; set timezone = 'Asia/Tokyo'; create table half (a int); select 1/0; commit")).rejects.toThrow(
          /division/,
        );
        await db.script("set timezone = 'Asia/Tokyo'; set role throughline_app");
        const [row] = await db.asOwner((tx) =>
          tx.query("select to_regclass('half')::text as half, current_user::text as who, '2026-01-01T00:00Z'::timestamptz as at"),
        );
        expect(row).toMatchObject({ half: null, at: Date.parse('2026-01-01T00:00Z') });
        expect(row!.who).not.toBe('throughline_app');
      });
    });

    describe('notifications', () => {
      test('reach every listener of the channel until it stops', async () => {
        const heard: string[] = [];
        const stopFirst = await db.listen('Inbox "1"', (payload) => heard.push(`first ${payload}`));
        const stopSecond = await db.listen('Inbox "1"', (payload) => heard.push(`second ${payload}`));
        const stopOther = await db.listen('other', (payload) => heard.push(`other ${payload}`));
        await db.notify('Inbox "1"', 'né "x" \'y\'');
        await eventually(() => heard).toEqual(['first né "x" \'y\'', 'second né "x" \'y\'']);
        await stopFirst();
        await db.notify('Inbox "1"', '2');
        await eventually(() => heard).toHaveLength(3);
        await stopSecond();
        await db.notify('Inbox "1"', '3');
        await db.notify('other', '4');
        await eventually(() => heard.slice(2)).toEqual(['second 2', 'other 4']);
        await stopOther();
      });

      test('may have 7,000 bytes', async () => {
        const heard: string[] = [];
        const stop = await db.listen('long', (payload) => heard.push(payload));
        await db.notify('long', 'x'.repeat(7_000));
        await eventually(() => heard[0]?.length).toBe(7_000);
        await expect(db.notify('long', 'é'.repeat(3_501))).rejects.toThrow(RangeError);
        await stop();
      });

      test.runIf(isPostgres)(
        'are heard again after the connection was lost',
        async () => {
          const heard: string[] = [];
          const stop = await db.listen('again', (payload) => heard.push(payload));
          await endSessions("query like 'listen%'");
          for (let waited = 0; heard.length === 0 && waited < 10_000; waited += 100) {
            await db.notify('again', 'here');
            await pause(100);
          }
          expect(heard[0]).toBe('here');
          await stop();
        },
        15_000,
      );
    });

    describe('advisory locks', () => {
      const never = () => expect.unreachable();

      test('are held by one at a time, and free again when released', async () => {
        expect(await db.lockIsFree(5)).toBe(true);
        const first = await db.holdLock(5, never);
        expect(first).not.toBeNull();
        expect(await db.lockIsFree(5)).toBe(false);
        expect(await db.lockIsFree(6)).toBe(true);
        expect(await db.holdLock(5, never)).toBeNull();
        const other = await db.holdLock(6, never);
        expect(other).not.toBeNull();
        await first!.release();
        await eventually(() => db.lockIsFree(5)).toBe(true);
        const second = await db.holdLock(5, never);
        expect(second).not.toBeNull();
        await second!.release();
        await other!.release();
      });

      test('asking whether one is free never takes it from anybody', async () => {
        for (let round = 0; round < 10; round++) {
          const [held, ...free] = await Promise.all([db.holdLock(8, never), ...Array.from({ length: 5 }, () => db.lockIsFree(8))]);
          expect(held).not.toBeNull();
          expect(free).toHaveLength(5);
          await held!.release();
          await eventually(() => db.lockIsFree(8)).toBe(true);
        }
      });

      test.runIf(isPostgres)('tell their holder when the connection breaks', async () => {
        const lost = Promise.withResolvers<void>();
        const held = await db.holdLock(7, lost.resolve);
        await endSessions("query like '%pg_try_advisory_lock%' and pid <> pg_backend_pid()");
        await lost.promise;
        await eventually(() => db.lockIsFree(7)).toBe(true);
        await held!.release();
      });
    });

    /** Ends sessions as an operator or a failing server would. */
    async function endSessions(condition: string): Promise<void> {
      await db.asOwner((tx) =>
        tx.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and ${condition}`),
      );
    }

    describe.runIf(isPostgres)('a server that goes away', () => {
      test('idle connections that break are replaced', async () => {
        await Promise.all(Array.from({ length: 6 }, () => ask('select pg_sleep(0.05)')));
        await endSessions("pid <> pg_backend_pid() and state = 'idle'");
        await pause(100);
        await Promise.all(Array.from({ length: 6 }, () => ask('select 1')));
      });

      test('a transaction whose connection breaks fails as store-unavailable, and the next one works', async () => {
        const broken = db.transaction(all, async (tx) => {
          await tx.query('select pg_sleep(5) /* doomed */');
        });
        const outcome = broken.catch((error: unknown) => error);
        await pause(200);
        await endSessions("query like '%doomed%' and pid <> pg_backend_pid()");
        expect(await outcome).toMatchObject({ code: 'store-unavailable' });
        expect(await ask('select 1 as value')).toEqual({ value: 1 });
      });
    });
  });
}

describe('opening a server', () => {
  test('that is not there says so, without the password', async () => {
    const error = await openPostgres('postgres://me:secret-word@127.0.0.1:1/nowhere', { poolSize: 2, applicationName: 'exam' }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({ code: 'store-unavailable', details: { host: '127.0.0.1', port: 1, database: 'nowhere' } });
    expect(JSON.stringify(error) + String((error as Problem).cause)).not.toContain('secret-word');
  });

  test('at an address that cannot be read says so, without the password', async () => {
    const error = await openPostgres('postgres://me:secret-word@a b:x/y', { poolSize: 2, applicationName: 'exam' }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'config-invalid' });
    expect(JSON.stringify(error) + String((error as Problem).cause)).not.toContain('secret-word');
  });
});

describe('the data folder of the embedded database', () => {
  const folders: string[] = [];
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  const newFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'throughline-exam-'));
    folders.push(folder);
    return folder;
  };

  /** Runs JavaScript in a process of its own; `line` resolves with the next line that it prints. */
  function inProcess(code: string): { child: ChildProcess; line(): Promise<string>; ended: Promise<void> } {
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      cwd: process.cwd(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines: string[] = [];
    const waiting: ((line: string) => void)[] = [];
    child.stdout!.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().split('\n').filter(Boolean)) {
        const next = waiting.shift();
        if (next) next(line);
        else lines.push(line);
      }
    });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    void ended.then(() => waiting.splice(0).forEach((tell) => void tell('(ended)')));
    return {
      child,
      line: () => {
        const ready = lines.shift();
        return ready === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(ready);
      },
      ended,
    };
  }
  const module = (name: string): string => JSON.stringify(new URL(`../../src/store/${name}`, import.meta.url).href);

  test('is refused to a second process, survives kill -9, and opens again', async () => {
    const folder = newFolder();
    const open = `const { openPglite } = await import(${module('pglite.ts')}); const db = await openPglite({ dataDir: ${JSON.stringify(folder)} });`;
    const first = inProcess(`${open}
      await db.script('create role throughline_app; create table kept (n int); grant all on kept to throughline_app');
      for (let n = 0; ; n++) {
        await db.transaction({ workspaces: [] }, (tx) => tx.query('insert into kept values ($1)', [n]));
        if (n === 100) console.log('ready');
      }`);
    expect(await first.line()).toBe('ready');

    await expect(openDatabase({ dataDir: folder })).rejects.toMatchObject({
      code: 'folder-locked',
      details: { folder, pid: first.child.pid },
    });

    first.child.kill('SIGKILL');
    await first.ended;
    const db = await openDatabase({ dataDir: folder });
    const rows = await db.transaction({ workspaces: [] }, (tx) => tx.query('select count(*) as n, max(n) + 1 as last from kept'));
    expect(rows[0]!.n).toBeGreaterThanOrEqual(100);
    expect(rows[0]!.n).toBe(rows[0]!.last);

    const second = inProcess(`try { ${open} } catch (error) { console.log(error.code, error.details.pid); }`);
    expect(await second.line()).toBe(`folder-locked ${process.pid}`);
    await db.close();
    expect(readdirSync(join(folder, 'lock'))).toEqual([]);

    const again = await openPglite({ dataDir: folder });
    await expect(openPglite({ dataDir: folder })).rejects.toMatchObject({ code: 'folder-locked' });
    await again.close();
  }, 240_000);

  test('goes to exactly one of many that start at once over the lock of a dead process', async () => {
    const folder = newFolder();
    const code = `import { lockFolder } from ${module('folder-lock.ts')};
      try { await lockFolder(${JSON.stringify(folder)}); console.log('mine'); setInterval(() => {}, 1000); } catch (error) { console.log(error.code); }`;
    const dead = inProcess(code);
    expect(await dead.line()).toBe('mine');
    dead.child.kill('SIGKILL');
    await dead.ended;
    const starters = Array.from({ length: 5 }, () => inProcess(code));
    const outcomes = await Promise.all(starters.map((one) => one.line()));
    expect(outcomes.sort()).toEqual(['folder-locked', 'folder-locked', 'folder-locked', 'folder-locked', 'mine']);
  });

  test('is free when the number of the dead process belongs to another one now', async () => {
    const folder = newFolder();
    const room = join(folder, 'lock');
    mkdirSync(room);
    const holder = inProcess(
      `import { lockFolder } from ${module('folder-lock.ts')}; await lockFolder(${JSON.stringify(folder)}); console.log('mine'); setInterval(() => {}, 1000);`,
    );
    expect(await holder.line()).toBe('mine');
    holder.child.kill('SIGKILL');
    await holder.ended;
    // The dead holder's file, as if its number now belonged to this living process.
    const name = readdirSync(room)[0]!;
    const claim = JSON.parse(readFileSync(join(room, name), 'utf8'));
    writeFileSync(join(room, name), JSON.stringify({ ...claim, pid: process.pid }));
    const lock = await lockFolder(folder);
    lock.release();
  });

  // Another container: its process numbers mean nothing here, so only the beat of its file counts.
  test.each([
    ['refused while the holder in another container lives', 0, true],
    ['free when the holder in another container has been silent', 0, false],
    ['free at once when that holder has been silent for minutes', 300, false],
  ])('is %s', async (_, silentSeconds, beats) => {
    const folder = newFolder();
    mkdirSync(join(folder, 'lock'));
    const file = join(folder, 'lock', '1-elsewhere.json');
    writeFileSync(file, JSON.stringify({ state: 'holding', pid: 1, started: '1', world: 'elsewhere' }));
    const beatAt = Date.now() / 1_000 - silentSeconds;
    utimesSync(file, beatAt, beatAt);
    const beat = beats ? setInterval(() => utimesSync(file, new Date(), new Date()), 1_000) : undefined;
    const outcome = await lockFolder(folder).then(
      (lock) => lock.release(),
      (error: Problem) => error.code,
    );
    clearInterval(beat);
    expect(outcome).toBe(beats ? 'folder-locked' : undefined);
  });

  test('starts anew when it was left half made', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'database'));
    writeFileSync(join(folder, 'database', 'PG_VERSION'), '18\n');
    writeFileSync(join(folder, 'database-unfinished'), '');
    const db = await openPglite({ dataDir: folder });
    expect(await db.asOwner((tx) => tx.query('select 1 as value'))).toEqual([{ value: 1 }]);
    await db.close();
    expect(readdirSync(folder).sort()).toEqual(['database', 'lock']);
  });
});

describe('the embedded database', () => {
  test('is dumped and loaded, plain or compressed, into memory or a folder', async () => {
    const db = await openPglite({ dataDir: null });
    await db.script('create table kept (n int); insert into kept values (42)');
    const [plain, zipped] = [await db.dump('none'), await db.dump()];
    expect(zipped.length).toBeLessThan(plain.length);
    await db.close();
    await expect(db.transaction({ workspaces: [] }, async () => 1)).rejects.toMatchObject({ code: 'store-unavailable' });

    const folder = mkdtempSync(join(tmpdir(), 'throughline-exam-'));
    try {
      for (const options of [
        { dataDir: null, loadDump: plain },
        { dataDir: folder, loadDump: zipped },
      ]) {
        const copy = await openPglite(options);
        expect(await copy.asOwner((tx) => tx.query('select n from kept'))).toEqual([{ n: 42 }]);
        await copy.close();
      }
      await expect(openPglite({ dataDir: folder, loadDump: zipped })).rejects.toThrow(/has a database already/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 240_000);

  test('that cannot start says why', async () => {
    await expect(openPglite({ dataDir: null, loadDump: new Uint8Array([1, 2, 3]) })).rejects.toThrow();
  });

  test('whose thread dies fails what waits, refuses what follows, and says so once', async () => {
    let engine: Worker | undefined;
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (this: Worker, ...given) {
      engine = this;
      return post.apply(this, given);
    };
    const failures: unknown[] = [];
    try {
      const db = await openPglite({ dataDir: null, failed: (error) => failures.push(error) });
      const waiting = [1, 2].map(() =>
        db.asOwner((tx) => tx.query('select count(*) from generate_series(1, 100000000)')).catch((error: unknown) => error),
      );
      await pause(200);
      await engine!.terminate();
      for (const outcome of await Promise.all(waiting)) expect(outcome).toMatchObject({ code: 'store-unavailable' });
      await expect(db.asOwner(async () => 1)).rejects.toMatchObject({ code: 'store-unavailable' });
      expect(failures).toHaveLength(1);
      await db.close();
    } finally {
      Worker.prototype.postMessage = post;
    }
  });
});
