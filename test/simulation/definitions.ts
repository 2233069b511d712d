import type { CapPolicy, PolicyHold } from '#contract/cap-policy.ts';
import type { Lifecycle } from '#contract/definition-bodies.ts';
import { BroadcastPlan } from '#contract/broadcast.ts';
import type { LooseDefinition } from '#contract/definition.ts';
import type { Journey } from '#contract/journey.ts';
import { RampPlan } from '#contract/ramp.ts';
import type { Step } from '#contract/steps/index.ts';
import type { Trigger } from '#contract/steps/trigger.ts';
import type { Rule } from '#contract/rule.ts';
import type { PropertyTest } from '#contract/rule/event-match.ts';
import { type Instant, toIso } from '#contract/instant.ts';
import { between, type Chance, happens, pick } from '#engine/practice/random.ts';
import { readBlueprint } from '#operations/blueprint.ts';

/** Random definitions that hold together: the blueprint's lifecycle with changes, and segments, scores, limits and journeys made of every kind of part. */

/** What people do. Entries, goals, waits and rules speak of these. */
export const eventNames = [
  'Signed Up',
  'Form Submitted',
  'Product Viewed',
  'Product Added',
  'Checkout Started',
  'Order Completed',
  'Meeting Booked',
  'Meeting Held',
  'Agreement Signed',
  'Deal Lost',
  'Subscription Cancelled',
  'Referral Made',
  'Page Viewed',
] as const;
/** What so many strangers did before the world begins that experiments may ask for it. */
export const practised = 'Order Completed';
export const plans = ['free', 'team', 'business'] as const;
const answers = ['Email Link Clicked', 'Email Opened', 'Unsubscribed'] as const;

interface Words {
  stages: string[];
  segments: string[];
  scores: string[];
  templates: { key: string; topic: string }[];
  offers: string[];
}

const windows = ['PT1H', 'PT6H', 'P1D', 'P3D', 'P7D', 'P14D'] as const;
const waits = ['PT0S', 'PT1M', 'PT30M', 'PT4H', 'PT23H', 'P1D', 'P2D', 'P5D'] as const;

function where(chance: Chance, event: string): PropertyTest[] | undefined {
  if (event === 'Order Completed' && happens(chance, 0.4))
    return [{ property: 'total', op: pick(chance, ['greater', 'at-most']), value: between(chance, 20, 150) }];
  if (event === 'Product Viewed' && happens(chance, 0.4))
    return [{ property: 'category', op: 'equals', value: pick(chance, ['garden', 'house']) }];
  if (event === 'Email Link Clicked' && happens(chance, 0.7)) return [{ property: 'actor', op: 'equals', value: 'human' }];
  return undefined;
}

function eventMatch(chance: Chance, names: readonly string[] = [...eventNames, ...answers]): { event: string; where?: PropertyTest[] } {
  const event = pick(chance, names);
  const tests = where(chance, event);
  return tests ? { event, where: tests } : { event };
}

function eventRule(chance: Chance): Rule {
  const { event: name, where: tests } = eventMatch(chance);
  const atLeast = happens(chance, 0.6) ? between(chance, 1, 4) : undefined;
  const atMost = happens(chance, 0.35) ? between(chance, atLeast ?? 0, 5) : undefined;
  const within = happens(chance, 0.6) ? pick(chance, windows) : undefined;
  return {
    event: {
      name,
      ...(tests ? { where: tests } : {}),
      ...(atLeast === undefined ? {} : { atLeast }),
      ...(atMost === undefined ? {} : { atMost }),
      ...(within ? { within } : {}),
    },
  };
}

