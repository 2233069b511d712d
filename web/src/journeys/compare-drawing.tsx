import { useMemo, useRef, useState } from 'react';
import type { Journey } from '#contract/journey.ts';
import { compareJourneys, type Sentence, sayComparison } from '#engine/journey/compare.ts';
import { Canvas } from './canvas.tsx';
import type { CanvasActs } from './canvas-acts.ts';
import type { Wrong } from './card.tsx';
import { compareOutline } from './compare-outline.ts';
import css from './compare.module.css';
import { arrange, drawn } from './lay-out.ts';
import { measureText } from './measure-text.ts';
import { type Names, namedRule } from './named.ts';
import { sayCard } from './read-journey.ts';

/** What differs between two versions, in sentences, with names for keys. */
export function useComparison(before: Journey, after: Journey, names: Names) {
  return useMemo(() => {
    const comparison = compareJourneys(before, after);
    const sentences = sayComparison(comparison, before, after, {
      step: (step) => sayCard(step, names),
      rule: (rule) => namedRule(rule, names),
      text: (field, text) =>
        (field === 'template' ? names.templates : field === 'topic' ? names.topics : field === 'journey' ? names.journeys : null)?.get(
          text,
        ) ?? text,
    });
    return { comparison, sentences };
  }, [before, after, names]);
}

const noWrong: ReadonlyMap<string, Wrong> = new Map();

/** The newer of two versions, with what came in green, what says something else in amber, and what is gone as ghosts. */
export function CompareDrawing({
  journeyKey,
  before,
  after,
  names,
  comparison,
  step,
  onStep,
}: {
  journeyKey: string;
  before: Journey;
  after: Journey;
  names: Names;
  comparison: ReturnType<typeof useComparison>['comparison'];
  /** The step that is looked at. */
  step: string | undefined;
  onStep: (step: string | undefined) => void;
}) {
  const { placed, marks } = useMemo(() => {
    const { outline, ...found } = compareOutline(before, after, comparison, names, measureText);
    return { placed: drawn(outline, arrange(outline)), marks: found };
  }, [before, after, comparison, names]);
  const [reached, setReached] = useState<string>();
  const stepNow = useRef(onStep);
  stepNow.current = onStep;
  const acts = useMemo<CanvasActs>(() => ({ choose: (next) => stepNow.current(next ?? undefined), reach: setReached }), []);
  const chosen = useMemo(() => new Set(step === undefined ? [] : [step]), [step]);
  return (
    <Canvas
      journeyKey={journeyKey}
      placed={placed}
      steps={null}
      current={step ?? reached}
      chosen={chosen}
      wrong={noWrong}
      acts={acts}
      marks={marks}
    />
  );
}

/** The same as a list of sentences; each that is about a step leads to its card. */
export function ChangeList({
  sentences,
  step,
  onStep,
}: {
  sentences: readonly Sentence[];
  step?: string | undefined;
  onStep?: (step: string) => void;
}) {
  if (sentences.length === 0) return <p className="faint">Nothing differs.</p>;
  return (
    <ul className={css.changes} aria-label="What differs">
      {sentences.map(({ kind, step: of, text }) => {
        const [lead, ...rest] = text.split(': ');
        const words = (
          <>
            <strong data-kind={kind}>{lead}</strong> {rest.join(': ')}
          </>
        );
        return (
          <li key={`${of} ${text}`} data-current={(of !== null && of === step) || undefined}>
            {of === null || !onStep ? (
              <p>{words}</p>
            ) : (
              <button type="button" aria-pressed={of === step} onClick={() => onStep(of)}>
                {words}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
