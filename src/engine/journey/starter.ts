import { definitionKinds, type DefinitionDocument, type DefinitionKind, type LooseDefinition } from '#contract/definition.ts';
import { callNames } from '#contract/fact.ts';
import { ownPaths } from '#contract/field.ts';
import { type Duration, ms, sayDuration, toDuration } from '#contract/instant.ts';
import { isObject } from '#contract/json.ts';
import type { Journey } from '#contract/journey.ts';
import type { Rule } from '#contract/rule.ts';
import { type Audience, type Chosen, type Motion, type NameKind, nameKinds, type StarterAnswers } from '#contract/starter.ts';
import { exitsOf, type Step, type StepOf } from '#contract/steps/index.ts';
import { ownEvents } from '../written-events.ts';
import { putOn, type Rename, renameBrought, renameJourney } from './names.ts';
import { lengthOf, withLength } from './wait-length.ts';

/**
 * A starter is a journey that was made for another business. What it takes for granted is asked before it begins here: questionsOf reads the questions out of it, missingOf
 * says which are open, draftOf makes a draft of it and its answers. Nothing is taken as answered that was not.
 */
export interface Starter {
  key: string;
  journey: Journey;
  /** Definitions that it can bring along: mails, and what else it names and may not be here. */
  brings: readonly DefinitionDocument[];
}

// What is here

export interface Here {
  /** What each kind of name may be here: the name, and what people call it. */
  names: Record<Exclude<NameKind, 'event'>, ReadonlyMap<string, string>>;
  /** Score → the keys of its thresholds. */
  thresholds: ReadonlyMap<string, readonly string[]>;
  /** kind/key of everything that has a draft. */
  taken: ReadonlySet<string>;
}

const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isObject) : []);
const text = (value: unknown, otherwise: string): string => (typeof value === 'string' && value.trim() !== '' ? value : otherwise);

/** The names of a workspace, out of its drafts, which may be half written. What is retired has its key still, and is nothing to choose. */
export function hereOf(definitions: readonly LooseDefinition[], retired: readonly Pick<LooseDefinition, 'kind' | 'key'>[] = []): Here {
  const of = (kind: DefinitionKind): { key: string; body: Record<string, unknown> }[] =>
    definitions.flatMap((each) => (each.kind === kind && isObject(each.body) ? [{ key: each.key, body: each.body }] : []));
  const keys = (kind: DefinitionKind): Map<string, string> => new Map(of(kind).map(({ key, body }) => [key, text(body.name, key)]));
  const consents = of('entry-point').flatMap(({ body }) => (isObject(body.consent) ? [text(body.consent.purpose, 'marketing')] : []));
  return {
    names: {
      stage: new Map(
        of('lifecycle').flatMap(({ body }) => list(body.stages).map(({ key, name }) => [text(key, ''), text(name, text(key, ''))])),
      ),
      field: new Map(of('field').map(({ body }) => [text(body.path, ''), text(body.name, text(body.path, ''))])),
      topic: keys('topic'),
      purpose: new Map(['marketing', ...consents].map((purpose) => [purpose, purpose])),
      segment: keys('segment'),
      score: keys('score'),
      grade: keys('grade'),
      template: keys('template'),
      journey: keys('journey'),
    },
    thresholds: new Map(of('score').map(({ key, body }) => [key, list(body.thresholds).map((each) => text(each.key, ''))])),
    taken: new Set([...definitions, ...retired].map(({ kind, key }) => `${kind}/${key}`)),
  };
}

// The questions

/** Something that a starter takes for granted: a name, and what it is there for. */
export interface Assumed {
  kind: NameKind;
  name: string;
  /** What people call it, and what it means, where the starter brings it. */
  says: string;
  meaning: string;
  as: string[];
  /** Whether it can be made here out of what the starter brings, or, a field, of its path. */
  canMake: boolean;
  /** Whether there need be nothing like it here. */
  canNone: boolean;
  /** What a field holds. */
  type: 'text' | 'list' | 'date';
  /** Thresholds that a score must have. */
  thresholds: string[];
}

