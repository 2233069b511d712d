import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ExperimentArm, ExperimentView } from '#contract/experiment.ts';
import { sayDuration } from '#contract/instant.ts';
import { fullStop } from '#contract/sentence.ts';
import { sayMatch } from '#engine/rule/words.ts';
import { Confirm } from '../parts/confirm.tsx';
import { plural, sayNumber, sayPercent, sayTenth } from '../parts/number.ts';
import { Time } from '../parts/time.tsx';
import { Chip, type Tone } from '../parts/tone.tsx';
import { useChange, useRoute } from '../query.ts';
import css from './experiment-result.module.css';

export const stateWords: Record<ExperimentView['state'], string> = { running: 'Running', won: 'Decided', over: 'Over' };
const stateTones: Record<ExperimentView['state'], Tone> = { running: 'accent', won: 'good', over: 'calm' };
/** What was decided without a winner did not go well; it was only decided. */
export const stateTone = ({ state, result }: ExperimentView): Tone =>
  state === 'won' && result.winner === null ? 'calm' : stateTones[state];
const standing: Record<ExperimentArm['is'], { words: string; tone: Tone }> = {
  control: { words: 'Control', tone: 'calm' },
  open: { words: 'Undecided', tone: 'calm' },
  better: { words: 'Better', tone: 'good' },
  worse: { words: 'Worse', tone: 'bad' },
};

/** Tenths say something of small lifts only. */
const signed = (percent: number): string =>
  `${percent > 0 ? '+' : ''}${Math.abs(percent) < 10 ? sayTenth(percent) : sayNumber(Math.round(percent)).replace('-', '−')}\u00a0%`;
const sayLift = ({ from, to }: NonNullable<ExperimentArm['lift']>): string =>
  to === null ? (from <= -100 ? 'Not known yet' : `More than ${signed(from)}`) : `${signed(from)} to ${signed(to)}`;

/** What an experiment has shown: the sentence, its arms, and whether the split is right. */
export function ExperimentResult({ experiment }: { experiment: ExperimentView }) {
  const { plan, result, taken, leftOut, state } = experiment;
  return (
    <section className={css.result} aria-label="What the experiment has shown">
      <p className={css.says}>{result.says}</p>
      {result.split.isBroken && (
        <p className={css.broken} role="alert">
          {result.split.says}
        </p>
      )}
      {taken && (
        <p className={css.taken}>
          {taken.by === 'the experiment' ? 'By itself, it gave' : `${taken.by} gave`}{' '}
          {experiment.place.in === 'journey' ? 'new people' : 'the rest'} <b>{plan.arms.find(({ key }) => key === taken.arm)?.label}</b>{' '}
          <Time at={taken.at} />
          {taken.reason !== '' && taken.reason !== result.says ? `: ${fullStop(taken.reason)}` : '.'}
          {taken.kept > 0 && ` ${taken.kept} % of them go on by the control.`}
        </p>
      )}
      <table className={css.arms}>
        <caption className="visually-hidden">Arms of the experiment</caption>
        <thead>
          <tr>
            <th scope="col">Arm</th>
            <th scope="col">People</th>
            <th scope="col">Convert</th>
            <th scope="col">Lift</th>
          </tr>
        </thead>
        <tbody>
          {result.arms.map((arm) => (
            <tr key={arm.key}>
              <th scope="row">
                <span className={css.name}>
                  {arm.label} <Chip tone={standing[arm.is].tone}>{standing[arm.is].words}</Chip>
                </span>
              </th>
              <td>{sayNumber(arm.people)}</td>
              <td data-tip={plural(arm.conversions, 'person converted', 'people converted')}>
                {arm.people === 0 ? '–' : sayPercent(arm.conversions, arm.people)}
              </td>
              <td>{arm.lift === null ? <span className="faint">–</span> : sayLift(arm.lift)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {taken && taken.since.some(({ people }) => people > 0) && (
        <p className={css.quiet}>
          Since then:{' '}
          {taken.since
            .filter(({ people }) => people > 0)
            .map(
              ({ key, people, conversions }) =>
                `${plan.arms.find((arm) => arm.key === key)?.label} ${sayNumber(conversions)} of ${sayNumber(people)}`,
            )
            .join(', ')}
          . They do not count for the result.
        </p>
      )}
      <p className={css.quiet}>
        {plan.ofMessage
          ? `What counts: a link of the message followed within ${sayDuration(plan.window)}; programs that follow links do not count.`
          : `What counts: ${sayMatch(plan.goal)} within ${sayDuration(plan.window)}.`}{' '}
        However often one looks, the chance that a range misses the true lift, or that a winner is called where there is none, is at most{' '}
        {Math.round(experiment.error * 100)} %. {!result.split.isBroken && result.people > 0 && result.split.says}
        {leftOut > 0 &&
          ` ${plural(leftOut, 'person', 'people')} came to two arms, because two became one, and ${leftOut === 1 ? 'is' : 'are'} left out.`}
      </p>
      {experiment.place.in === 'journey' && state !== 'over' && <Take experiment={experiment} />}
    </section>
  );
}

/** Gives new people an arm, or divides them again. */
function Take({ experiment }: { experiment: ExperimentView }) {
  const { id, plan, result, taken } = experiment;
  const [asked, setAsked] = useState<string | null | undefined>();
  const take = useChange('takeArm', ['listExperiments', 'getExperiment', 'listAudit']);
  const labelOf = (key: string | null | undefined): string => plan.arms.find((arm) => arm.key === key)?.label ?? '';
  const first = result.winner ?? plan.control;
  return (
    <div className={css.acts}>
      {taken ? (
        <Button size="xs" variant="default" onClick={() => setAsked(null)}>
          Divide new people again
        </Button>
      ) : (
        [first, ...plan.arms.map(({ key }) => key).filter((key) => key !== first)].map((key) => (
          <Button key={key} size="xs" variant={key === result.winner ? 'filled' : 'default'} onClick={() => setAsked(key)}>
            Give new people “{labelOf(key)}”
          </Button>
        ))
      )}
      <Confirm
        open={asked !== undefined}
        onClose={() => setAsked(undefined)}
        title={asked === null ? 'Divide new people again' : `Give new people “${labelOf(asked)}”`}
        action={asked === null ? 'Divide them' : 'Give it to them'}
        reason="Why"
        onConfirm={(reason) => take.mutateAsync({ params: { id }, body: { arm: asked ?? null, reason } })}
      >
        {asked === null
          ? 'Whoever comes from now on is divided by the shares of the experiment, and counts again.'
          : `Whoever comes from now on takes this arm, but for a tenth who go on by the control. Whoever has come to an arm keeps it.${asked === result.winner ? '' : ' Nothing shows yet that it is better.'}`}
      </Confirm>
    </div>
  );
}

/** At a step of a journey: what its experiment has shown; nothing before it is published. */
export function ExperimentAtStep({ journeyKey, step }: { journeyKey: string; step: string }) {
  const { data } = useRoute('listExperiments', undefined, { refetchInterval: 30_000 });
  const found = data?.items.find(
    ({ place, state }) => state !== 'over' && place.in === 'journey' && place.key === journeyKey && place.step === step,
  );
  return found ? <ExperimentResult experiment={found} /> : null;
}
