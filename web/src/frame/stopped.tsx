import { Button, Popover } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import { useState } from 'react';
import type { Reply } from '../api.ts';
import { Confirm } from '../parts/confirm.tsx';
import { said } from '../parts/notify.ts';
import { Time } from '../parts/time.tsx';
import { useChange, useRoute } from '../query.ts';
import css from './stopped.module.css';

type KillSwitch = Reply<'listKillSwitches'>['items'][number];

/** "workspace" → All sending; "journey:welcome" → Journey welcome. */
export function sayScope(scope: string): string {
  const [kind, key] = scope.split(':');
  return key === undefined ? 'All sending' : kind === 'channel' ? `Channel ${key}` : `Journey ${key}`;
}

/** What is stopped, always in sight; and the way to stop everything. */
export function Stopped() {
  const switches = useRoute('listKillSwitches', undefined);
  const change = useChange('setKillSwitch', ['listKillSwitches', 'listJourneys', 'listMessages', 'getHome']);
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState<{ scope: string; stopped: boolean } | null>(null);
  const items: KillSwitch[] = switches.data?.items ?? [];
  const any = items.length > 0;
  const ask = (scope: string, stopped: boolean): void => {
    setOpen(false);
    setAsked({ scope, stopped });
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
            {any && <span>{items.length === 1 ? `${sayScope(items[0]!.scope)} stopped` : `${items.length} stopped`}</span>}
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
              <li key={item.scope}>
                <div>
                  <strong>{sayScope(item.scope)}</strong>
                  <div className="quiet">{item.reason || 'No reason given'}</div>
                  <div className="faint">
                    {item.by}, <Time at={item.stoppedAt} />
                  </div>
                </div>
                <Button size="xs" variant="default" onClick={() => ask(item.scope, false)}>
                  Let it go on
                </Button>
              </li>
            ))}
          </ul>
          {!all && (
            <Button mt={12} variant="light" color="red" fullWidth onClick={() => ask('workspace', true)}>
              Stop all sending
            </Button>
          )}
        </Popover.Dropdown>
      </Popover>
      <Confirm
        open={asked !== null}
        onClose={() => setAsked(null)}
        danger={asked?.stopped ?? false}
        title={asked?.stopped ? 'Stop all sending' : `Let ${asked ? sayScope(asked.scope).toLowerCase() : ''} go on`}
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
