import { describe, expect, test } from 'vitest';
import type { LooseDefinition } from '#contract/definition.ts';
import type { BroadcastDetail } from '#contract/routes/broadcasts.ts';
import { smtpConnections } from '#main';
import { absent, newPlace, type Place } from './house.ts';
import { type Server, until, within, writeKey } from './server.ts';

/**
 * A broadcast whose processes are killed while its audience is being frozen, while messages are made of it, and while they are handed over; which is paused, killed again,
 * and resumed after part of the audience has changed. BROADCAST_PEOPLE says how many get it [2,000]; 100,000 are the aim, and die twice more.
 */
const people = Number(process.env.BROADCAST_PEOPLE ?? 2_000);
const full = people >= 10_000;
const long = Math.max(60_000, people * 10);
const changed = Math.floor(people / 20);

const definitions: LooseDefinition[] = [
  { kind: 'field', key: 'reads', body: { name: 'Reads', path: 'reads', type: 'boolean' } },
  { kind: 'topic', key: 'news', body: { name: 'News', purpose: 'marketing' } },
  { kind: 'cap-policy', key: 'main', body: { name: 'Generous', caps: [{ max: 1, within: 'P1D' }], quietHours: null, breaker: null } },
  { kind: 'segment', key: 'readers', body: { name: 'Readers', rule: { trait: { path: 'reads', op: 'equals', value: true } } } },
  {
    kind: 'template',
    key: 'spring',
    body: { channel: 'email', name: 'Spring', subject: 'Spring', blocks: [{ block: 'text', text: 'It is here.' }] },
  },
];
const address = (name: string): string => `${name}@crash.example`;

async function tell(server: Server, calls: readonly { name: string; reads: boolean }[]): Promise<void> {
  for (let from = 0; from < calls.length; from += 500) {
    const batch = calls.slice(from, from + 500).map(({ name, reads }) => ({
      type: 'identify',
      messageId: `${name}-${reads}`,
      userId: name,
      traits: { email: address(name), reads },
      context: { consent: { categoryPreferences: { marketing: true } } },
    }));
    const answer = await fetch(`${server.url}/v1/batch`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ batch }),
    });
    if (answer.status === 200) continue;
    expect([429, 503]).toContain(answer.status);
    await new Promise((resolve) => setTimeout(resolve, 500));
    from -= 500;
  }
  await until('everything is processed', async () => (await server.numbers()).inbox === 0, long, 250);
}

/** A server that kills itself at a named place; answers when it has. */
async function dies(place: Place, at: string, act: (server: Server) => Promise<void> = async () => undefined): Promise<void> {
  const server = await place.server({ FAIL_AT: at }).mustBeReady();
  await act(server).catch((error: unknown) => {
    if (!server.isDead) throw error;
  });
  const death = await within(long, server.dead);
  expect(death, `it was to die at ${at}; it said ${server.said}`).toMatchObject({ signal: 'SIGKILL' });
}

describe.each(['pglite', 'postgres'] as const)('on %s', (kind) => {
  const why = absent(kind);
  test.skipIf(why)(
    why
      ? `a broadcast that is killed (skipped: ${why})`
      : 'killed while it is frozen, made and handed over, paused, killed and resumed: everybody who was frozen gets it once, and nobody else',
    async () => {
      const place = await newPlace(kind);
      try {
        const began = Date.now();
        const names = Array.from({ length: people }, (_, n) => `p${n}`);
        let server = await place.server().mustBeReady();
        await server.api('PATCH', '/api/settings', {
          senderName: 'Crash',
          senderEmail: 'hello@crash.example',
          postalAddress: '1 Edge Lane',
        });
        await server.api('POST', '/api/apply', { definitions, publish: true, note: 'crash' });
        await tell(
          server,
          names.map((name) => ({ name, reads: true })),
        );
        const { id } = await server.api<{ id: string }>('POST', '/api/broadcasts', {
          name: 'Spring',
          segments: ['readers'],
          template: 'spring',
          topic: 'news',
        });
        await server.stop();
        const loaded = Date.now();

        await dies(place, 'broadcast.freezing:3', async (dying) => void (await dying.api('POST', `/api/broadcasts/${id}/start`)));
        await dies(place, 'broadcast.making:1');
        await dies(place, `deliver.handed:${Math.floor(people / 10)}`);
        if (full) await dies(place, 'settle.written:5');

        const read = (from: Server): Promise<BroadcastDetail> => from.api('GET', `/api/broadcasts/${id}`);
        server = await place.server().mustBeReady();
        expect(await server.api('POST', `/api/broadcasts/${id}/pause`, { reason: 'to look' })).toMatchObject({
          state: 'paused',
          audience: people,
        });
        await until('what had begun to leave has left', async () => (await read(server)).figures.sending === 0, 30_000);
        const had = place.mail.count();
        expect(had).toBeGreaterThan(0);
        expect(had).toBeLessThan(people);
        await tell(server, [
          ...names.slice(0, changed).map((name) => ({ name, reads: false })),
          ...Array.from({ length: changed }, (_, n) => ({ name: `late${n}`, reads: true })),
        ]);
        expect(place.mail.count(), 'nothing leaves while it is paused').toBe(had);
        await server.kill();

        server = await place.server().mustBeReady();
        await server.api('POST', `/api/broadcasts/${id}/resume`);
        const also = kind === 'postgres' ? place.server({ ROLES: 'work,send' }) : null;
        if (full) {
          await until('more has gone out', () => place.mail.count() > had + people / 20, long, 5);
          await server.kill();
          server = await place.server().mustBeReady();
        }
        await until('it has finished', async () => (await read(server)).state === 'finished', long, 250);
        const { figures, audience } = await read(server);
        for (const each of [server, also]) await each?.stop();

        expect(audience).toBe(people);
        const mails = [...place.mail.byKey().values()];
        expect(
          mails.filter(({ times }) => times !== 1),
          'no key twice',
        ).toEqual([]);
        const got = new Map<string, number>();
        for (const { to } of mails) got.set(to, (got.get(to) ?? 0) + 1);
        expect(
          [...got].filter(([, times]) => times !== 1),
          'no person twice',
        ).toEqual([]);
        const frozen = new Set(names.map(address));
        expect(
          [...got.keys()].filter((to) => !frozen.has(to)),
          'nobody else',
        ).toEqual([]);
        // What a dead sender had in hand may have arrived: it is shown, and not sent again by itself.
        const rows = await place.look((db) =>
          db.asOwner((tx) =>
            tx.query(
              'select p.email, m.status from broadcast_person b left join person p using (lane, person_id) left join message m on m.person_id = b.person_id and m.broadcast_id = b.broadcast_id',
            ),
          ),
        );
        expect(rows).toHaveLength(people);
        expect(rows.filter((row) => row.status !== 'sent' && row.status !== 'uncertain')).toEqual([]);
        expect(rows.filter((row) => row.status === 'sent' && !got.has(row.email))).toEqual([]);
        expect(figures.sent + figures.uncertain).toBe(people);
        expect(figures.uncertain).toBeLessThanOrEqual(4 * smtpConnections);
        const seconds = (from: number): string => ((Date.now() - from) / 1_000).toFixed(1);
        process.stdout.write(
          `broadcast on ${kind}: ${people} people loaded in ${((loaded - began) / 1_000).toFixed(1)} s, sent through ${full ? 'six' : 'four'} deaths in ${seconds(loaded)} s, ${figures.uncertain} uncertain\n`,
        );
      } finally {
        await place.close();
      }
    },
    Math.max(5 * 60_000, people * 30),
  );
});
