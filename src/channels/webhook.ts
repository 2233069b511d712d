import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { day, type Instant, second } from '#contract/instant.ts';
import type { Channel, Handover, OutgoingWebhook } from './channel.ts';
import { AddressRefused, isPublicAddress, publicLookup } from './public-address.ts';

/**
 * JSON to an address of the customer's, signed as https://www.standardwebhooks.com says: webhook-id is the message's key, so the
 * other side can tell a repeat from a new one, and that makes the channel idempotent.
 */
export interface WebhookChannelOptions {
  /** Whether addresses inside our own network may be called. Only for tests and for machines that stand alone. */
  allowPrivate: boolean;
  /** From the first try to connect until the last byte of the answer [15 s]. */
  timeoutMs?: number;
  /** Requests at once [16]. */
  concurrency?: number;
  /** The time that goes into the signature and from which Retry-After counts [Date.now]. */
  now?: () => Instant;
}

const answerBytesMax = 2_048;
/** Ports under 1024 other than the web's, and databases above: a signed POST has no business there. */
const otherServices = new Set([1433, 1521, 2049, 2375, 2379, 3306, 3389, 5432, 5672, 5900, 6379, 9042, 9092, 9200, 11211, 27017]);

/** Why an address may not be called, or null when it may. Names are checked again when they are connected to. */
export function refuseUrl(text: string, allowPrivate: boolean): string | null {
  if (!URL.canParse(text)) return 'the address is not a URL';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'the address must begin with https:// or http://';
  if (url.username !== '' || url.password !== '') return 'the address must not hold a user or a password';
  if (allowPrivate) return null;
  const port = url.port === '' ? 443 : Number(url.port);
  if ((port < 1024 && port !== 80 && port !== 443) || otherServices.has(port)) return `port ${port} is not a web port`;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host)) return new AddressRefused().message;
  return null;
}

export function webhookChannel(options: WebhookChannelOptions): Channel<OutgoingWebhook> {
  const { allowPrivate, timeoutMs = 15 * second, concurrency = 16, now = Date.now } = options;
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, maxFreeSockets: concurrency }),
    'https:': new HttpsAgent({ keepAlive: true, maxFreeSockets: concurrency }),
  };
  const under = new Set<ClientRequest>();
  let closed = false;

  function attempt(
    message: OutgoingWebhook,
    headers: Record<string, string>,
    stillOwned: () => Promise<boolean>,
  ): Promise<Handover | 'stale'> {
    return new Promise((resolve) => {
      const url = new URL(message.url);
      const https = url.protocol === 'https:';
      const request = (https ? httpsRequest : httpRequest)(url, {
        method: 'POST',
        agent: https ? agents['https:'] : agents['http:'],
        headers,
        ...(allowPrivate ? {} : { lookup: publicLookup }),
      });
      under.add(request);
      const settle = (handover: Handover | 'stale'): void => {
        clearTimeout(timer);
        under.delete(request);
        resolve(handover);
      };
      const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs / second} seconds`)), timeoutMs);

      // The body leaves only once the connection stands, and only if the message is still ours then.
      const hand = (): void => {
        stillOwned().then(
          (owned) => {
            if (request.destroyed) return;
            if (owned) return void request.end(message.body);
            settle({ result: 'disowned' });
            request.destroy();
          },
          () => request.destroy(new Error('it could not be read again whose message this is')),
        );
      };
      request.on('socket', (socket) => {
        if (!socket.connecting) hand();
        else socket.once(https ? 'secureConnect' : 'connect', hand);
      });
      let answered = false;
      request.on('response', (response) => {
        answered = true;
        void readStart(response).then((start) => {
          settle(readAnswer(response, start, now()));
          // What is left of a long answer is not read, so this connection cannot be used again.
          if (!response.complete) request.destroy();
        });
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (answered) return; // the status is known; only the rest of the answer is missing
        if (error instanceof AddressRefused) return settle({ result: 'refused', permanent: true, about: 'policy', answer: error.message });
        // A kept connection that the other side had just closed.
        if (request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')) return settle('stale');
        settle({ result: 'later', retryAt: null, answer: error.message });
      });
    });
  }

  return {
    name: 'webhook',
    kind: 'webhook',
    idempotent: true,
    concurrency,

    async send(message, stillOwned) {
      if (closed) return { result: 'later', retryAt: null, answer: 'the channel is closed' };
      const refusal = refuseUrl(message.url, allowPrivate);
      if (refusal !== null) return { result: 'refused', permanent: true, about: 'policy', answer: refusal };
      if (!/^[\x21-\x7e]{1,200}$/.test(message.key))
        return { result: 'refused', permanent: true, about: 'content', answer: 'the key cannot be written in a header' };
      const at = now();
      let signature: string;
      try {
        signature = new Webhook(message.secret).sign(message.key, new Date(at), message.body);
      } catch {
        return { result: 'refused', permanent: true, about: 'policy', answer: 'the signing secret must be whsec_ and base64' };
      }
      const headers = {
        'content-type': 'application/json; charset=utf-8',
        'content-length': String(Buffer.byteLength(message.body)),
        'user-agent': 'Throughline',
        'webhook-id': message.key,
        'webhook-timestamp': String(Math.floor(at / second)),
        'webhook-signature': signature,
      };
      for (let tries = 1; ; tries += 1) {
        const handover = await attempt(message, headers, stillOwned);
        if (handover !== 'stale') return handover;
        if (tries > concurrency) return { result: 'later', retryAt: null, answer: 'the connection was reset' };
      }
    },

    /** Every message names its own address, so there is nothing to greet. */
    async verify() {},

    async close() {
      closed = true;
      for (const request of under) request.destroy(new Error('the channel was closed'));
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}

/** The first bytes of the answer, as much as is worth keeping; a body that stops coming does not change the status. */
function readStart(response: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (): void => resolve(Buffer.concat(chunks).toString('utf8', 0, answerBytesMax));
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk.subarray(0, answerBytesMax - size));
      size += chunk.length;
      if (size >= answerBytesMax) {
        response.pause();
        finish();
      }
    });
    response.on('end', finish);
    response.on('error', finish);
    response.on('close', finish);
  });
}

/** Statuses that say something about this body rather than about us. */
const aboutContent = new Set([400, 411, 413, 414, 415, 422, 431]);

function readAnswer(response: IncomingMessage, start: string, now: Instant): Handover {
  const status = response.statusCode ?? 0;
  const answer = `${status} ${start
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 400)}`.trim();
  if (status >= 200 && status < 300) return { result: 'sent', providerId: null, answer, body: start };
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return { result: 'later', retryAt: readRetryAfter(response.headers['retry-after'], now), answer };
  if (status >= 300 && status < 400)
    return { result: 'refused', permanent: true, about: 'policy', answer: `${status}: redirects are not followed` };
  return { result: 'refused', permanent: true, about: aboutContent.has(status) ? 'content' : 'policy', answer };
}

/** Retry-After (RFC 9110 §10.2.3) is seconds or a date; nobody can make us wait longer than a day. */
function readRetryAfter(value: string | undefined, now: Instant): Instant | null {
  if (value === undefined) return null;
  const at = /^\d+$/.test(value.trim()) ? now + Number(value) * second : Date.parse(value);
  return Number.isNaN(at) ? null : Math.min(Math.max(at, now), now + day);
}
