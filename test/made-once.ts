import { existsSync, mkdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** [ms] Whoever makes something says so often that they are at it; who has been silent for so long has died. */
const [beat, silence] = [5_000, 60_000];

/** A file or a folder that stories in several processes share: whoever is first makes it, under another name until it is whole, while the others wait. */
export async function madeOnce(where: string, make: (unfinished: string) => Promise<void>): Promise<string> {
  const [lock, unfinished] = [`${where}.lock`, `${where}.${process.pid}`];
  while (!existsSync(where)) {
    if (!takeLock(lock)) {
      await pause(100);
      continue;
    }
    const alive = setInterval(() => existsSync(lock) && utimesSync(lock, new Date(), new Date()), beat);
    try {
      if (existsSync(where)) break;
      await make(unfinished);
      renameSync(unfinished, where);
    } finally {
      clearInterval(alive);
      rmSync(unfinished, { recursive: true, force: true });
      rmSync(lock, { recursive: true, force: true });
    }
  }
  return where;
}

/** A folder can be made by one only. */
function takeLock(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    const since = statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Date.now() - since > silence) rmSync(folder, { recursive: true, force: true });
    return false;
  }
}
