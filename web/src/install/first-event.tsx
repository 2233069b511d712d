import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Reply } from '../api.ts';
import { To } from '../parts/address.tsx';
import { JsonView } from '../parts/json-view.tsx';
import { callPerson } from '../parts/person-name.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';
import { useList } from '../query.ts';
import css from './install.module.css';

type EventRow = Reply<'listEvents'>['items'][number];
const askEvery = 3_000;

/** Waits for an event, live; shows it as it was sent, or says why it was refused. */
export function FirstEvent() {
  const events = useList('listEvents', { query: { limit: 1 } }, { refetchInterval: askEvery });
  const refusals = useList('listRefusals', { query: { limit: 1 } }, { refetchInterval: askEvery });
  const newest = events.rows[0];
  const [before, setBefore] = useState<{ event: string | null; refusal: string | null } | null>(null);
  if (events.problem) return <ProblemView problem={events.problem} again={events.again} />;
  if (!events.loaded || !refusals.loaded) return <Bones lines={3} />;
  if (before === null) setBefore({ event: newest?.id ?? null, refusal: refusals.rows[0]?.id ?? null });
  const refusal = refusals.rows[0];
  const refused = before !== null && refusal !== undefined && refusal.id !== before.refusal;
  const fresh = newest !== undefined && before !== null && newest.id !== before.event;
  return (
    <div className={css.arrival} aria-live="polite">
      {refused && (
        <div className={css.refused}>
          <strong>An event was refused. </strong>
          {refusal.sentence}{' '}
          <To to="events" search={{ tab: 'refused', peek: refusal.id }} className="text-link">
            See what was sent
          </To>
        </div>
      )}
      {newest === undefined ? <Waiting text="Waiting for the first event" /> : <Arrived event={newest} fresh={fresh} />}
    </div>
  );
}

function Waiting({ text }: { text: string }) {
  return (
    <div className={css.waiting}>
      <span className={css.pulse} aria-hidden="true" />
      <div>
        <strong>{text}</strong>
        <p className="quiet">This page shows it the moment it comes in.</p>
      </div>
    </div>
  );
}

function Arrived({ event, fresh }: { event: EventRow; fresh: boolean }) {
  return (
    <>
      <div className={css.came} data-fresh={fresh || undefined}>
        <span className={css.done} aria-hidden="true" />
        <div>
          <strong>{event.name}</strong>
          <p className="quiet">
            {fresh ? 'Came in' : 'The latest came in'} <Time at={event.storedAt} />
            {event.person ? <> from {callPerson(event.person)}</> : ', and names nobody who is known yet'}.
          </p>
        </div>
        <div className={css.next}>
          {event.person && (
            <Button component={To} to={`people/${event.person.id}`} size="xs">
              Open the person
            </Button>
          )}
          <Button component={To} to="events" search={{ peek: event.id }} size="xs" variant="default">
            Live events
          </Button>
        </div>
      </div>
      <JsonView value={event.raw} label={`Raw event ${event.name}`} />
      {!fresh && <Waiting text="Waiting for the next event" />}
    </>
  );
}
