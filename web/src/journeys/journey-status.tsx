import { Chip } from '../parts/tone.tsx';
import { useNow } from '../session/workspace.tsx';
import { type JourneyRow, type Standing, stateOf } from './journey-lines.ts';

/** What happens to people by a journey now: draft, live (for how many, while a version is brought in), stopped, over, retired, archived; and whether a draft of the next version waits. */
export function JourneyStatus({ row }: { row: Standing & Pick<JourneyRow, 'hasDraft' | 'ramp'> }) {
  const state = stateOf(row, useNow());
  if (state === 'draft') return <Chip tip="Nobody enters before it is published">Draft</Chip>;
  if (state === 'archived') return <Chip tip="Put away: it takes nobody, and what it did is kept">Archived</Chip>;
  const waits = row.hasDraft ? '; a draft of the next version waits' : '';
  if (state === 'over') return <Chip tip={`Its end date has passed: nobody enters${waits}`}>Over</Chip>;
  if (state === 'retired') return <Chip tip={`Nobody enters any more; whoever is under way goes on to the end${waits}`}>Retired</Chip>;
  if (state === 'stopped')
    return (
      <Chip tone="bad" tip={`Its messages wait until somebody lets it go on${waits}`}>
        Stopped
      </Chip>
    );
  if (row.ramp?.held)
    return (
      <Chip tone="warn" tip={`Version ${row.version} is held on its way to everybody: nobody new enters by it${waits}`}>
        Live, held
      </Chip>
    );
  if (row.ramp)
    return (
      <Chip tone="good" tip={`Version ${row.version} takes ${row.ramp.share} % of those who enter, on its way to everybody${waits}`}>
        Live, {row.ramp.share} %
      </Chip>
    );
  return (
    <Chip tone="good" tip={`Live${waits}`}>
      Live
    </Chip>
  );
}
