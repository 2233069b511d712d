import { day, hour, type Instant, minute, second, toIso } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import type { Condition, ConditionKind, Rule } from '#contract/rule.ts';
import { conditions } from '#contract/rule.ts';
import { type Comparison, type Operator, operators } from '#contract/rule/comparison.ts';
import { emptyState, newPerson, type Person } from '#engine/person.ts';
import type { Occurrence } from '#engine/rule/match.ts';
import { between, type Chance, pick } from '#engine/practice/random.ts';

/** Draws people, their pasts, rules about them and instants at which to ask: everything from one seed, and much of it right beside an edge. */

const some = <T>(chance: Chance, list: readonly T[], least: number, most: number): T[] =>
  Array.from({ length: between(chance, least, most) }, () => pick(chance, list));

/** Zones with clock changes of an hour and of half an hour, at midnight too, and without any. */
export const zones = [
  null,
  null,
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Havana',
  'Asia/Kolkata',
  'Pacific/Apia',
];

/** Instants around which everything happens: ordinary days, and days on which clocks change somewhere. */
export const anchors: readonly Instant[] = [
  Date.UTC(2026, 5, 17, 12),
  Date.UTC(2026, 2, 29, 1), // Berlin springs forward
  Date.UTC(2026, 9, 25, 1), // and falls back
  Date.UTC(2026, 2, 8, 5), // Havana and New York spring forward, Havana at midnight
  Date.UTC(2026, 10, 1, 5), // and fall back
  Date.UTC(2026, 3, 4, 15), // Lord Howe falls back by half an hour
  Date.UTC(2026, 0, 1, 0),
  Date.UTC(2028, 1, 29, 0),
];
export const clockDays = new Set([1, 2, 3, 4, 5]);

const durations = ['PT1S', 'PT1M', 'PT1H', 'P1D', 'P2D', 'P7D', 'P30D'] as const;
const lengths = [second, minute, hour, day, 2 * day, 7 * day, 30 * day] as const;

/** Lengths that are drawn most often, so that edges are met. */
const usual = [hour, day, 7 * day] as const;
const usualDurations = ['PT1H', 'P1D', 'P7D'] as const;

/** Right at, a hair beside, or somewhere around. */
const beside = (chance: Chance, at: Instant): Instant => at + pick(chance, [0, 0, -1, 1, -1000, 1000, -999, between(chance, -hour, hour)]);
/** So long before that windows of the drawn lengths begin or end there. */
const past = (chance: Chance, now: Instant): Instant =>
  Math.min(
    now,
    chance() < 0.8 ? beside(chance, now - pick(chance, lengths) * between(chance, 0, 2)) : now - Math.floor(chance() * 400 * day),
  );

const words = [
  'pro',
  'Pro',
  'basic',
  'Größe',
  'GRÖSSE',
  'größe',
  'ΣΊΣΥΦΟΣ',
  'σίσυφοσ',
  'Ж',
  'ж',
  'İ',
  'a b',
  '',
  ' ',
  'true',
  'x',
  'prof',
  '٣',
];
const numbers = [0, 1, 2, 3, 10, 99.99, 100, -5, 0.1, 0.30000000000000004, 1e21, 1e-7, 100_000_000, 100_000_001];
/** Those that people and rules have most often, so that they meet. */
const usualNumbers = [1, 2, 3];
/** Amounts that are a little less than they look once they are counted in ten-thousandths (1.005 · 10,000 = 10,049.999…): sums tell how they are rounded. */
const amounts = [1.005, 1.005, 2.01];
const numerals = ['1', ' 2 ', '3.0', '1e1', '0x10', '1,000', '-5', '.5', '5.', '1e400', '1e99', '+3', 'NaN', '٣'];

/** What lists hold most often, so that rules about lists find it. */
const usualTags = ['pro', 'GRÖSSE', 'x', '1', 3, 'true'];

/** A value as strange as senders make them. */
function value(chance: Chance, now: Instant): unknown {
  const kind = chance();
  if (kind < 0.3) return pick(chance, words);
  if (kind < 0.5) return pick(chance, numbers);
  if (kind < 0.6) return pick(chance, numerals);
  if (kind < 0.65) return pick(chance, [true, false]);
  if (kind < 0.8) return someDate(chance, now);
  if (kind < 0.9) return some(chance, [...words, ...numbers, ['nested'], null, true], 0, 4);
  if (kind < 0.95) return { b: pick(chance, [...words, ...numbers]), list: some(chance, words, 0, 3) };
  return null;
}

