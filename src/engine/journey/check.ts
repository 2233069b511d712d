import type { DefinitionDocument, DefinitionKind } from '#contract/definition.ts';
import { definitionKinds } from '#contract/definition.ts';
import type { Template } from '#contract/definition-bodies.ts';
import { ms, sayDuration } from '#contract/instant.ts';
import { type Architecture, type Journey, stepsAllowed } from '#contract/journey.ts';
import type { Circle } from '#contract/map.ts';
import { exitsOf, type Step } from '#contract/steps/index.ts';
import { triggerOf } from '#contract/steps/trigger.ts';
import { experimentsOf } from '../experiment/experiments-of.ts';

/** Something that is wrong with a journey, or that it leaves open. */
export interface Finding {
  /** The check that found it. */
  check: string;
  /** An error keeps a journey from being published; a warning asks. */
  level: 'error' | 'warning';
  /** The key of the step at which it is; null for the journey itself. */
  step: string | null;
  path: string;
  /** What is wrong and why that matters, and how to mend it: a sentence each. */
  message: string;
  mend: string;
  /** The circle that it is about, to be drawn. */
  circle?: Circle | undefined;
  /** The key of another journey that it is about. */
  other?: string | undefined;
}

/** What a check looks up: the definitions as they would stand together. */
export interface Known {
  find(kind: DefinitionKind, key: string): DefinitionDocument | undefined;
  stages: ReadonlySet<string>;
  /** Whether a field is defined for a path. */
  hasField(path: string): boolean;
  /** The events that came in the last 30 days, at least of those that the journey names. What asks about them is quiet where they are not given. */
  seen?: ReadonlySet<string> | undefined;
}

interface Look {
  journey: Journey;
  steps: ReadonlyMap<string, Step>;
  known: Known;
}

interface Check {
  name: string;
  level: Finding['level'];
  find(look: Look): Iterable<Omit<Finding, 'check' | 'level'>>;
}

const at = (journey: Journey, step: Step): string => `steps.${journey.steps.indexOf(step)}`;
const about = (journey: Journey, step: Step, message: string, mend: string, field = ''): Omit<Finding, 'check' | 'level'> => ({
  step: step.key,
  path: `${at(journey, step)}${field === '' ? '' : `.${field}`}`,
  message,
  mend,
});
const whole = (path: string, message: string, mend: string): Omit<Finding, 'check' | 'level'> => ({ step: null, path, message, mend });

/** The names of definitions that a step needs, and where in the step they stand. */
function* needsOf(step: Step): Generator<{ kind: DefinitionKind; key: string; field: string }> {
  switch (step.kind) {
    case 'send':
      if (step.template !== null) yield { kind: 'template', key: step.template, field: 'template' };
      if (step.offer !== undefined) yield { kind: 'offer', key: step.offer, field: 'offer' };
      for (const [index, { template }] of step.variants.entries())
        yield { kind: 'template', key: template, field: `variants.${index}.template` };
      yield { kind: 'topic', key: step.topic, field: 'topic' };
      break;
    case 'webhook':
      if (step.template !== null) yield { kind: 'template', key: step.template, field: 'template' };
      yield { kind: 'topic', key: step.topic, field: 'topic' };
      break;
    case 'nurture':
      for (const [index, { template }] of step.contents.entries())
        yield { kind: 'template', key: template, field: `contents.${index}.template` };
      yield { kind: 'topic', key: step.topic, field: 'topic' };
      break;
    case 'add-points':
      yield { kind: 'score', key: step.score, field: 'score' };
      break;
    case 'start-journey':
    case 'end-journey':
      yield { kind: 'journey', key: step.journey, field: 'journey' };
      break;
    case 'entry': {
      const trigger = triggerOf(step.on);
      if (trigger.kind === 'segment') yield { kind: 'segment', key: trigger.on.segment, field: 'on.segment' };
      if (trigger.kind === 'score') yield { kind: 'score', key: trigger.on.score, field: 'on.score' };
      break;
    }
  }
}

/** The stages that a step names. */
function* stagesOf(step: Step): Generator<{ stage: string; field: string }> {
  if (step.kind === 'move-stage') yield { stage: step.to, field: 'to' };
  if (step.kind === 'entry' && 'stage' in step.on) yield { stage: step.on.stage, field: 'on.stage' };
  if (step.kind === 'branch')
    for (const [index, { serves }] of step.paths.entries())
      if (serves !== undefined) yield { stage: serves, field: `paths.${index}.serves` };
}

