import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProvidedContext } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where this schema's databases for tests are found: a file with a PGlite dump, and the name of a Postgres template; and a folder as a first start fills it. */
    prepared: { dump: string; template: string; started: string };
  }
}

const cache = fileURLToPath(new URL('./.cache/', import.meta.url));
const root = new URL('../', import.meta.url);
const weekMs = 7 * 24 * 3600 * 1000;

/**
 * Once a run: names the prepared databases after what they are made of. The first file that needs one makes it (test/databases.ts), all others copy
 * it, so a file that needs none starts at once and a changed migration never meets an old dump. What a first start makes (test/browser.ts) is made anew in every
 * run, because nearly all of the product has a part in it.
 */
export default function setup(project: { provide(key: 'prepared', value: ProvidedContext['prepared']): void }): () => void {
  mkdirSync(cache, { recursive: true });
  const hash = createHash('sha256');
  for (const file of readdirSync(new URL('src/store/migrations/', root)).sort())
    hash.update(readFileSync(new URL(`src/store/migrations/${file}`, root)));
  hash.update(readFileSync(new URL('src/store/migrate.ts', root)));
  hash.update(
    (JSON.parse(readFileSync(new URL('node_modules/@electric-sql/pglite/package.json', root), 'utf8')) as { version: string }).version,
  );
  const name = hash.digest('hex').slice(0, 12);
  for (const old of readdirSync(cache))
    if (!old.includes(name) && Date.now() - statSync(`${cache}${old}`).mtimeMs > weekMs)
      rmSync(`${cache}${old}`, { recursive: true, force: true });
  const shared = mkdtempSync(join(tmpdir(), 'throughline-stories-'));
  project.provide('prepared', { dump: `${cache}${name}.tar`, template: `throughline_template_${name}`, started: join(shared, 'started') });
  return () => rmSync(shared, { recursive: true, force: true });
}
