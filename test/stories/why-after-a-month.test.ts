import { beforeAll, describe, expect, test } from 'vitest';
import type { Why } from '#contract/routes/people.ts';
import { day } from '#contract/instant.ts';
import { chanceOf } from '#engine/practice/random.ts';
import { seedPractice } from '#operations/practice/seed.ts';
import { dialects } from '../databases.ts';
import { openWorld, type World } from '../world.ts';

/** A month of the practice workspace: whoever asks why somebody got a message, did not get it, or was not let into a journey hears a sentence that says it. */
const seed = String(process.env.WHY_SEED ?? Date.now());

interface Answered {
  about: string;
  why: Why;
  took: number;
}

/** Words of the house itself, ids, names of codes: nothing of that is in a sentence for a marketer. */
const inside =
  /\b(null|undefined|NaN|object Object|kill-switch|person-stop|policy-hold|try-later|no-consent|quiet-hours|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|lane|enum|boolean|P\d+[DWMY]|PT\d+[HMS])\b|\{|\}|_|\d{4}-\d\d-\d\dT/;

describe.each(dialects)('why, after a month, on %s', (database) => {
  let world: World;
  const people: string[] = [];
  const answers: Answered[] = [];

  const practice = (): Record<string, string> => ({ authorization: `Bearer ${world.practiceKey}` });
  const rows = (statement: string, values: string[] = []) => world.house.deps.db.asOwner((tx) => tx.query(statement, values));

  beforeAll(async () => {
    world = await openWorld({ database, at: '2026-03-31T09:00:00Z' });
    const workspace = await world.house.deps.workspaces.bySlug('practice');
    // A strict house, where whoever fills a cart while they are welcomed gets less than was planned for them.
    const { draft } = await world.must('GET', '/api/definitions/cap-policy/main', undefined, practice());
    const caps = [{ channel: 'email', max: 3, within: 'P7D' }];
    const strict = { kind: 'cap-policy', key: 'main', body: { ...draft, caps } };
    await world.must('POST', '/api/apply', { definitions: [strict], publish: true, note: 'for a story' }, practice());
    await seedPractice(world.house.sending, workspace, { seed, days: 30, crowd: 0.8 });
    // Somebody who orders again while they are shown how it goes is not shown again.
    const [buyer] = await rows(
      `select i.value from run r join identity i on i.person_id = r.person_id
         where r.workspace_id = $1 and r.journey = 'onboarding' and r.status = 'live' and i.kind = 1 order by r.run_id limit 1`,
      [String(workspace.id)],
    );
    const again = {
      type: 'track' as const,
      event: 'Order Completed',
      userId: buyer!.value as string,
      properties: { revenue: 90, currency: 'EUR' },
    };
    await world.send([again], { key: world.practiceKey });
    // A quarter of them from those to whom something was not sent, a quarter from those who were not let into a journey.
    const unsent =
      "exists (select 1 from message m where m.lane = p.lane and m.person_id = p.person_id and m.status in ('skipped', 'held'))";
    const refused =
      "exists (select 1 from decision d where d.lane = p.lane and d.person_id = p.person_id and d.about like 'journey:%' and d.decided = 'not entered')";
    const known = await rows(
      `select p.person_id as id, ${unsent} as unsent, ${refused} as refused from person p where p.workspace_id = $1 and p.merged_into is null
         and exists (select 1 from message m where m.lane = p.lane and m.person_id = p.person_id) order by p.person_id`,
      [String(workspace.id)],
    );
    const chance = chanceOf(seed, 'why');
    const order = known
      .map(({ id, unsent, refused }) => ({ id: id as string, unsent: unsent === true, refused: refused === true, place: chance() }))
      .sort((a, b) => a.place - b.place);
    const first = [order.filter(({ unsent }) => unsent), order.filter(({ refused }) => refused)].flatMap((some) => some.slice(0, 5));
    for (const { id } of [...first, ...order]) if (people.length < 20 && !people.includes(id)) people.push(id);
    for (const id of people) {
      const abouts = await rows(
        `select 'message:' || message_id as about from message where person_id = $1
         union select about from decision where person_id = $1 and about like 'journey:%' and decided = 'not entered' order by about`,
        [id],
      );
      for (const { about } of abouts as { about: string }[]) {
        const began = performance.now();
        const why = await world.must<Why>('GET', `/api/people/${id}/why?about=${encodeURIComponent(about)}`, undefined, practice());
        answers.push({ about, why, took: performance.now() - began });
      }
    }
    const times = answers.map(({ took }) => took).sort((a, b) => a - b);
    console.log(
      [
        `Seed ${seed}: ${answers.length} answers about ${people.length} people, in ${times[times.length >> 1]?.toFixed(1)} ms (half of them), ${times.at(-1)?.toFixed(1)} ms at most`,
        ...answers.map(({ about, why, took }) => `${about.replace(/:.*-.*/, '')} (${took.toFixed(0)} ms): ${why.answer}`),
      ].join('\n'),
    );
  }, 300_000);

  test('there is something to ask: messages that were sent, messages that were not, and journeys that were refused', () => {
    expect(people).toHaveLength(20);
    const of = (what: string, decided: RegExp) =>
      answers.filter(({ about, why }) => about.startsWith(what) && decided.test(why.decided)).length;
    expect(of('message', /^sent$/)).toBeGreaterThan(20);
    expect(of('message', /^(skipped|held)$/)).toBeGreaterThan(0);
    // Whoever is in it is told where they stand, and why they did not enter again.
    expect(answers.filter(({ about, why }) => about.startsWith('journey') && /Not entered/.test(why.answer)).length).toBeGreaterThan(0);
  });

  test('every answer is a sentence, in words that a marketer knows', () => {
    for (const { about, why } of answers) {
      expect(why.answer, about).toMatch(/^[“A-Z0-9].*[.”]$/s);
      // The names of zones are those of the time zone database.
      const plain = (text: string): string => text.replaceAll(/\b[A-Z][A-Za-z]+\/[A-Za-z_/]+/g, 'there');
      expect(plain(why.answer), about).not.toMatch(inside);
      for (const { rule } of why.because) expect(plain(rule), `${about}: ${why.answer}`).not.toMatch(inside);
    }
  });

  test('every answer says when, and by which rule', () => {
    for (const { about, why } of answers) {
      expect(why.at, about).not.toBeNull();
      expect(Math.abs(Date.parse(why.at!) - Date.parse('2026-03-31T09:00:00Z')), about).toBeLessThan(32 * day);
      expect(why.because.length, `${about}: ${why.answer}`).toBeGreaterThan(0);
      for (const { rule } of why.because) expect(rule.length, about).toBeGreaterThan(8);
    }
  });

  test('of what was sent it names the journey and the consent, of what was not the reason', async () => {
    for (const { about, why } of answers.filter((each) => each.about.startsWith('message:'))) {
      if (why.decided === 'sent') expect(why.answer, about).toMatch(/^Sent “.+” on .+ \(.+\): the (journey|broadcast) .+/);
      if (['skipped', 'failed'].includes(why.decided)) expect(why.answer, about).toMatch(/^Not sent: .{10,}\.$/);
      if (why.decided === 'held') expect(why.answer, about).toMatch(/^Held “.+” until .+: .{10,}\.$/);
    }
    const journeys = (await world.must('GET', '/api/journeys?limit=100', undefined, practice())).items as { key: string; name: string }[];
    for (const { about, why } of answers)
      for (const { key, name } of journeys.filter((each) => each.key.includes('-') && each.key !== each.name))
        expect(why.answer, `${about}: ${name} is called by its name`).not.toMatch(new RegExp(`\\b${key}\\b`));
  });
});
