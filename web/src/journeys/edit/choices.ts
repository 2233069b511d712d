import { callNames } from '#contract/fact.ts';
import { type Journey, stepsAllowed } from '#contract/journey.ts';
import type { Step, StepKind, StepOf } from '#contract/steps/index.ts';
import { freshKey, keysOf } from './moves.ts';

/** What there is to point at, for steps that begin with something. Each is the usual one, or empty when there is none. */
export interface Usual {
  event: string;
  topic: string;
  score: string;
  stage: string;
  journey: string;
  owner: string;
  /** A field that holds a date; where there is none an example stands in, which the check asks to define. */
  date: string | null;
}

type Blank<K extends StepKind> = Omit<StepOf<K>, 'key' | 'kind'>;
/** A step that can be chosen from the palette: a kind, and for a wait what it waits for. */
export interface StepChoice {
  id: string;
  kind: StepKind;
  label: string;
  /** What it is for, and other words by which it is found. */
  about: string;
  group: (typeof groups)[number];
  /** The key it wishes for, before others have it. */
  key: string;
  blank: (usual: Usual) => object;
  /** A linear journey waits for time, not for people. */
  forPeople?: true;
}

export const groups = ['Messages', 'Time', 'Ways', 'Person', 'People', 'Journeys', 'End'] as const;

const choice = <K extends StepKind>(
  group: StepChoice['group'],
  kind: K,
  key: string,
  label: string,
  about: string,
  blank: (usual: Usual) => Blank<K>,
  more: Pick<StepChoice, 'forPeople'> = {},
): StepChoice => ({ id: key, kind, label, about, group, key, blank, ...more });

const lately = (usual: Usual) => ({ event: { name: usual.event, since: 'journey' as const } });

/** Everything that can be put on a way, in the order of the palette. Entries are added beside the others, not on a way. */
export const stepChoices: readonly StepChoice[] = [
  choice('Messages', 'send', 'mail', 'Send a mail', 'e-mail message write template', (usual) => ({
    template: null,
    variants: [],
    topic: usual.topic,
    needs: [],
    ifHeld: 'wait' as const,
    expires: 'P3D',
    next: null,
  })),
  choice('Messages', 'nurture', 'nurture', 'Nurture', 'a series of contents, one after another stream drip', (usual) => ({
    stream: 'nurture',
    contents: [{ template: '' }],
    topic: usual.topic,
    every: 'P7D',
    expires: 'P3D',
    next: null,
  })),
  choice('Messages', 'webhook', 'call', 'Call a webhook', 'ask another system http request', (usual) => ({
    template: null,
    topic: usual.topic,
    timeout: 'PT1H',
    next: null,
    onFailure: null,
  })),
  choice('Time', 'wait', 'wait', 'Wait for a while', 'days hours pause delay', () => ({ for: 'P1D', next: null })),
  choice(
    'Time',
    'wait',
    'until',
    'Wait until something happens',
    'event opens clicks buys books, at most so long',
    (usual) => ({ until: { event: usual.event }, timeout: 'P2D', next: null, onTimeout: null }),
    { forPeople: true },
  ),
  choice(
    'Time',
    'wait',
    'until-rule',
    'Wait until a rule holds',
    'condition segment score, at most so long',
    (usual) => ({ untilRule: lately(usual), timeout: 'P2D', next: null, onTimeout: null }),
    { forPeople: true },
  ),
  choice('Time', 'wait', 'until-date', 'Wait until a date', 'a day of the calendar or of the person trait appointment', (usual) => ({
    untilDate: { trait: usual.date ?? 'appointment_at', days: 0, at: '09:00' },
    next: null,
    onMissing: null,
  })),
  choice('Time', 'wait', 'until-time', 'Wait until a time of day', 'morning weekdays working hours', () => ({
    untilTime: { at: '09:00', weekdays: [1, 2, 3, 4, 5] },
    next: null,
  })),
  choice('Ways', 'branch', 'branch', 'Branch by a rule', 'if else condition decide', (usual) => ({
    paths: [{ label: 'Yes', when: lately(usual), next: null }],
    otherwise: null,
  })),
  choice('Ways', 'split', 'split', 'Split by chance', 'random percent share', () => ({
    paths: [
      { label: 'A', share: 50, next: null },
      { label: 'B', share: 50, next: null },
    ],
  })),
  choice('Ways', 'experiment', 'experiment', 'Experiment', 'test A B arms control winner goal lift try out', () => ({
    arms: [
      { key: 'a', label: 'As it is', share: 50, next: null },
      { key: 'b', label: 'Something new', share: 50, next: null },
    ],
    control: 'a',
    goal: null,
    window: 'P14D',
    lift: 20,
    lasts: 'P180D',
    byItself: false,
  })),
  choice('Person', 'set-trait', 'set', 'Set a trait', 'write a field about the person', () => ({
    path: 'interest',
    value: 'yes',
    next: null,
  })),
  choice('Person', 'tag', 'tag', 'Tag', 'add or remove a label', () => ({ add: ['interested'], remove: [], next: null })),
  choice('Person', 'add-points', 'points', 'Add points', 'score more or less', (usual) => ({
    score: usual.score,
    points: 10,
    because: 'came this far in a journey',
    next: null,
  })),
  choice('Person', 'move-stage', 'stage', 'Move stage', 'lifecycle', (usual) => ({ to: usual.stage, next: null })),
  choice('Person', 'note', 'note', 'Note', 'words for colleagues on the timeline', () => ({ text: 'Came this far.', next: null })),
  choice('People', 'make-task', 'task', 'Make a task', 'to do call somebody owner', () => ({
    title: 'Call them',
    owner: null,
    dueIn: 'P1D',
    next: null,
  })),
  choice('People', 'assign', 'assign', 'Assign an owner', 'route share round robin', (usual) => ({
    owners: [{ owner: usual.owner, share: 1 }],
    keep: true,
    next: null,
  })),
  choice('People', 'approve', 'approval', 'Ask for approval', 'a colleague says yes or no', () => ({
    question: 'May they go on?',
    owner: null,
    timeout: 'P3D',
    next: null,
    onRefused: null,
    onTimeout: null,
  })),
  choice('People', 'hand-over', 'hand-over', 'Hand over', 'a human takes over, automation stands still', () => ({
    title: 'Take over personally',
    owner: null,
    dueIn: 'P1D',
    next: null,
  })),
  choice('Journeys', 'start-journey', 'start', 'Start a journey', 'send them into another journey too', (usual) => ({
    journey: usual.journey,
    next: null,
  })),
  choice('Journeys', 'end-journey', 'stop', 'End a journey', 'take them out of another journey', (usual) => ({
    journey: usual.journey,
    next: null,
  })),
  choice('End', 'goal', 'goal', 'Goal', 'they did it success', () => ({ name: 'Reached the goal' })),
  choice('End', 'exit', 'exit', 'Exit', 'the run ends here with a reason', () => ({ reason: 'reached the end' })),
];

