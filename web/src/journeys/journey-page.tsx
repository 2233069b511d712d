import { Button } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import type { ProblemError } from '../api.ts';
import { To, useAddress } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { useFocusBack } from '../parts/focus-back.ts';
import { useKeys } from '../parts/keys.ts';
import { Page } from '../parts/page.tsx';
import { Peek } from '../parts/peek.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Bones, ScreenSkeleton } from '../parts/skeleton.tsx';
import { Chip } from '../parts/tone.tsx';
import { StopConfirm } from '../messages/stop-confirm.tsx';
import { useRoute } from '../query.ts';
import { AboutJourney } from './about-journey.tsx';
import { Canvas } from './canvas.tsx';
import type { CanvasActs } from './canvas-acts.ts';
import type { Wrong } from './card.tsx';
import { readDraft } from './edit/draft.ts';
import css from './journey-page.module.css';
import { JourneyFigures } from './journey-figures.tsx';
import { JourneyMenu } from './journey-menu.tsx';
import { JourneyStatus } from './journey-status.tsx';
import { layOut } from './lay-out.ts';
import { measureText } from './measure-text.ts';
import { MigratePeople } from './migrate-people.tsx';
import { RampStrip } from './ramp-strip.tsx';
import { readJourney } from './read-journey.ts';
import { isOpen } from './say-ramp.ts';
import { StandingStrip } from './standing-strip.tsx';
import { SendIn, TakeOut } from './steer-people.tsx';
import { StepPanel } from './step-panel.tsx';
import { useNames } from './use-names.ts';
import { TracePanel } from './way/trace-panel.tsx';
import { useTry } from './way/use-try.ts';
import { wayOf } from './way/way-taken.ts';
import { useJourneyVersion } from './use-journey-version.ts';
import { VersionMenu } from './version-menu.tsx';
import { InWords } from './in-words.tsx';

/** Loaded when somebody edits: whoever only looks does not wait for it. */
const EditJourney = lazy(async () => ({ default: (await import('./edit/edit-journey.tsx')).EditJourney }));

const CompareVersions = lazy(async () => ({ default: (await import('./compare-versions.tsx')).CompareVersions }));
const TryPanel = lazy(async () => ({ default: (await import('./way/try-panel.tsx')).TryPanel }));

/** What came of a version that is brought in is asked again so often: it waits for time and people, which no change announces. */
const rampAskedEveryMs = 15_000;

/** One journey: its draft to be edited, or what is live, drawn with where people are. */
export function JourneyPage() {
  const { key } = useParams({ strict: false }) as { key: string };
  const [address] = useAddress();
  const definition = useRoute('getDefinition', { params: { kind: 'journey', key } });
  const { data } = definition;
  const edits =
    address.edit === '1' ||
    (address.edit !== '0' &&
      address.version === undefined &&
      address.trace === undefined &&
      data?.version === null &&
      data.archivedAt === null);
  const first = useMemo(() => (edits && data ? readDraft(data.draft) : null), [edits, data]);
  if (address.compare !== undefined)
    return (
      <Suspense fallback={<ScreenSkeleton />}>
        <CompareVersions key={key} />
      </Suspense>
    );
  if (edits && data && first)
    return (
      <Suspense fallback={<ScreenSkeleton />}>
        <EditJourney key={key} definition={data} first={first} />
      </Suspense>
    );
  return <ShowJourney key={key} unreadable={edits && data !== undefined} />;
}

