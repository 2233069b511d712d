import { useEffect, useRef } from 'react';

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/**
 * Keys while mounted: 'j', 'Escape', '/', or two in a row as 'g p'. Silent while someone types or a dialog, popover or menu is open, and with ctrl, meta or alt held.
 * A handler that returns false lets the key go on.
 */
export function useKeys(keys: Record<string, (event: KeyboardEvent) => void | false>): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    let first: { key: string; at: number } | null = null;
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (document.querySelector('[role="dialog"], [role="menu"]')) return;
      const both = first !== null && Date.now() - first.at < 900 ? `${first.key} ${event.key}` : null;
      first = { key: event.key, at: Date.now() };
      const handler = (both === null ? undefined : latest.current[both]) ?? latest.current[event.key];
      if (handler && handler(event) !== false) event.preventDefault();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}
