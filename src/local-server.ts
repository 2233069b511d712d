import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a running server can be found by commands on the same machine, and by which secret; readable by its user only. */
export interface LocalServer {
  url: string;
  secret: string;
  pid: number;
}

const fileOf = (dataDir: string): string => join(dataDir, 'server.json');

/** Says in the data folder that this server runs; answers how to take it back. */
export async function announceServer(dataDir: string, server: LocalServer): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  await writeFile(fileOf(dataDir), JSON.stringify(server), { mode: 0o600 });
  await chmod(fileOf(dataDir), 0o600);
  return async () => {
    const now = await localServer(dataDir);
    if (now?.pid === server.pid) await rm(fileOf(dataDir), { force: true });
  };
}

/** The server that runs on this data folder; null when there is none. */
export async function localServer(dataDir: string): Promise<LocalServer | null> {
  const text = await readFile(fileOf(dataDir), 'utf8').catch(() => null);
  if (text === null) return null;
  const server = JSON.parse(text) as LocalServer;
  try {
    process.kill(server.pid, 0);
    return { ...server, url: server.url.replace('//0.0.0.0', '//127.0.0.1').replace('//[::]', '//[::1]') };
  } catch {
    return null;
  }
}