/** What may be put into a journey of this architecture. */
export const choicesFor = ({ architecture }: Pick<Journey, 'architecture'>): StepChoice[] =>
  stepChoices.filter((each) => stepsAllowed[architecture].includes(each.kind) && !(architecture === 'linear' && each.forPeople));

/** Which choices a text finds: by their name first, then by what they are about. */
export function found<C extends Pick<StepChoice, 'label' | 'about'>>(choices: readonly C[], text: string): C[] {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const rank = ({ label, about }: C): number => {
    const [name, all] = [label.toLowerCase(), `${label} ${about}`.toLowerCase()];
    if (words.every((word) => name.split(' ').some((part) => part.startsWith(word)))) return 0;
    if (words.every((word) => name.includes(word))) return 1;
    return words.every((word) => all.includes(word)) ? 2 : 3;
  };
  if (words.length === 0) return [...choices];
  return choices.filter((each) => rank(each) < 3).toSorted((a, b) => rank(a) - rank(b));
}

/** A complete step of a choice, under a key of its own. */
export const newStep = (journey: Journey, { kind, key, blank }: Pick<StepChoice, 'kind' | 'key' | 'blank'>, usual: Usual): Step =>
  ({ key: freshKey(keysOf(journey), key), kind, ...blank(usual) }) as Step;

export const newEntry = (journey: Journey, usual: Usual): StepOf<'entry'> => ({
  key: freshKey(keysOf(journey), 'entry'),
  kind: 'entry',
  on: { event: usual.event },
  next: null,
});

/** Another path of a branch. */
export const newPath = (usual: Usual, count: number): StepOf<'branch'>['paths'][number] => ({
  label: `Path ${count + 1}`,
  when: lately(usual),
  next: null,
});

/** What a new step of this journey begins with: as the journey's other steps have it, else the first there is. */
export function usualOf(
  journey: Journey,
  known: { events: string[]; topics: string[]; scores: string[]; stages: string[]; journeys: string[]; owners: string[]; dates: string[] },
): Usual {
  const topics = journey.steps.flatMap((step) => ('topic' in step ? [step.topic] : []));
  return {
    event: known.events.includes(callNames.page) ? callNames.page : (known.events[0] ?? callNames.page),
    topic: topics.at(-1) ?? known.topics[0] ?? '',
    score: known.scores[0] ?? '',
    stage: known.stages[0] ?? '',
    journey: known.journeys[0] ?? '',
    owner: journey.owner ?? known.owners[0] ?? '',
    date: known.dates[0] ?? null,
  };
}
