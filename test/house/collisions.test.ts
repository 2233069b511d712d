import { describe, expect, test } from 'vitest';
import { checkHouse } from '#engine/house/check.ts';
import { openHouse } from '#engine/house/house.ts';
import { type Loose, setOf } from './set.ts';

/** Two journeys in force beside each other: when they want the same people, and when they keep out of each other's way. */

const topic = (key: string): Loose => ({ kind: 'topic', key, body: { name: key, purpose: 'marketing' } });
const mail: Loose = {
  kind: 'template',
  key: 'mail',
  body: { channel: 'email', name: 'Mail', subject: 'Hello', blocks: [{ block: 'text', text: 'Hello.' }] },
};
const call: Loose = { kind: 'template', key: 'call', body: { channel: 'webhook', name: 'Call', url: 'https://example.com', body: '{}' } };
interface Shape {
  on?: object;
  when?: object;
  topic?: string;
  template?: string;
  days?: number;
  goal?: string;
  group?: string;
  offer?: string;
}
const journey = (
  key: string,
  { on = { event: 'Signed Up' }, when, topic: about = 'news', template = 'mail', days = 0, goal, group, offer }: Shape,
): Loose => ({
  kind: 'journey',
  key,
  body: {
    name: key,
    intent: 'x',
    ...(group ? { group } : {}),
    goal: goal ? { on: { event: goal }, name: goal } : null,
    steps: [
      { key: 'start', kind: 'entry', on, ...(when ? { when } : {}), next: 'wait' },
      { key: 'wait', kind: 'wait', for: `P${days}D`, next: 'mail' },
      { key: 'mail', kind: 'send', template, topic: about, ...(offer ? { offer } : {}) },
    ],
  },
});
const found = (one: Shape, other: Shape): string[] => {
  const documents = setOf([topic('news'), topic('offers'), mail, call, journey('one', one), journey('other', other)]);
  return checkHouse(documents.at(-2)!, openHouse(documents))
    .filter(({ check }) => check === 'collision')
    .map(({ message }) => message);
};
const bought = (more: object) => ({ event: { name: 'Bought', ...more } });

describe('collisions', () => {
  test.each<[string, Shape, Shape, RegExp]>([
    [
      'the same event, topic and hour',
      {},
      {},
      /“other”: both begin on Signed Up, both write about “news”, both may send at once, within the same 4 hours/,
    ],
    ['the same event and topic, days apart', {}, { days: 3 }, /both begin on Signed Up, both write about “news”$/],
    [
      'the same event, and two offers on two channels',
      { offer: 'ten' },
      { offer: 'gift', template: 'call', topic: 'offers' },
      /“other”: both begin on Signed Up, both make an offer/,
    ],
    [
      'the same event and hour, by the same channel',
      { days: 2 },
      { days: 2, topic: 'offers' },
      /both write by email, both may send 2 days after that/,
    ],
    [
      'the same segment',
      { on: { segment: 'quiet' } },
      { on: { segment: 'quiet' } },
      /both begin when somebody comes into the segment quiet/,
    ],
    [
      'the same stage',
      { on: { stage: 'lead' } },
      { on: { stage: 'lead', change: 'entered' } },
      /both begin when somebody comes into the stage lead/,
    ],
    [
      'the same goal and topic',
      { goal: 'Bought' },
      { on: { event: 'Visited' }, goal: 'Bought' },
      /both are after “Bought”, both write about “news”/,
    ],
    ['two offers, days apart', { offer: 'ten-percent' }, { offer: 'free-hour', topic: 'offers', days: 3 }, /both make an offer$/],
    ['rules that may both hold', { when: bought({ atLeast: 1 }) }, { when: bought({ atLeast: 2 }) }, /both begin on Signed Up/],
  ])('are found: %s', (_, one, other, words) => {
    expect(found(one, other)).toEqual([expect.stringMatching(words)]);
  });

  test.each<[string, Shape, Shape]>([
    ['the same group', { group: 'first-weeks' }, { group: 'first-weeks' }],
    ['other events', {}, { on: { event: 'Bought' } }],
    ['coming into a segment and leaving it', { on: { segment: 'quiet' } }, { on: { segment: 'quiet', change: 'left' } }],
    ['the same event, other topics, days apart', {}, { topic: 'offers', days: 3 }],
    ['one calls a machine', {}, { template: 'call' }],
    ['rules that exclude each other', { when: bought({}) }, { when: { not: bought({}) } }],
    ['counts that exclude each other', { when: bought({ atMost: 1 }) }, { when: bought({ atLeast: 2 }) }],
    ['other stages', { when: { stage: { in: ['lead'] } } }, { when: { all: [{ stage: { in: ['customer'] } }] } }],
    [
      'other halves of a draw',
      { when: { bucket: { draw: 'a', from: 0, to: 50 } } },
      { when: { bucket: { draw: 'a', from: 50, to: 100 } } },
    ],
    ['both are sent in by hand', { on: { by: 'api' } }, { on: { by: 'api' } }],
  ])('are none: %s', (_, one, other) => {
    expect(found(one, other)).toEqual([]);
  });
});
