import type { Instant } from '#contract/instant.ts';
import { day, hour, minute, second, toIso } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import { between, type Chance, happens, pick, pickByShare, someTime } from '#engine/practice/random.ts';
import { eventNames, plans } from './definitions.ts';

/** People of the world and the programs that speak for them: what they do, what their clients send, and what the clients know of what arrived. */

/** A call of Segment's spec as a client sends it, again and again until it is acknowledged. */
export interface Call {
  messageId: string;
  client: Client;
  body: JsonObject;
  /** By an API key instead of a write key. */
  trusted: boolean;
  /** When it happened, as the client says; null lets the arrival count. */
  at: Instant | null;
  acknowledged: boolean;
  /** The place of its first attempt in the order of all calls; missing before it. */
  firstSent?: number;
  /** Whether a consent to marketing comes along: yes, no, or nothing said. */
  consent: boolean | null;
}

/** Somebody in the world. */
export interface Client {
  number: number;
  /** Accounts; two where somebody signed up twice. */
  users: string[];
  /** Anonymous ids, one a device; the last is in use. */
  devices: string[];
  email: string;
  zone: string | null;
  /** Where their programs say that they are. */
  country: string | null;
  /** Calls that have not been acknowledged, in the order in which they will be tried. */
  outbox: Call[];
  signedUp: boolean;
  /** Uses a device with somebody else, or has two accounts: what is theirs may go to another person. */
  tangled: boolean;
  erased: boolean;
  /** Was one person with somebody, or of several names, and was set apart by hand: who is who is a colleague's word from then on. */
  apart: boolean;
  /** How much they do. */
  active: number;
  /** When they last said no to marketing under their account and were heard, and when they may last have said yes: in the order of everything. */
  lastNo: number;
  lastYes: number;
}

const zones = [
  'Europe/Berlin',
  'America/New_York',
  'America/Los_Angeles',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
  'Pacific/Chatham',
  'UTC',
  'Mars/Olympus',
  null,
  null,
] as const;

export function newClient(number: number, chance: Chance): Client {
  const twice = happens(chance, 0.12);
  return {
    number,
    users: twice ? [`u${number}`, `u${number}-again`] : [`u${number}`],
    devices: [`d${number}-0`],
    email: `person${number}@canary${number}.example`,
    zone: pick(chance, zones),
    country: pick(chance, ['US', 'IN', 'DE', 'AU', null]),
    outbox: [],
    signedUp: false,
    tangled: twice,
    erased: false,
    apart: false,
    lastNo: -1,
    lastYes: -1,
    active: pickByShare(chance, [
      { share: 5, is: 0.3 },
      { share: 3, is: 1 },
      { share: 1, is: 4 },
    ]).is,
  };
}

/** Makes the calls of everybody. */
export class Crowd {
  readonly clients: Client[] = [];
  readonly calls = new Map<string, Call>();
  private readonly chance: Chance;
  private made = 0;

  constructor(chance: Chance, people: number) {
    this.chance = chance;
    for (let number = 0; number < people; number++) this.clients.push(newClient(number, chance));
  }

  /** What everybody does in a stretch of time, put into the outboxes. */
  live(now: Instant, stretch: number): void {
    for (const client of this.clients) {
      if (client.erased) continue;
      let acts = (stretch / day) * client.active * 2.5;
      for (; acts > 0; acts--) if (happens(this.chance, Math.min(1, acts))) this.act(client, now);
    }
  }

