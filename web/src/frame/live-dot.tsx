import { useLiveState } from '../live.ts';
import css from './live-dot.module.css';

const says = {
  connecting: 'Connecting to live updates',
  live: 'Live: this screen renews itself',
  broken: 'Not live: connecting again',
} as const;

/** Whether what is on the screen renews itself. */
export function LiveDot() {
  const state = useLiveState();
  return (
    <span className={css.live} data-state={state} data-tip={says[state]} role="status" aria-label={says[state]}>
      {state === 'broken' ? 'Not live' : 'Live'}
    </span>
  );
}
