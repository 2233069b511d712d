import { Button } from '@mantine/core';
import type { Reply } from '../api.ts';
import { To } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { JsonView } from '../parts/json-view.tsx';
import { Fact, Facts, Section } from '../parts/page.tsx';
import { PersonName } from '../parts/person-name.tsx';
import { Time } from '../parts/time.tsx';
import css from './live-events.module.css';

type EventRow = Reply<'listEvents'>['items'][number];

/** One event: who, when, and the raw JSON as it was sent. */
export function EventPanel({
  event,
  onName,
  filtered,
}: {
  event: EventRow | undefined;
  onName: (name: string) => void;
  filtered: boolean;
}) {
  if (!event)
    return (
      <Empty small title="This event is further down">
        Scroll the list until it is loaded, or filter by its name.
      </Empty>
    );
  return (
    <>
      <Facts>
        <Fact name="Person">
          {event.person ? (
            <To to={`people/${event.person.id}`} className={`text-link ${css.person}`}>
              <PersonName person={event.person} />
            </To>
          ) : (
            <span className="faint">It names nobody who is known yet</span>
          )}
        </Fact>
        <Fact name="Call">
          <code>{event.call}</code>
        </Fact>
        <Fact name="Happened">
          <Time at={event.at} as="exact" />
        </Fact>
        <Fact name="Came in">
          <Time at={event.storedAt} as="exact" />
        </Fact>
      </Facts>
      {!filtered && (
        <div>
          <Button size="xs" variant="default" onClick={() => onName(event.name)}>
            Only “{event.name}”
          </Button>
        </div>
      )}
      <Section title="As it was sent">
        <JsonView value={event.raw} label={`Raw event ${event.name}`} />
      </Section>
    </>
  );
}
