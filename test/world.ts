import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import PostalMime, { type Email } from 'postal-mime';
import { afterAll, expect } from 'vitest';
import type { Channel, Handover, OutgoingEmail } from '#channels/channel.ts';
import { smtpChannel } from '#channels/smtp.ts';
import type { DefinitionKind, LooseDefinition } from '#contract/definition.ts';
import { durationMs, type Instant } from '#contract/instant.ts';
import type { PersonDetail, PersonRow, TimelineItem, Why } from '#contract/routes/people.ts';
import type { MessageRow } from '#contract/routes/messages.ts';
import { buildServer } from '#http/server.ts';
import { type House, openHouse, readConfig } from '#main';
import { Breaker } from '#operations/breaker.ts';
import { readBlueprint } from '#operations/blueprint.ts';
import { settleDeadSenders } from '#operations/senders.ts';
import { firstStart } from '#operations/setup.ts';
import { deliverRound, processRound } from '#operations/work.ts';
import type { Database, Row } from '#store/database.ts';
import { nextDue } from '#store/messages.ts';
import { nextBroadcast } from '#store/broadcasts.ts';
import { nextRamp } from '#store/ramps.ts';
import { nextSchedule } from '#store/schedules.ts';
import { nextWake } from '#store/wakes.ts';
import { workspaceNow } from '#store/workspaces.ts';
import { type Dialect, freshDatabase, type Opened, preparedAt } from './databases.ts';
import { smtpSink, type SmtpSink } from './smtp-sink.ts';

/** A mail as somebody got it: its bytes, and what a mail program makes of them. */
export interface Received {
  to: string;
  at: Instant;
  raw: string;
  mail: Email;
  /** The one-click address of its List-Unsubscribe header, as a path of this house; null without the header. */
  unsubscribe: string | null;
  /** The tracked links of its body, as paths of this house. */
  links: string[];
}

export interface WorldOptions {
  database?: Dialect;
  /** A database that somebody has prepared, in place of a fresh one. */
  on?: Opened;
  /** When the story begins [Monday, 2 March 2026, 10:00 in Berlin]. */
  at?: string;
  /** `recording` takes every mail unless `answer` says otherwise; `smtp` hands mail to a real mail server [recording]. */
  mail?: 'recording' | 'smtp';
  /** Where it will listen, when links and settings must name that place [nowhere]. */
  port?: number;
  /** Publish the blueprint in main, and say who writes; of its journeys the welcome alone, so that a story gets the mails that it tells of [true]. */
  blueprint?: boolean | 'every journey';
}

// biome-ignore lint/suspicious/noExplicitAny: a story knows what it asked for.
type Any = any;

export interface Answer<T = Any> {
  status: number;
  body: T;
  headers: Record<string, unknown>;
  text: string;
}

interface SendOptions {
  /** What the client's clock says when it sends. */
  sentAt?: string;
  key?: string;
}

/** A call of Segment's spec, as a client would send it. */
export type SegmentCall = { type: 'track' | 'identify' | 'page' | 'screen' | 'group' | 'alias' } & Record<string, unknown>;

export const publicUrl = 'https://throughline.example';

/** An ordinary browser, for clicks that a person makes. */
export const browser = 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

const open: World[] = [];
afterAll(async () => {
  await Promise.all(open.splice(0).map((world) => world.close()));
});