/** A stretch of time that a step keeps people for. */
export interface AskedWait {
  step: string;
  how: 'for' | 'quiet' | 'timeout' | 'every';
  length: Duration;
}

export interface Questions {
  /** In the order of the kinds, then as they stand; the event of the goal, which is asked with the goal, is not among them. */
  names: Assumed[];
  /** Events that Throughline writes itself or its tracker sends: nothing has to be said about them. */
  ownEvents: string[];
  /** Mails that are here, which could be used as they are. */
  mailsHere: string[];
  goal: { event: string; within: Duration } | null;
  waits: AskedWait[];
}

const comeAnyway = new Set([...ownEvents, callNames.page]);
/** What people are known by needs no field. */
const isOwnPath = (path: string): boolean => (ownPaths as readonly string[]).includes(path.split('.')[0]!);
/** Where steps put tags; it has no other name. */
const tagsPath = 'tags';

const broughtKinds = { segment: 'segment', score: 'score', grade: 'grade', topic: 'topic', template: 'template' } as const;
const bringsOne = ({ brings }: Starter, kind: NameKind, name: string): DefinitionDocument | undefined =>
  kind === 'field'
    ? brings.find((each) => each.kind === 'field' && each.body.path === name)
    : kind in broughtKinds
      ? brings.find((each) => each.kind === kind && each.key === name)
      : undefined;

const chosenOf = (answers: StarterAnswers, kind: NameKind, name: string): Chosen | undefined => answers.names[kind]?.[name];

/** What a starter asks. More is asked once something is to be made here that takes things for granted itself. */
export function questionsOf(starter: Starter, answers: StarterAnswers, here: Here): Questions {
  const { journey } = starter;
  const found = new Map<string, Assumed>();
  const own = new Set<string>();
  const mails = new Set<string>();
  const open: DefinitionDocument[] = [];
  const see: Rename = (kind, name, as, { loose = false, type = 'text' } = {}) => {
    if (kind === 'event' && (comeAnyway.has(name) || name === journey.goal?.on.event)) {
      if (comeAnyway.has(name)) own.add(name);
      return name;
    }
    if (kind === 'field' && isOwnPath(name)) return name;
    if (kind === 'journey' && name === starter.key) return name;
    const brought = bringsOne(starter, kind, name);
    if (kind === 'template') {
      const isNew = !mails.has(name);
      mails.add(name);
      if (isNew && brought && !(answers.mails === 'here' && here.names.template.has(name))) open.push(brought);
      if (brought || here.names.template.has(name)) return name;
    }
    const id = `${kind}/${name}`;
    const there = found.get(id);
    if (there) {
      if (!there.as.includes(as)) there.as.push(as);
      there.canNone &&= loose;
      if (there.type === 'text') there.type = type;
      return name;
    }
    found.set(id, {
      kind,
      name,
      ...saysOf(starter, kind, name, brought),
      as: [as],
      canMake: kind === 'field' ? !here.names.field.has(name) : brought !== undefined,
      canNone: loose,
      type: name === tagsPath ? 'list' : type,
      thresholds: kind === 'score' ? thresholdsOf(journey, name) : [],
    });
    const chosen = chosenOf(answers, kind, name);
    if (brought && chosen && 'make' in chosen) open.push(brought);
    return name;
  };
  renameJourney(journey, see);
  for (let next = open.shift(); next; next = open.shift()) renameBrought(next, see);
  return {
    names: [...found.values()].sort((a, b) => nameKinds.indexOf(a.kind) - nameKinds.indexOf(b.kind)),
    ownEvents: [...own],
    mailsHere: [...mails].filter((key) => here.names.template.has(key)),
    goal: journey.goal && { event: journey.goal.on.event, within: journey.goal.within },
    waits: journey.steps.flatMap((step): AskedWait[] => {
      if (step.kind === 'nurture') return [{ step: step.key, how: 'every', length: step.every }];
      const now = lengthOf(step);
      return now ? [{ step: step.key, ...now }] : [];
    }),
  };
}

