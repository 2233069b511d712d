import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Template } from '#contract/definition-bodies.ts';
import { type DefinitionDocument, type DefinitionKind, definitionKinds } from '#contract/definition.ts';
import { durationMs } from '#contract/instant.ts';
import type { Journey } from '#contract/journey.ts';
import type { JsonObject } from '#contract/json.ts';
import { exitsOf } from '#contract/steps/index.ts';
import { definitionId, findingsOf } from '#engine/check.ts';
import { decideMessage } from '#engine/message/policy.ts';
import { compileTemplate, renderEmail } from '#engine/message/render.ts';
import { compileLifecycle, stageAfter } from '#engine/lifecycle/lifecycle.ts';
import { emptyState, newPerson, type Person } from '#engine/person.ts';
import { compileRulebook, type Published } from '#engine/rulebook.ts';
import { blueprintFolder, blueprints, readBlueprint } from '#operations/blueprint.ts';
import { readDefinition, writeDefinition, writeSchema } from '#operations/definition-text.ts';
import { inKindOrder, mistakesOfSet, toCandidate } from '#operations/plan.ts';

describe.each(blueprints)('the blueprint %s', (name) => {
  const dir = blueprintFolder(name);
  const text = (file: string): string => readFileSync(join(dir, file), 'utf8');

  test('holds together: every shape, every meaning, every text', async () => {
    const definitions = await readBlueprint(name);
    expect(definitions.length).toBeGreaterThan(0);
    expect(mistakesOfSet(definitions.map(toCandidate), [])).toEqual([]);
  });

  test('is written as an export writes it, so applying and exporting it changes nothing', async () => {
    for (const { kind, key, body } of await readBlueprint(name)) {
      const file = text(`${definitionKinds[kind].folder}/${key}.yaml`);
      const published = toCandidate({ kind, key, body }).body;
      expect(writeDefinition({ kind, body: published }), `${kind} ${key}`).toBe(file);
      // As a database gives it back: a jsonb column keeps keys in an order of its own.
      expect(writeDefinition({ kind, body: shuffled(published) }), `${kind} ${key}`).toBe(file);
      expect(readDefinition(file)).toMatchObject({ ok: true, body: published });
    }
  });

  test('carries the schemas that editors complete by, as they are today', () => {
    for (const kind of Object.keys(definitionKinds) as DefinitionKind[]) expect(text(`schemas/${kind}.json`), kind).toBe(writeSchema(kind));
    expect(readdirSync(join(dir, 'schemas')).length).toBe(Object.keys(definitionKinds).length);
  });
});

