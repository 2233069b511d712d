import { Button } from '@mantine/core';
import { IconHandStop, IconPlus } from '@tabler/icons-react';
import type { Reply } from '../api.ts';
import { useAddress, useGo } from '../parts/address.tsx';
import { BackfillBar } from '../parts/backfill-bar.tsx';
import { Empty } from '../parts/empty.tsx';
import { type Column, List } from '../parts/list.tsx';
import { sayNumber, sayPercent, sayShort } from '../parts/number.ts';
import { Page } from '../parts/page.tsx';
import { SearchBox } from '../parts/search-box.tsx';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import { useRoute } from '../query.ts';
import { NewSegment } from './new-segment.tsx';
import css from './segments.module.css';

type SegmentRow = Reply<'listSegments'>['items'][number];
/** A published segment, or a draft that nobody belongs to yet. */
type Row = { key: string; name: string; segment: SegmentRow | null };
const idOf = (row: Row): string => row.key;

/** Asked again so often: what people do moves every segment. */
const everyMs = 30_000;

const columnsOf = (people: number): Column<Row>[] => [
  {
    key: 'name',
    title: 'Segment',
    width: 'minmax(160px, 3fr)',
    cell: ({ name, segment }) => (
      <span className={css.what}>
        <span className={css.name}>
          <span className="clip">{name}</span>
          {segment === null && <Chip tip="Never published">Draft</Chip>}
          {segment?.hasDraft && (
            <Chip tone="warn" tip={`Version ${segment.version} is live; the draft differs`}>
              Draft waits
            </Chip>
          )}
        </span>
        <span className={css.words}>
          {segment === null ? 'Nobody belongs before it is published.' : segment.words === null ? <ByHand /> : segment.words}
        </span>
      </span>
    ),
  },
  {
    key: 'people',
    title: 'People',
    width: '84px',
    align: 'right',
    cell: ({ segment }) =>
      segment === null ? (
        <span className="faint">–</span>
      ) : (
        <span className={css.count}>
          <b>{sayNumber(segment.people)}</b>
          <span className="faint">{sayPercent(segment.people, people)}</span>
        </span>
      ),
  },
  {
    key: 'week',
    title: '7 days',
    width: '96px',
    align: 'right',
    from: 560,
    cell: ({ segment }) =>
      segment && (
        <span className={css.flow}>
          {segment.entered7d + segment.left7d === 0 ? (
            <span className="faint">no change</span>
          ) : (
            <>
              <span data-tip="Entered in 7 days">+{sayShort(segment.entered7d)}</span>
              <span data-tip="Left in 7 days">−{sayShort(segment.left7d)}</span>
            </>
          )}
        </span>
      ),
  },
  {
    key: 'used',
    title: 'Used by',
    width: '64px',
    align: 'right',
    from: 760,
    cell: ({ segment }) => (segment ? segment.usedBy === 0 ? <span className="faint">nothing</span> : sayNumber(segment.usedBy) : null),
  },
  {
    key: 'fresh',
    title: 'Freshness',
    width: '150px',
    align: 'right',
    from: 880,
    cell: ({ segment }) =>
      segment && (
        <span className={css.fresh}>
          <span className="quiet">{segment.words === null ? 'by hand' : segment.timed ? 'exact to the second' : 'with every event'}</span>
          <span className="faint">{segment.lastChangeAt === null ? 'no change yet' : <Time at={segment.lastChangeAt} />}</span>
        </span>
      ),
  },
];

const ByHand = () => (
  <>
    <IconHandStop size={13} aria-hidden="true" /> Kept by hand
  </>
);

/** Every segment: who belongs, in words and in numbers, and how that changes. */
export function Segments() {
  const [address, setAddress] = useAddress();
  const go = useGo();
  const segments = useRoute('listSegments', undefined, { refetchInterval: everyMs });
  const definitions = useRoute('listDefinitions', { query: { kind: 'segment' } });
  const drafts = (definitions.data?.items ?? []).filter((row) => row.version === null);
  const search = (address.search ?? '').toLowerCase();
  const all: Row[] = [
    ...drafts.map(({ key, name }) => ({ key, name: name || key, segment: null })),
    ...(segments.data?.items ?? []).map((segment) => ({ key: segment.key, name: segment.name, segment })),
  ];
  const rows = all.filter(({ name, key, segment }) => `${name} ${key} ${segment?.words ?? ''}`.toLowerCase().includes(search));
  const start = (): void => setAddress({ new: '1' });
  return (
    <Page
      fit="fill"
      title="Segments"
      purpose="Who belongs, said as a rule. People enter and leave by themselves, and every entry keeps its evidence."
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={start}>
          New segment
        </Button>
      }
      bar={
        all.length > 0 && (
          <SearchBox
            value={address.search ?? ''}
            onChange={(next) => setAddress({ search: next || undefined })}
            placeholder="Search name or rule"
          />
        )
      }
    >
      <div className={css.fill}>
        <div className={css.progress}>
          <BackfillBar />
        </div>
        <List
          label="Segments"
          columns={columnsOf(segments.data?.people ?? 0)}
          idOf={idOf}
          tall
          list={{
            rows,
            loaded: segments.data !== undefined && definitions.data !== undefined,
            problem: segments.error,
            again: () => void segments.refetch(),
          }}
          onOpen={(row) => go(`segments/${row.key}`)}
          empty={
            search !== '' ? (
              <Empty
                title="Nothing fits"
                action={
                  <Button variant="default" onClick={() => setAddress({ search: undefined })}>
                    Show all segments
                  </Button>
                }
              >
                Change the search, or start a new one.
              </Empty>
            ) : (
              <Empty title="No segment yet" action={<Button onClick={start}>New segment</Button>}>
                A segment is a question about people that is always answered: looked at the prices three times in a week and has not booked.
                Journeys, scores and reports ask about it by its name. You see who would belong while you write it.
              </Empty>
            )
          }
        />
      </div>
      {address.new === '1' && definitions.data && (
        <NewSegment taken={new Set(all.map(idOf))} onClose={() => setAddress({ new: undefined })} />
      )}
    </Page>
  );
}
