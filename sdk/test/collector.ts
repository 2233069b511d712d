import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Message {
  type: string;
  event?: string;
  name?: string;
  properties: Record<string, unknown>;
  traits: Record<string, unknown>;
  messageId: string;
  anonymousId: string;
  userId?: string;
  timestamp: string;
  sentAt: string;
  context: Record<string, unknown> & { consent?: { categoryPreferences: Record<string, boolean> }; page: Record<string, string> };
}

export interface Received {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: { writeKey: string; sentAt: string; batch: Message[] };
  bytes: number;
  at: number;
}

/** How the next request ends: a status, or the line cut without an answer. */
export type Failure = { status: number; retryAfter?: string } | 'cut';

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function stopper(server: Server) {
  return async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  };
}

/** Throughline as the tracker sees it: /t.js and /v1/batch, on an origin of its own. Records what arrives and fails as told. */
export async function startCollector(script: string) {
  const received: Received[] = [];
  const failures: Failure[] = [];
  const server = createServer(async (request, response) => {
    if (request.url === '/t.js') return void response.setHeader('content-type', 'text/javascript').end(script);
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    received.push({
      method: request.method!,
      path: request.url!,
      headers: request.headers,
      body: text ? JSON.parse(text) : undefined,
      bytes: Buffer.byteLength(text),
      at: Date.now(),
    });
    const failure = failures.shift();
    if (failure === 'cut') return void request.socket.destroy();
    response.setHeader('access-control-allow-origin', '*').setHeader('access-control-expose-headers', 'retry-after');
    if (failure?.retryAfter) response.setHeader('retry-after', failure.retryAfter);
    response.writeHead(failure?.status ?? 200).end('{}');
  });
  return {
    origin: await listen(server),
    received,
    failures,
    /** Each message once, as ingest takes it: a slow answer may bring it twice under its id. */
    messages: () => [...new Map(received.flatMap(({ body }) => body.batch).map((message) => [message.messageId, message])).values()],
    forget() {
      received.length = 0;
      failures.length = 0;
    },
    stop: stopper(server),
  };
}

/** The customer's site: every path answers the same page, with what the test puts into its head. */
export async function startSite() {
  const site = { head: '' };
  const server = createServer((request, response) => {
    if (request.url === '/favicon.ico') return void response.writeHead(204).end();
    response
      .setHeader('content-type', 'text/html')
      .end(`<!doctype html><title>${request.url!.split('?')[0]}</title>${site.head}<h1>Shop</h1>`);
  });
  return Object.assign(site, { origin: await listen(server), stop: stopper(server) });
}
