import type { LooseDefinition } from '#contract/definition.ts';

/** How long the journey's waits are; short, because the test outlasts them. */
export const pauseMs = 2_000;
export const restMs = 1_000;

const ordered = (atLeast: number) => ({ event: { name: 'Ordered', atLeast } });

/**
 * A small house in which every kind of state is at stake: stages, a segment and a score that count events, a journey that sends one marketing mail, waits
 * for an event or for time, waits again, branches and ends. The caps are generous and nobody is quiet, so every mail is due at once.
 */
export const definitions: LooseDefinition[] = [
  { kind: 'topic', key: 'news', body: { name: 'News', purpose: 'marketing' } },
  {
    kind: 'lifecycle',
    key: 'main',
    body: {
      name: 'Main',
      stages: [
        { key: 'lead', name: 'Lead', meaning: 'Signed up', first: true, entry: [{ on: { event: 'Signed Up' } }], next: ['customer'] },
        { key: 'customer', name: 'Customer', meaning: 'Ordered', entry: [{ on: { event: 'Ordered' }, from: ['lead'] }], next: ['regular'] },
        {
          key: 'regular',
          name: 'Regular',
          meaning: 'Ordered three times',
          entry: [{ on: { event: 'Ordered' }, from: ['customer'], when: ordered(3) }],
          next: [],
        },
      ],
    },
  },
  { kind: 'segment', key: 'buyers', body: { name: 'Buyers', rule: ordered(2) } },
  {
    kind: 'score',
    key: 'engagement',
    body: {
      name: 'Engagement',
      points: [
        { because: 'Ordered', rule: ordered(1), points: 10 },
        { because: 'Ordered twice', rule: ordered(2), points: 20 },
        { because: 'Looked around', rule: { event: { name: 'Page Viewed', atLeast: 3 } }, points: 5 },
      ],
    },
  },
  {
    kind: 'template',
    key: 'hello',
    body: {
      channel: 'email',
      name: 'Hello',
      subject: 'Hello {{ person.name }}',
      blocks: [
        { block: 'text', text: 'Hello {{ person.name }}, good that you are here.' },
        { block: 'button', label: 'Look', link: 'https://www.example.com/look' },
      ],
    },
  },
  // Deaths leave messages of which nobody knows whether they arrived; so many of them would stop what is tried here.
  { kind: 'cap-policy', key: 'main', body: { name: 'Generous', caps: [{ max: 100, within: 'P1D' }], quietHours: null, breaker: null } },
  {
    kind: 'journey',
    key: 'greeting',
    body: {
      name: 'Greeting',
      intent: 'Greets whoever has signed up.',
      steps: [
        { key: 'signed-up', kind: 'entry', on: { event: 'Signed Up' }, when: { consent: { purpose: 'marketing' } }, next: 'hello' },
        { key: 'hello', kind: 'send', template: 'hello', topic: 'news', next: 'pause' },
        { key: 'pause', kind: 'wait', until: { event: 'Ordered' }, timeout: `PT${pauseMs / 1000}S`, next: 'rest', onTimeout: 'rest' },
        { key: 'rest', kind: 'wait', for: `PT${restMs / 1000}S`, next: 'which' },
        { key: 'which', kind: 'branch', paths: [{ label: 'ordered', when: ordered(1), next: 'thank' }], otherwise: 'done' },
        { key: 'thank', kind: 'set-trait', path: 'thanked', value: true, next: 'done' },
        { key: 'done', kind: 'exit', reason: 'greeted' },
      ],
    },
  },
];
