import { beforeAll, describe, expect, test } from 'vitest';
import type { DefinitionDocument, LooseDefinition } from '#contract/definition.ts';
import { Journey } from '#contract/journey.ts';
import { type Motion, motions, StarterAnswers } from '#contract/starter.ts';
import { checkMeaning, checkShape, definitionId, findingsOf } from '#engine/check.ts';
import { broughtBy, choicesOf, draftOf, hereOf, missingOf, questionsOf, type Starter } from '#engine/journey/starter.ts';
import { readBlueprint } from '#operations/blueprint.ts';

/** The starters as a stranger takes them: somebody with a lifecycle, events and fields of their own. */

const stranger: LooseDefinition[] = [
  {
    kind: 'lifecycle',
    key: 'main',
    body: {
      name: 'Ours',
      stages: [
        { key: 'lead', name: 'Lead', meaning: 'Asked', first: true, next: ['client'] },
        { key: 'client', name: 'Client', meaning: 'Pays' },
      ],
    },
  },
  { kind: 'topic', key: 'letters', body: { name: 'Letters', purpose: 'marketing' } },
  { kind: 'field', key: 'given-name', body: { name: 'Given name', path: 'givenName', type: 'text' } },
  { kind: 'segment', key: 'berlin', body: { name: 'In Berlin', rule: { trait: { path: 'email', op: 'ends-with', value: '.de' } } } },
];
const own: Record<string, string> = { 'Product Added': 'Basket Filled', 'Checkout Started': 'Till Opened', 'Signed Up': 'Came In' };

const documentOf = ({ kind, key, body }: LooseDefinition): DefinitionDocument => {
  const checked = checkShape(kind, key, body);
  if (!checked.ok) throw new Error(`${kind} ${key}: ${JSON.stringify(checked.mistakes)}`);
  return checked.document;
};

let starters: Starter[];
beforeAll(async () => {
  const shipped = (await readBlueprint('service-business')).map(documentOf);
  starters = shipped.flatMap((each) =>
    each.kind === 'journey' ? [{ key: each.key, journey: each.body, brings: broughtBy(each.key, each.body, shipped) }] : [],
  );
});
const starter = (key: string): Starter => starters.find((each) => each.key === key)!;

/** Every question answered, as somebody would who makes what is not there. */
function answered(from: Starter, here = hereOf(stranger), motion: Motion = 'self', more: Partial<StarterAnswers> = {}): StarterAnswers {
  const answers = StarterAnswers.parse({
    audience: { who: 'everybody' },
    expects: 'A mail now and then, because they asked us.',
    motion,
    appointment: 'Visit Agreed',
    goal: { event: 'Invoice Paid', within: 'P14D' },
    owner: 'ana@linden.example',
    name: 'My own',
    key: 'my-own',
    mails: 'own',
    ...more,
  });
  // What is made asks for more.
  for (let round = 0; round < 5; round++)
    for (const assumed of questionsOf(from, answers, here).names) {
      answers.names[assumed.kind] ??= {};
      const names = answers.names[assumed.kind]!;
      const [first] = choicesOf(assumed, here);
      names[assumed.name] ??=
        assumed.kind === 'event'
          ? { take: own[assumed.name] ?? assumed.name }
          : assumed.kind === 'stage'
            ? { take: ['conversion', 'expansion'].includes(assumed.name) ? 'client' : 'lead' }
            : assumed.name === 'firstName'
              ? { take: 'givenName' }
              : assumed.canMake
                ? { make: true }
                : first
                  ? { take: first.name }
                  : { none: true };
    }
  for (const { step, length } of questionsOf(from, answers, here).waits) answers.waits[step] ??= length;
  return answers;
}

/** What the check of the canvas would say of a draft in the stranger's house. */
function mistakesOf(drafts: readonly LooseDefinition[], there = stranger): string[] {
  const documents = [...there, ...drafts].map(documentOf);
  const set = new Map(documents.map((each) => [definitionId(each.kind, each.key), each]));
  expect(set.size, 'no draft takes the place of another').toBe(documents.length);
  return drafts.flatMap((each) =>
    checkMeaning(set.get(definitionId(each.kind, each.key))!, set).map(({ message }) => `${each.key}: ${message}`),
  );
}