/** A rule of every kind of part, at most `depth` deep. */
function randomRule(chance: Chance, words: Pick<Words, 'stages' | 'segments' | 'scores'>, depth = 2): Rule {
  const kinds = [
    'event',
    'event',
    'event',
    'trait',
    'stage',
    'consent',
    ...(words.segments.length > 0 ? ['segment'] : []),
    ...(words.scores.length > 0 ? ['score'] : []),
    ...(depth > 0 ? ['all', 'any', 'not'] : []),
  ];
  const parts = (): Rule[] => Array.from({ length: between(chance, 1, 3) }, () => randomRule(chance, words, depth - 1));
  switch (pick(chance, kinds)) {
    case 'all':
      return { all: parts() };
    case 'any':
      return { any: parts() };
    case 'not':
      return { not: randomRule(chance, words, depth - 1) };
    case 'trait':
      return pick<Rule>(chance, [
        { trait: { path: 'plan', op: 'equals', value: pick(chance, plans) } },
        { trait: { path: 'seats', op: 'at-least', value: between(chance, 1, 9) } },
        { trait: { path: 'firstName', op: 'exists' } },
        { trait: { path: 'note.tone', op: 'missing' } },
      ]);
    case 'stage':
      return { stage: { in: [pick(chance, words.stages)] } };
    case 'consent':
      return { consent: { purpose: 'marketing' } };
    case 'segment':
      return { segment: { key: pick(chance, words.segments) } };
    case 'score':
      return { score: { key: pick(chance, words.scores), atLeast: between(chance, 5, 40) } };
    default:
      return eventRule(chance);
  }
}

function randomSegment(chance: Chance, words: Words): unknown {
  return { name: 'Segment', rule: randomRule(chance, words) };
}

/** Thresholds keep their names through all versions of a score: journeys begin where they are crossed. */
const thresholds = ['warm', 'hot'] as const;

function randomScore(chance: Chance, words: Words): unknown {
  return {
    name: 'Score',
    points: Array.from({ length: between(chance, 1, 4) }, (_, index) => ({
      because: `line ${index}`,
      rule: randomRule(chance, { ...words, scores: [] }, 1),
      points: between(chance, -20, 40),
    })),
    signals: Array.from({ length: between(chance, 0, 3) }, (_, index) => ({
      because: `signal ${index}`,
      on: eventMatch(chance, eventNames),
      points: pick(chance, [-12, 7.5, 20, 33.333]),
      ...(happens(chance, 0.65) ? { halfLife: pick(chance, ['PT6H', 'P1D', 'P3D']) } : {}),
      ...(happens(chance, 0.4) ? { expires: pick(chance, ['PT12H', 'P2D', 'P7D']) } : {}),
      ...(happens(chance, 0.3) ? { times: between(chance, 1, 3) } : {}),
    })),
    thresholds: thresholds.map((key, index) => ({ key, name: key, at: between(chance, 3 + 15 * index, 17 + 15 * index) })),
    max: pick(chance, [30, 100]),
  };
}

function randomPolicy(chance: Chance, words: Words): unknown {
  const cap = (): CapPolicy['caps'][number] => ({
    ...(happens(chance, 0.5) ? { channel: pick(chance, ['email', 'email', 'webhook']) } : {}),
    ...(happens(chance, 0.25) ? { topic: pick(chance, ['newsletter', 'onboarding']) } : {}),
    ...(happens(chance, 0.15) ? { stage: pick(chance, words.stages) } : {}),
    ...(happens(chance, 0.15) ? { segment: pick(chance, words.segments) } : {}),
    max: between(chance, 1, 4),
    ...(happens(chance, 0.4)
      ? { per: pick(chance, ['day', 'day', 'week', 'month'] as const) }
      : { within: pick(chance, ['PT1H', 'PT6H', 'PT6H', 'P1D', 'P1D', 'P7D']) }),
  });
  const clock = (from: number, to: number): string =>
    `${String(between(chance, from, to)).padStart(2, '0')}:${pick(chance, ['00', '30', '15'])}`;
  const hours = (): NonNullable<CapPolicy['quietHours']> => ({
    from: happens(chance, 0.8) ? clock(19, 23) : clock(0, 3),
    to: clock(5, 10),
    answersWithin: pick(chance, ['PT0S', 'PT5M', 'PT1H']),
    ...(happens(chance, 0.3) ? { channels: [pick(chance, ['email', 'email', 'webhook'])] } : {}),
  });
  const hold = (): PolicyHold =>
    happens(chance, 0.3)
      ? { says: 'they are among those who are left alone', segment: pick(chance, words.segments) }
      : {
          says: 'something of theirs is open',
          on: eventMatch(chance, eventNames),
          ...(happens(chance, 0.5) ? { until: eventMatch(chance, eventNames) } : {}),
          lasts: pick(chance, ['PT1H', 'PT6H', 'P1D']),
          ...(happens(chance, 0.3) ? { channels: ['email'] } : {}),
        };
  return {
    name: 'Limits',
    caps: Array.from({ length: between(chance, 0, 3) }, cap),
    quietHours: happens(chance, 0.75) ? hours() : null,
    quietElsewhere: Array.from({ length: happens(chance, 0.4) ? between(chance, 1, 2) : 0 }, () => ({
      ...hours(),
      countries: pick(chance, [['US'], ['IN', 'NP'], ['DE', 'AT'], ['AU', 'NZ', 'BR']]),
    })),
    fatigue: happens(chance, 0.2)
      ? { messages: between(chance, 1, 4), within: pick(chance, ['P1D', 'P7D']), rest: pick(chance, ['PT6H', 'P2D']) }
      : null,
    holds: Array.from({ length: happens(chance, 0.35) ? between(chance, 1, 2) : 0 }, hold),
    // Among few people the usual limits never show anything: now and then they are so tight that sending stops.
    ...(happens(chance, 0.3)
      ? {
          breaker: happens(chance, 0.5)
            ? null
            : { after: 10, bounced: 0.01, unsubscribed: 0.01, failed: 0.01, volume: { times: 2, least: 10 } },
        }
      : {}),
    ...(happens(chance, 0.3)
      ? { loops: { turns: between(chance, 1, 5), within: pick(chance, ['PT6H', 'P1D']), people: between(chance, 1, 4) } }
      : {}),
  };
}

