import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/**
 * A mail server that takes everything, for tests and benchmarks: plain node:net, PIPELINING, answers scripted by the recipient.
 *
 * Recipients with a part in the play (everybody else is taken):
 *   rcpt-550-5.1.1@…      RCPT is answered with 550 5.1.1 (any code, the enhanced code may be missing)
 *   data-552-5.3.4@…      the finished body is answered with it
 *   nosuch@ policy@ full@ greylist@   RCPT: 550 5.1.1, 550 5.7.1, 552 5.2.2, 451 4.7.1
 *   fail-421@             RCPT: 421, and the connection closes
 *   drop-at-rcpt@         closes when it hears RCPT
 *   drop-in-data@         closes in the middle of the body
 *   drop-after-dot@       reads the whole body, closes without an answer
 *   slow@                 takes the body, answers after `slowMs`
 *   hang@ hang-at-rcpt@   never answers the body, or RCPT
 */
export interface SmtpSinkOptions {
  pipelining?: boolean;
  /** First line said to a new connection ["220 sink"]; null says nothing at all. */
  greeting?: string | null;
  /** More EHLO lines, such as "AUTH PLAIN". */
  extensions?: string[];
  /** The only user and password that are let in; null wants none [null]. */
  login?: { user: string; pass: string } | null;
  /** Keep the messages, or only count them [true]. */
  keep?: boolean;
  /** How long slow@ takes [300]. */
  slowMs?: number;
  /** Closes a connection after this many messages [never]. */
  closeAfter?: number;
}

export interface SinkMessage {
  from: string;
  to: string[];
  /** As the sender meant it: dot-stuffing taken out, without the closing dot. */
  raw: Buffer;
}

export interface SmtpSink {
  url: string;
  port: number;
  messages: SinkMessage[];
  count: number;
  /** Connections opened so far, and open now. */
  connections: number;
  open: number;
  close(): Promise<void>;
}

const endOfBody = Buffer.from('\r\n.\r\n');
const parts: Record<string, string> = {
  nosuch: '550 5.1.1 User unknown',
  policy: '550 5.7.1 Refused by local policy',
  full: '552 5.2.2 Mailbox full',
  greylist: '451 4.7.1 Greylisted, come back later',
};

const localPart = (address: string): string => address.slice(0, Math.max(0, address.lastIndexOf('@')));

/** "rcpt-550-5.1.1" → "550 5.1.1 scripted". */
function scripted(stage: 'rcpt' | 'data', local: string): string | null {
  const match = /^(rcpt|data)-(\d{3})(?:-(\d\.\d+\.\d+))?/.exec(local);
  if (match?.[1] !== stage) return null;
  return `${match[2]} ${match[3] ? match[3] + ' ' : ''}scripted answer`;
}

