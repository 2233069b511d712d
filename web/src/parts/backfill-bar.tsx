import { plural } from './number.ts';
import { To } from './address.tsx';
import css from './backfill-bar.module.css';
import { useRoute } from '../query.ts';

/** Asked again so often while something is under way, should the live stream be silent. */
const everyMs = 4_000;

/** A changed definition on its way to everybody: how far it is, with a way to all of them. Nothing while nothing is under way. */
export function BackfillBar() {
  const { data } = useRoute('listBackfills', undefined, {
    refetchInterval: ({ state }) => (state.data?.items.some((row) => row.finishedAt === null) ? everyMs : false),
  });
  const open = data?.items.find((row) => row.finishedAt === null);
  if (!open) return null;
  return (
    <To to="backfills" className={css.bar} data-tip="Open backfills">
      <span className={css.words}>
        {open.cancelledBy === null ? 'Bringing a changed definition to everybody' : 'Taking a changed definition back from everybody'}:{' '}
        <b>{Math.floor(open.done * 100)} %</b>
        <span className="faint">
          {open.people > 0 && `${plural(open.people, 'person', 'people')} looked at, ${plural(open.changes, 'change')} so far`}
        </span>
      </span>
      <BackfillProgress done={open.done} />
    </To>
  );
}

/** How far a backfill is, as a thin line. */
export function BackfillProgress({ done, ended = false }: { done: number; ended?: boolean }) {
  const percent = Math.floor(done * 100);
  return (
    <span
      className={css.track}
      role="progressbar"
      aria-label="Brought to everybody"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      data-ended={ended || undefined}
    >
      <span style={{ width: `${percent}%` }} />
    </span>
  );
}
