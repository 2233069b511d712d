import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { basic } from './world.ts';

// Each command is a process that opens a database; on a busy machine that takes its time, and nothing here asks how long.
vi.setConfig({ testTimeout: 180_000 });

/** The commands as a newcomer types them: real processes on a data folder of their own. */

const cli = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const blueprint = fileURLToPath(new URL('../blueprints/service-business', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'throughline-commands-'));
const data = join(home, 'data');
const keys = { BOOTSTRAP_KEY: `test-api-key-${'x'.repeat(32)}`, BOOTSTRAP_WRITE_KEY: `test-write-key-${'x'.repeat(32)}` };
const environment = (more: Record<string, string> = {}) => ({
  PATH: process.env.PATH!,
  HOME: home,
  DATA_DIR: data,
  PORT: '0',
  LOG_LEVEL: 'silent',
  THROUGHLINE_PRACTICE: 'off',
  ...more,
});

interface Ended {
  code: number;
  out: string;
  err: string;
}
const run = (args: string[], more: Record<string, string> = {}): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { env: environment(more), timeout: 110_000 }, (error, out, err) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
    );
  });
const well = async (args: string[], more?: Record<string, string>): Promise<string> => {
  const ended = await run(args, more);
  expect(ended, `${args.join(' ')}\n${ended.err}`).toMatchObject({ code: 0 });
  return ended.out;
};

afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('without a server', () => {
  test('an empty folder becomes a house, and what it holds becomes files', async () => {
    expect(await well(['plan', blueprint])).toMatch(/^\+ field .*[\s\S]*\d+ of \d+ definitions would change\.\n$/);
    expect(await well(['apply', blueprint, '--publish', '--note', 'first'])).toMatch(
      /^\d+ definitions were published; the rulebook is at revision 1\.\n$/,
    );
    const folder = join(home, 'definitions');
    await well(['export', folder]);
    expect(readFileSync(join(folder, 'journeys/welcome.yaml'), 'utf8')).toBe(
      readFileSync(join(blueprint, 'journeys/welcome.yaml'), 'utf8'),
    );
  });

  test('a broken file is refused with its place, and a broken setting with its name', async () => {
    const folder = join(home, 'definitions');
    const file = join(folder, 'journeys/welcome.yaml');
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, good.replace('for: P2D', 'for: two days'));
    const ended = await run(['apply', folder, '--publish']);
    expect(ended.code).toBe(1);
    const line = good.split('\n').findIndex((each) => each.includes('for: P2D')) + 1;
    expect(ended.err).toMatch(new RegExp(`journeys/welcome.yaml:${line}  steps.\\d+.for  must be an ISO 8601 duration such as PT1H`));
    expect(ended.err).not.toMatch(/\n\s+at /);
    writeFileSync(file, good);
    const setting = await run(['migrate'], { PORT: 'eighty' });
    expect(setting).toMatchObject({ code: 1, err: expect.stringMatching(/PORT {2}must be a number/) });
    expect(JSON.parse((await run(['migrate', '--json'], { ROLES: 'all' })).err)).toMatchObject({
      code: 'config-invalid',
      details: [{ path: 'ROLES' }],
    });
    expect((await run(['nothing'])).code).not.toBe(0);
  });

  test('a plan tells what a journey leaves open at its line, and fails for mistakes alone', async () => {
    const folder = join(home, 'open');
    mkdirSync(join(folder, 'journeys'), { recursive: true });
    const file = join(folder, 'journeys/hello.yaml');
    const hello = (next: string): string => `name: Hello
intent: To say hello
goal: { on: { event: Said Hello }, name: They answered }
steps:
  - key: start
    kind: entry
    on: { event: Came In }
    next: pick
  - key: pick
    kind: branch
    paths:
      - label: Known
        when: { event: { name: Came In } }
        next: ${next}
    otherwise: null
`;
    writeFileSync(file, hello('null'));
    const told = (await well(['plan', folder])).split('\n');
    expect(told[0]).toBe('+ journey hello');
    expect(told).toContain(
      '    ? journeys/hello.yaml:14  steps.1.paths.0.next  whoever takes "Known" at "pick" leaves without a word  Lead it to an exit that says why, or to a step.',
    );
    expect(told).toContainEqual(
      expect.stringMatching(/^ {4}\? journeys\/hello\.yaml:3 {2}goal {2}no "Said Hello" has arrived in the last 30 days/),
    );
    expect(JSON.parse(await well(['plan', folder, '--json'])).changes[0].warnings).toContainEqual({
      path: 'steps.1.otherwise',
      message: 'whoever takes "everyone else" at "pick" leaves without a word',
      mend: 'Lead it to an exit that says why, or to a step.',
    });
    writeFileSync(file, hello('nowhere'));
    const refused = await run(['plan', folder]);
    expect(refused).toMatchObject({ code: 1, out: expect.stringContaining('steps.1.otherwise') });
    expect(refused.err).toContain('journeys/hello.yaml:14  steps.1.paths.0.next  step "pick" leads to "nowhere"');
  });

  test('every command explains itself', async () => {
    const help = await well(['--help']);
    for (const [, command] of help.matchAll(/^ {2}([a-z]+) .*$/gm)) if (command !== 'help') expect(help).toContain(command);
    expect(await well(['apply', '--help'])).toContain('--publish');
  });
});

