import { Button } from '@mantine/core';
import type { CSSProperties, FocusEvent } from 'react';
import { To, useAddress } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { useFocusBack } from '../parts/focus-back.ts';
import { useKeys } from '../parts/keys.ts';
import { plural, sayNumber, sayShort } from '../parts/number.ts';
import { Page } from '../parts/page.tsx';
import { Peek } from '../parts/peek.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { saySpan } from '../parts/say-time.ts';
import { ScreenSkeleton } from '../parts/skeleton.tsx';
import { hue, StageBadge, type Stage } from '../parts/stage-badge.tsx';
import { useRoute } from '../query.ts';
import css from './board.module.css';
import { AgeRows, StagePanel } from './stage-panel.tsx';

/** Browsers leave what is half in sight where it is; the keyboard should see all of it. */
const comeIntoSight = ({ currentTarget: card }: FocusEvent<HTMLElement>): void => {
  if (card.matches(':focus-visible')) card.scrollIntoView({ block: 'nearest', inline: 'nearest' });
};

const recycled30d = ({ recycles }: Stage): number => recycles.reduce((sum, { days30 }) => sum + days30, 0);

/** One station on the line. */
function Station({ stage, most, open, onOpen }: { stage: Stage; most: number; open: boolean; onOpen: () => void }) {
  return (
    <li className={css.station} style={hue(stage.hue)} data-open={open || undefined}>
      <div className={css.rail} aria-hidden="true">
        <span className={css.dot} style={{ '--size': `${12 + Math.sqrt(stage.count / Math.max(1, most)) * 16}px` } as CSSProperties} />
      </div>
      <button type="button" className={css.card} onClick={onOpen} onFocus={comeIntoSight} aria-expanded={open}>
        <span className={css.name}>{stage.name}</span>
        <span className={css.count}>{sayShort(stage.count)}</span>
        <span className={css.unit}>
          {stage.count === 1 ? 'person' : 'people'}
          {stage.overrides7d > 0 && (
            <span className={css.override} data-tip="Moves by hand in 7 days">
              {stage.overrides7d} by hand
            </span>
          )}
          {recycled30d(stage) > 0 && (
            <span className={css.recycled} data-tip="Recycled in 30 days, because they stood still">
              {sayShort(recycled30d(stage))} recycled
            </span>
          )}
        </span>
        <span className={css.flow}>
          <span data-tip="Entered in 7 days">+{sayShort(stage.entered7d)} in</span>
          <span data-tip="Left in 7 days">{sayShort(stage.left7d)} out</span>
        </span>
        <AgeRows stage={stage} />
        <span className={css.median}>
          {stage.medianAgeMs === null ? 'Nobody here now' : <>{saySpan(stage.medianAgeMs)} at the median</>}
        </span>
        <span className={css.note} data-missing={stage.owner === null || undefined}>
          {stage.owner ?? 'No owner'}
        </span>
        <span className={css.meaning}>{stage.meaning}</span>
        {stage.objective && <span className={css.aim}>Aim: {stage.objective}</span>}
        {stage.risk && <span className={css.aim}>At risk: {stage.risk}</span>}
      </button>
    </li>
  );
}

/** The stages in order: how many people stand in each, for how long, and who answers for it. */
export function LifecycleBoard() {
  const board = useRoute('lifecycleBoard', undefined);
  const [address, setAddress] = useAddress();
  const stages = board.data?.stages ?? [];
  const at = stages.findIndex((stage) => stage.key === address.peek);
  useFocusBack(at >= 0);
  const step = (by: number): void => {
    const next = stages[Math.min(Math.max(at + by, 0), stages.length - 1)];
    if (next) setAddress({ peek: next.key });
  };
  useKeys({
    l: () => step(1),
    h: () => step(-1),
    ArrowRight: () => step(1),
    ArrowLeft: () => step(-1),
    Escape: () => setAddress({ peek: undefined }),
  });

  if (board.error) return <ProblemView problem={board.error} again={() => void board.refetch()} page />;
  if (!board.data) return <ScreenSkeleton />;
  const { none, version, name } = board.data;
  const most = Math.max(1, ...stages.map((stage) => stage.count));
  const total = stages.reduce((sum, stage) => sum + stage.count, 0);
  const stage = at >= 0 ? stages[at] : undefined;

  return (
    <Page
      fit="fill"
      title="Lifecycle"
      purpose={
        stages.length === 0
          ? 'Everybody stands in one stage, and moves by evidence.'
          : `${name}: everybody stands in one stage, and moves by evidence.`
      }
      actions={
        version !== null && (
          <Button component={To} to="definitions/lifecycle/main" variant="default">
            Definition, v{version}
          </Button>
        )
      }
    >
      {stages.length === 0 ? (
        <Empty
          title="No lifecycle is published yet"
          action={
            <Button component={To} to="definitions/lifecycle/main">
              See the draft
            </Button>
          }
        >
          Seven stages are ready as a draft. Publish them and people begin to move.
        </Empty>
      ) : (
        <>
          <div className={css.board}>
            <ol className={css.line}>
              {stages.map((row) => (
                <Station
                  key={row.key}
                  stage={row}
                  most={most}
                  open={row.key === address.peek}
                  onOpen={() => setAddress({ peek: row.key === address.peek ? undefined : row.key })}
                />
              ))}
            </ol>
            <p className={css.foot}>
              <span>{plural(total, 'person', 'people')} on the line</span>
              <To to="people" search={{ stage: 'none' }} className="text-link">
                {sayNumber(none)} without a stage
              </To>
            </p>
          </div>
          {stage && (
            <Peek title={<StageBadge stage={stage.key} />} onClose={() => setAddress({ peek: undefined })}>
              <StagePanel stage={stage} />
            </Peek>
          )}
        </>
      )}
    </Page>
  );
}
