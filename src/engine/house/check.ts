import type { DefinitionDocument } from '#contract/definition.ts';
import { mainKey } from '#contract/definition.ts';
import type { Need } from '#contract/house-policy.ts';
import { day, sayDuration } from '#contract/instant.ts';
import type { Circle, Hop } from '#contract/map.ts';
import { bestGoal, looseness, onlyWritten, ownerless, sayLeadWithin } from './needs.ts';
import { silencesOf } from './silence.ts';
import { mergeable, simplerSteps, unusedAfter } from './simpler.ts';
import { experimentTroubles } from '../experiment/lock.ts';
import type { Finding } from '../journey/check.ts';
import { toldFrom } from './circles.ts';
import { collisionsOf } from './collisions.ts';
import { complexityOf } from '../journey/complexity.ts';
import { templatesOf } from '../journey/templates.ts';
import type { House } from './house.ts';

/** What is wrong with a definition, or left open, because of the others that are in force beside it. */

type Found = Omit<Finding, 'check' | 'level'> & { level?: Finding['level'] };
interface HouseCheck {
  name: string;
  /** Null: it is asked only where the workspace needs it. */
  level: Finding['level'] | null;
  /** Where the workspace needs this most, what it finds is an error. */
  need?: Need;
  find(document: DefinitionDocument, house: House): Iterable<Found>;
}

/** Where in a definition a circle is broken. */
const circlePath: Partial<Record<DefinitionDocument['kind'], string>> = {
  journey: 'reentry',
  segment: 'rule',
  score: 'points',
  lifecycle: 'stages',
};

type Named = Pick<DefinitionDocument, 'kind' | 'key'>;
/** Whether a place on a circle is in a definition; a stage is in the lifecycle. */
const isIn =
  ({ kind, key }: Named) =>
  (hop: Hop): boolean =>
    hop.kind === 'stage' ? kind === 'lifecycle' && key === mainKey : hop.kind === kind && hop.key === key;
export const isOnCircle = (definition: Named, { hops }: Circle): boolean => hops.some(isIn(definition));

