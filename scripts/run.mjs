// `npm start`, `npm run dev`, `npm test`, `npm run check`, `npm run bench`, `npm run simulate`: prepare what the command
// needs, then run it under the right Node and end with its exit code.

import fs from 'node:fs';
import path from 'node:path';
import {
  capture,
  ensureBrowser,
  ensureDependencies,
  ensureNode,
  ensurePostgres,
  ensureWeb,
  fail,
  ROOT,
  runInForeground,
  SetupError,
  secondsSince,
} from './setup.mjs';

const VITE = 'node_modules/vite/bin/vite.js';
const VITEST = 'node_modules/vitest/vitest.mjs';
const CLI = 'src/cli/main.ts';

const COMMANDS = { start, dev, test, check, bench, simulate };

async function start(node, args) {
  await ensureWeb(node);
  return runInForeground({ command: node, args: [CLI, 'start', ...args] });
}

/** The server starts again when its code changes; beside it the web pages are built again when theirs does. */
async function dev(node, args) {
  await ensureWeb(node);
  const server = { command: node, args: ['--watch', '--watch-preserve-output', CLI, 'dev', ...args], env: { THROUGHLINE_DEV: '1' } };
  const pages = { command: node, args: [VITE, 'build', '--watch', 'web'] };
  return runInForeground(server, ...(exists('web/index.html') ? [pages] : []));
}

async function test(node, args) {
  await ensureWeb(node);
  await ensureBrowser();
  await ensurePostgres();
  return runInForeground({ command: node, args: [VITEST, 'run', ...args] });
}

/** All checks run, side by side, also when one has failed; the last line names those that did. */
async function check(node) {
  const checks = [
    { name: 'types', needs: 'tsconfig.json', args: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--pretty'] },
    { name: 'web types', needs: 'web/tsconfig.json', args: ['node_modules/typescript/bin/tsc', '-p', 'web/tsconfig.json', '--pretty'] },
    { name: 'lint', needs: 'biome.json', args: ['node_modules/@biomejs/biome/bin/biome', 'lint'] },
    { name: 'tidy', needs: 'test/tidy.test.ts', args: [VITEST, 'run', 'test/tidy.test.ts'] },
  ].filter(({ needs }) => exists(needs));

  const started = Date.now();
  const env = process.stdout.isTTY ? { ...process.env, FORCE_COLOR: '1' } : process.env;
  const failed = [];
  print(`Checking ${checks.map(({ name }) => name).join(', ')} …`);
  await Promise.all(
    checks.map(async ({ name, args }) => {
      const { code, output } = await capture(node, args, { env });
      print(`${name}: ${code === 0 ? 'passed' : 'failed'} after ${secondsSince(started)}`);
      if (code === 0) return;
      failed.push(name);
      print(output.trimEnd());
    }),
  );
  print(failed.length === 0 ? `All checks passed in ${secondsSince(started)}.` : `Failed: ${failed.join(', ')}.`);
  return failed.length === 0 ? 0 : 1;
}

async function bench(node, args) {
  await ensurePostgres({ durable: true });
  return runInForeground({ command: node, args: ['bench/main.ts', ...args] });
}

async function simulate(node, args) {
  return runInForeground({ command: node, args: [CLI, 'simulate', ...args] });
}

function exists(file) {
  return fs.existsSync(path.join(ROOT, file));
}

function print(line) {
  process.stdout.write(`${line}\n`);
}

async function main([name, ...args]) {
  if (!Object.hasOwn(COMMANDS, name ?? '')) {
    throw new SetupError(`Say which: node scripts/run.mjs ${Object.keys(COMMANDS).join('|')} [arguments].`);
  }
  const node = await ensureNode();
  await ensureDependencies(node);
  process.exit(await COMMANDS[name](node, args));
}

main(process.argv.slice(2)).catch(fail);
