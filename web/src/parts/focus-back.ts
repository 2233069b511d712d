import { type RefObject, useEffect, useLayoutEffect } from 'react';

/** While open, something else may take the focus; when it closes and the focus would be lost, it goes back to where it was. */
export function useFocusBack(open: boolean): void {
  useLayoutEffect(() => {
    if (!open) return;
    const before = document.activeElement;
    return () => {
      setTimeout(() => {
        if (document.activeElement === document.body && before instanceof HTMLElement) before.focus({ preventScroll: true });
      });
    };
  }, [open]);
}

/**
 * Whether the keyboard may still be brought elsewhere for somebody who asked for that while it was at `from`: it is there, or nowhere, or what had it is
 * gone and they do not write elsewhere. Whoever has gone on meanwhile is not called back.
 */
export function isStillAt(from: Element | null): boolean {
  const at = document.activeElement;
  return at === from || at === null || at.matches('body, h1') || (!from?.isConnected && !at.matches('input, textarea'));
}

/** What had the focus last, on whichever screen; and the fields in which it stood, the innermost first. */
let had: HTMLElement | null = null;
let fields: Element[] = [];
document.addEventListener('focusin', ({ target }) => {
  if (!(target instanceof HTMLElement)) return;
  had = target;
  fields = [];
  for (let at = target.closest('[data-field]'); at !== null; at = at.parentElement?.closest('[data-field]') ?? null) fields.push(at);
});

/** What takes the keyboard in the field in which something was pressed that has made way for it. */
const itsField = (): Element | undefined => fields.find((each) => each.isConnected);
const inItsPlace = (): HTMLElement | null | undefined => {
  const field = itsField();
  return field?.querySelector<HTMLElement>('[data-first]') ?? field?.querySelector<HTMLElement>('input, textarea, button');
};

/** [ms] So long a dialog that closes may take to give the focus back by itself: it is looked at twice. */
const grace = 50;

/**
 * While mounted: when what had the focus was taken away, or can no longer be pressed because it has done its work, what stands in its field now gets it, as soon
 * as it is there, else `next`, else the heading of the screen, which also gets it when the screen was come to. A button that is busy gets it back.
 */
export function useFocusKept(heading: RefObject<HTMLElement | null>, next: RefObject<HTMLElement | null> | undefined): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let came = true;
    let busy = false;
    let missed = false;
    const isLost = (): boolean => {
      if (had === null) return false;
      if (document.activeElement !== document.body) {
        busy = false;
        return false;
      }
      if (had.isConnected && had.dataset.loading) {
        busy = true;
        return false;
      }
      return busy || !had.isConnected || had.matches(':disabled'); // else it was left by a click beside it
    };
    const isOnItsWay = (): boolean => !came && itsField()?.querySelector('[data-bones]') != null;
    const look = (): void => {
      timer = undefined;
      const isAgain = missed;
      missed = isLost();
      if (!missed) came = false;
      else if (isAgain && !isOnItsWay()) give();
      else later();
    };
    const give = (): void => {
      for (const one of [had, came ? null : inItsPlace(), came ? null : next?.current, heading.current]) {
        one?.focus({ preventScroll: true });
        if (document.activeElement === one) break;
      }
      busy = false;
      missed = false;
      came = false;
    };
    const later = (): void => {
      timer ??= setTimeout(look, grace);
    };
    later();
    const changes = new MutationObserver(later);
    changes.observe(document.body, { subtree: true, childList: true, attributeFilter: ['disabled'] });
    return () => {
      changes.disconnect();
      clearTimeout(timer);
    };
  }, [heading, next]);
}
