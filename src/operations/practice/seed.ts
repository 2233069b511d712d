import { day, type Instant, minute } from '#contract/instant.ts';
import { welcomeVisitor } from '#engine/practice/behaviour.ts';
import { dropActs, lockBook, openBook, type PracticeBook, saveBook, scheduleActs } from '#store/practice.ts';
import type { Workspace } from '#store/workspaces.ts';
import type { SendingDeps } from '../deliver.ts';
import { whileTurning } from './turn.ts';

export interface SeedOptions {
  /** [practice] What the people and all that they do come from: the same seed and start give the same history. */
  seed?: string;
  /** [21] How long the business has been going on. */
  days?: number;
  /** [1] How many times as many people come as to a small studio. */
  crowd?: number;
  /** Told the share that is done, 0 to 1. */
  progress?: (share: number) => void;
}

/** When, after a start, somebody who is new comes and signs up, so that there is something to see at once. */
const firstVisitors = [1, 4, 9, 16, 28, 45].map((each) => each * minute);

const midnight = (at: Instant): Instant => Math.floor(at / day) * day;
const dayOf = (crowd: number) => ({ do: 'day' as const, ...(crowd === 1 ? {} : { crowd }) });

/**
 * Brings a new practice workspace to life: sets its clock back, lets the first visitors come, and turns it to now, by the same road as any turn. Ends
 * with the clock at real time, running. Does nothing for a workspace that is alive, and finishes what a crash has interrupted; so it may be called at
 * every start.
 */
export async function seedPractice(deps: SendingDeps, workspace: Workspace, options: SeedOptions = {}): Promise<void> {
  const { seed = 'practice', days = 21, crowd = 1, progress = () => undefined } = options;
  const inside = { workspaces: [workspace.id] };
  const readBook = (): Promise<PracticeBook | null> => deps.db.transaction(inside, (tx) => lockBook(tx, workspace.id));
  const isAlive = (book: PracticeBook | null): boolean => book !== null && book.seedingSince === null;
  // Asked first without the lock, because taking it stops other processes from turning the clock.
  if (isAlive(await readBook())) return;
  // Another process that starts at the same time may be at it, or may have finished meanwhile.
  await whileTurning(deps, workspace, async (turn) => {
    const book = await readBook();
    if (isAlive(book)) return;
    const now = deps.now();
    const since = book?.seedingSince ?? midnight(now - days * day);
    await turn.stop(
      (reading) => (book === null ? since : Math.min(reading, now)),
      async (tx) => {
        if (book !== null) return;
        await openBook(tx, workspace.id, { seed, noticed: since, lately: [], seedingSince: since });
        await scheduleActs(tx, workspace.id, [{ dueAt: since, act: dayOf(crowd) }]);
      },
    );
    await turn.to(now, (at) => progress((at - since) / (now - since)));
    const arrived = deps.now();
    await deps.db.transaction(inside, async (tx) => {
      const standing = await lockBook(tx, workspace.id);
      await saveBook(tx, workspace.id, { ...standing!, seedingSince: null });
      // They come sooner, and not besides: nobody who reckons with the days before is led astray.
      await dropActs(tx, workspace.id, 'day');
      await scheduleActs(tx, workspace.id, [{ dueAt: midnight(now) + day, act: { ...dayOf(crowd), ahead: firstVisitors.length } }]);
      await scheduleActs(
        tx,
        workspace.id,
        firstVisitors.map((after, nth) => welcomeVisitor(seed, arrived + after, nth)).map((each) => ({ dueAt: each.at, act: each.act })),
      );
    });
    await turn.run(arrived);
    progress(1);
  });
}