export async function smtpSink(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
  const {
    pipelining = true,
    greeting = '220 sink ESMTP',
    extensions = [],
    login = null,
    keep = true,
    slowMs = 300,
    closeAfter = Number.POSITIVE_INFINITY,
  } = options;
  const sockets = new Set<Socket>();
  const ehlo = ['sink', ...(pipelining ? ['PIPELINING'] : []), '8BITMIME', ...(login ? ['AUTH PLAIN'] : []), ...extensions];
  const ehloAnswer = ehlo.map((line, index) => `250${index === ehlo.length - 1 ? ' ' : '-'}${line}\r\n`).join('');

  const serve = (socket: Socket): void => {
    sockets.add(socket);
    sink.connections += 1;
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let from = '';
    let to: string[] = [];
    let body: Buffer[] | null = null;
    let rest: Buffer = Buffer.alloc(0);
    let taken = 0;
    let allowed = login === null;
    let out = '';

    const bodyDone = (raw: Buffer): void => {
      const local = localPart(to[0] ?? '');
      if (local === 'drop-after-dot') return void socket.destroy();
      const answer = scripted('data', local) ?? `250 2.0.0 Ok: queued as Q${sink.count + 1}`;
      if (answer.startsWith('2')) {
        sink.count += 1;
        taken += 1;
        if (keep) sink.messages.push({ from, to, raw });
      }
      from = '';
      to = [];
      if (local === 'hang') return;
      if (local === 'slow') return void setTimeout(() => socket.write(answer + '\r\n'), slowMs);
      out += answer + '\r\n';
    };

    const command = (line: string): void => {
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'EHLO') out += ehloAnswer;
      else if (verb === 'HELO') out += '250 sink\r\n';
      else if (verb === 'AUTH') {
        const [, user, pass] = Buffer.from(line.split(' ')[2] ?? '', 'base64')
          .toString()
          .split('\0');
        allowed = user === login?.user && pass === login?.pass;
        out += allowed ? '235 2.7.0 Welcome\r\n' : '535 5.7.8 Wrong user or password\r\n';
      } else if (verb === 'MAIL') {
        from = /<([^>]*)>/.exec(line)?.[1] ?? '';
        to = [];
        const answer = !allowed
          ? '530 5.7.0 Authentication required'
          : localPart(from) === 'banned'
            ? '550 5.7.1 Sender refused'
            : '250 2.1.0 Ok';
        if (!answer.startsWith('2')) from = '';
        out += answer + '\r\n';
      } else if (verb === 'RCPT') {
        const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
        const local = localPart(address);
        if (local === 'drop-at-rcpt') return void socket.destroy();
        if (local === 'hang-at-rcpt') return;
        if (local === 'fail-421') {
          socket.end(out + '421 4.3.2 Closing down\r\n');
          return;
        }
        const answer = from === '' ? '503 5.5.1 Need MAIL first' : (parts[local] ?? scripted('rcpt', local) ?? '250 2.1.5 Ok');
        if (answer.startsWith('2')) to.push(address);
        out += answer + '\r\n';
      } else if (verb === 'DATA') {
        if (to.length === 0) out += '554 5.5.1 No valid recipients\r\n';
        else {
          body = [];
          out += '354 Go ahead\r\n';
        }
      } else if (verb === 'RSET' || verb === 'NOOP') {
        from = '';
        to = [];
        out += '250 2.0.0 Ok\r\n';
      } else if (verb === 'QUIT') {
        socket.end(out + '221 2.0.0 Bye\r\n');
        out = '';
      } else out += '502 5.5.2 Unknown command\r\n';
    };

    socket.on('data', (chunk: Buffer) => {
      let data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      rest = Buffer.alloc(0);
      while (data.length > 0 && !socket.destroyed) {
        if (body !== null) {
          if (localPart(to[0] ?? '') === 'drop-in-data') {
            socket.destroy();
            break;
          }
          // An empty body is ".\r\n" at once; any other ends with CRLF . CRLF.
          const end = data.subarray(0, 3).toString('latin1') === '.\r\n' ? -2 : data.indexOf(endOfBody);
          if (end === -1) {
            rest = data;
            break;
          }
          const stuffed = data.subarray(0, end + 2);
          data = data.subarray(end + 5);
          body = null;
          bodyDone(keep ? Buffer.from(('\r\n' + stuffed.toString('latin1')).replaceAll('\r\n..', '\r\n.').slice(2), 'latin1') : stuffed);
          continue;
        }
        const newline = data.indexOf(10);
        if (newline === -1) {
          rest = data;
          break;
        }
        const line = data.toString('utf8', 0, newline).trimEnd();
        data = data.subarray(newline + 1);
        command(line);
      }
      if (out !== '' && socket.writable) socket.write(out);
      out = '';
      if (taken >= closeAfter) socket.end();
    });
    if (greeting !== null) {
      socket.write(greeting + '\r\n');
      if (!greeting.startsWith('220')) socket.end();
    }
  };

  const server: Server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const sink: SmtpSink = {
    url: `smtp://127.0.0.1:${port}`,
    port,
    messages: [],
    count: 0,
    connections: 0,
    get open() {
      return sockets.size;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return sink;
}
