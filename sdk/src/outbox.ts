import type { Store } from './store.ts';

const batchMessagesMax = 100;
const batchBytesMax = 450_000;
/** Browsers let 64 KiB of beacons and keepalive requests be under way. */
const leavingBytesMax = 60_000;
const memoryMax = 1000;
const storedMax = 200;
const gatherMs = 300;
const backoffFirstMs = 1000;
const backoffMaxMs = 60_000;
const retryAfterMaxMs = 3_600_000;
/** Room for `sentAt` in each message, and for the envelope around the batch. */
const messageExtraBytes = 40;
const envelopeBytes = 300;

export const newest = <T>(list: T[], max: number): T[] => list.slice(-max);

/**
 * Messages on their way, as JSON text, so that a repeated attempt repeats the same message ids.
 * waiting for company (300 ms) → under way → gone (2xx, or a 4xx that no repetition would cure) or waiting for the next attempt.
 * A message may be delivered twice (two tabs, a beacon beside a request), never under two ids.
 */
export function openOutbox(url: string, writeKey: string, store: Store) {
  let queue: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let underWay = false;
  let failures = 0;
  /** The queue as it was left last: leaving twice (pagehide, then hidden) sends once. */
  let left: string[] = queue;

  function stored(): string[] {
    const found = store.read<string[]>('queue');
    return Array.isArray(found) ? found : [];
  }

  function body(batch: string[]): string {
    const sentAt = JSON.stringify(new Date().toISOString());
    const messages = batch.map((message) => message.slice(0, -1) + ',"sentAt":' + sentAt + '}');
    return '{"writeKey":' + JSON.stringify(writeKey) + ',"batch":[' + messages + '],"sentAt":' + sentAt + '}';
  }

  /** The first messages that go together, at least one. */
  function fitting(messages: string[], bytesMax: number): string[] {
    let bytes = envelopeBytes;
    const tooMany = messages.findIndex((message, at) => {
      bytes += size(message);
      return at === batchMessagesMax || (bytes > bytesMax && at > 0);
    });
    return tooMany < 0 ? messages : messages.slice(0, tooMany);
  }

  function forget(batch: string[]): void {
    const rest = (list: string[]) => list.filter((message) => !batch.includes(message));
    queue = rest(queue);
    store.write('queue', rest(stored()));
  }

  /** Milliseconds to wait before the next attempt; undefined when there is nothing to repeat. */
  async function post(batch: string[], keepalive: boolean): Promise<number | undefined> {
    // text/plain needs no preflight; our own server wants no cookies.
    const request = {
      method: 'POST',
      body: body(batch),
      keepalive,
      headers: { 'content-type': 'text/plain' },
      credentials: 'omit',
    } as const;
    const answer = await fetch(url, request).catch(() => undefined);
    if (answer && answer.status < 500 && answer.status !== 429 && answer.status !== 408) {
      if (!answer.ok) console.warn('throughline: refused with ' + answer.status);
      return undefined;
    }
    const backoff = Math.min(backoffMaxMs, backoffFirstMs * 2 ** failures++) * (0.5 + Math.random() / 2);
    return Math.max(backoff, Math.min(retryAfterMaxMs, retryAfterMs(answer?.headers.get('retry-after'))));
  }

  async function flush(): Promise<void> {
    timer = undefined;
    if (underWay || !queue.length) return;
    underWay = true;
    const batch = fitting(queue, batchBytesMax);
    const waitMs = await post(batch, false);
    underWay = false;
    if (waitMs === undefined) {
      failures = 0;
      forget(batch);
    }
    if (queue.length) schedule(waitMs ?? 0);
  }

  function schedule(ms: number): void {
    if (!underWay && timer === undefined) timer = setTimeout(flush, ms);
  }

  return {
    add(message: object): void {
      const json = JSON.stringify(message);
      if (size(json) + envelopeBytes > batchBytesMax) {
        console.warn('throughline: dropped a message above 450 kB');
        return;
      }
      queue = newest([...queue, json], memoryMax);
      store.write('queue', newest([...stored(), json], storedMax));
      schedule(gatherMs);
    },
    /** Takes what an earlier page could not deliver. */
    recover(): void {
      queue = [...new Set([...stored(), ...queue])];
      if (queue.length) schedule(gatherMs);
    },
    clear(): void {
      forget(queue);
    },
    /** The page may never come back. A beacon's fate cannot be seen: it is believed only while the server is well. */
    leave(): void {
      for (let rest = queue === left ? [] : queue; rest.length; ) {
        const batch = fitting(rest, leavingBytesMax);
        rest = rest.slice(batch.length);
        if (!navigator.sendBeacon?.(url, body(batch)))
          post(batch, true).then((waitMs) => {
            if (waitMs === undefined) forget(batch);
          });
        else if (!failures && !underWay) forget(batch);
      }
      left = queue;
    },
  };
}

const size = (message: string): number => new Blob([message]).size + messageExtraBytes;

/** Seconds or an HTTP date (RFC 9110 §10.2.3); 0 when absent or hidden, since other origins must expose the header. */
function retryAfterMs(value: string | null | undefined): number {
  if (!value) return 0;
  const ms = Number(value) * 1000;
  return (Number.isNaN(ms) ? Date.parse(value) - Date.now() : ms) || 0;
}
