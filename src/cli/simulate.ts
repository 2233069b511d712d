import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const simulator = fileURLToPath(new URL('../../test/simulation/main.ts', import.meta.url));

/** Plays a simulation in a process of its own and ends as it does. The simulator lives among the tests, which an installed package may not have. */
export async function simulate(options: { seed: string; days: string; json?: boolean }): Promise<void> {
  if (!existsSync(simulator)) {
    const sentence = 'The simulator is not here: it comes with the source of Throughline, in test/simulation.';
    console.error(options.json ? JSON.stringify({ code: 'simulator-missing', message: sentence }) : sentence);
    process.exitCode = 1;
    return;
  }
  const child = spawn(process.execPath, [simulator, '--seed', options.seed, '--days', options.days, ...(options.json ? ['--json'] : [])], {
    stdio: 'inherit',
  });
  const stop = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
