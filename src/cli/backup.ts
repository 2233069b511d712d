import { createReadStream, createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { Problem } from '#contract/problems.ts';
import { backupLines, localServer, openHouse, readConfig, restoreLines } from '#main';

/** Writes a backup: from the running server when it holds the embedded database, else from the database itself. */
export async function backup(file: string, options: { json?: boolean }): Promise<void> {
  const config = { ...readConfig(process.env), LOG_LEVEL: 'silent' as const };
  const server = config.DATABASE_URL ? null : await localServer(config.DATA_DIR);
  const part = `${file}.part`;
  if (server) {
    const response = await fetch(new URL('/local/backup', server.url), { headers: { authorization: `Bearer ${server.secret}` } });
    if (!response.ok || !response.body) throw new Problem('store-unavailable', { status: response.status });
    await pipeline(Readable.fromWeb(response.body as never), createGzip(), createWriteStream(part));
  } else {
    const house = await openHouse(config);
    try {
      await pipeline(Readable.from(backupLines(house.deps)), createGzip(), createWriteStream(part));
    } finally {
      await house.close();
    }
  }
  await rename(part, file);
  console.log(options.json ? JSON.stringify({ file }) : `The backup is in ${file}.`);
}

/** Puts a backup into the empty database that the environment names. */
export async function restore(file: string, options: { json?: boolean }): Promise<void> {
  const house = await openHouse({ ...readConfig(process.env), LOG_LEVEL: 'silent' });
  try {
    const { rows } = await restoreLines(house.deps, linesOf(file));
    console.log(options.json ? JSON.stringify({ rows }) : `${rows} rows were put back.`);
  } finally {
    await house.close();
  }
}

/** Opened when the first line is asked for: readline drops the lines that come before. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const input = createReadStream(file);
  const plain = createGunzip();
  input.on('error', (error) => plain.destroy(error));
  try {
    yield* createInterface({ input: input.pipe(plain), crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    throw new Problem('backup-unreadable', [{ file, message: error instanceof Error ? error.message : String(error) }], error);
  }
}
