import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { OutgoingEmail } from './channel.ts';
import type { Channel, Handover } from './channel.ts';
import { oneLine, readQueueId, readRefusal, type SmtpStage } from './smtp-answer.ts';

/**
 * Mail over SMTP: a few connections that are kept and used again.
 *
 * A connection is: opening (connect, greeting, EHLO, STARTTLS, login) → busy (one message) → idle → busy … → leaving (QUIT) → gone.
 * It leaves after `messagesPerConnection`, after `idleMs` without work and when the channel closes; it is dropped at once when
 * anything but a clean answer came back.
 *
 * A message is: waiting for a connection → envelope (MAIL, RCPT, DATA) → body → answered. Until the first byte of the body a failure
 * means that nothing was sent; from there until the last answer nobody can say, so a failure is `uncertain`.
 */
export interface SmtpChannelOptions {
  /** smtp://user:pass@host:port or smtps://…; ?name= (EHLO name), ?requireTLS=true, ?ignoreTLS=true, ?rejectUnauthorized=false. */
  url: string;
  /** Connections at once [8]. */
  connections?: number;
  /** What the channel is called in the log and in the admin ["smtp"]. */
  name?: string;
  /** Messages handed over before a connection is replaced; many servers stop at 100 [100]. */
  messagesPerConnection?: number;
  /** How long an unused connection stays open [30 s]. */
  idleMs?: number;
  /** TCP, TLS and login together [15 s]; the greeting [15 s]; silence during a dialogue, the answer to the body too [120 s]. */
  timeouts?: { connectMs?: number; greetingMs?: number; silenceMs?: number };
}

interface Target {
  host: string;
  port: number;
  secure: boolean;
  auth: { user: string; pass: string } | null;
  ehloName: string | undefined;
  requireTLS: boolean;
  ignoreTLS: boolean;
  rejectUnauthorized: boolean;
}

/** Reads the mail server's address. What it throws never repeats the address, which may hold a password. */
export function readSmtpUrl(text: string): Target {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new Error('the mail server must be given as smtp://user:password@host:port');
  }
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') throw new Error('the mail server must begin with smtp:// or smtps://');
  if (url.hostname === '') throw new Error('the mail server has no host');
  const flag = (name: string, otherwise: boolean): boolean => {
    const value = url.searchParams.get(name);
    if (value === null) return otherwise;
    if (value !== 'true' && value !== 'false') throw new Error(`${name} of the mail server must be true or false`);
    return value === 'true';
  };
  for (const name of url.searchParams.keys())
    if (!['name', 'requireTLS', 'ignoreTLS', 'rejectUnauthorized'].includes(name))
      throw new Error(`the mail server has an unknown setting "${name}"; known are name, requireTLS, ignoreTLS and rejectUnauthorized`);
  const secure = url.protocol === 'smtps:' || url.port === '465';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    auth: url.username === '' ? null : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    ehloName: url.searchParams.get('name') ?? undefined,
    requireTLS: flag('requireTLS', false),
    ignoreTLS: flag('ignoreTLS', false),
    rejectUnauthorized: flag('rejectUnauthorized', true),
  };
}

/** An address that fits into an SMTP command as it stands: ASCII (a domain in its xn-- form), no blanks, no brackets. */
const plainAddress = /^[!-;=?-~]+@[!-;=?-~]+$/;

type SmtpError = Error & { code?: string; response?: string; responseCode?: number; command?: string };

interface Kept {
  connection: SMTPConnection;
  used: number;
  alive: boolean;
  idleTimer: NodeJS.Timeout | null;
  /** Who has to hear that the connection ended; one at a time, because a connection carries one thing at a time. */
  onEnd: (() => void) | null;
}

/** What one attempt over one connection came to. `lost`: the connection broke before the body, so another one may try. */
type Attempt = { handover: Handover; reuse: 'as-is' | 'reset' | 'no'; lost: boolean };

