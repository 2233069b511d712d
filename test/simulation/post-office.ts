import type { Channel, Handover, Outgoing, OutgoingEmail } from '#channels/channel.ts';
import type { CapPolicy } from '#contract/cap-policy.ts';
import { type Instant, minute, second } from '#contract/instant.ts';
import { between, chanceOf, happens, pickByShare } from '#engine/practice/random.ts';
import { Died, type Life } from './mortal.ts';

/** The check by which messages were claimed: when, in the order of everything, and the limits that may have been in force. */
export interface Claim {
  at: Instant;
  order: number;
  policies: readonly (CapPolicy | null)[];
}

/** What a message was handed over as, each time that its body began to leave. */
export interface Handed {
  key: string;
  person: string;
  to: string | null;
  channel: 'email' | 'webhook';
  marketing: boolean;
  subject: string | null;
  raw: string | null;
  /** When its body left, and when the check that let it go was made: by the clock, and in the order of everything. */
  at: Instant;
  claimedAt: Instant;
  claimedAs: number;
  policies: readonly (CapPolicy | null)[];
  result: 'sent' | 'not taken' | 'uncertain';
  /** Whether it really arrived; of an uncertain one only the world knows. */
  arrived: boolean;
}

interface Fate {
  share: number;
  when: 'greeting' | 'recipient' | 'body';
  answer: Handover;
  arrives: boolean;
}

const fates: readonly Fate[] = [
  { share: 70, when: 'body', answer: { result: 'sent', providerId: null, answer: '250 ok' }, arrives: true },
  { share: 6, when: 'greeting', answer: { result: 'later', retryAt: null, answer: '421 too busy' }, arrives: false },
  { share: 4, when: 'recipient', answer: { result: 'later', retryAt: null, answer: '450 greylisted' }, arrives: false },
  { share: 4, when: 'body', answer: { result: 'later', retryAt: null, answer: '452 after the body' }, arrives: false },
  {
    share: 2,
    when: 'recipient',
    answer: { result: 'refused', permanent: true, about: 'address', answer: '550 5.1.1 no such user' },
    arrives: false,
  },
  {
    share: 2,
    when: 'body',
    answer: { result: 'refused', permanent: true, about: 'policy', answer: '554 5.7.1 not today' },
    arrives: false,
  },
  {
    share: 1,
    when: 'body',
    answer: { result: 'refused', permanent: true, about: 'content', answer: '552 5.2.3 too large' },
    arrives: false,
  },
  { share: 3, when: 'body', answer: { result: 'uncertain', answer: 'the line broke after the body' }, arrives: true },
  { share: 2, when: 'body', answer: { result: 'uncertain', answer: 'the line broke after the body' }, arrives: false },
];

/** What the post office needs from the world. */
export interface Surroundings {
  seed: string;
  now(): Instant;
  /** Lets time pass while a line is slow. */
  pass(milliseconds: number): void;
  /** Things that others do while this hand-over is under way. */
  meanwhile(life: Life): Promise<void>;
  /** When the claim that this process works on was checked. */
  claimOf(life: Life): Claim;
  /** Told of each body that leaves, and of the earlier times. */
  onBody(handed: Handed, before: readonly Handed[]): void;
}

/** The other side of every channel: takes mail and webhooks of all processes, answers as it likes, and remembers all of it. */
export class PostOffice {
  readonly handed: Handed[] = [];
  readonly byKey = new Map<string, Handed[]>();
  private readonly world: Surroundings;
  private readonly attempts = new Map<string, number>();
  private readonly last = new WeakMap<Life, Promise<unknown>>();
  /** Set while the other side is down: everything is asked to come again. */
  down = false;

  constructor(world: Surroundings) {
    this.world = world;
  }

  channelFor(life: Life, kind: 'email' | 'webhook', concurrency: number): Channel {
    return {
      name: kind,
      kind,
      idempotent: kind === 'webhook',
      concurrency,
      send: (message, stillOwned) =>
        this.inTurn(life, () => this.take(life, message, stillOwned, kind === 'email' && concurrency === 1), concurrency === 1),
      verify: async () => undefined,
      close: async () => undefined,
    };
  }

  /** Where others may act in between, a machine hands over one after another, because a replay needs the same order. */
  private inTurn<T>(life: Life, take: () => Promise<T>, alone: boolean): Promise<T> {
    if (!alone) return take();
    const turn = (this.last.get(life) ?? Promise.resolve()).then(take);
    this.last.set(
      life,
      turn.catch(() => undefined),
    );
    return turn;
  }

  private async take(life: Life, message: Outgoing, stillOwned: () => Promise<boolean>, alone: boolean): Promise<Handover> {
    const attempt = (this.attempts.get(message.key) ?? 0) + 1;
    this.attempts.set(message.key, attempt);
    // The answer belongs to the message and the attempt, so that it does not depend on who else is under way.
    const chance = chanceOf(this.world.seed, 'post', message.key, attempt);
    const fate = pickByShare(chance, fates);
    if (this.down || fate.when === 'greeting')
      return {
        result: 'later',
        retryAt: happens(chance, 0.3) ? this.world.now() + between(chance, 1, 90) * minute : null,
        answer: '421 too busy',
      };
    if (fate.when === 'recipient') return fate.answer;
    if (alone && happens(chance, 0.3)) await this.world.meanwhile(life);
    if (!(await stillOwned())) return { result: 'disowned' };
    if (life.dead) throw new Died('before the body');

    const claim = this.world.claimOf(life);
    const email = message.channel === 'email' ? (message as OutgoingEmail) : null;
    const raw = email?.raw.toString('latin1') ?? null;
    const handed: Handed = {
      key: message.key,
      person: message.person ?? '',
      to: email?.envelope.to ?? null,
      channel: message.channel,
      marketing: raw !== null && /^List-Unsubscribe:/im.test(raw.slice(0, raw.indexOf('\r\n\r\n'))),
      subject: email?.subject ?? null,
      raw,
      at: this.world.now(),
      claimedAt: claim.at,
      claimedAs: claim.order,
      policies: claim.policies,
      result: 'uncertain',
      arrived: fate.arrives,
    };
    const before = this.byKey.get(message.key) ?? [];
    this.handed.push(handed);
    this.byKey.set(message.key, [...before, handed]);
    this.world.onBody(handed, before);

    if (alone && happens(chance, 0.15)) this.world.pass(between(chance, 1, 240) * second);
    if (alone && happens(chance, 0.2)) await this.world.meanwhile(life);
    // A process that dies here has handed over what nobody knows of.
    life.pass('post.accepted');
    handed.result = fate.answer.result === 'sent' ? 'sent' : fate.answer.result === 'uncertain' ? 'uncertain' : 'not taken';
    return fate.answer;
  }
}
