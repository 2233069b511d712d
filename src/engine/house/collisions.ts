import type { DefinitionDocument } from '#contract/definition.ts';
import { isSame } from '#contract/diff.ts';
import { hour, ms, sayDuration } from '#contract/instant.ts';
import type { Journey } from '#contract/journey.ts';
import { conditionOf, type Rule } from '#contract/rule.ts';
import { exitsOf, type Step, type StepOf } from '#contract/steps/index.ts';
import { triggerOf } from '#contract/steps/trigger.ts';
import { listensFor, sayTrigger } from '../journey/trigger.ts';

/** Two journeys that want the same people at the same time. */
export interface Collision {
  /** The key of the other journey. */
  other: string;
  name: string;
  /** What they share, a few words each. */
  shares: string[];
}

/** Mails of two journeys that begin with the same thing are taken to meet when they may go out within so long of each other. */
export const sameHours = 4 * hour;

type Entry = StepOf<'entry'>;
const entriesOf = (journey: Journey): Entry[] => journey.steps.filter((step) => step.kind === 'entry');

const partsOf = (rule: Rule | undefined): Rule[] => (rule === undefined ? [] : 'all' in rule ? rule.all.flatMap(partsOf) : [rule]);

/** Whether two conditions can never both hold, as far as that is seen at once. */
function exclude(one: Rule, other: Rule): boolean {
  if ('not' in one && isSame(one.not, other)) return true;
  if ('not' in other && isSame(other.not, one)) return true;
  if ('all' in one || 'any' in one || 'not' in one || 'all' in other || 'any' in other || 'not' in other) return false;
  const [a, b] = [conditionOf(one), conditionOf(other)];
  if (a.kind === 'stage' && b.kind === 'stage') return !a.test.in.some((stage) => b.test.in.includes(stage));
  if (a.kind === 'trait' && b.kind === 'trait' && a.test.path === b.test.path) {
    if (a.test.op === 'equals' && b.test.op === 'equals') return a.test.path !== 'tags' && !isSame(a.test.value, b.test.value);
    return [a.test.op, b.test.op].includes('exists') && [a.test.op, b.test.op].includes('missing');
  }
  if (a.kind === 'event' && b.kind === 'event') {
    const { atLeast: _a, atMost: _b, ...mine } = a.test;
    const { atLeast: _c, atMost: _d, ...theirs } = b.test;
    const least = (test: typeof a.test): number => test.atLeast ?? (test.atMost === undefined ? 1 : 0);
    const most = (test: typeof a.test): number => test.atMost ?? Number.POSITIVE_INFINITY;
    return isSame(mine, theirs) && (most(a.test) < least(b.test) || most(b.test) < least(a.test));
  }
  if (a.kind === 'bucket' && b.kind === 'bucket')
    return a.test.draw === b.test.draw && (a.test.to <= b.test.from || b.test.to <= a.test.from);
  return false;
}

/** Whether nobody can come in by both of two entries at once. */
const areApart = (one: Entry, other: Entry): boolean =>
  partsOf(one.when).some((part) => partsOf(other.when).some((each) => exclude(part, each)));

/** Whether two entries hear the same thing; events by their name, whatever narrows them. Whoever is sent in is sent in on purpose. */
function beginAlike({ on }: Entry, { on: other }: Entry): boolean {
  const { kind } = triggerOf(on);
  if (kind === 'call' || kind !== triggerOf(other).kind) return false;
  return kind === 'date' || kind === 'schedule' ? isSame(on, other) : listensFor('', '', on) === listensFor('', '', other);
}

/** The soonest that each step of a kind that sends may be reached after an entry, in milliseconds; waits for an event or a rule may be over at once. */
export function soonest(journey: Journey, entry: Entry): Map<string, number> {
  const steps = new Map(journey.steps.map((step) => [step.key, step]));
  const at = new Map<string, number>([[entry.key, 0]]);
  const open: Step[] = [entry];
  for (let step = open.shift(); step; step = open.shift()) {
    const here = at.get(step.key)! + (step.kind === 'wait' && step.for !== undefined ? ms(step.for) : 0);
    for (const { next, at: way } of exitsOf(step)) {
      const there = next === null ? undefined : steps.get(next);
      if (!there) continue;
      const late = step.kind === 'wait' && way[0] === 'onTimeout' ? here + ms(step.timeout!) : here;
      if ((at.get(there.key) ?? Number.POSITIVE_INFINITY) <= late) continue;
      at.set(there.key, late);
      open.push(there);
    }
  }
  return at;
}

