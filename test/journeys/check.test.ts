import { expect, test } from 'vitest';
import type { DefinitionDocument } from '#contract/definition.ts';
import { Journey } from '#contract/journey.ts';
import { checkShape } from '#engine/check.ts';
import { checkJourney, checkNames } from '#engine/journey/check.ts';

/** A journey in which nothing is wrong, one broken sample for each check, and what the check says of it. */

const stand = { key: 'stand', kind: 'wait', for: 'P1D', next: 'bye' };
const bye = { key: 'bye', kind: 'exit', reason: 'done' };
const start = { key: 'start', kind: 'entry', on: { event: 'Began' }, next: 'stand' };
const sound = {
  name: 'Sound',
  intent: 'Nothing is wrong with it',
  brief: { signs: 'They began', needs: 'What comes next', objections: 'No time', nextStep: 'Go on' },
  serves: { to: 'customer' },
  evidence: 'Some came back by themselves before the day was over',
  goal: { on: { event: 'Bought' }, name: 'Bought' },
  steps: [start, stand, bye],
};
const steps = (...more: object[]): object => ({ steps: more });

const documents: DefinitionDocument[] = [
  { kind: 'topic', key: 'news', body: { name: 'News', meaning: '', purpose: 'marketing' } },
  {
    kind: 'template',
    key: 'mail',
    body: { channel: 'email', name: 'Mail', subject: 'Hello', preheader: '', blocks: [{ block: 'text', text: 'Hello.' }], fallbacks: {} },
  },
  {
    kind: 'template',
    key: 'begun',
    body: { channel: 'email', name: 'Begun', subject: 'Hello', preheader: '', blocks: [{ block: 'text', text: ' ' }], fallbacks: {} },
  },
  {
    kind: 'score',
    key: 'heat',
    body: { name: 'Heat', meaning: '', about: 'engagement', points: [], signals: [], groups: [], thresholds: [], min: 0, max: 100 },
  },
  { kind: 'journey', key: 'other', body: Journey.parse(sound) },
];
const known = {
  find: (kind: string, key: string) => documents.find((each) => each.kind === kind && each.key === key),
  stages: new Set(['lead', 'customer']),
  hasField: (path: string) => path === 'plan',
};
const findings = (change: object) => checkJourney(Journey.parse({ ...sound, ...change }), { ...known, seen: new Set(['Bought']) });

