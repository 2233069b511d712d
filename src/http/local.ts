import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '#contract/problems.ts';
import { backupLines } from '#operations/backup.ts';
import { isLocal } from './caller.ts';
import type { HttpHouse } from './house.ts';

/** What only commands on the same machine may ask of a running server: a sign-in link, a backup. They know the secret from a file beside the data. */
export function registerLocal(app: FastifyInstance, house: HttpHouse): void {
  const check = (request: FastifyRequest): void => {
    const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer === undefined || !isLocal(house, bearer)) throw new Problem('route-unknown');
  };
  app.post('/local/link', async (request) => {
    check(request);
    return { token: await house.doorkeeper.newSignInToken() };
  });
  app.get('/local/backup', async (request, reply) => {
    check(request);
    return reply.type('application/x-ndjson').send(Readable.from(backupLines(house.deps)));
  });
}
