import { hostname } from 'node:os';
import { pino } from 'pino';
import { mailboxChannel } from '#channels/mailbox.ts';
import { smtpChannel } from '#channels/smtp.ts';
import { webhookChannel } from '#channels/webhook.ts';
import type { Channel } from '#channels/channel.ts';
import type { LooseDefinition } from '#contract/definition.ts';
import type { Instant } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import type { Plan } from '#contract/routes/definitions.ts';
import type { AskedRehearsal, RehearsalDetail, RehearsalRow } from '#contract/routes/rehearsals.ts';
import { buildServer } from '#http/server.ts';
import { openBus } from '#operations/bus.ts';
import { applySet, exportSet, planSet } from '#operations/definitions.ts';
import type { SendingDeps } from '#operations/deliver.ts';
import type { Deps, Log } from '#operations/deps.ts';
import { Acceptor } from '#operations/ingest/accept.ts';
import { Doorkeeper } from '#operations/keys.ts';
import { Lags } from '#operations/lags.ts';
import { Ledger } from '#operations/ledger.ts';
import { Links } from '#operations/links.ts';
import { seedPractice } from '#operations/practice/seed.ts';
import { Rulebooks } from '#operations/rulebooks.ts';
import { SeenSources } from '#operations/seen-sources.ts';
import { Sender, settleDeadSenders } from '#operations/senders.ts';
import { cancelRehearsal, readRehearsal, startRehearsal } from '#operations/rehearsals.ts';
import { rehearseRound } from '#operations/rehearse.ts';
import { firstStart } from '#operations/setup.ts';
import { newToken } from '#operations/tokens.ts';
import { Workspaces } from '#operations/workspaces.ts';
import type { Database } from '#store/database.ts';
import { keepMail } from '#store/mailbox.ts';
import type { StoredMessage } from '#store/messages.ts';
import { migrate } from '#store/migrate.ts';
import { openDatabase } from '#store/open.ts';
import { loadWorkspaces, sharedSecret, type Workspace, workspaceNow } from '#store/workspaces.ts';
import { startSend, startWork, type Workers } from '#workers/workers.ts';
import type { Config } from './config.ts';
import { failpoints } from './failpoints.ts';
import { announceServer } from './local-server.ts';
import { newId } from './new-id.ts';

/** What tests and tools put in place of the world. */
export interface Replaced {
  db?: Database;
  now?: () => Instant;
  newId?: (at: Instant) => string;
  log?: Log;
  channels?: { email?: Channel; webhook?: Channel };
}

/** Everything that is open in this process: the parts, each handed what it needs. */
export interface House {
  deps: Deps;
  sending: SendingDeps;
  acceptor: Acceptor;
  doorkeeper: Doorkeeper;
  links: Links;
  sender: Sender;
  publicUrl: string;
  email: Channel | null;
  close(): Promise<void>;
}

const poolSize = 12;
/** Connections to the mail server. A crash leaves at most so many messages uncertain. */
export const smtpConnections = 20;

/** Opens the database, brings its schema up to date, and puts the parts together. Starts nothing that runs by itself. */
export async function openHouse(config: Config, replaced: Replaced = {}): Promise<House> {
  const log: Log = replaced.log ?? pino({ level: config.LOG_LEVEL, redact: ['req.headers', 'email', 'key'] });
  const now = replaced.now ?? Date.now;
  const db =
    replaced.db ??
    (await openDatabase({
      databaseUrl: config.DATABASE_URL,
      dataDir: config.DATA_DIR,
      poolSize,
      log: (message: string, error?: unknown) => log.warn({ error: error === undefined ? undefined : String(error) }, message),
      failed: (error) => {
        log.error({ error: String(error) }, 'the embedded database stopped; this process ends so that it can be started again');
        process.exit(70);
      },
    }));
  const { applied } = await migrate(db, now());
  if (applied.length > 0) log.info({ applied }, 'the schema was brought up to date');

  const publicUrl = (config.PUBLIC_URL ?? `http://localhost:${config.PORT}`).replace(/\/+$/, '');
  const origin = `${hostname()}:${process.pid}:${now()}`;
  const deps: Deps = {
    db,
    now,
    newId: replaced.newId ?? newId,
    log,
    workspaces: new Workspaces(db, now),
    rulebooks: new Rulebooks(),
    seenSources: new SeenSources(),
    bus: await openBus(db, origin),
    lags: new Lags(),
    failpoint: failpoints(config.FAIL_AT),
  };
  const links = new Links(await sharedSecret(db, 'links', () => newToken('')), publicUrl);
  const webhookSecret = await sharedSecret(db, 'webhooks', () => `whsec_${Buffer.from(newToken('')).toString('base64')}`);
  const sender = new Sender(deps, origin);
  const mailbox = mailboxChannel({ store: (mail) => storeMail(deps, mail) });
  const email =
    replaced.channels?.email ??
    (config.SMTP_URL === undefined ? null : smtpChannel({ url: config.SMTP_URL, connections: smtpConnections }));
  const webhook = replaced.channels?.webhook ?? webhookChannel({ allowPrivate: config.WEBHOOK_PRIVATE === 'on' });
  const sending: SendingDeps = {
    ...deps,
    links,
    webhookSecret,
    sender: sender.current,
    ledger: new Ledger(deps, sender.current),
    channelFor: (message: Pick<StoredMessage, 'channel'>, workspace: Workspace) =>
      message.channel === 'email'
        ? workspace.practice
          ? mailbox
          : (email ?? mailbox)
        : message.channel === 'webhook' && !workspace.practice
          ? webhook
          : null,
  };
  return {
    deps,
    sending,
    links,
    sender,
    publicUrl,
    email,
    acceptor: new Acceptor(deps),
    doorkeeper: new Doorkeeper(deps),
    async close() {
      await deps.bus.close();
      await Promise.all([email?.close(), webhook.close(), mailbox.close()]);
      await db.close();
    },
  };
}

