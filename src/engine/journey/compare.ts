import { isSame } from '#contract/diff.ts';
import { durationMs, sayDuration } from '#contract/instant.ts';
import type { Journey } from '#contract/journey.ts';
import { isObject } from '#contract/json.ts';
import type { Rule } from '#contract/rule.ts';
import type { EventMatch } from '#contract/rule/event-match.ts';
import { type Exit, exitsOf, type Step, withExit } from '#contract/steps/index.ts';
import { sayRule } from '../rule/say.ts';
import { sayMatch } from '../rule/words.ts';

/** What differs between two versions of a journey. Steps are the same step when they have the same key: people who stand at one stand at the other. */

/** One thing that a step or the journey says otherwise than before. Undefined was not said. */
export interface FieldChange {
  field: string;
  before: unknown;
  after: unknown;
}
export type StepChange =
  | { kind: 'added'; step: Step; after: Step | null }
  | { kind: 'removed'; step: Step; after: Step | null }
  | { kind: 'changed'; step: Step; before: Step; fields: FieldChange[] };
/** A way that leads elsewhere than before; null is the end of the run. Ways that only make room for a step that came or went are not among them. */
export interface WayChange {
  from: string;
  label: string | null;
  at: Exit['at'];
  before: string | null;
  after: string | null;
}
export interface Comparison {
  steps: Map<string, StepChange>;
  ways: WayChange[];
  settings: FieldChange[];
}

type ByKey = ReadonlyMap<string, Step>;
const byKey = (journey: Journey): ByKey => new Map(journey.steps.map((step) => [step.key, step]));

export function compareJourneys(before: Journey, after: Journey): Comparison {
  const [was, is] = [byKey(before), byKey(after)];
  const steps = new Map<string, StepChange>();
  for (const step of after.steps) {
    const old = was.get(step.key);
    if (!old) steps.set(step.key, { kind: 'added', step, after: leaderOf(after, step.key) });
    else {
      const fields = fieldsOf(withoutWays(old), withoutWays(step));
      if (fields.length > 0) steps.set(step.key, { kind: 'changed', step, before: old, fields });
    }
  }
  for (const step of before.steps) if (!is.has(step.key)) steps.set(step.key, { kind: 'removed', step, after: leaderOf(before, step.key) });
  const { steps: _was, ...oldSettings } = before;
  const { steps: _is, ...settings } = after;
  return { steps, ways: movedWays(was, is), settings: fieldsOf(oldSettings, settings) };
}

/** The first step that leads to another. */
const leaderOf = (journey: Journey, key: string): Step | null =>
  journey.steps.find((step) => exitsOf(step).some(({ next }) => next === key)) ?? null;

const withoutWays = (step: Step): Step => exitsOf(step).reduce<Step>((bare, { at }) => withExit(bare, at, null), step);

function fieldsOf(before: object, after: object): FieldChange[] {
  const [was, is] = [before as Record<string, unknown>, after as Record<string, unknown>];
  return [...new Set([...Object.keys(is), ...Object.keys(was)])]
    .filter((field) => !isSame(was[field] ?? null, is[field] ?? null))
    .map((field) => ({ field, before: was[field], after: is[field] }));
}

function movedWays(was: ByKey, is: ByKey): WayChange[] {
  const moved: WayChange[] = [];
  for (const [from, step] of is) {
    const old = was.get(from);
    if (!old) continue;
    const oldWays = exitsOf(old);
    for (const { label, at, next: after } of exitsOf(step)) {
      const there = oldWays.find((way) => way.label === label) ?? (oldWays.length === 1 ? oldWays[0] : undefined);
      if (!there || there.next === after) continue;
      const before = there.next;
      if (leadsThrough(is, was, after, before) || leadsThrough(was, is, before, after)) continue;
      moved.push({ from, label, at, before, after });
    }
  }
  return moved;
}

/** Whether one comes from a step to a target by steps alone that the other version does not have: they were put in between. */
function leadsThrough(steps: ByKey, other: ByKey, from: string | null, target: string | null): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (key === null || other.has(key) || seen.has(key)) continue;
    seen.add(key);
    for (const { next } of exitsOf(steps.get(key) ?? ({ kind: 'exit' } as Step))) {
      if (next === target) return true;
      open.push(next);
    }
  }
  return false;
}

// In words

