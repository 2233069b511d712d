import { useMemo, useRef, useState } from 'react';
import type { Journey } from '#contract/journey.ts';
import { compareJourneys } from '#engine/journey/compare.ts';
import { Canvas } from '../journeys/canvas.tsx';
import type { CanvasActs } from '../journeys/canvas-acts.ts';
import type { Wrong } from '../journeys/card.tsx';
import { compareOutline } from '../journeys/compare-outline.ts';
import { layOut } from '../journeys/lay-out.ts';
import { measureText } from '../journeys/measure-text.ts';
import { readJourney } from '../journeys/read-journey.ts';
import { useNames } from '../journeys/use-names.ts';
import { type WayTaken, wayOf } from '../journeys/way/way-taken.ts';
import { To, useAddress } from '../parts/address.tsx';
import { plural, sayNumber } from '../parts/number.ts';
import { Section } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { useRoute } from '../query.ts';
import { useWorkspace } from '../session/workspace.tsx';
import { RehearsedPeople } from './rehearsed-people.tsx';
import { pathOf } from './rehearsed-path.ts';
import css from './rehearsals.module.css';
import { useRehearsedRuns } from './use-rehearsed-runs.ts';
import type { Rehearsal, RehearsedJourney } from './words.ts';

type Drawn = 'after' | 'now' | 'both';

/** A journey as it is rehearsed, and as it is in force: as it was when the rehearsal began where that is known, else as it is. */
function useBodies({ given }: Rehearsal, key: string) {
  const own = given.find((each) => each.key === key);
  const at = { kind: 'journey', key } as const;
  const standing = useRoute('getDefinition', { params: at }, { enabled: own === undefined });
  const earlier = useRoute('getVersion', { params: { ...at, version: (own?.version ?? 1) - 1 } }, { enabled: (own?.version ?? 1) > 1 });
  const before = own === undefined ? standing.data?.published : own.version > 1 ? earlier.data?.body : null;
  return {
    after: useMemo(() => readJourney(own === undefined ? before : own.body), [own, before]),
    before: useMemo(() => readJourney(before), [before]),
    isChanged: own !== undefined,
    ready: before !== undefined,
    problem: own === undefined ? standing.error : earlier.error,
  };
}

/** One journey: the ways people take through it on the canvas, on both sides, and everybody who goes through it. */
export function JourneyFlow({ rehearsal, journeyKey, name }: { rehearsal: Rehearsal; journeyKey: string; name: string }) {
  const [address, setAddress] = useAddress();
  const { zone } = useWorkspace();
  const { after, before, isChanged, ready, problem } = useBodies(rehearsal, journeyKey);
  const { run } = useRehearsedRuns(rehearsal, journeyKey, address.run);
  const isCompared = rehearsal.changed !== null;
  const shown: Drawn = !isCompared ? 'after' : address.drawn === 'now' || address.drawn === 'both' ? address.drawn : 'after';
  const way = useMemo(() => (run ? wayOf({ ...pathOf(run), zone }) : null), [run, zone]);
  const ofSide = (side: Rehearsal['standing'] | null): RehearsedJourney | undefined => side?.journeys.find(({ key }) => key === journeyKey);
  const flow = (title: string | null, journey: Journey | null, counts: RehearsedJourney | undefined, marked: Journey | null) => (
    <figure className={css.flow}>
      {title && <figcaption>{title}</figcaption>}
      {journey ? (
        <Flow journey={journey} counts={counts} marked={marked} way={title === 'Now' ? null : way} />
      ) : (
        <p className={css.nothing}>It is not in force.</p>
      )}
    </figure>
  );
  const withChange = ofSide(rehearsal.changed ?? rehearsal.standing);
  const lost = lostSteps(after, withChange);
  return (
    <>
      <Section
        title={
          <span className={css.named}>
            <To to={`rehearsals/${rehearsal.id}`} search={{ tab: 'journeys' }} className="text-link">
              All journeys
            </To>
            <span className="faint" aria-hidden="true">
              /
            </span>
            {name}
          </span>
        }
      >
        {isCompared && (
          <div className={css.choices}>
            {' '}
            <Segmented<Drawn>
              label="Which side is drawn"
              value={shown}
              choices={[
                { value: 'after', label: 'With the change' },
                { value: 'now', label: 'Now' },
                { value: 'both', label: 'Side by side' },
              ]}
              onChange={(next) => setAddress({ drawn: next === 'after' ? undefined : next })}
            />
          </div>
        )}
        {problem ? (
          <ProblemView problem={problem} />
        ) : !ready ? (
          <Bones lines={8} />
        ) : (
          <div className={css.flows} data-two={shown === 'both' || undefined}>
            {shown !== 'now' && flow(shown === 'both' ? 'With the change' : null, after, withChange, isChanged ? before : null)}
            {shown !== 'after' && flow(shown === 'both' ? 'Now' : null, before, ofSide(rehearsal.standing), null)}
          </div>
        )}
        {lost > 0 && (
          <p className="faint">
            The journey has been changed since: {sayNumber(lost)} of the steps that people took are not in it any more.
          </p>
        )}
        <Refused rehearsal={rehearsal} journeyKey={journeyKey} />
      </Section>
      <RehearsedPeople rehearsal={rehearsal} journeyKey={journeyKey} />
    </>
  );
}

const lostSteps = (journey: Journey | null, counts: RehearsedJourney | undefined): number =>
  journey === null ? 0 : (counts?.steps ?? []).filter(({ step }) => !journey.steps.some(({ key }) => key === step)).length;

function Refused({ rehearsal: { changed, standing }, journeyKey }: { rehearsal: Rehearsal; journeyKey: string }) {
  const refused = (changed ?? standing).journeys.find(({ key }) => key === journeyKey)?.refused ?? [];
  if (refused.length === 0) return null;
  return (
    <p className="quiet">Kept outside by a rule: {refused.map(({ rule, times }) => `${rule} (${plural(times, 'time')})`).join(', ')}.</p>
  );
}

const noWrong: ReadonlyMap<string, Wrong> = new Map();

/** A journey with how many came to each step and went each way; what differs from what is in force is marked. */
function Flow({
  journey,
  counts,
  marked,
  way,
}: {
  journey: Journey;
  counts: RehearsedJourney | undefined;
  marked: Journey | null;
  way: WayTaken | null;
}) {
  const names = useNames();
  const [step, setStep] = useState<string>();
  const set = useRef(setStep);
  const acts = useMemo<CanvasActs>(() => ({ choose: (next) => set.current(next ?? undefined), reach: (next) => set.current(next) }), []);
  const placed = useMemo(
    () => layOut(journey, { edges: (counts?.ways ?? []).map(({ from, next, count }) => ({ from, to: next, count })) }, names, measureText),
    [journey, counts, names],
  );
  const steps = useMemo(() => new Map((counts?.steps ?? []).map((each) => [each.step, each])), [counts]);
  const marks = useMemo(() => {
    if (marked === null) return undefined;
    const { cards, ways } = compareOutline(marked, journey, compareJourneys(marked, journey), names, measureText);
    return { cards, ways };
  }, [marked, journey, names]);
  const chosen = useMemo(() => new Set(step === undefined ? [] : [step]), [step]);
  return (
    <div className={css.canvas}>
      <Canvas
        journeyKey={null}
        placed={placed}
        steps={steps}
        current={step}
        chosen={chosen}
        wrong={noWrong}
        way={way}
        acts={acts}
        {...(marks ? { marks } : {})}
      />
    </div>
  );
}
