import { Button, NumberInput, Popover, Progress, Select } from '@mantine/core';
import { IconClockPlay } from '@tabler/icons-react';
import { useState } from 'react';
import type { Reply } from '../api.ts';
import { failed, said } from '../parts/notify.ts';
import { plural } from '../parts/number.ts';
import { format } from '../parts/say-time.ts';
import { useChange } from '../query.ts';
import { useClock, useNow, useWorkspace } from '../session/workspace.tsx';
import css from './practice-clock.module.css';

const turns = [
  { label: '1 hour', advance: 'PT1H' },
  { label: '6 hours', advance: 'PT6H' },
  { label: '1 day', advance: 'P1D' },
  { label: '3 days', advance: 'P3D' },
  { label: '1 week', advance: 'P1W' },
];
const units = [
  { value: 'minutes', label: 'minutes' },
  { value: 'hours', label: 'hours' },
  { value: 'days', label: 'days' },
];
const durationOf = (count: number, unit: string): string =>
  unit === 'days' ? `P${count}D` : unit === 'hours' ? `PT${count}H` : `PT${count}M`;

const sayTurned = ({ did }: Reply<'turnClock'>): string =>
  did.facts + did.wakes + did.messages === 0
    ? 'The clock was turned. Nothing was due.'
    : `The clock was turned: ${plural(did.facts, 'thing')} happened, ${plural(did.wakes, 'wait')} ended, ${plural(did.messages, 'message')} fell due.`;

/** Turns the practice clock and says what happened meanwhile. */
export function useTurn() {
  const turn = useChange('turnClock', [
    'getClock',
    'getSession',
    'getHome',
    'listPeople',
    'getPerson',
    'personTimeline',
    'lifecycleBoard',
    'listMessages',
    'listEvents',
    'countMessages',
    'listMailbox',
    'listJourneys',
    'getJourneyCounts',
  ]);
  return {
    turn: (advance: string): void =>
      turn.mutate({ body: { advance } }, { onError: failed, onSuccess: (turned) => said(sayTurned(turned), 10_000) }),
    /** What the last turn did, in one sentence. */
    result: turn.data === undefined ? null : sayTurned(turn.data),
  };
}

/** The date of a practice workspace, which runs as ours does, and "turn": days go by at once. */
export function PracticeClock() {
  const { language, zone } = useWorkspace();
  const now = useNow();
  const { turning: busy, progress } = useClock();
  const { turn, result } = useTurn();
  const [open, setOpen] = useState(false);
  const [count, setCount] = useState<number | string>(2);
  const [unit, setUnit] = useState('days');
  const percent = Math.round((progress ?? 0) * 100);
  const go = (advance: string): void => {
    setOpen(false);
    turn(advance);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" width={304} trapFocus returnFocus>
      <Popover.Target>
        <button type="button" className={css.clock} onClick={() => setOpen(!open)} aria-busy={busy}>
          <IconClockPlay size={15} aria-hidden="true" />
          <span className="visually-hidden">Practice clock</span>
          <span className={css.short}>{format(language, zone, { day: 'numeric', month: 'short' }).format(now)}</span>
          <span className={css.date}>
            {format(language, zone, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(now)}
          </span>
          <span>{format(language, zone, { hour: '2-digit', minute: '2-digit' }).format(now)}</span>
          <span className={css.turn}>{busy ? `Turning ${percent} %` : 'Turn'}</span>
          {busy && <Progress className={css.progress} value={Math.max(4, percent)} size={3} aria-label="Turning the clock" />}
        </button>
      </Popover.Target>
      <Popover.Dropdown p={16} aria-label="Turn the practice clock">
        <h2>Turn the clock</h2>
        <p className={css.hint}>Everything that falls due happens in order: waits end, messages go to the mailbox, windows close.</p>
        {(busy || result) && (
          <p className={css.result} role="status">
            {busy ? `Turning, ${percent} % done. The screens renew themselves.` : result}
          </p>
        )}
        <div className={css.turns}>
          {turns.map((row) => (
            <Button key={row.advance} variant="default" size="xs" onClick={() => go(row.advance)} disabled={busy}>
              {row.label}
            </Button>
          ))}
        </div>
        <form
          className={css.own}
          onSubmit={(event) => {
            event.preventDefault();
            if (Number(count) > 0) go(durationOf(Number(count), unit));
          }}
        >
          <NumberInput aria-label="How much" value={count} onChange={setCount} min={1} max={366} w={72} hideControls size="sm" />
          <Select
            aria-label="Unit"
            data={units}
            value={unit}
            onChange={(next) => setUnit(next ?? 'days')}
            w={110}
            size="sm"
            comboboxProps={{ withinPortal: false }}
            allowDeselect={false}
          />
          <Button type="submit" disabled={busy} style={{ flex: 1 }}>
            Turn
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