function saysOf(
  { brings }: Starter,
  kind: NameKind,
  name: string,
  brought: DefinitionDocument | undefined,
): { says: string; meaning: string } {
  if (kind === 'stage') {
    const stages = brings.flatMap((each) => (each.kind === 'lifecycle' ? each.body.stages : []));
    const stage = stages.find(({ key }) => key === name);
    return { says: stage?.name ?? name, meaning: stage?.meaning ?? '' };
  }
  if (!brought || !('name' in brought.body)) return { says: name, meaning: '' };
  return { says: brought.body.name, meaning: 'meaning' in brought.body ? brought.body.meaning : '' };
}

const thresholdsOf = ({ steps }: Journey, score: string): string[] =>
  steps.flatMap((step) => (step.kind === 'entry' && 'score' in step.on && step.on.score === score ? [step.on.threshold] : []));

/** What may be chosen for a name here, by its name and what people call it. */
export function choicesOf(assumed: Assumed, here: Here): { name: string; says: string }[] {
  if (assumed.kind === 'event') return [];
  const all = [...here.names[assumed.kind]].map(([name, says]) => ({ name, says }));
  if (assumed.kind === 'field' && assumed.name === tagsPath) return all.filter(({ name }) => name === tagsPath);
  return assumed.thresholds.length === 0
    ? all
    : all.filter(({ name }) => assumed.thresholds.every((threshold) => here.thresholds.get(name)?.includes(threshold)));
}

// What is open

export const starterParts = ['names', 'audience', 'goal', 'care'] as const;
export type StarterPart = (typeof starterParts)[number];
/** A question that is not answered, in a sentence. */
export interface Open {
  part: StarterPart;
  says: string;
}

export const nameWords: Record<NameKind, { one: string; many: string }> = {
  event: { one: 'event', many: 'events' },
  stage: { one: 'stage', many: 'stages' },
  field: { one: 'field', many: 'fields' },
  topic: { one: 'topic', many: 'topics' },
  purpose: { one: 'consent', many: 'consents' },
  segment: { one: 'segment', many: 'segments' },
  score: { one: 'score', many: 'scores' },
  grade: { one: 'grade', many: 'grades' },
  template: { one: 'mail', many: 'mails' },
  journey: { one: 'journey', many: 'journeys' },
};

function isAnswered(assumed: Assumed, chosen: Chosen | undefined, here: Here): boolean {
  if (!chosen) return false;
  if ('none' in chosen) return assumed.canNone;
  if ('make' in chosen) return assumed.canMake;
  return assumed.kind === 'event' || choicesOf(assumed, here).some(({ name }) => name === chosen.take);
}

