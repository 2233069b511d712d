import { Button } from '@mantine/core';
import { IconBan, IconHandStop, IconRefreshAlert } from '@tabler/icons-react';
import type { PersonDetail } from '#contract/routes/people.ts';
import { fullStop } from '#contract/sentence.ts';
import { To } from '../parts/address.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { failed, said } from '../parts/notify.ts';
import { Time } from '../parts/time.tsx';
import { useChange } from '../query.ts';
import css from './paused.module.css';

const touches = ['getPerson', 'personTimeline', 'listTasks', 'countTasks', 'getHome'] as const;

/** Somebody has taken over: since when, who, why, and the way back. Nothing is shown while the automation works. */
export function Paused({ person }: { person: PersonDetail }) {
  const release = useChange('releasePerson', [...touches]);
  const { paused } = person;
  if (paused === null) return null;
  return (
    <div className={css.paused} role="status">
      <IconHandStop size={18} stroke={1.8} aria-hidden="true" />
      <p>
        <strong>{paused.by} has taken over</strong> <Time at={paused.since} />: {fullStop(paused.reason)}
        <span className={css.means}>Nothing automatic happens, and messages of journeys are held, until they are given back.</span>
      </p>
      <Button
        size="xs"
        variant="default"
        loading={release.isPending}
        onClick={() =>
          release.mutate(
            { params: { id: person.id } },
            { onError: failed, onSuccess: () => said('Given back to the automation. What fell due meanwhile goes on now.') },
          )
        }
      >
        Give back to the automation
      </Button>
    </div>
  );
}

const stopTouches = ['getPerson', 'personTimeline', 'listKillSwitches', 'listMessages', 'getHome'] as const;

/** Everything is stopped for somebody: since when, who, why, and the way on. */
export function StillStopped({ person }: { person: PersonDetail }) {
  const change = useChange('setKillSwitch', [...stopTouches]);
  const { stopped } = person;
  if (stopped === null) return null;
  return (
    <div className={css.paused} data-tone="bad" role="status">
      <IconBan size={18} stroke={1.8} aria-hidden="true" />
      <p>
        <strong>Everything is stopped</strong> by {stopped.by}, <Time at={stopped.since} />: {fullStop(stopped.reason)}
        <span className={css.means}>No journey goes on and no message of any kind leaves until somebody lets it.</span>
      </p>
      <Button
        size="xs"
        variant="default"
        loading={change.isPending}
        onClick={() =>
          change.mutate(
            { params: { scope: `person:${person.id}` }, body: { stopped: false } },
            { onError: failed, onSuccess: () => said('Everything goes on. What waited and is still wanted is sent now.') },
          )
        }
      >
        Let it go on
      </Button>
    </div>
  );
}

/** Stops everything for somebody, with a reason. */
export function StopEverything({
  person,
  name,
  open,
  onClose,
}: {
  person: PersonDetail;
  name: string;
  open: boolean;
  onClose: () => void;
}) {
  const change = useChange('setKillSwitch', [...stopTouches]);
  return (
    <Confirm
      open={open}
      onClose={onClose}
      danger
      title={`Stop everything for ${name}`}
      action="Stop everything"
      reason="Why is it stopped"
      onConfirm={async (reason) => {
        await change.mutateAsync({ params: { scope: `person:${person.id}` }, body: { stopped: true, reason } });
        said('Everything is stopped for them.');
      }}
    >
      No journey goes on, nobody enters one, and no message of any kind leaves, receipts and broadcasts too. It takes effect before the next
      send. To look after them yourself and let receipts go on, take over instead.
    </Confirm>
  );
}

/** Journeys led to each other again and again: which, since when, and the way back. */
export function Locked({ person }: { person: PersonDetail }) {
  const unlock = useChange('unlockPerson', [...touches]);
  const { locked } = person;
  if (locked === null) return null;
  return (
    <div className={css.paused} role="status">
      <IconRefreshAlert size={18} stroke={1.8} aria-hidden="true" />
      <p>
        <strong>{locked.journeys.length === 1 ? 'A journey is' : `${locked.journeys.length} journeys are`} locked for them</strong>,{' '}
        <Time at={locked.since} />:{' '}
        {locked.journeys.map(({ key, name }, index) => (
          <span key={key}>
            {index > 0 && ', '}
            <To to={`journeys/${key}`} className="text-link">
              {name}
            </To>
          </span>
        ))}
        <span className={css.means}>
          {locked.journeys.length === 1 ? 'It led back to itself' : 'They led to each other'} again and again, although nothing came from
          outside. Mend {locked.journeys.length === 1 ? 'it' : 'them'} first: they act on this person again as soon as you let them.
        </span>
      </p>
      <Button
        size="xs"
        variant="default"
        loading={unlock.isPending}
        onClick={() =>
          unlock.mutate(
            { params: { id: person.id }, body: {} },
            { onError: failed, onSuccess: () => said('They may act on this person again.') },
          )
        }
      >
        Let them act again
      </Button>
    </div>
  );
}

/** Takes over from the automation, with a reason. */
export function TakeOver({ person, name, open, onClose }: { person: PersonDetail; name: string; open: boolean; onClose: () => void }) {
  const take = useChange('takeOverPerson', [...touches]);
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={`Take over ${name}`}
      action="Take over"
      reason="Why"
      onConfirm={async (reason) => {
        await take.mutateAsync({ params: { id: person.id }, body: { reason } });
        said('You have taken over. Give them back when the automation may go on.');
      }}
    >
      No journey goes on by itself and nobody enters one; messages of journeys are held. Goals and exits still end what they end.
    </Confirm>
  );
}
