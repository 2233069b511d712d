import { ms, sayDuration, toIso } from '#contract/instant.ts';
import { atPath } from '#contract/json.ts';
import { bucketOf } from '#contract/rule/bucket.ts';
import { valueAt } from '#contract/rule/values.ts';
import { localDay, startOfDay, weekdayOf } from '../../local-calendar.ts';
import { minuteOfDay, nextLocal, minutesOf } from '../../local-time.ts';
import { addressOf, consentTo, type Person } from '../../person.ts';
import { compileComparison } from '../compare.ts';
import type { RuleKind } from '../kind.ts';
import { inHours } from '../match.ts';
import { mayChangeAt, zoneOf } from '../question.ts';
import { sayComparison, sayHours, sayWeekdays } from '../words.ts';

/** A trait by its path; email, phone and name answer from the person when the traits do not have them. */
export function traitOf(person: Person, path: string): unknown {
  const value = valueAt(person.traits, path);
  if (value !== undefined) return value;
  return path === 'email' ? person.email : path === 'phone' ? person.phone : path === 'name' ? person.name : undefined;
}

const rootOf = (path: string): string => path.split(/[.[]/, 1)[0]!;
const isDated = (op: string): boolean => op === 'in-days' || op === 'anniversary-in';
const sayKnown = (what: string, value: unknown): string =>
  value === undefined || value === null
    ? `${what} is not known`
    : `${what} is ${typeof value === 'string' ? value : JSON.stringify(value)}`;

export const trait: RuleKind<'trait'> = {
  compile(test, context) {
    const holds = compileComparison(test, context);
    return (question) => holds(traitOf(question.person, test.path), question);
  },
  reads: (test) => [`trait:${rootOf(test.path)}`, ...(isDated(test.op) ? ['profile:zone'] : [])],
  say: (test) => sayComparison(test.path, test),
  saw: (test, person) => [{ what: sayKnown(test.path, traitOf(person, test.path)), at: null }],
};

/** What the system knows of a person under a name of the rule language. */
export function profileOf(person: Person, field: string): unknown {
  switch (field) {
    case 'createdAt':
      return toIso(person.createdAt);
    case 'lastSeenAt':
      return person.lastSeenAt === null ? null : toIso(person.lastSeenAt);
    case 'owner':
    case 'entryPoint':
    case 'userId':
    case 'zone':
      return person[field];
    default: {
      const [which, ...rest] = field.split('.') as ['firstSource' | 'lastSource' | 'place', ...string[]];
      return atPath(person[which], rest.join('.'));
    }
  }
}

export const profile: RuleKind<'profile'> = {
  compile(test, context) {
    const holds = compileComparison(test, context);
    return (question) => holds(profileOf(question.person, test.field), question);
  },
  reads: (test) => [`profile:${rootOf(test.field)}`, ...(isDated(test.op) ? ['profile:zone'] : [])],
  say: (test) => sayComparison(profileWords[test.field] ?? test.field, test),
  saw: (test, person) => [{ what: sayKnown(profileWords[test.field] ?? test.field, profileOf(person, test.field)), at: null }],
};

/** How the fields of a profile are said. */
export const profileWords: Record<string, string> = {
  owner: 'owner',
  entryPoint: 'entry point',
  userId: 'user id',
  zone: 'time zone',
  createdAt: 'first contact',
  lastSeenAt: 'last visit',
  'place.country': 'country',
  'place.region': 'region',
  'place.city': 'city',
  ...Object.fromEntries(
    (['first', 'last'] as const).flatMap((which) => [
      ...['source', 'channel', 'campaign', 'referrer', 'page'].map((field) => [`${which}Source.${field}`, `${which} ${field}`]),
      [`${which}Source.entryPoint`, `${which} entry point`],
    ]),
  ),
};

export const stage: RuleKind<'stage'> = {
  compile(test) {
    const stages = new Set(test.in);
    const least = test.forAtLeast === undefined ? 0 : ms(test.forAtLeast);
    const most = test.forLessThan === undefined ? Number.POSITIVE_INFINITY : ms(test.forLessThan);
    return (question) => {
      const { stage: stands, stageSince } = question.person;
      if (stands === null || !stages.has(stands)) return false;
      if (test.forAtLeast === undefined && test.forLessThan === undefined) return true;
      if (stageSince === null) return false;
      mayChangeAt(question, stageSince + least);
      mayChangeAt(question, stageSince + most);
      return question.now >= stageSince + least && question.now < stageSince + most;
    };
  },
  reads: () => ['stage'],
  say: (test) =>
    [
      `stage is ${test.in.join(' or ')}`,
      test.forAtLeast === undefined ? '' : `for at least ${sayDuration(test.forAtLeast)}`,
      test.forLessThan === undefined ? '' : `for less than ${sayDuration(test.forLessThan)}`,
    ]
      .filter(Boolean)
      .join(' '),
  saw: (_test, person) => [{ what: `stage is ${person.stage ?? 'not set'}`, at: person.stageSince }],
};

export const segment: RuleKind<'segment'> = {
  compile:
    ({ key }) =>
    ({ person }) =>
      person.state.segments[key] !== undefined,
  reads: ({ key }) => [`segment:${key}`],
  say: ({ key }) => `belongs to ${key}`,
  saw({ key }, person) {
    const since = person.state.segments[key];
    return [{ what: since === undefined ? `not in ${key}` : `in ${key}`, at: since ?? null }];
  },
};

export const score: RuleKind<'score'> = {
  compile({ key, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }, context) {
    return (question) => {
      const reader = context.scoreOf(key);
      return reader ? reader.isWithin(question, atLeast, atMost) : 0 >= atLeast && 0 <= atMost;
    };
  },
  reads: ({ key }) => [`score:${key}`],
  say: ({ key, atLeast, atMost }) =>
    [atLeast === undefined ? '' : `${key} is at least ${atLeast}`, atMost === undefined ? '' : `${key} is at most ${atMost}`]
      .filter(Boolean)
      .join(' and ') || `${key} is anything`,
  saw: ({ key }, _person, context, question) => [{ what: `${key} is ${context.scoreOf(key)?.valueAt(question) ?? 0}`, at: null }],
};

export const grade: RuleKind<'grade'> = {
  compile(test, context) {
    const wanted = new Set(test.in);
    return (question) => {
      const is = context.gradeOf(test.key)?.(question) ?? null;
      return is !== null && wanted.has(is);
    };
  },
  reads: ({ key }) => [`grade:${key}`],
  say: (test) => `${test.key} is ${test.in.join(' or ')}`,
  saw: ({ key }, _person, context, question) => [{ what: `${key} is ${context.gradeOf(key)?.(question) ?? 'not known'}`, at: null }],
};

export const consent: RuleKind<'consent'> = {
  compile(test, context) {
    const channel = test.channel ?? 'email';
    return ({ person }) => {
      const purpose = test.purpose ?? context.purposeOf(test.topic!);
      return purpose !== undefined && consentTo(person, purpose, channel).given;
    };
  },
  reads: ({ topic }) => ['consent', ...(topic === undefined ? [] : [`topic:${topic}`])],
  say: (test) => `has consent to ${test.purpose ?? test.topic}${test.channel ? ` on ${test.channel}` : ''}`,
  saw(test, person, context) {
    const purpose = test.purpose ?? context.purposeOf(test.topic!);
    const known = Object.entries(person.state.consents).filter(([key]) => key.startsWith(`${purpose}/`));
    return known.length > 0
      ? known.map(([key, { state, at }]) => ({ what: `${key} ${state}`, at }))
      : [{ what: `nothing recorded about ${purpose}`, at: null }];
  },
};

export const reachable: RuleKind<'reachable'> = {
  compile:
    ({ channel }) =>
    ({ person }) => {
      const address = addressOf(person, channel);
      return address !== null && person.state.dead[channel] !== address;
    },
  reads: ({ channel }) => [`reach:${channel}`],
  say: ({ channel }) => `can be reached by ${channel}`,
  saw({ channel }, person) {
    const address = addressOf(person, channel);
    return [
      {
        what:
          address === null
            ? `no address for ${channel}`
            : person.state.dead[channel] === address
              ? `${address} does not exist`
              : `${channel}: ${address}`,
        at: null,
      },
    ];
  },
};

export const bucket: RuleKind<'bucket'> = {
  compile: (test) => {
    const [from, to] = [Math.round(test.from * 100), Math.round(test.to * 100)];
    return ({ person }) => {
      const place = bucketOf(test.draw, person.id);
      return place >= from && place < to;
    };
  },
  reads: () => [],
  say: (test) => `is in the draw “${test.draw}” from ${test.from} to ${test.to} %`,
  saw: (test, person) => [{ what: `stands at ${bucketOf(test.draw, person.id) / 100} % of the draw “${test.draw}”`, at: null }],
};

export const moment: RuleKind<'moment'> = {
  compile(test, context) {
    return (question) => {
      const zone = zoneOf(question, context);
      const { now } = question;
      const today = localDay(now, zone);
      if (test.weekdays) mayChangeAt(question, startOfDay(today + 1, zone));
      if (test.hours) for (const time of [test.hours.from, test.hours.to]) mayChangeAt(question, nextLocal(now + 1, minutesOf(time), zone));
      // Where clocks go back or forward, hours come twice or not at all; the day is looked at again when it ends.
      if (test.hours) mayChangeAt(question, startOfDay(today + 1, zone));
      return (!test.weekdays || test.weekdays.includes(weekdayOf(today))) && (!test.hours || inHours(minuteOfDay(now, zone), test.hours));
    };
  },
  reads: () => ['profile:zone'],
  say: (test) =>
    `it is ${[test.weekdays ? sayWeekdays(test.weekdays) : '', test.hours ? sayHours(test.hours) : ''].filter(Boolean).join(', ')} where the person is`,
  saw: (_test, person, context, question) => [
    { what: `clocks are read in ${zoneOf(question, context)}`, at: person.zone === null ? null : question.now },
  ],
};
