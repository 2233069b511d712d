import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, test } from 'vitest';
import type { Channel, Handover, Outgoing, OutgoingEmail, OutgoingWebhook } from '#channels/channel.ts';
import { type MailboxMail, mailboxChannel } from '#channels/mailbox.ts';
import { isPublicAddress, publicLookup } from '#channels/public-address.ts';
import { readSmtpUrl, smtpChannel } from '#channels/smtp.ts';
import { readQueueId, readRefusal, type SmtpStage } from '#channels/smtp-answer.ts';
import { refuseUrl, webhookChannel } from '#channels/webhook.ts';
import { type SmtpSink, type SmtpSinkOptions, smtpSink } from '../smtp-sink.ts';

/**
 * The exam that every channel sits. A channel comes with a world of its own (a mail server, an HTTP server, a shelf) in which
 * something can happen to a message; what a channel cannot meet in its world is null, with the reason beside it.
 */

type Happening = 'taken' | 'address-dead' | 'policy' | 'later' | 'lost-before-body' | 'lost-after-body' | 'slow';

interface Candidate {
  channel: Channel;
  /** A message to which this happens; null when it cannot happen to this channel. */
  message(happening: Happening, key: string): Outgoing | null;
  /** Keys or bodies that arrived whole, in no order. */
  arrived(): string[];
  /** Connections that the other side still has open. */
  open(): number;
  stop(): Promise<void>;
}

const yes = async (): Promise<boolean> => true;
const no = async (): Promise<boolean> => false;
const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Waits for what another process or socket does, however busy the machine is. */
const until = async (holds: () => boolean): Promise<void> => {
  for (let waited = 0; waited < 5_000 && !holds(); waited += 10) await soon(10);
};
const quick = { connectMs: 5_000, greetingMs: 1_000, silenceMs: 1_000 };
const secret = `whsec_${Buffer.from('a secret of some length').toString('base64')}`;

const mail = (to: string, key: string, raw = `Subject: ${key}\r\n\r\nHello ${key}\r\n`): OutgoingEmail => ({
  channel: 'email',
  key,
  envelope: { from: 'hello@acme.example', to },
  raw: Buffer.from(raw),
  subject: key,
  workspace: 1,
  person: 'p1',
});
const call = (url: string, key: string): OutgoingWebhook => ({
  channel: 'webhook',
  key,
  url,
  secret,
  body: JSON.stringify({ key }),
  workspace: 1,
  person: 'p1',
});

async function smtpCandidate(pipelining: boolean): Promise<Candidate> {
  const sink = await smtpSink({ pipelining, slowMs: 200 });
  const channel = smtpChannel({ url: sink.url, connections: 4, timeouts: quick });
  const who: Record<Happening, string> = {
    taken: 'ana',
    'address-dead': 'nosuch',
    policy: 'policy',
    later: 'greylist',
    'lost-before-body': 'drop-at-rcpt',
    'lost-after-body': 'drop-after-dot',
    slow: 'slow',
  };
  return {
    channel: channel as Channel,
    message: (happening, key) => mail(`${who[happening]}@example.com`, key),
    arrived: () => sink.messages.map((message) => /^Subject: (.*)\r\n/.exec(message.raw.toString())?.[1] ?? ''),
    open: () => sink.open,
    stop: () => sink.close(),
  };
}

async function mailboxCandidate(): Promise<Candidate> {
  const shelf = new Map<string, MailboxMail>();
  const channel = mailboxChannel({
    async store(kept) {
      if (kept.to.startsWith('later')) throw new Error('the shelf is full');
      if (kept.to.startsWith('slow')) await soon(200);
      shelf.set(kept.key, kept);
    },
  });
  const who: Partial<Record<Happening, string>> = { taken: 'ana', later: 'later', slow: 'slow' }; // nothing is refused, and no wire can break
  return {
    channel: channel as Channel,
    message: (happening, key) => (who[happening] === undefined ? null : mail(`${who[happening]}@example.com`, key)),
    arrived: () => [...shelf.keys()],
    open: () => 0,
    stop: async () => {},
  };
}

