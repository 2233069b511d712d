import type { Log } from '#operations/deps.ts';
import { sayFault } from '#operations/fault.ts';

/** A loop that takes work until it is stopped. `work` answers whether there may be more right away. */
export interface Loop {
  /** Looks for work at once instead of at the next poll. */
  poke(): void;
  /** Takes no new work and waits for what is under way. */
  stop(): Promise<void>;
}

/** Runs `work` again and again: at once while there is more, otherwise when poked, and at the latest after `idle` milliseconds. */
export function startLoop(name: string, idle: number, work: () => Promise<boolean>, log: Log): Loop {
  let stopped = false;
  let poked = false;
  let wake: (() => void) | null = null;

  const rest = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopped) {
      poked = false;
      let more = false;
      try {
        more = await work();
        failures = 0;
      } catch (error) {
        failures++;
        log.error({ loop: name, failures, error: sayFault(error) }, 'a loop failed and will try again');
      }
      if (more && failures === 0) continue;
      if (!poked && !stopped) await rest(failures > 0 ? Math.min(10_000, 100 * 2 ** failures) : idle);
      wake = null;
    }
  };
  const ended = run();
  return {
    poke() {
      poked = true;
      wake?.();
    },
    async stop() {
      stopped = true;
      wake?.();
      await ended;
    },
  };
}
