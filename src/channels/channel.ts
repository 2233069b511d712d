import type { Instant } from '#contract/instant.ts';

/** A finished message, ready for one channel. `key` is the same for every attempt, so a channel that knows keys sends it once. */
export type Outgoing =
  | {
      channel: 'email';
      key: string;
      envelope: { from: string; to: string };
      /** The finished RFC 5322 message: CRLF line ends, all headers, every part encoded. */
      raw: Buffer;
      subject: string;
      workspace: number;
      /** Null when it is nobody's message: a test. */
      person: string | null;
    }
  | {
      channel: 'webhook';
      key: string;
      url: string;
      secret: string;
      body: string;
      workspace: number;
      person: string;
    };

export type OutgoingEmail = Extract<Outgoing, { channel: 'email' }>;
export type OutgoingWebhook = Extract<Outgoing, { channel: 'webhook' }>;

/** What the other side answered. `uncertain`: the body may have been taken, nobody can say (a connection lost after DATA). */
export type Handover =
  /** `body`: what a webhook answered, as much as is worth keeping. */
  | { result: 'sent'; providerId: string | null; answer: string; body?: string }
  | { result: 'refused'; permanent: true; about: 'address' | 'policy' | 'content'; answer: string }
  | { result: 'later'; retryAt: Instant | null; answer: string }
  | { result: 'uncertain'; answer: string }
  /** The sender lost its claim before the body went out: nothing was sent, somebody else decides. */
  | { result: 'disowned' };

export interface Channel<M extends Outgoing = Outgoing> {
  readonly name: string;
  readonly kind: M['channel'];
  /** Whether handing the same key over twice has the effect of once; if not, an uncertain message is never sent again by itself. */
  readonly idempotent: boolean;
  /** How many messages may be under way at once. */
  readonly concurrency: number;
  /**
   * Hands one message over and answers what became of it; never rejects for what the world did.
   * `stillOwned` is asked right before the body leaves; false stops the hand-over.
   */
  send(message: M, stillOwned: () => Promise<boolean>): Promise<Handover>;
  /** Connects and greets without sending; throws with the other side's words. */
  verify(): Promise<void>;
  close(): Promise<void>;
}
