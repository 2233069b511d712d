import { beforeAll, describe, expect, test } from 'vitest';
import type { ExperimentView } from '#contract/experiment.ts';
import { listExperiments } from '#contract/routes/experiments.ts';
import { experimentsDecided } from '#operations/experiments.ts';
import { dialects } from '../databases.ts';
import { openWorld, type SegmentCall, type World } from '../world.ts';

/** Which way does more of what is wanted: people are divided, come back to the same arm, and are counted; and what it says stays true however often one looks. */

const stand = (key: string, length: string) => ({ key, kind: 'wait', for: length, next: null });
const trial = (more: object = {}) => ({
  key: 'try',
  kind: 'experiment',
  arms: [
    { key: 'plain', label: 'Plain', share: 50, next: 'a' },
    { key: 'warm', label: 'Warm', share: 50, next: 'b' },
  ],
  control: 'plain',
  window: 'P7D',
  lift: 100,
  ...more,
});
const journey = (step: object, more: object = {}) => ({
  name: 'Course',
  intent: 'To find out what works',
  reentry: 'any-time',
  goal: { on: { event: 'Bought', where: [{ property: 'total', op: 'at-least', value: 10 }] }, name: 'Bought' },
  steps: [{ key: 'start', kind: 'entry', on: { event: 'Joined' }, next: 'try' }, step, stand('a', 'P60D'), stand('b', 'P50D')],
  ...more,
});
const needed = 42;

