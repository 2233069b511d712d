import { type RefObject, useEffect, useRef } from 'react';

/** For a row that scrolls sideways: data-more says at which end something is hidden, and base.css lets that end fade. */
export function useSideFade<E extends HTMLElement>(): RefObject<E | null> {
  const row = useRef<E>(null);
  useEffect(() => {
    const element = row.current;
    if (!element) return;
    const look = (): void => {
      const { scrollLeft, scrollWidth, clientWidth } = element;
      const start = scrollLeft > 1;
      const end = scrollLeft + clientWidth < scrollWidth - 1;
      const more = start && end ? 'both' : start ? 'start' : end ? 'end' : '';
      if (more === '') delete element.dataset.more;
      else element.dataset.more = more;
    };
    look();
    const sizes = new ResizeObserver(look);
    for (const one of [element, ...element.children]) sizes.observe(one);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', look);
    };
  }); // after every render: the row may have other children now
  return row;
}
