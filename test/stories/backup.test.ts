import { expect, describe, test } from 'vitest';
import { backupLines, restoreLines } from '#main';
import { type Dialect, dialects, freshDatabase } from '../databases.ts';
import { everythingIn, openWorld, type World } from '../world.ts';

/** A backup is the whole house in one file: put back elsewhere, everybody goes on where they were. */

const yes = { consent: { categoryPreferences: { marketing: true } } };

async function* linesOf(world: World): AsyncGenerator<string> {
  for await (const chunk of backupLines(world.house.deps)) yield* chunk.split('\n');
}
async function gathered(world: World): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(world)) lines.push(line);
  return lines;
}
async function* again(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

const ways: [Dialect, Dialect][] = [
  ...dialects.map((to): [Dialect, Dialect] => ['pglite', to]),
  ...(dialects.length > 1 ? ([['postgres', 'pglite']] as [Dialect, Dialect][]) : []),
];

describe.each(ways)('from %s to %s', (from, to) => {
  test('the same people, the same history, and the journey goes on', async () => {
    const old = await openWorld({ database: from });
    await old.send([
      { type: 'page', anonymousId: 'a1' },
      { type: 'identify', anonymousId: 'a1', userId: 'ana', traits: { email: 'ana@example.com', odd: 'ü😀"\\\n{}' }, context: yes },
      { type: 'track', userId: 'ana', event: 'Signed Up' },
      { type: 'page', anonymousId: 'a2' },
      { type: 'identify', anonymousId: 'a2', userId: 'ana' },
      { type: 'identify', userId: 'ben', traits: { email: 'ben@example.com' }, context: yes },
      { type: 'track', userId: 'ben', event: 'Signed Up' },
      { type: 'identify', userId: 'cleo', traits: { email: 'cleo@example.com' }, context: yes },
      { type: 'track', userId: 'cleo', event: 'Signed Up' },
    ]);
    const [mail] = await old.mailsTo('ben@example.com');
    await old.post(mail!.unsubscribe!, 'List-Unsubscribe=One-Click');
    await old.settle();
    await old.must('DELETE', `/api/people/${(await old.person('cleo@example.com')).id}`);
    await old.turn('P1D');
    await old.accept([{ type: 'track', userId: 'ana', event: 'Meeting Booked', messageId: 'in-the-inbox' }]); // not processed when the backup is made
    const lines = await gathered(old);
    const before = await old.everything();
    const at = old.now;
    await old.close();

    const target = await freshDatabase(to);
    const { rows } = await restoreLines({ db: target.db }, again(lines));
    expect(rows).toBe(lines.filter(Boolean).length - 1);
    const after = await everythingIn(target.db);
    const kept = Object.keys(before).filter((table) => !['session', 'sign_in_link', 'idempotency', 'migration', 'lane'].includes(table));
    for (const table of kept) expect(after[table]!.map(sorted).sort(), table).toEqual(before[table]!.map(sorted).sort());

    // A house on it opens like any other: the keys of before work, and ana goes on.
    const world = await openWorld({ on: target, at: new Date(at).toISOString(), blueprint: false });
    await world.settle();
    expect((await world.get('/api/session', { authorization: `Bearer ${old.apiKey}` })).status).toBe(200);
    const ana = await world.person('ana@example.com');
    expect(ana).toMatchObject({
      stage: 'routing',
      runs: [{ journey: 'welcome', status: 'live', step: 'two-days' }],
      traits: { odd: 'ü😀"\\\n{}' },
    });
    await world.turn('P2D');
    expect((await world.mailsTo('ana@example.com')).map((each) => each.mail.subject)).toEqual(['How working with My business goes']);
    expect(await world.mailsTo('ben@example.com')).toEqual([]);
    // Old links are good for ever, and new rows get numbers of their own.
    expect((await world.get(mail!.unsubscribe!)).status).toBe(200);
    await world.send([
      { type: 'identify', userId: 'dora', traits: { email: 'dora@example.com' } },
      { type: 'track', userId: 'dora', event: '' } as never,
    ]);
    await world.must('POST', '/api/people', { email: 'emil@example.com' });
    // Erased people stay erased, and suppressed addresses suppressed.
    expect(JSON.stringify(after)).not.toContain('cleo@example.com');
    expect((await world.person('ben@example.com')).reachability[0]!.reachable).toBe(false);
  });
});

const sorted = (row: string): string =>
  JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(row) as object).sort(([a], [b]) => (a < b ? -1 : 1))));

test('a backup goes into an empty database only, whole or not at all', async () => {
  const world = await openWorld();
  const empty = await gathered(world);
  await world.send([{ type: 'identify', userId: 'ana', traits: { email: 'ana@example.com' } }]);
  const before = await world.everything();
  await expect(restoreLines(world.house.deps, again(empty))).rejects.toMatchObject({ name: 'Problem' });
  expect(await world.everything()).toEqual(before);

  const fresh = await openWorld({ blueprint: false });
  const untouched = await fresh.everything();
  const [header, ...rest] = await gathered(world);
  for (const [what, lines] of [
    ['nothing', []],
    ['no backup', ['{"hello":"world"}']],
    ['half a line', [header!, ...rest.slice(0, 20), '["person",{"la']],
    ['a table that does not exist', [header!, '["pg_authid",{}]']],
    ['a row that does not fit', [header!, ...rest.filter(Boolean), '["person",{"lane":1}]']],
    ['a newer version', [JSON.stringify({ ...(JSON.parse(header!) as object), schema: 999 })]],
  ] as const) {
    await expect(restoreLines(fresh.house.deps, again(lines)), what).rejects.toThrow();
    expect(await fresh.everything(), what).toEqual(untouched);
  }
});
