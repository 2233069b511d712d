import { Button } from '@mantine/core';
import { kindNames } from 'contract:words';
import type { DefinitionKind } from '#contract/definition.ts';
import { pageOf } from '../definitions/linked.tsx';
import { To, useAddress, useGo } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { type Column, List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { timeColumn } from '../parts/time-column.tsx';
import { Chip } from '../parts/tone.tsx';
import { useRoute } from '../query.ts';
import { ReviewPanel } from './review-panel.tsx';
import css from './reviews.module.css';
import { type ReviewRow, useIsForYou } from './use-waiting.ts';

const idOf = ({ kind, key }: ReviewRow): string => `${kind}/${key}`;

function ForWhom({ row }: { row: ReviewRow }) {
  return useIsForYou()(row) ? (
    <Chip tone="accent">For you</Chip>
  ) : (
    <Chip tip="You made the last change, so somebody else answers">For others</Chip>
  );
}

const columns: Column<ReviewRow>[] = [
  {
    key: 'name',
    title: 'Draft',
    width: 'minmax(150px, 3fr)',
    cell: (row) => (
      <span className={css.name}>
        <span className="clip">
          <strong>{row.name || row.key}</strong> <span className="faint">{kindNames[row.kind].name}</span>
        </span>
        <span className="clip quiet">{row.note || <span className="faint">No note</span>}</span>
      </span>
    ),
  },
  { key: 'for', title: 'Waits', width: '84px', cell: (row) => <ForWhom row={row} /> },
  { key: 'by', title: 'Asked by', width: 'minmax(80px, 140px)', from: 560, cell: (row) => <span className="quiet">{row.askedBy}</span> },
  {
    key: 'last',
    title: 'Last change by',
    width: 'minmax(80px, 140px)',
    from: 760,
    cell: (row) => <span className="quiet">{row.lastChangeBy}</span>,
  },
  timeColumn({ key: 'at', title: 'Asked', width: '80px', from: 400, at: (row) => row.askedAt }),
];

/** Drafts that wait until somebody else has looked at them. */
export function Reviews() {
  const [address, setAddress] = useAddress();
  const go = useGo();
  const reviews = useRoute('listReviews', undefined);
  const settings = useRoute('getSettings', undefined);
  const close = (): void => setAddress({ peek: undefined });
  const at = (id: string): { kind: DefinitionKind; key: string } => {
    const [kind, key = ''] = id.split('/');
    return { kind: kind as DefinitionKind, key };
  };
  return (
    <Page fit="fill" title="Reviews" purpose="Drafts that are published once somebody else than their last editor has approved them.">
      <List
        tall
        wide
        label="Reviews"
        columns={columns}
        idOf={idOf}
        list={{
          rows: reviews.data?.items ?? [],
          loaded: reviews.data !== undefined,
          problem: reviews.error,
          again: () => void reviews.refetch(),
        }}
        peek={address.peek ?? null}
        onPeek={(id) => setAddress({ peek: id ?? undefined })}
        panelTitle={(id, row) => row?.name ?? at(id).key}
        panel={(id, row) => <ReviewPanel key={id} kind={at(id).kind} of={at(id).key} row={row} onAnswered={close} />}
        onOpen={(row) => go(pageOf(row.kind, row.key))}
        empty={
          settings.data?.review === 'off' ? (
            <Empty
              title="Nobody’s drafts are reviewed"
              action={
                <Button component={To} to="settings" search={{ tab: 'colleagues' }} variant="default">
                  Open the settings
                </Button>
              }
            >
              Whoever edits a draft may publish it. The settings say whose drafts somebody else has to approve first.
            </Empty>
          ) : (
            <Empty title="Nothing waits for a review">
              Whoever wants to publish a draft asks for a review. It stands here then, until somebody else approves it or says what has to
              change.
            </Empty>
          )
        }
      />
    </Page>
  );
}