async function webServer(
  answer: (request: IncomingMessage, body: string, response: ServerResponse) => void,
): Promise<{ url: string; port: number; open(): number; stop(): Promise<void> }> {
  let open = 0;
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, Buffer.concat(chunks).toString(), response));
  });
  server.on('connection', (socket) => {
    open += 1;
    socket.on('close', () => (open -= 1));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    open: () => open,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function webhookCandidate(): Promise<Candidate> {
  const arrived: string[] = [];
  const server = await webServer((request, body, response) => {
    const take = (): void => {
      arrived.push((JSON.parse(body) as { key: string }).key);
      response.end('thank you');
    };
    if (request.url === '/gone') response.writeHead(410).end();
    else if (request.url === '/later') response.writeHead(503, { 'retry-after': '120' }).end('busy');
    else if (request.url === '/lost') request.socket.destroy();
    else if (request.url === '/slow') setTimeout(take, 200);
    else take();
  });
  const path: Partial<Record<Happening, string>> = { taken: '/', policy: '/gone', later: '/later', slow: '/slow' };
  return {
    channel: webhookChannel({ allowPrivate: true, timeoutMs: 2_000 }) as Channel,
    message(happening, key) {
      if (happening === 'lost-before-body') return call('http://127.0.0.1:1/', key); // nobody listens there
      if (happening === 'lost-after-body') return call(`${server.url}/lost`, key);
      const where = path[happening];
      return where === undefined ? null : call(server.url + where, key); // an HTTP address is never called dead
    },
    arrived: () => arrived,
    open: server.open,
    stop: server.stop,
  };
}

describe.each([
  ['smtp', () => smtpCandidate(false)],
  ['smtp with pipelining', () => smtpCandidate(true)],
  ['mailbox', mailboxCandidate],
  ['webhook', webhookCandidate],
] as const)('the exam: %s', (_name, make) => {
  let candidate: Candidate;
  const sit = async (happening: Happening, key: string = happening, stillOwned = yes): Promise<Handover | null> => {
    const message = candidate.message(happening, key);
    return message === null ? null : candidate.channel.send(message, stillOwned);
  };
  const begin = async (): Promise<void> => {
    candidate = await make();
  };
  afterEach(async () => {
    await candidate.channel.close();
    await candidate.stop();
  });

  test('what is taken is sent, and arrives once', async () => {
    await begin();
    expect(await sit('taken', 'k1')).toMatchObject({ result: 'sent' });
    expect(candidate.arrived()).toEqual(['k1']);
  });

  test('a dead address and a refusal for policy are told apart', async () => {
    await begin();
    const dead = await sit('address-dead');
    if (dead !== null) expect(dead).toMatchObject({ result: 'refused', permanent: true, about: 'address' });
    const policy = await sit('policy');
    if (policy !== null) expect(policy).toMatchObject({ result: 'refused', permanent: true, about: 'policy' });
    expect(candidate.arrived()).toEqual([]);
  });

  test('"not now" is later, and the next message still goes', async () => {
    await begin();
    expect(await sit('later')).toMatchObject({ result: 'later' });
    expect(await sit('taken', 'k2')).toMatchObject({ result: 'sent' });
    expect(candidate.arrived()).toEqual(['k2']);
  });

  test('a connection lost before the body means later', async () => {
    await begin();
    const handover = await sit('lost-before-body');
    if (handover !== null) expect(handover).toMatchObject({ result: 'later' });
  });

  test('a connection lost after the body is uncertain, unless a repeat is harmless', async () => {
    await begin();
    const handover = await sit('lost-after-body');
    if (handover !== null) expect(handover.result).toBe(candidate.channel.idempotent ? 'later' : 'uncertain');
    expect(await sit('taken', 'k3')).toMatchObject({ result: 'sent' });
  });

  test('a slow other side is waited for, and holds nobody else up', async () => {
    await begin();
    const slow = sit('slow', 'slow-one');
    expect(await sit('taken', 'fast-one')).toMatchObject({ result: 'sent' });
    expect(candidate.arrived()).toContain('fast-one');
    expect(await slow).toMatchObject({ result: 'sent' });
    expect(candidate.arrived()).toContain('slow-one');
  });

  test('a message that is no longer ours does not leave', async () => {
    await begin();
    expect(await sit('taken', 'not-ours', no)).toEqual({ result: 'disowned' });
    expect(await sit('taken', 'ours')).toMatchObject({ result: 'sent' });
    await soon(50);
    expect(candidate.arrived()).toEqual(['ours']);
  });

  test('when nobody can say whose it is, it does not leave', async () => {
    await begin();
    expect(await sit('taken', 'whose', () => Promise.reject(new Error('no database')))).toMatchObject({ result: 'later' });
    expect(candidate.arrived()).toEqual([]);
  });

  test('many at once, more than it has places, all arrive once', async () => {
    await begin();
    const keys = Array.from({ length: 300 }, (_, index) => `many-${index}`);
    const answers = await Promise.all(keys.map((key) => sit('taken', key)));
    expect(answers.every((answer) => answer?.result === 'sent')).toBe(true);
    expect(candidate.arrived().toSorted()).toEqual(keys.toSorted());
  });

  test('closing leaves no connection open, and sends nothing more', async () => {
    await begin();
    await Promise.all(['a', 'b', 'c'].map((key) => sit('taken', key)));
    await candidate.channel.close();
    await until(() => candidate.open() === 0);
    expect(candidate.open()).toBe(0);
    if (candidate.channel.name !== 'mailbox') expect(await sit('taken', 'too-late')).toMatchObject({ result: 'later' });
  });

  test('verify finds the other side there', async () => {
    await begin();
    await expect(candidate.channel.verify()).resolves.toBeUndefined();
  });
});

describe('smtp', () => {
  let sink: SmtpSink | null = null;
  let channel: Channel<OutgoingEmail> | null = null;
  const begin = async (
    options: SmtpSinkOptions = {},
    query = '',
    own: { messagesPerConnection?: number; idleMs?: number; connections?: number } = {},
  ): Promise<Channel<OutgoingEmail>> => {
    sink = await smtpSink(options);
    channel = smtpChannel({ url: sink.url + query, connections: 2, timeouts: quick, ...own });
    return channel;
  };
  afterEach(async () => {
    await channel?.close();
    await sink?.close();
    channel = null;
    sink = null;
  });
  const send = (to: string, key = 'k', raw?: string): Promise<Handover> => channel!.send(mail(to, key, raw), yes);

  test.each([
    ['rcpt-550-5.1.1@example.com', 'address'],
    ['rcpt-550-5.1.10@example.com', 'address'],
    ['rcpt-550-5.1.2@example.com', 'address'],
    ['data-550-5.1.1@example.com', 'address'],
    ['rcpt-550-5.7.1@example.com', 'policy'],
    ['data-550-5.7.515@example.com', 'policy'],
    ['data-554-5.7.1@example.com', 'policy'],
    ['rcpt-550@example.com', 'policy'],
    ['data-552-5.3.4@example.com', 'content'],
    ['data-554-5.6.0@example.com', 'content'],
  ] as const)('%s is refused about the %s', async (to, about) => {
    await begin();
    expect(await send(to)).toMatchObject({ result: 'refused', permanent: true, about, answer: expect.stringContaining('scripted') });
    expect(await send('ana@example.com')).toMatchObject({ result: 'sent' });
  });

  test.each([
    'full@example.com',
    'rcpt-552-5.2.2@example.com',
    'rcpt-421@example.com',
    'rcpt-450@example.com',
    'data-451-4.7.1@example.com',
    'data-421@example.com',
    'fail-421@example.com',
  ])('%s comes later', async (to) => {
    await begin();
    expect(await send(to)).toMatchObject({ result: 'later', retryAt: null });
    expect(await send('ana@example.com')).toMatchObject({ result: 'sent', providerId: 'Q1' });
  });

  test.each(['drop-in-data@example.com', 'drop-after-dot@example.com', 'hang@example.com'])('%s is uncertain', async (to) => {
    await begin();
    expect(await send(to, 'k', `Subject: big\r\n\r\n${'0123456789\r\n'.repeat(20_000)}`)).toMatchObject({ result: 'uncertain' });
  });

  test('a silent RCPT is later', async () => {
    await begin();
    expect(await send('hang-at-rcpt@example.com')).toMatchObject({ result: 'later' });
  });

  test('a server that greets with 421, says nothing, or is not there: later', async () => {
    await begin({ greeting: '421 4.3.2 Too busy' });
    expect(await send('ana@example.com')).toMatchObject({ result: 'later', answer: expect.stringContaining('Too busy') });
    await channel!.close();
    await sink!.close();
    await begin({ greeting: null });
    expect(await send('ana@example.com')).toMatchObject({ result: 'later' });
    await channel!.close();
    await sink!.close();
    expect(await smtpChannel({ url: 'smtp://127.0.0.1:1', timeouts: quick }).send(mail('ana@example.com', 'k'), yes)).toMatchObject({
      result: 'later',
    });
  });

  test('a refused sender is about policy', async () => {
    await begin();
    const message = mail('ana@example.com', 'k');
    expect(await channel!.send({ ...message, envelope: { from: 'banned@acme.example', to: 'ana@example.com' } }, yes)).toMatchObject({
      result: 'refused',
      about: 'policy',
    });
  });

  test('connections are used again, up to their number of messages', async () => {
    await begin({}, '', { messagesPerConnection: 10, connections: 1 });
    for (let index = 0; index < 25; index += 1) expect((await send('ana@example.com', `k${index}`)).result).toBe('sent');
    expect(sink!.connections).toBe(3);
  });

  test('a refused recipient does not cost the connection', async () => {
    await begin({}, '', { connections: 1 });
    for (const to of ['nosuch', 'ana', 'policy', 'ana', 'data-550-5.7.1', 'ana']) await send(`${to}@example.com`);
    expect(sink!.count).toBe(3);
    expect(sink!.connections).toBe(1);
  });

  test('a connection that the other side closed while it rested is replaced without a delay', async () => {
    await begin({ closeAfter: 1 }, '', { connections: 1 });
    for (let index = 0; index < 3; index += 1) {
      expect(await send('ana@example.com', `k${index}`)).toMatchObject({ result: 'sent' });
      if (index === 0) await soon(20);
    }
    expect(sink!.count).toBe(3);
  });

  test('a resting connection is closed after its time', async () => {
    await begin({}, '', { idleMs: 50 });
    await send('ana@example.com');
    expect(sink!.open).toBe(1);
    await until(() => sink!.open === 0);
    expect(sink!.open).toBe(0);
  });

  test('the login is given, and never repeated in an answer', async () => {
    sink = await smtpSink({ login: { user: 'us er', pass: 'p@ss/word' } });
    const port = sink.port;
    const good = smtpChannel({ url: `smtp://us%20er:p%40ss%2Fword@127.0.0.1:${port}`, timeouts: quick });
    expect(await good.send(mail('ana@example.com', 'k'), yes)).toMatchObject({ result: 'sent' });
    await good.close();
    channel = smtpChannel({ url: `smtp://us%20er:wrong-word@127.0.0.1:${port}`, timeouts: quick });
    const refused = await channel.send(mail('ana@example.com', 'k'), yes);
    expect(refused).toMatchObject({ result: 'later', answer: expect.stringContaining('Wrong user') });
    expect(JSON.stringify(refused)).not.toContain('wrong-word');
    await expect(channel.verify()).rejects.toThrow('Wrong user');
  });

  test('a message larger than the announced size is not even begun', async () => {
    await begin({ extensions: ['SIZE 1000'] });
    expect(await send('ana@example.com', 'k', `Subject: x\r\n\r\n${'x'.repeat(2_000)}\r\n`)).toMatchObject({
      result: 'refused',
      about: 'content',
    });
    expect(await send('ana@example.com')).toMatchObject({ result: 'sent' });
  });

  test('bodies arrive as they are: dots, a lone dot, no line end at the end', async () => {
    await begin();
    const raw = 'Subject: dots\r\n\r\n.\r\n..\r\n.hidden\r\nmid.dle\r\n.\r\nlast';
    await send('ana@example.com', 'k', raw);
    expect(sink!.messages[0]?.raw.toString()).toBe(`${raw}\r\n`);
  });

  test.each(['ana@example.com>\r\nRCPT TO:<eve@example.com', 'ana <x>@example.com', 'jörg@example.com', '', 'no-at-sign'])(
    'the address %j never reaches the wire',
    async (to) => {
      await begin();
      expect(await send(to)).toMatchObject({ result: 'refused', about: 'address' });
      expect(sink!.connections).toBe(0);
    },
  );

  test('another implementation of SMTP understands it', async () => {
    const received: { from: string; to: string[]; body: string }[] = [];
    const server = new SMTPServer({
      authOptional: false,
      disabledCommands: ['STARTTLS'],
      disableReverseLookup: true,
      onAuth: (auth, _session, done) =>
        auth.username === 'ana' && auth.password === 'word' ? done(null, { user: 'ana' }) : done(new Error('no')),
      onRcptTo: (address, _session, done) =>
        address.address.startsWith('nobody') ? done(Object.assign(new Error('5.1.1 No such user here'), { responseCode: 550 })) : done(),
      onData(stream, session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          received.push({
            from: session.envelope.mailFrom ? session.envelope.mailFrom.address : '',
            to: session.envelope.rcptTo.map((to) => to.address),
            body: Buffer.concat(chunks).toString(),
          });
          done();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.server.address() as AddressInfo;
    const client = smtpChannel({ url: `smtp://ana:word@127.0.0.1:${port}`, connections: 3 });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => client.send(mail('ana@example.com', `k${index}`), yes)));
    expect(answers.map((answer) => answer.result)).toEqual(Array.from({ length: 20 }, () => 'sent'));
    expect(await client.send(mail('nobody@example.com', 'k'), yes)).toMatchObject({ result: 'refused', about: 'address' });
    expect(await client.send(mail('ana@example.com', 'not-ours'), no)).toEqual({ result: 'disowned' });
    expect(received).toHaveLength(20);
    expect(received[0]).toMatchObject({ from: 'hello@acme.example', to: ['ana@example.com'] });
    await client.close();
    await new Promise<void>((resolve) => server.close(resolve));
  });

  test('the address of the server is read, and never repeated when it is wrong', () => {
    expect(readSmtpUrl('smtp://u:p%40@mail.example:2525?name=out.acme.example&requireTLS=true')).toMatchObject({
      host: 'mail.example',
      port: 2525,
      secure: false,
      auth: { user: 'u', pass: 'p@' },
      ehloName: 'out.acme.example',
      requireTLS: true,
    });
    expect(readSmtpUrl('smtps://mail.example')).toMatchObject({ port: 465, secure: true, auth: null });
    expect(readSmtpUrl('smtp://mail.example')).toMatchObject({ port: 587, secure: false });
    for (const wrong of [
      'http://u:hunter22@mail.example',
      'u:hunter22@mail',
      'smtp://u:hunter22@mail.example?colour=red',
      'smtp://u:hunter22@mail.example?requireTLS=maybe',
    ])
      expect(() => readSmtpUrl(wrong)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter22') }));
  });
});

describe('what a mail server means', () => {
  const cases: [SmtpStage, string, 'address' | 'policy' | 'content' | 'later'][] = [
    ['rcpt', '550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking', 'address'],
    ['rcpt', '550-5.1.1 The email account that you tried to reach does not exist.\n550 5.1.1 https://support.example.com', 'address'],
    ['rcpt', '550 No such user here', 'address'],
    ['rcpt', '550 Requested action not taken: mailbox unavailable', 'address'],
    ['rcpt', '550 5.4.1 Recipient address rejected: Access denied. [AM1.prod.example]', 'address'],
    ['rcpt', '556 5.1.10 Recipient address has null MX', 'address'],
    ['body', "554 delivery error: dd This user doesn't have a yahoo.com account (x@yahoo.com)", 'address'],
    ['rcpt', '550 5.2.1 The email account that you tried to reach is disabled', 'address'],
    ['rcpt', '550 5.7.1 Service unavailable; client host blocked using Spamhaus', 'policy'],
    ['body', '550 5.7.515 Access denied, sending domain acme.example does not meet the required authentication level', 'policy'],
    ['body', '550-5.7.26 This mail has been blocked because the sender is unauthenticated.\n550 5.7.26 gsmtp', 'policy'],
    ['rcpt', "550 SC-001 (BAY004) Unfortunately, messages from 1.2.3.4 weren't sent: block list", 'policy'],
    ['rcpt', '554 5.7.1 <x@y.example>: Relay access denied', 'policy'],
    ['rcpt', '550 5.1.1 Blocked by our spam policy', 'policy'],
    ['mail', '550 5.1.8 Sender address rejected: Domain not found', 'policy'],
    ['mail', '553 5.1.1 no such user', 'policy'],
    ['rcpt', '554 Transaction failed', 'policy'],
    ['mail', '552 5.3.4 Message size exceeds fixed limit', 'content'],
    ['body', '552 message exceeds maximum size', 'content'],
    ['body', '554 5.6.0 Message has bare line feeds', 'content'],
    ['rcpt', '552 5.2.2 The email account that you tried to reach is over quota', 'later'],
    ['rcpt', '552 Requested mail action aborted: exceeded storage allocation', 'later'],
    ['rcpt', '550 Mailbox full', 'later'],
    ['rcpt', '450 4.2.1 Mailbox busy', 'later'],
    ['mail', '530 5.7.0 Authentication required', 'later'],
    ['rcpt', '503 5.5.1 Bad sequence of commands', 'later'],
    ['rcpt', '451 4.3.0 Temporary lookup failure', 'later'],
  ];
  test.each(cases)('%s: %s', (stage, answer, meaning) => {
    const handover = readRefusal(stage, answer);
    expect(handover.result === 'refused' ? handover.about : handover.result).toBe(meaning);
  });

  test.each([
    ['250 2.0.0 Ok: queued as 4WxYz12', '4WxYz12'],
    ['250 OK id=1rAbCd-0002xy-1A', '1rAbCd-0002xy-1A'],
    ['250 2.6.0 <abc@host.prod.example> [InternalId=123] Queued mail for delivery', 'abc@host.prod.example'],
    ['250 2.0.0 41AB12 Message accepted for delivery', '41AB12'],
    ['250 2.0.0 OK  1772357400 d2e1a72fcca58-7a -20si - gsmtp', null],
    ['250 Ok 0102018b5c3c0a4f-11111111-2222-3333-4444-555555555555-000000', '0102018b5c3c0a4f-11111111-2222-3333-4444-555555555555-000000'],
    ['250 Ok', null],
  ])('%s names %s', (answer, id) => expect(readQueueId(answer)).toBe(id));
});

describe('webhook', () => {
  test('is signed, so that the other side can be sure and can tell repeats', async () => {
    let verified: unknown = null;
    const server = await webServer((request, body, response) => {
      verified = new Webhook(secret).verify(body, request.headers as Record<string, string>);
      response.end();
    });
    const channel = webhookChannel({ allowPrivate: true });
    expect(await channel.send(call(server.url, 'msg_1'), yes)).toMatchObject({ result: 'sent' });
    expect(verified).toEqual({ key: 'msg_1' });
    await channel.close();
    await server.stop();
  });

  test.each([
    [200, 'sent'],
    [204, 'sent'],
    [301, 'policy'],
    [302, 'policy'],
    [400, 'content'],
    [401, 'policy'],
    [404, 'policy'],
    [410, 'policy'],
    [413, 'content'],
    [422, 'content'],
    [408, 'later'],
    [425, 'later'],
    [429, 'later'],
    [500, 'later'],
    [503, 'later'],
  ])('status %i means %s, and a redirect is not followed', async (status, meaning) => {
    let requests = 0;
    const server = await webServer((_request, _body, response) => {
      requests += 1;
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
    const channel = webhookChannel({ allowPrivate: true });
    const handover = await channel.send(call(server.url, 'k'), yes);
    expect(handover.result === 'refused' ? handover.about : handover.result).toBe(meaning);
    expect(requests).toBe(1);
    await channel.close();
    await server.stop();
  });

  test('Retry-After is honoured, in seconds and as a date, for at most a day', async () => {
    const values = ['120', 'Sun, 01 Mar 2026 10:00:00 GMT', '999999999', 'soon'];
    const server = await webServer((_request, _body, response) => response.writeHead(429, { 'retry-after': values.shift() }).end());
    const now = Date.UTC(2026, 2, 1, 9, 30);
    const channel = webhookChannel({ allowPrivate: true, now: () => now });
    const expected = [now + 120_000, Date.UTC(2026, 2, 1, 10), now + 86_400_000, null];
    for (const retryAt of expected) expect(await channel.send(call(server.url, 'k'), yes)).toMatchObject({ result: 'later', retryAt });
    await channel.close();
    await server.stop();
  });

  test('an endless answer is read for its first 2 kB, a stalled one does not undo its status, a silent one is later', async () => {
    const server = await webServer((request, _body, response) => {
      if (request.url === '/endless') {
        const pour = (): void => {
          while (!response.destroyed && response.write('x'.repeat(10_000)));
          if (!response.destroyed) response.once('drain', pour);
        };
        pour();
      } else if (request.url === '/stalled') response.write('so f');
    });
    const channel = webhookChannel({ allowPrivate: true, timeoutMs: 300 });
    const endless = await channel.send(call(`${server.url}/endless`, 'k'), yes);
    expect(endless).toMatchObject({ result: 'sent' });
    expect('answer' in endless && endless.answer.length).toBeLessThan(600);
    expect(await channel.send(call(`${server.url}/stalled`, 'k'), yes)).toMatchObject({ result: 'sent', answer: '200 so f' });
    expect(await channel.send(call(`${server.url}/silent`, 'k'), yes)).toMatchObject({ result: 'later' });
    await channel.close();
    await server.stop();
  });

  test('a wrong secret or key is refused, not thrown', async () => {
    const channel = webhookChannel({ allowPrivate: true });
    expect(await channel.send({ ...call('http://127.0.0.1:1/', 'k'), secret: '%%%' }, yes)).toMatchObject({
      result: 'refused',
      about: 'policy',
    });
    expect(await channel.send(call('http://127.0.0.1:1/', 'k\r\nX-Evil: 1'), yes)).toMatchObject({ result: 'refused', about: 'content' });
    await channel.close();
  });

  test.each([
    'http://127.0.0.1/',
    'http://localhost/',
    'http://0/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://017700000001/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::]/',
    'http://[::1]/',
    'http://[fe80::1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://[fd00:ec2::254]/',
    'http://100.64.0.1/',
    'http://10.1.2.3/',
    'http://192.168.0.1/',
    'http://172.16.0.1/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://127。0。0。1/',
    'http://user@example.com/',
    'http://a:b@127.0.0.1/',
    'gopher://example.com/',
    'file:///etc/passwd',
    'https://example.com:25/',
    'https://example.com:5432/',
    'not a url',
  ])('%s is not called', async (url) => {
    const channel = webhookChannel({ allowPrivate: false, timeoutMs: 2_000 });
    let asked = 0;
    const handover = await channel.send(call(url, 'k'), async () => {
      asked += 1;
      return true;
    });
    expect(handover).toMatchObject({ result: 'refused', about: 'policy' });
    expect(asked).toBe(0);
    await channel.close();
  });

  test('the check is made on the address that is connected to: a name that leads home is refused', async () => {
    let reached = false;
    const inside = createTcpServer(() => (reached = true));
    await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
    const { port } = inside.address() as AddressInfo;
    const channel = webhookChannel({ allowPrivate: false, timeoutMs: 2_000 });
    expect(refuseUrl(`http://localhost:${port}/`, false)).toBeNull();
    expect(await channel.send(call(`http://localhost:${port}/`, 'k'), yes)).toMatchObject({ result: 'refused', about: 'policy' });
    expect(await new Promise((resolve) => publicLookup('localhost', { all: true }, (error) => resolve(error?.name)))).toBe(
      'AddressRefused',
    );
    expect(reached).toBe(false);
    await channel.close();
    await new Promise((resolve) => inside.close(resolve));
  });

  test('public addresses are public', () => {
    for (const address of ['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'])
      expect(isPublicAddress(address)).toBe(true);
    for (const address of [
      '0.0.0.0',
      '255.255.255.255',
      '224.0.0.1',
      '198.18.0.1',
      '::ffff:8.8.8.8',
      '2001:db8::1',
      'ff02::1',
      'fe80::1%eth0',
      'example.com',
      '',
    ])
      expect(isPublicAddress(address)).toBe(false);
  });
});