function someDate(chance: Chance, now: Instant): unknown {
  const at = pick(chance, [
    now - pick(chance, usual),
    now + pick(chance, usual),
    past(chance, now),
    beside(chance, now + pick(chance, lengths)),
    now + between(chance, -9, 9) * day,
    now - between(chance, 1, 4) * 365 * day + between(chance, -3, 9) * day,
  ]);
  return pick(chance, [
    toIso(at),
    toIso(at),
    toIso(at).slice(0, 10),
    toIso(at).slice(0, 10),
    toIso(at).replace('Z', '+02:00'),
    toIso(at).slice(0, 16),
    Math.floor(at / 1000),
    at,
    '2026-02-30',
    '2024-02-29',
    '2026-13-01',
    '0999-01-01',
    'yesterday',
  ]);
}

export const eventNames = ['Page Viewed', 'Order Completed', 'Signed Up'] as const;

function properties(chance: Chance, now: Instant): JsonObject {
  const drawn: JsonObject = {};
  if (chance() < 0.8)
    drawn.total = (
      chance() < 0.8 ? pick(chance, chance() < 0.3 ? amounts : [...numbers, ...numerals]) : value(chance, now)
    ) as JsonObject[string];
  if (chance() < 0.6) drawn.plan = (chance() < 0.8 ? pick(chance, words) : value(chance, now)) as JsonObject[string];
  if (chance() < 0.5) drawn.at = someDate(chance, now) as JsonObject[string];
  if (chance() < 0.5)
    drawn.products = some(chance, [{ sku: 'a' }, { sku: 'B' }, { sku: 3 }, { name: 'x' }, 'a', null], 0, 4) as JsonObject[string];
  if (chance() < 0.3) drawn.a = value(chance, now) as JsonObject[string];
  return drawn;
}

export interface Drawn {
  person: Person;
  past: Occurrence[];
}

const stages = ['capture', 'nurture', 'conversion'];
export const segments = ['customers', 'quiet'];
export const scores = ['fit', 'engagement'];

export function drawPerson(chance: Chance, newId: () => string, now: Instant): Drawn {
  const person = newPerson(newId(), pick(chance, ['website', 'import', 'api']), past(chance, now));
  for (const path of ['plan', 'size', 'when', 'tags', 'a'])
    if (chance() < 0.7) person.traits[path] = value(chance, now) as JsonObject[string];
  if (chance() < 0.8)
    person.traits.when = (
      chance() < 0.6 ? toIso(now + pick(chance, [-1, 1]) * pick(chance, usual)) : someDate(chance, now)
    ) as JsonObject[string];
  if (chance() < 0.5) person.traits.tags = some(chance, chance() < 0.7 ? usualTags : [...words, ...numbers], 0, 4);
  if (chance() < 0.5) person.traits.size = pick(chance, usualNumbers);
  if (chance() < 0.6) person.email = pick(chance, ['ana@example.com', 'ÖZ@example.com', 'b@example.org']);
  if (chance() < 0.3) person.phone = '+4912345678';
  if (chance() < 0.6) person.name = pick(chance, words.filter(Boolean));
  if (chance() < 0.3) person.owner = pick(chance, ['kim@example.com', 'Lee@example.com']);
  if (chance() < 0.3) person.userId = pick(chance, ['u1', 'U2']);
  person.zone = pick(chance, zones);
  if (chance() < 0.7) {
    person.stage = pick(chance, stages);
    person.stageSince = past(chance, now);
  }
  if (chance() < 0.7) person.lastSeenAt = past(chance, now);
  const source = (): JsonObject => ({
    source: pick(chance, ['google', 'Newsletter', 'direct']),
    channel: pick(chance, ['cpc', 'email', null]),
    campaign: pick(chance, ['Spring', 'spring', null]),
    utm: { medium: pick(chance, ['cpc', 'email']) },
    entryPoint: person.entryPoint,
  });
  if (chance() < 0.6) person.firstSource = source();
  if (chance() < 0.6) person.lastSource = source();
  if (chance() < 0.5) person.place = { country: pick(chance, ['DE', 'US']), city: pick(chance, ['Köln', 'KÖLN', 'Bonn']) };
  const state = emptyState();
  for (const key of ['marketing/email', 'marketing/*', 'marketing/sms', 'news/email'])
    if (chance() < 0.4)
      state.consents[key] = { state: pick(chance, ['granted', 'granted', 'denied', 'withdrawn'] as const), at: past(chance, now) };
  for (const key of segments) if (chance() < 0.5) state.segments[key] = past(chance, now);
  for (const key of scores) if (chance() < 0.7) state.scores[key] = between(chance, 0, 100);
  if (chance() < 0.7) state.grades.lead = `${pick(chance, ['A', 'B', 'C', 'D'])}${between(chance, 1, 4)}`;
  if (person.email && chance() < 0.3) state.dead.email = pick(chance, [person.email, 'old@example.com']);
  person.state = state;
  const events = Array.from({ length: pick(chance, [0, 1, 2, 4, 8, 16]) }, (): Occurrence => {
    const at = past(chance, now);
    return { id: newId(), at: Math.min(at, now), name: pick(chance, eventNames), properties: properties(chance, now) };
  });
  // Two events of one instant, one right after another, and one that must follow within a length and just does, or just does not.
  for (const event of events.slice(0, 6))
    if (chance() < 0.5)
      events.push({
        id: newId(),
        at: Math.min(now, event.at + pick(chance, [0, 0, 1, ...lengths, ...usual, ...usual, pick(chance, usual) + 1])),
        name: pick(chance, eventNames),
        properties: properties(chance, now),
      });
  return { person, past: events.sort((a, b) => a.at - b.at) };
}