/** The questions that are not answered, or whose answer does not hold here. */
export function missingOf(starter: Starter, answers: StarterAnswers, here: Here): Open[] {
  const open: Open[] = [];
  const say = (part: StarterPart, says: string): void => void open.push({ part, says });
  const questions = questionsOf(starter, answers, here);
  for (const kind of nameKinds) {
    const lacking = questions.names.filter((each) => each.kind === kind && !isAnswered(each, chosenOf(answers, kind, each.name), here));
    if (lacking.length > 0)
      say('names', `Say what ${sayList(lacking.map(({ says }) => `“${says}”`))} ${lacking.length === 1 ? 'is' : 'are'} here.`);
  }
  if (questions.mailsHere.length > 0 && answers.mails === null)
    say('names', 'Say whether it uses the mails that are here, or gets its own.');

  const { audience } = answers;
  if (audience === null) say('audience', 'Say who may enter.');
  else if (audience.who === 'segment' && !here.names.segment.has(audience.segment))
    say('audience', 'Choose the segment of those who may enter.');
  else if (audience.who === 'stage' && !here.names.stage.has(audience.stage)) say('audience', 'Choose the stage of those who may enter.');
  if (answers.expects.trim().length < 10) say('audience', 'Say what these people expect to hear from you, and why.');
  if (answers.motion === null) say('audience', 'Say how your customers buy.');
  if (answers.motion === 'appointment' && answers.appointment === '') say('audience', 'Name the event by which an appointment is booked.');

  if (answers.goal.event === '') say('goal', 'Name the event that is its goal.');
  else if (entriesBy(starter, answers).includes(answers.goal.event) && !starter.journey.goal?.on.where?.length)
    say('goal', `“${answers.goal.event}” is what begins it; choose a goal that comes later.`);
  if (answers.goal.within === null || ms(answers.goal.within) === 0) say('goal', 'Say how long after entering the goal counts.');
  const waits = questions.waits.filter(({ step }) => answers.waits[step] === undefined || ms(answers.waits[step]) === 0);
  if (waits.length > 0)
    say('goal', `Say how long ${waits.length === 1 ? 'one wait' : `${waits.length} waits`} ${waits.length === 1 ? 'takes' : 'take'}.`);

  if (!/^\S+@\S+$/.test(answers.owner)) say('care', 'Name who answers for it, by e-mail.');
  if (answers.name.trim() === '') say('care', 'Give it a name.');
  else if (!/^[a-z][a-z0-9-]{0,62}$/.test(answers.key))
    say('care', 'Give it a key: lower case letters, digits and hyphens, a letter first.');
  else if (here.taken.has(`journey/${answers.key}`)) say('care', `The key “${answers.key}” is taken; choose another.`);
  return open;
}

