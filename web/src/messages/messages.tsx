import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { messageReasons, messageStatuses } from 'contract:words';
import type { MessageRow } from '#contract/routes/messages.ts';
import { StepFilter } from '../journeys/step-filter.tsx';
import { type Search, To, useAddress, useGo } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { FilterWord } from '../parts/filter-word.tsx';
import { type Column, List } from '../parts/list.tsx';
import { NameOf, useNameOf } from '../parts/names.tsx';
import { plural } from '../parts/number.ts';
import { Page } from '../parts/page.tsx';
import { callPerson } from '../parts/person-name.tsx';
import { timeColumn } from '../parts/time-column.tsx';
import { Status, statusWords } from '../parts/tone.tsx';
import { useList, useRoute } from '../query.ts';
import { MessageCounts } from './message-counts.tsx';
import { MessagePanel } from './message-panel.tsx';
import { RetryBar } from './retry-bar.tsx';
import css from './messages.module.css';

const columns: Column<MessageRow>[] = [
  { key: 'status', title: 'Status', width: '84px', cell: (row) => <Status status={row.status} /> },
  {
    key: 'what',
    title: 'Message and what became of it',
    width: 'minmax(150px, 2fr)',
    cell: (row) => (
      <span className={css.what}>
        <span className="clip">
          <strong>{callPerson(row.person)}</strong>{' '}
          <span className="quiet">{row.subject ?? <NameOf kind="template" of={row.template} />}</span>
        </span>
        <span className="clip quiet">{row.sentence}</span>
      </span>
    ),
  },
  {
    key: 'journey',
    title: 'Asked for by',
    width: 'minmax(110px, 180px)',
    from: 900,
    cell: (row) =>
      row.journey ? (
        <To to={`journeys/${row.journey}`} className="quiet">
          <NameOf kind="journey" of={row.journey} />
        </To>
      ) : row.broadcast ? (
        <To to={`broadcasts/${row.broadcast.id}`} className="quiet">
          {row.broadcast.name}
        </To>
      ) : row.asked ? (
        <span className="quiet clip">{row.asked.by}</span>
      ) : (
        <span className="faint">None</span>
      ),
  },
  { key: 'opened', title: 'Opened', width: '60px', align: 'right', from: 1040, cell: (row) => <Times count={row.opens} /> },
  { key: 'clicked', title: 'Clicked', width: '60px', align: 'right', from: 1040, cell: (row) => <Times count={row.clicks} /> },
  timeColumn({ key: 'when', title: 'When', width: '76px', from: 400, at: (row) => row.sentAt ?? row.createdAt }),
];
const Times = ({ count }: { count: number }) => (
  <span className={count === 0 ? 'faint' : undefined}>{count === 0 ? '–' : `${count}×`}</span>
);
const idOf = (row: MessageRow): string => row.id;
const oneOf = <T extends string>(list: readonly T[], text: string | undefined): T | undefined => list.find((item) => item === text);