const dated: readonly Operator[] = [
  'within-last',
  'within-next',
  'longer-ago',
  'further-ahead',
  'in-days',
  'anniversary-in',
  'before',
  'after',
];

/** One of some operators, with a value. `timed` ones look at the clock. */
function comparison(chance: Chance, now: Instant, timed: boolean, only?: readonly Operator[]): Comparison {
  const usable = (Object.keys(operators) as Operator[]).filter(
    (op) => (only?.includes(op) ?? true) && (timed || !('timed' in operators[op])),
  );
  return compare(chance, now, pick(chance, usable));
}

/** An operator with a value that it takes. */
function compare(chance: Chance, now: Instant, op: Operator): Comparison {
  const wanted = (): unknown => pick(chance, [pick(chance, words.filter(Boolean)), pick(chance, numbers), pick(chance, numerals), true]);
  switch (operators[op].takes as string) {
    case 'nothing':
      return { op };
    case 'number':
      return { op, value: someNumber(chance) };
    case 'text':
      return { op, value: pick(chance, ['p', 'P', 'g', 'Gr', 'ß', 'e', 'ж', 'x', 'c', 'ana', '1']) };
    case 'list':
      return { op, value: some(chance, [...words.filter(Boolean), ...numbers, true], 1, op === 'has-all' ? 2 : 8) };
    case 'range': {
      const from = someNumber(chance);
      return { op, value: [from, from + pick(chance, [0, 1, 1, 2, 100, 1e9])] };
    }
    case 'date':
      return { op, value: pick(chance, [toIso(past(chance, now)), toIso(now), toIso(past(chance, now)).slice(0, 10)]) };
    case 'duration':
      return { op, value: pick(chance, [...durations, 'PT1H', 'PT1H', 'P1D', 'P1D', 'P7D', 'P7D']) };
    case 'days': {
      const from = op === 'anniversary-in' ? between(chance, 0, 3) : between(chance, -8, 5);
      return { op, value: [from, from + between(chance, 0, op === 'anniversary-in' ? 300 : 9)] };
    }
    default:
      return {
        op,
        value: (op.includes('contains') && chance() < 0.7
          ? pick(chance, ['p', 'a', 'ö', 'Ö', '1', 3, 'x'])
          : wanted()) as Comparison['value'] & string,
      };
  }
}

const someNumber = (chance: Chance): number => pick(chance, chance() < 0.5 ? usualNumbers : numbers);

/** Operators that mean something else of a list than of a text. */
const listed: readonly Operator[] = ['contains', 'not-contains', 'has-all', 'one-of', 'none-of', 'equals', 'not-equals'];

/** Such an operator, with values that many lists have. */
function compareList(chance: Chance, op: Operator): Comparison {
  const isOfMany = op === 'has-all' || op === 'one-of' || op === 'none-of';
  return { op, value: isOfMany ? some(chance, usualTags, 1, 2) : pick(chance, usualTags) } as Comparison;
}

function narrowing(chance: Chance, now: Instant): JsonObject {
  const drawn: JsonObject = {};
  if (chance() < 0.35)
    drawn.where = Array.from({ length: between(chance, 1, 2) }, () => ({
      property: pick(chance, ['total', 'plan', 'at', 'products[].sku', 'products[]', 'a.b', 'products.0.sku']),
      ...comparison(chance, now, false),
    })) as unknown as JsonObject[string];
  if (chance() < 0.12) drawn.weekdays = some(chance, [1, 2, 3, 4, 5, 6, 7], 3, 7);
  if (chance() < 0.12)
    drawn.hours = pick(chance, [
      { from: '09:00', to: '17:00' },
      { from: '22:00', to: '06:00' },
      { from: '01:30', to: '02:30' },
    ]);
  return drawn;
}

