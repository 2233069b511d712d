import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export const apiKey = 'tla_crash-test-key-of-forty-characters-0';
export const writeKey = 'tlw_crash-test-key-of-forty-characters-0';

export interface Death {
  code: number | null;
  signal: NodeJS.Signals | null;
}

const living = new Set<ChildProcess>();
// A test that is stopped in the middle leaves no server behind.
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** A Throughline server in a process of its own: starting → ready → dead. It may die, by its own hand or ours, in each of them. */
export class Server {
  readonly url: string;
  readonly dead: Promise<Death>;
  /** True once it listens (with the role http), or null when it died before. */
  readonly ready: Promise<true | null>;
  /** What it wrote, the end of it. */
  said = '';
  /** Lines of its log at the level "error". */
  readonly errors: string[] = [];
  readonly pid: number;
  #child: ChildProcess;
  #isDead = false;

  constructor(environment: Record<string, string>) {
    this.url = `http://127.0.0.1:${environment.PORT}`;
    const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
    const child = spawn(process.execPath, ['src/cli/main.ts', 'start'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH,
        HOME,
        TMPDIR,
        LOG_LEVEL: 'warn',
        THROUGHLINE_PRACTICE: 'off',
        BOOTSTRAP_KEY: apiKey,
        BOOTSTRAP_WRITE_KEY: writeKey,
        ...environment,
      },
    });
    this.#child = child;
    this.pid = child.pid!;
    living.add(child);
    this.dead = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        this.#isDead = true;
        living.delete(child);
        resolve({ code, signal });
      }),
    );
    const heard = new Promise<true>((resolve) => {
      for (const stream of [child.stdout!, child.stderr!])
        stream.setEncoding('utf8').on('data', (text: string) => {
          this.said = (this.said + text).slice(-20_000);
          for (const line of text.split('\n')) if (line.startsWith('{"level":50')) this.errors.push(line.slice(0, 2_000));
          if (this.said.includes('Throughline is ready')) resolve(true);
        });
    });
    this.ready = Promise.race([heard, this.dead.then(() => null)]);
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** kill -9; answers when the process is gone. */
  async kill(): Promise<Death> {
    this.#child.kill('SIGKILL');
    return this.dead;
  }

  /** Kills without waiting: for a place in the middle of something. */
  killNow(): void {
    this.#child.kill('SIGKILL');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks it to end; kills it and says so when it does not within a minute. */
  async stop(withinMs = 60_000): Promise<Death> {
    this.#child.kill('SIGTERM');
    const death = await within(withinMs, this.dead);
    if (death) return death;
    await this.kill();
    throw new Error(`the server did not end within ${withinMs / 1000} s of SIGTERM; it said:\n${this.said}`);
  }

  /** Ready, or an error with what it said. */
  async mustBeReady(withinMs = 90_000): Promise<this> {
    const ready = await within(withinMs, this.ready);
    if (ready === true) return this;
    const why = ready === null ? `died: ${JSON.stringify(await this.dead)}` : 'is not ready yet';
    await this.kill();
    throw new Error(`the server ${why}; it said:\n${this.said}`);
  }

  async api<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  /** How much is under way, as an operator's monitoring reads it. */
  async numbers(): Promise<{ inbox: number; queued: number; held: number; sending: number; uncertain: number }> {
    const text = await (await fetch(`${this.url}/metrics`, { signal: AbortSignal.timeout(60_000) })).text();
    const read = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);
    const messages = (status: string): number => read(new RegExp(`^throughline_messages\\{status="${status}"\\} (\\d+)`, 'm'));
    return {
      inbox: read(/^throughline_inbox_facts (\d+)/m),
      queued: messages('queued'),
      held: messages('held'),
      sending: messages('sending'),
      uncertain: messages('uncertain'),
    };
  }
}

/** What the promise answers, or undefined when that takes longer. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  const timer = new AbortController();
  try {
    return await Promise.race([promise, pause(ms, undefined, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}

/** Asks again and again until the answer is yes; an error that names what was waited for when that takes too long. */
export async function until(what: string, ask: () => Promise<boolean> | boolean, withinMs: number, everyMs = 100): Promise<void> {
  for (const started = Date.now(); !(await ask()); await pause(everyMs))
    if (Date.now() - started > withinMs) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
