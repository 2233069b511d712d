import type { Reply } from '../api.ts';
import { To } from '../parts/address.tsx';
import { sayNumber, sayShort } from '../parts/number.ts';
import css from './figures.module.css';

type Home = Reply<'getHome'>;

/** How today compares with a usual day before it, in words; nothing when there is too little to compare. */
function compare(value: number, before: number[]): string {
  const known = before.filter((each) => each > 0);
  if (known.length < 3) return '';
  const usual = known.reduce((sum, each) => sum + each, 0) / known.length;
  const change = Math.round(((value - usual) / usual) * 100);
  return Math.abs(change) < 5 ? 'as usual' : `${change > 0 ? '+' : '−'}${Math.abs(change)} % on a usual day`;
}

/** The last 24 hours: each number with its unit and comparison, and the way to what is behind it. */
export function Figures({ today, days }: { today: Home['today']; days: Home['days'] }) {
  const before = days.slice(0, -1);
  const figures = [
    {
      name: 'Events',
      value: today.events,
      to: 'events',
      note: compare(
        today.events,
        before.map((day) => day.events),
      ),
    },
    {
      name: 'New people',
      value: today.people,
      to: 'people',
      note: compare(
        today.people,
        before.map((day) => day.newPeople),
      ),
    },
    { name: 'Stage moves', value: today.moves, to: 'lifecycle', note: '' },
    {
      name: 'Sent',
      value: today.sent,
      to: 'messages?status=sent',
      note: compare(
        today.sent,
        before.map((day) => day.sent),
      ),
    },
    { name: 'Not sent', value: today.notSent, to: 'messages', note: today.notSent > 0 ? 'each with its reason' : '' },
    {
      name: 'Refused events',
      value: today.refusals,
      to: 'events?tab=refused',
      note: today.refusals > 0 ? 'look at why' : 'none',
      bad: today.refusals > 0,
    },
  ];
  return (
    <ul className={css.figures}>
      {figures.map(({ name, value, to, note, bad = false }) => (
        <li key={name}>
          <To to={to}>
            <span className={css.name}>{name}</span>
            <span className={css.value} data-zero={value === 0 || undefined} title={sayNumber(value)}>
              {sayShort(value)}
            </span>
            <span className={css.note} data-bad={bad || undefined}>
              {note}
            </span>
          </To>
        </li>
      ))}
    </ul>
  );
}
