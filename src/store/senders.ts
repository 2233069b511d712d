import { type Instant, toIso } from '#contract/instant.ts';
import type { Database } from './database.ts';

/** Enters a sending process; its number is the advisory lock by which it proves that it lives. */
export async function enterSender(db: Database, process: string, now: Instant): Promise<number> {
  const [row] = await db.asOwner((tx) =>
    tx.query('insert into sender (process, started_at) values ($1, $2) returning sender', [process, toIso(now)]),
  );
  return row!.sender;
}

export async function leaveSender(db: Database, sender: number, now: Instant): Promise<void> {
  await db.asOwner((tx) => tx.query('update sender set ended_at = $2 where sender = $1', [sender, toIso(now)]));
}
