import { Button, Popover } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import { useState } from 'react';
import { breakerName, sayStopped } from '#contract/stop.ts';
import type { Reply } from '../api.ts';
import { Confirm } from '../parts/confirm.tsx';
import { useNameOf } from '../parts/names.tsx';
import { said } from '../parts/notify.ts';
import { callPerson } from '../parts/person-name.tsx';
import { Time } from '../parts/time.tsx';
import { upper } from '../parts/upper.ts';
import { useChange, useRoute } from '../query.ts';
import css from './stopped.module.css';

type KillSwitch = Reply<'listKillSwitches'>['items'][number];

/** What a stop is about: All sending, E-mail, the journey Welcome, or what somebody is called. */
export function useSayScope(): (scope: string, person?: KillSwitch['person']) => string {
  const nameOf = useNameOf();
  return (scope, person = null) => {
    if (scope === 'workspace') return 'All sending';
    if (scope.startsWith('person:')) return person ? callPerson(person) : 'One person';
    return upper(sayStopped(scope, (key) => nameOf('journey', key)).replace(/^the /, ''));
  };
}

/** Who stopped it. */
export const sayStopper = (by: string): string => (by === breakerName ? 'Stopped by itself' : `Stopped by ${by}`);

interface Asked {
  scope: string;
  stopped: boolean;
  name: string;
}

/** What is stopped, always in sight; and the way to stop everything. */
export function Stopped() {
  const switches = useRoute('listKillSwitches', undefined);
  const change = useChange('setKillSwitch', ['listKillSwitches', 'listJourneys', 'listMessages', 'getHome']);
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  // Whoever is stopped alone stands on the page of stops: that lasts, and nothing else waits for it.
  const items: KillSwitch[] = (switches.data?.items ?? []).filter((item) => item.person === null);
  const any = items.length > 0;
  const ask = (about: Asked): void => {
    setOpen(false);
    setAsked(about);
  };
  const all = items.some((item) => item.scope === 'workspace');
  return (
    <>
      <Popover opened={open} onChange={setOpen} position="bottom-end" width={340} trapFocus returnFocus>
        <Popover.Target>
          <button
            type="button"
            className={css.stopped}
            data-any={any || undefined}
            onClick={() => setOpen(!open)}
            {...(any ? {} : { 'aria-label': 'Nothing is stopped' })}
            data-tip={any ? undefined : 'Nothing is stopped'}
          >
            <IconHandStop size={16} stroke={1.7} aria-hidden="true" />
            {any && <span>{items.length === 1 ? <OneStopped scope={items[0]!.scope} /> : `${items.length} stopped`}</span>}
          </button>
        </Popover.Target>
        <Popover.Dropdown p={16} aria-label="What is stopped">
          <h2>{any ? 'Stopped' : 'Nothing is stopped'}</h2>
          {!any && (
            <p className={css.hint}>
              Stop sending when something is wrong. It takes effect before the next send; messages wait and nothing is lost.
            </p>
          )}
          <ul className={css.list}>
            {items.map((item) => (
              <StoppedRow key={item.scope} item={item} onLet={(name) => ask({ scope: item.scope, stopped: false, name })} />
            ))}
          </ul>
          {!all && (
            <Button
              mt={12}
              variant="light"
              color="red"
              fullWidth
              onClick={() => ask({ scope: 'workspace', stopped: true, name: 'All sending' })}
            >
              Stop all sending
            </Button>
          )}
        </Popover.Dropdown>
      </Popover>
      <Confirm
        open={asked !== null}
        onClose={() => setAsked(null)}
        danger={asked?.stopped ?? false}
        title={asked?.stopped ? 'Stop all sending' : `Let it go on: ${asked?.name ?? ''}`}
        action={asked?.stopped ? 'Stop sending' : 'Let it go on'}
        {...(asked?.stopped ? { reason: 'Why is it stopped' } : {})}
        onConfirm={async (reason) => {
          if (!asked) return;
          await change.mutateAsync({ params: { scope: asked.scope }, body: { stopped: asked.stopped, reason } });
          said(asked.stopped ? 'Sending is stopped.' : 'Sending goes on.');
        }}
      >
        {asked?.stopped
          ? 'Nothing more is handed over in this workspace until somebody lets it go on.'
          : 'Messages that waited and are still wanted are sent now.'}
      </Confirm>
    </>
  );
}

// Only where something is stopped are names asked for.
const OneStopped = ({ scope }: { scope: string }) => <>{useSayScope()(scope)} stopped</>;

function StoppedRow({ item, onLet }: { item: KillSwitch; onLet: (name: string) => void }) {
  const name = useSayScope()(item.scope);
  return (
    <li>
      <div>
        <strong>{name}</strong>
        <div className="quiet">{item.reason || 'No reason given'}</div>
        <div className="faint">
          {sayStopper(item.by)}, <Time at={item.stoppedAt} />
        </div>
      </div>
      <Button size="xs" variant="default" onClick={() => onLet(name)} aria-label={`Let it go on: ${name}`}>
        Let it go on
      </Button>
    </li>
  );
}