describe('the service business', async () => {
  const published = (await readBlueprint('service-business'))
    .map(toCandidate)
    .map(({ document }) => ({ ...document!, version: 1 }) as Published);
  const book = compileRulebook(1, 1, published, [], 'Europe/Berlin');
  const lifecycle = compileLifecycle(1, book.lifecycle!.body, book.context);
  const somebody = (stage: string | null): Person => ({
    ...newPerson('00000000-0000-7000-8000-000000000001', 'website', 0),
    stage,
    state: emptyState(),
  });

  /** Does one thing after another, and answers the stages that were passed. */
  function walk(stage: string | null, ...acts: (string | [string, JsonObject])[]): (string | null)[] {
    const person = somebody(stage);
    return acts.map((act, index) => {
      const [event, properties] = typeof act === 'string' ? [act, {}] : act;
      const happened = { id: String(index), at: index, name: event, properties };
      for (const memo of book.memosByEvent.get(event) ?? []) {
        const trace = memo.fold(person.state.memory[memo.id], happened);
        if (trace) person.state.memory[memo.id] = trace;
      }
      const answer = stageAfter(lifecycle, person, happened, index);
      if (answer && 'move' in answer) person.stage = answer.move.key;
      return person.stage;
    });
  }
  const click = (actor: string): [string, JsonObject] => ['Email Link Clicked', { actor }];

  test('has the seven stages, each with what it is for and what goes wrong without it, hues well apart', () => {
    const { stages } = lifecycle.body;
    expect(stages.map((stage) => stage.name)).toEqual([
      'Capture',
      'Qualification',
      'Routing',
      'Nurture',
      'Conversion',
      'Expansion',
      'Re-engagement',
    ]);
    for (const stage of stages)
      expect([stage.key, stage.objective !== '', stage.risk !== '', stage.owner]).toEqual([stage.key, true, true, null]);
    const hues = stages.map((stage) => stage.hue).sort((a, b) => a - b);
    for (const [index, hue] of hues.entries()) expect((hues[(index + 1) % hues.length]! - hue + 360) % 360).toBeGreaterThanOrEqual(40);
  });

  test('every way into a stage is one that the stages before it allow', () => {
    for (const stage of lifecycle.body.stages)
      for (const entry of stage.entry)
        for (const from of entry.from ?? []) expect(lifecycle.stages.get(from)!.next, `${from} → ${stage.key}`).toContain(stage.key);
  });

  test.each<[string, string | null, (string | [string, JsonObject])[], (string | null)[]]>([
    [
      'signs up, clicks, books, signs',
      null,
      ['Signed Up', click('human'), 'Meeting Booked', 'Agreement Signed'],
      ['capture', 'qualification', 'routing', 'conversion'],
    ],
    [
      'a scanner that follows links moves nobody',
      null,
      ['Signed Up', click('machine'), click('unknown')],
      ['capture', 'capture', 'capture'],
    ],
    ['writes through the form and replies', null, ['Form Submitted', 'Email Replied'], ['capture', 'qualification']],
    ['replies on another channel', 'capture', ['Message Replied'], ['qualification']],
    ['a stranger books a meeting', null, ['Meeting Booked'], ['routing']],
    ['books straight away', 'capture', ['Meeting Booked'], ['routing']],
    ['meets, thinks it over, books again', 'routing', ['Meeting Held', 'Meeting Booked'], ['nurture', 'routing']],
    ['buys, buys again', 'nurture', ['Order Completed', 'Order Completed'], ['conversion', 'expansion']],
    ['signs, then buys for the first time', 'routing', ['Agreement Signed', 'Order Completed'], ['conversion', 'conversion']],
    ['a stranger buys', null, ['Order Completed'], ['conversion']],
    ['is lost and comes back', 'nurture', ['Deal Lost', 'Email Replied', 'Order Completed'], ['re-engagement', 'nurture', 'conversion']],
    ['a customer leaves and returns', 'expansion', ['Subscription Cancelled', 'Order Completed'], ['re-engagement', 'conversion']],
    [
      'a customer who clicks stays a customer',
      'conversion',
      [click('human'), 'Meeting Booked', 'Signed Up'],
      ['conversion', 'conversion', 'conversion'],
    ],
  ])('%s', (_, from, acts, passed) => expect(walk(from, ...acts)).toEqual(passed));

  test('welcomes who signed up: one mail at once, one after two days, and ends with an order or a goodbye', () => {
    const { body } = book.journeys.get('welcome')!;
    expect(body.steps.map((step) => `${step.kind} ${step.key}`)).toEqual([
      'entry signed-up',
      'send hello',
      'wait two-days',
      'send how-we-work',
    ]);
    expect(body.goal?.on.event).toBe('Order Completed');
    expect(body.exits.map((exit) => exit.on.event)).toEqual(['Unsubscribed']);
    expect(body.reentry).toBe('never');
  });

  test('brings five journeys to start with', () => {
    expect([...book.journeys.keys()].sort()).toEqual(['abandoned-cart', 'nurture', 'onboarding', 're-engagement', 'welcome']);
  });

  describe.each([...book.journeys.values()].map(({ key, body }) => ({ key, body })))('the starter $key', ({ key, body }) => {
    const set = new Map(published.map((each) => [definitionId(each.kind, each.key), each as DefinitionDocument]));
    test('no check finds anything', () => {
      expect(findingsOf({ kind: 'journey', key, body }, set)).toEqual([]);
    });

    test('says what it is for, how one knows that it works and when it ends, and writes only to those who agreed', () => {
      for (const text of Object.values(body.brief)) expect(text.length).toBeGreaterThan(15);
      expect(body.serves).not.toBeNull();
      expect(durationMs(body.goal!.within)!).toBeGreaterThan(0);
      expect(body.exits.map((exit) => exit.on.event)).toContain('Unsubscribed');
      expect(body.folder).toBe('Starters');
      for (const step of body.steps)
        if (step.kind === 'entry') expect(JSON.stringify(step.when), step.key).toContain('{"consent":{"purpose":"marketing"}}');
      for (const step of body.steps) if ('topic' in step) expect(book.topics.get(step.topic)!.body.purpose, step.key).toBe('marketing');
    });

    test('runs to an end on every way', () => {
      const ends = body.steps.filter((step) => exitsOf(step).every((exit) => exit.next === null));
      expect(ends.length).toBeGreaterThan(0);
      const steps = new Map(body.steps.map((step) => [step.key, step]));
      const leadsToAnEnd = new Set(ends.map((step) => step.key));
      for (let before = -1; before !== leadsToAnEnd.size; ) {
        before = leadsToAnEnd.size;
        for (const step of steps.values())
          if (exitsOf(step).some(({ next }) => next !== null && leadsToAnEnd.has(next))) leadsToAnEnd.add(step.key);
      }
      expect(leadsToAnEnd.size).toBe(steps.size);
    });
  });

  test('every text is sent by some journey', () => {
    const steps = [...book.journeys.values()].flatMap(({ body }) => body.steps);
    const sent = steps.flatMap((step) =>
      step.kind === 'send'
        ? [step.template, ...step.variants.map((variant) => variant.template)]
        : step.kind === 'nurture'
          ? step.contents.map((content) => content.template)
          : [],
    );
    expect(sent.toSorted()).toEqual([...book.templates.keys()].sort());
  });

  test.each([
    ['welcome', ['PT0S', 'P2D']],
    ['a cart left behind', ['PT1H', 'P1D', 'P3D']],
    ['re-engagement', ['P30D', 'P37D', 'P51D']],
    ['onboarding', ['P3D', 'P10D', 'P17D']],
    ['nurture', ['P3D', 'P10D', 'P17D', 'P24D', 'P31D']],
  ])('the caps let the mails of %s pass when they are due', (_, offsets) => {
    const noon = Date.parse('2026-03-02T12:00:00Z');
    const person: Person = { ...somebody('capture'), email: 'ana@example.com', zone: 'UTC' };
    person.state.consents['marketing/*'] = { state: 'granted', at: 0 };
    const sent: { at: number; channel: string; topic: string; offer: null }[] = [];
    for (const offset of offsets) {
      const now = noon + durationMs(offset)!;
      const message = {
        channel: 'email',
        topic: 'onboarding',
        purpose: 'marketing',
        journey: 'welcome',
        expiresAt: now + 86_400_000,
        actAt: null,
        runEnded: null,
      };
      expect(
        decideMessage(
          message,
          {
            person,
            policy: book.capPolicy!.body,
            workspaceZone: 'UTC',
            sent,
            events: [],
            offers: book.offers,
            suppressed: null,
            stopped: new Map(),
          },
          now,
        ),
      ).toEqual({ do: 'send' });
      sent.push({ at: now, channel: 'email', topic: 'onboarding', offer: null });
    }
  });

  test.each<[string, JsonObject, JsonObject | null, string]>([
    [
      'somebody of whom much is known',
      { firstName: 'Ana', name: 'Ana Novak', interests: ['gardens', 'ponds'], city: 'Graz', company: { name: 'Novak & Co.' } },
      { name: 'Landing page', product_id: 'landing-page' },
      'Hello Ana,',
    ],
    ['somebody with one name', { name: 'Ana Novak' }, { name: 'Checkout Started', products: [] }, 'Hello Ana Novak,'],
    ['somebody of whom nothing is known', {}, null, 'Hello there,'],
  ])('the mails read well to %s, and have a link to follow', (_, traits, event, hello) => {
    for (const { key, body } of book.templates.values()) {
      const written = renderEmail(
        compileTemplate(body as Extract<Template, { channel: 'email' }>),
        {
          person: traits,
          event,
          workspace: { name: 'Linden & Daughters', senderName: 'Mia' },
          links: { unsubscribe: 'https://x.example/u/1' },
        },
        {
          language: 'en',
          brand: 'Linden & Daughters',
          wrapLink: (url) => url,
          openPixel: null,
          postalAddress: '1 High Street',
          footer: { why: 'You asked for it.', unsubscribe: 'Unsubscribe', preferences: 'Preferences' },
        },
      );
      expect(written.text, key).toContain(hello);
      expect(written.text, key).toContain('Mia');
      expect(written.text, key).toContain('Unsubscribe: https://x.example/u/1');
      expect(written.links.length, key).toBeGreaterThan(0);
      // Mail programs show some sixty characters of a subject.
      expect(written.subject.length, key).toBeGreaterThan(10);
      expect(written.subject.length, key).toBeLessThanOrEqual(60);
      expect(`${written.subject}\n${written.text}`, key).not.toMatch(/\{\{|\{%|\s[,.]|about\s*\.|undefined|null|\*\*|Checkout Started/);
      expect(written.html, key).not.toMatch(/\{\{|\{%|undefined|Checkout Started/);
    }
  });
});

/** The same value with the keys of every object in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => a.length - b.length || (a < b ? 1 : -1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, shuffled(inner)]));
}

test('definitions stand in the order of their kinds, then of their keys', async () => {
  const definitions = await readBlueprint('service-business');
  expect(definitions).toEqual(inKindOrder(definitions));
});
