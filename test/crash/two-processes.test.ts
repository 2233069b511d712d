import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settleDeadSenders } from '#operations/senders.ts';
import { openHouse, readConfig, smtpConnections } from '#main';
import { check } from './checks.ts';
import { drain } from './drain.ts';
import { absent, newPlace, type Place, prepare } from './house.ts';
import { type Server, until } from './server.ts';
import { Traffic } from './traffic.ts';

/** Several processes on one Postgres: one dies, one is stopped for a while, all lose the database; the others go on and nothing happens twice. */
const why = absent('postgres');

describe.skipIf(why)(why ? `several processes (skipped: ${why})` : 'several processes on one Postgres', { timeout: 10 * 60_000 }, () => {
  let place: Place;
  let admin: pg.Client;
  beforeEach(async () => {
    place = await newPlace('postgres');
    admin = new pg.Client({ connectionString: place.databaseUrl! });
    admin.on('error', () => undefined);
    await admin.connect();
  });
  afterEach(async () => {
    await admin.end().catch(() => undefined);
    await place.close();
  });

  const ask = async (statement: string, values: unknown[] = []) => (await admin.query(statement, values)).rows;

  /** A process with these roles, when it has entered as a sender; with http, when it listens. */
  async function start(roles: string): Promise<Server> {
    const server = place.server({ ROLES: roles });
    if (roles.includes('http')) return server.mustBeReady();
    await until(`${roles} has started: ${server.said}`, async () => (await numberOf(server)) !== null, 60_000);
    return server;
  }

  /** The newest number under which a process sends, and by whose lock it proves that it lives. */
  async function numberOf(server: Server): Promise<number | null> {
    const rows = await ask('select max(sender) as sender from sender where process like $1', [`%:${server.pid}:%`]).catch(() => []);
    return rows[0]?.sender ?? null;
  }

  const countOf = async (status: string, sender: number | null = null): Promise<number> =>
    Number((await ask('select count(*) as n from message where status = $1 and ($2::int is null or sender = $2)', [status, sender]))[0]!.n);

  async function mustBeRight(traffic: Traffic, uncertainMost: number): Promise<void> {
    const findings = await place.look((db) => check(db, traffic, place.mail));
    expect(findings.wrong).toEqual([]);
    expect({ missing: findings.missing, duplicates: findings.duplicates }).toEqual({ missing: 0, duplicates: 0 });
    expect(findings.uncertain).toBeLessThanOrEqual(uncertainMost);
  }

  test('roles split over two: whichever is killed, the other goes on, and nothing is lost or sent twice', async () => {
    let front = await start('http,work');
    let back = await start('work,send');
    await prepare(front);
    const traffic = new Traffic({ url: front.url, seed: 'split' });
    traffic.release(600);
    await until('mails go out', () => place.mail.count() > 10, 60_000, 5);
    await back.kill();
    // The front takes and processes what comes, alone; mails wait.
    traffic.release(300);
    await until(
      'all is acknowledged and processed by the front',
      async () => traffic.isIdle && (await front.numbers()).inbox === 0,
      60_000,
    );
    expect(await countOf('queued')).toBeGreaterThan(0);
    back = await start('work,send');
    traffic.release(600);
    await until('more mails go out', () => place.mail.count() > 40, 60_000, 5);
    await front.kill();
    // The back processes and sends what was accepted, alone; clients wait for the front.
    await until(
      'the inbox is empty and every mail is out',
      async () => Number((await ask('select count(*) as n from inbox'))[0]!.n) === 0 && (await countOf('queued')) === 0,
      60_000,
    );
    front = await start('http,work');
    await drain(front, traffic);
    expect(await front.stop()).toEqual({ code: 0, signal: null });
    expect(await back.stop()).toEqual({ code: 0, signal: null });
    await mustBeRight(traffic, smtpConnections);
  });

  test('two that work and send beside one that listens: one is killed, the other settles what it left and does the rest', async () => {
    const front = await start('http');
    const [first, second] = [await start('work,send'), await start('work,send')];
    await prepare(front);
    const traffic = new Traffic({ url: front.url, seed: 'three' });
    traffic.release(1_200);
    const number = await numberOf(first);
    await until('the first has mails in hand', async () => (await countOf('sending', number)) > 0, 60_000, 1);
    await first.kill();
    await drain(front, traffic);
    await until('the second has settled what the first left', async () => (await countOf('sending')) === 0, 30_000);
    for (const server of [front, second]) expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect([...front.errors, ...second.errors]).toEqual([]);
    await mustBeRight(traffic, smtpConnections);
  });

  test('a sender that is stopped keeps its lock and its mails; the other does the rest, and continued it finishes them', async () => {
    const { front, stopped, other, traffic, number } = await stopOneInTheMiddle();
    const before = await countOf('sending', number);
    expect(before).toBeGreaterThan(0);
    await until(
      'the other sends what is not in the hand of the stopped one',
      async () => (await countOf('queued')) === 0 && (await countOf('sending')) === (await countOf('sending', number)),
      90_000,
    );
    // Its session stands, so nobody takes its mails away; nobody else may send them either.
    expect(await countOf('sending', number)).toBe(before);
    stopped.signal('SIGCONT');
    await drain(front, traffic);
    for (const server of [front, stopped, other]) expect(await server.stop()).toEqual({ code: 0, signal: null });
    await mustBeRight(traffic, 0);
  });

  test('a stopped sender whose lock is gone: the other takes its mails over, and continued it sends none of them again', async () => {
    const { front, stopped, other, traffic, number } = await stopOneInTheMiddle();
    expect(
      await ask(
        "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = 7741 and objid = $1 and database = (select oid from pg_database where datname = current_database())",
        [number],
      ),
    ).toHaveLength(1);
    // Where it stood in the middle of a transaction, the server would wait a minute for it; this is that minute's end.
    await pause(1_500);
    await ask(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%' and state_change < now() - interval '1 second'",
    );
    await until('the other has taken over', async () => (await countOf('sending', number)) === 0, 60_000);
    expect(await countOf('uncertain')).toBeLessThanOrEqual(smtpConnections);
    await until('the other has sent them', async () => (await countOf('queued')) + (await countOf('sending')) === 0, 90_000);
    stopped.signal('SIGCONT');
    await until('it enters again under a new number', async () => (await numberOf(stopped)) !== number, 30_000);
    traffic.release(100);
    await drain(front, traffic);
    for (const server of [front, stopped, other]) expect(await server.stop()).toEqual({ code: 0, signal: null });
    await mustBeRight(traffic, smtpConnections);
  });

  /** Every mail is answered after half a second, so one of two senders is stopped while it waits for answers and has more in hand. */
  async function stopOneInTheMiddle() {
    const front = await start('http,work');
    const [stopped, other] = [await start('send'), await start('send')];
    await prepare(front);
    const traffic = new Traffic({ url: front.url, seed: 'stopped', messagesEach: 3, slow: 1 });
    traffic.release(450);
    const number = (await numberOf(stopped))!;
    const begun = async (): Promise<boolean> =>
      (
        await ask(
          "select count(*) filter (where begun_at is not null) as begun, count(*) as held from message where status = 'sending' and sender = $1",
          [number],
        )
      ).some((row) => Number(row.begun) > 0 && Number(row.held) > Number(row.begun));
    await until('one is in the middle', begun, 60_000, 1);
    stopped.signal('SIGSTOP');
    return { front, stopped, other, traffic, number };
  }

  test('whether a body had begun is asked under its lock, so a sender that lives without knowing that it lost its lock and its successor never both send', async () => {
    const house = await openHouse(readConfig({ DATABASE_URL: place.databaseUrl, LOG_LEVEL: 'silent', SMTP_URL: place.mail.url }));
    try {
      const person = '00000000-0000-7000-8000-000000000001';
      const message = '00000000-0000-7000-8000-000000000002';
      await ask(
        `insert into message (lane, person_id, message_id, stored_at, workspace_id, clock, channel, template, template_version, topic, purpose, status, revision, created_at, due_at, expires_at, sender, claimed_at)
         values (1, $1, $2, now(), 1, 0, 'email', 'hello', 1, 'news', 'marketing', 'sending', 1, now(), now(), now() + interval '1 day', 9999, now())`,
        [person, message],
      );
      await ask("insert into workspace (slug, practice, clock, settings, created_at) values ('main', false, 0, '{}', now())");
      // What the ledger does before a body leaves, stopped before its commit.
      await ask('begin');
      await ask('update message set begun_at = now() where message_id = $1', [message]);
      const meanwhile = settleDeadSenders(house.deps, 1);
      await pause(500);
      await ask('commit');
      const [first, second] = [await meanwhile, await settleDeadSenders(house.deps, 1)];
      expect({ requeued: first.requeued + second.requeued, uncertain: first.uncertain + second.uncertain }).toEqual({
        requeued: 0,
        uncertain: 1,
      });
      expect(await ask('select status from message')).toEqual([{ status: 'uncertain' }]);
    } finally {
      await house.close();
    }
  });

  test('three that start at once on an empty database all come up, and the workspaces are there once with their definitions', async () => {
    const practice = { THROUGHLINE_PRACTICE: 'on' };
    const servers = [
      place.server(practice),
      place.server({ ...practice, ROLES: 'work,send' }),
      place.server({ ...practice, ROLES: 'work,send' }),
    ];
    await servers[0]!.mustBeReady();
    for (const server of servers)
      await until(`it has started: ${server.said}`, async () => server.isDead || (await numberOf(server)) !== null, 60_000);
    await pause(500);
    expect(servers.map((server) => (server.isDead ? server.said : 'lives'))).toEqual(servers.map(() => 'lives'));
    const found = await ask(
      'select slug, (select count(*)::int from definition d where d.workspace_id = w.workspace_id) as definitions, (select count(*)::int from definition_version v where v.workspace_id = w.workspace_id) as versions from workspace w order by slug',
    );
    const { definitions } = found[0]!;
    expect(definitions).toBeGreaterThan(20);
    expect(found).toEqual([
      { slug: 'main', definitions, versions: 0 },
      { slug: 'practice', definitions, versions: definitions },
    ]);
  });

  test('the database goes away for some seconds under load: the process lives, and everything goes on when it is back', async () => {
    const server = await start('http,work,send');
    await prepare(server);
    const traffic = new Traffic({ url: server.url, seed: 'gone' });
    traffic.release(800);
    await until('mails go out', () => place.mail.count() > 10, 60_000, 5);
    await place.away(async () => {
      await pause(3_000);
      traffic.release(200);
    });
    expect(server.isDead, server.said).toBe(false);
    admin = new pg.Client({ connectionString: place.databaseUrl! });
    await admin.connect();
    await drain(server, traffic);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    await mustBeRight(traffic, smtpConnections);
  });

  test('connections break again and again under load, but not the lock: every mail is settled all the same', async () => {
    const server = await start('http,work,send');
    await prepare(server);
    const traffic = new Traffic({ url: server.url, seed: 'broken' });
    const times = 12;
    for (let time = 0; time < times; time++) {
      traffic.release(80);
      await until('mails are under way', async () => (await countOf('sending')) > 0, 60_000, 1);
      await ask(
        `select pg_terminate_backend(a.pid) from pg_stat_activity a where a.datname = current_database() and a.application_name = 'throughline'
           and not exists (select 1 from pg_locks l where l.pid = a.pid and l.locktype = 'advisory' and l.classid = 7741) and a.query not like 'listen%'`,
      );
    }
    await drain(server, traffic);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    await mustBeRight(traffic, times * smtpConnections);
  });
});
