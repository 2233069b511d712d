import { useEffect, useRef, useState } from 'react';
import css from './hover-tip.module.css';

/**
 * One tip for everything that carries data-tip, on hover and on keyboard focus. A list with thousands of times in it
 * needs no tooltip component a row.
 */
export function HoverTip() {
  const [tip, setTip] = useState<{ text: string; keys: string | null; x: number; y: number; below: boolean } | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    let tabbed = false; // focus that moves by Tab shows a tip; focus that a dialog sets does not
    const hide = (): void => {
      clearTimeout(timer.current);
      setTip(null);
    };
    const show = (event: Event): void => {
      const target = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-tip]') : null;
      hide();
      if (!target?.dataset.tip) return;
      if (event.type === 'focusin' && !tabbed) return;
      timer.current = setTimeout(() => {
        if (!target.isConnected || target.ariaExpanded === 'true') return; // what it opened says more
        const box = target.getBoundingClientRect();
        const below = box.top < 60;
        setTip({
          text: target.dataset.tip!,
          keys: target.dataset.keys ?? null,
          x: Math.min(Math.max(box.left + box.width / 2, 90), innerWidth - 90),
          y: below ? box.bottom + 6 : box.top - 6,
          below,
        });
      }, 350);
    };
    const key = (event: KeyboardEvent): void => {
      tabbed = event.key === 'Tab';
    };
    document.addEventListener('keydown', key, true);
    document.addEventListener('mouseover', show);
    document.addEventListener('focusin', show);
    for (const name of ['mousedown', 'keydown', 'wheel']) document.addEventListener(name, hide, { passive: true });
    return () => {
      hide();
      document.removeEventListener('keydown', key, true);
      document.removeEventListener('mouseover', show);
      document.removeEventListener('focusin', show);
      for (const name of ['mousedown', 'keydown', 'wheel']) document.removeEventListener(name, hide);
    };
  }, []);
  if (tip === null) return null;
  return (
    <div role="tooltip" className={css.tip} data-below={tip.below || undefined} style={{ left: tip.x, top: tip.y }}>
      {tip.text}
      {tip.keys?.split(' ').map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </div>
  );
}
