import { beforeAll, describe, expect, test } from 'vitest';
import { importRound } from '#operations/imports/run.ts';
import { upkeep } from '#operations/upkeep.ts';
import { dialects } from '../databases.ts';
import { openWorld, type World } from '../world.ts';

/** A business brings the people that it knows: a file is read whatever program wrote it, looked at before anything happens, and runs once, however often it is run. */

const settings = (mapping: (string | null)[], basis: object = { basis: 'none' }) => ({ entryPoint: 'import', mapping, basis });
const consent = (given: object) => ({
  basis: 'consent',
  wording: 'Yes, send me the newsletter of Linden Studio.',
  proof: 'Sign-up sheets 2025, folder 12',
  given,
});

describe.each(dialects)('on %s', (database) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ database });
  });
  const upload = async (file: string | Buffer, name = 'list.csv', headers: Record<string, string> = {}) => {
    const answer = await world.post(`/api/imports?name=${encodeURIComponent(name)}`, file, {
      authorization: `Bearer ${world.apiKey}`,
      'content-type': 'text/csv',
      ...headers,
    });
    return answer;
  };
  const bring = async (file: string | Buffer) => {
    const answer = await upload(file);
    expect(answer, answer.text.slice(0, 500)).toMatchObject({ status: 200 });
    return answer.body;
  };
  const work = async (rounds = Number.POSITIVE_INFINITY) => {
    const { deps, acceptor } = world.house;
    for (let round = 0; round < rounds && (await importRound(deps, acceptor)); round++) await world.settle();
    await world.settle();
  };
  const run = async (id: string, given: object) => {
    await world.must('POST', `/api/imports/${id}/run`, given);
    await work();
    return world.must('GET', `/api/imports/${id}`);
  };

  test('everybody of a file is put on a list that is kept by hand, once, and the log says by which row', async () => {
    await world.publish([{ kind: 'segment', key: 'fair', body: { name: 'Met at the fair', rule: null } }]);
    await world.send([{ type: 'identify', userId: 'known', traits: { email: 'known@example.com' } }]);
    const brought = await bring('email\nknown@example.com\nfresh@example.com\nfresh@example.com\nnobody\n');
    expect((await world.must('GET', `/api/imports/${brought.id}`)).lists).toEqual([{ key: 'fair', name: 'Met at the fair' }]);
    expect(await run(brought.id, { ...settings(['email']), list: 'fair' })).toMatchObject({ status: 'finished', refused: 1 });
    expect((await world.must('GET', '/api/segments/fair')).people).toBe(2);
    const { items } = await world.must('GET', '/api/segments/fair/log');
    expect(items.map(({ because }: { because: { rule: string }[] }) => because[0]!.rule).sort()).toEqual([
      'put on the list by import list.csv, row 1',
      'put on the list by import list.csv, row 2',
    ]);
  });

  test('a list becomes people: who they are, where they came in, and what is known of them', async () => {
    const file =
      'E-Mail;Vorname;Nachname;Ort;Notiz\r\n"Lena@Example.com";Lena;"Lang; geb. Kurz";Graz;"sagt ""hallo""\r\nund mehr"\r\nmax@example.com;Max;;;\r\n\r\n';
    const brought = await bring(file);
    expect(brought).toMatchObject({
      status: 'uploaded',
      fileName: 'list.csv',
      delimiter: ';',
      encoding: 'utf-8',
      rows: 2,
      columns: [
        { name: 'E-Mail', guess: 'email', samples: ['Lena@Example.com', 'max@example.com'] },
        { name: 'Vorname', guess: 'firstName' },
        { name: 'Nachname', guess: 'lastName' },
        { name: 'Ort', guess: 'city' },
        { name: 'Notiz', guess: 'message' },
      ],
    });
    expect((await world.must('GET', '/api/people?email=lena@example.com')).items).toEqual([]);
    const done = await run(brought.id, settings(['email', 'firstName', 'lastName', 'city', 'message']));
    expect(done).toMatchObject({ status: 'finished', taken: 2, refused: 0, firstRows: [] });
    const lena = await world.person('lena@example.com');
    expect(lena).toMatchObject({
      name: 'Lena Lang; geb. Kurz',
      entryPoint: 'import',
      stage: 'capture',
      consents: [],
      traits: { city: 'Graz', message: 'sagt "hallo"\r\nund mehr', email: 'lena@example.com' },
    });
    expect(lena.reachability[0]).toMatchObject({ reachable: false });
    expect((await world.person('max@example.com')).traits).toEqual({ email: 'max@example.com', firstName: 'Max' });
    const [event] = await world.rows("select body from event where person_id = $1 and call = 'identify'", [lena.id]);
    expect(event!.body.context.import).toEqual({ id: brought.id, file: 'list.csv', row: 1, basis: { basis: 'none' } });
    expect(await world.rows('select 1 from import_row where import_id = $1', [brought.id])).toEqual([]);
  });

  test.each([
    ['UTF-8 with a mark', Buffer.from('\ufeffemail,name\nutf8@example.com,Zoë Müller\n'), 'utf-8', 'utf8@example.com'],
    [
      'UTF-16 as Excel writes it',
      Buffer.from('\ufeffemail\tname\r\nutf16@example.com\tZoë Müller\r\n', 'utf16le'),
      'utf-16le',
      'utf16@example.com',
    ],
    [
      'UTF-16 the other way round',
      Buffer.from('\ufeffemail,name\nutf16be@example.com,Zoë Müller\n', 'utf16le').swap16(),
      'utf-16be',
      'utf16be@example.com',
    ],
    ['UTF-16 without a mark', Buffer.from('email,name\nnomark@example.com,Zoë Müller\n', 'utf16le'), 'utf-16le', 'nomark@example.com'],
    ['Windows-1252', Buffer.from('email;name\r\nwin@example.com;Zoë Müller\r\n', 'latin1'), 'windows-1252', 'win@example.com'],
    [
      'a first line that says the separator',
      Buffer.from('sep=;\r\nemail;name\r\nsep@example.com;Zoë Müller\r\n'),
      'utf-8',
      'sep@example.com',
    ],
    ['no names of columns', Buffer.from('bare@example.com,Zoë Müller\n'), 'utf-8', 'bare@example.com'],
  ])('%s is read', async (_what, file, encoding, address) => {
    const brought = await bring(file);
    expect(brought).toMatchObject({ encoding, rows: 1 });
    expect(brought.columns[0].guess).toBe('email');
    await run(brought.id, settings(['email', 'name']));
    expect(await world.person(address)).toMatchObject({ name: 'Zoë Müller' });
  });

  test.each([
    ['nothing', '', 422, 'file-unreadable'],
    ['names and no rows', 'email,name\n', 422, 'file-unreadable'],
    ['a spreadsheet', Buffer.from('PK\u0003\u0004xlsx'), 422, 'file-unreadable'],
    ['a quotation mark that is never closed', `email,name\n"a@example.com,${'x'.repeat(1_200_000)}`, 422, 'file-unreadable'],
    ['too many columns', `${Array.from({ length: 201 }, (_, n) => `c${n}`).join(',')}\n1\n`, 413, 'file-too-large'],
    ['too many rows', `email\n${'a@b.example\n'.repeat(200_001)}`, 413, 'file-too-large'],
    ['too many bytes', Buffer.alloc(20 * 1024 * 1024 + 1, 'a'), 413, 'file-too-large'],
  ])('%s is refused with a sentence', async (_what, file, status, code) => {
    expect(await upload(file)).toMatchObject({ status, body: { code, hint: expect.any(String) } });
  });

  test('a look before: who has an address, who stands there twice, what would be refused, what does not fit, who is known', async () => {
    await world.send([{ type: 'identify', userId: 'kim', traits: { email: 'kim@example.com' } }]);
    const brought = await bring(
      [
        'email,phone,zone',
        'kim@example.com,+43 660 1234567,Europe/Vienna',
        'KIM@example.com ,,Vienna',
        'not an address,,',
        'also not,,',
        ',0660 1234567,',
        ',,Europe/Vienna',
        'lou@example.com,,',
        'a@example.com,b,c,d',
      ].join('\n'),
    );
    const check = await world.must('POST', `/api/imports/${brought.id}/check`, settings(['email', 'phone', 'timezone']));
    expect(check).toMatchObject({ rows: 8, withEmail: 3, withPhone: 1, people: 2, repeated: 1, known: 1, withConsent: 0, suppressed: 0 });
    expect(check.refused).toEqual([
      { reason: 'What stands there is not an address that mail can be sent to.', rows: 2, example: 3 },
      { reason: 'What stands there is not an international phone number such as +43 660 1234567.', rows: 1, example: 5 },
      { reason: 'The row names nobody: it has no e-mail, phone number or user id.', rows: 1, example: 6 },
      { reason: 'The row has more cells and the file has 3 columns: is a quotation mark or a separator missing?', rows: 1, example: 8 },
    ]);
    expect(check.unfit).toEqual([
      { path: 'timezone', reason: 'Time zone must be an IANA time zone such as Europe/Vienna.', rows: 1, example: 'Vienna' },
    ]);
    const done = await run(brought.id, settings(['email', 'phone', 'timezone']));
    expect(done).toMatchObject({ status: 'finished', rows: 8, taken: 3, refused: 5 });
    expect(done.refusedRows[0]).toEqual({ row: 3, reason: '"not an address" is not an address that mail can be sent to.' });
    expect(await world.person('kim@example.com')).toMatchObject({
      phone: '+436601234567',
      traits: { timezone: 'Europe/Vienna' },
      entryPoint: 'website',
    });
    expect((await world.must('GET', '/api/fields/timezone/refused')).items[0]).toMatchObject({ value: '"Vienna"', source: 'import' });
    const field = (await world.must('GET', '/api/fields')).items.find((each: { path: string }) => each.path === 'timezone');
    expect(field.collected).toEqual([{ kind: 'entry-point', key: 'import', name: 'Imported list', as: 'an import brings it' }]);
  });

  test('consent is recorded only with its words, its proof and its date, and says by which row it came', async () => {
    const brought = await bring(
      'email,agreed\nnia@example.com,2025-11-03\nole@example.com,\npia@example.com,12/11/2025\nqi@example.com,03.11.2025\nria@example.com,2031-01-01\n',
    );
    const given = settings(['email', null], consent({ column: 1 }));
    expect(await world.must('POST', `/api/imports/${brought.id}/check`, given)).toMatchObject({ withConsent: 2, withoutConsentDate: 3 });
    await run(brought.id, given);
    const nia = await world.person('nia@example.com');
    expect(nia.consents).toEqual([
      {
        purpose: 'marketing',
        channel: '*',
        state: 'granted',
        at: '2025-11-03T00:00:00.000Z',
        method: 'import',
        actor: `import ${brought.id}, row 1: Sign-up sheets 2025, folder 12`,
        wording: 'Yes, send me the newsletter of Linden Studio.',
      },
    ]);
    expect(nia.reachability[0]).toMatchObject({ reachable: true });
    for (const who of ['ole', 'pia', 'ria']) expect((await world.person(`${who}@example.com`)).consents, who).toEqual([]);
    expect((await world.person('qi@example.com')).consents[0]).toMatchObject({ at: '2025-11-03T00:00:00.000Z' });
  });

  test.each([
    ['consent without its words', consent({ on: '2025-01-01' }), { wording: '' }, 'basis.wording'],
    ['consent without a proof', consent({ on: '2025-01-01' }), { proof: '' }, 'basis.proof'],
    ['consent without a date', consent({}), {}, 'basis.given'],
    ['a contract that nobody names', { basis: 'contract' }, {}, 'basis.note'],
  ])('%s is refused', async (_what, basis, without, path) => {
    const brought = await bring('email\nx@example.com\n');
    const answer = await world.api('POST', `/api/imports/${brought.id}/run`, settings(['email'], { ...basis, ...without }));
    expect(answer).toMatchObject({ status: 400, body: { code: 'body-invalid' } });
    expect(JSON.stringify(answer.body.details)).toContain(path);
  });

  test.each([
    ['nobody can be told apart', settings(['name']), 'one column must become'],
    ['another number of columns', settings(['email', 'name']), 'the file has 1 columns'],
    ['an entry point of another kind', { ...settings(['email']), entryPoint: 'website' }, 'no published entry point of kind import'],
    ['a list that a rule keeps', { ...settings(['email']), list: 'customers' }, 'that is kept by hand'],
    ['a target that is none', settings(['a b']), 'must be email, phone, userId'],
  ])('%s is refused', async (_what, given, says) => {
    const brought = await bring('email\nx@example.com\n');
    for (const verb of ['check', 'run']) {
      const answer = await world.api('POST', `/api/imports/${brought.id}/${verb}`, given);
      expect(answer).toMatchObject({ status: 400, body: { code: 'body-invalid' } });
      expect(JSON.stringify(answer.body.details)).toContain(says);
    }
  });

  test('who withdrew, who said no, and who is suppressed stay so', async () => {
    await world.send(
      ['sam', 'tom'].map((user) => ({
        type: 'identify' as const,
        userId: user,
        traits: { email: `${user}@example.com` },
        context: { consent: { categoryPreferences: { marketing: true } } },
      })),
    );
    await world.send([
      {
        type: 'identify',
        userId: 'una',
        traits: { email: 'una@example.com' },
        context: { consent: { categoryPreferences: { marketing: false } } },
      },
    ]);
    const sam = await world.person('sam@example.com');
    await world.must('POST', `/api/people/${sam.id}/consents`, { purpose: 'marketing', state: 'withdrawn' });
    const tom = await world.person('tom@example.com');
    await world.must('POST', `/api/people/${tom.id}/consents`, { purpose: 'marketing', state: 'withdrawn' });
    await world.must('DELETE', `/api/people/${tom.id}`);
    const brought = await bring('email\nsam@example.com\ntom@example.com\nuna@example.com\nvic@example.com\n');
    const given = settings(['email'], consent({ on: '2026-03-01' }));
    expect((await world.must('POST', `/api/imports/${brought.id}/check`, given)).suppressed).toBe(2);
    await run(brought.id, given);
    for (const who of ['sam', 'tom', 'una']) expect((await world.person(`${who}@example.com`)).reachability[0]!.reachable, who).toBe(false);
    expect((await world.person('vic@example.com')).reachability[0]!.reachable).toBe(true);
    expect(await world.rows("select state, took_effect from consent where person_id = $1 and method = 'import'", [sam.id])).toEqual([
      { state: 'granted', took_effect: false },
    ]);
    expect((await world.person('una@example.com')).consents[0]).toMatchObject({ state: 'denied' });
  });

  test('it goes on where a crash left it, and no row takes effect twice', async () => {
    const rows = Array.from({ length: 1_200 }, (_, n) => `c${n}@crash.example,Person ${n}`);
    const brought = await bring(`email,name\n${rows.join('\n')}\n`);
    await world.must('POST', `/api/imports/${brought.id}/run`, settings(['email', 'name'], consent({ on: '2026-01-01' })));
    const { deps, acceptor } = world.house;
    await importRound(deps, acceptor);
    const died = {
      ...deps,
      failpoint: (name: string) => {
        if (name === 'import.accepted') throw new Error('the process dies here');
      },
    };
    await expect(importRound(died, acceptor)).rejects.toThrow('dies here');
    await world.settle();
    expect(await world.must('GET', `/api/imports/${brought.id}`)).toMatchObject({ status: 'running', taken: 500 });
    await work();
    expect(await world.must('GET', `/api/imports/${brought.id}`)).toMatchObject({ status: 'finished', taken: 1_200, refused: 0 });
    const [counts] = await world.rows(
      "select (select count(*) from person where email like '%@crash.example') as people, (select count(*) from event where body ->> 'messageId' like $1) as events, (select count(*) from consent where actor like $2) as consents",
      [`import:${brought.id}:%`, `import ${brought.id}%`],
    );
    expect(counts).toEqual({ people: 1_200, events: 2_400, consents: 1_200 });
  });

  test('two processes that run it at the same time take each row once', async () => {
    const brought = await bring(`email\n${Array.from({ length: 700 }, (_, n) => `t${n}@two.example`).join('\n')}\n`);
    await world.must('POST', `/api/imports/${brought.id}/run`, settings(['email']));
    const { deps, acceptor } = world.house;
    for (let round = 0; round < 4; round++) {
      await Promise.all([importRound(deps, acceptor), importRound(deps, acceptor)]);
      await world.settle();
    }
    expect(await world.must('GET', `/api/imports/${brought.id}`)).toMatchObject({ status: 'finished', taken: 700 });
  });

  test('cancelled, it keeps what was taken and throws the rest away; what has ended does not run again', async () => {
    const brought = await bring(`email\n${Array.from({ length: 900 }, (_, n) => `s${n}@stop.example`).join('\n')}\n`);
    await world.must('POST', `/api/imports/${brought.id}/run`, settings(['email']));
    await work(1);
    expect(await world.must('POST', `/api/imports/${brought.id}/cancel`)).toMatchObject({ status: 'cancelled', taken: 500 });
    await work();
    expect(await world.rows("select count(*)::int as n from person where email like '%@stop.example'")).toEqual([{ n: 500 }]);
    expect(await world.rows('select 1 from import_row where import_id = $1', [brought.id])).toEqual([]);
    for (const verb of ['run', 'check'])
      expect(await world.api('POST', `/api/imports/${brought.id}/${verb}`, settings(['email']))).toMatchObject({
        status: 409,
        body: { code: 'import-state' },
      });
    expect(await world.api('POST', `/api/imports/${brought.id}/cancel`)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
  });

  test('the refused rows come back as a file in which nothing is a formula', async () => {
    const brought = await bring('email,note\n=cmd|\' /C calc\'!A0,"+1"\n@sum,-2\n,"\tx"\n,"two\nlines, and ""quotes"""\n');
    await run(brought.id, settings(['email', 'message']));
    const answer = await world.api('GET', `/api/imports/${brought.id}/refused`);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': expect.stringContaining('attachment'),
    });
    const text = String(answer.body);
    expect(text.startsWith('\ufeffRow,Why it was refused,email,note\r\n')).toBe(true);
    expect(text).toContain("'=cmd");
    expect(text).toContain("'+1");
    expect(text).toContain("'@sum");
    expect(text).toContain("'-2");
    expect(text).toContain('"two\nlines, and ""quotes"""');
    expect(text).not.toMatch(/(^|[,\n])[=+@\t-]/);
    // Mended and brought again, it is a file like any other.
    expect((await bring(text)).columns.map((column: { name: string }) => column.name)).toEqual([
      'Row',
      'Why it was refused',
      'email',
      'note',
    ]);
  });

  test('the same file brought again says so', async () => {
    const file = 'email\nagain@example.com\n';
    const first = await bring(file);
    expect(first.sameFileAt).toBeNull();
    await run(first.id, settings(['email']));
    expect((await bring(file)).sameFileAt).toBe(world.iso);
  });

  test('rows about somebody who is erased go with them, and all rows go with time', async () => {
    await world.must('POST', '/api/people', { email: 'wil@example.com' });
    const waiting = await bring('email,name\nWil@Example.com,Wil\nxena@example.com,Xena\n');
    const { id } = await world.person('wil@example.com');
    await world.must('DELETE', `/api/people/${id}`);
    expect(JSON.stringify(await world.rows('select cells from import_row where import_id = $1', [waiting.id]))).not.toMatch(/wil/i);
    await world.turn('P8D');
    await upkeep(world.house.deps);
    expect(await world.rows('select 1 from import_row where import_id = $1', [waiting.id])).toEqual([]);
    expect(await world.must('GET', `/api/imports/${waiting.id}`)).toMatchObject({ status: 'cancelled' });
  });

  test('one business never sees the files of another', async () => {
    const brought = await bring('email\nmine@example.com\n');
    const theirs = { authorization: `Bearer ${world.practiceKey}` };
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['GET', '/refused', undefined],
      ['POST', '/check', settings(['email'])],
      ['POST', '/run', settings(['email'])],
      ['POST', '/cancel', undefined],
    ] as const)
      expect(await world.api(method, `/api/imports/${brought.id}${path}`, body, theirs), path).toMatchObject({
        status: 404,
        body: { code: 'import-unknown' },
      });
    expect((await world.must('GET', '/api/imports', undefined, theirs)).items).toEqual([]);
  });

  test('in the practice workspace too', async () => {
    const answer = await upload('email,name\nyara@example.com,Yara\n', 'practice.csv', { authorization: `Bearer ${world.practiceKey}` });
    const theirs = { authorization: `Bearer ${world.practiceKey}` };
    await world.must('POST', `/api/imports/${answer.body.id}/run`, settings(['email', 'name']), theirs);
    await work();
    expect(await world.must('GET', `/api/imports/${answer.body.id}`, undefined, theirs)).toMatchObject({ status: 'finished', taken: 1 });
    expect((await world.must('GET', '/api/people?email=yara@example.com', undefined, theirs)).items).toHaveLength(1);
  });

  test('10,000 rows', async () => {
    const rows = Array.from({ length: 10_000 }, (_, n) => `many${n}@ten.example,Person ${n},Graz,+4366${String(n).padStart(8, '0')}`);
    const began = performance.now();
    const brought = await bring(`email,name,city,phone\n${rows.join('\n')}\n`);
    const given = settings(['email', 'name', 'city', 'phone']);
    expect(await world.must('POST', `/api/imports/${brought.id}/check`, given)).toMatchObject({ people: 10_000, refused: [] });
    await run(brought.id, given);
    expect(await world.rows("select count(*)::int as n from person where email like '%@ten.example'")).toEqual([{ n: 10_000 }]);
    expect(performance.now() - began).toBeLessThan(60_000);
  });
});
