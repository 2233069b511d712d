import { describe, expect, test } from 'vitest';
import { type HousePolicy, plainPolicy } from '#contract/house-policy.ts';
import { day } from '#contract/instant.ts';
import { checkShape } from '#engine/check.ts';
import { goalName } from '#engine/experiment/experiments-of.ts';
import { checkHouse, houseCheckNames } from '#engine/house/check.ts';
import { openHouse } from '#engine/house/house.ts';
import { readBlueprint } from '#operations/blueprint.ts';
import { type Loose, setOf } from './set.ts';

/** The first definition of each set is looked at, with the others in force beside it: what is said of it, and whether it keeps it from being published. */

interface Case {
  set: Loose[];
  policy?: Partial<HousePolicy> & { senderEmail?: string };
  /** How often the goal of each journey was met; what has been seen is not asked for where it is missing. */
  met?: Record<string, number>;
  quietDays?: number;
  /** Of these keys, what is in force already. */
  before?: string[];
  /** What was in force in place of the first. */
  was?: Loose;
  /** How many people bought lately; nobody knows where it is missing. */
  bought?: number;
}
const now = Date.parse('2026-03-01T12:00:00Z');
const found = ({ set, policy = {}, met, quietDays = 0, before = [], was, bought }: Case): string[] => {
  const documents = setOf(set);
  const since = now - quietDays * day;
  const house = openHouse(documents, {
    policy: { ...plainPolicy, ...policy },
    before: [...documents.filter(({ key }) => before.includes(key)), ...(was ? setOf([was]) : [])],
    ...(bought === undefined ? {} : { conversions: new Map([[goalName(goal.on), bought]]) }),
    uses: met && new Map(Object.entries(met).map(([key, goalMet]) => [key, { goalMet, lastEntryAt: since, inForceSince: since }])),
    now,
  });
  return checkHouse(documents[0]!, house).map(({ check, level, path, message }) => `${level} ${check} ${path}: ${message}`);
};

const entry = (next: string | null, more: object = {}) => ({ key: 'start', kind: 'entry', on: { event: 'Began' }, next, ...more });
const bye = { key: 'bye', kind: 'exit' };
const wait = (key: string, next: string, days = 1) => ({ key, kind: 'wait', for: `P${days}D`, next });
const goal = { on: { event: 'Bought' }, name: 'Bought' };
const journey = (key: string, steps: object[], more: object = {}): Loose => ({
  kind: 'journey',
  key,
  body: { name: key, intent: 'x', goal, steps, ...more },
});
const plain = (key: string, event = key): Loose => journey(key, [entry('bye', { on: { event } }), bye]);
const segment = (rule: object): Loose => ({ kind: 'segment', key: 'quiet', body: { name: 'Quiet', rule } });
const not = (name: string, within = 'P30D') => ({ event: { name, atMost: 0, within } });
const lifecycle = (owner: string | null, first: object = {}): Loose => ({
  kind: 'lifecycle',
  key: 'main',
  body: { name: 'Lifecycle', stages: [{ key: 'lead', name: 'Lead', meaning: 'x', owner, first: true, ...first }] },
});
const paid = { event: { name: 'Paid' } };
const branch = (next: [string | null, string | null], when: object = paid) => ({
  key: 'which',
  kind: 'branch',
  paths: [{ label: 'paid', when, next: next[0] }],
  otherwise: next[1],
});
const other = { key: 'other', kind: 'exit', reason: 'another' };
const score = (more: object): Loose => ({
  kind: 'score',
  key: 'heat',
  body: { name: 'Heat', signals: [{ because: 'visited', points: 5, on: { event: 'Page Viewed' }, halfLife: 'P14D', times: 5 }], ...more },
});
const mail = { key: 'mail', kind: 'send', template: 'mail', topic: 'news', next: 'bye' };
const hook: Loose = {
  kind: 'template',
  key: 'mail',
  body: { channel: 'webhook', name: 'Hook', url: 'https://shop.example/hook', body: '{}' },
};
const comesForward = { entry: [{ on: { event: 'Began' } }] };
const many = ['one', 'two', 'three', 'four'].map((key) => plain(key));
const seen = { one: 0, two: 0, three: 0, four: 0 };

