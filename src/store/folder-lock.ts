import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Problem } from '#contract/problems.ts';

/**
 * One process per data folder.
 *
 * Each process that wants the folder puts a file of its own, with a name that is never used twice, into FOLDER/lock and only then looks at
 * the others. Of two that start at once at least one sees the other, so two can never both go on; and because no file is ever taken over,
 * nobody can remove the lock of a process that is alive. What a dead process left, anybody may remove.
 *
 *   starting  its file is there, it has not looked at the others yet; two in this state both step back and try again after a random pause
 *   holding   it has looked and nobody else was there; others are refused until it releases or dies
 */
interface Claim {
  state: 'starting' | 'holding';
  pid: number;
  /** When the process started, in the kernel's words; null where the system does not say. Tells a process from a later one with its number. */
  started: string | null;
  /** Host, boot and process namespace: only inside one of them do process numbers mean anything. */
  world: string;
}

export interface FolderLock {
  release(): void;
}

const beatEveryMs = 4_000;

/** Takes the folder or throws folder-locked. After a crash in another container it may watch for 10 s whether the old holder still lives. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const room = join(folder, 'lock');
  mkdirSync(room, { recursive: true });
  const own = `${process.pid}-${randomUUID()}.json`;
  const claim: Claim = { state: 'starting', pid: process.pid, started: startOf(process.pid), world };

  for (;;) {
    put(room, own, claim);
    let others: Claim[];
    try {
      others = await livingBeside(room, own);
    } catch (error) {
      rmSync(join(room, own), { force: true });
      throw error;
    }
    if (others.length === 0) break;
    rmSync(join(room, own), { force: true });
    const holder = others.find(({ state }) => state === 'holding');
    if (holder) throw new Problem('folder-locked', { folder, pid: holder.pid });
    await pause(20 + Math.random() * 200);
  }
  put(room, own, { ...claim, state: 'holding' });

  const path = join(room, own);
  const beat = setInterval(() => touch(path), beatEveryMs).unref();
  return {
    release() {
      clearInterval(beat);
      rmSync(path, { force: true });
    },
  };
}

async function livingBeside(room: string, own: string): Promise<Claim[]> {
  const living: Claim[] = [];
  for (const name of readdirSync(room)) {
    if (name === own || !name.endsWith('.json')) continue;
    const path = join(room, name);
    const claim = read(path);
    if (claim === null) continue; // released in between
    if (await isAlive(claim, path)) living.push(claim);
    else rmSync(path, { force: true });
  }
  return living;
}

/**
 * Inside one world the kernel knows. From another (a container that was replaced, a shared disk) or without a start time, the file's beat
 * decides: older than a minute is dead, otherwise watch whether it moves.
 */
async function isAlive(claim: Claim, path: string): Promise<boolean> {
  if (claim.world === world) {
    if (!isRunning(claim.pid)) return false;
    const started = startOf(claim.pid);
    if (started !== null && claim.started !== null) return started === claim.started;
  }
  const before = beatOf(path);
  if (before === null || Math.abs(Date.now() - before) > 60_000) return false;
  for (let waited = 0; waited < 2.5 * beatEveryMs; waited += 500) {
    await pause(500);
    const now = beatOf(path);
    if (now === null) return false;
    if (now !== before) return true;
  }
  return false;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // somebody else's process, but a process
  }
}

/** Field 22 of /proc/PID/stat. The name in field 2 may hold spaces and brackets, so count from its last bracket. */
function startOf(pid: number): string | null {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

const world = [hostname(), textOf('/proc/sys/kernel/random/boot_id')?.trim() ?? '', namespaceOfProcesses()].join(' ');

function namespaceOfProcesses(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Complete at once, whoever reads it when: written beside and renamed. */
function put(room: string, name: string, claim: Claim): void {
  const draft = join(room, `${name}.draft`);
  writeFileSync(draft, JSON.stringify(claim));
  renameSync(draft, join(room, name));
}

function read(path: string): Claim | null {
  const text = textOf(path);
  return text === null ? null : (JSON.parse(text) as Claim);
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function beatOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // The folder was removed under us; the database will say so.
  }
}
