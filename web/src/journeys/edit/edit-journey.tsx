import { Button } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { lazy, Suspense, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { Journey } from '#contract/journey.ts';
import type { Finding } from '#engine/journey/check.ts';
import type { Reply } from '../../api.ts';
import { DefinitionStatus } from '../../definitions/definitions.tsx';
import { ReviewChip } from '../../definitions/say-review.tsx';
import { To, useAddress } from '../../parts/address.tsx';
import { isStillAt } from '../../parts/focus-back.ts';
import { redo, undo } from '../../parts/history.ts';
import { plural } from '../../parts/number.ts';
import { said } from '../../parts/notify.ts';
import { Page } from '../../parts/page.tsx';
import { Peek } from '../../parts/peek.tsx';
import { Bones } from '../../parts/skeleton.tsx';
import { useRoute } from '../../query.ts';
import { useNow } from '../../session/workspace.tsx';
import { useSignals } from '../branch-signals.tsx';
import { Canvas, cardOf, reachCard } from '../canvas.tsx';
import { ActsContext, type CanvasActs, type Dragged } from '../canvas-acts.ts';
import type { Wrong } from '../card.tsx';
import { outlineOf } from '../lay-out.ts';
import { measureText } from '../measure-text.ts';
import { MigratePeople } from '../migrate-people.tsx';
import { useNames } from '../use-names.ts';
import { usePlaced } from '../use-placed.ts';
import { useTry } from '../way/use-try.ts';
import { CanvasHelp } from './canvas-help.tsx';
import { choicesFor, usualOf } from './choices.ts';
import { journeyReading } from './draft.ts';
import css from './edit-journey.module.css';
import { EditBar } from './edit-bar.tsx';
import { EditPanel } from './edit-panel.tsx';
import { firstField, focusField } from './focus-field.ts';
import { useUnfinished } from './half-written.ts';
import { Palette } from './palette.tsx';
import { PublishJourney, usePending } from './publish-journey.tsx';
import { savePicture } from './save-picture.ts';
import { SaveState } from './save-state.tsx';
import { SidePalette } from './side-palette.tsx';
import { useCanvasKeys } from './use-canvas-keys.ts';
import { none, shelved, useCommands } from './use-commands.ts';
import { useDraft } from './use-draft.ts';
import { acrossOf, fieldOf, findingsOf, useHouse, useKnown } from './use-known.ts';
import { type Spot, spotId, spotsOf, stepOf, waysOf } from './ways.ts';

const TryPanel = lazy(async () => ({ default: (await import('../way/try-panel.tsx')).TryPanel }));

interface Asked {
  spot: Spot;
  beside: Element;
}

/** The draft of a journey on its canvas: every edit is a pure move, saved by itself, checked as one goes, and published when somebody says so. */
export function EditJourney({ definition, first }: { definition: Reply<'getDefinition'>; first: Journey }) {
  const { key } = definition;
  const [address, setAddress] = useAddress();
  const draft = useDraft<Journey>(definition, first, journeyReading);
  const { now: journey, edit, history, setHistory, save } = draft;
  const unfinished = useUnfinished();
  const names = useNames();
  const vocabulary = useRoute('getVocabulary', undefined, { staleTime: 60_000 }).data;
  const journeys = useRoute('listJourneys', undefined).data?.items;
  const counts = useRoute('getJourneyCounts', { params: { key }, query: {} }, { enabled: definition.version !== null }).data;
  const known = useKnown(key, journey);
  const house = useHouse(key);
  const pending = usePending(journey, draft.mistakes);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [dialog, setDialog] = useState<'publish' | 'help' | null>(null);
  const [dragging, setDragging] = useState<Dragged | null>(null);
  const [goal, setGoal] = useState<{ step: string | null; field: string; from: Element | null } | null>(null);
  const wanted = useRef<{ step: string; from: Element | null } | null>(null);

  const usual = useMemo(
    () =>
      usualOf(journey, {
        events: (vocabulary?.events ?? []).map((each) => each.name),
        topics: (vocabulary?.topics ?? []).map((each) => each.key),
        scores: (vocabulary?.scores ?? []).map((each) => each.key),
        stages: (vocabulary?.stages ?? []).map((each) => each.key),
        journeys: (journeys ?? []).map((each) => each.key).filter((each) => each !== key),
        owners: vocabulary?.owners ?? [],
        dates: (vocabulary?.traits ?? []).flatMap((each) => (each.name !== null && each.types.includes('date') ? [each.path] : [])),
      }),
    [journey, vocabulary, journeys, key],
  );
  const commands = useCommands(journey, edit, {
    names,
    usual,
    first: address.step,
    onReach: (step, open) => {
      wanted.current = { step, from: document.activeElement };
      if (open || address.step !== undefined) setAddress({ step, panel: undefined });
    },
  });
  const { choosing } = commands;
  const open = stepOf(journey, address.step);
  const { trying, way } = useTry(
    key,
    useMemo(() => ({ body: journey }), [journey]),
  );
  const isOpen = open !== undefined && (trying === null || address.panel === 'step');
  const panel = isOpen ? 'step' : address.panel === 'settings' || address.panel === 'problems' ? address.panel : null;
  const tries = trying !== null && panel === null;

  const drawn = useDeferredValue(journey);
  const placed = usePlaced(useMemo(() => outlineOf(drawn, counts, names, measureText, { apart: true }), [drawn, counts, names]));
  const steps = useMemo(() => (counts ? new Map(counts.steps.map((row) => [row.step, row])) : null), [counts]);
  const signals = useSignals(key, drawn);
  const today = Math.floor(useNow() / 86_400_000) * 86_400_000;
  const across = useMemo(() => acrossOf(key, drawn, house, signals, today), [key, drawn, house, signals, today]);
  const findings = useMemo(
    () => findingsOf(journey, known, across, draft.mistakes, new Set(pending.map((row) => `${row.kind}/${row.key}`))),
    [journey, known, across, draft.mistakes, pending],
  );
  const wrong = useMemo(() => wrongOf(findings), [findings]);
  const errors = findings.filter((each) => each.level === 'error').length;

  // After an edit the keyboard is on what was edited.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it waits for the drawing
  useEffect(() => {
    const to = wanted.current;
    if (to === null || !placed.nodes.some(({ id }) => id === to.step)) return;
    wanted.current = null;
    reachCard(to.step, to.from);
  }, [placed, choosing]);
  // A finding leads to its step, and in its panel to its field.
  useEffect(() => {
    if (goal === null || (goal.step === null ? panel !== 'settings' : address.step !== goal.step)) return;
    const timer = setTimeout(() => {
      if (isStillAt(goal.from)) focusField(goal.field);
      setGoal(null);
    }, 60);
    return () => clearTimeout(timer);
  }, [goal, address.step, panel]);

  const ask = (spot: Spot, beside: Element): void => setAsked({ spot, beside });
  const choose = (step: string | null, more: boolean, byKeys: boolean): void => {
    if (step === null) {
      commands.setChoosing(none);
      setAddress({ step: undefined, panel: undefined });
      return;
    }
    commands.choose(step, more);
    if (more) return;
    setAddress({ step, panel: undefined });
    if (byKeys && !trying) setGoal({ step, field: firstField, from: document.activeElement });
  };
  const latest = useRef({ choose, ask, commands });
  latest.current = { choose, ask, commands };
  const acts = useMemo<CanvasActs>(
    () => ({
      choose: (step, more, byKeys) => latest.current.choose(step, more, byKeys),
      reach: (step) => latest.current.commands.setChoosing((now) => ({ ...now, current: step })),
      edit: {
        ask: (spot, beside) => latest.current.ask(spot, beside),
        drop: (spot, dragged) => {
          setDragging(null);
          latest.current.commands.drop(spot, dragged);
        },
        drag: setDragging,
      },
    }),
    [],
  );
  const close = (): void => {
    const back = open?.key ?? choosing.current;
    if (trying) return void setAddress(tries ? { try: undefined, step: undefined } : { panel: undefined });
    setAddress({ step: undefined, panel: undefined });
    if (back !== undefined) reachCard(back);
  };
  const askAfter = (): void => {
    const step = stepOf(journey, choosing.current) ?? journey.steps.at(-1)!;
    const ways = waysOf(step);
    const way = ways.find((each) => each.next === null) ?? ways[0];
    const card = cardOf(step.key);
    if (!way || !card) return void said('Nothing follows a step that ends the run. Choose the step before it.');
    ask({ from: step.key, at: way.at }, card);
  };
  const paste = (clip: Parameters<typeof commands.pasteAt>[1]): void => {
    const spot = commands.spotAfter(choosing.current ?? journey.steps[0]?.key);
    if (spot) commands.pasteAt(spot, clip);
    else said('Nothing can follow a step that ends the run. Choose the step before it.');
  };
  /** Where what was chosen is gone by it, the keyboard goes to the step that led to it. */
  const travel = (go: (from: typeof history) => typeof history): void => {
    const then = go(history).now;
    const gone = choosing.current;
    setHistory(go);
    if (gone === undefined || stepOf(then, gone)) return;
    const before = journey.steps.find((step) => stepOf(then, step.key) && waysOf(step).some(({ next }) => next === gone)) ?? then.steps[0];
    if (before === undefined) return;
    commands.choose(before.key, false);
    wanted.current = { step: before.key, from: document.activeElement };
    if (address.step === gone) setAddress({ step: undefined });
  };
  useCanvasKeys({
    undo: () => travel(undo),
    redo: () => travel(redo),
    enter: () => reachCard(stepOf(journey, choosing.current)?.key ?? journey.steps[0]?.key ?? ''),
    save: () => void save(),
    help: () => setDialog('help'),
    ask: askAfter,
    remove: commands.removeChosen,
    duplicate: commands.duplicateChosen,
    chooseAll: commands.chooseAll,
    problems: () => setAddress({ step: undefined, panel: panel === 'problems' ? undefined : 'problems' }),
    settings: () => setAddress({ step: undefined, panel: panel === 'settings' ? undefined : 'settings' }),
    tryIt: () => setAddress({ try: address.try ?? '1', panel: undefined }),
    escape: () => {
      if (panel === null && !tries && choosing.chosen.size === 0) return false;
      if (panel === null && !tries) commands.setChoosing((now) => ({ ...now, chosen: new Set() }));
      else close();
      return true;
    },
    copy: commands.copied,
    cut: commands.cut,
    paste,
  });
  useBlocker({
    shouldBlockFn: async ({ current, next }) =>
      current.pathname !== next.pathname &&
      !(await save()) &&
      !window.confirm('The draft has changes that could not be saved. Leave without them?'),
    enableBeforeUnload: () => draft.state !== 'saved',
  });

  const name = journey.name || key;
  const changed = definition.hasDraft || definition.version === null || draft.state !== 'saved' || pending.length > 0;
  const asking = asked && stepOf(journey, asked.spot.from);
  const clip = asked ? shelved() : null;
  return (
    <Page
      fit="fill"
      tab={name}
      title={
        <>
          {name} <DefinitionStatus row={definition} /> {draft.state === 'saved' && <ReviewChip review={definition.review} />}
        </>
      }
      purpose={
        <>
          <To to="journeys" className="text-link">
            Journeys
          </To>{' '}
          <span className="faint">/</span> <span className="mono">{key}</span>
        </>
      }
      actions={
        <>
          <SaveState state={draft.state} problem={draft.problem} save={save} unfinished={unfinished} />
          <Button
            onClick={() => void save().then((done) => done && setDialog('publish'))}
            disabled={!changed || errors > 0}
            data-tip={errors > 0 ? 'Mend the errors first' : changed ? undefined : 'The draft is what is live'}
          >
            Publish
          </Button>
        </>
      }
      bar={
        <EditBar
          definition={definition}
          save={save}
          pending={pending}
          errors={errors}
          findings={findings.length}
          panel={panel}
          onPanel={(next) => setAddress({ step: undefined, panel: panel === next ? undefined : next })}
          history={history}
          onHistory={setHistory}
          isTried={trying !== null}
          onTry={() => setAddress(trying ? { try: undefined, panel: undefined } : { try: '1', panel: undefined })}
          onEntry={commands.addEntry}
          onPicture={(format) =>
            void savePicture(placed, key, format).catch(() => said('The picture could not be made. Save it as SVG instead.'))
          }
          onHelp={() => setDialog('help')}
          onLeave={() => void save().then(() => setAddress({ edit: '0', step: undefined, panel: undefined }, { replace: false }))}
        />
      }
    >
      <div className={css.work}>
        {draft.clash && (
          <div className={css.notice} role="status">
            <span>The draft was changed elsewhere since you began.</span>
            <Button size="xs" variant="default" onClick={draft.clash.take}>
              Take theirs
            </Button>
            <Button size="xs" variant="default" onClick={draft.clash.keep}>
              Keep mine
            </Button>
          </div>
        )}
        <div className={css.drawing}>
          <ActsContext.Provider value={acts}>
            <div className={css.palette}>
              <SidePalette choices={choicesFor(journey)} />
            </div>
          </ActsContext.Provider>
          <div className={css.canvas} data-canvas>
            <Canvas
              journeyKey={key}
              placed={placed}
              steps={steps}
              current={choosing.current}
              chosen={choosing.chosen}
              wrong={wrong}
              way={way}
              acts={acts}
              dragging={dragging !== null}
              onWalk={(step, more) => {
                commands.choose(step, more);
                if (open && !more) setAddress({ step });
              }}
            />
          </div>
          {choosing.chosen.size > 1 && (
            <div className={css.chosen} role="group" aria-label="What is chosen">
              {plural(choosing.chosen.size, 'step')} chosen
              <Button size="xs" variant="default" onClick={commands.copied}>
                Copy
              </Button>
              <Button size="xs" variant="default" onClick={commands.duplicateChosen}>
                Duplicate
              </Button>
              <Button size="xs" variant="light" color="red" onClick={commands.removeChosen}>
                Remove
              </Button>
            </div>
          )}
        </div>
      </div>
      {trying && tries && (
        <Peek title="Try with a person" onClose={close}>
          <Suspense fallback={<Bones lines={8} />}>
            <TryPanel
              trying={trying}
              journey={journey}
              names={names}
              chosen={open?.key}
              onChoose={(step) => {
                commands.choose(step, false);
                setAddress({ step });
              }}
              onOpenStep={(step) => setAddress({ step, panel: 'step' })}
              openStep="Edit this step"
            />
          </Suspense>
        </Peek>
      )}
      {panel && (
        <EditPanel
          journeyKey={key}
          panel={panel}
          step={open}
          journey={journey}
          findings={findings}
          vocabulary={vocabulary}
          usual={usual}
          names={names}
          counts={counts}
          commands={commands}
          onEdit={edit}
          onClose={close}
          onRename={(to) => {
            commands.setChoosing({ current: to, chosen: new Set([to]) });
            setAddress({ step: to });
          }}
          onGo={(finding) => {
            if (finding.step !== null) commands.choose(finding.step, false);
            setAddress(finding.step === null ? { step: undefined, panel: 'settings' } : { step: finding.step, panel: undefined });
            setGoal({ step: finding.step, field: fieldOf(finding), from: document.activeElement });
          }}
        />
      )}
      {asked && asking && (
        <Palette
          beside={asked.beside}
          choices={choicesFor(journey)}
          ways={spotsOf(asking).map((spot, index) => ({ id: spotId(spot), label: waysOf(asking)[index]!.label ?? 'usually' }))}
          way={spotId(asked.spot)}
          onWay={(id) => setAsked({ ...asked, spot: spotsOf(asking).find((spot) => spotId(spot) === id)! })}
          onPick={(choice) => {
            setAsked(null);
            commands.insertAt(asked.spot, choice);
          }}
          onPaste={
            clip &&
            (() => {
              setAsked(null);
              commands.pasteAt(asked.spot, clip);
            })
          }
          onClose={() => {
            setAsked(null);
            cardOf(asked.spot.from)?.focus({ preventScroll: true });
          }}
        />
      )}
      <PublishJourney
        open={dialog === 'publish'}
        definition={definition}
        pending={pending}
        onClose={() => setDialog(null)}
        onPublished={(underWay) => underWay > 0 && setAddress({ move: String(definition.version), step: undefined, panel: undefined })}
      />
      {definition.version !== null && <MigratePeople journeyKey={key} />}
      <CanvasHelp open={dialog === 'help'} onClose={() => setDialog(null)} />
    </Page>
  );
}

/** The worst of what is wrong at each step. */
function wrongOf(findings: readonly Finding[]): Map<string, Wrong> {
  const wrong = new Map<string, Wrong>();
  for (const { step, level, message } of findings) if (step !== null && !wrong.has(step)) wrong.set(step, { level, message });
  return wrong;
}