/** A journey as it is stored, with where people are: each step explained, stopped and let go on. */
function ShowJourney({ unreadable }: { unreadable: boolean }) {
  const { key } = useParams({ strict: false }) as { key: string };
  const [address, setAddress] = useAddress();
  const trace = useRoute(
    'traceRun',
    { params: { key }, query: { person: address.trace ?? '', run: address.run } },
    { enabled: address.trace !== undefined },
  );
  const traced = address.trace === undefined ? undefined : trace.data;
  const shown = useJourneyVersion(key, traced ? String(traced.version) : address.version);
  const rows = useRoute('listJourneys', undefined);
  const switches = useRoute('listKillSwitches', undefined);
  const counts = useRoute(
    'getJourneyCounts',
    { params: { key }, query: { version: shown.version ?? undefined } },
    { enabled: shown.published, placeholderData: (before) => before },
  );
  const ramp = useRoute('getRamp', { params: { key } }, { enabled: shown.published, refetchInterval: rampAskedEveryMs }).data?.ramp ?? null;
  const names = useNames();
  const [asked, setAsked] = useState<{ scope: string; stop: boolean } | null>(null);
  const [steering, setSteering] = useState<'in' | 'out' | null>(null);

  const journey = useMemo(() => readJourney(shown.body), [shown.body]);
  const live = shown.isDraft ? undefined : counts.data;
  const placed = useMemo(() => (journey ? layOut(journey, live, names, measureText) : null), [journey, live, names]);
  const steps = useMemo(() => (live ? new Map(live.steps.map((row) => [row.step, row])) : null), [live]);
  const wrong = useMemo(() => wrongSteps(journey, shown.mistakes), [journey, shown.mistakes]);

  const version = shown.version ?? shown.current;
  const what = useMemo(
    () => (shown.isDraft ? (journey ? { body: journey } : null) : version === null ? null : { version }),
    [shown.isDraft, journey, version],
  );
  const { trying, way: tried } = useTry(key, what);
  const gone = useMemo(() => (traced ? wayOf(traced) : null), [traced]);
  const way = address.trace === undefined ? tried : gone;
  const hasWay = trying !== null || address.trace !== undefined;

  const step = journey?.steps.find((one) => one.key === address.step);
  const showsWay = hasWay && !(step && address.panel === 'step');
  const about = address.about === '1' && !step && !hasWay;
  const choose = (next: string | null): void => setAddress({ step: next ?? undefined, about: undefined });
  const close = (): void => {
    if (!hasWay) choose(null);
    else if (showsWay) setAddress({ try: undefined, trace: undefined, run: undefined, step: undefined });
    else setAddress({ panel: undefined });
  };
  const tryIt = (): void => setAddress({ try: '1', trace: undefined, run: undefined, about: undefined, panel: undefined, view: undefined });
  const [reached, setReached] = useState<string>();
  const chooseNow = useRef(choose);
  chooseNow.current = choose;
  const acts = useMemo<CanvasActs>(
    () => ({
      choose: (next) => {
        setReached(next ?? undefined);
        chooseNow.current(next);
      },
      reach: setReached,
    }),
    [],
  );
  const chosen = useMemo(() => new Set(address.step === undefined ? [] : [address.step]), [address.step]);
  const move = (by: number): void | false => {
    if (!journey) return false;
    const at = journey.steps.findIndex((one) => one.key === address.step);
    choose(journey.steps[Math.min(Math.max(at + by, 0), journey.steps.length - 1)]!.key);
  };
  useFocusBack(step !== undefined || about || hasWay);
  useKeys({ j: () => move(1), k: () => move(-1), t: tryIt, Escape: () => (step || about || hasWay ? close() : false) });

  const row = rows.data?.items.find((one) => one.key === key);
  const scope = `journey:${key}`;
  const stopped = switches.data?.items.some((item) => item.scope === scope) ?? row?.stopped ?? false;
  const archived = (row?.archivedAt ?? null) !== null;
  const name = journey?.name ?? row?.name ?? key;
  const words = address.view === 'words';
  const inForce = useMemo(() => readJourney(shown.live), [shown.live]);
  /** Whether a colleague can send somebody in. */
  const takesPeople = inForce?.steps.some((one) => one.kind === 'entry' && 'by' in one.on && one.on.by === 'api') ?? false;
  const problem: ProblemError | null = shown.problem ?? counts.error;

  return (
    <Page
      fit="fill"
      tab={name}
      title={
        <>
          {name} {shown.isDraft ? <Chip tone="warn">Draft</Chip> : row && <JourneyStatus row={{ ...row, stopped }} />}
        </>
      }
      purpose={journey?.intent}
      actions={
        <>
          {!archived && (
            <Button
              variant={shown.published && !stopped ? 'filled' : 'default'}
              onClick={() => setAddress({ edit: '1', version: undefined, about: undefined, view: undefined }, { replace: false })}
            >
              {shown.hasDraft ? 'Go on editing' : 'Edit'}
            </Button>
          )}
          {shown.published &&
            !archived &&
            (stopped ? (
              <Button onClick={() => setAsked({ scope, stop: false })}>Let it go on</Button>
            ) : (
              <Button variant="light" color="red" onClick={() => setAsked({ scope, stop: true })}>
                Stop
              </Button>
            ))}
          {row && <JourneyMenu row={row} takesPeople={takesPeople} onSteer={setSteering} />}
        </>
      }
      bar={
        <>
          {shown.definition && <StandingStrip definition={shown.definition} />}
          {ramp && isOpen(ramp) && <RampStrip journeyKey={key} ramp={ramp} />}
          <VersionMenu
            shown={shown}
            ramp={ramp}
            live={counts.data?.versions ?? []}
            onChange={(version) => setAddress({ version, step: undefined })}
            onCompare={(compare) => setAddress({ compare, step: undefined, view: undefined, about: undefined }, { replace: false })}
            onMove={(move) => setAddress({ move })}
          />
          <Segmented
            label="How to show it"
            value={words ? 'words' : 'drawn'}
            choices={[
              { value: 'drawn', label: 'Drawn' },
              { value: 'words', label: 'In words' },
            ]}
            onChange={(next) => setAddress({ view: next === 'words' ? 'words' : undefined })}
          />
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            className={css.fixed ?? ''}
            onClick={() => setAddress({ about: about ? undefined : '1', step: undefined })}
            aria-expanded={about}
          >
            About and ends
          </Button>
          <Button
            size="xs"
            variant="default"
            className={css.fixed ?? ''}
            aria-expanded={trying !== null}
            data-keys="t"
            data-tip="The way that one person would take"
            onClick={() => (trying ? setAddress({ try: undefined, panel: undefined }) : tryIt())}
          >
            Try with a person
          </Button>
          <span className={css.space} />
          {row && !shown.isDraft && <JourneyFigures row={row} />}
        </>
      }
    >
      {unreadable ? (
        <Empty
          title="Only its text can show it"
          action={
            <Button component={To} to={`definitions/journey/${key}`}>
              Open the text
            </Button>
          }
        >
          The draft is written in a way that the canvas cannot draw: a step has no key, or is of no kind that is known.
        </Empty>
      ) : problem ? (
        <ProblemView problem={problem} page />
      ) : !shown.ready ? (
        <div className={css.waiting}>
          <Bones lines={8} />
        </div>
      ) : !journey || !placed ? (
        <Empty title="There is nothing to draw yet">This journey has no steps. Open its definition and give it an entry.</Empty>
      ) : words ? (
        <InWords journeyKey={key} journey={journey} names={names} steps={steps} chosen={step?.key} onChoose={choose} />
      ) : (
        <Canvas
          key={`${key} ${shown.isDraft ? 'draft' : shown.version}`}
          journeyKey={key}
          placed={placed}
          steps={steps}
          current={reached ?? step?.key}
          chosen={chosen}
          wrong={wrong}
          way={way}
          acts={acts}
        />
      )}
      {journey && trying && showsWay && address.trace === undefined && (
        <Peek title="Try with a person" onClose={close}>
          <Suspense fallback={<Bones lines={8} />}>
            <TryPanel
              trying={trying}
              journey={journey}
              names={names}
              chosen={step?.key}
              onChoose={choose}
              onOpenStep={(next) => setAddress({ step: next, panel: 'step' })}
              openStep="About this step"
            />
          </Suspense>
        </Peek>
      )}
      {showsWay && address.trace !== undefined && (
        <Peek title="The way so far" onClose={close}>
          <TracePanel trace={traced} problem={trace.error} journey={journey} names={names} chosen={step?.key} onChoose={choose} />
        </Peek>
      )}
      {journey && step && !showsWay && (
        <Peek
          key={step.key}
          title={
            <>
              Step <span className="mono">{step.key}</span>
            </>
          }
          onClose={close}
        >
          <StepPanel
            journeyKey={key}
            journey={journey}
            step={step}
            names={names}
            counts={live}
            wrong={wrong.get(step.key)?.message}
            onChoose={choose}
          />
        </Peek>
      )}
      {journey && about && (
        <Peek title="About this journey" onClose={() => choose(null)}>
          <AboutJourney journey={journey} ends={live?.ends} />
        </Peek>
      )}
      <StopConfirm asked={asked} onClose={() => setAsked(null)} />
      {shown.published && <MigratePeople journeyKey={key} />}
      {steering === 'in' && <SendIn journeyKey={key} name={name} onClose={() => setSteering(null)} />}
      {steering === 'out' && <TakeOut journeyKey={key} name={name} onClose={() => setSteering(null)} />}
    </Page>
  );
}

/** "steps.3.template" is a mistake of the fourth step. */
function wrongSteps(journey: ReturnType<typeof readJourney>, mistakes: readonly { path: string; message: string }[]): Map<string, Wrong> {
  const wrong = new Map<string, Wrong>();
  for (const { path, message } of mistakes) {
    const at = /^steps\.(\d+)/.exec(path)?.[1];
    const step = at === undefined ? undefined : journey?.steps[Number(at)];
    if (step) wrong.set(step.key, { level: 'error', message });
  }
  return wrong;
}
