import { expect, test } from 'vitest';
import { Step } from '#contract/steps/index.ts';
import { type Names, noNames } from '../../web/src/journeys/named.ts';
import { sayCard } from '../../web/src/journeys/read-journey.ts';

/** Cards say names, wherever in the step the key stands, and the key where nothing has a name. */

const names: Names = {
  templates: new Map([['hello', 'Hello']]),
  stages: new Map([['conversion', 'Conversion']]),
  segments: new Map([['open-to-mail', 'Open to mail']]),
  scores: new Map([['engagement', 'Engagement']]),
  grades: new Map([['fit', 'Fit']]),
  topics: new Map([['newsletter', 'Newsletter']]),
  journeys: new Map([['nurture', 'Nurture']]),
  fields: new Map([
    ['plan', 'Plan'],
    ['renewal', 'Renewal day'],
  ]),
};
const belongs = { all: [{ segment: { key: 'open-to-mail' } }, { not: { score: { key: 'engagement', atLeast: 50 } } }] };

test.each([
  [{ kind: 'send', template: 'hello', topic: 'newsletter' }, 'Send “Hello”'],
  [{ kind: 'entry', on: { segment: 'open-to-mail' } }, 'Enter when somebody comes into the segment “Open to mail”'],
  [{ kind: 'entry', on: { stage: 'conversion', change: 'left' } }, 'Enter when somebody leaves the stage Conversion'],
  [{ kind: 'entry', on: { date: 'renewal', days: -7 } }, 'Enter 7 days before the date in Renewal day, at 09:00'],
  [
    { kind: 'entry', on: { event: 'Joined' }, when: belongs },
    'Enter on Joined, when belongs to Open to mail and not (Engagement is at least 50)',
  ],
  [
    { kind: 'wait', untilRule: { stage: { in: ['conversion'] } }, timeout: 'P2D', onTimeout: null },
    'Wait until stage is Conversion, at most 2 days',
  ],
  [{ kind: 'wait', untilRule: { consent: { topic: 'newsletter' } }, timeout: 'P2D', onTimeout: null }, /has consent to Newsletter/],
  [{ kind: 'wait', untilRule: { trait: { path: 'plan', op: 'exists' } }, timeout: 'P2D', onTimeout: null }, /until Plan is known/],
  [{ kind: 'set-trait', path: 'plan', value: 'pro' }, 'Set Plan to "pro"'],
  [{ kind: 'add-points', score: 'engagement', points: 5, because: 'they called' }, 'Add 5 points to Engagement: they called'],
  [{ kind: 'move-stage', to: 'conversion' }, 'Move to Conversion'],
  [{ kind: 'start-journey', journey: 'nurture' }, 'Start the journey “Nurture”'],
])('%o', (step, sentence) => {
  const read = Step.parse({ key: 'one', ...step });
  if (typeof sentence === 'string') expect(sayCard(read, names)).toBe(sentence);
  else expect(sayCard(read, names)).toMatch(sentence);
});

test('without a name the key is said', () => {
  expect(sayCard(Step.parse({ key: 'one', kind: 'end-journey', journey: 'nurture' }), noNames)).toBe('End the journey “nurture”');
});