function randomTemplate(chance: Chance, key: string, edition: number): unknown {
  if (key === 'to-system')
    return {
      channel: 'webhook',
      name: key,
      url: 'https://system.example/hook',
      body: '{"who": {{ person.firstName | json }}}',
      fallbacks: { firstName: 'somebody' },
    };
  return {
    channel: 'email',
    name: key,
    // The post office reads from the subject which edition was written, and holds it against the message's row.
    subject: `${key}#${edition} for {{ person.firstName | default: "you" }}`,
    blocks: [
      {
        block: 'text',
        text: 'Hello {{ person.firstName | default: "there" }}, [look here](https://shop.example/a) or [there](https://shop.example/b).',
      },
      ...(happens(chance, 0.5) ? [{ block: 'button', label: 'Go', link: `https://shop.example/${edition}` }] : []),
    ],
  };
}

/** A journey made back to front, so that every step is led to and every way ends; a circle goes through a wait. */
function randomJourney(chance: Chance, words: Words, start: Instant): unknown {
  const steps: Step[] = [];
  const add = (step: Omit<Step, 'key'> & Record<string, unknown>): string => {
    const key = `${step.kind}-${steps.length + 1}`;
    steps.push({ ...step, key } as unknown as Step);
    return key;
  };
  const mail = (next: string | null): string => {
    const { key, topic } = pick(chance, words.templates);
    return add({
      kind: 'send',
      template: key,
      topic,
      expires: pick(chance, ['PT2H', 'P1D', 'P3D']),
      ifHeld: pick(chance, ['wait', 'wait', 'drop', 'best']),
      ...(happens(chance, 0.3) ? { offer: pick(chance, words.offers) } : {}),
      next,
    });
  };
  const one = (next: string | null, depth: number): string => {
    const kinds = [
      'wait',
      'wait',
      'until',
      'send',
      'send',
      'send',
      'set-trait',
      'move-stage',
      'make-task',
      'holds',
      'clock',
      'split',
      'experiment',
      'tag',
      'note',
      'add-points',
      'assign',
      'approve',
      'hand-over',
      'webhook',
      'start-journey',
      'end-journey',
      'nurture',
      ...(depth > 0 ? ['branch', 'branch'] : []),
    ];
    switch (pick(chance, kinds)) {
      case 'wait':
        return add({ kind: 'wait', for: pick(chance, waits), next });
      case 'until':
        return add({
          kind: 'wait',
          until: eventMatch(chance),
          timeout: pick(chance, waits),
          next,
          onTimeout: happens(chance, 0.5) ? next : chain(between(chance, 1, 2), null, depth - 1),
        });
      case 'branch':
        return add({
          kind: 'branch',
          paths: Array.from({ length: between(chance, 1, 2) }, (_, index) => ({
            label: `path ${index}`,
            when: randomRule(chance, words, 1),
            next: chain(between(chance, 0, 2), happens(chance, 0.6) ? next : null, depth - 1),
          })),
          otherwise: next,
        });
      case 'set-trait':
        return add({
          kind: 'set-trait',
          path: pick(chance, ['plan', 'note.tone', 'seats']),
          value: pick(chance, ['free', 'warm', 7, null]),
          next,
        });
      case 'move-stage':
        return add({ kind: 'move-stage', to: pick(chance, words.stages), next });
      case 'make-task':
        return add({ kind: 'make-task', title: 'Call them', owner: null, dueIn: 'P1D', next });
      case 'holds':
        return add({
          kind: 'wait',
          untilRule: randomRule(chance, words, 1),
          timeout: pick(chance, waits),
          next,
          onTimeout: aside(next, depth),
        });
      case 'clock':
        return add({
          kind: 'wait',
          untilTime: {
            at: pick(chance, ['02:30', '09:00', '23:59']),
            ...(happens(chance, 0.5) ? { weekdays: [between(chance, 1, 7)] } : {}),
          },
          next,
        });
      case 'split':
        return add({
          kind: 'split',
          paths: [
            { label: 'one', share: 30, next },
            { label: 'other', share: 70, next: aside(next, depth) },
          ],
        });
      case 'experiment':
        return add({
          kind: 'experiment',
          arms: [
            { key: 'one', label: 'One', share: 40, next },
            { key: 'other', label: 'Other', share: 60, next: aside(next, depth) },
          ],
          control: 'one',
          // Only what enough people did lately may be what people are to do more often.
          goal: { event: practised },
          window: pick(chance, ['PT6H', 'P2D']),
          lift: 500,
          lasts: 'P3650D',
          byItself: happens(chance, 0.5),
        });
      case 'tag':
        return add({ kind: 'tag', add: [pick(chance, ['warm', 'cold'])], remove: [pick(chance, ['cold', 'met'])], next });
      case 'note':
        return add({ kind: 'note', text: 'Was here', next });
      case 'add-points':
        return add({ kind: 'add-points', score: pick(chance, words.scores), points: between(chance, -10, 20), because: 'was here', next });
      case 'assign':
        return add({
          kind: 'assign',
          owners: [{ owner: 'ana@example.com' }, { owner: 'ben@example.com', share: 2 }],
          keep: happens(chance, 0.5),
          next,
        });
      case 'approve':
        return add({
          kind: 'approve',
          question: 'Really?',
          timeout: pick(chance, waits),
          next,
          onRefused: aside(next, depth),
          onTimeout: next,
        });
      case 'hand-over':
        return add({ kind: 'hand-over', title: 'Look at this', next });
      case 'webhook':
        return add({
          kind: 'webhook',
          template: 'to-system',
          topic: 'account',
          timeout: pick(chance, ['PT30M', 'PT4H', 'P1D']),
          next,
          onFailure: aside(next, depth),
        });
      case 'start-journey':
      case 'end-journey':
        return add({ kind: pick(chance, ['start-journey', 'end-journey']), journey: `journey-${between(chance, 0, 3)}`, next });
      case 'nurture':
        return add({
          kind: 'nurture',
          stream: 'lessons',
          contents: [{ template: 'news' }, { template: 'offer', when: randomRule(chance, words, 1) }, { template: 'hello' }],
          topic: 'newsletter',
          every: pick(chance, ['PT4H', 'P1D']),
          next,
        });
      default:
        return mail(next);
    }
  };
  /** Another way than on, or the same. */
  const aside = (next: string | null, depth: number): string | null =>
    depth > 0 && happens(chance, 0.5) ? chain(between(chance, 1, 2), null, depth - 1) : next;
  const chain = (length: number, after: string | null, depth: number): string | null => {
    let next = after;
    for (let made = 0; made < length; made++) next = one(next, depth);
    return next;
  };
  const end = happens(chance, 0.25)
    ? happens(chance, 0.5)
      ? add({ kind: 'exit', reason: 'done' })
      : add({ kind: 'goal', name: 'Arrived' })
    : null;
  const circle = happens(chance, 0.25) ? add({ kind: 'wait', for: pick(chance, ['PT8H', 'P2D']), next: end }) : null;
  const rest = chain(between(chance, 2, 6), circle ?? end, 2)!;
  const first = happens(chance, 0.7) ? mail(rest) : rest;
  if (circle !== null) {
    // The way back; what would have followed is led to by a branch before it.
    const back = steps.findIndex((step) => step.key === circle);
    steps[back] = { ...steps[back]!, next: first } as Step;
    if (end !== null)
      steps[back] = { key: circle, kind: 'wait', until: { event: 'Order Completed' }, timeout: 'P1D', next: end, onTimeout: first } as Step;
  }
  const { event, where: tests } = eventMatch(chance, ['Signed Up', 'Signed Up', ...eventNames.slice(0, 6)]);
  steps.unshift({
    key: 'entry',
    kind: 'entry',
    on: tests ? { event, where: tests } : { event },
    ...(happens(chance, 0.25) ? { when: randomRule(chance, words, 1) } : {}),
    next: first,
  } as Step);
  steps.push({ key: 'sent-in', kind: 'entry', on: { by: 'journey' }, next: first } as Step);
  for (const [kind, on] of Object.entries(randomTriggers(chance, words)))
    steps.push({
      key: `on-${kind}`,
      kind: 'entry',
      on,
      // On a schedule, a rule says who enters.
      ...(kind === 'schedule' || happens(chance, 0.15) ? { when: randomRule(chance, words, 1) } : {}),
      next: first,
    } as Step);
  const goal = pick(
    chance,
    eventNames.filter((name) => name !== event),
  );
  return {
    name: 'Journey',
    intent: 'To be walked through in every way.',
    architecture: 'adaptive',
    goal: happens(chance, 0.5) ? { on: { event: goal }, name: goal } : null,
    exits: happens(chance, 0.5)
      ? [{ on: { event: pick(chance, ['Unsubscribed', 'Subscription Cancelled', 'Deal Lost']) }, reason: 'left' }]
      : [],
    reentry: pick(chance, ['never', 'after-exit', 'after-exit', { after: 'P1D' }]),
    priority: pick(chance, [10, 50, 50, 90]),
    ...(happens(chance, 0.4) ? { group: pick(chance, ['these', 'those']) } : {}),
    ends: happens(chance, 0.1) ? toIso(start + between(chance, 5, 40) * 86_400_000) : null,
    maxTime: pick(chance, ['P3D', 'P10D', 'P30D']),
    steps,
  } satisfies Partial<Record<keyof Journey, unknown>>;
}

