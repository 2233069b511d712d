import { spawn } from 'node:child_process';

/** The smallest thing that takes mail, in a process of its own: it answers what SMTP asks for and counts. */
export interface Sink {
  url: string;
  count(): Promise<number>;
  /** When the last mail was taken [ms since 1970]. */
  last(): Promise<number>;
  stop(): Promise<void>;
}

export async function startSink(): Promise<Sink> {
  const child = spawn(process.execPath, [new URL('sink-process.ts', import.meta.url).pathname], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const port = await new Promise<number>((resolve) => child.once('message', (message) => resolve(message as number)));
  const ask = (what: 'count' | 'last'): Promise<number> =>
    new Promise((resolve) => {
      child.once('message', (message) => resolve(message as number));
      child.send(what);
    });
  return {
    url: `smtp://127.0.0.1:${port}`,
    count: () => ask('count'),
    last: () => ask('last'),
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    },
  };
}