  private act(client: Client, now: Instant): void {
    const { chance } = this;
    const act = pickByShare(chance, [
      { share: 10, do: () => this.visit(client, now) },
      {
        share: client.signedUp ? 12 : 1,
        do: () =>
          this.track(
            client,
            now,
            pick(
              chance,
              eventNames.filter((name) => name !== 'Page Viewed'),
            ),
          ),
      },
      { share: client.signedUp ? 2 : 6, do: () => this.signUp(client, now) },
      { share: 2, do: () => this.saySomethingOfThemselves(client, now) },
      {
        share: 0.8,
        do: () =>
          this.call(client, now, {
            type: 'identify',
            ...this.names(client),
            context: { consent: { categoryPreferences: { marketing: happens(chance, 0.5) } } },
          }),
      },
      { share: 0.6, do: () => this.takeAnotherDevice(client) },
      { share: 0.3, do: () => this.call(client, now, { type: 'group', ...this.names(client), groupId: `g${client.number % 5}` }) },
      { share: 0.3, do: () => this.changeAddress(client, now) },
      { share: client.users.length > 1 ? 1 : 0, do: () => this.joinAccounts(client, now) },
      { share: 0.2, do: () => this.sameIdUnderTwoNames(client, now) },
    ]);
    act.do();
  }

  private visit(client: Client, now: Instant): void {
    const { chance } = this;
    const loggedIn = client.signedUp && happens(chance, 0.5);
    this.call(client, now, {
      type: 'page',
      name: pick(chance, ['home', 'prices', 'blog']),
      anonymousId: client.devices.at(-1)!,
      ...(loggedIn ? { userId: client.users[0]! } : {}),
      properties: {},
      context: {
        page: { url: 'https://shop.example/' },
        ...(client.zone ? { timezone: client.zone } : {}),
        ...(client.country ? { location: { country: client.country } } : {}),
        ...this.banner(),
      },
    });
  }

  private signUp(client: Client, now: Instant): void {
    const { chance } = this;
    client.signedUp = true;
    const yes = happens(chance, 0.85);
    this.call(client, now, {
      type: 'identify',
      ...this.names(client),
      traits: {
        email: client.email,
        ...(happens(chance, 0.8) ? { firstName: `First${client.number}` } : {}),
        plan: pick(chance, plans),
        ...(client.zone && happens(chance, 0.6) ? { timezone: client.zone } : {}),
      },
      ...(happens(chance, 0.9) ? { context: { consent: { categoryPreferences: { marketing: yes } } } } : {}),
    });
    this.track(client, now, 'Signed Up');
  }

  private track(client: Client, now: Instant, event: string): void {
    const { chance } = this;
    const properties: JsonObject =
      event === 'Order Completed'
        ? { total: between(chance, 1, 200), currency: 'EUR' }
        : event === 'Product Viewed'
          ? { category: pick(chance, ['garden', 'house']) }
          : {};
    this.call(
      client,
      now,
      { type: 'track', event, ...this.names(client), properties, ...(happens(chance, 0.1) ? { context: this.banner() } : {}) },
      happens(chance, 0.2),
    );
  }

  private saySomethingOfThemselves(client: Client, now: Instant): void {
    const { chance } = this;
    const traits = pick<JsonObject>(chance, [
      { plan: pick(chance, plans) },
      { seats: between(chance, 1, 12) },
      { firstName: null },
      { firstName: `First${client.number}` },
      { note: { tone: 'cold' } },
      { timezone: pick(chance, zones) },
      randomDate(chance, now),
      randomDate(chance, now),
    ]);
    this.call(client, now, { type: 'identify', ...this.names(client), traits }, happens(chance, 0.3));
  }

  private takeAnotherDevice(client: Client): void {
    const { chance } = this;
    if (happens(chance, 0.25) && client.number > 0) {
      const other = this.clients[client.number - 1]!;
      client.devices.push(other.devices[0]!);
      client.tangled = true;
      other.tangled = true;
    } else client.devices.push(`d${client.number}-${client.devices.length}`);
  }

  private changeAddress(client: Client, now: Instant): void {
    client.email = `person${client.number}.${++this.made}@canary${client.number}.example`;
    this.call(client, now, { type: 'identify', ...this.names(client), traits: { email: client.email } });
  }

