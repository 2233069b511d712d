import type { LooseDefinition } from '#contract/definition.ts';

/**
 * The rulebook of the benchmark: 50 segments, 10 scores, 10 journeys. Each event is read by at least five segments; about 2 % of events change a membership
 * and 1 % enter a journey.
 */
export function benchDefinitions(): LooseDefinition[] {
  const event = (name: string, atLeast: number, within: string) => ({ event: { name, atLeast, within } });
  const segments = Array.from({ length: 50 }, (_, index): LooseDefinition => {
    const name = index < 25 ? 'Product Viewed' : index < 40 ? 'Page Viewed' : 'Product Added';
    return { kind: 'segment', key: `segment-${index}`, body: { name: `Segment ${index}`, meaning: '', rule: event(name, 1 + ((index * 7) % 40), `P${1 + (index % 28)}D`) } };
  });
  const scores = Array.from({ length: 10 }, (_, index): LooseDefinition => ({
    kind: 'score', key: `score-${index}`,
    body: { name: `Score ${index}`, meaning: '', min: 0, max: 100, points: [{ because: 'views', rule: event('Product Viewed', 5 + index, 'P7D'), points: 10 }, { because: 'adds', rule: event('Product Added', 2 + index, 'P30D'), points: 20 }, { because: 'pages', rule: event('Page Viewed', 10 + index, 'P14D'), points: 5 }] },
  }));
  const journeys = Array.from({ length: 10 }, (_, index): LooseDefinition => ({
    kind: 'journey', key: `journey-${index}`,
    body: {
      name: `Journey ${index}`, intent: 'to be measured', goal: { on: { event: 'Order Completed' }, name: 'Order Completed' }, exits: [], reentry: 'after-exit', ends: null, maxTime: 'P90D',
      steps: [
        { key: 'enter', kind: 'entry', on: { event: 'Checkout Started', where: [{ property: 'journey', op: 'equals', value: index }] }, next: 'pause' },
        { key: 'pause', kind: 'wait', for: 'P2D', next: 'out' },
        { key: 'out', kind: 'exit', reason: 'reached the end' },
      ],
    },
  }));
  const lifecycle: LooseDefinition = {
    kind: 'lifecycle', key: 'main',
    body: { name: 'Bench', owner: null, stages: [{ key: 'capture', name: 'Capture', meaning: 'somebody', first: true, next: ['conversion'], entry: [{ on: { event: 'Signed Up' } }] }, { key: 'conversion', name: 'Conversion', meaning: 'bought', entry: [{ on: { event: 'Order Completed' }, from: ['capture'] }] }] },
  };
  return [lifecycle, ...segments, ...scores, ...journeys];
}

/** A journey that sends one marketing mail at once to whoever signs up, and what it needs. */
export function mailDefinitions(): LooseDefinition[] {
  return [
    { kind: 'topic', key: 'news', body: { name: 'News', meaning: '', purpose: 'marketing' } },
    { kind: 'cap-policy', key: 'main', body: { name: 'Caps', caps: [{ channel: 'email', max: 2, within: 'P1D' }], quietHours: null } },
    {
      kind: 'template', key: 'hello',
      body: { channel: 'email', name: 'Hello', subject: 'Hello {{ person.firstName | default: "there" }}', preheader: 'A word of welcome', fallbacks: {}, blocks: [{ block: 'heading', text: 'Welcome, {{ person.firstName | default: "friend" }}' }, { block: 'text', text: 'Thank you for signing up. Here is **what comes next** and [how to begin](https://www.example.com/start).\n\nWrite to us whenever you like.' }, { block: 'button', label: 'Begin', link: 'https://www.example.com/begin' }, { block: 'divider' }, { block: 'text', text: 'Yours, the team' }] },
    },
    { kind: 'journey', key: 'hello', body: { name: 'Hello', intent: 'to be measured', goal: null, exits: [], reentry: 'never', ends: null, maxTime: 'P90D', steps: [{ key: 'enter', kind: 'entry', on: { event: 'Signed Up' }, when: { consent: { purpose: 'marketing' } }, next: 'mail' }, { key: 'mail', kind: 'send', template: 'hello', topic: 'news', expires: 'P3D', next: null }] } },
  ];
}
