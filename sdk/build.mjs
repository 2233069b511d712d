// Builds dist/t.js: one script of at most 5 kB after gzip. Plain JavaScript, for Node 20 and up: `node sdk/build.mjs`.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

export const gzipBytesMax = 5000;
export const target = new URL('./dist/t.js', import.meta.url);

/** Answers the sizes in bytes; throws when the script grew too large. */
export async function buildTracker() {
  const { version } = JSON.parse(await readFile(new URL('./package.json', import.meta.url), 'utf8'));
  const result = await build({
    configFile: false,
    root: fileURLToPath(new URL('.', import.meta.url)),
    logLevel: 'warn',
    publicDir: false,
    define: { __VERSION__: JSON.stringify(version) },
    build: {
      write: false,
      target: 'es2019',
      minify: true,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: fileURLToPath(new URL('./src/main.ts', import.meta.url)), output: { format: 'iife' } },
    },
  });
  const { code } = [result].flat()[0].output[0];
  const gzip = gzipSync(code).length;
  if (gzip > gzipBytesMax) throw new Error(`The tracker is ${gzip} bytes after gzip; it may be ${gzipBytesMax}.`);
  await mkdir(new URL('.', target), { recursive: true });
  // Renamed into place: somebody may be reading it.
  const fresh = new URL(`./t.${process.pid}.js`, target);
  await writeFile(fresh, code);
  await rename(fresh, target);
  return { bytes: code.length, gzip };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { bytes, gzip } = await buildTracker();
  console.log(`sdk/dist/t.js  ${bytes} bytes, ${gzip} after gzip`);
}
