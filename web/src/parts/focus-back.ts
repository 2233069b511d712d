import { useLayoutEffect } from 'react';

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