async function storeMail(
  deps: Deps,
  mail: { key: string; workspace: number; person: string | null; to: string; from: string; subject: string; raw: Buffer },
): Promise<void> {
  await deps.db.transaction({ workspaces: [mail.workspace] }, async (tx) => {
    const [workspace] = await loadWorkspaces(tx, [mail.workspace]);
    await keepMail(tx, {
      workspace: mail.workspace,
      id: mail.key,
      person: mail.person,
      from: mail.from,
      to: mail.to,
      subject: mail.subject,
      raw: mail.raw.toString(),
      at: workspaceNow(workspace!, deps.now()),
    });
  });
}

export interface Running {
  house: House;
  /** Where it listens; null without the role http. */
  address: string | null;
  stop(): Promise<void>;
}

/** Opens the address of the settings; throws address-taken where another program has it, config-invalid where this machine or user may not. */
async function listen(server: Awaited<ReturnType<typeof buildServer>>, config: Config): Promise<string> {
  try {
    return await server.listen({ port: config.PORT, host: config.HOST });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new Problem('address-taken', [{ path: 'PORT', message: `${config.PORT} at ${config.HOST} is taken` }]);
    if (code === 'EACCES')
      throw new Problem('config-invalid', [{ path: 'PORT', message: `must be a port that this user may open, not ${config.PORT}` }]);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new Problem('config-invalid', [{ path: 'HOST', message: `must be an address of this machine, not ${config.HOST}` }]);
    throw error;
  }
}

/** Starts Throughline: the house, first start, the loops and the server of its roles. */
export async function startThroughline(config: Config, replaced: Replaced = {}): Promise<Running> {
  const house = await openHouse(config, replaced);
  const { deps, sending, doorkeeper, sender } = house;
  await firstStart(deps, config.THROUGHLINE_PRACTICE === 'on');
  if (config.BOOTSTRAP_KEY)
    await doorkeeper.acceptBootstrapKey(
      config.BOOTSTRAP_KEY,
      'api',
      (await deps.workspaces.all()).filter((workspace) => ['main', 'practice'].includes(workspace.slug)),
    );
  if (config.BOOTSTRAP_WRITE_KEY)
    await doorkeeper.acceptBootstrapKey(config.BOOTSTRAP_WRITE_KEY, 'write', [await deps.workspaces.bySlug('main')]);

  const workers: Workers[] = [];
  // The practice people are played in whichever process answers requests, because turning their clock sends too.
  await sender.enter();
  await settleDeadSenders(deps, sender.current());
  const server = config.ROLES.has('http') ? await buildServer({ house, config }) : null;
  const address = server ? await listen(server, config) : null;
  const practice = (await deps.workspaces.all()).find((workspace) => workspace.practice);
  if (practice && config.ROLES.has('work')) {
    // Does nothing when it is done; goes on where a crash cut it off.
    await seedPractice(sending, practice);
    await deps.workspaces.refresh();
  }
  if (config.ROLES.has('work')) workers.push(startWork(deps));
  if (config.ROLES.has('send')) workers.push(startSend(sending));

  const withdraw =
    address === null
      ? () => Promise.resolve()
      : await announceServer(config.DATA_DIR, { url: address, secret: doorkeeper.localSecret, pid: process.pid });

  let stopping: Promise<void> | null = null;
  return {
    house,
    address,
    stop() {
      stopping ??= (async () => {
        await withdraw();
        await server?.close();
        await Promise.all(workers.map((worker) => worker.stop()));
        await sender.leave();
        await house.close();
      })();
      return stopping;
    },
  };
}

/** Works on the definitions of a workspace in the database itself, for commands without a running server. */
export async function definitionsOf<T>(config: Config, slug: string, work: (source: DefinitionSource) => Promise<T>): Promise<T> {
  const house = await openHouse(config);
  try {
    await firstStart(house.deps, config.THROUGHLINE_PRACTICE === 'on');
    const workspace = await house.deps.workspaces.bySlug(slug);
    return await work({
      export: (what) => exportSet(house.deps, workspace, what),
      plan: (definitions) => planSet(house.deps, workspace, definitions),
      apply: (given) => applySet(house.deps, workspace, 'command line', given),
      rehearse: {
        start: (asked) => startRehearsal(house.deps, workspace, 'command line', asked),
        read: (id) => readRehearsal(house.deps, workspace, id),
        cancel: (id) => cancelRehearsal(house.deps, workspace, 'command line', id),
        goOn: async () => {
          await rehearseRound(house.deps);
        },
      },
    });
  } finally {
    await house.close();
  }
}

export interface DefinitionSource {
  export(what: 'published' | 'drafts'): Promise<{ definitions: LooseDefinition[] }>;
  plan(definitions: LooseDefinition[]): Promise<Plan>;
  apply(given: {
    definitions: LooseDefinition[];
    publish: boolean;
    note: string;
    reason: string;
    revision: number;
  }): Promise<{ plan: Plan; published: number; revision: number }>;
  rehearse: {
    start(asked: AskedRehearsal): Promise<RehearsalRow>;
    read(id: string): Promise<RehearsalDetail>;
    cancel(id: string): Promise<RehearsalRow>;
    /** Does the next part of it, where no server is there to do it. */
    goOn(): Promise<void>;
  };
}

export { readConfig } from './config.ts';
export { localServer } from './local-server.ts';
export { backupLines, restoreLines } from '#operations/backup.ts';
export { inFew, spreadOf } from '#engine/rehearsal/mean.ts';
export { readFolder, writeFolder } from '#operations/definition-files.ts';
