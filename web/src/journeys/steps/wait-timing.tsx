import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import { sayDuration } from '#contract/instant.ts';
import type { StepOf } from '#contract/steps/index.ts';
import { lengthOf, suggestionFor, withLength } from '#engine/journey/wait-length.ts';
import { Bones } from '../../parts/skeleton.tsx';
import { useRoute } from '../../query.ts';
import { SaidTime, spanOf, TimingChart, TooFew } from '../timing.tsx';
import css from '../timing.module.css';
import { useAround } from './context.ts';

type Wait = StepOf<'wait'>;

/** How long people really take from what begins the journey to its goal, and the length that this suggests for a wait. Nothing where that cannot be asked. */
export function WaitTiming({ step, onChange }: { step: Wait; onChange: (part: Partial<Wait>, what: string) => void }) {
  const { journey } = useAround();
  const span = spanOf(journey);
  const [chosen, setChosen] = useState<string | null>(null);
  const from = span?.from.find((name) => name === chosen) ?? span?.from[0] ?? '';
  const asks = span !== null && lengthOf(step) !== null && from !== '' && span.to !== '';
  const { data: timing, error } = useRoute(
    'getJourneyTiming',
    { query: { from, to: span?.to ?? '' } },
    { enabled: asks, staleTime: 60_000 },
  );
  if (!asks || error) return null;
  if (!timing)
    return (
      <div className={css.timing}>
        <Bones lines={3} />
      </div>
    );
  const which = span.from.length > 1 && (
    <div className={css.which}>
      <span className="quiet">After</span>
      <Select
        aria-label="Counted from"
        size="xs"
        data={span.from}
        value={from}
        allowDeselect={false}
        onChange={(next) => setChosen(next)}
      />
    </div>
  );
  if (timing.suggestions === null || timing.times === null)
    return (
      <div className={css.timing} data-timing>
        {which}
        <p className={css.quiet}>
          <TooFew timing={timing} />
        </p>
      </div>
    );
  const suggestion = suggestionFor(journey, step, timing.suggestions);
  const length = suggestion?.length ?? null;
  const now = lengthOf(step)!.length;
  const take = (): void => {
    const { for: while_, untilRule, timeout } = withLength(step, length!);
    onChange(
      {
        ...(while_ === undefined ? {} : { for: while_ }),
        ...(untilRule && timeout ? { untilRule, timeout } : {}),
        ...(timeout ? { timeout } : {}),
      },
      'how long',
    );
  };
  const latest = timing.suggestions.at(-1);
  return (
    <div className={css.timing} data-timing>
      {which}
      <p>{suggestion ? <SaidTime timing={timing} {...suggestion} /> : latest && <SaidTime timing={timing} {...latest} />}</p>
      <TimingChart timing={timing} />
      {!suggestion && <p className={css.quiet}>Three waits come before this one; hardly anybody comes by themselves as late as it ends.</p>}
      {suggestion && length === null && (
        <p className={css.quiet}>The waits before this one take {sayDuration(suggestion.before)}, which is as long or longer.</p>
      )}
      {suggestion && length !== null && (
        <>
          {length !== suggestion.after && (
            <p className={css.quiet}>
              The waits before this one take {sayDuration(suggestion.before)}; this one would take the rest of it, {sayDuration(length)}.
            </p>
          )}
          {sayDuration(length) === sayDuration(now) ? (
            <p className={css.quiet}>This wait is as long as that.</p>
          ) : (
            <Button size="xs" variant="default" onClick={take} style={{ justifySelf: 'start' }}>
              Use {sayDuration(length)}
            </Button>
          )}
        </>
      )}
      {isNarrowed(journey) && <p className={css.quiet}>Every one of them is counted, whatever its properties.</p>}
    </div>
  );
}

const isNarrowed = ({ goal, steps }: ReturnType<typeof useAround>['journey']): boolean =>
  (goal?.on.where ?? []).length > 0 ||
  steps.some((step) => step.kind === 'entry' && 'event' in step.on && (step.on.where ?? []).length > 0);
