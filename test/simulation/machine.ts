import type { FastifyInstance } from 'fastify';
import type { Instant } from '#contract/instant.ts';
import { buildServer } from '#http/server.ts';
import { type House, openHouse, readConfig } from '#main';
import type { Log } from '#operations/deps.ts';
import type { Database } from '#store/database.ts';
import { Life } from './mortal.ts';
import type { Claim, PostOffice } from './post-office.ts';

export const publicUrl = 'https://go.example';
export const writeKey = 'simulated-write-key-of-32-characters';
export const apiKey = 'simulated-api-key-of-32-characters-';

/** One process of the product: it takes requests, works and sends, until it dies. */
export interface Machine {
  name: string;
  life: Life;
  house: House;
  app: FastifyInstance;
  /** The check that its claim under way was made by. */
  claim: Claim;
}

export interface MachineParts {
  db: Database;
  now: () => Instant;
  newId: (at: Instant) => string;
  post: PostOffice;
  concurrency: number;
  onError: (fields: Record<string, unknown>, message: string, life: Life) => void;
}

/** Starts a process on the database, as main does, but for the loops: the simulator turns those by hand. */
export async function startMachine(name: string, parts: MachineParts): Promise<Machine> {
  const life = new Life();
  const log: Log = { info: () => undefined, warn: () => undefined, error: (fields, message) => parts.onError(fields, message, life) };
  const config = readConfig({ PUBLIC_URL: publicUrl, LOG_LEVEL: 'silent', THROUGHLINE_PRACTICE: 'off' });
  const house = await openHouse(config, {
    db: life.around(parts.db),
    now: parts.now,
    newId: parts.newId,
    log,
    channels: { email: parts.post.channelFor(life, 'email', parts.concurrency), webhook: parts.post.channelFor(life, 'webhook', 1) },
  });
  house.deps.failpoint = (place) => life.pass(place);
  house.sending.failpoint = house.deps.failpoint;
  await house.sender.enter();
  return { name, life, house, app: await buildServer({ house, config }), claim: { at: 0, order: 0, policies: [] } };
}

/** Clears away what is left of a process: nothing of it can reach the database. */
export async function bury(machine: Machine): Promise<void> {
  machine.life.die();
  await machine.house.deps.bus.close();
  await machine.app.close();
}