/** Beginnings besides an event, at most one of each kind: two that hear the same are refused. */
function randomTriggers(chance: Chance, words: Words): Record<string, Trigger> {
  const change = (): 'entered' | 'left' => pick(chance, ['entered', 'left']);
  const all: Record<string, () => Trigger> = {
    segment: () => ({ segment: pick(chance, words.segments), change: change() }),
    stage: () => ({ stage: pick(chance, words.stages), change: change() }),
    score: () => ({ score: pick(chance, words.scores), threshold: pick(chance, thresholds), change: pick(chance, ['risen', 'fallen']) }),
    date: () => ({
      ...pick(chance, [
        { date: 'renewal', yearly: false },
        { date: 'birthday', yearly: true },
      ]),
      days: between(chance, -1, 1),
      at: pick(chance, ['00:00', '02:30', '09:00', '21:30']),
    }),
    schedule: () => ({
      ...pick(chance, [
        { every: 'day' as const },
        { every: 'day' as const },
        { every: 'week' as const, weekdays: [between(chance, 1, 3), between(chance, 4, 7)] },
        { every: 'month' as const, day: between(chance, 1, 31) },
      ]),
      at: pick(chance, ['02:30', '09:00', '18:15']),
    }),
    api: () => ({ by: 'api' }),
  };
  const share: Record<string, number> = { segment: 0.3, stage: 0.3 };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([kind]) => happens(chance, share[kind] ?? 0.22))
      .map(([kind, make]) => [kind, make()]),
  );
}

