import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Reply } from '../api.ts';
import { BackfillProgress } from '../parts/backfill-bar.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Empty } from '../parts/empty.tsx';
import { type Column, List } from '../parts/list.tsx';
import { said } from '../parts/notify.ts';
import { plural, sayNumber } from '../parts/number.ts';
import { Page } from '../parts/page.tsx';
import { useNameOf } from '../parts/names.tsx';
import { timeColumn } from '../parts/time-column.tsx';
import { Chip } from '../parts/tone.tsx';
import { useChange, useRoute } from '../query.ts';
import type { DefinitionKind } from '#contract/definition.ts';
import css from './backfills.module.css';

type Backfill = Reply<'listBackfills'>['items'][number];

/** Asked again so often while something is under way, should the live stream be silent. */
const everyMs = 4_000;
const isOpen = (row: Backfill): boolean => row.finishedAt === null && row.cancelledBy === null;
const idOf = (row: Backfill): string => String(row.id);

function State({ row }: { row: Backfill }) {
  if (row.cancelledBy !== null)
    return (
      <Chip tone="warn" tip={`Cancelled by ${row.cancelledBy}`}>
        {row.finishedAt === null ? 'Going back' : 'Taken back'}
      </Chip>
    );
  return row.finishedAt === null ? <Chip tone="accent">Under way</Chip> : <Chip tone="good">Done</Chip>;
}

const columns = (cancel: (row: Backfill) => void): Column<Backfill>[] => [
  { key: 'revision', title: 'Revision', width: '64px', align: 'right', cell: (row) => row.revision },
  { key: 'state', title: 'State', width: '92px', cell: (row) => <State row={row} /> },
  {
    key: 'done',
    title: 'Brought to everybody',
    width: 'minmax(96px, 220px)',
    cell: (row) => (
      <span className={css.progress}>
        <BackfillProgress done={row.done} ended={!isOpen(row)} />
        <span className="tabular">{Math.floor(row.done * 100)} %</span>
      </span>
    ),
  },
  { key: 'people', title: 'People', width: '84px', align: 'right', from: 560, cell: (row) => sayNumber(row.people) },
  { key: 'changes', title: 'Changes', width: '84px', align: 'right', from: 460, cell: (row) => sayNumber(row.changes) },
  {
    key: 'by',
    title: 'Published by',
    width: 'minmax(100px, 1fr)',
    from: 760,
    cell: (row) => <span className="quiet clip">{row.startedBy}</span>,
  },
  timeColumn({ key: 'at', title: 'Begun', width: '84px', from: 640, at: (row) => row.startedAt }),
  {
    key: 'cancel',
    title: '',
    width: '84px',
    cell: (row) =>
      isOpen(row) ? (
        <Button size="xs" variant="default" onClick={() => cancel(row)} aria-label={`Take back revision ${row.revision}`}>
          Take back
        </Button>
      ) : null,
  },
];

/** How changed definitions reach everybody: what is under way, and what has been. */
export function Backfills() {
  const [asked, setAsked] = useState<Backfill | null>(null);
  const nameOf = useNameOf();
  const backfills = useRoute('listBackfills', undefined, {
    refetchInterval: ({ state }) => (state.data?.items.some(isOpen) ? everyMs : false),
  });
  const cancel = useChange('cancelBackfill', ['listBackfills', 'listDefinitions', 'getDefinition', 'listVersions']);
  const rows = backfills.data?.items ?? [];
  const now = rows.find((row) => row.id === asked?.id) ?? asked;
  return (
    <Page
      fit="fill"
      title="Backfills"
      purpose="A published segment, score or stage is brought to everybody who is known, a share of them at a time. Until it reaches them, the version before counts for them."
    >
      <List
        label="Backfills"
        columns={columns(setAsked)}
        idOf={idOf}
        list={{ rows, loaded: backfills.data !== undefined, problem: backfills.error, again: () => void backfills.refetch() }}
        empty={
          <Empty title="Nothing was brought to everybody yet">
            When you publish a segment or a score that says something else about people, it is brought to all of them here, and you can take
            it back while it is under way.
          </Empty>
        }
      />
      <Confirm
        open={asked !== null}
        onClose={() => setAsked(null)}
        danger
        title={`Take revision ${now?.revision} back`}
        action="Take it back"
        onConfirm={async () => {
          const { back } = await cancel.mutateAsync({ params: { id: asked!.id } });
          const lines = back.map(({ kind, key, version }) =>
            version === null
              ? `${nameOf(kind as DefinitionKind, key)} is out of force`
              : `${nameOf(kind as DefinitionKind, key)} is at version ${version} again`,
          );
          said(lines.length === 0 ? 'It was taken back.' : `${lines.join(', ')}.`, 8_000);
        }}
      >
        {now && (
          <div className={css.ask}>
            <p>
              What {now.startedBy} published goes back to the versions before it, and what was new goes out of force, for everybody: also
              for the {plural(now.people, 'person', 'people')} it has reached ({Math.floor(now.done * 100)} %), where it made{' '}
              {plural(now.changes, 'change')}.
            </p>
            <p>Whoever entered or left because of it does so the other way again. What was published stays among the versions.</p>
          </div>
        )}
      </Confirm>
    </Page>
  );
}