describe.each(['abandoned-cart', 'nurture', 'onboarding', 're-engagement', 'welcome'])('%s', (key) => {
  test('nothing is taken as answered that was not', () => {
    const from = starter(key);
    const open = missingOf(from, StarterAnswers.parse({}), hereOf(stranger));
    expect([...new Set(open.map(({ part }) => part))]).toEqual(['names', 'audience', 'goal', 'care']);
    for (const { says } of open) expect(says).toMatch(/^[A-Z].*\.$/);
    const full = answered(from);
    expect(missingOf(from, full, hereOf(stranger))).toEqual([]);
    // Each answer that is taken back is asked for again.
    for (const part of ['audience', 'expects', 'motion', 'goal', 'owner', 'name', 'waits', 'names'] as const)
      expect(missingOf(from, { ...full, [part]: StarterAnswers.parse({})[part] }, hereOf(stranger)), part).not.toEqual([]);
  });

  test.each(motions)('is a draft without mistakes, with what it needs beside it (%s)', (motion) => {
    for (const audience of [{ who: 'everybody' }, { who: 'segment', segment: 'berlin' }, { who: 'stage', stage: 'lead' }] as const) {
      const from = starter(key);
      const { drafts, journey } = draftOf(from, answered(from, hereOf(stranger), motion, { audience }), hereOf(stranger));
      expect(mistakesOf(drafts)).toEqual([]);
      expect(drafts.at(-1)).toMatchObject({ kind: 'journey', key: 'my-own' });
      expect(journey).toMatchObject({
        name: 'My own',
        owner: 'ana@linden.example',
        goal: { on: { event: 'Invoice Paid' }, within: 'P14D' },
      });
      const warned = findingsOf(
        { kind: 'journey', key: 'my-own', body: journey },
        new Map([...stranger, ...drafts].map((each) => [definitionId(each.kind, each.key), documentOf(each)])),
      );
      expect(warned.map(({ check }) => check).filter((check) => check !== 'serves' && check !== 'dead-end')).toEqual([]);
      // Nothing of the business that it was made for is left.
      const all = JSON.stringify(drafts, (name, value) => (name === 'note' ? undefined : value));
      for (const gone of ['Product Added', 'Checkout Started', 'Signed Up', '"conversion"', '"capture"', 'person.firstName'])
        expect(all.includes(gone), gone).toBe(false);
    }
  });
});

describe('what the answers change', () => {
  const draft = (key: string, motion: Motion, more: Partial<StarterAnswers> = {}) =>
    draftOf(starter(key), answered(starter(key), hereOf(stranger), motion, more), hereOf(stranger));

  test('by themselves: nothing but the next step of the brief', () => {
    const { journey } = draft('abandoned-cart', 'self');
    expect(journey.steps.map(({ key }) => key)).toEqual(starter('abandoned-cart').journey.steps.map(({ key }) => key));
    expect(journey.exits).toEqual(starter('abandoned-cart').journey.exits);
    expect(journey.brief.nextStep).toMatch(/^They buy by themselves\. Go back to the cart/);
    expect(journey.brief.needs).toMatch(/^What they expect from us: A mail now and then, because they asked us\. That nothing is lost/);
    expect(journey.brief.signs).toMatch(/^Who enters: everybody/);
  });

  test('after a talk: a task to call follows the wait after the last message, and a reply ends the run', () => {
    const { journey } = draft('abandoned-cart', 'talk');
    const at = (key: string) => journey.steps.find((step) => step.key === key)!;
    expect(at('time-to-decide')).toMatchObject({ next: 'call' });
    expect(at('call')).toMatchObject({
      kind: 'make-task',
      owner: 'ana@linden.example',
      next: 'not-now',
      title: expect.stringMatching(/^Call them: .*“My own”, and “Order” has not come$/),
    });
    // A reply ends the cart already, so nothing is added.
    expect(journey.exits.filter(({ on }) => on.event === 'Email Replied')).toHaveLength(1);
    // Without a wait after it, the task follows the message itself.
    const welcome = draft('welcome', 'talk').journey;
    expect(welcome.steps.find((step) => step.key === 'how-we-work')).toMatchObject({ next: 'call' });
    expect(welcome.exits.map(({ on }) => on.event)).toEqual(['Unsubscribed', 'Email Replied']);
    // A journey that waits for replies goes on doing so.
    expect(draft('onboarding', 'talk').journey.exits.map(({ on }) => on.event)).toEqual(['Unsubscribed']);
  });

  test('by appointment: a task to offer one, and a booked one ends the run', () => {
    const { journey } = draft('re-engagement', 'appointment');
    expect(journey.steps.find((step) => step.key === 'last-wait')).toMatchObject({ next: 'came-back', onTimeout: 'offer-appointment' });
    expect(journey.exits.map(({ on }) => on.event)).toEqual(['Unsubscribed', 'Visit Agreed']);
  });

  test('the audience is asked for at every entry, beside what the starter asks', () => {
    const { journey } = draft('abandoned-cart', 'self', { audience: { who: 'segment', segment: 'berlin' } });
    const entries = journey.steps.filter((step) => step.kind === 'entry');
    expect(entries).toHaveLength(2);
    for (const { when } of entries)
      expect(when).toMatchObject({ all: [expect.anything(), expect.anything(), expect.anything(), { segment: { key: 'berlin' } }] });
  });

  test('a longer wait lengthens its timeout and what a run may take', () => {
    const { journey } = draft('abandoned-cart', 'self', { waits: { 'an-hour': 'PT6H' } });
    expect(journey.steps.find((step) => step.key === 'an-hour')).toMatchObject({
      untilRule: { all: [{ event: { name: 'Basket Filled', within: 'PT6H' } }, { event: { name: 'Till Opened', within: 'PT6H' } }] },
      timeout: 'P2DT5H',
      note: expect.stringMatching(/^It was 1 hour in the starter\. Goes on exactly one hour/),
    });
    expect(journey.maxTime).toBe('P21DT5H');
  });

  test('two events that are one here make one entry', () => {
    const answers = answered(starter('abandoned-cart'));
    answers.names.event!['Checkout Started'] = { take: 'Basket Filled' };
    const { journey, drafts } = draftOf(starter('abandoned-cart'), answers, hereOf(stranger));
    expect(journey.steps.filter((step) => step.kind === 'entry').map(({ key }) => key)).toEqual(['product-added']);
    expect(mistakesOf(drafts)).toEqual([]);
  });

  test('its mails stand beside those that are here, or are the ones that are here', () => {
    const there: LooseDefinition[] = [
      ...stranger,
      ...starter('welcome').brings.filter(({ kind, key }) => kind === 'template' && key === 'welcome-hello'),
    ];
    const made = (mails: 'here' | 'own') =>
      draftOf(starter('welcome'), answered(starter('welcome'), hereOf(there), 'self', { mails }), hereOf(there)).drafts.flatMap(
        ({ kind, key }) => (kind === 'template' ? [key] : []),
      );
    expect(made('here')).toEqual(['welcome-how-we-work']);
    expect(made('own').toSorted()).toEqual(['my-own-welcome-hello', 'welcome-how-we-work']);
  });

  test('a note on the first entry says what it was made of', () => {
    expect(draft('welcome', 'self').journey.steps[0]!.note).toMatch(
      /Made of “Welcome”: event Signed Up is Came In.*stage conversion is client.*field firstName is givenName/,
    );
  });
});