/** What was sent, held and skipped, and why. */
export function Messages() {
  const [address, setAddress] = useAddress();
  const go = useGo();
  const status = oneOf(messageStatuses, address.status);
  const reason = oneOf(messageReasons, address.reason);
  const { journey, person, broadcast } = address;
  const step = journey ? address.step : undefined;
  const acted = oneOf(['opened', 'clicked'] as const, address.acted);
  const nameOf = useNameOf();
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const list = useList('listMessages', { query: { status, reason, journey, step, broadcast, acted, person, limit: 100 } });
  const counts = useRoute('countMessages', { query: { journey, broadcast } });
  const broadcasts = useRoute('listBroadcasts', { query: { limit: 200 } }, { staleTime: 60_000 });
  const journeys = useRoute('listJourneys', undefined, { staleTime: 60_000 });
  const uncertain = counts.data?.counts.filter((row) => row.status === 'uncertain').reduce((sum, row) => sum + row.count, 0) ?? 0;
  const filtered = Boolean(status || reason || journey || broadcast || acted || person);
  const filter = (change: Search): void => setAddress({ ...change, peek: undefined });
  const ofJourney = (
    <>
      <FilterWord
        lead="of"
        anything="any journey"
        value={journey}
        onChange={(next) => filter({ journey: next, step: undefined, broadcast: undefined })}
        choices={(journeys.data?.items ?? []).map((row) => ({ value: row.key, label: row.name }))}
      />
      <FilterWord
        lead="of"
        anything="any broadcast"
        value={broadcast}
        onChange={(next) => filter({ broadcast: next, journey: undefined, step: undefined })}
        choices={(broadcasts.data?.items ?? [])
          .filter((row) => !['draft', 'scheduled'].includes(row.state))
          .map((row) => ({ value: row.id, label: row.name }))}
      />
      {acted && (
        <FilterWord
          lead="that were"
          anything="opened or not"
          value={acted}
          onChange={(next) => filter({ acted: next })}
          choices={[
            { value: 'opened', label: 'opened' },
            { value: 'clicked', label: 'clicked' },
          ]}
        />
      )}
      {journey && <StepFilter journey={journey} value={step} onChange={(next) => filter({ step: next })} />}
    </>
  );

  return (
    <Page
      fit="fill"
      title="Messages"
      purpose="Every message that a journey, a broadcast or a system of yours asked for: what became of it, and why."
      actions={
        <Button component={To} to="stops" variant="default">
          Stops
        </Button>
      }
      bar={
        <div className={css.bar}>
          {uncertain > 0 && status !== 'uncertain' && (
            <div className={css.notice} role="status">
              <IconAlertTriangle size={15} aria-hidden="true" />
              <span>{plural(uncertain, 'message')} may or may not have arrived. Nothing is sent twice until you decide.</span>
              <button type="button" className="plain-button text-link" onClick={() => filter({ status: 'uncertain', reason: undefined })}>
                Decide
              </button>
            </div>
          )}
          {person === undefined && step === undefined ? (
            <MessageCounts counts={counts.data?.counts} status={status} reason={reason} onChange={filter}>
              {ofJourney}
            </MessageCounts>
          ) : (
            <div className={css.words}>
              {person && (
                <FilterWord
                  lead="to"
                  anything="anybody"
                  value={person}
                  onChange={(next) => filter({ person: next })}
                  choices={[{ value: person, label: list.rows[0] ? callPerson(list.rows[0].person) : 'one person' }]}
                />
              )}
              {ofJourney}
              <FilterWord
                lead="that are"
                anything="of any status"
                value={status}
                onChange={(next) => filter({ status: next, reason: undefined })}
                choices={messageStatuses.map((value) => ({ value, label: statusWords[value].toLowerCase() }))}
              />
            </div>
          )}
        </div>
      }
    >
      <List
        tall
        label="Messages"
        columns={columns}
        idOf={idOf}
        list={list}
        chosen={chosen}
        onChosen={setChosen}
        peek={address.peek || null}
        onPeek={(id) => setAddress({ peek: id ?? undefined })}
        onOpen={(row) => go(`people/${row.person.id}`)}
        panelTitle={(_, row) => row?.subject ?? (row ? nameOf('template', row.template) : 'Message')}
        panel={(id) => <MessagePanel key={id} id={id} />}
        empty={
          filtered ? (
            <Empty
              title="No message fits"
              action={
                <Button
                  variant="default"
                  onClick={() =>
                    filter({
                      status: undefined,
                      reason: undefined,
                      journey: undefined,
                      step: undefined,
                      broadcast: undefined,
                      acted: undefined,
                      person: undefined,
                    })
                  }
                >
                  Show all messages
                </Button>
              }
            >
              Choose another status or reason, or take the filter away.
            </Empty>
          ) : (
            <Empty title="Nothing has been asked for yet" action={<Button onClick={() => go('journeys')}>See the journeys</Button>}>
              Messages appear when somebody reaches a send step of a journey. What is held or skipped stands here too, with its reason.
            </Empty>
          )
        }
      />
      <RetryBar rows={list.rows.filter((row) => chosen.has(row.id))} onClear={() => setChosen(new Set())} />
    </Page>
  );
}
