import { useMemo } from 'react';
import type { Journey } from '#contract/journey.ts';
import type { Signals } from '#contract/signals.ts';
import type { StepOf } from '#contract/steps/index.ts';
import { passesOf, saySignal, signalAsks, signalsBehind } from '#engine/house/signals.ts';
import { plural, sayNumber, sayPercent } from '../parts/number.ts';
import { Time } from '../parts/time.tsx';
import { useTrial } from '../query.ts';
import { useNow } from '../session/workspace.tsx';
import css from './branch-signals.module.css';

/** What the branches of a journey rest on; undefined until it is known. A half written rule is not asked. */
export function useSignals(key: string, journey: Journey): Signals | undefined {
  const body = useMemo(() => {
    const steps = journey.steps.filter(({ kind }) => kind === 'branch' || kind === 'split').map((step) => step.key);
    try {
      return steps.length === 0 ? null : { asks: signalAsks(journey), steps };
    } catch {
      return null;
    }
  }, [journey]);
  return useTrial('readSignals', body && { params: { key }, body }, { staleTime: 60_000 }).data;
}

/** Beside a branch or a split: what each path rests on, and how often each way was taken. */
export function BranchSignals({
  journeyKey,
  journey,
  step,
}: {
  journeyKey: string;
  journey: Journey;
  step: StepOf<'branch'> | StepOf<'split'>;
}) {
  const now = useNow();
  const signals = useSignals(journeyKey, journey);
  if (!signals) return null;
  const passes = passesOf(step, signals);
  const all = signals.ways.filter((way) => way.step === step.key).reduce((sum, way) => sum + way.count, 0);
  return (
    <section className={css.signals} aria-label="What it rests on">
      {step.kind === 'branch' && (
        <>
          <h3>What it rests on</h3>
          <ul>
            {step.paths.map((path, index) =>
              signalsBehind(path.when, signals, now).map((signal) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: paths have no other name
                <li key={`${index} ${signal.kind} ${signal.key}`} data-weak={signal.isWeak || undefined}>
                  <span>
                    {path.label}: {saySignal(signal)}
                  </span>
                  <span className="quiet">
                    {sayNumber(signal.has)} of {plural(signals.people, 'person', 'people')} ({sayPercent(signal.has, signals.people)})
                    {signal.lastAt !== null && (
                      <>
                        , last <Time at={new Date(signal.lastAt).toISOString()} />
                      </>
                    )}
                    {signal.isStale ? ' – stale' : signal.isThin ? ' – thin' : ''}
                  </span>
                </li>
              )),
            )}
          </ul>
        </>
      )}
      <h3>
        Ways taken in {signals.days} days, {sayNumber(all)} in all
      </h3>
      <ul>
        {passes.map(({ label, count }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two paths may be called alike
          <li key={`${index} ${label}`}>
            <span>{label}</span>
            <span className="quiet">
              {count === null ? 'leads where another way leads too' : `${sayNumber(count)} (${sayPercent(count, all)})`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
