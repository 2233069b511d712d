import type { FastifyInstance } from 'fastify';
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { lagNames } from '#operations/lags.ts';
import { inboxDepth } from '#store/inbox.ts';
import type { HttpHouse } from './house.ts';

/** Statuses in which a message waits for something. */
const shownStatuses = ['queued', 'held', 'sending', 'uncertain'] as const;

/** For operators: is it alive, can it take work, and how it fares. Numbers only; nothing about people. */
export function registerHealth(app: FastifyInstance, house: HttpHouse): void {
  const { deps } = house;
  app.get('/health/live', async () => ({ status: 'live' }));
  app.get('/health/ready', async (_request, reply) => {
    try {
      await deps.db.asOwner((tx) => tx.query('select 1'));
      return { status: 'ready', database: deps.db.dialect };
    } catch {
      return reply.code(503).send({ status: 'not ready', why: 'the database does not answer' });
    }
  });

  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const lag = new Gauge({
    name: 'throughline_lag_ms',
    help: 'How long things took over the last five minutes',
    labelNames: ['what', 'quantile'],
    registers: [registry],
  });
  const waiting = new Gauge({ name: 'throughline_inbox_facts', help: 'Facts that wait, counted up to 100,000', registers: [registry] });
  const messages = new Gauge({ name: 'throughline_messages', help: 'Messages by status', labelNames: ['status'], registers: [registry] });
  app.get('/metrics', async (_request, reply) => {
    const read = deps.lags.read(deps.now());
    for (const name of lagNames)
      for (const quantile of ['p50', 'p95', 'p99'] as const) lag.set({ what: name, quantile }, read[name][quantile]);
    const ids = await deps.workspaces.ids();
    await deps.db.transaction({ workspaces: ids }, async (tx) => {
      waiting.set(await inboxDepth(tx, 100_000));
      const counts = new Map(
        (await tx.query('select status, count(*) as n from message where status = any($1) group by status', [[...shownStatuses]])).map(
          (row) => [row.status, row.n],
        ),
      );
      // A gauge keeps its last value: a status that no message has any more is set to 0.
      for (const status of shownStatuses) messages.set({ status }, counts.get(status) ?? 0);
    });
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}
