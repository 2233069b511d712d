import { Drawer } from '@mantine/core';
import { IconMenu2 } from '@tabler/icons-react';
import { useState } from 'react';
import { To, usePlace } from '../parts/address.tsx';
import css from './bottom-bar.module.css';
import { Places } from './rail.tsx';
import { isIn, usePlaces } from './use-places.ts';

const first = ['', 'people', 'journeys', 'messages'];

/** On a phone: the four places one needs most under the thumb, the rest behind More. */
export function BottomBar() {
  const here = usePlace();
  const [open, setOpen] = useState(false);
  return (
    <nav className={css.bar} aria-label="Places, short">
      {usePlaces()
        .filter((place) => first.includes(place.to))
        .map((place) => {
          const { icon: Icon } = place;
          return (
            <To key={place.to} to={place.to} className={css.item} data-here={isIn(place, here) || undefined}>
              <Icon size={20} stroke={1.7} aria-hidden="true" />
              {place.name}
            </To>
          );
        })}
      <button type="button" className={css.item} onClick={() => setOpen(true)}>
        <IconMenu2 size={20} stroke={1.7} aria-hidden="true" />
        More
      </button>
      <Drawer
        opened={open}
        onClose={() => setOpen(false)}
        position="bottom"
        size="auto"
        title="Go to"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Places onGone={() => setOpen(false)} />
      </Drawer>
    </nav>
  );
}