/** How fields are said; one that is not here is said as it is written. */
const fieldWords: Record<string, string> = {
  for: 'how long',
  until: 'until what happens',
  untilRule: 'until what holds',
  untilDate: 'until which date',
  untilTime: 'until what time',
  timeout: 'at most',
  on: 'what starts it',
  when: 'who may',
  paths: 'its ways',
  variants: 'its variants',
  contents: 'its messages',
  ifHeld: 'what happens when it is held',
  offer: 'the offer',
  expires: 'not later than',
  dueIn: 'due in',
  onMissing: 'what happens to those who lack something',
  path: 'the field',
  because: 'the reason',
  within: 'within',
  serves: 'the stage move that it serves',
  reentry: 'when somebody may go through again',
  group: 'the group of journeys that exclude each other',
  maxTime: 'the longest time',
  retireWithoutEntry: 'when it is retired for want of people',
  retireWithoutGoal: 'when it is retired for want of goals',
  ends: 'the end date',
  exits: 'what ends it early',
  reviewBy: 'the review date',
  utm: 'how links are marked',
  intent: 'what it is for',
};
const inWords = (key: string): string => key.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
const sayField = (field: string): string => fieldWords[field] ?? `the ${inWords(field)}`;

/** Puts names where keys stand; the same step, rule or text as it came where there are none. */
export interface Say {
  step: (step: Step) => string;
  rule: (rule: Rule) => Rule;
  /** A text of a field: of `template` it is the key of a template. */
  text: (field: string, text: string) => string;
}

const clipped = (text: string, most = 160): string => (text.length > most ? `${text.slice(0, most).trimEnd()}…` : text);
/** A step that is named only to say where another stands. */
const short = (sentence: string): string => clipped(sentence, 60);

function sayValue(field: string, value: unknown, say: Say): string {
  if (value === undefined || value === null || value === '') return 'nothing';
  if (typeof value === 'string') return durationMs(value) === null ? `“${clipped(say.text(field, value))}”` : sayDuration(value);
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : clipped(value.map((each) => sayValue(field, each, say)).join('; '));
  if (!isObject(value)) return String(value);
  if (typeof value.event === 'string') return clipped(sayMatch(value as EventMatch));
  if (isRule(value)) return clipped(sayRule(say.rule(value as Rule)));
  const { next: _next, ...rest } = value;
  const said = Object.entries(rest)
    .filter(([, part]) => part !== null && part !== undefined && part !== '')
    .map(([part, of]) => (part === 'label' || part === 'name' ? String(of) : `${inWords(part)} ${sayValue(part, of, say)}`))
    .join(', ');
  return said || 'nothing';
}

function isRule(value: Record<string, unknown>): boolean {
  try {
    sayRule(value as Rule);
    return true;
  } catch {
    return false;
  }
}

/** "How long: was 2 days, is 3 days". */
export function sayFieldChange({ field, before, after }: FieldChange, say: Say): string {
  const name = sayField(field);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}: was ${sayValue(field, before, say)}, is ${sayValue(field, after, say)}`;
}

/** One change as a sentence, with the step that it is about; null for the journey itself. */
export interface Sentence {
  kind: 'added' | 'removed' | 'changed' | 'moved' | 'journey';
  step: string | null;
  text: string;
}

/** Everything that differs, a sentence each: "Added: Wait 2 days, after Send “Hello”." */
export function sayComparison({ steps, ways, settings }: Comparison, before: Journey, after: Journey, say: Say): Sentence[] {
  const [was, is] = [byKey(before), byKey(after)];
  const there = (key: string | null, known: ByKey): string =>
    key === null ? 'the end' : known.has(key) ? `“${short(say.step(known.get(key)!))}”` : key;
  const sayChange = (change: StepChange): string => {
    if (change.kind === 'added') return `Added: ${say.step(change.step)}${change.after ? `, after ${short(say.step(change.after))}` : ''}`;
    if (change.kind === 'removed')
      return `Removed: ${say.step(change.step)}${change.after ? `, which stood after ${short(say.step(change.after))}` : ''}`;
    return `Changed: ${say.step(change.step)}. ${change.fields.map((field) => sayFieldChange(field, say)).join('. ')}`;
  };
  const ended = (text: string): string => (text.endsWith('…') ? text : `${text}.`);
  return [
    ...[...steps].map(([step, change]): Sentence => ({ kind: change.kind, step, text: ended(sayChange(change)) })),
    ...ways.map(({ from, label, before: old, after: now }): Sentence => {
      const way = label === null ? 'the way on' : `the way “${label}”`;
      return {
        kind: 'moved',
        step: from,
        text: `Moved: ${way} from ${there(from, is)} led to ${there(old, was)}, and leads to ${there(now, is)}.`,
      };
    }),
    ...settings.map((field): Sentence => ({ kind: 'journey', step: null, text: `The journey: ${sayFieldChange(field, say)}.` })),
  ];
}
