import { laneOf } from '#store/identities.ts';
import type { InboxEntry } from '#store/inbox.ts';
import { appendToInbox } from '#store/inbox.ts';
import { beginBodies, changeMessages, type MessageChange } from '#store/messages.ts';
import type { Deps } from './deps.ts';

interface Begin {
  person: string;
  id: string;
  answer: (owned: boolean) => void;
  failed: (error: unknown) => void;
}
interface Settle {
  change: MessageChange;
  facts: InboxEntry[];
  /** How often writing it failed. A second try is harmless: it changes only what this sender still holds. */
  failures: number;
  done: () => void;
  failed: (error: unknown) => void;
}

/** Tries to write what became of a message: about six seconds in all. */
const settleTries = 6;

/**
 * The sender's book: that a body is about to leave, and what became of it. Entries that come while a transaction runs share the next one. A connection
 * takes its next message only when the last one is settled, so that at most as many messages are uncertain after a crash as there were connections.
 */
export class Ledger {
  private readonly deps: Deps;
  private readonly sender: () => number;
  private begins: Begin[] = [];
  private settles: Settle[] = [];
  private running = false;
  private readonly hands = new Set<ReadonlySet<string>>();

  constructor(deps: Deps, sender: () => number) {
    this.deps = deps;
    this.sender = sender;
  }

  /** Whether this process is handing a message over. One that it holds by its number and does not have in hand was lost by an error of ours. */
  hasInHand = (message: string): boolean => [...this.hands].some((hand) => hand.has(message));

  /** Runs `work` with a hand; what it puts in there counts as being handed over until it ends. */
  async withHand<T>(work: (hand: Set<string>) => Promise<T>): Promise<T> {
    const hand = new Set<string>();
    this.hands.add(hand);
    try {
      return await work(hand);
    } finally {
      this.hands.delete(hand);
    }
  }

  /** Marks that the body is about to leave; false when the message is not this sender's any more. */
  begin(message: { person: string; id: string }): Promise<boolean> {
    return new Promise((answer, failed) => {
      this.begins.push({ ...message, answer, failed });
      this.pump();
    });
  }

  settle(change: MessageChange, facts: InboxEntry[]): Promise<void> {
    return new Promise((done, failed) => {
      this.settles.push({ change, facts, failures: 0, done, failed });
      this.pump();
    });
  }

  private pump(): void {
    if (this.running) return;
    this.running = true;
    // One turn of the loop later, so that entries of the same moment go together.
    setImmediate(() => void this.write());
  }

  private async write(): Promise<void> {
    while (this.begins.length + this.settles.length > 0) {
      const begins = this.begins.splice(0);
      const settles = this.settles.splice(0);
      try {
        const owned = await this.deps.db.transaction({ workspaces: await this.deps.workspaces.ids() }, async (tx) => {
          const [begun, written] = await Promise.all([
            beginBodies(tx, this.sender(), begins, this.deps.now()),
            changeMessages(
              tx,
              settles.map((each) => each.change),
              this.sender(),
            ),
          ]);
          await appendToInbox(
            tx,
            settles.filter((each) => written.has(each.change.id)).flatMap((each) => each.facts),
          );
          this.deps.failpoint('settle.written');
          return begun;
        });
        for (const each of begins) each.answer(owned.has(each.id));
        for (const each of settles) each.done();
        const facts = settles.flatMap((each) => each.facts);
        if (facts.length > 0) this.deps.bus.pokeWork(facts.map((entry) => laneOf(entry.person)));
      } catch (error) {
        for (const each of begins) each.failed(error);
        await this.tryAgain(settles, error);
      }
    }
    this.running = false;
  }

  /** What became of a message is known only here: it is written again while the database recovers, before the message has to be called uncertain. */
  private async tryAgain(settles: Settle[], error: unknown): Promise<void> {
    for (const each of settles) each.failures++;
    const again = settles.filter((each) => each.failures <= settleTries);
    for (const each of settles) if (each.failures > settleTries) each.failed(error);
    if (again.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** again[0]!.failures));
    this.settles.unshift(...again);
  }
}