function window(chance: Chance, now: Instant): JsonObject {
  const kind = chance();
  if (kind < 0.35) return { within: pick(chance, durations) };
  if (kind < 0.45) return { since: 'stage' };
  if (kind < 0.55) return { since: pick(chance, [toIso(past(chance, now)), toIso(now).slice(0, 10)]) };
  if (kind < 0.8)
    return {
      calendar: {
        unit: pick(chance, ['day', 'week', 'month', 'quarter', 'year']),
        ago: pick(chance, [0, 0, 1, 1, 2, 12]),
      },
    };
  return {};
}

const match = (chance: Chance, now: Instant, name = pick(chance, eventNames)): JsonObject => ({ event: name, ...narrowing(chance, now) });

/** One condition of a kind; of a shape that the contract takes. */
export function drawCondition(chance: Chance, kind: ConditionKind, now: Instant): Condition {
  const drawn = (): unknown => {
    const numeric: readonly Operator[] = ['greater', 'at-least', 'less', 'at-most', 'between', 'equals', 'not-equals', 'exists', 'missing'];
    switch (kind) {
      case 'trait':
        // Dates are most often compared with the clock.
        if (chance() < 0.25) return { path: 'when', ...comparison(chance, now, true, dated) };
        // And what asks for one of several, with lists.
        if (chance() < 0.1) return { path: 'tags', ...compareList(chance, pick(chance, listed)) };
        return {
          path: pick(chance, ['plan', 'size', 'when', 'when', 'tags', 'a.b', 'a.list[]', 'a', 'email', 'name', 'tags.0', 'tags[]']),
          ...comparison(chance, now, true),
        };
      case 'profile':
        return pick(chance, [
          () => ({
            field: pick(chance, ['createdAt', 'lastSeenAt']),
            ...comparison(chance, now, true, [
              'before',
              'after',
              'within-last',
              'within-next',
              'longer-ago',
              'further-ahead',
              'in-days',
              'anniversary-in',
              'exists',
              'missing',
            ]),
          }),
          () => ({
            field: pick(chance, [
              'owner',
              'entryPoint',
              'userId',
              'zone',
              'firstSource.campaign',
              'lastSource.source',
              'lastSource.utm.medium',
              'place.city',
            ]),
            op: pick(chance, ['equals', 'not-equals']),
            value: pick(chance, [
              'kim@example.com',
              'website',
              'u1',
              'Europe/Berlin',
              'spring',
              'google',
              'köln',
              'cpc',
              'import',
              'newsletter',
            ]),
          }),
        ])();
      case 'event': {
        const counts = pick(chance, [
          {},
          { atMost: 0 },
          { atLeast: between(chance, 1, 4) },
          { atMost: between(chance, 1, 3) },
          { atLeast: 1, atMost: 2 },
        ]);
        return { name: pick(chance, eventNames), ...narrowing(chance, now), ...counts, ...window(chance, now) };
      }
      case 'measure': {
        const take = pick(chance, ['sum', 'average', 'min', 'max', 'distinct', 'first', 'last'] as const);
        const property =
          take === 'distinct'
            ? pick(chance, ['plan', 'total', 'products[].sku', 'products[]', 'a'])
            : pick(chance, ['total', 'total', 'plan', 'a']);
        const compared =
          take === 'first' || take === 'last'
            ? comparison(chance, now, false)
            : take === 'distinct'
              ? { op: pick(chance, ['at-least', 'equals', 'less']), value: between(chance, 0, 4) }
              : chance() < 0.3
                ? { op: pick(chance, ['at-least', 'greater', 'less', 'equals']), value: pick(chance, amounts) }
                : comparison(chance, now, false, numeric);
        return { name: pick(chance, eventNames), ...narrowing(chance, now), take, property, ...compared, ...window(chance, now) };
      }
      case 'sequence':
        return {
          first: match(chance, now),
          then: match(chance, now),
          within: pick(chance, chance() < 0.6 ? usualDurations : durations),
          happened: chance() < 0.5,
          ...(chance() < 0.4 ? { last: pick(chance, durations) } : {}),
        };
      case 'trend':
        return {
          name: pick(chance, eventNames),
          ...narrowing(chance, now),
          ...(chance() < 0.5 ? { property: 'total' } : {}),
          over: pick(chance, durations.slice(2)),
          change: pick(chance, ['down', 'up']),
          percent: pick(chance, [1, 10, 50, 100]),
          atLeastBefore: pick(chance, [0, 1, 1, 0.5]),
        };
      case 'stage':
        return {
          in: some(chance, stages, 1, 3),
          ...(chance() < 0.4 ? { forAtLeast: pick(chance, durations) } : {}),
          ...(chance() < 0.4 ? { forLessThan: pick(chance, durations) } : {}),
        };
      case 'segment':
        return { key: pick(chance, segments) };
      case 'score':
        return {
          key: pick(chance, [...scores, 'nobody']),
          ...pick(chance, [{ atLeast: between(chance, 0, 100) }, { atMost: between(chance, 0, 100) }, {}]),
        };
      case 'grade':
        return { key: 'lead', in: some(chance, ['A1', 'A2', 'B1', 'B2', 'C1', 'C3', 'D4', 'A4', 'B3'], 2, 9) };
      case 'consent':
        return {
          ...pick(chance, [{ purpose: 'marketing' }, { topic: 'newsletter' }, { topic: 'unknown' }, { purpose: 'news' }]),
          ...(chance() < 0.5 ? { channel: pick(chance, ['email', 'sms']) } : {}),
        };
      case 'reachable':
        return { channel: pick(chance, ['email', 'sms', 'webhook']) };
      case 'bucket': {
        const from = between(chance, 0, 60);
        return { draw: pick(chance, ['a', 'spring', 'ñ']), from, to: from + between(chance, 10, 40) };
      }
      case 'moment':
        return pick(chance, [
          { weekdays: some(chance, [1, 2, 3, 4, 5, 6, 7], 2, 6) },
          {
            hours: pick(chance, [
              { from: '00:00', to: '12:00' },
              { from: '22:00', to: '06:00' },
              { from: '02:00', to: '03:00' },
              { from: '01:30', to: '23:00' },
            ]),
          },
          { weekdays: [1, 2, 3, 4, 5, 6, 7], hours: { from: '08:00', to: '20:00' } },
        ]);
    }
  };
  for (;;) {
    const parsed = conditions[kind].safeParse(drawn());
    if (parsed.success) return { [kind]: parsed.data } as Condition;
  }
}

