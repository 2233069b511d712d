import { IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useLiveState } from '../live.ts';
import css from './away.module.css';

/** A blink of the connection is not worth a word. */
const patienceMs = 2_500;

/** Says that the server does not answer while a page is open; it goes by itself when the server is back. */
export function Away() {
  const broken = useLiveState() === 'broken';
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(broken), broken ? patienceMs : 0);
    return () => clearTimeout(timer);
  }, [broken]);
  return (
    <div className={css.away} role="status" data-shown={shown || undefined}>
      {shown && (
        <>
          <IconPlugConnectedX size={15} stroke={1.7} aria-hidden="true" />
          <span>The server does not answer. What you see may be old; it renews itself as soon as the server is back.</span>
        </>
      )}
    </div>
  );
}
