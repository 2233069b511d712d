import { setTimeout as pause } from 'node:timers/promises';
import { between, type Chance, chanceOf, happens } from '#engine/practice/random.ts';
import { writeKey } from './server.ts';

/** What one person has done, by the messages that were made for them: every one of them is acknowledged in the end. */
export interface Done {
  user: string;
  email: string;
  consents: boolean;
  signedUp: number;
  ordered: number;
  viewed: number;
  /** Whether they came with a second device, as somebody else at first. */
  merged: boolean;
}

interface Message {
  messageId: string;
  [key: string]: unknown;
}

export interface TrafficOptions {
  url: string;
  seed: string;
  /** Messages for one person, about; one in eight people does not consent [8.75]. */
  messagesEach?: number;
  /** Share of people whose mail is answered slowly [0]. */
  slow?: number;
  /** [4] Clients beside each other; each knows people of its own and sends one batch at a time, so that a person's order is the client's. */
  clients?: number;
}

/**
 * Clients that keep a ledger. A batch is made once and sent with the same ids until it is answered 2xx; now and then a batch that was answered is sent
 * again, as an impatient client does. It sends only what was released, so that a kill meets traffic and not its end.
 */
export class Traffic {
  readonly people: Done[] = [];
  /** messageId → whether a 2xx came for it. */
  readonly ledger = new Map<string, boolean>();
  acked = 0;
  /** Requests that had no 2xx, and requests that were sent again after a 2xx. */
  retried = 0;
  repeated = 0;
  #made = 0;
  #released = 0;
  #open = true;
  #options: Required<TrafficOptions>;
  #clients: Promise<void>[];

  constructor(options: TrafficOptions) {
    this.#options = { messagesEach: 8.75, slow: 0, clients: 4, ...options };
    this.#clients = Array.from({ length: this.#options.clients }, (_, number) => this.#client(number));
  }

  /** Lets this many more messages be made. */
  release(messages: number): void {
    this.#released += messages;
  }

  get released(): number {
    return this.#released;
  }

  /** Everything that was released has been made and acknowledged. */
  get isIdle(): boolean {
    return this.#made >= this.#released && this.acked === this.#made;
  }

  get mails(): number {
    return this.people.filter((person) => person.consents && person.signedUp > 0).length;
  }

  /** Ends when everything that was made is acknowledged. */
  async finish(): Promise<void> {
    this.#open = false;
    await Promise.all(this.#clients);
  }

  async #client(number: number): Promise<void> {
    const chance = chanceOf(this.#options.seed, number);
    const script = this.#script(number, chance);
    let before: Message[] | null = null;
    for (;;) {
      if (this.#made >= this.#released) {
        if (!this.#open) return;
        await pause(5);
        continue;
      }
      const batch: Message[] = [];
      for (let left = between(chance, 10, 40); left > 0; left--) batch.push(script.next().value);
      this.#made += batch.length;
      for (const { messageId } of batch) this.ledger.set(messageId, false);
      await this.#deliver(batch);
      for (const { messageId } of batch) this.ledger.set(messageId, true);
      this.acked += batch.length;
      if (before && happens(chance, 0.03)) {
        this.repeated++;
        await this.#deliver(before);
      }
      before = batch;
    }
  }

  /** Sends until a 2xx comes, however often the server dies over it. */
  async #deliver(batch: Message[]): Promise<void> {
    for (const body = JSON.stringify({ batch }); ; ) {
      try {
        const answer = await fetch(`${this.#options.url}/v1/batch`, {
          method: 'POST',
          body,
          headers: { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`, 'content-type': 'application/json' },
          signal: AbortSignal.timeout(30_000),
        });
        const said = await answer.text();
        if (answer.ok) {
          if ('refused' in JSON.parse(said)) throw new Refused(said);
          return;
        }
        if (answer.status < 500 && answer.status !== 429) throw new Refused(`${answer.status} ${said}`);
      } catch (error) {
        if (error instanceof Refused) throw error;
      }
      this.retried++;
      await pause(50);
    }
  }

  /** Messages without end: people sign up one after another, and each does some more among those who come after them. */
  *#script(client: number, chance: Chance): Generator<Message, never> {
    const { seed, messagesEach, slow } = this.#options;
    const pending: { at: number; person: Done; what: 'Ordered' | 'Page Viewed' | 'Signed Up' | 'second device' }[] = [];
    let number = 0;
    let made = 0;
    const message = (person: Done, rest: object): Message => ({
      messageId: `${seed}-${client}-${++made}`,
      timestamp: new Date().toISOString(),
      userId: person.user,
      ...rest,
    });
    for (let at = 0; ; at++) {
      const user = `${seed}-${client}-${++number}`;
      const person: Done = {
        user,
        email: `${happens(chance, slow) ? 'slow' : 'somebody'}@${user}.example`,
        consents: !happens(chance, 1 / 8),
        signedUp: 0,
        ordered: 0,
        viewed: 0,
        merged: false,
      };
      this.people.push(person);
      yield message(person, { type: 'identify', traits: { email: person.email, name: `Somebody ${number}` } });
      person.signedUp++;
      yield message(person, {
        type: 'track',
        event: 'Signed Up',
        properties: { plan: 'free' },
        context: { consent: { categoryPreferences: { marketing: person.consents } } },
      });
      const more = Math.round((messagesEach - 2) * 2 * chance());
      for (let each = 0; each < more; each++)
        pending.push({
          at: at + chance() * 10,
          person,
          what: happens(chance, 0.01) ? 'Signed Up' : happens(chance, 0.3) ? 'Ordered' : 'Page Viewed',
        });
      if (happens(chance, 0.05)) pending.push({ at: at + chance() * 10, person, what: 'second device' });
      pending.sort((a, b) => a.at - b.at);
      while (pending.length > 0 && pending[0]!.at < at + 1) {
        const { person: who, what } = pending.shift()!;
        if (what === 'second device') {
          // Somebody unknown looks around, and turns out to be this person: two become one.
          const page = { type: 'page', anonymousId: `${who.user}-phone`, properties: { path: '/phone' } };
          const { userId: _, ...unknown } = message(who, page);
          yield unknown as Message;
          who.viewed += 2;
          yield message(who, page);
          who.merged = true;
          continue;
        }
        if (what === 'Ordered') who.ordered++;
        else if (what === 'Page Viewed') who.viewed++;
        else who.signedUp++;
        yield message(
          who,
          what === 'Page Viewed' ? { type: 'page', properties: { path: '/' } } : { type: 'track', event: what, properties: { value: 1 } },
        );
      }
    }
  }
}

class Refused extends Error {}