describe('a journey that nobody brought anything for', () => {
  const bare: Starter = {
    key: '',
    journey: Journey.parse({
      name: 'From elsewhere',
      intent: 'Says hello',
      serves: { from: 'cold', to: 'warm' },
      steps: [
        { key: 'in', kind: 'entry', on: { score: 'heat', threshold: 'hot' }, next: 'hello' },
        { key: 'hello', kind: 'send', template: 'hello-mail', topic: 'news', next: null },
      ],
    }),
    brings: [],
  };
  const there: LooseDefinition[] = [
    ...stranger,
    {
      kind: 'score',
      key: 'warmth',
      body: {
        name: 'Warmth',
        points: [{ because: 'x', points: 1, rule: { trait: { path: 'email', op: 'exists' } } }],
        thresholds: [{ key: 'hot', name: 'Hot', at: 50 }],
      },
    },
    {
      kind: 'score',
      key: 'cold',
      body: { name: 'Cold', points: [{ because: 'x', points: 1, rule: { trait: { path: 'email', op: 'exists' } } }] },
    },
  ];

  test('a score is offered only where it has the thresholds, a mail may be left to be written, and a stage that it only serves may be missing', () => {
    const here = hereOf(there);
    const { names, goal } = questionsOf(bare, StarterAnswers.parse({}), here);
    expect(goal).toBeNull();
    const of = (kind: string) => names.find((each) => each.kind === kind)!;
    expect(choicesOf(of('score'), here)).toEqual([{ name: 'warmth', says: 'Warmth' }]);
    expect(of('template')).toMatchObject({ name: 'hello-mail', canNone: true, canMake: false });
    expect(of('stage').canNone).toBe(true);

    const answers = answered(bare, here);
    answers.names.template = { 'hello-mail': { none: true } };
    answers.names.stage = { cold: { none: true }, warm: { none: true } };
    expect(missingOf(bare, answers, here)).toEqual([]);
    expect(missingOf(bare, { ...answers, names: { ...answers.names, score: { heat: { take: 'cold' } } } }, here)).toHaveLength(1);
    const { drafts, journey } = draftOf(bare, answers, here);
    expect(journey.serves).toBeNull();
    expect(mistakesOf(drafts, there)).toEqual(['my-own: step "hello" has no content yet']);
  });
});