/** Where whoever is under way in one version is led in another: to a step, out, or nowhere. */
export function randomMap(chance: Chance, before: Journey, after: Journey): Record<string, string | null> {
  const there = after.steps.filter(({ kind }) => kind !== 'entry').map(({ key }) => key);
  const waiting = after.steps.filter(({ kind }) => kind === 'wait').map(({ key }) => key);
  return Object.fromEntries(
    before.steps
      .filter(() => happens(chance, 0.8))
      .map(({ key, kind }) => [
        key,
        happens(chance, 0.08)
          ? null
          : kind === 'wait' && waiting.length > 0 && happens(chance, 0.6)
            ? pick(chance, waiting)
            : pick(chance, there),
      ]),
  );
}

/** How a version is brought to a growing share: so quickly that a world of some days sees all of it. */
export const randomRamp = (chance: Chance): RampPlan =>
  RampPlan.parse({
    shares: pick(chance, [
      [5, 25, 100],
      [5, 25, 100],
      [40, 70, 100],
      [50, 100],
    ]),
    every: pick(chance, ['PT1H', 'PT6H', 'P1D']),
    least: pick(chance, [0, 1, 5]),
    limits: { after: pick(chance, [1, 5, 20]) },
  });

const lifecycleStages = (lifecycle: unknown): string[] => (lifecycle as Lifecycle).stages.map((stage) => stage.key);

