import { Button } from '@mantine/core';
import type { Reply } from '../api.ts';
import { To, useAddress, useGo } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { type Column, List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { SearchBox } from '../parts/search-box.tsx';
import { timeColumn } from '../parts/time-column.tsx';
import { useList } from '../query.ts';
import { useSession, useWorkspace } from '../session/workspace.tsx';
import { MailPanel } from './mail-panel.tsx';
import css from './mailbox.module.css';

type Mail = Reply<'listMailbox'>['items'][number];

const columns: Column<Mail>[] = [
  {
    key: 'mail',
    title: 'Mail',
    width: 'minmax(150px, 1fr)',
    cell: (row) => (
      <span className={css.line}>
        <span className="clip" data-new={!row.opened || undefined}>
          {row.subject}
          {!row.opened && <span className="visually-hidden"> (not read)</span>}
        </span>
        <span className="clip quiet">{row.to}</span>
      </span>
    ),
  },
  { key: 'from', title: 'From', width: 'minmax(120px, 240px)', from: 760, cell: (row) => <span className="quiet">{row.from}</span> },
  timeColumn({ key: 'at', title: 'Sent', width: '76px', at: (row) => row.at }),
];
const idOf = (row: Mail): string => row.id;

/** The built-in mailbox: mails as they were sent, for practice and until a mail server is set. */
export function Mailbox() {
  const [address, setAddress] = useAddress();
  const go = useGo();
  const session = useSession();
  const { practice } = useWorkspace();
  const { search, person } = address;
  const list = useList('listMailbox', { query: { search, person, limit: 100 } });
  const purpose = practice
    ? 'Mails of this practice workspace, exactly as people would get them. Nothing leaves the server.'
    : session.mail === 'smtp'
      ? 'Mail leaves by the mail server. What stands here was sent before one was set.'
      : 'No mail server is set, so mails land here instead of leaving.';
  return (
    <Page
      fit="fill"
      title="Mailbox"
      purpose={purpose}
      bar={
        <>
          <SearchBox
            value={search ?? ''}
            onChange={(next) => setAddress({ search: next || undefined, peek: undefined })}
            placeholder="Subject or address"
          />
          {person && (
            <Button size="xs" variant="default" onClick={() => setAddress({ person: undefined })}>
              Show everybody's mail
            </Button>
          )}
        </>
      }
    >
      <List
        tall
        wide
        label="Mails"
        columns={columns}
        idOf={idOf}
        list={list}
        peek={address.peek || null}
        onPeek={(id) => setAddress({ peek: id ?? undefined, view: undefined })}
        onOpen={(row) => row.person && go(`people/${row.person}`)}
        panelTitle={(_, row) => row?.subject ?? 'Mail'}
        panel={(id) => <MailPanel key={id} id={id} />}
        empty={
          search || person ? (
            <Empty
              title="No mail fits"
              action={
                <Button variant="default" onClick={() => setAddress({ search: undefined, person: undefined })}>
                  Show all mails
                </Button>
              }
            >
              Change the search, or take it away.
            </Empty>
          ) : (
            <Empty title="No mail yet" action={<Button onClick={() => go('journeys')}>See the journeys</Button>}>
              Mails appear when a journey sends one. To have them leave, set SMTP_URL and a{' '}
              <To to="settings" search={{ tab: 'sender' }} className="text-link">
                sender
              </To>
              .
            </Empty>
          )
        }
      />
    </Page>
  );
}
