import type { Reply } from '../api.ts';
import { To, useAddress, useGo } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { type Column, List } from '../parts/list.tsx';
import { Fact, Facts, Section } from '../parts/page.tsx';
import { callPerson, PersonName } from '../parts/person-name.tsx';
import { timeColumn } from '../parts/time-column.tsx';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import { useList } from '../query.ts';
import { decisive } from '../rules/decisive.ts';
import { ExplainedParts } from '../rules/explained-parts.tsx';

type Entry = Reply<'segmentLog'>['items'][number];
const idOf = (row: Entry): string => row.id;

const Way = ({ entered }: { entered: boolean }) => <Chip tone={entered ? 'good' : 'calm'}>{entered ? 'Entered' : 'Left'}</Chip>;
/** What decided it, in a few words. */
const whyOf = ({ because, entered }: Entry): string => {
  if (because.length === 0) return 'by hand';
  const decided = decisive(because, entered);
  const dated = decided.flatMap((part) => part.saw).filter((each) => each.at !== null);
  const latest = dated.toSorted((a, b) => Date.parse(b.at!) - Date.parse(a.at!))[0];
  const { rule } = decided.find((part) => !part.depth) ?? because[0]!;
  return entered ? (latest?.what ?? rule) : `no longer ${rule}`;
};

const columns: Column<Entry>[] = [
  { key: 'person', title: 'Person', width: 'minmax(140px, 1.2fr)', cell: (row) => <PersonName person={row.person} /> },
  { key: 'way', title: 'What', width: '84px', cell: (row) => <Way entered={row.entered} /> },
  { key: 'why', title: 'Because', width: 'minmax(160px, 2fr)', from: 620, cell: (row) => <span className="quiet">{whyOf(row)}</span> },
  {
    key: 'version',
    title: 'By',
    width: '44px',
    align: 'right',
    from: 760,
    cell: (row) => (row.version === null ? '–' : `v${row.version}`),
  },
  timeColumn({ key: 'at', title: 'When', width: '84px', at: (row) => row.at }),
];

/** Who entered and who left, each with what every part of the rule saw then. */
export function SegmentLog({ of, entered }: { of: string; entered: boolean | undefined }) {
  const [address, setAddress] = useAddress();
  const go = useGo();
  const list = useList('segmentLog', {
    params: { key: of },
    query: { limit: 100, ...(entered === undefined ? {} : { entered: String(entered) }) },
  });
  return (
    <List
      label="Entries and exits"
      columns={columns}
      idOf={idOf}
      list={list}
      below={{ until: 620, cell: whyOf }}
      peek={address.peek ?? null}
      onPeek={(id) => setAddress({ peek: id ?? undefined })}
      onOpen={(row) => go(`people/${row.person.id}`)}
      panelTitle={(_, row) => (row ? callPerson(row.person) : 'Entry')}
      panel={(_, row) => (row ? <Evidence entry={row} /> : null)}
      empty={
        <Empty title={entered === false ? 'Nobody has left yet' : 'Nobody has entered yet'}>
          Each time somebody enters or leaves, it stands here with what every part of the rule saw.
        </Empty>
      }
    />
  );
}

function Evidence({ entry }: { entry: Entry }) {
  return (
    <>
      <Facts>
        <Fact name="What">
          <Way entered={entry.entered} />
        </Fact>
        <Fact name="When">
          <Time at={entry.at} as="exact" />
        </Fact>
        {entry.version !== null && <Fact name="By">version {entry.version}</Fact>}
        <Fact name="Person">
          <To to={`people/${entry.person.id}`} className="text-link">
            {callPerson(entry.person)}
          </To>
        </Fact>
      </Facts>
      <Section title="What each part saw">
        {entry.because.length === 0 ? (
          <p className="faint">Put on or taken off the list by hand.</p>
        ) : (
          <ExplainedParts parts={entry.because} />
        )}
      </Section>
    </>
  );
}