function changedLifecycle(chance: Chance, lifecycle: Lifecycle, words: Words): Lifecycle {
  const stages = lifecycle.stages.map((stage) => {
    const next = happens(chance, 0.1) ? stage.next.slice(1) : stage.next;
    const requires = happens(chance, 0.2) ? [pick(chance, ['firstName', 'plan'])] : stage.requires;
    const entry =
      happens(chance, 0.15) && stage.entry[0]
        ? [{ ...stage.entry[0], when: randomRule(chance, { ...words, segments: words.segments }, 1) }, ...stage.entry.slice(1)]
        : stage.entry;
    const { stall: _, ...rest } = stage;
    return { ...rest, next, requires, entry };
  });
  return { ...lifecycle, stages: withStalls(chance, stages, words) };
}

/** People stall soon here, so that they do within the days that are played; never round, and never to where they may lack something. */
function withStalls(chance: Chance, stages: readonly Lifecycle['stages'][number][], words: Words): Lifecycle['stages'] {
  const tos = new Map<string, string>();
  const leadsTo = (from: string, to: string): boolean => from === to || (tos.has(from) && leadsTo(tos.get(from)!, to));
  return stages.map((stage) => {
    const ways = stage.next.filter(
      (key) => stages.some((each) => each.key === key && each.requires.length === 0) && !leadsTo(key, stage.key),
    );
    if (ways.length === 0 || !happens(chance, 0.4)) return stage;
    const to = pick(chance, ways);
    tos.set(stage.key, to);
    const unless = happens(chance, 0.5) ? { unless: randomRule(chance, words, 1) } : {};
    return { ...stage, stall: { after: pick(chance, ['PT2H', 'PT10H', 'P1D']), ...unless, to, reason: 'nothing moved' } };
  });
}

/** A whole set to begin with. */
export class Definitions {
  private readonly chance: Chance;
  private readonly start: Instant;
  private lifecycle: Lifecycle | null = null;
  private words: Words = { stages: [], segments: [], scores: [], templates: [], offers: [] };
  private editions = new Map<string, number>();

  constructor(chance: Chance, start: Instant) {
    this.chance = chance;
    this.start = start;
  }

  async begin(): Promise<LooseDefinition[]> {
    const { chance } = this;
    const blueprint = await readBlueprint('service-business');
    const kept = blueprint.filter(({ kind }) => ['field', 'entry-point', 'topic'].includes(kind));
    this.lifecycle = blueprint.find(({ kind }) => kind === 'lifecycle')!.body as Lifecycle;
    this.words = { stages: lifecycleStages(this.lifecycle), segments: [], scores: [], templates: [], offers: [] };
    this.editions.clear();
    const set: LooseDefinition[] = [
      ...kept,
      { kind: 'field', key: 'seats', body: { name: 'Seats', path: 'seats', type: 'number' } },
      { kind: 'field', key: 'note', body: { name: 'Note', path: 'note', type: 'object' } },
      { kind: 'field', key: 'renewal', body: { name: 'Renewal', path: 'renewal', type: 'date' } },
      { kind: 'field', key: 'birthday', body: { name: 'Birthday', path: 'birthday', type: 'date' } },
    ];
    for (let index = 0; index < 4; index++) {
      set.push({ kind: 'segment', key: `segment-${index}`, body: randomSegment(chance, this.words) });
      this.words.segments.push(`segment-${index}`);
      if (index !== 1 && index !== 2) continue;
      // A score asks only about segments before it, and a segment only about scores before it: no circle.
      set.push({ kind: 'score', key: `score-${index}`, body: randomScore(chance, this.words) });
      this.words.scores.push(`score-${index}`);
    }
    for (const [key, topic] of [
      ['news', 'newsletter'],
      ['offer', 'newsletter'],
      ['hello', 'onboarding'],
      ['receipt', 'account'],
      ['to-system', 'account'],
      ['to-system', 'newsletter'],
    ] as const) {
      this.words.templates.push({ key, topic });
      if (!this.editions.has(key)) set.push({ kind: 'template', key, body: this.template(key) });
    }
    for (const key of ['rebate', 'trial', 'free-hour']) {
      this.words.offers.push(key);
      set.push({ kind: 'offer', key, body: { name: key, lasts: pick(chance, ['PT4H', 'P1D', 'P3D']) } });
    }
    set.push({ kind: 'lifecycle', key: 'main', body: changedLifecycle(chance, this.lifecycle, this.words) });
    set.push({ kind: 'cap-policy', key: 'main', body: randomPolicy(chance, this.words) });
    for (let index = 0; index < 4; index++) set.push(this.journey(index));
    return set;
  }

