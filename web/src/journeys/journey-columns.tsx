import { IconChevronDown, IconChevronRight, IconFolder } from '@tabler/icons-react';
import { sayDuration } from '#contract/instant.ts';
import { To } from '../parts/address.tsx';
import type { Column } from '../parts/list.tsx';
import { plural, sayNumber, sayPercent } from '../parts/number.ts';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import { useNow, useWorkspace } from '../session/workspace.tsx';
import { type JourneyRow, type Line, reviewStateOf } from './journey-lines.ts';
import { JourneyStatus } from './journey-status.tsx';
import css from './journeys.module.css';
import { sayComplexity } from './say-complexity.ts';

const None = ({ children = '–', tip }: { children?: string; tip?: string }) => (
  <span className="faint" data-tip={tip}>
    {children}
  </span>
);

/** What is divided by what, in a sentence. */
export function sayGoal({ goal, goalMet, entered }: Pick<JourneyRow, 'goal' | 'goalMet' | 'entered'>): string {
  if (goal === null) return 'It has no goal.';
  const window = sayDuration(goal.within);
  const soFar = `${sayNumber(goalMet)} of all ${plural(entered, 'run')} met it so far.`;
  if (goal.rate === null) return `Nobody had the ${window} that the goal takes yet. ${entered === 0 ? '' : soFar}`.trim();
  return `${sayNumber(goal.met)} of the ${plural(goal.of, 'run')} that began at least ${window} ago met the goal. ${soFar}`;
}

export function GoalRate({ row }: { row: JourneyRow }) {
  const { goal } = row;
  if (goal === null) return <None tip={sayGoal(row)}>No goal</None>;
  if (goal.rate === null && row.goalMet === 0) return <None tip={sayGoal(row)} />;
  const rate = goal.rate === null ? `${sayNumber(row.goalMet)} so far` : sayPercent(goal.met, goal.of);
  return (
    <To
      to="people"
      search={{ journey: row.key, run: 'goal' }}
      className="text-link"
      data-tip={sayGoal(row)}
      aria-label={`${rate} of ${row.name}: ${sayGoal(row)}`}
    >
      {rate}
    </To>
  );
}

/** How many, leading to who they are. */
function People({ count, row, run, says }: { count: number; row: JourneyRow; run?: 'week'; says: string }) {
  if (count === 0) return <None>0</None>;
  return (
    <To to="people" search={{ journey: row.key, run }} className="text-link" aria-label={`${plural(count, 'person', 'people')} ${says}`}>
      {sayNumber(count)}
    </To>
  );
}

const hasProblems = ({ problems }: JourneyRow): boolean => problems.errors + problems.warnings + problems.people30d > 0;

/** What is wrong, worst first: errors, people for whom something failed, warnings. */
export function Problems({ row }: { row: JourneyRow }) {
  const { errors, warnings, people30d } = row.problems;
  const of = row.hasDraft ? 'its draft' : 'what is live';
  if (!hasProblems(row)) return <None tip="The check finds nothing, and no message failed in 30 days" />;
  return (
    <span className={css.problems}>
      {errors > 0 && (
        <To to={`journeys/${row.key}`} search={{ edit: '1', panel: 'problems' }} aria-label={`${plural(errors, 'error')} in ${row.name}`}>
          <Chip tone="bad" tip={`${plural(errors, 'error')} in ${of}`}>
            {plural(errors, 'error')}
          </Chip>
        </To>
      )}
      {people30d > 0 && (
        <To to="messages" search={{ journey: row.key }} aria-label={`${sayNumber(people30d)} failed in ${row.name}`}>
          <Chip tone="bad" tip={`Messages to ${plural(people30d, 'person', 'people')} failed, bounced or may not have left, in 30 days`}>
            {sayNumber(people30d)} failed
          </Chip>
        </To>
      )}
      {warnings > 0 && errors === 0 && (
        <To to={`journeys/${row.key}`} search={{ edit: '1', panel: 'problems' }} aria-label={`${sayNumber(warnings)} open in ${row.name}`}>
          <Chip tone="warn" tip={`${plural(warnings, 'thing is', 'things are')} left open in ${of}`}>
            {sayNumber(warnings)} open
          </Chip>
        </To>
      )}
    </span>
  );
}

export function Review({ row }: { row: JourneyRow }) {
  const now = useNow();
  const { zone } = useWorkspace();
  if (row.reviewBy === null) return <None tip="It is looked at half a year after it was published" />;
  const state = reviewStateOf(row.reviewBy, now, zone);
  const date = <Time at={`${row.reviewBy}T12:00:00.000Z`} as="date" />;
  if (state === 'later') return <span className="quiet">{date}</span>;
  return (
    <Chip
      tone={state === 'over' ? 'bad' : 'warn'}
      tip={state === 'over' ? 'Nobody has looked at it since' : 'To be looked at within 14 days'}
    >
      {date}
    </Chip>
  );
}

