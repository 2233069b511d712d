import { type KeyboardEvent, type PointerEvent, useState } from 'react';

/**
 * Which of some places side by side is being read: the one under the pointer, or the one that arrow keys have reached. `props` belong to what holds them
 * all; a screen reader hears `say` of the place.
 */
export function useReading(count: number, label: string, say: (index: number) => string) {
  const [at, setAt] = useState<number | null>(null);
  const index = at === null || at >= count ? null : at;
  const move = (event: KeyboardEvent): void => {
    const next = {
      ArrowRight: Math.min(count - 1, (index ?? -1) + 1),
      ArrowLeft: Math.max(0, (index ?? count) - 1),
      Home: 0,
      End: count - 1,
    }[event.key];
    if (event.key === 'Escape' && index !== null) {
      event.stopPropagation();
      setAt(null);
    } else if (next !== undefined && count > 0) {
      event.preventDefault();
      setAt(next);
    }
  };
  const follow = (event: PointerEvent<HTMLElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    setAt(Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * count))));
  };
  return {
    at: index,
    props: {
      role: 'slider',
      tabIndex: 0,
      'aria-label': label,
      'aria-readonly': true,
      'aria-valuemin': 0,
      'aria-valuemax': Math.max(0, count - 1),
      'aria-valuenow': index ?? 0,
      'aria-valuetext': index === null ? 'Arrow keys read it' : say(index),
      onKeyDown: move,
      onPointerMove: follow,
      onPointerDown: follow,
      onPointerLeave: () => setAt(null),
      onBlur: () => setAt(null),
    } as const,
  };
}