/** A real house on a real database, with a clock to turn by hand. It closes by itself when its file ends. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const world = await World.open(options);
  open.push(world);
  return world;
}

export class World {
  readonly house: House;
  readonly app: FastifyInstance;
  readonly sink: SmtpSink | null;
  /** A write key and an API key of main, and an API key of the practice workspace. */
  readonly writeKey: string;
  readonly apiKey: string;
  readonly practiceKey: string;
  /** Every mail that was taken, in order. */
  readonly mails: Received[];
  private readonly clock: { now: Instant };
  private readonly script: { answer: (mail: OutgoingEmail) => Handover; hook: () => Handover };
  private readonly closeDatabase: () => Promise<void>;
  private readonly breaker: Breaker;
  private calls = 0;
  private settling: Promise<void> | null = null;

  private constructor(
    parts: Pick<World, 'house' | 'app' | 'sink' | 'writeKey' | 'apiKey' | 'practiceKey' | 'mails'> & {
      clock: { now: Instant };
      script: World['script'];
      closeDatabase: () => Promise<void>;
    },
  ) {
    this.house = parts.house;
    this.app = parts.app;
    this.sink = parts.sink;
    this.writeKey = parts.writeKey;
    this.apiKey = parts.apiKey;
    this.practiceKey = parts.practiceKey;
    this.mails = parts.mails;
    this.clock = parts.clock;
    this.script = parts.script;
    this.closeDatabase = parts.closeDatabase;
    this.breaker = new Breaker(parts.house.deps);
  }

  static async open(options: WorldOptions): Promise<World> {
    const clock = { now: options.at ? Date.parse(options.at) : preparedAt };
    const database = options.on ?? (await freshDatabase(options.database ?? 'pglite'));
    const sink = options.mail === 'smtp' ? await smtpSink() : null;
    const mails: Received[] = [];
    const script: World['script'] = {
      answer: () => ({ result: 'sent', providerId: null, answer: '250 2.0.0 Ok' }),
      hook: () => ({ result: 'sent', providerId: null, answer: '200' }),
    };
    const recording: Channel<OutgoingEmail> = {
      name: 'recording',
      kind: 'email',
      idempotent: false,
      concurrency: 4,
      async send(message, stillOwned) {
        if (!(await stillOwned())) return { result: 'disowned' };
        const answer = script.answer(message);
        if (answer.result === 'sent') mails.push(await receive(message.envelope.to, message.raw.toString('latin1'), clock.now));
        return answer;
      },
      async verify() {},
      async close() {},
    };
    const hooks: Channel = {
      name: 'recording',
      kind: 'webhook',
      idempotent: true,
      concurrency: 4,
      send: async (_message, stillOwned) => ((await stillOwned()) ? script.hook() : { result: 'disowned' }),
      async verify() {},
      async close() {},
    };
    const config = readConfig({
      PUBLIC_URL: options.port === undefined ? publicUrl : `http://127.0.0.1:${options.port}`,
      LOG_LEVEL: 'silent',
      ...(sink ? { SMTP_URL: sink.url } : {}),
    });
    const email = (sink ? smtpChannel({ url: sink.url, connections: 2 }) : recording) as Channel;
    const house = await openHouse(config, { db: database.db, now: () => clock.now, log: quiet, channels: { email, webhook: hooks } });
    await firstStart(house.deps, true);
    await house.sender.enter();
    const main = await house.deps.workspaces.bySlug('main');
    const practice = await house.deps.workspaces.bySlug('practice');
    const { key: writeKey } = await house.doorkeeper.createKey(main, 'write', 'website', 'test');
    const { key: apiKey } = await house.doorkeeper.createKey(main, 'api', 'own systems', 'test');
    const { key: practiceKey } = await house.doorkeeper.createKey(practice, 'api', 'practice systems', 'test');
    const app = await buildServer({ house, config });
    const world = new World({ house, app, sink, writeKey, apiKey, practiceKey, mails, clock, script, closeDatabase: database.close });
    if (options.blueprint ?? true) {
      await world.must('PATCH', '/api/settings', {
        senderName: 'Linden Studio',
        senderEmail: 'hello@linden.example',
        postalAddress: 'Linden Studio, 12 Garden Lane, 10115 Berlin',
      });
      const blueprint = await readBlueprint('service-business');
      await world.publish(
        blueprint.filter(({ kind, key }) => kind !== 'journey' || key === 'welcome' || options.blueprint === 'every journey'),
      );
    }
    return world;
  }

  // ------------------------------------------------------------------------------------------------------------------------------- time

  get now(): Instant {
    return this.clock.now;
  }
  get iso(): string {
    return new Date(this.clock.now).toISOString();
  }

  /** Lets real time pass: from one instant at which something is due to the next, and at each does everything until it is quiet. */
  async turn(duration: string): Promise<void> {
    const length = durationMs(duration);
    if (length === null) throw new Error(`not a duration: ${duration}`);
    await this.turnTo(this.clock.now + length);
  }

  async turnTo(when: Instant | string): Promise<void> {
    const target = typeof when === 'string' ? Date.parse(when) : when;
    if (target < this.clock.now) throw new Error(`the world cannot go back to ${new Date(target).toISOString()}`);
    for (;;) {
      await this.settle();
      const next = await this.nextDue();
      if (next === null || next > target) break;
      this.clock.now = Math.max(this.clock.now, next);
    }
    this.clock.now = target;
    await this.settle();
  }

  /** Time passes while nobody works: what was due meanwhile is found late. */
  leap(milliseconds: number): void {
    this.clock.now += milliseconds;
  }

  /** Does everything that is due at this instant, until nothing is. */
  async settle(): Promise<void> {
    while (this.settling) await this.settling;
    this.settling = this.settleNow().finally(() => {
      this.settling = null;
    });
    await this.settling;
  }

  private async settleNow(): Promise<void> {
    const { deps, sending } = this.house;
    for (let round = 0; round < 500; round++) {
      while ((await processRound(deps, 1)).more) round++;
      if (!(await deliverRound(sending, 1)).more && !(await this.breaker.round())) {
        await settleDeadSenders(deps, this.house.sender.current());
        return;
      }
    }
    throw new Error(`what is due at ${this.iso} is due again and again`);
  }

  /** The next instant of the world at which something is due, by real time or by the clock of a practice workspace. */
  private async nextDue(): Promise<Instant | null> {
    const { deps } = this.house;
    await deps.workspaces.refresh();
    let earliest = Number.POSITIVE_INFINITY;
    for (const workspace of await deps.workspaces.all()) {
      if (workspace.clock && !workspace.clock.running) continue;
      const clock = workspace.clock?.clock ?? 0;
      const next = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => [
        await nextWake(tx, clock),
        await nextDue(tx, clock),
        await nextSchedule(tx, workspace.id),
        await nextRamp(tx, workspace.id),
        await nextBroadcast(tx, workspace.id),
      ]);
      const ahead = workspaceNow(workspace, this.now) - this.now;
      for (const due of next) if (due !== null) earliest = Math.min(earliest, due - ahead);
    }
    return earliest === Number.POSITIVE_INFINITY ? null : earliest;
  }

  // ---------------------------------------------------------------------------------------------------------------------------- sending

  /** Sends Segment calls in one batch with the write key, and lets the house do what follows. Answers what the server said. */
  async send(calls: readonly SegmentCall[], options: SendOptions = {}): Promise<Answer> {
    const answer = await this.accept(calls, options);
    expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 200 });
    await this.settle();
    return answer;
  }

  /** The same with the API key, as a server of ours would. */
  sendTrusted(calls: readonly SegmentCall[], options: SendOptions = {}): Promise<Answer> {
    return this.send(calls, { ...options, key: this.apiKey });
  }

  /** Sends calls and does nothing with them yet. */
  accept(calls: readonly SegmentCall[], options: SendOptions = {}): Promise<Answer> {
    const batch = calls.map((call) => ({ messageId: `m-${++this.calls}-${this.now}`, timestamp: this.iso, ...call }));
    return this.post(
      '/v1/batch',
      { batch, sentAt: options.sentAt ?? this.iso },
      options.key ? { authorization: `Bearer ${options.key}` } : { authorization: basic(this.writeKey) },
    );
  }

  /** Any request with a body, as it is. */
  async post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    return answerOf(await this.app.inject({ method: 'POST', url, headers: { 'content-type': 'application/json', ...headers }, payload }));
  }

  async get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
    return answerOf(await this.app.inject({ method: 'GET', url, headers }));
  }

  /** A request to the admin's API. The house goes on working meanwhile, because an edit answers when its own fact has been processed. */
  async api<T = Any>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    let answered = false;
    const asked = this.app
      .inject({
        method,
        url,
        headers: { authorization: `Bearer ${this.apiKey}`, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      })
      .finally(() => {
        answered = true;
      });
    if (method !== 'GET')
      while (!answered) {
        await this.settle();
        await pause(2);
      }
    const answer = answerOf(await asked);
    if (method !== 'GET') await this.settle();
    return answer as Answer<T>;
  }

  /** The same, for a request that must be carried out. */
  async must<T = Any>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const answer = await this.api<T>(method, url, body, headers);
    expect(answer, `${method} ${url} answered ${answer.status} ${answer.text.slice(0, 2000)}`).toMatchObject({ status: 200 });
    return answer.body;
  }

  // ------------------------------------------------------------------------------------------------------------------------ definitions

  async publish(definitions: readonly LooseDefinition[]): Promise<void> {
    await this.must('POST', '/api/apply', { definitions, publish: true, note: 'for a story' });
  }

  define(kind: DefinitionKind, key: string, body: unknown): Promise<void> {
    return this.publish([{ kind, key, body }]);
  }

  // ------------------------------------------------------------------------------------------------------------------------------ people

  /** All that is known of the person with this address. */
  async person(email: string): Promise<PersonDetail> {
    const found = await this.must<{ items: PersonRow[] }>('GET', `/api/people?email=${encodeURIComponent(email)}`);
    if (!found.items[0]) throw new Error(`nobody is known under ${email}`);
    return this.must('GET', `/api/people/${found.items[0].id}`);
  }

  /** Whoever has this identity, known or not, by its kind's name. */
  async personBy(kind: 'user' | 'anonymous' | 'email', value: string): Promise<PersonDetail> {
    const [row] = await this.rows('select person_id from identity where value = $1 and kind = $2', [
      value,
      { user: 1, anonymous: 2, email: 3 }[kind],
    ]);
    if (!row) throw new Error(`nobody has the ${kind} ${value}`);
    return this.must('GET', `/api/people/${row.person_id}`);
  }

  async timeline(person: string, kinds?: string): Promise<TimelineItem[]> {
    return (await this.must<{ items: TimelineItem[] }>('GET', `/api/people/${person}/timeline?limit=200${kinds ? `&kinds=${kinds}` : ''}`))
      .items;
  }

  why(person: string, about: string): Promise<Why> {
    return this.must('GET', `/api/people/${person}/why?about=${encodeURIComponent(about)}`);
  }

  /** What was said to a person, and what was not, in the order in which it was asked for. */
  async messages(person: string): Promise<MessageRow[]> {
    const found = await this.must<{ items: MessageRow[] }>('GET', `/api/messages?person=${person}&limit=200`);
    return found.items.sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0));
  }

  /** Stage keys that a person went through, in order. */
  async stages(person: string): Promise<string[]> {
    return (await this.rows('select stage from stage_history where person_id = $1 order by seq', [person])).map((row) => row.stage);
  }

  /**
   * The way of a person's run through a journey: the steps that it took in order, the one at which it stands, and, when it has ended, why.
   * `nth` counts runs from the first.
   */
  async path(person: string, journey: string, nth = 0): Promise<string[]> {
    const run = (
      await this.rows(
        'select run_id, step, status, end_reason from run where person_id = $1 and journey = $2 order by entered_at, run_id',
        [person, journey],
      )
    )[nth];
    if (!run) return [];
    const steps = await this.rows('select step, next from run_step where run_id = $1 order by seq', [run.run_id]);
    const stands = run.step !== null && (steps.length === 0 || steps.at(-1)!.next === run.step) ? [run.step as string] : [];
    return [...steps.map((row) => row.step as string), ...stands, ...(run.status === 'ended' ? [run.end_reason as string] : [])];
  }

  async expectPath(person: string, journey: string, path: readonly string[], nth = 0): Promise<void> {
    expect(await this.path(person, journey, nth), `the way through ${journey}`).toEqual(path);
  }

  // ------------------------------------------------------------------------------------------------------------------------------- mail

  /** What every system that is called by a webhook answers from now on. */
  answerHooks(script: () => Handover): void {
    this.script.hook = script;
  }

  /** What the mail server answers from now on. */
  answer(script: (mail: OutgoingEmail) => Handover): void {
    this.script.answer = script;
  }

  /** The mails to one address, in order, with either channel. */
  async mailsTo(address: string): Promise<Received[]> {
    if (this.sink)
      return Promise.all(
        this.sink.messages
          .filter((each) => each.to.includes(address))
          .map((each) => receive(address, each.raw.toString('latin1'), this.now)),
      );
    return this.mails.filter((each) => each.to === address);
  }

  /** A person follows a link of a mail with their browser. */
  async click(link: string, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await this.get(link, { 'user-agent': browser, ...headers });
    await this.settle();
    return answer;
  }

  // --------------------------------------------------------------------------------------------------------------------------- inspection

  /** Rows of the database as its owner sees them. */
  rows<R extends Row = Row>(statement: string, values: (string | number | boolean | null)[] = []): Promise<R[]> {
    return this.house.deps.db.asOwner((tx) => tx.query<R>(statement, values));
  }

  everything(): Promise<Record<string, string[]>> {
    return everythingIn(this.house.deps.db);
  }

  /** Where the server listens, for clients that need a real one. */
  async listen(port = 0): Promise<string> {
    return this.app.listen({ port, host: '127.0.0.1' });
  }

  async close(): Promise<void> {
    const at = open.indexOf(this);
    if (at >= 0) open.splice(at, 1);
    await this.app.close();
    await this.house.sender.leave();
    // The house would close the database too; a server's database is dropped after that.
    await this.house.close();
    await this.closeDatabase();
    await this.sink?.close();
  }
}

