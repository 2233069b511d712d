import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LooseDefinition } from '#contract/definition.ts';

export const apiKey = 'bench-api-key-bench-api-key-bench-api-key';
export const writeKey = 'bench-write-key-bench-write-key-bench-key';

/** The product as users run it: a process of its own, reached over HTTP. */
export interface Server {
  url: string;
  startedIn: number;
  dataDir: string;
  child: ChildProcess;
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
  publish(definitions: LooseDefinition[]): Promise<void>;
  /** Resident memory in MB. */
  memory(): Promise<number>;
  stop(keep?: boolean): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

export async function startServer(given: { databaseUrl?: string | undefined; dataDir?: string; smtpUrl?: string | undefined }): Promise<Server> {
  const port = await freePort();
  const dataDir = given.dataDir ?? (await mkdtemp(join(tmpdir(), 'throughline-bench-')));
  const began = performance.now();
  const child = spawn(process.execPath, ['src/cli/main.ts', 'start'], {
    cwd: new URL('..', import.meta.url),
    env: { ...process.env, NODE_ENV: 'production', PORT: String(port), HOST: '127.0.0.1', DATA_DIR: dataDir, DATABASE_URL: given.databaseUrl ?? '', SMTP_URL: given.smtpUrl ?? '', BOOTSTRAP_KEY: apiKey, BOOTSTRAP_WRITE_KEY: writeKey, THROUGHLINE_PRACTICE: 'off', LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    const ready = await fetch(`${url}/health/ready`).then((response) => response.ok, () => false);
    if (ready) break;
    if (child.exitCode !== null) throw new Error('the server did not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(url + path, { method, headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
    return (await response.json()) as T;
  };
  return {
    url, dataDir, child, startedIn: performance.now() - began, api,
    publish: async (definitions) => void (await api('POST', '/api/apply', { definitions, publish: true })),
    async memory() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
    },
    async stop(keep = false) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      if (!keep && given.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}