/** The steps that some entry leads to. */
function reached({ journey, steps }: Look): Set<string> {
  const seen = new Set<string>();
  const open = journey.steps.filter((step) => step.kind === 'entry');
  for (let step = open.pop(); step; step = open.pop()) {
    if (seen.has(step.key)) continue;
    seen.add(step.key);
    for (const { next } of exitsOf(step)) {
      const there = next === null ? undefined : steps.get(next);
      if (there) open.push(there as never);
    }
  }
  return seen;
}

/** Whether people may stay at a step, so that a circle through it does not turn within one fact. */
const holdsPeople = (step: Step): boolean => ['wait', 'approve', 'hand-over', 'webhook', 'nurture'].includes(step.kind);

/** Where a wait leads whoever has nothing to wait for: what they wait for holds already, or the day is over. */
const atOnce = (step: Step): string | null | undefined =>
  step.kind !== 'wait'
    ? undefined
    : step.untilRule !== undefined || step.untilDate?.on !== undefined
      ? step.next
      : step.untilDate === undefined
        ? undefined
        : step.onMissing;

/** Whether a step leads back to itself on a way on which nobody waits; with `evenSo`, on one on which nobody may have anything to wait for. */
function turns(step: Step, steps: ReadonlyMap<string, Step>, evenSo = false): boolean {
  const seen = new Set<string>();
  const open = [step];
  for (let each = open.pop(); each; each = open.pop())
    for (const next of holdsPeople(each) ? [atOnce(each)] : exitsOf(each).map((exit) => exit.next)) {
      if (next === step.key) return true;
      const there = typeof next === 'string' ? steps.get(next) : undefined;
      if (!there || (holdsPeople(there) && !evenSo) || seen.has(there.key)) continue;
      seen.add(there.key);
      open.push(there);
    }
  return false;
}

/** The architecture that is tried before this one. */
const simpler = { branching: 'linear', adaptive: 'branching' } as const;

/** What an architecture does not have of this step, its kind or that it waits for people; null where it has all of it. */
const beyondIt = (step: Step, architecture: Architecture): 'kind' | 'people' | null =>
  !stepsAllowed[architecture].includes(step.kind)
    ? 'kind'
    : architecture === 'linear' && step.kind === 'wait' && (step.until !== undefined || step.untilRule !== undefined)
      ? 'people'
      : null;
const isWithin = ({ steps }: Journey, architecture: Architecture): boolean => steps.every((step) => beyondIt(step, architecture) === null);