describe.each(dialects)('on %s', (database) => {
  let world: World;
  let count = 0;
  const track = (userId: string, event: string, more: object = {}): SegmentCall =>
    ({ type: 'track', userId, event, ...more }) as SegmentCall;
  const bought = (who: readonly string[], total = 20): Promise<unknown> =>
    world.send(who.map((userId) => track(userId, 'Bought', { properties: { total } })));
  /** So many new people come to the step; they are told apart by the arm that they came to. */
  async function come(people: number): Promise<Record<string, string[]>> {
    const names = Array.from({ length: people }, () => `p${++count}`);
    for (let from = 0; from < names.length; from += 200)
      await world.send(names.slice(from, from + 200).map((name) => track(name, 'Joined')));
    return armsOf(names);
  }
  async function armsOf(names: readonly string[]): Promise<Record<string, string[]>> {
    const rows = await world.rows(
      "select i.value, (select s.next from run_step s where s.person_id = i.person_id and s.step = 'try' order by s.at desc limit 1) as next from identity i where i.value in (select jsonb_array_elements_text($1::jsonb))",
      [JSON.stringify(names)],
    );
    return {
      plain: rows.filter((row) => row.next === 'a').map((row) => row.value),
      warm: rows.filter((row) => row.next === 'b').map((row) => row.value),
    };
  }
  const all = async (): Promise<ExperimentView[]> => listExperiments.reply.parse(await world.must('GET', '/api/experiments')).items;
  const inForce = async (): Promise<ExperimentView> => (await all()).find(({ state }) => state !== 'over')!;
  const publish = (body: object) =>
    world.api('POST', '/api/apply', { definitions: [{ kind: 'journey', key: 'course', body }], publish: true, note: '' });
  const passed = (): Promise<void> => world.turn('PT1H');

  beforeAll(async () => {
    world = await openWorld({ database, blueprint: false });
  });

  test('it does not begin before something says what people are to do', async () => {
    const { status, body } = await publish(journey(trial(), { goal: null }));
    expect(status).toBe(422);
    expect(body.details).toMatchObject([
      { path: 'steps.1.goal', message: 'the experiment "try" has no goal: nothing says what people are to do more often' },
    ]);
  });

  test('nor before enough people do it, and says how many are missing', async () => {
    await bought(['old-1', 'old-2'], 20);
    await bought(['old-3'], 5);
    const { body } = await publish(journey(trial()));
    expect(body.details[0].message).toBe(
      `the experiment "try" cannot begin yet: ${needed - 2} conversions are missing. 2 people did “Bought where total is at least 10” in the last 90 days; to see a lift of 100 % within 180 days, ${needed} are needed`,
    );
    expect(body.details[0].mend).toMatch(/^Wait until enough do it, .*, or let it take longer\.$/);
    await world.must('PUT', '/api/definitions/journey/course', { body: journey(trial()) });
    const check = await world.must('POST', '/api/definitions/journey/course/check');
    expect(check.mistakes[0].message, 'the draft says so too').toContain('conversions are missing');
    await bought(Array.from({ length: needed - 2 }, (_, index) => `early-${index}`));
    expect((await publish(journey(trial()))).status).toBe(200);
    expect((await inForce()).result.says).toBe('Nobody has come to it yet.');
  });

  test('people are divided, and whoever comes again comes to the same arm, whatever is edited elsewhere', async () => {
    const first = await come(60);
    expect([first.plain!.length > 15, first.warm!.length > 15]).toEqual([true, true]);
    const { id } = await inForce();
    await passed();
    expect((await publish(journey(trial({ note: 'Warm words' }), { priority: 60 }))).status).toBe(200);
    expect(await inForce()).toMatchObject({ id, plan: { name: 'Warm words' }, result: { people: 60 } });
    const names = [...first.plain!, ...first.warm!];
    await world.send(names.map((name) => track(name, 'Joined')));
    expect(await armsOf(names)).toEqual({ plain: expect.arrayContaining(first.plain!), warm: expect.arrayContaining(first.warm!) });
    expect((await inForce()).result.people, 'each person once').toBe(60);

    // What is wanted, within the window, after they came: also what is told late.
    await passed();
    const [one, two, three, four] = first.warm as [string, string, string, string];
    await bought([one]);
    await bought([one]);
    await bought([two], 3);
    await world.turn('P6D');
    const inTime = world.iso;
    await world.turn('P5D');
    await bought([three]);
    await world.send([track(four, 'Bought', { properties: { total: 11 }, timestamp: inTime })]);
    const { result } = await inForce();
    expect(result.arms.map(({ key, conversions }) => [key, conversions])).toEqual([
      ['plain', 0],
      ['warm', 2],
    ]);
  });

  test('two people who turn out to be one count once, or not at all when they came to two arms', async () => {
    const { plain, warm } = await come(20);
    const before = await inForce();
    const join = async (one: string, other: string): Promise<void> => {
      const [a, b] = [await world.personBy('user', one), await world.personBy('user', other)];
      await world.must('POST', `/api/people/${a.id}/merge`, { person: b.id, reason: 'the same' });
    };
    await join(plain![0]!, plain![1]!);
    await join(plain![2]!, warm![0]!);
    const after = await inForce();
    expect([before.leftOut, after.leftOut]).toEqual([0, 1]);
    expect(before.result.people - after.result.people, 'one of two, and two of two').toBe(3);
  });

  test('a winner is called once it is one; given to new people by itself, but for a tenth', async () => {
    const step = trial({ byItself: true });
    expect((await publish(journey(step))).status).toBe(200);
    const { id } = await inForce();
    const { plain, warm } = await come(200);
    await passed();
    await bought(plain!.slice(0, 8));
    const main = await world.house.deps.workspaces.bySlug('main');
    expect(await experimentsDecided(world.house.deps, main), 'nothing is shown yet').toBe(false);
    await bought(warm!.slice(0, 50));
    const { result } = await inForce();
    expect(result).toMatchObject({ winner: 'warm', split: { isBroken: false } });
    expect(result.says).toMatch(/^“Warm” is better than “Plain”: its people convert [\d.]+ to [\d.]+ % more often\.$/);
    expect(await experimentsDecided(world.house.deps, main)).toBe(true);
    expect(await inForce()).toMatchObject({ id, state: 'won', taken: { arm: 'warm', by: 'the experiment', kept: 10 } });
    const later = await come(150);
    expect([later.plain!.length > 2, later.plain!.length < 40]).toEqual([true, true]);
    await world.send(plain!.map((name) => track(name, 'Joined')));
    expect((await armsOf(plain!)).warm, 'whoever had come to an arm keeps it').toEqual([]);
    const won = await inForce();
    expect(won.result.people, 'who comes afterwards does not count').toBe(result.people);
    expect(won.taken!.since.map(({ people }) => people)).toEqual([later.plain!.length, later.warm!.length]);

    await world.must('POST', `/api/experiments/${id}/take`, { arm: null, reason: 'once more' });
    expect((await inForce()).state).toBe('running');
    expect(await world.api('POST', `/api/experiments/${id}/take`, { arm: 'none' })).toMatchObject({
      status: 409,
      body: { code: 'experiment-state' },
    });
    await world.must('POST', `/api/experiments/${id}/take`, { arm: 'warm', reason: 'it is better' });
    expect((await inForce()).taken).toMatchObject({ arm: 'warm', reason: 'it is better' });
    const { items } = await world.must('GET', '/api/audit');
    expect(items[0].what).toBe('gave new people “Warm” of the experiment “Plain or Warm”: it is better');
  });

  test('other shares begin it anew, and publishing says so first', async () => {
    const other = trial({
      arms: [
        { key: 'plain', label: 'Plain', share: 80, next: 'a' },
        { key: 'warm', label: 'Warm', share: 20, next: 'b' },
      ],
    });
    const plan = await world.must('POST', '/api/plan', { definitions: [{ kind: 'journey', key: 'course', body: journey(other) }] });
    expect(plan.changes[0].warnings).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('the experiment "try" begins anew') }),
    );
    const { id } = await inForce();
    expect((await publish(journey(other))).status).toBe(200);
    const views = await all();
    expect(views.map(({ state }) => state)).toEqual(['running', 'over']);
    expect(views[0]!.id).not.toBe(id);
    expect(views[0]!.result.people).toBe(0);
    expect(await world.api('POST', `/api/experiments/${id}/take`, { arm: 'warm' })).toMatchObject({
      status: 409,
      body: { code: 'experiment-state' },
    });
  });

  test('a split that is not the one that was asked for is found, and no winner is called', async () => {
    await publish(journey(trial()));
    const { id } = await inForce();
    expect((await world.must('GET', `/api/experiments/${id}`)).result.split.isBroken).toBe(false);
    // As when a link of one arm leads past the step that counts.
    await world.rows(
      "delete from exposure where experiment = $1 and counts and person_id in (select person_id from exposure where experiment = $1 and arm = 'plain' and counts offset 10)",
      [id],
    );
    const { result } = await world.must<ExperimentView>('GET', `/api/experiments/${id}`);
    expect([result.split.isBroken, result.winner]).toEqual([true, null]);
    expect(result.split.says).toContain('The split is not the one that was asked for');
  });
});