interface Mail {
  step: string;
  offers: boolean;
  topic: string;
  channel: string;
}
function mailsOf(journey: Journey, channelOf: (template: string) => string | null): Mail[] {
  return journey.steps.flatMap((step) => {
    if (step.kind === 'send')
      return [
        {
          step: step.key,
          offers: step.offer !== undefined,
          topic: step.topic,
          channel: (step.template && channelOf(step.template)) ?? 'email',
        },
      ];
    if (step.kind === 'nurture')
      return [{ step: step.key, offers: false, topic: step.topic, channel: channelOf(step.contents[0]!.template) ?? 'email' }];
    return [];
  });
}

const shared = (one: readonly string[], other: readonly string[]): string[] => [...new Set(one.filter((each) => other.includes(each)))];

/** Where two journeys meet; null when they keep out of each other's way. */
function meet(one: Journey, other: Journey, channelOf: (template: string) => string | null): string[] | null {
  const [mails, theirs] = [mailsOf(one, channelOf), mailsOf(other, channelOf)];
  const topics = shared(
    mails.map((each) => each.topic),
    theirs.map((each) => each.topic),
  );
  const channels = shared(
    mails.map((each) => each.channel),
    theirs.map((each) => each.channel),
  );
  // Somebody has one open offer over all channels.
  const offers = mails.some((mail) => mail.offers) && theirs.some((mail) => mail.offers);
  // Journeys of one group exclude each other: a person is in one of them at a time.
  if ((channels.length === 0 && !offers) || (one.group !== undefined && one.group === other.group)) return null;
  for (const entry of entriesOf(one))
    for (const their of entriesOf(other)) {
      if (areApart(entry, their)) continue;
      if (!beginAlike(entry, their)) continue;
      const [soon, late] = [soonest(one, entry), soonest(other, their)];
      const gaps = mails.flatMap((mail) =>
        theirs.flatMap((each) => {
          const [a, b] = [soon.get(mail.step), late.get(each.step)];
          return a === undefined || b === undefined || mail.channel !== each.channel ? [] : [{ gap: Math.abs(a - b), at: Math.max(a, b) }];
        }),
      );
      const close = gaps.filter(({ gap }) => gap <= sameHours).sort((a, b) => a.at - b.at)[0];
      if (topics.length === 0 && !close && !offers) continue;
      return [
        `both begin ${sayTrigger(entry.on)}`,
        ...(topics.length > 0
          ? [`both write about “${topics.join('”, “')}”`]
          : channels.length > 0
            ? [`both write by ${channels.join(', ')}`]
            : []),
        ...(offers ? ['both make an offer'] : []),
        ...(close
          ? [
              `both may send ${close.at === 0 ? 'at once' : `${sayDuration(close.at)} after that`}, within the same ${sayDuration(sameHours)}`,
            ]
          : []),
      ];
    }
  if (one.goal && other.goal && isSame(one.goal.on, other.goal.on) && topics.length > 0)
    return [`both are after “${one.goal.on.event}”`, `both write about “${topics.join('”, “')}”`];
  return null;
}

/** The journeys among these with which one collides. */
export function collisionsOf(
  document: Extract<DefinitionDocument, { kind: 'journey' }>,
  documents: readonly DefinitionDocument[],
): Collision[] {
  const channels = new Map(documents.flatMap((each) => (each.kind === 'template' ? [[each.key, each.body.channel] as const] : [])));
  const channelOf = (template: string): string | null => channels.get(template) ?? null;
  return documents.flatMap((each) => {
    if (each.kind !== 'journey' || each.key === document.key) return [];
    const shares = meet(document.body, each.body, channelOf);
    return shares ? [{ other: each.key, name: each.body.name, shares }] : [];
  });
}