const trial = (more: object = {}): Loose =>
  journey('one', [
    entry('try'),
    {
      key: 'try',
      kind: 'experiment',
      arms: [
        { key: 'a', label: 'A', share: 50, next: 'bye' },
        { key: 'b', label: 'B', share: 50, next: 'other' },
      ],
      control: 'a',
      lift: 100,
      ...more,
    },
    { ...bye, reason: 'done' },
    other,
  ]);
const shares = (one: number) => ({
  arms: [
    { key: 'a', label: 'A', share: one, next: 'bye' },
    { key: 'b', label: 'B', share: 100 - one, next: 'other' },
  ],
});

const cases: Record<string, [why: string, given: Case, says: RegExp | null][]> = {
  silence: [
    [
      'a segment of who opened no mail',
      { set: [segment({ all: [not('Email Opened'), not('Email Link Clicked')] })] },
      /^warning silence rule: silence by email alone/,
    ],
    ['said with not', { set: [segment({ not: { event: { name: 'Email Opened', within: 'P30D' } } })] }, /silence by email alone/],
    ['no visit either', { set: [segment({ all: [not('Email Opened'), not('Page Viewed')] })] }, null],
    ['any of several silences', { set: [segment({ any: [not('Email Opened'), paid] })] }, null],
    ['never, whenever', { set: [segment({ event: { name: 'Email Opened', atMost: 0 } })] }, null],
    ['an entry', { set: [journey('one', [entry('bye', { when: not('Email Opened') }), bye])] }, /^warning silence steps.0.when/],
    [
      'a stage',
      { set: [lifecycle('a@example.com', { entry: [{ on: { event: 'Looked' }, when: not('Email Opened') }] })] },
      /^warning silence stages.0.entry.0.when/,
    ],
    [
      'a wait for a click that puts people out',
      {
        set: [
          journey('one', [
            entry('wait'),
            { key: 'wait', kind: 'wait', until: { event: 'Email Link Clicked' }, timeout: 'P14D', next: 'other', onTimeout: 'bye' },
            other,
            bye,
          ]),
        ],
      },
      /^warning silence steps.1.onTimeout/,
    ],
    [
      'a wait for a click that reminds',
      {
        set: [
          journey('one', [
            entry('wait'),
            { key: 'wait', kind: 'wait', until: { event: 'Email Link Clicked' }, timeout: 'P14D', next: 'bye', onTimeout: 'more' },
            wait('more', 'bye'),
            bye,
          ]),
        ],
      },
      null,
    ],
  ],
  'stage-owner': [
    [
      'nobody answers for the stage that it serves',
      {
        set: [journey('one', [entry('bye'), bye], { serves: { to: 'lead' } }), lifecycle(null)],
        policy: { needs: ['forecast-reliability'] },
      },
      /^error stage-owner serves: nobody answers for the stage “Lead”/,
    ],
    ['where nobody asks', { set: [journey('one', [entry('bye', { on: { stage: 'lead' } }), bye]), lifecycle(null)] }, null],
    [
      'somebody does',
      {
        set: [journey('one', [entry('bye'), bye], { serves: { to: 'lead' } }), lifecycle('a@example.com')],
        policy: { needs: ['forecast-reliability'] },
      },
      null,
    ],
    ['it touches none', { set: [plain('one'), lifecycle(null)], policy: { needs: ['forecast-reliability'] } }, null],
  ],
  'campaign-only': [
    [
      'no goal and no move',
      { set: [journey('one', [entry('bye'), bye], { goal: null })], policy: { needs: ['lifecycle-clarity'] } },
      /^error campaign-only goal/,
    ],
    ['a goal', { set: [plain('one')], policy: { needs: ['lifecycle-clarity'] } }, null],
    [
      'a move',
      {
        set: [journey('one', [entry('move'), { key: 'move', kind: 'move-stage', to: 'lead' }], { goal: null }), lifecycle('a@example.com')],
        policy: { needs: ['lifecycle-clarity'] },
      },
      null,
    ],
    ['where nobody asks', { set: [journey('one', [entry('bye'), bye], { goal: null })] }, null],
  ],
  'manual-routing': [
    [
      'whoever comes forward is only written to',
      { set: [journey('one', [entry('mail'), mail, bye]), lifecycle('a@example.com', comesForward)], policy: { needs: ['speed-to-lead'] } },
      /^error manual-routing steps: whoever comes forward by “Began” is written to, and nobody is told within 1 hour/,
    ],
    ['where nobody asks', { set: [journey('one', [entry('mail'), mail, bye]), lifecycle('a@example.com', comesForward)] }, null],
    [
      'somebody is told after a day',
      {
        set: [
          journey('one', [
            entry('mail'),
            { ...mail, next: 'wait' },
            wait('wait', 'task'),
            { key: 'task', kind: 'make-task', title: 'Call' },
          ]),
          lifecycle('a@example.com', comesForward),
        ],
        policy: { needs: ['speed-to-lead'] },
      },
      /manual-routing/,
    ],
    [
      'somebody is told at once',
      {
        set: [
          journey('one', [entry('task'), { key: 'task', kind: 'make-task', title: 'Call', next: 'mail' }, mail, bye]),
          lifecycle('a@example.com', comesForward),
        ],
        policy: { needs: ['speed-to-lead'] },
      },
      null,
    ],
    [
      'another journey tells somebody',
      {
        set: [
          journey('one', [entry('mail'), mail, bye]),
          lifecycle('a@example.com', comesForward),
          journey('two', [entry('task', { when: paid }), { key: 'task', kind: 'make-task', title: 'Call' }]),
        ],
        policy: { needs: ['speed-to-lead'] },
      },
      null,
    ],
    [
      'nobody comes forward by it',
      { set: [journey('one', [entry('mail'), mail, bye]), lifecycle('a@example.com')], policy: { needs: ['speed-to-lead'] } },
      null,
    ],
  ],
  'loose-score': [
    [
      'a signal that counts for ever',
      { set: [score({ signals: [{ because: 'visited', points: 5, on: { event: 'Page Viewed' }, times: 5 }] })] },
      /^warning loose-score signals.0: “visited” counts for ever/,
    ],
    [
      'a signal without bounds',
      {
        set: [score({ signals: [{ because: 'visited', points: 5, on: { event: 'Page Viewed' }, halfLife: 'P7D' }] })],
        policy: { needs: ['signal-accuracy'] },
      },
      /^error loose-score signals.0: “visited” counts however often/,
    ],
    [
      'a line that looks at all time',
      { set: [score({ signals: [], points: [{ because: 'paid once', points: 5, rule: paid }] })] },
      /loose-score points.0: “paid once” counts for ever/,
    ],
    [
      'thresholds that rest on nothing',
      { set: [score({ thresholds: [{ key: 'hot', name: 'Hot', at: 5 }] }), plain('one')], met: { one: 4 } },
      /loose-score thresholds: its thresholds rest on no goal that was met: “one” 4 times, 10 are needed/,
    ],
    [
      'thresholds that rest on a goal',
      { set: [score({ thresholds: [{ key: 'hot', name: 'Hot', at: 5 }] }), plain('one')], met: { one: 10 } },
      null,
    ],
    ['bounded, and fading', { set: [score({})] }, null],
  ],
  'live-limit': [
    [
      'a fourth before a goal has been met',
      { set: many, met: { ...seen, two: 9 }, before: ['two', 'three', 'four'] },
      /^warning live-limit \(all\): 4 journeys would be in force before one has shown that it works: the goal of “two” was met 9 times, 10 are needed/,
    ],
    [
      'where it is refused',
      { set: many, met: seen, before: ['two', 'three', 'four'], policy: { liveLimit: 'refuse' } },
      /^error live-limit/,
    ],
    [
      'where signals have to be accurate',
      { set: many, met: seen, before: ['two', 'three', 'four'], policy: { needs: ['signal-accuracy'] } },
      /^error live-limit/,
    ],
    ['a goal has been met', { set: many, met: { ...seen, two: 10 }, before: ['two', 'three', 'four'] }, null],
    ['it is in force already', { set: many, met: seen, before: ['one', 'two', 'three', 'four'] }, null],
    ['a third', { set: many.slice(0, 3), met: seen, before: ['two', 'three'] }, null],
    ['nobody asks', { set: many, met: seen, before: ['two'], policy: { liveLimit: 'off' } }, null],
    ['nothing is known', { set: many, before: ['two', 'three', 'four'] }, null],
  ],
  experiment: [
    [
      'too few do it',
      { set: [trial()], bought: 2 },
      /^error experiment steps\.1: the experiment "try" cannot begin yet: 40 conversions are missing/,
    ],
    ['a smaller lift needs more', { set: [trial({ lift: 50 })], bought: 42 }, /conversions are missing/],
    ['enough do it', { set: [trial()], bought: 42 }, null],
    ['nobody knows', { set: [trial()] }, null],
    ['it is under way, and is edited elsewhere', { set: [trial({ note: 'Other words', byItself: true })], was: trial(), bought: 2 }, null],
    [
      'other shares',
      { set: [trial(shares(30))], was: trial(), bought: 900 },
      /^warning experiment steps\.1: the experiment "try" begins anew/,
    ],
    ['another window', { set: [trial({ window: 'P2D' })], was: trial(), bought: 900 }, /begins anew/],
    ['another lift', { set: [trial({ lift: 90 })], was: trial(), bought: 900 }, /begins anew/],
  ],
  budget: [
    [
      'too much for one',
      { set: [plain('one')], policy: { budgetPerJourney: 3 } },
      /^warning budget steps: it has 4 points of complexity; a journey may have 3 here/,
    ],
    [
      'too much in all',
      { set: [plain('one'), plain('two')], policy: { budgetInAll: 7 } },
      /would have 8 points of complexity; together they may have 7 here/,
    ],
    [
      'no more than it was',
      { set: [plain('one'), plain('two')], policy: { budgetInAll: 7, budgetPerJourney: 3 }, before: ['one', 'two'] },
      null,
    ],
    ['within', { set: [plain('one'), plain('two')], policy: { budgetInAll: 8, budgetPerJourney: 4 } }, null],
  ],
  simpler: [
    [
      'ways that lead to the same',
      { set: [journey('one', [entry('which'), branch(['bye', 'bye']), bye])] },
      /^warning simpler steps.1: all ways of "which" do the same/,
    ],
    [
      'ways that do the same',
      { set: [journey('one', [entry('which'), branch(['bye', 'other']), bye, { ...bye, key: 'other' }])] },
      /all ways of "which" do the same/,
    ],
    ['ways that differ', { set: [journey('one', [entry('which'), branch(['bye', 'other']), bye, other])] }, null],
    [
      'two waits in a row',
      { set: [journey('one', [entry('a'), wait('a', 'b', 2), wait('b', 'bye', 3), bye])] },
      /^warning simpler steps.1: "a" and "b" wait one after the other/,
    ],
    [
      'two waits of which one is reached by another way',
      { set: [journey('one', [entry('which'), branch(['a', 'b']), wait('a', 'b'), wait('b', 'bye'), bye])] },
      null,
    ],
    [
      'a split that parts nobody',
      {
        set: [
          journey('one', [
            entry('split'),
            {
              key: 'split',
              kind: 'split',
              paths: [
                { label: 'a', share: 100, next: 'bye' },
                { label: 'b', share: 0, next: 'other' },
              ],
            },
            bye,
            other,
          ]),
        ],
      },
      /^warning simpler steps.1: everybody takes “a” at "split"/,
    ],
    [
      'a branch over what the entry asks',
      { set: [journey('one', [entry('which', { when: { all: [paid] } }), branch(['bye', 'other']), bye, other])] },
      /^warning simpler steps.1.paths.0.when: everybody takes “paid” at "which"/,
    ],
    [
      'the same after a wait',
      { set: [journey('one', [entry('a', { when: paid }), wait('a', 'which'), branch(['bye', 'other']), bye, other])] },
      null,
    ],
  ],
  mergeable: [
    [
      'the same beginning',
      { set: [plain('one', 'Began'), journey('two', [entry('a'), wait('a', 'bye'), bye])] },
      /^warning mergeable steps: “two” begins with the same, for the same people/,
    ],
    [
      'the same steps, but for their words',
      {
        set: [
          journey('one', [entry('a'), wait('a', 'mail'), mail, bye]),
          journey('two', [entry('b', { on: { event: 'Other' } }), wait('b', 'm'), { ...mail, key: 'm', template: 'another' }, bye]),
        ],
      },
      /^warning mergeable steps: “two” takes the same steps, but for its words/,
    ],
    [
      'about something else',
      {
        set: [
          journey('one', [entry('a'), wait('a', 'mail'), mail, bye]),
          journey('two', [entry('a', { on: { event: 'Other' } }), wait('a', 'mail'), { ...mail, topic: 'offers' }, bye]),
        ],
      },
      null,
    ],
    ['other people', { set: [plain('one', 'Began'), journey('two', [entry('bye', { when: paid }), bye])] }, null],
  ],
  sender: [
    [
      'mails without a From address',
      { set: [journey('one', [entry('mail'), mail, bye])], policy: { senderEmail: '' } },
      /^warning sender steps: its mails have no From address of this workspace/,
    ],
    ['a From address', { set: [journey('one', [entry('mail'), mail, bye])], policy: { senderEmail: 'hello@linden.example' } }, null],
    ['no mail at all', { set: [plain('one')], policy: { senderEmail: '' } }, null],
    ['another channel', { set: [journey('one', [entry('mail'), mail, bye]), hook], policy: { senderEmail: '' } }, null],
  ],
  unused: [
    [
      'nobody for a quarter of a year',
      { set: [plain('one')], met: { one: 0 }, quietDays: 90 },
      /^warning unused \(all\): nobody has entered for 90 days/,
    ],
    ['somebody since', { set: [plain('one')], met: { one: 0 }, quietDays: 89 }, null],
  ],
};

describe.each(Object.entries(cases))('%s', (check, list) => {
  test.each(list)('%s', (_, given, says) => {
    expect(found(given).filter((each) => each.split(' ')[1] === check)).toEqual(says === null ? [] : [expect.stringMatching(says)]);
  });
});

test('every check across the house has its cases', () => {
  // Circles and collisions have a table of their own.
  expect(Object.keys(cases).concat('loop', 'collision').sort()).toEqual([...houseCheckNames].sort());
});

test('the shipped starters are quiet where nothing is asked for', async () => {
  const documents = (await readBlueprint('service-business')).map(({ kind, key, body }) => {
    const checked = checkShape(kind, key, body);
    if (!checked.ok) throw new Error(`${kind} ${key}`);
    return checked.document;
  });
  const house = openHouse(documents);
  const said = documents
    .filter(({ kind }) => kind === 'journey')
    .flatMap((document) => checkHouse(document, house).map(({ check, message }) => `${document.key} ${check}: ${message}`));
  expect(said).toEqual([]);
});