describe.each(dialects)('in a broadcast, on %s', (database) => {
  let world: World;
  const people = Array.from({ length: 240 }, (_, index) => `r${index}`);
  const template = (key: string) => ({
    kind: 'template' as const,
    key,
    body: { channel: 'email', name: key, subject: key, blocks: [{ block: 'button', label: 'Look', link: 'https://linden.example/look' }] },
  });
  const plan = (experiment: object) => ({
    name: 'Spring',
    segments: ['readers'],
    template: 'plain',
    topic: 'news',
    experiment: { share: 50, arms: [{ key: 'warm', label: 'Warm', template: 'warm' }], lift: 100, ...experiment },
  });
  const start = async (experiment: object): Promise<string> => {
    const { id } = await world.must('POST', '/api/broadcasts', plan(experiment));
    await world.must('POST', `/api/broadcasts/${id}/start`);
    return id;
  };
  const read = (id: string) => world.must('GET', `/api/broadcasts/${id}`);
  /** Who got what since so many mails. */
  const got = (since: number) => ({
    plain: world.mails.slice(since).flatMap(({ to, mail }) => (mail.subject === 'plain' ? [to.split('@')[0]!] : [])),
    warm: world.mails.slice(since).flatMap(({ to, mail }) => (mail.subject === 'warm' ? [to.split('@')[0]!] : [])),
  });
  const shown = async (id: string): Promise<ExperimentView> => world.must('GET', `/api/experiments/broadcast.${id}`);

  beforeAll(async () => {
    world = await openWorld({ database, blueprint: false });
    await world.must('PATCH', '/api/settings', {
      senderName: 'Linden',
      senderEmail: 'hello@linden.example',
      postalAddress: 'Linden, 12 Garden Lane, Berlin',
      zone: 'Europe/Berlin',
    });
    await world.publish([
      { kind: 'field', key: 'reads', body: { path: 'reads', name: 'reads', type: 'boolean' } },
      { kind: 'topic', key: 'news', body: { name: 'News', purpose: 'marketing' } },
      { kind: 'cap-policy', key: 'main', body: { name: 'Limits', caps: [], quietHours: null } },
      { kind: 'entry-point', key: 'site', body: { name: 'Site', entry: 'api', source: 'site' } },
      template('plain'),
      template('warm'),
      { kind: 'segment', key: 'readers', body: { name: 'Readers', rule: { trait: { path: 'reads', op: 'equals', value: true } } } },
    ]);
    await world.sendTrusted(
      people.map((name) => ({
        type: 'identify' as const,
        userId: name,
        traits: { email: `${name}@example.com`, name, reads: true },
        context: { consent: { categoryPreferences: { marketing: true } } },
      })),
    );
  });

  test('it does not begin before enough people did lately what it asks for, and says how many are missing', async () => {
    const strangers = (from: number, to: number): Promise<unknown> =>
      world.send(
        Array.from({ length: to - from }, (_, index) => ({ type: 'track' as const, userId: `s${from + index}`, event: 'Bought' })),
      );
    const draft = await world.must('POST', '/api/broadcasts', plan({ goal: { event: 'Bought' } }));
    const nobody =
      'the experiment cannot begin yet: 30 conversions are missing. Nobody did “Bought” in the last 90 days; 30 are needed to know how often it is done';
    expect(draft.locked).toBe(nobody);
    expect(await world.api('POST', `/api/broadcasts/${draft.id}/start`)).toMatchObject({
      status: 409,
      body: { code: 'broadcast-incomplete', details: [{ path: 'experiment', message: nobody }] },
    });
    await strangers(0, 29);
    expect((await read(draft.id)).locked).toContain('one conversion is missing. 29 people did “Bought”');
    await strangers(29, 30);
    expect((await read(draft.id)).locked).toBe(null);
    const links = await world.must('POST', '/api/broadcasts', plan({}));
    expect(links.locked).toContain('Nobody followed a link of a mail in the last 90 days');
  });

  test('a part gets it in both words; then the rest gets what did more, and each person gets it once', async () => {
    const id = await start({ goal: { event: 'Bought' }, wait: 'P1D' });
    const first = got(0);
    expect([first.plain.length > 35, first.warm.length > 35, first.plain.length + first.warm.length < 160]).toEqual([true, true, true]);
    await world.turn('PT2H');
    expect(got(0), 'the rest waits').toEqual(first);
    await world.send(
      [...first.plain.slice(0, 2), ...first.warm.slice(0, 30)].map((userId) => ({ type: 'track' as const, userId, event: 'Bought' })),
    );
    expect((await shown(id)).state).toBe('running');
    await world.turn('P1D');
    const after = await read(id);
    expect(after).toMatchObject({
      state: 'finished',
      figures: { sent: 240, waiting: 0 },
      experiment: { taken: { arm: 'warm', by: 'the experiment' } },
    });
    expect(after.experiment.taken.says).toContain('“Warm” is better than “As planned”');
    const all = got(0);
    expect(all.plain.length, 'nobody else got the plain one').toBe(first.plain.length);
    expect([...all.plain, ...all.warm].toSorted()).toEqual(people.toSorted());
    expect(await shown(id)).toMatchObject({ state: 'over', where: 'Spring', result: { winner: 'warm' } });
  });

  test('following a link counts where nothing else is asked for; without a winner the rest gets what was planned', async () => {
    for (const { links } of world.mails.slice(0, 30)) await world.click(links[0]!);
    await world.turn('PT1M');
    const before = world.mails.length;
    const id = await start({ wait: 'PT6H' });
    await world.turn('PT1M');
    const mail = world.mails.slice(before).find(({ mail }) => mail.subject === 'warm')!;
    await world.click(mail.links[0]!);
    await world.turn('PT1M');
    expect((await shown(id)).result.arms.map(({ conversions }) => conversions)).toEqual([0, 1]);
    await world.turn('PT6H');
    expect(await read(id)).toMatchObject({ state: 'finished', experiment: { taken: { arm: 'control', by: 'the experiment' } } });
    const { plain, warm } = got(before);
    expect([plain.length + warm.length, plain.length > warm.length + 60]).toEqual([240, true]);
  });

  test('by hand it waits until somebody says, and what is missing is named before it starts', async () => {
    const draft = await world.must('POST', '/api/broadcasts', plan({ arms: [{ key: 'warm', label: 'Warm' }] }));
    expect(await world.api('POST', `/api/broadcasts/${draft.id}/start`)).toMatchObject({
      status: 409,
      body: { details: [{ path: 'experiment.arms.0.template', message: 'choose what “Warm” gets' }] },
    });
    const before = world.mails.length;
    const id = await start({ decides: 'by-hand', wait: 'PT1H', goal: { event: 'Bought' } });
    await world.turn('P3D');
    expect(await read(id)).toMatchObject({ state: 'running', experiment: { taken: null } });
    expect(await world.api('POST', `/api/broadcasts/${id}/decide`, { arm: 'none' })).toMatchObject({
      status: 409,
      body: { code: 'experiment-state' },
    });
    await world.must('POST', `/api/broadcasts/${id}/decide`, { arm: 'warm', reason: 'it reads better' });
    await world.turn('PT1M');
    expect(await read(id)).toMatchObject({ state: 'finished', experiment: { taken: { arm: 'warm', says: 'it reads better' } } });
    expect(got(before).plain.length + got(before).warm.length).toBe(240);
  });
});
