import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where this schema's databases for tests are found: a file with a PGlite dump, and the name of a Postgres template. */
    prepared: { dump: string; template: string };
  }
}

const cache = fileURLToPath(new URL('./.cache/', import.meta.url));
const root = new URL('../', import.meta.url);
const weekMs = 7 * 24 * 3600 * 1000;

/**
 * Once a run: names the prepared databases after what they are made of. The first file that needs one makes it (test/databases.ts), all others copy
 * it, so a file that needs none starts at once and a changed migration never meets an old dump.
 */
export default function setup(project: { provide(key: 'prepared', value: { dump: string; template: string }): void }): void {
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
  project.provide('prepared', { dump: `${cache}${name}.tar`, template: `throughline_template_${name}` });
}
