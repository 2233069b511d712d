import { beforeAll, describe, expect, test } from 'vitest';
import type { LooseDefinition } from '#contract/definition.ts';
import { applySet } from '#operations/definitions.ts';
import { migrateRuns, undoMigration } from '#operations/migrate-runs.ts';
import { dialects } from '../databases.ts';
import { openWorld, type World } from '../world.ts';

/** New versions move nobody by themselves; a colleague moves people by a map, and back. */

const wait = (key: string, long: string, next: string | null) => ({ key, kind: 'wait', for: long, next });
const journey = (steps: object[]) => ({
  name: 'Course',
  intent: 'To be changed while people are in it',
  reentry: 'after-exit',
  steps: [{ key: 'start', kind: 'entry', on: { event: 'Joined' }, next: (steps[0] as { key: string }).key }, ...steps],
});

describe.each(dialects)('on %s', (database) => {
  let world: World;
  // The embedded database has a tenth of the people, so that nobody waits for it.
  const crowd = database === 'postgres' ? 10_000 : 1_000;
  const some = crowd * 0.4;
  const of = async (step: string, version: number): Promise<number> =>
    (
      await world.rows("select count(*) as n from run where journey = 'course' and status = 'live' and step = $1 and version = $2", [
        step,
        version,
      ])
    )[0]!.n;

  beforeAll(async () => {
    world = await openWorld({ database });
    await world.define('journey', 'course', journey([wait('first', 'P5D', 'second'), wait('second', 'P5D', null)]));
    await did('Joined', 0, crowd);
    await world.settle();
  }, 120_000);

  /** Does not wait until it is decided. */
  const did = async (event: string, from: number, to: number): Promise<void> => {
    for (let at = from; at < to; at += 2_000)
      await world.accept(
        Array.from({ length: Math.min(2_000, to - at) }, (_, n) => ({ type: 'track' as const, userId: `s${at + n}`, event })),
      );
  };

  test('five editions while events flow: nobody moves, repeats or is lost', async () => {
    for (let edition = 2; edition <= 6; edition++) {
      const flow = did('Page Viewed', ((edition - 2) * crowd) / 5, ((edition - 1) * crowd) / 5);
      await world.define(
        'journey',
        'course',
        journey([wait('intro', `PT${edition}H`, 'first'), wait('first', 'P3D', 'second'), wait('second', 'P2D', null)]),
      );
      await flow;
    }
    expect(await of('first', 1)).toBe(crowd);
    await world.settle();
    expect(await world.rows("select count(*) as n from run where journey = 'course'")).toEqual([{ n: crowd }]);
    expect(await world.rows("select count(*) as n from event where name = 'Page Viewed'"), 'nothing that flowed is lost').toEqual([
      { n: crowd },
    ]);
  }, 120_000);

  test('a map that cannot be is refused, and a preview moves nobody', async () => {
    const bad = await world.api('POST', '/api/journeys/course/migrations', {
      from: 1,
      map: { first: 'third', start: 'first', second: 'start' },
    });
    expect(bad).toMatchObject({
      status: 400,
      body: {
        code: 'body-invalid',
        details: [
          { path: 'map.first', message: 'the published version has no step "third"' },
          { path: 'map.second', message: 'nobody is moved to an entry' },
        ],
      },
    });
    const preview = await world.must('POST', '/api/journeys/course/migrations/preview', { from: 1, map: { first: 'first' } });
    expect(preview).toEqual({
      from: 1,
      to: 6,
      people: crowd,
      steps: [
        { step: 'first', says: 'Wait 5 days', people: crowd, to: { step: 'first', says: 'Wait 3 days' }, suggested: 'first', same: false },
      ],
    });
    expect(await of('first', 1)).toBe(crowd);
    expect(await world.api('POST', '/api/journeys/course/migrations/preview', { from: 6 })).toMatchObject({
      status: 409,
      body: { code: 'migration-empty' },
    });
  });

  test('some are moved by a map and back; whoever goes on meanwhile goes on, and nobody is lost', async () => {
    const moved = await world.must('POST', '/api/journeys/course/migrations', { from: 1, map: { first: 'first' }, limit: some });
    await world.settle();
    expect(moved).toMatchObject({ from: 1, to: 6, runs: some, undoneAt: null });
    expect([await of('first', 1), await of('first', 6)]).toEqual([crowd - some, some]);
    // The wait counts from when it began: three days in place of five.
    const [run] = await world.rows("select state, entered_at from run where journey = 'course' and version = 6 limit 1");
    expect(run!.state.wait.until).toBe(run!.entered_at + 3 * 86_400_000);

    await world.must('POST', `/api/journeys/course/migrations/${moved.id}/undo`);
    await world.settle();
    expect([await of('first', 1), await of('first', 6)]).toEqual([crowd, 0]);
    const [back] = await world.rows("select state, entered_at from run where journey = 'course' limit 1");
    expect(back!.state.wait.until).toBe(back!.entered_at + 5 * 86_400_000);
    expect(await world.api('POST', `/api/journeys/course/migrations/${moved.id}/undo`)).toMatchObject({
      status: 409,
      body: { code: 'migration-undone' },
    });

    const { deps } = world.house;
    const workspace = await deps.workspaces.bySlug('main');
    const hasty = await migrateRuns(deps, workspace, 'ana', 'course', { from: 1, map: { first: 'first' } });
    await undoMigration(deps, workspace, 'ana', 'course', hasty.id);
    await world.settle();
    expect([await of('first', 1), await of('first', 6)], 'taken back before it was carried out').toEqual([crowd, 0]);

    const again = await world.must('POST', '/api/journeys/course/migrations', { from: 1, map: { first: 'first' }, limit: some });
    await world.turn('P4D');
    expect([await of('first', 1), await of('second', 6)]).toEqual([crowd - some, some]);
    await world.must('POST', `/api/journeys/course/migrations/${again.id}/undo`);
    await world.settle();
    expect(await of('second', 6), 'they have gone on').toBe(some);
    expect((await world.must('GET', '/api/journeys/course/migrations')).items).toHaveLength(3);
  });

  test('whoever is led to a version goes there, although the next one is published before they do', async () => {
    const steps = (long: string) => ({
      ...journey([wait('first', long, null)]),
      steps: [{ key: 'start', kind: 'entry', on: { event: 'Began' }, next: 'first' }, wait('first', long, null)],
    });
    const standing = async () =>
      (await world.rows("select version from run where journey = 'short' and status = 'live'")).map((row) => row.version);
    await world.define('journey', 'short', steps('P5D'));
    await did('Began', 0, 1);
    await world.settle();
    await world.define('journey', 'short', steps('P4D'));
    const { deps } = world.house;
    const workspace = await deps.workspaces.bySlug('main');
    await migrateRuns(deps, workspace, 'ana', 'short', { from: 1, map: { first: 'first' } });
    await world.define('journey', 'short', steps('P3D'));
    await world.settle();
    expect(await standing()).toEqual([2]);
  }, 60_000);

  test('a map may put people out, and each says why', async () => {
    await world.must('POST', '/api/journeys/course/migrations', { from: 1, map: { first: null } });
    await world.settle();
    expect(await of('first', 1)).toBe(0);
    const ends = await world.rows("select distinct end_reason from run where journey = 'course' and status = 'ended'");
    expect(ends).toEqual([{ end_reason: expect.stringMatching(/^taken-out: moved to version 6 by /) }]);
    await world.turn('P10D');
    expect(await world.rows("select count(*) as n from run where journey = 'course' and status = 'live'")).toEqual([{ n: 0 }]);
    expect(await world.rows("select count(*) as n from run where journey = 'course'"), 'nobody is lost').toEqual([{ n: crowd }]);
  });

  test('a wait counts from when the old one began, also where what is waited for was so then and is not so now', async () => {
    const first = { key: 'start', kind: 'entry', on: { event: 'Asked' }, next: 'rest' };
    const hushed = { event: { name: 'Hushed', atLeast: 1, within: 'PT1H' } };
    const steps = (rest: object) => ({ ...journey([wait('rest', 'P5D', null)]), steps: [first, rest] });
    await world.define('journey', 'calm', steps(wait('rest', 'P5D', null)));
    await did('Hushed', 0, 1);
    await did('Asked', 0, 1);
    await world.turn('P1D');
    await world.define(
      'journey',
      'calm',
      steps({ key: 'rest', kind: 'wait', untilRule: hushed, timeout: 'P2D', next: null, onTimeout: null }),
    );
    await world.must('POST', '/api/journeys/calm/migrations', { from: 1, map: { rest: 'rest' } });
    await world.settle();
    const [run] = await world.rows("select status, state, entered_at from run where journey = 'calm'");
    expect(run).toMatchObject({
      status: 'live',
      state: { wait: { since: run!.entered_at, until: run!.entered_at + 2 * 86_400_000 } },
    });
    await world.turn('P1D');
    expect(await world.rows("select status from run where journey = 'calm'")).toEqual([{ status: 'ended' }]);
  }, 60_000);

  test('a wait that began ahead of a clock that was put back counts from now', async () => {
    const steps = (long: string) => ({
      ...journey([wait('rest', long, null)]),
      steps: [{ key: 'start', kind: 'entry', on: { event: 'Napped' }, next: 'rest' }, wait('rest', long, null)],
    });
    await world.define('journey', 'siesta', steps('P5D'));
    await did('Napped', crowd + 1, crowd + 2);
    await world.settle();
    world.leap(-600_000);
    await world.define('journey', 'siesta', steps('P1D'));
    await world.must('POST', '/api/journeys/siesta/migrations', { from: 1, map: { rest: 'rest' } });
    const [run] = await world.rows("select version, state from run where journey = 'siesta'");
    expect(run).toMatchObject({ version: 2, state: { wait: { since: world.now, until: world.now + 86_400_000 } } });
    world.leap(600_000);
  }, 60_000);

  test('whoever is moved back waits as before, although another version is published before they are', async () => {
    const steps = (long: string) => ({
      ...journey([wait('first', long, null)]),
      steps: [{ key: 'start', kind: 'entry', on: { event: 'Started' }, next: 'first' }, wait('first', long, null)],
    });
    await world.define('journey', 'there-and-back', steps('P5D'));
    await world.define('journey', 'nap', {
      ...journey([wait('first', 'P1D', null)]),
      steps: [{ key: 'start', kind: 'entry', on: { event: 'Started' }, next: 'first' }, wait('first', 'P1D', null)],
    });
    await did('Started', crowd, crowd + 1);
    await world.settle();
    await world.define('journey', 'there-and-back', steps('P9D'));
    const { deps } = world.house;
    const workspace = await deps.workspaces.bySlug('main');
    const { id } = await migrateRuns(deps, workspace, 'ana', 'there-and-back', { from: 1, map: { first: 'first' } });
    // They are woken for something else, and then not before the longer wait is over.
    await world.turn('P1D');
    // Nobody works on what waits until both are done.
    const quiet = { ...deps, bus: { ...deps.bus, pokeWork: () => undefined } };
    await undoMigration(quiet, workspace, 'ana', 'there-and-back', id);
    const definitions = [{ kind: 'journey', key: 'there-and-back', body: steps('P8D') }] as LooseDefinition[];
    await applySet(quiet, workspace, 'ana', { definitions, publish: true, note: '' });
    await world.settle();
    const [run] = await world.rows(
      "select r.version, r.entered_at, w.due_at from run r join wake w using (lane, person_id) where r.journey = 'there-and-back'",
    );
    expect(run!.version).toBe(1);
    expect(run!.due_at, 'somebody wakes them when the wait is over').toBeLessThanOrEqual(run!.entered_at + 5 * 86_400_000);
  }, 60_000);
});