/** Every row of every table as text, but what says when somebody knocked: two of these are equal exactly when nothing changed. */
export function everythingIn(db: Database): Promise<Record<string, string[]>> {
  return db.asOwner(async (tx) => {
    const tables = await tx.query(
      "select relname from pg_class where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace order by relname",
    );
    const all: Record<string, string[]> = {};
    for (const { relname } of tables)
      all[relname] = (await tx.query(`select (to_jsonb(t) - 'last_used_at')::text as row from ${relname} t`))
        .map((row) => row.row as string)
        .sort();
    return all;
  });
}

const quiet = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: Record<string, unknown>, message: string) => process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
};

export const basic = (key: string): string => `Basic ${Buffer.from(`${key}:`).toString('base64')}`;

function answerOf(response: { statusCode: number; body: string; headers: Record<string, unknown> }): Answer {
  const isJson = String(response.headers['content-type'] ?? '').includes('json');
  return {
    status: response.statusCode,
    body: isJson ? JSON.parse(response.body) : response.body,
    headers: response.headers,
    text: response.body,
  };
}

async function receive(to: string, raw: string, at: Instant): Promise<Received> {
  const mail = await PostalMime.parse(raw);
  const header = mail.headers.find((each) => each.key === 'list-unsubscribe')?.value ?? '';
  const inside = (address: string): string | null => (address.startsWith(publicUrl) ? address.slice(publicUrl.length) : null);
  const links = [...(mail.html ?? '').matchAll(/href="([^"]+)"/g)]
    .map((match) => inside(match[1]!.replaceAll('&amp;', '&')))
    .filter((path): path is string => path?.startsWith('/c/') ?? false);
  return { to, at, raw, mail, unsubscribe: inside(/<(https:[^>]+)>/.exec(header)?.[1] ?? ''), links };
}