  /** A new version of one of them, or a new journey. */
  change(): LooseDefinition {
    const { chance, words } = this;
    const numberOf = (keys: string[]): number => Math.floor(chance() * keys.length);
    switch (pick(chance, ['journey', 'journey', 'journey', 'segment', 'score', 'cap-policy', 'template', 'lifecycle'])) {
      case 'segment': {
        const at = numberOf(words.segments);
        return {
          kind: 'segment',
          key: `segment-${at}`,
          body: randomSegment(chance, {
            ...words,
            segments: words.segments.slice(0, at),
            scores: words.scores.filter((key) => Number(key.slice(6)) < at),
          }),
        };
      }
      case 'score': {
        const key = pick(chance, words.scores);
        return { kind: 'score', key, body: randomScore(chance, { ...words, segments: words.segments.slice(0, Number(key.slice(6)) + 1) }) };
      }
      case 'cap-policy':
        return { kind: 'cap-policy', key: 'main', body: randomPolicy(chance, words) };
      case 'template': {
        const key = pick(chance, [...this.editions.keys()]);
        return { kind: 'template', key, body: this.template(key) };
      }
      case 'lifecycle':
        return { kind: 'lifecycle', key: 'main', body: changedLifecycle(chance, this.lifecycle!, words) };
      default:
        return this.journey(between(chance, 0, 4));
    }
  }

  journey(number: number): LooseDefinition {
    return { kind: 'journey', key: `journey-${number}`, body: randomJourney(this.chance, this.words, this.start) };
  }

  /** What somebody sends to many at once. */
  broadcast(now: Instant): BroadcastPlan {
    const { chance, words } = this;
    const content = (): string => pick(chance, ['news', 'offer', 'news', 'to-system']);
    const template = content();
    return BroadcastPlan.parse({
      name: 'Broadcast',
      segments: [pick(chance, words.segments), pick(chance, words.segments)],
      without: happens(chance, 0.3) ? [pick(chance, words.segments)] : [],
      template,
      topic: 'newsletter',
      when: pick(chance, [
        { at: 'now' },
        { at: 'now' },
        { at: 'instant', instant: toIso(now + between(chance, 1, 600) * 60_000) },
        { at: 'local', day: toIso(now + 86_400_000).slice(0, 10), time: pick(chance, ['02:30', '09:00', '21:30']) },
      ]),
      perMinute: pick(chance, [null, null, 1, 5]),
      ifHeld: pick(chance, ['wait', 'wait', 'drop']),
      expiresAfter: pick(chance, ['PT4H', 'P1D', 'P3D']),
      experiment:
        template !== 'to-system' && happens(chance, 0.5)
          ? {
              share: pick(chance, [30, 60, 100]),
              arms: [{ key: 'other', label: 'Other', template: pick(chance, ['news', 'offer', 'hello']) }],
              goal: happens(chance, 0.7) ? { event: practised } : happens(chance, 0.5) ? eventMatch(chance, eventNames) : null,
              wait: pick(chance, ['PT1H', 'PT6H', 'P1D']),
              decides: pick(chance, ['by-itself', 'by-itself', 'by-hand']),
            }
          : null,
    });
  }

  private template(key: string): unknown {
    const edition = (this.editions.get(key) ?? 0) + 1;
    this.editions.set(key, edition);
    return randomTemplate(this.chance, key, edition);
  }
}