const checks: readonly HouseCheck[] = [
  {
    name: 'loop',
    level: 'error',
    *find(document, house) {
      for (const circle of house
        .circles()
        .filter((each) => isOnCircle(document, each))
        .map((each) => toldFrom(each, isIn(document))))
        yield circle.endless
          ? {
              step: null,
              path: circlePath[document.kind] ?? '(all)',
              message: `it turns for ever although nobody does anything: ${circle.says}`,
              mend: 'Let one of these journeys take people only once, let a person decide somewhere on the way, or let nothing undo what they set.',
              circle,
            }
          : {
              level: 'warning',
              step: null,
              path: circlePath[document.kind] ?? '(all)',
              message: `it comes back to itself: ${circle.says}. It ends by itself, because ${circle.because}`,
              mend: 'Nothing has to be done. Whoever changes that lets it turn for ever.',
              circle,
            };
    },
  },
  {
    name: 'collision',
    level: 'warning',
    *find(document, house) {
      if (document.kind !== 'journey') return;
      for (const { other, name, shares } of collisionsOf(document, house.documents))
        yield {
          step: null,
          path: 'steps',
          message: `it wants the same people as “${name}”: ${shares.join(', ')}`,
          mend: 'Put both into one group, in which a person is in one journey at a time, let one wait longer, or make one journey of both.',
          other,
        };
    },
  },
  {
    name: 'silence',
    level: 'warning',
    *find(document) {
      for (const { step, path, channel } of silencesOf(document))
        yield {
          step,
          path,
          message: `silence by ${channel} alone is taken for silence`,
          mend: 'Ask for silence on every channel: no visit, no reply, no booking and no order either. Opened mails say nothing, because programs open them too.',
        };
    },
  },
  {
    name: 'stage-owner',
    level: null,
    need: 'forecast-reliability',
    *find(document, house) {
      const stages = document.kind === 'journey' ? ownerless(document.body, house) : [];
      if (stages.length > 0)
        yield {
          step: null,
          path: 'serves',
          message: `nobody answers for the ${stages.length === 1 ? 'stage' : 'stages'} “${stages.join('”, “')}”`,
          mend: 'Name an owner of each in the lifecycle, or one of the lifecycle as a whole.',
        };
    },
  },
  {
    name: 'campaign-only',
    level: null, // that there is no goal, and no stage that it serves, is a warning of the journey itself
    need: 'lifecycle-clarity',
    *find(document) {
      if (document.kind !== 'journey') return;
      const { goal, steps } = document.body;
      if (goal === null && !steps.some(({ kind }) => kind === 'goal' || kind === 'move-stage'))
        yield {
          step: null,
          path: 'goal',
          message: 'it moves nobody to a stage and has no goal: a campaign and no journey',
          mend: 'Name the event by which it succeeds, or move people to the stage that it serves.',
        };
    },
  },
  {
    name: 'manual-routing',
    level: null,
    need: 'speed-to-lead',
    *find(document, house) {
      const event = document.kind === 'journey' ? onlyWritten(document.body, house) : null;
      if (event !== null)
        yield {
          step: null,
          path: 'steps',
          message: `whoever comes forward by “${event}” is written to, and nobody is told within ${sayLeadWithin}`,
          mend: 'Assign them, make a task or hand them over, before the first longer wait.',
        };
    },
  },
  {
    name: 'loose-score',
    level: 'warning',
    need: 'signal-accuracy',
    *find(document, house) {
      if (document.kind !== 'score') return;
      for (const each of looseness(document.body)) yield { step: null, ...each };
      const best = bestGoal(house);
      const met = best?.met ?? 0;
      if (document.body.thresholds.length > 0 && house.uses !== null && met < house.policy.goalsNeeded)
        yield {
          step: null,
          path: 'thresholds',
          message: `its thresholds rest on no goal that was met: ${best ? `“${best.name}” ${met} times, ${house.policy.goalsNeeded} are needed` : 'no journey has a goal'}`,
          mend: 'Let a journey with a goal run first, and set thresholds by who met it.',
        };
    },
  },
  {
    name: 'live-limit',
    level: 'warning',
    need: 'signal-accuracy',
    *find(document, house) {
      const { policy, uses, before } = house;
      if (document.kind !== 'journey' || policy.liveLimit === 'off' || uses === null) return;
      const isNew = !before.some((each) => each.kind === 'journey' && each.key === document.key);
      const live = house.documents.filter(({ kind }) => kind === 'journey').length;
      const best = bestGoal(house);
      if (!isNew || live <= policy.liveJourneysMax || (best?.met ?? 0) >= policy.goalsNeeded) return;
      yield {
        ...(policy.liveLimit === 'refuse' ? { level: 'error' as const } : {}),
        step: null,
        path: '(all)',
        message: `${live} journeys would be in force before one has shown that it works: ${best ? `the goal of “${best.name}” was met ${best.met} times, ${policy.goalsNeeded} are needed` : 'none of them has a goal'}`,
        mend: `Wait until a goal has been met ${policy.goalsNeeded} times, or retire a journey. Settings, Checks, say how many may be in force before that.`,
      };
    },
  },
  {
    name: 'experiment',
    level: 'error',
    *find(document, house) {
      if (document.kind === 'journey') yield* experimentTroubles(document, house);
    },
  },
  {
    name: 'sender',
    level: 'warning',
    *find(document, { documents, policy }) {
      if (document.kind !== 'journey' || policy.senderEmail !== '') return;
      const sends = templatesOf(document.body);
      const others = documents.filter((each) => each.kind === 'template' && each.body.channel !== 'email').map(({ key }) => key);
      if ([...sends].some((key) => !others.includes(key)))
        yield {
          step: null,
          path: 'steps',
          message: 'its mails have no From address of this workspace: they would leave as hello@ at the host of this server',
          mend: 'Set the address under Settings, Sender. Many inboxes refuse mail from an address whose domain is not yours.',
        };
    },
  },
  {
    name: 'budget',
    level: 'warning',
    *find(document, house) {
      for (const message of beyondBudget(document, house))
        yield { step: null, path: 'steps', message, mend: 'Make it simpler, retire another journey, or publish it with a reason.' };
    },
  },
  {
    name: 'simpler',
    level: 'warning',
    *find(document) {
      if (document.kind === 'journey') yield* simplerSteps(document.body);
    },
  },
  {
    name: 'mergeable',
    level: 'warning',
    *find(document, house) {
      if (document.kind !== 'journey') return;
      for (const { other, message } of mergeable(document, house))
        yield { step: null, path: 'steps', message, mend: 'Make one journey of both: one to read, one to measure.', other };
    },
  },
  {
    name: 'unused',
    level: 'warning',
    *find(document, { uses, now }) {
      const use = document.kind === 'journey' ? uses?.get(document.key) : undefined;
      if (!use || use.inForceSince === null) return;
      const since = Math.max(use.inForceSince, use.lastEntryAt ?? use.inForceSince);
      if (now - since >= unusedAfter)
        yield {
          step: null,
          path: '(all)',
          message: `nobody has entered for ${sayDuration(Math.floor((now - since) / day) * day)}`,
          mend: 'Retire it, or see why nothing begins it.',
        };
    },
  },
];

/** Why publishing a journey goes beyond the budget of complexity, a sentence each; none where it makes nothing more complex than it is. */
export function beyondBudget(document: DefinitionDocument, { documents, before, policy }: House): string[] {
  if (document.kind !== 'journey') return [];
  const sum = (all: readonly DefinitionDocument[]): number =>
    all.reduce((points, each) => points + (each.kind === 'journey' ? complexityOf(each.body).points : 0), 0);
  const own = sum([document]);
  const was = sum(before.filter(({ kind, key }) => kind === document.kind && key === document.key));
  if (own <= was) return [];
  const all = sum(documents);
  const { budgetPerJourney, budgetInAll } = policy;
  return [
    ...(budgetPerJourney !== null && own > budgetPerJourney
      ? [`it has ${own} points of complexity; a journey may have ${budgetPerJourney} here`]
      : []),
    ...(budgetInAll !== null && all > budgetInAll
      ? [`all journeys in force would have ${all} points of complexity; together they may have ${budgetInAll} here`]
      : []),
  ];
}

/** The names of all checks across the house. */
export const houseCheckNames: readonly string[] = checks.map(({ name }) => name);

/** What the checks across the house find in a definition that is among those of the house; errors first. */
export function checkHouse(document: DefinitionDocument, house: House): Finding[] {
  const found = checks.flatMap(({ name, level, need, find }) => {
    const usual = need !== undefined && house.policy.needs.includes(need) ? 'error' : level;
    if (usual === null) return [];
    return [...find(document, house)].map((each): Finding => ({ check: name, ...each, level: each.level ?? usual }));
  });
  return [...found.filter((each) => each.level === 'error'), ...found.filter((each) => each.level === 'warning')];
}
