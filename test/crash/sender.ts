import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Channel } from '#channels/channel.ts';
import { openBus } from '#operations/bus.ts';
import type { SendingDeps } from '#operations/deliver.ts';
import type { Deps } from '#operations/deps.ts';
import { Lags } from '#operations/lags.ts';
import { Ledger } from '#operations/ledger.ts';
import { Links } from '#operations/links.ts';
import { Rulebooks } from '#operations/rulebooks.ts';
import { SeenSources } from '#operations/seen-sources.ts';
import { Sender } from '#operations/senders.ts';
import { deliverRound } from '#operations/work.ts';
import { Workspaces } from '#operations/workspaces.ts';
import { openDatabase } from '#store/open.ts';
import { newId } from '../../src/new-id.ts';

/**
 * `node test/crash/sender.ts DATABASE FILE`: a process that only sends. It is told what time it is, once and again, and delivers what is due then; each mail that it hands over
 * becomes a line of the file: its key and its recipient.
 */
const [databaseUrl, file] = process.argv.slice(2) as [string, string];
let now = 0;
let ended = false;
process.on('message', (told: { now: number }) => {
  now = told.now;
});
process.on('disconnect', () => {
  ended = true;
});

const quiet = (): void => undefined;
const loud = (fields: Record<string, unknown>, message: string): void => console.error(message, JSON.stringify(fields));
const db = await openDatabase({ databaseUrl, dataDir: '', poolSize: 1, applicationName: 'sender' });
const origin = `sender:${process.pid}`;
const deps: Deps = {
  db,
  now: () => now,
  newId,
  log: { info: quiet, warn: loud, error: loud },
  workspaces: new Workspaces(db, () => now),
  rulebooks: new Rulebooks(),
  seenSources: new SeenSources(),
  bus: await openBus(db, origin),
  lags: new Lags(),
  failpoint: quiet,
};
const channel: Channel = {
  name: 'file',
  kind: 'email',
  idempotent: false,
  concurrency: 4,
  async send(message, stillOwned) {
    if (!(await stillOwned())) return { result: 'disowned' };
    appendFileSync(file, `${message.key} ${'envelope' in message ? message.envelope.to : ''}\n`);
    return { result: 'sent', providerId: null, answer: '250 Ok' };
  },
  verify: async () => undefined,
  close: async () => undefined,
};
const sender = new Sender(deps, origin);
const sending: SendingDeps = {
  ...deps,
  links: new Links('a secret of this test', 'https://edge.example'),
  webhookSecret: '',
  sender: sender.current,
  ledger: new Ledger(deps, sender.current),
  channelFor: () => channel,
};

await sender.enter();
process.send!('entered');
while (!ended) if (now === 0 || !(await deliverRound(sending, 1)).more) await pause(300);
await sender.leave();
await deps.bus.close();
await db.close();
