import type { Bindable, Database, Row, Scope, Transaction } from '#store/database.ts';

/** Thrown where a process dies. Whoever catches it belongs to the dead process and can do nothing more. */
export class Died extends Error {
  override name = 'Died';
}

/** Where a process will die: at the n-th time that it passes this place. */
export interface Doom {
  place: string;
  times: number;
}

/** Places at which a process can die. Those with a dot after `tx` are the edges of its transactions; the others are the product's own failpoints. */
export const places = [
  'tx.before',
  'tx.open',
  'tx.committed',
  'process.taken',
  'process.written',
  'process.committed',
  'deliver.claiming',
  'deliver.claimed',
  'deliver.handed',
  'settle.written',
  'facts.appended',
  'accept.written',
  'accept.committed',
  'post.accepted',
] as const;

/**
 * The life of one process on a database that outlives it. After death nothing of it reaches the database any more: open transactions roll back, its
 * session locks fall free, and every later call is refused.
 */
export class Life {
  dead = false;
  doom: Doom | null = null;
  /** Whether the work under way may be interrupted by what others do between its transactions, and its transactions are counted for its doom. */
  interruptible = false;
  /** What happens in the world between two transactions of this process. */
  meanwhile: () => Promise<void> = async () => undefined;
  /** Hears of every place that the living process passes. */
  onPass: (place: string) => void = () => undefined;
  private readonly held = new Set<{ release(): Promise<void> }>();

  pass(place: string): void {
    if (this.dead) throw new Died(place);
    this.onPass(place);
    if (this.doom?.place !== place || --this.doom.times > 0) return;
    this.die();
    throw new Died(place);
  }

  die(): void {
    this.dead = true;
    for (const lock of this.held) void lock.release();
    this.held.clear();
  }

  /** The database as this process sees it. Closing it only ends the process's part. */
  around(db: Database): Database {
    const alive = (): void => {
      if (this.dead) throw new Died('dead');
    };
    const inside = async <T>(tx: Transaction, work: (tx: Transaction) => Promise<T>): Promise<T> => {
      const mine: Transaction = {
        kind: 'transaction',
        query: <R extends Row>(statement: string, values?: readonly Bindable[]): Promise<R[]> => {
          alive();
          return tx.query<R>(statement, values);
        },
      };
      const answer = await work(mine);
      // What throws in here rolls the transaction back, as the end of a process does.
      if (this.interruptible) this.pass('tx.open');
      alive();
      return answer;
    };
    const between = async <T>(run: () => Promise<T>): Promise<T> => {
      alive();
      const counted = this.interruptible;
      if (counted) {
        this.pass('tx.before');
        await this.meanwhile();
        alive();
      }
      const answer = await run();
      if (counted) this.pass('tx.committed');
      alive();
      return answer;
    };
    return {
      dialect: db.dialect,
      transaction: async (scope: Scope, work) => between(() => db.transaction(scope, (tx) => inside(tx, work))),
      asOwner: async (work) => between(() => db.asOwner((tx) => inside(tx, work))),
      script: async (statements) => db.script(statements),
      notify: async (channel, payload) => {
        alive();
        return db.notify(channel, payload);
      },
      listen: async (channel, hear) => db.listen(channel, hear),
      holdLock: async (number, lost) => {
        alive();
        const lock = await db.holdLock(number, lost);
        if (!lock) return null;
        this.held.add(lock);
        return {
          release: async () => {
            this.held.delete(lock);
            await lock.release();
          },
        };
      },
      lockIsFree: async (number) => {
        alive();
        return db.lockIsFree(number);
      },
      close: async () => undefined,
    };
  }
}
