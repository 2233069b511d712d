import { Button } from '@mantine/core';
import { useState } from 'react';
import { fullStop } from '#contract/sentence.ts';
import type { Reply } from '../api.ts';
import { sayStopper, useSayScope } from '../frame/stopped.tsx';
import { To } from '../parts/address.tsx';
import { plural } from '../parts/number.ts';
import { Card, Page, Section } from '../parts/page.tsx';
import { callPerson } from '../parts/person-name.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import { useRoute } from '../query.ts';
import { StopConfirm } from './stop-confirm.tsx';
import css from './stops.module.css';

type Switch = Reply<'listKillSwitches'>['items'][number];
const channels = [
  { key: 'email', name: 'E-mail' },
  { key: 'webhook', name: 'Webhook' },
];

/** Kill switches: the whole workspace, a channel, a journey, somebody for whom everything is stopped. */
export function Stops() {
  const switches = useRoute('listKillSwitches', undefined);
  const journeys = useRoute('listJourneys', undefined);
  const [asked, setAsked] = useState<Parameters<typeof StopConfirm>[0]['asked']>(null);
  const sayScope = useSayScope();
  const items = switches.data?.items ?? [];
  const stopOf = (scope: string): Switch | undefined => items.find((item) => item.scope === scope);
  const row = (scope: string, name: React.ReactNode, about: string) => (
    <StopRow
      key={scope}
      name={name}
      about={about}
      label={sayScope(scope, stopOf(scope)?.person)}
      stopped={stopOf(scope)}
      onAsk={(stop) => setAsked({ scope, stop, person: stopOf(scope)?.person ?? null })}
    />
  );
  // What is stopped stands first, so that it is seen however many journeys there are.
  const published = (journeys.data?.items ?? [])
    .filter((journey) => journey.version !== null)
    .toSorted((a, b) => Number(stopOf(`journey:${b.key}`) !== undefined) - Number(stopOf(`journey:${a.key}`) !== undefined));
  const problem = switches.error ?? journeys.error;
  const people = items.filter((item) => item.person !== null);
  const known = new Set([
    ...people.map(({ scope }) => scope),
    'workspace',
    ...channels.map(({ key }) => `channel:${key}`),
    ...published.map(({ key }) => `journey:${key}`),
  ]);
  return (
    <Page
      fit="read"
      title="Stops"
      purpose="Stop sending when something is wrong. It takes effect before the next send; messages wait and nothing is lost."
    >
      {problem ? (
        <ProblemView
          problem={problem}
          again={() => {
            void switches.refetch();
            void journeys.refetch();
          }}
        />
      ) : !switches.data || !journeys.data ? (
        <Bones lines={8} />
      ) : (
        <>
          <Section title="Workspace">
            <Card flush>
              <ul>{row('workspace', 'All sending', 'Every message of this workspace')}</ul>
            </Card>
          </Section>
          <Section title="Channels">
            <Card flush>
              <ul>{channels.map(({ key, name }) => row(`channel:${key}`, name, `Every message by ${name.toLowerCase()}`))}</ul>
            </Card>
          </Section>
          <Section title="Journeys">
            {published.length === 0 ? (
              <p className="faint">No journey is published, so there is nothing to stop.</p>
            ) : (
              <Card flush>
                <ul>
                  {published.map((journey) =>
                    row(
                      `journey:${journey.key}`,
                      <To to={`journeys/${journey.key}`} className="text-link">
                        {journey.name}
                      </To>,
                      journey.live === 0 ? 'Nobody is in it now' : `${plural(journey.live, 'person is', 'people are')} in it now`,
                    ),
                  )}
                </ul>
              </Card>
            )}
          </Section>
          {people.length > 0 && (
            <Section title="People">
              <Card flush>
                <ul>
                  {people.map((item) =>
                    row(
                      item.scope,
                      <To to={`people/${item.person!.id}`} className="text-link">
                        {callPerson(item.person!)}
                      </To>,
                      '',
                    ),
                  )}
                </ul>
              </Card>
            </Section>
          )}
          {items.some((item) => !known.has(item.scope)) && (
            <Section title="Other">
              <Card flush>
                <ul>
                  {items
                    .filter((item) => !known.has(item.scope))
                    .map((item) => row(item.scope, sayScope(item.scope), 'No longer among the published journeys'))}
                </ul>
              </Card>
            </Section>
          )}
        </>
      )}
      <StopConfirm asked={asked} onClose={() => setAsked(null)} />
    </Page>
  );
}

function StopRow({
  name,
  about,
  label,
  stopped,
  onAsk,
}: {
  name: React.ReactNode;
  about: string;
  label: string;
  stopped: Switch | undefined;
  onAsk: (stop: boolean) => void;
}) {
  return (
    <li className={css.row}>
      <div className={css.words}>
        <div className={css.name}>
          {name} {stopped && <Chip tone="bad">Stopped</Chip>}
        </div>
        <div className="quiet">
          {stopped ? (
            <>
              {fullStop(stopped.reason || 'No reason given')} {sayStopper(stopped.by)}, <Time at={stopped.stoppedAt} />
            </>
          ) : (
            about
          )}
        </div>
      </div>
      {stopped ? (
        <Button size="xs" variant="default" onClick={() => onAsk(false)} aria-label={`Let it go on: ${label}`}>
          Let it go on
        </Button>
      ) : (
        <Button size="xs" variant="light" color="red" onClick={() => onAsk(true)} aria-label={`Stop: ${label}`}>
          Stop
        </Button>
      )}
    </li>
  );
}
