import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import type { Reply } from '../api.ts';
import { useAddress, useGo } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { useKeys } from '../parts/keys.ts';
import { type Column, List } from '../parts/list.tsx';
import { plural } from '../parts/number.ts';
import { PersonName } from '../parts/person-name.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { timeColumn } from '../parts/time-column.tsx';
import { useList } from '../query.ts';
import { EventPanel } from './event-panel.tsx';
import { EventNameFilter } from './event-name-filter.tsx';
import { EventsPage } from './events-page.tsx';
import css from './live-events.module.css';
import { Refusals } from './refusals.tsx';

type EventRow = Reply<'listEvents'>['items'][number];

const columns: Column<EventRow>[] = [
  { key: 'name', title: 'Event', width: 'minmax(96px, 1.3fr)', cell: (row) => <span className={css.name}>{row.name}</span> },
  { key: 'call', title: 'Call', width: '80px', from: 640, cell: (row) => <span className="mono faint">{row.call}</span> },
  {
    key: 'person',
    title: 'Person',
    width: 'minmax(92px, 1.4fr)',
    cell: (row) => (row.person ? <PersonName person={row.person} /> : <span className="faint">Nobody yet</span>),
  },
  timeColumn({ key: 'stored', title: 'Came in', width: '88px', at: (row) => row.storedAt }),
];
const idOf = (row: EventRow): string => row.id;

/** What comes in, as it comes in, and what was refused and why. */
export function LiveEvents() {
  const [address, setAddress] = useAddress();
  const tab = address.tab === 'refused' ? 'refused' : 'stored';
  return tab === 'refused' ? (
    <Refusals tabs={<Tabs tab={tab} />} />
  ) : (
    <Stored key={address.name ?? ''} tabs={<Tabs tab={tab} />} name={address.name} peek={address.peek} onAddress={setAddress} />
  );
}

function Tabs({ tab }: { tab: 'stored' | 'refused' }) {
  const [, setAddress] = useAddress();
  return (
    <Segmented
      label="Which events"
      value={tab}
      choices={[
        { value: 'stored', label: 'Came in' },
        { value: 'refused', label: 'Refused' },
      ]}
      onChange={(next) =>
        setAddress({ tab: next === 'refused' ? 'refused' : undefined, peek: undefined, name: undefined }, { replace: false })
      }
    />
  );
}

function Stored({
  tabs,
  name,
  peek,
  onAddress,
}: {
  tabs: React.ReactNode;
  name: string | undefined;
  peek: string | undefined;
  onAddress: (change: Record<string, string | undefined>) => void;
}) {
  const go = useGo();
  const list = useList('listEvents', { query: { name, limit: 100 } });
  const [held, setHeld] = useState<EventRow[] | null>(null);
  const paused = held !== null;
  const first = held?.[0];
  const arrivedAt = first ? list.rows.findIndex((row) => row.id === first.id) : list.rows.length;
  const arrived = arrivedAt < 0 ? list.rows.length : arrivedAt;
  const pause = (): void => setHeld(paused ? null : list.rows);
  useKeys({ ' ': (event) => (event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement ? false : pause()) });

  return (
    <EventsPage
      tab="Live events"
      purpose="What people do, as it comes in. Choose an event to see exactly what was sent."
      actions={
        <Button
          variant="default"
          onClick={pause}
          leftSection={paused ? <IconPlayerPlay size={15} /> : <IconPlayerPause size={15} />}
          data-tip={paused ? 'Show what came in meanwhile' : 'Hold the list still'}
          data-keys="Space"
        >
          {paused ? 'Go on' : 'Pause'}
        </Button>
      }
      bar={
        <>
          {tabs}
          <EventNameFilter
            value={name}
            names={list.rows.map((row) => row.name)}
            onChange={(next) => onAddress({ name: next, peek: undefined })}
          />
          {paused && (
            <span className={css.paused} role="status">
              Paused. {arrived === 0 ? 'Nothing new yet' : `${plural(arrived, 'new event')}${list.more && arrivedAt < 0 ? ' or more' : ''}`}
            </span>
          )}
        </>
      }
    >
      <List
        label="Events"
        columns={columns}
        idOf={idOf}
        list={paused ? { rows: held, loaded: true, problem: null } : list}
        peek={peek || null}
        onPeek={(id) => onAddress({ peek: id ?? undefined })}
        onOpen={(row) => row.person && go(`people/${row.person.id}`)}
        panelTitle={(_, row) => row?.name ?? 'Event'}
        panel={(_, row) => <EventPanel event={row} onName={(next) => onAddress({ name: next })} filtered={name !== undefined} />}
        empty={
          name === undefined ? (
            <Empty title="Nothing has come in yet" action={<Button onClick={() => go('install')}>Send the first event</Button>}>
              Put the tag on your site or send from your server; events appear here within a second.
            </Empty>
          ) : (
            <Empty
              title={`No event is called “${name}”`}
              action={
                <Button variant="default" onClick={() => onAddress({ name: undefined })}>
                  Show all events
                </Button>
              }
            >
              Names are compared exactly, with capitals and spaces as they were sent.
            </Empty>
          )
        }
      />
    </EventsPage>
  );
}