const sayList = (names: string[]): string =>
  names.length > 4
    ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} others`
    : names.length > 1
      ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
      : names[0]!;

/** The events that begin it here. */
export const entriesBy = ({ journey }: Starter, answers: StarterAnswers): string[] =>
  journey.steps.flatMap((step) => {
    if (step.kind !== 'entry' || !('event' in step.on)) return [];
    const { event } = step.on;
    if (event === journey.goal?.on.event) return [answers.goal.event];
    const chosen = chosenOf(answers, 'event', event);
    return [chosen && 'take' in chosen ? chosen.take : event];
  });

// The draft

/** A key that nothing has yet: offers, then offers-2. */
function freshKey(wish: string, taken: (key: string) => boolean): string {
  if (!taken(wish)) return wish;
  const stem = wish.slice(0, 58);
  for (let number = 2; ; number++) if (!taken(`${stem}-${number}`)) return `${stem}-${number}`;
}
const keyOfPath = (path: string): string =>
  path
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 63) || 'field';

export interface StarterDraft {
  journey: Journey;
  /** All that is saved: what had to be made, and the journey last. */
  drafts: LooseDefinition[];
}

/** What a starter becomes by its answers, of which none is open. */
export function draftOf(starter: Starter, answers: StarterAnswers, here: Here): StarterDraft {
  const questions = questionsOf(starter, answers, here);
  const taken = new Set(here.taken);
  const keep = (kind: DefinitionKind, wish: string): string => {
    const key = freshKey(wish, (each) => taken.has(`${kind}/${each}`));
    taken.add(`${kind}/${key}`);
    return key;
  };
  /** Name in the starter → name here, by kind. */
  const names = new Map<string, string | null>();
  for (const { kind, name } of questions.names) {
    const chosen = chosenOf(answers, kind, name)!;
    if ('take' in chosen) names.set(`${kind}/${name}`, chosen.take);
    else if ('none' in chosen) names.set(`${kind}/${name}`, null);
    else if (kind !== 'field') names.set(`${kind}/${name}`, keep(kind as DefinitionKind, name));
  }
  const goal = starter.journey.goal?.on.event;
  if (goal !== undefined && !comeAnyway.has(goal)) names.set(`event/${goal}`, answers.goal.event);
  if (starter.key !== '') names.set(`journey/${starter.key}`, answers.key);
  for (const each of starter.brings)
    if (each.kind === 'template') {
      const isHere = here.names.template.has(each.key);
      if (!isHere || answers.mails === 'own')
        names.set(`template/${each.key}`, keep('template', isHere ? `${answers.key}-${each.key}`.slice(0, 63) : each.key));
    }
  const rename: Rename = (kind, name) => (names.has(`${kind}/${name}`) ? names.get(`${kind}/${name}`)! : name);

  const made = questions.names
    .filter(({ kind, name }) => 'make' in chosenOf(answers, kind, name)!)
    .map((assumed): LooseDefinition => {
      const brought = bringsOne(starter, assumed.kind, assumed.name);
      if (assumed.kind === 'field') return fieldFor(assumed, brought, keep);
      return { ...renameBrought(brought!, rename), key: names.get(`${assumed.kind}/${assumed.name}`)! };
    });
  const used = mailsOf(starter.journey);
  const mails = starter.brings.flatMap((each) =>
    each.kind === 'template' && used.has(each.key) && names.has(`template/${each.key}`)
      ? [{ ...renameBrought(each, rename), key: names.get(`template/${each.key}`)! } as LooseDefinition]
      : [],
  );
  const begun: Journey = { ...renameJourney(starter.journey, rename), ...carefully(answers) };
  const heard = mentionedEvents(begun, made as DefinitionDocument[]);
  const answered = [withWaits, withGoal, withAudience, withMotion(heard), withBrief];
  const journey = answered.reduce((now, answer) => answer(now, answers, here), begun);
  const noted = withNote(journey, starter, names);
  return { journey: noted, drafts: [...made, ...mails, { kind: 'journey', key: answers.key, body: noted }] };
}

function fieldFor(
  assumed: Assumed,
  brought: DefinitionDocument | undefined,
  keep: (kind: DefinitionKind, wish: string) => string,
): LooseDefinition {
  const key = keep('field', brought?.key ?? keyOfPath(assumed.name));
  return { kind: 'field', key, body: brought?.body ?? { name: assumed.name, path: assumed.name, type: assumed.type, class: 'personal' } };
}

/** The keys of the mails that a journey sends. */
export function mailsOf(journey: Journey): Set<string> {
  const mails = new Set<string>();
  renameJourney(journey, (kind, name) => {
    if (kind === 'template') mails.add(name);
    return name;
  });
  return mails;
}

/** Who answers for it, and nothing of when the one that it was made of is looked at or over. */
const carefully = (answers: StarterAnswers): Partial<Journey> => ({
  name: answers.name.trim(),
  owner: answers.owner,
  folder: answers.folder.trim(),
  reviewBy: null,
  ends: null,
});

type Answer = (journey: Journey, answers: StarterAnswers, here: Here) => Journey;

const noteMax = 500;

/** The waits as they were answered; a run may take longer by as much as they do. */
const withWaits: Answer = (journey, { waits }) => {
  let more = 0;
  const steps = journey.steps.map((step): Step => {
    const length = waits[step.key];
    if (length === undefined) return step;
    if (step.kind === 'nurture') {
      more += Math.max(0, ms(length) - ms(step.every)) * step.contents.length;
      return { ...step, every: length };
    }
    const now = lengthOf(step);
    if (step.kind !== 'wait' || now === null) return step;
    if (ms(length) === ms(now.length)) return step;
    more += Math.max(0, ms(length) - ms(now.length));
    const longer = withLength(step, length);
    // What is written on the wait speaks of the time that it had.
    return longer.note ? { ...longer, note: `It was ${sayDuration(now.length)} in the starter. ${longer.note}`.slice(0, noteMax) } : longer;
  });
  return { ...journey, steps, maxTime: more === 0 ? journey.maxTime : toDuration(ms(journey.maxTime) + more) };
};

/** What narrowed the event of the goal is kept where the event is the same, by whatever name. */
const withGoal: Answer = (journey, { goal: { event, within } }) => ({
  ...journey,
  goal: { on: journey.goal?.on.event === event ? journey.goal.on : { event }, name: journey.goal?.name ?? event, within: within! },
});

const audienceRule = (audience: Audience): Rule | null =>
  audience.who === 'segment'
    ? { segment: { key: audience.segment } }
    : audience.who === 'stage'
      ? { stage: { in: [audience.stage] } }
      : null;

/** Every entry asks for the audience too. */
const withAudience: Answer = (journey, { audience }) => {
  const rule = audienceRule(audience!);
  if (!rule) return journey;
  const both = (when: Rule | undefined): Rule => (when === undefined ? rule : { all: 'all' in when ? [...when.all, rule] : [when, rule] });
  return { ...journey, steps: journey.steps.map((step) => (step.kind === 'entry' ? { ...step, when: both(step.when) } : step)) };
};

/** What the sales motion changes in a draft, as a screen may say it before one chooses. */
export const motionWords: Record<Motion, { says: string; changes: string; next: string; task: string | null }> = {
  self: {
    says: 'They buy by themselves',
    changes: 'The journey is kept as it is. The next step in its brief says that they buy by themselves.',
    next: 'They buy by themselves.',
    task: null,
  },
  talk: {
    says: 'They buy after a talk with us',
    changes:
      'A task to call them follows the last message, after the wait for its answer; a reply ends the journey, because one of you answers.',
    next: 'They buy after a talk: have them reply, or say when we may call.',
    task: 'Call them',
  },
  appointment: {
    says: 'They buy by appointment',
    changes:
      'A task to offer them an appointment follows the last message, after the wait for its answer; a booked appointment or a reply ends the journey.',
    next: 'They buy by appointment: have them book one.',
    task: 'Offer them an appointment',
  },
};

const isMessage = (step: Step): boolean => step.kind === 'send' || step.kind === 'nurture';

/** The messages after which no other comes. */
function lastMessages(journey: Journey): Step[] {
  const steps = new Map(journey.steps.map((step) => [step.key, step]));
  const leadsToMessage = (from: Step): boolean => {
    const seen = new Set<string>([from.key]);
    const open = [from];
    for (let step = open.pop(); step; step = open.pop())
      for (const { next } of exitsOf(step)) {
        const there = next === null ? undefined : steps.get(next);
        if (!there || seen.has(there.key)) continue;
        if (isMessage(there)) return true;
        seen.add(there.key);
        open.push(there);
      }
    return false;
  };
  return journey.steps.filter((step) => isMessage(step) && !leadsToMessage(step));
}

/** The way on which people go who have not answered the last message: past the wait that follows it, if one does. */
function wayAfter(journey: Journey, message: Step): { from: string; at: readonly (string | number)[] } {
  const next = 'next' in message ? message.next : null;
  const after = journey.steps.find((step) => step.key === next);
  if (after?.kind !== 'wait') return { from: message.key, at: ['next'] };
  return { from: after.key, at: lengthOf(after)?.how === 'timeout' ? ['onTimeout'] : ['next'] };
}

/** The events that a journey listens for, or that what is made for it asks about. */
function mentionedEvents(journey: Journey, made: readonly DefinitionDocument[]): Set<string> {
  const events = new Set<string>();
  const see: Rename = (kind, name) => {
    if (kind === 'event') events.add(name);
    return name;
  };
  renameJourney(journey, see);
  for (const each of made) renameBrought(each, see);
  return events;
}

const exitsMax = 20;

/** A task after the last message, and exits for whoever talks with us; an event that is heard already goes on doing what it does. */
const withMotion =
  (heard: ReadonlySet<string>): Answer =>
  (journey, { motion, appointment }) => {
    const { task } = motionWords[motion!];
    if (task === null) return journey;
    const keys = new Set(journey.steps.map((step) => step.key));
    const ways = new Map(
      lastMessages(journey)
        .map((message) => wayAfter(journey, message))
        .map((way) => [way.from, way]),
    );
    const steps = [...ways.values()].reduce((now, { from, at }) => {
      const key = freshKey(motion === 'talk' ? 'call' : 'offer-appointment', (each) => keys.has(each));
      keys.add(key);
      const next = exitsOf(now.find((step) => step.key === from)!).find((way) => way.at.join() === at.join())!.next;
      const title = `${task}: had every message of “${journey.name}”, and “${journey.goal!.name}” has not come`.slice(0, 300);
      const made: StepOf<'make-task'> = { key, kind: 'make-task', title, owner: journey.owner, dueIn: 'P1D', next };
      return putOn(now, from, at, made);
    }, journey.steps);
    const exits = [
      { event: 'Email Replied', reason: 'replied, so one of us answers' },
      ...(motion === 'appointment' ? [{ event: appointment, reason: 'booked an appointment, so one of us takes over' }] : []),
    ].filter(({ event }) => !heard.has(event) && event !== journey.goal?.on.event);
    return {
      ...journey,
      steps,
      exits: [...journey.exits, ...exits.map(({ event, reason }) => ({ on: { event }, reason }))].slice(0, exitsMax),
    };
  };

const sayAudience = (audience: Audience, here: Here): string =>
  audience.who === 'segment'
    ? `people in the segment “${here.names.segment.get(audience.segment)}”`
    : audience.who === 'stage'
      ? `people in the stage “${here.names.stage.get(audience.stage)}”`
      : 'everybody whom its entries let in';

/** The answers stand first in the brief, and what the starter said after them. */
const withBrief: Answer = (journey, { audience, expects, motion }, here) => {
  const put = (answer: string, was: string): string => `${answer} ${was}`.trim().slice(0, 1000);
  const { brief } = journey;
  const sentence = /[.?!]$/.test(expects.trim()) ? expects.trim() : `${expects.trim()}.`;
  return {
    ...journey,
    brief: {
      ...brief,
      signs: put(`Who enters: ${sayAudience(audience!, here)}.`, brief.signs),
      needs: put(`What they expect from us: ${sentence}`, brief.needs),
      nextStep: put(motionWords[motion!].next, brief.nextStep),
    },
  };
};

/** On the first entry: what it was made of, and what is called otherwise here. */
function withNote(journey: Journey, starter: Starter, names: ReadonlyMap<string, string | null>): Journey {
  const renamed = [...names].flatMap(([id, to]) => {
    const [kind, ...rest] = id.split('/');
    const from = rest.join('/');
    return to === null || to === from || kind === 'template' || kind === 'journey'
      ? []
      : [`${nameWords[kind as NameKind].one} ${from} is ${to}`];
  });
  const says = `Made of “${starter.journey.name}”${renamed.length === 0 ? '' : `: ${renamed.join(', ')}`}.`;
  const first = journey.steps.findIndex((step) => step.kind === 'entry');
  return {
    ...journey,
    steps: journey.steps.map((step, index) =>
      index === first ? { ...step, note: (step.note ? `${step.note} ${says}` : says).slice(0, noteMax) } : step,
    ),
  };
}

/** What a journey needs of a set of definitions, with what that needs in turn: what a starter brings along, and the lifecycle that it speaks of. */
export function broughtBy(key: string, journey: Journey, set: readonly DefinitionDocument[]): DefinitionDocument[] {
  const starter: Starter = { key, journey, brings: set };
  const found = new Map<string, DefinitionDocument>();
  const open: DefinitionDocument[] = [];
  const see: Rename = (kind, name) => {
    const there = kind === 'field' && isOwnPath(name) ? undefined : bringsOne(starter, kind, name);
    const id = `${kind}/${name}`;
    if (there && !found.has(id)) {
      found.set(id, there);
      open.push(there);
    }
    return name;
  };
  renameJourney(journey, see);
  for (let next = open.shift(); next; next = open.shift()) renameBrought(next, see);
  return [...found.values(), ...set.filter(({ kind }) => kind === 'lifecycle')].sort(
    (a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind),
  );
}
const kinds = Object.keys(definitionKinds);
