import { Modal } from '@mantine/core';
import css from './help.module.css';
import { usePlaces } from './use-places.ts';

const everywhere = [
  ['Ctrl K', 'Search and commands'],
  ['?', 'This sheet'],
  ['Esc', 'Close what is open'],
] as const;
const lists = [
  ['/', 'Search the list'],
  ['j k', 'Down, up'],
  ['Enter', 'Open the side panel; again, the page'],
  ['o', 'Open the page'],
  ['x', 'Choose the row'],
] as const;

function Keys({ title, rows }: { title: string; rows: readonly (readonly [string, string])[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl className={css.keys}>
        {rows.map(([keys, does]) => (
          <div key={does}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function Help({ open, onClose }: { open: boolean; onClose: () => void }) {
  const places = usePlaces();
  const all = [...places, ...places.flatMap((place) => place.inside ?? [])];
  return (
    <Modal opened={open} onClose={onClose} title="Shortcuts" size={560} closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={css.sheet}>
        <Keys title="Go to" rows={all.filter((place) => place.key).map((place) => [`g ${place.key}`, place.name] as const)} />
        <div>
          <Keys title="In lists" rows={lists} />
          <Keys title="Everywhere" rows={everywhere} />
        </div>
      </div>
    </Modal>
  );
}
