import { setTimeout as pause } from 'node:timers/promises';
import { changeMessages, lockUnsettledOf, mayHaveArrivedAt, sendersAtWork } from '#store/messages.ts';
import { enterSender, leaveSender } from '#store/senders.ts';
import type { Deps } from './deps.ts';

/** A sending process: a number, and the session lock by which it proves that it lives. A lost lock makes it enter again under a new number. */
export class Sender {
  private number = 0;
  private lock: { release(): Promise<void> } | null = null;
  private left = false;
  private readonly deps: Deps;
  private readonly process: string;

  constructor(deps: Deps, process: string) {
    this.deps = deps;
    this.process = process;
  }

  current = (): number => this.number;

  async enter(): Promise<void> {
    const number = await enterSender(this.deps.db, this.process, this.deps.now());
    this.lock = await this.deps.db.holdLock(number, () => {
      // What this process holds under the old number belongs to whoever finds it; it goes on under a new one.
      this.number = 0;
      this.deps.log.warn({ sender: number }, 'the sender lost its lock and enters again');
      void this.enterAgain();
    });
    if (!this.lock) throw new Error(`the lock of the new sender ${number} is held by somebody else`);
    this.number = number;
  }

  /** Until it works: the lock is lost when the database goes away, and then entering fails too. */
  private async enterAgain(): Promise<void> {
    for (let wait = 100; !this.left; wait = Math.min(2 * wait, 10_000)) {
      try {
        await this.enter();
        if (this.left) await this.leave();
        return;
      } catch (error) {
        this.deps.log.warn({ error: String(error) }, 'a sender could not enter again; trying further');
        await pause(wait, undefined, { ref: false });
      }
    }
  }

  async leave(): Promise<void> {
    this.left = true;
    const { number } = this;
    this.number = 0;
    await this.lock?.release();
    if (number > 0) await leaveSender(this.deps.db, number, this.deps.now());
  }
}

/**
 * Settles what dead senders left: a message whose body had not begun to leave goes back to the queue; one whose body had begun may have arrived, becomes
 * uncertain, is shown, and is not sent again by itself. With `inHand`, what this sender itself claimed and then lost by an error of ours is settled as well.
 */
export async function settleDeadSenders(
  deps: Deps,
  own: number,
  inHand?: (message: string) => boolean,
): Promise<{ requeued: number; uncertain: number }> {
  const ids = await deps.workspaces.ids();
  const outcome = { requeued: 0, uncertain: 0 };
  for (const sender of await deps.db.transaction({ workspaces: ids }, (tx) => sendersAtWork(tx))) {
    if (sender === own ? inHand === undefined : !(await deps.db.lockIsFree(sender))) continue;
    await deps.db.transaction({ workspaces: ids }, async (tx) => {
      const unsettled = await lockUnsettledOf(tx, sender);
      const left = sender === own ? unsettled.filter((message) => !inHand?.(message.id)) : unsettled;
      const changes = left.map((message) => {
        const begun = message.begunAt !== null;
        const safe = !begun || message.channel === 'webhook';
        const details = safe && begun ? { ...message.details, mayHaveArrivedAt: message.claimedAt } : message.details;
        outcome[safe ? 'requeued' : 'uncertain']++;
        return {
          person: message.person,
          id: message.id,
          status: safe ? ('queued' as const) : ('uncertain' as const),
          reason: safe ? null : ('uncertain' as const),
          details,
          dueAt: message.dueAt,
          sender: null,
          claimedAt: safe ? mayHaveArrivedAt({ details }) : message.claimedAt,
          attempts: message.attempts,
          sentAt: null,
          subject: message.subject,
          answer: message.answer,
        };
      });
      await changeMessages(tx, changes, sender);
    });
  }
  if (outcome.requeued + outcome.uncertain > 0) {
    deps.log.warn(outcome, 'messages that nobody hands over any more were settled');
    deps.bus.pokeWork();
  }
  return outcome;
}