const columnsOfRow: Column<JourneyRow>[] = [
  { key: 'state', title: 'State', width: 'minmax(62px, 100px)', sorts: true, cell: (row) => <State row={row} /> },
  {
    key: 'goal',
    title: 'Goal',
    tip: 'Of the runs that have ended, or had the whole time for the goal, how many met it',
    width: '60px',
    align: 'right',
    from: 560,
    sorts: true,
    cell: (row) => <GoalRate row={row} />,
  },
  {
    key: 'live',
    title: 'In it',
    tip: 'How many are under way now',
    width: '46px',
    align: 'right',
    sorts: true,
    cell: (row) => <People count={row.live} row={row} says={`in ${row.name}`} />,
  },
  {
    key: 'week',
    title: '7 days',
    tip: 'How many entered in the last 7 days',
    width: '52px',
    align: 'right',
    from: 640,
    sorts: true,
    cell: (row) => <People count={row.entered7d} row={row} run="week" says={`entered ${row.name} in the last 7 days`} />,
  },
  { key: 'problems', title: 'Problems', width: '88px', from: 760, sorts: true, cell: (row) => <Problems row={row} /> },
  {
    key: 'owner',
    title: 'Owner',
    tip: 'Who answers for it: itself says, else the owner of the stage that it serves',
    width: 'minmax(64px, 110px)',
    from: 980,
    sorts: true,
    cell: (row) => (row.owner ? <span className="quiet">{row.owner}</span> : <None>Nobody</None>),
  },
  {
    key: 'changed',
    title: 'Last change',
    width: '92px',
    from: 1080,
    sorts: true,
    cell: (row) => (
      <span className={css.name}>
        <Time at={row.changedAt} />
        <span className="clip faint" data-tip={row.changedBy}>
          {row.changedBy}
        </span>
      </span>
    ),
  },
  {
    key: 'complexity',
    title: 'Complexity',
    width: '76px',
    from: 1120,
    sorts: true,
    cell: ({ complexity }) =>
      complexity ? <span data-tip={sayComplexity(complexity)}>{complexity.words}</span> : <None tip="Its text cannot be read" />,
  },
  {
    key: 'review',
    title: 'Review',
    tip: 'The day by which somebody looks at it',
    width: '100px',
    from: 820,
    sorts: true,
    cell: (row) => <Review row={row} />,
  },
];

const State = ({ row }: { row: JourneyRow }) => (
  <span className={css.state}>
    <JourneyStatus row={row} />
    {row.hasDraft && row.version !== null && <span className="faint">+ draft</span>}
  </span>
);

/** A line of a folder has no cells: what heads it stands across them. */
const ofLine = ({ cell, ...column }: Column<JourneyRow>): Column<Line> => ({
  ...column,
  cell: (line) => (line.kind === 'journey' ? cell(line.row) : null),
});

export const journeyColumns: Column<Line>[] = [
  {
    key: 'name',
    title: 'Journey',
    width: 'minmax(150px, 4fr)',
    sorts: true,
    cell: (line) =>
      line.kind === 'journey' && (
        <span className={css.name} style={{ paddingLeft: line.depth * 18 }}>
          <span className="clip">
            <strong>{line.row.name}</strong>
            {line.row.version !== null && <span className="faint"> v{line.row.version}</span>}
          </span>
          <span className={`clip quiet ${css.intent}`}>{line.row.intent}</span>
        </span>
      ),
  },
  ...columnsOfRow.map(ofLine),
];

/** A folder of the list, which opens and closes. */
export function FolderLine({ line, onToggle }: { line: Extract<Line, { kind: 'folder' }>; onToggle: () => void }) {
  const Arrow = line.open ? IconChevronDown : IconChevronRight;
  return (
    <button type="button" className={css.folder} style={{ paddingLeft: line.depth * 18 }} aria-expanded={line.open} onClick={onToggle}>
      <Arrow size={14} aria-hidden="true" />
      <IconFolder size={15} stroke={1.7} aria-hidden="true" />
      <span className="visually-hidden">Folder</span>
      <strong>{line.name}</strong>
      <span className="faint">{sayNumber(line.count)}</span>
      <span className="visually-hidden">{line.count === 1 ? 'journey' : 'journeys'}</span>
    </button>
  );
}

/** What the columns that have no room would say. */
export function BelowLine({ line }: { line: Line }) {
  if (line.kind === 'folder') return null;
  const { row } = line;
  return (
    <span className={css.below} style={{ paddingLeft: line.depth * 18 }}>
      <span>
        {row.goal !== null && 'goal '}
        <GoalRate row={row} />
      </span>
      <span>
        <People count={row.entered7d} row={row} run="week" says={`entered ${row.name} in the last 7 days`} /> in 7 days
      </span>
      {hasProblems(row) && <Problems row={row} />}
    </span>
  );
}