describe('with a server', () => {
  let server: ChildProcess;
  let said = '';
  let url = '';
  beforeAll(async () => {
    server = spawn(process.execPath, [cli, 'start'], { env: environment(keys), stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [server.stdout!, server.stderr!]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const until = Date.now() + 90_000;
    while (!/Sign in: \S+/.test(said) && Date.now() < until && server.exitCode === null) await pause(50);
    url = JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')).url;
  });
  afterAll(() => void server?.kill('SIGKILL'));

  const api = async (path: string, init: RequestInit = {}) =>
    (
      await fetch(url + path, {
        ...init,
        headers: { authorization: `Bearer ${keys.BOOTSTRAP_KEY}`, 'content-type': 'application/json', ...init.headers },
      })
    ).json();

  test('it says where it is, how to sign in, and what it promises', async () => {
    expect(said).toMatch(/Throughline is ready at http:\/\/localhost:\d+ \([\d.]+ s, embedded database in /);
    expect(said).toContain('a power cut can cost the last writes');
    const token = /#token=(\S+)/.exec(said)![1]!;
    expect((await fetch(`${url}/api/session`, { method: 'POST', body: JSON.stringify({ token }) })).status).toBe(200);
    expect(await (await fetch(`${url}/health/ready`)).json()).toEqual({ status: 'ready', database: 'pglite' });
    expect(said).not.toContain(keys.BOOTSTRAP_KEY);
  });

  test('a sign-up is greeted within seconds, by the loops alone', async () => {
    const batch = [
      {
        type: 'identify',
        userId: 'ana',
        traits: { email: 'ana@example.com' },
        context: { consent: { categoryPreferences: { marketing: true } } },
      },
      { type: 'track', userId: 'ana', event: 'Signed Up' },
    ];
    const sent = await fetch(`${url}/v1/batch`, {
      method: 'POST',
      headers: { authorization: basic(keys.BOOTSTRAP_WRITE_KEY) },
      body: JSON.stringify({ batch }),
    });
    expect(await sent.json()).toEqual({ success: true });
    const until = Date.now() + 30_000;
    let mails: { subject: string; to: string }[] = [];
    while (mails.length === 0 && Date.now() < until) {
      await pause(50);
      mails = (await api('/api/mailbox')).items;
    }
    expect(mails).toMatchObject([{ to: 'ana@example.com', subject: 'Welcome to My business' }]);
    expect((await api('/api/people?email=ana@example.com')).items).toMatchObject([{ stage: 'capture' }]);
  });

  test('an edit by a colleague answers when it has been carried out', async () => {
    const { items } = await api('/api/people?email=ana@example.com');
    const began = performance.now();
    expect(await api(`/api/people/${items[0].id}`, { method: 'PATCH', body: JSON.stringify({ traits: { city: 'Graz' } }) })).toEqual({
      id: items[0].id,
    });
    expect(performance.now() - began).toBeLessThan(5_000);
    expect((await api(`/api/people/${items[0].id}`)).traits.city).toBe('Graz');
  });

  test('commands speak to the running server: a link, a plan, a backup', async () => {
    const link = JSON.parse(await well(['link', '--json'])) as { url: string };
    expect(link.url).toMatch(/^http:\/\/localhost:\d+\/signin#token=/);
    expect(await well(['plan', blueprint])).toBe('Nothing would change.\n');
    expect(
      await well(['plan', blueprint], { THROUGHLINE_URL: url, THROUGHLINE_API_KEY: keys.BOOTSTRAP_KEY, DATA_DIR: join(home, 'elsewhere') }),
    ).toBe('Nothing would change.\n');
    expect((await run(['plan', blueprint], { THROUGHLINE_URL: url, THROUGHLINE_API_KEY: 'wrong' })).code).toBe(1);
    expect(JSON.parse(await well(['backup', join(home, 'backup.gz'), '--json']))).toEqual({ file: join(home, 'backup.gz') });
    expect(JSON.parse(await well(['doctor', '--json'])).findings.every((finding: { ok: boolean }) => finding.ok)).toBe(true);
  });

  test('a rehearsal of a folder says what would come of it, and fails a build that comes to more than is allowed', async () => {
    const well = await run(['rehearse', blueprint, '--days', '7', '--most-messages', '100', '--most-entered', '100']);
    expect(well, well.err).toMatchObject({ code: 0, err: '' });
    expect(well.out).toMatch(/, 1 people, nothing written and nothing sent\.[\s\S]*\nMessages: 1[\s\S]*\nwelcome +1 /);
    const limits = ['--most-messages', '0.5', '--most-in-a-week', '0.5', '--most-entered', '0.5'];
    const beyond = await run(['rehearse', blueprint, '--days', '7', ...limits]);
    expect(beyond.code).toBe(1);
    expect(beyond.err.trim().split(/\n+/)).toEqual([
      expect.stringMatching(/^Beyond a limit: 1 messages on \d{4}-\d\d-\d\d, at most 0\.5 a day\.$/),
      'Beyond a limit: 1 messages by email to one person within seven days, at most 0.5.',
      'Beyond a limit: 1 entries into welcome, at most 0.5.',
    ]);
    const { beyond: told, state } = JSON.parse((await run(['rehearse', blueprint, '--days', '7', ...limits, '--json'])).out);
    expect([state, told.length]).toEqual(['done', 3]);
    const nothing = await run(['rehearse', blueprint, '--most-messages', 'many']);
    expect(nothing).toMatchObject({ code: 1, err: expect.stringContaining('--most-messages') });
  });

  test('a second server on the same folder is refused with a sentence', async () => {
    const ended = await run(['start']);
    expect(ended.code).not.toBe(0);
    expect(ended.err).toContain('Another process uses this data folder.');
  });

  test('an address that cannot be had is refused with a sentence', async () => {
    const elsewhere = { DATA_DIR: join(home, 'neighbour') };
    const taken = await run(['start'], { ...elsewhere, PORT: new URL(url).port });
    expect(taken).toMatchObject({ code: 1, err: expect.stringContaining('Another program listens at this address already.') });
    expect(taken.err).toContain(new URL(url).port);
    const foreign = await run(['start'], { ...elsewhere, HOST: '192.0.2.1' });
    expect(foreign).toMatchObject({ code: 1, err: expect.stringContaining('must be an address of this machine') });
  });

  test('told to stop, it finishes and ends well; started again, everything is there', async () => {
    const code = new Promise<number | null>((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    expect(await code).toBe(0);
    expect(existsSync(join(data, 'server.json'))).toBe(false);
    const folder = join(home, 'again');
    await well(['export', folder]);
    expect(existsSync(join(folder, 'journeys/welcome.yaml'))).toBe(true);
  });

  test('the backup goes into a new folder, and not into one where people live', async () => {
    const other = { DATA_DIR: join(home, 'restored') };
    expect(JSON.parse(await well(['restore', join(home, 'backup.gz'), '--json'], other)).rows).toBeGreaterThan(50);
    expect(await run(['restore', join(home, 'backup.gz')], other)).toMatchObject({
      code: 1,
      err: expect.stringContaining('People live in this database already.'),
    });
    writeFileSync(join(home, 'text.gz'), 'hello');
    for (const file of ['text.gz', 'nothing.gz']) {
      const ended = await run(['restore', join(home, file)], other);
      expect(ended.code).toBe(1);
      expect(ended.err).toMatch(/^This file is not a backup that can be put back\./);
      expect(ended.err).not.toMatch(/\n\s+at /);
    }
  });
});
