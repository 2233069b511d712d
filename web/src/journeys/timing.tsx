import { Fragment } from 'react';
import { sayDuration } from '#contract/instant.ts';
import type { Journey } from '#contract/journey.ts';
import type { JourneyTiming } from '#contract/routes/journeys.ts';
import { sayShare } from '#engine/journey/timing.ts';
import { BarRow, Chart } from '../parts/chart.tsx';
import { plural, sayNumber } from '../parts/number.ts';
import { useReading } from '../parts/use-reading.ts';

/** The events that begin a journey, and the one that is its goal; null for one that no event begins, or without a goal. */
export function spanOf(journey: Journey): { from: string[]; to: string } | null {
  const from = [...new Set(journey.steps.flatMap((step) => (step.kind === 'entry' && 'event' in step.on ? [step.on.event] : [])))];
  return journey.goal && from.length > 0 ? { from, to: journey.goal.on.event } : null;
}

/** How much is missing until times can be told. */
export function TooFew({ timing }: { timing: JourneyTiming }) {
  const { from, to, began, converted, needed } = timing;
  if (began === 0)
    return (
      <>
        Nobody has done <b>{from}</b> in the last year. A time is suggested once {needed} of those who do have done <b>{to}</b> after it.
      </>
    );
  return (
    <>
      Of {plural(began, 'person', 'people')} who did <b>{from}</b> in the last year, {converted === 0 ? 'nobody' : sayNumber(converted)} did{' '}
      <b>{to}</b> after it. {plural(needed - converted, 'more is', 'more are')} needed before a time can be suggested.
    </>
  );
}

/** "Of 212 who did Order Completed after Product Added, half did so within 6 hours." */
export function SaidTime({ timing, share, after }: { timing: JourneyTiming; share: number; after: string }) {
  return (
    <>
      Of {sayNumber(timing.converted)} who did <b>{timing.to}</b> after <b>{timing.from}</b>, {sayShare(share)} did so within{' '}
      <b>{sayDuration(after)}</b>.
    </>
  );
}

/** The same of every time that is suggested. */
export function SaidTimes({ timing }: { timing: JourneyTiming }) {
  const [first, ...others] = timing.suggestions ?? [];
  if (!first) return null;
  return (
    <>
      Of {sayNumber(timing.converted)} who did <b>{timing.to}</b> after <b>{timing.from}</b>, {sayShare(first.share)} did so within{' '}
      <b>{sayDuration(first.after)}</b>
      {others.map(({ share, after }) => (
        <Fragment key={share}>
          , {sayShare(share)} within <b>{sayDuration(after)}</b>
        </Fragment>
      ))}
      .
    </>
  );
}

/** How long people took, bar by bar. */
export function TimingChart({ timing }: { timing: JourneyTiming }) {
  const { histogram, from, to } = timing;
  const last = histogram.findLastIndex((bar) => bar.people > 0);
  const bars = histogram.slice(0, last + 1).map((bar, index) => ({
    ...bar,
    words: index === 0 ? `up to ${sayDuration(bar.upTo)}` : `${sayDuration(histogram[index - 1]!.upTo)} to ${sayDuration(bar.upTo)}`,
  }));
  const title = `How long people took from ${from} to ${to}`;
  const { at, props } = useReading(
    bars.length,
    title,
    (index) => `${bars[index]!.words}: ${plural(bars[index]!.people, 'person', 'people')}`,
  );
  return (
    <Chart
      title={title}
      table={{
        columns: ['Took', 'People'],
        rows: bars.map(({ upTo, words, people }) => ({ key: upTo, cells: [words, sayNumber(people)] })),
      }}
      from={at === null ? `up to ${sayDuration(bars[0]!.upTo)}` : `${bars[at]!.words}: ${sayNumber(bars[at]!.people)}`}
      to={at === null ? sayDuration(bars.at(-1)!.upTo) : null}
    >
      <div {...props}>
        <BarRow values={bars.map((bar) => bar.people)} color="var(--chart-2)" at={at} height={44} />
      </div>
    </Chart>
  );
}