const send = { key: 'mail', kind: 'send', template: 'mail', topic: 'news', next: 'stand' };
const broken: Record<string, [change: object, path: string, message: RegExp][]> = {
  'one-key-a-step': [[steps(start, stand, stand, bye), 'steps', /two steps have the same key/]],
  entry: [
    [steps(stand, bye), 'steps', /has an entry step; this one has none/],
    [{ goal: { on: { event: 'Began' }, name: 'Began' } }, 'goal', /the goal is the event that starts the journey/],
    [
      steps({ ...start, on: { by: 'api' } }, { ...start, key: 'again', on: { by: 'api' } }, stand, bye),
      'steps.1',
      /second entry for the API cannot be told from the first/,
    ],
  ],
  edges: [
    [steps({ ...start, next: 'gone' }, stand, bye), 'steps.0.next', /leads to "gone", which does not exist/],
    [steps(start, { ...stand, next: 'start' }), 'steps.1.next', /leads back to the entry/],
  ],
  unreachable: [[steps(start, stand, bye, { key: 'island', kind: 'exit' }), 'steps.3', /nothing leads to step "island"/]],
  circle: [
    [
      steps(start, { ...stand, next: 'tag' }, { key: 'tag', kind: 'tag', add: ['a'], next: 'tag' }),
      'steps.2',
      /"tag" leads back to itself without a wait/,
    ],
  ],
  'nothing-to-wait-for': [
    [
      steps(
        start,
        { key: 'stand', kind: 'wait', untilRule: { event: { name: 'Paid' } }, timeout: 'P1D', next: 'tag', onTimeout: 'bye' },
        { key: 'tag', kind: 'tag', add: ['a'], next: 'stand' },
        bye,
      ),
      'steps.1',
      /"stand" leads back to itself, and whoever has nothing to wait for/,
    ],
  ],
  content: [
    [steps({ ...start, next: 'mail' }, { ...send, template: null }, stand, bye), 'steps.1.template', /has no content yet/],
    [
      steps({ ...start, next: 'mail' }, { ...send, template: 'begun' }, stand, bye),
      'steps.1.mail',
      /the mail of step "mail" has no text yet/,
    ],
  ],
  exists: [
    [steps({ ...start, next: 'mail' }, { ...send, template: 'nothing' }, stand, bye), 'steps.1.template', /there is no template "nothing"/],
    [steps({ ...start, next: 'mail' }, { ...send, topic: 'nothing' }, stand, bye), 'steps.1.topic', /there is no topic "nothing"/],
    [steps({ ...start, on: { segment: 'nothing' } }, stand, bye), 'steps.0.on.segment', /there is no segment "nothing"/],
    [steps({ ...start, on: { score: 'heat', threshold: 'hot' } }, stand, bye), 'steps.0.on.threshold', /"heat" has no threshold "hot"/],
    [steps({ ...start, on: { stage: 'nothing' } }, stand, bye), 'steps.0.on.stage', /the lifecycle has no stage "nothing"/],
    [{ serves: { to: 'nothing' } }, 'serves', /the lifecycle has no stage "nothing"/],
    [
      {
        architecture: 'adaptive',
        evidence: 'seen',
        ...steps(
          { ...start, next: 'call' },
          { key: 'call', kind: 'webhook', template: 'mail', topic: 'news', next: 'stand', onFailure: 'bye' },
          stand,
          bye,
        ),
      },
      'steps.1.template',
      /"mail" is for email; a call needs content for webhook/,
    ],
    [
      steps({ ...start, next: 'go' }, { key: 'go', kind: 'start-journey', journey: 'other', next: 'stand' }, stand, bye),
      'steps.1.journey',
      /"other" has no entry for people whom another journey sends in/,
    ],
  ],
  architecture: [
    [
      {
        architecture: 'linear',
        ...steps(
          { ...start, next: 'which' },
          {
            key: 'which',
            kind: 'branch',
            paths: [{ label: 'a', when: { trait: { path: 'email', op: 'exists' } }, next: 'stand' }],
            otherwise: 'bye',
          },
          stand,
          bye,
        ),
      },
      'steps.1',
      /a linear journey has no step of the kind "branch"/,
    ],
    [
      {
        architecture: 'linear',
        ...steps(start, { key: 'stand', kind: 'wait', until: { event: 'Paid' }, timeout: 'P1D', onTimeout: 'bye', next: 'bye' }, bye),
      },
      'steps.1',
      /waits for time, not for what people do/,
    ],
  ],
  'field-written': [
    [
      steps({ ...start, next: 'set' }, { key: 'set', kind: 'set-trait', path: 'plann', value: 'pro', next: 'stand' }, stand, bye),
      'steps.1.path',
      /it sets "plann", for which no field is defined/,
    ],
  ],
  evidence: [
    [{ architecture: 'adaptive', evidence: '' }, 'evidence', /nothing says why a branching architecture is not enough/],
    [{ architecture: 'branching', evidence: ' ' }, 'evidence', /nothing says why a linear architecture is not enough/],
  ],
  goal: [[{ goal: null }, 'goal', /there is no goal/]],
  'experiment-goal': [
    [
      {
        goal: null,
        ...steps(
          { ...start, next: 'try' },
          {
            key: 'try',
            kind: 'experiment',
            arms: [
              { key: 'a', label: 'A', share: 50, next: 'stand' },
              { key: 'b', label: 'B', share: 50, next: 'bye' },
            ],
            control: 'a',
          },
          stand,
          bye,
        ),
      },
      'steps.1.goal',
      /the experiment "try" has no goal/,
    ],
  ],
  'goal-seen': [
    [
      { goal: { on: { event: 'Paid' }, name: 'Paid' } },
      'goal',
      /no "Paid" has arrived in the last 30 days: the goal rate will stay at nothing/,
    ],
  ],
  utm: [[{ utm: null, ...steps({ ...start, next: 'mail' }, send, stand, bye) }, 'utm', /carry no UTM parameters/]],
  brief: [
    [
      { brief: { signs: 'x', needs: '', objections: ' ', nextStep: 'y' } },
      'brief',
      /leaves open what people need to know, their objections$/,
    ],
  ],
  serves: [[{ serves: null, owner: 'ana@linden.example' }, 'serves', /it serves no stage move/]],
  'dead-end': [
    [
      steps(start, { key: 'stand', kind: 'wait', until: { event: 'Paid' }, timeout: 'P1D', onTimeout: null, next: 'bye' }, bye),
      'steps.1.onTimeout',
      /whoever takes "timed out" at "stand" leaves without a word/,
    ],
  ],
  'too-short': [[{ maxTime: 'PT12H' }, 'steps.1', /nobody gets past "stand": it waits 1 day, and a run takes at most 12 hours/]],
  care: [[{ serves: null }, 'owner', /nobody answers for it/]],
};

test('nothing is found where nothing is wrong', () => {
  expect(findings({})).toEqual([]);
});

test('of what came lately nothing is said where nobody knows it', () => {
  const goal = { on: { event: 'Paid' }, name: 'Paid' };
  expect(checkJourney(Journey.parse({ ...sound, goal }), known)).toEqual([]);
});

test('every check has a broken sample', () => {
  expect(Object.keys(broken).sort()).toEqual([...checkNames].sort());
});

test.each(
  Object.entries(broken).flatMap(([check, samples]) => samples.map(([change, path, message]) => ({ check, change, path, message }))),
)('$check finds $path', ({ check, change, path, message }) => {
  const found = findings(change).filter((each) => each.check === check);
  expect(found).toMatchObject([{ check, path, message: expect.stringMatching(message) }]);
  expect(found[0]!.mend).toMatch(/^[A-Z].*\.$/);
});

test('stepping up asks for evidence at each step, and says where the simpler one has it all', () => {
  const mendOf = (change: object) => findings({ evidence: '', ...change }).find((each) => each.check === 'evidence')?.mend;
  const waits = steps(start, { key: 'stand', kind: 'wait', until: { event: 'Paid' }, timeout: 'P1D', onTimeout: 'bye', next: 'bye' }, bye);
  expect(mendOf({ architecture: 'linear' })).toBeUndefined();
  expect(mendOf({ architecture: 'branching' })).toMatch(/^Choose linear, which has all of its steps, or write down/);
  expect(mendOf({ architecture: 'branching', ...waits })).toBe('Write down what was seen that a linear journey could not answer.');
  expect(mendOf({ architecture: 'adaptive', ...waits })).toMatch(/^Choose branching/);
  expect(mendOf({ architecture: 'adaptive', evidence: 'Seen', ...waits })).toBeUndefined();
});

test('what a wait without a timeout lacks is said by its shape', () => {
  const answer = checkShape('journey', 'a', {
    ...sound,
    steps: [start, { key: 'stand', kind: 'wait', until: { event: 'Paid' }, next: 'bye' }, bye],
  });
  expect(answer).toMatchObject({
    ok: false,
    mistakes: [
      { path: 'steps.1.timeout', message: 'waiting for something needs a timeout and onTimeout: what happens if nothing happens?' },
    ],
  });
});