  /** An operator's system says that two accounts are one person. */
  private joinAccounts(client: Client, now: Instant): void {
    const device = `d${client.number}-second`;
    if (happens(this.chance, 0.7)) this.call(client, now, { type: 'page', name: 'home', anonymousId: device, properties: {} });
    if (happens(this.chance, 0.5)) return;
    this.call(client, now, { type: 'identify', userId: client.users[1]!, anonymousId: device, traits: { email: client.email } });
    this.call(client, now, { type: 'alias', userId: client.users[0]!, previousId: device }, true);
  }

  /** A confused client gives one message id to two messages of which it names the person differently. */
  private sameIdUnderTwoNames(client: Client, now: Instant): void {
    client.tangled = true;
    const messageId = `m${++this.made}`;
    const device = `d${client.number}-twin${this.made}`;
    const once = (names: JsonObject): void =>
      this.add({
        messageId,
        client,
        body: { type: 'track', event: 'Product Viewed', messageId, ...names, timestamp: toIso(now) },
        trusted: false,
        at: now,
        acknowledged: false,
        consent: null,
      });
    once({ anonymousId: device });
    once({ userId: client.users[0]! });
    this.call(client, now, { type: 'identify', userId: client.users[0]!, anonymousId: device });
  }

  private names(client: Client): JsonObject {
    const { chance } = this;
    const user = pickByShare(
      chance,
      client.users.map((id, index) => ({ id, share: index === 0 ? 4 : 1 })),
    ).id;
    return { userId: user, ...(happens(chance, 0.7) ? { anonymousId: client.devices.at(-1)! } : {}) };
  }

  /** Some pages repeat what a consent banner was told. */
  private banner(): JsonObject {
    return happens(this.chance, 0.15) ? { consent: { categoryPreferences: { marketing: happens(this.chance, 0.6) } } } : {};
  }

  private call(client: Client, now: Instant, body: JsonObject, trusted = false): void {
    const { chance } = this;
    const messageId = `m${++this.made}`;
    // Most clients send at once; some were offline for hours or days.
    const at = happens(chance, 0.15)
      ? now - Math.floor(someTime(chance, happens(chance, 0.3) ? 2 * day : hour))
      : now - between(chance, 0, 20) * second;
    const said = ((body.context as JsonObject | undefined)?.consent as { categoryPreferences?: { marketing?: boolean } } | undefined)
      ?.categoryPreferences?.marketing;
    this.add({
      messageId,
      client,
      body: { ...body, messageId, timestamp: toIso(at) },
      trusted,
      at,
      acknowledged: false,
      consent: said ?? null,
    });
  }

  private add(call: Call): void {
    // A message id that is used twice stands for the first of the two.
    if (!this.calls.has(call.messageId)) this.calls.set(call.messageId, call);
    call.client.outbox.push(call);
  }
}

/** A day of somebody's that is near, or none any more. */
export function randomDate(chance: Chance, now: Instant): JsonObject {
  const date = toIso(now + between(chance, -1, 3) * day).slice(0, 10);
  return pick<JsonObject>(chance, [{ renewal: date }, { renewal: date }, { renewal: null }, { birthday: `1984${date.slice(4)}` }]);
}

/** Reactions to a mail: what the person does with it, and how long after. */
export type Reaction = { do: 'open' | 'click' | 'scan' | 'unsubscribe'; after: number };

export function reactTo(chance: Chance): Reaction[] {
  const reactions: Reaction[] = [];
  if (happens(chance, 0.15)) reactions.push({ do: 'scan', after: between(chance, 0, 5) * second });
  if (happens(chance, 0.5)) reactions.push({ do: 'open', after: someTime(chance, hour) });
  if (happens(chance, 0.3)) reactions.push({ do: 'click', after: someTime(chance, 90 * minute) });
  if (happens(chance, 0.07)) reactions.push({ do: 'unsubscribe', after: someTime(chance, 4 * hour) });
  return reactions;
}