const checks: readonly Check[] = [
  {
    name: 'one-key-a-step',
    level: 'error',
    *find({ journey, steps }) {
      if (steps.size !== journey.steps.length) yield whole('steps', 'two steps have the same key', 'Give each step a key of its own.');
    },
  },
  {
    name: 'entry',
    level: 'error',
    *find({ journey }) {
      const entries = journey.steps.filter((step) => step.kind === 'entry');
      if (entries.length === 0)
        yield whole('steps', 'a journey has an entry step; this one has none', 'Add an entry that says what starts it.');
      for (const step of entries) {
        const { goal } = journey;
        if (goal && 'event' in step.on && goal.on.event === step.on.event && !goal.on.where?.length)
          yield whole(
            'goal',
            'the goal is the event that starts the journey',
            'Choose what people should do next, or narrow the goal by a property.',
          );
      }
      for (const by of ['api', 'journey'] as const)
        for (const step of entries.filter((each) => 'by' in each.on && each.on.by === by).slice(1))
          yield about(
            journey,
            step,
            `a second entry for ${by === 'api' ? 'the API' : 'other journeys'} cannot be told from the first`,
            'Remove one of them.',
          );
    },
  },
  {
    name: 'edges',
    level: 'error',
    *find({ journey, steps }) {
      for (const step of journey.steps)
        for (const { next, at: way } of exitsOf(step)) {
          if (next !== null && !steps.has(next))
            yield about(
              journey,
              step,
              `step "${step.key}" leads to "${next}", which does not exist`,
              'Lead it to a step that exists.',
              way.join('.'),
            );
          if (next !== null && steps.get(next)?.kind === 'entry')
            yield about(journey, step, `step "${step.key}" leads back to the entry`, 'Lead it to the step after the entry.', way.join('.'));
        }
    },
  },
  {
    name: 'unreachable',
    level: 'error',
    *find(look) {
      if (!look.journey.steps.some((step) => step.kind === 'entry')) return;
      const seen = reached(look);
      for (const step of look.journey.steps)
        if (!seen.has(step.key)) yield about(look.journey, step, `nothing leads to step "${step.key}"`, 'Lead a step to it, or remove it.');
    },
  },
  {
    name: 'circle',
    level: 'error',
    *find({ journey, steps }) {
      for (const step of journey.steps)
        if (!holdsPeople(step) && turns(step, steps))
          yield about(journey, step, `step "${step.key}" leads back to itself without a wait`, 'Put a wait into the circle.');
    },
  },
  {
    name: 'nothing-to-wait-for',
    level: 'warning',
    *find({ journey, steps }) {
      for (const step of journey.steps)
        if (atOnce(step) != null && turns(step, steps, true))
          yield about(
            journey,
            step,
            `step "${step.key}" leads back to itself, and whoever has nothing to wait for there goes round until the run has taken too many steps`,
            'Put a wait for a while into the circle.',
          );
    },
  },
  {
    name: 'content',
    level: 'error',
    *find({ journey, known }) {
      for (const step of journey.steps) {
        if (step.kind !== 'send' && step.kind !== 'webhook') continue;
        if (step.template === null) {
          yield about(journey, step, `step "${step.key}" has no content yet`, 'Write it, or choose a template.', 'template');
          continue;
        }
        const mail = known.find('template', step.template);
        const lacks = mail?.kind === 'template' ? unwritten(mail.body) : null;
        if (lacks) yield about(journey, step, `the mail of step "${step.key}" has no ${lacks} yet`, 'Write it.', 'mail');
      }
    },
  },
  {
    name: 'exists',
    level: 'error',
    *find({ journey, known }) {
      for (const step of journey.steps) {
        for (const { kind, key, field } of needsOf(step))
          if (!known.find(kind, key))
            yield about(
              journey,
              step,
              `there is no ${definitionKinds[kind].name.toLowerCase()} "${key}"`,
              'Choose one that exists, or make it.',
              field,
            );
        for (const { stage, field } of stagesOf(step))
          if (!known.stages.has(stage))
            yield about(journey, step, `the lifecycle has no stage "${stage}"`, 'Choose a stage that exists.', field);
        if (step.kind === 'entry' && 'score' in step.on) {
          const score = known.find('score', step.on.score);
          const { threshold } = step.on;
          if (score?.kind === 'score' && !score.body.thresholds.some((each) => each.key === threshold))
            yield about(
              journey,
              step,
              `the score "${step.on.score}" has no threshold "${threshold}"`,
              'Choose one of its thresholds.',
              'on.threshold',
            );
        }
        if (step.kind === 'webhook' && step.template !== null) {
          const template = known.find('template', step.template);
          if (template?.kind === 'template' && template.body.channel !== 'webhook')
            yield about(
              journey,
              step,
              `"${step.template}" is for ${template.body.channel}; a call needs content for webhook`,
              'Choose a template of the channel webhook.',
              'template',
            );
        }
        if (step.kind === 'start-journey') {
          const other = known.find('journey', step.journey);
          if (
            other?.kind === 'journey' &&
            !other.body.steps.some((each) => each.kind === 'entry' && 'by' in each.on && each.on.by === 'journey')
          )
            yield about(
              journey,
              step,
              `the journey "${step.journey}" has no entry for people whom another journey sends in`,
              'Give it such an entry.',
              'journey',
            );
        }
      }
      for (const stage of [journey.serves?.from ?? null, journey.serves?.to ?? null])
        if (stage !== null && !known.stages.has(stage))
          yield whole('serves', `the lifecycle has no stage "${stage}"`, 'Choose a stage that exists.');
    },
  },
  {
    name: 'architecture',
    level: 'error',
    *find({ journey }) {
      const { architecture } = journey;
      for (const step of journey.steps) {
        const beyond = beyondIt(step, architecture);
        if (beyond === 'kind')
          yield about(
            journey,
            step,
            `a ${architecture} journey has no step of the kind "${step.kind}"`,
            'Step up to the architecture that has it, and say why the simpler one is not enough.',
          );
        if (beyond === 'people')
          yield about(
            journey,
            step,
            `a linear journey waits for time, not for what people do`,
            'Step up to a branching one, or wait for a while.',
          );
      }
    },
  },
  {
    // An error where a trait is read; but traits without a field are kept as they come, so what a step writes is asked only.
    name: 'field-written',
    level: 'warning',
    *find({ journey, known }) {
      for (const step of journey.steps)
        if (step.kind === 'set-trait' && !known.hasField(step.path))
          yield about(
            journey,
            step,
            `it sets "${step.path}", for which no field is defined: nothing says what it may hold, and no rule can ask for it`,
            'Choose a field that exists, or define this one.',
            'path',
          );
    },
  },
  {
    name: 'evidence',
    level: 'warning',
    *find({ journey }) {
      const { architecture } = journey;
      if (architecture !== 'linear' && journey.evidence.trim() === '')
        yield whole(
          'evidence',
          `nothing says why a ${simpler[architecture]} architecture is not enough`,
          isWithin(journey, simpler[architecture])
            ? `Choose ${simpler[architecture]}, which has all of its steps, or write down what was seen that such a journey could not answer.`
            : `Write down what was seen that a ${simpler[architecture]} journey could not answer.`,
        );
    },
  },
  {
    name: 'goal',
    level: 'warning',
    *find({ journey }) {
      if (journey.goal === null && !journey.steps.some((step) => step.kind === 'goal'))
        yield whole('goal', 'there is no goal, so nobody will know whether it works', 'Name the event by which it succeeds.');
    },
  },
  {
    name: 'experiment-goal',
    level: 'error',
    *find({ journey }) {
      for (const { step, goal } of experimentsOf('', journey))
        if (goal === null)
          yield about(
            journey,
            step,
            `the experiment "${step.key}" has no goal: nothing says what people are to do more often`,
            'Name the event in the step, or give the journey a goal.',
            'goal',
          );
    },
  },
  {
    name: 'goal-seen',
    level: 'warning',
    *find({ journey: { goal }, known: { seen } }) {
      if (goal && seen && !seen.has(goal.on.event))
        yield whole(
          'goal',
          `no "${goal.on.event}" has arrived in the last 30 days: the goal rate will stay at nothing until it does`,
          'Send it, or choose an event that arrives here. It may be published before that.',
        );
    },
  },
  {
    name: 'utm',
    level: 'warning',
    *find({ journey }) {
      if (journey.utm === null && journey.steps.some((step) => step.kind === 'send' || step.kind === 'nurture'))
        yield whole('utm', 'its links carry no UTM parameters, so visits cannot be told to come from it', 'Let its links be marked.');
    },
  },
  {
    name: 'brief',
    level: 'warning',
    *find({ journey }) {
      const open = Object.entries({
        signs: 'the signs of the stage',
        needs: 'what people need to know',
        objections: 'their objections',
        nextStep: 'the next step',
      })
        .filter(([key]) => journey.brief[key as keyof Journey['brief']].trim() === '')
        .map(([, words]) => words);
      if (open.length > 0)
        yield whole(
          'brief',
          `the brief leaves open ${open.join(', ')}`,
          'Write it down before you build: it decides what each step has to say.',
        );
    },
  },
  {
    name: 'serves',
    level: 'warning',
    *find({ journey }) {
      if (journey.serves === null)
        yield whole('serves', 'it serves no stage move', 'Name the move that it is for, or ask whether it is needed.');
    },
  },
  {
    name: 'dead-end',
    level: 'warning',
    *find({ journey }) {
      for (const step of journey.steps) {
        const ways = exitsOf(step);
        if (ways.length < 2) continue;
        for (const { label, next, at: way } of ways)
          if (next === null)
            yield about(
              journey,
              step,
              `whoever takes "${label ?? 'the way on'}" at "${step.key}" leaves without a word`,
              'Lead it to an exit that says why, or to a step.',
              way.join('.'),
            );
      }
    },
  },
  {
    name: 'too-short',
    level: 'warning',
    *find({ journey }) {
      for (const step of journey.steps) {
        const long = step.kind === 'wait' ? (step.for ?? step.timeout) : undefined;
        if (long !== undefined && ms(long) >= ms(journey.maxTime))
          yield about(
            journey,
            step,
            `nobody gets past "${step.key}": it waits ${sayDuration(long)}, and a run takes at most ${sayDuration(journey.maxTime)}`,
            'Let runs take longer, or wait less.',
          );
      }
    },
  },
  {
    name: 'care',
    level: 'warning',
    *find({ journey }) {
      if (journey.owner === null && journey.serves === null)
        yield whole(
          'owner',
          'nobody answers for it',
          'Name who does, or the stage move that it serves: then the owner of that stage does.',
        );
    },
  },
];

/** The names of all checks. */
export const checkNames: readonly string[] = checks.map(({ name }) => name);

/** Everything that is wrong with a journey or left open, errors first. */
export function checkJourney(journey: Journey, known: Known): Finding[] {
  const look: Look = { journey, steps: new Map(journey.steps.map((step) => [step.key, step])), known };
  const found = checks.flatMap(({ name, level, find }) => [...find(look)].map((each): Finding => ({ check: name, level, ...each })));
  return [...found.filter((each) => each.level === 'error'), ...found.filter((each) => each.level === 'warning')];
}

/** What of a mail is still to be written; null when nothing is. */
function unwritten(body: Template): string | null {
  if (body.channel !== 'email') return null;
  if (body.subject === '') return 'subject';
  const isEmpty = body.blocks?.every((block) => block.block === 'divider' || ('text' in block && block.text.trim() === ''));
  return isEmpty ? 'text' : null;
}
