#!/usr/bin/env node
// The `throughline` command of a checkout: prepares Node and the dependencies, then hands over to the CLI.

import path from 'node:path';
import { ensureDependencies, ensureNode, fail, ROOT, runInForeground } from './setup.mjs';

async function main(args) {
  const node = await ensureNode();
  await ensureDependencies(node);
  // From where the user stands, so that `throughline apply DIR` finds DIR.
  process.exit(await runInForeground({ command: node, args: [path.join(ROOT, 'src/cli/main.ts'), ...args], cwd: process.cwd() }));
}

main(process.argv.slice(2)).catch(fail);
