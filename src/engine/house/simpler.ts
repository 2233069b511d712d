import type { DefinitionDocument } from '#contract/definition.ts';
import { isSame } from '#contract/diff.ts';
import { day, ms, sayDuration } from '#contract/instant.ts';
import type { Journey } from '#contract/journey.ts';
import type { Rule } from '#contract/rule.ts';
import { exitsOf, type Step } from '#contract/steps/index.ts';
import type { House } from './house.ts';

/** What could be said with less: steps that do nothing, journeys that could be one, journeys that nobody uses. */

/** A journey in force is unused when nobody has entered for so long. */
export const unusedAfter = 90 * day;

type JourneyDocument = Extract<DefinitionDocument, { kind: 'journey' }>;
interface Simpler {
  step: string;
  path: string;
  message: string;
  mend: string;
}

const conjuncts = (rule: Rule | undefined): Rule[] => (rule === undefined ? [] : 'all' in rule ? rule.all.flatMap(conjuncts) : [rule]);
const holds = ({ kind }: Step): boolean => ['wait', 'approve', 'hand-over', 'webhook', 'nurture'].includes(kind);

/** The steps that everybody reaches at the moment at which they enter, before any wait. */
function reachedAtOnce(steps: readonly Step[]): Set<string> {
  const byKey = new Map(steps.map((step) => [step.key, step]));
  const seen = new Set<string>();
  const open = steps.filter((step) => step.kind === 'entry') as Step[];
  for (let step = open.pop(); step; step = open.pop()) {
    if (seen.has(step.key)) continue;
    seen.add(step.key);
    if (holds(step)) continue;
    for (const { next } of exitsOf(step)) if (next !== null && byKey.has(next)) open.push(byKey.get(next)!);
  }
  // What also comes after a wait is not asked at the moment of entering alone.
  const later = new Set<string>();
  const rest = steps.filter(holds);
  for (let step = rest.pop(); step; step = rest.pop())
    for (const { next } of exitsOf(step)) {
      const there = next === null ? undefined : byKey.get(next);
      if (!there || later.has(there.key)) continue;
      later.add(there.key);
      rest.push(there);
    }
  return new Set([...seen].filter((key) => !later.has(key)));
}

/** Steps that could be left out, or be one. */
export function* simplerSteps({ steps }: Pick<Journey, 'steps'>): Generator<Simpler> {
  const byKey = new Map(steps.map((step) => [step.key, step]));
  const into = Map.groupBy(
    steps.flatMap(exitsOf).filter(({ next }) => next !== null),
    ({ next }) => next!,
  );
  const entries = steps.filter((step) => step.kind === 'entry');
  const atOnce = reachedAtOnce(steps);
  /** What steps do, without their names: two ways that do the same. */
  const doing = (key: string | null): string => {
    const step = key === null ? undefined : byKey.get(key);
    if (!step) return '';
    const { key: _key, note: _note, ...rest } = step;
    return JSON.stringify(rest);
  };
  for (const [index, step] of steps.entries()) {
    const at = `steps.${index}`;
    if (step.kind === 'branch') {
      const ways = exitsOf(step).map(({ next }) => next);
      if (new Set(ways.map(doing)).size === 1)
        yield {
          step: step.key,
          path: at,
          message: `all ways of "${step.key}" do the same`,
          mend: 'Remove the branch, and lead on to the step that follows.',
        };
      for (const [nth, { label, when }] of step.paths.entries())
        if (
          atOnce.has(step.key) &&
          entries.length > 0 &&
          entries.every((entry) => conjuncts(entry.when).some((part) => isSame(part, when)))
        )
          yield {
            step: step.key,
            path: `${at}.paths.${nth}.when`,
            message: `everybody takes “${label}” at "${step.key}": the entry asks for the same`,
            mend: 'Remove the branch: whoever is not meant does not come in.',
          };
    }
    if (step.kind === 'split') {
      const whole = step.paths.find(({ share }) => share === 100);
      if (whole)
        yield {
          step: step.key,
          path: at,
          message: `everybody takes “${whole.label}” at "${step.key}"`,
          mend: 'Remove the split, or give another way a share.',
        };
      else if (new Set(step.paths.map(({ next }) => doing(next))).size === 1)
        yield {
          step: step.key,
          path: at,
          message: `all ways of "${step.key}" do the same`,
          mend: 'Remove the split, or let its ways differ.',
        };
    }
    if (step.kind === 'experiment' && new Set(step.arms.map(({ next }) => doing(next))).size === 1)
      yield {
        step: step.key,
        path: at,
        message: `all arms of "${step.key}" do the same`,
        mend: 'Let its arms differ, or remove it. Arms that are the same show whether the measurement is right.',
      };
    if (step.kind === 'wait' && step.for !== undefined && step.next !== null) {
      const next = byKey.get(step.next);
      if (next?.kind === 'wait' && next.for !== undefined && next.key !== step.key && into.get(next.key)?.length === 1)
        yield {
          step: step.key,
          path: at,
          message: `"${step.key}" and "${next.key}" wait one after the other`,
          mend: `Make one wait of ${sayDuration(ms(step.for) + ms(next.for))} of them.`,
        };
    }
  }
}

/** What begins a journey and for whom, without the names of its steps. */
const audience = ({ steps }: Journey): unknown[] =>
  steps.filter((step) => step.kind === 'entry').map(({ on, when }) => ({ on, ...(when ? { when } : {}) }));

/** The steps after the entries without their names and their words, each told by its place. */
function skeleton({ steps }: Journey): string {
  const places = new Map(steps.map((step, index) => [step.key, index]));
  return JSON.stringify(
    steps.filter(({ kind }) => kind !== 'entry').map(({ key: _key, note: _note, ...step }) => step),
    (name, value) => {
      if (['template', 'label', 'reason', 'title', 'name'].includes(name)) return undefined;
      return typeof value === 'string' && places.has(value) && (name === 'next' || name === 'otherwise' || name.startsWith('on'))
        ? places.get(value)
        : value;
    },
  );
}

/** The journeys with which one could be made one, and why. */
export function mergeable({ key, body }: JourneyDocument, { documents }: Pick<House, 'documents'>): { other: string; message: string }[] {
  return documents.flatMap((each) => {
    if (each.kind !== 'journey' || each.key === key) return [];
    const name = each.body.name;
    const called = audience(body).every((entry) => 'by' in (entry as { on: object }).on);
    if (!called && isSame(audience(body), audience(each.body)))
      return [{ other: each.key, message: `“${name}” begins with the same, for the same people` }];
    if (body.steps.length >= 4 && skeleton(body) === skeleton(each.body))
      return [{ other: each.key, message: `“${name}” takes the same steps, but for its words` }];
    return [];
  });
}