export function smtpChannel(options: SmtpChannelOptions): Channel<OutgoingEmail> {
  const target = readSmtpUrl(options.url);
  const most = options.connections ?? 8;
  const messagesPerConnection = options.messagesPerConnection ?? 100;
  const idleMs = options.idleMs ?? 30_000;
  const timeouts = { connectMs: 15_000, greetingMs: 15_000, silenceMs: 120_000, ...options.timeouts };

  const idle: Kept[] = [];
  const all = new Set<Kept>();
  const waiting: (() => void)[] = [];
  let busy = 0;
  let closed = false;

  /** The other side's words, or what happened to the connection; never the password. */
  const say = (error: SmtpError): string => {
    const words = oneLine(error.response ?? error.message);
    return target.auth === null || target.auth.pass.length < 4 ? words : words.replaceAll(target.auth.pass, '…');
  };

  /** Takes a connection out of its rest, for work or for good. */
  function unrest(kept: Kept): void {
    if (kept.idleTimer !== null) clearTimeout(kept.idleTimer);
    kept.idleTimer = null;
    const at = idle.lastIndexOf(kept);
    if (at !== -1) idle.splice(at, 1);
  }

  function drop(kept: Kept): void {
    if (!kept.alive) return;
    kept.alive = false;
    unrest(kept);
    all.delete(kept);
    kept.connection.close();
    kept.onEnd?.();
  }

  /** Says QUIT and does not wait long for the answer. */
  function leave(kept: Kept): Promise<void> {
    if (!kept.alive) return Promise.resolve();
    unrest(kept);
    return new Promise((resolve) => {
      const timer = setTimeout(() => drop(kept), 1_000);
      kept.onEnd = () => {
        clearTimeout(timer);
        resolve();
      };
      kept.connection.quit();
    });
  }

  async function open(): Promise<Kept> {
    const connection = new SMTPConnection({
      host: target.host,
      port: target.port,
      secure: target.secure,
      requireTLS: target.requireTLS,
      ignoreTLS: target.ignoreTLS,
      ...(target.ehloName === undefined ? {} : { name: target.ehloName }),
      tls: { rejectUnauthorized: target.rejectUnauthorized },
      connectionTimeout: timeouts.connectMs,
      greetingTimeout: timeouts.greetingMs,
      dnsTimeout: timeouts.connectMs,
      socketTimeout: timeouts.silenceMs,
      socketCloseTimeout: 0,
      logger: false,
    });
    const kept: Kept = { connection, used: 0, alive: true, idleTimer: null, onEnd: null };
    all.add(kept);
    try {
      await new Promise<void>((resolve, reject) => {
        connection.on('error', reject);
        connection.once('end', () => {
          reject(new Error('the connection was closed'));
          // Later on, a connection that ends by itself is only forgotten; a message under way hears of it through its own callback.
          drop(kept);
        });
        connection.connect((error) => {
          if (error) return reject(error);
          if (target.auth === null || !connection.allowsAuth) return resolve();
          connection.login({ user: target.auth.user, pass: target.auth.pass }, (refused) => (refused ? reject(refused) : resolve()));
        });
      });
    } catch (error) {
      drop(kept);
      throw error;
    }
    return kept;
  }

  /** A connection without work neither keeps the process alive nor stays for ever. */
  function rest(kept: Kept): void {
    if (kept.connection._socket) kept.connection._socket.unref();
    kept.idleTimer = setTimeout(() => void leave(kept), idleMs).unref();
    idle.push(kept);
  }

  function wake(kept: Kept): void {
    unrest(kept);
    if (kept.connection._socket) kept.connection._socket.ref();
  }

  function handOver(kept: Kept, message: OutgoingEmail, stillOwned: () => Promise<boolean>): Promise<Attempt> {
    return new Promise((resolve) => {
      let begun = false;
      let settled = false;
      const settle = (attempt: Attempt): void => {
        if (settled) return;
        settled = true;
        kept.onEnd = null;
        resolve(attempt);
      };
      const stop = (handover: Handover): void => {
        settle({ handover, reuse: 'no', lost: false });
        // Without the closing dot the other side throws away what it has.
        drop(kept);
      };
      // nodemailer reads this stream only after DATA was answered with 354, so its first read is the last moment to say no.
      const body = new Readable({
        read() {
          stillOwned().then(
            (owned) => {
              if (settled) return;
              if (!owned) return stop({ result: 'disowned' });
              begun = true;
              body.push(message.raw);
              body.push(null);
            },
            // Nobody could say whose message it is; nothing has left, so it may be tried again.
            () => stop({ result: 'later', retryAt: null, answer: 'it could not be read again whose message this is' }),
          );
        },
      });
      // nodemailer tells a lost connection through the callback of send, after its end; this is for an end that it keeps to itself.
      kept.onEnd = () =>
        setImmediate(() => settle(readFailure(Object.assign(new Error('the connection was closed'), { code: 'ECONNECTION' }), begun)));
      kept.connection.send({ from: message.envelope.from, to: [message.envelope.to], size: message.raw.length }, body, (error, info) => {
        if (!error) {
          const answer = info?.response ?? '';
          return settle({
            handover: { result: 'sent', providerId: readQueueId(answer), answer: oneLine(answer) },
            reuse: 'as-is',
            lost: false,
          });
        }
        settle(readFailure(error, begun));
      });
    });
  }

  function readFailure(error: SmtpError, begun: boolean): Attempt {
    const answer = say(error);
    const { response, responseCode } = error;
    // An answer to one of our commands decides; 421 besides means that the connection ends.
    if (
      response !== undefined &&
      responseCode !== undefined &&
      responseCode >= 400 &&
      (error.code === 'EENVELOPE' || error.code === 'EMESSAGE')
    ) {
      const handover = readRefusal(stageOf(error, begun), response);
      return {
        handover: 'answer' in handover ? { ...handover, answer } : handover,
        reuse: responseCode === 421 ? 'no' : 'reset',
        lost: responseCode === 421 && !begun,
      };
    }
    if (begun) return { handover: { result: 'uncertain', answer }, reuse: 'no', lost: false };
    // Found out before a word was said: larger than the SIZE that the server announced.
    if (error.code === 'EMESSAGE')
      return { handover: { result: 'refused', permanent: true, about: 'content', answer }, reuse: 'as-is', lost: false };
    return {
      handover: { result: 'later', retryAt: null, answer },
      reuse: 'no',
      lost: error.code === 'ECONNECTION' || error.code === 'ESOCKET',
    };
  }

  async function attempt(message: OutgoingEmail, stillOwned: () => Promise<boolean>): Promise<Handover> {
    for (;;) {
      const rested = idle.at(-1);
      let kept: Kept;
      try {
        kept = rested ?? (await open());
      } catch (error) {
        return { result: 'later', retryAt: null, answer: say(error as SmtpError) };
      }
      wake(kept);
      kept.used += 1;
      const { handover, reuse, lost } = await handOver(kept, message, stillOwned);
      await putBack(kept, reuse);
      // The other side may end a connection while it rests; that is no reason to keep the message waiting.
      if (lost && rested !== undefined) continue;
      return handover;
    }
  }

  async function putBack(kept: Kept, reuse: Attempt['reuse']): Promise<void> {
    if (!kept.alive) return;
    if (reuse === 'no') return drop(kept);
    if (closed || kept.used >= messagesPerConnection) return void leave(kept);
    if (reuse === 'reset') {
      // The refused message is still open on the other side (RFC 5321 §4.1.1.5).
      const clean = await new Promise<boolean>((resolve) => {
        kept.onEnd = () => resolve(false);
        kept.connection.reset((error) => resolve(!error));
      });
      kept.onEnd = null;
      if (!clean) return drop(kept);
    }
    if (kept.alive) rest(kept);
  }

  return {
    name: options.name ?? 'smtp',
    kind: 'email',
    idempotent: false,
    concurrency: most,

    async send(message, stillOwned) {
      if (!plainAddress.test(message.envelope.to))
        return { result: 'refused', permanent: true, about: 'address', answer: 'the address cannot be written in an SMTP command' };
      if (!plainAddress.test(message.envelope.from))
        return { result: 'refused', permanent: true, about: 'policy', answer: 'the sender address cannot be written in an SMTP command' };
      if (busy >= most) await new Promise<void>((resolve) => waiting.push(resolve));
      else busy += 1;
      try {
        if (closed) return { result: 'later', retryAt: null, answer: 'the channel is closed' };
        return await attempt(message, stillOwned);
      } finally {
        // The place goes to whoever waits longest.
        const next = waiting.shift();
        if (next === undefined) busy -= 1;
        else next();
      }
    },

    async verify() {
      let kept: Kept;
      try {
        kept = await open();
      } catch (error) {
        throw new Error(say(error as SmtpError));
      }
      await leave(kept);
    },

    /** Lets what is under way finish for at most ten seconds, then takes every connection down. */
    async close() {
      closed = true;
      await Promise.all(idle.slice().map(leave));
      for (let waited = 0; all.size > 0 && waited < 10_000; waited += 20) await new Promise((resolve) => setTimeout(resolve, 20));
      for (const kept of [...all]) drop(kept);
    },
  };
}

function stageOf(error: SmtpError, begun: boolean): SmtpStage {
  if (begun) return 'body';
  if (error.command === 'MAIL FROM') return 'mail';
  return error.command === 'RCPT TO' ? 'rcpt' : 'data';
}