const kinds = Object.keys(conditions) as ConditionKind[];
/** Kinds with many operators and windows are drawn more often. */
const weighted: readonly ConditionKind[] = [
  ...kinds,
  ...Array(10).fill('trait'),
  ...Array(3).fill('profile'),
  ...Array(7).fill('event'),
  ...Array(9).fill('measure'),
  ...Array(3).fill('sequence'),
  ...Array(2).fill('trend'),
];

export function drawRule(chance: Chance, now: Instant, depth = 0): Rule {
  const kind = chance();
  if (depth < 3 && kind < 0.25) {
    const parts = Array.from({ length: between(chance, 1, 3) }, () => drawRule(chance, now, depth + 1));
    return kind < 0.125 ? { all: parts } : { any: parts };
  }
  if (kind < 0.55) return { not: drawRule(chance, now, depth + 1) };
  return drawCondition(chance, pick(chance, weighted), now);
}

const isAboutNumbers = (op: Operator): boolean => ['number', 'range'].includes(operators[op].takes);

/**
 * Rules that are one thing alone, or its opposite, so that what is wrong with it is not hidden by what stands beside it: each operator about a trait that it
 * suits, each way to measure, and what follows one another or does not, within lengths that are met.
 */
export const drawPlainRules = (chance: Chance, now: Instant): Rule[] =>
  [
    ...(Object.keys(operators) as Operator[]).map((op): Condition => {
      const test =
        listed.includes(op) && chance() < 0.7
          ? { path: 'tags', ...compareList(chance, op) }
          : {
              path: dated.includes(op) ? 'when' : isAboutNumbers(op) ? 'size' : pick(chance, ['plan', 'size', 'name', 'a']),
              ...compare(chance, now, op),
            };
      return { trait: conditions.trait.parse(test) };
    }),
    ...(['sum', 'average', 'min', 'max', 'distinct'] as const).map(
      (take): Condition => ({
        measure: conditions.measure.parse({
          name: pick(chance, eventNames),
          take,
          property: 'total',
          op: pick(chance, ['at-least', 'greater', 'less', 'equals']),
          value: take === 'distinct' ? between(chance, 0, 3) : pick(chance, amounts),
        }),
      }),
    ),
    ...[true, false].map(
      (happened): Condition => ({
        sequence: conditions.sequence.parse({
          first: { event: pick(chance, eventNames) },
          then: { event: pick(chance, eventNames) },
          within: pick(chance, usualDurations),
          happened,
        }),
      }),
    ),
  ].map((rule) => (chance() < 0.4 ? { not: rule } : rule));
