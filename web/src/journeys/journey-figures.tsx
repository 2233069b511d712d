import { useParams } from '@tanstack/react-router';
import type { Reply } from '../api.ts';
import { To } from '../parts/address.tsx';
import { sayNumber } from '../parts/number.ts';
import css from './journey-page.module.css';
import { sayShare } from './say-share.ts';

/** How many are in it, came in and reached the goal, over all versions. */
export function JourneyFigures({ row }: { row: Reply<'listJourneys'>['items'][number] }) {
  const { key } = useParams({ strict: false }) as { key: string };
  return (
    <p className={css.figures}>
      <To to="people" search={{ journey: key }} className="text-link">
        {sayNumber(row.live)} in it now
      </To>
      <span>{sayNumber(row.entered)} entered</span>
      <span>
        {sayNumber(row.goalMet)} reached the goal{row.entered > 0 && ` (${sayShare(row.goalMet, row.entered)})`}
      </span>
    </p>
  );
}
