import type { FastifyInstance } from 'fastify';
import { second } from '#contract/instant.ts';
import type { LiveTopic } from '#contract/routes/operate.ts';
import { readCaller } from './caller.ts';
import type { HttpHouse } from './house.ts';

/** GET /api/live: what changes in a workspace, as server-sent events, at most one a second. */
export function registerLive(app: FastifyInstance, house: HttpHouse): void {
  const open = new Set<() => void>();
  app.addHook('preClose', async () => {
    for (const close of open) close();
  });
  app.get('/api/live', async (request, reply) => {
    const { workspace } = await readCaller(house, request);
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      connection: 'keep-alive',
    });
    raw.write('retry: 2000\n\n');
    const gathered = new Set<LiveTopic>();
    const off = house.deps.bus.onChange((id, topics) => {
      if (id === workspace.id) for (const topic of topics) gathered.add(topic);
    });
    let quiet = 0;
    const timer = setInterval(() => {
      if (gathered.size > 0) {
        raw.write(`data: ${JSON.stringify({ topics: [...gathered] })}\n\n`);
        gathered.clear();
        quiet = 0;
      } else if (++quiet % 20 === 0) raw.write(': still here\n\n');
    }, second);
    const close = (): void => {
      clearInterval(timer);
      off();
      open.delete(close);
      raw.end();
    };
    open.add(close);
    request.raw.on('close', close);
  });
}
